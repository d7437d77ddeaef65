//! What a finding rests on, as data, and the sentence that says it.

use std::fmt;

use crate::kernel::calendar::{Instant, Span};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::Rate;

/// What was found; the same in every policy.
#[model]
pub enum FraudCode {
    /// Several share a postal address.
    DuplicateAddress,
    /// Several share an IP address.
    DuplicateIp,
    /// Several share a device.
    DuplicateDevice,
    /// Several share an e-mail address.
    DuplicateEmail,
    /// The customer has the partner's e-mail address.
    SelfReferralEmail,
    /// The customer's e-mail address is at a domain of the partner.
    SelfReferralDomain,
    /// The customer has the partner's postal address.
    SelfReferralAddress,
    /// The customer has the partner's IP address.
    SelfReferralIp,
    /// The customer has the partner's device.
    SelfReferralDevice,
    /// Too many conversions within a time.
    ConversionVelocity,
    /// Too many clicks within a time.
    ClickVelocity,
    /// The conversion comes too soon after its click, or before it.
    ClickToConversionTooShort,
    /// The conversion comes too late after its click.
    ClickToConversionTooLong,
    /// Several partners use one payout method.
    SharedPayoutMethod,
    /// The source of the traffic is banned.
    BannedSource,
    /// The page that the click came from is banned.
    BannedReferrer,
    /// The country is banned.
    BannedCountry,
    /// The domain of the e-mail address is banned.
    BannedEmailDomain,
    /// The IP address is banned.
    BannedIp,
    /// The device is banned.
    BannedDevice,
    /// The country is not among those that are served.
    CountryNotAllowed,
    /// The click and the conversion come from different countries.
    CountryMismatch,
    /// More conversions for the clicks than there should be.
    ConversionRate,
    /// The click was bought from an advertiser.
    PaidTraffic,
    /// The partner shares something with one who is banned.
    BannedPartnerMatch,
}

/// A fact of a record.
#[model]
pub enum FraudFact {
    /// The partner, who is not among the records.
    Partner,
    /// The click, which is not among the records.
    Click,
    /// The customer.
    Customer,
    /// The e-mail address.
    Email,
    /// The domain of the e-mail address.
    EmailDomain,
    /// The postal address.
    Address,
    /// The IP address.
    Ip,
    /// The device.
    Device,
    /// The country.
    Country,
    /// The source of the traffic.
    Source,
    /// The domain of the page that the click came from.
    Referrer,
    /// The link that was followed.
    Url,
    /// The payout method.
    PayoutMethod,
    /// The partner's e-mail address.
    PartnerEmail,
    /// The partner's domains.
    PartnerDomain,
    /// The partner's postal address.
    PartnerAddress,
    /// The partner's IP address.
    PartnerIp,
    /// The partner's device.
    PartnerDevice,
    /// The country of the click.
    ClickCountry,
    /// When the click was.
    ClickedAt,
}

/// What a finding rests on.
#[model]
#[derive(Eq)]
pub enum FraudEvidence {
    /// Several share a value.
    Shared {
        /// What is shared.
        fact: FraudFact,
        /// Its value, in the form in which it was compared.
        value: String,
        /// How many share it, the subject's own included.
        count: u64,
        /// How many may.
        most: u32,
        /// The others' records, at most ten, the latest of each of the latest.
        others: Vec<Id>,
    },
    /// Two values are one that should not be.
    Matched {
        /// What was compared.
        fact: FraudFact,
        /// The value, in the form in which it was compared.
        value: String,
        /// Whose other value it is.
        partner: Id,
    },
    /// Two values are not one that should be.
    Differs {
        /// What was compared.
        fact: FraudFact,
        /// The value.
        value: String,
        /// The other value.
        other: String,
        /// The click that has it.
        click: Id,
    },
    /// Too many within a time.
    Frequent {
        /// Whose are counted together.
        fact: FraudFact,
        /// Which partner, address, device or customer.
        value: String,
        /// How many there were, the subject included.
        count: u64,
        /// How many there may be.
        most: u32,
        /// The time that ends with the subject.
        window: Span,
        /// The others, at most ten, the latest.
        others: Vec<Id>,
    },
    /// Too little or too much time passed.
    Elapsed {
        /// When the click was.
        clicked_at: Instant,
        /// Microseconds from the click to the conversion; below zero when the click came after it.
        elapsed_us: i64,
        /// The least or the most that it should be, whichever it is not.
        limit: Span,
    },
    /// A value is on a list, or not on one.
    Listed {
        /// What was looked up.
        fact: FraudFact,
        /// The value.
        value: String,
        /// The entry of the list; none where it should be on the list and is not.
        entry: Option<String>,
    },
    /// A proportion is too high.
    Proportion {
        /// How many conversions there were.
        conversions: u64,
        /// For how many clicks.
        clicks: u64,
        /// The most that the one may be of the other.
        most: Rate,
    },
    /// Something that the check needs is not known.
    Unknown {
        /// What.
        facts: Vec<FraudFact>,
    },
}

impl FraudFact {
    /// What it is called in a sentence.
    const fn words(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Click => "click",
            Self::Customer => "customer",
            Self::Email => "e-mail address",
            Self::EmailDomain => "domain of the e-mail address",
            Self::Address => "postal address",
            Self::Ip => "IP address",
            Self::Device => "device",
            Self::Country => "country",
            Self::Source => "source",
            Self::Referrer => "referrer",
            Self::Url => "link",
            Self::PayoutMethod => "payout method",
            Self::PartnerEmail => "partner's e-mail address",
            Self::PartnerDomain => "partner's domain",
            Self::PartnerAddress => "partner's postal address",
            Self::PartnerIp => "partner's IP address",
            Self::PartnerDevice => "partner's device",
            Self::ClickCountry => "country of the click",
            Self::ClickedAt => "moment of the click",
        }
    }
}

impl fmt::Display for FraudEvidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shared { fact, value, count, most, .. } => {
                write!(f, "the {} `{value}` is shared by {count}, more than {most}", fact.words())
            }
            Self::Matched { fact, value, partner } => {
                write!(f, "the {} `{value}` is that of the partner `{partner}`", fact.words())
            }
            Self::Differs { fact, value, other, click } => {
                write!(
                    f,
                    "the {} is `{value}`, and `{other}` for the click `{click}`",
                    fact.words()
                )
            }
            Self::Frequent { fact, value, count, most, window, .. } => write!(
                f,
                "the {} `{value}` has {count} within {window}, more than {most}",
                fact.words()
            ),
            Self::Elapsed { clicked_at, elapsed_us, limit } => {
                let (sign, length) = (if *elapsed_us < 0 { "-" } else { "" }, elapsed_us.abs());
                let (seconds, rest) = (length / 1_000_000, length % 1_000_000);
                let fraction = format!(".{rest:06}");
                let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
                write!(
                    f,
                    "{sign}{seconds}{fraction} seconds after the click at {clicked_at}, where the \
                     limit is {limit}"
                )
            }
            Self::Listed { fact, value, entry: Some(entry) } => {
                write!(f, "the {} `{value}` is listed as `{entry}`", fact.words())
            }
            Self::Listed { fact, value, entry: None } => {
                write!(f, "the {} `{value}` is not on the list", fact.words())
            }
            Self::Proportion { conversions, clicks, most } => {
                write!(f, "{conversions} conversions of {clicks} clicks are more than {most}")
            }
            Self::Unknown { facts } => {
                let words: Vec<&str> = facts.iter().map(|fact| fact.words()).collect();
                write!(f, "not known: the {}", words.join(", the "))
            }
        }
    }
}
