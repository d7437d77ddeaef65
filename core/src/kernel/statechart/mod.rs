//! Statecharts: states, guarded transitions, effects and deadlines, run to completion.
//!
//! A chart is Harel's (*Statecharts: a visual formalism for complex systems*, 1987) with the
//! semantics of the W3C's SCXML (2015): states inside states, states side by side, history, and
//! transitions that events, deadlines or nothing at all take. A domain writes a [`Draft`] from
//! its document; [`compile`] checks it and gives a [`Chart`] of flat tables; a [`Run`] changes a
//! [`Snapshot`] by one event or deadline and hands out effects, which are data. Nothing is
//! performed here, and no clock is read.
//!
//! What is decided beyond the recommendation:
//!
//! - A deadline is an absolute instant in the snapshot, made when its state is entered, and gone
//!   when the state is left. Which visit to the state it belongs to is in the snapshot too.
//! - What comes with an event is known until everything that follows from it is done, events that
//!   the chart raises included.
//! - A condition that is unknown does not hold. One that cannot be computed ends the whole step,
//!   and the caller keeps the old snapshot.
//! - The root is never left: its own transitions lead into it.
//! - At the end each active state still does what it does when it is left, and the snapshot goes
//!   on to show the states where it ended.
//! - Every effect is counted within the visit to its state, so that its id can follow from it.

mod accepts;
mod bits;
mod chart;
mod choice;
mod closure;
mod compile;
mod compile_actions;
mod diagram;
mod document;
mod draft;
mod enter;
mod exclusive;
mod facts;
mod lint;
mod names;
mod run;
mod select;
mod snapshot;
mod states;
mod step;

#[cfg(test)]
mod tests;

pub use accepts::{Accepted, accepts};
pub use chart::Chart;
pub use choice::Choices;
pub use compile::{MAX_PARTS, compile};
pub use diagram::{dot, mermaid};
pub use document::{ChartAction, ChartAssignment, ChartEffect, ChartSend, ChartTransition};
pub use draft::{Draft, OwnEffect, StateDraft, StateKind};
pub use facts::Given;
pub use lint::{endless, lint};
pub use names::DONE;
pub use run::{Emitted, Event, MAX_STEPS, Run};
pub use snapshot::{Active, Memory, Snapshot, Timer, Wakes, forged};
pub use step::ChartStep;

crate::codes! {
    /// A chart has more states, transitions and actions than the limit.
    CHART_TOO_LARGE = "chart_too_large";
    /// Two states of a chart have the same id.
    STATE_DUPLICATE = "state_duplicate";
    /// A chart has no state of that id.
    STATE_UNKNOWN = "state_unknown";
    /// A state has in it, or does, what its kind does not allow.
    STATE_KIND_INVALID = "state_kind_invalid";
    /// States are named together that cannot be active at once.
    TARGETS_CONFLICT = "targets_conflict";
    /// A transition waits for two things, or for nothing without leading anywhere.
    TRANSITION_INVALID = "transition_invalid";
    /// The name of an event has a `*` where there is none to be.
    EVENT_NAME_INVALID = "event_name_invalid";
    /// A chart remembers no data of that name.
    DATA_UNKNOWN = "data_unknown";
    /// More steps follow from one event than the limit.
    MACROSTEP_ENDLESS = "macrostep_endless";
    /// A snapshot is not one that the chart can have made.
    SNAPSHOT_INVALID = "snapshot_invalid";
    /// No event or deadline ever leads to a state.
    STATE_UNREACHABLE = "state_unreachable";
    /// A state that is not final can never be left, and nothing can happen in it.
    STATE_DEAD_END = "state_dead_end";
    /// From a state no final state can ever be reached.
    FINAL_UNREACHABLE = "final_unreachable";
    /// Transitions that need no event lead in a circle.
    EVENTLESS_CYCLE = "eventless_cycle";
    /// A transition can never be taken, because one before it always is.
    TRANSITION_SHADOWED = "transition_shadowed";
    /// The conditions of two transitions may hold at once; the first is then taken.
    GUARDS_OVERLAP = "guards_overlap";
}
