//! What a posting must be by itself, and beside others.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::derived_id::DerivedId;
use crate::kernel::ledger::{POSTING_EMPTY, check_balanced, conflict};
use crate::kernel::money::to_minor;
use crate::kernel::problem::Problem;
use crate::payout::posting::{Account, EntryKind, Posting};
use crate::payout::{ENTRY_MISPLACED, POSTING_TWICE};

use super::Sound;

/// The postings that are sound by themselves; of the others, what is wrong.
pub(super) fn sound<'a>(postings: &'a [Posting], problems: &mut Vec<Problem>) -> Vec<Sound<'a>> {
    let mut known: BTreeMap<DerivedId, &Posting> = BTreeMap::new();
    let mut sound = Vec::new();
    for (position, posting) in postings.iter().enumerate() {
        let one = Sound { position, posting };
        match known.entry(posting.key) {
            Entry::Vacant(place) => {
                place.insert(posting);
                let found = check(posting);
                if found.is_empty() {
                    sound.push(one);
                }
                problems.extend(found.into_iter().map(|problem| one.place(problem)));
            }
            Entry::Occupied(before) if before.get().same(posting) => {}
            Entry::Occupied(_) => {
                problems.push(one.place(conflict(&posting.key).under("key")));
            }
        }
    }
    sound
}

fn check(posting: &Posting) -> Vec<Problem> {
    if posting.entries.is_empty() {
        let problem = Problem::new(
            POSTING_EMPTY,
            format!("the posting `{}` moves nothing", posting.key),
            "leave it out, or give its entries",
        );
        return vec![problem.under("entries")];
    }
    let mut found = Vec::new();
    let mut units = Vec::new();
    for (position, entry) in posting.entries.iter().enumerate() {
        let currency = entry.amount.currency;
        match to_minor(entry.amount.amount, currency) {
            Ok(minor) => units.push((currency, minor)),
            Err(problem) => found.push(problem.under("amount").under(position).under("entries")),
        }
    }
    if found.is_empty() {
        let unbalanced = check_balanced(&posting.key, units).err();
        found.extend(unbalanced.map(|problem| problem.under("entries")));
    }
    found
}

/// Every entry on an account where its kind moves nothing.
pub(super) fn misplaced(sound: &[Sound<'_>]) -> Vec<Problem> {
    let mut found = Vec::new();
    for one in sound {
        for (position, entry) in one.posting.entries.iter().enumerate() {
            if !accounts(entry.kind).contains(&entry.account) {
                let problem = Problem::new(
                    ENTRY_MISPLACED,
                    format!("`{}` moves nothing on the account `{}`", entry.kind, entry.account),
                    "post what `payout.post`, `payout.settle`, `payout.withhold` and \
                     `payout.adjust` give",
                );
                let problem = problem.under("account").under(position).under("entries");
                found.push(one.place(problem));
            }
        }
    }
    found
}

const fn accounts(kind: EntryKind) -> &'static [Account] {
    use Account::{Fees, Paid, Partner, Processing, Program, Transit, Withheld};
    match kind {
        EntryKind::Commission
        | EntryKind::Override
        | EntryKind::Reversal
        | EntryKind::ReRating
        | EntryKind::Adjustment
        | EntryKind::WriteOff => &[Program, Partner],
        EntryKind::Payout | EntryKind::PayoutReturned => &[Partner, Transit, Processing, Paid],
        EntryKind::PayoutRejected => &[Partner, Transit],
        EntryKind::Fee | EntryKind::FeeReturned => &[Partner, Transit, Processing, Fees, Program],
        EntryKind::Withholding => &[Partner, Withheld],
    }
}

/// Lines and adjustments that are posted under two keys, at the later one in the list.
pub(super) fn twice(sound: &[Sound<'_>]) -> Vec<Problem> {
    let mut known = BTreeSet::new();
    let once = sound.iter().filter(|one| one.posting.entries.iter().any(|e| e.kind.is_earned()));
    let again = once.filter(|one| !known.insert(one.posting.reference));
    again
        .map(|one| {
            let problem = Problem::new(
                POSTING_TWICE,
                format!("`{}` is posted under another key too", one.posting.reference),
                "keep the posting whose key was derived, and take the other one back",
            );
            one.place(problem.under("reference"))
        })
        .collect()
}
