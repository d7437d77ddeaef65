//! The one evaluator: from a row to the amounts that are posted.
//!
//! It runs on integers and on exact numbers ([`Working`]), for one event and for a row of many,
//! with and without an explanation; none of these has code of its own here. (Rows that words
//! decide ask it once for each combination of words, see `run::straight`.) It reads the state and
//! writes only to [`Scratch`]; [`commit`](super::settle::commit) then changes the state, so that
//! whatever is refused has changed nothing. `None` means that a value does not fit the numbers it runs on.
//!
//! The order of application is the plan's, and fixed: rules, multipliers, limits of the rule,
//! caps from the order outwards, rounding to the lines, overrides, tiers.

use crate::kernel::explain::Sink;
use crate::kernel::problem::Problem;

use super::compile::Plan;
use super::conditions::{Conditions, Truth};
use super::plan::Combine;
use super::rates::Tables;
use super::rolling::ALWAYS;
use super::row::{Row, ordinal};
use super::scratch::{Scratch, Unpaid};
use super::state::State;
use super::step::Step;
use super::working::Working;

/// A refusal of the numbers or of a condition. Small, because every step gives one back.
pub(super) enum Stop {
    /// A value does not fit; try wider numbers.
    TooWide,
    /// A condition could not be asked.
    Problem(Box<Problem>),
}

impl From<Box<Problem>> for Stop {
    fn from(problem: Box<Problem>) -> Self {
        Self::Problem(problem)
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

/// Whether the row earned anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rated {
    Earned,
    /// No rule pays it, but it counts for the seller's tier.
    Counted,
    NotEligible,
    NoRuleMatches,
}

impl Rated {
    /// Whether there is something to remember and to tell.
    #[inline(always)]
    pub(super) const fn has_lines(self) -> bool {
        matches!(self, Self::Earned | Self::Counted)
    }
}

/// Everything that stays the same while rows are rated.
pub(super) struct Evaluator<'a, N> {
    pub(super) plan: &'a Plan,
    pub(super) tables: &'a Tables<N>,
    pub(super) state: &'a State,
}

#[inline(always)]
pub(super) fn fit<T>(value: Option<T>) -> Result<T, Stop> {
    value.ok_or(Stop::TooWide)
}

impl<N: Working> Evaluator<'_, N> {
    /// Rates one row into `scratch`.
    #[inline(always)]
    pub(super) fn rate<C: Conditions, S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        conditions: &mut C,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Result<Rated, Stop> {
        scratch.paid.clear();
        scratch.unpaid.clear();
        scratch.overrides.clear();
        scratch.lost.clear();
        scratch.held = None;
        scratch.held_after = None;
        scratch.counted = None;
        scratch.total = 0;
        if self.plan.rolls {
            self.not_too_late(row)?;
        }
        scratch.tier_before = self.tier(row, scratch);
        conditions.seller_has(scratch.tier_before);
        self.explain_tier(row, scratch.tier_before, steps);
        if !self.plan.values.is_empty() {
            self.value_lines(row, conditions, scratch)?;
        }
        let mut any_eligible = false;
        for line in 0..row.lines.len() {
            let eligible = match self.plan.eligible {
                Some(condition) => conditions.holds(condition, line)? == Truth::True,
                None => true,
            };
            let before = scratch.paid.len();
            if eligible {
                any_eligible = true;
                self.rate_line(row, line, conditions, scratch, steps)?;
            }
            if scratch.paid.len() == before {
                scratch.unpaid.push(Unpaid { line, eligible, counted: N::ZERO });
            }
        }
        if !any_eligible {
            return Ok(Rated::NotEligible);
        }
        if scratch.paid.is_empty() {
            self.count(row, conditions, scratch)?;
            let counts = scratch.unpaid.iter().any(|line| line.counted != N::ZERO);
            return Ok(if counts { Rated::Counted } else { Rated::NoRuleMatches });
        }
        self.raise(scratch, steps)?;
        self.cap(row, scratch, steps)?;
        self.post(row, scratch, steps)?;
        self.count(row, conditions, scratch)?;
        self.override_sponsors(row, conditions, scratch, steps)?;
        self.check_sums(row, scratch)?;
        Ok(Rated::Earned)
    }

    /// The seller's tier before this event, brought up to the window of the event.
    #[inline(always)]
    fn tier(&self, row: &Row<'_>, scratch: &mut Scratch<N>) -> Option<u16> {
        let Some(spec) = self.plan.tiers.as_ref() else { return row.tier };
        let meter = self.state.meters.get(spec.meter)?;
        let ordinal = ordinal(self.plan, row, spec.meter);
        let held = self.state.held(row.partner);
        let held = match spec.days {
            0 => spec.levels.advance(held, ordinal, |window| meter.measure(window, row.partner)),
            days => {
                let now = || meter.over(ordinal, days, row.partner);
                spec.levels.advance(held, ALWAYS, |_| now())
            }
        };
        scratch.held = Some(held);
        spec.tier_of_level.get(usize::from(held.level()?)).copied()
    }

    #[inline(always)]
    fn rate_line<C: Conditions, S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        line: usize,
        conditions: &mut C,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Result<(), Stop> {
        self.explain_base(row, line, steps);
        for spec in &self.plan.groups {
            let first = scratch.paid.len();
            for rule in &spec.rules {
                let tier = scratch.tier_before;
                let Some(way) = self.way((row, line), rule, tier, conditions, steps)? else {
                    continue;
                };
                if !self.is_measured(line, (rule.number, way), conditions, scratch, steps) {
                    continue;
                }
                self.pay(row, line, (rule.number, way), scratch)?;
                if spec.combine == Combine::First {
                    break;
                }
            }
            if spec.combine == Combine::Best {
                self.keep_best(first, conditions, scratch, steps)?;
            }
            for position in first..scratch.paid.len() {
                self.finish(row, position, conditions, scratch, steps)?;
            }
        }
        Ok(())
    }
}
