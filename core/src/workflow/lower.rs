//! From a workflow document to the draft of a chart: steps become marks, waits become deadlines,
//! and a sequence becomes states.

use std::borrow::Cow;

use crate::kernel::calendar::BusinessHours;
use crate::kernel::expression::{Expression, FactType, Op};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::statechart::{
    ChartEffect, ChartTransition, Draft, OwnEffect, StateDraft, StateKind,
};

use super::document::{SequenceStep, StepKind, WorkflowDocument, WorkflowState, WorkflowStep};
use super::{STEP_INVALID, WORKFLOW_SHAPE_INVALID};

/// The error of the attempt that failed last, as a fact.
pub(super) const ERROR: &str = "step.error";
/// How many attempts there were, as a fact.
pub(super) const ATTEMPT: &str = "step.attempt";

/// The end of a sequence.
const END: &str = "end";

/// What becomes of a step, as an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StepEnd {
    Done,
    Failed,
    Skipped,
}

impl StepEnd {
    pub(super) const ALL: [Self; 3] = [Self::Done, Self::Failed, Self::Skipped];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Done => "step.done",
            Self::Failed => "step.failed",
            Self::Skipped => "step.skipped",
        }
    }

    /// What an event of a state's step tells; none for any other event.
    pub(super) fn of(event: &str) -> Option<Self> {
        let is_own =
            |end: &Self| event.strip_prefix(end.word()).is_some_and(|rest| rest.starts_with('.'));
        Self::ALL.into_iter().find(is_own)
    }

    /// The event of a state's step.
    pub(super) fn event(self, state: &Id) -> String {
        format!("{}.{state}", self.word())
    }
}

/// A draft, and the steps that its marks stand for.
pub(super) struct Lowered<'a> {
    pub(super) draft: Draft<'a>,
    pub(super) steps: Vec<&'a WorkflowStep>,
    found: Vec<Problem>,
}

/// Lowers a document.
pub(super) fn lower(document: &WorkflowDocument) -> Result<Lowered<'_>, Problems> {
    let mut lowered =
        Lowered { draft: Draft::new(document.id.clone()), steps: Vec::new(), found: Vec::new() };
    let draft = &mut lowered.draft;
    draft.initial = Cow::Borrowed(&document.initial);
    draft.transitions = Cow::Borrowed(&document.transitions);
    draft.events.clone_from(&document.events);
    draft.zone = Some(document.zone);
    draft.hours.clone_from(&document.business_hours);
    draft.facts = document.facts.clone();
    draft.data = document
        .data
        .iter()
        .map(|(name, data)| (name.clone(), data.of, data.first.clone()))
        .collect();
    for (name, of) in [(ERROR, FactType::String {}), (ATTEMPT, FactType::Integer {})] {
        if draft.facts.insert(name.to_owned(), of).is_some() {
            let problem = Problem::new(
                crate::kernel::expression::FACT_DUPLICATE,
                format!("the fact `{name}` exists already"),
                "choose another name; built-in facts cannot be declared again",
            );
            lowered.found.push(problem.under(name).under("facts"));
        }
    }
    let hours = document.business_hours.iter().flat_map(BusinessHours::check);
    lowered.found.extend(hours.map(|problem| problem.under("business_hours")));
    lowered.states(&document.states, None, "/states");
    lowered.sequence(&document.sequence);
    if document.states.is_empty() == document.sequence.is_empty() {
        let problem = Problem::new(
            WORKFLOW_SHAPE_INVALID,
            "a workflow has either `states` or a `sequence`",
            "write its states, or its steps one after the other",
        );
        lowered.found.push(problem);
    }
    Problems::verdict(std::mem::take(&mut lowered.found))?;
    Ok(lowered)
}

impl<'a> Lowered<'a> {
    fn states(&mut self, states: &'a [WorkflowState], parent: Option<usize>, path: &str) {
        for (position, state) in states.iter().enumerate() {
            let path = format!("{path}/{position}");
            let mut draft = StateDraft::new(state.id.clone(), parent, state.kind, path.clone());
            draft.initial = Cow::Borrowed(&state.initial);
            draft.transitions = Cow::Borrowed(&state.transitions);
            draft.entry = Cow::Borrowed(&state.entry);
            draft.exit = Cow::Borrowed(&state.exit);
            if let Some(step) = &state.step {
                self.step(step, &mut draft);
            }
            self.check_outcome(state, parent, &path);
            let own = self.draft.states.len();
            self.draft.states.push(draft);
            self.states(&state.states, Some(own), &format!("{path}/states"));
        }
    }

    fn check_outcome(&mut self, state: &WorkflowState, parent: Option<usize>, path: &str) {
        let is_end = state.kind == StateKind::Final && parent.is_none();
        if state.outcome.is_some() && !is_end {
            let problem = Problem::new(
                WORKFLOW_SHAPE_INVALID,
                format!("`{}` says how the instance ended, and is no end of it", state.id),
                "only a `final` state of the whole has an outcome",
            );
            self.found.push(problem.at(format!("{path}/outcome")));
        }
        if state.step.is_some() && state.kind != StateKind::State {
            let problem = Problem::new(
                STEP_INVALID,
                format!("`{}` has a step and is `{}`", state.id, state.kind),
                "put the step on a plain state",
            );
            self.found.push(problem.at(format!("{path}/step")));
        }
    }

    /// A step of a state: its own transitions wait for what becomes of it.
    fn step(&mut self, step: &'a WorkflowStep, draft: &mut StateDraft<'a>) {
        self.check_step(step, &format!("{}/step", draft.path));
        let mut transitions = draft.transitions.to_vec();
        for transition in &mut transitions {
            let end = transition.event.as_ref().and_then(|event| {
                StepEnd::ALL.into_iter().find(|end| end.word() == event.as_str())
            });
            match end {
                Some(StepEnd::Done) => step.awaited(transition, &draft.id),
                Some(end) => transition.event = end.event(&draft.id).parse().ok(),
                None => {}
            }
        }
        draft.transitions = Cow::Owned(transitions);
        if step.is_performed() {
            if let (Ok(mark), Ok(kind)) =
                (u32::try_from(self.steps.len()), step.kind.as_str().parse())
            {
                let effect = ChartEffect { kind, payload: step.payload.clone() };
                draft.own = Some(OwnEffect { mark, effect, path: format!("{}/step", draft.path) });
            }
            self.steps.push(step);
        }
    }

    fn check_step(&mut self, step: &WorkflowStep, path: &str) {
        let found = &mut self.found;
        let mut refuse = |field: &str, what: &str, hint: &str| {
            let problem = Problem::new(STEP_INVALID, what, hint);
            found.push(problem.at(format!("{path}/{field}")));
        };
        if step.lasts.is_some() != (step.kind == StepKind::Wait) {
            refuse("lasts", "a `wait` lasts, and nothing else does", "say it of a `wait` only");
        }
        if step.when.is_some() != (step.kind == StepKind::Condition) {
            refuse(
                "when",
                "a `condition` has a `when`, and nothing else does",
                "say it of a `condition`; for another step put it on the transition to it",
            );
        }
        if step.workflow.is_some() != (step.kind == StepKind::Workflow) {
            refuse(
                "workflow",
                "a `workflow` says which one is started, and nothing else does",
                "give the id of the workflow that the host starts",
            );
        }
        let counted = [step.lasts, step.timeout];
        if step.business && counted.iter().all(Option::is_none) {
            refuse("business", "there is no time that could count business hours", "leave it out");
        }
        if step.business && self.draft.hours.is_none() {
            refuse(
                "business",
                "the document does not say when business is open",
                "add `business_hours`, or count all hours",
            );
        }
        if step.business && counted.iter().flatten().any(|span| span.months() > 0) {
            refuse("business", "business counts days and hours, not months", "count days");
        }
        let tries = !step.retry.is_empty()
            || step.timeout.is_some()
            || step.heartbeat.is_some()
            || step.compensate.is_some()
            || !step.payload.is_empty();
        if tries && !step.is_performed() {
            refuse("kind", "nothing is performed that could be tried", "leave out the rest");
        }
        for (position, policy) in step.retry.iter().enumerate() {
            for problem in policy.check() {
                let place = format!("{path}/retry/{position}{}", problem.path);
                self.found.push(problem.at(place));
            }
        }
    }

    /// A state for each step, and the end. A step that has a condition is passed over where it
    /// does not hold, by a state before it that nobody stays in.
    fn sequence(&mut self, sequence: &'a [SequenceStep]) {
        if sequence.is_empty() {
            return;
        }
        let end = || END.parse::<Id>().ok();
        for (position, one) in sequence.iter().enumerate() {
            let path = format!("/sequence/{position}");
            let next = sequence.get(position + 1).map(SequenceStep::first).or_else(end);
            if let Some(when) = &one.when {
                let mut gate = StateDraft::new(one.first(), None, StateKind::State, path.clone());
                let to = |id: Option<Id>, when| ChartTransition {
                    to: id.into_iter().collect(),
                    ..transition(None, when)
                };
                gate.transitions = Cow::Owned(vec![
                    to(Some(one.id.clone()), Some(when.clone())),
                    to(next.clone(), None),
                ]);
                gate.places = vec![path.clone(), path.clone()];
                self.draft.states.push(gate);
            }
            let mut draft = StateDraft::new(one.id.clone(), None, StateKind::State, path.clone());
            let follows = |end: StepEnd, to: Option<Id>| ChartTransition {
                to: to.into_iter().collect(),
                ..transition(end.word().parse().ok(), None)
            };
            let mut transitions = vec![follows(StepEnd::Done, next.clone())];
            draft.places.push(path.clone());
            if one.step.is_performed() {
                transitions.push(follows(StepEnd::Skipped, next));
                draft.places.push(path.clone());
            }
            if let Some(to) = &one.on_failure {
                let first = sequence.iter().find(|other| other.id == *to);
                let to = first.map_or_else(|| to.clone(), SequenceStep::first);
                transitions.push(follows(StepEnd::Failed, Some(to)));
                draft.places.push(format!("{path}/on_failure"));
            }
            draft.transitions = Cow::Owned(transitions);
            self.step(&one.step, &mut draft);
            self.draft.states.push(draft);
        }
        let path = "/sequence".to_owned();
        self.draft
            .states
            .extend(end().map(|end| StateDraft::new(end, None, StateKind::Final, path)));
    }
}

impl SequenceStep {
    /// The state that comes first: the one that asks whether the step is passed over.
    fn first(&self) -> Id {
        let gate = self.when.as_ref().and_then(|_| format!("{}.when", self.id).parse().ok());
        gate.unwrap_or_else(|| self.id.clone())
    }
}

impl WorkflowStep {
    /// Whether the host performs it.
    pub(super) const fn is_performed(&self) -> bool {
        !matches!(self.kind, StepKind::Wait | StepKind::Condition)
    }

    /// Lets a transition wait for the step: a wait ends by a deadline, a condition by itself.
    fn awaited(&self, transition: &mut ChartTransition, state: &Id) {
        match (self.kind, self.lasts, &self.when) {
            (StepKind::Wait, Some(lasts), _) => {
                transition.event = None;
                transition.after = Some(lasts);
                transition.business = self.business;
            }
            (StepKind::Condition, _, Some(when)) => {
                transition.event = None;
                transition.when = Some(match transition.when.take() {
                    Some(own) => Expression::call(Op::And, [when.clone(), own]),
                    None => when.clone(),
                });
            }
            _ => transition.event = StepEnd::Done.event(state).parse().ok(),
        }
    }
}

fn transition(event: Option<Id>, when: Option<Expression>) -> ChartTransition {
    ChartTransition {
        event,
        after: None,
        business: false,
        when,
        to: Vec::new(),
        internal: false,
        actions: Vec::new(),
    }
}
