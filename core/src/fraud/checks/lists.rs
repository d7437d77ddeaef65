//! What is on a list, or not on one: bans, countries that are served, links that were bought.

use crate::fraud::compile::{Banned, Check};
use crate::fraud::evidence::{FraudCode, FraudEvidence, FraudFact};
use crate::fraud::form::Parameter;
use crate::fraud::lists::Words;
use crate::fraud::record::FraudConversion;
use crate::fraud::records::Subject;

use super::Judge;
use super::facts::Fact;

impl Judge<'_> {
    pub(super) fn banned(&mut self, check: &Check, list: &Banned) {
        let (code, fact) = named(list);
        for (subject, value) in self.listed(check, list) {
            match value {
                Fact::Known(value) => {
                    if let Some(entry) = entry(list, &value).map(str::to_owned) {
                        let evidence = FraudEvidence::Listed { fact, value, entry: Some(entry) };
                        self.find(check, subject, code, evidence);
                    }
                }
                Fact::Unknown => self.miss(check, subject, code, vec![fact]),
                Fact::Allowed => {}
            }
        }
    }

    /// Every subject that has such a fact, with the fact.
    fn listed(&self, check: &Check, list: &Banned) -> Vec<(Subject, Fact)> {
        let policy = self.policy;
        let partners = self.judged_partners(check).into_iter().filter_map(|(subject, one)| {
            let fact = match list {
                Banned::Country(_) => policy.country(one.country.as_ref()),
                Banned::EmailDomain(_) => policy.email_domain(one.email.as_ref()),
                Banned::Ip(_) => policy.ip(one.ip.as_ref()),
                Banned::Device(_) => policy.device(one.device.as_ref()),
                Banned::Source(_) | Banned::Referrer(_) => return None,
            };
            Some((subject, fact))
        });
        let clicks = self.judged_clicks(check).into_iter().filter_map(|(subject, one)| {
            let fact = match list {
                Banned::Source(_) => policy.source(one.source.as_ref()),
                Banned::Referrer(_) => policy.referrer(one.referrer.as_ref()),
                Banned::Country(_) => policy.country(one.country.as_ref()),
                Banned::Ip(_) => policy.ip(one.ip.as_ref()),
                Banned::Device(_) => policy.device(one.device.as_ref()),
                Banned::EmailDomain(_) => return None,
            };
            Some((subject, fact))
        });
        let conversions = self.judged_conversions(check).into_iter();
        let conversions =
            conversions.map(|(subject, one)| (subject, self.of_conversion(one, list)));
        partners.chain(clicks).chain(conversions).collect()
    }

    fn of_conversion(&self, one: &FraudConversion, list: &Banned) -> Fact {
        let policy = self.policy;
        match list {
            Banned::Source(_) => {
                let of_click = || self.records.click_of(one)?.source.as_ref();
                policy.source(one.source.as_ref().or_else(of_click))
            }
            Banned::Referrer(_) => {
                let of_click = || self.records.click_of(one)?.referrer.as_ref();
                policy.referrer(one.referrer.as_ref().or_else(of_click))
            }
            Banned::Country(_) => policy.country(one.country.as_ref()),
            Banned::EmailDomain(_) => policy.email_domain(one.email.as_ref()),
            Banned::Ip(_) => policy.ip(one.ip.as_ref()),
            Banned::Device(_) => policy.device(one.device.as_ref()),
        }
    }

    pub(super) fn countries(&mut self, check: &Check, served: &Words) {
        let (code, fact) = (FraudCode::CountryNotAllowed, FraudFact::Country);
        let clicks = self.judged_clicks(check).into_iter();
        let clicks = clicks.map(|(subject, one)| (subject, one.country.as_ref()));
        let conversions = self.judged_conversions(check).into_iter();
        let conversions = conversions.map(|(subject, one)| (subject, one.country.as_ref()));
        for (subject, country) in clicks.chain(conversions).collect::<Vec<_>>() {
            match self.policy.country(country) {
                Fact::Known(value) if served.entry(&value).is_none() => {
                    let evidence = FraudEvidence::Listed { fact, value, entry: None };
                    self.find(check, subject, code, evidence);
                }
                Fact::Unknown => self.miss(check, subject, code, vec![fact]),
                Fact::Known(_) | Fact::Allowed => {}
            }
        }
    }

    pub(super) fn paid(&mut self, check: &Check, parameters: &[Parameter]) {
        let (code, fact) = (FraudCode::PaidTraffic, FraudFact::Url);
        let clicks = self.judged_clicks(check).into_iter();
        let clicks = clicks.map(|(subject, one)| (subject, one.url.as_ref()));
        let conversions = self.judged_conversions(check).into_iter().map(|(subject, one)| {
            let click = self.records.click_of(one);
            (subject, click.and_then(|click| click.url.as_ref()))
        });
        for (subject, url) in clicks.chain(conversions).collect::<Vec<_>>() {
            let Some(url) = url else {
                self.miss(check, subject, code, vec![fact]);
                continue;
            };
            let Some(found) = parameters.iter().find(|one| one.is_in(url)) else { continue };
            let entry = match &found.value {
                Some(value) => format!("{}={value}", found.name),
                None => found.name.clone(),
            };
            let evidence = FraudEvidence::Listed { fact, value: url.clone(), entry: Some(entry) };
            self.find(check, subject, code, evidence);
        }
    }
}

const fn named(list: &Banned) -> (FraudCode, FraudFact) {
    match list {
        Banned::Source(_) => (FraudCode::BannedSource, FraudFact::Source),
        Banned::Referrer(_) => (FraudCode::BannedReferrer, FraudFact::Referrer),
        Banned::Country(_) => (FraudCode::BannedCountry, FraudFact::Country),
        Banned::EmailDomain(_) => (FraudCode::BannedEmailDomain, FraudFact::EmailDomain),
        Banned::Ip(_) => (FraudCode::BannedIp, FraudFact::Ip),
        Banned::Device(_) => (FraudCode::BannedDevice, FraudFact::Device),
    }
}

fn entry<'a>(list: &'a Banned, value: &str) -> Option<&'a str> {
    match list {
        Banned::Source(words) | Banned::Country(words) | Banned::Device(words) => {
            words.entry(value)
        }
        Banned::Referrer(domains) | Banned::EmailDomain(domains) => domains.entry(value),
        Banned::Ip(addresses) => addresses.entry(value),
    }
}
