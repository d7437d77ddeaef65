//! What an instance waits for now, and whether it would take it.

use super::chart::{Chart, ROOT, Trigger};
use super::facts::Given;
use super::snapshot::Snapshot;
use crate::kernel::document::model;
use crate::kernel::expression::ExpressionStep;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

/// A transition that an event would take now.
#[model]
#[derive(Eq)]
pub struct Accepted {
    /// The event: a name, or a pattern that ends in `*`.
    pub event: String,
    /// The state whose transition it is; none for the whole chart.
    pub state: Option<Id>,
    /// JSON pointer of the transition, from the root of the document.
    pub transition: String,
    /// Where it leads.
    #[model(default)]
    pub to: Vec<Id>,
    /// Whether its condition holds now. One without a condition always does.
    pub holds: bool,
    /// The facts for want of which the condition is unknown.
    #[model(default)]
    pub missing: Vec<String>,
    /// Each node of the condition as it was computed.
    #[model(default)]
    pub trace: Vec<ExpressionStep>,
}

/// Every transition of an active state that waits for an event, the innermost states last, each
/// with its condition as it is now. One that does not hold is among them, so that a person can be
/// told why; which of several is taken is decided when the event comes.
///
/// # Errors
/// What a condition cannot go on after, at its place in the document.
pub fn accepts(
    chart: &Chart,
    snapshot: &Snapshot,
    given: Given<'_>,
) -> Result<Vec<Accepted>, Problem> {
    let mut accepted = Vec::new();
    if snapshot.is_done {
        return Ok(accepted);
    }
    for active in &snapshot.active {
        for (_, arc) in chart.arcs_of(active.state) {
            let event = match &arc.trigger {
                Trigger::Event(number) => chart.events.get(*number).map(Id::to_string),
                Trigger::Pattern(prefix) => Some(format!("{prefix}*")),
                Trigger::Eventless | Trigger::After { .. } => None,
            };
            let Some(event) = event else { continue };
            let mut trace = Vec::new();
            let (holds, missing) = match &arc.guard {
                None => (true, Vec::new()),
                Some(guard) => {
                    let asked = chart.ask(guard, snapshot, given, &mut trace);
                    let verdict = asked.map_err(|problem| {
                        let path = format!("{}/when{}", arc.path, problem.path);
                        problem.at(path)
                    })?;
                    (verdict.holds, verdict.missing.iter().map(ToString::to_string).collect())
                }
            };
            let to = chart.targets_of(&arc.targets).iter();
            let to: Vec<Id> = to.map(|target| chart.node(*target).id.clone()).collect();
            accepted.push(Accepted {
                event,
                state: (arc.source != ROOT).then(|| chart.node(arc.source).id.clone()),
                transition: arc.path.to_string(),
                to,
                holds,
                missing,
                trace,
            });
        }
    }
    Ok(accepted)
}
