//! The operation `money.convert`: an amount at an exchange rate, rounded once.
//!
//! The rate comes from the host, as it was agreed or published; nothing here knows a market.

use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::rounding::Rounding;

use super::{Currency, Money, RATE_INVALID, from_minor, too_large};

/// What `money.convert` takes.
#[model]
pub struct ConvertInput {
    /// The amount to convert.
    pub money: Money,
    /// The currency to convert it to.
    pub to: Currency,
    /// How many units of that currency one unit of the amount's own buys; above zero.
    pub rate: Exact,
    /// How the result is rounded to the minor unit; half away from zero unless said.
    #[model(default)]
    pub rounding: Rounding,
}

/// Converts money at a rate.
///
/// # Errors
/// `rate_invalid` for a rate that is not above zero; `amount_too_large` when the result does not
/// fit 64 bits of minor units.
pub fn convert(input: ConvertInput) -> Result<Money, Problems> {
    let ConvertInput { money, to, rate, rounding } = input;
    if rate.signum() <= 0 {
        let problem = Problem::new(
            RATE_INVALID,
            format!("the rate `{rate}` is not above zero"),
            "say how many units of `to` one unit buys, such as \"82.42135\"",
        );
        return Err(problem.under("rate").into());
    }
    let units = Exact::from(money.amount.decimal()).checked_mul(&rate)?;
    let minor = units.checked_mul(&Exact::from(to.minor_per_unit()))?.round(rounding)?;
    let minor = i64::try_from(minor).map_err(|_| too_large(&units, to).under("money"))?;
    Ok(from_minor(minor, to))
}
