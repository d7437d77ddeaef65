//! Plans through the table of operations: everything in one call, nothing kept in between.

use crate::kernel::document::model;
use crate::kernel::problem::{Problem, Problems};

use super::compile::{Key, Plan};
use super::event::{Event, Partner, Refund, Reinstatement};
use super::facts::BuiltIn;
use super::outcome::{Line, Outcome, PlanReference};
use super::plan::PlanText;
use super::roster::Roster;
use super::state::State;
use super::stored::StateText;

/// What `plan.validate` takes.
#[model]
pub struct PlanInput {
    /// The plan.
    pub plan: PlanText,
}

/// What a valid plan is.
#[model]
pub struct PlanDescription {
    /// The plan.
    pub plan: PlanReference,
    /// The facts that its conditions read; events or columns should bring them.
    pub reads: Vec<String>,
    /// The sums that its state keeps.
    pub keeps: Vec<String>,
    /// What a history may be cut by, so that its parts can be run apart: each part has to hold
    /// all events of one partner, of one customer, or of the whole program.
    pub ordering_scope: OrderingScope,
    /// Whether batches run on scaled integers; otherwise on exact rationals, which are slower.
    pub scaled: bool,
}

/// What a history may be cut by.
#[model]
#[derive(Default)]
pub enum OrderingScope {
    /// By anything: no event changes what another one earns.
    #[default]
    Event,
    /// By partner.
    Partner,
    /// By customer and partner together: neither may be split.
    Customer,
    /// Not at all.
    Program,
}

/// Checks a plan and describes it.
///
/// # Errors
/// Every problem of the plan.
pub fn describe(input: PlanInput) -> Result<PlanDescription, Problems> {
    Ok(compile(input.plan)?.describe())
}

/// What `commission.evaluate` takes.
#[model]
pub struct EvaluateInput {
    /// The plan.
    pub plan: PlanText,
    /// What happened before; nothing unless said.
    pub state: Option<StateText>,
    /// The host's partners.
    #[model(default)]
    pub partners: Vec<Partner>,
    /// The event.
    pub event: Event,
    /// Whether to say why, step by step.
    #[model(default)]
    pub explain: bool,
}

/// An outcome, and the state after it.
#[model]
pub struct Evaluation {
    /// What came of it.
    pub outcome: Outcome,
    /// What to hand in with the next event.
    pub state: StateText,
}

/// Evaluates one event.
///
/// # Errors
/// Every problem of the plan, or what is wrong with the state, the partners or the event.
pub fn evaluate(input: EvaluateInput) -> Result<Evaluation, Problems> {
    let plan = compile(input.plan)?;
    let mut state = restore(&plan, input.state.as_ref())?;
    let roster = roster(input.partners)?;
    let outcome = plan
        .evaluate_or_explain(&mut state, &roster, &input.event, input.explain)
        .map_err(|problem| problem.under("event"))?;
    Ok(Evaluation { outcome, state: StateText(plan.state_document(&state)) })
}

/// What `commission.refund` takes.
#[model]
pub struct RefundInput {
    /// The plan.
    pub plan: PlanText,
    /// What happened before.
    pub state: Option<StateText>,
    /// The host's partners.
    #[model(default)]
    pub partners: Vec<Partner>,
    /// The refund.
    pub refund: Refund,
    /// The lines of the refunded event, earlier reversals included; where the plan rates again, those
    /// of all orders of the seller in the window, in the order in which they were given out.
    pub posted: Vec<Line>,
}

/// What `commission.reinstate` takes.
#[model]
pub struct ReinstateInput {
    /// The plan.
    pub plan: PlanText,
    /// What happened before.
    pub state: Option<StateText>,
    /// The host's partners.
    #[model(default)]
    pub partners: Vec<Partner>,
    /// The refund that is undone.
    pub reinstatement: Reinstatement,
    /// The lines of the refunded event, reversals and earlier reinstatements included, in the order
    /// in which they were given out; where the plan rates again, those of all orders of the seller
    /// in the window.
    pub posted: Vec<Line>,
}

/// Gives again what an undone refund took back.
///
/// # Errors
/// Every problem of the plan, or what is wrong with the state, the partners, the reinstatement or
/// the lines.
pub fn reinstate(input: ReinstateInput) -> Result<Evaluation, Problems> {
    let plan = compile(input.plan)?;
    let mut state = restore(&plan, input.state.as_ref())?;
    let roster = roster(input.partners)?;
    let outcome = plan.reinstate(&mut state, &roster, &input.reinstatement, &input.posted)?;
    Ok(Evaluation { outcome, state: StateText(plan.state_document(&state)) })
}

/// Takes back what a refund makes undue.
///
/// # Errors
/// Every problem of the plan, or what is wrong with the state, the partners, the refund or the
/// lines.
pub fn refund(input: RefundInput) -> Result<Evaluation, Problems> {
    let plan = compile(input.plan)?;
    let mut state = restore(&plan, input.state.as_ref())?;
    let roster = roster(input.partners)?;
    let outcome = plan.refund(&mut state, &roster, &input.refund, &input.posted)?;
    Ok(Evaluation { outcome, state: StateText(plan.state_document(&state)) })
}

pub(super) fn compile(plan: PlanText) -> Result<Plan, Problems> {
    Plan::compile(plan.0).map_err(|problems| problems.under("plan"))
}

fn restore(plan: &Plan, state: Option<&StateText>) -> Result<State, Problem> {
    match state {
        Some(StateText(stored)) => {
            plan.state_from_document(stored).map_err(|problem| problem.under("state"))
        }
        None => Ok(plan.new_state()),
    }
}

pub(super) fn roster(partners: Vec<Partner>) -> Result<Roster, Problem> {
    Roster::new(partners).map_err(|problem| problem.under("partners"))
}

impl Plan {
    /// What the plan reads, keeps, and may be cut by.
    #[must_use]
    pub fn describe(&self) -> PlanDescription {
        let mut reads: Vec<String> = self
            .conditions
            .iter()
            .chain(&self.values)
            .flat_map(|program| program.reads())
            .filter_map(|fact| self.vocabulary.name(*fact))
            .map(ToString::to_string)
            .collect();
        if self.limits.iter().any(|limit| limit.within.is_some()) {
            reads.push(BuiltIn::BEGAN.to_owned());
        }
        reads.sort();
        reads.dedup();
        PlanDescription {
            plan: self.reference.clone(),
            reads,
            keeps: self.meters.iter().map(|meter| meter.name.clone()).collect(),
            ordering_scope: self.ordering_scope(),
            scaled: self.fast.is_some(),
        }
    }

    /// What a history may be cut by, so that its parts can be run apart.
    #[must_use]
    pub fn ordering_scope(&self) -> OrderingScope {
        let widest = self.meters.iter().map(|meter| match meter.key {
            Key::Partner => OrderingScope::Partner,
            Key::Customer => OrderingScope::Customer,
            Key::Program => OrderingScope::Program,
        });
        widest.max().unwrap_or_default()
    }
}
