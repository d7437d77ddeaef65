//! A record beside its partner or its click: self-referral, the time between, countries, and
//! partners who are banned.

use std::collections::BTreeMap;

use crate::fraud::compile::{Check, FraudPolicy, Length};
use crate::fraud::evidence::{FraudCode, FraudEvidence, FraudFact};
use crate::fraud::policy::SelfReferralFact;
use crate::fraud::record::{FraudConversion, FraudPartner};
use crate::kernel::id::Id;

use super::Judge;
use super::facts::Fact;

impl Judge<'_> {
    pub(super) fn self_referrals(&mut self, check: &Check, by: SelfReferralFact) {
        let Compared { code, fact, of_partner } = compared(by);
        for (subject, conversion) in self.judged_conversions(check) {
            let Some(partner) = self.records.partner(&conversion.partner) else {
                self.miss(check, subject, code, vec![FraudFact::Partner]);
                continue;
            };
            let matched = match by {
                SelfReferralFact::Domain => domains(self.policy, conversion, partner),
                _ => {
                    let (one, other) = values(self.policy, by, conversion, partner);
                    same(one, other, fact, of_partner)
                }
            };
            match matched {
                Ok(Some(value)) => {
                    let partner = partner.id.clone();
                    self.find(
                        check,
                        subject,
                        code,
                        FraudEvidence::Matched { fact, value, partner },
                    );
                }
                Ok(None) => {}
                Err(facts) => self.miss(check, subject, code, facts),
            }
        }
    }

    pub(super) fn elapsed(&mut self, check: &Check, min: Option<Length>, max: Option<Length>) {
        use FraudCode::{ClickToConversionTooLong, ClickToConversionTooShort};
        let unknown =
            if min.is_some() { ClickToConversionTooShort } else { ClickToConversionTooLong };
        for (subject, conversion) in self.judged_conversions(check) {
            let click = self.records.click_of(conversion);
            let Some(clicked_at) = click.map(|click| click.at).or(conversion.clicked_at) else {
                let fact = if conversion.click.is_some() {
                    FraudFact::Click
                } else {
                    FraudFact::ClickedAt
                };
                self.miss(check, subject, unknown, vec![fact]);
                continue;
            };
            let elapsed_us = conversion.at.micros_since(clicked_at);
            let found = match (min, max) {
                (Some(min), _) if elapsed_us < min.micros => (ClickToConversionTooShort, min.span),
                (_, Some(max)) if elapsed_us > max.micros => (ClickToConversionTooLong, max.span),
                _ => continue,
            };
            let (code, limit) = found;
            self.find(
                check,
                subject,
                code,
                FraudEvidence::Elapsed { clicked_at, elapsed_us, limit },
            );
        }
    }

    pub(super) fn mismatches(&mut self, check: &Check) {
        let code = FraudCode::CountryMismatch;
        for (subject, conversion) in self.judged_conversions(check) {
            let Some(click) = self.records.click_of(conversion) else {
                self.miss(check, subject, code, vec![FraudFact::Click]);
                continue;
            };
            let of_conversion = self.policy.country(conversion.country.as_ref());
            let of_click = self.policy.country(click.country.as_ref());
            match (of_conversion, of_click) {
                (Fact::Known(value), Fact::Known(other)) => {
                    if value != other {
                        let (fact, click) = (FraudFact::Country, click.id.clone());
                        let evidence = FraudEvidence::Differs { fact, value, other, click };
                        self.find(check, subject, code, evidence);
                    }
                }
                (one, other) => {
                    let named = [(one, FraudFact::Country), (other, FraudFact::ClickCountry)];
                    self.miss(check, subject, code, unknown(named));
                }
            }
        }
    }

    pub(super) fn banned_partners(&mut self, check: &Check) {
        let code = FraudCode::BannedPartnerMatch;
        let policy = self.policy;
        let mut banned: BTreeMap<(FraudFact, String), &Id> = BTreeMap::new();
        for partner in self.records.partners.iter().rev().filter(|partner| partner.banned) {
            for fact in traits(policy, partner) {
                banned.insert(fact, &partner.id);
            }
        }
        for (subject, partner) in self.judged_partners(check) {
            if partner.banned {
                continue;
            }
            let facts = traits(policy, partner);
            if facts.is_empty() {
                let facts = vec![FraudFact::Email, FraudFact::Device, FraudFact::PayoutMethod];
                self.miss(check, subject, code, facts);
            }
            for key in facts {
                let Some(&other) = banned.get(&key) else { continue };
                let (fact, value) = key;
                let evidence = FraudEvidence::Matched { fact, value, partner: other.clone() };
                self.find(check, subject, code, evidence);
            }
        }
    }
}

struct Compared {
    code: FraudCode,
    fact: FraudFact,
    of_partner: FraudFact,
}

const fn compared(by: SelfReferralFact) -> Compared {
    let (code, fact, of_partner) = match by {
        SelfReferralFact::Email => {
            (FraudCode::SelfReferralEmail, FraudFact::Email, FraudFact::PartnerEmail)
        }
        SelfReferralFact::Domain => {
            (FraudCode::SelfReferralDomain, FraudFact::EmailDomain, FraudFact::PartnerDomain)
        }
        SelfReferralFact::Address => {
            (FraudCode::SelfReferralAddress, FraudFact::Address, FraudFact::PartnerAddress)
        }
        SelfReferralFact::Ip => (FraudCode::SelfReferralIp, FraudFact::Ip, FraudFact::PartnerIp),
        SelfReferralFact::Device => {
            (FraudCode::SelfReferralDevice, FraudFact::Device, FraudFact::PartnerDevice)
        }
    };
    Compared { code, fact, of_partner }
}

/// The customer's fact and the partner's; that of domains is compared by itself.
fn values(
    policy: &FraudPolicy,
    by: SelfReferralFact,
    conversion: &FraudConversion,
    partner: &FraudPartner,
) -> (Fact, Fact) {
    match by {
        SelfReferralFact::Email => {
            (policy.email(conversion.email.as_ref()), policy.email(partner.email.as_ref()))
        }
        SelfReferralFact::Domain => (
            policy.email_domain(conversion.email.as_ref()),
            policy.email_domain(partner.email.as_ref()),
        ),
        SelfReferralFact::Address => {
            (policy.address(conversion.address.as_ref()), policy.address(partner.address.as_ref()))
        }
        SelfReferralFact::Ip => (policy.ip(conversion.ip.as_ref()), policy.ip(partner.ip.as_ref())),
        SelfReferralFact::Device => {
            (policy.device(conversion.device.as_ref()), policy.device(partner.device.as_ref()))
        }
    }
}

/// The value that two facts share, nothing, or what is not known.
fn same(
    one: Fact,
    other: Fact,
    fact: FraudFact,
    of_partner: FraudFact,
) -> Result<Option<String>, Vec<FraudFact>> {
    match (one, other) {
        (Fact::Allowed, _) | (_, Fact::Allowed) => Ok(None),
        (Fact::Known(one), Fact::Known(other)) => Ok((one == other).then_some(one)),
        (one, other) => Err(unknown([(one, fact), (other, of_partner)])),
    }
}

/// Whether the customer's domain is one of the partner's, or one is below the other.
fn domains(
    policy: &FraudPolicy,
    conversion: &FraudConversion,
    partner: &FraudPartner,
) -> Result<Option<String>, Vec<FraudFact>> {
    let of_partner = policy.email_domain(partner.email.as_ref());
    let mut own: Vec<String> =
        partner.domains.iter().map(|text| policy.emails.domain(text)).collect();
    own.retain(|domain| !domain.is_empty());
    let nothing_known = own.is_empty() && of_partner == Fact::Unknown;
    own.extend(of_partner.known().filter(|domain| !policy.free_mail.contains(domain)));
    match policy.email_domain(conversion.email.as_ref()) {
        Fact::Known(domain) if policy.free_mail.contains(&domain) => Ok(None),
        Fact::Known(_) if nothing_known => Err(vec![FraudFact::PartnerDomain]),
        Fact::Known(domain) => {
            let is_own = |own: &String| is_below(&domain, own) || is_below(own, &domain);
            let shared = own.iter().any(is_own);
            Ok(shared.then_some(domain))
        }
        Fact::Allowed => Ok(None),
        Fact::Unknown if nothing_known => {
            Err(vec![FraudFact::EmailDomain, FraudFact::PartnerDomain])
        }
        Fact::Unknown => Err(vec![FraudFact::EmailDomain]),
    }
}

/// Whether a domain is another, or below it.
fn is_below(domain: &str, other: &str) -> bool {
    domain.strip_suffix(other).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn unknown(named: [(Fact, FraudFact); 2]) -> Vec<FraudFact> {
    let missing = named.into_iter().filter(|(fact, _)| *fact == Fact::Unknown);
    missing.map(|(_, name)| name).collect()
}

/// What a partner may share with one who is banned.
fn traits(policy: &FraudPolicy, partner: &FraudPartner) -> Vec<(FraudFact, String)> {
    let email = policy.email(partner.email.as_ref()).known();
    let device = policy.device(partner.device.as_ref()).known();
    let mut methods: Vec<String> = partner.payout_methods.iter().map(Id::to_string).collect();
    methods.sort();
    methods.dedup();
    let single = [(FraudFact::Email, email), (FraudFact::Device, device)];
    let single = single.into_iter().filter_map(|(fact, value)| Some((fact, value?)));
    single.chain(methods.into_iter().map(|method| (FraudFact::PayoutMethod, method))).collect()
}
