//! How fast the job of `run_once` could be: one loop written for that one plan, with whole
//! numbers that are never checked. `naive_loop ORDERS PARTNERS` times it and a commission run in
//! turns, and compares every cent.
//!
//! The loop knows the plan, the number of partners and that every order is of 2025 beforehand,
//! and it explains, refuses and remembers nothing: no library can be faster by much. Beside both
//! stands what it takes only to read the columns once and to write two of the length of
//! the answer, which is the end of every road.

use std::hint::black_box;
use std::io::Write;
use std::time::{Duration, Instant};

use guerdon::commission::{Plan, Roster};
use guerdon_benches::{Orders, peers_plan};
use mimalloc::MiMalloc;

/// What Python's columns live in, so that no page is new in each round.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// How often each of the two takes its turn.
const ROUNDS: usize = 9;

/// Months of 2025 as microseconds since 1970, the last one for the end of the year.
const MONTHS: [i64; 13] = [
    1_735_689_600,
    1_738_368_000,
    1_740_787_200,
    1_743_465_600,
    1_746_057_600,
    1_748_736_000,
    1_751_328_000,
    1_754_006_400,
    1_756_684_800,
    1_759_276_800,
    1_761_955_200,
    1_764_547_200,
    1_767_225_600,
];

#[allow(clippy::disallowed_methods, reason = "a bench needs a clock")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<i64>());
    let orders = numbers.next().ok_or("say how many orders")??;
    let partners = numbers.next().ok_or("say how many partners")??;
    let plan = peers_plan()?;
    let orders = Orders::new(orders, partners);
    let (mut memory_times, mut naive_times, mut run_times) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        black_box(read_and_write(&orders));
        memory_times.push(start.elapsed());
        let start = Instant::now();
        let naive = naive(&orders, partners)?;
        naive_times.push(start.elapsed());
        let start = Instant::now();
        let run = run(&plan, &orders)?;
        run_times.push(start.elapsed());
        if naive != run {
            return Err("the two differ".into());
        }
    }
    let (memory, naive, run) = (least(&memory_times), least(&naive_times), least(&run_times));
    let mut out = std::io::stdout();
    writeln!(out, "memory alone    {:8.1} ms", memory * 1e3)?;
    writeln!(out, "naive loop      {:8.1} ms", naive * 1e3)?;
    writeln!(out, "commission run  {:8.1} ms, {:.2} times the loop", run * 1e3, run / naive)?;
    Ok(())
}

/// Reads every column once, and writes what each order earned and lost: nothing.
fn read_and_write(orders: &Orders) -> (i64, Vec<i64>, Vec<i64>) {
    let sum = |column: &[i64]| column.iter().fold(0_i64, |sum, value| sum ^ value);
    let read = sum(&orders.at) ^ sum(&orders.partner) ^ sum(&orders.amount);
    let words = orders.category.iter().fold(0_i8, |sum, value| sum ^ value);
    // The ones are written; zeros would be pages that nobody has touched.
    (read ^ i64::from(words), vec![1; orders.at.len()], vec![1; orders.at.len()])
}

fn least(times: &[Duration]) -> f64 {
    times.iter().min().copied().unwrap_or_default().as_secs_f64()
}

fn run(plan: &Plan, orders: &Orders) -> Result<Vec<i64>, Box<dyn std::error::Error>> {
    let mut state = plan.new_state();
    Ok(plan.run(&mut state, &Roster::default(), &orders.columns())?.commission_minor)
}

/// 4 % of a partner's month, 6 % from 1,000.00 and 8 % from 5,000.00; times 1.5 for audio and 0.8
/// for books; at most 20.00; rounded half to even.
fn naive(orders: &Orders, partners: i64) -> Result<Vec<i64>, Box<dyn std::error::Error>> {
    let columns = orders.columns();
    let words = guerdon_benches::CATEGORIES;
    let factors: Vec<i64> = words
        .iter()
        .map(|word| match *word {
            "audio" => 15,
            "books" => 8,
            _ => 10,
        })
        .collect();
    let partners = usize::try_from(partners)?;
    let mut volumes = vec![0_i64; partners];
    let mut cents = Vec::with_capacity(columns.at.len());
    let mut month_ends = MONTHS.iter().skip(1).map(|second| second * 1_000_000);
    let mut month_end = month_ends.next().ok_or("a year has months")?;
    let rows = orders.at.iter().zip(&orders.partner).zip(&orders.amount).zip(&orders.category);
    for (((at, partner), amount), category) in rows {
        while *at >= month_end {
            month_end = month_ends.next().ok_or("an order after 2025")?;
            volumes.fill(0);
        }
        let volume = volumes.get_mut(usize::try_from(*partner)?).ok_or("an unknown partner")?;
        let (before, after) = (*volume, *volume + amount);
        *volume = after;
        // In hundredths of a cent, and of those tenths once the factor is in.
        let owed = |volume: i64| {
            volume * 4 + (volume - 100_000).max(0) * 2 + (volume - 500_000).max(0) * 2
        };
        let factor = factors.get(usize::try_from(*category)?).ok_or("an unknown category")?;
        let exact = ((owed(after) - owed(before)) * factor).min(2_000_000);
        let (whole, rest) = (exact / 1_000, exact % 1_000);
        cents.push(whole + i64::from(rest > 500 || (rest == 500 && whole & 1 == 1)));
    }
    Ok(cents)
}
