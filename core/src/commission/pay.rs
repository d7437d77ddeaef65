//! From a matching rule to an amount: the rule's own pay, multipliers, and its limits.

use crate::kernel::calendar::Ordinal;
use crate::kernel::explain::Sink;

use super::compile::{Key, Plan};
use super::evaluate::{
    CapLoss, Conditions, Evaluator, LossBy, Paid, Row, RowLine, Scratch, Stop, Truth, Used, fit,
};
use super::plan::{Combine, Measure};
use super::rates::{Paying, RuleTable};
use super::state::{Cell, WIDE};
use super::step::{SkipReason, Step};
use super::working::Working;

impl<N: Working> Evaluator<'_, N> {
    /// Whether a rule applies to a line.
    #[inline]
    pub(super) fn applies<C: Conditions, S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        (line, group, rule): (usize, usize, usize),
        conditions: &mut C,
        steps: &mut S,
    ) -> Result<bool, Stop<C::Problem>> {
        let Some(document) = self.plan.rule(group, rule) else { return Ok(false) };
        if !document.on.contains(&row.kind) {
            self.skip(group, rule, SkipReason::OtherKind, Vec::new, steps);
            return Ok(false);
        }
        let when = self.plan.rules.get(group).and_then(|rules| rules.get(rule)).copied().flatten();
        let Some(condition) = when else { return Ok(true) };
        let truth = conditions.holds(condition, line)?;
        match truth {
            Truth::True => {}
            Truth::False => self.skip(group, rule, SkipReason::ConditionFalse, Vec::new, steps),
            Truth::Unknown => {
                let missing = || conditions.missing(condition, line);
                self.skip(group, rule, SkipReason::ConditionUnknown, missing, steps);
            }
        }
        Ok(truth == Truth::True)
    }

    /// What a rule pays for a line, before multipliers; nothing for a tier it does not pay.
    #[inline]
    pub(super) fn pay<P>(
        &self,
        row: &Row<'_>,
        (line, group, rule): (usize, usize, usize),
        scratch: &Scratch<N>,
    ) -> Result<Option<Paid<N>>, Stop<P>> {
        let Some(table) = self.tables.rules.get(group).and_then(|rules| rules.get(rule)) else {
            return Ok(None);
        };
        let Some(of) = row.lines.get(line) else { return Ok(None) };
        let paying = match self.paying(table, scratch.tier_before) {
            Paying::Nothing => return Ok(None),
            paying => paying,
        };
        let mut paid =
            Paid { line, group, rule, amount: N::ZERO, posted: 0, used: None, counted: N::ZERO };
        paid.amount = match paying {
            Paying::Nothing => N::ZERO,
            Paying::Percent(rate) => fit(N::whole(of.base).times(rate))?,
            Paying::Flat(amount) => amount.clone(),
            Paying::PerUnit(amount) => fit(fit(N::decimal(of.quantity))?.times(amount))?,
            Paying::Schedule(schedule) => {
                let (amount, used) = fit(self.by_schedule(row, of, *schedule, scratch))?;
                paid.used = Some(used);
                amount
            }
        };
        Ok(Some(paid))
    }

    /// The way a rule pays for a tier.
    #[inline]
    pub(super) fn paying<'t>(&self, table: &'t RuleTable<N>, tier: Option<u16>) -> &'t Paying<N> {
        match tier.and_then(|tier| table.tiers.get(usize::from(tier))) {
            Some(Some(paying)) => paying,
            _ => &table.pay,
        }
    }

    #[inline]
    fn by_schedule(
        &self,
        row: &Row<'_>,
        line: &RowLine,
        schedule: usize,
        scratch: &Scratch<N>,
    ) -> Option<(N, Used<N>)> {
        let table = self.tables.schedules.get(schedule)?;
        let ordinal = ordinal(self.plan, row, table.meter);
        let cell = self.cell(row, table.meter);
        // Earlier lines of the same order have moved the meter already.
        let moved = scratch
            .paid
            .iter()
            .rev()
            .filter_map(|paid| paid.used.as_ref())
            .find(|used| used.meter == table.meter);
        let (before, settled) = match moved {
            Some(used) => (used.after.clone(), used.settled),
            None => (self.measure(row, table.meter, cell)?, cell.settled),
        };
        let added = measured(table.measure, line)?;
        let after = before.plus(&added)?;
        let used = |settled, after| Used {
            schedule,
            meter: table.meter,
            ordinal,
            before: before.clone(),
            after,
            settled,
        };
        if !table.cumulative {
            let amount = table.rates.adds(&before, &added)?;
            return Some((amount, used(settled, after)));
        }
        let target = table.rates.cumulative(&after)?;
        let target = target.settle(&self.tables.one, self.plan.document.rounding)?;
        let due = N::whole(target.checked_sub(settled)?).times(&self.tables.one)?;
        Some((due, used(target, after)))
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

    /// Leaves the candidates that a group pays.
    #[inline]
    pub(super) fn choose<S: Sink<Step>>(
        &self,
        combine: Combine,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) {
        if combine != Combine::Best || scratch.candidates.len() < 2 {
            return;
        }
        let mut best = 0;
        for (position, paid) in scratch.candidates.iter().enumerate() {
            if scratch.candidates.get(best).is_some_and(|best| paid.amount > best.amount) {
                best = position;
            }
        }
        scratch.candidates.swap(0, best);
        for beaten in scratch.candidates.drain(1..) {
            self.skip(beaten.group, beaten.rule, SkipReason::PaysLess, Vec::new, steps);
        }
    }

    /// Multipliers and the rule's own limits.
    #[inline]
    pub(super) fn finish<C: Conditions, S: Sink<Step>>(
        &self,
        paid: &Paid<N>,
        conditions: &mut C,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Result<N, Stop<C::Problem>> {
        let mut amount = paid.amount.clone();
        for (position, (factor, none)) in self.tables.factors.iter().enumerate() {
            let applies = match self.plan.multipliers.get(position).copied().flatten() {
                Some(condition) => conditions.holds(condition, paid.line)? == Truth::True,
                None => true,
            };
            amount = fit(amount.times(if applies { factor } else { none }))?;
            if applies {
                self.explain_multiplier(position, &amount, paid, steps);
            }
        }
        let table = self.tables.rules.get(paid.group).and_then(|rules| rules.get(paid.rule));
        let Some(table) = table else { return Ok(amount) };
        let raised = table.min.as_ref().filter(|min| amount > N::ZERO && amount < **min);
        if let Some(min) = raised {
            self.explain_limit(paid, &amount, min, steps);
            return Ok(min.clone());
        }
        let Some(max) = table.max.as_ref().filter(|max| amount > **max) else { return Ok(amount) };
        self.explain_limit(paid, &amount, max, steps);
        let lost = fit(fit(amount.minus(max))?
            .settle(&self.tables.one_multiplied, self.plan.document.rounding))?;
        scratch.lost.push(CapLoss { cap: LossBy::Rule(paid.group, paid.rule), amount: lost });
        Ok(max.clone())
    }
}

/// What a line adds to a measure, in minor units, lines or quantity.
#[inline]
pub(super) fn measured<N: Working>(measure: Measure, line: &RowLine) -> Option<N> {
    match measure {
        Measure::Volume => Some(N::whole(line.base)),
        Measure::Count => Some(N::whole(1)),
        Measure::Quantity => N::decimal(line.quantity),
    }
}

/// Whose sums of a meter this row moves; none for a customer that is not named.
#[inline]
pub(super) fn key(plan: &Plan, row: &Row<'_>, meter: usize) -> Option<u32> {
    match plan.meters.get(meter)?.key {
        Key::Partner => Some(row.partner),
        Key::Customer => row.customer,
        Key::Program => Some(0),
    }
}

/// The window of a meter at the time of this row.
#[inline]
pub(super) fn ordinal(plan: &Plan, row: &Row<'_>, meter: usize) -> Ordinal {
    plan.meters
        .get(meter)
        .and_then(|spec| row.windows.get(spec.window))
        .copied()
        .unwrap_or(Ordinal::new(0))
}
