//! Exact rational numbers for everything between an input and the one rounding of an amount.
//!
//! A decimal type is not enough here: a third of a commission has no decimal form, and the
//! product of two 28-digit decimals is rounded silently. An [`Exact`] is a reduced fraction of
//! two i128, and moves to big integers when those overflow and back when they fit again.
//!
//! Arithmetic is by `checked_*` methods that give a [`Problem`], and there are no operators
//! besides negation. Operators could not fail, so nothing would stop a hostile document from
//! doubling a number's size at every step; a fraction with more than [`MAX_BITS`] bits above
//! or below the line is an `overflow` instead. Ordinary amounts and rates need about 200.
//!
//! ```
//! use guerdon::kernel::exact::Exact;
//! use guerdon::kernel::rounding::Rounding;
//!
//! # fn main() -> Result<(), guerdon::kernel::problem::Problem> {
//! let price: Exact = "99.99".parse()?;
//! let third: Exact = "1/3".parse()?;
//! let share = price.checked_mul(&third)?;
//! assert_eq!(share.to_string(), "33.33");
//! let cents = share.checked_mul(&Exact::from(100))?;
//! assert_eq!(cents.round(Rounding::HalfEven)?, 3333);
//! # Ok(())
//! # }
//! ```

mod fraction;
mod text;

use std::cmp::Ordering;
use std::ops::Neg;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};
use rust_decimal::Decimal;

use self::fraction::Fraction;
use super::problem::Problem;
use super::rounding::{Rounding, divide_i128};

crate::codes! {
    /// A result is larger than its type can hold.
    OVERFLOW = "overflow";
    /// Something is divided by zero.
    DIVISION_BY_ZERO = "division_by_zero";
    /// A text is neither a plain decimal nor a ratio of two integers.
    NUMBER_MALFORMED = "number_malformed";
}

/// The most bits that the numerator, or the denominator, of an [`Exact`] may have.
pub const MAX_BITS: u64 = 4096;

/// An exact rational number.
///
/// There is one form for each value, so equality and hash follow the value: 0.50 is 1/2.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Exact(Form);

/// `Big` only holds what `Small` cannot, and both are reduced with a positive denominator.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Form {
    Small(Fraction),
    Big(Box<BigRational>),
}

impl Exact {
    /// Zero.
    pub const ZERO: Self = Self::from_integer(0);
    /// One.
    pub const ONE: Self = Self::from_integer(1);

    /// A whole number.
    #[must_use]
    pub const fn from_integer(integer: i128) -> Self {
        Self(Form::Small(Fraction::integer(integer)))
    }

    /// `num / den`, with any sign on either side.
    ///
    /// # Errors
    /// `division_by_zero` when `den` is zero.
    pub fn ratio(num: i128, den: i128) -> Result<Self, Problem> {
        Self::from_integer(num).checked_div(&Self::from_integer(den))
    }

    /// `mantissa / 10^scale`, which is how decimals and minor units are stored.
    ///
    /// # Errors
    /// `overflow` when the scale is beyond what [`MAX_BITS`] allows.
    pub fn from_scaled(mantissa: i128, scale: u32) -> Result<Self, Problem> {
        match Fraction::scaled(mantissa, scale) {
            Some(fraction) => Ok(Self(Form::Small(fraction))),
            None if mantissa == 0 => Ok(Self::ZERO),
            // Far beyond MAX_BITS even when the mantissa cancels all it can.
            None if scale > 2_000 => Err(overflow()),
            None => Self::from_big(BigRational::new(mantissa.into(), BigInt::from(10).pow(scale))),
        }
    }

    /// The sum.
    ///
    /// # Errors
    /// `overflow` beyond [`MAX_BITS`].
    #[inline]
    pub fn checked_add(&self, other: &Self) -> Result<Self, Problem> {
        if let (Form::Small(left), Form::Small(right)) = (&self.0, &other.0) {
            if let Some(sum) = left.add(*right) {
                return Ok(Self(Form::Small(sum)));
            }
        }
        Self::from_big(self.to_big() + other.to_big())
    }

    /// The difference.
    ///
    /// # Errors
    /// `overflow` beyond [`MAX_BITS`].
    #[inline]
    pub fn checked_sub(&self, other: &Self) -> Result<Self, Problem> {
        if let (Form::Small(left), Form::Small(right)) = (&self.0, &other.0) {
            if let Some(difference) = right.negated().and_then(|right| left.add(right)) {
                return Ok(Self(Form::Small(difference)));
            }
        }
        Self::from_big(self.to_big() - other.to_big())
    }

    /// The product.
    ///
    /// # Errors
    /// `overflow` beyond [`MAX_BITS`].
    #[inline]
    pub fn checked_mul(&self, other: &Self) -> Result<Self, Problem> {
        if let (Form::Small(left), Form::Small(right)) = (&self.0, &other.0) {
            if let Some(product) = left.multiply(*right) {
                return Ok(Self(Form::Small(product)));
            }
        }
        Self::from_big(self.to_big() * other.to_big())
    }

    /// The quotient.
    ///
    /// # Errors
    /// `division_by_zero`, and `overflow` beyond [`MAX_BITS`].
    #[inline]
    pub fn checked_div(&self, other: &Self) -> Result<Self, Problem> {
        if other.is_zero() {
            return Err(Problem::new(
                DIVISION_BY_ZERO,
                format!("`{self}` is divided by zero"),
                "give a divisor other than zero, or guard the division with a condition",
            ));
        }
        if let (Form::Small(left), Form::Small(right)) = (&self.0, &other.0) {
            if let Some(quotient) = right.reciprocal().and_then(|right| left.multiply(right)) {
                return Ok(Self(Form::Small(quotient)));
            }
        }
        Self::from_big(self.to_big() / other.to_big())
    }

    /// The nearest whole number by `mode`.
    ///
    /// # Errors
    /// `overflow` when it does not fit an i128.
    #[inline]
    pub fn round(&self, mode: Rounding) -> Result<i128, Problem> {
        match &self.0 {
            Form::Small(fraction) if fraction.den() == 1 => Ok(fraction.num()),
            Form::Small(fraction) => Ok(divide_i128(fraction.num(), fraction.den(), mode)),
            Form::Big(big) => divide_big(big, mode).to_i128().ok_or_else(overflow),
        }
    }

    /// The largest whole number that is not above this one: -0.5 goes to -1. For amounts see
    /// [`Exact::round`], whose `Floor` goes by magnitude.
    #[must_use]
    pub fn floor(&self) -> Self {
        match &self.0 {
            Form::Small(fraction) => Self::from_integer(fraction.num().div_euclid(fraction.den())),
            Form::Big(big) => Self::from_bounded(big.floor()),
        }
    }

    /// The smallest whole number that is not below this one: -0.5 goes to 0. For amounts see
    /// [`Exact::round`], whose `Ceil` goes by magnitude.
    #[must_use]
    pub fn ceil(&self) -> Self {
        -&(-self).floor()
    }

    /// The magnitude.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.signum() < 0 { -self } else { self.clone() }
    }

    /// -1, 0 or 1.
    #[inline]
    #[must_use]
    pub fn signum(&self) -> i8 {
        let positive = match &self.0 {
            Form::Small(fraction) if fraction.num() == 0 => return 0,
            Form::Small(fraction) => fraction.num() > 0,
            Form::Big(big) => big.is_positive(),
        };
        if positive { 1 } else { -1 }
    }

    /// Whether this is zero.
    #[inline]
    #[must_use]
    pub fn is_zero(&self) -> bool {
        matches!(&self.0, Form::Small(fraction) if fraction.num() == 0)
    }

    /// The value, when it is whole and fits an i128.
    #[inline]
    #[must_use]
    pub fn as_integer(&self) -> Option<i128> {
        match &self.0 {
            Form::Small(fraction) if fraction.den() == 1 => Some(fraction.num()),
            _ => None,
        }
    }

    /// The reduced numerator and the positive denominator, when both fit an i128.
    #[inline]
    #[must_use]
    pub fn as_small(&self) -> Option<(i128, i128)> {
        match &self.0 {
            Form::Small(fraction) => Some((fraction.num(), fraction.den())),
            Form::Big(_) => None,
        }
    }

    /// The value as a big rational, for algorithms that need more room than [`MAX_BITS`].
    #[must_use]
    pub fn to_big(&self) -> BigRational {
        match &self.0 {
            Form::Small(fraction) => {
                BigRational::new_raw(fraction.num().into(), fraction.den().into())
            }
            Form::Big(big) => (**big).clone(),
        }
    }

    /// Takes a reduced big rational, as every operation of `BigRational` gives it.
    fn from_big(big: BigRational) -> Result<Self, Problem> {
        if big.numer().bits() > MAX_BITS || big.denom().bits() > MAX_BITS {
            Err(overflow())
        } else {
            Ok(Self::from_bounded(big))
        }
    }

    /// Takes a reduced big rational that is known to be no larger than an existing `Exact`.
    fn from_bounded(big: BigRational) -> Self {
        match (big.numer().to_i128(), big.denom().to_i128()) {
            (Some(num), Some(den)) => Self(Form::Small(Fraction::reduced(num, den))),
            _ => Self(Form::Big(Box::new(big))),
        }
    }
}

/// The problem of a result that is beyond its type.
pub(crate) fn overflow() -> Problem {
    Problem::new(
        OVERFLOW,
        "the result of a calculation is too large",
        "check the amounts, rates and multipliers for a wrong magnitude",
    )
}

/// The same rule as [`divide_i128`], on big integers.
fn divide_big(big: &BigRational, mode: Rounding) -> BigInt {
    let (quotient, rest) = big.numer().div_rem(big.denom());
    let half = (rest.magnitude() * 2u8).cmp(big.denom().magnitude());
    let away = match mode {
        Rounding::HalfAwayFromZero => half.is_ge(),
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && quotient.is_odd()),
        Rounding::Floor => false,
        Rounding::Ceil => !rest.is_zero(),
    };
    if away { quotient + big.numer().signum() } else { quotient }
}

impl Neg for &Exact {
    type Output = Exact;

    #[inline]
    fn neg(self) -> Exact {
        if let Form::Small(fraction) = &self.0 {
            if let Some(negated) = fraction.negated() {
                return Exact(Form::Small(negated));
            }
        }
        Exact::from_bounded(-self.to_big())
    }
}

impl Neg for Exact {
    type Output = Self;

    #[inline]
    fn neg(self) -> Self {
        -&self
    }
}

impl Ord for Exact {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Form::Small(left), Form::Small(right)) => left.compare(*right),
            _ => self.to_big().cmp(&other.to_big()),
        }
    }
}

impl PartialOrd for Exact {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Default for Exact {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<i32> for Exact {
    fn from(integer: i32) -> Self {
        Self::from_integer(integer.into())
    }
}

impl From<i64> for Exact {
    fn from(integer: i64) -> Self {
        Self::from_integer(integer.into())
    }
}

impl From<u64> for Exact {
    fn from(integer: u64) -> Self {
        Self::from_integer(integer.into())
    }
}

impl From<i128> for Exact {
    fn from(integer: i128) -> Self {
        Self::from_integer(integer)
    }
}

impl From<Decimal> for Exact {
    fn from(decimal: Decimal) -> Self {
        let (mantissa, scale) = (decimal.mantissa(), decimal.scale());
        match Fraction::scaled(mantissa, scale) {
            Some(fraction) => Self(Form::Small(fraction)),
            // Out of reach: a decimal has 96 bits and at most 28 places.
            None => {
                Self::from_bounded(BigRational::new(mantissa.into(), BigInt::from(10).pow(scale)))
            }
        }
    }
}

#[cfg(test)]
mod tests;
