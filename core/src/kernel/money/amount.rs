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
        self.0.fmt(f)
    }
}

impl FromStr for Amount {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let plain = !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'-')
            && text.bytes().any(|byte| byte.is_ascii_digit());
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
    fn what_is_not_a_plain_decimal_is_refused() {
        for text in [
            "",
            "1e3",
            "1_000",
            "1,5",
            "NaN",
            "-",
            ".",
            "+1",
            " 1",
            "1.2.3",
            "0.12345678901234567890123456789",
        ] {
            assert_eq!(text.parse::<Amount>().unwrap_err().code, DECIMAL_INVALID, "{text}");
        }
    }
}
