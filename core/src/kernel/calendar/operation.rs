//! `calendar.next`: when a wall clock shows a time of day next.

use super::{Date, Instant, TimeOfDay, Weekday, Zone, next_local_time};
use crate::kernel::document::model;
use crate::kernel::problem::{Problem, Problems};

/// What `calendar.next` takes.
#[model]
pub struct CalendarNextInput {
    /// The answer is later than this, if only by a microsecond.
    pub after: Instant,
    /// The time that the clock shows.
    pub time: TimeOfDay,
    /// The zone of the clock, and of the days of the week.
    pub zone: Zone,
    /// The days of the week on which it counts; any day unless said.
    #[model(default)]
    pub weekdays: Vec<Weekday>,
}

/// What `calendar.next` gives back.
#[model]
#[derive(Eq)]
pub struct CalendarNext {
    /// When that is.
    pub at: Instant,
    /// The day that the clock shows then.
    pub date: Date,
    /// The time that the clock shows then: a later one than was asked for on a day that skips it.
    pub time: TimeOfDay,
    /// The day of the week that it shows then.
    pub weekday: Weekday,
}

/// Tells when a wall clock shows a time of day next, on any day or on given days of the week.
///
/// # Errors
/// `instant_out_of_range` beyond the year 9999.
pub fn next(input: CalendarNextInput) -> Result<CalendarNext, Problems> {
    let CalendarNextInput { after, time, zone, weekdays } = input;
    let on = |weekday| next_local_time(after, time, zone, weekday);
    let at = match weekdays.split_first() {
        None => on(None)?,
        Some((first, others)) => {
            others.iter().try_fold(on(Some(*first))?, |soonest, weekday| {
                on(Some(*weekday)).map(|at| soonest.min(at))
            })?
        }
    };
    let shown = zone.to_local(at);
    let weekday = shown.date.weekday();
    Ok::<_, Problem>(CalendarNext { at, date: shown.date, time: shown.time, weekday })
        .map_err(Problems::from)
}
