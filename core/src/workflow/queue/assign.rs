//! Offers: which waiting task goes to whom.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet};

use super::document::{QueueDocument, QueueTarget};
use super::state::{QueueDecline, QueueState, QueueTask, QueueTaskStatus, QueueWorker};
use crate::kernel::calendar::{Instant, Zone};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

/// An offer of a task to a worker.
#[model]
#[derive(Eq)]
pub struct QueueOffer {
    /// The task.
    pub task: Id,
    /// The worker.
    pub worker: Id,
    /// The target by which the worker was found; none for a queue without targets.
    pub target: Option<Id>,
    /// Until when it can be accepted; none if it is the worker's at once.
    pub until: Option<Instant>,
}

/// A task that goes on waiting.
#[model]
#[derive(Eq)]
pub struct QueueWaiting {
    /// The task.
    pub task: Id,
    /// Why.
    pub reason: QueueWaitingReason,
}

/// Why a task goes on waiting.
#[model]
pub enum QueueWaitingReason {
    /// No worker of the target has the skills.
    NobodySkilled,
    /// All who have did not take it.
    Declined,
    /// All others are not at work.
    NobodyAtWork,
    /// All others have too much to do.
    NoCapacity,
    /// It was not asked for offers.
    NotAsked,
}

/// A queue at some moment.
pub(super) struct Desk<'q> {
    pub(super) queue: &'q QueueDocument,
    pub(super) state: QueueState,
    pub(super) now: Instant,
    pub(super) offers: Vec<QueueOffer>,
    pub(super) expired: Vec<QueueOffer>,
    /// How much load each worker has.
    loads: BTreeMap<Id, u64>,
    /// Who is at work now.
    at_work: BTreeSet<Id>,
}

impl<'q> Desk<'q> {
    pub(super) fn new(queue: &'q QueueDocument, state: QueueState, now: Instant) -> Self {
        Self {
            queue,
            state,
            now,
            offers: Vec::new(),
            expired: Vec::new(),
            loads: BTreeMap::new(),
            at_work: BTreeSet::new(),
        }
    }

    /// Looks once at what is asked for each task again.
    fn look(&mut self) {
        self.loads = self.state.loads();
        let workers = self.state.workers.iter().filter(|worker| worker.is_at_work(self.now));
        self.at_work = workers.map(|worker| worker.id.clone()).collect();
    }

    /// Takes back the offers that nobody accepted in time.
    pub(super) fn expire(&mut self) {
        let (queue, now) = (self.queue, self.now);
        for task in &mut self.state.tasks {
            let is_over = task.until.is_some_and(|until| until <= now);
            let Some(worker) = task.worker.clone().filter(|_| is_over) else { continue };
            // It was offered by the target that was in force then.
            let at = task.until.unwrap_or(now);
            let target = target(queue, task, at).map(|target| target.id.clone());
            self.expired.push(QueueOffer {
                task: task.id.clone(),
                worker: worker.clone(),
                target: target.clone(),
                until: task.until,
            });
            decline(task, worker, target);
            task.wait();
        }
    }

    /// Offers every waiting task, as far as there is somebody for it.
    pub(super) fn assign(&mut self) -> Result<(), Problem> {
        self.look();
        for place in self.order() {
            if let Ok(worker) = self.candidate(place) {
                self.offer(place, worker)?;
            }
        }
        Ok(())
    }

    /// Offers a worker the first waiting task that the worker may do.
    pub(super) fn assign_to(&mut self, worker: &Id) -> Result<(), Problem> {
        let Some(at) = self.state.workers.iter().position(|one| one.id == *worker) else {
            return Ok(());
        };
        self.look();
        for place in self.order() {
            let is_for = self.state.tasks.get(place).zip(self.state.workers.get(at)).is_some_and(
                |(task, worker)| {
                    let target = target(self.queue, task, self.now);
                    is_meant(task, worker, target)
                        && !has_declined(task, worker, target)
                        && self.at_work.contains(&worker.id)
                        && has_room(task, worker, &self.loads)
                },
            );
            if is_for {
                return self.offer(place, at);
            }
        }
        Ok(())
    }

    /// The waiting tasks, the most urgent first.
    fn order(&self) -> Vec<usize> {
        let tasks = self.state.tasks.iter().enumerate();
        let mut waiting: Vec<(usize, &QueueTask)> =
            tasks.filter(|(_, task)| task.status == QueueTaskStatus::Waiting).collect();
        waiting.sort_by_cached_key(|(_, task)| {
            let added = target(self.queue, task, self.now).map_or(0, |target| target.priority);
            let rank = u64::from(task.priority) + u64::from(added);
            (Reverse(rank), task.entered, task.id.clone())
        });
        waiting.into_iter().map(|(place, _)| place).collect()
    }

    /// Who gets a task, or why nobody does.
    fn candidate(&self, place: usize) -> Result<usize, QueueWaitingReason> {
        let Some(task) = self.state.tasks.get(place) else {
            return Err(QueueWaitingReason::NotAsked);
        };
        let target = target(self.queue, task, self.now);
        let loads = &self.loads;
        let workers = self.state.workers.iter().enumerate();
        let mut left: Vec<(usize, &QueueWorker)> =
            workers.filter(|(_, worker)| is_meant(task, worker, target)).collect();
        let narrow =
            |left: &mut Vec<(usize, &QueueWorker)>, reason, keep: &dyn Fn(&QueueWorker) -> bool| {
                left.retain(|(_, worker)| keep(worker));
                if left.is_empty() { Err(reason) } else { Ok(()) }
            };
        narrow(&mut left, QueueWaitingReason::NobodySkilled, &|_| true)?;
        let undeclined = |worker: &QueueWorker| !has_declined(task, worker, target);
        narrow(&mut left, QueueWaitingReason::Declined, &undeclined)?;
        let at_work = |worker: &QueueWorker| self.at_work.contains(&worker.id);
        narrow(&mut left, QueueWaitingReason::NobodyAtWork, &at_work)?;
        let roomy = |worker: &QueueWorker| has_room(task, worker, loads);
        narrow(&mut left, QueueWaitingReason::NoCapacity, &roomy)?;
        let first = left.into_iter().min_by(|(_, one), (_, other)| fair(one, other, loads));
        first.map(|(place, _)| place).ok_or(QueueWaitingReason::NoCapacity)
    }

    /// Offers a task to a worker, both by place.
    pub(super) fn offer(&mut self, task: usize, worker: usize) -> Result<(), Problem> {
        let until = match self.queue.auto_accept {
            true => None,
            false => Some(self.queue.reserve_for.add_to(self.now, Zone::UTC)?),
        };
        let Some((task, worker)) =
            self.state.tasks.get_mut(task).zip(self.state.workers.get_mut(worker))
        else {
            return Ok(());
        };
        worker.last_offered = Some(self.now);
        *self.loads.entry(worker.id.clone()).or_default() += u64::from(task.load);
        task.status = match until {
            Some(_) => QueueTaskStatus::Reserved,
            None => QueueTaskStatus::Assigned,
        };
        task.worker = Some(worker.id.clone());
        task.until = until;
        self.offers.push(QueueOffer {
            task: task.id.clone(),
            worker: worker.id.clone(),
            target: target(self.queue, task, self.now).map(|target| target.id.clone()),
            until,
        });
        Ok(())
    }

    /// The tasks that go on waiting, and why.
    pub(super) fn waiting(&mut self) -> Vec<QueueWaiting> {
        self.look();
        let waiting = self.order().into_iter().filter_map(|place| {
            let task = self.state.tasks.get(place)?.id.clone();
            let reason = self.candidate(place).err().unwrap_or(QueueWaitingReason::NotAsked);
            Some(QueueWaiting { task, reason })
        });
        waiting.collect()
    }

    /// When something changes by itself: an offer is over, a task has waited for the next target,
    /// a shift begins that a waiting task may hope for.
    pub(super) fn next_due(&self) -> Option<Instant> {
        let offers = self.state.tasks.iter().filter_map(|task| task.until);
        let waiting = || {
            let all = self.state.tasks.iter();
            all.filter(|task| task.status == QueueTaskStatus::Waiting)
        };
        let targets = waiting().flat_map(|task| {
            let all = self.queue.targets.iter();
            all.filter_map(|target| target.after.add_to(task.entered, Zone::UTC).ok())
        });
        let has_waiting = waiting().next().is_some();
        let off = self
            .state
            .workers
            .iter()
            .filter(|worker| has_waiting && worker.available && !worker.is_at_work(self.now));
        let shifts = off.flat_map(|worker| {
            let all = worker.shifts.iter();
            all.filter_map(|shift| shift.hours().next_from(self.now, worker.zone))
        });
        offers.chain(targets).chain(shifts).filter(|due| *due > self.now).min()
    }
}

/// The target in force for a task: the last one that it has waited for.
pub(super) fn target<'q>(
    queue: &'q QueueDocument,
    task: &QueueTask,
    at: Instant,
) -> Option<&'q QueueTarget> {
    let has_come = |target: &&QueueTarget| {
        target.after.add_to(task.entered, Zone::UTC).is_ok_and(|from| from <= at)
    };
    queue.targets.iter().rev().find(has_come).or_else(|| queue.targets.first())
}

/// Notes that somebody did not take a task.
pub(super) fn decline(task: &mut QueueTask, worker: Id, target: Option<Id>) {
    let declined = QueueDecline { worker, target };
    if !task.declined.contains(&declined) {
        task.declined.push(declined);
    }
}

/// Whether a target means a worker for a task.
fn is_meant(task: &QueueTask, worker: &QueueWorker, target: Option<&QueueTarget>) -> bool {
    let Some(target) = target else { return worker.knows(&task.skills) };
    let is_in =
        target.groups.is_empty() || target.groups.iter().any(|group| worker.groups.contains(group));
    is_in && (target.ignore_skills || worker.knows(&task.skills))
}

fn has_declined(task: &QueueTask, worker: &QueueWorker, target: Option<&QueueTarget>) -> bool {
    let target = target.map(|target| &target.id);
    let mut declined = task.declined.iter();
    declined.any(|one| one.worker == worker.id && one.target.as_ref() == target)
}

fn load_of(worker: &QueueWorker, loads: &BTreeMap<Id, u64>) -> u64 {
    loads.get(&worker.id).copied().unwrap_or(0)
}

pub(super) fn has_room(task: &QueueTask, worker: &QueueWorker, loads: &BTreeMap<Id, u64>) -> bool {
    load_of(worker, loads) + u64::from(task.load) <= u64::from(worker.capacity)
}

/// Who of two comes first: the one with less load for the capacity, then the one who has waited
/// longer for an offer, then the first by id.
fn fair(one: &QueueWorker, other: &QueueWorker, loads: &BTreeMap<Id, u64>) -> Ordering {
    // Who has no capacity takes only what is no load, and is as free as can be.
    let part = |worker: &QueueWorker, of: &QueueWorker| {
        u128::from(load_of(worker, loads)) * u128::from(of.capacity.max(1))
    };
    part(one, other)
        .cmp(&part(other, one))
        .then_with(|| one.last_offered.cmp(&other.last_offered))
        .then_with(|| one.id.cmp(&other.id))
}
