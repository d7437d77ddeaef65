//! The compiled workflow of Swift and Kotlin, by every vector of an operation that it has too.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "whatever fails here is a failed test"
)]

use guerdon::kernel::document::{Limits, Model, parse, to_json};
use guerdon::phone::GuerdonError;
use guerdon::phone::workflow::Workflow;
use guerdon_tests::{Vector, vectors};
use serde::Serialize;
use serde_json::{Value, json};

/// A part of an input, as the typed languages hand it over; what is left out is left out.
fn part<T: Model>(input: &Value, name: &str) -> Option<T> {
    let value = input.get(name)?;
    Some(parse(&value.to_string(), Limits::INPUT).unwrap())
}

fn needed<T: Model>(input: &Value, name: &str) -> T {
    part(input, name).unwrap_or_else(|| panic!("no `{name}`"))
}

fn is(input: &Value, name: &str) -> bool {
    input.get(name).and_then(Value::as_bool).unwrap_or_default()
}

fn compiled(input: &Value, name: &str) -> Result<std::sync::Arc<Workflow>, GuerdonError> {
    match &input[name] {
        Value::String(text) => Workflow::new(text),
        document => Workflow::new(&document.to_string()),
    }
}

fn told<T: Serialize>(answer: Result<T, GuerdonError>) -> Result<Value, GuerdonError> {
    Ok(serde_json::from_str(&to_json(&answer?)?).unwrap())
}

/// What the method says; none of an operation that it does not have.
fn answer(op: &str, input: &Value) -> Option<Result<Value, GuerdonError>> {
    let verb = op.strip_prefix("workflow.")?;
    if ["ready_made", "retry", "stats"].contains(&verb) {
        return None;
    }
    let workflow = match compiled(input, "workflow") {
        Ok(workflow) => workflow,
        Err(refused) => return Some(Err(refused)),
    };
    let log = is(input, "log");
    Some(match verb {
        "describe" => told(workflow.describe()),
        "validate" => told(workflow.validate()),
        "start" => told(workflow.start(
            needed(input, "instance"),
            needed(input, "at"),
            part(input, "data"),
            part(input, "facts"),
            log,
        )),
        "apply" => told(workflow.apply(
            &needed(input, "snapshot"),
            &needed(input, "event"),
            needed(input, "at"),
            log,
        )),
        "replay" => told(workflow.replay(
            needed(input, "instance"),
            needed(input, "at"),
            part(input, "history").unwrap_or_default(),
            part(input, "data"),
            part(input, "facts"),
            log,
        )),
        "run" => {
            let event = input.get("event").cloned().unwrap_or_else(|| json!({"type": "due"}));
            let event = parse(&event.to_string(), Limits::INPUT).unwrap();
            told(Ok(workflow.run(needed(input, "snapshots"), &event, needed(input, "at"))))
        }
        "explore" => told(workflow.explore(
            part(input, "to").unwrap_or_default(),
            part(input, "data"),
            part(input, "limit").unwrap_or(10_000),
        )),
        "next_due" => told(workflow.next_due(&needed(input, "snapshot"))),
        "accepts" => told(workflow.accepts(
            &needed(input, "snapshot"),
            needed(input, "at"),
            part(input, "facts"),
        )),
        "diagram" => told(workflow.diagram(part(input, "snapshot"))),
        "migrate" => match compiled(input, "old") {
            Ok(old) => told(workflow.migrate(
                &old,
                &needed(input, "snapshot"),
                needed(input, "at"),
                part(input, "states"),
                is(input, "lossy"),
                is(input, "dry_run"),
            )),
            Err(refused) => Err(refused),
        },
        other => panic!("the compiled workflow does not know `{other}`"),
    })
}

/// What `validate` says of its own document, in which nothing is under `workflow`.
fn of_its_own(op: &str, mut expect: Value) -> Value {
    let problems = expect.get_mut("problems").and_then(Value::as_array_mut);
    for problem in problems.filter(|_| op == "workflow.validate").into_iter().flatten() {
        let path = problem["path"].as_str().unwrap().trim_start_matches("/workflow").to_owned();
        problem["path"] = path.into();
    }
    expect
}

#[test]
fn it_answers_as_the_operations_do() {
    let mut compared = 0;
    for (name, Vector { op, input, expect, .. }) in vectors().unwrap() {
        // What is refused by the shape of a part never reaches the methods: the languages' types do that.
        let Some(expect) = expect else { continue };
        let unusable = expect["usable"] == json!(false);
        if unusable {
            continue;
        }
        let Some(found) = answer(&op, &input) else { continue };
        assert_eq!(found.unwrap(), of_its_own(&op, expect), "{name}");
        compared += 1;
    }
    assert!(compared > 150, "{compared} vectors");
}
