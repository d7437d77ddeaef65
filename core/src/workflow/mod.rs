//! Workflows: statuses, journeys and automations, as documents that run.
//!
//! A [`WorkflowDocument`] says which states there are, what leads from one to the next, and what
//! the host is to do on the way; a compiled [`Workflow`] cannot be wrong. [`start`](Workflow::start)
//! makes an [`Instance`], [`apply`](Workflow::apply) lets an event, a step's end or time change it,
//! and gives effects for the host to perform. The host stores the snapshot first and performs the
//! effects then: an effect's id follows from where it came about, so that one that is handed out
//! twice is known to be the same.
//!
//! States, transitions and deadlines are those of the [statechart](crate::kernel::statechart);
//! here are the words that it does not know: steps, retries, instances that are paused or called
//! off.

mod apply;
pub mod automation;
mod batch;
mod compile;
pub mod delivery;
mod document;
mod engine;
mod explore;
mod hours;
mod instance;
mod lint;
mod lower;
mod migrate;
mod operations;
pub mod queue;
mod ready;
mod reference;
mod retry;
mod stats;
mod steps;
mod stored;
pub mod template;
pub mod webhook;

pub use batch::{Batch, WorkflowRun, WorkflowRunInput, WorkflowRunOutcome, run};
pub use compile::{Workflow, WorkflowDescription, WorkflowFindings, describe, validate};
pub use document::{
    Exhausted, SequenceStep, StepKind, Unmatched, WorkflowData, WorkflowDocument, WorkflowEnd,
    WorkflowFormat, WorkflowInput, WorkflowReference, WorkflowState, WorkflowStep, WorkflowText,
};
pub use engine::{Beginning, Turned};
pub use explore::{
    EXPLORED, ExploreAssumption, ExploreKind, ExploreStep, ExploredPlace, WorkflowExploration,
    WorkflowExploreInput, explore,
};
pub use instance::{
    Applied, Instance, WorkflowAnswer, WorkflowChild, WorkflowEffect, WorkflowEvent,
    WorkflowReason, WorkflowStatus,
};
pub use migrate::{
    MigrateInput, MigrateLoss, MigrateLossKind, MigrateOutcome, MigratePlan, StateMap, migrate,
};
pub use operations::{
    WorkflowAccepts, WorkflowAcceptsInput, WorkflowApplyInput, WorkflowDeadline,
    WorkflowDeadlineKind, WorkflowDiagram, WorkflowDiagramInput, WorkflowDue, WorkflowHappening,
    WorkflowOutcome, WorkflowReplay, WorkflowReplayInput, WorkflowSnapshotInput,
    WorkflowStartInput, WorkflowTurn, accepts, apply, diagram, next_due, replay, start,
};
pub use ready::{READY_MADE, ReadyMade, ReadyMadeEntry, ReadyMadeInput, ready_made};
pub use reference::DocumentReference;
pub use retry::{RetryInput, RetryJitter, RetryOutcome, RetryPolicy, RetryPolicyText, retry};
pub use stats::{
    HandoffStats, StageStats, StepStats, WorkflowLog, WorkflowStats, WorkflowStatsInput, stats,
};
pub use stored::{
    SnapshotDocument, SnapshotFormat, SnapshotText, StoredCompensation, StoredDeadline,
    StoredState, StoredStep,
};

crate::codes! {
    /// A workflow has neither states nor a sequence, or both; or a state says what only an end can.
    WORKFLOW_SHAPE_INVALID = "workflow_shape_invalid";
    /// A step says what its kind does not have, or lacks what it needs.
    STEP_INVALID = "step_invalid";
    /// A retry policy would wait for ever, for nothing, or less each time.
    RETRY_INVALID = "retry_invalid";
    /// A workflow waits for no event of that name.
    EVENT_UNKNOWN = "event_unknown";
    /// Something happens before what happened last.
    TIME_BACKWARDS = "time_backwards";
    /// A snapshot belongs to another workflow, or to another version.
    SNAPSHOT_MISMATCH = "snapshot_mismatch";
    /// An active state has no place in the version that an instance is taken over into.
    STATE_UNMAPPED = "state_unmapped";
    /// Something would be lost by taking an instance over, and may not be.
    MIGRATION_LOSES = "migration_loses";
    /// There is no ready-made workflow of that id.
    DOCUMENT_UNKNOWN = "document_unknown";
    /// Nothing is done about a payment that has failed for good.
    PAYMENT_WITHOUT_CATCH = "payment_without_catch";
    /// Nothing happens when a wait is over.
    DELAY_WITHOUT_EXIT = "delay_without_exit";
}
