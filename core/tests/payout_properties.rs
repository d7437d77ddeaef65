//! Payouts over random histories: earned, taken back, proposed, carried out, failed and returned.
//!
//! The oracle is a ledger of another kind: it folds every entry of every account as big integers
//! of the digits in the amounts, and knows nothing of policies, periods or books.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed unwrap or index is a failed test"
)]

mod tries;

use std::collections::{BTreeMap, BTreeSet};

use guerdon::commission::{Line, LineKind};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::derived_id::{Cause, DerivedId};
use guerdon::kernel::id::Id;
use guerdon::kernel::ledger::{LedgerBalancesInput, audit, balances};
use guerdon::kernel::money::{Amount, Currency, Money};
use guerdon::payout::{
    Account, EntryKind, Payee, Payout, PayoutLedgerInput, PayoutOutcome, PayoutPolicyText,
    PostInput, Posting, PostingEntry, Proposal, ProposeInput, SettleInput, Statement,
    StatementInput, StatementPeriod, StatementsInput, ledger, post, propose, settle, statement,
    statements,
};
use num_bigint::BigInt;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rust_decimal::Decimal;
use tries::{USUAL, tries};

const PARTNERS: [&str; 3] = ["ann", "bob", "cat"];

/// Policies that differ in all that matters for amounts.
const POLICIES: [&str; 5] = [
    "",
    r#","minimum":"25""#,
    r#","increment":"1","fee":{"charge":{"type":"percent","rate":{"percent":"2"},"min":"0.30","max":"5"}}"#,
    r#","fee":{"charge":{"type":"flat","amount":"0.25"},"borne_by":"program","on_return":"kept"}"#,
    r#","increment":"0.05","fee":{"charge":{"type":"percent","rate":{"ratio":"1/3"},"rounding":"ceil"},"on_return":"kept"}"#,
];

fn policy(which: usize) -> PayoutPolicyText {
    let rest = POLICIES[which];
    format!(
        r#"{{"format":"guerdon.payout_policy/1","id":"p{which}","version":1,"currency":"USD"{rest}}}"#
    )
    .parse()
    .unwrap()
}

fn at(minute: i64) -> Instant {
    Instant::from_micros(1_793_000_000_000_000 + minute * 60_000_000).unwrap()
}

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn money(minor: i64, currency: &str) -> Money {
    let currency: Currency = currency.parse().unwrap();
    Money { amount: Amount::from(Decimal::new(minor, u32::from(currency.digits()))), currency }
}

/// The digits of an amount: minor units, whatever the currency.
fn minor(money: &Money) -> BigInt {
    let digits = u32::from(money.currency.digits());
    let mut decimal = money.amount.decimal();
    decimal.rescale(digits);
    BigInt::from(decimal.mantissa())
}

/// Something that happens, a while after what happened before.
#[derive(Clone, Debug)]
enum Happening {
    Earned { partner: usize, kind: LineKind, minor: i64, currency: &'static str, hold: i64 },
    Proposed { policy: usize, cut_off: i64, delay: i64, unverified: Option<usize> },
    Settled { payout: Index, outcome: PayoutOutcome },
}

fn earning() -> impl Strategy<Value = Happening> {
    let kinds = vec![LineKind::Commission, LineKind::Override, LineKind::Reversal];
    let currency = prop_oneof![4 => Just("USD"), 1 => Just("JPY")];
    (0..3_usize, select(kinds), 0..20_000_i64, currency, 0..300_i64).prop_map(
        |(partner, kind, minor, currency, hold)| {
            let minor = if kind == LineKind::Reversal { -minor } else { minor };
            Happening::Earned { partner, kind, minor, currency, hold }
        },
    )
}

fn proposing() -> impl Strategy<Value = Happening> {
    let unverified = proptest::option::of(0..3_usize);
    (0..POLICIES.len(), -100..100_i64, 0..50_i64, unverified).prop_map(
        |(policy, cut_off, delay, unverified)| Happening::Proposed {
            policy,
            cut_off,
            delay,
            unverified,
        },
    )
}

fn settling() -> impl Strategy<Value = Happening> {
    let outcomes = [PayoutOutcome::Completed, PayoutOutcome::Failed, PayoutOutcome::Returned];
    (any::<Index>(), select(outcomes.to_vec()))
        .prop_map(|(payout, outcome)| Happening::Settled { payout, outcome })
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![5 => earning(), 2 => proposing(), 2 => settling()]
}

fn history() -> impl Strategy<Value = Vec<(i64, Happening)>> {
    proptest::collection::vec((0..120_i64, happening()), 1..40)
}

/// The host: keeps postings, carries out what is proposed, and checks each step.
#[derive(Default)]
struct Host {
    postings: Vec<Posting>,
    started: Vec<(Payout, Vec<PayoutOutcome>)>,
    ids: BTreeSet<DerivedId>,
    minute: i64,
}

impl Host {
    fn live(history: &[(i64, Happening)]) -> Self {
        let mut host = Self::default();
        for (number, (later, happening)) in history.iter().enumerate() {
            host.minute += later;
            match happening {
                Happening::Earned { partner, kind, minor, currency, hold } => {
                    let amount = money(*minor, currency);
                    let postings =
                        earned(number, PARTNERS[*partner], *kind, amount, host.minute, *hold);
                    host.postings.extend(postings);
                }
                Happening::Proposed { policy: which, cut_off, delay, unverified } => {
                    host.pay(*which, host.minute + cut_off, *unverified);
                    host.minute += delay;
                }
                Happening::Settled { payout, outcome } => host.settle(*payout, *outcome),
            }
        }
        host
    }

    fn pay(&mut self, which: usize, cut_off: i64, unverified: Option<usize>) {
        let input = ProposeInput {
            policy: policy(which),
            postings: self.postings.clone(),
            partners: payees(unverified),
            cut_off: at(cut_off),
            rates: Vec::new(),
        };
        let proposal = propose(input.clone()).unwrap();
        self.check(&proposal, &input, which);
        for payout in proposal.payouts {
            assert!(self.ids.insert(payout.id), "an id was given out twice: {payout:?}");
            self.post(&payout, PayoutOutcome::Started);
            self.started.push((payout, vec![PayoutOutcome::Started]));
        }
    }

    fn check(&self, proposal: &Proposal, input: &ProposeInput, which: usize) {
        let step = BigInt::from([1, 1, 100, 1, 5][which]);
        let mut sums = [BigInt::ZERO, BigInt::ZERO, BigInt::ZERO];
        for payout in &proposal.payouts {
            let earned = earned_by(&self.postings, &payout.partner, input.cut_off);
            let gross = minor(&payout.gross);
            let open = self.not_returned(&payout.partner);
            assert!(gross > BigInt::ZERO && open + &gross <= earned, "{payout:?}");
            assert!(minor(&payout.carried) >= BigInt::ZERO);
            assert!(gross <= balance(&self.postings, Some(&payout.partner), Account::Partner));
            assert_eq!(minor(&payout.net) % &step, BigInt::ZERO, "{payout:?}");
            for (sum, part) in sums.iter_mut().zip([payout.gross, payout.fee, payout.net]) {
                *sum += minor(&part);
            }
        }
        let totals = &proposal.totals;
        assert_eq!(sums, [totals.gross, totals.fees, totals.net].map(|total| minor(&total)));
        assert_eq!(totals.count, u64::try_from(proposal.payouts.len()).unwrap());
        // Every listed partner is in exactly one of the lists, and both are sorted.
        let paid = proposal.payouts.iter().map(|payout| &payout.partner);
        let unpaid = proposal.unpaid.iter().map(|unpaid| &unpaid.partner);
        assert!(paid.clone().is_sorted() && unpaid.clone().is_sorted());
        let all: Vec<&Id> = paid.chain(unpaid).collect();
        assert_eq!(all.len(), PARTNERS.len());
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), PARTNERS.len());
        assert!(proposal.unpaid.iter().all(|unpaid| !unpaid.reasons.is_empty()));
    }

    /// What has left a partner's balance for payouts, less what came back.
    fn not_returned(&self, partner: &Id) -> BigInt {
        let of = |account| balance(&self.postings, Some(partner), account);
        of(Account::Transit) + of(Account::Paid) + of(Account::Fees)
            - self.borne_by_program(partner)
    }

    fn borne_by_program(&self, partner: &Id) -> BigInt {
        -fold(&self.postings, |posting, entry| {
            posting.partner == *partner
                && entry.account == Account::Program
                && matches!(entry.kind, EntryKind::Fee | EntryKind::FeeReturned)
        })
    }

    fn post(&mut self, payout: &Payout, outcome: PayoutOutcome) {
        let at = at(self.minute).max(payout.cut_off);
        self.postings.push(settled(&self.postings, payout, outcome, at));
    }

    /// Takes a payout one step on, if that step can come next.
    fn settle(&mut self, which: Index, outcome: PayoutOutcome) {
        if self.started.is_empty() {
            return;
        }
        let place = which.index(self.started.len());
        let (payout, past) = self.started[place].clone();
        let next = matches!(
            (past.last().unwrap(), outcome),
            (PayoutOutcome::Started, PayoutOutcome::Completed | PayoutOutcome::Failed)
                | (PayoutOutcome::Completed, PayoutOutcome::Returned)
        );
        if next {
            self.started[place].1.push(outcome);
            self.post(&payout, outcome);
        }
    }
}

fn settled(postings: &[Posting], payout: &Payout, outcome: PayoutOutcome, at: Instant) -> Posting {
    let (postings, payout) = (postings.to_vec(), payout.clone());
    settle(SettleInput { postings, payout, outcome, at, attempt: 1 }).unwrap()
}

fn payees(unverified: Option<usize>) -> Vec<Payee> {
    let payee = |(number, partner): (usize, &&str)| Payee {
        verified: unverified != Some(number),
        ..Payee::new(id(partner))
    };
    PARTNERS.iter().enumerate().map(payee).collect()
}

/// What a line posts; only what posting reads is told apart.
fn earned(
    number: usize,
    partner: &str,
    kind: LineKind,
    amount: Money,
    minute: i64,
    hold: i64,
) -> Vec<Posting> {
    let line = Line {
        id: Cause::of("line").number(i64::try_from(number).unwrap()).id(),
        kind,
        event: id(&format!("event-{number}")),
        item: None,
        partner: id(partner),
        amount,
        at: at(minute),
        payable_at: at(minute + hold),
        plan: id("plan"),
        plan_version: 1,
        rule: Some(id("rule")),
        tier: None,
        rate: None,
        schedule: None,
        level: 0,
        base: amount,
        gross: amount,
        order_gross: amount,
        customer: None,
        measured: Amount::ZERO,
        counted: Amount::ZERO,
        origin: None,
        refunded: None,
    };
    post(PostInput { lines: vec![line] }).unwrap().postings
}

// ---- the oracle ----

fn fold(postings: &[Posting], wanted: impl Fn(&Posting, &PostingEntry) -> bool) -> BigInt {
    let mut seen = BTreeSet::new();
    let fresh = postings.iter().filter(|posting| seen.insert(posting.key));
    let entries =
        fresh.flat_map(|posting| posting.entries.iter().map(move |entry| (posting, entry)));
    entries
        .filter(|(posting, entry)| wanted(posting, entry))
        .map(|(_, entry)| minor(&entry.amount))
        .sum()
}

fn is_usd(entry: &PostingEntry) -> bool {
    entry.amount.currency.as_str() == "USD"
}

/// What one partner, or everybody, has on an account in dollars.
fn balance(postings: &[Posting], partner: Option<&Id>, account: Account) -> BigInt {
    fold(postings, |posting, entry| {
        is_usd(entry)
            && entry.account == account
            && partner.is_none_or(|one| *one == posting.partner)
    })
}

/// What commissions gave, and reversals took back, as far as it is past its hold.
fn earned_by(postings: &[Posting], partner: &Id, now: Instant) -> BigInt {
    let kinds = [EntryKind::Commission, EntryKind::Override, EntryKind::Reversal];
    fold(postings, |posting, entry| {
        is_usd(entry)
            && entry.account == Account::Partner
            && kinds.contains(&entry.kind)
            && posting.partner == *partner
            && entry.available_at.unwrap_or(posting.at) <= now
    })
}

fn owed_before(postings: &[Posting], statement: &Statement, end: Instant) -> BigInt {
    fold(postings, |posting, entry| {
        entry.amount.currency == statement.currency
            && entry.account == Account::Partner
            && posting.partner == statement.partner
            && posting.at < end
    })
}

const ACCOUNTS: [Account; 7] = [
    Account::Processing,
    Account::Partner,
    Account::Program,
    Account::Transit,
    Account::Paid,
    Account::Fees,
    Account::Withheld,
];

// ---- the properties ----

proptest! {
    #![proptest_config(tries(USUAL))]

    /// The checks are in the host: a payout never exceeds what is payable, now or later.
    #[test]
    fn nobody_is_paid_more_than_is_payable(history in history()) {
        let host = Host::live(&history);
        for partner in PARTNERS {
            let completed: BigInt = balance(&host.postings, Some(&id(partner)), Account::Paid);
            prop_assert!(completed >= BigInt::ZERO);
        }
        let transit = balance(&host.postings, None, Account::Transit);
        let under_way: BigInt = host
            .started
            .iter()
            .filter(|(_, past)| past.len() == 1)
            .map(|(payout, _)| minor(&payout.gross))
            .sum();
        prop_assert_eq!(transit, under_way);
    }

    #[test]
    fn every_posting_sums_to_zero(history in history()) {
        let host = Host::live(&history);
        for posting in &host.postings {
            let mut sums: BTreeMap<Currency, BigInt> = BTreeMap::new();
            for entry in &posting.entries {
                *sums.entry(entry.amount.currency).or_default() += minor(&entry.amount);
            }
            prop_assert!(sums.values().all(|sum| *sum == BigInt::ZERO), "{posting:?}");
        }
    }

    /// The kernel's own ledger sums to the same, and finds nothing wrong.
    #[test]
    fn the_general_ledger_agrees(history in history(), seed: u64) {
        let host = Host::live(&history);
        let input = PayoutLedgerInput { postings: shuffled(&host.postings, seed) };
        let postings = ledger(input).unwrap().postings;
        prop_assert!(audit(&postings).is_empty());
        let sums = balances(LedgerBalancesInput { postings, at: None }).unwrap().balances;
        for sum in sums.iter().filter(|sum| sum.asset.to_string() == "USD") {
            let (account, partner) = match sum.account.as_str().split_once('/') {
                Some((account, partner)) => (account, Some(id(partner))),
                None => (sum.account.as_str(), None),
            };
            let expected = balance(&host.postings, partner.as_ref(), account.parse().unwrap());
            prop_assert_eq!(BigInt::from(sum.units), expected, "{}", sum.account);
        }
    }

    /// Started and failed, or started, completed and returned, is as if it had never been; only a
    /// fee that the policy lets the method keep is gone.
    #[test]
    fn what_comes_back_restores_exactly(history in history(), which in any::<Index>(), fails: bool) {
        let host = Host::live(&history);
        prop_assume!(!host.started.is_empty());
        let (payout, _) = &host.started[which.index(host.started.len())];
        let round_trip = if fails {
            vec![PayoutOutcome::Started, PayoutOutcome::Failed]
        } else {
            vec![PayoutOutcome::Started, PayoutOutcome::Completed, PayoutOutcome::Returned]
        };
        let mut trip = earned(0, payout.partner.as_str(), LineKind::Commission, payout.gross, -10_000, 0);
        for outcome in round_trip {
            trip.push(settled(&trip, payout, outcome, payout.cut_off));
        }
        trip.remove(0);
        let kept = if !fails && payout.fee_on_return.as_str() == "kept" { minor(&payout.fee) } else { BigInt::ZERO };
        for account in ACCOUNTS {
            let bears = account.as_str() == payout.fee_borne_by.as_str();
            let left = match account {
                Account::Fees => kept.clone(),
                _ if bears => -kept.clone(),
                _ => BigInt::ZERO,
            };
            prop_assert_eq!(balance(&trip, None, account), left, "{:?} {:?}", account, payout);
        }
    }

    #[test]
    fn statements_chain_and_agree_with_the_ledger(
        history in history(),
        mut cuts in proptest::collection::vec(-10..5_000_i64, 2..6),
        seed: u64,
    ) {
        let host = Host::live(&history);
        cuts.sort_unstable();
        let mut closing: BTreeMap<(Id, Currency), Money> = BTreeMap::new();
        for window in cuts.windows(2) {
            let period = StatementPeriod { start: at(window[0]), end: at(window[1]) };
            let zone = guerdon::kernel::calendar::Zone::UTC;
            let input = StatementsInput { postings: host.postings.clone(), period, zone };
            let all = statements(input.clone()).unwrap().statements;
            let shuffled = StatementsInput { postings: shuffled(&host.postings, seed), ..input };
            prop_assert_eq!(&all, &statements(shuffled).unwrap().statements);
            for one in &all {
                let StatementPeriod { start, end } = period;
                prop_assert_eq!(minor(&one.opening), owed_before(&host.postings, one, start));
                prop_assert_eq!(minor(&one.closing), owed_before(&host.postings, one, end));
                if let Some(before) = closing.insert((one.partner.clone(), one.currency), one.closing) {
                    prop_assert_eq!(before, one.opening);
                }
                adds_up(one)?;
                let input = StatementInput {
                    postings: host.postings.clone(),
                    partner: one.partner.clone(),
                    currency: one.currency,
                    period,
                    zone,
                };
                prop_assert_eq!(one, &statement(input).unwrap());
            }
        }
    }
}

fn adds_up(one: &Statement) -> Result<(), TestCaseError> {
    let parts = [
        one.commissions,
        one.overrides,
        one.reversals,
        one.payouts,
        one.fees,
        one.withheld,
        one.adjustments,
    ];
    let sum: BigInt = parts.iter().map(minor).sum();
    prop_assert_eq!(minor(&one.opening) + sum, minor(&one.closing));
    prop_assert_eq!(minor(&one.payable) + minor(&one.pending), minor(&one.closing));
    let mut running = minor(&one.opening);
    for entry in &one.entries {
        prop_assert!(one.period.start <= entry.at && entry.at < one.period.end);
        running += minor(&entry.amount);
        prop_assert_eq!(&minor(&entry.balance), &running);
    }
    prop_assert_eq!(running, minor(&one.closing));
    prop_assert!(one.entries.is_sorted_by_key(|entry| entry.at));
    Ok(())
}

/// The same postings in another order, some of them twice.
fn shuffled(postings: &[Posting], seed: u64) -> Vec<Posting> {
    let twice = postings.iter().chain(postings.iter().step_by(3));
    let mut order: Vec<(u64, &Posting)> = (0_u64..)
        .zip(twice)
        .map(|(place, posting)| ((seed ^ place).wrapping_mul(0x9e37_79b9_7f4a_7c15), posting))
        .collect();
    order.sort_by_key(|(key, _)| *key);
    order.into_iter().map(|(_, posting)| posting.clone()).collect()
}
