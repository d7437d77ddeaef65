//! From a rule to the workflow that it stands for.
//!
//! | state | it is entered | and left |
//! |---|---|---|
//! | `waiting` | first, and after a run | by the trigger |
//! | `running` | with a delay, by the trigger | as below |
//! | `delayed`, in `running` | with it | after the delay, when the actions are done; by an exit |
//! | `resting` | after a run, with an interval | when that is over, counted from the trigger |
//! | `done` | after the one run of `once` | never |
//! | `goal` | by the goal, from anywhere | never |
//!
//! Facts come with events and are gone afterwards. So with a delay the trigger's facts that a
//! payload reads are kept as data of the instance, and the payload reads those.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::expression::{Expression, FactType, FactValue, Op};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::statechart::{
    ChartAction, ChartAssignment, ChartEffect, ChartTransition, StateKind,
};

use super::super::document::{
    Unmatched, WorkflowData, WorkflowDocument, WorkflowFormat, WorkflowState,
};
use super::AUTOMATION_INVALID;
use super::document::{AutomationDocument, FollowUp, Reentry};

/// The kind of effect that a follow-up is.
const MESSAGE: &str = "message";
/// Whether the interval was over before the delay was: a piece of data.
const RESTED: &str = "rested";

/// A workflow, and where its parts stand in the rule.
pub(super) struct Lowered {
    pub(super) workflow: WorkflowDocument,
    /// Pointers into the workflow, and those into the rule that stand for them.
    places: Vec<(String, String)>,
}

impl Lowered {
    /// Problems of the workflow as problems of the rule, each once, where a part of the rule stands
    /// in several places of the workflow.
    pub(super) fn placed(&self, problems: Problems) -> Problems {
        problems.map(|problem| self.place_in_rule(problem)).once()
    }

    fn place_in_rule(&self, problem: Problem) -> Problem {
        let Some(rest) = problem.path.strip_prefix("/workflow") else { return problem };
        let known = self.places.iter().filter_map(|(from, to)| {
            let after = rest.strip_prefix(from.as_str())?;
            (after.is_empty() || after.starts_with('/'))
                .then(|| (from.len(), format!("/automation{to}{after}")))
        });
        let longest = known.max_by_key(|(length, _)| *length);
        let path = longest.map_or_else(|| "/automation".to_owned(), |(_, path)| path);
        problem.at(path)
    }
}

/// Everything that is wrong with a rule beyond its expressions.
pub(super) fn check(rule: &AutomationDocument) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut refuse = |field: &str, what: &str, hint: &str| {
        found.push(Problem::new(AUTOMATION_INVALID, what, hint).under(field));
    };
    if rule.actions.is_empty() && rule.follow_up.is_none() {
        refuse("actions", "the rule does nothing", "give it actions or a follow-up");
    }
    if rule.delay.is_some_and(|delay| delay.is_zero()) {
        refuse("delay", "the delay is no time at all", "leave it out to act at once");
    }
    if rule.delay.is_none() && !rule.exits.is_empty() {
        refuse(
            "exits",
            "a run is over at once, so that nothing can call it off",
            "give the rule a delay, or leave the exits out",
        );
    }
    if matches!(rule.reentry, Reentry::Interval { every } if every.is_zero()) {
        refuse("reentry", "the interval is no time at all", "use `always` for no wait");
    }
    let variables = rule.follow_up.iter().flat_map(|one| one.variables.keys());
    for name in variables.filter(|name| MESSAGE_FIELDS.contains(&name.as_str())) {
        let message = format!("`{name}` is a field of the message, and no variable of it");
        let problem = Problem::new(AUTOMATION_INVALID, message, "give the variable another name");
        found.push(problem.under(name).under("variables").under("follow_up"));
    }
    found
}

/// Writes a rule as the workflow that it stands for.
pub(super) fn lower(rule: &AutomationDocument) -> Result<Lowered, Problems> {
    let name = |text: &str| text.parse::<Id>();
    let names = Names {
        waiting: name("waiting")?,
        running: name("running")?,
        delayed: name("delayed")?,
        resting: name("resting")?,
        done: name("done")?,
        goal: name("goal")?,
        message: name(MESSAGE)?,
    };
    let mut lowering = Lowering { rule, names, places: Vec::new() };
    let states = lowering.states();
    let transitions = lowering.goal();
    let mut data: BTreeMap<String, WorkflowData> = BTreeMap::new();
    for fact in lowering.kept() {
        if let Some(of) = rule.facts.get(&fact) {
            data.insert(format!("trigger.{fact}"), WorkflowData { of: *of, first: None });
        }
    }
    if rule.delay.is_some() && matches!(rule.reentry, Reentry::Interval { .. }) {
        let first = Some(FactValue::Bool(false));
        data.insert(RESTED.to_owned(), WorkflowData { of: FactType::Bool {}, first });
    }
    lowering.place("/facts", "/facts");
    Ok(Lowered {
        workflow: WorkflowDocument {
            format: WorkflowFormat,
            id: rule.id.clone(),
            version: rule.version,
            unmatched: Unmatched::Ignore,
            zone: rule.zone,
            business_hours: None,
            remember: 100,
            facts: rule.facts.clone(),
            data,
            events: Vec::new(),
            initial: Vec::new(),
            states,
            sequence: Vec::new(),
            transitions,
        },
        places: lowering.places,
    })
}

/// What a message has beside its variables.
const MESSAGE_FIELDS: [&str; 3] = ["template", "channel", "purpose"];

/// The names of states and effects.
struct Names {
    waiting: Id,
    running: Id,
    delayed: Id,
    resting: Id,
    done: Id,
    goal: Id,
    message: Id,
}

struct Lowering<'a> {
    rule: &'a AutomationDocument,
    names: Names,
    places: Vec<(String, String)>,
}

impl Lowering<'_> {
    fn place(&mut self, from: impl Into<String>, to: impl Into<String>) {
        self.places.push((from.into(), to.into()));
    }

    /// Where a run leads when it is over at once.
    fn after_run(&self) -> Option<&Id> {
        match self.rule.reentry {
            Reentry::Once {} => Some(&self.names.done),
            Reentry::Always {} => None,
            Reentry::Interval { .. } => Some(&self.names.resting),
        }
    }

    fn states(&mut self) -> Vec<WorkflowState> {
        let rule = self.rule;
        let mut waiting = state(&self.names.waiting);
        let mut others = Vec::new();
        let mut trigger = transition(Some(&rule.trigger.event), rule.condition.as_ref());
        self.place("/states/0/transitions/0", "/trigger");
        self.place("/states/0/transitions/0/when", "/condition");
        if rule.delay.is_some() {
            trigger.to = vec![self.names.running.clone()];
            let kept = self.kept();
            trigger.actions = kept.iter().map(|fact| keep(fact)).collect();
            others.push(self.running());
        } else {
            trigger.to = self.after_run().into_iter().cloned().collect();
            trigger.actions = self.effects("/states/0/transitions/0/actions");
            if let Reentry::Interval { every } = rule.reentry {
                let mut resting = state(&self.names.resting);
                resting.transitions = vec![ChartTransition {
                    after: Some(every),
                    to: vec![self.names.waiting.clone()],
                    ..transition(None, None)
                }];
                self.place("/states/1", "/reentry");
                others.push(resting);
            }
        }
        waiting.transitions = vec![trigger];
        if rule.reentry == (Reentry::Once {}) {
            others.push(WorkflowState { kind: StateKind::Final, ..state(&self.names.done) });
        }
        if rule.goal.is_some() {
            others.push(WorkflowState { kind: StateKind::Final, ..state(&self.names.goal) });
        }
        others.insert(0, waiting);
        others
    }

    /// The state of a run that waits for its delay. With an interval it is left when that is over
    /// and the actions are done, whichever comes later.
    fn running(&mut self) -> WorkflowState {
        let rule = self.rule;
        let Names { waiting, running, delayed, resting, done, .. } = &self.names;
        let (waiting, done, resting) = (waiting.clone(), done.clone(), resting.clone());
        let mut outer = state(running);
        let mut inner = state(delayed);
        let rested = || Expression::fact(format!("data.{RESTED}"));
        let over = |when: Option<Expression>, to: &Id| ChartTransition {
            when,
            to: vec![to.clone()],
            ..transition(None, None)
        };
        // Where the end of the delay leads, and where an exit does.
        let ends: Vec<ChartTransition> = match rule.reentry {
            Reentry::Once {} => vec![over(None, &done)],
            Reentry::Always {} => vec![over(None, &waiting)],
            Reentry::Interval { .. } => {
                let not_yet = Expression::call(Op::Not, [rested()]);
                vec![over(Some(rested()), &waiting), over(Some(not_yet), &resting)]
            }
        };
        for end in &ends {
            let number = inner.transitions.len();
            let base = format!("/states/1/states/0/transitions/{number}");
            self.place(base.clone(), "/delay");
            let actions = self.effects(&format!("{base}/actions"));
            inner.transitions.push(ChartTransition { after: rule.delay, actions, ..end.clone() });
        }
        for (position, exit) in rule.exits.iter().enumerate() {
            for end in &ends {
                let number = inner.transitions.len();
                let base = format!("/states/1/states/0/transitions/{number}");
                self.place(base.clone(), format!("/exits/{position}"));
                let own = exit.when.clone();
                let when = match (own, end.when.clone()) {
                    (Some(own), Some(end)) => {
                        self.place(
                            format!("{base}/when/args/0"),
                            format!("/exits/{position}/when"),
                        );
                        Some(Expression::call(Op::And, [own, end]))
                    }
                    (own, end) => own.or(end),
                };
                inner.transitions.push(ChartTransition {
                    event: Some(exit.event.clone()),
                    when,
                    ..end.clone()
                });
            }
        }
        outer.states = vec![inner];
        if let Reentry::Interval { every } = rule.reentry {
            let is_over = ChartTransition {
                after: Some(every),
                when: Some(Expression::call(
                    Op::Contains,
                    [Expression::fact("states"), Expression::String(resting.to_string())],
                )),
                to: vec![waiting],
                ..transition(None, None)
            };
            let remember = ChartTransition {
                after: Some(every),
                actions: vec![assign(RESTED, Expression::Bool(true))],
                ..transition(None, None)
            };
            outer.transitions = vec![is_over, remember];
            outer.entry = vec![assign(RESTED, Expression::Bool(false))];
            outer.states.push(state(&resting));
            self.place("/states/1/transitions", "/reentry");
        }
        outer
    }

    /// What the goal does, wherever the instance is.
    fn goal(&mut self) -> Vec<ChartTransition> {
        let Some(goal) = &self.rule.goal else { return Vec::new() };
        self.place("/transitions/0", "/goal");
        for position in 0..goal.actions.len() {
            let place = format!("/goal/actions/{position}");
            self.place(format!("/transitions/0/actions/{position}/effect"), place);
        }
        vec![ChartTransition {
            to: vec![self.names.goal.clone()],
            actions: goal.actions.iter().cloned().map(ChartAction::Effect).collect(),
            ..transition(Some(&goal.event), goal.when.as_ref())
        }]
    }

    /// What a run does, and where each part of it stands in the rule.
    fn effects(&mut self, base: &str) -> Vec<ChartAction> {
        let mut effects = self.rule.actions.clone();
        for position in 0..effects.len() {
            self.place(format!("{base}/{position}/effect"), format!("/actions/{position}"));
        }
        if let Some(follow_up) = &self.rule.follow_up {
            let position = effects.len();
            self.place(format!("{base}/{position}/effect"), "/follow_up");
            self.place(format!("{base}/{position}/effect/payload"), "/follow_up/variables");
            effects.push(message(follow_up, &self.names.message));
        }
        if self.rule.delay.is_some() {
            let kept = self.kept();
            for effect in &mut effects {
                effect.payload.values_mut().for_each(|value| remembered(value, &kept));
            }
        }
        effects.into_iter().map(ChartAction::Effect).collect()
    }

    /// The facts of the trigger that payloads read after a delay.
    fn kept(&self) -> BTreeSet<String> {
        let mut read = BTreeSet::new();
        if self.rule.delay.is_some() {
            let of_actions = self.rule.actions.iter().flat_map(|effect| effect.payload.values());
            let of_message = self.rule.follow_up.iter().flat_map(|one| one.variables.values());
            of_actions.chain(of_message).for_each(|value| facts(value, &mut read));
        }
        read.retain(|name| self.rule.facts.contains_key(name));
        read
    }
}

/// A state without anything in it.
fn state(id: &Id) -> WorkflowState {
    WorkflowState {
        id: id.clone(),
        kind: StateKind::State,
        initial: Vec::new(),
        states: Vec::new(),
        transitions: Vec::new(),
        entry: Vec::new(),
        exit: Vec::new(),
        step: None,
        outcome: None,
    }
}

fn transition(event: Option<&Id>, when: Option<&Expression>) -> ChartTransition {
    ChartTransition {
        event: event.cloned(),
        after: None,
        business: false,
        when: when.cloned(),
        to: Vec::new(),
        internal: false,
        actions: Vec::new(),
    }
}

fn assign(data: &str, value: Expression) -> ChartAction {
    ChartAction::Assign(ChartAssignment { data: data.to_owned(), value })
}

/// Keeps a fact of the trigger as data.
fn keep(fact: &str) -> ChartAction {
    assign(&format!("trigger.{fact}"), Expression::fact(fact))
}

fn message(follow_up: &FollowUp, kind: &Id) -> ChartEffect {
    let text = |id: &Id| Expression::String(id.to_string());
    let mut payload = follow_up.variables.clone();
    payload.insert("template".to_owned(), text(&follow_up.template));
    payload.insert("channel".to_owned(), text(&follow_up.channel));
    if let Some(purpose) = &follow_up.purpose {
        payload.insert("purpose".to_owned(), text(purpose));
    }
    ChartEffect { kind: kind.clone(), payload }
}

/// The facts that an expression reads.
fn facts(expression: &Expression, found: &mut BTreeSet<String>) {
    match expression {
        Expression::Fact(name) => {
            found.insert(name.clone());
        }
        Expression::Call { args, .. } | Expression::List(args) => {
            args.iter().for_each(|arg| facts(arg, found));
        }
        _ => {}
    }
}

/// Lets an expression read what was kept in the place of facts that are gone.
fn remembered(expression: &mut Expression, kept: &BTreeSet<String>) {
    match expression {
        Expression::Fact(name) if kept.contains(name) => *name = format!("data.trigger.{name}"),
        Expression::Call { args, .. } | Expression::List(args) => {
            args.iter_mut().for_each(|arg| remembered(arg, kept));
        }
        _ => {}
    }
}
