//! What happens to a queue: tasks and workers come, go and change.

use super::QUEUE_STEP_INVALID;
use super::assign::{Desk, decline, has_room, target};
use super::state::{QueueTask, QueueTaskStatus, QueueWorker};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

/// Something that happens to a queue.
#[model]
#[derive(Eq)]
pub enum QueueEvent {
    /// A task comes in.
    Add {
        /// The task.
        task: QueueTask,
    },
    /// A waiting task is offered to a worker whom somebody has chosen.
    Reserve {
        /// The task.
        task: Id,
        /// The worker, who need not have the skills, but room.
        worker: Id,
    },
    /// A worker accepts an offer in time.
    Accept {
        /// The task.
        task: Id,
        /// The worker whom it is offered to.
        worker: Id,
    },
    /// A worker does not take an offer.
    Reject {
        /// The task.
        task: Id,
        /// The worker whom it is offered to.
        worker: Id,
    },
    /// A task that is offered or under way waits again.
    Release {
        /// The task.
        task: Id,
    },
    /// A task is done, and leaves the queue.
    Complete {
        /// The task.
        task: Id,
    },
    /// A task is no longer needed, wherever it stands, and leaves the queue.
    Cancel {
        /// The task.
        task: Id,
    },
    /// A worker comes, or has changed: skills, shifts, whether available.
    Worker {
        /// The worker as it is now.
        worker: QueueWorker,
    },
    /// A worker is gone; what was offered to or done by the worker waits again.
    Leave {
        /// The worker.
        worker: Id,
    },
    /// Time has passed.
    Due {},
}

impl Desk<'_> {
    /// Lets something happen.
    pub(super) fn apply(&mut self, event: QueueEvent) -> Result<(), Problem> {
        let state = &mut self.state;
        match event {
            QueueEvent::Due {} => {}
            QueueEvent::Add { task } => {
                let is_new = state.tasks.iter().all(|known| known.id != task.id);
                if !is_new || task.status != QueueTaskStatus::Waiting {
                    let what = format!("`{}` is here already, or does not wait", task.id);
                    return Err(invalid(what, "add each task once, as one that waits"));
                }
                state.tasks.push(task);
            }
            QueueEvent::Worker { mut worker } => {
                match state.workers.iter_mut().find(|known| known.id == worker.id) {
                    Some(known) => {
                        worker.last_offered = worker.last_offered.or(known.last_offered);
                        *known = worker;
                    }
                    None => state.workers.push(worker),
                }
            }
            QueueEvent::Leave { worker } => {
                state.worker(&worker).map_err(|problem| problem.under("worker"))?;
                state.workers.retain(|known| known.id != worker);
                let own = |task: &&mut QueueTask| task.worker.as_ref() == Some(&worker);
                state.tasks.iter_mut().filter(own).for_each(QueueTask::wait);
            }
            QueueEvent::Reserve { task, worker } => self.reserve(&task, &worker)?,
            QueueEvent::Accept { task, worker } => {
                let task = self.offered(&task, &worker)?;
                task.status = QueueTaskStatus::Assigned;
                task.until = None;
            }
            QueueEvent::Reject { task, worker } => {
                let (queue, now) = (self.queue, self.now);
                let task = self.offered(&task, &worker)?;
                let target = target(queue, task, now).map(|target| target.id.clone());
                decline(task, worker, target);
                task.wait();
            }
            QueueEvent::Release { task } => {
                let task = state.task(&task).map_err(|problem| problem.under("task"))?;
                if task.status == QueueTaskStatus::Waiting {
                    let what = format!("`{}` waits already", task.id);
                    return Err(invalid(what, "release what is offered or under way"));
                }
                task.wait();
            }
            QueueEvent::Complete { task } => {
                let found = state.task(&task).map_err(|problem| problem.under("task"))?;
                if found.status != QueueTaskStatus::Assigned {
                    let what = format!("nobody does `{task}`: it is {}", found.status);
                    return Err(invalid(what, "accept it first, or cancel it"));
                }
                state.tasks.retain(|known| known.id != task);
            }
            QueueEvent::Cancel { task } => {
                state.task(&task).map_err(|problem| problem.under("task"))?;
                state.tasks.retain(|known| known.id != task);
            }
        }
        Ok(())
    }

    /// A task that is offered to that worker.
    fn offered(&mut self, task: &Id, worker: &Id) -> Result<&mut QueueTask, Problem> {
        self.state.worker(worker).map_err(|problem| problem.under("worker"))?;
        let found = self.state.task(task).map_err(|problem| problem.under("task"))?;
        let is_offered =
            found.status == QueueTaskStatus::Reserved && found.worker.as_ref() == Some(worker);
        if is_offered {
            return Ok(found);
        }
        let what = format!("`{task}` is not offered to `{worker}`, or is no longer");
        Err(invalid(what, "accept or reject an offer before its `until`"))
    }

    fn reserve(&mut self, task: &Id, worker: &Id) -> Result<(), Problem> {
        self.state.worker(worker).map_err(|problem| problem.under("worker"))?;
        self.state.task(task).map_err(|problem| problem.under("task"))?;
        let loads = self.state.loads();
        let tasks = self.state.tasks.iter().position(|known| known.id == *task);
        let workers = self.state.workers.iter().position(|known| known.id == *worker);
        let Some((at, who)) = tasks.zip(workers) else { return Ok(()) };
        let fits = self.state.tasks.get(at).zip(self.state.workers.get(who)).is_some_and(
            |(task, worker)| {
                task.status == QueueTaskStatus::Waiting && has_room(task, worker, &loads)
            },
        );
        if !fits {
            let what = format!("`{task}` does not wait, or `{worker}` has no room for it");
            return Err(invalid(what, "release it first, or choose somebody else"));
        }
        self.offer(at, who)
    }
}

fn invalid(what: String, hint: &str) -> Problem {
    Problem::new(QUEUE_STEP_INVALID, what, hint)
}
