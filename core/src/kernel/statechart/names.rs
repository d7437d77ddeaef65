//! Names of events: interned, so that a running chart compares numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::EVENT_NAME_INVALID;
use super::compile::place;
use super::document::{ChartAction, ChartTransition};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

/// How the events begin that a state raises when it is done.
pub const DONE: &str = "done.state.";

/// What a pattern's names begin with: of `order.*` that is `order.`, of `*` nothing.
pub(super) fn pattern(name: &str) -> Option<&str> {
    let prefix = name.strip_suffix('*')?;
    (prefix.is_empty() || prefix.ends_with('.')).then_some(prefix)
}

/// The events of a chart in the making.
#[derive(Default)]
pub(super) struct EventNames {
    numbers: BTreeMap<Id, usize>,
    names: Vec<Id>,
    prefixes: BTreeSet<String>,
    found: Vec<Problem>,
}

impl EventNames {
    pub(super) fn declare(&mut self, events: &[Id]) {
        for (position, name) in events.iter().enumerate() {
            self.exact(name, || format!("/events/{position}"));
        }
    }

    pub(super) fn of_transitions(
        &mut self,
        transitions: &[ChartTransition],
        places: &[String],
        path: &str,
    ) {
        for (position, transition) in transitions.iter().enumerate() {
            let path = place(places, path, position);
            match transition.event.as_ref().map(|name| (name, pattern(name.as_str()))) {
                Some((_, Some(prefix))) => {
                    self.prefixes.insert(prefix.to_owned());
                }
                Some((name, None)) => self.exact(name, || format!("{path}/event")),
                None => {}
            }
            self.of_actions(&transition.actions, &format!("{path}/actions"));
        }
    }

    pub(super) fn of_actions(&mut self, actions: &[ChartAction], path: &str) {
        for (position, action) in actions.iter().enumerate() {
            match action {
                ChartAction::Raise(name) => self.exact(name, || format!("{path}/{position}/raise")),
                ChartAction::Send(send) => {
                    self.exact(&send.event, || format!("{path}/{position}/send/event"));
                }
                ChartAction::Effect(_) | ChartAction::Assign(_) => {}
            }
        }
    }

    fn exact(&mut self, name: &Id, path: impl FnOnce() -> String) {
        if name.as_str().contains('*') {
            let problem = Problem::new(
                EVENT_NAME_INVALID,
                format!("`{name}` is not the name of an event"),
                "a `*` stands alone or after the last point, and only where a transition waits",
            );
            self.found.push(problem.at(path()));
        }
        self.intern(name);
    }

    fn intern(&mut self, name: &Id) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len();
        self.numbers.insert(name.clone(), number);
        self.names.push(name.clone());
        number
    }

    /// The event that a state raises when it is done, if any transition would take it.
    pub(super) fn done_of(&mut self, state: &Id) -> Option<usize> {
        let name: Id = format!("{DONE}{state}").parse().ok()?;
        let text = name.as_str();
        let points = text.match_indices('.').filter_map(|(at, _)| text.get(..=at));
        let mut prefixes = std::iter::once("").chain(points);
        let awaited = self.numbers.contains_key(&name)
            || prefixes.any(|prefix| self.prefixes.contains(prefix));
        awaited.then(|| self.intern(&name))
    }

    pub(super) fn number(&self, name: &Id) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    pub(super) fn take_problems(&mut self) -> Vec<Problem> {
        std::mem::take(&mut self.found)
    }

    pub(super) fn finish(self) -> (Box<[Id]>, BTreeMap<Id, usize>) {
        (self.names.into(), self.numbers)
    }
}
