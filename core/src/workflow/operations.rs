//! The operations on instances: from documents to documents.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::document::model;
use crate::kernel::expression::KnownFacts;
use crate::kernel::id::Id;
use crate::kernel::problem::Problems;
use crate::kernel::statechart::{Accepted, ChartStep};

use super::compile::Workflow;
use super::document::{WorkflowDocument, WorkflowText};
use super::engine::{Beginning, Turned};
use super::instance::{
    WorkflowAnswer, WorkflowEffect, WorkflowEvent, WorkflowReason, WorkflowStatus,
};
use super::stored::SnapshotText;

/// What `workflow.start` takes.
#[model]
pub struct WorkflowStartInput {
    /// The workflow.
    pub workflow: WorkflowText,
    /// The host's id of the instance, unique among all: the ids of effects follow from it.
    pub instance: Id,
    /// When it starts.
    pub at: Instant,
    /// What it remembers from the start, by name, in the place of the first values of the
    /// document.
    #[model(default)]
    pub data: KnownFacts,
    /// What is known at the start, by name of the fact.
    #[model(default)]
    pub facts: KnownFacts,
    /// Whether to tell everything that happened.
    #[model(default)]
    pub log: bool,
}

/// What `workflow.apply` takes.
#[model]
pub struct WorkflowApplyInput {
    /// The workflow.
    pub workflow: WorkflowText,
    /// Where the instance stood after the last call.
    pub snapshot: SnapshotText,
    /// What happens.
    pub event: WorkflowEvent,
    /// When it happens: now.
    pub at: Instant,
    /// Whether to tell everything that happened.
    #[model(default)]
    pub log: bool,
}

/// What `workflow.start` and `workflow.apply` give back.
#[model]
pub struct WorkflowOutcome {
    /// What became of the event. Whatever was due before has happened in any case.
    pub answer: WorkflowAnswer,
    /// Why it was not accepted.
    pub reason: Option<WorkflowReason>,
    /// Where the instance stands now: to be stored, before the effects are performed.
    pub snapshot: SnapshotText,
    /// What the instance is.
    pub status: WorkflowStatus,
    /// The innermost active states, in document order.
    pub states: Vec<Id>,
    /// What the host is to perform, in order.
    #[model(default)]
    pub effects: Vec<WorkflowEffect>,
    /// Effects that the host need not perform any more: their states were left.
    #[model(default)]
    pub cancelled: Vec<DerivedId>,
    /// When something is due next: call with `due` then.
    pub next_due: Option<Instant>,
    /// Everything that happened, in order, if that was asked for.
    #[model(default)]
    pub log: Vec<ChartStep>,
}

/// What `workflow.replay` takes.
#[model]
pub struct WorkflowReplayInput {
    /// The workflow.
    pub workflow: WorkflowText,
    /// The host's id of the instance.
    pub instance: Id,
    /// When it starts.
    pub at: Instant,
    /// What it remembers from the start, by name.
    #[model(default)]
    pub data: KnownFacts,
    /// What is known at the start, by name of the fact.
    #[model(default)]
    pub facts: KnownFacts,
    /// What happens then, in order.
    #[model(default)]
    pub history: Vec<WorkflowHappening>,
    /// Whether to tell everything that happened.
    #[model(default)]
    pub log: bool,
}

/// Something that happened to an instance at some time.
#[model]
pub struct WorkflowHappening {
    /// What.
    pub event: WorkflowEvent,
    /// When.
    pub at: Instant,
}

/// What `workflow.replay` gives back.
#[model]
pub struct WorkflowReplay {
    /// What came of the start, and then of each event.
    pub turns: Vec<WorkflowTurn>,
    /// Where the instance stands at the end.
    pub snapshot: SnapshotText,
}

/// What came of one event of a history.
#[model]
pub struct WorkflowTurn {
    /// What became of the event.
    pub answer: WorkflowAnswer,
    /// Why it was not accepted.
    pub reason: Option<WorkflowReason>,
    /// What the instance is then.
    pub status: WorkflowStatus,
    /// The innermost active states, in document order.
    pub states: Vec<Id>,
    /// What the host was to perform, in order.
    #[model(default)]
    pub effects: Vec<WorkflowEffect>,
    /// Effects that the host need not perform any more.
    #[model(default)]
    pub cancelled: Vec<DerivedId>,
    /// When something was due next.
    pub next_due: Option<Instant>,
    /// Everything that happened, in order, if that was asked for.
    #[model(default)]
    pub log: Vec<ChartStep>,
}

/// What `workflow.next_due` takes.
#[model]
pub struct WorkflowSnapshotInput {
    /// The workflow.
    pub workflow: WorkflowText,
    /// Where the instance stands.
    pub snapshot: SnapshotText,
}

/// What `workflow.next_due` gives back.
#[model]
pub struct WorkflowDue {
    /// When something is due next; none while nothing is, or the instance is paused or over.
    pub next_due: Option<Instant>,
    /// Everything that is due, the earliest first.
    #[model(default)]
    pub deadlines: Vec<WorkflowDeadline>,
}

/// Something that is due.
#[model]
#[derive(Eq)]
pub struct WorkflowDeadline {
    /// When; while the instance is paused, when it would have been.
    pub due: Instant,
    /// What is due.
    pub kind: WorkflowDeadlineKind,
    /// The state that it belongs to.
    pub state: Option<Id>,
    /// The event that comes then.
    pub event: Option<Id>,
}

/// What is due.
#[model]
pub enum WorkflowDeadlineKind {
    /// A transition is taken.
    Transition,
    /// An event comes.
    Event,
    /// A step is tried again.
    Retry,
    /// An attempt at a step has taken too long.
    Timeout,
    /// An attempt at a step has been silent for too long.
    Heartbeat,
}

/// What `workflow.accepts` takes.
#[model]
pub struct WorkflowAcceptsInput {
    /// The workflow.
    pub workflow: WorkflowText,
    /// Where the instance stands.
    pub snapshot: SnapshotText,
    /// Now.
    pub at: Instant,
    /// What would come with an event, by name of the fact.
    #[model(default)]
    pub facts: KnownFacts,
}

/// What `workflow.accepts` gives back.
#[model]
pub struct WorkflowAccepts {
    /// Every transition that waits for an event, outer states first. What was due by now and has
    /// not happened is not taken into account.
    pub transitions: Vec<Accepted>,
}

/// What `workflow.diagram` takes.
#[model]
pub struct WorkflowDiagramInput {
    /// The workflow.
    pub workflow: WorkflowText,
    /// Where an instance stands, to be marked; nothing is marked unless said.
    pub snapshot: Option<SnapshotText>,
}

/// What `workflow.diagram` gives back.
#[model]
pub struct WorkflowDiagram {
    /// The workflow as a Mermaid state diagram.
    pub mermaid: String,
    /// The workflow as a graph in DOT.
    pub dot: String,
}

/// Begins an instance.
///
/// # Errors
/// Every problem of the workflow, the data or the facts; what a condition or a formula cannot go
/// on after.
pub fn start(input: WorkflowStartInput) -> Result<WorkflowOutcome, Problems> {
    let workflow = compiled(input.workflow.0)?;
    let WorkflowStartInput { instance, at, data, facts, log, .. } = input;
    let turned = workflow.begin(Beginning { instance, at, data, facts }, log)?;
    Ok(turned.told(&workflow))
}

/// Lets something happen to an instance.
///
/// # Errors
/// Every problem of the workflow, the snapshot or the event; what a condition or a formula cannot
/// go on after. The host then keeps the snapshot that it has.
pub fn apply(input: WorkflowApplyInput) -> Result<WorkflowOutcome, Problems> {
    let workflow = compiled(input.workflow.0)?;
    let instance = workflow.read(&input.snapshot)?;
    let turned = workflow.advance(instance, &input.event, input.at, input.log)?;
    Ok(turned.told(&workflow))
}

/// Plays the history of an instance from its beginning.
///
/// # Errors
/// Every problem of the workflow, the data or the facts; the problems of the first event that is
/// refused with an error, under its place in the history.
pub fn replay(input: WorkflowReplayInput) -> Result<WorkflowReplay, Problems> {
    let workflow = compiled(input.workflow.0)?;
    let WorkflowReplayInput { instance, at, data, facts, history, log, .. } = input;
    workflow.play(Beginning { instance, at, data, facts }, &history, log)
}

/// Tells when something is due next.
///
/// # Errors
/// Every problem of the workflow or the snapshot.
pub fn next_due(input: WorkflowSnapshotInput) -> Result<WorkflowDue, Problems> {
    let workflow = compiled(input.workflow.0)?;
    let instance = workflow.read(&input.snapshot)?;
    Ok(workflow.due(&instance))
}

/// Tells what an instance waits for, and whether it would take it.
///
/// # Errors
/// Every problem of the workflow, the snapshot or the facts; what a condition cannot go on after.
pub fn accepts(input: WorkflowAcceptsInput) -> Result<WorkflowAccepts, Problems> {
    let workflow = compiled(input.workflow.0)?;
    let instance = workflow.read(&input.snapshot)?;
    workflow.accepts(&instance, input.at, &input.facts)
}

/// Draws a workflow, and where an instance stands.
///
/// # Errors
/// Every problem of the workflow or the snapshot.
pub fn diagram(input: WorkflowDiagramInput) -> Result<WorkflowDiagram, Problems> {
    let workflow = compiled(input.workflow.0)?;
    let instance = input.snapshot.map(|stored| workflow.read(&stored)).transpose()?;
    Ok(workflow.diagram(instance.as_ref()))
}

pub(super) fn compiled(document: WorkflowDocument) -> Result<Workflow, Problems> {
    Workflow::compile(document).map_err(|problems| problems.under("workflow"))
}

impl Turned {
    /// The same with the snapshot to store.
    #[must_use]
    pub fn told(self, workflow: &Workflow) -> WorkflowOutcome {
        let Self { turn, instance } = self;
        WorkflowOutcome {
            answer: turn.answer,
            reason: turn.reason,
            snapshot: SnapshotText(workflow.stored(&instance)),
            status: turn.status,
            states: turn.states,
            effects: turn.effects,
            cancelled: turn.cancelled,
            next_due: turn.next_due,
            log: turn.log,
        }
    }
}
