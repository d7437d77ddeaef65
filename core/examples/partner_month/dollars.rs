//! Amounts as whole cents, and as people read them.

use guerdon::Problem;
use guerdon::kernel::money::{Money, to_minor};

/// An amount in cents.
pub(crate) fn cents(money: Money) -> Result<i64, Problem> {
    to_minor(money.amount, money.currency)
}

/// Cents as dollars: `1,234.56`, with a minus below zero.
pub(crate) fn dollars(cents: i64) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let whole = cents.unsigned_abs();
    format!("{sign}{}.{:02}", grouped(whole / 100), whole % 100)
}

/// A whole number with commas: `1,234,567`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Cents as a label of an axis: `$1,500`, or `$1.5k` where that is shorter.
pub(crate) fn rounded(cents: i64) -> String {
    let sign = if cents < 0 { "\u{2212}" } else { "" };
    let dollars = cents.unsigned_abs() / 100;
    match dollars {
        0..1_000 => format!("{sign}${dollars}"),
        _ if dollars % 1_000 == 0 => format!("{sign}${}k", dollars / 1_000),
        _ => format!("{sign}${}.{}k", dollars / 1_000, dollars % 1_000 / 100),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_and_signed() {
        assert_eq!(dollars(0), "0.00");
        assert_eq!(dollars(-5), "-0.05");
        assert_eq!(dollars(123_456_789), "1,234,567.89");
        assert_eq!(rounded(-150_000), "\u{2212}$1.5k");
        assert_eq!(rounded(50_000), "$500");
    }
}
