//! The next time that a wall clock shows a given time: daily runs, weekly reports, the end of
//! quiet hours.

use super::instant::clock_reading;
use super::{Date, INSTANT_OUT_OF_RANGE, Instant, MICROS_PER_DAY, TimeOfDay, Weekday, Zone};
use crate::kernel::problem::Problem;

/// The first instant strictly after `after` at which the wall clock of `zone` shows `time`, on
/// any day or on the given day of the week.
///
/// Each day of the calendar has this time once: the first instant after the gap where clocks
/// skip it (so a run at 02:30 still happens on the day that has no 02:30), and the earlier one
/// where they show it twice.
///
/// # Errors
/// `instant_out_of_range` beyond the year 9999.
///
/// ```
/// use guerdon::kernel::calendar::next_local_time;
///
/// let sent = "2023-12-19T23:00:12.123Z".parse()?;
/// let next = next_local_time(sent, "08:00".parse()?, "America/New_York".parse()?, None)?;
/// assert_eq!(next.to_string(), "2023-12-20T13:00:00Z");
/// # Ok::<(), guerdon::kernel::problem::Problem>(())
/// ```
pub fn next_local_time(
    after: Instant,
    time: TimeOfDay,
    zone: Zone,
    weekday: Option<Weekday>,
) -> Result<Instant, Problem> {
    let wall = zone.wall_micros(after);
    let today = wall - wall.rem_euclid(MICROS_PER_DAY);
    DAYS_AHEAD
        .map(|day| today + day * MICROS_PER_DAY)
        .filter(|midnight| weekday.is_none_or(|wanted| weekday_of(*midnight) == wanted))
        .map(|midnight| zone.resolve(midnight + time.micros()))
        .find(|micros| *micros > after.micros())
        .and_then(Instant::within_range)
        .ok_or_else(|| {
            Problem::new(
                INSTANT_OUT_OF_RANGE,
                format!("the next `{time}` in `{zone}` after `{after}` is beyond the year 9999"),
                "use an earlier instant",
            )
        })
}

/// Today may be over, and so may the same day of next week where a zone skipped or repeated a
/// day.
const DAYS_AHEAD: std::ops::RangeInclusive<i64> = 0..=15;

fn weekday_of(wall: i64) -> Weekday {
    Date::from_naive(clock_reading(wall).date()).weekday()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(after: &str, time: &str, zone: &str, weekday: Option<Weekday>) -> String {
        let (after, time, zone) =
            (after.parse().unwrap(), time.parse().unwrap(), zone.parse().unwrap());
        next_local_time(after, time, zone, weekday).unwrap().to_string()
    }

    #[test]
    fn the_clock_is_the_zones() {
        let sent = "2023-12-19T23:00:12.123Z";
        for (time, zone, expected) in [
            ("20:00", "America/Los_Angeles", "2023-12-20T04:00:00Z"),
            ("05:00", "Asia/Tokyo", "2023-12-20T20:00:00Z"),
            ("08:00", "America/New_York", "2023-12-20T13:00:00Z"),
        ] {
            assert_eq!(next(sent, time, zone, None), expected, "{time} {zone}");
        }
        // 20:00Z on Wednesday is Thursday in Tokyo.
        let thursday = Some(Weekday::Thursday);
        assert_eq!(next(sent, "05:00", "Asia/Tokyo", thursday), "2023-12-20T20:00:00Z");
    }

    #[test]
    fn it_is_strictly_after() {
        assert_eq!(next("2026-11-20T08:00:00Z", "08:00", "UTC", None), "2026-11-21T08:00:00Z");
        assert_eq!(
            next("2026-11-20T07:59:59.999999Z", "08:00", "UTC", None),
            "2026-11-20T08:00:00Z"
        );
        let friday = Some(Weekday::Friday);
        assert_eq!(next("2026-11-20T08:00:00Z", "08:00", "UTC", friday), "2026-11-27T08:00:00Z");
    }

    #[test]
    fn a_change_of_clocks_neither_skips_nor_repeats_a_day() {
        let berlin = |after| next(after, "02:30", "Europe/Berlin", None);
        assert_eq!(berlin("2026-03-28T12:00:00Z"), "2026-03-29T01:00:00Z");
        assert_eq!(berlin("2026-03-29T01:00:00Z"), "2026-03-30T00:30:00Z");
        assert_eq!(berlin("2026-10-24T12:00:00Z"), "2026-10-25T00:30:00Z");
        assert_eq!(berlin("2026-10-25T00:30:00Z"), "2026-10-26T01:30:00Z");
    }

    #[test]
    fn nothing_comes_after_the_last_day() {
        let eight = "08:00".parse().unwrap();
        let problem = next_local_time(Instant::MAX, eight, Zone::UTC, None).unwrap_err();
        assert_eq!(problem.code, INSTANT_OUT_OF_RANGE);
        assert!(next_local_time(Instant::MIN, eight, Zone::UTC, None).is_ok());
    }
}
