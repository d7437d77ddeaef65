//! An instance in memory, and what an event makes of it.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::document::model;
use crate::kernel::expression::KnownFacts;
use crate::kernel::id::Id;
use crate::kernel::statechart::{Chart, Emitted, Snapshot};

/// Where one instance of a workflow stands.
///
/// It belongs to one version of one workflow. Hosts keep it as the text that
/// [`Workflow::stored`](super::Workflow::stored) gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    pub(super) id: Id,
    pub(super) status: WorkflowStatus,
    /// When something happened last.
    pub(super) at: Instant,
    /// Since when it is paused.
    pub(super) paused_at: Option<Instant>,
    pub(super) chart: Snapshot,
    /// Ids of events, the latest last.
    pub(super) seen: Vec<Id>,
    /// Steps that the host performs, in the order in which they began.
    pub(super) pending: Vec<Pending>,
    /// What undoes steps, in the order in which they were done.
    pub(super) undo: Vec<Undo>,
}

/// A step that the host performs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pending {
    pub(super) state: usize,
    /// The visit to the state.
    pub(super) entry: u64,
    /// The step's number in the workflow.
    pub(super) mark: usize,
    pub(super) effect: DerivedId,
    pub(super) payload: KnownFacts,
    /// How many attempts there were, the one under way included.
    pub(super) attempt: u32,
    /// How many attempts have failed under each policy.
    pub(super) failed: Vec<u32>,
    pub(super) retry_at: Option<Instant>,
    pub(super) timeout_at: Option<Instant>,
    pub(super) heartbeat_at: Option<Instant>,
}

impl Pending {
    pub(super) fn due(&self) -> Option<Instant> {
        self.retry_at.or_else(|| self.timeout_at.into_iter().chain(self.heartbeat_at).min())
    }
}

/// A step that was done and would have to be undone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Undo {
    pub(super) state: Id,
    /// The effect that was performed.
    pub(super) effect: DerivedId,
    pub(super) kind: Id,
    pub(super) payload: KnownFacts,
}

/// What an instance is.
#[model]
#[derive(Default)]
pub enum WorkflowStatus {
    /// It goes on.
    #[default]
    Active,
    /// It waits until it is resumed; its deadlines wait with it.
    Paused,
    /// It came to its end.
    Completed,
    /// It failed.
    Failed,
    /// It was called off.
    Cancelled,
}

impl WorkflowStatus {
    /// Whether nothing will ever happen again.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

/// Something that happens to an instance.
#[model]
pub enum WorkflowEvent {
    /// An event from outside.
    Event {
        /// The host's id of it; one that comes again changes nothing.
        id: Option<Id>,
        /// Its name.
        name: Id,
        /// What comes with it, by name of the fact.
        #[model(default)]
        facts: KnownFacts,
    },
    /// Time has passed.
    Due {},
    /// The host has performed a step.
    StepDone {
        /// The effect that it was asked for.
        effect: DerivedId,
        /// What came of it, by name of the fact.
        #[model(default)]
        facts: KnownFacts,
    },
    /// An attempt at a step has failed.
    StepFailed {
        /// The effect that it was asked for.
        effect: DerivedId,
        /// Which attempt; telling it again changes nothing.
        attempt: u32,
        /// What went wrong, by a word that retry policies know.
        error: Id,
        /// How long the error itself asks to wait, in milliseconds; it wins over the policy.
        retry_after_ms: Option<u64>,
    },
    /// The host is still at work on a step.
    StepHeartbeat {
        /// The effect that it was asked for.
        effect: DerivedId,
    },
    /// A step was not needed.
    StepSkipped {
        /// The effect that it was asked for.
        effect: DerivedId,
    },
    /// It is to wait until it is resumed.
    Pause {},
    /// It is to go on.
    Resume {},
    /// It is called off.
    Cancel {},
}

/// What became of an event.
#[model]
pub enum WorkflowAnswer {
    /// It has changed the instance.
    Accepted,
    /// It did not concern the instance, which is as before.
    Ignored,
    /// It was not allowed, and the instance is as before.
    Refused,
}

/// Why an event was not accepted.
#[model]
pub enum WorkflowReason {
    /// An event of the same id was accepted before.
    Duplicate,
    /// No active state waits for it, or no condition holds.
    Unmatched,
    /// The instance is paused.
    Paused,
    /// The instance is over.
    Ended,
    /// The step is no longer under way, or not in that attempt.
    Stale,
    /// It is so already.
    Repeated,
    /// Nothing was due.
    NothingDue,
}

/// Something for the host to perform.
#[model]
pub struct WorkflowEffect {
    /// Its id, the same in every attempt: the host may be told twice, and performs it once.
    pub id: DerivedId,
    /// Its kind.
    pub kind: Id,
    /// The state that it belongs to; none for the whole workflow.
    pub state: Option<Id>,
    /// Which attempt this is, the first being 1.
    pub attempt: u32,
    /// When it was due.
    pub at: Instant,
    /// Whether the instance waits to be told what became of it.
    pub awaited: bool,
    /// The instance that the host is to start, for the step of another workflow.
    pub child: Option<WorkflowChild>,
    /// The effect that this one undoes.
    pub compensates: Option<DerivedId>,
    /// What the host needs to know for it.
    #[model(default)]
    pub payload: KnownFacts,
}

/// An instance of another workflow that a step stands for.
#[model]
#[derive(Eq)]
pub struct WorkflowChild {
    /// The id of its workflow.
    pub workflow: Id,
    /// Its own id, which is that of the effect.
    pub instance: Id,
}

/// What an event made of an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// Where the instance stands now.
    pub instance: Instance,
    /// What became of the event.
    pub answer: WorkflowAnswer,
    /// Why it was not accepted.
    pub reason: Option<WorkflowReason>,
    /// What the host is to perform, in order.
    pub effects: Vec<WorkflowEffect>,
    /// Effects that the host need not perform any more: their states were left.
    pub cancelled: Vec<DerivedId>,
}

impl Instance {
    /// The host's id.
    #[must_use]
    pub const fn id(&self) -> &Id {
        &self.id
    }

    /// What it is.
    #[must_use]
    pub const fn status(&self) -> WorkflowStatus {
        self.status
    }

    /// When something happened last.
    #[must_use]
    pub const fn at(&self) -> Instant {
        self.at
    }

    /// When something is due next; nothing is while it is paused.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        if self.status != WorkflowStatus::Active {
            return None;
        }
        let timer = self.chart.timers.first().map(|timer| timer.due);
        let step = self.pending.iter().filter_map(Pending::due).min();
        timer.into_iter().chain(step).min()
    }

    /// The id of an effect: it follows from the instance, the state, the visit to the state, and
    /// its place among the effects of that visit.
    pub(super) fn effect_id(&self, chart: &Chart, emitted: &Emitted) -> DerivedId {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Cause::of("workflow_effect")
            .text(self.id.as_str())
            .text(chart.state_id(emitted.state).as_str())
            .number(number(emitted.entry))
            .number(emitted.ordinal.into())
            .id()
    }
}
