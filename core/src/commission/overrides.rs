//! What the sponsors earn: level by level, each rounded by itself.

use crate::kernel::explain::Sink;

use super::conditions::{Conditions, Truth};
use super::evaluate::{Evaluator, Stop, fit};
use super::rates::OverrideTable;
use super::row::{Row, Sponsor};
use super::scratch::{Overriding, Scratch};
use super::settle::round_parts;
use super::split::kept;
use super::sponsoring::{Override, OverrideBase};
use super::step::Step;
use super::working::Working;

/// Who is paid by an override, and at which rate.
struct Paid<N> {
    rule: usize,
    level: u8,
    tier: Option<u16>,
    below: Option<Option<u16>>,
    rate: N,
}

impl<N: Working> Evaluator<'_, N> {
    /// What the sponsors earn.
    #[inline(always)]
    pub(super) fn override_sponsors<C: Conditions, S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        conditions: &mut C,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Result<(), Stop> {
        if row.sponsors.is_empty() {
            return Ok(());
        }
        self.rate_overrides(row, conditions, scratch)?;
        if !self.plan.part_caps.is_empty() {
            self.cap_sponsors(row, scratch, steps)?;
        }
        for overriding in &scratch.overrides {
            self.explain_override(row, overriding, steps);
        }
        Ok(())
    }

    #[inline(always)]
    fn rate_overrides<C: Conditions>(
        &self,
        row: &Row<'_>,
        conditions: &mut C,
        scratch: &mut Scratch<N>,
    ) -> Result<(), Stop> {
        for (rule, spec) in self.plan.document.overrides.iter().enumerate() {
            let Some(table) = self.tables.overrides.get(rule) else { continue };
            if spec.differential {
                self.override_by_difference(row, (rule, spec, table), conditions, scratch)?;
                continue;
            }
            for level in spec.levels() {
                let Some(sponsor) = sponsor(row, level).filter(|sponsor| sponsor.earns) else {
                    continue;
                };
                let rate = table.rate(sponsor.tier).clone();
                let paid = Paid { rule, level, tier: sponsor.tier, below: None, rate };
                self.override_sponsor(row, (spec, &paid), conditions, scratch)?;
            }
        }
        Ok(())
    }

    /// Pays what each sponsor's rate exceeds the highest one below. A sponsor who earns nothing
    /// still has a rate: nobody moves up in their place.
    fn override_by_difference<C: Conditions>(
        &self,
        row: &Row<'_>,
        (rule, spec, table): (usize, &Override, &OverrideTable<N>),
        conditions: &mut C,
        scratch: &mut Scratch<N>,
    ) -> Result<(), Stop> {
        let mut highest = row.tier;
        for level in 1..=*spec.levels().end() {
            let Some(sponsor) = sponsor(row, level) else { break };
            let (own, below) = (table.rate(sponsor.tier), table.rate(highest));
            if own <= below {
                continue;
            }
            let rate = fit(own.minus(below))?;
            let paid = Paid { rule, level, tier: sponsor.tier, below: Some(highest), rate };
            highest = sponsor.tier;
            if sponsor.earns && level >= spec.level {
                self.override_sponsor(row, (spec, &paid), conditions, scratch)?;
            }
        }
        Ok(())
    }

    /// What one sponsor earns from all lines of the row.
    #[inline(always)]
    fn override_sponsor<C: Conditions>(
        &self,
        row: &Row<'_>,
        (spec, paid): (&Override, &Paid<N>),
        conditions: &mut C,
        scratch: &mut Scratch<N>,
    ) -> Result<(), Stop> {
        let Paid { rule, level, tier, below, .. } = *paid;
        let when = self.plan.overrides.get(rule).copied().flatten();
        let first = scratch.overrides.len();
        let mut amounts: Vec<N> = Vec::new();
        for (line, of) in row.lines.iter().enumerate() {
            let mut earned = false;
            let mut posted = 0_i64;
            for (position, paid) in scratch.paid.iter().enumerate() {
                if paid.line != line {
                    continue;
                }
                earned = true;
                let own = fit(kept(row, scratch, position, paid.posted))?;
                posted = fit(posted.checked_add(own))?;
            }
            let applies = match when {
                Some(condition) => conditions.holds(condition, line)? == Truth::True,
                None => true,
            };
            if !earned || !applies {
                continue;
            }
            let base = match spec.of {
                OverrideBase::Sale => of.base,
                OverrideBase::Commission => posted,
            };
            amounts.push(fit(N::whole(base).times(&paid.rate))?);
            scratch.overrides.push(Overriding { line, rule, level, tier, below, base, posted: 0 });
        }
        let parts = fit(round_parts(&amounts, &self.tables.one, self.plan.document.rounding))?;
        for (overriding, part) in scratch.overrides.iter_mut().skip(first).zip(parts) {
            overriding.posted = part;
        }
        Ok(())
    }
}

/// The sponsor so far up.
fn sponsor(row: &Row<'_>, level: u8) -> Option<Sponsor> {
    row.sponsors.get(usize::from(level).checked_sub(1)?).copied()
}
