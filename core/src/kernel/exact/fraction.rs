//! The small form of an exact number: a reduced fraction of two i128, without allocation.
//!
//! Each operation gives `None` when it leaves the range, and the caller repeats it on big
//! integers. Sums and products of whole numbers, and sums over equal or whole denominators,
//! take no greatest common divisor that their result does not need; the others reduce before
//! they multiply (Knuth, The Art of Computer Programming, volume 2, section 4.5.1), which keeps
//! the intermediate values small and the divisors in 64 bits.

use std::cmp::Ordering;

use num_integer::Integer;

/// `num / den` in lowest terms with `den > 0`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Fraction {
    num: i128,
    den: i128,
}

impl Fraction {
    pub(super) const fn integer(num: i128) -> Self {
        Self { num, den: 1 }
    }

    /// From parts that are already in lowest terms, with `den > 0`.
    pub(super) fn reduced(num: i128, den: i128) -> Self {
        debug_assert!(den > 0 && num.gcd(&den) == 1, "{num}/{den} is not in lowest terms");
        Self { num, den }
    }

    /// `num / 10^scale`.
    pub(super) fn scaled(num: i128, scale: u32) -> Option<Self> {
        if scale == 0 {
            return Some(Self::integer(num));
        }
        let den = 10_i128.checked_pow(scale)?;
        let divisor = gcd(num, den);
        Some(Self { num: num / divisor, den: den / divisor })
    }

    #[inline]
    pub(super) const fn num(self) -> i128 {
        self.num
    }

    #[inline]
    pub(super) const fn den(self) -> i128 {
        self.den
    }

    #[inline]
    pub(super) fn add(self, other: Self) -> Option<Self> {
        if self.den == other.den {
            let num = self.num.checked_add(other.num)?;
            if self.den == 1 {
                return Some(Self::integer(num));
            }
            let divisor = gcd(num, self.den);
            return Some(Self { num: num / divisor, den: self.den / divisor });
        }
        // A whole number and a reduced fraction stay reduced.
        if other.den == 1 {
            let num = other.num.checked_mul(self.den)?.checked_add(self.num)?;
            return Some(Self { num, den: self.den });
        }
        if self.den == 1 {
            let num = self.num.checked_mul(other.den)?.checked_add(other.num)?;
            return Some(Self { num, den: other.den });
        }
        let shared = gcd(self.den, other.den);
        let (left, right) = (self.den / shared, other.den / shared);
        let num = self.num.checked_mul(right)?.checked_add(other.num.checked_mul(left)?)?;
        let divisor = gcd(num, shared);
        Some(Self { num: num / divisor, den: left.checked_mul(other.den / divisor)? })
    }

    #[inline]
    pub(super) fn multiply(self, other: Self) -> Option<Self> {
        if self.den == 1 && other.den == 1 {
            return Some(Self::integer(self.num.checked_mul(other.num)?));
        }
        let (num, other_den) = cancel(self.num, other.den);
        let (other_num, den) = cancel(other.num, self.den);
        Some(Self { num: num.checked_mul(other_num)?, den: den.checked_mul(other_den)? })
    }

    #[inline]
    pub(super) fn negated(self) -> Option<Self> {
        Some(Self { num: self.num.checked_neg()?, den: self.den })
    }

    /// `den / num`; `num` is not zero.
    #[inline]
    pub(super) fn reciprocal(self) -> Option<Self> {
        debug_assert!(self.num != 0, "zero has no reciprocal");
        // The denominator is positive, so its negation cannot overflow.
        let num = if self.num < 0 { -self.den } else { self.den };
        Some(Self { num, den: self.num.checked_abs()? })
    }

    #[inline]
    pub(super) fn compare(self, other: Self) -> Ordering {
        if self.den == other.den {
            return self.num.cmp(&other.num);
        }
        match (self.num.checked_mul(other.den), other.num.checked_mul(self.den)) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => compare_continued(self, other),
        }
    }

    /// The smallest `(mantissa, scale)` with `mantissa / 10^scale` equal to this, when there is
    /// one and the mantissa fits.
    pub(super) fn to_scaled(self) -> Option<(i128, u32)> {
        if self.den == 1 {
            return Some((self.num, 0));
        }
        let twos = self.den.trailing_zeros();
        let mut rest = self.den >> twos;
        let mut fives = 0;
        while rest % 5 == 0 {
            rest /= 5;
            fives += 1;
        }
        if rest != 1 {
            return None;
        }
        let scale = twos.max(fives);
        let missing =
            2_i128.checked_pow(scale - twos)?.checked_mul(5_i128.checked_pow(scale - fives)?)?;
        Some((self.num.checked_mul(missing)?, scale))
    }
}

/// Compares by the terms of the continued fractions: the whole parts first, then the
/// reciprocals of what is left, the other way round. Exact, and no product to overflow.
fn compare_continued(left: Fraction, right: Fraction) -> Ordering {
    let (mut left, mut right) = (left, right);
    loop {
        let whole = left.num.div_euclid(left.den).cmp(&right.num.div_euclid(right.den));
        let left_rest = left.num.rem_euclid(left.den);
        let right_rest = right.num.rem_euclid(right.den);
        if whole.is_ne() {
            return whole;
        }
        if left_rest == 0 || right_rest == 0 {
            return left_rest.cmp(&right_rest);
        }
        let turned = Fraction { num: right.den, den: right_rest };
        right = Fraction { num: left.den, den: left_rest };
        left = turned;
    }
}

/// Divides `num` and `den > 0` by their greatest common divisor.
#[inline]
fn cancel(num: i128, den: i128) -> (i128, i128) {
    if den == 1 {
        return (num, 1);
    }
    let divisor = gcd(num, den);
    if divisor == 1 { (num, den) } else { (num / divisor, den / divisor) }
}

/// The greatest common divisor of `num` and `den > 0`.
///
/// One remainder comes first, since `num` is usually the larger by far; the binary algorithm
/// then runs on 64 bits whenever it can.
#[inline]
fn gcd(num: i128, den: i128) -> i128 {
    if let Ok(den) = u64::try_from(den) {
        let rest = match u64::try_from(num.unsigned_abs()) {
            Ok(num) => num % den,
            // Smaller than `den`, so it always fits.
            Err(_) => u64::try_from(num.unsigned_abs() % u128::from(den)).unwrap_or(0),
        };
        return i128::from(rest.gcd(&den));
    }
    // Magnitude below `den`, so neither side is i128::MIN.
    (num % den).gcd(&den)
}
