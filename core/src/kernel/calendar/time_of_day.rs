//! The reading of a wall clock, without a date: quiet hours, delivery times, cut-offs.

use std::fmt;
use std::str::FromStr;

use super::digits::{self, Buffer};
use super::{MICROS_PER_DAY, MICROS_PER_SECOND, TIME_INVALID, quoted};
use crate::kernel::problem::Problem;

/// A time of day from 00:00 up to, but not including, 24:00; written `20:00`, and `20:00:30` or
/// `20:00:30.5` where seconds are not zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(i64);

impl TimeOfDay {
    /// 00:00.
    pub const MIDNIGHT: Self = Self(0);

    /// The time at which a clock shows so many microseconds since 00:00.
    ///
    /// # Errors
    /// `time_invalid` unless it is at least 0 and less than a day.
    pub fn from_micros(micros: i64) -> Result<Self, Problem> {
        if (0..MICROS_PER_DAY).contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(refused(&micros.to_string()))
        }
    }

    /// The time part of a count of wall-clock microseconds.
    pub(super) const fn of_wall(wall_micros: i64) -> Self {
        Self(wall_micros.rem_euclid(MICROS_PER_DAY))
    }

    /// Microseconds that a clock shows since 00:00.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The hour, 0 to 23.
    #[must_use]
    pub fn hour(self) -> u32 {
        self.seconds() / 3600
    }

    /// The minute, 0 to 59.
    #[must_use]
    pub fn minute(self) -> u32 {
        self.seconds() / 60 % 60
    }

    /// The second, 0 to 59.
    #[must_use]
    pub fn second(self) -> u32 {
        self.seconds() % 60
    }

    /// The microseconds after the second, 0 to 999,999.
    #[must_use]
    pub fn microsecond(self) -> u32 {
        u32::try_from(self.0 % MICROS_PER_SECOND).unwrap_or_default()
    }

    fn seconds(self) -> u32 {
        u32::try_from(self.0 / MICROS_PER_SECOND).unwrap_or_default()
    }
}

fn refused(text: &str) -> Problem {
    Problem::new(
        TIME_INVALID,
        format!("{} is not a time of day", quoted(text)),
        "write it like `08:00` or `20:30:15`, from 00:00 to 23:59:59.999999",
    )
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = Buffer::<16>::new();
        buffer.number(self.hour(), 2);
        buffer.byte(b':');
        buffer.number(self.minute(), 2);
        if self.second() != 0 || self.microsecond() != 0 {
            buffer.byte(b':');
            buffer.number(self.second(), 2);
            buffer.fraction(self.microsecond());
        }
        f.pad(buffer.as_str())
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TimeOfDay {
    type Err = Problem;

    /// Reads `08:00`, `08:00:30` or `08:00:30.5`.
    fn from_str(text: &str) -> Result<Self, Problem> {
        parse(text.as_bytes()).ok_or_else(|| refused(text))
    }
}

fn parse(text: &[u8]) -> Option<TimeOfDay> {
    let &[h1, h0, b':', m1, m0, ref rest @ ..] = text else { return None };
    let (hour, minute) = (digits::two(h1, h0)?, digits::two(m1, m0)?);
    let (second, micros) = match rest {
        [] => (0, 0),
        [b':', s1, s0] => (digits::two(*s1, *s0)?, 0),
        [b':', s1, s0, b'.', after @ ..] => match digits::fraction(after) {
            Ok((micros, [])) => (digits::two(*s1, *s0)?, micros),
            _ => return None,
        },
        _ => return None,
    };
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    (hour < 24 && minute < 60 && second < 60)
        .then_some(TimeOfDay(seconds * MICROS_PER_SECOND + micros))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_canonical() {
        for (text, canonical) in [
            ("00:00", "00:00"),
            ("08:00:00", "08:00"),
            ("20:30:15", "20:30:15"),
            ("23:59:59.999999", "23:59:59.999999"),
            ("12:00:00.500", "12:00:00.5"),
        ] {
            let time: TimeOfDay = text.parse().unwrap();
            assert_eq!(time.to_string(), canonical);
            assert_eq!(canonical.parse::<TimeOfDay>().unwrap(), time);
        }
    }

    #[test]
    fn what_no_clock_shows_is_refused() {
        for text in ["", "8:00", "24:00", "08:60", "08:00:60", "08:00:00.", "08:00Z", "0800"] {
            assert_eq!(text.parse::<TimeOfDay>().unwrap_err().code, TIME_INVALID, "{text}");
        }
        assert_eq!("08:00:00.0000001".parse::<TimeOfDay>().unwrap_err().code, TIME_INVALID);
        assert_eq!(TimeOfDay::from_micros(MICROS_PER_DAY).unwrap_err().code, TIME_INVALID);
        assert_eq!(TimeOfDay::from_micros(-1).unwrap_err().code, TIME_INVALID);
    }
}
