//! Many events at once, of numbers so small that nothing can overflow.
//!
//! An event is rated by what [`Compiled`] says of its step. What is different for a column is how
//! the step is found: by counting the edges below a measure, with nothing to guess for the
//! processor, where a single event climbs from step to step. And whether the results fit is asked
//! once, of the largest measure that there can be, before the first event.

use crate::kernel::number::{Number, Proven};

use super::ScheduleMode;
use super::compiled::{Compiled, Line};

/// A schedule for columns of events that are not negative.
#[derive(Clone, Debug)]
pub struct Many {
    compiled: Compiled<Proven>,
    /// The least measure that has reached each step.
    edges: Vec<i64>,
}

impl Many {
    /// The same schedule for columns; none if an edge does not fit.
    #[must_use]
    pub fn of(compiled: &Compiled<i64>) -> Option<Self> {
        let Compiled { mode, posting, ref lines } = *compiled;
        let (mut edges, mut few) = (Vec::new(), Vec::<Line<Proven>>::new());
        for line in lines {
            let (slope, intercept) = (Proven(line.slope), Proven(line.intercept));
            if few.last().is_some_and(|last| (last.slope, last.intercept) == (slope, intercept)) {
                // It goes on as the one below, as the first step does that starts at zero.
                continue;
            }
            if !few.is_empty() {
                // Integers have a next one, so an edge that is not reached itself is one higher.
                edges.push(line.edge.checked_add(i64::from(line.open))?);
            }
            few.push(Line { edge: Proven(line.edge), open: line.open, slope, intercept });
        }
        Some(Self { edges, compiled: Compiled { mode, posting, lines: few } })
    }

    /// The most that an event can add or a measure be owed, and more than any number on the way to
    /// it, if no measure is above a bound; none if that does not fit.
    #[must_use]
    pub fn most(&self, measure: i64) -> Option<i64> {
        let most = |line: &Line<Proven>| {
            let (slope, intercept) = (i128::from(line.slope.0), i128::from(line.intercept.0));
            slope.abs().checked_mul(i128::from(measure))?.checked_add(intercept.abs())
        };
        let mut all = 0_i128;
        for line in &self.compiled.lines {
            all = all.max(most(line)?);
        }
        // An amount is at most the difference of two of these.
        i64::try_from(all.checked_mul(2)?).ok()
    }

    /// What each event adds, as [`Compiled::adds`] says, where the measure was `before` it. No
    /// number may be negative, and no measure with its event above the bound of
    /// [`most`](Many::most).
    pub fn adds_each(&self, before: &[i64], events: &[i64], out: &mut [i64]) {
        match *self.edges.as_slice() {
            [] => self.each_by(|_| 0, before, events, out),
            [a] => self.each([a], before, events, out),
            [a, b] => self.each([a, b], before, events, out),
            [a, b, c] => self.each([a, b, c], before, events, out),
            [a, b, c, d] => self.each([a, b, c, d], before, events, out),
            [a, b, c, d, e] => self.each([a, b, c, d, e], before, events, out),
            ref edges => {
                let reached = |measure| edges.partition_point(|edge| *edge <= measure);
                self.each_by(reached, before, events, out);
            }
        }
    }

    /// f(measure) of each measure, as [`Compiled::cumulative`] says, in the modes that have it.
    pub fn owed_each(&self, measures: &[i64], out: &mut [i64]) {
        for (measure, out) in measures.iter().zip(out) {
            let reached = self.edges.partition_point(|edge| edge <= measure);
            let line = self.compiled.line(reached);
            *out = known(line.and_then(|line| line.at(&Proven(*measure))));
        }
    }

    /// With so few edges that all of them stay at hand.
    #[inline(never)]
    fn each<const EDGES: usize>(
        &self,
        edges: [i64; EDGES],
        before: &[i64],
        events: &[i64],
        out: &mut [i64],
    ) {
        let reached = |measure| {
            let mut reached = 0;
            for edge in edges {
                reached += usize::from(measure >= edge);
            }
            reached
        };
        self.each_by(reached, before, events, out);
    }

    #[inline(always)]
    fn each_by(
        &self,
        reached: impl Fn(i64) -> usize,
        before: &[i64],
        events: &[i64],
        out: &mut [i64],
    ) {
        let compiled = &self.compiled;
        let rows = before.iter().zip(events).zip(out);
        let rows = rows.map(|((before, event), out)| (Proven(*before), Proven(*event), out));
        match compiled.mode {
            ScheduleMode::Marginal | ScheduleMode::Retroactive => {
                for (before, event, out) in rows {
                    let after = Proven(before.0.wrapping_add(event.0));
                    let (start, end) = (reached(before.0), reached(after.0));
                    *out = known(compiled.rise((start, &before), (end, &after)));
                }
            }
            ScheduleMode::ProspectiveAfter | ScheduleMode::ProspectiveIncluding => {
                for (before, event, out) in rows {
                    let (start, end) = (reached(before.0), reached(before.0.wrapping_add(event.0)));
                    *out = known(compiled.by_one_step(start, end, &event));
                }
            }
            ScheduleMode::PerTransaction => {
                for (_, event, out) in rows {
                    let line = compiled.line(reached(event.0));
                    *out = known(line.and_then(|line| line.at(&event)));
                }
            }
        }
    }
}

/// A number that is always there: it fits, and there is a line for every count of edges.
#[inline(always)]
fn known(amount: Option<Proven>) -> i64 {
    amount.unwrap_or(Proven::ZERO).0
}
