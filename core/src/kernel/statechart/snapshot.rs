//! Where an instance of a chart stands, by the chart's own numbers.
//!
//! A domain stores it with names, which outlive a change of the document, and reads it back; then
//! [`Chart::check`] makes sure that the chart could have got there.

use std::collections::BTreeMap;

use super::chart::{Chart, Kind, ROOT, Trigger};
use super::{DATA_UNKNOWN, SNAPSHOT_INVALID};
use crate::kernel::calendar::Instant;
use crate::kernel::document::refusal;
use crate::kernel::expression::{FactValue, FactValues};
use crate::kernel::problem::{Problem, Problems};

/// Where an instance stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The active states in document order, the root first.
    pub active: Vec<Active>,
    /// What history states remember, by their numbers.
    pub history: Vec<Memory>,
    /// What is due when, the earliest first.
    pub timers: Vec<Timer>,
    /// The chart's data, by slot.
    pub data: Vec<Option<FactValue>>,
    /// How many times a state was entered so far.
    pub entries: u64,
    /// Whether a final state of the root was reached.
    pub is_done: bool,
}

/// An active state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Active {
    /// Its number.
    pub state: usize,
    /// The how-manieth entry of the instance this was; 0 for the root.
    pub entry: u64,
    /// How many effects it has handed out since.
    pub emitted: u32,
}

/// What a history state remembers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Memory {
    /// The history state.
    pub state: usize,
    /// The states that it stands for.
    pub kept: Vec<usize>,
}

/// Something that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timer {
    /// When.
    pub due: Instant,
    /// What happens then.
    pub wakes: Wakes,
}

/// What a timer does when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wakes {
    /// Takes a transition of a state, if it is still the same visit to it.
    Transition {
        /// The transition.
        arc: usize,
        /// The entry of its state.
        entry: u64,
    },
    /// Sends an event.
    Event(usize),
}

impl Snapshot {
    /// An active state.
    #[inline]
    #[must_use]
    pub fn find(&self, state: usize) -> Option<&Active> {
        let place = self.place(state).ok()?;
        self.active.get(place)
    }

    #[inline]
    pub(super) fn find_mut(&mut self, state: usize) -> Option<&mut Active> {
        let place = self.place(state).ok()?;
        self.active.get_mut(place)
    }

    /// Whether a state is active.
    #[inline]
    #[must_use]
    pub fn is_in(&self, state: usize) -> bool {
        self.place(state).is_ok()
    }

    #[inline]
    pub(super) fn place(&self, state: usize) -> Result<usize, usize> {
        self.active.binary_search_by(|active| active.state.cmp(&state))
    }

    /// What a history state remembers, if anything.
    #[must_use]
    pub fn memory(&self, state: usize) -> Option<&[usize]> {
        self.history.iter().find(|memory| memory.state == state).map(|one| one.kept.as_slice())
    }

    /// Adds a timer behind those that are due no later.
    pub(super) fn arm(&mut self, timer: Timer) {
        let place = self.timers.partition_point(|other| other.due <= timer.due);
        self.timers.insert(place, timer);
    }
}

impl Chart {
    /// The data of an instance, by slot: the first values, and those given in their place.
    ///
    /// # Errors
    /// What is no data of the chart, or not of its type, each at its name.
    pub fn data_of(
        &self,
        given: &BTreeMap<String, FactValue>,
    ) -> Result<Vec<Option<FactValue>>, Problems> {
        let first = self.data.iter().map(|datum| datum.first.clone()).collect();
        self.data_over(first, given)
    }

    /// The same where a piece that is not given is unknown.
    ///
    /// # Errors
    /// As [`Chart::data_of`].
    pub fn data_stored(
        &self,
        given: &BTreeMap<String, FactValue>,
    ) -> Result<Vec<Option<FactValue>>, Problems> {
        self.data_over(vec![None; self.data.len()], given)
    }

    fn data_over(
        &self,
        mut data: Vec<Option<FactValue>>,
        given: &BTreeMap<String, FactValue>,
    ) -> Result<Vec<Option<FactValue>>, Problems> {
        let mut values = FactValues::new(&self.vocabulary);
        let mut found = Vec::new();
        for (name, value) in given {
            let Some(slot) = self.data.iter().position(|datum| datum.name == *name) else {
                let names: Vec<&str> =
                    self.data.iter().map(|datum| datum.name.as_str()).take(200).collect();
                found.push(refusal::unknown(DATA_UNKNOWN, name, &names).under(name));
                continue;
            };
            match values.set(&format!("data.{name}"), value.clone()) {
                Err(problem) => found.push(problem.under(name)),
                Ok(()) => {
                    if let Some(place) = data.get_mut(slot) {
                        *place = Some(value.clone());
                    }
                }
            }
        }
        Problems::verdict(found)?;
        Ok(data)
    }

    /// The names of the data, by slot.
    pub fn data_names(&self) -> impl Iterator<Item = &str> {
        self.data.iter().map(|datum| datum.name.as_str())
    }

    /// Makes sure that the states of a snapshot are such as this chart could have made: active
    /// together, and remembered together.
    ///
    /// # Errors
    /// `snapshot_invalid`, with what does not fit.
    pub fn check(&self, snapshot: &Snapshot) -> Result<(), Problem> {
        let states: Vec<usize> = snapshot.active.iter().map(|active| active.state).collect();
        if states.first() != Some(&ROOT) || !self.is_legal(&states) {
            return Err(forged("its states are not active together"));
        }
        let counted = |active: &super::Active| {
            let is_root = active.state == ROOT;
            active.entry <= snapshot.entries && (active.entry == 0) == is_root
        };
        if !snapshot.active.iter().all(counted) {
            return Err(forged("a state was entered more often than all states were"));
        }
        if snapshot.data.len() != self.data.len() {
            return Err(forged("its data is not what the chart remembers"));
        }
        if !snapshot.history.iter().all(|memory| self.is_memory(memory)) {
            return Err(forged("a history state remembers what cannot have been"));
        }
        if snapshot.is_done != snapshot.active.iter().any(|active| self.is_end(active.state)) {
            return Err(forged("it is over and is not"));
        }
        Ok(())
    }

    /// Makes sure that the timers of a snapshot whose states are known to be right belong to them.
    ///
    /// # Errors
    /// `snapshot_invalid`.
    pub fn check_timers(&self, snapshot: &Snapshot) -> Result<(), Problem> {
        if !snapshot.timers.is_sorted_by_key(|timer| timer.due) {
            return Err(forged("its timers are not in order"));
        }
        if !snapshot.timers.iter().all(|timer| self.is_timer(snapshot, timer)) {
            return Err(forged("a timer belongs to no state that is active"));
        }
        Ok(())
    }

    fn is_timer(&self, snapshot: &Snapshot, timer: &Timer) -> bool {
        match timer.wakes {
            Wakes::Event(event) => event < self.events.len(),
            Wakes::Transition { arc, entry } => self.arc(arc).is_some_and(|arc| {
                let source = snapshot.find(arc.source);
                matches!(arc.trigger, Trigger::After { .. })
                    && source.is_some_and(|one| one.entry == entry)
            }),
        }
    }

    pub(super) fn is_memory(&self, memory: &Memory) -> bool {
        let node = self.node(memory.state);
        let outer = node.parent;
        let mut states = memory.kept.clone();
        states.sort_unstable();
        match node.kind {
            Kind::Shallow => {
                let mut children: Vec<usize> = self.real_children(outer).collect();
                if self.node(outer).kind == Kind::Compound {
                    children.retain(|child| states.contains(child));
                    children.truncate(1);
                }
                !states.is_empty() && states == children
            }
            Kind::Deep => {
                let is_leaf = |state: &usize| {
                    self.is_inside(*state, outer) && !self.node(*state).kind.has_children()
                };
                if !states.iter().all(is_leaf) {
                    return false;
                }
                let mut all = states.clone();
                all.extend(states.iter().flat_map(|state| self.around(*state, outer)));
                all.push(outer);
                all.sort_unstable();
                all.dedup();
                self.is_legal(&all)
            }
            _ => false,
        }
    }

    pub(super) fn real_children(&self, state: usize) -> impl Iterator<Item = usize> {
        self.children(state).filter(|child| !self.node(*child).kind.is_history())
    }

    /// Whether states, in order and from an outermost one, can be active together: one child of
    /// each compound state, and all children of each parallel one.
    fn is_legal(&self, states: &[usize]) -> bool {
        let known = |state: &usize| *state < self.len() && !self.node(*state).kind.is_history();
        if !states.is_sorted_by(|one, two| one < two) || !states.iter().all(known) {
            return false;
        }
        let mut children = vec![0_usize; states.len()];
        for state in states.iter().skip(1) {
            let place = states.binary_search(&self.node(*state).parent);
            match place.ok().and_then(|place| children.get_mut(place)) {
                Some(count) => *count += 1,
                None => return false,
            }
        }
        states.iter().zip(children).all(|(state, count)| match self.node(*state).kind {
            Kind::Compound => count == 1,
            Kind::Parallel => count == self.real_children(*state).count(),
            _ => count == 0,
        })
    }
}

/// What is said of a snapshot that the chart cannot have made.
#[must_use]
pub fn forged(what: &str) -> Problem {
    Problem::new(
        SNAPSHOT_INVALID,
        format!("the snapshot was not made by this document: {what}"),
        "store snapshots as they were given out, and pass the last one",
    )
}
