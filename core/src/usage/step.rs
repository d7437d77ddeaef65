//! How a line of an invoice came about: typed steps, and a sentence for each.

use std::fmt;

use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Money, Rate};
use crate::kernel::schedule::SchedulePiece;

use super::prices::UsageAggregate;

/// One step of an explanation, in the order of computation.
#[model(display)]
pub enum UsageStep {
    /// The events were added up.
    Measured {
        /// How many there were.
        events: u64,
        /// What they were taken to come to.
        aggregate: UsageAggregate,
        /// How much that is.
        quantity: Exact,
    },
    /// Some of it was included.
    Included {
        /// How much of it is free.
        included: Exact,
        /// How much has to be paid for.
        billable: Exact,
    },
    /// The rest was put into packages.
    Packed {
        /// How many units are in one.
        size: Amount,
        /// How many were begun.
        packages: Exact,
    },
    /// It was priced.
    Priced {
        /// Which steps of the price paid.
        pieces: Vec<SchedulePiece>,
        /// What they come to.
        amount: Exact,
    },
    /// One event was priced.
    Event {
        /// Which.
        event: Id,
        /// How much of it has to be paid for.
        billable: Exact,
        /// What that costs by the steps of the price.
        priced: Exact,
        /// What it costs after the least and the most of an event; 0 for one that is free.
        amount: Exact,
    },
    /// A fixed amount was taken.
    Flat {
        /// How much.
        amount: Exact,
    },
    /// The client's discount was taken off.
    Discounted {
        /// The discount.
        rate: Rate,
        /// What was left.
        amount: Exact,
    },
    /// It was raised to the least.
    Raised {
        /// How much it was.
        before: Exact,
        /// How much it is.
        to: Money,
    },
    /// It was cut to the most.
    Cut {
        /// How much it was.
        before: Exact,
        /// How much it is.
        to: Money,
        /// How much is not charged.
        lost: Exact,
    },
    /// It was rounded.
    Rounded {
        /// What.
        exact: Exact,
        /// To what.
        amount: Money,
    },
    /// What was posted before was subtracted.
    Posted {
        /// How much.
        before: Money,
        /// What is left to post.
        due: Money,
    },
}

impl fmt::Display for UsageStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Measured { events, aggregate, quantity } => {
                write!(f, "{aggregate} of {events} events: {quantity:#}")
            }
            Self::Included { included, billable } => {
                write!(f, "{included:#} are included, {billable:#} are to be paid for")
            }
            Self::Packed { size, packages } => write!(f, "{packages:#} packages of {size}"),
            Self::Priced { pieces, amount } => {
                for piece in pieces {
                    write!(f, "{piece}; ")?;
                }
                write!(f, "together {amount:#}")
            }
            Self::Event { event, billable, priced, amount } => {
                write!(f, "event `{event}`: {billable:#} cost {priced:#}")?;
                if amount == priced { Ok(()) } else { write!(f, ", charged {amount:#}") }
            }
            Self::Flat { amount } => write!(f, "{amount:#} flat"),
            Self::Discounted { rate, amount } => write!(f, "less {rate}: {amount:#}"),
            Self::Raised { before, to } => write!(f, "{before:#} is raised to {to}"),
            Self::Cut { before, to, lost } => {
                write!(f, "{before:#} is cut to {to}, and {lost:#} is not charged")
            }
            Self::Rounded { exact, amount } => write!(f, "{exact:#} rounds to {amount}"),
            Self::Posted { before, due } => {
                write!(f, "{before} was posted before, {due} is due")
            }
        }
    }
}
