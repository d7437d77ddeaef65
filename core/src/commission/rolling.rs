//! Windows that roll, and measures of the plan's own: what both add to the evaluator.
//!
//! A rolling window moves with every event, and what leaves it is an event that the state no longer
//! has. So a plan counts it by whole days of its zone: `P30D` is today and the 29 days before, the
//! same for all events of a day, and the state has a sum for each day in which something happened.
//! What is older than three times the window is forgotten, partner by partner; an event that comes
//! later than one window after a newer one is refused, because the days before it may be gone.
//!
//! A ladder over such a window has no periods that begin or end. It is always in the same one, of
//! which the measure also falls.

use crate::kernel::calendar::{CalendarUnit, Ordinal, Span, Window};
use crate::kernel::exact::Exact;
use crate::kernel::explain::Sink;
use crate::kernel::problem::Problem;

use super::compile::{Key, Plan};
use super::conditions::Conditions;
use super::evaluate::{Evaluator, Stop, fit};
use super::rates::Paying;
use super::row::{Row, ordinal};
use super::scratch::Scratch;
use super::state::State;
use super::step::{SkipReason, Step};
use super::working::Working;
use super::{EVENT_TOO_LATE, MEASURE_NEGATIVE};

/// The one window of a ladder whose window rolls.
pub(super) const ALWAYS: Ordinal = Ordinal::new(0);

/// The most days that a rolling window may have.
pub(super) const MOST_DAYS: i64 = 366;

/// How many times its length a rolling window keeps.
const KEPT: i32 = 3;

/// The days of a span, if it is so many whole ones.
pub(super) fn days(span: Span) -> Option<u16> {
    const DAY: i64 = 86_400_000_000;
    let micros = span.fixed_micros().filter(|micros| micros % DAY == 0)?;
    let days = (1..=MOST_DAYS).contains(&(micros / DAY)).then_some(micros / DAY)?;
    u16::try_from(days).ok()
}

/// The windows that a meter keeps sums of, and over how many days it adds up; 0 where it does not
/// roll.
pub(super) fn by_day(window: Window) -> (Window, u16) {
    match window {
        // One that has no days is refused by `validate`.
        Window::Rolling { span } => {
            (Window::Calendar { unit: CalendarUnit::Day }, days(span).unwrap_or(1))
        }
        window => (window, 0),
    }
}

impl<N: Working> Evaluator<'_, N> {
    /// What the days before have of a meter whose window rolls, and nothing of any other.
    pub(super) fn past(&self, meter: usize, ordinal: Ordinal, partner: u32) -> Option<N> {
        let days = self.plan.meters.get(meter)?.days;
        if days == 0 {
            return Some(N::ZERO);
        }
        let before = Ordinal::new(ordinal.number().checked_sub(1)?);
        N::measure(&self.state.meters.get(meter)?.over(before, days - 1, partner))
    }

    /// Makes sure that the days before an event are all there.
    #[cold]
    pub(super) fn not_too_late(&self, row: &Row<'_>) -> Result<(), Stop> {
        for (number, spec) in self.plan.meters.iter().enumerate().filter(|(_, one)| one.days > 0) {
            let newest = self.state.meters.get(number).and_then(|one| one.newest(row.partner));
            let day = ordinal(self.plan, row, number).number();
            if newest.is_some_and(|newest| newest.saturating_sub(day) > i32::from(spec.days)) {
                let problem = Problem::new(
                    EVENT_TOO_LATE,
                    format!(
                        "more than the {} days of `{}` lie between this event and one that came \
                         before it",
                        spec.days, spec.name
                    ),
                    "hand in events in the order of their time; what comes that late is an \
                     adjustment",
                );
                return Err(problem.under("at").into());
            }
        }
        Ok(())
    }

    /// Works out what custom measures add up of each line.
    #[cold]
    pub(super) fn value_lines<C: Conditions>(
        &self,
        row: &Row<'_>,
        conditions: &mut C,
        scratch: &mut Scratch<N>,
    ) -> Result<(), Stop> {
        scratch.values.clear();
        for line in 0..row.lines.len() {
            for value in 0..self.plan.values.len() {
                let exact: Option<Exact> = conditions.value(value, line)?;
                if let Some(negative) = exact.as_ref().filter(|value| value.signum() < 0) {
                    let problem = Problem::new(
                        MEASURE_NEGATIVE,
                        format!("a custom measure of line {line} is `{negative}`, below zero"),
                        "let the expression give zero or more, such as by `max` with 0",
                    );
                    return Err(problem.into());
                }
                let number = exact.map(|value| fit(N::measure(&value))).transpose()?;
                scratch.values.push(number);
            }
        }
        Ok(())
    }

    /// What a custom measure adds up of a line; none if that cannot be told.
    pub(super) fn value_of<'s>(
        &self,
        line: usize,
        value: usize,
        scratch: &'s Scratch<N>,
    ) -> Option<&'s N> {
        let place = line.checked_mul(self.plan.values.len())?.checked_add(value)?;
        scratch.values.get(place)?.as_ref()
    }

    /// Whether it can be told what a line adds to the schedule that a rule pays it by.
    #[inline(always)]
    pub(super) fn is_measured<C: Conditions, S: Sink<Step>>(
        &self,
        line: usize,
        (rule, way): (usize, &Paying<N>),
        conditions: &C,
        scratch: &Scratch<N>,
        steps: &mut S,
    ) -> bool {
        let Paying::Schedule(schedule) = way else { return true };
        let value = self.plan.schedule_values.get(*schedule).copied().flatten();
        let Some(value) = value.filter(|value| self.value_of(line, *value, scratch).is_none())
        else {
            return true;
        };
        let missing = || conditions.unmeasured(value, line);
        self.skip(rule, SkipReason::MeasureUnknown, missing, steps);
        false
    }
}

/// Forgets days of the row's partner that no window will reach any more.
#[cold]
pub(super) fn forget(plan: &Plan, state: &mut State, row: &Row<'_>) {
    for (number, spec) in plan.meters.iter().enumerate() {
        if spec.days > 0 && spec.key == Key::Partner {
            let day = ordinal(plan, row, number).number();
            let Some(meter) = state.meters.get_mut(number) else { continue };
            meter.forget(
                row.partner,
                last_forgotten(meter.newest(row.partner).unwrap_or(day), spec.days),
            );
        }
    }
}

/// The last day that is forgotten once there is a newer one.
pub(super) fn last_forgotten(newest: i32, days: u16) -> i32 {
    newest.saturating_sub(i32::from(days).saturating_mul(KEPT))
}
