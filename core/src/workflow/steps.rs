//! What becomes of steps: they are done, or fail and are tried again, or have failed for good.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::explain::Sink;
use crate::kernel::expression::{FactValue, FactValues};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::statechart::{ChartStep, Given};

use super::apply::{ACCEPTED, Turn, Verdict, ignored};
use super::compile::Workflow;
use super::document::{Exhausted, WorkflowStep};
use super::instance::{Pending, WorkflowEffect, WorkflowReason, WorkflowStatus};
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
        let Pending { state, .. } = self.instance.pending.remove(place);
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
        one.timeout_at = None;
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

    /// Hands out the effect of a step again.
    pub(super) fn try_again(&mut self, place: usize, at: Instant) -> Result<(), Problem> {
        let workflow = self.workflow;
        let Some(one) = self.instance.pending.get_mut(place) else { return Ok(()) };
        let Some(step) = workflow.steps.get(one.mark) else { return Ok(()) };
        one.attempt = one.attempt.saturating_add(1);
        one.retry_at = None;
        one.timeout_at = workflow.timeout_at(step, at)?;
        self.effects.push(WorkflowEffect {
            id: one.effect,
            kind: step.kind.as_str().parse()?,
            state: Some(workflow.chart.state_id(one.state).clone()),
            attempt: one.attempt,
            at,
            awaited: true,
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
        step.timeout.map(|span| span.add_to(at, self.chart.zone())).transpose()
    }
}
