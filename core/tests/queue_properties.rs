//! Laws of task queues, held over random ones: a naive assigner makes the same offers, nobody gets
//! more than they take, and nobody who could do a task is idle while it waits.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "whatever fails here is a failed test"
)]

use std::collections::BTreeMap;

use num_rational::Ratio;
use proptest::prelude::*;
use serde_json::{Value, json};

const NOW: &str = "2026-11-20T12:00:00Z";
const SKILLS: [&str; 3] = ["s0", "s1", "s2"];

/// A source of numbers that a case is drawn from.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn skills(&mut self) -> Vec<Value> {
        let chosen: Vec<u64> = (0..3).map(|_| self.below(5)).collect();
        let all = SKILLS.iter().zip(chosen);
        all.filter(|(_, level)| *level > 2)
            .map(|(name, level)| json!({"name": name, "level": level - 2}))
            .collect()
    }
}

/// A queue without targets, its tasks and its workers.
fn case(seed: u64) -> Value {
    let mut dice = Dice(seed);
    let workers: Vec<Value> = (0..=dice.below(4))
        .map(|number| {
            let mut worker = json!({
                "id": format!("w{number}"),
                "skills": dice.skills(),
                "capacity": dice.below(5),
                "available": dice.below(5) > 0,
            });
            if dice.below(2) == 0 {
                worker["last_offered"] = json!(format!("2026-11-20T11:0{}:00Z", dice.below(3)));
            }
            worker
        })
        .collect();
    let tasks: Vec<Value> = (0..dice.below(12))
        .map(|number| {
            let mut task = json!({
                "id": format!("t{number:02}"),
                "entered": format!("2026-11-20T10:0{}:00Z", dice.below(4)),
                "priority": dice.below(3),
                "load": dice.below(3),
                "skills": if dice.below(2) == 0 { dice.skills() } else { Vec::new() },
            });
            if dice.below(5) == 0 {
                let worker = dice.below(u64::try_from(workers.len()).unwrap());
                task["status"] = json!("assigned");
                task["worker"] = json!(format!("w{worker}"));
            } else if dice.below(4) == 0 {
                let worker = dice.below(u64::try_from(workers.len()).unwrap());
                task["declined"] = json!([{"worker": format!("w{worker}")}]);
            }
            task
        })
        .collect();
    json!({
        "queue": {"format": "guerdon.queue/1", "id": "q", "version": 1},
        "state": {"tasks": tasks, "workers": workers},
        "now": NOW,
    })
}

fn items<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn number(value: &Value, field: &str, default: u64) -> u64 {
    value.get(field).map_or(default, |found| found.as_u64().unwrap())
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value.get(field).and_then(Value::as_str).unwrap_or("")
}

fn loads(state: &Value) -> BTreeMap<String, u64> {
    let mut loads = BTreeMap::new();
    for task in items(state, "tasks") {
        *loads.entry(text(task, "worker").to_owned()).or_default() += number(task, "load", 1);
    }
    loads
}

/// Whether a worker may be offered a task, with the load that the worker has.
fn may(task: &Value, worker: &Value, load: u64) -> bool {
    let knows = items(task, "skills").iter().all(|asked| {
        items(worker, "skills").iter().any(|own| {
            text(own, "name") == text(asked, "name")
                && number(own, "level", 1) >= number(asked, "level", 1)
        })
    });
    let declined =
        items(task, "declined").iter().any(|one| text(one, "worker") == text(worker, "id"));
    knows
        && !declined
        && worker.get("available") != Some(&json!(false))
        && load + number(task, "load", 1) <= number(worker, "capacity", 1)
}

/// Of all pairs that are possible the best one, again and again, until there is none. Fractions
/// of a capacity of nothing do not come up: such a worker takes only what is no load, and is as
/// free as can be.
fn naive(input: &Value) -> Vec<(String, String)> {
    let state = &input["state"];
    let mut loads = loads(state);
    let mut offered: BTreeMap<String, String> = BTreeMap::new();
    for worker in items(state, "workers") {
        offered.insert(text(worker, "id").to_owned(), text(worker, "last_offered").to_owned());
    }
    let mut left: Vec<&Value> =
        items(state, "tasks").iter().filter(|task| text(task, "worker").is_empty()).collect();
    let mut pairs = Vec::new();
    loop {
        let load = |worker: &Value| loads.get(text(worker, "id")).copied().unwrap_or(0);
        let possible = left.iter().flat_map(|task| {
            let workers = items(state, "workers").iter();
            workers.filter(|worker| may(task, worker, load(worker))).map(move |one| (*task, one))
        });
        let best = possible.min_by_key(|(task, worker)| {
            let capacity = number(worker, "capacity", 1);
            let part = if capacity == 0 {
                Ratio::from_integer(0)
            } else {
                Ratio::new(load(worker), capacity)
            };
            (
                u64::MAX - number(task, "priority", 0),
                text(task, "entered").to_owned(),
                text(task, "id").to_owned(),
                part,
                offered[text(worker, "id")].clone(),
                text(worker, "id").to_owned(),
            )
        });
        let Some((task, worker)) = best else { return pairs };
        let (task_id, worker_id) = (text(task, "id").to_owned(), text(worker, "id").to_owned());
        let added = number(task, "load", 1);
        left.retain(|one| text(one, "id") != task_id);
        *loads.entry(worker_id.clone()).or_default() += added;
        offered.insert(worker_id.clone(), NOW.to_owned());
        pairs.push((task_id, worker_id));
    }
}

fn assigned(input: &Value) -> Value {
    serde_json::from_str(&guerdon::call("queue.assign", &input.to_string()).unwrap()).unwrap()
}

proptest! {
    #[test]
    fn a_naive_assigner_makes_the_same_offers(seed: u64) {
        let input = case(seed);
        let answer = assigned(&input);
        let offers: Vec<(String, String)> = items(&answer, "offers")
            .iter()
            .map(|offer| (text(offer, "task").to_owned(), text(offer, "worker").to_owned()))
            .collect();
        prop_assert_eq!(offers, naive(&input));
    }

    #[test]
    fn nobody_is_overloaded_and_nobody_idle(seed: u64) {
        let input = case(seed);
        let answer = assigned(&input);
        let (before, after) = (loads(&input["state"]), loads(&answer["state"]));
        for worker in items(&answer["state"], "workers") {
            let id = text(worker, "id");
            let load = after.get(id).copied().unwrap_or(0);
            // A host may have given somebody too much; an offer never does.
            let was = before.get(id).copied().unwrap_or(0);
            prop_assert!(load <= number(worker, "capacity", 1).max(was), "{}", answer);
            for task in items(&answer["state"], "tasks") {
                let waits = text(task, "worker").is_empty();
                prop_assert!(!waits || !may(task, worker, load), "{}", answer);
            }
        }
        // Who asks again at once gets nothing more, and loses nothing.
        let again = json!({"queue": input["queue"], "state": answer["state"], "now": NOW});
        let second = assigned(&again);
        prop_assert!(items(&second, "offers").is_empty());
        prop_assert_eq!(&second["state"], &answer["state"]);
    }

    #[test]
    fn the_order_of_lists_does_not_matter(seed: u64) {
        let input = case(seed);
        let mut turned = input.clone();
        for list in ["tasks", "workers"] {
            turned["state"][list].as_array_mut().unwrap().reverse();
        }
        prop_assert_eq!(&assigned(&input)["offers"], &assigned(&turned)["offers"]);
    }
}
