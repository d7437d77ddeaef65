//! The task queue: who does what next.
//!
//! A task waits with its priority, the skills that it needs and how much of a worker it takes. It
//! is offered to a worker, who accepts it in time or does not; then it is offered to another. The
//! longer it waits, the wider the circle of those it is offered to: the targets of a
//! [`QueueDocument`]. The state of the queue comes in and goes out; nothing is kept here.
//!
//! Tasks are offered in the order of priority (that of the target added), then of age, then of
//! their ids. Among the workers who may do a task, the one with the least load for their capacity
//! gets it, then the one who has waited longest for an offer, then the first by id. So the same
//! state always gives the same offers, and nobody is passed over for ever.

mod assign;
mod document;
mod events;
mod operations;
mod state;

pub use assign::{QueueOffer, QueueWaiting, QueueWaitingReason};
pub use document::{QueueDocument, QueueFormat, QueueInput, QueueTarget, QueueText};
pub use events::QueueEvent;
pub use operations::{
    QueueApplyInput, QueueAssignInput, QueueFindings, QueueNextInput, QueueOutcome, apply, assign,
    next, validate,
};
pub use state::{
    QueueDecline, QueueShift, QueueSkill, QueueState, QueueTask, QueueTaskStatus, QueueWorker,
};

crate::codes! {
    /// The targets of a queue have one name twice, or are not in the order of time.
    QUEUE_TARGET_INVALID = "queue_target_invalid";
    /// A queue has no task of that id.
    QUEUE_TASK_UNKNOWN = "queue_task_unknown";
    /// A queue has no worker of that id.
    QUEUE_WORKER_UNKNOWN = "queue_worker_unknown";
    /// What is said of a task does not follow from where it stands.
    QUEUE_STEP_INVALID = "queue_step_invalid";
    /// The state of a queue contradicts itself.
    QUEUE_STATE_INVALID = "queue_state_invalid";
}
