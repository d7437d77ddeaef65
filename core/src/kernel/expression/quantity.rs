//! Numbers inside an evaluation: scaled integers while they last, exact rationals after that.
//!
//! What comes in is a decimal or a count of minor units: an integer over a power of ten. Making
//! a reduced fraction of it takes a greatest common divisor, several times what the comparison
//! itself costs; so a number stays as it came until something (a quotient, an overflow) needs
//! the exact form. Both forms of one number are equal.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::fault::Fault;
use crate::kernel::exact::Exact;

/// The largest power of ten that an i128 holds is 10^38.
const MAX_SCALE: u32 = 38;

/// A number in the form that is at hand.
#[derive(Clone, Debug)]
pub(super) enum Quantity {
    /// `mantissa / 10^scale`, with a scale of at most [`MAX_SCALE`].
    Scaled { mantissa: i128, scale: u32 },
    /// Any other; boxed, because it is large and rare.
    Exact(Box<Exact>),
}

impl Quantity {
    pub(super) const fn integer(value: i128) -> Self {
        Self::Scaled { mantissa: value, scale: 0 }
    }

    #[inline]
    pub(super) const fn decimal(decimal: Decimal) -> Self {
        Self::Scaled { mantissa: decimal.mantissa(), scale: decimal.scale() }
    }

    /// Minor units of a currency with so many digits.
    #[inline]
    pub(super) fn minor(units: i64, digits: u8) -> Self {
        Self::Scaled { mantissa: units.into(), scale: digits.into() }
    }

    pub(super) fn exact(exact: Exact) -> Self {
        Self::Exact(Box::new(exact))
    }

    pub(super) fn to_exact(&self) -> Result<Exact, Fault> {
        match self {
            Self::Scaled { mantissa, scale } => Ok(Exact::from_scaled(*mantissa, *scale)?),
            Self::Exact(exact) => Ok((**exact).clone()),
        }
    }

    pub(super) fn is_whole(&self) -> bool {
        match self {
            Self::Scaled { mantissa, scale } => {
                power(*scale).is_some_and(|one| mantissa % one == 0)
            }
            Self::Exact(exact) => exact.floor() == **exact,
        }
    }

    pub(super) fn is_negative(&self) -> bool {
        match self {
            Self::Scaled { mantissa, .. } => *mantissa < 0,
            Self::Exact(exact) => exact.signum() < 0,
        }
    }

    /// The order of two numbers that are scaled integers and can be aligned as such.
    #[inline]
    pub(super) fn near(&self, other: &Self) -> Option<Ordering> {
        self.aligned(other).map(|(left, right, _)| left.cmp(&right))
    }

    #[inline]
    pub(super) fn compare(&self, other: &Self) -> Result<Ordering, Fault> {
        match self.near(other) {
            Some(order) => Ok(order),
            None => Ok(self.to_exact()?.cmp(&other.to_exact()?)),
        }
    }

    pub(super) fn plus(&self, other: &Self) -> Result<Self, Fault> {
        let sum = self.aligned(other).and_then(|(left, right, scale)| {
            Some(Self::Scaled { mantissa: left.checked_add(right)?, scale })
        });
        match sum {
            Some(sum) => Ok(sum),
            None => Ok(Self::exact(self.to_exact()?.checked_add(&other.to_exact()?)?)),
        }
    }

    pub(super) fn minus(&self, other: &Self) -> Result<Self, Fault> {
        let difference = self.aligned(other).and_then(|(left, right, scale)| {
            Some(Self::Scaled { mantissa: left.checked_sub(right)?, scale })
        });
        match difference {
            Some(difference) => Ok(difference),
            None => Ok(Self::exact(self.to_exact()?.checked_sub(&other.to_exact()?)?)),
        }
    }

    pub(super) fn times(&self, other: &Self) -> Result<Self, Fault> {
        if let (
            Self::Scaled { mantissa: left, scale: above },
            Self::Scaled { mantissa: right, scale: below },
        ) = (self, other)
        {
            if let (Some(mantissa), true) = (left.checked_mul(*right), above + below <= MAX_SCALE) {
                return Ok(Self::Scaled { mantissa, scale: above + below });
            }
        }
        Ok(Self::exact(self.to_exact()?.checked_mul(&other.to_exact()?)?))
    }

    pub(super) fn over(&self, other: &Self) -> Result<Self, Fault> {
        Ok(Self::exact(self.to_exact()?.checked_div(&other.to_exact()?)?))
    }

    pub(super) fn negated(&self) -> Result<Self, Fault> {
        match self {
            Self::Scaled { mantissa, scale } if *mantissa != i128::MIN => {
                Ok(Self::Scaled { mantissa: -mantissa, scale: *scale })
            }
            other => other.to_exact().map(|exact| Self::exact(-exact)),
        }
    }

    /// Both mantissas over the finer of the two scales, if they fit.
    #[inline]
    fn aligned(&self, other: &Self) -> Option<(i128, i128, u32)> {
        let (
            Self::Scaled { mantissa: left, scale },
            Self::Scaled { mantissa: right, scale: other },
        ) = (self, other)
        else {
            return None;
        };
        match scale.cmp(other) {
            Ordering::Equal => Some((*left, *right, *scale)),
            Ordering::Less => Some((shifted(*left, other - scale)?, *right, *other)),
            Ordering::Greater => Some((*left, shifted(*right, scale - other)?, *scale)),
        }
    }
}

fn power(scale: u32) -> Option<i128> {
    10_i128.checked_pow(scale)
}

/// `mantissa * 10^places`; amounts and the few places between two of them take one plain product.
#[inline]
fn shifted(mantissa: i128, places: u32) -> Option<i128> {
    const NEAR: [i64; 7] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
    let near = usize::try_from(places).ok().and_then(|places| NEAR.get(places));
    match (i64::try_from(mantissa), near) {
        (Ok(mantissa), Some(near)) => Some(i128::from(mantissa) * i128::from(*near)),
        _ => mantissa.checked_mul(power(places)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled(mantissa: i128, scale: u32) -> Quantity {
        Quantity::Scaled { mantissa, scale }
    }

    fn exact(quantity: &Quantity) -> Exact {
        quantity.to_exact().unwrap()
    }

    /// Every operation gives what it gives on exact numbers, whether it stays small or not.
    #[test]
    fn both_forms_agree() {
        let mantissas = [0, 1, -3, 10, 12_345, i128::MAX, i128::MIN, i128::MAX / 10 + 1];
        let numbers: Vec<Quantity> = mantissas
            .iter()
            .flat_map(|mantissa| [0, 2, 19, 38].map(|scale| scaled(*mantissa, scale)))
            .chain([Quantity::exact(Exact::ratio(1, 3).unwrap())])
            .collect();
        for left in &numbers {
            let one = exact(left);
            assert_eq!(exact(&left.negated().unwrap()), -&one);
            assert_eq!(left.is_whole(), one.as_integer().is_some(), "{left:?}");
            assert_eq!(left.is_negative(), one.signum() < 0);
            for right in &numbers {
                let two = exact(right);
                assert_eq!(left.compare(right).unwrap(), one.cmp(&two));
                assert_eq!(exact(&left.plus(right).unwrap()), one.checked_add(&two).unwrap());
                assert_eq!(exact(&left.minus(right).unwrap()), one.checked_sub(&two).unwrap());
                assert_eq!(exact(&left.times(right).unwrap()), one.checked_mul(&two).unwrap());
                match (left.over(right), one.checked_div(&two)) {
                    (Ok(found), Ok(expected)) => assert_eq!(exact(&found), expected),
                    (found, expected) => {
                        assert_eq!(found.err().map(|fault| *fault), expected.err());
                    }
                }
            }
        }
    }
}
