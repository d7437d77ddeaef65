//! Windows: the stretch of time over which something is measured.
//!
//! A document says the kind ([`Window`]); a zone and, for anniversaries, an anchor turn it into
//! something that events can be put into ([`PlacedWindow`]). All kinds but one cut time into
//! [`Periods`]. A [`Rolling`] window moves with every instant, so it has no periods.

use chrono::{Datelike, Months};

use super::instant::clock_reading;
use super::periods::check_months;
use super::{CalendarUnit, Date, Instant, MICROS_PER_DAY, Periods, Span, Zone};
use super::{WINDOW_INVALID, WINDOW_WITHOUT_ANCHOR};
use crate::kernel::document::model;
use crate::kernel::problem::Problem;

/// The kind of a window, as a document gives it.
#[model(document)]
#[derive(Copy, Eq, Hash)]
pub enum Window {
    /// All of time.
    Lifetime,
    /// The days, weeks, months, quarters or years of the calendar.
    Calendar {
        /// How long a period is.
        unit: CalendarUnit,
    },
    /// Periods of so many months from a date of each one's own, such as the day of joining.
    Anniversary {
        /// How many months a period has, from 1 to 12,000.
        months: u32,
    },
    /// The time up to now, as long as the span.
    Rolling {
        /// How far back it reaches; not zero.
        span: Span,
    },
}

/// A window in its zone, and from its anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlacedWindow {
    /// Time cut into periods.
    Periods(Periods),
    /// The time up to now.
    Rolling(Rolling),
}

impl Window {
    /// Whether the kind makes sense, before any zone or anchor is known.
    ///
    /// # Errors
    /// `window_invalid` for an anniversary of no months, or of more than 12,000, and for a
    /// rolling window of no time.
    pub fn check(self) -> Result<(), Problem> {
        match self {
            Self::Lifetime {} | Self::Calendar { .. } => Ok(()),
            Self::Anniversary { months } => check_months(months),
            Self::Rolling { span } => Rolling::new(span, Zone::UTC).map(|_| ()),
        }
    }

    /// Whether its periods are counted from a date that each partner or customer has.
    #[must_use]
    pub const fn needs_anchor(self) -> bool {
        matches!(self, Self::Anniversary { .. })
    }

    /// The window in a zone, from an anchor where it needs one.
    ///
    /// # Errors
    /// As [`Window::check`]; `window_without_anchor` for an anniversary without one.
    pub fn place(self, zone: Zone, anchor: Option<Date>) -> Result<PlacedWindow, Problem> {
        match (self, anchor) {
            (Self::Lifetime {}, _) => Ok(PlacedWindow::Periods(Periods::lifetime())),
            (Self::Calendar { unit }, _) => {
                Ok(PlacedWindow::Periods(Periods::calendar(unit, zone)))
            }
            (Self::Anniversary { months }, Some(anchor)) => {
                Periods::anniversary(anchor, months, zone).map(PlacedWindow::Periods)
            }
            (Self::Anniversary { .. }, None) => Err(Problem::new(
                WINDOW_WITHOUT_ANCHOR,
                "an anniversary window has no date to count from",
                "give the anchor date, such as the day of joining",
            )),
            (Self::Rolling { span }, _) => Rolling::new(span, zone).map(PlacedWindow::Rolling),
        }
    }
}

/// A window that ends now: open at its start, closed at its end, `start < t <= now`, so that
/// with `P30D` an event counts for exactly 2,592,000 seconds from its own instant on.
///
/// A span of days and smaller units is counted in seconds, with 86,400 to a day. A span with
/// months is counted back on the wall clock of the zone. There, two things that clocks and
/// calendars do would let an event that has left come back, and are smoothed so that the start
/// only ever moves forward:
///
/// - on a day that the earlier month does not have (29 to 31 March, with `P1M`), the window
///   starts at the very end of that month's last day;
/// - while clocks that went back show an hour again, the start stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rolling {
    span: Span,
    zone: Zone,
}

impl Rolling {
    /// The time as long as `span` up to now.
    ///
    /// # Errors
    /// `window_invalid` when the span is no time at all.
    pub fn new(span: Span, zone: Zone) -> Result<Self, Problem> {
        if span.is_zero() {
            return Err(Problem::new(
                WINDOW_INVALID,
                "a rolling window of no time never holds anything",
                "give a span such as `P30D` or `P12M`",
            )
            .under("span"));
        }
        Ok(Self { span, zone })
    }

    /// How far back it reaches.
    #[must_use]
    pub const fn span(self) -> Span {
        self.span
    }

    /// The last instant before the window, when it ends at `now`; none when it reaches back
    /// beyond the first instant. It never moves back as `now` moves forward.
    #[must_use]
    pub fn start(self, now: Instant) -> Option<Instant> {
        match self.span.fixed_micros() {
            Some(length) => now.micros().checked_sub(length),
            None => self.calendar_start(now),
        }
        .and_then(Instant::within_range)
    }

    /// Whether an event counts at `now`.
    #[must_use]
    pub fn contains(self, now: Instant, event: Instant) -> bool {
        event <= now && self.start(now).is_none_or(|start| start < event)
    }

    /// The first instant at which that event no longer counts; none beyond the year 9999.
    #[must_use]
    pub fn leaves_at(self, event: Instant) -> Option<Instant> {
        if let Some(length) = self.span.fixed_micros() {
            return event.micros().checked_add(length).and_then(Instant::within_range);
        }
        // The start only moves forward, so there is one instant at which it reaches the event.
        let has_left = |now: i64| {
            Instant::within_range(now)
                .and_then(|now| self.start(now))
                .is_some_and(|start| event <= start)
        };
        // Nearly always that is where the span leads.
        if let Ok(led) = self.span.add_to(event, self.zone) {
            if has_left(led.micros()) && !has_left(led.micros() - 1) {
                return Some(led);
            }
        }
        // Otherwise it is found by halving.
        let (mut still_in, mut gone) = (event.micros(), Instant::MAX.micros());
        if !has_left(gone) {
            return None;
        }
        while gone - still_in > 1 {
            let middle = still_in + (gone - still_in) / 2;
            if has_left(middle) {
                gone = middle;
            } else {
                still_in = middle;
            }
        }
        Instant::within_range(gone)
    }

    /// The name of the window that ends at `now`, an ISO 8601 interval:
    /// `P30D/2026-11-20T10:00:00Z`.
    #[must_use]
    pub fn label(self, now: Instant) -> String {
        format!("{}/{now}", self.span)
    }

    /// Months back on the calendar, then days, then exact microseconds.
    fn calendar_start(self, now: Instant) -> Option<i64> {
        let wall = self.zone.latest_wall_micros(now);
        let wall = months_back(wall, self.span.months())?;
        let wall = wall - i64::from(self.span.days()) * MICROS_PER_DAY;
        Some(self.zone.resolve(wall) - self.span.micros())
    }
}

/// The wall clock so many months earlier; at the end of the last day of a month that is too
/// short to have that day.
fn months_back(wall: i64, months: u32) -> Option<i64> {
    let date = clock_reading(wall).date();
    let back = date.checked_sub_months(Months::new(months))?;
    let midnight = i64::from(back.to_epoch_days()) * MICROS_PER_DAY;
    let time =
        if back.day() == date.day() { wall.rem_euclid(MICROS_PER_DAY) } else { MICROS_PER_DAY - 1 };
    Some(midnight + time)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::document::{Limits, parse};

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn rolling(span: &str, zone: &str) -> Rolling {
        Rolling::new(span.parse().unwrap(), zone.parse().unwrap()).unwrap()
    }

    fn start(span: &str, zone: &str, now: &str) -> String {
        rolling(span, zone).start(instant(now)).unwrap().to_string()
    }

    #[test]
    fn thirty_days_are_seconds() {
        let window = rolling("P30D", "Europe/Berlin");
        // Clocks go forward on 29 March, and the window does not care.
        let (event, end) = (instant("2026-03-10T12:00:00Z"), instant("2026-04-09T12:00:00Z"));
        assert_eq!(window.leaves_at(event), Some(end));
        assert!(!window.contains(end, event));
        assert!(window.contains(end.minus_micros(1).unwrap(), event));
        assert!(window.contains(event, event));
        assert!(!window.contains(event.minus_micros(1).unwrap(), event));
        assert_eq!(window.label(end), "P30D/2026-04-09T12:00:00Z");
    }

    #[test]
    fn months_are_the_calendars() {
        assert_eq!(start("P12M", "UTC", "2026-11-20T10:00:00Z"), "2025-11-20T10:00:00Z");
        assert_eq!(start("P1M", "Europe/Berlin", "2026-04-10T10:00:00Z"), "2026-03-10T11:00:00Z");
        assert_eq!(start("P1M2DT1H", "UTC", "2026-03-31T10:00:00Z"), "2026-02-26T22:59:59.999999Z");
    }

    #[test]
    fn an_event_at_midnight_stays_until_midnight() {
        let month = rolling("P1M", "UTC");
        for (event, gone) in [
            ("2026-01-28T00:00:00Z", "2026-02-28T00:00:00Z"),
            ("2026-01-31T00:00:00Z", "2026-03-01T00:00:00Z"),
            ("2026-02-28T00:00:00Z", "2026-03-28T00:00:00Z"),
            ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),
        ] {
            assert_eq!(month.leaves_at(instant(event)), Some(instant(gone)), "{event}");
        }
    }

    #[test]
    fn the_start_stands_still_while_an_hour_is_shown_again() {
        let berlin = |now| start("P1M", "Europe/Berlin", now);
        // 02:59 in summer time, then 02:00 to 02:59 in winter time, then 03:00.
        assert_eq!(berlin("2026-10-25T00:59:00Z"), "2026-09-25T00:59:00Z");
        assert_eq!(berlin("2026-10-25T01:00:00Z"), "2026-09-25T00:59:59.999999Z");
        assert_eq!(berlin("2026-10-25T01:59:00Z"), "2026-09-25T00:59:59.999999Z");
        assert_eq!(berlin("2026-10-25T02:00:00Z"), "2026-09-25T01:00:00Z");
    }

    #[test]
    fn the_ends_of_time_are_open() {
        let long = rolling("P9999Y", "UTC");
        assert_eq!(long.start(instant("2026-11-20T10:00:00Z")), None);
        assert!(long.contains(Instant::MAX, Instant::MIN.plus_micros(MICROS_PER_DAY).unwrap()));
        assert_eq!(long.leaves_at(instant("2026-11-20T10:00:00Z")), None);
        assert_eq!(rolling("P1D", "UTC").leaves_at(Instant::MAX), None);
    }

    #[test]
    fn what_can_hold_nothing_is_refused() {
        let nothing = Window::Rolling { span: Span::ZERO };
        assert_eq!(nothing.check().unwrap_err().code, WINDOW_INVALID);
        assert_eq!(nothing.place(Zone::UTC, None).unwrap_err().code, WINDOW_INVALID);
        for months in [0, 12_001] {
            let problem = Window::Anniversary { months }.check().unwrap_err();
            assert_eq!(problem.code, WINDOW_INVALID);
            assert_eq!(problem.path, "/months");
        }
        let yearly = Window::Anniversary { months: 12 };
        assert!(yearly.check().is_ok() && yearly.needs_anchor());
        assert_eq!(yearly.place(Zone::UTC, None).unwrap_err().code, WINDOW_WITHOUT_ANCHOR);
    }

    #[test]
    fn a_window_is_written_by_its_type() {
        for (text, window) in [
            (r#"{"type":"lifetime"}"#, Window::Lifetime {}),
            (
                r#"{"type":"calendar","unit":"quarter"}"#,
                Window::Calendar { unit: CalendarUnit::Quarter },
            ),
            (r#"{"type":"anniversary","months":12}"#, Window::Anniversary { months: 12 }),
            (
                r#"{"type":"rolling","span":"P30D"}"#,
                Window::Rolling { span: "P30D".parse().unwrap() },
            ),
        ] {
            assert_eq!(parse::<Window>(text, Limits::DOCUMENT).unwrap(), window);
            assert_eq!(serde_json::to_string(&window).unwrap(), text);
        }
    }

    #[test]
    fn a_window_is_placed_in_a_zone() {
        let kathmandu: Zone = "Asia/Kathmandu".parse().unwrap();
        let joined = "2024-05-17".parse().unwrap();
        for (window, label) in [
            (Window::Lifetime {}, "lifetime"),
            (Window::Calendar { unit: CalendarUnit::Day }, "2026-11-21"),
            (Window::Anniversary { months: 6 }, "2026-11-17/2027-05-17"),
        ] {
            let placed = window.place(kathmandu, Some(joined)).unwrap();
            let PlacedWindow::Periods(periods) = placed else { panic!("{placed:?}") };
            // 18:15 in UTC is midnight in Kathmandu.
            assert_eq!(periods.period_of(instant("2026-11-20T18:15:00Z")).label(), label);
        }
    }
}
