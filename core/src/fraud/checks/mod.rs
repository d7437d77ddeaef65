//! The checks. Each goes over the records once, or sorts them by what they share.

mod facts;
mod lists;
mod pairs;
mod rates;
mod shared;

use crate::kernel::calendar::Instant;
use crate::kernel::id::Id;

use super::compile::{Check, FraudPolicy, Test};
use super::evidence::{FraudCode, FraudEvidence, FraudFact};
use super::finding::{FraudFinding, FraudSubjectKind};
use super::records::{Found, Records, Subject};

/// Goes through the checks of a policy, and keeps what they find.
pub(super) struct Judge<'a> {
    policy: &'a FraudPolicy,
    records: &'a Records<'a>,
    whom: Whom,
    found: Found<FraudFinding>,
}

/// Who is judged; the others are only looked at.
enum Whom {
    One(Subject),
    Since(Option<Instant>),
}

impl<'a> Judge<'a> {
    pub(super) fn of_one(
        policy: &'a FraudPolicy,
        records: &'a Records<'a>,
        subject: Subject,
    ) -> Self {
        Self { policy, records, whom: Whom::One(subject), found: Found::new() }
    }

    pub(super) fn of_all(
        policy: &'a FraudPolicy,
        records: &'a Records<'a>,
        since: Option<Instant>,
    ) -> Self {
        Self { policy, records, whom: Whom::Since(since), found: Found::new() }
    }

    /// What all checks find.
    pub(super) fn findings(mut self) -> Found<FraudFinding> {
        for check in &self.policy.checks {
            match &check.test {
                Test::Duplicate { of, among, most, window } => {
                    self.duplicates(check, *of, *among, *most, *window);
                }
                Test::SelfReferral(by) => self.self_referrals(check, *by),
                Test::Velocity { of, per, most, window } => {
                    self.velocity(check, *of, *per, *most, *window);
                }
                Test::ClickToConversion { min, max } => self.elapsed(check, *min, *max),
                Test::SharedPayoutMethod { most } => self.payout_methods(check, *most),
                Test::Banned(list) => self.banned(check, list),
                Test::CountryNotAllowed(countries) => self.countries(check, countries),
                Test::CountryMismatch => self.mismatches(check),
                Test::ConversionRate { most, least } => self.rates(check, most, *least),
                Test::PaidTraffic(parameters) => self.paid(check, parameters),
                Test::BannedPartnerMatch => self.banned_partners(check),
            }
        }
        self.found
    }

    /// Whether a subject is judged by a check.
    fn judges(&self, check: &Check, subject: Subject, partner: &Id, at: Option<Instant>) -> bool {
        let asked = match self.whom {
            Whom::One(one) => one == subject,
            Whom::Since(since) => since.is_none_or(|since| at.is_none_or(|at| at >= since)),
        };
        asked && !check.except.contains(partner)
    }

    fn find(&mut self, check: &Check, subject: Subject, code: FraudCode, evidence: FraudEvidence) {
        let action = match evidence {
            FraudEvidence::Unknown { .. } => check.unknown,
            _ => check.action,
        };
        self.found.entry(subject).or_default().push(FraudFinding {
            check: check.id.clone(),
            code,
            severity: check.severity,
            action,
            message: evidence.to_string(),
            evidence,
        });
    }

    /// Says that a check could not be made, if the policy wants to know.
    fn miss(&mut self, check: &Check, subject: Subject, code: FraudCode, facts: Vec<FraudFact>) {
        if check.unknown != super::policy::FraudAction::Pass {
            self.find(check, subject, code, FraudEvidence::Unknown { facts });
        }
    }

    /// The conversions that a check judges, with their places.
    fn judged_conversions(
        &self,
        check: &Check,
    ) -> Vec<(Subject, &'a super::record::FraudConversion)> {
        let all = self.records.conversions.iter().enumerate();
        let named = all.map(|(place, one)| ((FraudSubjectKind::Conversion, place), *one));
        named
            .filter(|(subject, one)| self.judges(check, *subject, &one.partner, Some(one.at)))
            .collect()
    }

    /// The clicks that a check judges.
    fn judged_clicks(&self, check: &Check) -> Vec<(Subject, &'a super::record::FraudClick)> {
        let all = self.records.clicks.iter().enumerate();
        let named = all.map(|(place, one)| ((FraudSubjectKind::Click, place), *one));
        named
            .filter(|(subject, one)| self.judges(check, *subject, &one.partner, Some(one.at)))
            .collect()
    }

    /// The partners that a check judges.
    fn judged_partners(&self, check: &Check) -> Vec<(Subject, &'a super::record::FraudPartner)> {
        let all = self.records.partners.iter().enumerate();
        let named = all.map(|(place, one)| ((FraudSubjectKind::Partner, place), *one));
        named.filter(|(subject, one)| self.judges(check, *subject, &one.id, None)).collect()
    }
}
