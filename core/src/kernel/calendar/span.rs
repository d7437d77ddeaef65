//! ISO 8601 durations, in three parts that are kept apart.
//!
//! A month is not a number of days, and a day on the wall clock is not always 86,400 seconds.
//! So `P1M`, `P30D` and `PT720H` are three different spans, and only the caller can say whether
//! days are counted on a calendar ([`Span::add_to`]) or are a name for 86,400 seconds
//! ([`Span::fixed_micros`]).

use std::fmt;
use std::str::FromStr;

use super::digits::{self, Buffer, FractionFault};
use super::{DURATION_INVALID, MICROS_PER_DAY, MICROS_PER_SECOND, quoted};
use super::{Date, Instant, Zone};
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
        self.on_calendar(start, zone, |date| date.plus_months(self.months)?.plus_days(self.days))?
            .plus_micros(self.micros)
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

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = Buffer::<64>::new();
        buffer.byte(b'P');
        buffer.part(self.months / 12, b'Y');
        buffer.part(self.months % 12, b'M');
        buffer.part(self.days, b'D');
        if self.micros != 0 || self.is_zero() {
            self.write_time(&mut buffer);
        }
        f.pad(buffer.as_str())
    }
}

impl Span {
    fn write_time(self, buffer: &mut Buffer<64>) {
        let seconds = u64::try_from(self.micros / MICROS_PER_SECOND).unwrap_or_default();
        let fraction = u32::try_from(self.micros % MICROS_PER_SECOND).unwrap_or_default();
        buffer.byte(b'T');
        buffer.part(u32::try_from(seconds / 3600).unwrap_or_default(), b'H');
        buffer.part(u32::try_from(seconds / 60 % 60).unwrap_or_default(), b'M');
        let second = u32::try_from(seconds % 60).unwrap_or_default();
        if second != 0 || fraction != 0 || self.is_zero() {
            buffer.number(second, 1);
            buffer.fraction(fraction);
            buffer.byte(b'S');
        }
    }
}

impl Buffer<64> {
    /// A number with its designator; nothing for zero.
    fn part(&mut self, value: u32, designator: u8) {
        if value != 0 {
            self.number(value, 1);
            self.byte(designator);
        }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Span {
    type Err = Problem;

    /// Reads ISO 8601: `P` with years, months, weeks and days, then `T` with hours, minutes and
    /// seconds; each may be left out, and only seconds may have a fraction.
    fn from_str(text: &str) -> Result<Self, Problem> {
        parse(text).map_err(|fault| explain(fault, text))
    }
}

/// Why a text is no span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Shape,
    Negative,
    Fraction,
    TooFine,
    TooLong,
}

fn parse(text: &str) -> Result<Span, Fault> {
    let body = text.strip_prefix('P').ok_or(Fault::Shape)?;
    let (date, time) = match body.split_once('T') {
        Some((_, "")) => return Err(Fault::Shape),
        Some(both) => both,
        None if body.is_empty() => return Err(Fault::Shape),
        None => (body, ""),
    };

    let mut parts = Parts(date);
    let years = parts.take('Y')?;
    let months = parts.take('M')?;
    let weeks = parts.take('W')?;
    let days = parts.take('D')?;
    parts.finish()?;

    let mut parts = Parts(time);
    let hours = parts.take('H')?;
    let minutes = parts.take('M')?;
    let micros = parts.take_seconds()?;
    parts.finish()?;

    let seconds = hours * 3600 + minutes * 60;
    let micros = seconds * i128::from(MICROS_PER_SECOND) + micros;
    Span::of_parts(years * 12 + months, weeks * 7 + days, micros)
}

/// What is left of one half of a duration.
struct Parts<'a>(&'a str);

impl<'a> Parts<'a> {
    /// Takes a number if that designator follows it, or else nothing, which is zero.
    fn take(&mut self, designator: char) -> Result<i128, Fault> {
        let Some((digits, rest)) = self.leading_digits() else { return Ok(0) };
        let Some(rest) = rest.strip_prefix(designator) else { return Ok(0) };
        self.0 = rest;
        // 64 bits leave room to multiply by any unit in 128.
        digits.parse::<u64>().map(i128::from).map_err(|_| Fault::TooLong)
    }

    /// Takes seconds, in microseconds.
    fn take_seconds(&mut self) -> Result<i128, Fault> {
        let Some((digits, rest)) = self.leading_digits() else { return Ok(0) };
        let Some(after) = rest.strip_prefix(['.', ',']) else {
            return Ok(self.take('S')? * i128::from(MICROS_PER_SECOND));
        };
        let (fraction, rest) = digits::fraction(after.as_bytes()).map_err(|fault| match fault {
            FractionFault::Empty => Fault::Shape,
            FractionFault::TooFine => Fault::TooFine,
        })?;
        if rest != b"S" {
            return Err(Fault::Fraction);
        }
        self.0 = "";
        let seconds = digits.parse::<u64>().map(i128::from).map_err(|_| Fault::TooLong)?;
        Ok(seconds * i128::from(MICROS_PER_SECOND) + i128::from(fraction))
    }

    fn leading_digits(&self) -> Option<(&'a str, &'a str)> {
        let end = self.0.find(|c: char| !c.is_ascii_digit())?;
        self.0.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())
    }

    fn finish(self) -> Result<(), Fault> {
        match self.0 {
            "" => Ok(()),
            rest if rest.contains('-') => Err(Fault::Negative),
            rest if rest.contains(['.', ',']) => Err(Fault::Fraction),
            _ => Err(Fault::Shape),
        }
    }
}

#[cold]
fn explain(fault: Fault, text: &str) -> Problem {
    let shown = quoted(text);
    let (message, hint) = match fault {
        Fault::Shape if text.contains('-') => return explain(Fault::Negative, text),
        Fault::Shape => (
            format!("{shown} is not an ISO 8601 duration"),
            "write it like `P30D`, `P1Y2M`, `PT15M` or `P1DT12H`, in capitals and in this order",
        ),
        Fault::Negative => (format!("{shown} is negative"), "a duration is never negative"),
        Fault::Fraction => (
            format!("{shown} has a fraction of something longer than a second"),
            "write a smaller unit instead, such as `PT1H30M` for one and a half hours",
        ),
        Fault::TooFine => (
            format!("{shown} is finer than a microsecond"),
            "give at most six digits after the point",
        ),
        Fault::TooLong => (
            format!("{shown} is longer than 9,999 years"),
            "leave the field out where nothing ends",
        ),
    };
    Problem::new(DURATION_INVALID, message, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_text_is_canonical() {
        for (text, canonical) in [
            ("P30D", "P30D"),
            ("P1W", "P7D"),
            ("P1W2D", "P9D"),
            ("P12M", "P1Y"),
            ("P1Y14M", "P2Y2M"),
            ("PT15M", "PT15M"),
            ("PT90M", "PT1H30M"),
            ("PT36H", "PT36H"),
            ("P1DT12H", "P1DT12H"),
            ("PT0.5S", "PT0.5S"),
            ("PT61,000001S", "PT1M1.000001S"),
            ("PT1.500000000S", "PT1.5S"),
            ("P0D", "PT0S"),
            ("P0Y0M0DT0H0M0S", "PT0S"),
            ("P9999Y", "P9999Y"),
        ] {
            assert_eq!(span(text).to_string(), canonical, "{text}");
            assert_eq!(span(canonical), span(text));
        }
        assert_eq!(Span::ZERO.to_string(), "PT0S");
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "P",
            "T",
            "PT",
            "P1DT",
            "30D",
            "p30d",
            "P1",
            "P1S",
            "PT1D",
            "P1D1M",
            "PT1S1M",
            "P-1D",
            "-P1D",
            "P+1D",
            "P1.5D",
            "PT1.5H",
            "PT1.S",
            "PT.5S",
            "PT0.0000001S",
            "P1D ",
            "P10000Y",
            "P4000000D",
            "P99999999999999999999D",
            "PT99999999999999999999.5S",
            "P1Dé",
        ] {
            assert_eq!(text.parse::<Span>().unwrap_err().code, DURATION_INVALID, "{text}");
        }
        assert!("-P1D".parse::<Span>().unwrap_err().message.contains("negative"));
        assert!("P1.5D".parse::<Span>().unwrap_err().message.contains("fraction"));
        assert!("PT1.5H".parse::<Span>().unwrap_err().hint.contains("PT1H30M"));
        assert_eq!(Span::new(0, 0, -1).unwrap_err().code, DURATION_INVALID);
        assert_eq!(Span::new(u32::MAX, 0, 0).unwrap_err().code, DURATION_INVALID);
    }

    #[test]
    fn parts_are_kept_apart() {
        assert_eq!(span("PT15M").exact_micros(), Some(900 * MICROS_PER_SECOND));
        assert_eq!(span("P30D").exact_micros(), None);
        assert_eq!(span("P30D").fixed_micros(), Some(2_592_000 * MICROS_PER_SECOND));
        assert_eq!(span("P1M").fixed_micros(), None);
        assert_ne!(span("P1D"), span("PT24H"));
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
