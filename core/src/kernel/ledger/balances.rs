//! What a list of postings sums to, and what is wrong with it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

use super::posting::conflict;
use super::{Asset, Ledger, LedgerPosting};

/// What `ledger.balances` takes.
#[model]
pub struct LedgerBalancesInput {
    /// The postings, in any order; one that comes twice counts once.
    pub postings: Vec<LedgerPosting>,
    /// As of when: later postings do not count, and what becomes available later is not
    /// available. All postings count unless said.
    pub at: Option<Instant>,
}

/// What `ledger.balances` gives.
#[model]
#[derive(Eq)]
pub struct LedgerBalances {
    /// One for each account and asset that has an entry, in their order.
    pub balances: Vec<LedgerBalance>,
}

/// What an account has of an asset.
#[model]
#[derive(Eq)]
pub struct LedgerBalance {
    /// The account.
    pub account: Id,
    /// What it has.
    pub asset: Asset,
    /// How much, in minor units or points.
    pub units: i64,
    /// How much of that is available; none unless it was asked as of an instant.
    pub available: Option<i64>,
}

/// What `ledger.audit` takes.
#[model]
pub struct LedgerAuditInput {
    /// The postings, in any order.
    pub postings: Vec<LedgerPosting>,
}

/// What `ledger.audit` gives.
#[model]
pub struct LedgerAudit {
    /// Every rule that is broken, with its place in the list; none in a sound ledger.
    pub problems: Vec<Problem>,
    /// How many different postings there are.
    pub postings: u64,
    /// How many came again, and did not count.
    pub repeated: u64,
}

/// Sums postings to the balance of every account and asset.
///
/// # Errors
/// Everything that [`audit`] finds.
pub fn balances(input: LedgerBalancesInput) -> Result<LedgerBalances, Problems> {
    let found = audit(&input.postings);
    Problems::verdict(found).map_err(|problems| problems.under("postings"))?;
    let mut ledger = Ledger::default();
    for posting in input.postings {
        if input.at.is_none_or(|at| posting.at <= at) {
            ledger.post(posting)?;
        }
    }
    let balance = |(account, asset): (&Id, &Asset)| {
        let available = input.at.map(|at| ledger.available(account, asset, at)).transpose()?;
        let units = ledger.balance(account, asset)?;
        Ok(LedgerBalance { account: account.clone(), asset: asset.clone(), units, available })
    };
    Ok(LedgerBalances { balances: ledger.accounts().map(balance).collect::<Result<_, Problem>>()? })
}

/// Tells every rule of a ledger that a list of postings breaks.
///
/// # Errors
/// None; what is wrong is the answer.
pub fn audited(input: LedgerAuditInput) -> Result<LedgerAudit, Problems> {
    let problems =
        audit(&input.postings).into_iter().map(|problem| problem.under("postings")).collect();
    let mut given: Vec<&Id> = input.postings.iter().map(|posting| &posting.key).collect();
    let all = given.len();
    given.sort_unstable();
    given.dedup();
    let count = |number| u64::try_from(number).unwrap_or(u64::MAX);
    Ok(LedgerAudit { problems, postings: count(given.len()), repeated: count(all - given.len()) })
}

/// Every rule that a list of postings breaks, with its place in the list: postings without
/// entries, or that do not sum to zero; keys with two contents, at the later one. The order of
/// the list is no rule, and neither is that a posting comes once.
#[must_use]
pub fn audit(postings: &[LedgerPosting]) -> Vec<Problem> {
    let mut known: BTreeMap<&Id, &LedgerPosting> = BTreeMap::new();
    let mut found = Vec::new();
    for (index, posting) in postings.iter().enumerate() {
        match known.entry(&posting.key) {
            Entry::Vacant(place) => {
                let problems = posting.check().into_iter();
                found.extend(problems.map(|problem| problem.under(index)));
                place.insert(posting);
            }
            Entry::Occupied(before) if before.get().same(posting) => {}
            Entry::Occupied(_) => {
                found.push(conflict(&posting.key).under("key").under(index));
            }
        }
    }
    found
}
