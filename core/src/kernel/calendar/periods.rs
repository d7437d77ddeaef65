//! Time cut into consecutive periods, each with a number and a name.
//!
//! Measures, caps and statements are kept per period, so a period has to be cheap to find for
//! every event and must mean the same thing everywhere. An event is put into its period by the
//! periods' boundaries, which are instants: in a zone whose clocks went back over midnight, an
//! hour after the boundary may once more show the day before, and still belongs to the new day.

use chrono::{Datelike, Months, NaiveDate};

use super::instant::clock_reading;
use super::{CalendarUnit, Date, Instant, MICROS_PER_DAY, Ordinal, Period, PeriodCursor};
use super::{WINDOW_INVALID, Zone};
use crate::kernel::problem::Problem;

/// All periods of one kind in one zone: what an event is put into.
///
/// ```
/// use guerdon::kernel::calendar::{CalendarUnit, Periods, Zone};
///
/// let months = Periods::calendar(CalendarUnit::Month, "Europe/Berlin".parse()?);
/// let november = months.period_of("2026-11-20T10:00:00Z".parse()?);
/// assert_eq!(november.label(), "2026-11");
/// assert_eq!(november.end().map(|end| end.to_string()), Some("2026-11-30T23:00:00Z".into()));
/// # Ok::<(), guerdon::kernel::problem::Problem>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Periods {
    pub(super) kind: Kind,
    zone: Zone,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    Lifetime,
    Calendar(CalendarUnit),
    Anniversary { anchor: Date, months: u32 },
}

impl Periods {
    /// One period that has no start and no end.
    #[must_use]
    pub const fn lifetime() -> Self {
        Self { kind: Kind::Lifetime, zone: Zone::UTC }
    }

    /// The days, weeks, months, quarters or years of the calendar.
    #[must_use]
    pub const fn calendar(unit: CalendarUnit, zone: Zone) -> Self {
        Self { kind: Kind::Calendar(unit), zone }
    }

    /// Periods of so many months that begin at midnight of the anchor date and of the dates so
    /// many months after and before it. Each is counted from the anchor itself, so that months
    /// from 31 January begin on 28 February, 31 March and 30 April.
    ///
    /// # Errors
    /// `window_invalid` unless a period has 1 to 12,000 months.
    pub fn anniversary(anchor: Date, months: u32, zone: Zone) -> Result<Self, Problem> {
        check_months(months)?;
        Ok(Self { kind: Kind::Anniversary { anchor, months }, zone })
    }

    /// The zone whose midnights are the boundaries.
    #[must_use]
    pub const fn zone(self) -> Zone {
        self.zone
    }

    /// The number of the period in which that instant lies.
    #[must_use]
    pub fn ordinal_of(self, instant: Instant) -> Ordinal {
        self.locate(instant).0
    }

    /// The period in which that instant lies.
    #[must_use]
    pub fn period_of(self, instant: Instant) -> Period {
        let (ordinal, from, until) = self.locate(instant);
        Period::new(self, ordinal, from, until)
    }

    /// The period with that number.
    #[must_use]
    pub fn bounds(self, ordinal: Ordinal) -> Period {
        let number = i64::from(ordinal.number());
        Period::new(self, ordinal, self.start(number), self.start(number + 1))
    }

    /// A cursor over these periods, for events that mostly come in the order of time.
    #[must_use]
    pub const fn cursor(self) -> PeriodCursor {
        PeriodCursor::new(self)
    }

    /// The number of the period in which that instant lies, its first microsecond, and the first
    /// after it.
    pub(super) fn locate(self, instant: Instant) -> (Ordinal, i64, i64) {
        let micros = instant.micros();
        let day = clock_reading(self.zone.wall_micros(instant)).date();
        let mut number = self.number_of_day(day);
        let mut from = self.start(number);
        let mut until = self.start(number + 1);
        // The day on the wall is never ahead of the period, because a period starts when its first
        // day is first shown. It is behind in the hours after that in which clocks that went back
        // show the day before.
        while until <= micros {
            number += 1;
            from = until;
            until = self.start(number + 1);
        }
        (Ordinal::saturated(number), from, until)
    }

    /// The number of the period that has that day.
    pub(super) fn number_of_day(self, day: NaiveDate) -> i64 {
        match self.kind {
            Kind::Lifetime => 0,
            Kind::Calendar(CalendarUnit::Day) => i64::from(day.to_epoch_days()),
            Kind::Calendar(CalendarUnit::Week) => {
                (i64::from(day.to_epoch_days()) + THURSDAY).div_euclid(7)
            }
            Kind::Calendar(CalendarUnit::Month) => month_number(day),
            Kind::Calendar(CalendarUnit::Quarter) => month_number(day).div_euclid(3),
            Kind::Calendar(CalendarUnit::Year) => i64::from(day.year()),
            Kind::Anniversary { anchor, months } => {
                let elapsed = month_number(day) - month_number(anchor.naive());
                let number = elapsed.div_euclid(i64::from(months));
                match self.first_day(number) {
                    Some(first) if day < first => number - 1,
                    _ => number,
                }
            }
        }
    }

    /// The first day of that period; none far outside the years that instants reach.
    pub(super) fn first_day(self, number: i64) -> Option<NaiveDate> {
        match self.kind {
            Kind::Lifetime => Some(NaiveDate::default()),
            Kind::Calendar(CalendarUnit::Day) => day_number(number),
            Kind::Calendar(CalendarUnit::Week) => day_number(number * 7 - THURSDAY),
            Kind::Calendar(CalendarUnit::Month) => first_of_month(number),
            Kind::Calendar(CalendarUnit::Quarter) => first_of_month(number * 3),
            Kind::Calendar(CalendarUnit::Year) => first_of_month(number * 12),
            Kind::Anniversary { anchor, months } => {
                let elapsed = number * i64::from(months);
                let shift = Months::new(u32::try_from(elapsed.unsigned_abs()).ok()?);
                let day = if elapsed < 0 {
                    anchor.naive().checked_sub_months(shift)
                } else {
                    anchor.naive().checked_add_months(shift)
                };
                day.and_then(near_the_range)
            }
        }
    }

    /// The first microsecond of that period, which may be outside the range of instants.
    fn start(self, number: i64) -> i64 {
        let endless = if number > 0 { i64::MAX } else { i64::MIN };
        match (self.kind, self.first_day(number)) {
            (Kind::Lifetime, _) | (_, None) => endless,
            (_, Some(day)) => self.zone.resolve(i64::from(day.to_epoch_days()) * MICROS_PER_DAY),
        }
    }
}

/// 1970-01-01 was a Thursday, three days after its Monday.
const THURSDAY: i64 = 3;

/// A thousand years: longer than any plan, and short enough to count without overflow.
const MAX_ANNIVERSARY_MONTHS: u32 = 12_000;

/// Whether periods can have so many months.
pub(super) fn check_months(months: u32) -> Result<(), Problem> {
    if (1..=MAX_ANNIVERSARY_MONTHS).contains(&months) {
        return Ok(());
    }
    Err(Problem::new(
        WINDOW_INVALID,
        format!("an anniversary of {months} months cannot be counted"),
        "give 1 to 12,000 months",
    )
    .under("months"))
}

fn month_number(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 12 + i64::from(day.month0())
}

fn first_of_month(number: i64) -> Option<NaiveDate> {
    let year = i32::try_from(number.div_euclid(12)).ok()?;
    let month = u32::try_from(number.rem_euclid(12)).ok()? + 1;
    NaiveDate::from_ymd_opt(year, month, 1).and_then(near_the_range)
}

fn day_number(number: i64) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(i32::try_from(number).ok()?).and_then(near_the_range)
}

/// Days at which an instant can lie, and as much again, so that their microseconds are counted
/// without overflow.
fn near_the_range(day: NaiveDate) -> Option<NaiveDate> {
    (-10_000..=20_000).contains(&day.year()).then_some(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn instant(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn shown(period: Period) -> [String; 3] {
        let text = |instant: Option<Instant>| instant.map_or("-".into(), |i| i.to_string());
        [period.label(), text(period.start()), text(period.end())]
    }

    #[test]
    fn each_unit_has_its_bounds_and_name() {
        let now = instant("2026-11-20T10:00:00Z");
        let utc = |unit| shown(Periods::calendar(unit, Zone::UTC).period_of(now));
        let expected = |label: &str, start: &str, end: &str| {
            [label.to_owned(), format!("{start}T00:00:00Z"), format!("{end}T00:00:00Z")]
        };
        use CalendarUnit::{Day, Month, Quarter, Week, Year};
        assert_eq!(utc(Day), expected("2026-11-20", "2026-11-20", "2026-11-21"));
        assert_eq!(utc(Week), expected("2026-W47", "2026-11-16", "2026-11-23"));
        assert_eq!(utc(Month), expected("2026-11", "2026-11-01", "2026-12-01"));
        assert_eq!(utc(Quarter), expected("2026-Q4", "2026-10-01", "2027-01-01"));
        assert_eq!(utc(Year), expected("2026", "2026-01-01", "2027-01-01"));
        assert_eq!(shown(Periods::lifetime().period_of(now)), ["lifetime", "-", "-"]);
    }

    #[test]
    fn the_zone_decides_the_month() {
        let months = Periods::calendar(CalendarUnit::Month, zone("Asia/Kathmandu"));
        let month = months.period_of(instant("2026-10-31T18:15:00Z"));
        assert_eq!(shown(month), ["2026-11", "2026-10-31T18:15:00Z", "2026-11-30T18:15:00Z"]);
        assert_eq!(month.ordinal().number(), 2026 * 12 + 10);
        assert_eq!(months.bounds(month.ordinal()), month);
    }

    #[test]
    fn a_year_of_weeks_is_the_iso_year() {
        let weeks = Periods::calendar(CalendarUnit::Week, Zone::UTC);
        for (day, label) in [
            ("2020-12-31T00:00:00Z", "2020-W53"),
            ("2021-01-03T23:59:59Z", "2020-W53"),
            ("2021-01-04T00:00:00Z", "2021-W01"),
            ("2024-12-30T00:00:00Z", "2025-W01"),
        ] {
            assert_eq!(weeks.period_of(instant(day)).label(), label);
        }
    }

    #[test]
    fn anniversaries_are_counted_from_the_anchor() {
        let anchor = "2026-01-31".parse().unwrap();
        let months = Periods::anniversary(anchor, 1, Zone::UTC).unwrap();
        let labels: Vec<_> = (-2..3).map(|n| months.label(Ordinal::new(n))).collect();
        assert_eq!(
            labels,
            [
                "2025-11-30/2025-12-31",
                "2025-12-31/2026-01-31",
                "2026-01-31/2026-02-28",
                "2026-02-28/2026-03-31",
                "2026-03-31/2026-04-30",
            ]
        );
        assert_eq!(months.ordinal_of(instant("2026-02-27T23:59:59Z")).number(), 0);
        assert_eq!(months.ordinal_of(instant("2026-02-28T00:00:00Z")).number(), 1);
        assert_eq!(months.ordinal_of(instant("2026-01-30T12:00:00Z")).number(), -1);
    }

    #[test]
    fn twelve_months_rounded_up_to_the_end_of_the_month() {
        let berlin = zone("Europe/Berlin");
        let earned = instant("2020-07-06T12:00:00Z");
        let a_year_on = "P12M".parse::<super::super::Span>().unwrap().add_to(earned, berlin);
        let month = Periods::calendar(CalendarUnit::Month, berlin).period_of(a_year_on.unwrap());
        let local = berlin.to_local(month.end().unwrap());
        assert_eq!((local.date.to_string(), local.time.micros()), ("2021-08-01".into(), 0));
    }

    #[test]
    fn a_skipped_day_is_empty_and_a_repeated_hour_stays_in_the_new_day() {
        let apia = Periods::calendar(CalendarUnit::Day, zone("Pacific/Apia"));
        let skipped = apia.bounds(apia.ordinal_of_label("2011-12-30").unwrap());
        assert!(skipped.is_empty());
        assert_eq!(skipped.start(), skipped.end());

        // At 00:01 on 29 October 2006 clocks in St. John's went back to 23:01 on the 28th.
        let days = Periods::calendar(CalendarUnit::Day, zone("America/St_Johns"));
        let midnight = instant("2006-10-29T02:30:00Z");
        let again_the_28th = instant("2006-10-29T03:00:00Z");
        assert_eq!(days.period_of(midnight).start(), Some(midnight));
        assert_eq!(days.zone().to_local(again_the_28th).date.to_string(), "2006-10-28");
        assert_eq!(days.period_of(again_the_28th).label(), "2006-10-29");
    }

    #[test]
    fn the_ends_of_time_are_open() {
        let years = Periods::calendar(CalendarUnit::Year, zone("America/New_York"));
        let last = years.period_of(Instant::MAX);
        assert_eq!((last.label().as_str(), last.end()), ("9999", None));
        assert!(last.contains(Instant::MAX) && !last.is_empty());
        let first = years.period_of(Instant::MIN);
        assert!(first.contains(Instant::MIN) && first.start().is_none());
        for periods in [years, Periods::lifetime()] {
            for far in [i32::MIN, -1, 20_000, i32::MAX] {
                let beyond = periods.bounds(Ordinal::new(far));
                assert!(beyond.is_empty());
                assert!(!beyond.contains(Instant::MIN) && !beyond.contains(Instant::MAX));
            }
        }
        let edges = (years.period_of(Instant::MAX).ordinal().next(), Ordinal::new(i32::MAX).next());
        assert!(years.bounds(edges.0).is_empty() && edges.1.number() == i32::MAX);
    }

    #[test]
    fn a_cursor_says_what_the_periods_say() {
        let days = Periods::calendar(CalendarUnit::Day, zone("Australia/Lord_Howe"));
        let mut cursor = days.cursor();
        let start = instant("2026-04-01T00:00:00Z");
        for step in 0..2_000 {
            // Mostly forward, by 47 minutes, and sometimes back.
            let back = if step % 50 == 0 { MICROS_PER_DAY } else { 0 };
            let at = start.plus_micros(step * 47 * 60_000_000 - back).unwrap();
            assert_eq!(cursor.ordinal_of(at), days.ordinal_of(at));
            assert_eq!(cursor.period_of(at), days.period_of(at));
        }
    }
}
