//! The operations on automations: those of workflows, with the rule in the place of the workflow.

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::expression::KnownFacts;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

use super::super::compile::{Workflow, WorkflowFindings};
use super::super::document::WorkflowText;
use super::super::instance::WorkflowEvent;
use super::super::operations::{
    self, WorkflowApplyInput, WorkflowHappening, WorkflowOutcome, WorkflowReplay,
    WorkflowReplayInput, WorkflowStartInput,
};
use super::super::stored::SnapshotText;
use super::document::{AutomationDocument, AutomationInput, AutomationText};
use super::lower::{Lowered, check, lower};

/// What `automation.start` takes.
#[model]
pub struct AutomationStartInput {
    /// The rule.
    pub automation: AutomationText,
    /// The host's id of the instance, unique among all: of the rule and whom it runs for.
    pub instance: Id,
    /// When it starts to wait for its trigger.
    pub at: Instant,
    /// Whether to tell everything that happened.
    #[model(default)]
    pub log: bool,
}

/// What `automation.apply` takes.
#[model]
pub struct AutomationApplyInput {
    /// The rule.
    pub automation: AutomationText,
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

/// What `automation.replay` takes.
#[model]
pub struct AutomationReplayInput {
    /// The rule.
    pub automation: AutomationText,
    /// The host's id of the instance.
    pub instance: Id,
    /// When it starts to wait for its trigger.
    pub at: Instant,
    /// What happens then, in order.
    #[model(default)]
    pub history: Vec<WorkflowHappening>,
    /// Whether to tell everything that happened.
    #[model(default)]
    pub log: bool,
}

/// What `automation.workflow` gives back.
#[model]
pub struct AutomationWorkflow {
    /// The workflow that the rule stands for: every operation on workflows takes it, and instances
    /// of the rule are instances of it.
    pub workflow: WorkflowText,
}

/// Lets a rule wait for its trigger.
///
/// # Errors
/// Every problem of the rule.
pub fn start(input: AutomationStartInput) -> Result<WorkflowOutcome, Problems> {
    let AutomationStartInput { automation, instance, at, log } = input;
    let lowered = lowered(&automation.0)?;
    operations::start(WorkflowStartInput {
        workflow: WorkflowText(lowered.workflow.clone()),
        instance,
        at,
        data: KnownFacts::default(),
        facts: KnownFacts::default(),
        log,
    })
    .map_err(|problems| lowered.placed(problems))
}

/// Lets something happen to an instance of a rule.
///
/// # Errors
/// Every problem of the rule, the snapshot or the event. The host then keeps the snapshot.
pub fn apply(input: AutomationApplyInput) -> Result<WorkflowOutcome, Problems> {
    let AutomationApplyInput { automation, snapshot, event, at, log } = input;
    let lowered = lowered(&automation.0)?;
    let workflow = WorkflowText(lowered.workflow.clone());
    operations::apply(WorkflowApplyInput { workflow, snapshot, event, at, log })
        .map_err(|problems| lowered.placed(problems))
}

/// Plays the history of an instance of a rule from its beginning.
///
/// # Errors
/// Every problem of the rule; the problems of the first event that is refused with an error,
/// under its place in the history.
pub fn replay(input: AutomationReplayInput) -> Result<WorkflowReplay, Problems> {
    let AutomationReplayInput { automation, instance, at, history, log } = input;
    let lowered = lowered(&automation.0)?;
    operations::replay(WorkflowReplayInput {
        workflow: WorkflowText(lowered.workflow.clone()),
        instance,
        at,
        data: KnownFacts::default(),
        facts: KnownFacts::default(),
        history,
        log,
    })
    .map_err(|problems| lowered.placed(problems))
}

/// Gives the workflow that a rule stands for.
///
/// # Errors
/// Every problem of the rule.
pub fn workflow(input: AutomationInput) -> Result<AutomationWorkflow, Problems> {
    let lowered = compiled(&input.automation.0)?;
    Ok(AutomationWorkflow { workflow: WorkflowText(lowered.workflow) })
}

/// Tells everything that is wrong with a rule that has the shape of one.
///
/// # Errors
/// None: what is wrong is in the answer.
pub fn validate(input: AutomationInput) -> Result<WorkflowFindings, Problems> {
    Ok(match compiled(&input.automation.0) {
        Ok(_) => WorkflowFindings { usable: true, problems: Vec::new() },
        Err(problems) => WorkflowFindings { usable: false, problems: problems.into_vec() },
    })
}

/// The workflow of a rule that is known to be right.
fn compiled(rule: &AutomationDocument) -> Result<Lowered, Problems> {
    let lowered = lowered(rule)?;
    let compiled = Workflow::compile(lowered.workflow.clone()).map(|_| ());
    compiled.map_err(|problems| lowered.placed(problems.under("workflow")))?;
    Ok(lowered)
}

fn lowered(rule: &AutomationDocument) -> Result<Lowered, Problems> {
    let found: Vec<Problem> =
        check(rule).into_iter().map(|problem| problem.under("automation")).collect();
    Problems::verdict(found)?;
    lower(rule)
}
