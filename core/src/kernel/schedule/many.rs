//! Many events at once, of numbers so small that nothing can overflow.
//!
//! An event is rated by what the lines of [`Compiled`] say. What is different for a column is how
//! the line is found: by asking every edge, with nothing to guess for the processor, where a single
//! event climbs from step to step. And up to which measure the results fit is asked once, before
//! the first event.

use std::iter;

use crate::kernel::number::{Number, Proven};

use super::ScheduleMode;
use super::compiled::{Compiled, Line};

/// A schedule for columns of events that are not negative.
#[derive(Clone, Debug)]
pub struct Many {
    mode: ScheduleMode,
    /// Below the first step.
    ground: Line<Proven>,
    /// Each from the least measure that has reached it.
    steps: Vec<Line<Proven>>,
}

/// Events that come one after the other, each with a measure that may be what the last one left.
pub trait Events {
    /// What comes of them.
    type Rated;

    /// Goes through them; `rated` says what an event comes to, by the measure before it and by how
    /// much it moves that.
    fn each(self, rated: impl Fn(i64, i64) -> i64) -> Self::Rated;
}

impl Many {
    /// The same schedule for columns; none if an edge does not fit.
    #[must_use]
    pub fn of(compiled: &Compiled<i64>) -> Option<Self> {
        let mut lines = compiled.lines.iter();
        let ground = proven(lines.next()?, 0);
        let mut many = Self { mode: compiled.mode, ground, steps: Vec::new() };
        for line in lines {
            // Integers have a next one, so an edge that is not reached itself is one higher.
            let line = proven(line, line.edge.checked_add(i64::from(line.open))?);
            let last = many.steps.last().unwrap_or(&many.ground);
            // It may go on as the one below, as a first step does that starts at zero.
            if (last.slope, last.intercept) != (line.slope, line.intercept) {
                many.steps.push(line);
            }
        }
        Some(many)
    }

    /// The largest measure up to which nothing that an event adds or a measure is owed, and no
    /// number on the way to it, is above a limit; none if not even zero is so small.
    #[must_use]
    pub fn most_measured(&self, limit: i64) -> Option<i64> {
        let mut most = i64::MAX;
        for line in iter::once(&self.ground).chain(&self.steps) {
            // An amount is at most the difference of two of what a line comes to.
            let room = (limit / 2).checked_sub(line.intercept.0.checked_abs()?)?;
            if room < 0 {
                return None;
            }
            most = most.min(room.checked_div(line.slope.0.checked_abs()?).unwrap_or(i64::MAX));
        }
        Some(most)
    }

    /// Goes through events that are not negative, none of which takes its measure above
    /// [`most_measured`](Self::most_measured). What each adds is what [`Compiled::adds`] says.
    pub fn rate<E: Events>(&self, events: E) -> E::Rated {
        match *self.steps.as_slice() {
            [] => self.rate_by(|_| self.ground, events),
            [a] => self.rate_by(self.among([a]), events),
            [a, b] => self.rate_by(self.among([a, b]), events),
            [a, b, c] => self.rate_by(self.among([a, b, c]), events),
            [a, b, c, d] => self.rate_by(self.among([a, b, c, d]), events),
            _ => self.rate_by(|measure| self.line(measure), events),
        }
    }

    /// Goes through such events, and what each comes to is what its measure is then owed, as
    /// [`Compiled::cumulative`] says, in the modes that have it.
    pub fn owe<E: Events>(&self, events: E) -> E::Rated {
        events.each(|before, event| {
            let measure = before.wrapping_add(event);
            known(self.line(measure).at(&Proven(measure)))
        })
    }

    /// A function of its own for each, so that none holds registers for another.
    #[inline(never)]
    fn rate_by<E: Events>(&self, line: impl Fn(i64) -> Line<Proven>, events: E) -> E::Rated {
        match self.mode {
            ScheduleMode::Marginal | ScheduleMode::Retroactive => events.each(|before, event| {
                let after = before.wrapping_add(event);
                known(line(before).rise(&Proven(before), &line(after), &Proven(after)))
            }),
            mode @ (ScheduleMode::ProspectiveAfter | ScheduleMode::ProspectiveIncluding) => events
                .each(|before, event| {
                    let end = line(before.wrapping_add(event));
                    known(line(before).alone(&end, mode, &Proven(event)))
                }),
            ScheduleMode::PerTransaction => {
                events.each(|_, event| known(line(event).at(&Proven(event))))
            }
        }
    }

    /// The line that pays at a measure.
    fn line(&self, measure: i64) -> Line<Proven> {
        let reached = self.steps.partition_point(|step| step.edge.0 <= measure);
        let last = reached.checked_sub(1).and_then(|last| self.steps.get(last));
        last.copied().unwrap_or(self.ground)
    }

    /// The same with so few steps that all of them stay at hand.
    #[inline(always)]
    fn among<const STEPS: usize>(
        &self,
        steps: [Line<Proven>; STEPS],
    ) -> impl Fn(i64) -> Line<Proven> {
        let ground = self.ground;
        move |measure| {
            steps
                .iter()
                .fold(ground, |line, step| if measure >= step.edge.0 { *step } else { line })
        }
    }
}

/// A line of numbers that are proven, from another edge.
fn proven(line: &Line<i64>, edge: i64) -> Line<Proven> {
    let (slope, intercept) = (Proven(line.slope), Proven(line.intercept));
    Line { edge: Proven(edge), open: false, slope, intercept }
}

/// A number that is always there, because it fits.
#[inline(always)]
fn known(amount: Option<Proven>) -> i64 {
    amount.unwrap_or(Proven::ZERO).0
}
