//! Splitting a whole number of units by weights, so that the parts always sum to the whole.
//!
//! The method is largest remainder (Hamilton, 1792): every part gets its exact share rounded
//! towards zero, and the units left over go one each to the parts that lost most. Shares and
//! remainders are compared exactly. Equal remainders are decided by a key that the caller
//! gives, and never by position, so that the order of the input cannot move a cent.
//!
//! Two things follow from the method and need no rule of their own. The remainders sum to the
//! units left over, and each is less than one unit, so there are always enough parts with a
//! remainder: a weight of zero, which has none, never gets a unit. And a negative total is the
//! exact mirror of the positive one, since only the magnitude is split.

use num_bigint::BigUint;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{CheckedAdd, CheckedMul, ToPrimitive};

use super::exact::{Exact, MAX_BITS, OVERFLOW, overflow};
use super::problem::Problem;

crate::codes! {
    /// There is nothing to split by: no weights, or all of them are zero.
    WEIGHTS_SUM_TO_ZERO = "weights_sum_to_zero";
    /// A weight is below zero.
    WEIGHT_NEGATIVE = "weight_negative";
    /// Two parts with the same key and the same remainder compete for the last unit.
    ALLOCATION_KEY_AMBIGUOUS = "allocation_key_ambiguous";
}

/// One receiver of an allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<K> {
    /// How much it weighs beside the others; never negative. Only the proportions matter.
    pub weight: Exact,
    /// Decides between equal remainders: the smaller key is served first.
    pub key: K,
}

/// Splits `total` units by weight; the answer has one number for each part, in their order.
///
/// ```
/// use guerdon::kernel::allocation::{Part, allocate};
///
/// let parts = ["80", "8", "12"].map(|weight| Part { weight: weight.parse().unwrap(), key: weight });
/// assert_eq!(allocate(15, &parts).unwrap(), [12, 1, 2]);
/// assert_eq!(allocate(-15, &parts).unwrap(), [-12, -1, -2]);
/// ```
///
/// # Errors
/// - `weights_sum_to_zero` without a part of positive weight, even for a total of zero;
/// - `weight_negative`, at the JSON pointer of the weight in `parts`;
/// - `allocation_key_ambiguous` when the last unit could go to either of two parts with the
///   same key;
/// - `overflow` when the weights have no common denominator within [`MAX_BITS`].
pub fn allocate<K: Ord>(total: i128, parts: &[Part<K>]) -> Result<Vec<i128>, Problem> {
    check(parts)?;
    let magnitude = total.unsigned_abs();
    let small = small_weights(parts).and_then(|weights| divide(magnitude, &weights));
    let shares = match small {
        Some(shares) => finish(magnitude, shares, parts)?,
        None => {
            let shares = divide(BigUint::from(magnitude), &big_weights(parts)?);
            finish(magnitude, shares.ok_or_else(overflow)?, parts)?
        }
    };
    // No share is larger than the total, so neither direction can wrap.
    Ok(if total < 0 {
        shares.into_iter().map(|units| 0_i128.wrapping_sub_unsigned(units)).collect()
    } else {
        shares.into_iter().map(|units| 0_i128.wrapping_add_unsigned(units)).collect()
    })
}

fn check<K>(parts: &[Part<K>]) -> Result<(), Problem> {
    for (position, part) in parts.iter().enumerate() {
        if part.weight.signum() < 0 {
            return Err(Problem::new(
                WEIGHT_NEGATIVE,
                format!("`{}` is a negative weight", part.weight),
                "give weights of zero or more; a negative total is split by the same weights",
            )
            .under("weight")
            .under(position));
        }
    }
    if parts.iter().all(|part| part.weight.is_zero()) {
        return Err(Problem::new(
            WEIGHTS_SUM_TO_ZERO,
            "the weights of the split sum to zero",
            "give at least one part a weight above zero",
        ));
    }
    Ok(())
}

/// The weights as whole numbers over one denominator, if everything stays within 128 bits.
fn small_weights<K>(parts: &[Part<K>]) -> Option<Vec<u128>> {
    let mut common = 1_u128;
    for part in parts {
        let (_, den) = part.weight.as_small()?;
        let den = den.unsigned_abs();
        if common % den != 0 {
            common = (common / common.gcd(&den)).checked_mul(den)?;
        }
    }
    let scaled = |part: &Part<K>| {
        let (num, den) = part.weight.as_small()?;
        num.unsigned_abs().checked_mul(common / den.unsigned_abs())
    };
    parts.iter().map(scaled).collect()
}

/// The same without that limit.
fn big_weights<K>(parts: &[Part<K>]) -> Result<Vec<BigUint>, Problem> {
    let weights: Vec<BigRational> = parts.iter().map(|part| part.weight.to_big()).collect();
    let mut common = BigUint::from(1_u8);
    for weight in &weights {
        common = common.lcm(weight.denom().magnitude());
        // Each further weight could double the work without a bound.
        if common.bits() > MAX_BITS {
            return Err(Problem::new(
                OVERFLOW,
                "the weights of the split have no common denominator of reasonable size",
                "give the weights as decimals or as whole numbers",
            ));
        }
    }
    let scaled =
        |weight: &BigRational| weight.numer().magnitude() * (&common / weight.denom().magnitude());
    Ok(weights.iter().map(scaled).collect())
}

/// A share rounded towards zero, and what that lost, in units over the sum of the weights.
struct Share<N> {
    units: u128,
    remainder: N,
}

/// `total * weight / sum` for each weight, or `None` when `N` is too small for that. The sum
/// is positive.
fn divide<N>(total: N, weights: &[N]) -> Option<Vec<Share<N>>>
where
    N: Integer + CheckedAdd + CheckedMul + ToPrimitive,
{
    let sum = weights.iter().try_fold(N::zero(), |sum, weight| sum.checked_add(weight))?;
    let share = |weight: &N| {
        let (units, remainder) = total.checked_mul(weight)?.div_rem(&sum);
        Some(Share { units: units.to_u128()?, remainder })
    };
    weights.iter().map(share).collect()
}

/// Gives the units left over to the largest remainders.
fn finish<N: Ord, K: Ord>(
    total: u128,
    mut shares: Vec<Share<N>>,
    parts: &[Part<K>],
) -> Result<Vec<u128>, Problem> {
    let given: u128 = shares.iter().map(|share| share.units).sum();
    // Fewer than there are parts.
    let left = usize::try_from(total - given).unwrap_or(usize::MAX);
    if left > 0 {
        let mut queue: Vec<(&mut Share<N>, &K)> =
            shares.iter_mut().zip(parts.iter().map(|part| &part.key)).collect();
        queue.sort_unstable_by(|(one, one_key), (other, other_key)| {
            other.remainder.cmp(&one.remainder).then_with(|| one_key.cmp(other_key))
        });
        if let (Some((last, last_key)), Some((next, next_key))) =
            (queue.get(left - 1), queue.get(left))
        {
            if last.remainder == next.remainder && last_key == next_key {
                return Err(ambiguous());
            }
        }
        for (share, _) in queue.into_iter().take(left) {
            share.units += 1;
        }
    }
    Ok(shares.into_iter().map(|share| share.units).collect())
}

fn ambiguous() -> Problem {
    Problem::new(
        ALLOCATION_KEY_AMBIGUOUS,
        "two parts with the same key and the same remainder compete for the last unit",
        "give each part of the split a key of its own",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parts keyed by their position.
    fn parts(weights: &[&str]) -> Vec<Part<usize>> {
        let part = |(key, weight): (usize, &&str)| Part { weight: weight.parse().unwrap(), key };
        weights.iter().enumerate().map(part).collect()
    }

    #[test]
    fn published_splits() {
        // The first is ours (others give 13, 1, 1); the rest from the tests and issues of
        // brick/money.
        let cases: [(i128, &[&str], &[i128]); 3] = [
            (15, &["80", "8", "12"], &[12, 1, 2]),
            (10_000, &["30", "20", "40", "40"], &[2_308, 1_538, 3_077, 3_077]),
            (22_000, &["445455", "9091", "545455"], &[9_800, 200, 12_000]),
        ];
        for (total, weights, expected) in cases {
            assert_eq!(allocate(total, &parts(weights)).unwrap(), expected);
            let mirror: Vec<i128> = expected.iter().map(|units| -units).collect();
            assert_eq!(allocate(-total, &parts(weights)).unwrap(), mirror);
        }
    }

    #[test]
    fn ties_go_by_key_and_not_by_position() {
        let thirds = |keys: [&'static str; 3]| keys.map(|key| Part { weight: Exact::ONE, key });
        assert_eq!(allocate(11, &thirds(["a", "b", "c"])).unwrap(), [4, 4, 3]);
        assert_eq!(allocate(11, &thirds(["c", "a", "b"])).unwrap(), [3, 4, 4]);
        assert_eq!(allocate(-10, &thirds(["c", "b", "a"])).unwrap(), [-3, -3, -4]);
    }

    #[test]
    fn the_same_key_twice_matters_only_where_it_decides() {
        let keyed = |keys: [u8; 3]| keys.map(|key| Part { weight: Exact::ONE, key });
        assert_eq!(allocate(9, &keyed([1, 1, 1])).unwrap(), [3, 3, 3]);
        assert_eq!(allocate(11, &keyed([1, 2, 1])).unwrap(), [4, 3, 4]);
        let uneven = ["0.6", "0.4"].map(|weight| Part { weight: weight.parse().unwrap(), key: 1 });
        assert_eq!(allocate(1, &uneven).unwrap(), [1, 0]);
        let problem = allocate(10, &keyed([1, 2, 1])).unwrap_err();
        assert_eq!(problem.code, ALLOCATION_KEY_AMBIGUOUS);
    }

    #[test]
    fn a_zero_weight_gets_nothing() {
        assert_eq!(allocate(11, &parts(&["0", "1", "0", "1", "1"])).unwrap(), [0, 4, 0, 4, 3]);
        assert_eq!(allocate(1, &parts(&["0", "0.0001"])).unwrap(), [0, 1]);
    }

    #[test]
    fn the_whole_range_of_totals_is_split() {
        for total in [i128::MIN, i128::MIN + 1, -1, 0, 1, i128::MAX] {
            assert_eq!(allocate(total, &parts(&["0.7"])).unwrap(), [total]);
            let split = allocate(total, &parts(&["1", "1/3", "0.0000000001"])).unwrap();
            assert_eq!(split.iter().sum::<i128>(), total);
        }
    }

    #[test]
    fn weights_of_any_size_are_exact() {
        // A weight that is a hair above a third takes the unit, 28 places down.
        let hair = ["0.3333333333333333333333333333", "0.3333333333333333333333333334"];
        assert_eq!(allocate(1, &parts(&hair)).unwrap(), [0, 1]);
        assert_eq!(allocate(-1, &parts(&hair)).unwrap(), [0, -1]);
        // Beyond 128 bits: 28 digits before the point beside 28 after it.
        let mixed = ["9999999999999999999999999999", "0.0000000000000000000000000001"];
        assert_eq!(allocate(10_i128.pow(30), &parts(&mixed)).unwrap(), [10_i128.pow(30), 0]);
        let big = "9".repeat(60);
        assert_eq!(allocate(100, &parts(&[&big, "1/3", &big])).unwrap(), [50, 0, 50]);
    }

    #[test]
    fn weights_that_cannot_split_are_refused() {
        let code = |weights: &[&str]| allocate(5, &parts(weights)).unwrap_err().code;
        assert_eq!(code(&[]), WEIGHTS_SUM_TO_ZERO);
        assert_eq!(code(&["0", "0.00"]), WEIGHTS_SUM_TO_ZERO);
        let problem = allocate(5, &parts(&["1", "-1/3"])).unwrap_err();
        assert_eq!((problem.code, problem.path.as_str()), (WEIGHT_NEGATIVE, "/1/weight"));
        // Coprime denominators of 100 digits each.
        let wild: Vec<String> =
            (1..80).map(|extra| format!("1/1{}{extra:03}", "0".repeat(96))).collect();
        let wild: Vec<&str> = wild.iter().map(String::as_str).collect();
        assert_eq!(code(&wild), OVERFLOW);
    }
}
