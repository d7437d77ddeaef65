//! Values while they are computed: borrowed where that can be, unknown where nothing is known.

use super::fault::{Fault, other_currency, wrong_type};
use super::quantity::Quantity;
use super::types::{FactType, ItemType, Plain, Type};
use super::value::{FactValue, ValueRef};
use super::vocabulary::Fact;
use crate::kernel::calendar::{Date, Instant, Span};
use crate::kernel::document::shape::SAFE_INTEGER;
use crate::kernel::exact::Exact;
use crate::kernel::money::Currency;

/// A value, or that there is none.
#[derive(Clone, Debug)]
pub(super) enum Computed<'a> {
    Unknown,
    Bool(bool),
    Number(Quantity),
    Money(Quantity, Currency),
    String(&'a str),
    Date(Date),
    Instant(Instant),
    Duration(Span),
    List(Items<'a>),
}

/// A list, wherever its values are.
#[derive(Clone, Debug)]
pub(super) enum Items<'a> {
    /// Of a fact, or literals.
    Lent(&'a [FactValue]),
    /// Literal texts, and the same in order.
    Words(&'a [FactValue], &'a [Box<str>]),
    /// Computed just now; any of them may be unknown.
    Computed(Vec<Computed<'a>>),
}

impl<'a> From<ValueRef<'a>> for Computed<'a> {
    #[inline]
    fn from(value: ValueRef<'a>) -> Self {
        match value {
            ValueRef::Bool(value) => Self::Bool(value),
            ValueRef::Integer(value) => Self::Number(Quantity::integer(value.into())),
            ValueRef::Decimal(value) => Self::Number(Quantity::decimal(value)),
            ValueRef::Exact(value) => Self::Number(Quantity::exact(value.clone())),
            ValueRef::Money(money) => {
                Self::Money(Quantity::decimal(money.amount.decimal()), money.currency)
            }
            ValueRef::Minor(units, currency) => {
                Self::Money(Quantity::minor(units, currency.digits()), currency)
            }
            ValueRef::Unrounded(value, currency) => {
                Self::Money(Quantity::exact(value.clone()), currency)
            }
            ValueRef::String(value) => Self::String(value),
            ValueRef::Date(value) => Self::Date(value),
            ValueRef::Instant(value) => Self::Instant(value),
            ValueRef::Duration(value) => Self::Duration(value),
            ValueRef::List(values) => Self::List(Items::Lent(values)),
        }
    }
}

impl<'a> Computed<'a> {
    /// The value that a source lent for a fact, held to the fact's declaration.
    #[inline]
    pub(super) fn of_fact(fact: &Fact, lent: Option<ValueRef<'a>>) -> Result<Self, Fault> {
        let Some(lent) = lent else { return Ok(Self::Unknown) };
        let value = Self::from(lent);
        let fits = match (&value, fact.of) {
            (Self::Number(number), FactType::Integer {}) => number.is_whole(),
            (Self::Money(_, found), FactType::Money { currency: Some(declared) }) => {
                if *found != declared {
                    return Err(other_currency(*found, declared).into());
                }
                true
            }
            (Self::Bool(_), FactType::Bool {})
            | (Self::Number(_), FactType::Decimal {})
            | (Self::Money(..), FactType::Money { .. })
            | (Self::String(_), FactType::String {})
            | (Self::Date(_), FactType::Date {})
            | (Self::Instant(_), FactType::Instant {})
            | (Self::Duration(_), FactType::Duration {})
            | (Self::List(_), FactType::List { .. }) => true,
            _ => false,
        };
        if fits { Ok(value) } else { Err(wrong_type(&fact.name, fact.of).into()) }
    }

    pub(super) const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The value as a document has it, or `None` if it is unknown in whole or in part.
    pub(super) fn to_value(&self, of: Type) -> Result<Option<FactValue>, Fault> {
        Ok(Some(match self {
            Self::Unknown => return Ok(None),
            Self::Bool(value) => FactValue::Bool(*value),
            Self::Number(number) => whole_or_not(number, of)?,
            Self::Money(amount, currency) => FactValue::amount(amount.to_exact()?, *currency),
            Self::String(text) => FactValue::String((*text).to_owned()),
            Self::Date(date) => FactValue::Date(*date),
            Self::Instant(instant) => FactValue::Instant(*instant),
            Self::Duration(span) => FactValue::Duration(*span),
            Self::List(Items::Lent(values) | Items::Words(values, _)) => {
                FactValue::List(values.iter().map(|value| as_item(value, of)).collect())
            }
            Self::List(Items::Computed(values)) => {
                let of = match of {
                    Type::List(Some(item)) => Type::One(item),
                    other => other,
                };
                let values: Option<Vec<FactValue>> =
                    values.iter().map(|value| value.to_value(of)).collect::<Result<_, _>>()?;
                return Ok(values.map(FactValue::List));
            }
        }))
    }
}

fn whole_or_not(number: &Quantity, of: Type) -> Result<FactValue, Fault> {
    let exact = number.to_exact()?;
    let whole = match of {
        Type::One(Plain::Integer) => exact.as_integer().and_then(|whole| i64::try_from(whole).ok()),
        _ => None,
    };
    // Beyond that, some readers of JSON would round an integer; text they keep.
    let whole = whole.filter(|whole| whole.unsigned_abs() <= SAFE_INTEGER.unsigned_abs());
    Ok(whole.map_or_else(|| FactValue::number(exact), FactValue::Integer))
}

/// A value of a list of that type: an integer in a list of decimals is a decimal.
fn as_item(value: &FactValue, list: Type) -> FactValue {
    match (value, list) {
        (FactValue::Integer(whole), Type::List(Some(Plain::Decimal))) => {
            FactValue::number(Exact::from(*whole))
        }
        (other, _) => other.clone(),
    }
}

/// Whether a value may stand in a list of that type.
pub(super) const fn is_item(value: &FactValue, of: ItemType) -> bool {
    matches!(
        (value, of),
        (FactValue::Bool(_), ItemType::Bool)
            | (FactValue::Integer(_), ItemType::Integer | ItemType::Decimal)
            | (FactValue::Decimal(_) | FactValue::Ratio(_), ItemType::Decimal)
            | (FactValue::Money(_) | FactValue::Unrounded(_), ItemType::Money)
            | (FactValue::String(_), ItemType::String)
            | (FactValue::Date(_), ItemType::Date)
            | (FactValue::Instant(_), ItemType::Instant)
            | (FactValue::Duration(_), ItemType::Duration)
    )
}
