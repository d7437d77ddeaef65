//! Fixed-width decimal digits in and out of bytes.
//!
//! Instants are read and written once per event on the hosts' hot path, where the general
//! formatting machinery costs more than the rule that the event triggers.

/// The value of one ASCII digit.
pub(super) fn digit(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte & 0x0f))
}

/// The value of two ASCII digits.
pub(super) fn two(tens: u8, ones: u8) -> Option<u32> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

/// The value of four ASCII digits.
pub(super) fn four(digits: [u8; 4]) -> Option<i32> {
    let [a, b, c, d] = digits;
    i32::try_from(two(a, b)? * 100 + two(c, d)?).ok()
}

/// Why a fraction of a second was not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FractionFault {
    /// There is no digit after the point.
    Empty,
    /// A digit below the microsecond is not zero.
    TooFine,
}

/// Reads a fraction of a second, from after its point to the first byte that is no digit.
///
/// Gives the microseconds and the rest. Zeros below the microsecond lose nothing and are taken,
/// because many programs always print nanoseconds.
pub(super) fn fraction(text: &[u8]) -> Result<(i64, &[u8]), FractionFault> {
    let mut micros = 0;
    let mut place = 100_000;
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        let Some(value) = digit(*byte) else { break };
        if place == 0 && value != 0 {
            return Err(FractionFault::TooFine);
        }
        micros += i64::from(value) * place;
        place /= 10;
        rest = after;
    }
    if rest.len() == text.len() { Err(FractionFault::Empty) } else { Ok((micros, rest)) }
}

/// A text of at most `N` bytes under construction, without allocation.
pub(super) struct Buffer<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Buffer<N> {
    pub(super) fn new() -> Self {
        Self { bytes: [0; N], length: 0 }
    }

    /// Adds one ASCII byte.
    pub(super) fn byte(&mut self, byte: u8) {
        if let Some(slot) = self.bytes.get_mut(self.length) {
            *slot = byte;
            self.length += 1;
        }
    }

    /// Adds `value` as at least `width` digits.
    pub(super) fn number(&mut self, value: u32, width: u32) {
        // Nearly everything a clock or a calendar shows has two digits, or twice two.
        match (width, value) {
            (2, 0..100) => return self.two(value),
            (4, 0..10_000) => {
                self.two(value / 100);
                return self.two(value % 100);
            }
            _ => {}
        }
        let digits = width.max(value.checked_ilog10().map_or(1, |log| log + 1));
        let mut place = 10_u32.pow(digits - 1);
        for _ in 0..digits {
            let digit = value / place % 10;
            self.byte(b'0' + u8::try_from(digit).unwrap_or_default());
            place /= 10;
        }
    }

    fn two(&mut self, value: u32) {
        let digit = |value: u32| b'0' + u8::try_from(value).unwrap_or_default();
        self.byte(digit(value / 10));
        self.byte(digit(value % 10));
    }

    /// Adds `.` and the microseconds without trailing zeros; nothing when there are none.
    pub(super) fn fraction(&mut self, micros: u32) {
        if micros == 0 {
            return;
        }
        self.byte(b'.');
        let (mut value, mut width) = (micros, 6);
        while value % 10 == 0 {
            value /= 10;
            width -= 1;
        }
        self.number(value, width);
    }

    /// What has been written.
    pub(super) fn as_str(&self) -> &str {
        let written = self.bytes.get(..self.length).unwrap_or_default();
        std::str::from_utf8(written).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fraction_stops_at_the_microsecond() {
        assert_eq!(fraction(b"5Z"), Ok((500_000, &b"Z"[..])));
        assert_eq!(fraction(b"000001"), Ok((1, &b""[..])));
        assert_eq!(fraction(b"123456000"), Ok((123_456, &b""[..])));
        assert_eq!(fraction(b"1234560001"), Err(FractionFault::TooFine));
        assert_eq!(fraction(b"Z"), Err(FractionFault::Empty));
        assert_eq!(fraction(b""), Err(FractionFault::Empty));
    }

    #[test]
    fn numbers_are_padded_and_never_cut() {
        let mut buffer = Buffer::<32>::new();
        buffer.number(7, 2);
        buffer.byte(b' ');
        buffer.number(12_345, 4);
        buffer.fraction(120);
        assert_eq!(buffer.as_str(), "07 12345.00012");
    }
}
