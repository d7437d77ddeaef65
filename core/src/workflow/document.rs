//! The workflow document: a chart whose states may have steps, or a list of steps.

use std::collections::BTreeMap;

use crate::kernel::calendar::{BusinessHours, Span, Zone};
use crate::kernel::document::model;
use crate::kernel::expression::{Expression, FactType, FactValue};
use crate::kernel::id::Id;
use crate::kernel::problem::Problems;
use crate::kernel::statechart::{ChartAction, ChartEffect, ChartTransition, StateKind};

use super::retry::RetryPolicy;

crate::document_format!(
    /// The format of workflows that this version reads and writes.
    WorkflowFormat: "guerdon.workflow/1"
);

crate::carried_document!(
    /// A workflow on its way into an operation.
    WorkflowText: WorkflowDocument
);

/// A status, a journey, an automation: states, what leads from one to the next, and what the host
/// is to do on the way.
#[model(document)]
pub struct WorkflowDocument {
    /// Always `guerdon.workflow/1`.
    pub format: WorkflowFormat,
    /// The workflow's id; the same in all of its versions.
    pub id: Id,
    /// The version, counted up by the author.
    pub version: u32,
    /// What becomes of an event that no active state waits for; it is ignored unless said.
    #[model(default)]
    pub unmatched: Unmatched,
    /// The zone whose wall clock counts the days and months of delays; UTC unless said.
    #[model(default = Zone::UTC)]
    pub zone: Zone,
    /// When business is open, for delays that count only then.
    pub business_hours: Option<BusinessHours>,
    /// How many ids of events are remembered, so that one that comes again changes nothing; the
    /// last 100 unless said.
    #[model(default = 100)]
    pub remember: u16,
    /// The facts that come with events and that conditions and formulas may read, by name. Built
    /// in are `now`, `event`, `states`, `data.NAME`, `step.error` and `step.attempt`.
    #[model(default)]
    pub facts: BTreeMap<String, FactType>,
    /// What an instance remembers, by name; read as `data.NAME`.
    #[model(default)]
    pub data: BTreeMap<String, WorkflowData>,
    /// Events that are known although no transition names them.
    #[model(default)]
    pub events: Vec<Id>,
    /// Where it begins: states that are active together; the first state unless said.
    #[model(default)]
    pub initial: Vec<Id>,
    /// The states, in document order: where two transitions compete, the earlier one is taken.
    #[model(default)]
    pub states: Vec<WorkflowState>,
    /// Steps one after the other, in the place of `states`.
    #[model(default)]
    pub sequence: Vec<SequenceStep>,
    /// What can happen in every state, unless that state or one around it says otherwise.
    #[model(default)]
    pub transitions: Vec<ChartTransition>,
}

/// What becomes of an event that no active state waits for.
#[model]
#[derive(Default)]
pub enum Unmatched {
    /// It is ignored, as in a journey that hears of everything.
    #[default]
    Ignore,
    /// It is refused, as in a status that somebody wants to change.
    Refuse,
}

/// A piece of what an instance remembers.
#[model(document)]
pub struct WorkflowData {
    /// Its type.
    pub of: FactType,
    /// Its value at the start; unknown unless said, here or at the start.
    pub first: Option<FactValue>,
}

/// A state.
#[model(document)]
pub struct WorkflowState {
    /// Its id, unique in the workflow.
    pub id: Id,
    /// What it is; a plain state unless said.
    #[model(default)]
    pub kind: StateKind,
    /// Which of the states in it are entered with it; the first unless said. Of a history state,
    /// which are entered while it remembers nothing; those that are entered with its parent unless
    /// said.
    #[model(default)]
    pub initial: Vec<Id>,
    /// The states in it, in document order.
    #[model(default)]
    pub states: Vec<WorkflowState>,
    /// What can happen in it; the first that is awaited and whose condition holds is taken.
    #[model(default)]
    pub transitions: Vec<ChartTransition>,
    /// What is done on entering it, in order.
    #[model(default)]
    pub entry: Vec<ChartAction>,
    /// What is done on leaving it, in order.
    #[model(default)]
    pub exit: Vec<ChartAction>,
    /// What the host performs while it is active. Its transitions may wait for `step.done`,
    /// `step.failed` and `step.skipped`; other states know these as `step.done.ID` and so on.
    pub step: Option<WorkflowStep>,
    /// What the instance is when this final state of the whole is reached; completed unless said.
    pub outcome: Option<WorkflowEnd>,
}

/// How an instance ended.
#[model]
pub enum WorkflowEnd {
    /// It came to its end.
    Completed,
    /// It failed.
    Failed,
    /// It was called off.
    Cancelled,
}

/// What is performed while a state is active.
#[model(document)]
pub struct WorkflowStep {
    /// What kind of step it is.
    pub kind: StepKind,
    /// What the host needs to know for it, by name; what is unknown is left out.
    #[model(default)]
    pub payload: BTreeMap<String, Expression>,
    /// Of a `wait`, how long it lasts.
    pub lasts: Option<Span>,
    /// Of a `condition`, what has to hold before it goes on.
    pub when: Option<Expression>,
    /// How long an attempt may take before it has failed with the error `timeout`; without end
    /// unless said.
    pub timeout: Option<Span>,
    /// How long an attempt may be silent: the host tells `step_heartbeat` while it works, and without
    /// one for so long the attempt has failed with the error `heartbeat_timeout`. It may be silent
    /// for ever unless said.
    pub heartbeat: Option<Span>,
    /// Whether `lasts` and `timeout` count only while business is open, by the document's
    /// `business_hours`.
    #[model(default)]
    pub business: bool,
    /// Of a `workflow`, the id of the workflow that is started; its instance has the id of the
    /// effect.
    pub workflow: Option<Id>,
    /// What undoes the step once it is done: handed out if the instance fails or is called off
    /// later, what was done last first. Its payload is computed when the step is done.
    pub compensate: Option<ChartEffect>,
    /// What is tried again, and when: the first policy that names the error counts.
    #[model(default)]
    pub retry: Vec<RetryPolicy>,
    /// What becomes of the instance when the step has failed for good and no transition waits for
    /// `step.failed`; it fails unless said.
    #[model(default)]
    pub exhausted: Exhausted,
}

/// What a step is.
#[model]
pub enum StepKind {
    /// An e-mail to send.
    Email,
    /// A call to another system.
    Webhook,
    /// Money to move.
    Payment,
    /// A message in the product or on a phone.
    Notification,
    /// Something that a person does.
    Task,
    /// Nothing, for a while.
    Wait,
    /// Nothing, until something holds.
    Condition,
    /// Another workflow, which the host starts and tells the end of.
    Workflow,
}

/// What becomes of an instance whose step has failed for good.
#[model]
#[derive(Default)]
pub enum Exhausted {
    /// It fails.
    #[default]
    Fail,
    /// It is paused; resuming it tries the step again.
    Pause,
}

/// A step of a sequence: it is done, then the next one is.
#[model(document)]
pub struct SequenceStep {
    /// The id of its state.
    pub id: Id,
    /// What is performed.
    pub step: WorkflowStep,
    /// Only where this holds; otherwise it is passed over.
    pub when: Option<Expression>,
    /// The step or the end (`end`) that follows when it has failed for good; the instance fails
    /// or is paused unless said.
    pub on_failure: Option<Id>,
}

/// What `workflow.describe` and `workflow.validate` take.
#[model]
pub struct WorkflowInput {
    /// The workflow.
    pub workflow: WorkflowText,
}

/// Which document something comes from, so that it can be computed again.
#[model]
#[derive(Eq)]
pub struct WorkflowReference {
    /// The workflow's id.
    pub id: Id,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the document's canonical form.
    pub hash: Id,
}

impl std::str::FromStr for WorkflowDocument {
    type Err = Problems;

    fn from_str(text: &str) -> Result<Self, Problems> {
        text.parse::<WorkflowText>().map(|carried| carried.0)
    }
}
