//! The commission oracle: slow, without memory, and of another kind than the library.
//!
//! It keeps everything that was ever posted and works out each sum anew, for every event, with
//! big rationals: no meters, no denominators, no state. What it knows of the rules it has from
//! the documentation of the documents, not from the code.

use std::collections::BTreeMap;

use guerdon::kernel::calendar::{Date, Instant, PlacedWindow, Window, Zone};
use guerdon::kernel::rounding::Rounding;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::events::EventSpec;
use crate::plans::{
    Condition, GroupSpec, LadderSpec, Measures, PartnerSpec, Pays, PlanSpec, Ratio, RuleSpec,
    ScheduleSpec, StepSpec, TIERS, Tenths, outwards,
};

/// A line as the oracle tells it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ToldLine {
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
struct Posted {
    event: usize,
    told: ToldLine,
    seller: usize,
    customer: Option<i64>,
    at: i64,
    schedule: Option<usize>,
    /// What it adds to its schedule's measure and to the seller's ladder as long as nothing is
    /// refunded.
    measured: BigRational,
    counted: BigRational,
    reversed: BigInt,
}

struct Order {
    /// What was paid for each line, and which share of it was given back.
    lines: Vec<(BigRational, BigRational)>,
}

/// Something that a ladder saw: when, and what it added to which window.
struct Arrival {
    window: i32,
    added: Vec<(i32, BigRational)>,
}

pub(crate) struct Oracle<'a> {
    plan: &'a PlanSpec,
    partners: &'a [PartnerSpec],
    posted: Vec<Posted>,
    orders: BTreeMap<usize, Order>,
    arrivals: Vec<Vec<Arrival>>,
}

/// A rule about to be paid for a line.
struct Candidate<'p> {
    rule: &'p RuleSpec,
    line: usize,
    exact: BigRational,
    lost: BigRational,
    schedule: Option<usize>,
    measured: BigRational,
    counted: BigRational,
}

fn whole(value: i64) -> BigRational {
    BigRational::from_integer(value.into())
}

fn share((num, den): Ratio) -> BigRational {
    BigRational::new(num.into(), den.into())
}

fn tenths(amount: Tenths) -> BigRational {
    BigRational::new(amount.into(), 10.into())
}

/// Sign-symmetric: the magnitude is rounded and the sign put back.
fn round(value: &BigRational, rounding: Rounding) -> BigInt {
    let magnitude = value.abs();
    let (down, half) = (magnitude.floor(), BigRational::new(1.into(), 2.into()));
    let rest = &magnitude - &down;
    let even = (down.to_integer() % 2_i32).is_zero();
    let up = match rounding {
        Rounding::HalfAwayFromZero => rest >= half,
        Rounding::HalfEven => rest > half || (rest == half && !even),
        Rounding::Floor => false,
        Rounding::Ceil => !rest.is_zero(),
    };
    let rounded = down.to_integer() + i32::from(up);
    if value.is_negative() { -rounded } else { rounded }
}

/// The rounded sum, given to its parts: each gets its whole units, and what is over goes one by
/// one to the largest fraction that has had nothing yet, the earlier one among equals.
fn round_parts(parts: &[BigRational], rounding: Rounding) -> Vec<BigInt> {
    let sum: BigRational = parts.iter().sum();
    if sum.is_negative() {
        let mirror: Vec<BigRational> = parts.iter().map(|part| -part).collect();
        return round_parts(&mirror, rounding).into_iter().map(|part| -part).collect();
    }
    let mut given: Vec<BigInt> = parts.iter().map(|part| part.floor().to_integer()).collect();
    let mut waiting: Vec<usize> = (0..parts.len()).collect();
    while given.iter().sum::<BigInt>() < round(&sum, rounding) {
        let fraction = |part: usize| &parts[part] - parts[part].floor();
        let mut next = 0;
        for (place, part) in waiting.iter().enumerate() {
            if fraction(*part) > fraction(waiting[next]) {
                next = place;
            }
        }
        given[waiting.remove(next)] += 1;
    }
    given
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(plan: &'a PlanSpec, partners: &'a [PartnerSpec]) -> Self {
        let arrivals = partners.iter().map(|_| Vec::new()).collect();
        Self { plan, partners, posted: Vec::new(), orders: BTreeMap::new(), arrivals }
    }

    fn window(&self, window: Window, at: i64, partner: usize) -> i32 {
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

    fn minor_per_unit(&self) -> BigRational {
        whole(10_i64.pow(self.plan.digits))
    }

    /// What the customer paid, and what commissions are computed on, in minor units.
    fn amounts(&self, event: &EventSpec, line: usize) -> (i64, i64) {
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
        }
    }

    /// Unknown is no.
    fn holds(
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
            event.at >= crate::plans::micros(from) && event.at < crate::plans::micros(until)
        };
        if !self.plan.days.is_none_or(inside) {
            return nothing("outside_effective_dates");
        }
        if self.partners[event.partner].closed {
            return nothing("partner_closed");
        }
        if !(0..event.lines.len()).any(|line| self.holds(self.plan.eligible, event, line, None)) {
            return nothing("not_eligible");
        }
        let tier = match &self.plan.ladder {
            Some(ladder) => self.tier_at(ladder, event),
            None => self.partners[event.partner].tier,
        };
        let mut candidates = self.candidates(event, tier);
        if candidates.is_empty() {
            return nothing("no_rule_matches");
        }
        let mut lost: Vec<(String, BigInt)> = candidates
            .iter()
            .filter(|one| one.lost.is_positive())
            .map(|one| (one.rule.id.clone(), round(&one.lost, self.plan.rounding)))
            .collect();
        lost.extend(self.cap(event, &mut candidates));
        self.post(number, event, tier, &candidates, lost)
    }

    fn candidates(&self, event: &EventSpec, tier: Option<&str>) -> Vec<Candidate<'a>> {
        let plan = self.plan;
        let mut chosen: Vec<Candidate<'a>> = Vec::new();
        for line in 0..event.lines.len() {
            if !self.holds(plan.eligible, event, line, None) {
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
                    _ => {
                        chosen.extend(
                            rules.into_iter().reduce(|best, one| {
                                if one.exact > best.exact { one } else { best }
                            }),
                        )
                    }
                }
            }
        }
        for (position, line) in
            chosen.iter().map(|one| one.line).collect::<Vec<_>>().into_iter().enumerate()
        {
            // A line counts once, whatever pays it.
            let first = chosen.iter().position(|one| one.line == line) == Some(position);
            if let Some(ladder) = plan.ladder.as_ref().filter(|_| first) {
                if self.holds(ladder.when, event, line, tier) {
                    chosen[position].counted = self.measure(ladder.measure, event, line);
                }
            }
        }
        chosen
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
            if !rule.on.contains(&event.kind) || !self.holds(rule.when, event, line, tier) {
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
            let measured = schedule.map_or_else(BigRational::zero, |schedule| {
                self.measure(self.plan.schedules[schedule].measure, event, line)
            });
            let mut exact = match pays {
                Pays::Percent(rate) => whole(self.amounts(event, line).1) * share(*rate),
                Pays::Flat(amount) => tenths(*amount),
                Pays::PerUnit(amount) => tenths(*amount) * Self::quantity(event, line),
                Pays::Schedule(schedule) => self.scheduled(*schedule, event, &measured, earlier),
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
            let counted = BigRational::zero();
            found.push(Candidate { rule, line, exact, lost, schedule, measured, counted });
        }
        found
    }

    /// What is left of something that a line added, after its refunds.
    fn left(&self, posted: &Posted, measure: Measures, added: &BigRational) -> BigRational {
        let refunded = &self.orders[&posted.event].lines[posted.told.line].1;
        match measure {
            Measures::Volume | Measures::Quantity => added * (BigRational::one() - refunded),
            // A sale counts until nothing is left of it.
            Measures::Count if refunded.is_one() => BigRational::zero(),
            Measures::Count => added.clone(),
        }
    }

    fn scheduled(
        &self,
        number: usize,
        event: &EventSpec,
        added: &BigRational,
        earlier: &[Candidate<'_>],
    ) -> BigRational {
        let schedule = &self.plan.schedules[number];
        let here = self.window(schedule.window, event.at, event.partner);
        let past = self.posted.iter().filter(|posted| {
            posted.schedule == Some(number)
                && posted.seller == event.partner
                && self.window(schedule.window, posted.at, posted.seller) == here
        });
        let mut before: BigRational =
            past.map(|posted| self.left(posted, schedule.measure, &posted.measured)).sum();
        before += earlier
            .iter()
            .filter(|one| one.schedule == Some(number))
            .map(|one| one.measured.clone())
            .sum::<BigRational>();
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

    /// Caps, from the order outwards: what each takes away.
    fn cap(&self, event: &EventSpec, candidates: &mut [Candidate<'_>]) -> Vec<(String, BigInt)> {
        let mut caps: Vec<_> = self.plan.caps.iter().collect();
        caps.sort_by_key(|cap| outwards(cap.scope));
        let mut lost = Vec::new();
        for cap in caps {
            if cap.scope == "customer" && event.customer.is_none() {
                continue;
            }
            let here = self.window(cap.window, event.at, event.partner);
            let used: BigInt = self
                .posted
                .iter()
                .filter(|posted| posted.told.level == 0)
                .filter(|posted| match cap.scope {
                    "customer" => posted.customer == event.customer,
                    "partner" => posted.seller == event.partner,
                    scope => scope == "program",
                })
                .filter(|posted| self.window(cap.window, posted.at, posted.seller) == here)
                .map(|posted| &posted.told.amount + &posted.reversed)
                .sum();
            let room = (BigInt::from(cap.max) - used).max(BigInt::zero());
            let room = BigRational::from_integer(room);
            let total: BigRational = candidates.iter().map(|one| one.exact.clone()).sum();
            if total <= room {
                continue;
            }
            lost.push((cap.id.clone(), round(&(&total - &room), self.plan.rounding)));
            for one in candidates.iter_mut() {
                one.exact = &one.exact * &room / &total;
            }
        }
        lost
    }

    fn post(
        &mut self,
        number: usize,
        event: &EventSpec,
        tier: Option<&'static str>,
        candidates: &[Candidate<'_>],
        lost: Vec<(String, BigInt)>,
    ) -> Told {
        let exact: Vec<BigRational> = candidates.iter().map(|one| one.exact.clone()).collect();
        let amounts = round_parts(&exact, self.plan.rounding);
        let total: BigInt = amounts.iter().sum();
        let before = self.posted.len();
        for (one, amount) in candidates.iter().zip(amounts) {
            let rule = one.rule.id.clone();
            let told = ToldLine { rule, line: one.line, partner: event.partner, level: 0, amount };
            self.posted.push(Posted {
                schedule: one.schedule,
                measured: one.measured.clone(),
                counted: one.counted.clone(),
                ..posted(number, event, told)
            });
        }
        for told in self.overrides(event, tier, &self.posted[before..]) {
            self.posted.push(posted(number, event, told));
        }
        let gross = |line| (whole(self.amounts(event, line).0), BigRational::zero());
        let lines = (0..event.lines.len()).map(gross).collect();
        self.orders.insert(number, Order { lines });
        let lines = self.posted[before..].iter().map(|posted| posted.told.clone()).collect();
        let change = self.plan.ladder.as_ref().and_then(|ladder| {
            let window = self.window(ladder.window, event.at, event.partner);
            let counted: BigRational = candidates.iter().map(|one| one.counted.clone()).sum();
            self.arrive(ladder, event.partner, Arrival { window, added: vec![(window, counted)] })
        });
        Told { status: "earned", lines, total, lost, change }
    }

    fn overrides(&self, event: &EventSpec, tier: Option<&str>, paid: &[Posted]) -> Vec<ToldLine> {
        let mut told = Vec::new();
        for one in &self.plan.overrides {
            let up = |partner: usize| self.partners[partner].sponsor;
            let sponsor = (0..one.level).try_fold(event.partner, |partner, _| up(partner));
            let Some(partner) = sponsor.filter(|sponsor| !self.partners[*sponsor].closed) else {
                continue;
            };
            let mut lines = Vec::new();
            let mut exact = Vec::new();
            for line in 0..event.lines.len() {
                let of_line: Vec<&Posted> =
                    paid.iter().filter(|one| one.told.line == line).collect();
                if of_line.is_empty() || !self.holds(one.when, event, line, tier) {
                    continue;
                }
                let base = if one.of_sale {
                    whole(self.amounts(event, line).1)
                } else {
                    BigRational::from_integer(
                        of_line.iter().map(|one| one.told.amount.clone()).sum(),
                    )
                };
                lines.push(line);
                exact.push(base * share(one.rate));
            }
            for (line, amount) in lines.into_iter().zip(round_parts(&exact, self.plan.rounding)) {
                told.push(ToldLine {
                    rule: one.id.clone(),
                    line,
                    partner,
                    level: one.level,
                    amount,
                });
            }
        }
        told
    }

    /// What is left of an order in minor units, or of one of its lines.
    pub(crate) fn left_of(&self, number: usize, line: Option<usize>) -> BigRational {
        let left = |(gross, refunded): &(BigRational, BigRational)| {
            gross * (BigRational::one() - refunded)
        };
        let order = &self.orders[&number].lines;
        line.map_or_else(|| order.iter().map(left).sum(), |line| left(&order[line]))
    }

    pub(crate) fn earned(&self) -> Vec<usize> {
        self.orders.keys().copied().collect()
    }

    /// The reversal of each line that is touched, and the seller's change of tier.
    pub(crate) fn refund(
        &mut self,
        at: i64,
        number: usize,
        line: Option<usize>,
        amount: i64,
    ) -> (Vec<ToldLine>, Option<Change>) {
        let whole_left = self.left_of(number, line);
        let mut told = Vec::new();
        let named = |place: usize| line.is_none_or(|line| line == place);
        let order = self.orders[&number].lines.iter().enumerate();
        // Where nothing is left to pay back, what cost nothing is given back whole.
        let touched: Vec<usize> = order
            .filter(|(place, (_, refunded))| {
                named(*place) && !(whole_left.is_zero() && refunded.is_one())
            })
            .map(|(place, _)| place)
            .collect();
        if touched.is_empty() {
            return (told, None);
        }
        let ladder = self.plan.ladder.as_ref();
        let mine = |posted: &&Posted| posted.event == number;
        let measure = |oracle: &Self| -> Vec<BigRational> {
            let Some(ladder) = ladder else { return Vec::new() };
            let of = oracle.posted.iter().filter(mine);
            of.map(|posted| oracle.left(posted, ladder.measure, &posted.counted)).collect()
        };
        let before = measure(self);
        for place in &touched {
            let refunded = &mut self.orders.get_mut(&number).unwrap().lines[*place].1;
            if whole_left.is_zero() {
                *refunded = BigRational::one();
            } else {
                let part = whole(amount) / &whole_left * (BigRational::one() - &*refunded);
                *refunded += part;
            }
        }
        let after = measure(self);
        for posted in self.posted.iter_mut().filter(|posted| posted.event == number) {
            let place = posted.told.line;
            let refunded = &self.orders[&number].lines[place].1;
            if !touched.contains(&place) {
                continue;
            }
            let kept = BigRational::one() - refunded;
            let earned = BigRational::from_integer(posted.told.amount.clone());
            let target = round(&(earned * kept), self.plan.rounding);
            let reversal = target - &posted.told.amount - &posted.reversed;
            posted.reversed += &reversal;
            told.push(ToldLine { amount: reversal, ..posted.told.clone() });
        }
        let lost = before.iter().zip(&after).map(|(before, after)| after - before).collect();
        let change = self.refunded(at, number, lost);
        (told, change)
    }

    fn refunded(&mut self, at: i64, number: usize, added: Vec<BigRational>) -> Option<Change> {
        let ladder = self.plan.ladder.as_ref()?;
        let sold = self.posted.iter().find(|posted| posted.event == number)?;
        let (seller, sold_at) = (sold.seller, sold.at);
        let sold_in = self.window(ladder.window, sold_at, seller);
        let window = self.window(ladder.window, at, seller);
        let added = added.into_iter().map(|added| (sold_in, added)).collect();
        self.arrive(ladder, seller, Arrival { window, added })
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
    fn arrive(&mut self, ladder: &LadderSpec, partner: usize, arrival: Arrival) -> Option<Change> {
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

fn posted(event: usize, of: &EventSpec, told: ToldLine) -> Posted {
    Posted {
        event,
        told,
        seller: of.partner,
        customer: of.customer,
        at: of.at,
        schedule: None,
        measured: BigRational::zero(),
        counted: BigRational::zero(),
        reversed: BigInt::zero(),
    }
}

/// A schedule's steps, paying in minor units for a measure in units.
struct Steps<'s> {
    schedule: &'s ScheduleSpec,
    minor: &'s BigRational,
}

impl Steps<'_> {
    fn slope(&self, step: &StepSpec) -> BigRational {
        let rate = step.rate.map_or_else(BigRational::zero, share) * self.minor;
        rate + step.per_unit.map_or_else(BigRational::zero, tenths)
    }

    fn entered(&self, step: &StepSpec, measure: &BigRational) -> bool {
        let from = whole(step.from);
        measure.is_positive()
            && (*measure > from || (*measure == from && !self.schedule.upper_inclusive))
    }

    fn flats(&self, measure: &BigRational) -> BigRational {
        let entered = self.schedule.steps.iter().filter(|step| self.entered(step, measure));
        entered.map(|step| step.flat.map_or_else(BigRational::zero, tenths)).sum()
    }

    /// The slope and the flat amount of the step that a measure has reached.
    fn reached(&self, measure: &BigRational) -> (BigRational, BigRational) {
        let steps = &self.schedule.steps;
        match steps.iter().rev().find(|step| self.entered(step, measure)) {
            Some(step) => (self.slope(step), step.flat.map_or_else(BigRational::zero, tenths)),
            None if steps[0].from == 0 => (self.slope(&steps[0]), BigRational::zero()),
            None => (BigRational::zero(), BigRational::zero()),
        }
    }

    /// What a cumulative measure makes in all.
    fn makes(&self, measure: &BigRational) -> BigRational {
        if self.schedule.mode == "retroactive" || !measure.is_positive() {
            let (slope, flat) = self.reached(measure);
            return slope * measure + flat;
        }
        let steps = &self.schedule.steps;
        let mut sum = self.flats(measure);
        for (place, step) in steps.iter().enumerate() {
            let end = steps
                .get(place + 1)
                .map_or(measure.clone(), |next| whole(next.from).min(measure.clone()));
            let within = (end - whole(step.from)).max(BigRational::zero());
            sum += self.slope(step) * within;
        }
        sum
    }

    fn adds(&self, before: &BigRational, added: &BigRational) -> BigRational {
        if added.is_zero() {
            return BigRational::zero();
        }
        let after = before + added;
        let entered = self.flats(&after) - self.flats(before);
        match self.schedule.mode {
            "prospective_after" => self.reached(before).0 * added + entered,
            "prospective_including" => self.reached(&after).0 * added + entered,
            "per_transaction" => {
                let (slope, flat) = self.reached(added);
                slope * added + flat
            }
            _ => self.makes(&after) - self.makes(before),
        }
    }
}

/// Somebody on a ladder, window by window. Ranks count from 1; 0 is none.
struct Climb<'l> {
    ladder: &'l LadderSpec,
    window: Option<i32>,
    /// With which rank the window began, the best and the last that its measure was worth.
    began: usize,
    best: usize,
    now: usize,
    missed: u16,
    measures: BTreeMap<i32, BigRational>,
}

impl<'l> Climb<'l> {
    fn new(ladder: &'l LadderSpec) -> Self {
        let base = usize::from(ladder.froms[0] == 0);
        let measures = BTreeMap::new();
        Self { ladder, window: None, began: base, best: base, now: base, missed: 0, measures }
    }

    fn worth(&self, measure: &BigRational) -> usize {
        let base = usize::from(self.ladder.froms[0] == 0);
        self.ladder.froms.iter().filter(|from| whole(**from) <= *measure).count().max(base)
    }

    fn measure(&self, window: i32) -> BigRational {
        self.measures.get(&window).cloned().unwrap_or_else(BigRational::zero)
    }

    fn see(&mut self, arrival: &Arrival) {
        let mut window = *self.window.get_or_insert(arrival.window);
        while window < arrival.window {
            self.end(window);
            window += 1;
            self.window = Some(window);
            self.look(window);
        }
        for (window, added) in &arrival.added {
            let sum = self.measure(*window) + added;
            self.measures.insert(*window, sum);
        }
        if window == arrival.window {
            self.look(window);
        }
    }

    fn look(&mut self, window: i32) {
        self.now = self.worth(&self.measure(window));
        self.best = self.best.max(self.now);
    }

    fn end(&mut self, window: i32) {
        let last = self.worth(&self.measure(window));
        let earned = if self.ladder.on_decrease == "never" { self.best.max(last) } else { last };
        if earned >= self.began {
            self.began = earned;
            self.missed = 0;
        } else {
            self.missed += 1;
            if self.missed > self.ladder.grace && self.ladder.downgrade != "none" {
                self.missed = 0;
                self.began =
                    if self.ladder.downgrade == "one_step" { self.began - 1 } else { earned };
            }
        }
        let base = usize::from(self.ladder.froms[0] == 0);
        (self.best, self.now) = (base, base);
    }

    fn tier(&self) -> Option<&'static str> {
        // Nobody has a tier before anything happened.
        self.window?;
        let rank = match (self.ladder.promotion, self.ladder.on_decrease) {
            ("period_end", _) => self.began,
            (_, "now") => self.began.max(self.now),
            _ => self.began.max(self.best),
        };
        rank.checked_sub(1).map(|level| TIERS[level])
    }
}
