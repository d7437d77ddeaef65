//! Postings: what the host keeps in its ledger, each a set of entries that sum to zero.
//!
//! The host keeps these rows and hands them back; balances, proposals and statements are all
//! derived from them. Nothing is ever moved when time passes: an entry says from when it can be
//! paid, and whoever asks brings a `now`.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::{Currency, Money, from_minor, to_minor};

/// Where an entry stands, seen from the program; all accounts together sum to zero.
#[model]
pub enum Account {
    /// What the program owes the partner.
    Partner,
    /// What the program has spent: commissions, and the fees it bears. Negative.
    Program,
    /// What has left the partner's balance and waits to be handed to the payout method.
    Transit,
    /// What was handed to the payout method and has not arrived.
    Processing,
    /// What has arrived.
    Paid,
    /// What payout methods have charged.
    Fees,
    /// What was withheld from the partner, such as a tax.
    Withheld,
}

/// What an entry is for.
#[model]
pub enum EntryKind {
    /// A seller's commission.
    Commission,
    /// A sponsor's share.
    Override,
    /// What a refund took back of either.
    Reversal,
    /// What either is paid more or less, because another order was given back.
    ReRating,
    /// A payout.
    Payout,
    /// The fee of a payout.
    Fee,
    /// A payout that failed or came back.
    PayoutReturned,
    /// A payout that was refused before it was sent.
    PayoutRejected,
    /// The fee of one, given back.
    FeeReturned,
    /// What is withheld from earnings, or given back of it.
    Withholding,
    /// What people have added or taken.
    Adjustment,
    /// A debt that was forgiven.
    WriteOff,
}

impl EntryKind {
    /// Whether it is part of what a partner has earned, rather than of how it is paid.
    pub(super) const fn is_earned(self) -> bool {
        match self {
            Self::Commission
            | Self::Override
            | Self::Reversal
            | Self::ReRating
            | Self::Adjustment
            | Self::WriteOff => true,
            Self::Payout
            | Self::Fee
            | Self::PayoutReturned
            | Self::PayoutRejected
            | Self::FeeReturned
            | Self::Withholding => false,
        }
    }
}

/// A set of entries that belong together; they sum to zero.
#[model]
pub struct Posting {
    /// Derived from the cause, so that posting it again changes nothing.
    pub key: DerivedId,
    /// When it is posted.
    pub at: Instant,
    /// The partner whose money it moves.
    pub partner: Id,
    /// The event or refund that caused it, where one did; for an adjustment the host's id of it.
    pub event: Option<Id>,
    /// The commission line, the payout, the year of withholding or the adjustment that it posts.
    pub reference: DerivedId,
    /// For a reversal: the commission line that it takes back.
    pub origin: Option<DerivedId>,
    /// Why, and who approved it, where people decided it.
    pub approval: Option<Approval>,
    /// What goes where.
    pub entries: Vec<PostingEntry>,
}

/// Why something was posted that no event has caused, and who approved it.
#[model]
#[derive(Eq)]
pub struct Approval {
    /// Why, for people.
    pub reason: String,
    /// Who approved it.
    pub approved_by: Vec<Id>,
}

impl Posting {
    /// Whether the two say the same, with their entries in whatever order. Those of different
    /// lengths are not put in order: many short ones under the key of a long one would each sort
    /// the long one again.
    pub(super) fn same(&self, other: &Self) -> bool {
        self == other
            || (self.entries.len() == other.entries.len()
                && self.clone().ordered() == other.clone().ordered())
    }

    fn ordered(mut self) -> Self {
        let key = |entry: &PostingEntry| {
            let PostingEntry { account, kind, amount, available_at } = entry;
            (*account, *kind, amount.currency, amount.amount, *available_at)
        };
        self.entries.sort_by_key(key);
        self
    }
}

/// One movement on one account.
#[model]
pub struct PostingEntry {
    /// The account.
    pub account: Account,
    /// What it is for.
    pub kind: EntryKind,
    /// How much is added to the account; negative for what is taken from it.
    pub amount: Money,
    /// From when it counts as payable; from the time of the posting unless said.
    pub available_at: Option<Instant>,
}

impl PostingEntry {
    /// Minor units of an entry whose posting is known to be sound: one that is finer than its
    /// currency was refused or left out before.
    pub(super) fn sound_minor(&self) -> i64 {
        to_minor(self.amount.amount, self.amount.currency).unwrap_or_default()
    }
}

/// What `payout.post` gives back.
#[model]
pub struct Postings {
    /// The postings, in the order of their causes.
    pub postings: Vec<Posting>,
}

/// An amount on its way from one account to another.
pub(super) struct Move {
    pub(super) kind: EntryKind,
    pub(super) out_of: Account,
    pub(super) into: Account,
    pub(super) minor: i64,
}

/// What a posting is made of besides its moves.
pub(super) struct Ticket<'a> {
    pub(super) key: DerivedId,
    pub(super) at: Instant,
    pub(super) partner: &'a Id,
    pub(super) event: Option<&'a Id>,
    pub(super) reference: DerivedId,
    pub(super) currency: Currency,
    /// From when the partner's own entries count as payable.
    pub(super) available_at: Option<Instant>,
}

impl Ticket<'_> {
    /// The posting of some moves, which sums to zero because each of them does. A move of nothing
    /// is left out.
    pub(super) fn posting(&self, moves: &[Move]) -> Posting {
        let entries = moves
            .iter()
            .filter(|one| one.minor != 0)
            .flat_map(|one| {
                let taken = one.minor.wrapping_neg();
                [self.entry(one.out_of, one.kind, taken), self.entry(one.into, one.kind, one.minor)]
            })
            .collect();
        Posting {
            key: self.key,
            at: self.at,
            partner: self.partner.clone(),
            event: self.event.cloned(),
            reference: self.reference,
            origin: None,
            approval: None,
            entries,
        }
    }

    fn entry(&self, account: Account, kind: EntryKind, minor: i64) -> PostingEntry {
        let amount = from_minor(minor, self.currency);
        let available_at = self.available_at.filter(|_| account == Account::Partner);
        PostingEntry { account, kind, amount, available_at }
    }
}
