//! Time zones: from instants to wall clocks, and back by the two rules of the module.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use chrono::{MappedLocalTime, Offset, TimeZone};
use chrono_tz::{GapInfo, TZ_VARIANTS, Tz};

use super::instant::clock_reading;
use super::{Date, Instant, MICROS_PER_DAY, MICROS_PER_SECOND, TimeOfDay, Weekday};
use super::{INSTANT_OUT_OF_RANGE, ZONE_UNKNOWN, quoted};
use crate::kernel::problem::Problem;

/// The release of the IANA time-zone database behind every [`Zone`], such as `2025b`.
pub const TZDB_VERSION: &str = chrono_tz::IANA_TZDB_VERSION;

/// A time zone of the IANA database, written by its name (`Europe/Berlin`, `UTC`).
///
/// An alias keeps the name it was given: `Asia/Calcutta` stays itself.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

/// What the clock and the calendar on the wall show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalTime {
    /// The day.
    pub date: Date,
    /// The time of that day.
    pub time: TimeOfDay,
}

impl Zone {
    /// Coordinated Universal Time.
    pub const UTC: Self = Self(Tz::UTC);

    /// The IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What a wall clock in this zone shows at that instant.
    #[must_use]
    pub fn to_local(self, instant: Instant) -> LocalTime {
        let wall = self.wall_micros(instant);
        LocalTime {
            date: Date::from_naive(clock_reading(wall).date()),
            time: TimeOfDay::of_wall(wall),
        }
    }

    /// The day of the week in this zone at that instant.
    #[must_use]
    pub fn weekday(self, instant: Instant) -> Weekday {
        self.to_local(instant).date.weekday()
    }

    /// The instant at which a wall clock shows that time on that day: the first instant after
    /// the gap when clocks skip it, the earlier one when they show it twice.
    ///
    /// # Errors
    /// `instant_out_of_range` when that is outside the years 0001 to 9999 in UTC.
    pub fn instant_at(self, date: Date, time: TimeOfDay) -> Result<Instant, Problem> {
        let wall = i64::from(date.epoch_days()) * MICROS_PER_DAY + time.micros();
        Instant::within_range(self.resolve(wall)).ok_or_else(|| {
            Problem::new(
                INSTANT_OUT_OF_RANGE,
                format!(
                    "`{date}` at `{time}` in `{self}` is outside the years 0001 to 9999 in UTC"
                ),
                "use a date at least one day inside the range",
            )
        })
    }

    /// The instant at which that day begins: midnight, or the end of the gap that skips it.
    ///
    /// # Errors
    /// `instant_out_of_range` when that is outside the years 0001 to 9999 in UTC.
    pub fn local_midnight(self, date: Date) -> Result<Instant, Problem> {
        self.instant_at(date, TimeOfDay::MIDNIGHT)
    }

    /// The wall clock as microseconds since it showed 1970-01-01T00:00.
    pub(super) fn wall_micros(self, instant: Instant) -> i64 {
        instant.micros() + self.offset_micros_at(instant.micros())
    }

    /// Microseconds that the wall clock is ahead of UTC.
    fn offset_micros_at(self, micros: i64) -> i64 {
        offset_micros(&self.0.offset_from_utc_datetime(&clock_reading(micros)).fix())
    }

    /// The latest time that the wall clock has shown so far, which is what it shows now but while
    /// clocks that went back show an hour again.
    pub(super) fn latest_wall_micros(self, now: Instant) -> i64 {
        let wall = self.wall_micros(now);
        let first_shown = self.resolve(wall);
        let offset_before = wall - first_shown;
        let (mut before, mut after) = (first_shown, now.micros());
        if before == after {
            return wall;
        }
        // Somewhere in between the clock went back.
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if self.offset_micros_at(middle) == offset_before {
                before = middle;
            } else {
                after = middle;
            }
        }
        before + offset_before
    }

    /// Microseconds since the epoch at which the wall clock shows `wall`, which may be some days
    /// outside the range of instants.
    pub(super) fn resolve(self, wall: i64) -> i64 {
        let reading = clock_reading(wall);
        match self.0.offset_from_local_datetime(&reading) {
            MappedLocalTime::Single(offset) => wall - offset_micros(&offset.fix()),
            MappedLocalTime::Ambiguous(one, other) => {
                wall - offset_micros(&one.fix()).max(offset_micros(&other.fix()))
            }
            // The clock jumps over this time. The gap begins, on the clock as it was set before
            // it, at the very instant at which it ends.
            MappedLocalTime::None => match GapInfo::new(&reading, &self.0).and_then(|g| g.begin) {
                Some((begin, before)) => {
                    begin.and_utc().timestamp_micros() - offset_micros(&before.fix())
                }
                None => wall,
            },
        }
    }
}

fn offset_micros(offset: &chrono::FixedOffset) -> i64 {
    i64::from(offset.local_minus_utc()) * MICROS_PER_SECOND
}

impl PartialOrd for Zone {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Zone {
    /// By name.
    fn cmp(&self, other: &Self) -> Ordering {
        self.name().cmp(other.name())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Zone {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        text.parse::<Tz>().map(Self).map_err(|_| unknown(text))
    }
}

#[cold]
fn unknown(text: &str) -> Problem {
    let wanted = text.trim().replace(' ', "_");
    let near = TZ_VARIANTS.iter().map(|tz| tz.name()).find(|name| {
        let city = name.rsplit('/').next().unwrap_or(name);
        name.eq_ignore_ascii_case(&wanted) || city.eq_ignore_ascii_case(&wanted)
    });
    let hint = match near {
        Some(name) => format!("write `{name}`"),
        None => "use a name from the IANA database such as `Europe/Berlin` or `UTC`; a fixed \
                 offset is not a zone"
            .to_owned(),
    };
    Problem::new(ZONE_UNKNOWN, format!("{} is not a known time zone", quoted(text)), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().unwrap()
    }

    fn begins(zone_name: &str, date: &str) -> String {
        zone(zone_name).local_midnight(date.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn a_zone_is_its_name() {
        assert_eq!(zone("Europe/Berlin").to_string(), "Europe/Berlin");
        assert_eq!(zone("Asia/Calcutta").to_string(), "Asia/Calcutta");
        assert_eq!(zone("UTC"), Zone::UTC);
        for (text, hint) in
            [("europe/berlin", "`Europe/Berlin`"), ("New York", "`America/New_York`")]
        {
            let problem = text.parse::<Zone>().unwrap_err();
            assert_eq!(problem.code, ZONE_UNKNOWN);
            assert!(problem.hint.contains(hint), "{problem}");
        }
        assert!("+01:00".parse::<Zone>().unwrap_err().hint.contains("offset"));
        assert!(TZDB_VERSION.starts_with("20"));
    }

    #[test]
    fn a_day_begins_at_midnight_or_after_the_gap() {
        assert_eq!(begins("UTC", "2026-11-20"), "2026-11-20T00:00:00Z");
        assert_eq!(begins("Asia/Kathmandu", "2026-11-20"), "2026-11-19T18:15:00Z");
        // Clocks in São Paulo went from 24:00 on 3 November to 01:00 on the 4th.
        assert_eq!(begins("America/Sao_Paulo", "2018-11-04"), "2018-11-04T03:00:00Z");
        // Samoa had no 30 December 2011: it went from the end of the 29th to the 31st.
        assert_eq!(begins("Pacific/Apia", "2011-12-30"), "2011-12-30T10:00:00Z");
        assert_eq!(begins("Pacific/Apia", "2011-12-31"), "2011-12-30T10:00:00Z");
        // Havana put its clocks back from 01:00 to 00:00, so midnight happened twice.
        assert_eq!(begins("America/Havana", "2023-11-05"), "2023-11-05T04:00:00Z");
    }

    #[test]
    fn a_wall_clock_leads_there_and_back() {
        let berlin = zone("Europe/Berlin");
        let summer: Instant = "2026-07-01T22:30:00Z".parse().unwrap();
        let local = berlin.to_local(summer);
        assert_eq!(local.date.to_string(), "2026-07-02");
        assert_eq!(local.time.to_string(), "00:30");
        assert_eq!(berlin.weekday(summer), Weekday::Thursday);
        assert_eq!(berlin.instant_at(local.date, local.time).unwrap(), summer);

        let at = |date: &str, time: &str| {
            let (date, time) = (date.parse().unwrap(), time.parse().unwrap());
            berlin.instant_at(date, time).unwrap().to_string()
        };
        assert_eq!(at("2026-03-29", "02:30"), "2026-03-29T01:00:00Z");
        assert_eq!(at("2026-10-25", "02:30"), "2026-10-25T00:30:00Z");
    }

    #[test]
    fn the_edges_of_the_range_have_a_wall_clock() {
        let kiritimati = zone("Pacific/Kiritimati");
        assert_eq!(kiritimati.to_local(Instant::MAX).date.to_string(), "10000-01-01");
        let first: Date = "0001-01-01".parse().unwrap();
        let tokyo = zone("Asia/Tokyo");
        assert_eq!(tokyo.local_midnight(first).unwrap_err().code, INSTANT_OUT_OF_RANGE);
    }
}
