//! The state of a queue: what waits, and who works.

use std::collections::{BTreeMap, BTreeSet};

use super::super::hours::Hours;
use super::{QUEUE_STATE_INVALID, QUEUE_TASK_UNKNOWN, QUEUE_WORKER_UNKNOWN};
use crate::kernel::calendar::{Instant, TimeOfDay, Weekday, Zone};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

/// The state of a queue, as the host keeps it.
#[model]
#[derive(Default, Eq)]
pub struct QueueState {
    /// The tasks that are not done.
    #[model(default)]
    pub tasks: Vec<QueueTask>,
    /// The workers.
    #[model(default)]
    pub workers: Vec<QueueWorker>,
}

/// A task.
#[model]
#[derive(Eq)]
pub struct QueueTask {
    /// The host's id.
    pub id: Id,
    /// Since when it waits.
    pub entered: Instant,
    /// How much it matters: a greater number comes first; 0 unless said.
    #[model(default)]
    pub priority: u32,
    /// What a worker has to know.
    #[model(default)]
    pub skills: Vec<QueueSkill>,
    /// How much of a worker's capacity it takes; 1 unless said.
    #[model(default = 1)]
    pub load: u32,
    /// Where it stands.
    #[model(default)]
    pub status: QueueTaskStatus,
    /// The worker whom it is offered to, or who does it.
    pub worker: Option<Id>,
    /// Until when an offer can be accepted.
    pub until: Option<Instant>,
    /// Who did not take it.
    #[model(default)]
    pub declined: Vec<QueueDecline>,
}

/// Where a task stands.
#[model]
#[derive(Default)]
pub enum QueueTaskStatus {
    /// It waits for an offer.
    #[default]
    Waiting,
    /// It is offered to a worker.
    Reserved,
    /// A worker does it.
    Assigned,
}

/// Something that a worker knows, or a task asks for.
#[model]
#[derive(Eq)]
pub struct QueueSkill {
    /// What it is called.
    pub name: Id,
    /// How well, or how well at least; 1 unless said.
    #[model(default = 1)]
    pub level: u32,
}

/// Somebody did not take a task: it is not offered to them again before the next target.
#[model]
#[derive(Eq)]
pub struct QueueDecline {
    /// Who.
    pub worker: Id,
    /// The target in force then.
    pub target: Option<Id>,
}

/// A worker.
#[model]
#[derive(Eq)]
pub struct QueueWorker {
    /// The host's id.
    pub id: Id,
    /// What the worker knows.
    #[model(default)]
    pub skills: Vec<QueueSkill>,
    /// The groups that the worker belongs to.
    #[model(default)]
    pub groups: Vec<Id>,
    /// How much load the worker takes at a time; 1 unless said.
    #[model(default = 1)]
    pub capacity: u32,
    /// Whether the worker takes tasks; so it is unless said.
    #[model(default = true)]
    pub available: bool,
    /// The zone of the shifts; UTC unless said.
    #[model(default = Zone::UTC)]
    pub zone: Zone,
    /// When the worker is at work; always unless said.
    #[model(default)]
    pub shifts: Vec<QueueShift>,
    /// When the worker was offered a task last.
    pub last_offered: Option<Instant>,
}

/// Hours in which somebody is at work.
#[model]
#[derive(Eq)]
pub struct QueueShift {
    /// When it begins.
    pub start: TimeOfDay,
    /// When it is over: on the next day if that is not later than `start`.
    pub end: TimeOfDay,
    /// The days of the week on which it begins; every day unless said.
    #[model(default)]
    pub weekdays: Vec<Weekday>,
}

impl QueueState {
    /// Every contradiction in it.
    pub(super) fn check(&self) -> Result<(), Problems> {
        let mut found = Vec::new();
        let mut refuse = |what: String, hint: &str, list: &str, position: usize| {
            let problem = Problem::new(QUEUE_STATE_INVALID, what, hint);
            found.push(problem.under(position).under(list));
        };
        let mut workers = BTreeSet::new();
        for (position, worker) in self.workers.iter().enumerate() {
            if !workers.insert(&worker.id) {
                refuse(format!("`{}` stands twice", worker.id), "keep one", "workers", position);
            }
        }
        let mut tasks = BTreeSet::new();
        for (position, task) in self.tasks.iter().enumerate() {
            if !tasks.insert(&task.id) {
                refuse(format!("`{}` stands twice", task.id), "keep one", "tasks", position);
            }
            let fits = match task.status {
                QueueTaskStatus::Waiting => task.worker.is_none() && task.until.is_none(),
                QueueTaskStatus::Reserved => task.worker.is_some() && task.until.is_some(),
                QueueTaskStatus::Assigned => task.worker.is_some() && task.until.is_none(),
            };
            let is_known = task.worker.as_ref().is_none_or(|worker| workers.contains(worker));
            if !fits || !is_known {
                let what =
                    format!("`{}` is {}, and its worker or its end is not", task.id, task.status);
                let hint =
                    "an offer has a worker and an end, a task under way a worker who is there";
                refuse(what, hint, "tasks", position);
            }
        }
        Problems::verdict(found)
    }

    /// How much load each worker has.
    pub(super) fn loads(&self) -> BTreeMap<Id, u64> {
        let mut loads = BTreeMap::new();
        for task in &self.tasks {
            if let Some(worker) = &task.worker {
                *loads.entry(worker.clone()).or_default() += u64::from(task.load);
            }
        }
        loads
    }

    pub(super) fn task(&mut self, id: &Id) -> Result<&mut QueueTask, Problem> {
        self.tasks.iter_mut().find(|task| task.id == *id).ok_or_else(|| {
            let what = format!("there is no task `{id}`");
            Problem::new(QUEUE_TASK_UNKNOWN, what, "add it first; one that is done is gone")
        })
    }

    pub(super) fn worker(&mut self, id: &Id) -> Result<&mut QueueWorker, Problem> {
        self.workers.iter_mut().find(|worker| worker.id == *id).ok_or_else(|| {
            let what = format!("there is no worker `{id}`");
            Problem::new(QUEUE_WORKER_UNKNOWN, what, "tell the queue of the worker first")
        })
    }
}

impl QueueTask {
    /// Lets it wait again.
    pub(super) fn wait(&mut self) {
        self.status = QueueTaskStatus::Waiting;
        self.worker = None;
        self.until = None;
    }
}

impl QueueShift {
    pub(super) fn hours(&self) -> Hours<'_> {
        Hours { from: self.start, until: self.end, weekdays: &self.weekdays }
    }
}

impl QueueWorker {
    /// Whether the worker takes tasks at that time.
    pub(super) fn is_at_work(&self, at: Instant) -> bool {
        let mut shifts = self.shifts.iter();
        self.available
            && (self.shifts.is_empty()
                || shifts.any(|shift| shift.hours().over_at(at, self.zone).is_some()))
    }

    /// Whether the worker knows all of that, well enough.
    pub(super) fn knows(&self, skills: &[QueueSkill]) -> bool {
        skills.iter().all(|asked| {
            self.skills.iter().any(|own| own.name == asked.name && own.level >= asked.level)
        })
    }
}
