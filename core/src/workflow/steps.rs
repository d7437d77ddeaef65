//! What becomes of steps: they are done, or fail and are tried again, or have failed for good.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::explain::Sink;
use crate::kernel::expression::{FactValue, FactValues, KnownFacts};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::statechart::{ChartStep, Given};

use super::apply::{ACCEPTED, Turn, Verdict, ignored};
use super::compile::Workflow;
use super::document::{Exhausted, WorkflowStep};
use super::instance::{
    Pending, Undo, WorkflowChild, WorkflowEffect, WorkflowReason, WorkflowStatus,
};
use super::lower::{ATTEMPT, ERROR, StepEnd};

impl<S: Sink<ChartStep>> Turn<'_, S> {
    /// A step is over: its state hears of it.
    pub(super) fn finish(
        &mut self,
        effect: DerivedId,
        end: StepEnd,
        at: Instant,
        facts: Option<&FactValues<'_>>,
    ) -> Result<Verdict, Problem> {
        let place = self.instance.pending.iter().position(|one| one.effect == effect);
        let Some(place) = place else { return Ok(ignored(WorkflowReason::Stale)) };
        let Pending { state, mark, .. } = self.instance.pending.remove(place);
        if end == StepEnd::Done {
            self.remember_undo(state, mark, effect, at, facts)?;
        }
        self.tell(state, end, at, facts)?;
        Ok(ACCEPTED)
    }

    /// Sends the event of a step's end; whether anything took it.
    fn tell(
        &mut self,
        state: usize,
        end: StepEnd,
        at: Instant,
        facts: Option<&FactValues<'_>>,
    ) -> Result<bool, Problem> {
        let name = end.event(self.workflow.chart.state_id(state));
        let event = self.workflow.chart.event(&name);
        let handled: Id = name.parse()?;
        self.steps.step(|| ChartStep::Handled { event: handled, at });
        let given = Given { now: at, event: Some(&name), facts };
        self.run(given, |run| run.send(event))
    }

    /// An attempt has failed: it is tried again later, or has failed for good.
    pub(super) fn fail(
        &mut self,
        place: usize,
        at: Instant,
        error: &Id,
        retry_after_ms: Option<u64>,
    ) -> Result<(), Problem> {
        let workflow = self.workflow;
        let Some(one) = self.instance.pending.get_mut(place) else { return Ok(()) };
        let Some(step) = workflow.steps.get(one.mark) else { return Ok(()) };
        (one.timeout_at, one.heartbeat_at) = (None, None);
        let policy = step.retry.iter().position(|policy| policy.is_for(error));
        let known = policy.and_then(|at| Some((step.retry.get(at)?, one.failed.get_mut(at)?)));
        if let Some((policy, failed)) = known {
            *failed = failed.saturating_add(1);
            if let Some(wait) = policy.next_wait_ms(*failed, Some(one.effect), retry_after_ms) {
                let micros = i64::try_from(wait).unwrap_or(i64::MAX).saturating_mul(1_000);
                one.retry_at = Some(at.plus_micros(micros)?);
                return Ok(());
            }
        }
        let mut given_up = self.instance.pending.remove(place);
        let mut facts = FactValues::new(workflow.chart.vocabulary());
        facts.set(ERROR, FactValue::String(error.to_string()))?;
        facts.set(ATTEMPT, FactValue::Integer(given_up.attempt.into()))?;
        if self.tell(given_up.state, StepEnd::Failed, at, Some(&facts))? {
            return Ok(());
        }
        match step.exhausted {
            Exhausted::Fail => {
                self.run(Given::at(at), |run| run.stop())?;
                self.end(WorkflowStatus::Failed);
            }
            Exhausted::Pause => {
                given_up.retry_at = Some(at);
                self.instance.pending.push(given_up);
                self.instance.status = WorkflowStatus::Paused;
                self.instance.paused_at = Some(at);
            }
        }
        Ok(())
    }

    /// The host is still at work on a step.
    pub(super) fn heartbeat(&mut self, effect: DerivedId, at: Instant) -> Result<Verdict, Problem> {
        let workflow = self.workflow;
        let mut pending = self.instance.pending.iter_mut();
        let one = pending.find(|one| one.effect == effect && one.retry_at.is_none());
        let Some(one) = one else { return Ok(ignored(WorkflowReason::Stale)) };
        let step = workflow.steps.get(one.mark).filter(|step| step.heartbeat.is_some());
        let Some(step) = step else { return Ok(ignored(WorkflowReason::Unmatched)) };
        one.heartbeat_at = workflow.heartbeat_at(step, at)?;
        self.instance.at = at;
        Ok(ACCEPTED)
    }

    /// Keeps what would undo a step that is done now.
    fn remember_undo(
        &mut self,
        state: usize,
        mark: usize,
        effect: DerivedId,
        at: Instant,
        facts: Option<&FactValues<'_>>,
    ) -> Result<(), Problem> {
        let workflow = self.workflow;
        let Some(undo) = workflow.undo.get(mark).and_then(Option::as_ref) else { return Ok(()) };
        let given = Given { now: at, event: None, facts };
        let payload = self.run(given, |run| run.payload(&undo.payload, &undo.path))?;
        self.instance.undo.push(Undo {
            state: workflow.chart.state_id(state).clone(),
            effect,
            kind: undo.kind.clone(),
            payload: KnownFacts(payload),
        });
        Ok(())
    }

    /// Hands out what undoes the steps that were done, the last one first, where the instance has
    /// not come to its end.
    pub(super) fn undo(&mut self, status: WorkflowStatus) {
        let at = self.instance.at;
        let undo = std::mem::take(&mut self.instance.undo);
        if status == WorkflowStatus::Completed {
            return;
        }
        self.effects.extend(undo.into_iter().rev().map(|one| WorkflowEffect {
            id: Cause::of("workflow_compensation").derived(one.effect).id(),
            kind: one.kind,
            state: Some(one.state),
            attempt: 1,
            at,
            awaited: false,
            child: None,
            compensates: Some(one.effect),
            payload: one.payload,
        }));
    }

    /// Hands out the effect of a step again.
    pub(super) fn try_again(&mut self, place: usize, at: Instant) -> Result<(), Problem> {
        let workflow = self.workflow;
        let Some(one) = self.instance.pending.get_mut(place) else { return Ok(()) };
        let Some(step) = workflow.steps.get(one.mark) else { return Ok(()) };
        one.attempt = one.attempt.saturating_add(1);
        one.retry_at = None;
        one.timeout_at = workflow.timeout_at(step, at)?;
        one.heartbeat_at = workflow.heartbeat_at(step, at)?;
        self.effects.push(WorkflowEffect {
            id: one.effect,
            kind: step.kind.as_str().parse()?,
            state: Some(workflow.chart.state_id(one.state).clone()),
            attempt: one.attempt,
            at,
            awaited: true,
            child: step.child(one.effect),
            compensates: None,
            payload: one.payload.clone(),
        });
        Ok(())
    }
}

impl Workflow {
    /// When an attempt at a step that begins now has taken too long.
    pub(super) fn timeout_at(
        &self,
        step: &WorkflowStep,
        at: Instant,
    ) -> Result<Option<Instant>, Problem> {
        step.timeout.map(|span| self.chart.later(at, span, step.business)).transpose()
    }

    /// When an attempt that is heard of now has been silent for too long.
    pub(super) fn heartbeat_at(
        &self,
        step: &WorkflowStep,
        at: Instant,
    ) -> Result<Option<Instant>, Problem> {
        step.heartbeat.map(|span| self.chart.later(at, span, false)).transpose()
    }
}

impl WorkflowStep {
    /// The instance that the host is to start for it.
    pub(super) fn child(&self, effect: DerivedId) -> Option<WorkflowChild> {
        let instance = effect.to_string().parse().ok()?;
        Some(WorkflowChild { workflow: self.workflow.clone()?, instance })
    }
}
