//! The commission oracle: slow, without memory, and of another kind than the library.
//!
//! It keeps everything that was ever posted and works out each sum anew, for every event, with
//! big rationals: no meters, no denominators, no state. What it knows of the rules it has from
//! the documentation of the documents, not from the code.

use std::collections::{BTreeMap, BTreeSet};

use guerdon::kernel::calendar::{Date, Instant, PlacedWindow, Window, Zone};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::climb::{Arrival, Climb};
use crate::events::EventSpec;
use crate::numbers::{round, share, tenths, whole};
use crate::plans::{
    Condition, GroupSpec, LadderSpec, Measures, PartnerSpec, Pays, PlanSpec, RuleSpec,
};
use crate::steps::Steps;

/// A line as the oracle tells it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToldLine {
    /// Empty for a line that no rule paid.
    pub(crate) rule: String,
    pub(crate) line: usize,
    pub(crate) partner: usize,
    pub(crate) level: usize,
    pub(crate) amount: BigInt,
}

/// A level before and after.
pub(crate) type Change = (Option<&'static str>, Option<&'static str>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) status: &'static str,
    pub(crate) lines: Vec<ToldLine>,
    pub(crate) total: BigInt,
    pub(crate) lost: Vec<(String, BigInt)>,
    pub(crate) change: Option<Change>,
}

/// What was posted for a line, and what has become of it.
pub(crate) struct Posted {
    pub(crate) event: usize,
    pub(crate) told: ToldLine,
    pub(crate) seller: usize,
    pub(crate) customer: Option<i64>,
    pub(crate) at: i64,
    pub(crate) reversed: BigInt,
}

pub(crate) struct Order {
    pub(crate) seller: usize,
    pub(crate) at: i64,
    pub(crate) lines: Vec<OrderLine>,
}

/// A line of an order, whoever was paid for it.
pub(crate) struct OrderLine {
    /// What was paid for it, in minor units, and which share of that was given back.
    pub(crate) gross: BigRational,
    pub(crate) refunded: BigRational,
    /// What it adds to the seller's ladder and, once, to each schedule that it is paid by, as
    /// long as nothing is refunded.
    pub(crate) counted: BigRational,
    /// Whether the ladder looks at it at all, and whether a refund leaves that as it is.
    pub(crate) counts: bool,
    pub(crate) stays: bool,
    pub(crate) measured: BTreeMap<usize, BigRational>,
}

pub(crate) struct Oracle<'a> {
    pub(crate) plan: &'a PlanSpec,
    pub(crate) partners: &'a [PartnerSpec],
    pub(crate) posted: Vec<Posted>,
    pub(crate) orders: BTreeMap<usize, Order>,
    pub(crate) arrivals: Vec<Vec<Arrival>>,
}

/// A rule about to be paid for a line.
pub(crate) struct Candidate<'p> {
    pub(crate) rule: &'p RuleSpec,
    pub(crate) line: usize,
    pub(crate) exact: BigRational,
    lost: BigRational,
    schedule: Option<usize>,
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(plan: &'a PlanSpec, partners: &'a [PartnerSpec]) -> Self {
        let arrivals = partners.iter().map(|_| Vec::new()).collect();
        Self { plan, partners, posted: Vec::new(), orders: BTreeMap::new(), arrivals }
    }

    pub(crate) fn window(&self, window: Window, at: i64, partner: usize) -> i32 {
        let zone: Zone = self.plan.zone.parse().unwrap();
        let joined = format!("2025-01-{:02}", self.partners[partner].joined);
        let joined: Date = joined.parse().unwrap();
        match window.place(zone, Some(joined)).unwrap() {
            PlacedWindow::Periods(periods) => {
                periods.ordinal_of(Instant::from_micros(at).unwrap()).number()
            }
            PlacedWindow::Rolling(_) => unreachable!("plans have no rolling windows"),
        }
    }

    pub(crate) fn minor_per_unit(&self) -> BigRational {
        whole(10_i64.pow(self.plan.digits))
    }

    /// What the customer paid, and what commissions are computed on, in minor units.
    pub(crate) fn amounts(&self, event: &EventSpec, line: usize) -> (i64, i64) {
        let line = &event.lines[line];
        let gross = line.amount.unwrap_or(0);
        (gross, if self.plan.gross { gross } else { line.net.unwrap_or(gross) })
    }

    fn quantity(event: &EventSpec, line: usize) -> BigRational {
        event.lines[line].quantity.map_or_else(BigRational::one, tenths)
    }

    fn measure(&self, measure: Measures, event: &EventSpec, line: usize) -> BigRational {
        match measure {
            Measures::Volume => whole(self.amounts(event, line).1) / self.minor_per_unit(),
            Measures::Count => BigRational::one(),
            Measures::Quantity => Self::quantity(event, line),
            // Found once it is posted.
            Measures::Earnings => BigRational::zero(),
        }
    }

    /// Unknown is no.
    pub(crate) fn holds(
        &self,
        when: Option<Condition>,
        event: &EventSpec,
        line: usize,
        tier: Option<&str>,
    ) -> bool {
        let Some(when) = when else { return true };
        let total: i128 = event.lines.iter().map(|line| i128::from(line.amount.unwrap_or(0))).sum();
        match when {
            Condition::Country(country) => event.country == Some(country),
            Condition::NotCountry(country) => event.country.is_some_and(|one| one != country),
            Condition::New => event.new == Some(true),
            Condition::TotalAtLeast(minor) => total >= i128::from(minor),
            Condition::Product(product) => event.lines[line].product == Some(product),
            Condition::QuantityAtLeast(units) => Self::quantity(event, line) >= whole(units),
            Condition::Tier(wanted) => tier == Some(wanted),
        }
    }

    pub(crate) fn evaluate(&mut self, number: usize, event: &EventSpec) -> Told {
        let nothing = |status| Told {
            status,
            lines: Vec::new(),
            total: BigInt::zero(),
            lost: Vec::new(),
            change: None,
        };
        let inside = |(from, until): (i64, i64)| {
            event.at >= crate::documents::micros(from) && event.at < crate::documents::micros(until)
        };
        if !self.plan.days.is_none_or(inside) {
            return nothing("outside_effective_dates");
        }
        if self.partners[event.partner].closed {
            return nothing("partner_closed");
        }
        let tier = match &self.plan.ladder {
            Some(ladder) => self.tier_at(ladder, event),
            None => self.partners[event.partner].tier,
        };
        if !(0..event.lines.len()).any(|line| self.holds(self.plan.eligible, event, line, tier)) {
            return nothing("not_eligible");
        }
        let mut candidates = self.candidates(event, tier);
        let order = self.order(event, tier, &candidates);
        if candidates.is_empty() && order.lines.iter().all(|line| line.counted.is_zero()) {
            return nothing("no_rule_matches");
        }
        let mut lost: Vec<(String, BigInt)> = candidates
            .iter()
            .filter(|one| one.lost.is_positive())
            .map(|one| (one.rule.id.clone(), round(&one.lost, self.plan.rounding)))
            .collect();
        self.raise(&mut candidates);
        lost.extend(self.cap(event, &mut candidates));
        self.orders.insert(number, order);
        self.post(number, event, tier, &candidates, lost)
    }

    fn candidates(&self, event: &EventSpec, tier: Option<&str>) -> Vec<Candidate<'a>> {
        let plan = self.plan;
        let mut chosen: Vec<Candidate<'a>> = Vec::new();
        for line in 0..event.lines.len() {
            if !self.holds(plan.eligible, event, line, tier) {
                continue;
            }
            for group in &plan.groups {
                let rules = self.matching(group, event, line, tier, &chosen);
                match group.combine {
                    "sum" => chosen.extend(rules),
                    // Both keep the earlier one among equals.
                    "first" => chosen.extend(rules.into_iter().reduce(|best, one| {
                        if one.rule.priority > best.rule.priority { one } else { best }
                    })),
                    _ => chosen.extend(rules.into_iter().reduce(|best, one| {
                        let rank = |of: &Candidate<'_>| (of.exact.clone(), of.rule.priority);
                        if rank(&one) > rank(&best) { one } else { best }
                    })),
                }
            }
        }
        chosen
    }

    /// The order with all of its lines, before anything is given back.
    fn order(&self, event: &EventSpec, tier: Option<&str>, chosen: &[Candidate<'_>]) -> Order {
        let lines = (0..event.lines.len()).map(|line| {
            let counts = self.plan.ladder.as_ref().filter(|ladder| {
                self.holds(self.plan.eligible, event, line, tier)
                    && self.holds(ladder.when, event, line, tier)
            });
            let (looks, stays) = (counts.is_some(), self.plan.counts_refunded);
            let counted = counts.map(|ladder| self.measure(ladder.measure, event, line));
            let paid_by = chosen.iter().filter(|one| one.line == line);
            let measured = paid_by.filter_map(|one| one.schedule).map(|schedule| {
                (schedule, self.measure(self.plan.schedules[schedule].measure, event, line))
            });
            OrderLine {
                gross: whole(self.amounts(event, line).0),
                refunded: BigRational::zero(),
                counted: counted.unwrap_or_else(BigRational::zero),
                counts: looks,
                stays,
                measured: measured.collect(),
            }
        });
        Order { seller: event.partner, at: event.at, lines: lines.collect() }
    }

    /// What the rules of a group would pay for a line.
    fn matching(
        &self,
        group: &'a GroupSpec,
        event: &EventSpec,
        line: usize,
        tier: Option<&str>,
        earlier: &[Candidate<'a>],
    ) -> Vec<Candidate<'a>> {
        let mut found = Vec::new();
        for rule in &group.rules {
            let applies = rule.on.contains(&event.kind) && self.holds(rule.when, event, line, tier);
            if !applies || !self.is_open(rule, event) {
                continue;
            }
            let pays = match &rule.pays {
                Pays::ByTier(tiers, otherwise) => {
                    let named = tiers.iter().find(|(name, _)| tier == Some(*name));
                    match named.map(|(_, pays)| pays).or(otherwise.as_deref()) {
                        Some(pays) => pays,
                        None => continue,
                    }
                }
                pays => pays,
            };
            let schedule = if let Pays::Schedule(schedule) = pays { Some(*schedule) } else { None };
            let mut exact = match pays {
                Pays::Percent(rate) => whole(self.amounts(event, line).1) * share(*rate),
                Pays::Flat(amount) => tenths(*amount),
                Pays::PerUnit(amount) => tenths(*amount) * Self::quantity(event, line),
                Pays::Schedule(schedule) => self.scheduled(*schedule, event, line, earlier),
                Pays::ByTier(..) => unreachable!("tiers are not nested"),
            };
            for (when, factor) in &self.plan.multipliers {
                if self.holds(*when, event, line, tier) {
                    exact *= share(*factor);
                }
            }
            let mut lost = BigRational::zero();
            if let Some(min) =
                rule.min.map(tenths).filter(|min| exact.is_positive() && exact < *min)
            {
                exact = min;
            } else if let Some(max) = rule.max.map(tenths).filter(|max| exact > *max) {
                lost = &exact - &max;
                exact = max;
            }
            found.push(Candidate { rule, line, exact, lost, schedule });
        }
        found
    }

    /// Whether a rule has its time, and has yet to pay for the customer.
    fn is_open(&self, rule: &RuleSpec, event: &EventSpec) -> bool {
        let micros = crate::documents::micros;
        let days = rule
            .days
            .is_none_or(|(from, until)| event.at >= micros(from) && event.at < micros(until));
        let often = rule.events.is_none_or(|most| {
            let Some(customer) = event.customer else { return false };
            let of_rule = self.posted.iter().filter(|one| {
                one.told.rule == rule.id && one.customer == Some(customer) && self.counts(one)
            });
            let events: BTreeSet<usize> = of_rule.map(|one| one.event).collect();
            events.len() < usize::try_from(most).unwrap()
        });
        let long = rule.within.is_none_or(|days| {
            event.since().is_some_and(|since| event.at - since < days * 86_400_000_000)
        });
        days && often && long
    }

    /// Whether there is something left of the line of the order that was paid.
    fn counts(&self, posted: &Posted) -> bool {
        let line = &self.orders[&posted.event].lines[posted.told.line];
        line.stays || !line.refunded.is_one()
    }

    fn scheduled(
        &self,
        number: usize,
        event: &EventSpec,
        line: usize,
        earlier: &[Candidate<'_>],
    ) -> BigRational {
        let schedule = &self.plan.schedules[number];
        let here = self.window(schedule.window, event.at, event.partner);
        let past = self.orders.values().filter(|order| {
            order.seller == event.partner
                && self.window(schedule.window, order.at, order.seller) == here
        });
        let mut before: BigRational = past
            .flat_map(|order| &order.lines)
            .filter_map(|of| Some(of.left(schedule.measure, of.measured.get(&number)?)))
            .sum();
        // A line counts once, however many rules pay it by this schedule.
        for earlier_line in 0..line {
            let paid =
                |one: &Candidate<'_>| one.line == earlier_line && one.schedule == Some(number);
            if earlier.iter().any(paid) {
                before += self.measure(schedule.measure, event, earlier_line);
            }
        }
        let added = &self.measure(schedule.measure, event, line);
        let minor = self.minor_per_unit();
        if schedule.carries {
            let settled = |measure: &BigRational| {
                let due = Steps { schedule, minor: &minor }.makes(measure);
                BigRational::from_integer(round(&due, self.plan.rounding))
            };
            return settled(&(&before + added)) - settled(&before);
        }
        Steps { schedule, minor: &minor }.adds(&before, added)
    }

    fn tier_at(&self, ladder: &LadderSpec, event: &EventSpec) -> Option<&'static str> {
        let window = self.window(ladder.window, event.at, event.partner);
        let looks = [Arrival { window, added: Vec::new() }];
        let mut climb = Climb::new(ladder);
        for arrival in self.arrivals[event.partner].iter().chain(&looks) {
            climb.see(arrival);
        }
        climb.tier()
    }

    /// The tier as it was last seen, and as it is now.
    pub(crate) fn arrive(
        &mut self,
        ladder: &LadderSpec,
        partner: usize,
        arrival: Arrival,
    ) -> Option<Change> {
        let tier = |arrivals: &[Arrival]| {
            let mut climb = Climb::new(ladder);
            arrivals.iter().for_each(|arrival| climb.see(arrival));
            climb.tier()
        };
        let before = tier(&self.arrivals[partner]);
        self.arrivals[partner].push(arrival);
        let after = tier(&self.arrivals[partner]);
        (before != after).then_some((before, after))
    }
}
