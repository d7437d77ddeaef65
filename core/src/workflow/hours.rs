//! Hours of the day on a wall clock: quiet hours, shifts.
//!
//! Both ends follow the two rules of the [calendar](crate::kernel::calendar): a time that clocks
//! skip is the first instant after the gap, one that they show twice is the earlier of the two.

use crate::kernel::calendar::{Instant, TimeOfDay, Weekday, Zone, next_local_time};

/// From one time of day to another: on the next day if that is not later. On some days of the
/// week, by the day on which they begin, or on all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hours<'a> {
    pub(super) from: TimeOfDay,
    pub(super) until: TimeOfDay,
    pub(super) weekdays: &'a [Weekday],
}

impl Hours<'_> {
    /// When they are over, if that time lies in them.
    pub(super) fn over_at(self, at: Instant, zone: Zone) -> Option<Instant> {
        let today = zone.to_local(at).date;
        // They began today or yesterday, or the day before where a zone skipped a day.
        let began = (0..=2).filter_map(|back| {
            let day = today.minus_days(back).ok()?;
            let is_meant = self.weekdays.is_empty() || self.weekdays.contains(&day.weekday());
            let last = if self.from < self.until { day } else { day.plus_days(1).ok()? };
            let begin = zone.instant_at(day, self.from).ok()?;
            let end = zone.instant_at(last, self.until).ok()?;
            (is_meant && begin <= at && at < end).then_some(end)
        });
        began.max()
    }

    /// When they begin next.
    pub(super) fn next_from(self, after: Instant, zone: Zone) -> Option<Instant> {
        let on = |day| next_local_time(after, self.from, zone, day).ok();
        match self.weekdays {
            [] => on(None),
            days => days.iter().filter_map(|day| on(Some(*day))).min(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(from: &str, until: &str, zone: &str, at: &str) -> Option<String> {
        let (from, until) = (from.parse().unwrap(), until.parse().unwrap());
        let hours = Hours { from, until, weekdays: &[] };
        let over = hours.over_at(at.parse().unwrap(), zone.parse().unwrap());
        over.map(|instant| instant.to_string())
    }

    #[test]
    fn they_are_half_open() {
        let night = |at| over("22:00", "06:00", "UTC", at);
        assert_eq!(night("2026-11-20T21:59:59.999999Z"), None);
        assert_eq!(night("2026-11-20T22:00:00Z").unwrap(), "2026-11-21T06:00:00Z");
        assert_eq!(night("2026-11-21T05:59:59.999999Z").unwrap(), "2026-11-21T06:00:00Z");
        assert_eq!(night("2026-11-21T06:00:00Z"), None);
        let noon = |at| over("12:00", "13:00", "UTC", at);
        assert_eq!(noon("2026-11-20T12:30:00Z").unwrap(), "2026-11-20T13:00:00Z");
        assert_eq!(noon("2026-11-20T13:00:00Z"), None);
    }

    #[test]
    fn clocks_that_change_move_the_ends() {
        // Berlin skips 02:00 to 03:00 on 29 March: 02:30 is 03:00 there, 01:00 in UTC.
        let spring = over("22:00", "02:30", "Europe/Berlin", "2026-03-29T00:59:00Z");
        assert_eq!(spring.unwrap(), "2026-03-29T01:00:00Z");
        // It shows 02:30 twice on 25 October; the first time is at 00:30 in UTC.
        let autumn = |at| over("22:00", "02:30", "Europe/Berlin", at);
        assert_eq!(autumn("2026-10-25T00:29:00Z").unwrap(), "2026-10-25T00:30:00Z");
        assert_eq!(autumn("2026-10-25T00:31:00Z"), None);
        // What lies wholly in the gap is no time at all.
        assert_eq!(over("02:10", "02:50", "Europe/Berlin", "2026-03-29T01:00:00Z"), None);
    }
}
