//! A commission run over columns, and single calls.

use divan::Bencher;
use divan::counter::ItemsCount;
use guerdon::commission::{Event, Plan, Roster};
use guerdon::kernel::document::{Limits, parse};
use guerdon::kernel::expression::KnownFacts;
use guerdon::kernel::money::Money;
use guerdon_benches::{CALL_EVENT, CALL_PLAN, Orders, TWENTY_EVENT, TWENTY_RULES, peers_plan};

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

/// An order that six of twenty rules pay, and one that two pay.
fn twenty(lines: usize) -> Event {
    let event: Event = parse(TWENTY_EVENT, Limits::INPUT).expect("the fixture is an event");
    if lines == 6 {
        return event;
    }
    let word = |text: &str| text.parse().ok();
    let facts = KnownFacts::default();
    let amount = event.amount.map(|money| Money { amount: 29.into(), ..money });
    Event { category: word("books"), country: word("US"), facts, amount, ..event }
}

#[divan::bench(args = [6, 2], sample_size = 1_000)]
fn evaluate_twenty_rules(bencher: Bencher<'_, '_>, lines: usize) {
    let plan = Plan::from_json(TWENTY_RULES).expect("the fixture is a plan");
    let (mut state, roster, event) = (plan.new_state(), Roster::default(), twenty(lines));
    let first = plan.evaluate(&mut state, &roster, &event).expect("it evaluates");
    assert_eq!(first.lines.len(), lines);
    bencher.bench_local(|| plan.evaluate(&mut state, &roster, &event).expect("it evaluates"));
}

#[divan::bench(args = [6, 2], sample_size = 1_000)]
fn explain_twenty_rules(bencher: Bencher<'_, '_>, lines: usize) {
    let plan = Plan::from_json(TWENTY_RULES).expect("the fixture is a plan");
    let (mut state, roster, event) = (plan.new_state(), Roster::default(), twenty(lines));
    bencher.bench_local(|| plan.explain(&mut state, &roster, &event).expect("it evaluates"));
}
