use std::collections::HashSet;

use super::*;
use crate::kernel::problem::Code;

/// 2^127 - 1, the largest numerator of the small form, and its neighbours.
const MAX: Exact = Exact::from_integer(i128::MAX);
const MIN: Exact = Exact::from_integer(i128::MIN);

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

fn code(result: Result<Exact, Problem>) -> Code {
    result.unwrap_err().code
}

/// 2^(64 * steps).
fn power(steps: u32) -> Exact {
    (0..steps).fold(Exact::ONE, |power, _| power.checked_mul(&Exact::from(1_i128 << 64)).unwrap())
}

#[test]
fn sums_and_products_are_in_lowest_terms() {
    let cases = [
        (exact("1/6").checked_add(&exact("1/6")), (1, 3)),
        (exact("1/6").checked_add(&exact("1/3")), (1, 2)),
        (exact("1/6").checked_add(&exact("1/10")), (4, 15)),
        (exact("1/6").checked_add(&Exact::from(2)), (13, 6)),
        (Exact::from(2).checked_sub(&exact("1/6")), (11, 6)),
        (exact("1/6").checked_sub(&exact("1/6")), (0, 1)),
        (exact("4/9").checked_mul(&exact("3/8")), (1, 6)),
        (exact("4/9").checked_mul(&Exact::ZERO), (0, 1)),
        (exact("4/9").checked_div(&exact("-2/3")), (-2, 3)),
        (Exact::from(-6).checked_div(&Exact::from(-4)), (3, 2)),
        (Exact::ratio(6, -4), (-3, 2)),
        (Exact::from_scaled(-1250, 2), (-25, 2)),
    ];
    for (result, parts) in cases {
        assert_eq!(result.unwrap().as_small(), Some(parts));
    }
}

#[test]
fn numbers_grow_beyond_128_bits_and_come_back() {
    let above = MAX.checked_add(&Exact::ONE).unwrap();
    assert_eq!(above.as_small(), None);
    assert_eq!(above.to_string(), "170141183460469231731687303715884105728");
    assert_eq!(above.checked_sub(&Exact::ONE).unwrap(), MAX);
    assert_eq!(-&MIN, above);
    assert_eq!(-&above, MIN);
    assert_eq!((-&above).as_integer(), Some(i128::MIN));
    assert_eq!(MIN.abs(), above);
    let square = MAX.checked_mul(&MAX).unwrap();
    assert_eq!(square.checked_div(&MAX).unwrap(), MAX);
    assert_eq!(Exact::ONE.checked_div(&MIN).unwrap().checked_mul(&MIN).unwrap(), Exact::ONE);
    assert_eq!(Exact::ratio(i128::MIN, i128::MIN).unwrap(), Exact::ONE);
    assert_eq!(Exact::ratio(i128::MIN, -1).unwrap(), above);
    assert_eq!(Exact::ratio(1, i128::MIN).unwrap().checked_mul(&above).unwrap(), exact("-1"));
}

#[test]
fn size_is_bounded() {
    // 2^4032, and the last numbers with 4096 bits.
    let large = power(63);
    let top = large.checked_mul(&Exact::from(1_i128 << 63)).unwrap();
    assert!(top.checked_add(&top.checked_sub(&Exact::ONE).unwrap()).is_ok());
    assert_eq!(code(top.checked_add(&top)), OVERFLOW);
    assert_eq!(code((-&top).checked_sub(&top)), OVERFLOW);
    assert_eq!(code(large.checked_mul(&large)), OVERFLOW);
    let bottom = Exact::ONE.checked_div(&top).unwrap();
    assert_eq!(code(bottom.checked_div(&Exact::from(2))), OVERFLOW);
    assert_eq!(code(Exact::ONE.checked_div(&large).unwrap().checked_div(&large)), OVERFLOW);
    assert_eq!(code(Exact::from_scaled(1, u32::MAX)), OVERFLOW);
    assert_eq!(Exact::from_scaled(0, u32::MAX).unwrap(), Exact::ZERO);
    assert_eq!(code("9".repeat(1300).parse()), OVERFLOW);
    assert_eq!(code("1".repeat(1_000_000).parse()), OVERFLOW);
    assert_eq!(code(format!("0.{}1", "0".repeat(1300)).parse()), OVERFLOW);
}

#[test]
fn a_division_by_zero_is_a_problem() {
    assert_eq!(code(Exact::ONE.checked_div(&Exact::ZERO)), DIVISION_BY_ZERO);
    assert_eq!(code(Exact::ratio(0, 0)), DIVISION_BY_ZERO);
    assert_eq!(code("1/0".parse()), DIVISION_BY_ZERO);
}

#[test]
fn order_follows_the_value_in_both_forms() {
    // Ascending: whole numbers, fractions whose cross products overflow, and big ones.
    let near = Exact::ratio(i128::MAX - 1, i128::MAX).unwrap();
    let nearer = Exact::ratio(i128::MAX, i128::MAX - 1).unwrap();
    let ascending = [
        -&power(3),
        MIN,
        Exact::from(-2),
        -&nearer,
        Exact::from(-1),
        -&near,
        exact("-1/3"),
        Exact::ONE.checked_div(&-&power(3)).unwrap(),
        Exact::ZERO,
        Exact::ratio(1, i128::MAX).unwrap(),
        Exact::ratio(1, i128::MAX - 1).unwrap(),
        exact("1/3"),
        exact("0.34"),
        near,
        Exact::ONE,
        nearer,
        MAX.checked_sub(&exact("1/2")).unwrap(),
        MAX,
        power(3),
    ];
    for (i, left) in ascending.iter().enumerate() {
        for (j, right) in ascending.iter().enumerate() {
            assert_eq!(left.cmp(right), i.cmp(&j), "{left} {right}");
        }
        assert_eq!(left.signum().cmp(&0), left.cmp(&Exact::ZERO), "{left}");
        assert_eq!(left.abs(), left.max(&-left).clone(), "{left}");
    }
    let distinct: HashSet<Exact> = ascending.iter().chain(&ascending).cloned().collect();
    assert_eq!(distinct.len(), ascending.len());
}

#[test]
fn text_is_read_and_written_in_one_canonical_form() {
    let canonical = [
        ("007", "7"),
        ("-0.00", "0"),
        ("12.50", "12.5"),
        ("-0.05", "-0.05"),
        ("100", "100"),
        ("2/4", "0.5"),
        ("-1/3", "-1/3"),
        ("0/5", "0"),
        ("1/8", "0.125"),
        ("79228162514264337593543950335.5", "79228162514264337593543950335.5"),
        ("1/268435456", "0.0000000037252902984619140625"),
        ("1/536870912", "1/536870912"),
    ];
    for (text, expected) in canonical {
        assert_eq!(exact(text).to_string(), expected, "{text}");
        assert_eq!(exact(expected), exact(text));
    }
    let endings = exact("1/536870912");
    assert_eq!(endings.to_decimal_text().as_deref(), Some("0.00000000186264514923095703125"));
    assert_eq!(exact("1/3").to_decimal_text(), None);
    assert_eq!(format!("{:?}", exact("0.5")), "Exact(0.5)");
    // The longest decimals that the size limit allows can be read back.
    let tiny = Exact::ONE.checked_div(&power(63)).unwrap();
    assert_eq!(exact(&tiny.to_decimal_text().unwrap()), tiny);
    let long = power(63).checked_sub(&Exact::ONE).unwrap().checked_mul(&tiny).unwrap();
    assert_eq!(exact(&long.to_decimal_text().unwrap()), long);
}

#[test]
fn a_ratio_in_a_sentence_says_what_it_is_about() {
    // By long division, rounded half away from zero to four places, or to four digits.
    for (text, told) in [
        ("10/3", "10/3 (about 3.3333)"),
        ("-2/3", "-2/3 (about -0.6667)"),
        ("29999/30000", "29999/30000 (about 1.0000)"),
        ("1/30000", "1/30000 (about 0.00003333)"),
        ("1/1073741824", "1/1073741824 (about 0.0000000009313)"),
        ("12.5", "12.5"),
    ] {
        assert_eq!(format!("{:#}", exact(text)), told);
    }
    let tiny = Exact::ONE.checked_div(&power(3)).unwrap();
    assert!(format!("{tiny:#}").ends_with(" (about 0.0000000000000000000000000000)"), "{tiny:#}");
}

#[test]
fn other_forms_are_refused() {
    for text in [
        "", "-", "+1", "--1", "1.", ".5", "-.5", "1e3", "1_000", "1,5", " 1", "1 ", "1.2.3",
        "1/2/3", "1/", "/2", "1/-2", "1.5/2", "1/2.5", "0x10", "NaN", "inf", "٣",
    ] {
        let problem = text.parse::<Exact>().unwrap_err();
        assert_eq!(problem.code, NUMBER_MALFORMED, "{text}");
        assert_eq!(problem.message, format!("`{text}` is not a number"));
    }
}

#[test]
fn decimals_pass_both_ways_without_loss() {
    for text in ["0", "-12.5", "0.0000000000000000000000000001", "79228162514264337593543950335"] {
        let decimal: Decimal = text.parse().unwrap();
        assert_eq!(Exact::from(decimal), exact(text));
        assert_eq!(exact(text).to_decimal().unwrap().to_string(), text);
    }
    assert_eq!(Exact::from(Decimal::new(1_200, 3)).to_decimal().unwrap().to_string(), "1.2");
    assert_eq!(Exact::from(Decimal::MIN).to_decimal(), Some(Decimal::MIN));
    for text in ["1/3", "79228162514264337593543950336", "0.00000000000000000000000000001"] {
        assert_eq!(exact(text).to_decimal(), None, "{text}");
    }
    assert_eq!(power(3).to_decimal(), None);
}

#[test]
fn rounding_floor_and_ceil() {
    let big_half =
        MAX.checked_mul(&MAX).unwrap().checked_div(&MAX.checked_mul(&Exact::from(2)).unwrap());
    let cases = [
        (exact("2.5"), [3, 2, 2, 3], (2, 3)),
        (exact("-2.5"), [-3, -2, -2, -3], (-3, -2)),
        (exact("7"), [7, 7, 7, 7], (7, 7)),
        (exact("-1/3"), [0, 0, 0, -1], (-1, 0)),
        (
            big_half.unwrap(),
            [1 << 126, 1 << 126, (1 << 126) - 1, 1 << 126],
            ((1 << 126) - 1, 1 << 126),
        ),
    ];
    for (value, rounded, (floor, ceil)) in cases {
        for (mode, expected) in Rounding::ALL.into_iter().zip(rounded) {
            assert_eq!(value.round(mode).unwrap(), expected, "{value} {mode:?}");
        }
        assert_eq!(value.floor().as_integer(), Some(floor), "{value}");
        assert_eq!(value.ceil().as_integer(), Some(ceil), "{value}");
    }
}

#[test]
fn big_values_round_like_small_ones() {
    let tiny = Exact::ONE.checked_div(&power(3)).unwrap();
    let half = exact("2.5");
    let (above, below) = (half.checked_add(&tiny).unwrap(), half.checked_sub(&tiny).unwrap());
    let cases = [(above, [3, 3, 2, 3]), (below, [2, 2, 2, 3]), (tiny, [0, 0, 0, 1])];
    for (value, rounded) in cases {
        assert_eq!(value.as_small(), None);
        for (mode, expected) in Rounding::ALL.into_iter().zip(rounded) {
            assert_eq!(value.round(mode).unwrap(), expected, "{value} {mode:?}");
            assert_eq!((-&value).round(mode).unwrap(), -expected, "-{value} {mode:?}");
        }
    }
    // A big half: (2^192 + 1) / 2 is too large for an i128, and a half beside it is not.
    let beyond = power(3).checked_add(&Exact::ONE).unwrap().checked_div(&Exact::from(2)).unwrap();
    assert_eq!(beyond.round(Rounding::Floor).unwrap_err().code, OVERFLOW);
    let edge = MAX.checked_add(&exact("1/2")).unwrap();
    assert_eq!(edge.round(Rounding::Floor).unwrap(), i128::MAX);
    assert_eq!(edge.round(Rounding::HalfEven).unwrap_err().code, OVERFLOW);
    assert_eq!((-&edge).round(Rounding::HalfEven).unwrap(), i128::MIN);
    assert_eq!((-&edge).floor(), MIN);
    let even = edge.checked_sub(&Exact::ONE).unwrap();
    assert_eq!(even.as_small(), None);
    assert_eq!(even.round(Rounding::HalfEven).unwrap(), i128::MAX - 1);
    assert_eq!(even.round(Rounding::HalfAwayFromZero).unwrap(), i128::MAX);
}
