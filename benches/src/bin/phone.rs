//! What a screen asks of the fixture plan, in Rust: what Swift and Kotlin are measured by.
//!
//! Prints lines of `make bench-phone`: language, what, median and best of the rounds, in microseconds.

use std::hint::black_box;
use std::io::Write;
use std::time::Instant;

use guerdon::commission::{Event, Plan, Roster};
use guerdon::kernel::document::{Limits, parse};
use guerdon_benches::{CALL_EVENT, CALL_PLAN};

// Short rounds, so that a busy machine leaves most of them alone.
const ROUNDS: usize = 1_000;
const CALLS: u32 = 50;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let plan = Plan::from_json(CALL_PLAN)?;
    let event: Event = parse(CALL_EVENT, Limits::INPUT)?;
    let (state, roster) = (plan.new_state(), Roster::default());
    let mut changing = plan.new_state();
    time("preview, whole outcome", || {
        black_box(plan.preview(&state, &roster, black_box(&event)).is_ok())
    })?;
    time("evaluate, whole outcome", || {
        black_box(plan.evaluate(&mut changing, &roster, black_box(&event)).is_ok())
    })
}

#[allow(clippy::disallowed_methods, reason = "a bench needs a clock")]
fn time(name: &str, mut call: impl FnMut() -> bool) -> Result<(), Box<dyn std::error::Error>> {
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        if !(0..CALLS).all(|_| call()) {
            return Err("the call was refused".into());
        }
        rounds.push(started.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS));
    }
    rounds.sort_by(f64::total_cmp);
    let (median, best) = (rounds.get(ROUNDS / 2), rounds.first());
    let (Some(median), Some(best)) = (median, best) else { return Ok(()) };
    Ok(writeln!(std::io::stdout(), "rust\t{name}\t{median:.3}\t{best:.3}")?)
}
