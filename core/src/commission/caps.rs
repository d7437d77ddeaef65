//! What limits an amount on its way: the least of an order, caps, and limits of rules.
//!
//! A cap of all that sellers are paid is the common one, and short. One that covers some rules, or
//! sponsors, is worked out apart, so that plans without it do not pay for it.

use crate::kernel::allocation::{Part, allocate};
use crate::kernel::exact::Exact;
use crate::kernel::explain::Sink;

use super::compile::{CapMeter, CapPart, Plan, RuleSpec};
use super::conditions::Conditions;
use super::evaluate::{Evaluator, Stop, fit};
use super::facts::BuiltIn;
use super::pay::lost;
use super::row::{Row, key, ordinal};
use super::scratch::{CapLoss, LossBy, Paid, Scratch};
use super::settle::{add_paid, sum};
use super::state::State;
use super::step::{SkipReason, Step};
use super::working::Working;

impl<N: Working> Evaluator<'_, N> {
    /// Applies the caps, from the order outwards.
    #[inline(always)]
    pub(super) fn cap<S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Result<(), Stop> {
        for cap in self.plan.cap_order.iter().copied() {
            fit(self.cap_once(row, cap, scratch, steps))?;
        }
        Ok(())
    }

    #[inline(always)]
    fn cap_once<S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        cap: usize,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Option<()> {
        let one = &self.tables.one_multiplied;
        let spec = self.plan.caps.get(cap)?;
        if let Some(part) = &spec.part {
            return self.cap_part(row, (cap, spec, part), scratch, steps);
        }
        let total = sum(scratch)?;
        let room = match spec.meter {
            None => {
                let max = self.tables.caps.get(cap)?;
                if total <= *max {
                    return Some(());
                }
                max.clone()
            }
            Some(meter) if key(self.plan, row, meter).is_none() => return Some(()),
            Some(meter) => {
                let left = spec.max.checked_sub(self.cell(row, meter).paid)?.max(0);
                N::whole(left).times(one)?
            }
        };
        if total <= room {
            return Some(());
        }
        self.cut(cap, (&total, &room), scratch, steps)?;
        share_out(&mut scratch.paid, &room, &total)
    }

    /// Tells what a cap takes away.
    #[inline(always)]
    fn cut<S: Sink<Step>>(
        &self,
        cap: usize,
        (total, room): (&N, &N),
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Option<()> {
        self.explain_cap(cap, room, total, steps);
        let one = &self.tables.one_multiplied;
        let amount = lost(total, room, one, self.plan.document.rounding)?;
        scratch.lost.push(CapLoss { cap: LossBy::Cap(cap), amount });
        Some(())
    }

    /// The same for a cap that limits some of the rules, or none but sponsors.
    #[inline(never)]
    fn cap_part<S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        (cap, spec, part): (usize, &CapMeter, &CapPart),
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Option<()> {
        let Some(used) = self.used(row, spec) else { return Some(()) };
        let counted = |paid: &&Paid<N>| part.counts(paid);
        let mut amounts = scratch.paid.iter().filter(counted).map(|paid| &paid.amount);
        let total = amounts.try_fold(N::ZERO, |sum, amount| sum.plus(amount))?;
        let one = &self.tables.one_multiplied;
        let room = N::whole(spec.max.checked_sub(used)?.max(0)).times(one)?;
        if total <= room {
            return Some(());
        }
        self.cut(cap, (&total, &room), scratch, steps)?;
        let cut = scratch.paid.iter_mut().filter(|paid| part.counts(paid));
        share_out(cut, &room, &total)
    }

    /// What was posted under a cap before this row; none where it does not limit the row.
    fn used(&self, row: &Row<'_>, spec: &CapMeter) -> Option<i64> {
        match spec.meter {
            None => Some(0),
            Some(meter) => key(self.plan, row, meter).map(|_| self.cell(row, meter).paid),
        }
    }

    /// Raises an order that earns less than the least of an order.
    #[inline(always)]
    pub(super) fn raise<S: Sink<Step>>(
        &self,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Result<(), Stop> {
        let Some(least) = &self.tables.order_min else { return Ok(()) };
        let total = fit(sum(scratch))?;
        if total <= N::ZERO || total >= *least {
            return Ok(());
        }
        steps.step(|| Step::Raised { before: self.after(&total), amount: self.after(least) });
        fit(share_out(&mut scratch.paid, least, &total))
    }

    /// Caps on what sponsors are paid: whole minor units, shared out by what each would have got.
    /// What a falling commission takes back of them is taken back whole, and leaves them more room.
    pub(super) fn cap_sponsors<S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Result<(), Stop> {
        for cap in self.plan.part_caps.iter().copied() {
            let Some(spec) = self.plan.caps.get(cap) else { continue };
            let Some(part) = spec.part.as_ref().filter(|part| part.sponsors) else { continue };
            let Some(used) = self.used(row, spec) else { continue };
            let own = fit(part.posted_to_sellers(scratch))?;
            let total = fit(part.posted_to_sponsors(scratch))?;
            let room = fit(spec.max.checked_sub(used).and_then(|room| room.checked_sub(own)))?;
            let room = room.max(0);
            if total <= room {
                continue;
            }
            let units = |minor: i64| self.units(&N::whole(minor), &N::whole(1));
            self.explain_part_cap(cap, units(total), units(room), steps);
            let amount = fit(total.checked_sub(room))?;
            scratch.lost.push(CapLoss { cap: LossBy::Cap(cap), amount });
            let overrides = &mut scratch.overrides;
            let mut back = overrides.iter().map(|one| one.posted.min(0));
            let back = fit(back.try_fold(0_i64, i64::checked_add))?;
            let mut paid: Vec<_> = overrides.iter_mut().filter(|one| one.posted > 0).collect();
            let weights = paid.iter().enumerate();
            let weights: Vec<Part<usize>> =
                weights.map(|(key, one)| Part { weight: one.posted.into(), key }).collect();
            let parts = allocate(fit(room.checked_sub(back))?.into(), &weights)?;
            for (overriding, part) in paid.iter_mut().zip(parts) {
                overriding.posted = fit(i64::try_from(part).ok())?;
            }
        }
        Ok(())
    }

    /// Whether a rule has yet to pay for the customer as often and as long as it does.
    #[inline(always)]
    pub(super) fn within_limit<C: Conditions, S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        rule: &RuleSpec,
        conditions: &mut C,
        steps: &mut S,
    ) -> Result<bool, Stop> {
        match rule.limit {
            None => Ok(true),
            Some(limit) => self.has_left(row, (rule, limit), conditions, steps),
        }
    }

    #[inline(never)]
    fn has_left<C: Conditions, S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        (rule, limit): (&RuleSpec, usize),
        conditions: &mut C,
        steps: &mut S,
    ) -> Result<bool, Stop> {
        let Some(limit) = self.plan.limits.get(limit) else { return Ok(true) };
        let mut missing = Vec::new();
        let mut reached = false;
        if let Some((events, meter)) = limit.events {
            let cell = self.cell(row, meter);
            match key(self.plan, row, meter) {
                None => missing.push(BuiltIn::CUSTOMER.to_owned()),
                Some(_) => {
                    reached |= fit(self.measure(row, meter, cell))? >= N::whole(events.into());
                }
            }
        }
        if let Some(within) = limit.within {
            match conditions.customer_began() {
                None => missing.push(BuiltIn::BEGAN.to_owned()),
                Some((since, at)) => {
                    reached |= at >= within.add_to(since, self.plan.document.zone)?;
                }
            }
        }
        if reached {
            self.skip(rule.number, SkipReason::LimitReached, Vec::new, steps);
        } else if !missing.is_empty() {
            self.skip(rule.number, SkipReason::ConditionUnknown, || missing.clone(), steps);
        }
        Ok(!reached && missing.is_empty())
    }

    /// Makes sure that the sums in the state can take what was posted.
    #[inline(always)]
    pub(super) fn check_sums(&self, row: &Row<'_>, scratch: &Scratch<N>) -> Result<(), Stop> {
        for paid in &scratch.paid {
            if let Some(used) = &paid.used {
                fit(used.paid.checked_add(scratch.total))?;
            }
        }
        for meter in &self.plan.cap_meters {
            fit(self.cell(row, *meter).paid.checked_add(scratch.total))?;
        }
        for cap in &self.plan.part_caps {
            let Some(spec) = self.plan.caps.get(*cap) else { continue };
            let posted = fit(spec.posted(scratch))?;
            fit(self.used(row, spec).unwrap_or(0).checked_add(posted))?;
        }
        Ok(())
    }
}

/// Brings amounts that make `total` to make `target`, in proportion. One that is all of it needs
/// no division, so that integers can say it.
#[inline(always)]
fn share_out<'p, N: Working + 'p>(
    paid: impl IntoIterator<Item = &'p mut Paid<N>>,
    target: &N,
    total: &N,
) -> Option<()> {
    for one in paid {
        one.amount = match one.amount == *total {
            true => target.clone(),
            false => one.amount.share(target, total)?,
        };
    }
    Some(())
}

impl CapPart {
    fn counts<N>(&self, paid: &Paid<N>) -> bool {
        self.rules.get(paid.rule).copied().unwrap_or(false)
    }

    fn posted_to_sellers<N>(&self, scratch: &Scratch<N>) -> Option<i64> {
        let counted = scratch.paid.iter().filter(|paid| self.counts(paid));
        counted.map(|paid| paid.posted).try_fold(0_i64, i64::checked_add)
    }

    fn posted_to_sponsors<N>(&self, scratch: &Scratch<N>) -> Option<i64> {
        if !self.sponsors {
            return Some(0);
        }
        scratch.overrides.iter().map(|one| one.posted).try_fold(0_i64, i64::checked_add)
    }
}

impl CapMeter {
    /// What a row posts under a cap that has a part of all.
    fn posted<N>(&self, scratch: &Scratch<N>) -> Option<i64> {
        let part = self.part.as_ref()?;
        part.posted_to_sellers(scratch)?.checked_add(part.posted_to_sponsors(scratch)?)
    }
}

/// Writes what limits count.
#[cold]
pub(super) fn commit_limits<N: Working>(
    plan: &Plan,
    state: &mut State,
    row: &Row<'_>,
    scratch: &Scratch<N>,
) {
    for spec in plan.part_caps.iter().filter_map(|cap| plan.caps.get(*cap)) {
        let Some(meter) = spec.meter else { continue };
        // Checked before.
        add_paid(plan, state, row, meter, spec.posted(scratch).unwrap_or(0));
    }
    for limit in &plan.limits {
        let Some((_, meter)) = limit.events else { continue };
        let paid = scratch.paid.iter().any(|paid| paid.rule == limit.rule);
        let Some(key) = key(plan, row, meter).filter(|_| paid) else { continue };
        let ordinal = ordinal(plan, row, meter);
        let Some(meter) = state.meters.get_mut(meter) else { continue };
        if let Ok(count) = meter.measure(ordinal, key).checked_add(&Exact::ONE) {
            meter.set_measure(ordinal, key, &count);
        }
    }
}
