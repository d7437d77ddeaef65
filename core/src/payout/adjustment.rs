//! What people decide about a balance: adjustments, and the write-off of a debt.
//!
//! Nothing is ever changed or forgotten silently: whatever a person decides is a posting of its
//! own, with the reason and those who approved it.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::Cause;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::ledger::conflict;
use crate::kernel::money::{Amount, CURRENCY_MISMATCH, Money, from_minor, to_minor};
use crate::kernel::problem::{Problem, Problems};

use super::books::{Book, Books, fit};
use super::policy::PayoutPolicyText;
use super::posting::{Account, Approval, EntryKind, Move, Posting, Ticket};
use super::terms::PayoutPolicy;
use super::{ADJUSTMENT_EMPTY, APPROVAL_MISSING, WRITE_OFF_EXCEEDS};

/// What `payout.adjust` takes.
#[model]
pub struct AdjustInput {
    /// The policy, which says how many people must approve.
    pub policy: PayoutPolicyText,
    /// The postings so far, in any order; the partner's own are enough.
    pub postings: Vec<Posting>,
    /// The host's id of the decision, unique for the partner: posting it again changes nothing.
    pub id: Id,
    /// Whose balance.
    pub partner: Id,
    /// What is decided.
    pub kind: AdjustmentKind,
    /// How much is added to the balance; below zero for what an adjustment takes from it.
    pub amount: Money,
    /// When.
    pub at: Instant,
    /// From when it counts as payable; at once unless said.
    pub payable_at: Option<Instant>,
    /// Why, for people.
    pub reason: String,
    /// Who approved it.
    pub approved_by: Vec<Id>,
}

/// What people decide about a balance.
#[model]
pub enum AdjustmentKind {
    /// Something is added or taken.
    Adjustment,
    /// A debt, or a part of it, is forgiven.
    WriteOff,
}

/// Posts an adjustment or a write-off, under a key that follows from its id.
///
/// # Errors
/// `approval_missing`; `adjustment_empty` for an amount of nothing; `write_off_exceeds` for more
/// than the debt; `currency_mismatch`; `posting_conflict` when the id was posted with something
/// else; `amount_too_fine` or `amount_too_large`; everything that is wrong with the policy and
/// the postings.
pub fn adjust(input: AdjustInput) -> Result<Posting, Problems> {
    let policy =
        PayoutPolicy::compile(&input.policy.0).map_err(|problems| problems.under("policy"))?;
    let books = Books::read(&input.postings)?;
    let minor = wanted(&policy, input.amount).map_err(|problem| problem.under("amount"))?;
    let posting = posting(&policy, &input, minor);
    if let Some(known) = input.postings.iter().find(|known| known.key == posting.key) {
        return if known.same(&posting) {
            Ok(posting)
        } else {
            Err(conflict(&posting.key).under("id").into())
        };
    }
    let mut found = Vec::new();
    found.extend(unapproved(&policy, &input.approved_by));
    if input.kind == AdjustmentKind::WriteOff {
        let balance = books.of(&input.partner, policy.currency).map_or(Ok(0), Book::balance)?;
        found.extend(too_much(&policy, minor, balance));
    }
    Problems::verdict(found)?;
    Ok(posting)
}

fn wanted(policy: &PayoutPolicy, amount: Money) -> Result<i64, Problem> {
    if amount.currency != policy.currency {
        return Err(Problem::new(
            CURRENCY_MISMATCH,
            format!("`{amount}` is posted under a policy that pays {}", policy.currency),
            "pass the policy of that currency",
        )
        .under("currency"));
    }
    if amount.amount == Amount::ZERO {
        return Err(Problem::new(
            ADJUSTMENT_EMPTY,
            "an adjustment of nothing changes nothing",
            "give the amount that is added to the balance, or taken from it",
        ));
    }
    let minor = to_minor(amount.amount, amount.currency)?;
    // The other side of it has to fit as well.
    fit(-i128::from(minor))?;
    Ok(minor)
}

fn unapproved(policy: &PayoutPolicy, approved_by: &[Id]) -> Option<Problem> {
    let mut people: Vec<&Id> = approved_by.iter().collect();
    people.sort_unstable();
    people.dedup();
    let asked = usize::try_from(policy.approvals).unwrap_or(usize::MAX);
    (people.len() < asked).then(|| {
        Problem::new(
            APPROVAL_MISSING,
            format!("`{}` of `{asked}` people have approved it", people.len()),
            "have it approved by as many different people as the policy asks for",
        )
        .under("approved_by")
    })
}

fn too_much(policy: &PayoutPolicy, minor: i64, balance: i64) -> Option<Problem> {
    let debt = balance.min(0).saturating_neg();
    (minor < 0 || minor > debt).then(|| {
        let (written_off, debt) =
            (from_minor(minor, policy.currency), from_minor(debt, policy.currency));
        Problem::new(
            WRITE_OFF_EXCEEDS,
            format!("`{written_off}` is written off a debt of `{debt}`"),
            "write off at most the debt; use an adjustment to add more",
        )
        .under("amount")
    })
}

fn posting(policy: &PayoutPolicy, input: &AdjustInput, minor: i64) -> Posting {
    let AdjustInput { id, partner, at, .. } = input;
    let reference = Cause::of("adjustment")
        .text(policy.id.as_str())
        .text(partner.as_str())
        .text(id.as_str())
        .id();
    let kind = match input.kind {
        AdjustmentKind::Adjustment => EntryKind::Adjustment,
        AdjustmentKind::WriteOff => EntryKind::WriteOff,
    };
    let ticket = Ticket {
        key: Cause::of("adjustment_posting").derived(reference).id(),
        at: *at,
        partner,
        event: Some(id),
        reference,
        currency: policy.currency,
        available_at: Some(input.payable_at.unwrap_or(*at)),
    };
    let decided = Move { kind, out_of: Account::Program, into: Account::Partner, minor };
    let (reason, approved_by) = (input.reason.clone(), input.approved_by.clone());
    Posting { approval: Some(Approval { reason, approved_by }), ..ticket.posting(&[decided]) }
}
