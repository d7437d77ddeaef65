//! How an exact value becomes a whole number of units, once, where an amount is posted.
//!
//! All modes are sign-symmetric: `round(-x) == -round(x)`. A refund, a reversal or a debt is
//! the mirror of what it undoes, so that the two always sum to zero; a floor towards minus
//! infinity would leave a cent behind on every pair. [`Rounding::Floor`] and
//! [`Rounding::Ceil`] therefore act on the magnitude, which other libraries call "down" and
//! "up", or "towards zero" and "away from zero".
//!
//! [`divide_i64`] and [`divide_i128`] divide and round in one step. They are the hot end of a
//! batch, so they have no error: neither can overflow, because a result only moves one away
//! from the truncated quotient when the divisor is at least two, and then the quotient is at
//! most half of the type's range. Only `MIN / -1` could overflow the division itself, and a
//! divisor is positive.

use crate::kernel::document::model;

/// What to do with the part of an amount that is smaller than one unit.
#[model]
#[derive(Default)]
pub enum Rounding {
    /// To the nearest unit; a half goes to the larger magnitude: 0.5 to 1, -0.5 to -1.
    #[default]
    HalfAwayFromZero,
    /// To the nearest unit; a half goes to the even one: 0.5 to 0, 1.5 and 2.5 to 2.
    HalfEven,
    /// The magnitude goes down: 1.9 to 1, -1.9 to -1.
    Floor,
    /// The magnitude goes up: 1.1 to 2, -1.1 to -2.
    Ceil,
}

impl Rounding {
    /// Every mode, for tests and listings.
    pub const ALL: [Self; 4] = [Self::HalfAwayFromZero, Self::HalfEven, Self::Floor, Self::Ceil];
}

/// `num / den`, rounded to a whole number; `den` is positive.
///
/// ```
/// use guerdon::kernel::rounding::{Rounding, divide_i64};
///
/// assert_eq!(divide_i64(25, 10, Rounding::HalfAwayFromZero), 3);
/// assert_eq!(divide_i64(-25, 10, Rounding::HalfAwayFromZero), -3);
/// assert_eq!(divide_i64(-25, 10, Rounding::HalfEven), -2);
/// assert_eq!(divide_i64(-29, 10, Rounding::Floor), -2);
/// assert_eq!(divide_i64(-21, 10, Rounding::Ceil), -3);
/// ```
///
/// # Panics
/// When `den` is zero, like every integer division. A negative `den` is a mistake of the
/// caller, caught in debug builds.
#[inline]
#[must_use]
pub fn divide_i64(num: i64, den: i64, mode: Rounding) -> i64 {
    debug_assert!(den > 0, "the divisor must be positive");
    let den = den.unsigned_abs();
    Halves::new(den, mode).round(num, num.unsigned_abs() / den, den)
}

/// A divisor and a rounding, made ready for many divisions: each is a multiplication.
///
/// The quotient of n < 2^63 is `n * magic >> (63 + shift)`, where `shift` is the number of bits of
/// `den - 1` and `magic` is `2^(63 + shift) / den`, rounded up. That is off by less than `den <=
/// 2^shift` in the product, which for such an n never reaches the next quotient (Granlund and
/// Montgomery, "Division by Invariant Integers using Multiplication", 1994, theorem 4.2).
#[derive(Clone, Copy, Debug)]
pub struct Divisor {
    den: u64,
    magic: u64,
    shift: u32,
    halves: Halves,
}

impl Divisor {
    /// A positive divisor.
    ///
    /// # Panics
    /// When it is zero, like every integer division.
    #[must_use]
    pub fn new(den: i64, mode: Rounding) -> Self {
        debug_assert!(den > 0, "the divisor must be positive");
        let den = den.unsigned_abs();
        let shift = u64::BITS - den.saturating_sub(1).leading_zeros();
        let magic = (1_u128 << (63 + shift)).div_ceil(u128::from(den));
        // Between 2^63 and 2^64: `den` is more than half of `2^shift`, and at most all of it.
        let magic = u64::try_from(magic).unwrap_or(u64::MAX);
        Self { den, magic, shift, halves: Halves::new(den, mode) }
    }

    /// `num` divided and rounded; see [`divide_i64`].
    #[inline(always)]
    #[must_use]
    pub fn divide(&self, num: i64) -> i64 {
        let magnitude = num.unsigned_abs();
        // What else has no twice is the magnitude of `i64::MIN`.
        let quotient =
            if magnitude == 1 << 63 { magnitude / self.den } else { self.quotient(magnitude) };
        self.halves.round(num, quotient, self.den)
    }

    /// The same for a `num` that is not negative.
    #[inline(always)]
    #[must_use]
    pub fn divide_positive(&self, num: i64) -> i64 {
        debug_assert!(num >= 0, "the number must not be negative");
        let num = u64::from_ne_bytes(num.to_ne_bytes());
        let rounded = self.halves.magnitude(num, self.quotient(num), self.den);
        i64::from_ne_bytes(rounded.to_ne_bytes())
    }

    /// The quotient of a number below 2^63.
    #[inline(always)]
    fn quotient(&self, num: u64) -> u64 {
        high(num << 1, self.magic) >> self.shift
    }
}

/// The upper half of a product.
#[inline(always)]
fn high(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    u64::try_from(product >> 64).unwrap_or_default()
}

/// When a quotient goes up by one.
///
/// Every mode is one comparison of twice the rest: with the divisor for halves, where an odd
/// quotient counts as a little more if a half is to go to the even one; with zero for
/// [`Rounding::Ceil`]; and with more than any rest for [`Rounding::Floor`].
#[derive(Clone, Copy, Debug)]
struct Halves {
    /// 1 where an odd quotient decides a half.
    odd: u64,
    /// The most that twice the rest may be without going away from zero.
    most: u64,
}

impl Halves {
    #[inline(always)]
    fn new(den: u64, mode: Rounding) -> Self {
        let (odd, most) = match mode {
            Rounding::HalfAwayFromZero => (0, den.saturating_sub(1)),
            Rounding::HalfEven => (1, den),
            Rounding::Floor => (0, u64::MAX),
            Rounding::Ceil => (0, 0),
        };
        Self { odd, most }
    }

    /// From the quotient of the magnitude of `num` to the rounded one, with its sign.
    #[inline(always)]
    fn round(self, num: i64, quotient: u64, den: u64) -> i64 {
        let rounded = self.magnitude(num.unsigned_abs(), quotient, den);
        // With the sign of `num`: it turns all bits and adds one where it is negative. A magnitude
        // of 2^63 comes only from `i64::MIN`, whose sign brings it back.
        let sign = num >> 63;
        (i64::from_ne_bytes(rounded.to_ne_bytes()) ^ sign).wrapping_sub(sign)
    }

    /// The rounded quotient.
    #[inline(always)]
    fn magnitude(self, num: u64, quotient: u64, den: u64) -> u64 {
        let rest = num.wrapping_sub(quotient.wrapping_mul(den));
        // At most 2 * (i64::MAX - 1) and 1, which a u64 holds.
        let twice = rest.wrapping_mul(2);
        let away = twice.wrapping_add(quotient & self.odd) > self.most;
        quotient.wrapping_add(u64::from(away))
    }
}

/// `num / den`, rounded to a whole number; `den` is positive. Values that fit 64 bits take the
/// faster path of [`divide_i64`].
///
/// # Panics
/// As [`divide_i64`] does.
#[inline]
#[must_use]
pub fn divide_i128(num: i128, den: i128, mode: Rounding) -> i128 {
    if let (Ok(num), Ok(den)) = (i64::try_from(num), i64::try_from(den)) {
        i128::from(divide_i64(num, den, mode))
    } else {
        divide_wide(num, den, mode)
    }
}

fn divide_wide(num: i128, den: i128, mode: Rounding) -> i128 {
    debug_assert!(den > 0, "the divisor must be positive");
    let quotient = num / den;
    // Not `num % den`: that would be a second software division.
    let rest = num.wrapping_sub(quotient.wrapping_mul(den)).unsigned_abs();
    let twice = rest.wrapping_mul(2);
    let half = den.unsigned_abs();
    let away = match mode {
        Rounding::HalfAwayFromZero => twice >= half,
        Rounding::HalfEven => (twice > half) | ((twice == half) & (quotient & 1 != 0)),
        Rounding::Floor => false,
        Rounding::Ceil => rest != 0,
    };
    quotient.wrapping_add(i128::from(away).wrapping_mul((num >> 127) | 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tenths, and what each mode makes of them: half away, half even, floor, ceil.
    const TENTHS: [(i64, [i64; 4]); 9] = [
        (0, [0, 0, 0, 0]),
        (1, [0, 0, 0, 1]),
        (5, [1, 0, 0, 1]),
        (9, [1, 1, 0, 1]),
        (10, [1, 1, 1, 1]),
        (15, [2, 2, 1, 2]),
        (24, [2, 2, 2, 3]),
        (25, [3, 2, 2, 3]),
        (26, [3, 3, 2, 3]),
    ];

    #[test]
    fn each_mode_rounds_tenths_and_their_mirror() {
        for (tenths, expected) in TENTHS {
            for (mode, expected) in Rounding::ALL.into_iter().zip(expected) {
                assert_eq!(divide_i64(tenths, 10, mode), expected, "{tenths} {mode:?}");
                assert_eq!(divide_i64(-tenths, 10, mode), -expected, "-{tenths} {mode:?}");
                assert_eq!(Divisor::new(10, mode).divide(-tenths), -expected, "-{tenths} {mode:?}");
                let wide = i128::from(tenths) << 70;
                assert_eq!(divide_i128(wide, 10 << 70, mode), expected.into(), "{tenths} {mode:?}");
                assert_eq!(divide_i128(-wide, 10 << 70, mode), (-expected).into());
            }
        }
    }

    #[test]
    fn the_ends_of_the_types_do_not_overflow() {
        for mode in Rounding::ALL {
            assert_eq!(divide_i64(i64::MIN, 1, mode), i64::MIN);
            assert_eq!(divide_i64(i64::MAX, 1, mode), i64::MAX);
            assert_eq!(divide_i64(i64::MIN, 2, mode), i64::MIN / 2);
            assert_eq!(Divisor::new(2, mode).divide(i64::MIN), i64::MIN / 2);
            assert_eq!(divide_i128(i128::MIN, 1, mode), i128::MIN);
            assert_eq!(divide_i128(i128::MAX, i128::MAX, mode), 1);
            assert_eq!(divide_i128(i128::MIN, 2, mode), i128::MIN / 2);
        }
        // MIN / MAX is a little below -1, and MAX / 2 ends in a half.
        assert_eq!(divide_i64(i64::MIN, i64::MAX, Rounding::Ceil), -2);
        assert_eq!(divide_i64(i64::MIN, i64::MAX, Rounding::HalfAwayFromZero), -1);
        assert_eq!(divide_i64(i64::MAX, 2, Rounding::HalfAwayFromZero), 1 << 62);
        assert_eq!(divide_i128(i128::MIN, i128::MAX, Rounding::Ceil), -2);
        assert_eq!(divide_i128(i128::MIN, i128::MAX, Rounding::HalfEven), -1);
        assert_eq!(divide_i128(i128::MAX, 2, Rounding::HalfEven), 1 << 126);
    }

    #[test]
    fn a_divisor_made_ready_divides_as_any_other() {
        let mut dens = vec![3, 5, 7, 10, 100, 641, 1_000, 6_700_417, i64::MAX, i64::MAX - 1];
        dens.extend((0..63).flat_map(|bits| [1_i64 << bits, (1_i64 << bits) + 1]));
        for den in dens {
            // Where a quotient begins and ends, near zero and near the end of the type.
            let far = i64::MAX / den * den;
            for start in [0, den, far.saturating_sub(den), far] {
                for num in (-2..=2).filter_map(|by| start.checked_add(by)) {
                    for (num, mode) in
                        Rounding::ALL.iter().flat_map(|one| [(num, *one), (-num, *one)])
                    {
                        let ready = Divisor::new(den, mode).divide(num);
                        assert_eq!(ready, divide_i64(num, den, mode), "{num} / {den} {mode:?}");
                        if num >= 0 {
                            assert_eq!(Divisor::new(den, mode).divide_positive(num), ready);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn half_away_is_the_default() {
        assert_eq!(Rounding::default(), Rounding::HalfAwayFromZero);
    }
}
