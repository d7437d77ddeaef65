//! One event evaluated again and again, for counting its instructions: `evaluate_often TIMES`,
//! with a second argument for an explanation each time.

use guerdon::commission::{Event, Plan, Roster};
use guerdon::kernel::document::{Limits, parse};
use guerdon_benches::{CALL_EVENT, CALL_PLAN};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let times = arguments.next().ok_or("say how many times")?.parse::<u32>()?;
    let explained = arguments.next().is_some();
    let plan = Plan::from_json(CALL_PLAN)?;
    let event: Event = parse(CALL_EVENT, Limits::INPUT)?;
    let (mut state, roster) = (plan.new_state(), Roster::default());
    let mut lines = 0;
    for _ in 0..times {
        let outcome = if explained {
            plan.preview(&state, &roster, &event)?
        } else {
            plan.evaluate(&mut state, &roster, &event)?
        };
        lines += outcome.lines.len();
    }
    std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{lines}\n"))?;
    Ok(())
}
