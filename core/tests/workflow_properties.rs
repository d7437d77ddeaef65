//! Laws of workflows, held over random charts: who looks late finds what would have happened in
//! time, what is stored is read again, and nothing is left half-way.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "whatever fails here is a failed test"
)]

mod tries;

use std::collections::BTreeSet;

use guerdon::kernel::calendar::Instant;
use guerdon::kernel::derived_id::{Cause, DerivedId};
use guerdon::kernel::document::{canonical_json, to_json};
use guerdon::kernel::explain::NoSteps;
use guerdon::kernel::expression::KnownFacts;
use guerdon::kernel::id::Id;
use guerdon::workflow::{
    Applied, Instance, SnapshotDocument, SnapshotText, StoredState, Workflow, WorkflowEffect,
    WorkflowEvent, WorkflowStatus,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use tries::tries;

const EVENTS: [&str; 4] = ["e0", "e1", "e2", "e3"];

/// A source of numbers that a case is drawn from.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(most).unwrap()).unwrap()
    }

    fn one_in(&mut self, most: usize) -> bool {
        self.below(most) == 0
    }
}

/// The ids of a tree, in document order, each with its children.
struct Tree {
    id: String,
    kind: &'static str,
    inner: Vec<Tree>,
}

fn tree(dice: &mut Dice, next: &mut usize, depth: usize) -> Tree {
    let id = format!("s{next}");
    *next += 1;
    let inner = if depth > 2 || dice.one_in(2) { 0 } else { 1 + dice.below(3) };
    let mut inner: Vec<Tree> = (0..inner).map(|_| tree(dice, next, depth + 1)).collect();
    let kind = if inner.len() > 1 && dice.one_in(3) { "parallel" } else { "state" };
    if !inner.is_empty() && dice.one_in(4) {
        let kind = if dice.one_in(2) { "history" } else { "deep_history" };
        inner.push(Tree { id: format!("s{next}"), kind, inner: Vec::new() });
        *next += 1;
    }
    Tree { id, kind, inner }
}

fn written(tree: &Tree, all: usize, dice: &mut Dice) -> Value {
    if tree.kind.ends_with("history") {
        return json!({"id": tree.id, "kind": tree.kind});
    }
    let effect = |word: &str| json!([{"effect": {"kind": format!("{word} {}", tree.id)}}]);
    let transitions: Vec<Value> = (0..dice.below(4))
        .map(|_| {
            let to = format!("s{}", dice.below(all));
            let mut one =
                json!({"to": [to], "internal": dice.one_in(3), "actions": effect("took")});
            if dice.one_in(4) {
                one["after"] = format!("PT{}S", 1 + dice.below(20)).into();
            } else {
                one["event"] = EVENTS[dice.below(4)].into();
            }
            if dice.one_in(4) {
                let state = format!("s{}", dice.below(all));
                one["when"] =
                    json!({"op": "contains", "args": [{"fact": "states"}, {"string": state}]});
            }
            one
        })
        .collect();
    let states: Vec<Value> = tree.inner.iter().map(|inner| written(inner, all, dice)).collect();
    let mut state = json!({"id": tree.id, "kind": tree.kind, "states": states, "transitions": transitions,
        "entry": effect("in"), "exit": effect("out")});
    if states.is_empty() && dice.one_in(3) {
        state["step"] = json!({"kind": "task", "timeout": "PT7S", "exhausted": "pause",
            "retry": [{"errors": ["*"], "interval_ms": 1_500, "jitter": "full"}]});
    }
    state
}

fn workflow(seed: u64) -> Workflow {
    let mut dice = Dice(seed);
    let mut next = 0;
    let trees: Vec<Tree> = (0..2 + dice.below(3)).map(|_| tree(&mut dice, &mut next, 0)).collect();
    let states: Vec<Value> = trees.iter().map(|one| written(one, next, &mut dice)).collect();
    let document = json!({"format": "guerdon.workflow/1", "id": "w", "version": 1, "events": EVENTS, "states": states});
    Workflow::from_json(&document.to_string()).unwrap()
}

fn at(seconds: i64) -> Instant {
    Instant::from_micros(seconds * 1_000_000).unwrap()
}

fn start(workflow: &Workflow) -> Applied {
    let data = workflow.chart().data_of(&std::collections::BTreeMap::new()).unwrap();
    workflow.start("i".parse().unwrap(), at(0), data, None, &mut NoSteps).unwrap()
}

fn event(name: &str) -> WorkflowEvent {
    WorkflowEvent::Event { id: None, name: name.parse().unwrap(), facts: Default::default() }
}

fn read_again(workflow: &Workflow, instance: &Instance) -> Instance {
    let text = to_json(&workflow.stored(instance)).unwrap();
    let stored: SnapshotText = text.parse().unwrap();
    workflow.instance(&stored.0).unwrap()
}

/// What an instance is, without when somebody last looked.
fn shown(workflow: &Workflow, instance: &Instance) -> String {
    canonical_json(&SnapshotDocument { at: at(0), ..workflow.stored(instance) }).unwrap()
}

/// A step's effect, by its state alone.
fn effect_of(state: &Id) -> DerivedId {
    Cause::of("any").text(state.as_str()).id()
}

/// Where an instance stands, without its times and numbers. A step that fails next has failed for
/// good; one that is paused goes on.
fn placed(workflow: &Workflow, instance: &Instance) -> SnapshotDocument {
    let mut stored = workflow.stored(instance);
    (stored.at, stored.paused_at, stored.entries, stored.emitted) = (at(0), None, 1, 0);
    if stored.status == WorkflowStatus::Paused {
        stored.status = WorkflowStatus::Active;
    }
    let state = |one: StoredState| StoredState { entry: 1, emitted: 0, ..one };
    stored.states = stored.states.into_iter().map(state).collect();
    stored.deadlines.sort_by_key(|one| (one.state.clone(), one.transition));
    stored.deadlines.iter_mut().for_each(|one| one.due = at(1_000));
    for step in &mut stored.steps {
        (step.effect, step.attempt, step.failed) = (effect_of(&step.state), 1, vec![2]);
        (step.retry_at, step.timeout_at) = (None, None);
    }
    stored.steps.sort_by_key(|one| one.state.clone());
    stored
}

/// What the engine itself makes of everything that can happen, with the least number of steps to
/// each configuration.
fn by_brute_force(workflow: &Workflow) -> Vec<(SnapshotDocument, usize)> {
    let first = placed(workflow, &start(workflow).instance);
    let mut known = BTreeSet::from([canonical_json(&first).unwrap()]);
    let mut found = vec![(first, 0)];
    let mut place = 0;
    while place < found.len() {
        let (from, steps) = found[place].clone();
        place += 1;
        if from.status.is_over() {
            continue;
        }
        let instance = workflow.instance(&from).unwrap();
        let mut next: Vec<(Instance, WorkflowEvent)> =
            EVENTS.iter().map(|name| (instance.clone(), event(name))).collect();
        for due in 0..from.deadlines.len() {
            let mut hurried = from.clone();
            let mut one = hurried.deadlines.remove(due);
            one.due = at(1);
            hurried.deadlines.insert(0, one);
            next.push((workflow.instance(&hurried).unwrap(), WorkflowEvent::Due {}));
        }
        for step in &from.steps {
            let effect = step.effect;
            let (error, facts) = ("e".parse().unwrap(), KnownFacts::default());
            next.push((instance.clone(), WorkflowEvent::StepDone { effect, facts }));
            next.push((instance.clone(), WorkflowEvent::StepSkipped { effect }));
            let attempt = 1;
            let failed = WorkflowEvent::StepFailed { effect, attempt, error, retry_after_ms: None };
            next.push((instance.clone(), failed));
        }
        for (instance, happened) in next {
            let applied = workflow.apply(&instance, &happened, at(1), &mut NoSteps).unwrap();
            let to = placed(workflow, &applied.instance);
            let key = canonical_json(&to).unwrap();
            if known.insert(key) {
                found.push((to, steps + 1));
            }
        }
    }
    found
}

proptest! {
    #![proptest_config(tries(100))]

    #[test]
    fn what_is_explored_is_what_the_engine_can_do(seed in any::<u64>()) {
        let workflow = workflow(seed);
        let explored = workflow.explore(&[], &KnownFacts::default(), 300).unwrap();
        if !explored.complete {
            return Ok(());
        }
        let found = by_brute_force(&workflow);
        prop_assert_eq!(explored.configurations, u64::try_from(found.len()).unwrap());
        for state in workflow.describe().unwrap().states {
            let number = workflow.chart().state(state.as_str()).unwrap();
            if workflow.chart().is_history(number) {
                continue;
            }
            let is_in = |one: &SnapshotDocument| one.states.iter().any(|active| active.id == state);
            let nearest = found.iter().filter(|(one, _)| is_in(one)).map(|(_, steps)| *steps).min();
            let to = workflow.explore(std::slice::from_ref(&state), &KnownFacts::default(), 300).unwrap();
            // The path begins with the start.
            prop_assert_eq!(to.path.len().checked_sub(1), nearest, "{}", state);
            prop_assert_eq!(explored.unreached.contains(&state), nearest.is_none());
        }
    }
}

proptest! {
    #![proptest_config(tries(300))]

    #[test]
    fn who_looks_late_finds_what_would_have_happened(seed in any::<u64>(), waits in prop::collection::vec((0_usize..4, 0_i64..40), 1..8)) {
        let workflow = workflow(seed);
        let begun = start(&workflow);
        let (mut lazy, mut busy) = (begun.instance.clone(), begun.instance);
        let (mut by_lazy, mut by_busy) = (Vec::<WorkflowEffect>::new(), Vec::<WorkflowEffect>::new());
        let mut now = 0;
        for (name, wait) in waits {
            let until = now + wait;
            while now < until {
                now += 1;
                let applied = workflow.apply(&busy, &WorkflowEvent::Due {}, at(now), &mut NoSteps).unwrap();
                by_busy.extend(applied.effects);
                busy = applied.instance;
            }
            let happened = event(EVENTS[name]);
            let one = workflow.apply(&lazy, &happened, at(now), &mut NoSteps).unwrap();
            let two = workflow.apply(&busy, &happened, at(now), &mut NoSteps).unwrap();
            prop_assert_eq!(one.answer, two.answer);
            by_lazy.extend(one.effects);
            by_busy.extend(two.effects);
            (lazy, busy) = (one.instance, two.instance);
            prop_assert_eq!(shown(&workflow, &lazy), shown(&workflow, &busy));
        }
        let told = |effects: &[WorkflowEffect]| effects.iter().map(|one| (one.id, one.attempt)).collect::<Vec<_>>();
        prop_assert_eq!(told(&by_lazy), told(&by_busy));
    }

    #[test]
    fn what_is_stored_is_read_again_and_no_effect_has_the_id_of_another(seed in any::<u64>(), names in prop::collection::vec((0_usize..6, 0_i64..9), 0..20)) {
        let workflow = workflow(seed);
        let begun = start(&workflow);
        let (mut instance, mut effects) = (begun.instance, begun.effects);
        let mut now = 0;
        for (name, wait) in names {
            now += wait;
            let happened = match name {
                4 => WorkflowEvent::Pause {},
                5 => WorkflowEvent::Resume {},
                name => event(EVENTS[name]),
            };
            let applied = workflow.apply(&instance, &happened, at(now), &mut NoSteps).unwrap();
            prop_assert_eq!(&read_again(&workflow, &applied.instance), &applied.instance);
            instance = applied.instance;
            effects.extend(applied.effects);
        }
        let mut ids: Vec<_> = effects.iter().map(|one| (one.id, one.attempt)).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        prop_assert_eq!(ids.len(), all);
    }
}
