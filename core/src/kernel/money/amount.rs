//! Decimal quantities as they enter and leave: exact, up to 28 digits, never a float.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::kernel::problem::Problem;

use super::DECIMAL_INVALID;

/// A decimal number: an amount of money inside a document with a currency, a quantity, a measure.
///
/// Its text is canonical: no exponent, no trailing zeros, no negative zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Amount(Decimal);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// The decimal inside.
    #[must_use]
    pub const fn decimal(self) -> Decimal {
        self.0
    }

    /// A decimal shown with the digits it has, as money shows its cents.
    pub(super) const fn shown(decimal: Decimal) -> Self {
        Self(decimal)
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.0.is_sign_negative() && !self.0.is_zero()
    }
}

impl From<Decimal> for Amount {
    fn from(decimal: Decimal) -> Self {
        Self(decimal.normalize())
    }
}

impl From<i64> for Amount {
    fn from(whole: i64) -> Self {
        Self(whole.into())
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = f.width().is_none() && f.precision().is_none() && !f.sign_plus();
        match plain.then(|| Digits::of(self.0)).flatten() {
            Some(digits) => f.write_str(digits.as_str()),
            None => self.0.fmt(f),
        }
    }
}

/// The text of a decimal of at most 64 bits, as nearly all are: an outcome shows a dozen, and the
/// general machinery costs several times as much.
struct Digits {
    bytes: [u8; Self::ROOM],
    start: usize,
}

impl Digits {
    /// Sign, point and digits; a fraction of 28 digits has a zero before its point.
    const ROOM: usize = 32;

    fn of(decimal: Decimal) -> Option<Self> {
        let mut left = u64::try_from(decimal.mantissa().unsigned_abs()).ok()?;
        let mut digits = Self { bytes: [b'0'; Self::ROOM], start: Self::ROOM };
        let mut scale = decimal.scale();
        loop {
            digits.before(b'0' + u8::try_from(left % 10).ok()?)?;
            left /= 10;
            scale = match scale {
                0 if left == 0 => break,
                0 => 0,
                1 => {
                    digits.before(b'.')?;
                    0
                }
                more => more - 1,
            };
        }
        if decimal.is_sign_negative() && !decimal.is_zero() {
            digits.before(b'-')?;
        }
        Some(digits)
    }

    fn before(&mut self, byte: u8) -> Option<()> {
        self.start = self.start.checked_sub(1)?;
        *self.bytes.get_mut(self.start)? = byte;
        Some(())
    }

    fn as_str(&self) -> &str {
        let written = self.bytes.get(self.start..).unwrap_or_default();
        std::str::from_utf8(written).unwrap_or_default()
    }
}

impl FromStr for Amount {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        // The parser alone would take `.5` and `5.`, which an exact number refuses.
        let bytes = text.strip_prefix('-').unwrap_or(text).as_bytes();
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
        let plain = bytes.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
            && digit(bytes.first())
            && digit(bytes.last());
        plain.then(|| Decimal::from_str_exact(text).ok()).flatten().map(Self::from).ok_or_else(
            || {
                let shown: String = text.chars().take(40).collect();
                Problem::new(
                    DECIMAL_INVALID,
                    format!("`{shown}` is not a decimal number of at most 28 digits"),
                    "write plain digits with a point, such as \"1234.56\"",
                )
            },
        )
    }
}

crate::scalar!(
    Amount,
    "decimal",
    Decimal,
    integers: true,
    "\"12.34\"",
    "An exact decimal number, as text; an integer will do."
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_canonical() {
        for (given, shown) in
            [("1.50", "1.5"), ("-0.00", "0"), ("100", "100"), ("007", "7"), ("-3.10", "-3.1")]
        {
            assert_eq!(given.parse::<Amount>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn digits_are_those_of_the_decimal() {
        for mantissa in [0, 1, 5, 10, 99, 1_000, 129_900, i64::MAX] {
            for scale in 0..=28 {
                for decimal in [Decimal::new(mantissa, scale), Decimal::new(-mantissa, scale)] {
                    let shown = Amount::shown(decimal).to_string();
                    assert_eq!(shown, decimal.to_string(), "{mantissa} e-{scale}");
                    assert_eq!(shown.parse::<Amount>().unwrap(), Amount::from(decimal));
                }
            }
        }
        let wide = Decimal::MAX;
        assert_eq!(Amount::from(wide).to_string(), wide.to_string());
        assert_eq!(format!("{:>8}|{:.1}", Amount::from(12), Amount::from(12)), "      12|12.0");
    }

    #[test]
    fn what_is_not_a_plain_decimal_is_refused() {
        for text in [
            "",
            "1e3",
            "1_000",
            "1,5",
            "NaN",
            "-",
            ".",
            ".5",
            "-.5",
            "5.",
            "--5",
            "5-",
            "+1",
            " 1",
            "1.2.3",
            "0.12345678901234567890123456789",
        ] {
            assert_eq!(text.parse::<Amount>().unwrap_err().code, DECIMAL_INVALID, "{text}");
        }
    }
}
