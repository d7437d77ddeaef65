//! Ready-made workflows: what most hosts start from, and change where theirs differ.

use crate::kernel::document::model;
use crate::kernel::document::refusal;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

use super::DOCUMENT_UNKNOWN;
use super::document::WorkflowText;

macro_rules! ready_made {
    ($($name:ident: $summary:literal;)+) => {
        /// The ready-made workflows: id, what each is in a line, and its text.
        pub const READY_MADE: &[(&str, &str, &str)] = &[$((
            stringify!($name),
            $summary,
            include_str!(concat!("../../documents/workflows/", stringify!($name), ".json")),
        ),)+];
    };
}

ready_made! {
    partner_application: "An application to become a partner: submitted, reviewed, more asked for, decided.";
    partner: "A partner: active, suspended for a while, ended.";
    client: "A client: a prospect, active, dormant after a year without an order, lost.";
    lead: "A lead in the pipeline, which can be lost from every open stage.";
    purchase: "A purchase: paid, delivered, returned or cancelled.";
    commission: "A commission: pending, approved, paid; held, disputed, rejected, cancelled, reversed.";
    withdrawal: "A payout or withdrawal: requested, sent, completed; rejected, failed and tried again, returned.";
    redemption: "A redemption of points: reserved, fulfilled or given back.";
    coupon: "A coupon: issued, active, redeemed, expired or revoked.";
    task: "A task: open, assigned, in progress, blocked, done; it is escalated when it takes too long.";
    email_delivery: "The delivery of an e-mail: sent, delivered, opened, clicked; bounced, complained of.";
    webhook_delivery: "The delivery of a webhook: five attempts with growing waits, then failed.";
    follow_up: "A follow-up: scheduled, rescheduled, done, missed.";
    assessment: "An assessment: taken, scored, passed or repeated.";
    enrollment: "An enrollment in a course: paid, under way, completed or dropped.";
    customer_journey: "A customer's journey: lead, payment, scan, treatment, follow-up.";
    partner_onboarding: "The onboarding of a partner: contract, bank account and training side by side, then live.";
    commission_payment: "The payment of a month's commissions: proposed, approved by a second person, paid, reconciled.";
    lead_nurturing: "E-mails to a lead who is not ready yet, until there is an answer.";
}

/// What `workflow.ready_made` takes.
#[model]
pub struct ReadyMadeInput {
    /// Which one; only the list of them unless said.
    pub id: Option<Id>,
}

/// What `workflow.ready_made` gives back.
#[model]
pub struct ReadyMade {
    /// What there is.
    pub known: Vec<ReadyMadeEntry>,
    /// The one that was asked for.
    pub workflow: Option<WorkflowText>,
}

/// A ready-made workflow.
#[model]
#[derive(Eq)]
pub struct ReadyMadeEntry {
    /// Its id.
    pub id: Id,
    /// What it is, in a line.
    pub summary: String,
}

/// Gives a ready-made workflow, or the list of them.
///
/// # Errors
/// `document_unknown`.
pub fn ready_made(input: ReadyMadeInput) -> Result<ReadyMade, Problems> {
    let entry = |(id, summary, _): &(&str, &str, &str)| {
        Ok(ReadyMadeEntry { id: id.parse()?, summary: (*summary).to_owned() })
    };
    let known = READY_MADE.iter().map(entry).collect::<Result<_, Problem>>()?;
    let Some(id) = input.id else { return Ok(ReadyMade { known, workflow: None }) };
    match READY_MADE.iter().find(|(known, ..)| *known == id.as_str()) {
        Some((.., text)) => Ok(ReadyMade { known, workflow: Some(text.parse()?) }),
        None => {
            let names: Vec<&str> = READY_MADE.iter().map(|(id, ..)| *id).collect();
            Err(refusal::unknown(DOCUMENT_UNKNOWN, id.as_str(), &names).under("id").into())
        }
    }
}
