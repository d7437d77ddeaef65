//! The operation `money.allocate`: an amount split by weights, to the last cent.
//!
//! It is [`allocation`](crate::kernel::allocation) in minor units: by largest remainder, with the
//! parts always summing to the whole, and never by the position of a part.

use crate::kernel::allocation;
use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

use super::{Money, from_minor, to_minor};

/// What `money.allocate` takes.
#[model]
pub struct AllocateInput {
    /// What is split, in whole minor units; a negative amount is the mirror of the positive one.
    pub total: Money,
    /// Who gets a part of it.
    pub parts: Vec<AllocationPart>,
}

/// One receiver.
#[model]
pub struct AllocationPart {
    /// Whose part it is; the smaller key is served first where equal remainders compete for a
    /// unit.
    pub key: Id,
    /// How much it weighs beside the others; zero or more. Only the proportions matter.
    pub weight: Exact,
}

/// What `money.allocate` gives.
#[model]
pub struct MoneyAllocation {
    /// The parts, in the order of the input; they sum to the whole.
    pub parts: Vec<AllocatedPart>,
}

/// What one receiver gets.
#[model]
pub struct AllocatedPart {
    /// Whose part it is.
    pub key: Id,
    /// How much.
    pub amount: Money,
}

/// Splits an amount by weights.
///
/// # Errors
/// `amount_too_fine` or `amount_too_large` for a total that is no whole number of minor units;
/// `weight_negative`, `weights_sum_to_zero`, and `allocation_key_ambiguous` when two parts with
/// the same key compete for a unit.
pub fn allocate(input: AllocateInput) -> Result<MoneyAllocation, Problems> {
    let Money { amount, currency } = input.total;
    let minor = to_minor(amount, currency)
        .map_err(|problem: Problem| problem.under("amount").under("total"))?;
    let weighed: Vec<allocation::Part<&Id>> = input
        .parts
        .iter()
        .map(|part| allocation::Part { weight: part.weight.clone(), key: &part.key })
        .collect();
    let shares =
        allocation::allocate(minor.into(), &weighed).map_err(|problem| problem.under("parts"))?;
    let mut parts = Vec::with_capacity(shares.len());
    for (part, share) in input.parts.iter().zip(shares) {
        // No share is larger than the total.
        let share = i64::try_from(share).map_err(|_| super::too_large(&amount, currency))?;
        parts.push(AllocatedPart { key: part.key.clone(), amount: from_minor(share, currency) });
    }
    Ok(MoneyAllocation { parts })
}
