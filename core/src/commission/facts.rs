//! The facts that a plan's conditions can read; [`asking`](super::asking) has how an event answers.
//!
//! | fact | type | where it comes from |
//! |---|---|---|
//! | `event.kind` | string | the event |
//! | `event.at` | instant | the event |
//! | `partner.id` | string | the event |
//! | `partner.tier` | string | the plan's ladder; without one the host's record of the partner |
//! | `customer.id` | string | the event |
//! | `customer.country` | string | the event's `country` |
//! | `customer.new` | bool | the event's `new_customer` |
//! | `customer.began` | instant | the event's `customer_began` |
//! | `order.total` | money | the event's `amount`, or the sum of its items |
//! | `item.product` | string | the item, or the event itself where it has none |
//! | `item.category` | string | the same |
//! | `item.quantity` | decimal | the same |
//! | `item.amount` | money | the same |
//! | `item.net` | money | the same |
//!
//! The host's own facts follow, as the plan declares them.

use crate::kernel::expression::{FactId, FactType, Vocabulary};
use crate::kernel::problem::Problems;

use super::plan::PlanDocument;

/// The built-in facts; a column of a batch has the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BuiltIn {
    Kind,
    At,
    Partner,
    Tier,
    Customer,
    Country,
    NewCustomer,
    Began,
    Total,
    Product,
    Category,
    Quantity,
    Amount,
    Net,
}

impl BuiltIn {
    /// Who buys.
    pub(super) const CUSTOMER: &'static str = "customer.id";
    /// The time of the event.
    pub(super) const AT: &'static str = "event.at";
    /// The fact that a limit in time is counted from.
    pub(super) const BEGAN: &'static str = "customer.began";

    /// In the order of their slots.
    pub(super) const ALL: [(Self, &'static str); 14] = [
        (Self::Kind, "event.kind"),
        (Self::At, Self::AT),
        (Self::Partner, "partner.id"),
        (Self::Tier, "partner.tier"),
        (Self::Customer, Self::CUSTOMER),
        (Self::Country, "customer.country"),
        (Self::NewCustomer, "customer.new"),
        (Self::Began, Self::BEGAN),
        (Self::Total, "order.total"),
        (Self::Product, "item.product"),
        (Self::Category, "item.category"),
        (Self::Quantity, "item.quantity"),
        (Self::Amount, "item.amount"),
        (Self::Net, "item.net"),
    ];

    pub(super) fn of(id: FactId) -> Option<Self> {
        Self::ALL.get(id.slot()).map(|(fact, _)| *fact)
    }

    fn type_in(self, document: &PlanDocument) -> FactType {
        match self {
            Self::At | Self::Began => FactType::Instant {},
            Self::NewCustomer => FactType::Bool {},
            Self::Quantity => FactType::Decimal {},
            Self::Total | Self::Amount | Self::Net => {
                FactType::Money { currency: Some(document.currency) }
            }
            _ => FactType::String {},
        }
    }
}

/// The facts of a plan: the built-in ones, then the host's.
pub(super) fn vocabulary(document: &PlanDocument) -> Result<Vocabulary, Problems> {
    let mut vocabulary = Vocabulary::new();
    for (fact, name) in BuiltIn::ALL {
        vocabulary.declare(name, fact.type_in(document))?;
    }
    vocabulary.declare_all(&document.facts).map_err(|problems| problems.under("facts"))?;
    Ok(vocabulary)
}
