//! Payouts: what is posted for commissions, who is paid when, and statements of it all.
//!
//! Everything here is derived from [postings](posting::Posting), which the host keeps. A
//! commission line becomes one by posting it; [`propose`] finds what is payable at a cut-off and
//! who is paid it; [`settle`](settle()) posts what becomes of a payout; [`statement`](statement()) tells
//! how a balance came about.
//!
//! - An entry is *pending* until its `available_at`, and *payable* from then on. Nothing is
//!   posted when that moment comes.
//! - A reversal may take a balance below zero: a debt, which later earnings make up before
//!   anything is paid.
//! - What was posted as paid out is gone for every cut-off, earlier ones too, and under every
//!   version of a policy. Until it is posted, a proposal for another cut-off pays the same money;
//!   the second of the two is refused when it is started.
//! - What fails or comes back is payable again from then on, under the next cut-off.

mod books;
mod fee;
pub mod ledger;
pub mod life;
pub mod policy;
pub mod post;
pub mod posting;
pub mod proposal;
pub mod settle;
pub mod statement;
pub mod withdrawal;

pub use ledger::{PayoutLedger, PayoutLedgerInput, ledger};
pub use life::PayoutState;
pub use policy::{
    FeeBearer, FeeCharge, PayoutFee, PayoutPolicy, PayoutPolicyDocument, PayoutPolicyInput,
    PayoutPolicyReference, PayoutPolicyText, ReturnedFee, describe_policy,
};
pub use post::{PostInput, post};
pub use posting::{Account, EntryKind, Posting, PostingEntry, Postings};
pub use proposal::{
    Payee, Payout, PayoutTotals, Proposal, ProposeInput, Unpaid, UnpaidReason, propose,
};
pub use settle::{PayoutOutcome, SettleInput, settle};
pub use statement::{
    Statement, StatementEntry, StatementInput, StatementPeriod, Statements, StatementsInput,
    statement, statements,
};
pub use withdrawal::{WithdrawInput, Withdrawal, withdraw};

crate::codes! {
    /// The least amount that is paid is below zero.
    MINIMUM_NEGATIVE = "minimum_negative";
    /// The step that a method pays in is zero or below.
    INCREMENT_INVALID = "increment_invalid";
    /// A payout fee is below zero, above the payout, or its bounds cross.
    FEE_INVALID = "fee_invalid";
    /// A partner is listed twice.
    PARTNER_DUPLICATE = "partner_duplicate";
    /// The amounts of a payout do not belong together.
    PAYOUT_INCONSISTENT = "payout_inconsistent";
    /// A payout or a withdrawal is more than can be paid.
    BALANCE_SHORT = "balance_short";
    /// The partner is not active, or has no verified payout method.
    PARTNER_INELIGIBLE = "partner_ineligible";
    /// A withdrawal is less than the policy's minimum, its fee or one step of the method.
    WITHDRAWAL_TOO_SMALL = "withdrawal_too_small";
    /// Of a withdrawal no whole number of steps would arrive.
    WITHDRAWAL_UNEVEN = "withdrawal_uneven";
    /// Another payout of the partner is under way in the same currency.
    PAYOUT_OPEN = "payout_open";
    /// A payout is started before its cut-off.
    PAYOUT_EARLY = "payout_early";
    /// A payout is said to have done what cannot follow from where it stands.
    OUTCOME_REFUSED = "outcome_refused";
    /// A period ends before it starts.
    PERIOD_REVERSED = "period_reversed";
}
