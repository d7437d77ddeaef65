//! Every code of a problem can happen, and means one thing.
//!
//! Most happen in a conformance vector: as its error, or among the problems that an audit answers. What a vector cannot hold (text that is no JSON, documents
//! of ten thousand parts) is made here; what no operation can run into says why.

use std::collections::BTreeSet;

use guerdon_tests::vectors;
use serde_json::Value;

/// Codes that no operation gives, and where they happen instead.
const ELSEWHERE: &[(&str, &str)] = &[
    ("column_ambiguous", "columns are no JSON; core/src/columns and core/src/commission/table.rs"),
    ("column_code_invalid", "columns are no JSON; core/src/columns"),
    ("column_length_mismatch", "columns are no JSON; core/tests/commission_columns.rs"),
    ("column_missing", "columns are no JSON; core/tests/commission_columns.rs"),
    ("column_null", "columns are no JSON; core/src/columns"),
    ("column_type_mismatch", "columns are no JSON; core/src/columns"),
    ("columns_broken", "an Arrow table is no JSON; bindings-python/tests/test_arrow.py"),
    ("run_interrupted", "only a host that watches a run of columns can stop it"),
    ("state_busy", "only a state that two threads share can be busy"),
    (
        "value_invalid",
        "the walker finds everything first; this is what is said if it ever does not",
    ),
];

/// Codes of what is too large or too malformed to lie in a file.
fn made() -> Vec<(&'static str, &'static str, String)> {
    vec![
        ("operation_unknown", "money.rond", "{}".to_owned()),
        ("json_invalid", "money.round", r#"{"money": }"#.to_owned()),
        ("json_invalid", "money.round", String::new()),
        ("key_duplicate", "money.round", r#"{"money": 1, "money": 2}"#.to_owned()),
        ("chart_too_large", "workflow.describe", workflow(50_001)),
        ("document_too_large", "money.round", " ".repeat((64 << 20) + 1)),
        ("document_too_deep", "money.round", nested(200_000)),
        ("expression_too_large", "expression.evaluate", expression(10_001)),
        ("fact_too_large", "expression.evaluate", fact_value(10_001)),
        ("facts_too_many", "plan.describe", facts(10_001)),
        ("fraud_policy_too_large", "fraud.describe_policy", fraud_policy(1_001)),
        ("ladder_history_too_large", "ladder.levels", ladder_history(101)),
        ("ladder_too_long", "ladder.levels", ladder(1_001)),
        ("plan_too_large", "plan.describe", plan(10_001)),
        ("schedule_too_long", "schedule.rate", schedule(1_001, 1)),
        ("schedule_rating_too_large", "schedule.rate", schedule(1, 100_001)),
    ]
}

fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

fn list(count: usize, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(",")
}

fn workflow(states: usize) -> String {
    let states = list(states, |id| format!(r#"{{"id":"s{id}"}}"#));
    format!(
        r#"{{"workflow":{{"format":"guerdon.workflow/1","id":"w","version":1,"states":[{states}]}}}}"#
    )
}

fn expression(nodes: usize) -> String {
    let items = list(nodes, |_| r#"{"integer":1}"#.to_owned());
    format!(r#"{{"expression":{{"list":[{items}]}}}}"#)
}

fn plan_with(rest: &str) -> String {
    format!(
        r#"{{"plan":{{"format":"guerdon.plan/1","id":"p","version":1,"currency":"USD","zone":"UTC",{rest}}}}}"#
    )
}

fn plan(rules: usize) -> String {
    let rules = list(rules, |id| format!(r#"{{"id":"r{id}","pay":{{"type":"flat","amount":1}}}}"#));
    plan_with(&format!(r#""groups":[{{"id":"g","combine":"sum","rules":[{rules}]}}]"#))
}

fn fraud_policy(checks: usize) -> String {
    let checks = list(checks, |id| {
        format!(r#"{{"id":"c{id}","check":{{"type":"country_mismatch"}},"action":"flag"}}"#)
    });
    format!(
        r#"{{"policy":{{"format":"guerdon.fraud/1","id":"p","version":1,"checks":[{checks}]}}}}"#
    )
}

fn facts(count: usize) -> String {
    let facts = list(count, |id| format!(r#""fact.f{id}":{{"type":"bool"}}"#));
    plan_with(&format!(r#""groups":[],"facts":{{{facts}}}"#))
}

fn fact_value(bytes: usize) -> String {
    let text = "a".repeat(bytes);
    format!(
        r#"{{"facts":{{"a":{{"type":"string"}}}},"values":{{"a":{{"string":"{text}"}}}},"expression":{{"fact":"a"}}}}"#
    )
}

fn ladder(levels: usize) -> String {
    let levels = list(levels, |from| format!(r#"{{"id":"l{from}","from":{from}}}"#));
    format!(
        r#"{{"ladder":{{"levels":[{levels}]}},"window":{{"type":"calendar","unit":"year"}},"zone":"UTC","measured":[],"now":"2026-01-01T00:00:00Z"}}"#
    )
}

/// Each year begins with a thousand levels up, and has a day for each of them to fall.
fn ladder_history(years: usize) -> String {
    let levels = list(1_000, |from| format!(r#"{{"id":"l{from}","from":{}}}"#, from + 1));
    let measured = list(years, |year| {
        format!(r#"{{"at":"{:04}-01-01T00:00:00Z","amount":1000}}"#, 3 * year + 1)
    });
    format!(
        r#"{{"ladder":{{"levels":[{levels}],"downgrade":"one_step"}},"window":{{"type":"calendar","unit":"day"}},
            "zone":"UTC","measured":[{measured}],"now":"2026-01-01T00:00:00Z"}}"#
    )
}

fn schedule(steps: usize, events: usize) -> String {
    let steps = list(steps, |from| format!(r#"{{"from":{from},"flat":1}}"#));
    let events = list(events, |_| "1".to_owned());
    format!(
        r#"{{"schedule":{{"mode":"marginal","steps":[{steps}]}},"events":[{events}],"currency":"USD"}}"#
    )
}

/// The codes of the problems in an answer.
fn told(answer: &Value) -> Vec<String> {
    let problems = answer.get("problems").and_then(Value::as_array);
    let codes = problems.into_iter().flatten().filter_map(|problem| problem.get("code"));
    codes.filter_map(|code| code.as_str().map(str::to_owned)).collect()
}

fn declared() -> Vec<&'static str> {
    let modules = guerdon::PROBLEM_CODES.iter().copied().flatten();
    modules.map(|declared| declared.code.as_str()).collect()
}

#[test]
fn every_code_happens() {
    let mut happened: BTreeSet<String> = BTreeSet::new();
    for (_, vector) in vectors().unwrap() {
        happened.extend(vector.error.into_iter().flatten().map(|problem| problem.code));
        happened.extend(vector.expect.iter().flat_map(told));
    }
    happened.extend(made().into_iter().map(|(code, ..)| code.to_owned()));
    let elsewhere: BTreeSet<&str> = ELSEWHERE.iter().map(|(code, _)| *code).collect();
    let declared: BTreeSet<&str> = declared().into_iter().collect();

    let silent: Vec<_> = declared
        .iter()
        .filter(|code| !happened.contains(**code) && !elsewhere.contains(**code))
        .collect();
    assert!(silent.is_empty(), "no vector shows {silent:?}");
    let undeclared: Vec<_> =
        happened.iter().filter(|code| !declared.contains(code.as_str())).collect();
    assert!(undeclared.is_empty(), "no module declares {undeclared:?}");
    let stale: Vec<_> = elsewhere
        .iter()
        .filter(|code| happened.contains(**code) || !declared.contains(**code))
        .collect();
    assert!(stale.is_empty(), "{stale:?} need no exception");
}

#[test]
fn what_no_file_holds_happens_too() {
    for (code, operation, input) in made() {
        let problems = guerdon::call(operation, &input).unwrap_err();
        let codes: Vec<&str> = problems.as_slice().iter().map(|one| one.code.as_str()).collect();
        assert!(codes.contains(&code), "{operation}: expected {code}, found {codes:?}");
    }
}

#[test]
fn a_code_means_one_thing() {
    let mut seen = BTreeSet::new();
    let twice: Vec<_> = declared().into_iter().filter(|code| !seen.insert(*code)).collect();
    assert!(twice.is_empty(), "declared by two modules: {twice:?}");
}

#[test]
fn a_problem_says_what_was_found_and_what_to_do() {
    for (name, vector) in vectors().unwrap() {
        let Err(problems) = guerdon::call(&vector.op, &vector.input.to_string()) else { continue };
        for problem in problems.as_slice() {
            let message = &problem.message;
            let first = message.chars().next();
            assert!(first.is_some_and(|first| !first.is_uppercase()), "{name}: {message}");
            assert!(!message.ends_with('.'), "{name}: {message}");
            assert!(!problem.hint.is_empty(), "{name}: no hint for {message}");
        }
    }
}

/// A hint that is for another mistake sends its reader the wrong way.
#[test]
fn a_hint_fits_what_was_asked() {
    let said = |wanted: &str| {
        let (_, vector) = vectors().unwrap().into_iter().find(|(name, _)| name == wanted).unwrap();
        let problems = guerdon::call(&vector.op, &vector.input.to_string()).unwrap_err();
        problems.as_slice()[0].hint.to_string()
    };
    for (name, hint) in [
        ("commission/errors: a refund below zero", "write what is given back without a minus"),
        ("payout/withdraw: less than nothing", "ask for an amount above zero"),
        ("payout/withdraw: less than the minimum", "ask for more, or wait until more is payable"),
        (
            "payout/withdraw: a cent more than that",
            "ask for at most that, or wait until more is payable",
        ),
    ] {
        assert_eq!(said(name), hint, "{name}");
    }
}
