//! What several share: duplicates, velocity, payout methods.
//!
//! Records are sorted by what they share, then by time. A window slides over each group once, so a
//! group of n records costs n log n, whatever the window.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::fraud::compile::{Check, Length};
use crate::fraud::evidence::{FraudCode, FraudEvidence, FraudFact};
use crate::fraud::finding::FraudSubjectKind;
use crate::fraud::policy::{DuplicateAmong, DuplicateFact, VelocityOf, VelocityPer};
use crate::fraud::record::FraudConversion;
use crate::fraud::records::Subject;
use crate::kernel::calendar::Instant;
use crate::kernel::id::Id;

use super::Judge;
use super::facts::Fact;

/// How many of the others are named as evidence.
const MOST_OTHERS: usize = 10;

/// One use of something that may be shared.
struct Use<'a> {
    /// Text of usual length lies in place, so that sorting follows no pointers.
    key: SmolStr,
    /// In microseconds; 0 for what has no moment.
    at: i64,
    subject: Subject,
    /// Who uses it. A conversion without a customer is a user of its own.
    who: Who<'a>,
    id: &'a Id,
    partner: &'a Id,
    moment: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who<'a> {
    Known(&'a Id),
    Itself(&'a Id),
}

/// A use with too many users.
struct Crowd {
    key: String,
    count: u64,
    others: Vec<Id>,
}

impl Judge<'_> {
    pub(super) fn duplicates(
        &mut self,
        check: &Check,
        of: DuplicateFact,
        among: DuplicateAmong,
        most: u32,
        window: Option<i64>,
    ) {
        let (code, fact) = match of {
            DuplicateFact::Address => (FraudCode::DuplicateAddress, FraudFact::Address),
            DuplicateFact::Ip => (FraudCode::DuplicateIp, FraudFact::Ip),
            DuplicateFact::Device => (FraudCode::DuplicateDevice, FraudFact::Device),
            DuplicateFact::Email => (FraudCode::DuplicateEmail, FraudFact::Email),
        };
        let (policy, records) = (self.policy, self.records);
        let seen = |address, ip, device, email| match of {
            DuplicateFact::Address => policy.address(address),
            DuplicateFact::Ip => policy.ip(ip),
            DuplicateFact::Device => policy.device(device),
            DuplicateFact::Email => policy.email(email),
        };
        let mut uses = Vec::new();
        match among {
            DuplicateAmong::Customers => {
                for (place, one) in records.conversions.iter().enumerate() {
                    let (address, ip) = (one.address.as_ref(), one.ip.as_ref());
                    let known = seen(address, ip, one.device.as_ref(), one.email.as_ref());
                    uses.push((known, of_conversion(place, one, customer(one))));
                }
            }
            DuplicateAmong::Partners => {
                for (place, one) in records.partners.iter().enumerate() {
                    let (address, ip) = (one.address.as_ref(), one.ip.as_ref());
                    let known = seen(address, ip, one.device.as_ref(), one.email.as_ref());
                    let subject = (FraudSubjectKind::Partner, place);
                    uses.push((
                        known,
                        unkeyed(subject, &one.id, &one.id, None, Who::Known(&one.id)),
                    ));
                }
            }
        }
        let uses = self.keyed(check, code, fact, uses);
        self.crowds(check, uses, window, most, |crowd| {
            let Crowd { key: value, count, others } = crowd;
            (code, FraudEvidence::Shared { fact, value, count, most, others })
        });
    }

    pub(super) fn velocity(
        &mut self,
        check: &Check,
        of: VelocityOf,
        per: VelocityPer,
        most: u32,
        window: Length,
    ) {
        let (policy, records) = (self.policy, self.records);
        let fact = match per {
            VelocityPer::Partner => FraudFact::Partner,
            VelocityPer::Ip => FraudFact::Ip,
            VelocityPer::Device => FraudFact::Device,
            VelocityPer::Customer => FraudFact::Customer,
        };
        let seen = |partner: &Id, ip, device, customer: Option<&Id>| match per {
            VelocityPer::Partner => Fact::Known(partner.to_string()),
            VelocityPer::Ip => policy.ip(ip),
            VelocityPer::Device => policy.device(device),
            VelocityPer::Customer => {
                customer.map_or(Fact::Unknown, |customer| Fact::Known(customer.to_string()))
            }
        };
        let (code, uses): (_, Vec<_>) = match of {
            VelocityOf::Conversions => {
                let all = records.conversions.iter().enumerate();
                let uses = all.map(|(place, one)| {
                    let (ip, device) = (one.ip.as_ref(), one.device.as_ref());
                    let known = seen(&one.partner, ip, device, one.customer.as_ref());
                    (known, of_conversion(place, one, Who::Itself(&one.id)))
                });
                (FraudCode::ConversionVelocity, uses.collect())
            }
            VelocityOf::Clicks => {
                let all = records.clicks.iter().enumerate();
                let uses = all.map(|(place, one)| {
                    let known = seen(&one.partner, one.ip.as_ref(), one.device.as_ref(), None);
                    let subject = (FraudSubjectKind::Click, place);
                    let who = Who::Itself(&one.id);
                    (known, unkeyed(subject, &one.id, &one.partner, Some(one.at), who))
                });
                (FraudCode::ClickVelocity, uses.collect())
            }
        };
        let uses = self.keyed(check, code, fact, uses);
        self.crowds(check, uses, Some(window.micros), most, |crowd| {
            let Crowd { key: value, count, others } = crowd;
            let window = window.span;
            (code, FraudEvidence::Frequent { fact, value, count, most, window, others })
        });
    }

    pub(super) fn payout_methods(&mut self, check: &Check, most: u32) {
        let (code, fact) = (FraudCode::SharedPayoutMethod, FraudFact::PayoutMethod);
        let records = self.records;
        let mut uses = Vec::new();
        for (place, one) in records.partners.iter().enumerate() {
            let mut methods: Vec<&Id> = one.payout_methods.iter().collect();
            methods.sort();
            methods.dedup();
            for method in methods {
                let subject = (FraudSubjectKind::Partner, place);
                let made = unkeyed(subject, &one.id, &one.id, None, Who::Known(&one.id));
                uses.push(Use { key: method.as_str().into(), ..made });
            }
        }
        for (place, one) in records.payouts.iter().enumerate() {
            let subject = (FraudSubjectKind::Payout, place);
            let made =
                unkeyed(subject, &one.id, &one.partner, Some(one.at), Who::Known(&one.partner));
            match &one.method {
                // All that is known counts, whenever it happened.
                Some(method) => uses.push(Use { key: method.as_str().into(), at: 0, ..made }),
                None if self.judges(check, subject, &one.partner, Some(one.at)) => {
                    self.miss(check, subject, code, vec![fact]);
                }
                None => {}
            }
        }
        self.crowds(check, uses, None, most, |crowd| {
            let Crowd { key: value, count, others } = crowd;
            (code, FraudEvidence::Shared { fact, value, count, most, others })
        });
    }

    /// The uses whose key is known; tells of the others that it is not.
    fn keyed<'u>(
        &mut self,
        check: &Check,
        code: FraudCode,
        fact: FraudFact,
        uses: Vec<(Fact, Use<'u>)>,
    ) -> Vec<Use<'u>> {
        let mut keyed = Vec::with_capacity(uses.len());
        for (known, made) in uses {
            match known {
                Fact::Known(key) => keyed.push(Use { key: key.into(), ..made }),
                Fact::Allowed => {}
                Fact::Unknown => {
                    if self.judges(check, made.subject, made.partner, made.moment) {
                        self.miss(check, made.subject, code, vec![fact]);
                    }
                }
            }
        }
        keyed
    }

    /// Finds every use whose key has too many users until then.
    fn crowds(
        &mut self,
        check: &Check,
        mut uses: Vec<Use<'_>>,
        window: Option<i64>,
        most: u32,
        told: impl Fn(Crowd) -> (FraudCode, FraudEvidence),
    ) {
        uses.sort_unstable_by(|one, other| {
            let order = one.key.cmp(&other.key).then(one.at.cmp(&other.at));
            order.then_with(|| one.id.cmp(other.id)).then(one.subject.cmp(&other.subject))
        });
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        for group in uses.chunk_by(|one, other| one.key == other.key) {
            if group.len() <= most {
                continue;
            }
            let mut sliding = Sliding {
                group,
                start: 0,
                end: 0,
                latest: BTreeMap::new(),
                order: BTreeMap::new(),
            };
            for made in group {
                sliding.until(made.at, window);
                if sliding.order.len() <= most
                    || !self.judges(check, made.subject, made.partner, made.moment)
                {
                    continue;
                }
                let (code, evidence) = told(sliding.crowd(made));
                self.find(check, made.subject, code, evidence);
            }
        }
    }
}

/// The users within a window, which only ever moves on.
struct Sliding<'g, 'a> {
    group: &'g [Use<'a>],
    start: usize,
    end: usize,
    /// The place of each user's latest use.
    latest: BTreeMap<Who<'a>, usize>,
    /// The same, by place.
    order: BTreeMap<usize, Who<'a>>,
}

impl Sliding<'_, '_> {
    /// Moves to the window that ends at a moment: that moment is in it, its start is not.
    fn until(&mut self, at: i64, window: Option<i64>) {
        while let Some(made) = self.group.get(self.end).filter(|made| made.at <= at) {
            if let Some(before) = self.latest.insert(made.who, self.end) {
                self.order.remove(&before);
            }
            self.order.insert(self.end, made.who);
            self.end += 1;
        }
        let Some(window) = window else { return };
        let gone = at.saturating_sub(window);
        while self.group.get(self.start).is_some_and(|made| made.at <= gone) {
            if let Some(who) = self.order.remove(&self.start) {
                self.latest.remove(&who);
            }
            self.start += 1;
        }
    }

    fn crowd(&self, made: &Use<'_>) -> Crowd {
        let others = self.order.iter().rev().filter(|(_, who)| **who != made.who);
        let others = others.filter_map(|(place, _)| self.group.get(*place));
        let mut others: Vec<Id> = others.take(MOST_OTHERS).map(|other| other.id.clone()).collect();
        others.reverse();
        let count = u64::try_from(self.order.len()).unwrap_or(u64::MAX);
        Crowd { key: made.key.to_string(), count, others }
    }
}

fn customer(one: &FraudConversion) -> Who<'_> {
    one.customer.as_ref().map_or(Who::Itself(&one.id), Who::Known)
}

fn of_conversion<'a>(place: usize, one: &'a FraudConversion, who: Who<'a>) -> Use<'a> {
    let subject = (FraudSubjectKind::Conversion, place);
    unkeyed(subject, &one.id, &one.partner, Some(one.at), who)
}

fn unkeyed<'a>(
    subject: Subject,
    id: &'a Id,
    partner: &'a Id,
    moment: Option<Instant>,
    who: Who<'a>,
) -> Use<'a> {
    let at = moment.map_or(0, Instant::micros);
    Use { key: SmolStr::default(), at, subject, who, id, partner, moment }
}
