//! What is allowed and probably not meant: states that nothing leads to or out of, circles that
//! turn by themselves, transitions in each other's way.
//!
//! Conditions are taken to hold now and then, so that nothing is reported that a fact could mend:
//! a chart without findings may still be wrong, and one with findings is worth a look.

use std::ops::Range;

use super::chart::{Arc, Chart, Domain, Kind, ROOT, Trigger};
use super::compile::place;
use super::draft::Draft;
use super::exclusive::are_exclusive;
use super::{
    EVENTLESS_CYCLE, FINAL_UNREACHABLE, GUARDS_OVERLAP, STATE_DEAD_END, STATE_UNREACHABLE,
    TRANSITION_SHADOWED,
};
use crate::kernel::problem::{Problem, Severity};

/// Looks for what was probably not meant. Only a circle of transitions that need neither an event
/// nor a condition is an error: whoever enters it never comes out.
#[must_use]
pub fn lint(chart: &Chart, draft: &Draft<'_>) -> Vec<Problem> {
    let graph = Graph::of(chart);
    let mut found = Vec::new();
    graph.unreachable(&mut found);
    graph.endings(&mut found);
    graph.circles(&mut found);
    overlaps(draft, &mut found);
    found
}

/// The circles that nobody comes out of, which make a document unusable.
#[must_use]
pub fn endless(chart: &Chart) -> Vec<Problem> {
    if !chart.has_eventless {
        return Vec::new();
    }
    let mut found = Vec::new();
    Graph::of(chart).circles(&mut found);
    found.retain(|problem| problem.severity == Severity::Error);
    found
}

/// How many turns of circles are followed, and how many branches of each.
const MOST_FOLLOWED: usize = 1_000_000;
const MOST_BRANCHES: usize = 1_000;

/// How many transitions before one it is compared with.
const MOST_RIVALS: usize = 100;

struct Graph<'c> {
    chart: &'c Chart,
    /// By state: whether anything leads to it.
    reached: Vec<bool>,
}

impl<'c> Graph<'c> {
    fn of(chart: &'c Chart) -> Self {
        let mut graph = Self { chart, reached: vec![false; chart.len()] };
        let mut waiting = Vec::new();
        graph.reach(ROOT, &mut waiting);
        while let Some(state) = waiting.pop() {
            for (_, arc) in chart.arcs_of(state) {
                for target in chart.targets_of(&arc.targets) {
                    graph.reach_from_outside(*target, &mut waiting);
                }
            }
        }
        graph
    }

    fn is_reached(&self, state: usize) -> bool {
        self.reached.get(state).copied().unwrap_or_default()
    }

    /// A state is entered, with what is entered inside it.
    fn reach(&mut self, state: usize, waiting: &mut Vec<usize>) {
        let chart = self.chart;
        match self.reached.get_mut(state) {
            Some(known) if !*known => *known = true,
            _ => return,
        }
        waiting.push(state);
        let node = chart.node(state);
        if node.kind == Kind::Parallel {
            for child in chart.real_children(state) {
                self.reach(child, waiting);
            }
        }
        for target in chart.targets_of(&node.initial) {
            self.reach_from_outside(*target, waiting);
        }
    }

    /// A state is entered, and so is all that is around it.
    fn reach_from_outside(&mut self, state: usize, waiting: &mut Vec<usize>) {
        let outer: Vec<usize> = self.chart.around(state, usize::MAX).collect();
        for outer in outer {
            self.reach_around(outer, waiting);
        }
        self.reach(state, waiting);
    }

    /// A state is entered for the sake of one inside it; a parallel one with all branches.
    fn reach_around(&mut self, state: usize, waiting: &mut Vec<usize>) {
        if self.chart.node(state).kind == Kind::Parallel {
            return self.reach(state, waiting);
        }
        if let Some(known) = self.reached.get_mut(state) {
            if !*known {
                // Its initial states are not entered; its own transitions count.
                *known = true;
                waiting.push(state);
            }
        }
    }

    fn unreachable(&self, found: &mut Vec<Problem>) {
        for (state, node) in self.chart.nodes.iter().enumerate().skip(1) {
            // Of a state and what is in it only the state; a history state is a way in, no place.
            let is_told =
                self.is_reached(state) || node.kind.is_history() || !self.is_reached(node.parent);
            if !is_told {
                found.push(at(
                    &node.path,
                    STATE_UNREACHABLE,
                    format!("nothing leads to `{}`", node.id),
                    "lead a transition to it, or remove it",
                ));
            }
        }
    }

    /// The states from which the end can be reached, and those where nothing goes on.
    fn endings(&self, found: &mut Vec<Problem>) {
        let chart = self.chart;
        let ends = |state: usize| {
            let node = chart.node(state);
            node.kind == Kind::Final && node.parent == ROOT
        };
        if !chart.children(ROOT).any(ends) {
            let mut problem = at(
                "",
                FINAL_UNREACHABLE,
                "no state of the whole is final, so that no instance is ever completed".to_owned(),
                "make the last states `final`, unless it is meant to go on for ever",
            );
            problem.severity = Severity::Info;
            found.push(problem);
        }
        let goes_on = self.moved();
        let finishing = self.finishing(ends);
        let is = |all: &[bool], state: usize| all.get(state).copied().unwrap_or_default();
        let has_end = finishing.contains(&true);
        for (state, node) in chart.nodes.iter().enumerate().skip(1) {
            if node.kind != Kind::Atomic || !self.is_reached(state) {
                continue;
            }
            if !is(&goes_on, state) {
                found.push(at(
                    &node.path,
                    STATE_DEAD_END,
                    format!("nothing leads out of `{}`", node.id),
                    "give it a transition, or make it `final`",
                ));
            } else if has_end && !is(&finishing, state) {
                found.push(at(
                    &node.path,
                    FINAL_UNREACHABLE,
                    format!("from `{}` no final state can be reached", node.id),
                    "lead a way from it to the end",
                ));
            }
        }
    }

    /// The states that a transition of a state can move: that state and what is inside it, and
    /// where it is in a parallel state, all branches beside it.
    fn scope(&self, source: usize) -> Range<usize> {
        let chart = self.chart;
        let is_parallel = |outer: &usize| chart.node(*outer).kind == Kind::Parallel;
        let widest = chart.around(source, usize::MAX).filter(is_parallel).last().unwrap_or(source);
        widest..chart.node(widest).end
    }

    /// By state: whether anything leads out of it.
    fn moved(&self) -> Vec<bool> {
        let chart = self.chart;
        let mut moved = vec![false; chart.len()];
        let mut seen = vec![false; chart.len()];
        let leaves =
            |source: usize| chart.arcs_of(source).any(|(_, arc)| arc.domain != Domain::None);
        for source in (0..chart.len()).filter(|one| self.is_reached(*one) && leaves(*one)) {
            let scope = self.scope(source);
            let known = seen.get_mut(scope.start);
            if !known.is_none_or(|known| std::mem::replace(known, true)) {
                moved.get_mut(scope).unwrap_or_default().fill(true);
            }
        }
        moved
    }

    /// By state: whether the end can be reached from it. It is followed backwards, from the ends
    /// to the transitions that lead to them, and on to where those can be taken.
    fn finishing(&self, ends: impl Fn(usize) -> bool) -> Vec<bool> {
        let chart = self.chart;
        let mut sources: Vec<Vec<usize>> = vec![Vec::new(); chart.len()];
        for arc in chart.arcs.iter().filter(|arc| self.is_reached(arc.source)) {
            for target in chart.targets_of(&arc.targets) {
                if let Some(sources) = sources.get_mut(*target) {
                    sources.push(arc.source);
                }
            }
        }
        let mut finishing: Vec<bool> = (0..chart.len()).map(&ends).collect();
        let mut scopes = vec![false; chart.len()];
        let mut waiting: Vec<usize> = (0..chart.len()).filter(|state| ends(*state)).collect();
        while let Some(state) = waiting.pop() {
            let targets = std::iter::once(state).chain(chart.around(state, usize::MAX));
            for target in targets {
                // What leads to a state is looked at once.
                for source in sources.get_mut(target).map(std::mem::take).unwrap_or_default() {
                    let scope = self.scope(source);
                    let known = scopes.get_mut(scope.start);
                    if known.is_none_or(|known| std::mem::replace(known, true)) {
                        continue;
                    }
                    for inner in scope {
                        match finishing.get_mut(inner) {
                            Some(place) if !*place => {
                                *place = true;
                                waiting.push(inner);
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        finishing
    }

    /// Circles of transitions without events, among the innermost states.
    fn circles(&self, found: &mut Vec<Problem>) {
        for surely in [true, false] {
            let circle = self.circle(surely);
            let Some(arc) = circle.and_then(|state| self.turns(state, surely).next()) else {
                continue;
            };
            let state = &self.chart.node(arc.source).id;
            let (message, hint) = if surely {
                (
                    format!(
                        "from `{state}` transitions without event or condition lead in a circle"
                    ),
                    "give one of them an `event`, an `after` or a `when`",
                )
            } else {
                (
                    format!("from `{state}` transitions without event may lead in a circle"),
                    "make sure that one of the conditions ceases to hold",
                )
            };
            let mut problem = at(&arc.path, EVENTLESS_CYCLE, message, hint);
            if surely {
                problem.severity = Severity::Error;
            }
            found.push(problem);
            return;
        }
    }

    /// The transitions without event that are taken in an innermost state; `surely` only one that
    /// comes before any with a condition.
    fn turns(&self, leaf: usize, surely: bool) -> impl Iterator<Item = &'c Arc> {
        let chart = self.chart;
        let around = std::iter::once(leaf).chain(chart.around(leaf, usize::MAX));
        let arcs = around.flat_map(move |state| chart.arcs_of(state).map(|(_, arc)| arc));
        let eventless = arcs.filter(|arc| matches!(arc.trigger, Trigger::Eventless));
        let most = if surely { 1 } else { usize::MAX };
        eventless.take(most).filter(move |arc| !surely || arc.guard.is_none())
    }

    /// An innermost state on a circle, if there is one.
    fn circle(&self, surely: bool) -> Option<usize> {
        let chart = self.chart;
        // 0: not seen, 1: on the way, 2: leads to no circle.
        let mut seen = vec![0_u8; chart.len()];
        let mut followed = 0_usize;
        for start in 1..chart.len() {
            let is_leaf = !chart.node(start).kind.has_children();
            if !is_leaf || !self.is_reached(start) || seen.get(start) != Some(&0) {
                continue;
            }
            let mut way = vec![(start, self.next_of(start, surely))];
            if let Some(place) = seen.get_mut(start) {
                *place = 1;
            }
            while let Some((state, next)) = way.last_mut() {
                let state = *state;
                followed += 1;
                if followed > MOST_FOLLOWED {
                    return None;
                }
                let Some(leaf) = next.pop() else {
                    way.pop();
                    if let Some(place) = seen.get_mut(state) {
                        *place = 2;
                    }
                    continue;
                };
                match seen.get_mut(leaf) {
                    Some(1) => return Some(leaf),
                    Some(place) if *place == 0 => {
                        *place = 1;
                        way.push((leaf, self.next_of(leaf, surely)));
                    }
                    _ => {}
                }
            }
        }
        None
    }

    /// The innermost states that transitions without event lead to.
    fn next_of(&self, leaf: usize, surely: bool) -> Vec<usize> {
        let chart = self.chart;
        let mut leaves = Vec::new();
        for arc in self.turns(leaf, surely) {
            let mut inner: Vec<usize> = chart.targets_of(&arc.targets).to_vec();
            while let Some(state) = inner.pop() {
                let node = chart.node(state);
                match node.kind {
                    _ if leaves.len() > MOST_BRANCHES => break,
                    Kind::Parallel => inner.extend(chart.real_children(state)),
                    Kind::Atomic | Kind::Final => leaves.push(state),
                    _ => inner.extend_from_slice(chart.targets_of(&node.initial)),
                }
            }
        }
        leaves
    }
}

/// Transitions of one state that wait for the same thing.
fn overlaps(draft: &Draft<'_>, found: &mut Vec<Problem>) {
    let root = ("", &*draft.transitions, [].as_slice());
    let states = draft.states.iter();
    let states = states.map(|one| (one.path.as_str(), &*one.transitions, one.places.as_slice()));
    for (path, transitions, places) in std::iter::once(root).chain(states) {
        for (position, one) in transitions.iter().enumerate() {
            if one.after.is_some() {
                continue;
            }
            let rivals = transitions.iter().enumerate().take(position.min(MOST_RIVALS));
            let mut rivals =
                rivals.filter(|(_, two)| two.after.is_none() && two.event == one.event);
            let clash = rivals.find_map(|(before, two)| match (&two.when, &one.when) {
                (None, _) => Some((before, Severity::Warning)),
                (Some(first), Some(second)) if first == second => Some((before, Severity::Warning)),
                (Some(first), Some(second)) if !are_exclusive(first, second) => {
                    Some((before, Severity::Info))
                }
                _ => None,
            });
            let Some((before, severity)) = clash else { continue };
            let place = place(places, path, position);
            let mut problem = if severity == Severity::Warning {
                at(
                    &place,
                    TRANSITION_SHADOWED,
                    format!("transition {before} of the same state is always taken instead"),
                    "put it before the other one, or give the other one a condition that is stricter",
                )
            } else {
                at(
                    &place,
                    GUARDS_OVERLAP,
                    format!("its condition may hold together with that of transition {before}"),
                    "the one that stands first is taken; make the conditions exclude each other if \
                     the order should not matter",
                )
            };
            problem.severity = severity;
            found.push(problem);
        }
    }
}

fn at(path: &str, code: crate::Code, message: String, hint: &str) -> Problem {
    Problem::new(code, message, hint).at(path).warning()
}
