//! States, compiled: the tree they make, what each turns out to be, and what is entered with it.

use std::ops::Range;

use super::chart::{Kind, Node, ROOT};
use super::compile::Compiler;
use super::draft::{Draft, StateDraft, StateKind};
use super::{CHART_TOO_LARGE, STATE_DUPLICATE, STATE_KIND_INVALID, TARGETS_CONFLICT};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

/// The most states that are named together.
const MOST_TARGETS: usize = 100;

impl Compiler {
    pub(super) fn name_states(&mut self, draft: &Draft<'_>) {
        for (number, state) in (1..).zip(&draft.states) {
            if self.chart.state_numbers.insert(state.id.clone(), number).is_some() {
                let problem = Problem::new(
                    STATE_DUPLICATE,
                    format!("there are two states `{}`", state.id),
                    "give each state of the chart an id of its own",
                );
                self.report(problem.under("id"), &state.path);
            }
        }
    }

    /// The tree: parents, ends, and what each state turns out to be.
    pub(super) fn shape_states(&mut self, draft: &Draft<'_>) {
        for (number, state) in (1..).zip(&draft.states) {
            self.nodes.push(Node {
                id: state.id.clone(),
                parent: state.parent.map_or(ROOT, |parent| parent + 1),
                end: number + 1,
                path: state.path.as_str().into(),
                ..self.chart.nowhere.clone()
            });
        }
        let mut has_child = vec![false; self.nodes.len()];
        for number in (1..self.nodes.len()).rev() {
            let (parent, end) =
                self.nodes.get(number).map_or((ROOT, 0), |one| (one.parent, one.end));
            let is_real = draft.states.get(number - 1).is_some_and(|one| !one.kind.is_history());
            if let Some(outer) = self.nodes.get_mut(parent) {
                outer.end = outer.end.max(end);
                outer.is_remembered |= !is_real;
            }
            if let Some(outer) = has_child.get_mut(parent) {
                *outer |= is_real;
            }
        }
        for (number, state) in (1..).zip(&draft.states) {
            let has_child = has_child.get(number).copied().unwrap_or_default();
            self.check_kind(state, has_child);
            if let Some(node) = self.nodes.get_mut(number) {
                node.kind = match state.kind {
                    StateKind::State if has_child => Kind::Compound,
                    StateKind::State => Kind::Atomic,
                    StateKind::Parallel => Kind::Parallel,
                    StateKind::Final => Kind::Final,
                    StateKind::History => Kind::Shallow,
                    StateKind::DeepHistory => Kind::Deep,
                };
            }
        }
        if has_child.first() != Some(&true) {
            self.report(
                wrong_kind("there is no state", "add the states that there are"),
                "/states",
            );
        }
        self.chart.nodes = std::mem::take(&mut self.nodes).into();
    }

    fn check_kind(&mut self, state: &StateDraft<'_>, has_child: bool) {
        let (id, kind) = (&state.id, state.kind);
        let number = self.chart.state_numbers.get(id).copied().unwrap_or(ROOT);
        let is_empty = self.nodes.get(number).is_some_and(|node| node.end == number + 1);
        let is_history = kind.is_history();
        let is_still = state.transitions.is_empty() && state.exit.is_empty();
        let problem = match kind {
            StateKind::State if !is_empty && !has_child => wrong_kind(
                format!("`{id}` has only history states in it"),
                "add the states that it may be in",
            ),
            StateKind::Parallel if !has_child => wrong_kind(
                format!("`{id}` is parallel and has no states in it"),
                "add the states that are active at once",
            ),
            StateKind::State | StateKind::Parallel => return,
            _ if !is_empty => wrong_kind(
                format!("`{id}` is `{kind}` and has states in it"),
                "move them out, or make it a `state`",
            ),
            StateKind::Final if !state.transitions.is_empty() => wrong_kind(
                format!("`{id}` is final and has transitions"),
                "move them to the state around it, or make it a `state`",
            ),
            _ if is_history && !(is_still && state.entry.is_empty() && state.own.is_none()) => {
                wrong_kind(
                    format!("`{id}` is a history state, which is never active, and does something"),
                    "leave it only its id, kind and `initial`",
                )
            }
            _ if is_history && state.parent.is_none() => wrong_kind(
                format!("`{id}` is a history state of the whole chart, which is left only once"),
                "move it into the state whose past it stands for",
            ),
            _ => return,
        };
        self.report(problem, &state.path);
    }

    /// What is entered with a state, or by a history state that remembers nothing.
    pub(super) fn initial_of(&mut self, state: usize, named: &[Id], path: &str) -> Range<usize> {
        let Node { kind, parent, .. } = *self.chart.node(state);
        let outer = if kind.is_history() { parent } else { state };
        let mut targets = self.resolve(named, &format!("{path}/initial"));
        let fits = |target: &usize| {
            let to_history = kind.is_history() && self.chart.node(*target).kind.is_history();
            self.chart.is_inside(*target, outer) && !to_history
        };
        if !named.is_empty() && !matches!(kind, Kind::Compound | Kind::Shallow | Kind::Deep) {
            let problem = wrong_kind(
                format!("`{}` enters nothing by choice", self.chart.node(state).id),
                "leave out `initial`: a parallel state enters all that is in it",
            );
            self.report(problem, &format!("{path}/initial"));
        } else if let Some(other) = targets.iter().find(|target| !fits(target)) {
            let (inner, outer) = (&self.chart.node(*other).id, &self.chart.node(outer).id);
            let problem = wrong_kind(
                format!("`{inner}` cannot be where `{outer}` begins"),
                "name a state inside it; a history state begins with no other history state",
            );
            self.report(problem, &format!("{path}/initial"));
        }
        self.check_together(&targets, &format!("{path}/initial"));
        if targets.is_empty() {
            targets = self.usual(kind, outer);
        }
        self.add_targets(targets)
    }

    /// What is entered where nothing is said: with a compound state its first child, with a history
    /// state what is entered with its parent.
    fn usual(&self, kind: Kind, outer: usize) -> Vec<usize> {
        let chart = &self.chart;
        let is_history = |state: &usize| chart.node(*state).kind.is_history();
        let mut real = chart.real_children(outer);
        // Parents come first, so that theirs are known.
        let named = self.targets.get(chart.node(outer).initial.clone()).unwrap_or_default();
        match kind {
            Kind::Shallow | Kind::Deep if chart.node(outer).kind == Kind::Parallel => {
                real.collect()
            }
            Kind::Shallow | Kind::Deep if !named.is_empty() && !named.iter().any(is_history) => {
                named.to_vec()
            }
            Kind::Compound | Kind::Shallow | Kind::Deep => real.next().into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// Whether states can be entered together: each pair in different branches of a parallel one.
    pub(super) fn check_together(&mut self, targets: &[usize], path: &str) {
        let chart = &self.chart;
        let reach = |state: usize| {
            let node = chart.node(state);
            if node.kind.is_history() { node.parent } else { state }
        };
        let clash = |one: usize, two: usize| {
            let (inner, outer) = (reach(one), reach(two));
            let nested =
                inner == outer || chart.is_inside(inner, outer) || chart.is_inside(outer, inner);
            let branch = chart.around(one, usize::MAX).find(|outer| chart.is_inside(two, *outer));
            nested || branch.is_none_or(|branch| chart.node(branch).kind != Kind::Parallel)
        };
        if targets.len() > MOST_TARGETS {
            let problem = Problem::new(
                CHART_TOO_LARGE,
                format!("{} states are named together, more than {MOST_TARGETS}", targets.len()),
                "name the state around them: what is in it is entered with it",
            );
            return self.report(problem, path);
        }
        let pairs = targets
            .iter()
            .enumerate()
            .flat_map(|(at, one)| targets.iter().skip(at + 1).map(move |two| (*one, *two)));
        let mut pairs = pairs;
        let found = pairs.find(|(one, two)| clash(*one, *two));
        if let Some((one, two)) = found {
            let problem = Problem::new(
                TARGETS_CONFLICT,
                format!(
                    "`{}` and `{}` cannot be active at once",
                    chart.node(one).id,
                    chart.node(two).id
                ),
                "name one of them, or states in different branches of a parallel state",
            );
            self.report(problem, path);
        }
    }
}

fn wrong_kind(found: impl Into<String>, hint: &str) -> Problem {
    Problem::new(STATE_KIND_INVALID, found, hint)
}
