//! Whole lives of payouts: batches and withdrawals, retries, returns, withholding, clawbacks and
//! write-offs, over random histories.
//!
//! The oracle keeps no postings. It is the host's own notebook: what was earned and when it is
//! payable, what was handed to the bank and where it is, what the tax office has; balances are
//! sums over the notebook, and what may leave is found by trying every instant.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a failed unwrap or index is a failed test"
)]

mod notebook;
#[path = "../tries/mod.rs"]
mod tries;

use guerdon::commission::Line;
use guerdon::kernel::derived_id::Cause;
use guerdon::payout::{
    Payout, PayoutAuditInput, PayoutBalancesInput, PayoutOutcome, PayoutState, Posting, audit,
    balances,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tries::{USUAL, tries};

use guerdon::kernel::money::Money;
use notebook::{Happening, Host, at, id, minor};

fn happening() -> impl Strategy<Value = Happening> {
    use PayoutOutcome::{Completed, Failed, Processing, Rejected, Returned, Started};
    let outcomes =
        select(vec![Started, Processing, Completed, Completed, Failed, Rejected, Returned]);
    prop_oneof![
        5 => (1..30_000_i64, 0..200_i64).prop_map(|(minor, hold)| Happening::Earned { minor, hold }),
        2 => (any::<Index>(), 1..=1_000_i64)
            .prop_map(|(line, permille)| Happening::Clawed { line, permille }),
        3 => Just(Happening::Withheld),
        2 => [-50..50_i64, -50..50_i64].prop_map(|cut_offs| Happening::Proposed { cut_offs }),
        2 => (1..1_100_i64).prop_map(|permille| Happening::Asked { permille }),
        4 => (any::<Index>(), outcomes)
            .prop_map(|(payout, outcome)| Happening::Stepped { payout, outcome }),
        1 => (1..1_100_i64).prop_map(|permille| Happening::Forgiven { permille }),
    ]
}

fn history() -> impl Strategy<Value = Vec<(i64, Happening)>> {
    proptest::collection::vec((0..48_i64, happening()), 1..40)
}

proptest! {
    #![proptest_config(tries(USUAL))]

    /// The checks are in the host: each step is allowed, and refused, when its notebook says so.
    #[test]
    fn the_books_say_what_the_notebook_says(history in history()) {
        let host = Host::lives(&history);
        let told = balances(PayoutBalancesInput {
            postings: host.postings.clone(),
            at: at(100_000),
        }).unwrap();
        prop_assert_eq!(told.payouts.len(), host.sent.len());
        for sent in &host.sent {
            let one = told.payouts.iter().find(|one| one.id == sent.payout.id).unwrap();
            prop_assert_eq!((one.state, one.attempts), (sent.state, sent.attempt));
        }
        let Some(ann) = told.balances.first() else { return Ok(()) };
        let sum = |state, of: fn(&Payout) -> Money| -> i64 {
            let such = host.sent.iter().filter(|sent| sent.state == state);
            such.map(|sent| minor(of(&sent.payout))).sum()
        };
        prop_assert_eq!(minor(ann.balance), host.balance());
        let under_way = [PayoutState::Pending, PayoutState::Processing];
        let under_way: i64 = under_way.map(|state| sum(state, |payout| payout.gross)).iter().sum();
        prop_assert_eq!(minor(ann.in_transit), under_way);
        prop_assert_eq!(minor(ann.paid), sum(PayoutState::Completed, |payout| payout.net));
        prop_assert_eq!(minor(ann.withheld), host.withheld.iter().sum::<i64>());
        prop_assert_eq!(minor(ann.available), host.available(100_000, None).max(0));
        prop_assert_eq!(ann.open.is_some(), host.open());
    }

    /// Whatever happened, the audit finds nothing; and whatever is lost or changed, it finds that.
    #[test]
    fn the_audit_finds_what_is_broken_and_nothing_else(
        history in history(), which in any::<Index>(), change in 0..4_usize,
    ) {
        let host = Host::lives(&history);
        let lines: Vec<Line> = host.postings.iter().filter_map(|posting| {
            let of = |line: &Line| line.id == posting.reference;
            host.lines.iter().map(|(line, _)| line).find(|line| of(line)).cloned()
        }).collect();
        let asked = |postings: Vec<Posting>| {
            let payouts = host.sent.iter().map(|sent| sent.payout.clone()).collect();
            audit(PayoutAuditInput { postings, lines: Vec::new(), payouts }).unwrap()
        };
        let sound = asked([host.postings.clone(), host.postings.clone()].concat());
        prop_assert!(sound.problems.is_empty(), "{:?}", sound.problems);
        prop_assert_eq!(sound.postings, sound.repeated);
        if host.postings.is_empty() {
            return Ok(());
        }
        prop_assert!(lines.len() == host.lines.len());

        let mut broken = host.postings.clone();
        let place = which.index(broken.len());
        let victim = broken[place].clone();
        match change {
            0 => broken[place].entries.truncate(1),
            1 => broken.push(Posting { event: Some(id("another")), ..victim }),
            2 => broken[place].entries.clear(),
            // A posting under a key of its own: a line, a decision or a step too many.
            _ => {
                let key = Cause::of("forged").id();
                let tax = victim.entries.iter().any(|one| one.kind.as_str() == "withholding");
                if tax {
                    return Ok(());
                }
                broken.push(Posting { key, ..victim });
            }
        }
        prop_assert!(!asked(broken).problems.is_empty());
    }
}
