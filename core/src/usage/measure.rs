//! What the events of a period come to.

use std::collections::BTreeSet;

use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

use super::operations::UsageEvent;
use super::prices::UsageAggregate;

/// What events come to, which are in the order of time, then ids.
pub(super) fn measure(aggregate: UsageAggregate, events: &[&UsageEvent]) -> Result<Exact, Problem> {
    let mut quantities = events.iter().map(|event| Exact::from(event.quantity.decimal()));
    match aggregate {
        UsageAggregate::Sum => quantities.try_fold(Exact::ZERO, |sum, one| sum.checked_add(&one)),
        UsageAggregate::Count => Ok(count(events.len())),
        UsageAggregate::Max => Ok(quantities.max().unwrap_or(Exact::ZERO)),
        UsageAggregate::Latest => {
            let latest = events.last().map(|event| Exact::from(event.quantity.decimal()));
            Ok(latest.unwrap_or(Exact::ZERO))
        }
        UsageAggregate::Unique => {
            let keys: BTreeSet<&Id> =
                events.iter().map(|event| event.key.as_ref().unwrap_or(&event.id)).collect();
            Ok(count(keys.len()))
        }
    }
}

/// What is left of a quantity after what is included.
pub(super) fn billable(quantity: &Exact, included: &Exact) -> Result<Exact, Problem> {
    Ok(quantity.checked_sub(included)?.max(Exact::ZERO))
}

fn count(number: usize) -> Exact {
    Exact::from_integer(i128::try_from(number).unwrap_or(i128::MAX))
}
