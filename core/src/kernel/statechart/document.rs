//! What is authored of a chart: transitions, and what is done on the way.
//!
//! States are not here, because a domain adds to them; it hands them over as a
//! [`Draft`](super::Draft).

use std::collections::BTreeMap;

use crate::kernel::calendar::Span;
use crate::kernel::document::model;
use crate::kernel::expression::Expression;
use crate::kernel::id::Id;

/// A way out of a state, or something to do without leaving it.
#[model(document)]
#[derive(Eq)]
pub struct ChartTransition {
    /// The event that takes it: a name; `order.*` for every name that begins so; `*` for any.
    /// `done.state.ID` comes when the state of that id has reached its end. Without `event` and
    /// `after` the transition is taken as soon as its condition holds.
    pub event: Option<Id>,
    /// How long after the state was entered it is taken, unless the state was left before.
    pub after: Option<Span>,
    /// Whether `after` counts only while business is open, by the document's `business_hours`: days are
    /// days on which it is, hours those in which it is.
    #[model(default)]
    pub business: bool,
    /// Only where this holds.
    pub when: Option<Expression>,
    /// The states that are entered; several in different branches of a parallel state. Without
    /// any, no state is left and only the actions are done.
    #[model(default)]
    pub to: Vec<Id>,
    /// Whether the state itself is not left when all of `to` lies inside it.
    #[model(default)]
    pub internal: bool,
    /// What is done when it is taken, in order.
    #[model(default)]
    pub actions: Vec<ChartAction>,
}

/// Something that is done on entering a state, on leaving it, or on a transition.
#[model(document, one_key)]
#[derive(Eq)]
pub enum ChartAction {
    /// Hands an effect to the host, who performs it.
    Effect(ChartEffect),
    /// Gives a piece of the chart's data another value.
    Assign(ChartAssignment),
    /// Raises an event, which is handled before anything from outside.
    Raise(Id),
    /// Sends an event later, whichever states are active then.
    Send(ChartSend),
}

/// An effect: what the host is to do, as data.
#[model(document)]
#[derive(Eq)]
pub struct ChartEffect {
    /// What kind of thing it is, by a word of the host's.
    pub kind: Id,
    /// What the host needs to know for it, by name; what is unknown is left out.
    #[model(default)]
    pub payload: BTreeMap<String, Expression>,
}

/// A new value for a piece of the chart's data.
#[model(document)]
#[derive(Eq)]
pub struct ChartAssignment {
    /// Which piece, as it is declared.
    pub data: String,
    /// Its value from then on; unknown if this is.
    pub value: Expression,
}

/// An event that comes later.
#[model(document)]
#[derive(Eq)]
pub struct ChartSend {
    /// Its name.
    pub event: Id,
    /// How much later.
    pub after: Span,
}
