//! Stored states: what is taken in is given out again, a refusal changes nothing, and every door to
//! the engine says the same of the same event.

use guerdon::commission::{
    EvaluateInput, Event, Line, MergeInput, Outcome, OutcomeStatus, Plan, Refund, RefundInput,
    Roster, State, StateText,
};
use guerdon::kernel::document::{Limits, Model, parse};
use guerdon::kernel::money::{Money, from_minor, to_minor};

use crate::{input, refusal};

/// The first line says what is done with the state: `evaluate`, `refund` or `merge`.
pub fn check(data: &[u8]) {
    let Some((what, text)) = input::parts(data) else { return };
    match what {
        "evaluate" => drop(read(text).and_then(evaluate)),
        "refund" => drop(read(text).and_then(refund)),
        "merge" => drop(read(text).and_then(merge)),
        _ => {}
    }
}

fn read<T: Model>(text: &str) -> Option<T> {
    parse(text, Limits::INPUT).inspect_err(refusal::check).ok()
}

/// A stored state, made out to the plan at hand: a mutated plan has another hash, and states of
/// other plans are refused before anything interesting.
fn restore(plan: &Plan, stored: Option<StateText>) -> Option<State> {
    let Some(StateText(mut stored)) = stored else { return Some(plan.new_state()) };
    stored.plan = plan.reference().clone();
    let state = plan.state_from_document(&stored).inspect_err(refusal::one).ok()?;
    is_stored_whole(plan, &state);
    Some(state)
}

fn is_stored_whole(plan: &Plan, state: &State) {
    let stored = plan.state_document(state);
    let again = plan.state_from_document(&stored);
    let again =
        again.unwrap_or_else(|problem| panic!("its own state is refused: {problem}: {stored:?}"));
    assert_eq!(plan.state_document(&again), stored);
}

fn evaluate(input: EvaluateInput) -> Option<()> {
    let plan = Plan::compile(input.plan.0).ok()?;
    let mut state = restore(&plan, input.state)?;
    let roster = Roster::new(input.partners).inspect_err(refusal::one).ok()?;
    let before = plan.state_document(&state);
    let mut explained = state.clone();
    let previewed = plan.preview(&state, &roster, &input.event);
    let told = plan.explain(&mut explained, &roster, &input.event);
    assert_eq!(previewed, told);
    let outcome = plan.evaluate(&mut state, &roster, &input.event);
    assert_eq!(told.clone().map(|told| Outcome { steps: Vec::new(), ..told }), outcome);
    assert_eq!(plan.state_document(&explained), plan.state_document(&state));
    match outcome {
        Err(problem) => {
            refusal::one(&problem);
            assert_eq!(plan.state_document(&state), before, "a refusal has changed the state");
        }
        Ok(outcome) => {
            is_stored_whole(&plan, &state);
            assert_eq!(
                sum(outcome.lines.iter().filter(|line| line.level == 0)),
                minor(outcome.total)
            );
            give_back(&plan, &mut state, &roster, &input.event, outcome);
        }
    }
    Some(())
}

fn minor(money: Money) -> i128 {
    to_minor(money.amount, money.currency).expect("what is posted is whole").into()
}

fn sum<'l>(lines: impl Iterator<Item = &'l Line>) -> i128 {
    lines.map(|line| minor(line.amount)).sum()
}

/// Half of an order, and then all that is left of it: nothing remains of any line.
fn give_back(plan: &Plan, state: &mut State, roster: &Roster, event: &Event, outcome: Outcome) {
    let Some(first) = outcome.lines.first() else { return };
    let (currency, gross) = (first.order_gross.currency, minor(first.order_gross));
    let mut posted = outcome.lines.clone();
    for (id, amount) in [("half", gross / 2), ("rest", gross - gross / 2)] {
        let amount = from_minor(i64::try_from(amount).expect("a part of the whole"), currency);
        let id = id.parse().expect("an id");
        let refund = Refund { id, at: event.at, event: event.id.clone(), item: None, amount: Some(amount) };
        let before = plan.state_document(state);
        match plan.refund(state, roster, &refund, &posted) {
            Err(problem) => {
                refusal::one(&problem);
                assert_eq!(plan.state_document(state), before, "a refusal has changed the state");
                return;
            }
            Ok(back) if back.status == OutcomeStatus::KeptByPolicy => return,
            Ok(back) => posted.extend(back.lines),
        }
        is_stored_whole(plan, state);
    }
    for line in &outcome.lines {
        let reversals = posted.iter().filter(|one| one.origin == Some(line.id));
        assert_eq!(sum(reversals), -minor(line.amount), "something is left of {line:?}");
    }
}

fn refund(input: RefundInput) -> Option<()> {
    let plan = Plan::compile(input.plan.0).ok()?;
    let mut state = restore(&plan, input.state)?;
    let roster = Roster::new(input.partners).inspect_err(refusal::one).ok()?;
    let before = plan.state_document(&state);
    match plan.refund(&mut state, &roster, &input.refund, &input.posted) {
        Ok(_) => is_stored_whole(&plan, &state),
        Err(problem) => {
            refusal::one(&problem);
            assert_eq!(plan.state_document(&state), before, "a refusal has changed the state");
        }
    }
    Some(())
}

fn merge(input: MergeInput) -> Option<()> {
    let plan = Plan::compile(input.plan.0).ok()?;
    let states: Option<Vec<State>> =
        input.states.into_iter().map(|stored| restore(&plan, Some(stored))).collect();
    let states = states?;
    let merged = plan.merge(states.clone()).inspect_err(refusal::one);
    let turned = plan.merge(states.into_iter().rev());
    assert_eq!(merged.is_ok(), turned.is_ok());
    let (merged, turned) = (merged.ok()?, turned.ok()?);
    is_stored_whole(&plan, &merged);
    assert_eq!(plan.state_document(&merged), plan.state_document(&turned));
    Some(())
}
