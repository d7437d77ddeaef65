//! Exact numbers, rounding and allocation against oracles of another kind.
//!
//! - Arithmetic and order: unreduced pairs of big integers, cross-multiplied here.
//! - Text and rounding: the long division of the schoolbook, digit by digit.
//! - Allocation: units handed out one by one, each to the part that lacks most.
//!
//! The inputs lean towards the ends of i64 and i128, where one form gives way to the other.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod tries;

use std::cmp::Ordering;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use guerdon::kernel::allocation::{Part, allocate};
use guerdon::kernel::exact::Exact;
use guerdon::kernel::rounding::{Rounding, divide_i64, divide_i128};
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};
use proptest::prelude::*;
use proptest::sample::select;
use rust_decimal::Decimal;
use tries::tries;

/// The oracle's number: any two integers, the second positive, never reduced.
#[derive(Clone, Debug)]
struct Pair {
    num: BigInt,
    den: BigInt,
}

impl Pair {
    fn new(num: impl Into<BigInt>, den: impl Into<BigInt>) -> Self {
        let (num, den) = (num.into(), den.into());
        if den.is_negative() { Self { num: -num, den: -den } } else { Self { num, den } }
    }

    fn add(&self, other: &Self) -> Self {
        Self::new(&self.num * &other.den + &other.num * &self.den, &self.den * &other.den)
    }

    fn sub(&self, other: &Self) -> Self {
        Self::new(&self.num * &other.den - &other.num * &self.den, &self.den * &other.den)
    }

    fn mul(&self, other: &Self) -> Self {
        Self::new(&self.num * &other.num, &self.den * &other.den)
    }

    fn div(&self, other: &Self) -> Self {
        Self::new(&self.num * &other.den, &self.den * &other.num)
    }

    fn cmp(&self, other: &Self) -> Ordering {
        (&self.num * &other.den).cmp(&(&other.num * &self.den))
    }
}

/// Euclid's algorithm, by subtraction's quick form.
fn greatest_common_divisor(mut one: BigUint, mut other: BigUint) -> BigUint {
    while !other.is_zero() {
        (one, other) = (other.clone(), one % other);
    }
    one
}

/// `exact` has the value of `pair`, in the one form that this value has.
fn assert_same(exact: &Exact, pair: &Pair) {
    let (num, den) = exact.to_big().into_raw();
    assert_eq!(&num * &pair.den, &pair.num * &den, "{exact}");
    assert!(den.is_positive());
    assert_eq!(
        greatest_common_divisor(num.magnitude().clone(), den.magnitude().clone()),
        BigUint::from(1_u8)
    );
    assert_eq!(exact.as_small(), num.to_i128().zip(den.to_i128()));
    assert_eq!(exact.as_integer(), num.to_i128().filter(|_| den == BigInt::from(1)));
    assert_eq!(exact.is_zero(), num.is_zero());
    assert_eq!(exact.signum().cmp(&0), num.cmp(&BigInt::ZERO));
}

/// Decimal digits of `num / den`: the whole part, the first `places` digits after the point, and
/// whether anything is left. By hand, as in school, without the sign.
fn long_division(num: &BigInt, den: &BigInt, places: usize) -> (String, String, bool) {
    let mut rest = BigInt::ZERO;
    let mut whole = String::new();
    let mut after = String::new();
    let mut bring_down = |digit: u8, written: &mut String| {
        rest = &rest * 10 + digit;
        let mut times = b'0';
        while rest >= *den {
            rest -= den;
            times += 1;
        }
        written.push(char::from(times));
        !rest.is_zero()
    };
    for digit in num.magnitude().to_string().bytes() {
        bring_down(digit - b'0', &mut whole);
    }
    let mut left = bring_down(0, &mut after);
    for _ in 1..places {
        left = bring_down(0, &mut after);
    }
    (whole, after, left)
}

/// Rounds as one does on paper: by the first digit that is dropped and whether more follow.
fn schoolbook(num: &BigInt, den: &BigInt, mode: Rounding) -> BigInt {
    let (whole, dropped, more) = long_division(num, den, 1);
    let odd = whole.ends_with(['1', '3', '5', '7', '9']);
    let digit = dropped.chars().next().unwrap();
    let up = match mode {
        Rounding::HalfAwayFromZero => digit >= '5',
        Rounding::HalfEven => digit > '5' || (digit == '5' && (more || odd)),
        Rounding::Floor => false,
        Rounding::Ceil => digit != '0' || more,
    };
    let magnitude: BigUint = whole.parse::<BigUint>().unwrap() + u8::from(up);
    BigInt::from_biguint(if num.is_negative() { Sign::Minus } else { Sign::Plus }, magnitude)
}

/// A receiver in the oracle's allocation.
struct Receiver {
    lacks: Pair,
    key: u32,
    given: BigInt,
}

/// Hands out single units, each to the receiver that lacks most; the smaller key wins a tie. It
/// starts a few units below the exact shares, which saves the obvious ones.
fn one_by_one(total: &BigInt, split: &[(i128, i128, u32)]) -> Vec<BigInt> {
    let sum =
        split.iter().fold(Pair::new(0, 1), |sum, &(num, den, _)| sum.add(&Pair::new(num, den)));
    let whole = Pair::new(total.abs(), 1);
    let receiver = |&(num, den, key): &(i128, i128, u32)| {
        let due = whole.mul(&Pair::new(num, den)).div(&sum);
        let given = (due.num.div_floor(&due.den) - BigInt::from(3)).max(BigInt::ZERO);
        Receiver { lacks: due.sub(&Pair::new(given.clone(), 1)), key, given }
    };
    let mut receivers: Vec<Receiver> = split.iter().map(receiver).collect();
    let given: BigInt = receivers.iter().map(|receiver| &receiver.given).sum();
    for _ in 0..(total.abs() - given).to_usize().unwrap() {
        let neediest = receivers
            .iter_mut()
            .max_by(|one, other| one.lacks.cmp(&other.lacks).then(other.key.cmp(&one.key)))
            .unwrap();
        neediest.given += 1;
        neediest.lacks = neediest.lacks.sub(&Pair::new(1, 1));
    }
    receivers.into_iter().map(|receiver| receiver.given * total.signum()).collect()
}

/// Whole numbers of every size, often at or next to a limit.
fn integers() -> impl Strategy<Value = i128> {
    let limits = vec![
        0,
        i128::from(i64::MAX),
        i128::from(i64::MIN),
        i128::from(u64::MAX),
        1 << 96,
        10_i128.pow(28),
        i128::MAX,
        i128::MIN,
    ];
    prop_oneof![
        2 => -20..=20_i128,
        2 => (select(limits), -2..=2_i128).prop_map(|(limit, step)| limit.saturating_add(step)),
        1 => any::<i64>().prop_map(i128::from),
        // As many bits as any, and often many trailing zeros, for the common divisors.
        2 => (any::<i128>(), 0..127_u32, 0..64_u32).prop_map(|(n, down, up)| (n >> down) << up),
    ]
}

fn divisors() -> impl Strategy<Value = i128> {
    prop_oneof![
        integers().prop_filter("a divisor is not zero", |divisor| *divisor != 0),
        // Denominators that end as decimals, and shared ones.
        (0..=38_u32).prop_map(|places| 10_i128.pow(places)),
        select(vec![1_i128, 3, 7, 12, 360]),
    ]
}

fn positive() -> impl Strategy<Value = i128> {
    divisors().prop_map(|divisor| divisor.checked_abs().unwrap_or(i128::MAX))
}

fn decimals() -> impl Strategy<Value = Decimal> {
    let largest = Decimal::MAX.mantissa();
    (integers(), 0..=Decimal::MAX_SCALE).prop_map(move |(mantissa, scale)| {
        Decimal::from_i128_with_scale(mantissa.clamp(-largest, largest), scale)
    })
}

/// The same calculation in both: a start, and then steps of (operation, ratio).
fn calculations() -> impl Strategy<Value = (Exact, Pair)> {
    let step = (0..4_u8, integers(), divisors());
    (integers(), divisors(), prop::collection::vec(step, 0..6)).prop_map(|(num, den, steps)| {
        let mut exact = Exact::ratio(num, den).unwrap();
        let mut pair = Pair::new(num, den);
        for (operation, num, den) in steps {
            let (other, oracle) = (Exact::ratio(num, den).unwrap(), Pair::new(num, den));
            (exact, pair) = match operation {
                0 => (exact.checked_add(&other).unwrap(), pair.add(&oracle)),
                1 => (exact.checked_sub(&other).unwrap(), pair.sub(&oracle)),
                2 => (exact.checked_mul(&other).unwrap(), pair.mul(&oracle)),
                _ if num == 0 => (exact, pair),
                _ => (exact.checked_div(&other).unwrap(), pair.div(&oracle)),
            };
        }
        (exact, pair)
    })
}

/// Weights of every kind, some zero and at least one not, with distinct keys in any order.
fn splits() -> impl Strategy<Value = Vec<(i128, i128, u32)>> {
    let weight = prop_oneof![
        3 => (0..=12_i128, select(vec![1_i128, 3, 10])),
        2 => decimals().prop_map(|d| (d.mantissa().abs(), 10_i128.pow(d.scale()))),
        1 => (integers().prop_map(|n| n.saturating_abs()), positive()),
    ];
    prop::collection::vec(weight, 1..8)
        .prop_filter("one weight is not zero", |all| all.iter().any(|(num, _)| *num != 0))
        .prop_flat_map(|weights| {
            let keys: Vec<u32> = (0..).take(weights.len()).collect();
            (Just(weights), Just(keys).prop_shuffle())
        })
        .prop_map(|(weights, keys)| {
            weights.into_iter().zip(keys).map(|((num, den), key)| (num, den, key)).collect()
        })
}

proptest! {
    #![proptest_config(tries(1_000))]

    #[test]
    fn calculations_agree_with_cross_multiplication((exact, pair) in calculations()) {
        assert_same(&exact, &pair);
        assert_same(&-&exact, &Pair::new(-&pair.num, pair.den.clone()));
        assert_same(&exact.abs(), &Pair::new(pair.num.abs(), pair.den.clone()));
        assert_same(&exact.floor(), &Pair::new(pair.num.div_floor(&pair.den), 1));
        assert_same(&exact.ceil(), &Pair::new(pair.num.div_ceil(&pair.den), 1));
    }

    #[test]
    fn operations_on_large_results_agree(
        (left, left_pair) in calculations(),
        (right, right_pair) in calculations(),
    ) {
        assert_same(&left.checked_add(&right).unwrap(), &left_pair.add(&right_pair));
        assert_same(&left.checked_sub(&right).unwrap(), &left_pair.sub(&right_pair));
        assert_same(&left.checked_mul(&right).unwrap(), &left_pair.mul(&right_pair));
        if !right.is_zero() {
            assert_same(&left.checked_div(&right).unwrap(), &left_pair.div(&right_pair));
        }
        prop_assert_eq!(left.cmp(&right), left_pair.cmp(&right_pair));
        prop_assert_eq!(left == right, left_pair.cmp(&right_pair).is_eq());
    }

    #[test]
    fn a_value_hashes_alike_by_whatever_way_it_came(
        (exact, _) in calculations(),
        (detour, _) in calculations(),
    ) {
        let back = exact.checked_add(&detour).unwrap().checked_sub(&detour).unwrap();
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        prop_assert_eq!(&exact, &back);
        prop_assert_eq!(hasher.hash_one(&exact), hasher.hash_one(&back));
    }

    #[test]
    fn close_neighbours_keep_their_order(num in integers(), den in divisors(), step in -1..=1_i128) {
        // Fractions with almost the same terms: the hardest ones to compare.
        let (near, above) = (num.saturating_add(step), den.saturating_add(1));
        prop_assume!(above != 0);
        let (left, right) = (Exact::ratio(num, den).unwrap(), Exact::ratio(near, above).unwrap());
        prop_assert_eq!(left.cmp(&right), Pair::new(num, den).cmp(&Pair::new(near, above)));
    }

    #[test]
    fn text_reads_back_and_agrees_with_long_division((exact, pair) in calculations()) {
        prop_assert_eq!(&exact.to_string().parse::<Exact>().unwrap(), &exact);
        // Enough places for any denominator of 128 bits.
        if exact.as_small().is_some() {
            let (whole, after, endless) = long_division(&pair.num, &pair.den, 128);
            let (whole, after) = (whole.trim_start_matches('0'), after.trim_end_matches('0'));
            let sign = if exact.signum() < 0 { "-" } else { "" };
            let whole = if whole.is_empty() { "0" } else { whole };
            let point = if after.is_empty() { "" } else { "." };
            let text = (!endless).then(|| format!("{sign}{whole}{point}{after}"));
            prop_assert_eq!(exact.to_decimal_text(), text.clone());
            let (num, den) = exact.as_small().unwrap();
            let shown = text.filter(|_| after.len() <= 28).unwrap_or(format!("{num}/{den}"));
            prop_assert_eq!(exact.to_string(), shown);
        }
    }

    #[test]
    fn decimals_pass_without_loss(decimal in decimals()) {
        let exact = Exact::from(decimal);
        assert_same(&exact, &Pair::new(decimal.mantissa(), BigInt::from(10).pow(decimal.scale())));
        prop_assert_eq!(&exact, &decimal.to_string().parse::<Exact>().unwrap());
        let back = exact.to_decimal().unwrap();
        prop_assert_eq!(back, decimal);
        prop_assert_eq!(back.to_string(), exact.to_decimal_text().unwrap());
    }

    #[test]
    fn a_decimal_is_given_exactly_or_not_at_all((exact, pair) in calculations()) {
        // The same question by brute force: does any scale make a mantissa of 96 bits?
        let fits = (0..=Decimal::MAX_SCALE).find_map(|scale| {
            let (mantissa, rest) = (&pair.num * BigInt::from(10).pow(scale)).div_rem(&pair.den);
            (rest.is_zero() && mantissa.bits() <= 96).then_some((mantissa, scale))
        });
        let given = exact.to_decimal().map(|d| (BigInt::from(d.mantissa()), d.scale()));
        prop_assert_eq!(given, fits);
    }

    #[test]
    fn rounding_agrees_with_the_schoolbook(num in integers(), den in positive()) {
        for mode in Rounding::ALL {
            let expected = schoolbook(&num.into(), &den.into(), mode);
            prop_assert_eq!(BigInt::from(divide_i128(num, den, mode)), expected.clone());
            let exact = Exact::ratio(num, den).unwrap();
            prop_assert_eq!(BigInt::from(exact.round(mode).unwrap()), expected.clone());
            if let (Ok(num), Ok(den)) = (i64::try_from(num), i64::try_from(den)) {
                prop_assert_eq!(BigInt::from(divide_i64(num, den, mode)), expected);
            }
        }
    }

    #[test]
    fn rounding_of_any_exact_agrees_and_mirrors((exact, pair) in calculations()) {
        for mode in Rounding::ALL {
            let expected = schoolbook(&pair.num, &pair.den, mode);
            prop_assert_eq!(exact.round(mode).ok(), expected.to_i128());
            prop_assert_eq!((-&exact).round(mode).ok(), (-expected).to_i128());
        }
    }

    #[test]
    fn halves_and_their_neighbours_round_by_the_book(
        whole in integers(), half in positive(), step in -1..=1_i128,
    ) {
        // (whole + 1/2) and one step beside it, over any even denominator that fits.
        let half = (half >> 1).max(1);
        let den = half * 2;
        let Some(num) = whole.checked_mul(den).and_then(|n| n.checked_add(half + step)) else {
            return Ok(());
        };
        for mode in Rounding::ALL {
            let expected = schoolbook(&num.into(), &den.into(), mode);
            prop_assert_eq!(BigInt::from(divide_i128(num, den, mode)), expected);
        }
    }

    #[test]
    fn allocation_agrees_with_units_handed_out_one_by_one(
        total in integers(), split in splits(),
    ) {
        let parts: Vec<Part<u32>> = split
            .iter()
            .map(|&(num, den, key)| Part { weight: Exact::ratio(num, den).unwrap(), key })
            .collect();
        let shares = allocate(total, &parts).unwrap();
        let as_big: Vec<BigInt> = shares.iter().copied().map(BigInt::from).collect();
        prop_assert_eq!(&as_big, &one_by_one(&total.into(), &split));
        prop_assert_eq!(as_big.iter().sum::<BigInt>(), BigInt::from(total));
        for (share, (num, _, _)) in shares.iter().zip(&split) {
            prop_assert!(*num != 0 || *share == 0);
        }
        // The mirror, and any order of the parts, give the same.
        if let Some(opposite) = total.checked_neg() {
            let mirror: Vec<i128> = shares.iter().map(|units| -units).collect();
            prop_assert_eq!(allocate(opposite, &parts).unwrap(), mirror);
        }
        let reversed: Vec<Part<u32>> = parts.iter().rev().cloned().collect();
        let turned: Vec<i128> = shares.iter().rev().copied().collect();
        prop_assert_eq!(allocate(total, &reversed).unwrap(), turned);
    }
}
