//! What happened, and who the partners are: the host's records, as guerdon reads them.

use crate::kernel::calendar::{Date, Instant};
use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::expression::KnownFacts;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Money, Rate};

/// What kind of thing happened.
#[model]
pub enum EventKind {
    /// Somebody signed up.
    Signup,
    /// Somebody became a lead.
    Lead,
    /// Something was sold.
    Sale,
    /// Something was sold again to the same customer, by subscription.
    Renewal,
    /// A link was clicked.
    Click,
    /// Anything else that the plan knows by its facts.
    Custom,
}

/// Something that may earn a commission.
#[model]
pub struct Event {
    /// The host's id of the order, signup or click.
    pub id: Id,
    /// What kind of thing happened.
    pub kind: EventKind,
    /// When it happened.
    pub at: Instant,
    /// When it was attributed to the partner, such as by a click; plans may go by it.
    pub attributed_at: Option<Instant>,
    /// The partner who earns.
    pub partner: Id,
    /// The customer.
    pub customer: Option<Id>,
    /// What the customer paid, tax included; with `items`, their sum. A sale or a renewal needs it,
    /// or `net`, or `items`.
    pub amount: Option<Money>,
    /// What commissions are computed on, after tax, shipping and fees; `amount` unless said, and
    /// with `items`, their sum.
    pub net: Option<Money>,
    /// How many units; 1 unless said, and with `items`, their sum.
    pub quantity: Option<Amount>,
    /// The product.
    pub product: Option<Id>,
    /// The product's category.
    pub category: Option<Id>,
    /// The customer's country.
    pub country: Option<Id>,
    /// Whether this is the customer's first purchase.
    pub new_customer: Option<bool>,
    /// When the customer began: the first purchase, or the start of the subscription.
    pub customer_began: Option<Instant>,
    /// The lines of an order that has several; each is rated by itself.
    #[model(default)]
    pub items: Vec<Item>,
    /// Who shares in what the partner earns, the partner included; all of it is theirs unless said.
    #[model(default)]
    pub split: Vec<SplitShare>,
    /// The host's own facts, as the plan declares them.
    #[model(default)]
    pub facts: KnownFacts,
}

/// A share in what an event earns, by attribution credit or by agreement.
#[model]
pub struct SplitShare {
    /// Whose share it is.
    pub partner: Id,
    /// How much it weighs beside the others; zero or more. Only the proportions matter.
    pub weight: Exact,
}

/// One line of an order.
#[model]
pub struct Item {
    /// The line's id, unique in the order.
    pub id: Id,
    /// What the customer paid for it, tax included.
    pub amount: Money,
    /// What commissions are computed on; `amount` unless said.
    pub net: Option<Money>,
    /// How many units; 1 unless said.
    #[model(default = Amount::from(1))]
    pub quantity: Amount,
    /// The product.
    pub product: Option<Id>,
    /// The product's category.
    pub category: Option<Id>,
}

/// A partner, as the host's records have it.
#[model]
pub struct Partner {
    /// The partner's id.
    pub id: Id,
    /// Who recruited this partner.
    pub sponsor: Option<Id>,
    /// The tier that the host gave; a plan with a ladder finds its own instead.
    pub tier: Option<Id>,
    /// The rate that was agreed with this partner, for rules that pay by it; zero or more.
    pub rate: Option<Rate>,
    /// Whether the partner earns.
    #[model(default)]
    pub status: PartnerStatus,
    /// The day that anniversary windows count from.
    pub joined: Option<Date>,
}

/// Whether a partner earns.
#[model]
#[derive(Default)]
pub enum PartnerStatus {
    /// Earns and is paid.
    #[default]
    Active,
    /// Earns, and is paid when active again.
    Suspended,
    /// Earns nothing.
    Closed,
}

/// A sale given back, in whole or in part.
#[model]
pub struct Refund {
    /// The host's id of the refund.
    pub id: Id,
    /// When it happened.
    pub at: Instant,
    /// The event that is refunded.
    pub event: Id,
    /// The line that is refunded; the whole order, line by line, unless said.
    pub item: Option<Id>,
    /// How much the customer gets back this time, tax included; all that is left unless said, as
    /// when an order is cancelled.
    pub amount: Option<Money>,
}

/// A refund undone, such as a chargeback that was won.
#[model]
pub struct Reinstatement {
    /// The host's id of it.
    pub id: Id,
    /// When it happened.
    pub at: Instant,
    /// The event that was refunded.
    pub event: Id,
    /// The refund that is undone, all of it.
    pub refund: Id,
}

impl Event {
    /// Something that happened, with nothing said that may be left out.
    ///
    /// The rest is set by name: `Event { country: Some(country), ..Event::new(kind, id, partner, at) }`.
    #[must_use]
    pub fn new(kind: EventKind, id: Id, partner: Id, at: Instant) -> Self {
        Self {
            id,
            kind,
            at,
            attributed_at: None,
            partner,
            customer: None,
            amount: None,
            net: None,
            quantity: None,
            product: None,
            category: None,
            country: None,
            new_customer: None,
            customer_began: None,
            items: Vec::new(),
            split: Vec::new(),
            facts: KnownFacts::default(),
        }
    }

    /// A sale of one line.
    #[must_use]
    pub fn sale(id: Id, partner: Id, at: Instant, amount: Money) -> Self {
        Self { amount: Some(amount), ..Self::new(EventKind::Sale, id, partner, at) }
    }

    /// An order of several lines, each rated by itself.
    #[must_use]
    pub fn order(id: Id, partner: Id, at: Instant, items: Vec<Item>) -> Self {
        Self { items, ..Self::new(EventKind::Sale, id, partner, at) }
    }
}

impl Item {
    /// One unit of something.
    #[must_use]
    pub fn new(id: Id, amount: Money) -> Self {
        let quantity = Amount::from(1);
        Self { id, amount, net: None, quantity, product: None, category: None }
    }
}

impl Partner {
    /// A partner who earns, and of whom nothing else is known.
    #[must_use]
    pub fn new(id: Id) -> Self {
        Self {
            id,
            sponsor: None,
            tier: None,
            rate: None,
            status: PartnerStatus::Active,
            joined: None,
        }
    }
}

impl Refund {
    /// A refund of so much of an order.
    #[must_use]
    pub fn new(id: Id, event: Id, at: Instant, amount: Money) -> Self {
        Self { id, at, event, item: None, amount: Some(amount) }
    }
}
