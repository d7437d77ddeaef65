//! Fraud checks: what looks like cheating among clicks, conversions, partners and payouts, on what
//! evidence, and what a policy does about it.
//!
//! A [`FraudPolicyDocument`] lists checks, each with its action: pass, flag, hold or block. A
//! *subject* (a click, a conversion, a partner, a payout) gets a finding from each check that it
//! does not stand up to, and the strictest action of them decides.
//!
//! Everything is a function of the set of records that are handed in, whatever their order:
//!
//! - a record that is handed in twice counts once, and records of several machines are merged by
//!   putting them together, so there is no state to keep;
//! - clicks and conversions are judged by what had happened until then, that instant included, so
//!   a later record never changes an earlier judgement: a check as things happen says what a run
//!   over the whole history says. Partners and payouts are judged by all that is known;
//! - records are grouped by sorting them by what they share, never compared pair by pair.
//!
//! Addresses, devices and payout methods are compared as the host gives them, a hash serves as
//! well; e-mail addresses and IP addresses are brought to one form first.

mod checks;
mod compile;
mod evidence;
mod finding;
mod form;
mod lists;
mod operations;
mod policy;
mod record;
mod records;

pub use compile::FraudPolicy;
pub use evidence::{FraudCode, FraudEvidence, FraudFact};
pub use finding::{
    FraudAssessment, FraudCodeCount, FraudFinding, FraudPartnerSummary, FraudSubjectKind,
    FraudTotals,
};
pub use operations::{
    FraudCheckInput, FraudChecked, FraudPolicyInput, FraudPolicyReference, FraudRun, FraudRunInput,
    check, describe_policy, run,
};
pub use policy::{
    BannedFact, DuplicateAmong, DuplicateFact, EmailForm, FraudAction, FraudAllowed, FraudCheck,
    FraudPolicyDocument, FraudPolicyFormat, FraudPolicyText, FraudSeverity, FraudTest,
    SelfReferralFact, VelocityOf, VelocityPer,
};
pub use record::{
    FraudClick, FraudConversion, FraudHistory, FraudPartner, FraudPayout, FraudSubject,
};

crate::codes! {
    /// Two checks of a fraud policy have the same id.
    FRAUD_CHECK_REPEATED = "fraud_check_repeated";
    /// A fraud check can find nothing, or finds everything.
    FRAUD_CHECK_UNFIT = "fraud_check_unfit";
    /// An entry of a list in a fraud policy is not what the list is of.
    FRAUD_ENTRY_INVALID = "fraud_entry_invalid";
    /// A fraud policy has more than 1,000 checks.
    FRAUD_POLICY_TOO_LARGE = "fraud_policy_too_large";
    /// Two records of one id say different things.
    FRAUD_RECORD_CONFLICT = "fraud_record_conflict";
}
