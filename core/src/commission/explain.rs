//! The steps that an evaluation offers to whoever wants to know why.
//!
//! Everything here runs only inside the closure of a step, so that it costs nothing when nobody
//! asked. Amounts are turned from the numbers that were worked with into units of the currency.

use crate::kernel::exact::Exact;
use crate::kernel::explain::Sink;
use crate::kernel::id::Id;
use crate::kernel::money::{Money, from_minor};
use crate::kernel::schedule::pieces;

use super::evaluate::Evaluator;
use super::plan::{Measure, Pay};
use super::row::Row;
use super::scratch::{Overriding, Paid, Scratch, Used};
use super::step::{SkipReason, Step};
use super::working::Working;

impl<N: Working> Evaluator<'_, N> {
    pub(super) fn rule_id(&self, rule: usize) -> Id {
        let id = self.plan.rule(rule).map(|rule| &rule.id);
        id.unwrap_or(&self.plan.reference.id).clone()
    }

    pub(super) fn money(&self, minor: i64) -> Money {
        from_minor(minor, self.plan.document.currency)
    }

    /// An amount over a denominator as units of the currency.
    pub(super) fn units(&self, amount: &N, one: &N) -> Exact {
        let per_unit = Exact::from(self.plan.document.currency.minor_per_unit());
        amount
            .to_exact()
            .checked_div(&one.to_exact())
            .and_then(|minor| minor.checked_div(&per_unit))
            .unwrap_or_default()
    }

    fn before(&self, amount: &N) -> Exact {
        self.units(amount, &self.tables.one)
    }

    pub(super) fn after(&self, amount: &N) -> Exact {
        self.units(amount, &self.tables.one_multiplied)
    }

    /// A measure in units of the currency, lines or quantity.
    fn measure_units(&self, measure: Measure, value: &N) -> Exact {
        match measure {
            Measure::Volume | Measure::Earnings => self.units(value, &N::whole(1)),
            Measure::Count | Measure::Quantity | Measure::Custom => value.to_exact(),
        }
    }

    pub(super) fn explain_tier(
        &self,
        row: &Row<'_>,
        tier: Option<u16>,
        steps: &mut impl Sink<Step>,
    ) {
        if self.plan.tier_ids.is_empty() && row.given_tier.is_none() {
            return;
        }
        let tier = || self.plan.tier_id(tier).or_else(|| row.given_tier.cloned());
        steps.step(|| Step::Tier { tier: tier() });
    }

    pub(super) fn explain_base(&self, row: &Row<'_>, line: usize, steps: &mut impl Sink<Step>) {
        let Some(of) = row.lines.get(line) else { return };
        steps.step(|| Step::Base {
            item: row.items.get(line).cloned().flatten(),
            gross: self.money(of.gross),
            base: self.money(of.base),
        });
    }

    pub(super) fn skip(
        &self,
        rule: usize,
        reason: SkipReason,
        missing: impl FnOnce() -> Vec<String>,
        steps: &mut impl Sink<Step>,
    ) {
        steps.step(|| Step::RuleSkipped { rule: self.rule_id(rule), reason, missing: missing() });
    }

    pub(super) fn explain_pay(
        &self,
        row: &Row<'_>,
        paid: &Paid<N>,
        tier: Option<u16>,
        steps: &mut impl Sink<Step>,
    ) {
        steps.step(|| {
            let rule = self.rule_id(paid.rule);
            let amount = self.before(&paid.amount);
            if let Some(used) = &paid.used {
                return self.scheduled(rule, used, amount);
            }
            let line = row.lines.get(paid.line);
            let base = || self.units(&N::whole(line.map_or(0, |line| line.base)), &N::whole(1));
            if let Some(rate) = self.plan.own_rate_of(paid.rule, row.own_rate) {
                return Step::Rated { rule, rate: Some(rate.clone()), of: base(), amount };
            }
            match self.plan.pay_of(paid.rule, tier) {
                Some(Pay::Percent { rate }) => {
                    Step::Rated { rule, rate: Some(rate.clone()), of: base(), amount }
                }
                Some(Pay::PerUnit { .. }) => {
                    let of = line.map_or(Exact::ONE, |line| line.quantity.decimal().into());
                    Step::Rated { rule, rate: None, of, amount }
                }
                _ => Step::Rated { rule, rate: None, of: Exact::ONE, amount },
            }
        });
    }

    fn scheduled(&self, rule: Id, used: &Used<N>, amount: Exact) -> Step {
        let Some((schedule, tiered)) = self.plan.document.schedules.iter().nth(used.schedule)
        else {
            return Step::Rated { rule, rate: None, of: Exact::ONE, amount };
        };
        let Some(compiled) = self.plan.schedules.get(used.schedule) else {
            return Step::Rated { rule, rate: None, of: Exact::ONE, amount };
        };
        let before = self.measure_units(tiered.measure, &used.before);
        let after = self.measure_units(tiered.measure, &used.after);
        let added = after.checked_sub(&before).unwrap_or_default();
        let pieces = pieces(&tiered.rates, compiled, &before, &added).unwrap_or_default();
        Step::Scheduled { rule, schedule: schedule.clone(), before, added, pieces, amount }
    }

    pub(super) fn explain_multiplier(
        &self,
        multiplier: usize,
        paid: &Paid<N>,
        steps: &mut impl Sink<Step>,
    ) {
        let Some(of) = self.plan.document.multipliers.get(multiplier) else { return };
        steps.step(|| {
            // The factors that come later have still to raise the denominator to its full size.
            let mut later = self.tables.multipliers.iter().skip(multiplier + 1);
            let full = later.try_fold(paid.amount.clone(), |amount, one| amount.times(&one.none));
            Step::Multiplied {
                multiplier: of.id.clone(),
                factor: of.factor.clone(),
                amount: self.after(full.as_ref().unwrap_or(&paid.amount)),
            }
        });
    }

    pub(super) fn explain_limit(&self, paid: &Paid<N>, limit: &N, steps: &mut impl Sink<Step>) {
        steps.step(|| Step::Limited {
            rule: self.rule_id(paid.rule),
            before: self.after(&paid.amount),
            amount: self.after(limit),
        });
    }

    pub(super) fn explain_cap(&self, cap: usize, room: &N, total: &N, steps: &mut impl Sink<Step>) {
        let Some(of) = self.plan.document.caps.get(cap) else { return };
        steps.step(|| Step::Capped {
            cap: of.id.clone(),
            scope: of.scope,
            before: self.after(total),
            amount: self.after(room),
        });
    }

    pub(super) fn explain_part_cap(
        &self,
        cap: usize,
        before: Exact,
        amount: Exact,
        steps: &mut impl Sink<Step>,
    ) {
        let Some(of) = self.plan.document.caps.get(cap) else { return };
        steps.step(|| Step::Capped { cap: of.id.clone(), scope: of.scope, before, amount });
    }

    pub(super) fn explain_posted(
        &self,
        row: &Row<'_>,
        scratch: &Scratch<N>,
        steps: &mut impl Sink<Step>,
    ) {
        for paid in &scratch.paid {
            steps.step(|| Step::Rounded {
                rule: self.rule_id(paid.rule),
                item: row.items.get(paid.line).cloned().flatten(),
                exact: self.after(&paid.amount),
                rounding: self.plan.document.rounding,
                posted: self.money(paid.posted),
            });
        }
    }

    pub(super) fn explain_override(
        &self,
        row: &Row<'_>,
        overriding: &Overriding,
        steps: &mut impl Sink<Step>,
    ) {
        let Some(of) = self.plan.document.overrides.get(overriding.rule) else { return };
        steps.step(|| Step::Overrode {
            rule: of.id.clone(),
            partner: row.sponsor_ids.get(usize::from(overriding.level).saturating_sub(1)).cloned(),
            level: overriding.level.into(),
            of: of.of,
            base: self.money(overriding.base),
            rate: self.plan.override_rate(of, overriding),
            posted: self.money(overriding.posted),
        });
    }
}
