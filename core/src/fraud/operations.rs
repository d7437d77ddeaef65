//! The operations `fraud.check`, `fraud.run` and `fraud.describe_policy`.

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::problem::Problems;

use super::checks::Judge;
use super::compile::FraudPolicy;
use super::finding::{
    FraudAssessment, FraudFinding, FraudPartnerSummary, FraudSubjectKind, FraudTotals, by_partner,
    strictest, totals,
};
use super::policy::{FraudAction, FraudPolicyText};
use super::record::{FraudHistory, FraudSubject};
use super::records::Records;

/// What `fraud.describe_policy` takes.
#[model]
pub struct FraudPolicyInput {
    /// The policy.
    pub policy: FraudPolicyText,
}

/// Which document something comes from, so that it can be computed again.
#[model]
#[derive(Eq)]
pub struct FraudPolicyReference {
    /// The policy's id.
    pub id: Id,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the document's canonical form.
    pub hash: Id,
}

/// What `fraud.check` takes.
#[model]
pub struct FraudCheckInput {
    /// The policy.
    pub policy: FraudPolicyText,
    /// What is judged.
    pub subject: FraudSubject,
    /// What it is judged beside: the partner, the click, and the records that share an address, a
    /// device, a customer or a payout method with it. One of the subject's own id is left out.
    #[model(default)]
    pub context: FraudHistory,
}

/// What `fraud.check` gives.
#[model]
#[derive(Eq)]
pub struct FraudChecked {
    /// The policy that was applied.
    pub policy: FraudPolicyReference,
    /// What kind of thing was judged.
    pub kind: FraudSubjectKind,
    /// Its id.
    pub id: Id,
    /// The strictest action of the findings; `pass` without any.
    pub action: FraudAction,
    /// The findings, in the order of the policy's checks.
    pub findings: Vec<FraudFinding>,
}

/// What `fraud.run` takes.
#[model]
pub struct FraudRunInput {
    /// The policy.
    pub policy: FraudPolicyText,
    /// The records, each in any order.
    pub history: FraudHistory,
    /// Clicks, conversions and payouts before this instant are not judged again; the others are
    /// judged beside them. All are judged unless said.
    pub since: Option<Instant>,
}

/// What `fraud.run` gives.
#[model]
#[derive(Eq)]
pub struct FraudRun {
    /// The policy that was applied.
    pub policy: FraudPolicyReference,
    /// Every subject with a finding: partners by id, then clicks, conversions and payouts, each in
    /// the order of time, then ids.
    pub assessments: Vec<FraudAssessment>,
    /// Everybody whose subjects have findings, in the order of ids.
    pub partners: Vec<FraudPartnerSummary>,
    /// How many there were, and what becomes of them.
    pub totals: FraudTotals,
}

impl FraudPolicy {
    /// Judges one subject beside others.
    ///
    /// # Errors
    /// `fraud_record_conflict`.
    pub fn check(
        &self,
        subject: &FraudSubject,
        context: &FraudHistory,
    ) -> Result<FraudChecked, Problems> {
        let records = Records::new(self, context, Some(subject))
            .map_err(|problems| problems.under("context"))?;
        let mut findings = Vec::new();
        if let Some(place) = records.place_of(subject) {
            let found = Judge::of_one(self, &records, place).findings();
            findings = found.into_values().flatten().collect();
        }
        Ok(FraudChecked {
            policy: self.reference(),
            kind: subject.kind(),
            id: subject.id().clone(),
            action: strictest(&findings),
            findings,
        })
    }

    /// Judges a history: everything in it, or what happened since an instant.
    ///
    /// # Errors
    /// `fraud_record_conflict`.
    pub fn run(
        &self,
        history: &FraudHistory,
        since: Option<Instant>,
    ) -> Result<FraudRun, Problems> {
        let records =
            Records::new(self, history, None).map_err(|problems| problems.under("history"))?;
        let found = Judge::of_all(self, &records, since).findings();
        let mut assessments = Vec::with_capacity(found.len());
        for (subject, findings) in found {
            let Some((partner, id, at)) = records.named(subject) else { continue };
            assessments.push(FraudAssessment {
                kind: subject.0,
                id: id.clone(),
                partner: partner.clone(),
                at,
                action: strictest(&findings),
                findings,
            });
        }
        Ok(FraudRun {
            policy: self.reference(),
            partners: by_partner(&assessments),
            totals: totals(records.count_since(since), &assessments),
            assessments,
        })
    }
}

/// Checks a policy, and says how results will refer to it.
///
/// # Errors
/// Every problem of the policy.
pub fn describe_policy(input: FraudPolicyInput) -> Result<FraudPolicyReference, Problems> {
    Ok(compile(&input.policy)?.reference())
}

/// Judges one subject beside others.
///
/// # Errors
/// Every problem of the policy; `fraud_record_conflict`.
pub fn check(input: FraudCheckInput) -> Result<FraudChecked, Problems> {
    compile(&input.policy)?.check(&input.subject, &input.context)
}

/// Judges a history.
///
/// # Errors
/// Every problem of the policy; `fraud_record_conflict`.
pub fn run(input: FraudRunInput) -> Result<FraudRun, Problems> {
    compile(&input.policy)?.run(&input.history, input.since)
}

fn compile(policy: &FraudPolicyText) -> Result<FraudPolicy, Problems> {
    FraudPolicy::compile(&policy.0).map_err(|problems| problems.under("policy"))
}
