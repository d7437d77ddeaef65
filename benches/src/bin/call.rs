//! One call of the fixture plan, in Rust: what the calls of the other languages are measured by.
//!
//! Prints one line of JSON: nanoseconds for each `Plan::evaluate`, the fastest and the median of
//! many short batches. A batch is short enough that a busy machine leaves some of them alone.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use guerdon::commission::{Event, Plan, Roster};
use guerdon::kernel::document::{Limits, parse};
use guerdon_benches::{CALL_EVENT, CALL_PLAN};

const BATCHES: usize = 2_000;
const CALLS: u32 = 500;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let plan = Plan::from_json(CALL_PLAN)?;
    let event: Event = parse(CALL_EVENT, Limits::INPUT)?;
    let (mut state, roster) = (plan.new_state(), Roster::default());
    let mut evaluate = Vec::with_capacity(BATCHES);
    let mut read = Vec::with_capacity(BATCHES);
    for _ in 0..BATCHES {
        evaluate.push(batch(|| {
            black_box(plan.evaluate(&mut state, &roster, black_box(&event)).is_ok());
        }));
        read.push(batch(|| {
            black_box(parse::<Event>(black_box(CALL_EVENT), Limits::INPUT).is_ok());
        }));
    }
    let (fastest, median) = sorted(evaluate);
    let (fastest_read, median_read) = sorted(read);
    writeln!(
        std::io::stdout(),
        "{{\"language\":\"rust\",\"evaluate_ns\":{median},\"evaluate_fastest_ns\":{fastest},\
         \"parse_ns\":{median_read},\"parse_fastest_ns\":{fastest_read},\"calls\":{}}}",
        BATCHES * usize::try_from(CALLS)?
    )?;
    Ok(())
}

/// Nanoseconds for each of the calls of a batch.
#[allow(clippy::disallowed_methods, reason = "a bench needs a clock")]
fn batch(mut call: impl FnMut()) -> u128 {
    let started = Instant::now();
    for _ in 0..CALLS {
        call();
    }
    started.elapsed().as_nanos() / u128::from(CALLS)
}

/// The fastest and the median.
fn sorted(mut times: Vec<u128>) -> (u128, u128) {
    times.sort_unstable();
    let at = |place: usize| times.get(place).copied().unwrap_or_default();
    (at(0), at(times.len() / 2))
}
