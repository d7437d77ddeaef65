//! Taking an instance over into another version of its workflow.
//!
//! The map says which state of the new version stands for which of the old one; states of the
//! same name need not be mapped. Nothing is performed: states that the new version adds around or
//! beside the old ones count as entered, without their actions. What has no place in the new
//! version is listed, and lost only if the caller says that it may be.

use std::collections::BTreeMap;

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::expression::FactValue;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::statechart::{Active, Snapshot};

use super::compile::Workflow;
use super::document::WorkflowText;
use super::instance::{Instance, WorkflowStatus};
use super::operations::compiled;
use super::stored::{SnapshotDocument, SnapshotText, StoredState};
use super::{MIGRATION_LOSES, STATE_UNMAPPED};

crate::named_map! {
    /// Which state of a new version stands for which of the old one, by the old state's id.
    StateMap: Id
}

/// What `workflow.migrate` takes.
#[model]
pub struct MigrateInput {
    /// The version that the instance belongs to.
    pub old: WorkflowText,
    /// The version that it is taken over into.
    pub workflow: WorkflowText,
    /// Where the instance stood after the last call, of another version of the same workflow.
    pub snapshot: SnapshotText,
    /// Which state of the new version stands for which of the old one, where the names differ.
    #[model(default)]
    pub states: StateMap,
    /// When it is taken over: now. New deadlines count from then.
    pub at: Instant,
    /// Whether what has no place in the new version may be lost.
    #[model(default)]
    pub lossy: bool,
    /// Whether only to tell what would be lost.
    #[model(default)]
    pub dry_run: bool,
}

/// What `workflow.migrate` gives back.
#[model]
pub struct MigrateOutcome {
    /// Where the instance stands in the new version; none of a dry run.
    pub snapshot: Option<SnapshotText>,
    /// What has no place in the new version.
    #[model(default)]
    pub lost: Vec<MigrateLoss>,
    /// States that count as entered, without their actions.
    #[model(default)]
    pub entered: Vec<Id>,
}

/// Something that has no place in a new version.
#[model]
#[derive(Eq)]
pub struct MigrateLoss {
    /// What it is.
    pub kind: MigrateLossKind,
    /// Its name: of the state, the data or the event.
    pub name: String,
}

/// What can be lost.
#[model]
pub enum MigrateLossKind {
    /// An active state around others, which is left without its actions.
    State,
    /// A piece of data, or its value, which is not of the new type.
    Data,
    /// What a history state remembers.
    History,
    /// A deadline.
    Deadline,
    /// A step: what becomes of it will not be heard.
    Step,
}

/// Takes an instance over into another version.
///
/// # Errors
/// Every problem of both versions and of the snapshot; `snapshot_mismatch` for versions of
/// different workflows; `state_unmapped` for every innermost state without a place in the new version;
/// `state_unknown` for a place that is not there; `migration_loses` where something would be lost
/// and may not be.
pub fn migrate(input: MigrateInput) -> Result<MigrateOutcome, Problems> {
    let from = Workflow::compile(input.old.0).map_err(|problems| problems.under("old"))?;
    let workflow = compiled(input.workflow.0)?;
    let plan = MigratePlan { states: input.states, lossy: input.lossy, dry_run: input.dry_run };
    workflow.migrate(&from, &input.snapshot, input.at, &plan)
}

/// How instances are taken over.
#[derive(Clone, Debug, Default)]
pub struct MigratePlan {
    /// Which state of the new version stands for which of the old one, where the names differ.
    pub states: StateMap,
    /// Whether what has no place in the new version may be lost.
    pub lossy: bool,
    /// Whether only to tell what would be lost.
    pub dry_run: bool,
}

impl Workflow {
    /// Takes an instance of another version over into this one.
    ///
    /// # Errors
    /// As the operation, but for what is wrong with the versions themselves.
    pub fn migrate(
        &self,
        from: &Self,
        snapshot: &SnapshotText,
        at: Instant,
        plan: &MigratePlan,
    ) -> Result<MigrateOutcome, Problems> {
        if from.reference.id != self.reference.id {
            let problem = super::stored::mismatch(&from.reference, &self.reference);
            return Err(problem.under("id").under("old").into());
        }
        let instance = from.read(snapshot)?;
        instance.check_time(at)?;
        let old = &snapshot.0;
        let map = &plan.states.0;
        let mut migration = Migration { from, workflow: self, old, map, lost: Vec::new() };
        migration.check_map()?;
        let (states, entries, entered) = migration.states()?;
        let stored = migration.document(states, entries, at);
        let mut instance = self.read(&SnapshotText(stored))?;
        migration.arm(&mut instance, at)?;
        let Migration { lost, .. } = migration;
        if !plan.lossy && !plan.dry_run {
            check_lossless(&lost)?;
        }
        let entered = entered.iter().map(|state| self.chart.state_id(*state).clone()).collect();
        let snapshot = (!plan.dry_run).then(|| SnapshotText(self.stored(&instance)));
        Ok(MigrateOutcome { snapshot, lost, entered })
    }
}

fn check_lossless(lost: &[MigrateLoss]) -> Result<(), Problems> {
    let found = lost.iter().map(|loss| {
        let MigrateLoss { kind, name } = loss;
        Problem::new(
            MIGRATION_LOSES,
            format!("the {kind} `{name}` has no place in the new version"),
            "map it, keep it in the new version, or say that the migration is `lossy`",
        )
        .under("snapshot")
    });
    Problems::verdict(found.collect())
}

struct Migration<'m> {
    from: &'m Workflow,
    workflow: &'m Workflow,
    old: &'m SnapshotDocument,
    map: &'m BTreeMap<String, Id>,
    lost: Vec<MigrateLoss>,
}

impl Migration<'_> {
    fn lose(&mut self, kind: MigrateLossKind, name: impl Into<String>) {
        self.lost.push(MigrateLoss { kind, name: name.into() });
    }

    /// Where a state of the old version is in the new one.
    fn place(&self, id: &Id) -> Option<usize> {
        let id = self.map.get(id.as_str()).unwrap_or(id);
        self.workflow.chart.state(id.as_str())
    }

    fn check_map(&self) -> Result<(), Problems> {
        let unknown = |(old, new): (&String, &Id)| {
            let known = self.workflow.chart.state(new.as_str()).is_some();
            (!known).then(|| {
                Problem::new(
                    crate::kernel::statechart::STATE_UNKNOWN,
                    format!("the new version has no state `{new}`"),
                    "map to a state of the workflow that is passed",
                )
                .under(old)
                .under("states")
            })
        };
        Problems::verdict(self.map.iter().filter_map(unknown).collect())
    }

    fn is_outer(&self, old: &Id) -> bool {
        self.from.chart.state(old.as_str()).is_some_and(|state| !self.from.chart.is_leaf(state))
    }

    /// The active states of the new version, the count of entries, and those that are new.
    fn states(&mut self) -> Result<(Vec<Active>, u64, Vec<usize>), Problems> {
        let chart = &self.workflow.chart;
        let mut kept: Vec<(usize, &StoredState)> = Vec::new();
        let mut found = Vec::new();
        for (position, one) in self.old.states.iter().enumerate() {
            match self.place(&one.id) {
                Some(state) => kept.push((state, one)),
                None if self.is_outer(&one.id) => {
                    self.lose(MigrateLossKind::State, one.id.as_str());
                }
                None => found.push(
                    Problem::new(
                        STATE_UNMAPPED,
                        format!("`{}` has no place in the new version", one.id),
                        "say under `states` which state of the new version stands for it",
                    )
                    .under(position)
                    .under("states")
                    .under("snapshot"),
                ),
            }
        }
        Problems::verdict(found)?;
        let leaves = kept
            .iter()
            .map(|(state, _)| *state)
            .filter(|state| !kept.iter().any(|(other, _)| chart.is_inside(*other, *state)));
        let states = chart.closure(leaves);
        let mut entries = self.old.entries;
        let (mut active, mut entered) = (Vec::new(), Vec::new());
        for state in states {
            let before = kept.iter().find(|(known, _)| *known == state);
            let (entry, emitted) = match before {
                Some((_, one)) => (one.entry, one.emitted),
                None => {
                    entries += 1;
                    entered.push(state);
                    (entries, 0)
                }
            };
            active.push(Active { state, entry, emitted });
        }
        for (state, one) in kept {
            if !active.iter().any(|active| active.state == state) {
                self.lose(MigrateLossKind::State, one.id.as_str());
            }
        }
        Ok((active, entries, entered))
    }

    /// The snapshot by names, with everything that has a place.
    fn document(&mut self, active: Vec<Active>, entries: u64, at: Instant) -> SnapshotDocument {
        let chart = &self.workflow.chart;
        let stored = |one: Active| StoredState {
            id: chart.state_id(one.state).clone(),
            entry: one.entry,
            emitted: one.emitted,
        };
        let is_active = |state: usize| active.iter().any(|one| one.state == state);
        let old = self.old;
        let mut data = BTreeMap::new();
        for (name, value) in &old.data {
            if chart.data_stored(&BTreeMap::from([(name.clone(), value.clone())])).is_ok() {
                data.insert(name.clone(), value.clone());
            } else {
                self.lose(MigrateLossKind::Data, name);
            }
        }
        let first = chart.data_of(&BTreeMap::new()).unwrap_or_default();
        for (name, value) in chart.data_names().zip(first) {
            let value: Option<FactValue> = value.filter(|_| !old.data.contains_key(name));
            data.extend(value.map(|value| (name.to_owned(), value)));
        }
        let mut deadlines = Vec::new();
        for one in &old.deadlines {
            let state = one.state.as_ref().and_then(|state| self.place(state));
            let place = one.transition.and_then(|place| usize::try_from(place).ok());
            let stays = match (state, place, &one.event) {
                (Some(state), Some(place), None) => {
                    is_active(state) && chart.timed(state, place).is_some()
                }
                (_, _, Some(event)) => chart.event_number(event.as_str()).is_some(),
                _ => false,
            };
            if stays {
                let state = state.map(|state| chart.state_id(state).clone());
                deadlines.push(super::stored::StoredDeadline { state, ..one.clone() });
            } else {
                let name = one.state.as_ref().or(one.event.as_ref());
                self.lose(MigrateLossKind::Deadline, name.map_or("", Id::as_str));
            }
        }
        let mut history = BTreeMap::new();
        for (id, kept) in &old.history {
            let places: Option<Vec<usize>> = kept.iter().map(|state| self.place(state)).collect();
            let own = self.place(id);
            match (own, places) {
                (Some(own), Some(places)) if chart.can_remember(own, &places) => {
                    let names = places.iter().map(|state| chart.state_id(*state).clone());
                    history.insert(chart.state_id(own).clone(), names.collect());
                }
                _ => self.lose(MigrateLossKind::History, id.as_str()),
            }
        }
        let mut steps = Vec::new();
        for one in &old.steps {
            let state = self.place(&one.state).filter(|state| is_active(*state));
            let mark = state.and_then(|state| usize::try_from(chart.mark(state)?).ok());
            let step = mark.and_then(|mark| self.workflow.steps.get(mark));
            match (state, step) {
                (Some(state), Some(step)) => {
                    let mut step_now = one.clone();
                    step_now.state = chart.state_id(state).clone();
                    step_now.failed.resize(step.retry.len(), 0);
                    steps.push(step_now);
                }
                _ => self.lose(MigrateLossKind::Step, one.state.as_str()),
            }
        }
        let mut compensations = Vec::new();
        for one in &old.compensations {
            match self.place(&one.state) {
                Some(state) => {
                    let state = chart.state_id(state).clone();
                    compensations.push(super::stored::StoredCompensation { state, ..one.clone() });
                }
                None => self.lose(MigrateLossKind::Step, one.state.as_str()),
            }
        }
        SnapshotDocument {
            workflow: self.workflow.reference.clone(),
            at,
            states: active.into_iter().map(stored).collect(),
            entries,
            history,
            data,
            deadlines,
            steps,
            compensations,
            ..old.clone()
        }
    }

    /// Deadlines of states that are new, or that had none at that place, count from now.
    fn arm(&self, instance: &mut Instance, at: Instant) -> Result<(), Problem> {
        if instance.status.is_over() {
            return Ok(());
        }
        let from = match instance.status {
            WorkflowStatus::Paused => instance.paused_at.unwrap_or(at),
            _ => at,
        };
        let snapshot: &mut Snapshot = &mut instance.chart;
        self.workflow.chart.arm_missing(snapshot, from)
    }
}
