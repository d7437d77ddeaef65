//! What one evaluator needs of a number, so that it can run on scaled integers and on exact
//! rationals alike.
//!
//! A batch counts in i64 or i128 over one denominator, because that is ten times as fast; where
//! the bounds cannot be proven, and wherever an amount is explained, the same code runs on
//! [`Exact`]. Writing the rules once over [`Number`] is what keeps the two from ever differing:
//! there is no second evaluator to keep in step. Every operation tells when its result does not
//! fit instead of wrapping; nothing here divides or rounds, which happens once, where an amount
//! is posted.

use super::exact::Exact;

/// A number that is added, subtracted, multiplied and compared, and says when it overflows.
///
/// ```
/// use guerdon::kernel::exact::Exact;
/// use guerdon::kernel::number::Number;
///
/// fn double<N: Number>(value: &N) -> Option<N> {
///     value.plus(value)
/// }
/// assert_eq!(double(&21_i64), Some(42));
/// assert_eq!(double(&i64::MAX), None);
/// assert_eq!(double(&Exact::from(21)), Some(Exact::from(42)));
/// ```
pub trait Number: Clone + Ord {
    /// Zero.
    const ZERO: Self;

    /// The sum, or `None` when it does not fit.
    #[must_use]
    fn plus(&self, other: &Self) -> Option<Self>;

    /// The difference, or `None` when it does not fit.
    #[must_use]
    fn minus(&self, other: &Self) -> Option<Self>;

    /// The product, or `None` when it does not fit.
    #[must_use]
    fn times(&self, other: &Self) -> Option<Self>;

    /// Whether this is zero.
    #[inline]
    #[must_use]
    fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }
}

macro_rules! integers {
    ($($integer:ty),+) => {$(
        impl Number for $integer {
            const ZERO: Self = 0;

            #[inline]
            fn plus(&self, other: &Self) -> Option<Self> {
                self.checked_add(*other)
            }

            #[inline]
            fn minus(&self, other: &Self) -> Option<Self> {
                self.checked_sub(*other)
            }

            #[inline]
            fn times(&self, other: &Self) -> Option<Self> {
                self.checked_mul(*other)
            }
        }
    )+};
}

integers!(i64, i128);

/// An integer of a computation of which it was proven before, from the sizes of all that goes in,
/// that nothing in it leaves 64 bits: what a column of thousands is computed in. Every result is
/// then there, and no operation has to ask.
///
/// ```
/// use guerdon::kernel::number::{Number, Proven};
///
/// // A hundred volumes below 2^40, at rates below 2^10, stay below 2^57.
/// assert_eq!(Proven(1 << 40).times(&Proven(1 << 10)), Some(Proven(1 << 50)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proven(pub i64);

impl Number for Proven {
    const ZERO: Self = Self(0);

    #[inline(always)]
    fn plus(&self, other: &Self) -> Option<Self> {
        debug_assert!(self.0.checked_add(other.0).is_some(), "a proof is wrong");
        Some(Self(self.0.wrapping_add(other.0)))
    }

    #[inline(always)]
    fn minus(&self, other: &Self) -> Option<Self> {
        debug_assert!(self.0.checked_sub(other.0).is_some(), "a proof is wrong");
        Some(Self(self.0.wrapping_sub(other.0)))
    }

    #[inline(always)]
    fn times(&self, other: &Self) -> Option<Self> {
        debug_assert!(self.0.checked_mul(other.0).is_some(), "a proof is wrong");
        Some(Self(self.0.wrapping_mul(other.0)))
    }
}

impl Number for Exact {
    const ZERO: Self = Self::ZERO;

    #[inline]
    fn plus(&self, other: &Self) -> Option<Self> {
        self.checked_add(other).ok()
    }

    #[inline]
    fn minus(&self, other: &Self) -> Option<Self> {
        self.checked_sub(other).ok()
    }

    #[inline]
    fn times(&self, other: &Self) -> Option<Self> {
        self.checked_mul(other).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// (3 + 4) * 3 - 4, which every implementation has to agree on.
    fn formula<N: Number>(three: &N, four: &N) -> Option<N> {
        three.plus(four)?.times(three)?.minus(four)
    }

    #[test]
    fn every_number_computes_the_same() {
        assert_eq!(formula(&3_i64, &4), Some(17));
        assert_eq!(formula(&3_i128, &4), Some(17));
        assert_eq!(formula(&Proven(3), &Proven(4)), Some(Proven(17)));
        assert_eq!(formula(&Exact::from(3), &Exact::from(4)), Some(Exact::from(17)));
        assert!(i64::ZERO.is_zero() && i128::ZERO.is_zero() && Exact::ZERO.is_zero());
        assert!(!1_i64.is_zero());
    }

    #[test]
    fn what_does_not_fit_is_none() {
        assert_eq!(i64::MAX.plus(&1), None);
        assert_eq!(i64::MIN.minus(&1), None);
        assert_eq!(i64::MAX.times(&2), None);
        assert_eq!(i128::MAX.times(&2), None);
        let mut grown = Exact::from(i128::MAX);
        while let Some(square) = grown.times(&grown) {
            grown = square;
        }
        assert!(grown.plus(&Exact::ONE).is_some());
    }
}
