//! Time: instants, calendar dates, durations, IANA zones, and the periods built from them.
//!
//! There is no clock here: `now` comes in as an argument, and so does the zone wherever a wall
//! clock matters. An [`Instant`] is exact and knows no zone; a [`Date`] is a day on a calendar
//! and knows no instant; a [`Zone`] leads from one to the other by two rules that hold
//! everywhere in this module:
//!
//! - a wall-clock time that the zone skips (a *gap*, when clocks go forward) means the first
//!   instant after the gap;
//! - a wall-clock time that happens twice (clocks go back) means the earlier of the two.
//!
//! Zones come from the time-zone database compiled into `chrono-tz`, whose release is
//! [`TZDB_VERSION`]: results record it, because another release may move a boundary. That
//! compiled table follows daylight saving to the year 2100; later instants keep the last offset.

mod business;
mod date;
mod digits;
mod forms;
mod instant;
mod label;
mod operation;
mod period;
mod periods;
mod recurrence;
mod span;
mod span_cursor;
mod time_of_day;
mod window;
mod zone;

pub use business::{BusinessHours, OpenHours};
pub use date::{Date, Weekday};
pub use instant::{Instant, MICROS_PER_DAY, MICROS_PER_SECOND};
pub use operation::{CalendarNext, CalendarNextInput, next};
pub use period::{CalendarUnit, Ordinal, Period, PeriodCursor};
pub use periods::Periods;
pub use recurrence::next_local_time;
pub use span::Span;
pub use span_cursor::SpanCursor;
pub use time_of_day::TimeOfDay;
pub use window::{PlacedWindow, Rolling, Window};
pub use zone::{LocalTime, TZDB_VERSION, Zone};

crate::codes! {
    /// The text is not an instant in RFC 3339.
    INSTANT_INVALID = "instant_invalid";
    /// The instant has no offset, so it does not say which moment is meant.
    INSTANT_WITHOUT_OFFSET = "instant_without_offset";
    /// The instant is finer than a microsecond.
    INSTANT_TOO_FINE = "instant_too_fine";
    /// The instant is outside the years 0001 to 9999.
    INSTANT_OUT_OF_RANGE = "instant_out_of_range";
    /// The text is not a calendar date, or that day does not exist.
    DATE_INVALID = "date_invalid";
    /// The date is outside the years 0001 to 9999.
    DATE_OUT_OF_RANGE = "date_out_of_range";
    /// The text is not a time of day.
    TIME_INVALID = "time_invalid";
    /// The text is not an ISO 8601 duration, or is too long or too fine.
    DURATION_INVALID = "duration_invalid";
    /// The text does not name a period of that kind.
    PERIOD_INVALID = "period_invalid";
    /// The window can hold nothing, or cannot be counted.
    WINDOW_INVALID = "window_invalid";
    /// The window is counted from a date of each one's own, and none was given.
    WINDOW_WITHOUT_ANCHOR = "window_without_anchor";
    /// Business is never open, or closes before it opens.
    BUSINESS_HOURS_INVALID = "business_hours_invalid";
    /// The time zone is not in the IANA database.
    ZONE_UNKNOWN = "zone_unknown";
}

/// Input as it is quoted in a message: its beginning, however long it is.
fn quoted(text: &str) -> String {
    const LONGEST: usize = 48;
    match text.char_indices().nth(LONGEST).and_then(|(end, _)| text.get(..end)) {
        Some(beginning) => format!("`{beginning}…`"),
        None => format!("`{text}`"),
    }
}
