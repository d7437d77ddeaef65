//! Many instances at once: one event, or the time, for each of them.
//!
//! A batch gives what single calls give. Each instance is advanced by itself, and one that is refused
//! stays as it was and says why; the others go on.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::document::model;
use crate::kernel::explain::NoSteps;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

use super::compile::Workflow;
use super::document::WorkflowText;
use super::instance::{
    Applied, Instance, WorkflowAnswer, WorkflowEffect, WorkflowEvent, WorkflowReason,
};
use super::operations::{WorkflowOutcome, compiled};
use super::stored::SnapshotText;

/// What `workflow.run` takes.
#[model]
pub struct WorkflowRunInput {
    /// The workflow.
    pub workflow: WorkflowText,
    /// Where each instance stood after its last call.
    pub snapshots: Vec<SnapshotText>,
    /// What happens to each of them; that time has passed unless said.
    #[model(default = WorkflowEvent::Due {})]
    pub event: WorkflowEvent,
    /// When it happens: now.
    pub at: Instant,
}

/// What `workflow.run` gives back.
#[model]
pub struct WorkflowRun {
    /// What became of each instance, in the order in which they came.
    pub outcomes: Vec<WorkflowRunOutcome>,
    /// How many accepted it.
    pub accepted: u64,
    /// How many were not concerned.
    pub ignored: u64,
    /// How many did not allow it.
    pub refused: u64,
    /// How many could not be advanced.
    pub failed: u64,
}

/// What became of one instance of a batch.
#[model]
pub struct WorkflowRunOutcome {
    /// The instance.
    pub instance: Id,
    /// What became of it; none if it could not be advanced.
    pub outcome: Option<WorkflowOutcome>,
    /// Why it could not: the host keeps the snapshot that it has.
    #[model(default)]
    pub problems: Vec<Problem>,
}

/// What a batch did, in columns: a value for each instance, and lists with the places of those that
/// they speak of.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// What became of the event, by instance; none where it could not be advanced.
    pub answers: Vec<Option<WorkflowAnswer>>,
    /// Why it was not accepted.
    pub reasons: Vec<Option<WorkflowReason>>,
    /// When something is due next.
    pub next_due: Vec<Option<Instant>>,
    /// What the host is to perform, each with the place of its instance.
    pub effects: Vec<(usize, WorkflowEffect)>,
    /// Effects that need not be performed any more, each with the place of its instance.
    pub cancelled: Vec<(usize, DerivedId)>,
    /// Why instances could not be advanced, each with its place.
    pub failed: Vec<(usize, Problems)>,
}

impl Workflow {
    /// Lets the same thing happen to many instances, in place. One that cannot be advanced stays as
    /// it was.
    #[must_use]
    pub fn run(&self, instances: &mut [Instance], event: &WorkflowEvent, at: Instant) -> Batch {
        let mut batch = Batch::default();
        batch.answers.reserve(instances.len());
        batch.reasons.reserve(instances.len());
        batch.next_due.reserve(instances.len());
        for (place, instance) in instances.iter_mut().enumerate() {
            match self.apply(instance, event, at, &mut NoSteps) {
                Ok(applied) => *instance = batch.take(place, applied),
                Err(problems) => {
                    batch.failed.push((place, problems));
                    batch.answers.push(None);
                    batch.reasons.push(None);
                }
            }
            batch.next_due.push(instance.next_due());
        }
        batch
    }
}

impl Batch {
    fn take(&mut self, place: usize, applied: Applied) -> Instance {
        let Applied { instance, answer, reason, effects, cancelled } = applied;
        self.answers.push(Some(answer));
        self.reasons.push(reason);
        self.effects.extend(effects.into_iter().map(|effect| (place, effect)));
        self.cancelled.extend(cancelled.into_iter().map(|effect| (place, effect)));
        instance
    }
}

/// Lets the same thing happen to many instances of one workflow.
///
/// # Errors
/// Every problem of the workflow. What is wrong with one instance is said beside it.
pub fn run(input: WorkflowRunInput) -> Result<WorkflowRun, Problems> {
    let WorkflowRunInput { workflow, snapshots, event, at } = input;
    Ok(compiled(workflow.0)?.run_stored(snapshots, &event, at))
}

impl Workflow {
    /// The same for instances as they are stored.
    #[must_use]
    pub fn run_stored(
        &self,
        snapshots: Vec<SnapshotText>,
        event: &WorkflowEvent,
        at: Instant,
    ) -> WorkflowRun {
        let mut run = WorkflowRun {
            outcomes: Vec::with_capacity(snapshots.len()),
            accepted: 0,
            ignored: 0,
            refused: 0,
            failed: 0,
        };
        for snapshot in snapshots {
            let advanced = self
                .read(&snapshot)
                .and_then(|instance| self.advance(instance, event, at, false))
                .map(|turned| turned.told(self));
            let count = match &advanced {
                Ok(outcome) => match outcome.answer {
                    WorkflowAnswer::Accepted => &mut run.accepted,
                    WorkflowAnswer::Ignored => &mut run.ignored,
                    WorkflowAnswer::Refused => &mut run.refused,
                },
                Err(_) => &mut run.failed,
            };
            *count += 1;
            let (outcome, problems) = match advanced {
                Ok(outcome) => (Some(outcome), Vec::new()),
                Err(problems) => (None, problems.into_vec()),
            };
            run.outcomes.push(WorkflowRunOutcome { instance: snapshot.0.id, outcome, problems });
        }
        run
    }
}
