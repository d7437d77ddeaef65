//! What was earned and taken back: reversals beside what they reverse, postings beside lines.

use std::collections::{BTreeMap, BTreeSet};

use crate::commission::{Line, LineKind};
use crate::kernel::derived_id::DerivedId;
use crate::kernel::money::{Currency, to_minor};
use crate::kernel::problem::Problem;
use crate::payout::post::entry_kind;
use crate::payout::posting::{Account, EntryKind, Posting};
use crate::payout::{
    LINE_MISMATCH, LINE_UNKNOWN, LINE_UNPOSTED, REVERSAL_EXCEEDS, REVERSAL_UNFOUNDED,
};

use super::Sound;

/// What a posting adds to its partner's balance, in minor units of each currency.
pub(super) fn to_partner(
    posting: &Posting,
    wanted: impl Fn(EntryKind) -> bool,
) -> BTreeMap<Currency, i128> {
    let mut sums = BTreeMap::new();
    for entry in &posting.entries {
        if entry.account == Account::Partner && wanted(entry.kind) {
            *sums.entry(entry.amount.currency).or_default() += i128::from(entry.sound_minor());
        }
    }
    sums
}

/// Reversals of what was not posted, and the first of those with which more was taken back than
/// was earned, in order of time.
pub(super) fn reversals(sound: &[Sound<'_>]) -> Vec<Problem> {
    let earned = |kind| matches!(kind, EntryKind::Commission | EntryKind::Override);
    let mut left: BTreeMap<DerivedId, BTreeMap<Currency, i128>> = BTreeMap::new();
    let mut whole: BTreeMap<(DerivedId, Currency), i128> = BTreeMap::new();
    for one in sound {
        let sums = to_partner(one.posting, earned);
        let reference = one.posting.reference;
        whole.extend(sums.iter().map(|(currency, minor)| ((reference, *currency), *minor)));
        if !sums.is_empty() {
            left.insert(one.posting.reference, sums);
        }
    }
    let mut found = Vec::new();
    let mut backward: Vec<&Sound<'_>> =
        sound.iter().filter(|one| one.posting.origin.is_some()).collect();
    // Of one instant, what a line is paid anew comes before what is taken back of it.
    backward.sort_by_key(|one| (one.posting.at, !is_re_rated(one.posting), one.posting.key));
    for one in backward {
        let Some(origin) = one.posting.origin else { continue };
        for (currency, minor) in to_partner(one.posting, |kind| kind == EntryKind::ReRating) {
            // It may make something of a line that was paid nothing, and so was not posted.
            *left.entry(origin).or_default().entry(currency).or_default() += minor;
            *whole.entry((origin, currency)).or_default() += minor;
        }
        let Some(left) = left.get_mut(&origin) else {
            found.push(one.place(unfounded(origin)));
            continue;
        };
        for (currency, minor) in to_partner(one.posting, |kind| kind == EntryKind::Reversal) {
            let left = left.entry(currency).or_default();
            let before = *left;
            *left += minor;
            // What is taken back stops at zero; what is given again, because a refund was undone,
            // at what was earned.
            let earned = whole.get(&(origin, currency)).copied().unwrap_or_default();
            let most = earned.signum() * (*left - earned).signum() > 0;
            if most || earned.signum() * left.signum() < 0 || earned == 0 {
                found.push(one.place(exceeds(origin, before, minor, currency)));
            }
        }
    }
    found
}

fn is_re_rated(posting: &Posting) -> bool {
    posting.entries.iter().any(|entry| entry.kind == EntryKind::ReRating)
}

fn unfounded(origin: DerivedId) -> Problem {
    Problem::new(
        REVERSAL_UNFOUNDED,
        format!("the line `{origin}` that is taken back was not posted"),
        "post the line that it takes back, or take the reversal back",
    )
    .under("origin")
}

fn exceeds(origin: DerivedId, before: i128, minor: i128, currency: Currency) -> Problem {
    Problem::new(
        REVERSAL_EXCEEDS,
        format!(
            "`{minor}` minor units of {currency} are taken back of `{before}` that are left of \
             the line `{origin}`"
        ),
        "a reversal takes back at most what was posted; correct it with an adjustment",
    )
    .under("entries")
}

/// Lines that are not posted, or not as they are, and postings of no line.
pub(super) fn compared(sound: &[Sound<'_>], lines: &[Line]) -> Vec<Problem> {
    if lines.is_empty() {
        return Vec::new();
    }
    let is_line = |kind| {
        use EntryKind::{Commission, Override, ReRating, Reversal};
        matches!(kind, Commission | Override | Reversal | ReRating)
    };
    let mut posted: BTreeMap<DerivedId, &Sound<'_>> = BTreeMap::new();
    for one in sound.iter().filter(|one| !to_partner(one.posting, is_line).is_empty()) {
        posted.entry(one.posting.reference).or_insert(one);
    }
    let mut found = Vec::new();
    for (position, line) in lines.iter().enumerate() {
        let posting = posted.get(&line.id).map(|one| one.posting);
        let placed = |problem: Problem| problem.under(position).under("lines");
        match posting {
            None if pays_nothing(line) => {}
            None => found.push(placed(Problem::new(
                LINE_UNPOSTED,
                format!("the line `{}` of `{}` is not posted", line.id, line.amount),
                "post it with `payout.post`",
            ))),
            Some(posting) if says(posting, line) => {}
            Some(posting) => found.push(placed(Problem::new(
                LINE_MISMATCH,
                format!("the line `{}` is posted otherwise under `{}`", line.id, posting.key),
                "compare partner, amount and times; correct it with an adjustment",
            ))),
        }
    }
    let known: BTreeSet<DerivedId> = lines.iter().map(|line| line.id).collect();
    for (reference, one) in posted {
        if !known.contains(&reference) {
            let problem = Problem::new(
                LINE_UNKNOWN,
                format!("there is no line `{reference}`"),
                "hand in all lines that were posted, or take the posting back",
            );
            found.push(one.place(problem.under("reference")));
        }
    }
    found
}

fn pays_nothing(line: &Line) -> bool {
    line.kind == LineKind::Unpaid
        || to_minor(line.amount.amount, line.amount.currency).is_ok_and(|minor| minor == 0)
}

fn says(posting: &Posting, line: &Line) -> bool {
    let Some(kind) = entry_kind(line.kind) else { return false };
    let amount = to_minor(line.amount.amount, line.amount.currency).ok().map(i128::from);
    let sums = to_partner(posting, |one| one == kind);
    let payable_at = posting.entries.iter().find(|entry| entry.account == Account::Partner);
    let payable_at = payable_at.map(|entry| entry.available_at.unwrap_or(posting.at));
    posting.partner == line.partner
        && posting.at == line.at
        && posting.origin == line.origin
        && payable_at == Some(line.payable_at)
        && sums.len() == 1
        && sums.get(&line.amount.currency).copied() == amount
}
