//! Refunds: each posted line is taken back by the share of its sale that was refunded.
//!
//! `target = round(posted * (1 - refunded))`, and the reversal is what leads there from what is
//! left of the line. So reversals never exceed the commission, and a full refund lands on zero
//! however many parts it comes in. A refund of one line of the order concerns that line; a refund
//! of the order is spread over what has not been refunded of it yet. What cost nothing (a free
//! item, a signup) has no share to take: it is given back whole, by a refund of nothing that names
//! it, or by one of the order when nothing else is left of that.

use std::collections::BTreeMap;

use crate::kernel::calendar::{Instant, Ordinal};
use crate::kernel::derived_id::Cause;
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::ladder::Held;
use crate::kernel::money::{Amount, Rate, from_minor, to_minor};
use crate::kernel::problem::Problem;

use super::compile::{Key, Plan};
use super::event::Refund;
use super::outcome::{Line, LineKind, Outcome, OutcomeStatus};
use super::plan::{Measure, RefundPolicy};
use super::roster::Roster;
use super::state::State;
use super::step::Step;
use super::working::Working;
use super::{LINE_OF_OTHER_PLAN, REFUND_EXCEEDS_SALE, REFUND_OF_UNKNOWN_SALE, REFUND_REPEATED};

/// What a refund does to one posted line.
struct Taken<'a> {
    line: &'a Line,
    reversal: Line,
    /// Which share of the line's sale this refund gives back.
    now: Exact,
    /// Whether this refund is the one that leaves nothing of the sale.
    all: bool,
}

impl Plan {
    /// Takes back what a refund makes undue.
    ///
    /// `posted` are the lines of the refunded event, earlier reversals included, as they were
    /// given out. Steps say how each reversal was found.
    ///
    /// # Errors
    /// What is wrong with the refund or the lines, with its place under `/refund` or `/posted`;
    /// the state is then unchanged.
    pub fn refund(
        &self,
        state: &mut State,
        roster: &Roster,
        refund: &Refund,
        posted: &[Line],
    ) -> Result<Outcome, Problem> {
        self.check_state(state)?;
        let placed = |problem: Problem| problem.under("amount").under("refund");
        let amount = self.minor(refund.amount).map_err(placed)?;
        self.check_lines(refund, posted)?;
        if self.document.refunds == RefundPolicy::None {
            return Ok(self.nothing(&refund.id, OutcomeStatus::KeptByPolicy));
        }
        let shares = shares(refund, amount, posted)?;
        let mut outcome = self.nothing(&refund.id, OutcomeStatus::Earned);
        let mut taken = Vec::new();
        for line in posted.iter().filter(|line| line.kind != LineKind::Reversal) {
            let Some(share) = shares.get(&line.item) else { continue };
            taken.push(self.take_back(refund, line, share, posted, &mut outcome.steps)?);
        }
        name(state, &taken);
        let changes = self.changes(state, roster, refund.at, &taken)?;
        let tiers = changes.tiers(self, state);
        outcome.tier_changes = tiers
            .iter()
            .filter_map(|(partner, _, before, after)| {
                self.tier_change(before.level(), after.level(), partner, refund.at)
            })
            .collect();
        outcome.total = from_minor(self.sellers_total(&taken)?, self.document.currency);
        outcome.lines = taken.into_iter().map(|taken| taken.reversal).collect();
        changes.write(state, tiers);
        Ok(outcome)
    }

    fn check_lines(&self, refund: &Refund, posted: &[Line]) -> Result<(), Problem> {
        for (position, line) in posted.iter().enumerate() {
            if line.plan != self.reference.id || line.plan_version != self.reference.version {
                let problem = Problem::new(
                    LINE_OF_OTHER_PLAN,
                    format!("the line is of `{}` version {}", line.plan, line.plan_version),
                    "refund with the plan and the version that posted the line",
                );
                return Err(problem.under("plan").under(position).under("posted"));
            }
            if line.kind == LineKind::Reversal && line.event == refund.id {
                let problem = Problem::new(
                    REFUND_REPEATED,
                    format!("the refund `{}` has been taken back already", refund.id),
                    "give each refund an id of its own",
                );
                return Err(problem.under("id").under("refund"));
            }
        }
        let refunded = |line: &&Line| {
            line.kind != LineKind::Reversal
                && line.event == refund.event
                && (refund.item.is_none() || line.item == refund.item)
        };
        if posted.iter().any(|line| refunded(&line)) {
            return check_event(refund, posted);
        }
        Err(Problem::new(
            REFUND_OF_UNKNOWN_SALE,
            format!("no posted line is for the event `{}` and the line refunded", refund.event),
            "hand back the lines that the event was given; an event without lines needs no refund",
        )
        .under(if refund.item.is_some() { "item" } else { "event" })
        .under("refund"))
    }

    fn take_back<'a>(
        &self,
        refund: &Refund,
        line: &'a Line,
        share: &Share,
        posted: &[Line],
        steps: &mut Vec<Step>,
    ) -> Result<Taken<'a>, Problem> {
        let currency = self.document.currency;
        let earned = to_minor(line.amount.amount, currency)?;
        let mut reversals = posted.iter().filter(|one| one.origin == Some(line.id));
        let before = reversals.try_fold(0_i64, |sum, one| {
            let amount = to_minor(one.amount.amount, currency)?;
            sum.checked_add(amount).ok_or_else(crate::kernel::exact::overflow)
        })?;
        let refunded = share.before.checked_add(&share.now)?;
        let left = Exact::ONE.checked_sub(&refunded)?;
        let target = Exact::from(earned).checked_mul(&left)?;
        let target = target
            .settle(&Exact::ONE, self.document.rounding)
            .ok_or_else(crate::kernel::exact::overflow)?;
        // Both lie between zero and what was earned, so their difference fits.
        let amount = target.saturating_sub(earned.saturating_add(before));
        let rate = Rate::new(refunded.clone());
        steps.push(Step::Reversed {
            rule: line.rule.clone(),
            posted: line.amount,
            refunded: rate.clone(),
            target: from_minor(target, currency),
            before: from_minor(before, currency),
            reversal: from_minor(amount, currency),
        });
        let reversal = Line {
            id: Cause::of("reversal").derived(line.id).text(refund.id.as_str()).id(),
            kind: LineKind::Reversal,
            event: refund.id.clone(),
            amount: from_minor(amount, currency),
            at: refund.at,
            payable_at: refund.at.max(line.payable_at),
            measured: Amount::ZERO,
            counted: Amount::ZERO,
            origin: Some(line.id),
            refunded: Some(rate),
            ..line.clone()
        };
        Ok(Taken {
            line,
            reversal,
            now: share.now.clone(),
            all: left.is_zero() && !share.now.is_zero(),
        })
    }

    fn sellers_total(&self, taken: &[Taken<'_>]) -> Result<i64, Problem> {
        let sellers = taken.iter().filter(|taken| taken.line.kind == LineKind::Commission);
        sellers
            .map(|taken| to_minor(taken.reversal.amount.amount, self.document.currency))
            .try_fold(0_i64, |sum, amount| {
                sum.checked_add(amount?).ok_or_else(crate::kernel::exact::overflow)
            })
    }

    /// What the refund changes in the state, worked out before anything is written.
    fn changes(
        &self,
        state: &State,
        roster: &Roster,
        at: Instant,
        taken: &[Taken<'_>],
    ) -> Result<Changes, Problem> {
        let mut changes = Changes::default();
        let mut cursors = state.cursors.clone();
        for one in taken.iter().filter(|one| one.line.kind == LineKind::Commission) {
            let joined = roster.get(&one.line.partner).and_then(|partner| partner.joined);
            let windows = self.ordinals(&mut cursors, one.line.at, joined)?;
            let amount = to_minor(one.reversal.amount.amount, self.document.currency)?;
            let mut change = |meter: usize, amount: i64, less: Exact| {
                let Some(place) = self.place(state, meter, &windows, one.line) else {
                    return Ok(());
                };
                changes.add(state, place, amount, &less)
            };
            if let Some(schedule) = &one.line.schedule {
                let position = self.document.schedules.keys().position(|name| name == schedule);
                let measure = self.document.schedules.get(schedule).map(|of| of.measure);
                if let (Some(meter), Some(measure)) = (position, measure) {
                    change(meter, amount, self.given_back(measure, one.line.measured, one)?)?;
                }
            }
            for meter in self.cap_meters.iter().copied() {
                change(meter, amount, Exact::ZERO)?;
            }
            if let Some(tiers) = &self.tiers {
                let less = self.given_back(tiers.measure, one.line.counted, one)?;
                change(tiers.meter, 0, less)?;
                changes.partner(&one.line.partner, self.ordinals(&mut cursors, at, joined)?);
            }
        }
        changes.settle(self)?;
        Ok(changes)
    }

    /// How much a measure loses. Volume and quantity shrink with the sale; a count only when
    /// nothing of it is left.
    fn given_back(
        &self,
        measure: Measure,
        added: Amount,
        taken: &Taken<'_>,
    ) -> Result<Exact, Problem> {
        let added = Exact::from(added.decimal());
        match measure {
            Measure::Volume => {
                let minor = Exact::from(self.document.currency.minor_per_unit());
                added.checked_mul(&minor)?.checked_mul(&taken.now)
            }
            Measure::Quantity => added.checked_mul(&taken.now),
            Measure::Count if taken.all => Ok(added),
            Measure::Count => Ok(Exact::ZERO),
        }
    }

    fn place(
        &self,
        state: &State,
        meter: usize,
        windows: &[Ordinal],
        line: &Line,
    ) -> Option<Place> {
        let spec = self.meters.get(meter)?;
        let key = match spec.key {
            Key::Partner => state.partners.get(&line.partner)?,
            Key::Customer => state.customers.get(line.customer.as_ref()?)?,
            Key::Program => 0,
        };
        Some((meter, *windows.get(spec.window)?, key))
    }
}

/// Makes sure that no line of another event is taken back along with those of the refunded one.
fn check_event(refund: &Refund, posted: &[Line]) -> Result<(), Problem> {
    let is_other = |line: &Line| line.kind != LineKind::Reversal && line.event != refund.event;
    let Some(position) = posted.iter().position(is_other) else { return Ok(()) };
    let problem = Problem::new(
        REFUND_OF_UNKNOWN_SALE,
        format!("one of the posted lines is not for the event `{}`", refund.event),
        "hand back the lines of the refunded event, and no others",
    );
    Err(problem.under("event").under(position).under("posted"))
}

/// Makes sure that whoever has a line has a number: a state that was stored knows only those who
/// have a sum, and this refund may be what gives them one.
fn name(state: &mut State, taken: &[Taken<'_>]) {
    for one in taken.iter().filter(|one| one.line.kind == LineKind::Commission) {
        state.partners.number(&one.line.partner);
        if let Some(customer) = &one.line.customer {
            state.customers.number(customer);
        }
    }
}

/// Which share of a line's sale was refunded before, and is now.
struct Share {
    before: Exact,
    now: Exact,
}

/// The share of each refunded line of the order.
fn shares(
    refund: &Refund,
    amount: i64,
    posted: &[Line],
) -> Result<BTreeMap<Option<Id>, Share>, Problem> {
    let mut lines: BTreeMap<Option<Id>, (Exact, Exact)> = BTreeMap::new();
    let mut order = Exact::ZERO;
    for line in posted.iter().filter(|line| line.kind != LineKind::Reversal) {
        order = Exact::from(line.order_gross.amount.decimal());
        let gross = Exact::from(line.gross.amount.decimal());
        let reversals = posted.iter().filter(|one| one.origin == Some(line.id));
        let refunded = reversals.filter_map(|one| one.refunded.as_ref()).max();
        let before = refunded.map_or(Exact::ZERO, |rate| rate.exact().clone());
        lines.insert(line.item.clone(), (gross, before));
    }
    let left = left_of_order(&order, &lines)?;
    let refunded = Exact::ratio(amount.into(), refund.amount.currency.minor_per_unit().into())?;
    let mut shares = BTreeMap::new();
    for (item, (gross, before)) in lines {
        if refund.item.is_some() && refund.item != item {
            continue;
        }
        let of_line = Exact::ONE.checked_sub(&before)?;
        let whole = if refund.item.is_some() { gross.checked_mul(&of_line)? } else { left.clone() };
        if refunded > whole {
            return Err(Problem::new(
                REFUND_EXCEEDS_SALE,
                format!(
                    "`{}` is refunded, but only {whole} is left of what was paid",
                    refund.amount
                ),
                "refund at most what was paid and not given back yet",
            )
            .under("amount")
            .under("refund"));
        }
        let now = match (whole.is_zero(), of_line.is_zero()) {
            (false, _) => refunded.checked_div(&whole)?.checked_mul(&of_line)?,
            (true, false) => of_line,
            (true, true) => continue,
        };
        shares.insert(item, Share { before, now });
    }
    Ok(shares)
}

/// What is left of an order after the refunds so far. Lines that earned nothing have none here;
/// they have been refunded as far as the least refunded line, which orders' refunds reach too.
fn left_of_order(
    order: &Exact,
    lines: &BTreeMap<Option<Id>, (Exact, Exact)>,
) -> Result<Exact, Problem> {
    let mut left = Exact::ZERO;
    let mut unposted = order.clone();
    for (gross, before) in lines.values() {
        left = left.checked_add(&gross.checked_mul(&Exact::ONE.checked_sub(before)?)?)?;
        unposted = unposted.checked_sub(gross)?;
    }
    let least = lines.values().map(|(_, before)| before).min().cloned().unwrap_or_default();
    left.checked_add(&unposted.checked_mul(&Exact::ONE.checked_sub(&least)?)?)
}

/// A meter, a window and whose cell.
type Place = (usize, Ordinal, u32);

/// New values of cells and tiers.
#[derive(Default)]
struct Changes {
    /// The new measure, what was settled, and what is posted.
    cells: BTreeMap<Place, (Exact, i64, i64)>,
    partners: BTreeMap<Id, Vec<Ordinal>>,
}

impl Changes {
    fn add(
        &mut self,
        state: &State,
        place: Place,
        amount: i64,
        less: &Exact,
    ) -> Result<(), Problem> {
        let (meter, window, key) = place;
        let Some(cells) = state.meters.get(meter) else { return Ok(()) };
        let cell = cells.cell(window, key);
        let start = || (cells.measure(window, key), cell.settled, cell.paid);
        let (measure, settled, paid) = self.cells.remove(&place).unwrap_or_else(start);
        let paid = paid.checked_add(amount).ok_or_else(crate::kernel::exact::overflow)?;
        self.cells.insert(place, (measure.checked_sub(less)?, settled, paid));
        Ok(())
    }

    fn partner(&mut self, partner: &Id, windows: Vec<Ordinal>) {
        self.partners.insert(partner.clone(), windows);
    }

    /// A schedule that posts cumulatively goes on from its new measure: what a frozen refund took
    /// back is settled with it, and later events earn what they add to that measure.
    fn settle(&mut self, plan: &Plan) -> Result<(), Problem> {
        for ((meter, ..), (measure, settled, _)) in &mut self.cells {
            let Some(table) = plan.exact.schedules.get(*meter) else { continue };
            if !table.cumulative {
                continue;
            }
            let total = table.rates.cumulative(measure);
            *settled = total
                .and_then(|total| total.settle(&plan.exact.one, plan.document.rounding))
                .ok_or_else(crate::kernel::exact::overflow)?;
        }
        Ok(())
    }

    /// The tiers that partners hold once the measures are what they will be.
    fn tiers(&self, plan: &Plan, state: &State) -> Vec<(Id, u32, Held, Held)> {
        let Some(spec) = &plan.tiers else { return Vec::new() };
        let Some(meter) = state.meters.get(spec.meter) else { return Vec::new() };
        let window = plan.meters.get(spec.meter).map_or(0, |meter| meter.window);
        self.partners
            .iter()
            .filter_map(|(partner, windows)| {
                let number = state.partners.get(partner)?;
                let (before, window) = (state.held(number), *windows.get(window)?);
                // A window that was over before the refund is judged without it, whether or not
                // anybody had looked since.
                let entered =
                    spec.levels.advance(before, window, |ordinal| meter.measure(ordinal, number));
                let after = spec.levels.advance(entered, window, |ordinal| {
                    let changed = self.cells.get(&(spec.meter, ordinal, number));
                    changed.map_or_else(
                        || meter.measure(ordinal, number),
                        |(measure, ..)| measure.clone(),
                    )
                });
                Some((partner.clone(), number, before, after))
            })
            .collect()
    }

    fn write(self, state: &mut State, tiers: Vec<(Id, u32, Held, Held)>) {
        for ((meter, window, key), (measure, settled, paid)) in self.cells {
            let Some(meter) = state.meters.get_mut(meter) else { continue };
            meter.set_measure(window, key, &measure);
            if let Some(cell) = meter.cell_mut(window, key) {
                cell.settled = settled;
                cell.paid = paid;
            }
        }
        for (_, number, _, after) in tiers {
            state.hold(number, after);
        }
    }
}
