//! Runs every conformance vector through `guerdon::call`, one named test each.

use guerdon_tests::{ExpectedProblem, Vector, vectors};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

fn main() -> Result<(), String> {
    let all = vectors()?;
    let mut trials = vec![Trial::test("every operation has a vector", every_operation_has_one)];
    for (name, vector) in all {
        trials.push(Trial::test(name, move || check(&vector)));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit()
}

fn check(vector: &Vector) -> Result<(), Failed> {
    let answer = guerdon::call(&vector.op, &vector.input.to_string());
    match (answer, &vector.expect, &vector.error) {
        (Ok(text), Some(expect), None) => {
            let found: Value = serde_json::from_str(&text)?;
            if found == *expect {
                return Ok(());
            }
            Err(format!("expected {expect:#}\n   found {found:#}").into())
        }
        (Err(problems), None, Some(expect)) => {
            let found: Vec<ExpectedProblem> = problems
                .as_slice()
                .iter()
                .map(|one| ExpectedProblem { code: one.code.to_string(), path: one.path.clone() })
                .collect();
            if found == *expect {
                return Ok(());
            }
            Err(format!("expected {expect:?}\n   found {problems}").into())
        }
        (Ok(text), None, Some(_)) => Err(format!("expected a problem, found {text}").into()),
        (Err(problems), Some(_), None) => Err(format!("refused: {problems}").into()),
        _ => Err("a vector has either `expect` or `error`".into()),
    }
}

fn every_operation_has_one() -> Result<(), Failed> {
    let all = vectors()?;
    let bare: Vec<&str> = guerdon::OPERATIONS
        .iter()
        .map(|operation| operation.name)
        .filter(|name| !all.iter().any(|(_, vector)| vector.op == *name))
        .collect();
    if bare.is_empty() { Ok(()) } else { Err(format!("no vector for {bare:?}").into()) }
}
