//! The numbers that an evaluation works in.
//!
//! A plan is compiled twice: to integers over one denominator, and to exact rationals. The same
//! evaluator runs on both through [`Working`]; the integers are tried first and say when a value
//! does not fit them, and then the exact ones, which always do, give the answer.

use rust_decimal::Decimal;

use crate::kernel::exact::Exact;
use crate::kernel::number::Number;
use crate::kernel::rounding::{Rounding, divide_i64};

/// How many units; nearly always a whole number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Quantity {
    Whole(i64),
    Decimal(Decimal),
}

impl From<Decimal> for Quantity {
    fn from(decimal: Decimal) -> Self {
        match i64::try_from(decimal.mantissa()) {
            Ok(whole) if decimal.scale() == 0 => Self::Whole(whole),
            _ => Self::Decimal(decimal),
        }
    }
}

impl Quantity {
    pub(super) fn decimal(self) -> Decimal {
        match self {
            Self::Whole(whole) => whole.into(),
            Self::Decimal(decimal) => decimal,
        }
    }
}

/// A number that amounts, rates and measures are worked in. `one` is the value that stands for
/// one minor unit: the denominator for integers, one for exact numbers.
pub(super) trait Working: Number {
    fn whole(units: i64) -> Self;
    /// A quantity; none if it has no exact form here.
    fn quantity(value: Quantity) -> Option<Self>;
    fn measure(value: &Exact) -> Option<Self>;
    /// The number of minor units, rounded.
    fn settle(&self, one: &Self, rounding: Rounding) -> Option<i64>;
    /// The number of whole minor units, towards minus infinity.
    fn floor(&self, one: &Self) -> Option<i64>;
    /// `self * part / whole`; none if that has no exact form here.
    fn share(&self, part: &Self, whole: &Self) -> Option<Self>;
    /// As a small integer, where it is one.
    fn narrow(&self) -> Option<i64>;
    fn to_exact(&self) -> Exact;
}

impl Working for i64 {
    #[inline(always)]
    fn whole(units: i64) -> Self {
        units
    }

    #[inline(always)]
    fn quantity(value: Quantity) -> Option<Self> {
        match value {
            Quantity::Whole(whole) => Some(whole),
            Quantity::Decimal(_) => None,
        }
    }

    fn measure(value: &Exact) -> Option<Self> {
        value.as_integer().and_then(|integer| i64::try_from(integer).ok())
    }

    #[inline(always)]
    fn settle(&self, one: &Self, rounding: Rounding) -> Option<i64> {
        Some(divide_i64(*self, *one, rounding))
    }

    #[inline(always)]
    fn floor(&self, one: &Self) -> Option<i64> {
        self.checked_div_euclid(*one)
    }

    fn share(&self, _part: &Self, _whole: &Self) -> Option<Self> {
        None
    }

    #[inline(always)]
    fn narrow(&self) -> Option<i64> {
        Some(*self).filter(|measure| *measure != i64::MIN)
    }

    fn to_exact(&self) -> Exact {
        Exact::from(*self)
    }
}

impl Working for Exact {
    fn whole(units: i64) -> Self {
        Self::from(units)
    }

    fn quantity(value: Quantity) -> Option<Self> {
        Some(Self::from(value.decimal()))
    }

    fn measure(value: &Exact) -> Option<Self> {
        Some(value.clone())
    }

    fn settle(&self, one: &Self, rounding: Rounding) -> Option<i64> {
        i64::try_from(self.checked_div(one).ok()?.round(rounding).ok()?).ok()
    }

    fn floor(&self, one: &Self) -> Option<i64> {
        let floor = Self::floor(&self.checked_div(one).ok()?);
        floor.as_integer().and_then(|units| i64::try_from(units).ok())
    }

    fn share(&self, part: &Self, whole: &Self) -> Option<Self> {
        self.checked_mul(part).ok()?.checked_div(whole).ok()
    }

    fn narrow(&self) -> Option<i64> {
        <i64 as Working>::measure(self).and_then(|measure| measure.narrow())
    }

    fn to_exact(&self) -> Exact {
        self.clone()
    }
}
