//! What conditions and formulas of a chart read, and what its actions do.

use std::collections::BTreeMap;
use std::ops::Range;

use super::chart::{Action, Arc, BUILT_IN, Chart, EVENT, NOW, STATES};
use super::run::{Emitted, Run};
use super::snapshot::{Snapshot, Timer, Wakes};
use super::step::ChartStep;
use crate::kernel::calendar::Instant;
use crate::kernel::explain::{NoSteps, Sink};
use crate::kernel::expression::{
    ExpressionStep, FactId, FactSource, FactValue, FactValues, Outcome, Program, ValueRef, Verdict,
};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

/// What is known besides the instance itself.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The moment at which everything happens.
    pub now: Instant,
    /// The event that is handled.
    pub event: Option<&'a str>,
    /// What came with the event.
    pub facts: Option<&'a FactValues<'a>>,
}

impl Given<'_> {
    /// A moment without an event.
    #[must_use]
    pub const fn at(now: Instant) -> Self {
        Self { now, event: None, facts: None }
    }
}

/// The facts of a moment, lent to a program.
struct Facts<'a> {
    chart: &'a Chart,
    data: &'a [Option<FactValue>],
    given: Given<'a>,
    states: &'a [FactValue],
}

impl FactSource for Facts<'_> {
    #[inline]
    fn fact(&self, id: FactId) -> Option<ValueRef<'_>> {
        if let Some(slot) = self.chart.slot_of(id) {
            return self.data.get(slot)?.as_ref().map(FactValue::lend);
        }
        match id.slot() {
            NOW => Some(ValueRef::Instant(self.given.now)),
            EVENT => self.given.event.map(ValueRef::String),
            STATES => Some(ValueRef::List(self.states)),
            _ => self.given.facts?.fact(id),
        }
    }
}

impl Chart {
    /// Whether a condition holds, with every node of it.
    ///
    /// # Errors
    /// What it cannot go on after.
    pub(super) fn ask(
        &self,
        program: &Program,
        snapshot: &Snapshot,
        given: Given<'_>,
        steps: &mut impl Sink<ExpressionStep>,
    ) -> Result<Verdict, Problem> {
        let states = self.active_ids(snapshot);
        let facts = Facts { chart: self, data: &snapshot.data, given, states: &states };
        let outcome = program.evaluate_traced(&facts, steps)?;
        Ok(match outcome {
            Outcome::Known(value) => {
                Verdict { holds: value == FactValue::Bool(true), missing: Vec::new() }
            }
            Outcome::Unknown(missing) => Verdict { holds: false, missing },
        })
    }

    /// The ids of the active states, where anything reads them.
    fn active_ids(&self, snapshot: &Snapshot) -> Vec<FactValue> {
        if !self.reads_states {
            return Vec::new();
        }
        let active = snapshot.active.iter().skip(1);
        active.map(|one| FactValue::String(self.node(one.state).id.to_string())).collect()
    }
}

impl<S: Sink<ChartStep>> Run<'_, S> {
    /// Whether a transition's condition holds.
    #[inline]
    pub(super) fn holds(&mut self, arc: &Arc) -> Result<bool, Problem> {
        let Some(guard) = &arc.guard else { return Ok(true) };
        let placed = |problem: Problem| {
            let path = format!("{}/when{}", arc.path, problem.path);
            problem.at(path)
        };
        if S::KEEPS {
            let verdict = self.chart.ask(guard, self.snapshot, self.given, &mut NoSteps);
            let Verdict { holds, missing } = verdict.map_err(placed)?;
            self.steps.step(|| ChartStep::Asked {
                transition: arc.path.to_string(),
                holds,
                missing: missing.iter().map(ToString::to_string).collect(),
            });
            return Ok(holds);
        }
        if self.choices.is_some() {
            return Ok(self.chosen(arc, guard));
        }
        self.test(guard).map(|answer| answer == Some(true)).map_err(placed)
    }

    pub(super) fn test(&self, guard: &Program) -> Result<Option<bool>, Problem> {
        let states = self.chart.active_ids(self.snapshot);
        let (data, given) = (&self.snapshot.data, self.given);
        guard.test(&Facts { chart: self.chart, data, given, states: &states })
    }

    /// Does what a state or a transition does.
    pub(super) fn perform(&mut self, range: &Range<usize>, state: usize) -> Result<(), Problem> {
        let chart = self.chart;
        for action in chart.actions_of(range) {
            match action {
                Action::Effect { .. } if self.choices.is_some() => {}
                Action::Assign { slot, value, path } if self.choices.is_some() => {
                    let certain = self.is_certain(value);
                    let value = certain.then(|| self.evaluate(value, path).ok().flatten());
                    if let Some(place) = self.snapshot.data.get_mut(*slot) {
                        *place = value.flatten();
                    }
                }
                Action::Effect { kind, payload, mark, path } => {
                    let payload = self.payload(payload, path)?;
                    self.emit(state, kind, payload, *mark);
                }
                Action::Assign { slot, value, path } => {
                    let value = self.evaluate(value, path)?;
                    self.steps.step(|| ChartStep::Assigned {
                        data: chart
                            .data
                            .get(*slot)
                            .map_or_else(String::new, |one| one.name.clone()),
                        value: value.clone(),
                    });
                    if let Some(place) = self.snapshot.data.get_mut(*slot) {
                        *place = value;
                    }
                }
                Action::Raise(number) => {
                    self.queue.push_back(*number);
                    if let Some(event) = chart.events.get(*number) {
                        self.steps.step(|| ChartStep::Raised { event: event.clone() });
                    }
                }
                Action::Send { event, after } => {
                    let due = after.add_to(self.given.now, chart.zone)?;
                    self.snapshot.arm(Timer { due, wakes: Wakes::Event(*event) });
                    if let Some(event) = chart.events.get(*event) {
                        self.steps.step(|| ChartStep::Sent { event: event.clone(), due });
                    }
                }
            }
        }
        Ok(())
    }

    /// Computes what an effect is to know; what is unknown is left out.
    ///
    /// # Errors
    /// What a formula cannot go on after, under the path of the payload.
    pub fn payload(
        &self,
        payload: &[(String, Program)],
        path: &str,
    ) -> Result<BTreeMap<String, FactValue>, Problem> {
        let mut values = BTreeMap::new();
        for (name, program) in payload {
            let segment = name.replace('~', "~0").replace('/', "~1");
            let value = self.evaluate(program, &format!("{path}/{segment}"))?;
            values.extend(value.map(|value| (name.clone(), value)));
        }
        Ok(values)
    }

    fn evaluate(&self, program: &Program, path: &str) -> Result<Option<FactValue>, Problem> {
        let states = self.chart.active_ids(self.snapshot);
        let (data, given) = (&self.snapshot.data, self.given);
        let facts = Facts { chart: self.chart, data, given, states: &states };
        match program.evaluate(&facts) {
            Ok(Outcome::Known(value)) => Ok(Some(value)),
            Ok(Outcome::Unknown(_)) => Ok(None),
            Err(problem) => {
                let path = format!("{path}{}", problem.path);
                Err(problem.at(path))
            }
        }
    }

    /// Hands out an effect of a state.
    fn emit(
        &mut self,
        state: usize,
        kind: &Id,
        payload: BTreeMap<String, FactValue>,
        mark: Option<u32>,
    ) {
        let active = match self.snapshot.find_mut(state) {
            Some(active) => active,
            None => match self.left.iter_mut().find(|active| active.state == state) {
                Some(active) => active,
                None => return,
            },
        };
        let (entry, ordinal) = (active.entry, active.emitted);
        active.emitted = active.emitted.saturating_add(1);
        let kind = kind.clone();
        self.effects.push(Emitted { state, entry, ordinal, kind, payload, mark });
        let id = &self.chart.node(state).id;
        self.steps.step(|| ChartStep::Emitted {
            state: (state != super::chart::ROOT).then(|| id.clone()),
            entry,
            ordinal,
        });
    }
}

const _: () = assert!(NOW < BUILT_IN && EVENT < BUILT_IN && STATES < BUILT_IN);
