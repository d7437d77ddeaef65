//! Values: as they are lent for an evaluation, and as they stand in a document.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::kernel::calendar::{Date, Instant, Span};
use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::money::{Amount, Currency, Money};
use crate::kernel::problem::Problem;

/// A value lent to an evaluation, in whatever form the host has it. Copying one copies no text.
#[derive(Clone, Copy, Debug)]
pub enum ValueRef<'a> {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Decimal(Decimal),
    /// Any exact number.
    Exact(&'a Exact),
    /// An amount in a currency.
    Money(Money),
    /// An amount in minor units of a currency: cents.
    Minor(i64, Currency),
    /// An amount that was computed and not rounded.
    Unrounded(&'a Exact, Currency),
    /// A text.
    String(&'a str),
    /// A calendar date.
    Date(Date),
    /// A moment.
    Instant(Instant),
    /// A duration.
    Duration(Span),
    /// A list of values of one type.
    List(&'a [FactValue]),
}

/// Lends the value of each fact.
///
/// A source is pure: within one evaluation it gives the same answer each time it is asked.
pub trait FactSource {
    /// The value in a slot, or `None` where there is none: then the fact is unknown.
    fn fact(&self, id: super::FactId) -> Option<ValueRef<'_>>;
}

impl<T: FactSource + ?Sized> FactSource for &T {
    #[inline]
    fn fact(&self, id: super::FactId) -> Option<ValueRef<'_>> {
        (**self).fact(id)
    }
}

/// A value with its type: `{"string": "gold"}`.
#[model(one_key)]
#[derive(Eq)]
pub enum FactValue {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Decimal(Amount),
    /// A number whose decimals never end, or need more than 28 digits.
    Ratio(Fraction),
    /// An amount in a currency.
    Money(Money),
    /// An amount whose decimals never end, or need more than 28 digits: it was computed, and
    /// will be rounded where it is posted.
    Unrounded(Unrounded),
    /// A text.
    String(String),
    /// A calendar date.
    Date(Date),
    /// A moment.
    Instant(Instant),
    /// A duration.
    Duration(Span),
    /// A list of values of one type.
    List(Vec<FactValue>),
}

/// An exact amount that was not rounded yet.
#[model]
#[derive(Eq)]
pub struct Unrounded {
    /// How much, in units of the currency.
    pub ratio: Fraction,
    /// ISO 4217 code.
    pub currency: Currency,
}

/// An exact number of any size, written `1/3` or `0.125`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fraction(pub Exact);

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Fraction {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        text.parse().map(Self)
    }
}

crate::scalar!(
    Fraction,
    "fraction",
    Fraction,
    integers: true,
    "\"1/3\"",
    "An exact number, as a decimal or a ratio; an integer will do."
);

impl FactValue {
    /// A number in its plainest form: a decimal where that holds it, else a ratio.
    #[must_use]
    pub fn number(exact: Exact) -> Self {
        match exact.to_decimal() {
            Some(decimal) => Self::Decimal(decimal.into()),
            None => Self::Ratio(Fraction(exact)),
        }
    }

    /// An amount in its plainest form: money where that holds it, else unrounded.
    #[must_use]
    pub fn amount(exact: Exact, currency: Currency) -> Self {
        match exact.to_decimal() {
            Some(decimal) => Self::Money(Money::new(decimal.into(), currency)),
            None => Self::Unrounded(Unrounded { ratio: Fraction(exact), currency }),
        }
    }

    /// The same value, lent.
    #[must_use]
    pub fn lend(&self) -> ValueRef<'_> {
        match self {
            Self::Bool(value) => ValueRef::Bool(*value),
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Decimal(value) => ValueRef::Decimal(value.decimal()),
            Self::Ratio(value) => ValueRef::Exact(&value.0),
            Self::Money(value) => ValueRef::Money(*value),
            Self::Unrounded(value) => ValueRef::Unrounded(&value.ratio.0, value.currency),
            Self::String(value) => ValueRef::String(value),
            Self::Date(value) => ValueRef::Date(*value),
            Self::Instant(value) => ValueRef::Instant(*value),
            Self::Duration(value) => ValueRef::Duration(*value),
            Self::List(values) => ValueRef::List(values),
        }
    }
}

/// As a person reads it: `100.00 EUR`, `gold`, `[1, 2]`.
impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Decimal(value) => value.fmt(f),
            Self::Ratio(value) => value.fmt(f),
            Self::Money(value) => value.fmt(f),
            Self::Unrounded(value) => write!(f, "{} {}", value.ratio, value.currency),
            Self::String(value) => value.fmt(f),
            Self::Date(value) => value.fmt(f),
            Self::Instant(value) => value.fmt(f),
            Self::Duration(value) => value.fmt(f),
            Self::List(values) => Listed(values).fmt(f),
        }
    }
}

/// A list as a person reads it.
pub(super) struct Listed<'a>(pub(super) &'a [FactValue]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (position, value) in self.0.iter().enumerate() {
            f.write_str(if position > 0 { ", " } else { "" })?;
            value.fmt(f)?;
        }
        f.write_str("]")
    }
}
