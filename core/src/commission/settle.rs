//! From exact amounts to what is posted: rounding, tiers, and the new state.

use crate::kernel::calendar::Ordinal;
use crate::kernel::explain::Sink;
use crate::kernel::rounding::Rounding;

use super::caps::commit_limits;
use super::compile::Plan;
use super::conditions::{Conditions, Truth};
use super::evaluate::{Evaluator, Stop, fit};
use super::plan::Measure;
use super::rolling::{ALWAYS, forget};
use super::row::{Row, key, measured, ordinal};
use super::scratch::Scratch;
use super::state::{Cell, Meter, State};
use super::step::Step;
use super::working::Working;

impl<N: Working> Evaluator<'_, N> {
    /// Rounds the order once and gives the lines their parts: each at most one unit from its
    /// exact amount, the units that are over to those that lost the largest fraction.
    #[inline(always)]
    pub(super) fn post<S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Result<(), Stop> {
        let one = &self.tables.one_multiplied;
        scratch.total = match scratch.paid.as_mut_slice() {
            [only] => {
                only.posted = fit(only.amount.settle(one, self.plan.document.rounding))?;
                only.posted
            }
            several => {
                let amounts: Vec<N> = several.iter().map(|paid| paid.amount.clone()).collect();
                let parts = fit(round_parts(&amounts, one, self.plan.document.rounding))?;
                for (paid, part) in several.iter_mut().zip(&parts) {
                    paid.posted = *part;
                }
                parts.iter().sum()
            }
        };
        self.explain_posted(row, scratch, steps);
        match row.split {
            Some(split) => self.split(row, split, scratch, steps),
            None => Ok(()),
        }
    }

    /// Adds every eligible line that the ladder wants to the measure of the seller's tier,
    /// whether or not a rule paid it.
    #[inline(always)]
    pub(super) fn count<C: Conditions>(
        &self,
        row: &Row<'_>,
        conditions: &mut C,
        scratch: &mut Scratch<N>,
    ) -> Result<(), Stop> {
        let Some(spec) = self.plan.tiers.as_ref() else { return Ok(()) };
        let cell = self.cell(row, spec.meter);
        let mut measure = fit(self.measure(row, spec.meter, cell))?;
        if spec.days > 0 {
            let ordinal = ordinal(self.plan, row, spec.meter);
            scratch.counted_past = fit(self.past(spec.meter, ordinal, row.partner))?;
            measure = fit(measure.plus(&scratch.counted_past))?;
        }
        for (position, line) in row.lines.iter().enumerate() {
            let added = match (spec.measure, spec.value) {
                (Measure::Earnings, _) => N::whole(fit(posted_for(position, scratch))?),
                (_, Some(value)) => match self.value_of(position, value, scratch) {
                    Some(value) => value.clone(),
                    None => continue,
                },
                (measure, None) => fit(measured(measure, line))?,
            };
            // Where several rules pay a line, the first one tells what it counted.
            let mut paid = scratch.paid.iter_mut();
            let counted = match paid.find(|paid| paid.line == position) {
                Some(paid) => &mut paid.counted,
                None => match scratch.unpaid.iter_mut().find(|of| of.line == position) {
                    Some(unpaid) if unpaid.eligible => &mut unpaid.counted,
                    _ => continue,
                },
            };
            if let Some(when) = spec.when {
                if conditions.holds(when, position)? != Truth::True {
                    continue;
                }
            }
            *counted = added;
            measure = fit(measure.plus(counted))?;
        }
        let meter = self.state.meters.get(spec.meter);
        let ordinal = ordinal(self.plan, row, spec.meter);
        let before = scratch.held.unwrap_or_default();
        let window_now = if spec.days > 0 { ALWAYS } else { ordinal };
        scratch.held_after = Some(spec.levels.advance(before, window_now, |window| {
            if window == window_now {
                measure.to_exact()
            } else {
                meter.map(|meter| meter.measure(window, row.partner)).unwrap_or_default()
            }
        }));
        scratch.counted = Some(measure);
        Ok(())
    }
}

/// What was posted to the seller for a line.
fn posted_for<N>(line: usize, scratch: &Scratch<N>) -> Option<i64> {
    let paid = scratch.paid.iter().filter(|paid| paid.line == line);
    paid.map(|paid| paid.posted).try_fold(0_i64, i64::checked_add)
}

#[inline(always)]
pub(super) fn sum<N: Working>(scratch: &Scratch<N>) -> Option<N> {
    match scratch.paid.as_slice() {
        [only] => Some(only.amount.clone()),
        several => several.iter().try_fold(N::ZERO, |sum, paid| sum.plus(&paid.amount)),
    }
}

/// Rounds a sum and its parts together: the parts add up to the rounded sum, and each is its
/// exact amount rounded down or up. The largest fractions are rounded up, earlier lines first; a
/// sum below zero is the mirror of the one above.
pub(super) fn round_parts<N: Working>(
    amounts: &[N],
    one: &N,
    rounding: Rounding,
) -> Option<Vec<i64>> {
    if let [only] = amounts {
        return Some(vec![only.settle(one, rounding)?]);
    }
    let total = amounts.iter().try_fold(N::ZERO, |sum, amount| sum.plus(amount))?;
    if total >= N::ZERO {
        return round_up_to(amounts, total.settle(one, rounding)?, one);
    }
    let mirrored: Option<Vec<N>> = amounts.iter().map(|amount| N::ZERO.minus(amount)).collect();
    let target = total.settle(one, rounding)?.checked_neg()?;
    let parts = round_up_to(&mirrored?, target, one)?;
    parts.into_iter().map(i64::checked_neg).collect()
}

fn round_up_to<N: Working>(amounts: &[N], target: i64, one: &N) -> Option<Vec<i64>> {
    let mut parts = Vec::with_capacity(amounts.len());
    let mut fractions = Vec::with_capacity(amounts.len());
    for (position, amount) in amounts.iter().enumerate() {
        let floor = amount.floor(one)?;
        fractions.push((amount.minus(&N::whole(floor).times(one)?)?, position));
        parts.push(floor);
    }
    let floors = parts.iter().try_fold(0_i64, |sum, floor| sum.checked_add(*floor))?;
    let over = usize::try_from(target.checked_sub(floors)?).ok()?;
    fractions.sort_by(|(left, l), (right, r)| right.cmp(left).then(l.cmp(r)));
    for (_, position) in fractions.iter().take(over) {
        if let Some(part) = parts.get_mut(*position) {
            *part = part.checked_add(1)?;
        }
    }
    Some(parts)
}

/// Writes what a row did into the state. It cannot fail, so nothing is ever half written.
#[inline(always)]
pub(super) fn commit<N: Working>(
    plan: &Plan,
    state: &mut State,
    row: &Row<'_>,
    scratch: &Scratch<N>,
) {
    for paid in &scratch.paid {
        let Some(used) = &paid.used else { continue };
        let Some(meter) = state.meters.get_mut(used.meter) else { continue };
        let today = if plan.rolls { used.after.minus(&used.past) } else { None };
        let after = today.as_ref().unwrap_or(&used.after);
        if let Some(cell) = write_measure(meter, used.ordinal, row.partner, after) {
            cell.paid = cell.paid.saturating_add(paid.posted);
            meter.set_settled(used.ordinal, row.partner, used.settled);
        }
    }
    for index in plan.cap_meters.iter().copied() {
        add_paid(plan, state, row, index, scratch.total);
    }
    if plan.general {
        commit_limits(plan, state, row, scratch);
    }
    commit_tier(plan, state, row, scratch);
    if plan.rolls {
        forget(plan, state, row);
    }
}

#[inline(always)]
fn commit_tier<N: Working>(plan: &Plan, state: &mut State, row: &Row<'_>, scratch: &Scratch<N>) {
    let (Some(spec), Some(measure)) = (&plan.tiers, &scratch.counted) else { return };
    let ordinal = ordinal(plan, row, spec.meter);
    if let Some(meter) = state.meters.get_mut(spec.meter) {
        let today = if spec.days > 0 { measure.minus(&scratch.counted_past) } else { None };
        write_measure(meter, ordinal, row.partner, today.as_ref().unwrap_or(measure));
    }
    if let Some(held) = scratch.held_after {
        state.hold(row.partner, held);
    }
}

/// Adds what a row posted to what was paid under a meter, if that concerns the row.
#[inline(always)]
pub(super) fn add_paid(plan: &Plan, state: &mut State, row: &Row<'_>, meter: usize, posted: i64) {
    let Some(key) = key(plan, row, meter) else { return };
    let ordinal = ordinal(plan, row, meter);
    let cell = state.meters.get_mut(meter).and_then(|meter| meter.cell_mut(ordinal, key));
    if let Some(cell) = cell {
        cell.paid = cell.paid.saturating_add(posted);
    }
}

#[inline(always)]
fn write_measure<'m, N: Working>(
    meter: &'m mut Meter,
    ordinal: Ordinal,
    key: u32,
    measure: &N,
) -> Option<&'m mut Cell> {
    let plain = measure.narrow().filter(|_| !meter.has_wide());
    let Some(narrow) = plain else {
        meter.set_measure(ordinal, key, &measure.to_exact());
        return meter.cell_mut(ordinal, key);
    };
    let cell = meter.cell_mut(ordinal, key)?;
    cell.measure = narrow;
    Some(cell)
}
