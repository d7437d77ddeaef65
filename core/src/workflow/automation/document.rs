//! The automation document: one rule.

use std::collections::BTreeMap;

use crate::kernel::calendar::{Span, Zone};
use crate::kernel::document::model;
use crate::kernel::expression::{Expression, FactType};
use crate::kernel::id::Id;
use crate::kernel::statechart::ChartEffect;

crate::document_format!(
    /// The format of automations that this version reads and writes.
    AutomationFormat: "guerdon.automation/1"
);

crate::carried_document!(
    /// An automation on its way into an operation.
    AutomationText: AutomationDocument
);

/// A rule: when something happens, and something holds, something is done.
#[model(document)]
#[derive(Eq)]
pub struct AutomationDocument {
    /// Always `guerdon.automation/1`.
    pub format: AutomationFormat,
    /// The rule's id; the same in all of its versions.
    pub id: Id,
    /// The version, counted up by the author.
    pub version: u32,
    /// The zone whose wall clock counts the days and months of `delay` and `reentry`; UTC unless
    /// said.
    #[model(default = Zone::UTC)]
    pub zone: Zone,
    /// The facts that come with events and that the condition and the payloads may read, by name.
    #[model(default)]
    pub facts: BTreeMap<String, FactType>,
    /// What begins a run.
    pub trigger: AutomationTrigger,
    /// A run begins only where this holds.
    pub condition: Option<Expression>,
    /// How long after the trigger the actions are done; at once unless said.
    pub delay: Option<Span>,
    /// What is done, in order. Payloads speak of the facts of the trigger, also after a delay.
    #[model(default)]
    pub actions: Vec<ChartEffect>,
    /// A message that is sent, after the actions.
    pub follow_up: Option<FollowUp>,
    /// Whether another run may begin for the same one; `once` unless said.
    #[model(default)]
    pub reentry: Reentry,
    /// What the rule is for: when it happens, there is no run any more, and never again.
    pub goal: Option<AutomationGoal>,
    /// What calls off a run that waits for its delay.
    #[model(default)]
    pub exits: Vec<AutomationExit>,
}

/// What begins a run.
#[model(document)]
#[derive(Eq)]
pub struct AutomationTrigger {
    /// The event: a name, or `order.*` for every name that begins so.
    pub event: Id,
}

/// The message of a follow-up: an effect of the kind `message`.
#[model(document)]
#[derive(Eq)]
pub struct FollowUp {
    /// The template that it is written from.
    pub template: Id,
    /// The channel that it goes by.
    pub channel: Id,
    /// What it is for, as the delivery policy knows it.
    pub purpose: Option<Id>,
    /// The values of the template's variables, by name; what is unknown is left out.
    #[model(default)]
    pub variables: BTreeMap<String, Expression>,
}

/// Whether another run may begin for the same one. In any case there is one at a time.
#[model(document)]
#[derive(Copy, Eq)]
pub enum Reentry {
    /// Never: there is one run, and no other.
    Once,
    /// As soon as the one before is over.
    Always,
    /// When the one before is over, and it began at least so long ago.
    Interval {
        /// How long: from exactly so long after the beginning of a run the next may begin.
        every: Span,
    },
}

impl Default for Reentry {
    fn default() -> Self {
        Self::Once {}
    }
}

/// What a rule is for.
#[model(document)]
#[derive(Eq)]
pub struct AutomationGoal {
    /// The event by which it is reached.
    pub event: Id,
    /// Only where this holds.
    pub when: Option<Expression>,
    /// What is done then.
    #[model(default)]
    pub actions: Vec<ChartEffect>,
}

/// What calls off a run that waits.
#[model(document)]
#[derive(Eq)]
pub struct AutomationExit {
    /// The event that does.
    pub event: Id,
    /// Only where this holds.
    pub when: Option<Expression>,
}

/// What `automation.workflow` and `automation.validate` take.
#[model]
pub struct AutomationInput {
    /// The rule.
    pub automation: AutomationText,
}
