//! A commission run over columns.

use divan::Bencher;
use divan::counter::ItemsCount;
use guerdon::commission::Roster;
use guerdon_benches::{Orders, peers_plan};

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
