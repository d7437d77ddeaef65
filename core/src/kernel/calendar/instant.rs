//! Moments in time, to the microsecond.
//!
//! An instant is a count of microseconds, so that comparing, subtracting and keeping millions of
//! them in a column costs what integers cost. Text must say its offset: without one the same
//! text means another moment on every machine.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};

use super::digits::{self, Buffer, FractionFault};
use super::{
    INSTANT_INVALID, INSTANT_OUT_OF_RANGE, INSTANT_TOO_FINE, INSTANT_WITHOUT_OFFSET, quoted,
};
use crate::kernel::problem::{Code, Problem};

/// Microseconds in a second.
pub const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds in a day of 86,400 seconds.
pub const MICROS_PER_DAY: i64 = 86_400 * MICROS_PER_SECOND;

/// A moment: microseconds since 1970-01-01T00:00:00Z, in the years 0001 to 9999.
///
/// Days have 86,400 seconds, as in POSIX time: leap seconds are not counted.
///
/// ```
/// use guerdon::kernel::calendar::Instant;
///
/// let instant: Instant = "2026-11-20T11:00:00.250+01:00".parse()?;
/// assert_eq!(instant.to_string(), "2026-11-20T10:00:00.25Z");
/// # Ok::<(), guerdon::kernel::problem::Problem>(())
/// ```
#[derive(Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Instant(i64);

impl Instant {
    /// 0001-01-01T00:00:00Z, the first.
    pub const MIN: Self = Self(-62_135_596_800_000_000);
    /// 9999-12-31T23:59:59.999999Z, the last.
    pub const MAX: Self = Self(253_402_300_799_999_999);
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self(0);

    /// The instant so many microseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// `instant_out_of_range` outside the years 0001 to 9999.
    pub fn from_micros(micros: i64) -> Result<Self, Problem> {
        Self::within_range(micros)
            .ok_or_else(|| out_of_range(&format!("{micros} microseconds since 1970")))
    }

    /// The same, where the caller has its own meaning for an instant out of range.
    pub(super) fn within_range(micros: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0).contains(&micros).then_some(Self(micros))
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant so many microseconds later.
    ///
    /// # Errors
    /// `instant_out_of_range` outside the years 0001 to 9999.
    pub fn plus_micros(self, micros: i64) -> Result<Self, Problem> {
        let sum = self.0.checked_add(micros).and_then(Self::within_range);
        sum.ok_or_else(|| out_of_range(&format!("{self} and {micros} microseconds")))
    }

    /// The instant so many microseconds earlier.
    ///
    /// # Errors
    /// `instant_out_of_range` outside the years 0001 to 9999.
    pub fn minus_micros(self, micros: i64) -> Result<Self, Problem> {
        let difference = self.0.checked_sub(micros).and_then(Self::within_range);
        difference.ok_or_else(|| out_of_range(&format!("{self} less {micros} microseconds")))
    }

    /// Microseconds from `earlier` to this one; negative when it is really later.
    #[must_use]
    pub const fn micros_since(self, earlier: Self) -> i64 {
        // The whole range is 3.2e17 microseconds, far from overflow.
        self.0 - earlier.0
    }
}

fn out_of_range(what: &str) -> Problem {
    Problem::new(
        INSTANT_OUT_OF_RANGE,
        format!("{} is outside the years 0001 to 9999", quoted(what)),
        "use an instant between 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999Z; leave the \
         field out where nothing ends",
    )
}

/// The reading of a UTC clock; every count near the range of an instant has one.
pub(super) fn clock_reading(micros: i64) -> NaiveDateTime {
    DateTime::from_timestamp_micros(micros).unwrap_or_default().naive_utc()
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = Buffer::<32>::new();
        let date = clock_reading(self.0).date();
        buffer.number(date.year().unsigned_abs(), 4);
        buffer.byte(b'-');
        buffer.number(date.month(), 2);
        buffer.byte(b'-');
        buffer.number(date.day(), 2);
        buffer.byte(b'T');
        let micros = self.0.rem_euclid(MICROS_PER_DAY);
        let seconds = u32::try_from(micros / MICROS_PER_SECOND).unwrap_or_default();
        buffer.number(seconds / 3600, 2);
        buffer.byte(b':');
        buffer.number(seconds / 60 % 60, 2);
        buffer.byte(b':');
        buffer.number(seconds % 60, 2);
        buffer.fraction(u32::try_from(micros % MICROS_PER_SECOND).unwrap_or_default());
        buffer.byte(b'Z');
        f.pad(buffer.as_str())
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Instant {
    type Err = Problem;

    /// Reads RFC 3339 with an offset: `2026-11-20T10:00:00Z`, `2026-11-20t11:00:00.5+01:00`.
    fn from_str(text: &str) -> Result<Self, Problem> {
        parse(text.as_bytes()).map_err(|fault| explain(fault, text))
    }
}

/// Why a text is no instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Shape,
    Date,
    Time,
    LeapSecond,
    TooFine,
    NoOffset,
    Offset,
    Range,
}

/// One pass over the bytes, without allocation: `YYYY-MM-DDTHH:MM:SS[.f…](Z|±hh:mm)`.
fn parse(text: &[u8]) -> Result<Instant, Fault> {
    let (head, rest) = text.split_first_chunk::<19>().ok_or(Fault::Shape)?;
    let &[y3, y2, y1, y0, b'-', o1, o0, b'-', d1, d0, b'T' | b't', time @ ..] = head else {
        return Err(Fault::Shape);
    };
    let [h1, h0, b':', m1, m0, b':', s1, s0] = time else { return Err(Fault::Shape) };
    let year = digits::four([y3, y2, y1, y0]).ok_or(Fault::Shape)?;
    let month = digits::two(o1, o0).ok_or(Fault::Shape)?;
    let day = digits::two(d1, d0).ok_or(Fault::Shape)?;
    let hour = digits::two(h1, h0).ok_or(Fault::Shape)?;
    let minute = digits::two(m1, m0).ok_or(Fault::Shape)?;
    let second = digits::two(s1, s0).ok_or(Fault::Shape)?;

    let days = NaiveDate::from_ymd_opt(year, month, day).ok_or(Fault::Date)?.to_epoch_days();
    if hour > 23 || minute > 59 || second > 60 {
        return Err(Fault::Time);
    }
    if second == 60 {
        return Err(Fault::LeapSecond);
    }
    let (fraction, rest) = fraction(rest)?;
    let seconds = i64::from(hour * 3600 + minute * 60 + second) - offset_seconds(rest)?;
    let micros = i64::from(days) * MICROS_PER_DAY + seconds * MICROS_PER_SECOND + fraction;
    Instant::within_range(micros).ok_or(Fault::Range)
}

fn fraction(text: &[u8]) -> Result<(i64, &[u8]), Fault> {
    match text {
        [b'.', after @ ..] => digits::fraction(after).map_err(|fault| match fault {
            FractionFault::Empty => Fault::Shape,
            FractionFault::TooFine => Fault::TooFine,
        }),
        _ => Ok((0, text)),
    }
}

/// Seconds that the local clock is ahead of UTC.
fn offset_seconds(text: &[u8]) -> Result<i64, Fault> {
    let (sign, digits) = match text {
        [b'Z' | b'z'] => return Ok(0),
        [] => return Err(Fault::NoOffset),
        [b'+', digits @ ..] => (1, digits),
        [b'-', digits @ ..] => (-1, digits),
        _ => return Err(Fault::Shape),
    };
    let &[h1, h0, b':', m1, m0] = digits else { return Err(Fault::Offset) };
    let hours = digits::two(h1, h0).ok_or(Fault::Offset)?;
    let minutes = digits::two(m1, m0).ok_or(Fault::Offset)?;
    if hours > 23 || minutes > 59 {
        return Err(Fault::Offset);
    }
    Ok(sign * i64::from(hours * 3600 + minutes * 60))
}

/// The long way round, taken only when the text was refused: finds out what was meant.
#[cold]
fn explain(fault: Fault, text: &str) -> Problem {
    let shown = quoted(text);
    match fault {
        Fault::Date => Problem::new(
            INSTANT_INVALID,
            format!("{shown} names a day that does not exist"),
            "check the month and the day",
        ),
        Fault::Time => Problem::new(
            INSTANT_INVALID,
            format!("{shown} names a time that does not exist"),
            "hours go from 00 to 23, minutes and seconds from 00 to 59",
        ),
        Fault::LeapSecond => Problem::new(
            INSTANT_INVALID,
            format!("{shown} is a leap second, which instants do not count"),
            "use second 59, or second 00 of the next minute",
        ),
        Fault::TooFine => Problem::new(
            INSTANT_TOO_FINE,
            format!("{shown} is finer than a microsecond"),
            "give at most six digits after the point",
        ),
        Fault::Range => out_of_range(text),
        Fault::Shape | Fault::NoOffset | Fault::Offset => match repaired(text) {
            Some((code, written)) if code == INSTANT_WITHOUT_OFFSET => Problem::new(
                INSTANT_WITHOUT_OFFSET,
                format!("{shown} has no offset, so it does not say which moment is meant"),
                format!("write `{written}` if it is in UTC, or its offset such as `+01:00`"),
            ),
            Some((code, written)) => Problem::new(
                code,
                format!("{shown} is not an instant in RFC 3339"),
                format!("write `{written}`"),
            ),
            None => Problem::new(
                INSTANT_INVALID,
                format!("{shown} is not an instant in RFC 3339"),
                "write it like `2026-11-20T10:00:00Z` or `2026-11-20T11:00:00+01:00`",
            ),
        },
    }
}

/// The nearest text that is an instant, and the code of what it lacked.
fn repaired(text: &str) -> Option<(Code, String)> {
    let basis = text.trim().replacen(' ', "T", 1);
    if basis.len() > 40 {
        return None;
    }
    let colon = basis.len().checked_sub(2).and_then(|place| basis.split_at_checked(place));
    let candidates = [
        (INSTANT_INVALID, basis.clone()),
        (INSTANT_WITHOUT_OFFSET, format!("{basis}Z")),
        (INSTANT_WITHOUT_OFFSET, format!("{basis}:00Z")),
        (INSTANT_INVALID, format!("{basis}T00:00:00Z")),
        (INSTANT_INVALID, format!("{basis}:00")),
        (INSTANT_INVALID, colon.map(|(a, b)| format!("{a}:{b}")).unwrap_or_default()),
        (INSTANT_INVALID, basis.to_ascii_uppercase().replace('Z', ":00Z")),
    ];
    candidates.into_iter().find(|(_, candidate)| parse(candidate.as_bytes()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(text: &str) -> i64 {
        text.parse::<Instant>().unwrap().micros()
    }

    fn refused(text: &str) -> Problem {
        text.parse::<Instant>().unwrap_err()
    }

    #[test]
    fn the_usual_forms_are_read() {
        // `date -u -d 2026-11-20T10:00:00Z +%s` gives 1795168800.
        assert_eq!(micros("2026-11-20T10:00:00Z"), 1_795_168_800_000_000);
        assert_eq!(micros("2026-11-20t10:00:00z"), 1_795_168_800_000_000);
        assert_eq!(micros("2026-11-20T15:45:00+05:45"), 1_795_168_800_000_000);
        assert_eq!(micros("2026-11-20T00:00:00.000001-10:00"), 1_795_168_800_000_001);
        assert_eq!(micros("2026-11-20T10:00:00-00:00"), 1_795_168_800_000_000);
        assert_eq!(micros("1969-12-31T23:59:59.999999Z"), -1);
        assert_eq!(micros("2026-11-20T10:00:00.120000000Z"), 1_795_168_800_120_000);
    }

    #[test]
    fn the_text_is_canonical() {
        for text in [
            "0001-01-01T00:00:00Z",
            "1969-12-31T23:59:59.999999Z",
            "2024-02-29T23:59:59.5Z",
            "9999-12-31T23:59:59.999999Z",
        ] {
            assert_eq!(text.parse::<Instant>().unwrap().to_string(), text);
        }
        assert_eq!(Instant::MIN.to_string(), "0001-01-01T00:00:00Z");
        assert_eq!(Instant::MAX.to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(format!("{:>22}|", Instant::EPOCH), "  1970-01-01T00:00:00Z|");
    }

    #[test]
    fn an_instant_without_an_offset_is_refused_with_the_fixed_form() {
        let naive = "2026-11-20T10:00:00";
        let problem = refused(naive);
        assert_eq!(problem.code, INSTANT_WITHOUT_OFFSET);
        assert!(problem.hint.contains("`2026-11-20T10:00:00Z`"), "{problem}");
        for naive in ["2026-11-20 10:00:00", "2026-11-20T10:00", "2026-11-20T10:00:00.5"] {
            assert_eq!(refused(naive).code, INSTANT_WITHOUT_OFFSET, "{naive}");
        }
    }

    #[test]
    fn near_misses_are_refused_with_the_form_that_works() {
        for (text, written) in [
            ("2026-11-20", "`2026-11-20T00:00:00Z`"),
            ("2026-11-20 10:00:00+00:00", "`2026-11-20T10:00:00+00:00`"),
            ("2026-11-20T10:00:00+0100", "`2026-11-20T10:00:00+01:00`"),
            ("2026-11-20T10:00:00+01", "`2026-11-20T10:00:00+01:00`"),
            ("2026-11-20T10:00Z", "`2026-11-20T10:00:00Z`"),
            (" 2026-11-20T10:00:00Z\n", "`2026-11-20T10:00:00Z`"),
        ] {
            let problem = refused(text);
            assert_eq!(problem.code, INSTANT_INVALID, "{text}");
            assert!(problem.hint.contains(written), "{text}: {problem}");
        }
    }

    #[test]
    fn what_does_not_exist_is_refused() {
        for text in [
            "",
            "now",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-11-20T24:00:00Z",
            "2026-11-20T10:60:00Z",
            "2026-11-20T10:00:61Z",
            "2026-11-20T10:00:00.Z",
            "2026-11-20T10:00:00+24:00",
            "2026-11-20T10:00:00+01:60",
            "2026-11-20T10:00:00ZZ",
            "2026-11-20T10:00:00é",
            "+2026-11-20T10:00:00Z",
        ] {
            assert_eq!(refused(text).code, INSTANT_INVALID, "{text}");
        }
        let leap = refused("2016-12-31T23:59:60Z");
        assert_eq!(leap.code, INSTANT_INVALID);
        assert!(leap.message.contains("leap second"));
        assert_eq!(refused("2026-11-20T10:00:00.0000001Z").code, INSTANT_TOO_FINE);
    }

    #[test]
    fn the_range_ends_in_utc() {
        for text in
            ["0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"]
        {
            assert_eq!(refused(text).code, INSTANT_OUT_OF_RANGE, "{text}");
        }
        assert_eq!(Instant::MAX.plus_micros(1).unwrap_err().code, INSTANT_OUT_OF_RANGE);
        assert_eq!(Instant::MIN.minus_micros(1).unwrap_err().code, INSTANT_OUT_OF_RANGE);
        assert_eq!(Instant::MIN.plus_micros(i64::MIN).unwrap_err().code, INSTANT_OUT_OF_RANGE);
        assert_eq!(Instant::from_micros(i64::MAX).unwrap_err().code, INSTANT_OUT_OF_RANGE);
        let whole = Instant::MAX.micros_since(Instant::MIN);
        assert_eq!(Instant::MIN.plus_micros(whole).unwrap(), Instant::MAX);
    }

    #[test]
    fn a_message_quotes_the_beginning_of_a_long_text() {
        let problem = refused(&"9".repeat(1_000_000));
        assert!(problem.to_string().len() < 300);
    }
}
