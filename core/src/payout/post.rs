//! What a commission line posts: the program's expense becomes the partner's.

use crate::commission::{Line, LineKind};
use crate::kernel::derived_id::Cause;
use crate::kernel::document::model;
use crate::kernel::money::to_minor;
use crate::kernel::problem::Problem;

use super::books::fit;
use super::posting::{Account, EntryKind, Move, Posting, Postings, Ticket};

/// What `payout.post` takes.
#[model]
pub struct PostInput {
    /// The lines, as they were evaluated.
    pub lines: Vec<Line>,
}

/// Posts commission lines, each under a key that follows from its id, so that posting it again
/// changes nothing. The partner's money is pending until the line's `payable_at`. A line of
/// nothing posts nothing, and one that no rule paid is such a line.
///
/// # Errors
/// `amount_too_fine` or `amount_too_large`, at the line.
pub fn post(input: PostInput) -> Result<Postings, Problem> {
    let mut postings = Vec::with_capacity(input.lines.len());
    for (position, line) in input.lines.iter().enumerate() {
        let placed = |problem: Problem| problem.under("amount").under(position).under("lines");
        postings.extend(posting(line).map_err(placed)?);
    }
    Ok(Postings { postings })
}

fn posting(line: &Line) -> Result<Option<Posting>, Problem> {
    let currency = line.amount.currency;
    let minor = to_minor(line.amount.amount, currency)?;
    // The other side of it has to fit as well.
    fit(-i128::from(minor))?;
    let Some(kind) = entry_kind(line.kind) else { return Ok(None) };
    let ticket = Ticket {
        key: Cause::of("commission_posting").derived(line.id).id(),
        at: line.at,
        partner: &line.partner,
        event: Some(&line.event),
        reference: line.id,
        currency,
        available_at: Some(line.payable_at),
    };
    let earned = Move { kind, out_of: Account::Program, into: Account::Partner, minor };
    let posting = || Posting { origin: line.origin, ..ticket.posting(&[earned]) };
    Ok((minor != 0).then(posting))
}

/// What the entry of a line is; none for one that is only kept for refunds.
pub(super) const fn entry_kind(kind: LineKind) -> Option<EntryKind> {
    match kind {
        LineKind::Commission | LineKind::Split | LineKind::Guarantee => Some(EntryKind::Commission),
        LineKind::Override => Some(EntryKind::Override),
        LineKind::Reversal | LineKind::Reinstatement => Some(EntryKind::Reversal),
        LineKind::ReRating => Some(EntryKind::ReRating),
        LineKind::Unpaid => None,
    }
}
