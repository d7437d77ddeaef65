//! The names of periods, as statements show them and hosts ask for them.

use chrono::{Datelike, NaiveDate};

use super::periods::Kind;
use super::{CalendarUnit, Date, Instant, Ordinal, PERIOD_INVALID, Periods, quoted};
use crate::kernel::problem::Problem;

impl Periods {
    /// The name of the period with that number; see [`Period::label`](super::Period::label).
    #[must_use]
    pub fn label(self, ordinal: Ordinal) -> String {
        let number = i64::from(ordinal.number());
        let Some(first) = self.first_day(number) else { return format!("#{number}") };
        match self.kind {
            Kind::Lifetime => "lifetime".to_owned(),
            Kind::Calendar(CalendarUnit::Day) => Date::from_naive(first).to_string(),
            Kind::Calendar(CalendarUnit::Week) => {
                let week = first.iso_week();
                format!("{:04}-W{:02}", week.year(), week.week())
            }
            Kind::Calendar(CalendarUnit::Month) => {
                format!("{:04}-{:02}", first.year(), first.month())
            }
            Kind::Calendar(CalendarUnit::Quarter) => {
                format!("{:04}-Q{}", first.year(), first.month0() / 3 + 1)
            }
            Kind::Calendar(CalendarUnit::Year) => format!("{:04}", first.year()),
            Kind::Anniversary { .. } => {
                let after = self.first_day(number + 1).unwrap_or(first);
                format!("{}/{}", Date::from_naive(first), Date::from_naive(after))
            }
        }
    }

    /// The number of the period with that name, which must be written as [`Period::label`](super::Period::label) does.
    ///
    /// # Errors
    /// `period_invalid` when no period of this kind has that name.
    pub fn ordinal_of_label(self, label: &str) -> Result<Ordinal, Problem> {
        let named = self.day_in(label).map(|day| Ordinal::saturated(self.number_of_day(day)));
        named.filter(|ordinal| self.label(*ordinal) == label).ok_or_else(|| {
            let example = self.label(self.ordinal_of(Instant::EPOCH));
            Problem::new(
                PERIOD_INVALID,
                format!("{} does not name a period of this kind", quoted(label)),
                format!("write it like `{example}`"),
            )
        })
    }

    /// A day in the period of that name, if it is one.
    fn day_in(self, label: &str) -> Option<NaiveDate> {
        let date = |text: &str| text.parse::<NaiveDate>().ok();
        match self.kind {
            Kind::Lifetime => Some(NaiveDate::default()),
            Kind::Calendar(CalendarUnit::Day) => date(label),
            Kind::Calendar(CalendarUnit::Week) => {
                let (year, week) = label.split_once("-W")?;
                let (year, week) = (year.parse().ok()?, week.parse().ok()?);
                NaiveDate::from_isoywd_opt(year, week, chrono::Weekday::Mon)
            }
            Kind::Calendar(CalendarUnit::Month) => date(&format!("{label}-01")),
            Kind::Calendar(CalendarUnit::Quarter) => {
                let (year, quarter) = label.split_once("-Q")?;
                let month = quarter.parse::<u32>().ok()?.checked_mul(3)?.checked_sub(2)?;
                NaiveDate::from_ymd_opt(year.parse().ok()?, month, 1)
            }
            Kind::Calendar(CalendarUnit::Year) => date(&format!("{label}-01-01")),
            Kind::Anniversary { .. } => date(label.split_once('/')?.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Zone;
    use super::*;

    #[test]
    fn a_label_leads_back_to_its_period() {
        let anchor = "2024-02-29".parse().unwrap();
        let now = "2026-11-20T10:00:00Z".parse().unwrap();
        let mut kinds = CalendarUnit::ALL.map(|u| Periods::calendar(u, Zone::UTC)).to_vec();
        kinds.extend([Periods::lifetime(), Periods::anniversary(anchor, 12, Zone::UTC).unwrap()]);
        for kind in &kinds {
            let period = kind.period_of(now);
            assert_eq!(kind.ordinal_of_label(&period.label()).unwrap(), period.ordinal());
            for wrong in [
                "",
                "2026-11-31",
                "2026-W54",
                "2026-Q5",
                "2026-Q0",
                "2026-Q2000000000",
                "2026-13",
                "2026-02-29/2027-02-28",
            ] {
                assert_eq!(kind.ordinal_of_label(wrong).unwrap_err().code, PERIOD_INVALID);
            }
        }
        let months = Periods::calendar(CalendarUnit::Month, Zone::UTC);
        assert!(months.ordinal_of_label("2026").unwrap_err().hint.contains("`1970-01`"));
    }
}
