//! What is checked: the host's records of partners, clicks, conversions and payouts.

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::id::Id;

/// Records, each in any order. One that is there twice counts once.
#[model]
#[derive(Default, Eq)]
pub struct FraudHistory {
    /// The partners, as they are known now.
    #[model(default)]
    pub partners: Vec<FraudPartner>,
    /// Clicks.
    #[model(default)]
    pub clicks: Vec<FraudClick>,
    /// Signups, leads and sales.
    #[model(default)]
    pub conversions: Vec<FraudConversion>,
    /// Payouts.
    #[model(default)]
    pub payouts: Vec<FraudPayout>,
}

/// What is judged by itself.
#[model]
#[derive(Eq)]
pub enum FraudSubject {
    /// A partner, such as one who applies.
    Partner {
        /// The partner.
        partner: FraudPartner,
    },
    /// A click.
    Click {
        /// The click.
        click: FraudClick,
    },
    /// A signup, lead or sale.
    Conversion {
        /// The conversion.
        conversion: FraudConversion,
    },
    /// A payout.
    Payout {
        /// The payout.
        payout: FraudPayout,
    },
}

/// A partner, as far as fraud goes.
#[model]
#[derive(Eq)]
pub struct FraudPartner {
    /// The partner's id.
    pub id: Id,
    /// Whether the partner was banned from a program; not so unless said.
    #[model(default)]
    pub banned: bool,
    /// The e-mail address.
    pub email: Option<String>,
    /// The domains of the partner's own sites.
    #[model(default)]
    pub domains: Vec<String>,
    /// The postal address, in one form for all records.
    pub address: Option<String>,
    /// The IP address that the partner signs in from.
    pub ip: Option<String>,
    /// The device that the partner signs in with, such as its fingerprint.
    pub device: Option<String>,
    /// The partner's country, as in clicks and conversions.
    pub country: Option<String>,
    /// The payout methods, such as the fingerprints of bank accounts.
    #[model(default)]
    pub payout_methods: Vec<Id>,
}

/// A click on a partner's link.
#[model]
#[derive(Eq)]
pub struct FraudClick {
    /// The click's id.
    pub id: Id,
    /// Whose link it was.
    pub partner: Id,
    /// When.
    pub at: Instant,
    /// The visitor's IP address.
    pub ip: Option<String>,
    /// The visitor's device.
    pub device: Option<String>,
    /// The country that it came from.
    pub country: Option<String>,
    /// Where the traffic comes from, as the host names it.
    pub source: Option<String>,
    /// The page that it came from, or its domain.
    pub referrer: Option<String>,
    /// The link that was followed, with its parameters.
    pub url: Option<String>,
}

/// A signup, lead or sale that a partner is to be paid for.
#[model]
#[derive(Eq)]
pub struct FraudConversion {
    /// The host's id of it, such as that of the order.
    pub id: Id,
    /// The partner who is to be paid.
    pub partner: Id,
    /// When.
    pub at: Instant,
    /// The click that it is attributed to.
    pub click: Option<Id>,
    /// When that was, where the click itself is not among the records.
    pub clicked_at: Option<Instant>,
    /// The customer.
    pub customer: Option<Id>,
    /// The customer's e-mail address.
    pub email: Option<String>,
    /// The customer's postal address, in one form for all records.
    pub address: Option<String>,
    /// The customer's IP address.
    pub ip: Option<String>,
    /// The customer's device.
    pub device: Option<String>,
    /// The customer's country, such as that of the card.
    pub country: Option<String>,
    /// Where the traffic comes from; as the click says unless said.
    pub source: Option<String>,
    /// The page that it came from, or its domain; as the click says unless said.
    pub referrer: Option<String>,
}

/// A payout to a partner.
#[model]
#[derive(Eq)]
pub struct FraudPayout {
    /// The payout's id.
    pub id: Id,
    /// Who is paid.
    pub partner: Id,
    /// When.
    pub at: Instant,
    /// The payout method, such as the fingerprint of a bank account.
    pub method: Option<Id>,
}

impl FraudPartner {
    /// A partner of whom nothing else is known.
    #[must_use]
    pub const fn new(id: Id) -> Self {
        Self {
            id,
            banned: false,
            email: None,
            domains: Vec::new(),
            address: None,
            ip: None,
            device: None,
            country: None,
            payout_methods: Vec::new(),
        }
    }
}

impl FraudClick {
    /// A click of which nothing else is known.
    #[must_use]
    pub const fn new(id: Id, partner: Id, at: Instant) -> Self {
        Self {
            id,
            partner,
            at,
            ip: None,
            device: None,
            country: None,
            source: None,
            referrer: None,
            url: None,
        }
    }
}

impl FraudConversion {
    /// A conversion of which nothing else is known.
    #[must_use]
    pub const fn new(id: Id, partner: Id, at: Instant) -> Self {
        Self {
            id,
            partner,
            at,
            click: None,
            clicked_at: None,
            customer: None,
            email: None,
            address: None,
            ip: None,
            device: None,
            country: None,
            source: None,
            referrer: None,
        }
    }
}
