//! The oracle's arithmetic: big rationals, rounded once, and shared out by the largest fraction.

use guerdon::kernel::rounding::Rounding;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use crate::plans::{Ratio, Tenths};

pub(crate) fn whole(value: i64) -> BigRational {
    BigRational::from_integer(value.into())
}

pub(crate) fn share((num, den): Ratio) -> BigRational {
    BigRational::new(num.into(), den.into())
}

pub(crate) fn tenths(amount: Tenths) -> BigRational {
    BigRational::new(amount.into(), 10.into())
}

/// Sign-symmetric: the magnitude is rounded and the sign put back.
pub(crate) fn round(value: &BigRational, rounding: Rounding) -> BigInt {
    let magnitude = value.abs();
    let (down, half) = (magnitude.floor(), BigRational::new(1.into(), 2.into()));
    let rest = &magnitude - &down;
    let even = (down.to_integer() % 2_i32).is_zero();
    let up = match rounding {
        Rounding::HalfAwayFromZero => rest >= half,
        Rounding::HalfEven => rest > half || (rest == half && !even),
        Rounding::Floor => false,
        Rounding::Ceil => !rest.is_zero(),
    };
    let rounded = down.to_integer() + i32::from(up);
    if value.is_negative() { -rounded } else { rounded }
}

/// The rounded sum, given to its parts: each gets its whole units, and what is over goes one by
/// one to the largest fraction that has had nothing yet, the earlier one among equals.
pub(crate) fn round_parts(parts: &[BigRational], rounding: Rounding) -> Vec<BigInt> {
    let sum: BigRational = parts.iter().sum();
    if sum.is_negative() {
        let mirror: Vec<BigRational> = parts.iter().map(|part| -part).collect();
        return round_parts(&mirror, rounding).into_iter().map(|part| -part).collect();
    }
    let mut given: Vec<BigInt> = parts.iter().map(|part| part.floor().to_integer()).collect();
    let mut waiting: Vec<usize> = (0..parts.len()).collect();
    while given.iter().sum::<BigInt>() < round(&sum, rounding) {
        let fraction = |part: usize| &parts[part] - parts[part].floor();
        let mut next = 0;
        for (place, part) in waiting.iter().enumerate() {
            if fraction(*part) > fraction(waiting[next]) {
                next = place;
            }
        }
        given[waiting.remove(next)] += 1;
    }
    given
}
