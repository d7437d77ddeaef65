//! One piece of time: its unit, its number, its bounds, and how to find it quickly.

use std::fmt;

use super::{Instant, Periods};
use crate::kernel::document::model;

/// A piece of the calendar.
#[model]
pub enum CalendarUnit {
    /// From midnight to midnight.
    Day,
    /// From Monday (ISO 8601).
    Week,
    /// From the first day of a month.
    Month,
    /// From the first day of January, April, July and October.
    Quarter,
    /// From 1 January.
    Year,
}

impl CalendarUnit {
    /// The units, from the shortest.
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];
}

/// The number of a period among its kind; the next period has the next number.
///
/// Days since 1970-01-01, weeks since the one of 1970-01-01, months as `year * 12 + month - 1`,
/// quarters as `year * 4 + quarter - 1`, years as the year; anniversaries from their anchor, and
/// 0 for the one period of a lifetime. State is keyed by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Ordinal(i32);

impl Ordinal {
    /// The period with that number.
    #[must_use]
    pub const fn new(number: i32) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0
    }

    /// The period after it.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The period before it.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    pub(super) fn saturated(number: i64) -> Self {
        let nearest = if number < 0 { i32::MIN } else { i32::MAX };
        Self(i32::try_from(number).unwrap_or(nearest))
    }
}

/// One period: from its start up to, but not including, its end.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    periods: Periods,
    ordinal: Ordinal,
    from: i64,
    until: i64,
}

impl Period {
    pub(super) const fn new(periods: Periods, ordinal: Ordinal, from: i64, until: i64) -> Self {
        Self { periods, ordinal, from, until }
    }

    /// Its number among its kind.
    #[must_use]
    pub const fn ordinal(self) -> Ordinal {
        self.ordinal
    }

    /// Its first instant; none when it has no start within the range of instants.
    #[must_use]
    pub fn start(self) -> Option<Instant> {
        Instant::within_range(self.from)
    }

    /// The instant at which it is over; none when it has no end within the range of instants.
    #[must_use]
    pub fn end(self) -> Option<Instant> {
        Instant::within_range(self.until)
    }

    /// Whether the instant lies in it.
    #[must_use]
    pub const fn contains(self, instant: Instant) -> bool {
        self.from <= instant.micros() && instant.micros() < self.until
    }

    /// Whether no instant lies in it: a day that its zone skipped, or one beyond all instants.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.from >= self.until
            || self.until <= Instant::MIN.micros()
            || self.from > Instant::MAX.micros()
    }

    /// Its name: `2026-11-20`, `2026-W47`, `2026-11`, `2026-Q4`, `2026`, `lifetime`, or for an
    /// anniversary its first day and the first after it, `2026-01-31/2026-02-28`.
    #[must_use]
    pub fn label(self) -> String {
        self.periods.label(self.ordinal)
    }
}

impl fmt::Debug for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{:?}, {:?})", self.label(), self.start(), self.end())
    }
}

/// Finds the periods of many events: as long as they stay in one, each costs two comparisons.
///
/// ```
/// use guerdon::kernel::calendar::{CalendarUnit, Periods, Zone};
///
/// let mut cursor = Periods::calendar(CalendarUnit::Month, Zone::UTC).cursor();
/// let november = cursor.ordinal_of("2026-11-20T10:00:00Z".parse()?);
/// assert_eq!(cursor.ordinal_of("2026-11-30T23:59:59Z".parse()?), november);
/// assert_eq!(cursor.ordinal_of("2026-12-01T00:00:00Z".parse()?), november.next());
/// # Ok::<(), guerdon::kernel::problem::Problem>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PeriodCursor {
    periods: Periods,
    ordinal: Ordinal,
    from: i64,
    until: i64,
}

impl PeriodCursor {
    /// It is in no period yet.
    pub(super) const fn new(periods: Periods) -> Self {
        Self { periods, ordinal: Ordinal(0), from: i64::MAX, until: i64::MIN }
    }

    /// The number of the period in which that instant lies.
    #[inline]
    pub fn ordinal_of(&mut self, instant: Instant) -> Ordinal {
        if instant.micros() < self.from || self.until <= instant.micros() {
            self.move_to(instant);
        }
        self.ordinal
    }

    /// The period in which that instant lies.
    #[inline]
    pub fn period_of(&mut self, instant: Instant) -> Period {
        let ordinal = self.ordinal_of(instant);
        Period { periods: self.periods, ordinal, from: self.from, until: self.until }
    }

    /// The first microsecond of the period that was found last, and the first one after it.
    #[inline]
    pub(crate) const fn bounds(&self) -> (i64, i64) {
        (self.from, self.until)
    }

    #[cold]
    fn move_to(&mut self, instant: Instant) {
        (self.ordinal, self.from, self.until) = self.periods.locate(instant);
    }
}
