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

pub mod adjustment;
pub mod audit;
mod books;
pub mod exchange;
mod fee;
pub mod ledger;
pub mod life;
pub mod policy;
pub mod post;
pub mod posting;
pub mod proposal;
mod proposer;
pub mod settle;
pub mod standing;
pub mod statement;
mod terms;
pub mod withdrawal;
pub mod withholding;

pub use adjustment::{AdjustInput, AdjustmentKind, adjust};
pub use audit::{PayoutAudit, PayoutAuditInput, audit};
pub use exchange::{ExchangeRate, PayoutExchange};
pub use ledger::{PayoutLedger, PayoutLedgerInput, ledger};
pub use life::PayoutState;
pub use policy::{
    FeeBearer, FeeCharge, PayoutFee, PayoutMethod, PayoutPolicyDocument, PayoutPolicyInput,
    PayoutPolicyReference, PayoutPolicyText, PayoutThreshold, ReturnedFee, Withholding,
    describe_policy,
};
pub use post::{PostInput, post};
pub use posting::{Account, Approval, EntryKind, Posting, PostingEntry, Postings};
pub use proposal::{
    Payee, Payout, PayoutTotals, Proposal, ProposeInput, Unpaid, UnpaidReason, propose,
};
pub use settle::{PayoutOutcome, SettleInput, settle};
pub use standing::{PayoutBalance, PayoutBalances, PayoutBalancesInput, PayoutStanding, balances};
pub use statement::{
    Statement, StatementEntry, StatementInput, StatementPeriod, Statements, StatementsInput,
    statement, statements,
};
pub use terms::PayoutPolicy;
pub use withdrawal::{WithdrawInput, Withdrawal, withdraw};
pub use withholding::{WithholdInput, withhold};

crate::codes! {
    /// The least amount that is paid is below zero.
    MINIMUM_NEGATIVE = "minimum_negative";
    /// The step that a method pays in is zero or below.
    INCREMENT_INVALID = "increment_invalid";
    /// A payout fee is below zero, above the payout, or its bounds cross.
    FEE_INVALID = "fee_invalid";
    /// What is withheld depends on more than a year's earnings, or is more than those.
    WITHHOLDING_INVALID = "withholding_invalid";
    /// Something has to be withheld before a partner is paid.
    WITHHOLDING_DUE = "withholding_due";
    /// There is no exchange rate to the currency that a partner is paid in.
    RATE_MISSING = "rate_missing";
    /// There are two exchange rates between the same currencies.
    RATE_DUPLICATE = "rate_duplicate";
    /// Fewer people have approved something than the policy asks for.
    APPROVAL_MISSING = "approval_missing";
    /// An adjustment is of nothing.
    ADJUSTMENT_EMPTY = "adjustment_empty";
    /// More is written off than the debt, or less than nothing.
    WRITE_OFF_EXCEEDS = "write_off_exceeds";
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
    /// A step of a payout comes before the step that it follows, or before the postings it pays.
    STEP_EARLY = "step_early";
    /// A payout is said to have done what cannot follow from where it stands.
    OUTCOME_REFUSED = "outcome_refused";
    /// One thing is posted under two keys.
    POSTING_TWICE = "posting_twice";
    /// The key of a payout's posting is not that of any of its steps.
    KEY_UNFIT = "key_unfit";
    /// An entry is on an account where its kind moves nothing.
    ENTRY_MISPLACED = "entry_misplaced";
    /// A reversal takes back what was not posted.
    REVERSAL_UNFOUNDED = "reversal_unfounded";
    /// More is taken back than was earned.
    REVERSAL_EXCEEDS = "reversal_exceeds";
    /// A commission line is not posted.
    LINE_UNPOSTED = "line_unposted";
    /// A commission line is posted with something else than it says.
    LINE_MISMATCH = "line_mismatch";
    /// A posting refers to a commission line that there is not.
    LINE_UNKNOWN = "line_unknown";
    /// More was paid than was earned by then.
    PAYOUT_OVERDRAWN = "payout_overdrawn";
    /// What was paid had been taken back before.
    REVERSAL_OVERLOOKED = "reversal_overlooked";
    /// More is given back than was withheld.
    WITHHOLDING_NEGATIVE = "withholding_negative";
    /// A period ends before it starts.
    PERIOD_REVERSED = "period_reversed";
}
