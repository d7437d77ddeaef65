//! The operations on instances: from documents to documents.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::document::model;
use crate::kernel::explain::NoSteps;
use crate::kernel::expression::KnownFacts;
use crate::kernel::id::Id;
use crate::kernel::problem::Problems;
use crate::kernel::statechart::{self, Accepted, ChartStep, Given};

use super::compile::Workflow;
use super::document::{WorkflowDocument, WorkflowText};
use super::instance::{
    Applied, Instance, WorkflowAnswer, WorkflowEffect, WorkflowEvent, WorkflowReason,
    WorkflowStatus,
};
use super::stored::{SnapshotDocument, SnapshotText};

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
    let workflow = compiled(&input.workflow.0)?;
    let WorkflowStartInput { instance, at, data, facts, log, .. } = input;
    let (applied, log) = begin(&workflow, instance, at, &data, &facts, log)?;
    Ok(outcome(&workflow, applied, log))
}

/// Lets something happen to an instance.
///
/// # Errors
/// Every problem of the workflow, the snapshot or the event; what a condition or a formula cannot
/// go on after. The host then keeps the snapshot that it has.
pub fn apply(input: WorkflowApplyInput) -> Result<WorkflowOutcome, Problems> {
    let workflow = compiled(&input.workflow.0)?;
    let instance = read(&workflow, &input.snapshot.0)?;
    let (applied, log) = turn(&workflow, &instance, &input.event, input.at, input.log)?;
    Ok(outcome(&workflow, applied, log))
}

/// Plays the history of an instance from its beginning.
///
/// # Errors
/// Every problem of the workflow, the data or the facts; the problems of the first event that is
/// refused with an error, under its place in the history.
pub fn replay(input: WorkflowReplayInput) -> Result<WorkflowReplay, Problems> {
    let workflow = compiled(&input.workflow.0)?;
    let WorkflowReplayInput { instance, at, data, facts, history, log, .. } = input;
    let (applied, steps) = begin(&workflow, instance, at, &data, &facts, log)?;
    let mut turns = Vec::with_capacity(history.len() + 1);
    let mut instance = take_turn(&workflow, applied, steps, &mut turns);
    for (position, happening) in history.iter().enumerate() {
        let placed = |problems: Problems| {
            problems.map(|problem| match problem.path.starts_with("/workflow") {
                true => problem,
                false => problem.under(position).under("history"),
            })
        };
        let (applied, steps) =
            turn(&workflow, &instance, &happening.event, happening.at, log).map_err(placed)?;
        instance = take_turn(&workflow, applied, steps, &mut turns);
    }
    Ok(WorkflowReplay { turns, snapshot: SnapshotText(workflow.stored(&instance)) })
}

fn begin(
    workflow: &Workflow,
    instance: Id,
    at: Instant,
    data: &KnownFacts,
    facts: &KnownFacts,
    log: bool,
) -> Result<(Applied, Vec<ChartStep>), Problems> {
    let data = workflow.chart.data_of(&data.0).map_err(|all| all.under("data"))?;
    let facts = Workflow::facts(workflow.chart.vocabulary(), facts);
    let facts = facts.map_err(|all| all.under("facts"))?;
    let mut steps = Vec::new();
    let applied = if log {
        workflow.start(instance, at, data, facts.as_ref(), &mut steps)
    } else {
        workflow.start(instance, at, data, facts.as_ref(), &mut NoSteps)
    };
    Ok((applied.map_err(|problem| problem.under("workflow"))?, steps))
}

fn turn(
    workflow: &Workflow,
    instance: &Instance,
    event: &WorkflowEvent,
    at: Instant,
    log: bool,
) -> Result<(Applied, Vec<ChartStep>), Problems> {
    let mut steps = Vec::new();
    let applied = if log {
        workflow.apply(instance, event, at, &mut steps)
    } else {
        workflow.apply(instance, event, at, &mut NoSteps)
    };
    Ok((applied?, steps))
}

/// Keeps what a turn says, and goes on with the instance.
fn take_turn(
    workflow: &Workflow,
    applied: Applied,
    log: Vec<ChartStep>,
    turns: &mut Vec<WorkflowTurn>,
) -> Instance {
    let Applied { instance, answer, reason, effects, cancelled } = applied;
    turns.push(WorkflowTurn {
        answer,
        reason,
        status: instance.status,
        states: workflow.leaves(&instance),
        effects,
        cancelled,
        next_due: instance.next_due(),
        log,
    });
    instance
}

/// Tells when something is due next.
///
/// # Errors
/// Every problem of the workflow or the snapshot.
pub fn next_due(input: WorkflowSnapshotInput) -> Result<WorkflowDue, Problems> {
    let workflow = compiled(&input.workflow.0)?;
    let instance = read(&workflow, &input.snapshot.0)?;
    let snapshot = &input.snapshot.0;
    let of_chart = snapshot.deadlines.iter().map(|one| WorkflowDeadline {
        due: one.due,
        kind: match one.event {
            Some(_) => WorkflowDeadlineKind::Event,
            None => WorkflowDeadlineKind::Transition,
        },
        state: one.state.clone(),
        event: one.event.clone(),
    });
    let of_steps = snapshot.steps.iter().filter_map(|one| {
        let (due, kind) = match (one.retry_at, one.timeout_at) {
            (Some(due), _) => (due, WorkflowDeadlineKind::Retry),
            (None, due) => (due?, WorkflowDeadlineKind::Timeout),
        };
        Some(WorkflowDeadline { due, kind, state: Some(one.state.clone()), event: None })
    });
    let mut deadlines: Vec<WorkflowDeadline> = of_chart.chain(of_steps).collect();
    deadlines.sort_by_key(|one| one.due);
    Ok(WorkflowDue { next_due: instance.next_due(), deadlines })
}

/// Tells what an instance waits for, and whether it would take it.
///
/// # Errors
/// Every problem of the workflow, the snapshot or the facts; what a condition cannot go on after.
pub fn accepts(input: WorkflowAcceptsInput) -> Result<WorkflowAccepts, Problems> {
    let workflow = compiled(&input.workflow.0)?;
    let instance = read(&workflow, &input.snapshot.0)?;
    let facts = Workflow::facts(workflow.chart.vocabulary(), &input.facts);
    let facts = facts.map_err(|all| all.under("facts"))?;
    if instance.status != WorkflowStatus::Active {
        return Ok(WorkflowAccepts { transitions: Vec::new() });
    }
    let given = Given { now: input.at, event: None, facts: facts.as_ref() };
    let transitions = statechart::accepts(&workflow.chart, &instance.chart, given)
        .map_err(|problem| problem.under("workflow"))?;
    Ok(WorkflowAccepts { transitions })
}

/// Draws a workflow, and where an instance stands.
///
/// # Errors
/// Every problem of the workflow or the snapshot.
pub fn diagram(input: WorkflowDiagramInput) -> Result<WorkflowDiagram, Problems> {
    let workflow = compiled(&input.workflow.0)?;
    let instance = input.snapshot.map(|stored| read(&workflow, &stored.0)).transpose()?;
    let snapshot = instance.as_ref().map(|instance| &instance.chart);
    Ok(WorkflowDiagram {
        mermaid: statechart::mermaid(&workflow.chart, snapshot),
        dot: statechart::dot(&workflow.chart, snapshot),
    })
}

pub(super) fn compiled(document: &WorkflowDocument) -> Result<Workflow, Problems> {
    Workflow::compile(document).map_err(|problems| problems.under("workflow"))
}

fn read(workflow: &Workflow, snapshot: &SnapshotDocument) -> Result<Instance, Problems> {
    workflow.instance(snapshot).map_err(|problems| problems.under("snapshot"))
}

fn outcome(workflow: &Workflow, applied: Applied, log: Vec<ChartStep>) -> WorkflowOutcome {
    let Applied { instance, answer, reason, effects, cancelled } = applied;
    WorkflowOutcome {
        answer,
        reason,
        snapshot: SnapshotText(workflow.stored(&instance)),
        status: instance.status,
        states: workflow.leaves(&instance),
        effects,
        cancelled,
        next_due: instance.next_due(),
        log,
    }
}

impl Workflow {
    /// The innermost active states, in document order.
    #[must_use]
    pub fn leaves(&self, instance: &Instance) -> Vec<Id> {
        let active = instance.chart.active.iter().map(|one| one.state);
        let leaves = active.filter(|state| self.chart.is_leaf(*state));
        leaves.map(|state| self.chart.state_id(state).clone()).collect()
    }
}
