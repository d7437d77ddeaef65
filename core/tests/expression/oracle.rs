//! What an expression is worth, by an evaluator of another kind: big rationals, text for dates,
//! Sakamoto's method for weekdays.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use guerdon::kernel::expression::{Expression, FactValue, Op};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

/// A value as the oracle has it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Plain {
    Bool(bool),
    Number(BigRational),
    Money(BigRational, String),
    Text(String),
    /// `2026-11-20`, which sorts as it should.
    Date(String),
    /// Microseconds since 1970.
    Instant(i64),
    /// Months, and microseconds.
    Duration(u32, i64),
    List(Vec<Option<Plain>>),
}

/// A value, unknown, or the code of a problem.
pub(crate) type Answer = Result<Option<Plain>, &'static str>;

pub(crate) fn oracle(expression: &Expression, facts: &BTreeMap<String, FactValue>) -> Answer {
    let value = match expression {
        Expression::Call { op, args } => return call(*op, args, facts),
        Expression::Fact(name) => return Ok(facts.get(name).map(plain)),
        Expression::List(items) => {
            let items: Result<_, _> = items.iter().map(|item| oracle(item, facts)).collect();
            Plain::List(items?)
        }
        Expression::Bool(value) => Plain::Bool(*value),
        Expression::Integer(value) => Plain::Number(whole(*value)),
        Expression::Decimal(value) => plain(&FactValue::Decimal(*value)),
        Expression::Money(value) => plain(&FactValue::Money(*value)),
        Expression::String(value) => Plain::Text(value.clone()),
        Expression::Date(value) => Plain::Date(value.to_string()),
        Expression::Instant(value) => Plain::Instant(value.micros()),
        Expression::Duration(value) => plain(&FactValue::Duration(*value)),
    };
    Ok(Some(value))
}

pub(crate) fn plain(value: &FactValue) -> Plain {
    match value {
        FactValue::Bool(value) => Plain::Bool(*value),
        FactValue::Integer(value) => Plain::Number(whole(*value)),
        FactValue::Decimal(value) => Plain::Number(decimal(&value.to_string())),
        FactValue::Ratio(value) => Plain::Number(value.0.to_big()),
        FactValue::Money(value) => {
            Plain::Money(decimal(&value.amount.to_string()), value.currency.to_string())
        }
        FactValue::Unrounded(value) => {
            Plain::Money(value.ratio.0.to_big(), value.currency.to_string())
        }
        FactValue::String(value) => Plain::Text(value.clone()),
        FactValue::Date(value) => Plain::Date(value.to_string()),
        FactValue::Instant(value) => Plain::Instant(value.micros()),
        FactValue::Duration(value) => Plain::Duration(
            value.months(),
            i64::from(value.days()) * 86_400_000_000 + value.micros(),
        ),
        FactValue::List(values) => Plain::List(values.iter().map(|one| Some(plain(one))).collect()),
    }
}

fn whole(value: i64) -> BigRational {
    BigRational::from_integer(value.into())
}

/// The digits without the point, over a power of ten.
fn decimal(text: &str) -> BigRational {
    let places = text.split_once('.').map_or(0, |(_, places)| places.len());
    let digits: BigInt = text.replace('.', "").parse().unwrap();
    BigRational::new(digits, BigInt::from(10).pow(u32::try_from(places).unwrap()))
}

fn call(op: Op, args: &[Expression], facts: &BTreeMap<String, FactValue>) -> Answer {
    match op {
        Op::And => {
            let mut unknown = false;
            for arg in args {
                match oracle(arg, facts)? {
                    Some(Plain::Bool(true)) => {}
                    Some(_) => return truth(false),
                    None => unknown = true,
                }
            }
            if unknown { Ok(None) } else { truth(true) }
        }
        Op::Or => {
            let mut unknown = false;
            for arg in args {
                match oracle(arg, facts)? {
                    Some(Plain::Bool(false)) => {}
                    Some(_) => return truth(true),
                    None => unknown = true,
                }
            }
            if unknown { Ok(None) } else { truth(false) }
        }
        Op::If => match oracle(&args[0], facts)? {
            Some(Plain::Bool(true)) => oracle(&args[1], facts),
            Some(_) => oracle(&args[2], facts),
            None => Ok(None),
        },
        Op::Exists => match &args[0] {
            Expression::Fact(name) => truth(facts.contains_key(name)),
            other => panic!("{other:?}"),
        },
        // These combine as they go: what is wrong with two arguments comes before the third.
        Op::Add | Op::Mul | Op::Min | Op::Max => {
            let first = oracle(&args[0], facts)?;
            args[1..].iter().try_fold(first, |left, arg| pair(op, left, oracle(arg, facts)?))
        }
        _ => {
            let values: Vec<Option<Plain>> =
                args.iter().map(|arg| oracle(arg, facts)).collect::<Result<_, _>>()?;
            match op {
                Op::In => member(values[0].as_ref(), values[1].as_ref()),
                Op::Contains => member(values[1].as_ref(), values[0].as_ref()),
                _ => match values.into_iter().collect::<Option<Vec<Plain>>>() {
                    Some(values) => strict(op, &values),
                    None => Ok(None),
                },
            }
        }
    }
}

fn truth(value: bool) -> Answer {
    Ok(Some(Plain::Bool(value)))
}

fn member(value: Option<&Plain>, list: Option<&Plain>) -> Answer {
    let Some(Plain::List(items)) = list else { return Ok(None) };
    let mut answer = Some(false);
    for item in items {
        match (value, item) {
            (Some(value), Some(item)) => {
                if equal(value, item)? {
                    return truth(true);
                }
            }
            _ => answer = None,
        }
    }
    Ok(answer.map(Plain::Bool))
}

fn equal(left: &Plain, right: &Plain) -> Result<bool, &'static str> {
    match (left, right) {
        (Plain::Money(_, ours), Plain::Money(_, theirs)) if ours != theirs => {
            Err("currency_mismatch")
        }
        _ => Ok(left == right),
    }
}

fn order(left: &Plain, right: &Plain) -> Result<Ordering, &'static str> {
    Ok(match (left, right) {
        (Plain::Number(left), Plain::Number(right)) => left.cmp(right),
        (Plain::Money(left, ours), Plain::Money(right, theirs)) if ours == theirs => {
            left.cmp(right)
        }
        (Plain::Money(..), Plain::Money(..)) => return Err("currency_mismatch"),
        (Plain::Date(left), Plain::Date(right)) => left.cmp(right),
        (Plain::Instant(left), Plain::Instant(right)) => left.cmp(right),
        (Plain::Duration(months, rest), Plain::Duration(other_months, other_rest)) => {
            let some_less = months < other_months || rest < other_rest;
            let some_more = months > other_months || rest > other_rest;
            match (some_less, some_more) {
                (true, true) => return Err("duration_unordered"),
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                (false, false) => Ordering::Equal,
            }
        }
        other => panic!("{other:?}"),
    })
}

fn pair(op: Op, left: Option<Plain>, right: Option<Plain>) -> Answer {
    let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
    let value = match op {
        Op::Min => {
            if order(&left, &right)?.is_le() {
                left
            } else {
                right
            }
        }
        Op::Max => {
            if order(&left, &right)?.is_ge() {
                left
            } else {
                right
            }
        }
        _ => match (op, left, right) {
            (Op::Add, Plain::Number(left), Plain::Number(right)) => Plain::Number(left + right),
            (Op::Add, Plain::Money(left, ours), Plain::Money(right, theirs)) => {
                if ours != theirs {
                    return Err("currency_mismatch");
                }
                Plain::Money(left + right, ours)
            }
            (Op::Mul, Plain::Number(left), Plain::Number(right)) => Plain::Number(left * right),
            (Op::Mul, Plain::Money(amount, currency), Plain::Number(factor))
            | (Op::Mul, Plain::Number(factor), Plain::Money(amount, currency)) => {
                Plain::Money(amount * factor, currency)
            }
            other => panic!("{other:?}"),
        },
    };
    Ok(Some(value))
}

fn strict(op: Op, values: &[Plain]) -> Answer {
    Ok(Some(match (op, values) {
        (Op::Not, [Plain::Bool(value)]) => Plain::Bool(!value),
        (Op::Eq, [left, right]) => Plain::Bool(equal(left, right)?),
        (Op::Ne, [left, right]) => Plain::Bool(!equal(left, right)?),
        (Op::Lt, [left, right]) => Plain::Bool(order(left, right)? == Ordering::Less),
        (Op::Gt, [left, right]) => Plain::Bool(order(left, right)? == Ordering::Greater),
        (Op::Lte, [left, right]) => Plain::Bool(order(left, right)? != Ordering::Greater),
        (Op::Gte, [left, right]) => Plain::Bool(order(left, right)? != Ordering::Less),
        (Op::StartsWith, [Plain::Text(text), Plain::Text(start)]) => {
            Plain::Bool(text.get(..start.len()) == Some(start))
        }
        (Op::Sub, [left, right]) => return pair(Op::Add, Some(left.clone()), Some(minus(right))),
        (Op::Neg, [value]) => minus(value),
        (Op::Abs, [Plain::Number(value)]) => Plain::Number(value.abs()),
        (Op::Abs, [Plain::Money(value, currency)]) => Plain::Money(value.abs(), currency.clone()),
        (Op::Div, [left, right]) => return quotient(left, right),
        (Op::LocalDate, [Plain::Instant(micros), _]) => Plain::Date(civil(*micros)),
        (Op::LocalHour, [Plain::Instant(micros), _]) => {
            Plain::Number(whole(micros.div_euclid(3_600_000_000).rem_euclid(24)))
        }
        (Op::Month, [Plain::Date(date)]) => Plain::Number(decimal(&date[5..7])),
        (Op::Weekday, [Plain::Date(date)]) => Plain::Text(weekday(date)),
        other => panic!("{other:?}"),
    }))
}

fn minus(value: &Plain) -> Plain {
    match value {
        Plain::Number(value) => Plain::Number(-value),
        Plain::Money(value, currency) => Plain::Money(-value, currency.clone()),
        other => panic!("{other:?}"),
    }
}

fn quotient(left: &Plain, right: &Plain) -> Answer {
    let (above, below, currency) = match (left, right) {
        (Plain::Money(above, ours), Plain::Money(below, theirs)) => {
            if ours != theirs {
                return Err("currency_mismatch");
            }
            (above, below, None)
        }
        (Plain::Money(above, ours), Plain::Number(below)) => (above, below, Some(ours.clone())),
        (Plain::Number(above), Plain::Number(below)) => (above, below, None),
        other => panic!("{other:?}"),
    };
    if below.is_zero() {
        return Err("division_by_zero");
    }
    let value = above / below;
    Ok(Some(match currency {
        Some(currency) => Plain::Money(value, currency),
        None => Plain::Number(value),
    }))
}

/// The date of an instant in UTC, by counting years and months off.
fn civil(micros: i64) -> String {
    let mut days = micros.div_euclid(86_400_000_000);
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut year = 1970;
    while days < 0 {
        year -= 1;
        days += if leap(year) { 366 } else { 365 };
    }
    while days >= if leap(year) { 366 } else { 365 } {
        days -= if leap(year) { 366 } else { 365 };
        year += 1;
    }
    let february = if leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

/// Sakamoto's method.
fn weekday(date: &str) -> String {
    let part = |range: std::ops::Range<usize>| date[range].parse::<usize>().unwrap();
    let (mut year, month, day) = (part(0..4), part(5..7), part(8..10));
    if month < 3 {
        year -= 1;
    }
    let shift = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4][month - 1];
    let names = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    names[(year + year / 4 - year / 100 + year / 400 + shift + day) % 7].to_owned()
}
