//! Running a chart: one event or deadline at a time, to completion.
//!
//! This is the algorithm of the W3C's SCXML recommendation (2015), appendix D: an outer step
//! handles one event from outside and then everything that follows from it by itself. A small
//! step takes an optimal set of transitions: in each active branch the innermost one that is
//! enabled, the first of them in document order, and of two that would leave the same states the
//! inner one. States are left from the inside and entered from the outside, in document order.

use std::collections::{BTreeMap, VecDeque};

use super::MACROSTEP_ENDLESS;
use super::bits::Bits;
use super::chart::{Arc, Chart, ROOT, Trigger};
use super::choice::Choices;
use super::facts::Given;
use super::snapshot::{Active, Snapshot, Timer, Wakes};
use super::step::ChartStep;
use crate::kernel::explain::Sink;
use crate::kernel::expression::FactValue;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

/// How many small steps may follow from one event.
pub const MAX_STEPS: usize = 1_000;

/// An effect that was handed out.
#[derive(Clone, Debug, PartialEq)]
pub struct Emitted {
    /// The state that it belongs to; the root's is 0.
    pub state: usize,
    /// The entry of that state.
    pub entry: u64,
    /// Its number among the effects of that entry, from 0.
    pub ordinal: u32,
    /// Its kind.
    pub kind: Id,
    /// Its payload; what is unknown is left out.
    pub payload: BTreeMap<String, FactValue>,
    /// The domain's number, where the domain added it to the state.
    pub mark: Option<u32>,
}

/// An event on its way to a chart.
#[derive(Clone, Copy, Debug)]
pub struct Event<'a> {
    /// Its number, if the chart names it.
    pub number: Option<usize>,
    /// Its name.
    pub name: &'a str,
}

/// One run: a chart, an instance that it changes, and what comes of it.
pub struct Run<'r, S> {
    pub(super) chart: &'r Chart,
    /// The instance. After a problem it is half-way, and to be thrown away.
    pub snapshot: &'r mut Snapshot,
    /// The effects, in order.
    pub effects: Vec<Emitted>,
    pub(super) given: Given<'r>,
    pub(super) queue: VecDeque<usize>,
    /// What the small step has left so far: its transitions still act for those states.
    pub(super) left: Vec<Active>,
    pub(super) steps: &'r mut S,
    /// How open conditions are answered, while the chart is only explored.
    pub choices: Option<Choices>,
}

impl Chart {
    /// The event of a name.
    #[must_use]
    pub fn event<'a>(&self, name: &'a str) -> Event<'a> {
        Event { number: self.event_numbers.get(name).copied(), name }
    }

    /// Whether any transition waits for an event of that name, or it is declared.
    #[must_use]
    pub fn knows(&self, event: Event<'_>) -> bool {
        let matches = |arc: &Arc| self.is_triggered(arc, event);
        event.number.is_some() || self.arcs.iter().any(matches)
    }

    #[inline]
    pub(super) fn is_triggered(&self, arc: &Arc, event: Event<'_>) -> bool {
        match &arc.trigger {
            Trigger::Event(number) => event.number == Some(*number),
            Trigger::Pattern(prefix) => event.name.starts_with(&**prefix),
            Trigger::Eventless | Trigger::After { .. } => false,
        }
    }
}

impl<'r, S: Sink<ChartStep>> Run<'r, S> {
    /// Prepares to change an instance.
    pub fn new(
        chart: &'r Chart,
        snapshot: &'r mut Snapshot,
        given: Given<'r>,
        steps: &'r mut S,
    ) -> Self {
        Self {
            chart,
            snapshot,
            effects: Vec::new(),
            given,
            queue: VecDeque::new(),
            left: Vec::new(),
            steps,
            choices: None,
        }
    }

    /// Begins with these data: enters the initial states.
    ///
    /// # Errors
    /// What a condition or a formula cannot go on after, at its place in the document;
    /// `macrostep_endless`.
    pub fn start(&mut self, data: Vec<Option<FactValue>>) -> Result<(), Problem> {
        *self.snapshot = Snapshot {
            active: vec![Active { state: ROOT, entry: 0, emitted: 0 }],
            data,
            ..Snapshot::default()
        };
        let mut entered = Bits::new(self.chart.len());
        for target in self.chart.targets_of(&self.chart.node(ROOT).initial) {
            self.add_with_inner(*target, &mut entered);
            self.add_outer(*target, ROOT, &mut entered);
        }
        self.enter(&entered)?;
        self.complete()
    }

    /// Handles an event from outside; whether any transition was taken for it.
    ///
    /// # Errors
    /// As [`Run::start`].
    pub fn send(&mut self, event: Event<'_>) -> Result<bool, Problem> {
        if self.snapshot.is_done {
            return Ok(false);
        }
        let enabled = self.select(|chart, arc| chart.is_triggered(arc, event))?;
        if enabled.is_empty() {
            return Ok(false);
        }
        self.microstep(&enabled)?;
        self.complete()?;
        Ok(true)
    }

    /// Lets the earliest timer do what it is for; whether any transition was taken for it.
    ///
    /// # Errors
    /// As [`Run::start`].
    pub fn fire(&mut self) -> Result<bool, Problem> {
        if self.snapshot.timers.is_empty() || self.snapshot.is_done {
            return Ok(false);
        }
        let Timer { due, wakes } = self.snapshot.timers.remove(0);
        let chart = self.chart;
        match wakes {
            Wakes::Event(number) => {
                self.steps.step(|| ChartStep::Due { state: None, at: due });
                let Some(name) = chart.events.get(number) else { return Ok(false) };
                let at = self.given.now;
                self.steps.step(|| ChartStep::Handled { event: name.clone(), at });
                self.given.event = Some(name.as_str());
                self.send(Event { number: Some(number), name: name.as_str() })
            }
            Wakes::Transition { arc: number, .. } => {
                let Some(arc) = chart.arc(number) else { return Ok(false) };
                let state = &chart.node(arc.source).id;
                self.steps.step(|| ChartStep::Due { state: Some(state.clone()), at: due });
                if !self.holds(arc)? {
                    return Ok(false);
                }
                self.microstep(&[number])?;
                self.complete()?;
                Ok(true)
            }
        }
    }

    /// Leaves every state, as when the instance is called off.
    ///
    /// # Errors
    /// As [`Run::start`].
    pub fn stop(&mut self) -> Result<(), Problem> {
        self.leave_for_good()?;
        self.snapshot.timers.clear();
        Ok(())
    }

    /// Everything that follows by itself: transitions without an event, then events that were
    /// raised, until there is nothing more.
    fn complete(&mut self) -> Result<(), Problem> {
        for _ in 0..MAX_STEPS {
            if self.snapshot.is_done {
                self.snapshot.timers.clear();
                return self.leave_for_good();
            }
            let enabled =
                if self.chart.has_eventless { self.select_eventless()? } else { Vec::new() };
            if !enabled.is_empty() {
                self.microstep(&enabled)?;
                continue;
            }
            let Some(number) = self.queue.pop_front() else { return Ok(()) };
            let chart = self.chart;
            let Some(name) = chart.events.get(number) else { continue };
            let at = self.given.now;
            self.steps.step(|| ChartStep::Handled { event: name.clone(), at });
            self.given.event = Some(name.as_str());
            let event = Event { number: Some(number), name: name.as_str() };
            let enabled = self.select(|chart, arc| chart.is_triggered(arc, event))?;
            if !enabled.is_empty() {
                self.microstep(&enabled)?;
            }
        }
        Err(Problem::new(
            MACROSTEP_ENDLESS,
            format!("more than {MAX_STEPS} steps follow from one event"),
            "break the circle of transitions without an event, or of events that raise each other",
        ))
    }

    fn microstep(&mut self, enabled: &[usize]) -> Result<(), Problem> {
        let chart = self.chart;
        // Where they lead is found out before leaving makes histories forget; but what is entered
        // by a history is what leaving has just made it remember.
        let mut domains = Vec::with_capacity(enabled.len());
        for arc in enabled.iter().filter_map(|arc| chart.arc(*arc)) {
            domains.push((arc, self.domain(arc)));
        }
        self.left.clear();
        self.leave(&domains)?;
        for (arc, _) in &domains {
            self.steps.step(|| ChartStep::Taken {
                transition: arc.path.to_string(),
                state: (arc.source != ROOT).then(|| chart.node(arc.source).id.clone()),
            });
            self.perform(&arc.actions, arc.source)?;
        }
        if domains.iter().all(|(_, domain)| domain.is_none()) {
            return Ok(());
        }
        let mut entered = Bits::new(chart.len());
        for (arc, _) in &domains {
            let targets = chart.targets_of(&arc.targets);
            if targets.is_empty() {
                continue;
            }
            for target in targets {
                self.add_with_inner(*target, &mut entered);
            }
            // The domain again, now that histories may remember something else.
            let Some(domain) = self.domain(arc) else { continue };
            for target in self.effective(targets) {
                self.add_outer(target, domain, &mut entered);
            }
        }
        self.enter(&entered)
    }
}
