//! Ledgers: append-only double-entry postings, and the balances that they sum to.
//!
//! A [`LedgerPosting`] is a set of entries under one key; each entry adds units of an [`Asset`]
//! (cents of a currency, points of a kind) to an account or takes them from it. Four rules make
//! it a ledger:
//!
//! - every posting sums to zero for each asset, so units move and never appear;
//! - postings are only ever added; what was wrong is corrected by another posting;
//! - a balance is a sum of entries and nothing else;
//! - a key counts once: the same posting again changes nothing, and another one under the same
//!   key is refused. So a retry is safe.
//!
//! An entry may say when its units become available (after a hold, when points activate).
//! Nothing is posted when that moment comes: [`Ledger::available`] takes a `now`.
//!
//! Two ledgers [merge](Ledger::merge) into one of all their postings, in any order and grouping,
//! also when they share some. A partitioned engine therefore gives the balances of one machine.

mod asset;
mod balances;
mod book;
mod posting;

pub use asset::Asset;
pub use balances::{
    LedgerAudit, LedgerAuditInput, LedgerBalance, LedgerBalances, LedgerBalancesInput, audit,
    audited, balances,
};
pub use book::{Ledger, Posted, Running};
pub use posting::{LedgerEntry, LedgerPosting, check_balanced, check_units, conflict};

crate::codes! {
    /// A text is neither a currency nor the name of another asset.
    ASSET_INVALID = "asset_invalid";
    /// A posting has no entries.
    POSTING_EMPTY = "posting_empty";
    /// The entries of a posting do not sum to zero.
    POSTING_UNBALANCED = "posting_unbalanced";
    /// Two different postings have the same key.
    POSTING_CONFLICT = "posting_conflict";
}
