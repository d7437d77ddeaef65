//! One commission run, for counting its instructions: `run_once ORDERS PARTNERS`.

use guerdon::commission::Roster;
use guerdon_benches::{Orders, peers_plan};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<i64>());
    let orders = numbers.next().ok_or("say how many orders")??;
    let partners = numbers.next().ok_or("say how many partners")??;
    let plan = peers_plan()?;
    let orders = Orders::new(orders, partners);
    let mut state = plan.new_state();
    let earnings = plan.run(&mut state, &Roster::default(), &orders.columns())?;
    let total: i64 = earnings.commission_minor.iter().sum();
    std::io::Write::write_fmt(&mut std::io::stdout(), format_args!("{total}\n"))?;
    Ok(())
}
