//! Between decimal amounts and the whole minor units that are posted.

use rust_decimal::Decimal;

use super::{AMOUNT_TOO_FINE, AMOUNT_TOO_LARGE, Amount, Currency, Money};
use crate::kernel::problem::Problem;

/// An amount in minor units (cents), which it must have no fraction of.
///
/// # Errors
/// `amount_too_fine` or `amount_too_large`.
pub fn to_minor(amount: Amount, currency: Currency) -> Result<i64, Problem> {
    let decimal = amount.decimal();
    let scale = decimal.scale();
    let digits = u32::from(currency.digits());
    let mantissa = decimal.mantissa();
    let minor = if scale <= digits {
        mantissa.checked_mul(10_i128.pow(digits - scale))
    } else {
        let unit = 10_i128.pow(scale - digits);
        if mantissa % unit != 0 {
            return Err(too_fine(amount, currency));
        }
        Some(mantissa / unit)
    };
    minor.and_then(|minor| i64::try_from(minor).ok()).ok_or_else(|| too_large(&amount, currency))
}

/// Minor units (cents) as money.
#[must_use]
pub fn from_minor(minor: i64, currency: Currency) -> Money {
    let scaled = Decimal::new(minor, u32::from(currency.digits()));
    Money { amount: Amount::shown(scaled), currency }
}

/// Minor units (cents) as a decimal number of whole ones, without the zeros that money shows.
#[must_use]
pub(crate) fn units(mut minor: i64, currency: Currency) -> Amount {
    let mut digits = u32::from(currency.digits());
    while digits > 0 && minor % 10 == 0 {
        (minor, digits) = (minor / 10, digits - 1);
    }
    Amount::shown(Decimal::new(minor, digits))
}

fn too_fine(amount: Amount, currency: Currency) -> Problem {
    Problem::new(
        AMOUNT_TOO_FINE,
        format!("`{amount}` is finer than the minor unit of {currency}"),
        format!("{currency} has {} decimal digits; round where it is posted", currency.digits()),
    )
}

/// What is said of an amount that 64 bits of minor units cannot hold.
#[must_use]
pub(in crate::kernel) fn too_large(amount: &impl std::fmt::Display, currency: Currency) -> Problem {
    Problem::new(
        AMOUNT_TOO_LARGE,
        format!("`{amount}` {currency} does not fit 64 bits of minor units"),
        "check the amount; guerdon counts up to 92 quadrillion units of a two-digit currency",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd() -> Currency {
        "USD".parse().unwrap()
    }

    #[test]
    fn whole_cents_go_there_and_back() {
        for (text, minor) in [("12.30", 1230), ("-0.01", -1), ("5", 500), ("1.000", 100)] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!(to_minor(amount, usd()).unwrap(), minor);
            assert_eq!(from_minor(minor, usd()).amount, amount);
        }
        assert_eq!(from_minor(500, usd()).amount.to_string(), "5.00");
    }

    #[test]
    fn fractions_of_a_cent_and_giants_are_refused() {
        let fine = to_minor("0.001".parse().unwrap(), usd()).unwrap_err();
        assert_eq!(fine.code, AMOUNT_TOO_FINE);
        let large = to_minor("92233720368547758.08".parse().unwrap(), usd()).unwrap_err();
        assert_eq!(large.code, AMOUNT_TOO_LARGE);
    }
}
