//! The operations on queues: the state comes in and goes out.

use super::super::reference::DocumentReference;
use super::assign::{Desk, QueueOffer, QueueWaiting};
use super::document::{QueueInput, QueueText};
use super::events::QueueEvent;
use super::state::QueueState;
use crate::kernel::calendar::{Instant, TZDB_VERSION};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

/// What `queue.assign` takes.
#[model]
pub struct QueueAssignInput {
    /// The queue.
    pub queue: QueueText,
    /// Its state after the last call.
    #[model(default)]
    pub state: QueueState,
    /// The time now.
    pub now: Instant,
}

/// What `queue.apply` takes.
#[model]
pub struct QueueApplyInput {
    /// The queue.
    pub queue: QueueText,
    /// Its state after the last call.
    #[model(default)]
    pub state: QueueState,
    /// What happens.
    pub event: QueueEvent,
    /// The time now.
    pub now: Instant,
}

/// What `queue.next` takes.
#[model]
pub struct QueueNextInput {
    /// The queue.
    pub queue: QueueText,
    /// Its state after the last call.
    #[model(default)]
    pub state: QueueState,
    /// The worker who asks for something to do.
    pub worker: Id,
    /// The time now.
    pub now: Instant,
}

/// What `queue.apply`, `queue.assign` and `queue.next` give back.
#[model]
pub struct QueueOutcome {
    /// The state to keep.
    pub state: QueueState,
    /// The offers that were made, in order.
    #[model(default)]
    pub offers: Vec<QueueOffer>,
    /// The offers that nobody accepted in time.
    #[model(default)]
    pub expired: Vec<QueueOffer>,
    /// The tasks that go on waiting, the most urgent first, and why.
    #[model(default)]
    pub waiting: Vec<QueueWaiting>,
    /// When something changes by itself: call again then.
    pub next_due: Option<Instant>,
    /// Which queue this is.
    pub queue: DocumentReference,
    /// The release of the time-zone database, such as `2025b`.
    pub zone_data: Id,
}

/// What `queue.validate` gives back.
#[model]
pub struct QueueFindings {
    /// Whether the queue can be used.
    pub usable: bool,
    /// Everything that is wrong.
    #[model(default)]
    pub problems: Vec<Problem>,
}

/// Offers every waiting task, as far as there is somebody for it.
///
/// # Errors
/// Every problem of the queue and the state.
pub fn assign(input: QueueAssignInput) -> Result<QueueOutcome, Problems> {
    let QueueAssignInput { queue, state, now } = input;
    let mut desk = opened(&queue, state, now)?;
    desk.assign()?;
    closed(desk)
}

/// Lets something happen to a queue, and offers what waits if the queue says so.
///
/// # Errors
/// Every problem of the queue and the state; `queue_task_unknown`, `queue_worker_unknown` and
/// `queue_step_invalid` for what happens. The host then keeps the state that it has.
pub fn apply(input: QueueApplyInput) -> Result<QueueOutcome, Problems> {
    let QueueApplyInput { queue, state, event, now } = input;
    let mut desk = opened(&queue, state, now)?;
    desk.apply(event).map_err(|problem| problem.under("event"))?;
    desk.state.check().map_err(|problems| problems.under("event"))?;
    if queue.0.auto_assign {
        desk.assign()?;
    }
    closed(desk)
}

/// Offers a worker who asks the first waiting task that the worker may do.
///
/// # Errors
/// Every problem of the queue and the state; `queue_worker_unknown`.
pub fn next(input: QueueNextInput) -> Result<QueueOutcome, Problems> {
    let QueueNextInput { queue, state, worker, now } = input;
    let mut desk = opened(&queue, state, now)?;
    desk.state.worker(&worker).map_err(|problem| problem.under("worker"))?;
    desk.assign_to(&worker)?;
    closed(desk)
}

/// Tells everything that is wrong with a queue that has the shape of one.
///
/// # Errors
/// None: what is wrong is in the answer.
pub fn validate(input: QueueInput) -> Result<QueueFindings, Problems> {
    let found = input.queue.0.check();
    let problems: Vec<Problem> = found.into_iter().map(|one| one.under("queue")).collect();
    Ok(QueueFindings { usable: problems.is_empty(), problems })
}

fn opened(queue: &QueueText, state: QueueState, now: Instant) -> Result<Desk<'_>, Problems> {
    let found: Vec<Problem> = queue.0.check().into_iter().map(|one| one.under("queue")).collect();
    Problems::verdict(found)?;
    state.check().map_err(|problems| problems.under("state"))?;
    let mut desk = Desk::new(&queue.0, state, now);
    desk.expire();
    Ok(desk)
}

fn closed(mut desk: Desk<'_>) -> Result<QueueOutcome, Problems> {
    let (waiting, next_due) = (desk.waiting(), desk.next_due());
    let Desk { queue, state, offers, expired, .. } = desk;
    Ok(QueueOutcome {
        state,
        offers,
        expired,
        waiting,
        next_due,
        queue: DocumentReference::to(queue, &queue.id, queue.version)?,
        zone_data: TZDB_VERSION.parse()?,
    })
}
