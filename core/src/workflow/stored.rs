//! An instance as text: what the host keeps between calls, with names instead of numbers.

use std::collections::BTreeMap;

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::document::model;
use crate::kernel::expression::{FactValue, KnownFacts};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::statechart::{Active, Memory, Snapshot, Timer, Wakes, forged};

use super::SNAPSHOT_MISMATCH;
use super::compile::Workflow;
use super::document::WorkflowReference;
use super::instance::{Instance, Pending, Undo, WorkflowStatus};

crate::document_format!(
    /// The format of snapshots that this version reads and writes.
    SnapshotFormat: "guerdon.workflow_instance/1"
);

crate::carried_document!(
    /// A snapshot on its way into or out of an operation.
    SnapshotText: SnapshotDocument
);

/// Where one instance of a workflow stands, as text.
#[model(document)]
pub struct SnapshotDocument {
    /// Always `guerdon.workflow_instance/1`.
    pub format: SnapshotFormat,
    /// The host's id of the instance.
    pub id: Id,
    /// The workflow that it belongs to.
    pub workflow: WorkflowReference,
    /// What it is; active unless said.
    #[model(default)]
    pub status: WorkflowStatus,
    /// When something happened last.
    pub at: Instant,
    /// Since when it is paused.
    pub paused_at: Option<Instant>,
    /// The active states, in document order.
    pub states: Vec<StoredState>,
    /// How many times a state was entered so far.
    pub entries: u64,
    /// How many effects the whole workflow itself has handed out.
    #[model(default)]
    pub emitted: u32,
    /// What history states remember.
    #[model(default)]
    pub history: BTreeMap<Id, Vec<Id>>,
    /// What it remembers, by name.
    #[model(default)]
    pub data: BTreeMap<String, FactValue>,
    /// What is due when, the earliest first.
    #[model(default)]
    pub deadlines: Vec<StoredDeadline>,
    /// The steps that the host performs.
    #[model(default)]
    pub steps: Vec<StoredStep>,
    /// What undoes the steps that were done, in the order in which they were.
    #[model(default)]
    pub compensations: Vec<StoredCompensation>,
    /// The ids of the last events, the latest last.
    #[model(default)]
    pub seen: Vec<Id>,
}

/// An active state.
#[model(document)]
pub struct StoredState {
    /// Which.
    pub id: Id,
    /// The how-manieth entry of the instance this was.
    pub entry: u64,
    /// How many effects it has handed out since.
    #[model(default)]
    pub emitted: u32,
}

/// Something that is due.
#[model(document)]
pub struct StoredDeadline {
    /// When.
    pub due: Instant,
    /// The state that is then left.
    pub state: Option<Id>,
    /// By which of its transitions, counted from 0.
    pub transition: Option<u32>,
    /// Or the event that then comes.
    pub event: Option<Id>,
}

/// A step that the host performs.
#[model(document)]
pub struct StoredStep {
    /// Its state.
    pub state: Id,
    /// The effect that the host was asked for.
    pub effect: DerivedId,
    /// How many attempts there were, the one under way included.
    pub attempt: u32,
    /// How many attempts have failed under each retry policy.
    #[model(default)]
    pub failed: Vec<u32>,
    /// When it is tried again, while it waits for that.
    pub retry_at: Option<Instant>,
    /// When the attempt has taken too long.
    pub timeout_at: Option<Instant>,
    /// When it has been silent for too long.
    pub heartbeat_at: Option<Instant>,
    /// What the host needs to know for it.
    #[model(default)]
    pub payload: KnownFacts,
}

/// What undoes a step that was done.
#[model(document)]
pub struct StoredCompensation {
    /// The step's state.
    pub state: Id,
    /// The effect that was performed.
    pub effect: DerivedId,
    /// The kind of the effect that undoes it.
    pub kind: Id,
    /// What the host needs to know for that.
    #[model(default)]
    pub payload: KnownFacts,
}

impl Workflow {
    /// An instance as a document to store.
    #[must_use]
    pub fn stored(&self, instance: &Instance) -> SnapshotDocument {
        let chart = &self.chart;
        let Instance { chart: snapshot, .. } = instance;
        let id = |state: usize| chart.state_id(state).clone();
        let active = snapshot.active.iter();
        let names = chart.data_names().zip(&snapshot.data);
        let known = names.filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        let deadlines = snapshot.timers.iter().map(|timer| self.stored_deadline(timer));
        let pending = instance.pending.iter();
        SnapshotDocument {
            format: SnapshotFormat,
            id: instance.id.clone(),
            workflow: self.reference.clone(),
            status: instance.status,
            at: instance.at,
            paused_at: instance.paused_at,
            states: active
                .clone()
                .skip(1)
                .map(|one| StoredState {
                    id: id(one.state),
                    entry: one.entry,
                    emitted: one.emitted,
                })
                .collect(),
            entries: snapshot.entries,
            emitted: active.clone().next().map_or(0, |root| root.emitted),
            history: snapshot
                .history
                .iter()
                .map(|one| (id(one.state), one.kept.iter().map(|state| id(*state)).collect()))
                .collect(),
            data: known.collect(),
            deadlines: deadlines.collect(),
            steps: pending
                .map(|one| StoredStep {
                    state: id(one.state),
                    effect: one.effect,
                    attempt: one.attempt,
                    failed: one.failed.clone(),
                    retry_at: one.retry_at,
                    timeout_at: one.timeout_at,
                    heartbeat_at: one.heartbeat_at,
                    payload: one.payload.clone(),
                })
                .collect(),
            compensations: instance.undo.iter().map(stored_undo).collect(),
            seen: instance.seen.clone(),
        }
    }

    fn stored_deadline(&self, timer: &Timer) -> StoredDeadline {
        let chart = &self.chart;
        let (state, transition, event) = match timer.wakes {
            Wakes::Transition { arc, .. } => {
                let place = chart.place_of(arc);
                let state = place.map(|(state, _)| chart.state_id(state).clone());
                (state, place.and_then(|(_, place)| u32::try_from(place).ok()), None)
            }
            Wakes::Event(number) => (None, None, chart.events().get(number).cloned()),
        };
        StoredDeadline { due: timer.due, state, transition, event }
    }

    /// Takes a stored instance of this workflow.
    ///
    /// # Errors
    /// `snapshot_mismatch` if it is of another workflow or version; `snapshot_invalid` if this
    /// one cannot have made it.
    pub fn instance(&self, stored: &SnapshotDocument) -> Result<Instance, Problems> {
        if stored.workflow != self.reference {
            return Err(mismatch(&stored.workflow, &self.reference).under("workflow").into());
        }
        let instance = self.resolve(stored)?;
        self.chart.check_timers(&instance.chart)?;
        self.check_status(&instance)?;
        Ok(instance)
    }

    fn resolve(&self, stored: &SnapshotDocument) -> Result<Instance, Problems> {
        let number = |id: &Id| self.chart.state(id.as_str()).ok_or_else(|| unknown(id));
        let mut active = vec![Active { state: 0, entry: 0, emitted: stored.emitted }];
        for (position, one) in stored.states.iter().enumerate() {
            let state = number(&one.id)
                .map_err(|problem| problem.under("id").under(position).under("states"))?;
            active.push(Active { state, entry: one.entry, emitted: one.emitted });
        }
        let mut history = Vec::with_capacity(stored.history.len());
        for (id, kept) in &stored.history {
            let kept = kept.iter().map(number).collect::<Result<_, _>>();
            let kept = kept.map_err(|problem| problem.under(id).under("history"))?;
            let state = number(id).map_err(|problem| problem.under(id).under("history"))?;
            history.push(Memory { state, kept });
        }
        history.sort_by_key(|memory| memory.state);
        let data = self.chart.data_stored(&stored.data).map_err(|all| all.under("data"))?;
        let is_done = active.iter().any(|one| self.chart.is_end(one.state));
        let mut snapshot = Snapshot {
            active,
            history,
            timers: Vec::new(),
            data,
            entries: stored.entries,
            is_done,
        };
        self.chart.check(&snapshot)?;
        for (position, one) in stored.deadlines.iter().enumerate() {
            let timer = self.timer(&snapshot, one).ok_or_else(|| {
                forged("a deadline belongs to no state that is active")
                    .under(position)
                    .under("deadlines")
            })?;
            snapshot.timers.push(timer);
        }
        let mut pending = Vec::with_capacity(stored.steps.len());
        for (position, one) in stored.steps.iter().enumerate() {
            let step = self.pending(&snapshot, one).ok_or_else(|| {
                forged("a step belongs to no state that is active").under(position).under("steps")
            })?;
            pending.push(step);
        }
        let mut undo = Vec::with_capacity(stored.compensations.len());
        for (position, one) in stored.compensations.iter().enumerate() {
            number(&one.state)
                .map_err(|problem| problem.under("state").under(position).under("compensations"))?;
            let StoredCompensation { state, effect, kind, payload } = one.clone();
            undo.push(Undo { state, effect, kind, payload });
        }
        Ok(Instance {
            id: stored.id.clone(),
            status: stored.status,
            at: stored.at,
            paused_at: stored.paused_at,
            chart: snapshot,
            seen: stored.seen.clone(),
            pending,
            undo,
        })
    }

    fn timer(&self, snapshot: &Snapshot, one: &StoredDeadline) -> Option<Timer> {
        let wakes = match (&one.state, one.transition, &one.event) {
            (Some(state), Some(place), None) => {
                let state = self.chart.state(state.as_str())?;
                let arc = self.chart.timed(state, usize::try_from(place).ok()?)?;
                Wakes::Transition { arc, entry: snapshot.find(state)?.entry }
            }
            (None, None, Some(event)) => Wakes::Event(self.chart.event_number(event.as_str())?),
            _ => return None,
        };
        Some(Timer { due: one.due, wakes })
    }

    fn pending(&self, snapshot: &Snapshot, one: &StoredStep) -> Option<Pending> {
        let state = self.chart.state(one.state.as_str())?;
        let entry = snapshot.find(state)?.entry;
        let mark = usize::try_from(self.chart.mark(state)?).ok()?;
        let step = self.steps.get(mark)?;
        let fits = one.attempt > 0 && one.failed.len() == step.retry.len();
        fits.then(|| Pending {
            state,
            entry,
            mark,
            effect: one.effect,
            payload: one.payload.clone(),
            attempt: one.attempt,
            failed: one.failed.clone(),
            retry_at: one.retry_at,
            timeout_at: one.timeout_at,
            heartbeat_at: one.heartbeat_at,
        })
    }

    /// What an instance is has to go with where it stands.
    fn check_status(&self, instance: &Instance) -> Result<(), Problem> {
        let Instance { status, chart, pending, paused_at, at, .. } = instance;
        let is_quiet = chart.timers.is_empty() && pending.is_empty();
        let fits = match status {
            WorkflowStatus::Active | WorkflowStatus::Paused => !chart.is_done,
            WorkflowStatus::Completed => chart.is_done && is_quiet,
            WorkflowStatus::Failed | WorkflowStatus::Cancelled => is_quiet,
        };
        if !fits || paused_at.is_some() != (*status == WorkflowStatus::Paused) {
            return Err(forged(&format!("`{status}` does not go with its states")).under("status"));
        }
        if paused_at.is_some_and(|since| since > *at) {
            return Err(forged("it was paused after everything else").under("paused_at"));
        }
        let mut states: Vec<usize> = pending.iter().map(|one| one.state).collect();
        states.sort_unstable();
        states.dedup();
        if states.len() < pending.len() {
            return Err(forged("a state has two steps under way").under("steps"));
        }
        Ok(())
    }
}

fn stored_undo(one: &Undo) -> StoredCompensation {
    let Undo { state, effect, kind, payload } = one.clone();
    StoredCompensation { state, effect, kind, payload }
}

fn unknown(id: &Id) -> Problem {
    forged(&format!("it has no state `{id}`"))
}

pub(super) fn mismatch(found: &WorkflowReference, expected: &WorkflowReference) -> Problem {
    let what = if found.id != expected.id {
        format!("it belongs to `{}`, not to `{}`", found.id, expected.id)
    } else if found.version != expected.version {
        format!("it belongs to version {}, not to {}", found.version, expected.version)
    } else {
        "its version has another content".to_owned()
    };
    Problem::new(
        SNAPSHOT_MISMATCH,
        format!("the snapshot is of another workflow: {what}"),
        "use the document that made it, or take it over with `workflow.migrate`",
    )
}
