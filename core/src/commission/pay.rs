//! From a matching rule to an amount: the rule's own pay, multipliers, and its limits.

use crate::kernel::exact::Exact;
use crate::kernel::explain::Sink;
use crate::kernel::rounding::Rounding;

use super::compile::RuleSpec;
use super::conditions::{Conditions, Truth};
use super::evaluate::{Evaluator, Stop, fit};
use super::rates::{Moved, MultiplierTable, Paying, RuleTable};
use super::row::{Row, RowLine, key, ordinal};
use super::scratch::{CapLoss, LossBy, Paid, Scratch, Used};
use super::state::{Cell, WIDE};
use super::step::{SkipReason, Step};
use super::working::Working;

impl<'a, N: Working> Evaluator<'a, N> {
    /// The way a rule pays a line: none if it does not apply, or not to the seller's tier.
    #[inline(always)]
    pub(super) fn way<C: Conditions, S: Sink<Step>>(
        &self,
        (row, line): (&Row<'_>, usize),
        rule: &RuleSpec,
        tier: Option<u16>,
        conditions: &mut C,
        steps: &mut S,
    ) -> Result<Option<&'a Paying<N>>, Stop> {
        if !self.applies(row, line, rule, conditions, steps)? {
            return Ok(None);
        }
        let own = |table: &'a RuleTable<N>| table.own.as_ref().filter(|_| row.own_rate.is_some());
        let table = self.tables.rules.get(rule.number);
        match table.map(|table| own(table).unwrap_or_else(|| table.paying(tier))) {
            Some(Paying::Nothing) | None => {
                self.skip(rule.number, SkipReason::NothingForTier, Vec::new, steps);
                Ok(None)
            }
            way => Ok(way),
        }
    }

    /// Whether a rule applies to a line.
    #[inline(always)]
    fn applies<C: Conditions, S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        line: usize,
        rule: &RuleSpec,
        conditions: &mut C,
        steps: &mut S,
    ) -> Result<bool, Stop> {
        if !rule.kinds.contains(row.kind) {
            self.skip(rule.number, SkipReason::OtherKind, Vec::new, steps);
            return Ok(false);
        }
        let Some(condition) = rule.when else {
            return self.within_limit(row, rule, conditions, steps);
        };
        let truth = conditions.holds(condition, line)?;
        match truth {
            Truth::True => return self.within_limit(row, rule, conditions, steps),
            Truth::False => self.skip(rule.number, SkipReason::ConditionFalse, Vec::new, steps),
            Truth::Unknown => {
                let missing = || conditions.missing(condition, line);
                self.skip(rule.number, SkipReason::ConditionUnknown, missing, steps);
            }
        }
        Ok(false)
    }

    /// Adds what a rule pays for a line, before multipliers.
    #[inline(always)]
    pub(super) fn pay(
        &self,
        row: &Row<'_>,
        line: usize,
        (rule, way): (usize, &Paying<N>),
        scratch: &mut Scratch<N>,
    ) -> Result<(), Stop> {
        let Some(of) = row.lines.get(line) else { return Ok(()) };
        let (amount, used) = match way {
            Paying::Schedule(schedule) => {
                let (amount, used) = fit(self.by_schedule(row, line, *schedule, scratch))?;
                (amount, Some(used))
            }
            Paying::Own => (fit(self.by_own_rate(row, of))?, None),
            way => (fit(way.amount(of))?, None),
        };
        scratch.paid.push(Paid { line, rule, amount, posted: 0, used, counted: N::ZERO });
        Ok(())
    }

    /// What the rate of the seller's own pays. It is known too late to be over the plan's
    /// denominator, so where it does not fit that, exact numbers do.
    #[cold]
    fn by_own_rate(&self, row: &Row<'_>, line: &RowLine) -> Option<N> {
        let amount = Exact::from(line.base).checked_mul(row.own_rate?.exact()).ok()?;
        N::measure(&amount.checked_mul(&self.tables.one.to_exact()).ok()?)
    }

    /// What a schedule pays for a line, and what becomes of its meter.
    #[inline(always)]
    fn by_schedule(
        &self,
        row: &Row<'_>,
        line: usize,
        schedule: usize,
        scratch: &Scratch<N>,
    ) -> Option<(N, Used<N>)> {
        let table = self.tables.schedules.get(schedule)?;
        let ordinal = *row.windows.get(table.window)?;
        let meter = self.state.meters.get(table.meter)?;
        let cell = meter.cell(ordinal, row.partner);
        let mut before = match cell.measure {
            WIDE => N::measure(&meter.wide(ordinal, row.partner))?,
            measure => N::whole(measure),
        };
        let mut past = N::ZERO;
        if self.plan.rolls {
            past = self.past(table.meter, ordinal, row.partner)?;
            before = before.plus(&past)?;
        }
        let mut settled = if table.cumulative { meter.settled(ordinal, row.partner) } else { 0 };
        if line > 0 {
            // Earlier lines of the same order have moved the meter already.
            let earlier = scratch.paid.iter().rev().filter(|paid| paid.line < line);
            let mut moved = earlier.filter_map(|paid| paid.used.as_ref());
            if let Some(used) = moved.find(|used| used.meter == table.meter) {
                before = used.after.clone();
                settled = used.settled;
            }
        }
        let rounding = self.plan.document.rounding;
        let one = &self.tables.one;
        let moved = match self.plan.schedule_values.get(schedule).copied().flatten() {
            None => table.moves(&before, settled, row.lines.get(line)?, one, rounding),
            Some(value) => {
                let added = self.value_of(line, value, scratch)?;
                table.adds(&before, settled, added, one, rounding)
            }
        };
        let Moved { amount, after, settled } = moved?;
        let (paid, meter) = (cell.paid, table.meter);
        Some((amount, Used { schedule, meter, ordinal, before, after, paid, settled, past }))
    }

    /// The cell of a meter for this row.
    #[inline]
    pub(super) fn cell(&self, row: &Row<'_>, meter: usize) -> Cell {
        match (self.state.meters.get(meter), key(self.plan, row, meter)) {
            (Some(cells), Some(key)) => cells.cell(ordinal(self.plan, row, meter), key),
            _ => Cell::default(),
        }
    }

    /// The measure in a cell of this row.
    #[inline]
    pub(super) fn measure(&self, row: &Row<'_>, meter: usize, cell: Cell) -> Option<N> {
        if cell.measure != WIDE {
            return Some(N::whole(cell.measure));
        }
        let key = key(self.plan, row, meter)?;
        N::measure(&self.state.meters.get(meter)?.wide(ordinal(self.plan, row, meter), key))
    }

    /// Leaves the rule of a group that pays the most for the line, of those from `first` on. They
    /// are compared by what each would really pay, after multipliers and its own limits; among
    /// equals the first in the order of the group, which is by priority.
    pub(super) fn keep_best<C: Conditions, S: Sink<Step>>(
        &self,
        first: usize,
        conditions: &mut C,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Result<(), Stop> {
        let Some(candidates) = scratch.paid.get_mut(first..) else { return Ok(()) };
        let mut best: Option<(usize, N)> = None;
        for (position, paid) in candidates.iter().enumerate() {
            let worth = self.worth(paid, conditions)?;
            if best.as_ref().is_none_or(|(_, most)| worth > *most) {
                best = Some((position, worth));
            }
        }
        let Some((best, _)) = best else { return Ok(()) };
        candidates.swap(0, best);
        for beaten in candidates.iter().skip(1) {
            self.skip(beaten.rule, SkipReason::PaysLess, Vec::new, steps);
        }
        scratch.paid.truncate(first + 1);
        Ok(())
    }

    /// What a rule would pay in the end: multipliers and its own limits, nothing remembered.
    fn worth<C: Conditions>(&self, paid: &Paid<N>, conditions: &mut C) -> Result<N, Stop> {
        let mut amount = paid.amount.clone();
        for multiplier in &self.tables.multipliers {
            amount = fit(amount.times(factor(multiplier, paid.line, conditions)?))?;
        }
        let Some(table) = self.tables.rules.get(paid.rule) else { return Ok(amount) };
        Ok(table.limit(&amount).cloned().unwrap_or(amount))
    }

    /// Multipliers and the rule's own limits.
    #[inline(always)]
    pub(super) fn finish<C: Conditions, S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        position: usize,
        conditions: &mut C,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Result<(), Stop> {
        let tier = scratch.tier_before;
        let Some(paid) = scratch.paid.get_mut(position) else { return Ok(()) };
        self.explain_pay(row, paid, tier, steps);
        for (number, multiplier) in self.tables.multipliers.iter().enumerate() {
            let applies = applies(multiplier, paid.line, conditions)?;
            let factor = if applies { &multiplier.factor } else { &multiplier.none };
            paid.amount = fit(paid.amount.times(factor))?;
            if applies {
                self.explain_multiplier(number, paid, steps);
            }
        }
        let Some(table) = self.tables.rules.get(paid.rule) else {
            return Ok(());
        };
        let Some(limit) = table.limit(&paid.amount) else { return Ok(()) };
        self.explain_limit(paid, limit, steps);
        let one = &self.tables.one_multiplied;
        let gone = keep_to(&mut paid.amount, limit, one, self.plan.document.rounding);
        if let Some(amount) = fit(gone)? {
            scratch.lost.push(CapLoss { cap: LossBy::Rule(paid.rule), amount });
        }
        Ok(())
    }
}

/// What a limit takes away of an amount, in minor units.
#[inline(always)]
pub(super) fn lost<N: Working>(amount: &N, limit: &N, one: &N, rounding: Rounding) -> Option<i64> {
    amount.minus(limit)?.settle(one, rounding)
}

/// Sets an amount to a limit. What comes back is what that takes away in minor units, if it takes
/// anything away.
#[inline(always)]
pub(super) fn keep_to<N: Working>(
    amount: &mut N,
    limit: &N,
    one: &N,
    rounding: Rounding,
) -> Option<Option<i64>> {
    let gone = if *amount > *limit { Some(lost(amount, limit, one, rounding)?) } else { None };
    *amount = limit.clone();
    Some(gone)
}

/// The factor of a multiplier for a line; where it does not apply, what stands for 1.
#[inline(always)]
pub(super) fn factor<'t, N, C: Conditions>(
    multiplier: &'t MultiplierTable<N>,
    line: usize,
    conditions: &mut C,
) -> Result<&'t N, Stop> {
    let applies = applies(multiplier, line, conditions)?;
    Ok(if applies { &multiplier.factor } else { &multiplier.none })
}

/// Whether a multiplier applies to a line.
#[inline(always)]
fn applies<N, C: Conditions>(
    multiplier: &MultiplierTable<N>,
    line: usize,
    conditions: &mut C,
) -> Result<bool, Stop> {
    match multiplier.when {
        Some(condition) => Ok(conditions.holds(condition, line)? == Truth::True),
        None => Ok(true),
    }
}
