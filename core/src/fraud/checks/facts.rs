//! A fact as a check sees it: known in one form, not known, or left alone.

use crate::fraud::compile::FraudPolicy;
use crate::fraud::form;

/// A fact as a check sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    /// In the form in which it is compared.
    Known(String),
    /// Nobody said.
    Unknown,
    /// The policy says not to look at it.
    Allowed,
}

impl Fact {
    fn of(text: Option<&String>, form: impl FnOnce(&str) -> String) -> Self {
        match text.map(|text| form(text)) {
            Some(known) if !known.is_empty() => Self::Known(known),
            _ => Self::Unknown,
        }
    }

    fn unless(self, allowed: impl FnOnce(&str) -> bool) -> Self {
        match self {
            Self::Known(known) if allowed(&known) => Self::Allowed,
            other => other,
        }
    }

    /// Its value, if it is to be looked at.
    pub(super) fn known(self) -> Option<String> {
        match self {
            Self::Known(known) => Some(known),
            Self::Unknown | Self::Allowed => None,
        }
    }
}

impl FraudPolicy {
    pub(super) fn ip(&self, text: Option<&String>) -> Fact {
        Fact::of(text, form::ip).unless(|ip| self.allowed.ips.entry(ip).is_some())
    }

    pub(super) fn device(&self, text: Option<&String>) -> Fact {
        Fact::of(text, |text| text.trim().to_owned())
            .unless(|device| self.allowed.devices.entry(device).is_some())
    }

    pub(super) fn address(&self, text: Option<&String>) -> Fact {
        Fact::of(text, form::words)
            .unless(|address| self.allowed.addresses.entry(address).is_some())
    }

    /// The address itself, and its domain.
    fn email_parts(&self, text: Option<&String>) -> (Fact, Fact) {
        let Some((email, domain)) = text.and_then(|text| self.emails.parts(text)) else {
            return (Fact::Unknown, Fact::Unknown);
        };
        let allowed = self.allowed.emails.contains(&email)
            || self.allowed.email_domains.entry(&domain).is_some();
        if allowed {
            return (Fact::Allowed, Fact::Allowed);
        }
        (Fact::Known(email), Fact::Known(domain))
    }

    pub(super) fn email(&self, text: Option<&String>) -> Fact {
        self.email_parts(text).0
    }

    pub(super) fn email_domain(&self, text: Option<&String>) -> Fact {
        self.email_parts(text).1
    }

    pub(super) fn country(&self, text: Option<&String>) -> Fact {
        Fact::of(text, |text| text.trim().to_uppercase())
    }

    pub(super) fn source(&self, text: Option<&String>) -> Fact {
        Fact::of(text, form::words)
    }

    pub(super) fn referrer(&self, text: Option<&String>) -> Fact {
        Fact::of(text, form::host)
    }
}
