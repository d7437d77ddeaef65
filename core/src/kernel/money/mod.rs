//! Money: decimal amounts in ISO 4217 currencies.

mod allocate;
mod amount;
mod convert;
mod currency;
mod posted;
mod rate;

use crate::kernel::document::model;
use crate::kernel::problem::Problem;
use crate::kernel::rounding::Rounding;

pub use allocate::{AllocateInput, AllocatedPart, AllocationPart, MoneyAllocation, allocate};
pub use amount::Amount;
pub use convert::{ConvertInput, convert};
pub use currency::Currency;
pub(in crate::kernel) use posted::too_large;
pub(crate) use posted::units;
pub use posted::{from_minor, to_minor};
pub use rate::{Rate, non_negative};

crate::codes! {
    /// A text is not a decimal number that guerdon can hold exactly.
    DECIMAL_INVALID = "decimal_invalid";
    /// A currency code is not in ISO 4217, or was withdrawn before 2020, or has no minor unit.
    CURRENCY_UNKNOWN = "currency_unknown";
    /// Two amounts that have to be in one currency are not.
    CURRENCY_MISMATCH = "currency_mismatch";
    /// An amount is finer than the minor unit of its currency.
    AMOUNT_TOO_FINE = "amount_too_fine";
    /// An amount does not fit 64 bits of minor units.
    AMOUNT_TOO_LARGE = "amount_too_large";
    /// A rate is neither a percentage nor a ratio.
    RATE_INVALID = "rate_invalid";
}

/// An amount in a currency.
///
/// What guerdon computes is shown with at least the digits of the currency's minor unit.
#[model(display)]
#[derive(Copy, Eq, Hash)]
pub struct Money {
    /// How much, in units of the currency (not in cents).
    pub amount: Amount,
    /// ISO 4217 code.
    pub currency: Currency,
}

impl Money {
    /// An amount in a currency, shown with at least the digits of its minor unit.
    #[must_use]
    pub fn new(amount: Amount, currency: Currency) -> Self {
        let mut decimal = amount.decimal().normalize();
        if decimal.scale() < u32::from(currency.digits()) {
            decimal.rescale(u32::from(currency.digits()));
        }
        Self { amount: Amount::shown(decimal), currency }
    }
}

/// With at least the digits of the currency's minor unit, wherever the amount comes from.
impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", Self::new(self.amount, self.currency).amount, self.currency)
    }
}

/// What `money.round` takes.
#[model]
pub struct RoundInput {
    /// The amount to round.
    pub money: Money,
    /// How; half away from zero unless said.
    #[model(default)]
    pub rounding: Rounding,
}

/// Rounds money to the minor unit of its currency.
///
/// # Errors
/// `amount_too_large` when the result does not fit 64 bits of minor units.
pub fn round(input: RoundInput) -> Result<Money, Problem> {
    let Money { amount, currency } = input.money;
    let decimal = amount.decimal();
    let digits = u32::from(currency.digits());
    let minor = match decimal.scale().checked_sub(digits) {
        None | Some(0) => i128::from(to_minor(amount, currency)?),
        Some(finer) => {
            let unit = 10_i128.pow(finer);
            crate::kernel::rounding::divide_i128(decimal.mantissa(), unit, input.rounding)
        }
    };
    let minor = i64::try_from(minor).map_err(|_| posted::too_large(&amount, currency))?;
    Ok(from_minor(minor, currency))
}

crate::scalar!(
    Currency,
    "currency",
    str,
    integers: false,
    "\"USD\"",
    "An ISO 4217 currency code with a minor unit."
);
