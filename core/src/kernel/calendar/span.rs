//! ISO 8601 durations, in three parts that are kept apart.
//!
//! A month is not a number of days, and a day on the wall clock is not always 86,400 seconds.
//! So `P1M`, `P30D` and `PT720H` are three different spans, and only the caller can say whether
//! days are counted on a calendar ([`Span::add_to`]) or are a name for 86,400 seconds
//! ([`Span::fixed_micros`]).

mod text;

use self::text::{Fault, explain};
use super::{Date, Instant, MICROS_PER_DAY, Zone};
use crate::kernel::problem::Problem;

/// A duration: months, days and microseconds, none of them negative, each up to 9,999 years.
///
/// Written in ISO 8601 (`P30D`, `PT15M`, `P1Y2M`, `P1W`); the canonical text counts years and
/// months, days, and hours, minutes and seconds: `P12M` is `P1Y`, `P1W` is `P7D`, `PT90M` is
/// `PT1H30M`, and nothing is `PT0S`. Two spans are equal when their parts are, and there is no
/// order among them: whether `P1M` is longer than `P30D` depends on the month.
///
/// ```
/// use guerdon::kernel::calendar::{Instant, Span, Zone};
///
/// let month: Span = "P1M".parse()?;
/// let start: Instant = "2026-01-31T09:00:00Z".parse()?;
/// assert_eq!(month.add_to(start, Zone::UTC)?.to_string(), "2026-02-28T09:00:00Z");
/// # Ok::<(), guerdon::kernel::problem::Problem>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Span {
    months: u32,
    days: u32,
    micros: i64,
}

const MAX_MONTHS: u32 = 9_999 * 12;
/// 0001-01-01 to 9999-12-31.
const MAX_DAYS: u32 = 3_652_059;
const MAX_MICROS: i64 = 3_652_059 * MICROS_PER_DAY;

impl Span {
    /// No time at all, `PT0S`.
    pub const ZERO: Self = Self { months: 0, days: 0, micros: 0 };

    /// A span of so many months, days and microseconds.
    ///
    /// # Errors
    /// `duration_invalid` when the microseconds are negative or a part is over 9,999 years.
    pub fn new(months: u32, days: u32, micros: i64) -> Result<Self, Problem> {
        Self::of_parts(i128::from(months), i128::from(days), i128::from(micros)).map_err(|fault| {
            explain(fault, &format!("{months} months, {days} days and {micros} microseconds"))
        })
    }

    fn of_parts(months: i128, days: i128, micros: i128) -> Result<Self, Fault> {
        let months = u32::try_from(months).map_err(|_| Fault::TooLong)?;
        let days = u32::try_from(days).map_err(|_| Fault::TooLong)?;
        let micros = i64::try_from(micros).map_err(|_| Fault::TooLong)?;
        if micros < 0 {
            return Err(Fault::Negative);
        }
        if months > MAX_MONTHS || days > MAX_DAYS || micros > MAX_MICROS {
            return Err(Fault::TooLong);
        }
        Ok(Self { months, days, micros })
    }

    /// The months, years included.
    #[must_use]
    pub const fn months(self) -> u32 {
        self.months
    }

    /// The days, weeks included.
    #[must_use]
    pub const fn days(self) -> u32 {
        self.days
    }

    /// The microseconds of hours, minutes and seconds.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// Whether it is no time at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.months == 0 && self.days == 0 && self.micros == 0
    }

    /// Its length where that depends on no calendar: none when it has months or days.
    #[must_use]
    pub const fn exact_micros(self) -> Option<i64> {
        if self.months == 0 && self.days == 0 { Some(self.micros) } else { None }
    }

    /// Its length with a day of 86,400 seconds: none when it has months.
    ///
    /// This is for windows that are defined in seconds and written in days, such as an
    /// attribution window of `P30D`, which is 2,592,000 seconds across any change of clocks.
    #[must_use]
    pub fn fixed_micros(self) -> Option<i64> {
        // At most twice 3.2e17: no overflow.
        (self.months == 0).then(|| i64::from(self.days) * MICROS_PER_DAY + self.micros)
    }

    /// The end of this span when it starts at `start`: months, then days, on the wall clock of
    /// `zone`, then the exact microseconds.
    ///
    /// A month without that day gives its last day (31 January and `P1M` is 28 February), and
    /// the wall clock follows the rules of the module where clocks change. A span without
    /// months and days never looks at the zone.
    ///
    /// # Errors
    /// `instant_out_of_range` or `date_out_of_range` beyond the year 9999.
    pub fn add_to(self, start: Instant, zone: Zone) -> Result<Instant, Problem> {
        self.on_calendar(start, zone, |date| self.date_after(date))?.plus_micros(self.micros)
    }

    /// The date where the months and days lead; a clock need not show all of its day.
    pub(super) fn date_after(self, date: Date) -> Result<Date, Problem> {
        date.plus_months(self.months)?.plus_days(self.days)
    }

    /// The start of this span when it ends at `end`: months, then days, back on the wall clock
    /// of `zone`, then the exact microseconds. It undoes [`Span::add_to`] only as far as
    /// calendars allow: a month before 31 March is 28 February, a month after that is 28 March.
    ///
    /// # Errors
    /// `instant_out_of_range` or `date_out_of_range` before the year 0001.
    pub fn subtract_from(self, end: Instant, zone: Zone) -> Result<Instant, Problem> {
        self.on_calendar(end, zone, |date| date.minus_months(self.months)?.minus_days(self.days))?
            .minus_micros(self.micros)
    }

    /// Moves the local date, where there is something to move: otherwise an instant in an hour
    /// that happens twice would come back as the earlier one.
    fn on_calendar(
        self,
        instant: Instant,
        zone: Zone,
        shift: impl FnOnce(Date) -> Result<Date, Problem>,
    ) -> Result<Instant, Problem> {
        if self.months == 0 && self.days == 0 {
            return Ok(instant);
        }
        let local = zone.to_local(instant);
        zone.instant_at(shift(local.date)?, local.time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::calendar::{DURATION_INVALID, MICROS_PER_SECOND};

    fn span(text: &str) -> Span {
        text.parse().unwrap()
    }

    fn added(start: &str, text: &str, zone: &str) -> String {
        span(text).add_to(start.parse().unwrap(), zone.parse().unwrap()).unwrap().to_string()
    }

    fn subtracted(end: &str, text: &str, zone: &str) -> String {
        span(text).subtract_from(end.parse().unwrap(), zone.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn parts_are_kept_apart() {
        assert_eq!(span("PT15M").exact_micros(), Some(900 * MICROS_PER_SECOND));
        assert_eq!(span("P30D").exact_micros(), None);
        assert_eq!(span("P30D").fixed_micros(), Some(2_592_000 * MICROS_PER_SECOND));
        assert_eq!(span("P1M").fixed_micros(), None);
        assert_ne!(span("P1D"), span("PT24H"));
        assert_eq!(Span::new(0, 0, -1).unwrap_err().code, DURATION_INVALID);
        assert_eq!(Span::new(u32::MAX, 0, 0).unwrap_err().code, DURATION_INVALID);
    }

    #[test]
    fn a_month_ends_where_the_calendar_says() {
        assert_eq!(added("2026-01-25T08:00:00Z", "P1M", "UTC"), "2026-02-25T08:00:00Z");
        assert_eq!(added("2026-01-31T08:00:00Z", "P1M", "UTC"), "2026-02-28T08:00:00Z");
        assert_eq!(added("2024-02-29T00:00:00Z", "P1Y", "UTC"), "2025-02-28T00:00:00Z");
        // Months first: 31 January, 28 February, 1 March.
        assert_eq!(added("2026-01-31T08:00:00Z", "P1M1D", "UTC"), "2026-03-01T08:00:00Z");
        assert_eq!(subtracted("2026-03-31T08:00:00Z", "P1M", "UTC"), "2026-02-28T08:00:00Z");
        // 23:00Z on 30 January is already the 31st in Berlin.
        assert_eq!(added("2026-01-30T23:00:00Z", "P1M", "Europe/Berlin"), "2026-02-27T23:00:00Z");
    }

    #[test]
    fn a_day_is_the_wall_clocks_and_an_hour_is_exact() {
        // Clocks in Berlin go forward on 29 March 2026.
        let noon = "2026-03-28T11:00:00Z";
        assert_eq!(added(noon, "P1D", "Europe/Berlin"), "2026-03-29T10:00:00Z");
        assert_eq!(added(noon, "PT24H", "Europe/Berlin"), "2026-03-29T11:00:00Z");
        assert_eq!(subtracted("2026-03-29T10:00:00Z", "P1D", "Europe/Berlin"), noon);
        // 02:30 does not exist on the 29th; 02:30 happens twice on 25 October.
        assert_eq!(added("2026-03-28T01:30:00Z", "P1D", "Europe/Berlin"), "2026-03-29T01:00:00Z");
        assert_eq!(added("2026-10-24T00:30:00Z", "P1D", "Europe/Berlin"), "2026-10-25T00:30:00Z");
        // The second 02:30 stays itself when nothing is added.
        assert_eq!(added("2026-10-25T01:30:00Z", "PT0S", "Europe/Berlin"), "2026-10-25T01:30:00Z");
    }

    #[test]
    fn the_range_is_kept() {
        let start: Instant = "9999-12-01T00:00:00Z".parse().unwrap();
        assert!(span("P1M").add_to(start, Zone::UTC).is_err());
        assert!(span("PT800H").add_to(start, Zone::UTC).is_err());
        assert!(span("P9999Y").subtract_from(start, Zone::UTC).is_err());
    }
}
