//! A posting: entries that belong together, and sum to zero.

use std::collections::BTreeMap;
use std::fmt;

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::document::refusal::INTEGER_OUT_OF_RANGE;
use crate::kernel::document::shape::SAFE_INTEGER;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

use super::{Asset, POSTING_CONFLICT, POSTING_EMPTY, POSTING_UNBALANCED};

/// Entries that belong together, under the key by which a retry is recognised.
#[model]
#[derive(Eq)]
pub struct LedgerPosting {
    /// The key, which counts once: a derived id, or whatever the host makes unique.
    pub key: Id,
    /// When it takes effect.
    pub at: Instant,
    /// What moves; for each asset the units sum to zero. The order does not matter.
    pub entries: Vec<LedgerEntry>,
    /// The id of what caused it: an event, a payout, another posting that it corrects.
    pub cause: Option<Id>,
    /// A note for people.
    pub memo: Option<String>,
}

/// Units that an account gains or loses.
#[model]
#[derive(Eq, PartialOrd, Ord)]
pub struct LedgerEntry {
    /// The account, as the host names it.
    pub account: Id,
    /// What moves.
    pub asset: Asset,
    /// How much the account gains, in minor units or points; below zero for what it loses.
    pub units: i64,
    /// From when the units are available; from the posting on unless said.
    pub available_at: Option<Instant>,
}

impl LedgerPosting {
    /// The same posting with its entries in their one order, so that equal content is equal.
    pub(super) fn ordered(mut self) -> Self {
        self.entries.sort_unstable();
        self
    }

    /// Whether the two say the same, in whatever order. Those of different lengths are not put in
    /// order: many short ones under the key of a long one would each sort the long one again.
    pub(super) fn same(&self, other: &Self) -> bool {
        self == other
            || (self.entries.len() == other.entries.len()
                && self.clone().ordered() == other.clone().ordered())
    }

    /// Everything that is wrong with the posting by itself.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        if self.entries.is_empty() {
            let problem = Problem::new(
                POSTING_EMPTY,
                format!("the posting `{}` moves nothing", self.key),
                "leave it out, or give its entries",
            );
            return vec![problem.under("entries")];
        }
        let entries = self.entries.iter().enumerate();
        let mut found: Vec<Problem> = entries
            .filter_map(|(index, entry)| {
                let placed = |problem: Problem| problem.under("units").under(index);
                check_units(entry.units).err().map(placed)
            })
            .collect();
        let units = self.entries.iter().map(|entry| (&entry.asset, entry.units));
        found.extend(check_balanced(&self.key, units).err());
        found.into_iter().map(|problem| problem.under("entries")).collect()
    }
}

/// Refuses units that would lose digits in a language whose numbers are floats.
///
/// # Errors
/// `integer_out_of_range` beyond 2^53 - 1.
pub fn check_units(units: i64) -> Result<(), Problem> {
    if (-SAFE_INTEGER..=SAFE_INTEGER).contains(&units) {
        return Ok(());
    }
    Err(Problem::new(
        INTEGER_OUT_OF_RANGE,
        format!("`{units}` is not between {} and {SAFE_INTEGER}", -SAFE_INTEGER),
        "use a number within the bounds",
    ))
}

/// Refuses entries that do not sum to zero for each asset; `key` is what the message calls them.
///
/// # Errors
/// `posting_unbalanced`, for the first asset in their order.
pub fn check_balanced<A: Ord + fmt::Display>(
    key: &impl fmt::Display,
    entries: impl IntoIterator<Item = (A, i64)>,
) -> Result<(), Problem> {
    let mut sums: BTreeMap<A, i128> = BTreeMap::new();
    for (asset, units) in entries {
        // Fewer than 2^64 entries of 64 bits: no overflow.
        *sums.entry(asset).or_default() += i128::from(units);
    }
    match sums.into_iter().find(|(_, sum)| *sum != 0) {
        None => Ok(()),
        Some((asset, sum)) => Err(Problem::new(
            POSTING_UNBALANCED,
            format!("the entries of `{key}` sum to `{sum}` units of {asset}"),
            "say where the units come from and where they go",
        )),
    }
}

/// What is said of a second posting under a key that already has another one.
#[must_use]
pub fn conflict(key: &impl fmt::Display) -> Problem {
    Problem::new(
        POSTING_CONFLICT,
        format!("two different postings have the key `{key}`"),
        "a posting is never changed; correct it with a new one, under a key of its own",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::document::{Limits, parse};
    use crate::kernel::ledger::audit;

    fn posting(pairs: usize) -> LedgerPosting {
        let pair = r#"{"account": "b", "asset": "USD", "units": -1},
                      {"account": "a", "asset": "USD", "units": 1}"#;
        let entries = vec![pair; pairs].join(",");
        parse(
            &format!(r#"{{"key": "k", "at": "2026-11-20T10:00:00Z", "entries": [{entries}]}}"#),
            Limits::INPUT,
        )
        .unwrap()
    }

    #[test]
    fn the_order_of_entries_is_no_difference() {
        let one = posting(2);
        let mut other = one.clone();
        other.entries.reverse();
        assert!(one.same(&other) && !one.same(&posting(1)));
        other.memo = Some("again".to_owned());
        assert!(!one.same(&other));
    }

    /// Each of the short ones used to copy and sort the long one.
    #[test]
    fn short_postings_under_the_key_of_a_long_one_cost_little() {
        let postings: Vec<_> =
            std::iter::once(posting(20_000)).chain(vec![posting(1); 3_000]).collect();
        assert_eq!(audit(&postings).len(), 3_000);
    }
}
