//! A history from its beginning: events, and refunds of what they earned.

use std::collections::HashMap;

use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

use super::compile::Plan;
use super::event::{Event, Partner, Refund, Reinstatement};
use super::operations::{compile, roster};
use super::outcome::{Line, Outcome};
use super::plan::PlanText;
use super::roster::Roster;
use super::state::State;
use super::stored::StateText;

/// What `commission.replay` takes.
#[model]
pub struct ReplayInput {
    /// The plan.
    pub plan: PlanText,
    /// The host's partners.
    #[model(default)]
    pub partners: Vec<Partner>,
    /// What happened, in the order in which the host came to know of it.
    pub history: Vec<Happening>,
    /// Whether to say why, step by step.
    #[model(default)]
    pub explain: bool,
}

/// One thing that happened.
#[model]
pub enum Happening {
    /// Something that may earn.
    Event {
        /// The event.
        event: Event,
    },
    /// Something given back, of an event earlier in the history.
    Refund {
        /// The refund.
        refund: Refund,
    },
    /// A refund undone.
    Reinstatement {
        /// Which one.
        reinstatement: Reinstatement,
    },
}

/// What came of a history.
#[model]
pub struct Replay {
    /// The outcome of each thing that happened, in the same order.
    pub outcomes: Vec<Outcome>,
    /// The state at the end.
    pub state: StateText,
}

/// Replays a history from its beginning.
///
/// # Errors
/// Every problem of the plan, or the first thing that is wrong with the history, with its place.
pub fn replay(input: ReplayInput) -> Result<Replay, Problems> {
    let plan = compile(input.plan)?;
    let roster = roster(input.partners)?;
    let mut history = History::new(&plan, &roster, input.explain);
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(input.history.len());
    for (position, happening) in input.history.iter().enumerate() {
        let placed = |problem: Problem| problem.under(position).under("history");
        outcomes.push(history.live(happening).map_err(placed)?);
    }
    Ok(Replay { outcomes, state: StateText(plan.state_document(&history.state)) })
}

/// A history under way, with what it posted so far.
pub(super) struct History<'a> {
    plan: &'a Plan,
    roster: &'a Roster,
    explain: bool,
    state: State,
    /// The lines of each event, reversals included; of each seller where the plan rates again.
    posted: HashMap<&'a Id, Vec<Line>>,
    /// Who sold what, where that is asked for.
    sellers: HashMap<&'a Id, &'a Id>,
}

impl<'a> History<'a> {
    pub(super) fn new(plan: &'a Plan, roster: &'a Roster, explain: bool) -> Self {
        Self {
            plan,
            roster,
            explain,
            state: plan.new_state(),
            posted: HashMap::new(),
            sellers: HashMap::new(),
        }
    }

    /// What the lines of an event are kept under.
    fn kept_under<'i>(&'i self, event: &'i Id) -> &'i Id {
        self.sellers.get(event).copied().unwrap_or(event)
    }

    /// Takes one thing that happened.
    ///
    /// # Errors
    /// What is wrong with it, with its place in it.
    pub(super) fn live(&mut self, happening: &'a Happening) -> Result<Outcome, Problem> {
        match happening {
            Happening::Event { event } => self.event(event),
            Happening::Refund { refund } => self.refund(refund),
            Happening::Reinstatement { reinstatement } => self.reinstate(reinstatement),
        }
    }

    /// The same; nothing comes of a refund of an event that has no lines.
    ///
    /// # Errors
    /// As [`live`](Self::live).
    pub(super) fn live_or_skip(
        &mut self,
        happening: &'a Happening,
    ) -> Result<Option<Outcome>, Problem> {
        let event = match happening {
            Happening::Event { .. } => None,
            Happening::Refund { refund } => Some(&refund.event),
            Happening::Reinstatement { reinstatement } => Some(&reinstatement.event),
        };
        if event.is_some_and(|event| self.has_no_lines(event)) {
            return Ok(None);
        }
        self.live(happening).map(Some)
    }

    fn event(&mut self, event: &'a Event) -> Result<Outcome, Problem> {
        let outcome = self
            .plan
            .evaluate_or_explain(&mut self.state, self.roster, event, self.explain)
            .map_err(|problem| problem.under("event"))?;
        if self.plan.re_rates() {
            self.sellers.insert(&event.id, &event.partner);
        }
        let under = if self.plan.re_rates() { &event.partner } else { &event.id };
        self.posted.entry(under).or_default().extend(outcome.lines.iter().cloned());
        Ok(outcome)
    }

    /// Whether an event is known, and none of the lines is its own.
    fn has_no_lines(&self, event: &Id) -> bool {
        let posted = self.posted.get(self.kept_under(event));
        posted.is_some_and(|posted| !posted.iter().any(|line| line.event == *event))
    }

    // The problems of both are placed already.
    fn refund(&mut self, refund: &'a Refund) -> Result<Outcome, Problem> {
        let posted = self.posted.get(self.kept_under(&refund.event)).map_or(&[][..], Vec::as_slice);
        let outcome = self.plan.refund(&mut self.state, self.roster, refund, posted)?;
        Ok(self.keep(&refund.event, outcome))
    }

    fn reinstate(&mut self, reinstatement: &'a Reinstatement) -> Result<Outcome, Problem> {
        let posted =
            self.posted.get(self.kept_under(&reinstatement.event)).map_or(&[][..], Vec::as_slice);
        let outcome = self.plan.reinstate(&mut self.state, self.roster, reinstatement, posted)?;
        Ok(self.keep(&reinstatement.event, outcome))
    }

    /// Keeps what became of the lines of an event.
    fn keep(&mut self, event: &Id, mut outcome: Outcome) -> Outcome {
        let under = self.kept_under(event).clone();
        if let Some(posted) = self.posted.get_mut(&under) {
            posted.extend(outcome.lines.iter().cloned());
        }
        if !self.explain {
            outcome.steps.clear();
        }
        outcome
    }
}
