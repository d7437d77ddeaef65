//! Types: of facts, of values, of every node.
//!
//! There is no coercion. Integers and decimals are both exact numbers and mix; everything else
//! meets only its own kind, and amounts only their own currency.

use std::fmt;

use crate::kernel::document::model;
use crate::kernel::money::Currency;

/// The type of a fact, as it is declared: `{"type": "string"}`.
#[model(document)]
#[derive(Copy, Eq)]
pub enum FactType {
    /// True or false.
    Bool,
    /// A whole number.
    Integer,
    /// An exact decimal number.
    Decimal,
    /// An amount in a currency.
    Money {
        /// The only currency it comes in. Said here, a mismatch is found before anything runs;
        /// left out, each value brings its own.
        currency: Option<Currency>,
    },
    /// A text, compared as it is.
    String,
    /// A calendar date.
    Date,
    /// A moment.
    Instant,
    /// A duration.
    Duration,
    /// A list of values of one type.
    List {
        /// The type of each of them.
        of: ItemType,
    },
}

/// The type of what is in a list.
#[model(document)]
pub enum ItemType {
    /// True or false.
    Bool,
    /// A whole number.
    Integer,
    /// An exact decimal number.
    Decimal,
    /// An amount in a currency.
    Money,
    /// A text.
    String,
    /// A calendar date.
    Date,
    /// A moment.
    Instant,
    /// A duration.
    Duration,
}

/// The type of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    One(Plain),
    /// A list; of anything when it is empty.
    List(Option<Plain>),
    /// Of a node that is wrong. It fits everywhere, so that one mistake is reported once.
    Wrong,
}

/// A type of which a list may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Bool,
    Integer,
    Decimal,
    /// An amount, in that currency if it is known before anything runs.
    Money(Option<Currency>),
    String,
    Date,
    Instant,
    Duration,
}

/// What two types have in common.
pub(super) enum Meeting<T> {
    One(T),
    Currencies(Currency, Currency),
    Different,
}

impl Plain {
    pub(super) const fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Decimal)
    }

    /// Whether `lt` and its kin can compare it.
    pub(super) const fn is_ordered(self) -> bool {
        !matches!(self, Self::Bool | Self::String)
    }

    /// The type that both can be seen as. A currency is known if one side knows it: the other
    /// side is held to it when it runs.
    pub(super) fn meet(self, other: Self) -> Meeting<Self> {
        match (self, other) {
            (Self::Money(Some(one)), Self::Money(Some(two))) if one != two => {
                Meeting::Currencies(one, two)
            }
            (Self::Money(one), Self::Money(two)) => Meeting::One(Self::Money(one.or(two))),
            (one, two) if one == two => Meeting::One(one),
            (one, two) if one.is_number() && two.is_number() => Meeting::One(Self::Decimal),
            _ => Meeting::Different,
        }
    }
}

impl Type {
    /// The type of a node that is now the one, now the other: a currency is known only if it is
    /// the same in both.
    pub(super) fn either(self, other: Self) -> Meeting<Self> {
        let met = match (self, other) {
            (Self::Wrong, _) | (_, Self::Wrong) => return Meeting::One(Self::Wrong),
            (Self::One(one), Self::One(two)) => one.meet(two),
            (Self::List(None), list @ Self::List(_)) | (list @ Self::List(_), Self::List(None)) => {
                return Meeting::One(list);
            }
            (Self::List(Some(one)), Self::List(Some(two))) => one.meet(two),
            _ => return Meeting::Different,
        };
        match met {
            Meeting::One(plain) => {
                let plain = match plain {
                    Plain::Money(_) if self != other => Plain::Money(None),
                    plain => plain,
                };
                Meeting::One(match self {
                    Self::List(_) => Self::List(Some(plain)),
                    _ => Self::One(plain),
                })
            }
            Meeting::Currencies(one, two) => Meeting::Currencies(one, two),
            Meeting::Different => Meeting::Different,
        }
    }

    /// Whether a value of this type can stand where `expected` is.
    pub(super) fn fits(self, expected: Self) -> Meeting<()> {
        let met = match (self, expected) {
            (Self::One(found), Self::One(expected)) => Some((found, expected)),
            (Self::List(Some(found)), Self::List(Some(expected))) => Some((found, expected)),
            (Self::List(_), Self::List(_)) => return Meeting::One(()),
            _ => None,
        };
        match met {
            Some((Plain::Decimal, Plain::Integer)) | None => Meeting::Different,
            Some((found, expected)) => match found.meet(expected) {
                Meeting::One(_) => Meeting::One(()),
                Meeting::Currencies(one, two) => Meeting::Currencies(one, two),
                Meeting::Different => Meeting::Different,
            },
        }
    }
}

impl From<ItemType> for Plain {
    fn from(item: ItemType) -> Self {
        match item {
            ItemType::Bool => Self::Bool,
            ItemType::Integer => Self::Integer,
            ItemType::Decimal => Self::Decimal,
            ItemType::Money => Self::Money(None),
            ItemType::String => Self::String,
            ItemType::Date => Self::Date,
            ItemType::Instant => Self::Instant,
            ItemType::Duration => Self::Duration,
        }
    }
}

impl From<FactType> for Type {
    fn from(fact: FactType) -> Self {
        Self::One(match fact {
            FactType::Bool {} => Plain::Bool,
            FactType::Integer {} => Plain::Integer,
            FactType::Decimal {} => Plain::Decimal,
            FactType::Money { currency } => Plain::Money(currency),
            FactType::String {} => Plain::String,
            FactType::Date {} => Plain::Date,
            FactType::Instant {} => Plain::Instant,
            FactType::Duration {} => Plain::Duration,
            FactType::List { of } => return Self::List(Some(of.into())),
        })
    }
}

/// As a message says it: "an integer", "money in EUR".
impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "a bool",
            Self::Integer => "an integer",
            Self::Decimal => "a decimal",
            Self::Money(Some(currency)) => return write!(f, "money in {currency}"),
            Self::Money(None) => "money",
            Self::String => "a string",
            Self::Date => "a date",
            Self::Instant => "an instant",
            Self::Duration => "a duration",
        })
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(plain) => plain.fmt(f),
            Self::List(_) => f.write_str("a list"),
            Self::Wrong => f.write_str("something wrong"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_says_its_type() {
        for (text, declared) in [
            (r#"{"type":"string"}"#, FactType::String {}),
            (r#"{"type":"money"}"#, FactType::Money { currency: None }),
            (
                r#"{"type":"money","currency":"EUR"}"#,
                FactType::Money { currency: "EUR".parse().ok() },
            ),
            (r#"{"type":"list","of":"string"}"#, FactType::List { of: ItemType::String }),
        ] {
            assert_eq!(serde_json::from_str::<FactType>(text).unwrap(), declared);
            assert_eq!(serde_json::to_string(&declared).unwrap(), text);
        }
        assert!(serde_json::from_str::<FactType>(r#"{"type":"bool","currency":"EUR"}"#).is_err());
    }

    #[test]
    fn a_branch_of_unknown_currency_hides_the_other_one() {
        let euros = Type::One(Plain::Money("EUR".parse().ok()));
        let any = Type::One(Plain::Money(None));
        assert!(matches!(euros.either(any), Meeting::One(met) if met == any));
        assert!(matches!(euros.either(euros), Meeting::One(met) if met == euros));
    }
}
