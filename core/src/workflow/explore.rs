//! What can become of an instance: every configuration that a document can reach, within a limit.
//!
//! Nobody knows which events come, how long anything takes, or what comes with an event. So every
//! event that is awaited may come, every deadline may be the next one, every step may be done, fail
//! for good or be skipped, and a condition may hold or not unless it reads nothing but what the
//! instance itself knows. What is found to be impossible therefore is; what is found to be possible
//! may need facts that never come together, and says which conditions it takes to hold.
//!
//! Configurations are explored in breadth (as in Holzmann, *The SPIN model checker*, 2003), so that
//! the way to each is a shortest one.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::explain::NoSteps;
use crate::kernel::expression::{FactValue, KnownFacts};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::statechart::{
    Choices, DONE, Given, MACROSTEP_ENDLESS, Run, STATE_UNKNOWN, Snapshot, Wakes,
};

use super::compile::Workflow;
use super::document::{Exhausted, WorkflowEnd, WorkflowText};
use super::instance::WorkflowStatus;
use super::lower::StepEnd;
use super::operations::compiled;

/// How many configurations are explored unless said.
pub const EXPLORED: u32 = 10_000;
/// The most configurations that are explored.
const MOST: u32 = 100_000;
/// How many answers to the open conditions of one move are tried.
const MOST_ANSWERS: usize = 1_000;
/// How many places of a kind are told.
const MOST_TOLD: usize = 20;

/// What `workflow.explore` takes.
#[model]
pub struct WorkflowExploreInput {
    /// The workflow.
    pub workflow: WorkflowText,
    /// States that are looked for, active together; none unless said.
    #[model(default)]
    pub to: Vec<Id>,
    /// What an instance remembers from the start, by name; a piece that is neither here nor in the
    /// document may be anything.
    #[model(default)]
    pub data: KnownFacts,
    /// How many configurations are explored, at most 100,000.
    #[model(default = EXPLORED)]
    pub limit: u32,
}

/// What `workflow.explore` gives back.
#[model]
pub struct WorkflowExploration {
    /// How many configurations were found: active states, what history and the instance
    /// remember, deadlines and steps under way.
    pub configurations: u64,
    /// How many ways lead from one to another.
    pub moves: u64,
    /// Whether these are all; otherwise there are more than the limit.
    pub complete: bool,
    /// Whether the states that were looked for can be active together; none if none were, or if
    /// the limit came first.
    pub reached: Option<bool>,
    /// A shortest way to them.
    #[model(default)]
    pub path: Vec<ExploreStep>,
    /// Where nothing can happen any more and the instance is not over, the nearest first; the
    /// first 20.
    #[model(default)]
    pub dead_ends: Vec<ExploredPlace>,
    /// Where something can happen, but never the end, the nearest first; the first 20. Looked for
    /// where all configurations are known and some have an end.
    #[model(default)]
    pub stuck: Vec<ExploredPlace>,
    /// States that are never active.
    #[model(default)]
    pub unreached: Vec<Id>,
    /// How an instance can end.
    #[model(default)]
    pub ends: Vec<WorkflowStatus>,
}

/// A configuration, and a shortest way to it.
#[model]
#[derive(Eq)]
pub struct ExploredPlace {
    /// The innermost active states, in document order.
    pub states: Vec<Id>,
    /// What has to happen, from the start.
    pub path: Vec<ExploreStep>,
}

/// One step of a way through a workflow.
#[model]
#[derive(Eq)]
pub struct ExploreStep {
    /// What kind of thing happens.
    pub kind: ExploreKind,
    /// The event that comes, or what becomes of the step.
    pub event: Option<Id>,
    /// The state whose deadline comes, or whose step it is.
    pub state: Option<Id>,
    /// The conditions that are taken to hold or not to.
    #[model(default)]
    pub assumes: Vec<ExploreAssumption>,
    /// The innermost active states then, in document order.
    pub states: Vec<Id>,
}

/// What happens on a way through a workflow.
#[model]
pub enum ExploreKind {
    /// The instance starts.
    Start,
    /// An event comes from outside.
    Event,
    /// A deadline comes.
    Deadline,
    /// A step is done, has failed for good, or is skipped.
    Step,
}

/// A condition of which nobody knows whether it holds.
#[model]
#[derive(Eq)]
pub struct ExploreAssumption {
    /// JSON pointer of its transition, from the root of the document.
    pub transition: String,
    /// Whether it is taken to hold.
    pub holds: bool,
}

/// Explores what can become of the instances of a workflow.
///
/// # Errors
/// Every problem of the workflow or the data; `state_unknown` for a state that it does not have.
pub fn explore(input: WorkflowExploreInput) -> Result<WorkflowExploration, Problems> {
    compiled(input.workflow.0)?.explore(&input.to, &input.data, input.limit)
}

impl Workflow {
    /// Explores what can become of its instances: within a limit, on the way to states that are
    /// active together, with what an instance remembers from the start.
    ///
    /// # Errors
    /// As the operation.
    pub fn explore(
        &self,
        to: &[Id],
        data: &KnownFacts,
        limit: u32,
    ) -> Result<WorkflowExploration, Problems> {
        let wanted = self.wanted(to)?;
        let data = self.chart.data_of(&data.0).map_err(|all| all.under("data"))?;
        let limit = usize::try_from(limit.clamp(1, MOST)).unwrap_or(1);
        let mut search = Search {
            workflow: self,
            now: Instant::from_micros(0)?,
            limit,
            found: Vec::new(),
            known: BTreeMap::new(),
            waiting: VecDeque::new(),
            complete: true,
        };
        search.start(data)?;
        while let Some(place) = search.waiting.pop_front() {
            search.expand(place)?;
        }
        Ok(search.told(&wanted))
    }

    fn wanted(&self, to: &[Id]) -> Result<Vec<usize>, Problems> {
        let mut found = Vec::new();
        let mut wanted = Vec::new();
        for (position, id) in to.iter().enumerate() {
            match self.chart.state(id.as_str()) {
                Some(state) => wanted.push(state),
                None => found.push(
                    Problem::new(
                        STATE_UNKNOWN,
                        format!("the workflow has no state `{id}`"),
                        "name states of the workflow; `workflow.describe` lists them",
                    )
                    .under(position)
                    .under("to"),
                ),
            }
        }
        Problems::verdict(found)?;
        Ok(wanted)
    }
}

/// What an instance is, without its times and numbers.
#[derive(Clone, Debug)]
struct Configuration {
    chart: Snapshot,
    /// The states whose steps are under way, in order.
    pending: Vec<usize>,
    status: WorkflowStatus,
}

/// A configuration that was found, and how.
struct Found {
    configuration: Configuration,
    before: Option<usize>,
    step: ExploreStep,
    /// Where it leads, other than to itself.
    next: BTreeSet<usize>,
    /// Whether it leads to more than is known.
    is_cut: bool,
}

/// Something that can happen.
#[derive(Clone)]
enum Move {
    Event(String),
    /// The timer at this place.
    Deadline(usize),
    Step(usize, StepEnd),
}

struct Search<'w> {
    workflow: &'w Workflow,
    now: Instant,
    limit: usize,
    found: Vec<Found>,
    known: BTreeMap<String, usize>,
    waiting: VecDeque<usize>,
    complete: bool,
}

impl Search<'_> {
    fn start(&mut self, data: Vec<Option<FactValue>>) -> Result<(), Problems> {
        let step = ExploreStep {
            kind: ExploreKind::Start,
            event: None,
            state: None,
            assumes: Vec::new(),
            states: Vec::new(),
        };
        let (workflow, given) = (self.workflow, Given::at(self.now));
        self.try_all(None, &step, |configuration, choices| {
            let mut steps = NoSteps;
            let chart = &mut configuration.chart;
            let mut run = Run::exploring(&workflow.chart, chart, given, &mut steps, choices);
            run.start(data.clone())?;
            Ok(run.choices)
        })
    }

    fn expand(&mut self, place: usize) -> Result<(), Problems> {
        let Some(found) = self.found.get(place) else { return Ok(()) };
        if found.configuration.status.is_over() {
            return Ok(());
        }
        for one in self.moves(&found.configuration.clone()) {
            let step = self.step_of(&one, place);
            let (workflow, now) = (self.workflow, self.now);
            self.try_all(Some(place), &step, |configuration, choices| {
                workflow.make(&one, configuration, now, choices)
            })?;
        }
        Ok(())
    }

    fn moves(&self, configuration: &Configuration) -> Vec<Move> {
        let own = |name: &String| name.starts_with(DONE) || StepEnd::of(name).is_some();
        let events = self.workflow.chart.awaited(&configuration.chart);
        let events = events.into_iter().filter(|name| !own(name)).map(Move::Event);
        let deadlines = (0..configuration.chart.timers.len()).map(Move::Deadline);
        let steps = configuration
            .pending
            .iter()
            .flat_map(|state| StepEnd::ALL.map(|end| Move::Step(*state, end)));
        events.chain(steps).chain(deadlines).collect()
    }

    fn step_of(&self, one: &Move, place: usize) -> ExploreStep {
        let chart = &self.workflow.chart;
        let id = |state: usize| Some(chart.state_id(state).clone());
        let (kind, event, state) = match one {
            Move::Event(name) => (ExploreKind::Event, name.parse().ok(), None),
            Move::Step(state, end) => {
                let event = end.event(chart.state_id(*state)).parse().ok();
                (ExploreKind::Step, event, id(*state))
            }
            Move::Deadline(timer) => {
                let timers = self.found.get(place).map(|found| &found.configuration.chart.timers);
                match timers.and_then(|timers| timers.get(*timer)).map(|timer| timer.wakes) {
                    Some(Wakes::Event(number)) => {
                        (ExploreKind::Deadline, chart.events().get(number).cloned(), None)
                    }
                    Some(Wakes::Transition { arc, .. }) => {
                        let state = chart.place_of(arc).and_then(|(state, _)| id(state));
                        (ExploreKind::Deadline, None, state)
                    }
                    None => (ExploreKind::Deadline, None, None),
                }
            }
        };
        ExploreStep { kind, event, state, assumes: Vec::new(), states: Vec::new() }
    }

    /// Makes a move with every answer to the conditions that are open on the way.
    fn try_all(
        &mut self,
        before: Option<usize>,
        step: &ExploreStep,
        go: impl Fn(&mut Configuration, Choices) -> Result<Option<Choices>, Problem>,
    ) -> Result<(), Problems> {
        let mut script = Some(Vec::new());
        for _ in 0..MOST_ANSWERS {
            let Some(answers) = script else { return Ok(()) };
            let from = before.and_then(|place| self.found.get(place));
            let mut configuration = from.map_or_else(
                || Configuration {
                    chart: Snapshot::default(),
                    pending: Vec::new(),
                    status: WorkflowStatus::Active,
                },
                |found| found.configuration.clone(),
            );
            let choices = match go(&mut configuration, Choices::new(answers)) {
                Ok(choices) => choices.unwrap_or_default(),
                // A circle without a condition that could end it.
                Err(problem) if problem.code == MACROSTEP_ENDLESS => return Ok(()),
                Err(problem) => return Err(problem.under("workflow").into()),
            };
            self.workflow.settle(&mut configuration, self.now);
            let assumes = choices.asked.iter();
            let assumes = assumes.map(|(transition, holds)| ExploreAssumption {
                transition: transition.clone(),
                holds: *holds,
            });
            let step = ExploreStep { assumes: assumes.collect(), ..step.clone() };
            self.arrive(before, configuration, step);
            script = choices.next();
        }
        self.complete &= script.is_none();
        Ok(())
    }

    fn arrive(&mut self, before: Option<usize>, configuration: Configuration, step: ExploreStep) {
        let key = configuration.key();
        let place = match self.known.get(&key) {
            Some(place) => *place,
            None if self.found.len() >= self.limit => {
                self.complete = false;
                if let Some(found) = before.and_then(|before| self.found.get_mut(before)) {
                    found.is_cut = true;
                }
                return;
            }
            None => {
                let place = self.found.len();
                let states = self.workflow.innermost(&configuration.chart);
                let step = ExploreStep { states, ..step };
                self.found.push(Found {
                    configuration,
                    before,
                    step,
                    next: BTreeSet::new(),
                    is_cut: false,
                });
                self.known.insert(key, place);
                self.waiting.push_back(place);
                place
            }
        };
        let before = before.filter(|before| *before != place);
        if let Some(found) = before.and_then(|before| self.found.get_mut(before)) {
            found.next.insert(place);
        }
    }

    fn told(&self, wanted: &[usize]) -> WorkflowExploration {
        let chart = &self.workflow.chart;
        let holds =
            |found: &Found| wanted.iter().all(|state| found.configuration.chart.is_in(*state));
        let goal = self.found.iter().position(holds).filter(|_| !wanted.is_empty());
        let dead = |_: usize, found: &Found| {
            !found.is_cut && found.next.is_empty() && !found.configuration.status.is_over()
        };
        let places = |is: &dyn Fn(usize, &Found) -> bool| -> Vec<ExploredPlace> {
            let found = self.found.iter().enumerate().filter(|(place, one)| is(*place, one));
            let told = found.take(MOST_TOLD).map(|(place, one)| ExploredPlace {
                states: one.step.states.clone(),
                path: self.path(place),
            });
            told.collect()
        };
        let ending = self.ending();
        let can_end = |place: usize| ending.get(place).copied().unwrap_or_default();
        let has_end = self.complete && ending.contains(&true);
        let mut active = vec![false; chart.len()];
        for one in self.found.iter().flat_map(|found| &found.configuration.chart.active) {
            if let Some(place) = active.get_mut(one.state) {
                *place = true;
            }
        }
        let is_active = |state: usize| active.get(state).copied().unwrap_or_default();
        let states = 1..chart.len();
        let never = states.filter(|state| !is_active(*state) && !chart.is_history(*state));
        let mut ends: Vec<WorkflowStatus> = Vec::new();
        for status in self.found.iter().map(|found| found.configuration.status) {
            if status.is_over() && !ends.contains(&status) {
                ends.push(status);
            }
        }
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        WorkflowExploration {
            configurations: count(self.found.len()),
            moves: count(self.found.iter().map(|found| found.next.len()).sum()),
            complete: self.complete,
            reached: match goal {
                _ if wanted.is_empty() => None,
                Some(_) => Some(true),
                None => self.complete.then_some(false),
            },
            path: goal.map(|place| self.path(place)).unwrap_or_default(),
            dead_ends: places(&dead),
            stuck: places(&|place, found| has_end && !can_end(place) && !dead(place, found)),
            unreached: never.map(|state| chart.state_id(state).clone()).collect(),
            ends,
        }
    }

    fn path(&self, place: usize) -> Vec<ExploreStep> {
        let found = |place: usize| self.found.get(place);
        let way = std::iter::successors(found(place), |one| one.before.and_then(found));
        let mut path: Vec<ExploreStep> = way.map(|one| one.step.clone()).collect();
        path.reverse();
        path
    }

    /// By configuration: whether an end can be reached from it.
    fn ending(&self) -> Vec<bool> {
        let mut before: Vec<Vec<usize>> = vec![Vec::new(); self.found.len()];
        for (place, found) in self.found.iter().enumerate() {
            for next in &found.next {
                if let Some(before) = before.get_mut(*next) {
                    before.push(place);
                }
            }
        }
        let over = |found: &Found| found.configuration.status.is_over();
        let mut ending: Vec<bool> = self.found.iter().map(over).collect();
        let mut waiting: Vec<usize> =
            ending.iter().enumerate().filter(|(_, is)| **is).map(|(place, _)| place).collect();
        while let Some(place) = waiting.pop() {
            for before in before.get(place).into_iter().flatten() {
                match ending.get_mut(*before) {
                    Some(known) if !*known => {
                        *known = true;
                        waiting.push(*before);
                    }
                    _ => {}
                }
            }
        }
        ending
    }
}

impl Configuration {
    /// The same text for the same configuration, and for no other.
    fn key(&self) -> String {
        let Self { chart, pending, status } = self;
        let active: Vec<usize> = chart.active.iter().map(|one| one.state).collect();
        let timers: Vec<Wakes> = chart.timers.iter().map(|timer| timer.wakes).collect();
        format!("{active:?}{:?}{timers:?}{:?}{pending:?}{status}", chart.history, chart.data)
    }
}

impl Workflow {
    /// Lets one thing happen, and says how open conditions were answered.
    fn make(
        &self,
        one: &Move,
        configuration: &mut Configuration,
        now: Instant,
        choices: Choices,
    ) -> Result<Option<Choices>, Problem> {
        let mut steps = NoSteps;
        let name = match one {
            Move::Event(name) => Some(name.clone()),
            Move::Step(state, end) => Some(end.event(self.chart.state_id(*state))),
            Move::Deadline(_) => None,
        };
        let given = Given { now, event: name.as_deref(), facts: None };
        if let Move::Deadline(place) = one {
            configuration.chart.hurry(*place);
        }
        if let Move::Step(state, _) = one {
            configuration.pending.retain(|pending| pending != state);
        }
        let chart = &mut configuration.chart;
        let mut run = Run::exploring(&self.chart, chart, given, &mut steps, choices);
        let taken = match &name {
            Some(name) => run.send(self.chart.event(name))?,
            None => run.fire()?,
        };
        let choices = run.choices.take();
        if let (Move::Step(state, StepEnd::Failed), false) = (one, taken) {
            match self.exhausted(*state) {
                Exhausted::Fail => configuration.status = WorkflowStatus::Failed,
                // It is paused until somebody tries again.
                Exhausted::Pause => configuration.pending.push(*state),
            }
        }
        Ok(choices)
    }

    fn exhausted(&self, state: usize) -> Exhausted {
        let mark = self.chart.mark(state).and_then(|mark| usize::try_from(mark).ok());
        mark.and_then(|mark| self.steps.get(mark)).map(|step| step.exhausted).unwrap_or_default()
    }

    /// What follows for the steps and for the whole, as when an instance is run.
    fn settle(&self, configuration: &mut Configuration, now: Instant) {
        let Configuration { chart, pending, status } = configuration;
        let fresh: Vec<usize> = chart.fresh().collect();
        pending.retain(|state| chart.is_in(*state) && !fresh.contains(state));
        pending.extend(fresh.into_iter().filter(|state| self.chart.mark(*state).is_some()));
        pending.sort_unstable();
        if chart.is_done {
            let end = chart.active.iter().find_map(|one| self.ends.get(&one.state));
            *status = match end {
                None | Some(WorkflowEnd::Completed) => WorkflowStatus::Completed,
                Some(WorkflowEnd::Failed) => WorkflowStatus::Failed,
                Some(WorkflowEnd::Cancelled) => WorkflowStatus::Cancelled,
            };
        }
        if status.is_over() {
            pending.clear();
            chart.timers.clear();
        }
        chart.forget_times(now);
    }

    fn innermost(&self, snapshot: &Snapshot) -> Vec<Id> {
        let active = snapshot.active.iter().map(|one| one.state);
        let leaves = active.filter(|state| self.chart.is_leaf(*state));
        leaves.map(|state| self.chart.state_id(state).clone()).collect()
    }
}
