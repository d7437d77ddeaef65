//! The queue document: how tasks are offered.

use std::collections::BTreeSet;

use super::QUEUE_TARGET_INVALID;
use crate::kernel::calendar::Span;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

crate::document_format!(
    /// The format of queues that this version reads and writes.
    QueueFormat: "guerdon.queue/1"
);

crate::carried_document!(
    /// A queue on its way into an operation.
    QueueText: QueueDocument
);

/// How tasks are offered to workers.
#[model(document)]
#[derive(Eq)]
pub struct QueueDocument {
    /// Always `guerdon.queue/1`.
    pub format: QueueFormat,
    /// The queue's id; the same in all of its versions.
    pub id: Id,
    /// The version, counted up by the author.
    pub version: u32,
    /// How long a worker has to accept an offer, without months; `PT2M` unless said.
    #[model(default = two_minutes())]
    pub reserve_for: Span,
    /// Whether a task is a worker's as soon as it is offered.
    #[model(default)]
    pub auto_accept: bool,
    /// Whether waiting tasks are offered whenever something has changed; they are unless said.
    #[model(default = true)]
    pub auto_assign: bool,
    /// Who a task is offered to, the longer it waits; everybody with its skills unless said.
    #[model(default)]
    pub targets: Vec<QueueTarget>,
}

fn two_minutes() -> Span {
    Span::new(0, 0, 120 * crate::kernel::calendar::MICROS_PER_SECOND).unwrap_or(Span::ZERO)
}

/// Who a task is offered to, from some time on.
#[model(document)]
#[derive(Eq)]
pub struct QueueTarget {
    /// What it is called.
    pub id: Id,
    /// How long a task has waited by then, without months: nothing for the first target.
    #[model(default = Span::ZERO)]
    pub after: Span,
    /// The groups of workers; everybody unless said.
    #[model(default)]
    pub groups: Vec<Id>,
    /// Whether workers without the skills will do.
    #[model(default)]
    pub ignore_skills: bool,
    /// What is added to the task's priority.
    #[model(default)]
    pub priority: u32,
}

/// What `queue.validate` takes.
#[model]
pub struct QueueInput {
    /// The queue.
    pub queue: QueueText,
}

impl QueueDocument {
    /// Everything that is wrong with it.
    pub(super) fn check(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut refuse = |what: String, hint: &str, place: &dyn Fn(Problem) -> Problem| {
            found.push(place(Problem::new(QUEUE_TARGET_INVALID, what, hint)));
        };
        if self.reserve_for.fixed_micros().is_none_or(|micros| micros == 0) {
            let what = format!("`{}` is no time to accept an offer in", self.reserve_for);
            refuse(what, "give it in seconds or minutes: `PT2M`", &|one| one.under("reserve_for"));
        }
        let mut ids = BTreeSet::new();
        let mut before: Option<i64> = None;
        for (position, target) in self.targets.iter().enumerate() {
            let place = |field: &'static str| {
                move |one: Problem| one.under(field).under(position).under("targets")
            };
            if !ids.insert(&target.id) {
                let what = format!("`{}` stands twice", target.id);
                refuse(what, "give each target its own name", &place("id"));
            }
            let after = target.after.fixed_micros();
            let follows = match (after, before) {
                (None, _) => false,
                (Some(after), None) => after == 0,
                (Some(after), Some(before)) => after > before,
            };
            if !follows {
                let what = format!("`{}` does not come after the target before it", target.after);
                let hint = "begin with no wait, and let each target come later; without months";
                refuse(what, hint, &place("after"));
            }
            before = after.or(before);
        }
        found
    }
}
