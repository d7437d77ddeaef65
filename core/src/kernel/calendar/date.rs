//! Days on a calendar, and the days of the week.
//!
//! A date belongs to no zone: an anniversary on 29 February is the same date in Apia and in
//! Honolulu, and begins at two different instants. [`Zone`](super::Zone) gives those.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};

use super::digits::{self, Buffer};
use super::{DATE_INVALID, DATE_OUT_OF_RANGE, quoted};
use crate::kernel::document::model;
use crate::kernel::problem::Problem;

/// A day of the proleptic Gregorian calendar, written `2026-11-20`, in the years 0001 to 9999.
///
/// The local date of an instant on the first or last day of the range may lie one day beyond it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// The day of that year, month (1 to 12) and day of the month.
    ///
    /// # Errors
    /// `date_invalid` when there is no such day; `date_out_of_range` outside the years 0001 to
    /// 9999.
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Result<Self, Problem> {
        match NaiveDate::from_ymd_opt(year, month, day) {
            Some(date) => Self::within_range(Some(date)),
            None => Err(no_such_day(&format!("{year:04}-{month:02}-{day:02}"))),
        }
    }

    /// The day so many days after 1970-01-01.
    ///
    /// # Errors
    /// `date_out_of_range` outside the years 0001 to 9999.
    pub fn from_epoch_days(days: i32) -> Result<Self, Problem> {
        Self::within_range(NaiveDate::from_epoch_days(days))
    }

    pub(super) const fn from_naive(date: NaiveDate) -> Self {
        Self(date)
    }

    pub(super) const fn naive(self) -> NaiveDate {
        self.0
    }

    fn within_range(date: Option<NaiveDate>) -> Result<Self, Problem> {
        date.filter(|date| (1..=9999).contains(&date.year())).map(Self).ok_or_else(|| {
            Problem::new(
                DATE_OUT_OF_RANGE,
                "the date is outside the years 0001 to 9999",
                "use a date between 0001-01-01 and 9999-12-31",
            )
        })
    }

    /// The year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// The month, 1 to 12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.0.month()
    }

    /// The day of the month, from 1.
    #[must_use]
    pub fn day(self) -> u32 {
        self.0.day()
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        self.0.weekday().into()
    }

    /// Days since 1970-01-01; negative before.
    #[must_use]
    pub const fn epoch_days(self) -> i32 {
        self.0.to_epoch_days()
    }

    /// The date so many months later, or the last day of that month where it has no such day:
    /// 31 January and a month is 28 (or 29) February.
    ///
    /// # Errors
    /// `date_out_of_range` outside the years 0001 to 9999.
    pub fn plus_months(self, months: u32) -> Result<Self, Problem> {
        Self::within_range(self.0.checked_add_months(Months::new(months)))
    }

    /// The date so many months earlier, or the last day of that month.
    ///
    /// # Errors
    /// `date_out_of_range` outside the years 0001 to 9999.
    pub fn minus_months(self, months: u32) -> Result<Self, Problem> {
        Self::within_range(self.0.checked_sub_months(Months::new(months)))
    }

    /// The date so many days later.
    ///
    /// # Errors
    /// `date_out_of_range` outside the years 0001 to 9999.
    pub fn plus_days(self, days: u32) -> Result<Self, Problem> {
        Self::within_range(self.0.checked_add_days(Days::new(u64::from(days))))
    }

    /// The date so many days earlier.
    ///
    /// # Errors
    /// `date_out_of_range` outside the years 0001 to 9999.
    pub fn minus_days(self, days: u32) -> Result<Self, Problem> {
        Self::within_range(self.0.checked_sub_days(Days::new(u64::from(days))))
    }
}

fn no_such_day(text: &str) -> Problem {
    Problem::new(
        DATE_INVALID,
        format!("{} names a day that does not exist", quoted(text)),
        "check the month and the day",
    )
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = Buffer::<16>::new();
        buffer.number(self.year().unsigned_abs(), 4);
        buffer.byte(b'-');
        buffer.number(self.month(), 2);
        buffer.byte(b'-');
        buffer.number(self.day(), 2);
        f.pad(buffer.as_str())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = Problem;

    /// Reads `2026-11-20`.
    fn from_str(text: &str) -> Result<Self, Problem> {
        let (year, month, day) = parts(text.as_bytes()).ok_or_else(|| {
            Problem::new(
                DATE_INVALID,
                format!("{} is not a calendar date", quoted(text)),
                "write year, month and day like `2026-11-20`",
            )
        })?;
        Self::from_ymd(year, month, day)
    }
}

fn parts(text: &[u8]) -> Option<(i32, u32, u32)> {
    let &[y3, y2, y1, y0, b'-', m1, m0, b'-', d1, d0] = text else { return None };
    Some((digits::four([y3, y2, y1, y0])?, digits::two(m1, m0)?, digits::two(d1, d0)?))
}

/// A day of the week; the week begins on Monday (ISO 8601).
#[model]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// The seven days, from Monday.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
}

impl From<chrono::Weekday> for Weekday {
    fn from(day: chrono::Weekday) -> Self {
        match day {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_text_is_canonical() {
        for text in ["0001-01-01", "1999-12-31", "2024-02-29", "9999-12-31"] {
            assert_eq!(date(text).to_string(), text);
        }
        assert_eq!(date("1970-01-02").epoch_days(), 1);
        assert_eq!(Date::from_epoch_days(-1).unwrap(), date("1969-12-31"));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "2026-2-1", "2026-02-29", "2026-00-10", "20261120", "2026-11-20T00:00:00Z"]
        {
            assert_eq!(text.parse::<Date>().unwrap_err().code, DATE_INVALID, "{text}");
        }
        assert_eq!("0000-01-01".parse::<Date>().unwrap_err().code, DATE_OUT_OF_RANGE);
        assert_eq!(date("9999-12-31").plus_days(1).unwrap_err().code, DATE_OUT_OF_RANGE);
        assert_eq!(date("0001-01-31").minus_months(1).unwrap_err().code, DATE_OUT_OF_RANGE);
        assert_eq!(date("2000-01-01").plus_months(u32::MAX).unwrap_err().code, DATE_OUT_OF_RANGE);
    }

    #[test]
    fn a_month_that_is_too_short_gives_its_last_day() {
        assert_eq!(date("2026-01-31").plus_months(1).unwrap(), date("2026-02-28"));
        assert_eq!(date("2024-01-31").plus_months(1).unwrap(), date("2024-02-29"));
        assert_eq!(date("2026-01-25").plus_months(1).unwrap(), date("2026-02-25"));
        assert_eq!(date("2026-03-31").minus_months(1).unwrap(), date("2026-02-28"));
        assert_eq!(date("2024-02-29").plus_months(12).unwrap(), date("2025-02-28"));
    }

    #[test]
    fn weekdays_have_names() {
        assert_eq!(date("2026-11-20").weekday(), Weekday::Friday);
        for day in Weekday::ALL {
            assert_eq!(day.to_string().parse::<Weekday>().unwrap(), day);
        }
        assert!("Monday".parse::<Weekday>().is_err());
    }
}
