//! Expressions against an evaluator of another kind.
//!
//! The oracle walks the document itself, on big rationals and plain options: Kleene's tables,
//! schoolbook fractions, text for dates and Sakamoto's method for weekdays. It shares no code
//! with the compiler and knows nothing of types, because the trees it gets are well-typed.
//! Ill-typed trees are made as well; of those only one thing is asked, that they are refused.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(clippy::panic, reason = "the oracle panics on what the generator never makes")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a wrong index is a failed test")]

mod tries;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use guerdon::kernel::calendar::{Instant, Span};
use guerdon::kernel::document::{Limits, parse, to_json};
use guerdon::kernel::exact::Exact;
use guerdon::kernel::expression::{
    Expression, FactId, FactSource, FactType, FactValue, FactValues, ItemType, Op, Outcome,
    ValueRef, Vocabulary, compile, infer,
};
use guerdon::kernel::money::to_minor;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use proptest::prelude::*;
use tries::tries;

/// A value as the oracle has it.
#[derive(Clone, Debug, PartialEq)]
enum Plain {
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
type Answer = Result<Option<Plain>, &'static str>;

fn oracle(expression: &Expression, facts: &BTreeMap<String, FactValue>) -> Answer {
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

fn plain(value: &FactValue) -> Plain {
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

/// Choices read off a list of bytes; zero when they run out, so that trees end.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[usize::from(self.0.next().copied().unwrap_or(0)) % from.len()]
    }

    fn many(&mut self, least: usize) -> usize {
        least + self.pick(&[0, 1, 2])
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Sort {
    Bool,
    Integer,
    Decimal,
    Money,
    Text,
    Date,
    Instant,
    Duration,
}

use Sort::{Bool, Date, Decimal, Duration, Instant as Moment, Integer, Money, Text};

const SINGLE: [Sort; 8] = [Bool, Integer, Decimal, Money, Text, Date, Moment, Duration];

const NUMBERS: [&str; 8] = ["0", "1", "-2", "0.5", "3.25", "-0.01", "100", "12345678.9"];
const WORDS: [&str; 5] = ["", "a", "ab", "web", "web-de"];
const DATES: [&str; 4] = ["2026-11-20", "2024-02-29", "1999-12-31", "2026-03-01"];
const MOMENTS: [&str; 4] = [
    "2026-11-20T10:00:00Z",
    "1969-12-31T23:59:59.999999Z",
    "2024-02-29T00:00:00Z",
    "2000-12-31T23:00:00-02:00",
];
const SPANS: [&str; 6] = ["PT0S", "P1D", "PT24H", "P1M", "P30D", "P1Y"];

fn leaf(sort: Sort, choices: &mut Choices<'_>) -> Expression {
    match sort {
        Bool => Expression::Bool(choices.pick(&[true, false])),
        Integer => Expression::Integer(choices.pick(&[0, 1, -2, 7, 9_007_199_254_740_991])),
        Decimal => Expression::Decimal(choices.pick(&NUMBERS).parse().unwrap()),
        Money => match FactValue::amount(exact(choices), "EUR".parse().unwrap()) {
            FactValue::Money(money) => Expression::Money(money),
            other => panic!("{other}"),
        },
        Text => Expression::String(choices.pick(&WORDS).to_owned()),
        Date => Expression::Date(choices.pick(&DATES).parse().unwrap()),
        Moment => Expression::Instant(choices.pick(&MOMENTS).parse::<Instant>().unwrap()),
        Duration => Expression::Duration(choices.pick(&SPANS).parse::<Span>().unwrap()),
    }
}

fn exact(choices: &mut Choices<'_>) -> Exact {
    choices.pick(&NUMBERS).parse().unwrap()
}

const fn word(sort: Sort) -> &'static str {
    match sort {
        Bool => "bool",
        Integer => "integer",
        Decimal => "decimal",
        Money => "money",
        Text => "string",
        Date => "date",
        Moment => "instant",
        Duration => "duration",
    }
}

fn tree(sort: Sort, depth: usize, choices: &mut Choices<'_>) -> Expression {
    match choices.pick(&[0, 1, 2, 3, 4, 5]) {
        _ if depth == 0 => terminal(sort, choices),
        0 => terminal(sort, choices),
        1 => Expression::call(
            Op::If,
            [
                tree(Bool, depth - 1, choices),
                tree(sort, depth - 1, choices),
                tree(sort, depth - 1, choices),
            ],
        ),
        _ => operation(sort, depth - 1, choices),
    }
}

/// A literal, or one of two facts of that type.
fn terminal(sort: Sort, choices: &mut Choices<'_>) -> Expression {
    match choices.pick(&[0, 1, 2]) {
        0 => leaf(sort, choices),
        one => Expression::fact(format!("{}.{one}", word(sort))),
    }
}

fn operation(sort: Sort, depth: usize, choices: &mut Choices<'_>) -> Expression {
    match sort {
        Bool => decision(depth, choices),
        Integer => match choices.pick(&[0, 1, 2]) {
            0 => Expression::call(Op::Month, [tree(Date, depth, choices)]),
            1 => Expression::call(Op::LocalHour, [tree(Moment, depth, choices), utc()]),
            _ => {
                arithmetic(Integer, &[Op::Add, Op::Mul, Op::Min, Op::Sub, Op::Abs], depth, choices)
            }
        },
        Decimal => match choices.pick(&[0, 1, 2]) {
            0 => Expression::call(
                Op::Div,
                [tree(Money, depth, choices), tree(Money, depth, choices)],
            ),
            _ => arithmetic(
                Decimal,
                &[Op::Div, Op::Add, Op::Mul, Op::Max, Op::Sub, Op::Neg, Op::Min],
                depth,
                choices,
            ),
        },
        Money => match choices.pick(&[0, 1, 2]) {
            0 => Expression::call(
                choices.pick(&[Op::Mul, Op::Div]),
                [tree(Money, depth, choices), number(depth, choices)],
            ),
            _ => arithmetic(
                Money,
                &[Op::Add, Op::Sub, Op::Min, Op::Max, Op::Neg, Op::Abs],
                depth,
                choices,
            ),
        },
        Text => Expression::call(Op::Weekday, [tree(Date, depth, choices)]),
        Date => match choices.pick(&[0, 1]) {
            0 => Expression::call(Op::LocalDate, [tree(Moment, depth, choices), utc()]),
            _ => arithmetic(Date, &[Op::Min, Op::Max], depth, choices),
        },
        Moment => arithmetic(Moment, &[Op::Min, Op::Max], depth, choices),
        Duration => terminal(Duration, choices),
    }
}

fn utc() -> Expression {
    Expression::String("UTC".to_owned())
}

fn number(depth: usize, choices: &mut Choices<'_>) -> Expression {
    let sort = choices.pick(&[Integer, Decimal]);
    tree(sort, depth, choices)
}

fn arithmetic(sort: Sort, ops: &[Op], depth: usize, choices: &mut Choices<'_>) -> Expression {
    let op = choices.pick(ops);
    let count = match op {
        Op::Neg | Op::Abs => 1,
        Op::Sub | Op::Div => 2,
        _ => choices.many(2).min(3),
    };
    let args: Vec<Expression> = (0..count)
        .map(|_| if sort == Decimal { number(depth, choices) } else { tree(sort, depth, choices) })
        .collect();
    Expression::call(op, args)
}

fn decision(depth: usize, choices: &mut Choices<'_>) -> Expression {
    let sort = choices.pick(&SINGLE);
    match choices.pick(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
        0 | 1 => {
            let op = choices.pick(&[Op::And, Op::Or]);
            let count = choices.many(1);
            let args: Vec<_> = (0..count).map(|_| tree(Bool, depth, choices)).collect();
            Expression::call(op, args)
        }
        2 => Expression::call(Op::Not, [tree(Bool, depth, choices)]),
        3 => Expression::call(Op::Exists, [Expression::fact(format!("{}.1", word(sort)))]),
        4 => Expression::call(
            Op::StartsWith,
            [tree(Text, depth, choices), tree(Text, depth, choices)],
        ),
        5 => {
            let count = choices.many(0);
            let items: Vec<_> = (0..count).map(|_| tree(sort, depth, choices)).collect();
            Expression::call(Op::In, [tree(sort, depth, choices), Expression::List(items)])
        }
        6 => {
            let list = Expression::fact(format!("list.{}", word(sort)));
            Expression::call(Op::Contains, [list, tree(sort, depth, choices)])
        }
        7 => {
            let fact = Expression::fact(format!("{}.{}", word(sort), choices.pick(&[1, 2])));
            Expression::call(comparison(sort, choices), [fact, leaf(sort, choices)])
        }
        _ => {
            let op = comparison(sort, choices);
            let other = match sort {
                Integer => Decimal,
                Decimal => Integer,
                same => same,
            };
            Expression::call(op, [tree(sort, depth, choices), tree(other, depth, choices)])
        }
    }
}

fn comparison(sort: Sort, choices: &mut Choices<'_>) -> Op {
    let ops = [Op::Eq, Op::Ne, Op::Lt, Op::Lte, Op::Gt, Op::Gte];
    choices.pick(if matches!(sort, Bool | Text) { &ops[..2] } else { &ops })
}

/// Two facts of each type and a list of each; the second money is declared in euros.
fn vocabulary() -> Vocabulary {
    let mut facts = Vocabulary::new();
    for (sort, of, item) in [
        (Bool, FactType::Bool {}, ItemType::Bool),
        (Integer, FactType::Integer {}, ItemType::Integer),
        (Decimal, FactType::Decimal {}, ItemType::Decimal),
        (Money, FactType::Money { currency: None }, ItemType::Money),
        (Text, FactType::String {}, ItemType::String),
        (Date, FactType::Date {}, ItemType::Date),
        (Moment, FactType::Instant {}, ItemType::Instant),
        (Duration, FactType::Duration {}, ItemType::Duration),
    ] {
        let euros = FactType::Money { currency: "EUR".parse().ok() };
        facts.declare(&format!("{}.1", word(sort)), of).unwrap();
        facts
            .declare(&format!("{}.2", word(sort)), if sort == Money { euros } else { of })
            .unwrap();
        facts.declare(&format!("list.{}", word(sort)), FactType::List { of: item }).unwrap();
    }
    facts
}

fn value(sort: Sort, choices: &mut Choices<'_>) -> FactValue {
    match leaf(sort, choices) {
        Expression::Bool(value) => FactValue::Bool(value),
        Expression::Integer(value) => FactValue::Integer(value),
        Expression::Decimal(value) => FactValue::Decimal(value),
        Expression::Money(value) => FactValue::Money(value),
        Expression::String(value) => FactValue::String(value),
        Expression::Date(value) => FactValue::Date(value),
        Expression::Instant(value) => FactValue::Instant(value),
        Expression::Duration(value) => FactValue::Duration(value),
        other => panic!("{other:?}"),
    }
}

/// A value for each fact, or none; the undeclared money now and then in another currency, or a
/// third of something.
fn known(choices: &mut Choices<'_>, every_one: bool) -> BTreeMap<String, FactValue> {
    let mut values = BTreeMap::new();
    for sort in SINGLE {
        for slot in ["1", "2"] {
            if every_one || choices.pick(&[true, true, false]) {
                values.insert(format!("{}.{slot}", word(sort)), value(sort, choices));
            }
        }
        if every_one || choices.pick(&[true, false]) {
            let count = choices.many(0);
            let items = (0..count).map(|_| value(sort, choices)).collect();
            values.insert(format!("list.{}", word(sort)), FactValue::List(items));
        }
    }
    let third = Exact::ratio(1, 3).unwrap().checked_mul(&exact(choices)).unwrap();
    if choices.pick(&[false, false, true]) {
        values.insert("decimal.1".to_owned(), FactValue::number(third.clone()));
    }
    match choices.pick(&[0, 0, 1, 2]) {
        0 => {}
        1 => {
            let dollars = FactValue::amount(exact(choices), "USD".parse().unwrap());
            values.insert("money.1".to_owned(), dollars);
        }
        _ => {
            let euros = FactValue::amount(third, "EUR".parse().unwrap());
            values.insert("money.1".to_owned(), euros);
        }
    }
    values
}

fn facts<'v>(facts: &'v Vocabulary, known: &BTreeMap<String, FactValue>) -> FactValues<'v> {
    let mut values = FactValues::new(facts);
    values.set_all(known.clone()).unwrap();
    values
}

/// Lends amounts of whole cents as such, as hosts with integer columns do.
struct Cents<'v>(FactValues<'v>);

impl FactSource for Cents<'_> {
    fn fact(&self, id: FactId) -> Option<ValueRef<'_>> {
        match self.0.fact(id)? {
            ValueRef::Money(money) => Some(match to_minor(money.amount, money.currency) {
                Ok(cents) => ValueRef::Minor(cents, money.currency),
                Err(_) => ValueRef::Money(money),
            }),
            other => Some(other),
        }
    }
}

const fn declared(sort: Sort) -> FactType {
    match sort {
        Bool => FactType::Bool {},
        Integer => FactType::Integer {},
        Decimal => FactType::Decimal {},
        Money => FactType::Money { currency: None },
        Text => FactType::String {},
        Date => FactType::Date {},
        Moment => FactType::Instant {},
        Duration => FactType::Duration {},
    }
}

fn asks(expression: &Expression) -> bool {
    match expression {
        Expression::Call { op: Op::Exists, .. } => true,
        Expression::Call { args: parts, .. } | Expression::List(parts) => parts.iter().any(asks),
        _ => false,
    }
}

/// Any nodes at all.
fn nonsense(depth: usize, choices: &mut Choices<'_>) -> Expression {
    let ops = [
        Op::And,
        Op::Or,
        Op::Not,
        Op::Eq,
        Op::Ne,
        Op::Lt,
        Op::Lte,
        Op::Gt,
        Op::Gte,
        Op::In,
        Op::Contains,
        Op::StartsWith,
        Op::Exists,
        Op::If,
        Op::Add,
        Op::Sub,
        Op::Mul,
        Op::Div,
        Op::Neg,
        Op::Abs,
        Op::Min,
        Op::Max,
        Op::LocalDate,
        Op::LocalHour,
        Op::Month,
        Op::Weekday,
    ];
    let sort = choices.pick(&SINGLE);
    match choices.pick(&[0, 1, 2, 3, 4]) {
        _ if depth == 0 => terminal(sort, choices),
        0 => terminal(sort, choices),
        1 => {
            let count = choices.many(0);
            Expression::List((0..count).map(|_| nonsense(depth - 1, choices)).collect())
        }
        _ => {
            let (op, count) = (choices.pick(&ops), choices.many(0) + choices.many(0));
            let args: Vec<_> = (0..count).map(|_| nonsense(depth - 1, choices)).collect();
            Expression::call(op, args)
        }
    }
}

proptest! {
    #![proptest_config(tries(2_000))]

    #[test]
    fn programs_compute_what_the_oracle_computes(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut choices = Choices(bytes.iter());
        let known = known(&mut choices, false);
        let sort = match choices.pick(&[true, false]) {
            true => Bool,
            false => choices.pick(&SINGLE),
        };
        let expression = tree(sort, 4, &mut choices);
        let vocabulary = vocabulary();
        let values = facts(&vocabulary, &known);
        let program = compile(&expression, &vocabulary, declared(sort)).unwrap();

        let found = program.evaluate(&values);
        match (&found, oracle(&expression, &known)) {
            (Ok(Outcome::Known(value)), Ok(Some(expected))) => {
                prop_assert_eq!(plain(value), expected);
            }
            (Ok(Outcome::Unknown(missing)), Ok(None)) => {
                prop_assert!(!missing.is_empty());
                prop_assert!(missing.iter().all(|name| !known.contains_key(&**name)));
            }
            (Err(problem), Err(code)) => prop_assert_eq!(problem.code.as_str(), code),
            (found, expected) => prop_assert!(false, "{:?} is not {:?}", found, expected),
        }

        prop_assert_eq!(&program.evaluate(&Cents(values.clone())), &found);
        let mut steps = Vec::new();
        prop_assert_eq!(&program.evaluate_traced(&values, &mut steps), &found);
        if let (Ok(outcome), Some(last)) = (&found, steps.last()) {
            prop_assert_eq!(&last.path, "");
            prop_assert_eq!(last.value.is_none(), matches!(outcome, Outcome::Unknown(_)));
        }
        if sort == Bool {
            let verdict = program.condition(&values);
            let holds = found.as_ref().map(|one| *one == Outcome::Known(FactValue::Bool(true)));
            prop_assert_eq!(verdict.map(|one| one.holds).ok(), holds.ok());
        }
    }

    /// Kleene's logic is monotonic: what is known stays so when more becomes known, unless the
    /// expression asks what exists, or a problem comes to light.
    #[test]
    fn what_is_known_stays_known(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut choices = Choices(bytes.iter());
        let (all, few) = (known(&mut choices, true), known(&mut choices, false));
        let some: BTreeMap<String, FactValue> =
            all.iter().filter(|(name, _)| few.contains_key(*name)).map(|(n, v)| (n.clone(), v.clone())).collect();
        let sort = choices.pick(&SINGLE);
        let expression = tree(sort, 4, &mut choices);
        let vocabulary = vocabulary();
        let program = infer(&expression, &vocabulary).unwrap();
        let before = program.evaluate(&facts(&vocabulary, &some));
        let after = program.evaluate(&facts(&vocabulary, &all));
        if let (Ok(known @ Outcome::Known(_)), Ok(after)) = (before, after) {
            prop_assert!(asks(&expression) || known == after);
        }
    }

    #[test]
    fn nonsense_is_refused_without_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut choices = Choices(bytes.iter());
        let known = known(&mut choices, false);
        let expression = nonsense(5, &mut choices);
        let text = to_json(&expression).unwrap();
        prop_assert_eq!(&parse::<Expression>(&text, Limits::DOCUMENT).unwrap(), &expression);
        let vocabulary = vocabulary();
        match infer(&expression, &vocabulary) {
            Ok(program) => drop(program.evaluate(&facts(&vocabulary, &known))),
            Err(problems) => prop_assert!(!problems.as_slice().is_empty()),
        }
    }
}
