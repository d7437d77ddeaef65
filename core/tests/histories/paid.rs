//! From the event to the bank: what a history earned is posted, paid, taken back, and audited.
//!
//! The books of this oracle are sums over the lines and over the payouts that were carried out, in
//! big integers; it never looks at a posting to say what somebody is owed.

use std::collections::{BTreeMap, BTreeSet};

use guerdon::commission::Line;
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::derived_id::DerivedId;
use guerdon::kernel::id::Id;
use guerdon::kernel::ledger::audit;
use guerdon::kernel::money::{Money, to_minor};
use guerdon::payout::{
    Account, Payee, Payout, PayoutLedgerInput, PayoutOutcome, PayoutPolicyText, PostInput, Posting,
    Proposal, ProposeInput, SettleInput, StatementPeriod, StatementsInput, ledger, post, propose,
    settle, statements,
};
use num_bigint::BigInt;
use proptest::prelude::*;

use crate::documents::micros;
use crate::live::{Case, Lived, cases};
use crate::tries::tries;

const NOT_YET: i64 = 400;

fn minor(money: Money) -> BigInt {
    to_minor(money.amount, money.currency).unwrap().into()
}

/// What the method does with each payout, by turns.
const FATES: [&[PayoutOutcome]; 4] = [
    &[PayoutOutcome::Started, PayoutOutcome::Completed],
    &[PayoutOutcome::Started, PayoutOutcome::Failed],
    &[PayoutOutcome::Started, PayoutOutcome::Completed, PayoutOutcome::Returned],
    &[PayoutOutcome::Started],
];

/// The host's side: rows that it keeps, and what it did at the bank.
struct Books {
    policy: PayoutPolicyText,
    lines: Vec<Line>,
    postings: Vec<Posting>,
    payouts: BTreeSet<DerivedId>,
    /// By partner: what is gone or on its way.
    gone: BTreeMap<Id, BigInt>,
    fate: usize,
}

impl Books {
    fn new(case: &Case, fate: usize) -> Self {
        let policy = format!(
            r#"{{"format":"guerdon.payout_policy/1","id":"bank","version":1,"currency":"{}","minimum":"1"}}"#,
            case.spec.currency
        );
        Self {
            policy: policy.parse().unwrap(),
            lines: Vec::new(),
            postings: Vec::new(),
            payouts: BTreeSet::new(),
            gone: BTreeMap::new(),
            fate,
        }
    }

    /// Posts lines twice, as a host that retries does.
    fn post(&mut self, lines: &[Line]) {
        let posted = post(PostInput { lines: lines.to_vec() }).unwrap().postings;
        assert_eq!(post(PostInput { lines: lines.to_vec() }).unwrap().postings, posted);
        // A line of nothing posts nothing; any other one posts its amount to its partner.
        let moved: BigInt = posted.iter().map(to_partner).sum();
        assert_eq!(moved, lines.iter().map(|line| minor(line.amount)).sum::<BigInt>());
        self.lines.extend_from_slice(lines);
        self.postings.extend(posted.iter().cloned());
        self.postings.extend(posted);
    }

    fn owed(&self, partner: &Id, by: Instant) -> BigInt {
        let lines =
            self.lines.iter().filter(|line| line.partner == *partner && line.payable_at <= by);
        lines.map(|line| minor(line.amount)).sum()
    }

    fn gone(&self, partner: &Id) -> BigInt {
        self.gone.get(partner).cloned().unwrap_or_default()
    }

    fn partners(&self) -> BTreeSet<Id> {
        self.lines.iter().map(|line| line.partner.clone()).collect()
    }

    fn propose(&self, cut_off: Instant) -> Proposal {
        let partners = self.partners().into_iter().map(Payee::new).collect();
        let (policy, postings) = (self.policy.clone(), self.postings.clone());
        propose(ProposeInput { policy, postings, partners, cut_off, rates: Vec::new() }).unwrap()
    }

    /// Pays what can be paid, and asks again at once: nobody is paid twice.
    fn pay(&mut self, cut_off: Instant) {
        let proposal = self.propose(cut_off);
        for payout in &proposal.payouts {
            let gross = minor(payout.gross);
            let payable = self.owed(&payout.partner, cut_off) - self.gone(&payout.partner);
            assert!(gross > BigInt::ZERO && gross <= payable, "{payout:?} of {payable}");
            assert!(self.payouts.insert(payout.id), "an id was given out twice: {payout:?}");
            self.carry_out(payout, cut_off);
        }
        let open: Vec<&Id> = proposal.payouts.iter().map(|payout| &payout.partner).collect();
        for again in self.propose(cut_off).payouts {
            let back = self.owed(&again.partner, cut_off) - self.gone(&again.partner);
            assert!(open.contains(&&again.partner) && minor(again.gross) <= back, "{again:?}");
        }
    }

    fn carry_out(&mut self, payout: &Payout, at: Instant) {
        let fate = FATES[self.fate % FATES.len()];
        self.fate += 1;
        for outcome in fate {
            let postings = self.postings.clone();
            let input =
                SettleInput { postings, payout: payout.clone(), outcome: *outcome, at, attempt: 1 };
            let posting = settle(input.clone()).unwrap();
            let postings = [self.postings.clone(), vec![posting.clone()]].concat();
            assert_eq!(settle(SettleInput { postings, ..input }).unwrap(), posting);
            self.postings.extend([posting.clone(), posting]);
        }
        let back = matches!(fate.last(), Some(PayoutOutcome::Failed | PayoutOutcome::Returned));
        if !back {
            *self.gone.entry(payout.partner.clone()).or_default() += minor(payout.gross);
        }
    }

    /// Every set sums to zero, and every balance is what the lines and the bank say.
    fn check(&self) {
        for posting in &self.postings {
            let sum: BigInt = posting.entries.iter().map(|entry| minor(entry.amount)).sum();
            assert_eq!(sum, BigInt::ZERO, "{posting:?}");
        }
        let books = ledger(PayoutLedgerInput { postings: self.postings.clone() }).unwrap();
        assert!(audit(&books.postings).is_empty());
        let period = StatementPeriod {
            start: Instant::from_micros(micros(-NOT_YET)).unwrap(),
            end: Instant::from_micros(micros(2 * NOT_YET)).unwrap(),
        };
        let zone = guerdon::kernel::calendar::Zone::UTC;
        let input = StatementsInput { postings: self.postings.clone(), period, zone };
        let all = statements(input).unwrap().statements;
        for partner in self.partners() {
            let owed = self.owed(&partner, period.end) - self.gone(&partner);
            let told = all.iter().find(|one| one.partner == partner);
            assert_eq!(told.map_or(BigInt::ZERO, |one| minor(one.closing)), owed, "{partner}");
            let Some(told) = told else { continue };
            assert_eq!(told.entries.iter().map(|entry| minor(entry.amount)).sum::<BigInt>(), owed);
        }
    }
}

/// What a posting adds to its partner's balance.
fn to_partner(posting: &Posting) -> BigInt {
    let entries = posting.entries.iter().filter(|entry| entry.account == Account::Partner);
    entries.map(|entry| minor(entry.amount)).sum()
}

proptest! {
    #![proptest_config(tries(150))]

    #[test]
    fn what_was_earned_is_paid_once_and_can_be_taken_back(
        case in cases(24), fate in 0..FATES.len(), every in 1..6_usize,
    ) {
        let mut lived = Lived::through(&case);
        let mut books = Books::new(&case, fate);
        for (number, happened) in lived.happened.iter().enumerate() {
            books.post(&happened.outcome.lines);
            if number % every == 0 {
                books.pay(happened.at);
            }
        }
        books.pay(Instant::from_micros(micros(NOT_YET)).unwrap());
        books.check();

        let paid_for = lived.happened.len();
        lived.give_everything_back(&case.spec, micros(NOT_YET));
        for happened in &lived.happened[paid_for..] {
            books.post(&happened.outcome.lines);
        }
        books.check();
        // Whoever was paid owes all of it, and nobody is paid anything.
        for partner in books.partners() {
            prop_assert_eq!(books.owed(&partner, Instant::from_micros(micros(2 * NOT_YET)).unwrap()), BigInt::ZERO);
        }
        prop_assert!(books.propose(Instant::from_micros(micros(2 * NOT_YET)).unwrap()).payouts.is_empty());
    }
}
