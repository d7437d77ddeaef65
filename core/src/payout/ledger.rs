//! The same postings for the general ledger, whose accounts have names.
//!
//! There the host audits them, sums every account (what is in transit, what fees have cost) and
//! merges them with whatever else it posts.

use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::ledger::{LedgerEntry, LedgerPosting, check_units};
use crate::kernel::money::to_minor;
use crate::kernel::problem::{Problem, Problems};

use super::posting::{Account, Posting};

/// What `payout.ledger` takes.
#[model]
pub struct PayoutLedgerInput {
    /// The postings.
    pub postings: Vec<Posting>,
}

/// What `payout.ledger` gives back.
#[model]
pub struct PayoutLedger {
    /// The same postings, in their order. A partner's account is `partner/` and the partner's id;
    /// the others are `program`, `transit`, `processing`, `paid`, `fees` and `withheld`. The
    /// cause is what the posting refers to, the memo the event.
    pub postings: Vec<LedgerPosting>,
}

/// Turns postings into those of the general ledger.
///
/// # Errors
/// Every `amount_too_fine` and `amount_too_large`; `integer_out_of_range` for an amount of more
/// than 2^53 - 1 minor units, which the general ledger does not take; `id_invalid` for a partner
/// whose id is too long to be part of an account's name.
pub fn ledger(input: PayoutLedgerInput) -> Result<PayoutLedger, Problems> {
    let mut postings = Vec::with_capacity(input.postings.len());
    let mut found = Vec::new();
    for (position, posting) in input.postings.iter().enumerate() {
        match convert(posting) {
            Ok(converted) => postings.push(converted),
            Err(problem) => found.push(problem.under(position).under("postings")),
        }
    }
    Problems::verdict(found)?;
    Ok(PayoutLedger { postings })
}

fn convert(posting: &Posting) -> Result<LedgerPosting, Problem> {
    let mut entries = Vec::with_capacity(posting.entries.len());
    for (position, entry) in posting.entries.iter().enumerate() {
        let placed = |problem: Problem| problem.under("amount").under(position).under("entries");
        let currency = entry.amount.currency;
        let units = to_minor(entry.amount.amount, currency).map_err(placed)?;
        check_units(units).map_err(placed)?;
        entries.push(LedgerEntry {
            account: account(posting, entry.account)?,
            asset: currency.into(),
            units,
            available_at: entry.available_at,
        });
    }
    Ok(LedgerPosting {
        key: posting.key.to_string().parse()?,
        at: posting.at,
        entries,
        cause: Some(posting.reference.to_string().parse()?),
        memo: posting.event.as_ref().map(Id::to_string),
    })
}

fn account(posting: &Posting, account: Account) -> Result<Id, Problem> {
    match account {
        Account::Partner => format!("{account}/{}", posting.partner)
            .parse()
            .map_err(|problem: Problem| problem.under("partner")),
        _ => account.as_str().parse(),
    }
}
