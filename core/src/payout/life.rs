//! Where each payout stands, told from the postings alone.
//!
//! A payout is what the postings say of it: how often it was started, and what became of it each
//! time. Counting is enough, since every step takes the money from where the step before has put
//! it, so the order in which postings come never matters.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::Currency;

use super::posting::{Account, EntryKind, Posting, PostingEntry};
use super::settle::{PayoutOutcome, step_key};

/// Where a payout stands.
#[model]
pub enum PayoutState {
    /// It was started, and nothing more is known.
    Pending,
    /// It was handed to the payout method.
    Processing,
    /// It arrived.
    Completed,
    /// It did not arrive; it can be started again.
    Failed,
    /// It was refused before it was sent, and is over.
    Rejected,
    /// It arrived and came back, and is over.
    Returned,
}

impl PayoutState {
    /// Whether it is under way.
    pub(super) const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Processing)
    }
}

/// Every payout that the postings know, by id.
pub(super) struct Lives<'a> {
    lives: BTreeMap<DerivedId, Life<'a>>,
    /// Those under way, by whose they are; one at most in sound books.
    open: BTreeMap<(&'a Id, Currency), Vec<DerivedId>>,
}

/// What the postings say of one payout.
pub(super) struct Life<'a> {
    id: DerivedId,
    pub(super) partner: &'a Id,
    pub(super) currency: Currency,
    /// Its steps, in no order.
    steps: Vec<Step>,
}

/// One posting of a payout.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) outcome: PayoutOutcome,
    pub(super) at: Instant,
    pub(super) key: DerivedId,
    /// What is sent, in minor units.
    pub(super) net: i64,
    /// The fee that goes the same way, where the partner bears it.
    pub(super) fee: i64,
}

impl<'a> Lives<'a> {
    /// Reads postings that are known to be sound, in any order; one that comes twice counts once.
    pub(super) fn read(postings: &'a [Posting]) -> Self {
        let mut seen = BTreeSet::new();
        Self::of_each(postings.iter().filter(|posting| seen.insert(posting.key)))
    }

    /// Reads postings of which each comes once.
    pub(super) fn of_each(postings: impl Iterator<Item = &'a Posting>) -> Self {
        let mut lives: BTreeMap<DerivedId, Life<'a>> = BTreeMap::new();
        for posting in postings {
            if let Some((currency, step)) = step(posting) {
                let (id, partner) = (posting.reference, &posting.partner);
                let new = || Life { id, partner, currency, steps: Vec::new() };
                lives.entry(id).or_insert_with(new).steps.push(step);
            }
        }
        let mut open: BTreeMap<(&Id, Currency), Vec<DerivedId>> = BTreeMap::new();
        for (id, life) in lives.iter().filter(|(_, life)| life.state().is_open()) {
            open.entry((life.partner, life.currency)).or_default().push(*id);
        }
        Self { lives, open }
    }

    /// All of them, in the order of their ids.
    pub(super) fn iter(&self) -> impl Iterator<Item = (DerivedId, &Life<'a>)> {
        self.lives.iter().map(|(id, life)| (*id, life))
    }

    /// Those under way, by whose they are.
    pub(super) fn all_open(&self) -> impl Iterator<Item = (&'a Id, &[DerivedId])> {
        self.open.iter().map(|((partner, _), open)| (*partner, open.as_slice()))
    }

    pub(super) fn of(&self, payout: DerivedId) -> Option<&Life<'a>> {
        self.lives.get(&payout)
    }

    /// The payout of a partner that is under way in a currency.
    pub(super) fn open(&self, partner: &Id, currency: Currency) -> Option<DerivedId> {
        self.open.get(&(partner, currency)).and_then(|open| open.first().copied())
    }
}

impl<'a> Life<'a> {
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How often something happened to it.
    pub(super) fn count(&self, outcome: PayoutOutcome) -> usize {
        self.steps.iter().filter(|step| step.outcome == outcome).count()
    }

    pub(super) fn state(&self) -> PayoutState {
        use PayoutOutcome::{Completed, Failed, Rejected, Returned, Started};
        let over = self.count(Failed) + self.count(Rejected) + self.count(Completed);
        match () {
            () if self.count(Returned) > 0 => PayoutState::Returned,
            () if self.count(Started) > over && self.handed_over(self.count(Started)) => {
                PayoutState::Processing
            }
            () if self.count(Started) > over => PayoutState::Pending,
            () if self.count(Completed) > 0 => PayoutState::Completed,
            () if self.count(Rejected) > 0 => PayoutState::Rejected,
            () => PayoutState::Failed,
        }
    }

    /// Whether an attempt was handed to the payout method.
    pub(super) fn handed_over(&self, attempt: usize) -> bool {
        let attempt = u32::try_from(attempt).unwrap_or(u32::MAX);
        let key = step_key(self.id, PayoutOutcome::Processing, attempt);
        self.steps.iter().any(|step| step.key == key)
    }

    /// Whether a step can be the next one. `attempt` counts from 1.
    pub(super) fn allows(&self, outcome: PayoutOutcome, attempt: usize) -> bool {
        let started = self.count(PayoutOutcome::Started);
        match outcome {
            PayoutOutcome::Started => started + 1 == attempt && self.state() == PayoutState::Failed,
            PayoutOutcome::Processing | PayoutOutcome::Rejected => {
                started == attempt && self.state() == PayoutState::Pending
            }
            PayoutOutcome::Completed | PayoutOutcome::Failed => {
                started == attempt && self.state().is_open()
            }
            PayoutOutcome::Returned => started == attempt && self.state() == PayoutState::Completed,
        }
    }
}

/// What a posting says of a payout, if it is about one.
fn step(posting: &Posting) -> Option<(Currency, Step)> {
    let into = into(posting, |kind| {
        matches!(kind, EntryKind::Payout | EntryKind::PayoutReturned | EntryKind::PayoutRejected)
    })?;
    let outcome = match (into.kind, into.account) {
        (EntryKind::Payout, Account::Transit) => PayoutOutcome::Started,
        (EntryKind::Payout, Account::Processing) => PayoutOutcome::Processing,
        (EntryKind::Payout, _) => PayoutOutcome::Completed,
        (EntryKind::PayoutRejected, _) => PayoutOutcome::Rejected,
        _ if out_of(posting, Account::Paid) => PayoutOutcome::Returned,
        _ => PayoutOutcome::Failed,
    };
    let fee = into_fee(posting).map_or(0, PostingEntry::sound_minor);
    let step = Step { outcome, at: posting.at, key: posting.key, net: into.sound_minor(), fee };
    Some((into.amount.currency, step))
}

fn into(posting: &Posting, wanted: impl Fn(EntryKind) -> bool) -> Option<&PostingEntry> {
    let mut gaining = posting.entries.iter().filter(|entry| entry.sound_minor() > 0);
    gaining.find(|entry| wanted(entry.kind))
}

/// The partner's fee: one that the program bears comes out of its own account, or goes back there.
fn into_fee(posting: &Posting) -> Option<&PostingEntry> {
    let is_fee = |kind| matches!(kind, EntryKind::Fee | EntryKind::FeeReturned);
    let program = |entry: &&PostingEntry| entry.account == Account::Program && is_fee(entry.kind);
    if posting.entries.iter().any(|entry| program(&entry)) {
        return None;
    }
    into(posting, is_fee)
}

fn out_of(posting: &Posting, account: Account) -> bool {
    posting.entries.iter().any(|entry| entry.account == account && entry.sound_minor() < 0)
}
