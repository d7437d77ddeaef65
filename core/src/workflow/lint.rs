//! What a workflow allows and its author probably did not mean, beyond what its chart shows.

use crate::kernel::problem::Problem;
use crate::kernel::statechart;

use super::compile::Workflow;
use super::document::{StepKind, WorkflowDocument, WorkflowState};
use super::lower::{Lowered, StepEnd};
use super::{DELAY_WITHOUT_EXIT, PAYMENT_WITHOUT_CATCH};

/// Every finding of the chart and of its steps.
pub(super) fn lint(
    workflow: &Workflow,
    lowered: &Lowered<'_>,
    document: &WorkflowDocument,
) -> Vec<Problem> {
    let mut found = statechart::lint(&workflow.chart, &lowered.draft);
    steps(&document.states, "/states", &mut found);
    for (position, one) in document.sequence.iter().enumerate() {
        if one.step.kind == StepKind::Payment && one.on_failure.is_none() {
            found.push(payment_without_catch(&one.id).at(format!("/sequence/{position}")));
        }
    }
    found
}

fn steps(states: &[WorkflowState], path: &str, found: &mut Vec<Problem>) {
    for (position, state) in states.iter().enumerate() {
        let path = format!("{path}/{position}");
        let waits_for =
            |end: StepEnd| {
                state.transitions.iter().filter_map(|one| one.event.as_ref()).any(|event| {
                    event.as_str() == end.word() || event.as_str() == end.event(&state.id)
                })
            };
        match state.step.as_ref().map(|step| step.kind) {
            Some(StepKind::Payment) if !waits_for(StepEnd::Failed) => {
                found.push(payment_without_catch(&state.id).at(path.clone()));
            }
            Some(StepKind::Wait) if !waits_for(StepEnd::Done) => found.push(
                Problem::new(
                    DELAY_WITHOUT_EXIT,
                    format!("nothing happens when `{}` has waited", state.id),
                    "give it a transition that waits for `step.done`",
                )
                .at(path.clone())
                .warning(),
            ),
            _ => {}
        }
        steps(&state.states, &format!("{path}/states"), found);
    }
}

fn payment_without_catch(state: &crate::kernel::id::Id) -> Problem {
    Problem::new(
        PAYMENT_WITHOUT_CATCH,
        format!("nothing happens when the payment of `{state}` has failed for good"),
        "lead a transition that waits for `step.failed` to where somebody looks after it",
    )
    .warning()
}
