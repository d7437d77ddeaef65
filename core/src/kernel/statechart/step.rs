//! What a chart says about what it did, when it is asked.

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::expression::FactValue;
use crate::kernel::id::Id;

/// One thing that happened in a chart, in order.
#[model]
#[derive(Eq)]
pub enum ChartStep {
    /// An event was looked at: one from outside, or one that the chart raised.
    Handled {
        /// Its name.
        event: Id,
        /// When.
        at: Instant,
    },
    /// A deadline had come.
    Due {
        /// The state whose deadline it was; none for an event that was sent to come later.
        state: Option<Id>,
        /// When it was due.
        at: Instant,
    },
    /// A condition was asked.
    Asked {
        /// JSON pointer of its transition, from the root of the document.
        transition: String,
        /// Whether it holds.
        holds: bool,
        /// The facts for want of which it is unknown.
        #[model(default)]
        missing: Vec<String>,
    },
    /// A transition was taken.
    Taken {
        /// JSON pointer of the transition, from the root of the document.
        transition: String,
        /// The state that it belongs to; none for the whole chart.
        state: Option<Id>,
    },
    /// A state was left.
    Left {
        /// Which.
        state: Id,
        /// When.
        at: Instant,
    },
    /// A state was entered.
    Entered {
        /// Which.
        state: Id,
        /// The how-manieth entry of the instance this is.
        entry: u64,
        /// When.
        at: Instant,
    },
    /// A piece of data has another value.
    Assigned {
        /// Which.
        data: String,
        /// The value; none if it is unknown.
        value: Option<FactValue>,
    },
    /// The chart raised an event.
    Raised {
        /// Its name.
        event: Id,
    },
    /// The chart sent an event that comes later.
    Sent {
        /// Its name.
        event: Id,
        /// When it comes.
        due: Instant,
    },
    /// An effect was handed out.
    Emitted {
        /// The state that it belongs to; none for the whole chart.
        state: Option<Id>,
        /// The entry of that state.
        entry: u64,
        /// Its number among the effects of that entry, from 0.
        ordinal: u32,
    },
}
