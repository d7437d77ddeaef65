//! The closed set of ops: what a node can do with its arguments.
//!
//! An op is here when several domains need it and its meaning is the same in all of them.
//! Rounding is not: amounts are rounded once, where they are posted. What needs a zone takes it
//! as an argument, because there is no default one.

use std::ops::RangeInclusive;

use crate::kernel::document::model;

/// What a node does with its arguments.
#[model(document)]
pub enum Op {
    /// All of these hold. Stops at the first that does not.
    And,
    /// One of these holds. Stops at the first that does.
    Or,
    /// This does not hold.
    Not,
    /// Two values of one kind are equal; numbers by value, so 1.50 is 1.5.
    Eq,
    /// Two values of one kind differ.
    Ne,
    /// The first is less than, or before, the second.
    Lt,
    /// The first is at most the second.
    Lte,
    /// The first is more than, or after, the second.
    Gt,
    /// The first is at least the second.
    Gte,
    /// The first is one of the list that comes second.
    In,
    /// The list that comes first has the second in it.
    Contains,
    /// The first text begins with the second.
    StartsWith,
    /// The fact has a value: the only way to ask, and never unknown itself.
    Exists,
    /// The second where the first holds, else the third; the other one is not computed.
    If,
    /// The sum of numbers, or of amounts in one currency.
    Add,
    /// The first less the second.
    Sub,
    /// The product of numbers, one of which may be an amount.
    Mul,
    /// The first divided by the second, exactly: an amount or a number by a number, or an amount
    /// by an amount of its currency, which gives a number.
    Div,
    /// The same with the other sign.
    Neg,
    /// The same without its sign.
    Abs,
    /// The least of numbers, amounts, dates or instants.
    Min,
    /// The greatest of numbers, amounts, dates or instants.
    Max,
    /// The date of an instant in a zone: `[instant, {"string": "Europe/Berlin"}]`.
    LocalDate,
    /// The hour (0 to 23) of an instant in a zone.
    LocalHour,
    /// The month of a date, 1 to 12.
    Month,
    /// The weekday of a date, `monday` to `sunday`.
    Weekday,
}

impl Op {
    /// How many arguments it takes.
    #[must_use]
    pub const fn arguments(self) -> RangeInclusive<usize> {
        match self {
            Self::And | Self::Or => 1..=usize::MAX,
            Self::Add | Self::Mul | Self::Min | Self::Max => 2..=usize::MAX,
            Self::Not | Self::Exists | Self::Neg | Self::Abs | Self::Month | Self::Weekday => 1..=1,
            Self::If => 3..=3,
            _ => 2..=2,
        }
    }
}
