//! What ends an evaluation, as it travels up, and what is said of it.

use super::FACT_TYPE_MISMATCH;
use super::types::{FactType, Type};
use crate::kernel::money::{CURRENCY_MISMATCH, Currency};
use crate::kernel::problem::Problem;

/// A problem on its way up: boxed, because it is large and rare, and every result would have to
/// make room for it.
pub(super) type Fault = Box<Problem>;

#[cold]
pub(super) fn wrong_type(name: &str, of: FactType) -> Problem {
    Problem::new(
        FACT_TYPE_MISMATCH,
        format!("the value of the fact `{name}` is not {}", Type::from(of)),
        "give a value of the declared type, or change the declaration",
    )
}

#[cold]
pub(super) fn other_currency(found: Currency, wanted: Currency) -> Problem {
    Problem::new(
        CURRENCY_MISMATCH,
        format!("money in {found} meets money in {wanted}"),
        "convert one of them before they meet",
    )
}

/// Two values of different kinds, which only a fact's list with strange values in it brings
/// together.
#[cold]
pub(super) fn strangers() -> Problem {
    Problem::new(
        FACT_TYPE_MISMATCH,
        "a list holds a value that is not of its declared type",
        "give lists only values of their declared type",
    )
}
