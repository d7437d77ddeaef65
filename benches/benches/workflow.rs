//! One event of an instance on a chart of 20 states: in memory, and with its snapshot as text.

use divan::Bencher;
use guerdon::kernel::document::to_json;
use guerdon::kernel::explain::NoSteps;
use guerdon::workflow::{SnapshotText, WorkflowEvent};
use guerdon_benches::Stages;

fn main() {
    divan::main();
}

#[divan::bench]
fn apply_one_event(bencher: Bencher<'_, '_>) {
    let stages = Stages::new().expect("the fixture is a workflow");
    let (mut instance, next) =
        (stages.begin().expect("it begins"), Stages::next().expect("it is an event"));
    bencher.bench_local(|| {
        let applied = stages.workflow.apply(&instance, &next, stages.at, &mut NoSteps);
        instance = applied.expect("it applies").instance;
    });
}

#[divan::bench]
fn apply_one_event_with_log(bencher: Bencher<'_, '_>) {
    let stages = Stages::new().expect("the fixture is a workflow");
    let (mut instance, next) =
        (stages.begin().expect("it begins"), Stages::next().expect("it is an event"));
    bencher.bench_local(|| {
        let applied = stages.workflow.apply(&instance, &next, stages.at, &mut Vec::new());
        instance = applied.expect("it applies").instance;
    });
}

#[divan::bench]
fn look_for_what_is_due(bencher: Bencher<'_, '_>) {
    let stages = Stages::new().expect("the fixture is a workflow");
    let instance = stages.begin().expect("it begins");
    bencher.bench_local(|| {
        stages.workflow.apply(&instance, &WorkflowEvent::Due {}, stages.at, &mut NoSteps)
    });
}

#[divan::bench]
fn apply_one_event_with_the_snapshot_as_text(bencher: Bencher<'_, '_>) {
    let stages = Stages::new().expect("the fixture is a workflow");
    let next = Stages::next().expect("it is an event");
    let mut text = to_json(&stages.workflow.stored(&stages.begin().expect("it begins")))
        .expect("it is written");
    bencher.bench_local(|| {
        let stored: SnapshotText = text.parse().expect("it was written here");
        let instance = stages.workflow.instance(&stored.0).expect("it was written here");
        let applied = stages.workflow.apply(&instance, &next, stages.at, &mut NoSteps);
        let instance = applied.expect("it applies").instance;
        text = to_json(&stages.workflow.stored(&instance)).expect("it is written");
    });
}
