//! From a draft to a chart: names become numbers, and everything that is wrong is found.

use std::collections::BTreeMap;
use std::ops::Range;

use super::chart::{Arc, BUILT_IN, Chart, Datum, Domain, Kind, Node, ROOT, Trigger};
use super::document::ChartTransition;
use super::draft::{Draft, StateKind};
use super::names::{EventNames, pattern};
use super::{CHART_TOO_LARGE, STATE_UNKNOWN, TRANSITION_INVALID};
use crate::kernel::calendar::Zone;
use crate::kernel::document::refusal;
use crate::kernel::expression::{self, Expression, FactType, ItemType, Program, Vocabulary};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

/// The most states, transitions and actions of a chart, together.
pub const MAX_PARTS: usize = 50_000;

/// How many problems are worth listing.
const MOST_PROBLEMS: usize = 100;

/// Among so many names the nearest is looked for.
const FEW: usize = 200;

/// Checks a draft and prepares it.
///
/// # Errors
/// Every problem, each at its place in the domain's document, up to a hundred.
pub fn compile(draft: &Draft<'_>) -> Result<Chart, Problems> {
    check_size(draft)?;
    let mut compiler = Compiler::new(draft);
    compiler.name_states(draft);
    compiler.shape_states(draft);
    compiler.name_events(draft);
    compiler.fill_states(draft);
    compiler.finish()
}

fn check_size(draft: &Draft<'_>) -> Result<(), Problem> {
    let of_transitions = |transitions: &[ChartTransition]| {
        transitions.iter().map(|one| 1 + one.actions.len() + one.to.len()).sum::<usize>()
    };
    let of_states = draft
        .states
        .iter()
        .map(|state| 1 + of_transitions(&state.transitions) + state.entry.len() + state.exit.len());
    let parts = of_states.sum::<usize>() + of_transitions(&draft.transitions);
    if parts <= MAX_PARTS {
        return Ok(());
    }
    Err(Problem::new(
        CHART_TOO_LARGE,
        format!("there are {parts} states, transitions and actions, more than {MAX_PARTS}"),
        "split it into several charts",
    ))
}

/// A chart in the making. What is wrong is reported and left out, and the chart then refused.
pub(super) struct Compiler {
    pub(super) chart: Chart,
    pub(super) arcs: Vec<Arc>,
    pub(super) actions: Vec<super::chart::Action>,
    pub(super) names: EventNames,
    pub(super) nodes: Vec<Node>,
    pub(super) targets: Vec<usize>,
    found: Vec<Problem>,
}

impl Compiler {
    fn new(draft: &Draft<'_>) -> Self {
        let root = Node {
            id: draft.name.clone(),
            parent: ROOT,
            end: draft.states.len() + 1,
            kind: Kind::Compound,
            initial: 0..0,
            arcs: 0..0,
            entry: 0..0,
            exit: 0..0,
            done: None,
            is_eventless: false,
            is_timed: false,
            is_remembered: false,
            path: Box::default(),
        };
        let mut compiler = Self {
            chart: Chart {
                nodes: Box::default(),
                nowhere: root.clone(),
                arcs: Box::default(),
                actions: Box::default(),
                targets: Box::default(),
                events: Box::default(),
                event_numbers: BTreeMap::new(),
                state_numbers: BTreeMap::new(),
                data: Box::default(),
                vocabulary: Vocabulary::new(),
                zone: draft.zone.unwrap_or(Zone::UTC),
                hours: draft.hours.clone(),
                reads_states: false,
                has_eventless: false,
            },
            arcs: Vec::new(),
            actions: Vec::new(),
            names: EventNames::default(),
            nodes: vec![root],
            targets: Vec::new(),
            found: Vec::new(),
        };
        compiler.declare(draft);
        compiler
    }

    /// The facts: what every chart has, what it remembers, what comes with events.
    fn declare(&mut self, draft: &Draft<'_>) {
        let built_in = [
            ("now", FactType::Instant {}),
            ("event", FactType::String {}),
            ("states", FactType::List { of: ItemType::String }),
        ];
        for (name, of) in built_in {
            if let Err(problem) = self.chart.vocabulary.declare(name, of) {
                self.report(problem, "/facts");
            }
        }
        debug_assert_eq!(self.chart.vocabulary.len(), BUILT_IN, "the slots are fixed");
        let mut data = Vec::with_capacity(draft.data.len());
        for (name, of, first) in &draft.data {
            match self.chart.vocabulary.declare(&format!("data.{name}"), *of) {
                Ok(_) => data.push(Datum { name: name.clone(), of: *of, first: first.clone() }),
                Err(problem) => self.report(problem.under(name), "/data"),
            }
        }
        self.chart.data = data.into();
        if let Err(problems) = self.chart.vocabulary.declare_all(&draft.facts) {
            self.report_all(problems, "/facts");
        }
    }

    fn name_events(&mut self, draft: &Draft<'_>) {
        self.names.declare(&draft.events);
        self.names.of_transitions(&draft.transitions, &[], "");
        for state in &draft.states {
            self.names.of_transitions(&state.transitions, &state.places, &state.path);
            self.names.of_actions(&state.entry, &format!("{}/entry", state.path));
            self.names.of_actions(&state.exit, &format!("{}/exit", state.path));
        }
        for node in &mut self.chart.nodes {
            if node.kind.has_children() {
                node.done = self.names.done_of(&node.id);
            }
        }
        for problem in self.names.take_problems() {
            self.push(problem);
        }
    }

    fn fill_states(&mut self, draft: &Draft<'_>) {
        self.set(ROOT, |node| &mut node.initial, |this| this.initial_of(ROOT, &draft.initial, ""));
        self.set(
            ROOT,
            |node| &mut node.arcs,
            |this| this.transitions(ROOT, &draft.transitions, &[], ""),
        );
        for (number, state) in (1..).zip(&draft.states) {
            let path = state.path.as_str();
            self.set(
                number,
                |node| &mut node.initial,
                |this| this.initial_of(number, &state.initial, path),
            );
            self.set(
                number,
                |node| &mut node.arcs,
                |this| this.transitions(number, &state.transitions, &state.places, path),
            );
            self.set(
                number,
                |node| &mut node.entry,
                |this| {
                    let mut entry = this.add_actions(&state.entry, &format!("{path}/entry"));
                    entry.end += this.add_own(state.own.as_ref());
                    entry
                },
            );
            self.set(
                number,
                |node| &mut node.exit,
                |this| this.add_actions(&state.exit, &format!("{path}/exit")),
            );
        }
    }

    fn set(
        &mut self,
        state: usize,
        place: fn(&mut Node) -> &mut Range<usize>,
        make: impl FnOnce(&mut Self) -> Range<usize>,
    ) {
        let made = make(self);
        if let Some(node) = self.chart.nodes.get_mut(state) {
            *place(node) = made;
        }
    }

    pub(super) fn add_targets(&mut self, targets: Vec<usize>) -> Range<usize> {
        let start = self.targets.len();
        self.targets.extend(targets);
        start..self.targets.len()
    }

    pub(super) fn resolve(&mut self, ids: &[Id], path: &str) -> Vec<usize> {
        let mut found = Vec::with_capacity(ids.len());
        for (position, id) in ids.iter().enumerate() {
            match self.chart.state_numbers.get(id) {
                Some(number) => found.push(*number),
                None if self.found.len() >= MOST_PROBLEMS => break,
                None => {
                    let known: Vec<&str> =
                        self.chart.state_numbers.keys().map(Id::as_str).take(FEW).collect();
                    let problem = refusal::unknown(STATE_UNKNOWN, id.as_str(), &known);
                    self.report(problem.under(position), path);
                }
            }
        }
        found
    }

    fn transitions(
        &mut self,
        source: usize,
        all: &[ChartTransition],
        places: &[String],
        path: &str,
    ) -> Range<usize> {
        let start = self.arcs.len();
        for (position, transition) in all.iter().enumerate() {
            let path = place(places, path, position);
            let arc = self.transition(source, transition, &path);
            if let Some(node) = self.chart.nodes.get_mut(source) {
                node.is_eventless |= matches!(arc.trigger, Trigger::Eventless);
                node.is_timed |= matches!(arc.trigger, Trigger::After { .. });
                self.chart.has_eventless |= node.is_eventless;
            }
            self.arcs.push(arc);
        }
        start..self.arcs.len()
    }

    fn transition(&mut self, source: usize, one: &ChartTransition, path: &str) -> Arc {
        let trigger = self.trigger(source, one, path);
        let targets = self.resolve(&one.to, &format!("{path}/to"));
        self.check_together(&targets, &format!("{path}/to"));
        let guard = one
            .when
            .as_ref()
            .and_then(|when| self.program(when, Some(FactType::Bool {}), &format!("{path}/when")));
        let domain = self.domain(source, &targets, one.internal);
        let actions = self.add_actions(&one.actions, &format!("{path}/actions"));
        let targets = self.add_targets(targets);
        Arc {
            source,
            trigger,
            guard,
            targets,
            domain,
            internal: one.internal,
            actions,
            path: path.into(),
        }
    }

    fn trigger(&mut self, source: usize, one: &ChartTransition, path: &str) -> Trigger {
        let refused = match (&one.event, &one.after) {
            (Some(_), Some(_)) => "it waits for an event and for a time",
            (None, Some(_)) if source == ROOT => "the whole chart is never entered again",
            (None, None) if one.to.is_empty() => "it would be taken again and again",
            (None, None) if source == ROOT => "it would be taken again and again",
            _ => "",
        };
        if !refused.is_empty() {
            let problem = Problem::new(
                TRANSITION_INVALID,
                format!("the transition makes no sense: {refused}"),
                "give it an `event`, an `after`, or a `when` and another state",
            );
            self.report(problem, path);
        }
        let misplaced = match (one.after, &self.chart.hours) {
            _ if !one.business => "",
            (None, _) => "it waits for no time that could count business hours",
            (Some(_), None) => "the document does not say when business is open",
            (Some(span), _) if span.months() > 0 => "business counts days and hours, not months",
            _ => "",
        };
        if !misplaced.is_empty() {
            let problem = Problem::new(
                TRANSITION_INVALID,
                format!("the transition makes no sense: {misplaced}"),
                "say `business` of an `after` in days and hours, in a document with `business_hours`",
            );
            self.report(problem.under("business"), path);
        }
        match (&one.event, one.after) {
            (_, Some(span)) => Trigger::After { span, business: one.business },
            (None, None) => Trigger::Eventless,
            (Some(name), None) => match (pattern(name.as_str()), self.names.number(name)) {
                (Some(prefix), _) => Trigger::Pattern(prefix.into()),
                (None, Some(number)) => Trigger::Event(number),
                (None, None) => Trigger::Eventless,
            },
        }
    }

    fn domain(&self, source: usize, targets: &[usize], internal: bool) -> Domain {
        let is_history = |target: &usize| self.chart.node(*target).kind.is_history();
        if targets.is_empty() {
            Domain::None
        } else if source == ROOT {
            Domain::Fixed(ROOT)
        } else if targets.iter().any(is_history) {
            Domain::Remembered
        } else {
            Domain::Fixed(self.chart.domain(source, targets, internal))
        }
    }

    /// Compiles an expression, of any type unless one is wanted.
    pub(super) fn program(
        &mut self,
        expression: &Expression,
        wanted: Option<FactType>,
        path: &str,
    ) -> Option<Program> {
        let compiled = match wanted {
            Some(of) => expression::compile(expression, &self.chart.vocabulary, of),
            None => expression::infer(expression, &self.chart.vocabulary),
        };
        match compiled {
            Ok(program) => {
                let reads = program.reads().iter().any(|fact| fact.slot() == super::chart::STATES);
                self.chart.reads_states |= reads;
                Some(program)
            }
            Err(problems) => {
                self.report_all(problems, path);
                None
            }
        }
    }

    pub(super) fn report(&mut self, problem: Problem, path: &str) {
        let path = format!("{path}{}", problem.path);
        self.push(problem.at(path));
    }

    fn report_all(&mut self, problems: Problems, path: &str) {
        for problem in problems.into_vec() {
            self.report(problem, path);
        }
    }

    fn push(&mut self, problem: Problem) {
        if self.found.len() < MOST_PROBLEMS {
            self.found.push(problem);
        }
    }

    fn finish(mut self) -> Result<Chart, Problems> {
        Problems::verdict(self.found)?;
        self.chart.arcs = self.arcs.into();
        self.chart.actions = self.actions.into();
        self.chart.targets = self.targets.into();
        (self.chart.events, self.chart.event_numbers) = self.names.finish();
        if let Some(root) = self.chart.nodes.first() {
            self.chart.nowhere = root.clone();
        }
        Ok(self.chart)
    }
}

/// Where a transition stands.
pub(super) fn place(places: &[String], path: &str, position: usize) -> String {
    let usual = || format!("{path}/transitions/{position}");
    places.get(position).cloned().unwrap_or_else(usual)
}

impl StateKind {
    /// Whether it is never active itself.
    #[must_use]
    pub const fn is_history(self) -> bool {
        matches!(self, Self::History | Self::DeepHistory)
    }
}
