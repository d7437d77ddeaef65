//! Durations as text: ISO 8601 in, the canonical form out.

use std::fmt;
use std::str::FromStr;

use super::Span;
use crate::kernel::calendar::digits::{self, Buffer, FractionFault};
use crate::kernel::calendar::{DURATION_INVALID, MICROS_PER_SECOND, quoted};
use crate::kernel::problem::Problem;

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
pub(super) enum Fault {
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
pub(super) fn explain(fault: Fault, text: &str) -> Problem {
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
    }
}
