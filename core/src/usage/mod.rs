//! Usage pricing: what metered usage costs a client, by a price book.
//!
//! A [`PriceBookDocument`] prices meters, and may price them otherwise for some clients. Usage
//! comes as events; what they add up to in a period of the calendar is measured, freed of what is
//! included, and priced by a schedule:
//!
//! | price | a schedule of mode | on |
//! |---|---|---|
//! | `unit` | marginal, of one step | what was used in the period |
//! | `graduated` | marginal | the same |
//! | `volume` | retroactive | the same |
//! | `package` | marginal, of one step | packages that were begun |
//! | `per_event`, `percentage` | per transaction | each event |
//! | `flat` | none | nothing: it is the same whatever was used |
//!
//! A line is a function of the set of its events: an event that comes late, or twice, changes
//! nothing but the whole, and what was posted before is subtracted from it. Every line is rounded
//! once.

mod compile;
mod invoice;
mod measure;
mod operations;
mod prices;
mod rate;
mod step;

pub use compile::PriceBook;
pub use invoice::{UsageInvoice, UsageLine, UsageLineKind};
pub use operations::{
    PriceBookInput, PriceBookReference, UsageBilled, UsageEvent, UsagePosted, UsageRateInput,
    UsageRating, describe_prices, rate,
};
pub use prices::{
    ClientPrices, PriceBookDocument, PriceBookFormat, PriceBookText, UsageAggregate, UsageMeter,
    UsagePrice,
};
pub use step::UsageStep;

crate::codes! {
    /// A price, an included quantity or a minimum is below zero.
    PRICE_NEGATIVE = "price_negative";
    /// Parts of a price do not go together, or can never matter.
    PRICE_UNFIT = "price_unfit";
    /// A client has no price for a meter.
    USAGE_METER_UNKNOWN = "usage_meter_unknown";
    /// A quantity is below zero.
    USAGE_NEGATIVE = "usage_negative";
    /// Two events of one id say different things.
    USAGE_EVENT_CONFLICT = "usage_event_conflict";
    /// What was posted of a line is said twice.
    USAGE_POSTED_TWICE = "usage_posted_twice";
}
