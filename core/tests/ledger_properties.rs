//! Ledgers against sums of big integers, and against themselves in pieces.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod tries;

use std::collections::{BTreeMap, BTreeSet};

use guerdon::kernel::calendar::Instant;
use guerdon::kernel::ledger::{
    Asset, Ledger, LedgerBalancesInput, LedgerEntry, LedgerPosting, POSTING_CONFLICT, Posted,
    audit, balances,
};
use num_bigint::BigInt;
use proptest::prelude::*;
use proptest::sample::select;
use tries::{USUAL, tries};

/// What a double entry may move: 2^53 - 1 shared by all that a test posts.
const MOST: i64 = 9_007_199_254_740_991 / 64;

fn instant() -> impl Strategy<Value = Instant> {
    (0_i64..12).prop_map(|hours| Instant::from_micros(hours * 3_600_000_000).unwrap())
}

/// Two or more entries that sum to zero, of one asset or two.
fn entries() -> impl Strategy<Value = Vec<LedgerEntry>> {
    let account = || select(vec!["ann", "bob", "cleo", "program"]);
    let asset = select(vec!["USD", "JPY", "points"]);
    let units = prop_oneof![-MOST..=MOST, -3_i64..=3];
    let pair = (account(), account(), asset, units, prop::option::of(instant()));
    let pairs = prop::collection::vec(pair, 1..4);
    pairs.prop_map(|pairs| {
        let entry = |account: &str, asset: &str, units, available_at| LedgerEntry {
            account: account.parse().unwrap(),
            asset: asset.parse().unwrap(),
            units,
            available_at,
        };
        let both = |(to, of, asset, units, available_at)| {
            [entry(to, asset, units, available_at), entry(of, asset, -units, None)]
        };
        pairs.into_iter().flat_map(both).collect()
    })
}

/// Postings with different keys.
fn postings() -> impl Strategy<Value = Vec<LedgerPosting>> {
    prop::collection::vec((instant(), entries()), 0..12).prop_map(|list| {
        let numbered = list.into_iter().enumerate();
        numbered
            .map(|(number, (at, entries))| LedgerPosting {
                key: format!("key-{}", (number * 7) % 12).parse().unwrap(),
                at,
                entries,
                cause: None,
                memo: None,
            })
            .collect()
    })
}

fn ledger_of<'a>(postings: impl IntoIterator<Item = &'a LedgerPosting>) -> Ledger {
    let mut ledger = Ledger::default();
    for posting in postings {
        ledger.post(posting.clone()).unwrap();
    }
    ledger
}

/// The sum of the entries that are wanted, by account and asset; all places that have one.
fn summed(
    postings: &[LedgerPosting],
    wanted: impl Fn(&LedgerPosting, &LedgerEntry) -> bool,
) -> BTreeMap<(String, String), BigInt> {
    let mut sums = BTreeMap::new();
    for posting in postings {
        for entry in &posting.entries {
            let place = (entry.account.to_string(), entry.asset.to_string());
            let sum: &mut BigInt = sums.entry(place).or_default();
            if wanted(posting, entry) {
                *sum += entry.units;
            }
        }
    }
    sums
}

fn merged(mut one: Ledger, other: &Ledger) -> Ledger {
    one.merge(other.clone()).unwrap();
    one
}

proptest! {
    #![proptest_config(tries(USUAL))]

    #[test]
    fn balances_are_sums(postings in postings(), now in instant()) {
        let ledger = ledger_of(&postings);
        let available = summed(&postings, |_, entry| entry.available_at.is_none_or(|at| at <= now));
        let mut of_asset: BTreeMap<&Asset, i64> = BTreeMap::new();
        let sums = summed(&postings, |_, _| true);
        prop_assert_eq!(ledger.accounts().len(), sums.len());
        for ((account, asset), ((place, sum), can)) in
            ledger.accounts().zip(sums.iter().zip(available.values()))
        {
            let balance = ledger.balance(account, asset).unwrap();
            prop_assert_eq!(place, &(account.to_string(), asset.to_string()));
            prop_assert_eq!(&BigInt::from(balance), sum);
            prop_assert_eq!(BigInt::from(ledger.available(account, asset, now).unwrap()), can.clone());
            let running = ledger.running(account, asset).unwrap();
            prop_assert_eq!(running.last().map(|last| last.balance), Some(balance));
            prop_assert!(running.is_sorted_by_key(|one| (one.posting.at, &one.posting.key)));
            *of_asset.entry(asset).or_default() += balance;
        }
        prop_assert!(of_asset.values().all(|sum| *sum == 0));
    }

    #[test]
    fn the_past_is_a_ledger_of_what_was_posted(postings in postings(), at in instant()) {
        let until: Vec<_> = postings.iter().filter(|posting| posting.at <= at).collect();
        let past = ledger_of(&postings).as_of(at);
        prop_assert_eq!(&past, &ledger_of(until));
        let input = LedgerBalancesInput { postings: postings.clone(), at: Some(at) };
        let answer = balances(input).unwrap();
        prop_assert_eq!(answer.balances.len(), past.accounts().len());
        for (one, (account, asset)) in answer.balances.iter().zip(past.accounts()) {
            prop_assert_eq!((&one.account, &one.asset), (account, asset));
            prop_assert_eq!(one.units, past.balance(account, asset).unwrap());
            prop_assert_eq!(one.available, past.available(account, asset, at).ok());
        }
    }

    #[test]
    fn a_replay_changes_nothing(postings in postings(), turn in 0_usize..6) {
        let mut ledger = ledger_of(&postings);
        let before = ledger.clone();
        for posting in &postings {
            let mut again = posting.clone();
            let length = again.entries.len();
            again.entries.rotate_left(turn % length);
            prop_assert_eq!(ledger.post(again), Ok(Posted::Already));
        }
        prop_assert_eq!(&ledger, &before);
        let twice: Vec<_> = postings.iter().rev().chain(&postings).cloned().collect();
        prop_assert_eq!(audit(&twice), []);
        prop_assert_eq!(ledger_of(&twice), before);
    }

    #[test]
    fn another_content_is_refused_and_changes_nothing(postings in postings(), pick in 0_usize..12) {
        prop_assume!(!postings.is_empty());
        let mut other = postings.get(pick % postings.len()).unwrap().clone();
        other.memo = Some("another".to_owned());
        let mut ledger = ledger_of(&postings);
        let before = ledger.clone();
        let problems = ledger.post(other.clone()).unwrap_err();
        prop_assert_eq!(&problems.as_slice().first().unwrap().code, &POSTING_CONFLICT);
        let mut extra = postings.first().unwrap().clone();
        extra.key = "extra".parse().unwrap();
        let problem = ledger.merge(ledger_of([&extra, &other])).unwrap_err();
        prop_assert_eq!(problem.code, POSTING_CONFLICT);
        prop_assert_eq!(&ledger, &before);
        let found = audit(&[postings, vec![other]].concat());
        prop_assert_eq!(found.len(), 1);
    }

    /// Postings that a partition has, that several have, and that each has in another order.
    #[test]
    fn ledgers_merge_in_any_order_and_grouping(
        postings in postings(), shares in prop::collection::vec(1_usize..8, 12),
    ) {
        let part = |number: usize| {
            let mine = postings.iter().zip(&shares).filter(|(_, share)| *share >> number & 1 == 1);
            ledger_of(mine.map(|(posting, _)| posting).collect::<Vec<_>>().into_iter().rev())
        };
        let (a, b, c) = (part(0), part(1), part(2));
        let all = ledger_of(&postings);
        let left = merged(merged(a.clone(), &b), &c);
        let right = merged(a.clone(), &merged(b.clone(), &c));
        let back = merged(merged(c, &b), &a);
        prop_assert_eq!(&left, &all);
        prop_assert_eq!(&right, &all);
        prop_assert_eq!(&back, &all);
        prop_assert_eq!(&merged(all.clone(), &all), &all);
        prop_assert_eq!(&merged(Ledger::default(), &all), &all);
    }

    #[test]
    fn what_does_not_sum_to_zero_is_refused(postings in postings(), off in 1_i64..5) {
        prop_assume!(!postings.is_empty());
        let mut ledger = Ledger::default();
        for mut posting in postings {
            posting.entries.first_mut().unwrap().units += off;
            prop_assert_eq!(posting.check().len(), 1);
            prop_assert!(ledger.post(posting).is_err());
        }
        prop_assert_eq!(ledger, Ledger::default());
    }

    #[test]
    fn accounts_keep_apart(postings in postings()) {
        let ledger = ledger_of(&postings);
        let places: BTreeSet<_> = ledger.accounts().collect();
        let entries: usize = postings.iter().map(|posting| posting.entries.len()).sum();
        let running = |(account, asset)| ledger.running(account, asset).unwrap().len();
        prop_assert_eq!(places.into_iter().map(running).sum::<usize>(), entries);
    }
}
