//! The calendar by counting days and by looking at every minute. Of the time-zone database only
//! the offset at an instant is asked.

use chrono::{DateTime, Offset, TimeZone};
use guerdon::kernel::calendar::{MICROS_PER_DAY, MICROS_PER_SECOND, Weekday, Zone};

pub(crate) const MINUTE: i64 = 60 * MICROS_PER_SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;

// ---- The civil calendar, by counting ----

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(crate) fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day of a count of days since 1970-01-01, a year and a month at a time.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let (mut year, mut left) = (1970, days);
    while left < 0 {
        year -= 1;
        left += if is_leap(year) { 366 } else { 365 };
    }
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if left < length {
            break;
        }
        left -= length;
        year += 1;
    }
    let mut month = 1;
    while left >= month_length(year, month) {
        left -= month_length(year, month);
        month += 1;
    }
    (year, month, left + 1)
}

/// The other way, by counting up from the first day of the year 0001.
pub(crate) fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let years = before * 365 + before / 4 - before / 100 + before / 400;
    let months: i64 = (1..month).map(|month| month_length(year, month)).sum();
    years + months + day - 1 - 719_162
}

pub(crate) fn text_of(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// So many months later, one at a time, and the last day of a month that is too short.
pub(crate) fn months_later(days: i64, months: i64) -> i64 {
    let (mut year, mut month, day) = civil(days);
    for _ in 0..months.abs() {
        month += months.signum();
        if month == 13 {
            (year, month) = (year + 1, 1);
        } else if month == 0 {
            (year, month) = (year - 1, 12);
        }
    }
    days_of(year, month, day.min(month_length(year, month)))
}

pub(crate) fn weekday_of(days: i64) -> Weekday {
    // 1970-01-01 was a Thursday.
    let thursday = Weekday::ALL.into_iter().cycle().skip(3);
    thursday.take(7).nth(usize::try_from(days.rem_euclid(7)).unwrap()).unwrap()
}

// ---- Wall clocks, by looking at every minute ----

pub(crate) fn offset(zone: Zone, micros: i64) -> i64 {
    let tz: chrono_tz::Tz = zone.name().parse().unwrap();
    let utc = DateTime::from_timestamp_micros(micros).unwrap().naive_utc();
    i64::from(tz.offset_from_utc_datetime(&utc).fix().local_minus_utc()) * MICROS_PER_SECOND
}

/// The first instant at which the wall clock shows `wall` or more, which is what both rules of
/// the calendar come to. All changes of clocks in these zones since 1980 are at whole minutes.
pub(crate) fn first_at_wall(zone: Zone, wall: i64) -> i64 {
    let mut minute = (wall - 26 * HOUR).div_euclid(MINUTE) * MINUTE;
    loop {
        let shown = minute + offset(zone, minute);
        if shown >= wall {
            return minute;
        }
        if wall < shown + MINUTE {
            return minute + (wall - shown);
        }
        minute += MINUTE;
    }
}

/// The last day that has begun at that instant.
pub(crate) fn day_of(zone: Zone, micros: i64) -> i64 {
    let shown = (micros + offset(zone, micros)).div_euclid(MICROS_PER_DAY);
    (shown - 1..=shown + 2)
        .rev()
        .find(|day| first_at_wall(zone, day * MICROS_PER_DAY) <= micros)
        .unwrap()
}
