//! The compiled schedule and its one evaluator, for every number that it runs on.
//!
//! Within a step everything that a schedule pays is a straight line, `slope * x + intercept`, so
//! a compiled step is its edge and its line. The slope is the rate and the amount per unit
//! together; what the intercept is says the mode:
//!
//! | mode | the intercept of a step |
//! |---|---|
//! | `marginal` | what makes the lines meet: all flats so far, and what lower steps paid differently |
//! | `retroactive`, `per_transaction` | the step's own flat |
//! | `prospective_*` | all flats so far |
//!
//! The line below the first edge comes first in the list, so that a step has always been found.

use crate::kernel::number::Number;

use super::{Schedule, ScheduleMode, SchedulePosting};

/// Up to so many steps are climbed one after the other, which is faster than halving.
const FEW: usize = 16;

/// A schedule, ready to evaluate. Built by [`compile_exact`](super::compile_exact) and
/// [`compile_scaled`](super::compile_scaled), which say the units of what goes in and comes out.
///
/// Methods give `None` when a result does not fit the number.
#[derive(Clone, Debug)]
pub struct Compiled<N> {
    pub(super) mode: ScheduleMode,
    pub(super) posting: SchedulePosting,
    /// Below the first edge, then one for each step.
    pub(super) lines: Vec<Line<N>>,
}

/// What is paid from an edge on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<N> {
    /// Where it starts; of no meaning for the line below the first edge.
    pub(super) edge: N,
    /// Whether the edge itself still belongs to the line below.
    pub(super) open: bool,
    /// Paid for each unit.
    pub(super) slope: N,
    /// Paid at zero, if the line went on to there.
    pub(super) intercept: N,
}

impl<N: Number> Line<N> {
    #[inline(always)]
    fn reached(&self, measure: &N) -> bool {
        if self.open { *measure > self.edge } else { *measure >= self.edge }
    }

    #[inline(always)]
    pub(super) fn at(&self, measure: &N) -> Option<N> {
        self.slope.times(measure)?.plus(&self.intercept)
    }

    /// f(after) - f(before), where the measure was on this line before.
    #[inline(always)]
    pub(super) fn rise(&self, before: &N, end: &Self, after: &N) -> Option<N> {
        end.at(after)?.minus(&self.at(before)?)
    }

    /// What an event that is not negative earns where one step pays for all of it: this one or,
    /// if the mode says so, the one that it ends in.
    #[inline(always)]
    pub(super) fn alone(&self, end: &Self, mode: ScheduleMode, event: &N) -> Option<N> {
        let paying = if mode == ScheduleMode::ProspectiveAfter { self } else { end };
        paying.slope.times(event)?.plus(&end.intercept.minus(&self.intercept)?)
    }
}

impl<N: Number> Compiled<N> {
    pub(super) fn new(schedule: &Schedule, lines: Vec<Line<N>>) -> Self {
        Self { mode: schedule.mode, posting: schedule.effective_posting(), lines }
    }

    /// Which step pays for an event.
    #[must_use]
    pub const fn mode(&self) -> ScheduleMode {
        self.mode
    }

    /// How amounts are rounded over several events.
    #[must_use]
    pub const fn posting(&self) -> SchedulePosting {
        self.posting
    }

    /// How many steps a measure has reached; 0 is none of them, and `n` the n-th from below.
    #[inline(always)]
    #[must_use]
    pub fn steps_reached(&self, measure: &N) -> usize {
        if self.is_short() {
            return self.climb(0, measure);
        }
        let steps = self.lines.get(1..).unwrap_or_default();
        steps.partition_point(|step| step.reached(measure))
    }

    /// Whether steps are climbed and not searched.
    #[inline(always)]
    fn is_short(&self) -> bool {
        self.lines.len() <= FEW + 1
    }

    /// The steps that a measure has reached, if it has reached so many of a few.
    #[inline(always)]
    fn climb(&self, reached: usize, measure: &N) -> usize {
        let mut reached = reached;
        for step in self.lines.get(reached + 1..).unwrap_or_default() {
            if !step.reached(measure) {
                break;
            }
            reached += 1;
        }
        reached
    }

    /// f: what a measure earns in total, unrounded. `None` also in the modes that have no such
    /// function, because they depend on the history.
    #[inline]
    #[must_use]
    pub fn cumulative(&self, measure: &N) -> Option<N> {
        if !self.mode.is_cumulative() {
            return None;
        }
        self.line(self.steps_reached(measure))?.at(measure)
    }

    /// What an event adds to what is owed, unrounded, when the measure was `before` it. `event`
    /// may be negative; see the [module](super) for what that means in each mode.
    #[inline(always)]
    #[must_use]
    pub fn adds(&self, before: &N, event: &N) -> Option<N> {
        match self.mode {
            ScheduleMode::Marginal | ScheduleMode::Retroactive => self.difference(before, event),
            ScheduleMode::ProspectiveAfter | ScheduleMode::ProspectiveIncluding => {
                self.prospective(before, event)
            }
            ScheduleMode::PerTransaction => self.transaction(event),
        }
    }

    /// What an event posts, in whole minor units: round(what it adds), or, under `cumulative`
    /// posting, round(f(after)) - `posted`.
    ///
    /// `round` makes whole minor units of an amount in the unit of f.
    #[inline]
    #[must_use]
    pub fn round_event(
        &self,
        before: &N,
        event: &N,
        posted: i64,
        round: impl FnOnce(&N) -> Option<i64>,
    ) -> Option<i64> {
        match self.posting {
            SchedulePosting::PerEvent => round(&self.adds(before, event)?),
            SchedulePosting::Cumulative => {
                round(&self.cumulative(&before.plus(event)?)?)?.checked_sub(posted)
            }
        }
    }

    /// f(after) - f(before). Within a step, which is the common case, that is one product.
    #[inline(always)]
    fn difference(&self, before: &N, event: &N) -> Option<N> {
        let after = before.plus(event)?;
        let start = self.steps_reached(before);
        let end = if *event >= N::ZERO && self.is_short() {
            self.climb(start, &after)
        } else {
            self.steps_reached(&after)
        };
        if start == end {
            return self.line(start)?.slope.times(event);
        }
        self.line(start)?.rise(before, self.line(end)?, &after)
    }

    fn prospective(&self, before: &N, event: &N) -> Option<N> {
        let after = before.plus(event)?;
        if *event < N::ZERO {
            return N::ZERO.minus(&self.prospective(&after, &N::ZERO.minus(event)?)?);
        }
        let (start, end) = (self.steps_reached(before), self.steps_reached(&after));
        self.line(start)?.alone(self.line(end)?, self.mode, event)
    }

    fn transaction(&self, event: &N) -> Option<N> {
        if *event < N::ZERO {
            return N::ZERO.minus(&self.transaction(&N::ZERO.minus(event)?)?);
        }
        self.line(self.steps_reached(event))?.at(event)
    }

    #[inline(always)]
    fn line(&self, reached: usize) -> Option<&Line<N>> {
        self.lines.get(reached)
    }
}
