//! The fraud policy: which checks are made, where their thresholds are, and what a finding does.

use std::collections::BTreeMap;

use crate::kernel::calendar::Span;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::Rate;

crate::document_format!(
    /// The format of fraud policies that this version reads and writes.
    FraudPolicyFormat: "guerdon.fraud/1"
);

crate::carried_document!(
    /// A fraud policy on its way into an operation.
    FraudPolicyText: FraudPolicyDocument
);

/// Which checks are made, and what a finding of each does.
#[model(document)]
pub struct FraudPolicyDocument {
    /// Always `guerdon.fraud/1`.
    pub format: FraudPolicyFormat,
    /// The policy's id; the same in all of its versions.
    pub id: Id,
    /// The version, counted up by the author.
    pub version: u32,
    /// The checks; findings come in their order.
    pub checks: Vec<FraudCheck>,
    /// When two e-mail addresses are one.
    #[model(default)]
    pub emails: EmailForm,
    /// Domains at which everybody can have an e-mail address, so that sharing one means nothing;
    /// some thirty well-known ones unless said.
    #[model(default = free_mail_domains())]
    pub free_mail_domains: Vec<String>,
    /// Who and what is never suspected.
    #[model(default)]
    pub allow: FraudAllowed,
}

/// One check, and what its findings do.
#[model(document)]
pub struct FraudCheck {
    /// The check's id, unique in its policy; findings name it.
    pub id: Id,
    /// What is checked.
    pub check: FraudTest,
    /// What a finding does.
    pub action: FraudAction,
    /// How much a finding matters to who reads it; `medium` unless said.
    #[model(default)]
    pub severity: FraudSeverity,
    /// What it does when a fact is not known that the check needs; `pass` unless said, which also
    /// leaves out the finding.
    #[model(default)]
    pub unknown: FraudAction,
    /// Whether the check is made; it is unless said.
    #[model(default = true)]
    pub enabled: bool,
    /// Partners to whom this check does not apply.
    #[model(default)]
    pub except: Vec<Id>,
}

/// What a finding does. The strictest of a subject's findings decides.
#[model]
#[derive(Default)]
pub enum FraudAction {
    /// Nothing; it is only told.
    #[default]
    Pass,
    /// Somebody should look at it; it goes on meanwhile.
    Flag,
    /// It waits until somebody has looked at it.
    Hold,
    /// It is refused.
    Block,
}

/// How much a finding matters.
#[model]
#[derive(Default)]
pub enum FraudSeverity {
    /// Worth knowing.
    Low,
    /// Worth a look.
    #[default]
    Medium,
    /// Probably not as it should be.
    High,
    /// Almost certainly not as it should be.
    Critical,
}

/// What is checked.
#[model(document)]
pub enum FraudTest {
    /// One address, device or e-mail address is used by several.
    Duplicate {
        /// What is shared.
        of: DuplicateFact,
        /// Who shares it; customers unless said.
        #[model(default)]
        among: DuplicateAmong,
        /// How many may share it; 1 unless said.
        #[model(default = 1)]
        most: u32,
        /// How far back conversions are looked at, a day being 24 hours; without limit unless
        /// said. Partners have no moment, and no window.
        window: Option<Span>,
    },
    /// The customer is the partner.
    SelfReferral {
        /// What they have in common.
        by: SelfReferralFact,
    },
    /// Too many within a time.
    Velocity {
        /// What is counted; conversions unless said.
        #[model(default)]
        of: VelocityOf,
        /// Whose are counted together; a partner's unless said.
        #[model(default)]
        per: VelocityPer,
        /// How many there may be.
        most: u32,
        /// In which time, a day being 24 hours; it ends with the one that is judged.
        window: Span,
    },
    /// A conversion comes too soon after its click, or too late.
    ClickToConversion {
        /// The least time between them; any unless said. A day is 24 hours.
        min: Option<Span>,
        /// The most time between them; any unless said.
        max: Option<Span>,
    },
    /// One payout method is used by several partners.
    SharedPayoutMethod {
        /// How many may use it; 1 unless said.
        #[model(default = 1)]
        most: u32,
    },
    /// Something is on a list of what is not wanted.
    Banned {
        /// What is looked up.
        of: BannedFact,
        /// The list. A domain stands for those below it too, and an IP address may be a range,
        /// such as `203.0.113.0/24`; case makes no difference.
        values: Vec<String>,
    },
    /// A country is not on the list of those that are served.
    CountryNotAllowed {
        /// Those that are.
        countries: Vec<String>,
    },
    /// The click and the conversion come from different countries.
    CountryMismatch {},
    /// A partner has more conversions for its clicks than anybody has.
    ConversionRate {
        /// The most conversions in proportion to clicks.
        most: Rate,
        /// How many conversions there have to be for it to mean something; 10 unless said.
        #[model(default = 10)]
        least_conversions: u32,
    },
    /// A click was bought from an advertiser, as its link tells.
    PaidTraffic {
        /// The parameters of a link that tell it, as `gclid` or `utm_medium=cpc`; those of the
        /// large advertisers unless said.
        #[model(default = ad_parameters())]
        parameters: Vec<String>,
    },
    /// A partner shares an e-mail address, a device or a payout method with one that is banned.
    BannedPartnerMatch {},
}

/// What several may share.
#[model]
pub enum DuplicateFact {
    /// The postal address.
    Address,
    /// The IP address.
    Ip,
    /// The device.
    Device,
    /// The e-mail address.
    Email,
}

/// Who shares it.
#[model]
#[derive(Default)]
pub enum DuplicateAmong {
    /// The customers of conversions; a conversion without one counts as one.
    #[default]
    Customers,
    /// Partners.
    Partners,
}

/// What a customer and the partner may have in common.
#[model]
pub enum SelfReferralFact {
    /// The e-mail address.
    Email,
    /// The domain of the e-mail address, but for free mail; those of the partner's own sites
    /// count, and a domain below the other.
    Domain,
    /// The postal address.
    Address,
    /// The IP address.
    Ip,
    /// The device.
    Device,
}

/// What is counted.
#[model]
#[derive(Default)]
pub enum VelocityOf {
    /// Conversions.
    #[default]
    Conversions,
    /// Clicks.
    Clicks,
}

/// Whose are counted together.
#[model]
#[derive(Default)]
pub enum VelocityPer {
    /// A partner's.
    #[default]
    Partner,
    /// Those of one IP address.
    Ip,
    /// Those of one device.
    Device,
    /// Those of one customer; clicks have none.
    Customer,
}

/// What may be on a list.
#[model]
pub enum BannedFact {
    /// Where traffic comes from, as the host names it; a conversion without one has its click's.
    Source,
    /// The domain of the page that the click came from; a conversion without one has its click's.
    Referrer,
    /// The country.
    Country,
    /// The domain of the e-mail address.
    EmailDomain,
    /// The IP address.
    Ip,
    /// The device.
    Device,
}

/// When two e-mail addresses are one. Case never makes a difference.
#[model(document)]
#[derive(Eq)]
pub struct EmailForm {
    /// Whether what follows a plus sign is left out, as in `ada+shop@example.com`; it is unless
    /// said.
    #[model(default = true)]
    pub plus_tags: bool,
    /// Domains at which dots before the at sign make no difference; `gmail.com` and
    /// `googlemail.com` unless said.
    #[model(default = dotless_domains())]
    pub dotless_domains: Vec<String>,
    /// Domains that are another name of a domain; `googlemail.com` for `gmail.com` unless said.
    #[model(default = domain_aliases())]
    pub aliases: BTreeMap<String, String>,
}

impl Default for EmailForm {
    fn default() -> Self {
        Self { plus_tags: true, dotless_domains: dotless_domains(), aliases: domain_aliases() }
    }
}

/// Who and what is never suspected.
#[model(document)]
#[derive(Eq, Default)]
pub struct FraudAllowed {
    /// Partners who are left out of all checks.
    #[model(default)]
    pub partners: Vec<Id>,
    /// Customers who are left out, such as those of tests.
    #[model(default)]
    pub customers: Vec<Id>,
    /// IP addresses, or ranges of them, that no check looks at, such as that of an office.
    #[model(default)]
    pub ips: Vec<String>,
    /// Devices that no check looks at.
    #[model(default)]
    pub devices: Vec<String>,
    /// Postal addresses that no check looks at.
    #[model(default)]
    pub addresses: Vec<String>,
    /// E-mail addresses that no check looks at.
    #[model(default)]
    pub emails: Vec<String>,
    /// Domains of e-mail addresses that no check looks at; those below them too.
    #[model(default)]
    pub email_domains: Vec<String>,
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn dotless_domains() -> Vec<String> {
    texts(&["gmail.com", "googlemail.com"])
}

fn domain_aliases() -> BTreeMap<String, String> {
    BTreeMap::from([("googlemail.com".to_owned(), "gmail.com".to_owned())])
}

fn ad_parameters() -> Vec<String> {
    texts(&["gclid", "gclsrc", "gbraid", "wbraid", "dclid", "msclkid"])
}

fn free_mail_domains() -> Vec<String> {
    texts(&[
        "126.com",
        "163.com",
        "aol.com",
        "fastmail.com",
        "gmail.com",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.co.uk",
        "hotmail.com",
        "hotmail.fr",
        "icloud.com",
        "libero.it",
        "live.com",
        "mac.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "orange.fr",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "rediffmail.com",
        "t-online.de",
        "web.de",
        "yahoo.co.jp",
        "yahoo.co.uk",
        "yahoo.com",
        "yahoo.fr",
        "yandex.ru",
        "ymail.com",
        "zoho.com",
    ])
}
