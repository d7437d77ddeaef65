//! How instances fare: how long they stay in each stage, where they go from there, and what becomes
//! of steps, counted over the logs that hosts keep.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::Amount;
use crate::kernel::problem::Problem;
use crate::kernel::statechart::ChartStep;

use super::lower::StepEnd;

/// What `workflow.stats` takes.
#[model]
pub struct WorkflowStatsInput {
    /// What the outcomes of instances logged (`log: true`), in the order in which it happened; the
    /// logs of different instances in any order.
    pub logs: Vec<WorkflowLog>,
    /// Until when stages that have not been left are counted as stayed in; not at all unless said.
    pub until: Option<Instant>,
}

/// What one call logged.
#[model]
pub struct WorkflowLog {
    /// The instance.
    pub instance: Id,
    /// What happened, in order.
    pub log: Vec<ChartStep>,
}

/// What `workflow.stats` gives back.
#[model]
pub struct WorkflowStats {
    /// How many instances there are.
    pub instances: u64,
    /// The stages, in the order in which they were first entered.
    pub stages: Vec<StageStats>,
    /// From which stage instances went to which.
    #[model(default)]
    pub handoffs: Vec<HandoffStats>,
    /// What became of steps, by state, in the same order as stages.
    #[model(default)]
    pub steps: Vec<StepStats>,
}

/// How long instances stay in a stage.
#[model]
pub struct StageStats {
    /// The state.
    pub state: Id,
    /// How many times it was entered.
    pub entered: u64,
    /// How many times it was left.
    pub left: u64,
    /// How many hours a stay takes on average, of those that are counted, to four decimals.
    pub average_hours: Option<Amount>,
    /// How many hours the longest of them took, to four decimals.
    pub longest_hours: Option<Amount>,
}

/// How instances go from one stage to the next.
#[model]
pub struct HandoffStats {
    /// The state whose transition was taken.
    pub from_state: Id,
    /// The state that was entered by it, the innermost.
    pub to_state: Id,
    /// How many times.
    pub count: u64,
    /// How many hours passed on average from entering the one to entering the other, to four
    /// decimals.
    pub average_hours: Option<Amount>,
}

/// What became of the step of a state.
#[model]
pub struct StepStats {
    /// The state.
    pub state: Id,
    /// How many times it was done.
    pub done: u64,
    /// How many times it failed for good.
    pub failed: u64,
    /// How many times it was skipped.
    pub skipped: u64,
    /// Which part of them was done, in percent to four decimals.
    pub done_percent: Amount,
    /// How many hours it took on average until it was known what became of it, to four decimals.
    pub average_hours: Option<Amount>,
}

const MICROS_PER_HOUR: i128 = 3_600_000_000;

/// Counts over what instances have logged.
///
/// # Errors
/// `decimal_invalid` for times that are too long to be told, which no log has.
pub fn stats(input: WorkflowStatsInput) -> Result<WorkflowStats, Problem> {
    let mut counts = Counts::default();
    for one in &input.logs {
        counts.take(one);
    }
    counts.told(input.until)
}

#[derive(Default)]
struct Counts {
    instances: BTreeMap<Id, Open>,
    order: Vec<Id>,
    stages: BTreeMap<Id, Stays>,
    moves: Vec<((Id, Id), Sum)>,
    steps: BTreeMap<Id, Ends>,
}

/// The states that an instance is in, with since when.
type Open = BTreeMap<Id, Instant>;

#[derive(Default)]
struct Stays {
    entered: u64,
    left: u64,
    sum: Sum,
}

#[derive(Default)]
struct Ends {
    done: u64,
    failed: u64,
    skipped: u64,
    sum: Sum,
}

/// Microseconds that are added up.
#[derive(Clone, Copy, Default)]
struct Sum {
    count: u64,
    micros: i128,
    longest: i64,
}

impl Sum {
    fn add(&mut self, micros: i64) {
        self.count += 1;
        self.micros += i128::from(micros);
        self.longest = self.longest.max(micros);
    }

    fn average_hours(self) -> Result<Option<Amount>, Problem> {
        if self.count == 0 {
            return Ok(None);
        }
        parts(self.micros, MICROS_PER_HOUR * i128::from(self.count)).map(Some)
    }

    fn longest_hours(self) -> Result<Option<Amount>, Problem> {
        if self.count == 0 {
            return Ok(None);
        }
        parts(i128::from(self.longest), MICROS_PER_HOUR).map(Some)
    }
}

/// A quotient to four decimals, half up; neither part is negative.
fn parts(over: i128, under: i128) -> Result<Amount, Problem> {
    let whole = (over * 20_000 + under) / (under * 2);
    let decimal = Decimal::try_from_i128_with_scale(whole, 4).map_err(|_| {
        Problem::new(
            crate::kernel::money::DECIMAL_INVALID,
            "the times of the logs are too long to be told",
            "pass the logs as they were given out",
        )
    })?;
    Ok(Amount::from(decimal.normalize()))
}

impl Counts {
    fn take(&mut self, one: &WorkflowLog) {
        let open = self.instances.entry(one.instance.clone()).or_default();
        // When the states that the transition at hand leaves were entered, and whose it is.
        let mut left: Open = Open::new();
        let mut from: Option<(Id, Option<Instant>)> = None;
        let mut to: Option<(Id, Instant)> = None;
        for step in &one.log {
            match step {
                ChartStep::Taken { state, .. } => {
                    moved(&mut self.moves, from.take(), to.take());
                    from = state.clone().map(|state| {
                        let since = left.get(&state).or_else(|| open.get(&state)).copied();
                        (state, since)
                    });
                }
                ChartStep::Left { state, at } => {
                    moved(&mut self.moves, from.take(), to.take());
                    let since = open.remove(state);
                    let stage = self.stages.entry(state.clone()).or_default();
                    stage.left += 1;
                    if let Some(since) = since {
                        stage.sum.add(at.micros_since(since));
                        left.insert(state.clone(), since);
                    }
                }
                ChartStep::Entered { state, at, .. } => {
                    open.insert(state.clone(), *at);
                    let stage = self.stages.entry(state.clone()).or_default();
                    if stage.entered == 0 {
                        self.order.push(state.clone());
                    }
                    stage.entered += 1;
                    to = Some((state.clone(), *at));
                }
                ChartStep::Handled { event, at } => {
                    let Some(end) = StepEnd::of(event.as_str()) else { continue };
                    let word = event.as_str().strip_prefix(end.word());
                    let state = word.and_then(|rest| rest.strip_prefix('.'));
                    let Some(state) = state.and_then(|state| state.parse::<Id>().ok()) else {
                        continue;
                    };
                    let since = open.get(&state).copied();
                    let ends = self.steps.entry(state).or_default();
                    match end {
                        StepEnd::Done => ends.done += 1,
                        StepEnd::Failed => ends.failed += 1,
                        StepEnd::Skipped => ends.skipped += 1,
                    }
                    if let Some(since) = since {
                        ends.sum.add(at.micros_since(since));
                    }
                }
                _ => {}
            }
        }
        moved(&mut self.moves, from, to);
    }

    fn told(mut self, until: Option<Instant>) -> Result<WorkflowStats, Problem> {
        let stayed = self.instances.values().flatten();
        for (state, since) in stayed {
            if let (Some(until), Some(stage)) = (until, self.stages.get_mut(state)) {
                stage.sum.add(until.micros_since(*since).max(0));
            }
        }
        let mut stages = Vec::with_capacity(self.order.len());
        let mut steps = Vec::with_capacity(self.steps.len());
        for state in &self.order {
            if let Some(stays) = self.stages.get(state) {
                stages.push(StageStats {
                    state: state.clone(),
                    entered: stays.entered,
                    left: stays.left,
                    average_hours: stays.sum.average_hours()?,
                    longest_hours: stays.sum.longest_hours()?,
                });
            }
            if let Some(ends) = self.steps.get(state) {
                let Ends { done, failed, skipped, sum } = ends;
                steps.push(StepStats {
                    state: state.clone(),
                    done: *done,
                    failed: *failed,
                    skipped: *skipped,
                    done_percent: parts(
                        i128::from(*done) * 100,
                        i128::from(done + failed + skipped),
                    )?,
                    average_hours: sum.average_hours()?,
                });
            }
        }
        let handoffs = self.moves.into_iter().map(|((from_state, to_state), sum)| {
            let average_hours = sum.average_hours()?;
            Ok(HandoffStats { from_state, to_state, count: sum.count, average_hours })
        });
        Ok(WorkflowStats {
            instances: u64::try_from(self.instances.len()).unwrap_or(u64::MAX),
            stages,
            handoffs: handoffs.collect::<Result<_, Problem>>()?,
            steps,
        })
    }
}

/// A transition is over: from the state that it belongs to, to the one that was entered last.
fn moved(
    moves: &mut Vec<((Id, Id), Sum)>,
    from: Option<(Id, Option<Instant>)>,
    to: Option<(Id, Instant)>,
) {
    let (Some((from, since)), Some((to, at))) = (from, to) else { return };
    let key = (from, to);
    let place = match moves.iter().position(|(known, _)| *known == key) {
        Some(place) => place,
        None => {
            moves.push((key, Sum::default()));
            moves.len() - 1
        }
    };
    if let (Some((_, sum)), Some(since)) = (moves.get_mut(place), since) {
        sum.add(at.micros_since(since));
    }
}
