//! The facts that random expressions read, and random values for them.

use std::collections::BTreeMap;

use guerdon::kernel::exact::Exact;
use guerdon::kernel::expression::{
    Expression, FactId, FactSource, FactType, FactValue, FactValues, ItemType, ValueRef, Vocabulary,
};
use guerdon::kernel::money::to_minor;

use crate::trees::{
    Bool, Choices, Date, Decimal, Duration, Integer, Moment, Money, SINGLE, Sort, Text, exact,
    leaf, word,
};

/// Two facts of each type and a list of each; the second money is declared in euros.
pub(crate) fn vocabulary() -> Vocabulary {
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
pub(crate) fn known(choices: &mut Choices<'_>, every_one: bool) -> BTreeMap<String, FactValue> {
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

pub(crate) fn facts<'v>(
    facts: &'v Vocabulary,
    known: &BTreeMap<String, FactValue>,
) -> FactValues<'v> {
    let mut values = FactValues::new(facts);
    values.set_all(known.clone()).unwrap();
    values
}

/// Lends amounts of whole cents as such, as hosts with integer columns do.
pub(crate) struct Cents<'v>(pub(crate) FactValues<'v>);

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

pub(crate) const fn declared(sort: Sort) -> FactType {
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
