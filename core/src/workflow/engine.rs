//! A compiled workflow over instances: what each operation does once its workflow is compiled.
//!
//! The operations compile their document at every call, and so can anybody who has one call to make.
//! Whoever has many keeps a [`Workflow`] and calls these, as the classes of the bindings do.
//! Problems say where they are in the operations' terms: `/snapshot`, `/event`, `/at`, `/data` or
//! `/facts`, and `/workflow` for what stands in the document.

use crate::kernel::calendar::Instant;
use crate::kernel::explain::NoSteps;
use crate::kernel::expression::KnownFacts;
use crate::kernel::id::Id;
use crate::kernel::problem::Problems;
use crate::kernel::statechart::{self, ChartStep, Given, Timer, Wakes};

use super::compile::Workflow;
use super::instance::{Applied, Instance, Pending, WorkflowEvent, WorkflowStatus};
use super::operations::{
    WorkflowAccepts, WorkflowDeadline, WorkflowDeadlineKind, WorkflowDiagram, WorkflowDue,
    WorkflowHappening, WorkflowReplay, WorkflowTurn,
};
use super::stored::SnapshotText;

/// What an instance begins with.
#[derive(Clone, Debug)]
pub struct Beginning {
    /// The host's id of the instance.
    pub instance: Id,
    /// When it starts.
    pub at: Instant,
    /// What it remembers from the start, by name, in the place of the first values.
    pub data: KnownFacts,
    /// What is known at the start, by name of the fact.
    pub facts: KnownFacts,
}

/// What came of an event, and where the instance stands then.
#[derive(Clone, Debug)]
pub struct Turned {
    /// What became of the event, and what the host is to do.
    pub turn: WorkflowTurn,
    /// Where the instance stands.
    pub instance: Instance,
}

impl Workflow {
    /// Reads a snapshot that was stored.
    ///
    /// # Errors
    /// `snapshot_mismatch` or `snapshot_invalid`, under `snapshot`.
    pub fn read(&self, stored: &SnapshotText) -> Result<Instance, Problems> {
        self.instance(&stored.0).map_err(|problems| problems.under("snapshot"))
    }

    /// Begins an instance; `log` asks for everything that happens.
    ///
    /// # Errors
    /// Every problem of the data or the facts; what a condition or a formula cannot go on after.
    pub fn begin(&self, beginning: Beginning, log: bool) -> Result<Turned, Problems> {
        let Beginning { instance, at, data, facts } = beginning;
        let data = self.chart.data_of(&data.0).map_err(|all| all.under("data"))?;
        let facts = Self::facts(self.chart.vocabulary(), &facts);
        let facts = facts.map_err(|all| all.under("facts"))?;
        let mut steps = Vec::new();
        let applied = if log {
            self.start(instance, at, data, facts.as_ref(), &mut steps)
        } else {
            self.start(instance, at, data, facts.as_ref(), &mut NoSteps)
        };
        Ok(self.turned(applied.map_err(|problem| problem.under("workflow"))?, steps))
    }

    /// Lets something happen to an instance; `log` asks for everything that does.
    ///
    /// # Errors
    /// As [`Workflow::apply`].
    pub fn advance(
        &self,
        instance: Instance,
        event: &WorkflowEvent,
        at: Instant,
        log: bool,
    ) -> Result<Turned, Problems> {
        let mut steps = Vec::new();
        let applied = if log {
            self.apply_to(instance, event, at, &mut steps)
        } else {
            self.apply_to(instance, event, at, &mut NoSteps)
        };
        Ok(self.turned(applied?, steps))
    }

    /// Plays the history of an instance from its beginning.
    ///
    /// # Errors
    /// As [`Workflow::begin`] and [`Workflow::advance`], the latter under the event's place.
    pub fn play(
        &self,
        beginning: Beginning,
        history: &[WorkflowHappening],
        log: bool,
    ) -> Result<WorkflowReplay, Problems> {
        let Turned { turn, mut instance } = self.begin(beginning, log)?;
        let mut turns = Vec::with_capacity(history.len() + 1);
        turns.push(turn);
        for (position, happening) in history.iter().enumerate() {
            let placed = |problems: Problems| {
                problems.map(|problem| match problem.path.starts_with("/workflow") {
                    true => problem,
                    false => problem.under(position).under("history"),
                })
            };
            let turned = self.advance(instance, &happening.event, happening.at, log);
            let turned = turned.map_err(placed)?;
            turns.push(turned.turn);
            instance = turned.instance;
        }
        Ok(WorkflowReplay { turns, snapshot: SnapshotText(self.stored(&instance)) })
    }

    /// What is due, and when.
    #[must_use]
    pub fn due(&self, instance: &Instance) -> WorkflowDue {
        let of_chart = instance.chart.timers.iter().map(|timer| self.deadline(timer));
        let of_steps = instance.pending.iter().filter_map(|one| self.step_deadline(one));
        let mut deadlines: Vec<WorkflowDeadline> = of_chart.chain(of_steps).collect();
        deadlines.sort_by_key(|one| one.due);
        WorkflowDue { next_due: instance.next_due(), deadlines }
    }

    fn deadline(&self, timer: &Timer) -> WorkflowDeadline {
        let (kind, state, event) = match timer.wakes {
            Wakes::Transition { arc, .. } => {
                let state = self.chart.place_of(arc).map(|(state, _)| self.state_id(state));
                (WorkflowDeadlineKind::Transition, state, None)
            }
            Wakes::Event(number) => {
                (WorkflowDeadlineKind::Event, None, self.chart.events().get(number).cloned())
            }
        };
        WorkflowDeadline { due: timer.due, kind, state, event }
    }

    fn step_deadline(&self, one: &Pending) -> Option<WorkflowDeadline> {
        let due = one.due()?;
        let kind = if one.retry_at.is_some() {
            WorkflowDeadlineKind::Retry
        } else if one.timeout_at == Some(due) {
            WorkflowDeadlineKind::Timeout
        } else {
            WorkflowDeadlineKind::Heartbeat
        };
        let state = Some(self.state_id(one.state));
        Some(WorkflowDeadline { due, kind, state, event: None })
    }

    /// What an instance waits for, and whether it would take it.
    ///
    /// # Errors
    /// Every problem of the facts; what a condition cannot go on after.
    pub fn accepts(
        &self,
        instance: &Instance,
        at: Instant,
        facts: &KnownFacts,
    ) -> Result<WorkflowAccepts, Problems> {
        let facts = Self::facts(self.chart.vocabulary(), facts);
        let facts = facts.map_err(|all| all.under("facts"))?;
        if instance.status != WorkflowStatus::Active {
            return Ok(WorkflowAccepts { transitions: Vec::new() });
        }
        let given = Given { now: at, event: None, facts: facts.as_ref() };
        let transitions = statechart::accepts(&self.chart, &instance.chart, given)
            .map_err(|problem| problem.under("workflow"))?;
        Ok(WorkflowAccepts { transitions })
    }

    /// The workflow as a drawing, with where an instance stands.
    #[must_use]
    pub fn diagram(&self, instance: Option<&Instance>) -> WorkflowDiagram {
        let snapshot = instance.map(|instance| &instance.chart);
        WorkflowDiagram {
            mermaid: statechart::mermaid(&self.chart, snapshot),
            dot: statechart::dot(&self.chart, snapshot),
        }
    }

    /// The innermost active states, in document order.
    #[must_use]
    pub fn leaves(&self, instance: &Instance) -> Vec<Id> {
        let active = instance.chart.active.iter().map(|one| one.state);
        let leaves = active.filter(|state| self.chart.is_leaf(*state));
        leaves.map(|state| self.state_id(state)).collect()
    }

    fn state_id(&self, state: usize) -> Id {
        self.chart.state_id(state).clone()
    }

    fn turned(&self, applied: Applied, log: Vec<ChartStep>) -> Turned {
        let Applied { instance, answer, reason, effects, cancelled } = applied;
        let turn = WorkflowTurn {
            answer,
            reason,
            status: instance.status,
            states: self.leaves(&instance),
            effects,
            cancelled,
            next_due: instance.next_due(),
            log,
        };
        Turned { turn, instance }
    }
}
