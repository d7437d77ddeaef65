//! What happens to an instance: an event, a step's end, time, or a wish of the host's.
//!
//! Whatever was due comes first, each at its own moment, so that it makes no difference whether
//! the host looked in time: an instance that was asked late has gone the same way.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::explain::Sink;
use crate::kernel::expression::{FactValue, FactValues, KnownFacts};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::statechart::{
    ChartStep, DONE, Emitted, Given, MACROSTEP_ENDLESS, Run, Snapshot,
};

use super::compile::Workflow;
use super::document::{Unmatched, WorkflowEnd};
use super::instance::{
    Applied, Instance, Pending, WorkflowAnswer, WorkflowEffect, WorkflowEvent, WorkflowReason,
    WorkflowStatus,
};
use super::lower::StepEnd;
use super::{EVENT_UNKNOWN, TIME_BACKWARDS};

/// How many deadlines one call catches up with.
const MOST_DEADLINES: usize = 10_000;

/// The error of an attempt that took too long.
const TIMEOUT: &str = "timeout";
/// The error of an attempt that was silent for too long.
const SILENT: &str = "heartbeat_timeout";

/// What became of an event, before it is told.
pub(super) type Verdict = (WorkflowAnswer, Option<WorkflowReason>);

pub(super) const ACCEPTED: Verdict = (WorkflowAnswer::Accepted, None);

impl Workflow {
    /// Begins an instance with these data.
    ///
    /// # Errors
    /// What a condition or a formula cannot go on after; `macrostep_endless`.
    pub fn start(
        &self,
        id: Id,
        at: Instant,
        data: Vec<Option<FactValue>>,
        facts: Option<&FactValues<'_>>,
        steps: &mut impl Sink<ChartStep>,
    ) -> Result<Applied, Problem> {
        let instance = Instance {
            id,
            status: WorkflowStatus::Active,
            at,
            paused_at: None,
            chart: Snapshot::default(),
            seen: Vec::new(),
            pending: Vec::new(),
            undo: Vec::new(),
        };
        let mut turn = Turn::new(self, instance, steps);
        turn.run(Given { now: at, event: None, facts }, |run| run.start(data))?;
        turn.catch_up(at)?;
        Ok(turn.told(ACCEPTED))
    }

    /// Lets something happen to an instance, which stays as it is if anything is refused.
    ///
    /// # Errors
    /// `event_unknown`, `time_backwards`; what is wrong with the facts; what a condition or a
    /// formula cannot go on after, at its place in the document; `macrostep_endless`.
    pub fn apply(
        &self,
        instance: &Instance,
        event: &WorkflowEvent,
        at: Instant,
        steps: &mut impl Sink<ChartStep>,
    ) -> Result<Applied, Problems> {
        self.apply_to(instance.clone(), event, at, steps)
    }

    /// The same for an instance that is not needed as it was.
    ///
    /// # Errors
    /// As [`Workflow::apply`].
    pub fn apply_to(
        &self,
        instance: Instance,
        event: &WorkflowEvent,
        at: Instant,
        steps: &mut impl Sink<ChartStep>,
    ) -> Result<Applied, Problems> {
        instance.check_time(at)?;
        let facts = match event {
            WorkflowEvent::Event { name, facts, .. } => {
                self.check_event(name).map_err(|problem| problem.under("name").under("event"))?;
                facts
            }
            WorkflowEvent::StepDone { facts, .. } => facts,
            _ => &KnownFacts::default(),
        };
        let facts = Self::facts(self.chart.vocabulary(), facts)
            .map_err(|problems| problems.under("facts").under("event"))?;
        let mut turn = Turn::new(self, instance, steps);
        let was_due = turn.catch_up(at).map_err(placed)?;
        let verdict = match event {
            WorkflowEvent::Due {} if was_due => ACCEPTED,
            _ => turn.handle(event, at, facts.as_ref()).map_err(placed)?,
        };
        // What was sent or raised to come at once has come by now.
        turn.catch_up(at).map_err(placed)?;
        Ok(turn.told(verdict))
    }

    fn check_event(&self, name: &Id) -> Result<(), Problem> {
        if name.as_str().starts_with(DONE) || StepEnd::of(name.as_str()).is_some() {
            return Err(Problem::new(
                EVENT_UNKNOWN,
                format!("`{name}` is an event that the workflow raises itself"),
                "tell what became of a step with `step_done`, `step_failed` or `step_skipped`",
            ));
        }
        let event = self.chart.event(name.as_str());
        if self.chart.knows(event) {
            return Ok(());
        }
        let names: Vec<&str> = self.chart.events().iter().map(Id::as_str).take(200).collect();
        let mut problem =
            crate::kernel::document::refusal::unknown(EVENT_UNKNOWN, name.as_str(), &names);
        if names.is_empty() {
            "the workflow waits for no events; list those that it may hear of under `events`"
                .clone_into(&mut problem.hint);
        }
        Err(problem)
    }
}

impl Instance {
    /// Makes sure that a moment is not before the last one.
    ///
    /// # Errors
    /// `time_backwards`.
    pub(super) fn check_time(&self, at: Instant) -> Result<(), Problem> {
        if at >= self.at {
            return Ok(());
        }
        let problem = Problem::new(
            TIME_BACKWARDS,
            format!("`{at}` is before `{}`, when something happened last", self.at),
            "pass the time at which you call; a clock that goes backwards has to be waited for",
        );
        Err(problem.under("at"))
    }
}

/// Problems of running stand in the document.
fn placed(problem: Problem) -> Problem {
    problem.under("workflow")
}

/// One call: an instance in the making, and what comes of it.
pub(super) struct Turn<'t, S> {
    pub(super) workflow: &'t Workflow,
    pub(super) instance: Instance,
    pub(super) effects: Vec<WorkflowEffect>,
    cancelled: Vec<DerivedId>,
    pub(super) steps: &'t mut S,
}

impl<'t, S: Sink<ChartStep>> Turn<'t, S> {
    const fn new(workflow: &'t Workflow, instance: Instance, steps: &'t mut S) -> Self {
        Self { workflow, instance, effects: Vec::new(), cancelled: Vec::new(), steps }
    }

    fn told(self, (answer, reason): Verdict) -> Applied {
        let Self { instance, effects, cancelled, .. } = self;
        Applied { instance, answer, reason, effects, cancelled }
    }

    /// Runs the chart, and takes in what came of it.
    pub(super) fn run<T>(
        &mut self,
        given: Given<'_>,
        go: impl FnOnce(&mut Run<'_, S>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let Self { workflow, instance, steps, .. } = self;
        let mut run = Run::new(&workflow.chart, &mut instance.chart, given, *steps);
        let result = go(&mut run)?;
        let emitted = run.effects;
        instance.at = instance.at.max(given.now);
        self.drop_left();
        for one in emitted {
            self.take_effect(one, given.now)?;
        }
        if self.instance.chart.is_done && !self.instance.status.is_over() {
            let ends = &self.workflow.ends;
            let end = self.instance.chart.active.iter().find_map(|one| ends.get(&one.state));
            self.end(match end {
                None | Some(WorkflowEnd::Completed) => WorkflowStatus::Completed,
                Some(WorkflowEnd::Failed) => WorkflowStatus::Failed,
                Some(WorkflowEnd::Cancelled) => WorkflowStatus::Cancelled,
            });
        }
        Ok(result)
    }

    /// Steps of states that were left are no longer awaited.
    fn drop_left(&mut self) {
        let Instance { pending, chart, .. } = &mut self.instance;
        let cancelled = &mut self.cancelled;
        pending.retain(|one| {
            let stays = chart.find(one.state).is_some_and(|active| active.entry == one.entry);
            if !stays {
                cancelled.push(one.effect);
            }
            stays
        });
    }

    pub(super) fn end(&mut self, status: WorkflowStatus) {
        self.instance.status = status;
        self.instance.paused_at = None;
        self.cancelled.extend(self.instance.pending.drain(..).map(|one| one.effect));
        self.undo(status);
    }

    fn take_effect(&mut self, emitted: Emitted, at: Instant) -> Result<(), Problem> {
        let workflow = self.workflow;
        let id = self.instance.effect_id(&workflow.chart, &emitted);
        let Emitted { state, entry, kind, payload, mark, .. } = emitted;
        let payload = KnownFacts(payload);
        let mark = mark.and_then(|mark| usize::try_from(mark).ok());
        // A state that was entered and left in one go awaits nothing.
        let stays = self.instance.chart.find(state).is_some_and(|active| active.entry == entry);
        let step = mark.and_then(|mark| workflow.steps.get(mark));
        let awaited = step.is_some() && stays;
        let kept = awaited.then(|| payload.clone());
        self.effects.push(WorkflowEffect {
            id,
            kind,
            state: (state != 0).then(|| workflow.chart.state_id(state).clone()),
            attempt: 1,
            at,
            awaited,
            child: step.and_then(|step| step.child(id)),
            compensates: None,
            payload,
        });
        if let (Some(mark), Some(step), Some(payload)) = (mark, step, kept) {
            let timeout_at = workflow.timeout_at(step, at)?;
            self.instance.pending.push(Pending {
                state,
                entry,
                mark,
                effect: id,
                payload,
                attempt: 1,
                failed: vec![0; step.retry.len()],
                retry_at: None,
                timeout_at,
                heartbeat_at: workflow.heartbeat_at(step, at)?,
            });
        }
        Ok(())
    }

    /// Everything that was due until a moment, the earliest first.
    fn catch_up(&mut self, until: Instant) -> Result<bool, Problem> {
        for fired in 0..MOST_DEADLINES {
            let due = self.instance.next_due().filter(|due| *due <= until);
            let Some(due) = due else { return Ok(fired > 0) };
            let of_chart = self.instance.chart.timers.first().map(|timer| timer.due);
            if of_chart == Some(due) {
                self.run(Given::at(due), |run| run.fire())?;
                continue;
            }
            let pending = &self.instance.pending;
            let Some(place) = pending.iter().position(|one| one.due() == Some(due)) else { break };
            let waits = pending.get(place).is_some_and(|one| one.retry_at.is_some());
            let is_late = pending.get(place).is_some_and(|one| one.timeout_at == Some(due));
            self.instance.at = self.instance.at.max(due);
            if waits {
                self.try_again(place, due)?;
            } else {
                let error = if is_late { TIMEOUT } else { SILENT };
                self.fail(place, due, &error.parse()?, None)?;
            }
        }
        Err(Problem::new(
            MACROSTEP_ENDLESS,
            format!("more than {MOST_DEADLINES} deadlines came due in one call"),
            "let deadlines be further apart, and call when `next_due` says so",
        ))
    }

    fn handle(
        &mut self,
        event: &WorkflowEvent,
        at: Instant,
        facts: Option<&FactValues<'_>>,
    ) -> Result<Verdict, Problem> {
        match event {
            WorkflowEvent::Pause {} => return Ok(self.pause(at)),
            WorkflowEvent::Resume {} => return self.resume(at),
            WorkflowEvent::Cancel {} => return self.cancel(at),
            WorkflowEvent::Due {} => return Ok(self.nothing_due()),
            WorkflowEvent::Event { id: Some(id), .. } if self.instance.seen.contains(id) => {
                return Ok(ignored(WorkflowReason::Duplicate));
            }
            _ => {}
        }
        if self.instance.status == WorkflowStatus::Paused {
            return Ok(refused(WorkflowReason::Paused));
        }
        match event {
            WorkflowEvent::Event { id, name, .. } => self.event(id.as_ref(), name, at, facts),
            WorkflowEvent::StepDone { effect, .. } => {
                self.finish(*effect, StepEnd::Done, at, facts)
            }
            WorkflowEvent::StepSkipped { effect } => {
                self.finish(*effect, StepEnd::Skipped, at, facts)
            }
            WorkflowEvent::StepHeartbeat { effect } => self.heartbeat(*effect, at),
            WorkflowEvent::StepFailed { effect, attempt, error, retry_after_ms } => {
                let fits = |one: &Pending| {
                    one.effect == *effect && one.attempt == *attempt && one.retry_at.is_none()
                };
                match self.instance.pending.iter().position(fits) {
                    Some(place) => {
                        self.instance.at = at;
                        self.fail(place, at, error, *retry_after_ms)?;
                        Ok(ACCEPTED)
                    }
                    None => Ok(ignored(WorkflowReason::Stale)),
                }
            }
            _ => Ok(ignored(WorkflowReason::Unmatched)),
        }
    }

    fn event(
        &mut self,
        id: Option<&Id>,
        name: &Id,
        at: Instant,
        facts: Option<&FactValues<'_>>,
    ) -> Result<Verdict, Problem> {
        let not_taken = |reason| match self.workflow.unmatched {
            Unmatched::Ignore => ignored(reason),
            Unmatched::Refuse => refused(reason),
        };
        if self.instance.status.is_over() {
            return Ok(not_taken(WorkflowReason::Ended));
        }
        let event = self.workflow.chart.event(name.as_str());
        self.steps.step(|| ChartStep::Handled { event: name.clone(), at });
        let before = self.instance.at;
        let given = Given { now: at, event: Some(name.as_str()), facts };
        if !self.run(given, |run| run.send(event))? {
            self.instance.at = before;
            return Ok(not_taken(WorkflowReason::Unmatched));
        }
        if let Some(id) = id.filter(|_| self.workflow.remember > 0) {
            let seen = &mut self.instance.seen;
            let over = (seen.len() + 1).saturating_sub(self.workflow.remember);
            seen.drain(..over.min(seen.len()));
            seen.push(id.clone());
        }
        Ok(ACCEPTED)
    }

    /// Why nothing was due.
    fn nothing_due(&self) -> Verdict {
        match self.instance.status {
            WorkflowStatus::Paused => ignored(WorkflowReason::Paused),
            status if status.is_over() => ignored(WorkflowReason::Ended),
            _ => ignored(WorkflowReason::NothingDue),
        }
    }

    fn pause(&mut self, at: Instant) -> Verdict {
        match self.instance.status {
            WorkflowStatus::Active => {
                self.instance.status = WorkflowStatus::Paused;
                self.instance.paused_at = Some(at);
                self.instance.at = at;
                ACCEPTED
            }
            WorkflowStatus::Paused => ignored(WorkflowReason::Repeated),
            _ => refused(WorkflowReason::Ended),
        }
    }

    /// Deadlines are as far away as they were when it was paused.
    fn resume(&mut self, at: Instant) -> Result<Verdict, Problem> {
        let since = match (self.instance.status, self.instance.paused_at) {
            (WorkflowStatus::Paused, Some(since)) => since,
            (WorkflowStatus::Active, _) => return Ok(ignored(WorkflowReason::Repeated)),
            _ => return Ok(refused(WorkflowReason::Ended)),
        };
        let gone = at.micros_since(since);
        for timer in &mut self.instance.chart.timers {
            timer.due = timer.due.plus_micros(gone)?;
        }
        for one in &mut self.instance.pending {
            let dues = [&mut one.retry_at, &mut one.timeout_at, &mut one.heartbeat_at];
            for due in dues.into_iter().flatten() {
                *due = due.plus_micros(gone)?;
            }
        }
        self.instance.status = WorkflowStatus::Active;
        self.instance.paused_at = None;
        self.instance.at = at;
        Ok(ACCEPTED)
    }

    fn cancel(&mut self, at: Instant) -> Result<Verdict, Problem> {
        match self.instance.status {
            WorkflowStatus::Cancelled => Ok(ignored(WorkflowReason::Repeated)),
            WorkflowStatus::Completed | WorkflowStatus::Failed => {
                Ok(refused(WorkflowReason::Ended))
            }
            WorkflowStatus::Active | WorkflowStatus::Paused => {
                self.run(Given::at(at), |run| run.stop())?;
                self.end(WorkflowStatus::Cancelled);
                Ok(ACCEPTED)
            }
        }
    }
}

pub(super) const fn ignored(reason: WorkflowReason) -> Verdict {
    (WorkflowAnswer::Ignored, Some(reason))
}

const fn refused(reason: WorkflowReason) -> Verdict {
    (WorkflowAnswer::Refused, Some(reason))
}
