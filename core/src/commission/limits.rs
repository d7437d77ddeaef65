//! What a plan limits: the parts of the document.

use crate::kernel::calendar::{Span, Window};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::Amount;

/// How often or how long a rule pays for one customer. With a rule of lower priority after it in a
/// group `first`, it is what the first sales of a customer are paid.
#[model(document)]
pub struct RuleLimit {
    /// How many events of a customer it pays; one of which all that it paid is given back does not
    /// count, unless the plan has `measured: gross`. Any number unless said.
    pub events: Option<u32>,
    /// How long it pays from `customer_began` on, in the plan's calendar; for ever unless said.
    pub within: Option<Span>,
}

/// An upper limit.
#[model(document)]
pub struct Cap {
    /// The cap's id, unique in the plan.
    pub id: Id,
    /// What is limited.
    pub scope: CapScope,
    /// The most that is paid, in the plan's currency.
    pub max: Amount,
    /// Over which time, for what is limited over time; a lifetime unless said.
    pub window: Option<Window>,
    /// The rules that it limits together, such as those of a campaign; all of them unless said.
    #[model(default)]
    pub rules: Vec<Id>,
    /// Whose earnings it limits; the sellers' unless said.
    #[model(default)]
    pub covers: CapCovers,
}

/// What a cap limits.
#[model]
#[derive(Default)]
pub enum CapScope {
    /// One event.
    #[default]
    Order,
    /// What one customer brings in.
    Customer,
    /// What one partner earns.
    Partner,
    /// What the whole plan pays to sellers.
    Program,
}

/// Whose earnings a cap limits.
#[model]
#[derive(Default)]
pub enum CapCovers {
    /// What is posted to sellers, and to those who share with them.
    #[default]
    Sellers,
    /// What is posted to sponsors for their sales.
    Sponsors,
    /// Both: sponsors have what the sellers leave.
    Both,
}

impl Cap {
    /// Whether it limits all that is posted to sellers, and nothing else.
    pub(super) fn is_plain(&self) -> bool {
        self.rules.is_empty() && self.covers == CapCovers::Sellers
    }

    /// Whether what a rule pays to a seller counts.
    pub(super) fn counts_rule(&self, rule: &Id) -> bool {
        self.covers != CapCovers::Sponsors && (self.rules.is_empty() || self.rules.contains(rule))
    }

    /// Whether what sponsors are paid counts.
    pub(super) fn counts_sponsors(&self) -> bool {
        self.covers != CapCovers::Sellers
    }
}
