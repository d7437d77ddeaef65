//! A fraud policy made ready, and everything that can be wrong with its document.

use std::collections::BTreeSet;

use crate::kernel::calendar::Span;
use crate::kernel::document::hash;
use crate::kernel::id::Id;
use crate::kernel::money::{Rate, non_negative};
use crate::kernel::problem::{Problem, Problems};

use super::form::{Emails, Parameter, host};
use super::lists::{Addresses, Domains, Words};
use super::policy::{
    BannedFact, DuplicateAmong, DuplicateFact, FraudAction, FraudAllowed, FraudCheck,
    FraudPolicyDocument, FraudSeverity, FraudTest, SelfReferralFact, VelocityOf, VelocityPer,
};
use super::{
    FRAUD_CHECK_REPEATED, FRAUD_CHECK_UNFIT, FRAUD_ENTRY_INVALID, FRAUD_POLICY_TOO_LARGE,
    FraudPolicyReference,
};

/// The most checks that a policy may have.
const MOST_CHECKS: usize = 1_000;

/// A policy that is known to be right, made once and used for many records.
#[derive(Clone, Debug)]
pub struct FraudPolicy {
    id: Id,
    version: u32,
    hash: Id,
    /// Those that are enabled.
    pub(super) checks: Vec<Check>,
    pub(super) emails: Emails,
    pub(super) free_mail: BTreeSet<String>,
    pub(super) allowed: Allowed,
}

/// A check made ready.
#[derive(Clone, Debug)]
pub(super) struct Check {
    pub(super) id: Id,
    pub(super) test: Test,
    pub(super) action: FraudAction,
    pub(super) severity: FraudSeverity,
    pub(super) unknown: FraudAction,
    pub(super) except: BTreeSet<Id>,
}

/// What is checked, with windows in microseconds and lists to look up in.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Duplicate { of: DuplicateFact, among: DuplicateAmong, most: u32, window: Option<i64> },
    SelfReferral(SelfReferralFact),
    Velocity { of: VelocityOf, per: VelocityPer, most: u32, window: Length },
    ClickToConversion { min: Option<Length>, max: Option<Length> },
    SharedPayoutMethod { most: u32 },
    Banned(Banned),
    CountryNotAllowed(Words),
    CountryMismatch,
    ConversionRate { most: Rate, least: u32 },
    PaidTraffic(Vec<Parameter>),
    BannedPartnerMatch,
}

/// A length of time, as written and in microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Length {
    pub(super) span: Span,
    pub(super) micros: i64,
}

/// A list of what is not wanted.
#[derive(Clone, Debug)]
pub(super) enum Banned {
    Source(Words),
    Referrer(Domains),
    Country(Words),
    EmailDomain(Domains),
    Ip(Addresses),
    Device(Words),
}

/// Who and what is never suspected.
#[derive(Clone, Debug)]
pub(super) struct Allowed {
    pub(super) partners: BTreeSet<Id>,
    pub(super) customers: BTreeSet<Id>,
    pub(super) ips: Addresses,
    pub(super) devices: Words,
    pub(super) addresses: Words,
    pub(super) emails: BTreeSet<String>,
    pub(super) email_domains: Domains,
}

impl FraudPolicy {
    /// Checks a document and prepares it.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn compile(document: &FraudPolicyDocument) -> Result<Self, Problems> {
        if document.checks.len() > MOST_CHECKS {
            let problem = Problem::new(
                FRAUD_POLICY_TOO_LARGE,
                format!("there are {} checks, more than {MOST_CHECKS}", document.checks.len()),
                "put what is checked alike into one list",
            );
            return Err(problem.under("checks").into());
        }
        let emails = Emails::new(&document.emails);
        let mut compiling = Compiling { emails, found: Vec::new() };
        let mut ids = BTreeSet::new();
        let mut checks = Vec::with_capacity(document.checks.len());
        for (position, check) in document.checks.iter().enumerate() {
            let placed = |problem: Problem| problem.under(position).under("checks");
            if !ids.insert(&check.id) {
                compiling.found.push(placed(repeated(&check.id)));
            }
            let before = compiling.found.len();
            let test = compiling.test(&check.check);
            let wrong = compiling.found.split_off(before);
            compiling.found.extend(wrong.into_iter().map(|one| placed(one.under("check"))));
            checks.extend(test.filter(|_| check.enabled).map(|test| ready(check, test)));
        }
        let allowed = compiling.allowed(&document.allow);
        let Compiling { emails, found } = compiling;
        Problems::verdict(found)?;
        let free_mail = document.free_mail_domains.iter().map(|listed| emails.domain(listed));
        Ok(Self {
            id: document.id.clone(),
            version: document.version,
            hash: hash(document)?.parse()?,
            checks,
            free_mail: free_mail.collect(),
            emails,
            allowed,
        })
    }

    /// Which document this is.
    #[must_use]
    pub fn reference(&self) -> FraudPolicyReference {
        let Self { id, version, hash, .. } = self;
        FraudPolicyReference { id: id.clone(), version: *version, hash: hash.clone() }
    }
}

fn ready(check: &FraudCheck, test: Test) -> Check {
    let FraudCheck { id, action, severity, unknown, except, .. } = check;
    Check {
        id: id.clone(),
        test,
        action: *action,
        severity: *severity,
        unknown: *unknown,
        except: except.iter().cloned().collect(),
    }
}

fn repeated(id: &Id) -> Problem {
    Problem::new(
        FRAUD_CHECK_REPEATED,
        format!("the check `{id}` appears twice"),
        "give each check an id of its own",
    )
    .under("id")
}

/// Collects every problem; a check that has one is left out, and never seen, as the policy is then
/// refused.
struct Compiling {
    emails: Emails,
    found: Vec<Problem>,
}

impl Compiling {
    fn test(&mut self, test: &FraudTest) -> Option<Test> {
        Some(match test {
            FraudTest::Duplicate { of, among, most, window } => {
                let window = window.map(|window| self.length(window, "window"));
                if *among == DuplicateAmong::Partners && window.is_some() {
                    self.unfit(
                        "window",
                        "partners have no moment to look back from",
                        "leave it out",
                    );
                }
                Test::Duplicate {
                    of: *of,
                    among: *among,
                    most: self.most(*most),
                    window: window.flatten().map(|window| window.micros),
                }
            }
            FraudTest::SelfReferral { by } => Test::SelfReferral(*by),
            FraudTest::Velocity { of, per, most, window } => {
                if (*of, *per) == (VelocityOf::Clicks, VelocityPer::Customer) {
                    self.unfit("per", "clicks have no customer", "count them per `device` or `ip`");
                }
                let (most, window) = (self.most(*most), self.length(*window, "window")?);
                Test::Velocity { of: *of, per: *per, most, window }
            }
            FraudTest::ClickToConversion { min, max } => self.elapsed(*min, *max)?,
            FraudTest::SharedPayoutMethod { most } => {
                Test::SharedPayoutMethod { most: self.most(*most) }
            }
            FraudTest::Banned { of, values } => Test::Banned(self.banned(*of, values)),
            FraudTest::CountryNotAllowed { countries } => {
                Test::CountryNotAllowed(self.words(countries, "countries"))
            }
            FraudTest::CountryMismatch {} => Test::CountryMismatch,
            FraudTest::ConversionRate { most, least_conversions } => {
                if let Err(problem) = non_negative(most) {
                    self.found.push(problem.under("most"));
                }
                Test::ConversionRate { most: most.clone(), least: *least_conversions }
            }
            FraudTest::PaidTraffic { parameters } => {
                self.filled(parameters, "parameters");
                let parameters = parameters.iter().map(|text| Parameter::parse(text));
                Test::PaidTraffic(parameters.collect())
            }
            FraudTest::BannedPartnerMatch {} => Test::BannedPartnerMatch,
        })
    }

    fn elapsed(&mut self, min: Option<Span>, max: Option<Span>) -> Option<Test> {
        if min.is_none() && max.is_none() {
            self.unfit(
                "min",
                "neither a least nor a most time is said",
                "say `min`, `max` or both",
            );
        }
        let (min, max) =
            (min.map(|min| self.fixed(min, "min")), max.map(|max| self.fixed(max, "max")));
        let (min, max) = (min.flatten(), max.flatten());
        if let (Some(min), Some(max)) = (min, max)
            && max.micros < min.micros
        {
            let found = format!("the most, {}, is less than the least, {}", max.span, min.span);
            self.unfit("max", &found, "let `max` be the longer one");
        }
        Some(Test::ClickToConversion { min, max })
    }

    fn banned(&mut self, of: BannedFact, values: &[String]) -> Banned {
        match of {
            BannedFact::Source => Banned::Source(self.words(values, "values")),
            BannedFact::Country => Banned::Country(self.words(values, "values")),
            BannedFact::Device => Banned::Device(self.words(values, "values")),
            BannedFact::Referrer => Banned::Referrer(self.domains(values, &["values"], host)),
            BannedFact::EmailDomain => Banned::EmailDomain(self.email_domains(values, &["values"])),
            BannedFact::Ip => {
                self.filled(values, "values");
                Banned::Ip(self.addresses(values, &["values"]))
            }
        }
    }

    fn words(&mut self, entries: &[String], key: &str) -> Words {
        self.filled(entries, key);
        Words::new(entries)
    }

    /// A list without entries finds nothing, and an entry without text is none.
    fn filled(&mut self, entries: &[String], key: &str) {
        if entries.is_empty() {
            self.unfit(key, "the list is empty", "add what is looked for, or leave the check out");
        }
        self.not_blank(entries, &[key]);
    }

    fn not_blank(&mut self, entries: &[String], place: &[&str]) {
        for (position, _) in entries.iter().enumerate().filter(|(_, one)| one.trim().is_empty()) {
            self.entry(position, place, "has no text", "write it, or take it out");
        }
    }

    /// In the form in which domains of addresses are compared.
    fn email_domains(&mut self, entries: &[String], place: &[&str]) -> Domains {
        let emails = self.emails.clone();
        self.domains(entries, place, |listed| emails.domain(listed))
    }

    fn domains(
        &mut self,
        entries: &[String],
        place: &[&str],
        form: impl Fn(&str) -> String,
    ) -> Domains {
        if let [key] = place {
            self.filled(entries, key);
        } else {
            self.not_blank(entries, place);
        }
        for (position, entry) in entries.iter().enumerate() {
            if entry.contains('@') {
                self.entry(position, place, "is no domain", "write what follows the at sign");
            }
        }
        Domains::new(entries, form)
    }

    fn addresses(&mut self, entries: &[String], place: &[&str]) -> Addresses {
        let (addresses, wrong) = Addresses::new(entries);
        for position in wrong {
            let hint = "write a range as `203.0.113.0/24` or `2001:db8::/32`";
            self.entry(position, place, "is no range of IP addresses", hint);
        }
        addresses
    }

    fn allowed(&mut self, allow: &FraudAllowed) -> Allowed {
        let placed = |key: &'static str| ["allow", key];
        for (key, entries) in
            [("ips", &allow.ips), ("devices", &allow.devices), ("addresses", &allow.addresses)]
        {
            self.not_blank(entries, &placed(key));
        }
        let mut emails = BTreeSet::new();
        for (position, entry) in allow.emails.iter().enumerate() {
            match self.emails.parts(entry) {
                Some((email, _)) => drop(emails.insert(email)),
                None => {
                    let hint = "write it whole, such as `ada@example.com`";
                    self.entry(position, &placed("emails"), "is no e-mail address", hint);
                }
            }
        }
        Allowed {
            partners: allow.partners.iter().cloned().collect(),
            customers: allow.customers.iter().cloned().collect(),
            ips: self.addresses(&allow.ips, &placed("ips")),
            devices: Words::new(&allow.devices),
            addresses: Words::new(&allow.addresses),
            emails,
            email_domains: self.email_domains(&allow.email_domains, &placed("email_domains")),
        }
    }

    fn most(&mut self, most: u32) -> u32 {
        if most == 0 {
            self.unfit("most", "0 finds everything", "allow one at least");
        }
        most
    }

    /// A length of time above zero.
    fn length(&mut self, span: Span, key: &str) -> Option<Length> {
        if span.is_zero() {
            self.unfit(
                key,
                "a window of no time holds nothing",
                "give it a length, such as `PT1H`",
            );
        }
        self.fixed(span, key)
    }

    fn fixed(&mut self, span: Span, key: &str) -> Option<Length> {
        let micros = span.fixed_micros();
        if micros.is_none() {
            let found = format!("`{span}` has months, which are not of one length");
            self.unfit(key, &found, "say it in days or hours, such as `P30D`");
        }
        micros.map(|micros| Length { span, micros })
    }

    fn unfit(&mut self, key: &str, found: &str, hint: &str) {
        self.found.push(Problem::new(FRAUD_CHECK_UNFIT, found, hint).under(key));
    }

    fn entry(&mut self, position: usize, place: &[&str], found: &str, hint: &str) {
        let found = format!("the entry {found}");
        let problem = Problem::new(FRAUD_ENTRY_INVALID, found, hint).under(position);
        self.found.push(place.iter().rev().fold(problem, Problem::under));
    }
}
