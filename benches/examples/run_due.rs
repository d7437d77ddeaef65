//! A million instances whose deadline has come, advanced as one batch on one core, in memory.
//!
//! `cargo run --release -p guerdon-benches --example run_due [INSTANCES]`. Each waits on the chart of
//! a ready-made follow-up: the deadline leads on, hands out an effect and sets the next deadline.

use std::time::Instant as Clock;

use guerdon::Problems;
use guerdon::kernel::explain::NoSteps;
use guerdon::workflow::{Instance, Workflow, WorkflowEvent};

/// How many are advanced at a time: their effects are stored before the next ones are made.
const PART: usize = 10_000;

const REMINDER: &str = r#"{
    "format": "guerdon.workflow/1", "id": "reminder", "version": 1,
    "states": [
        {"id": "waiting", "transitions": [{"after": "PT1H", "to": ["reminded"], "actions": [
            {"effect": {"kind": "remind", "payload": {"time": {"integer": 1}}}}]}]},
        {"id": "reminded", "transitions": [{"after": "PT1H", "to": ["waiting"]}]}
    ]
}"#;

#[allow(clippy::print_stdout, reason = "a measurement is printed")]
#[allow(clippy::disallowed_methods, reason = "a bench needs a clock")]
fn main() -> Result<(), Problems> {
    let count = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(1_000_000_u32);
    let workflow = Workflow::from_json(REMINDER)?;
    let start = "2026-11-20T09:00:00Z".parse()?;
    let mut instances: Vec<Instance> = Vec::new();
    for number in 0..count {
        let id = format!("i{number}").parse()?;
        instances.push(workflow.start(id, start, Vec::new(), None, &mut NoSteps)?.instance);
    }
    for (what, at) in [
        ("nothing is due", "2026-11-20T09:30:00Z"),
        ("due, with an effect each", "2026-11-20T10:00:00Z"),
        ("due, without effects", "2026-11-20T11:00:00Z"),
        ("due, with an effect each", "2026-11-20T12:00:00Z"),
    ] {
        let began = Clock::now();
        let (mut effects, mut failed) = (0, 0);
        for part in instances.chunks_mut(PART) {
            let batch = workflow.run(part, &WorkflowEvent::Due {}, at.parse()?);
            effects += batch.effects.len();
            failed += batch.failed.len();
        }
        let seconds = began.elapsed().as_secs_f64();
        let rate = f64::from(count) / seconds / 1e6;
        println!(
            "{what}: {count} instances in {seconds:.3} s, {rate:.2} million a second; {effects} effects, {failed} failed"
        );
    }
    Ok(())
}
