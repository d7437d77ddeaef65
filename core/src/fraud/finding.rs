//! What came of the checks: findings by subject, and by partner.

use std::collections::BTreeMap;

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::id::Id;

use super::evidence::{FraudCode, FraudEvidence};
use super::policy::{FraudAction, FraudSeverity};

/// What kind of thing is judged.
#[model]
pub enum FraudSubjectKind {
    /// A partner.
    Partner,
    /// A click.
    Click,
    /// A conversion.
    Conversion,
    /// A payout.
    Payout,
}

/// What one check found about one subject.
#[model]
#[derive(Eq)]
pub struct FraudFinding {
    /// The check of the policy.
    pub check: Id,
    /// What was found, or could not be checked.
    pub code: FraudCode,
    /// How much it matters.
    pub severity: FraudSeverity,
    /// What it does.
    pub action: FraudAction,
    /// What it rests on.
    pub evidence: FraudEvidence,
    /// The evidence as a sentence, for a person who reviews it.
    pub message: String,
}

/// What was found about one subject.
#[model]
#[derive(Eq)]
pub struct FraudAssessment {
    /// What kind of thing it is.
    pub kind: FraudSubjectKind,
    /// Its id.
    pub id: Id,
    /// The partner it belongs to, or who it is.
    pub partner: Id,
    /// When it happened; none for a partner.
    pub at: Option<Instant>,
    /// The strictest action of the findings.
    pub action: FraudAction,
    /// The findings, in the order of the policy's checks.
    pub findings: Vec<FraudFinding>,
}

/// What was found about all that belongs to one partner.
#[model]
#[derive(Eq)]
pub struct FraudPartnerSummary {
    /// The partner.
    pub partner: Id,
    /// The strictest action of all its findings.
    pub action: FraudAction,
    /// How often each thing was found.
    pub findings: Vec<FraudCodeCount>,
}

/// How often something was found.
#[model]
#[derive(Eq)]
pub struct FraudCodeCount {
    /// What was found.
    pub code: FraudCode,
    /// How often.
    pub count: u64,
    /// When last; none where it was about the partner itself.
    pub last_at: Option<Instant>,
}

/// How many subjects there were, and what becomes of them.
#[model]
#[derive(Eq, Default)]
pub struct FraudTotals {
    /// How many were judged.
    pub subjects: u64,
    /// How many pass.
    pub passed: u64,
    /// How many are flagged.
    pub flagged: u64,
    /// How many are held.
    pub held: u64,
    /// How many are blocked.
    pub blocked: u64,
}

/// The strictest action of some findings.
pub(super) fn strictest(findings: &[FraudFinding]) -> FraudAction {
    findings.iter().map(|finding| finding.action).max().unwrap_or_default()
}

/// Adds up what was found, by partner.
pub(super) fn by_partner(assessments: &[FraudAssessment]) -> Vec<FraudPartnerSummary> {
    type Counts = BTreeMap<FraudCode, (u64, Option<Instant>)>;
    let mut partners: BTreeMap<&Id, (FraudAction, Counts)> = BTreeMap::new();
    for assessment in assessments {
        let (action, counts) = partners.entry(&assessment.partner).or_default();
        *action = assessment.action.max(*action);
        for finding in &assessment.findings {
            let (count, last_at) = counts.entry(finding.code).or_default();
            *count += 1;
            *last_at = assessment.at.max(*last_at);
        }
    }
    let told = partners.into_iter().map(|(partner, (action, counts))| {
        let counts = counts.into_iter();
        let findings =
            counts.map(|(code, (count, last_at))| FraudCodeCount { code, count, last_at });
        FraudPartnerSummary { partner: partner.clone(), action, findings: findings.collect() }
    });
    told.collect()
}

/// Counts what becomes of the subjects.
pub(super) fn totals(subjects: usize, assessments: &[FraudAssessment]) -> FraudTotals {
    let mut totals = FraudTotals::default();
    for assessment in assessments {
        let count = match assessment.action {
            FraudAction::Pass => continue,
            FraudAction::Flag => &mut totals.flagged,
            FraudAction::Hold => &mut totals.held,
            FraudAction::Block => &mut totals.blocked,
        };
        *count += 1;
    }
    totals.subjects = u64::try_from(subjects).unwrap_or(u64::MAX);
    totals.passed = totals.subjects.saturating_sub(totals.flagged + totals.held + totals.blocked);
    totals
}
