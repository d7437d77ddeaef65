//! Applies one event again and again, to count the instructions of one call:
//! `valgrind --tool=callgrind target/release/examples/apply_often 100000`.

use guerdon::Problems;
use guerdon::kernel::explain::NoSteps;
use guerdon_benches::Stages;

fn main() -> Result<(), Problems> {
    let times = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(100_000_u32);
    let stages = Stages::new()?;
    let (mut instance, next) = (stages.begin()?, Stages::next()?);
    for _ in 0..times {
        instance = stages.workflow.apply(&instance, &next, stages.at, &mut NoSteps)?.instance;
    }
    std::hint::black_box(&instance);
    Ok(())
}
