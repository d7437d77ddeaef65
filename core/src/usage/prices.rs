//! The price book: what each meter costs, and what is different for some clients.

use std::collections::BTreeMap;

use crate::kernel::calendar::{CalendarUnit, Zone};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Currency, Rate};
use crate::kernel::rounding::Rounding;
use crate::kernel::schedule::{ScheduleBoundary, ScheduleStep};

crate::document_format!(
    /// The format of price books that this version reads and writes.
    PriceBookFormat: "guerdon.prices/1"
);

crate::carried_document!(
    /// A price book on its way into an operation.
    PriceBookText: PriceBookDocument
);

/// What metered usage costs.
#[model(document)]
pub struct PriceBookDocument {
    /// Always `guerdon.prices/1`.
    pub format: PriceBookFormat,
    /// The book's id; the same in all of its versions.
    pub id: Id,
    /// The version, counted up by the author.
    pub version: u32,
    /// The currency; all amounts in this document are in it.
    pub currency: Currency,
    /// The zone in which periods begin and end.
    pub zone: Zone,
    /// The period of an invoice, in which usage is added up; a month unless said.
    #[model(default = CalendarUnit::Month)]
    pub period: CalendarUnit,
    /// The meters, by name.
    pub meters: BTreeMap<Id, UsageMeter>,
    /// The least of an invoice whose period is over; 0 unless said.
    #[model(default)]
    pub minimum: Amount,
    /// How a line is rounded to the currency's minor unit.
    #[model(default)]
    pub rounding: Rounding,
    /// What is different for some clients, by their ids.
    #[model(default)]
    pub clients: BTreeMap<Id, ClientPrices>,
}

/// What is different for one client.
#[model(document)]
pub struct ClientPrices {
    /// Meters that take the place of the book's, or are this client's alone.
    #[model(default)]
    pub meters: BTreeMap<Id, UsageMeter>,
    /// The least of an invoice; that of the book unless said.
    pub minimum: Option<Amount>,
    /// What is taken off each line, before its minimum and maximum; nothing unless said.
    #[model(default)]
    pub discount: Rate,
}

/// What is measured, and what it costs.
#[model(document)]
pub struct UsageMeter {
    /// What the events of a period come to; the sum of their quantities unless said.
    #[model(default)]
    pub aggregate: UsageAggregate,
    /// How much of it is free in each period; 0 unless said.
    #[model(default)]
    pub included: Amount,
    /// What the rest costs.
    pub price: UsagePrice,
    /// The least of the line, once its period is over; 0 unless said.
    #[model(default)]
    pub minimum: Amount,
    /// The most of the line; without limit unless said.
    pub maximum: Option<Amount>,
}

/// What the events of a period come to.
#[model]
#[derive(Default)]
pub enum UsageAggregate {
    /// The sum of their quantities.
    #[default]
    Sum,
    /// How many there are.
    Count,
    /// The largest quantity.
    Max,
    /// The quantity of the latest, by time, then id.
    Latest,
    /// How many different keys they have.
    Unique,
}

/// What usage costs, in units of the currency.
#[model(document)]
pub enum UsagePrice {
    /// The same for each unit.
    Unit {
        /// How much.
        amount: Amount,
    },
    /// Each unit by the step that it falls into; a flat amount is paid on entering a step.
    Graduated {
        /// The steps, upwards.
        steps: Vec<ScheduleStep>,
        /// Which step a quantity exactly on a boundary belongs to; the upper one unless said.
        #[model(default)]
        boundary: ScheduleBoundary,
    },
    /// All units by the step reached, and its flat amount.
    Volume {
        /// The steps, upwards.
        steps: Vec<ScheduleStep>,
        /// Which step a quantity exactly on a boundary belongs to; the upper one unless said.
        #[model(default)]
        boundary: ScheduleBoundary,
    },
    /// The same for each package of units that was begun.
    Package {
        /// How many units are in one.
        size: Amount,
        /// How much one costs.
        amount: Amount,
    },
    /// Each event by its own quantity.
    PerEvent {
        /// The steps, upwards.
        steps: Vec<ScheduleStep>,
        /// Which step a quantity exactly on a boundary belongs to; the upper one unless said.
        #[model(default)]
        boundary: ScheduleBoundary,
        /// The least of an event; 0 unless said.
        #[model(default)]
        min: Amount,
        /// The most of an event; without limit unless said.
        max: Option<Amount>,
        /// How many events of a period are free, the first ones; 0 unless said.
        #[model(default)]
        free_events: u32,
    },
    /// A share of each event's quantity, which is money, and a fixed amount.
    Percentage {
        /// The share.
        rate: Rate,
        /// The amount for each event; 0 unless said.
        #[model(default)]
        fixed: Amount,
        /// The least of an event; 0 unless said.
        #[model(default)]
        min: Amount,
        /// The most of an event; without limit unless said.
        max: Option<Amount>,
        /// How many events of a period are free, the first ones; 0 unless said.
        #[model(default)]
        free_events: u32,
    },
    /// The same in each period, whatever is used.
    Flat {
        /// How much.
        amount: Amount,
    },
}
