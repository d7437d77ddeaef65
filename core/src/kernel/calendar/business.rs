//! Business hours: spans that count only while somebody is there.
//!
//! A day of business is a day on which it opens; an hour of business is an hour of real time in
//! which it is open. Opening and closing are times on the wall clock, so that on a day whose clock
//! skips or repeats an hour between them, business is an hour shorter or longer, by the rules of
//! the module.

use super::{
    BUSINESS_HOURS_INVALID, Date, INSTANT_OUT_OF_RANGE, Instant, Span, TimeOfDay, Weekday, Zone,
};
use crate::kernel::document::model;
use crate::kernel::problem::Problem;

/// When business is open.
#[model(document)]
#[derive(Eq)]
pub struct BusinessHours {
    /// The zone of its clock; the document's zone unless said.
    pub zone: Option<Zone>,
    /// The hours of the week.
    pub open: Vec<OpenHours>,
    /// Days on which it does not open, such as public holidays.
    #[model(default)]
    pub closed: Vec<Date>,
}

/// Hours in which business is open.
#[model(document)]
#[derive(Eq)]
pub struct OpenHours {
    /// The days of the week.
    pub days: Vec<Weekday>,
    /// When it opens.
    pub from: TimeOfDay,
    /// When it closes, on the same day; `00:00` is the end of the day.
    pub until: TimeOfDay,
}

/// How many days ahead the next opening is looked for.
const MOST_DAYS: u32 = 3_660;

impl BusinessHours {
    /// Everything that is wrong with it, by field.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut refuse = |what: &str, hint: &str| {
            found.push(Problem::new(BUSINESS_HOURS_INVALID, what, hint).under("open"));
        };
        if self.open.iter().all(|hours| hours.days.is_empty()) {
            refuse("business is never open", "give hours, each with the days of the week");
        }
        let backwards =
            |hours: &OpenHours| hours.until <= hours.from && hours.until != TimeOfDay::MIDNIGHT;
        if self.open.iter().any(backwards) {
            refuse(
                "business closes before it opens",
                "end hours on the day on which they begin; what goes on after midnight is hours of \
                 the next day",
            );
        }
        found
    }

    /// When a span of business that begins at `start` is over: first its days, each to the same
    /// time on the next day on which business opens, then its hours while it is open. What begins
    /// while it is closed begins when it next opens. Months are not counted.
    ///
    /// # Errors
    /// `instant_out_of_range` beyond the year 9999, or where it does not open for ten years.
    pub fn add(&self, start: Instant, span: Span, zone: Zone) -> Result<Instant, Problem> {
        let zone = self.zone.unwrap_or(zone);
        let mut now = self.opening(start, zone)?;
        if span.days() > 0 {
            let local = zone.to_local(now);
            let mut date = local.date;
            for _ in 0..span.days() {
                date = self.next_day(date, zone)?;
            }
            now = self.opening(zone.instant_at(date, local.time)?, zone)?;
        }
        let mut left = span.micros();
        while left > 0 {
            let (from, until) = self.open_at(now, zone)?;
            let from = from.max(now);
            let there = until.micros_since(from);
            if left <= there {
                return from.plus_micros(left);
            }
            left -= there;
            now = self.opening(until, zone)?;
        }
        Ok(now)
    }

    /// The first moment from `start` on at which business is open.
    fn opening(&self, start: Instant, zone: Zone) -> Result<Instant, Problem> {
        self.open_at(start, zone).map(|(from, _)| from.max(start))
    }

    /// The hours in which it is open at `start`, or the next ones.
    fn open_at(&self, start: Instant, zone: Zone) -> Result<(Instant, Instant), Problem> {
        let mut date = zone.to_local(start).date;
        for _ in 0..MOST_DAYS {
            let first = self.hours_of(date, zone)?.into_iter().find(|(_, until)| *until > start);
            if let Some(hours) = first {
                return Ok(hours);
            }
            date = date.plus_days(1)?;
        }
        Err(never(start))
    }

    fn next_day(&self, date: Date, zone: Zone) -> Result<Date, Problem> {
        let mut next = date;
        for _ in 0..MOST_DAYS {
            next = next.plus_days(1)?;
            if !self.hours_of(next, zone)?.is_empty() {
                return Ok(next);
            }
        }
        Err(never(date))
    }

    /// The hours of a day, in order, those that touch or overlap as one.
    fn hours_of(&self, date: Date, zone: Zone) -> Result<Vec<(Instant, Instant)>, Problem> {
        if self.closed.contains(&date) {
            return Ok(Vec::new());
        }
        let weekday = date.weekday();
        let mut all = Vec::new();
        for hours in self.open.iter().filter(|hours| hours.days.contains(&weekday)) {
            let from = zone.instant_at(date, hours.from)?;
            let until = match hours.until {
                TimeOfDay::MIDNIGHT => zone.local_midnight(date.plus_days(1)?)?,
                until => zone.instant_at(date, until)?,
            };
            if from < until {
                all.push((from, until));
            }
        }
        all.sort_unstable();
        let mut joined: Vec<(Instant, Instant)> = Vec::with_capacity(all.len());
        for (from, until) in all {
            match joined.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until),
                _ => joined.push((from, until)),
            }
        }
        Ok(joined)
    }
}

fn never(after: impl std::fmt::Display) -> Problem {
    Problem::new(
        INSTANT_OUT_OF_RANGE,
        format!("business does not open for ten years after `{after}`"),
        "check the days of the week and the days on which it is closed",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn week(closed: &[&str]) -> BusinessHours {
        use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        let time = |text: &str| text.parse().unwrap();
        let days = vec![Monday, Tuesday, Wednesday, Thursday, Friday];
        let hours = |from, until| OpenHours { days: days.clone(), from, until };
        BusinessHours {
            zone: Some("Europe/Berlin".parse().unwrap()),
            open: vec![hours(time("13:00"), time("17:00")), hours(time("09:00"), time("12:00"))],
            closed: closed.iter().map(|day| day.parse().unwrap()).collect(),
        }
    }

    fn after(hours: &BusinessHours, start: &str, span: &str) -> String {
        hours.add(start.parse().unwrap(), span.parse().unwrap(), Zone::UTC).unwrap().to_string()
    }

    #[test]
    fn hours_count_while_it_is_open() {
        // 20 November 2026 is a Friday; Berlin is an hour ahead of UTC.
        let week = week(&[]);
        assert_eq!(after(&week, "2026-11-20T10:00:00Z", "PT30M"), "2026-11-20T10:30:00Z");
        // 11:00 to 12:00, then from 13:00 on.
        assert_eq!(after(&week, "2026-11-20T10:00:00Z", "PT2H"), "2026-11-20T13:00:00Z");
        // Until 17:00 is an hour; the other one is on Monday.
        assert_eq!(after(&week, "2026-11-20T15:00:00Z", "PT2H"), "2026-11-23T09:00:00Z");
        assert_eq!(after(&week, "2026-11-21T15:00:00Z", "PT0S"), "2026-11-23T08:00:00Z");
        // Exactly what is left of the day ends at its end.
        assert_eq!(after(&week, "2026-11-20T15:00:00Z", "PT1H"), "2026-11-20T16:00:00Z");
    }

    #[test]
    fn days_are_those_on_which_it_opens() {
        let week = week(&["2026-11-24"]);
        assert_eq!(after(&week, "2026-11-20T10:00:00Z", "P1D"), "2026-11-23T10:00:00Z");
        assert_eq!(after(&week, "2026-11-20T10:00:00Z", "P2D"), "2026-11-25T10:00:00Z");
        // What begins on a Saturday begins on Monday at nine.
        assert_eq!(after(&week, "2026-11-21T10:00:00Z", "P1D"), "2026-11-25T08:00:00Z");
        // 12:30 is within the break; it is over at 13:00.
        assert_eq!(after(&week, "2026-11-20T11:30:00Z", "P1DT1H"), "2026-11-23T13:00:00Z");
    }

    #[test]
    fn clocks_that_change_make_the_night_of_a_business_shorter() {
        // Berlin, 29 March 2026, a Sunday: 02:00 is 03:00. Open from 01:00 to 04:00 there is two hours.
        let hours = OpenHours {
            days: vec![Weekday::Sunday],
            from: "01:00".parse().unwrap(),
            until: "04:00".parse().unwrap(),
        };
        let night = BusinessHours { open: vec![hours], ..week(&[]) };
        assert_eq!(after(&night, "2026-03-28T12:00:00Z", "PT2H"), "2026-03-29T02:00:00Z");
        // The third hour is a week later.
        assert_eq!(after(&night, "2026-03-28T12:00:00Z", "PT3H"), "2026-04-05T00:00:00Z");
        // 25 October: 02:00 to 03:00 comes twice, so that there are four.
        assert_eq!(after(&night, "2026-10-24T12:00:00Z", "PT4H"), "2026-10-25T03:00:00Z");
    }

    #[test]
    fn what_is_never_open_is_refused() {
        let never = BusinessHours { open: Vec::new(), ..week(&[]) };
        assert_eq!(never.check().len(), 1);
        let mut backwards = week(&[]);
        backwards.open[0].until = "13:00".parse().unwrap();
        assert_eq!(backwards.check()[0].code, BUSINESS_HOURS_INVALID);
        assert!(week(&[]).check().is_empty());
    }
}
