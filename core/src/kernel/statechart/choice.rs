//! Running a chart without knowing what comes with its events: what a condition cannot know is
//! answered by a script, so that whoever explores a chart can try one answer after the other.

use super::chart::{Arc, BUILT_IN, Chart, EVENT, NOW, ROOT, STATES, Trigger};
use super::facts::Given;
use super::run::Run;
use super::snapshot::{Snapshot, Wakes};
use crate::kernel::calendar::Instant;
use crate::kernel::explain::Sink;
use crate::kernel::expression::Program;

use super::step::ChartStep;

/// How many open conditions of one run are answered freely; further ones do not hold, so that a
/// circle comes to an end.
const MOST_ASKED: usize = 100;

/// The answers to open conditions, in the order in which they are asked.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    script: Vec<bool>,
    /// The transitions whose conditions were asked, as JSON pointers, with the answers.
    pub asked: Vec<(String, bool)>,
}

impl Choices {
    /// A script; where it ends, conditions hold.
    #[must_use]
    pub const fn new(script: Vec<bool>) -> Self {
        Self { script, asked: Vec::new() }
    }

    fn answer(&mut self, transition: &str) -> bool {
        let place = self.asked.len();
        if place >= MOST_ASKED {
            return false;
        }
        let holds = self.script.get(place).copied().unwrap_or(true);
        self.asked.push((transition.to_owned(), holds));
        holds
    }

    /// The script that comes next, until all have been tried.
    #[must_use]
    pub fn next(&self) -> Option<Vec<bool>> {
        let last = self.asked.iter().rposition(|(_, holds)| *holds)?;
        let mut script: Vec<bool> = self.asked.iter().take(last).map(|(_, holds)| *holds).collect();
        script.push(false);
        Some(script)
    }
}

impl<'r, S: Sink<ChartStep>> Run<'r, S> {
    /// Prepares to change an instance without knowing more than its own data: no effect is handed
    /// out, and conditions that read anything else are answered by the script.
    pub fn exploring(
        chart: &'r Chart,
        snapshot: &'r mut Snapshot,
        given: Given<'r>,
        steps: &'r mut S,
        choices: Choices,
    ) -> Self {
        Self { choices: Some(choices), ..Self::new(chart, snapshot, given, steps) }
    }

    /// Whether a condition holds: as it is computed if it reads only what is known.
    pub(super) fn chosen(&mut self, arc: &Arc, guard: &Program) -> bool {
        if self.is_certain(guard) {
            return self.test(guard).is_ok_and(|answer| answer == Some(true));
        }
        self.choices.as_mut().is_some_and(|choices| choices.answer(&arc.path))
    }

    /// Whether everything that a program reads is known while exploring.
    pub(super) fn is_certain(&self, program: &Program) -> bool {
        program.reads().iter().all(|fact| match fact.slot() {
            NOW => false,
            EVENT => self.given.event.is_some(),
            STATES => true,
            slot => slot
                .checked_sub(BUILT_IN)
                .and_then(|slot| self.snapshot.data.get(slot))
                .is_some_and(Option::is_some),
        })
    }
}

impl Chart {
    /// The events that transitions of active states wait for, each once: names, and of a pattern
    /// the known names that it is for, or itself.
    #[must_use]
    pub fn awaited(&self, snapshot: &Snapshot) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut add = |name: &str| {
            if !found.iter().any(|known| known == name) {
                found.push(name.to_owned());
            }
        };
        for (_, arc) in snapshot.active.iter().flat_map(|active| self.arcs_of(active.state)) {
            match &arc.trigger {
                Trigger::Event(number) => {
                    self.events.get(*number).into_iter().for_each(|name| add(name.as_str()));
                }
                Trigger::Pattern(prefix) => {
                    let known = self.events.iter().map(|name| name.as_str());
                    let mut known = known.filter(|name| name.starts_with(&**prefix)).peekable();
                    if known.peek().is_none() {
                        add(&format!("{prefix}*"));
                    }
                    known.for_each(&mut add);
                }
                Trigger::Eventless | Trigger::After { .. } => {}
            }
        }
        found
    }
}

impl Snapshot {
    /// The states that were entered since the last [`Snapshot::forget_times`].
    pub fn fresh(&self) -> impl Iterator<Item = usize> {
        self.active.iter().filter(|one| one.state != ROOT && one.entry > 0).map(|one| one.state)
    }

    /// Leaves out what tells two visits of the same states apart: how often they were entered, and
    /// when their deadlines come.
    pub fn forget_times(&mut self, now: Instant) {
        self.entries = 0;
        for active in &mut self.active {
            (active.entry, active.emitted) = (0, 0);
        }
        for timer in &mut self.timers {
            timer.due = now;
            if let Wakes::Transition { entry, .. } = &mut timer.wakes {
                *entry = 0;
            }
        }
        self.timers.sort_by_key(|timer| timer.wakes);
        self.timers.dedup();
    }

    /// Puts a timer before all others, as if it were the earliest.
    pub fn hurry(&mut self, place: usize) {
        if let Some(before) = self.timers.get_mut(..=place) {
            before.rotate_right(1);
        }
    }
}
