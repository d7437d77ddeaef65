//! The schedule document, and everything that can be wrong with one.

use crate::kernel::document::model;
use crate::kernel::money::{Amount, Rate, non_negative};
use crate::kernel::problem::Problem;

use super::{
    SCHEDULE_EMPTY, SCHEDULE_ENDS, SCHEDULE_GAP, SCHEDULE_NEGATIVE, SCHEDULE_OVERLAP,
    SCHEDULE_POSTING_UNFIT, SCHEDULE_STEP_EMPTY, SCHEDULE_TOO_LONG, SCHEDULE_UNORDERED,
};

/// The most steps that a schedule may have.
const MOST_STEPS: usize = 1_000;

crate::carried_document!(
    /// A schedule on its way into an operation.
    ScheduleText: Schedule
);

/// What a measure earns, step by step.
#[model(document)]
pub struct Schedule {
    /// Which step pays for an event.
    pub mode: ScheduleMode,
    /// The steps, upwards; each goes on to where the next one starts, the last without end.
    pub steps: Vec<ScheduleStep>,
    /// Which step a measure exactly on a boundary belongs to; the upper one unless said.
    #[model(default)]
    pub boundary: ScheduleBoundary,
    /// How amounts are rounded over several events; `cumulative` when the mode is `retroactive`,
    /// which allows no other, and otherwise `per_event` unless said.
    pub posting: Option<SchedulePosting>,
}

impl Schedule {
    /// How amounts are rounded over several events, said or not.
    #[must_use]
    pub fn effective_posting(&self) -> SchedulePosting {
        self.posting.unwrap_or(match self.mode {
            ScheduleMode::Retroactive => SchedulePosting::Cumulative,
            _ => SchedulePosting::PerEvent,
        })
    }
}

/// Which step pays for an event.
#[model]
pub enum ScheduleMode {
    /// Each unit is paid by the step it falls into; an event is split at the boundaries.
    Marginal,
    /// The whole measure is paid by the step reached, so that reaching one reprices what came
    /// before; an event pays the difference.
    Retroactive,
    /// The event is paid by the step reached before it.
    ProspectiveAfter,
    /// The event is paid by the step reached with it.
    ProspectiveIncluding,
    /// The event is paid by its own size alone.
    PerTransaction,
}

impl ScheduleMode {
    /// Whether what is owed is a function of the cumulative measure, whatever its history.
    #[must_use]
    pub const fn is_cumulative(self) -> bool {
        matches!(self, Self::Marginal | Self::Retroactive)
    }
}

/// Which step a measure exactly on a boundary belongs to.
#[model]
#[derive(Default)]
pub enum ScheduleBoundary {
    /// The step that starts there: `from` means "at least".
    #[default]
    LowerInclusive,
    /// The step that ends there: `from` means "more than". For plans written the other way.
    UpperInclusive,
}

/// How amounts are rounded over several events.
#[model]
pub enum SchedulePosting {
    /// Each event's own amount is rounded: round(f(after) - f(before)).
    PerEvent,
    /// The sum is rounded, and an event posts what is missing from it: round(f(after)) - posted.
    /// The fractions of earlier events are carried, so that the total is never off by a cent.
    Cumulative,
}

/// One step. It pays at least one of a rate, an amount per unit and a flat amount, and the sum of
/// those it has; a step that shall pay nothing says so with a rate of zero.
#[model(document)]
pub struct ScheduleStep {
    /// Where it starts, in units of the measure. The first one usually starts at 0; when it
    /// starts higher, what lies below is paid nothing.
    pub from: Amount,
    /// Where it ends, which is where the next one starts. It adds nothing but a check, and the
    /// last step has none.
    pub to: Option<Amount>,
    /// The share of the measure that it pays.
    pub rate: Option<Rate>,
    /// What it pays for each unit of the measure, in units of the currency.
    pub per_unit: Option<Amount>,
    /// What it pays once: on entering it; in mode `retroactive`, while it is the step reached; in
    /// mode `per_transaction`, for each event of its size. In units of the currency.
    pub flat: Option<Amount>,
}

/// Everything that is wrong with a schedule, each problem at its place.
#[must_use]
pub fn check(schedule: &Schedule) -> Vec<Problem> {
    let steps = &schedule.steps;
    let mut found: Vec<Problem> = check_posting(schedule).into_iter().collect();
    if let Some(problem) = check_length(steps.len()) {
        found.push(problem.under("steps"));
        return found;
    }
    for (index, step) in steps.iter().enumerate() {
        let next = steps.get(index + 1);
        let mut problems = check_step(step);
        match next.and_then(|next| check_order(step, next)) {
            Some(problem) => found.push(problem.under("from").under(index + 1).under("steps")),
            None => problems.extend(check_end(step, next)),
        }
        found.extend(problems.into_iter().map(|problem| problem.under(index).under("steps")));
    }
    found
}

fn check_posting(schedule: &Schedule) -> Option<Problem> {
    let (mode, posting) = (schedule.mode, schedule.posting?);
    let hint = match (mode, posting) {
        (ScheduleMode::Retroactive, SchedulePosting::PerEvent) => {
            "leave it out: what is repriced as a whole is posted as a whole"
        }
        (mode, SchedulePosting::Cumulative) if !mode.is_cumulative() => {
            "leave it out: in this mode each event is paid by itself, and there is no sum to round"
        }
        _ => return None,
    };
    let message = format!("the posting `{posting}` does not go with the mode `{mode}`");
    Some(Problem::new(SCHEDULE_POSTING_UNFIT, message, hint).under("posting"))
}

fn check_length(steps: usize) -> Option<Problem> {
    match steps {
        0 => Some(Problem::new(SCHEDULE_EMPTY, "there are no steps", "add at least one step")),
        1..=MOST_STEPS => None,
        _ => Some(Problem::new(
            SCHEDULE_TOO_LONG,
            format!("there are {steps} steps, more than {MOST_STEPS}"),
            "a rate that changes that often is an amount per unit",
        )),
    }
}

/// What is wrong within a step.
fn check_step(step: &ScheduleStep) -> Vec<Problem> {
    let amounts = [("from", Some(step.from)), ("per_unit", step.per_unit), ("flat", step.flat)];
    let mut found: Vec<Problem> = amounts
        .into_iter()
        .filter_map(|(key, amount)| Some((key, amount.filter(|amount| amount.is_negative())?)))
        .map(|(key, amount)| negative(amount).under(key))
        .collect();
    if let Some(Err(problem)) = step.rate.as_ref().map(non_negative) {
        found.push(problem.under("rate"));
    }
    if step.rate.is_none() && step.per_unit.is_none() && step.flat.is_none() {
        found.push(Problem::new(
            SCHEDULE_STEP_EMPTY,
            "the step does not say what it pays",
            "give a `rate`, a `per_unit`, a `flat` or several; a rate of 0 pays nothing",
        ));
    }
    found
}

fn negative(amount: Amount) -> Problem {
    Problem::new(
        SCHEDULE_NEGATIVE,
        format!("`{amount}` is below zero"),
        "boundaries and amounts are zero or more; what is taken back is a negative event",
    )
}

/// What is wrong between a step's end and the next one's start.
fn check_end(step: &ScheduleStep, next: Option<&ScheduleStep>) -> Option<Problem> {
    let to = step.to?;
    let problem = match next {
        None => Problem::new(
            SCHEDULE_ENDS,
            format!("the last step ends at `{to}`"),
            "leave its `to` out; to pay nothing above, add a step with a rate of 0",
        ),
        Some(next) if to < next.from => Problem::new(
            SCHEDULE_GAP,
            format!("the step ends at `{to}` and the next one starts at `{}`", next.from),
            "let each step end where the next one starts, or leave `to` out",
        ),
        Some(next) if to > next.from => Problem::new(
            SCHEDULE_OVERLAP,
            format!("the step ends at `{to}` and the next one starts at `{}`", next.from),
            "let each step end where the next one starts, or leave `to` out",
        ),
        Some(_) => return None,
    };
    Some(problem.under("to"))
}

fn check_order(step: &ScheduleStep, next: &ScheduleStep) -> Option<Problem> {
    (next.from <= step.from).then(|| {
        Problem::new(
            SCHEDULE_UNORDERED,
            format!("the step starts at `{}`, and the one before it at `{}`", next.from, step.from),
            "list the steps upwards, each starting above the one before it",
        )
    })
}
