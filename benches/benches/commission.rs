//! A commission run over columns, and single calls.

use divan::Bencher;
use divan::counter::ItemsCount;
use guerdon::commission::{Event, Plan, Roster};
use guerdon::kernel::document::{Limits, parse};
use guerdon_benches::{CALL_EVENT, CALL_PLAN, Orders, peers_plan};

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn run_a_million_orders(bencher: Bencher<'_, '_>) {
    let plan = peers_plan().expect("the fixture is a plan");
    let orders = Orders::new(1_000_000, 50_000);
    let (columns, roster) = (orders.columns(), Roster::default());
    bencher
        .counter(ItemsCount::new(1_000_000_usize))
        .with_inputs(|| plan.new_state())
        .bench_values(|mut state| plan.run(&mut state, &roster, &columns).expect("it runs"));
}

#[divan::bench]
fn evaluate_one_event(bencher: Bencher<'_, '_>) {
    let plan = Plan::from_json(CALL_PLAN).expect("the fixture is a plan");
    let event: Event = parse(CALL_EVENT, Limits::INPUT).expect("the fixture is an event");
    let (mut state, roster) = (plan.new_state(), Roster::default());
    bencher.bench_local(|| plan.evaluate(&mut state, &roster, &event).expect("it evaluates"));
}

#[divan::bench]
fn explain_one_event(bencher: Bencher<'_, '_>) {
    let plan = Plan::from_json(CALL_PLAN).expect("the fixture is a plan");
    let event: Event = parse(CALL_EVENT, Limits::INPUT).expect("the fixture is an event");
    let (state, roster) = (plan.new_state(), Roster::default());
    bencher.bench_local(|| plan.preview(&state, &roster, &event).expect("it evaluates"));
}
