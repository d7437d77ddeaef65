//! Arrow tables and typed arrays at the crate's own doors: whatever a producer hands over is read or
//! refused, and a run of it pays the same whole and in parts.

mod arrays;
mod bytes;
mod plans;
mod slices;
mod typed;

use guerdon::columns::Table;
use guerdon::columns::arrow::ArrowTable;
use guerdon::commission::{Earnings, EventColumns, Plan, Roster};

use crate::refusal;
use bytes::Bytes;

/// Column names that the plans read, and one that nobody does.
const NAMES: [&str; 15] = [
    "at",
    "partner",
    "amount_minor",
    "amount",
    "net_minor",
    "quantity",
    "kind",
    "customer",
    "refund_of",
    "item.product",
    "customer.country",
    "customer.new",
    "fact.score",
    "fact.day",
    "unread",
];

/// Arrow: the bytes say which plan, which columns of which types, and what is in them.
pub fn check(data: &[u8]) {
    through(data, table);
}

/// Typed arrays, likewise.
pub fn check_typed(data: &[u8]) {
    through(data, typed::table);
}

fn through<T: Table>(data: &[u8], table: impl FnOnce(&mut Bytes<'_>) -> T) {
    let mut bytes = Bytes::new(data);
    let plans = plans::plans();
    let plan = &plans[bytes.below(plans.len())];
    let table = table(&mut bytes);
    let events = match plan.read_table(&table) {
        Ok(events) => events,
        Err(problem) => return refusal::one(&problem),
    };
    match events.columns() {
        Ok(columns) => run(plan, &plans::roster(), &columns, bytes.below(64)),
        Err(problem) => refusal::one(&problem),
    }
}

fn table(bytes: &mut Bytes<'_>) -> ArrowTable {
    let mut columns = Vec::new();
    for name in NAMES {
        // Mostly what a plan needs, now and then without a column or with one twice.
        for _ in 0..[1, 1, 1, 1, 1, 1, 0, 2][bytes.below(8)] {
            columns.push((name, arrays::column_type(name, bytes)));
        }
    }
    let described = columns.iter().map(|(name, of)| ((*name).to_owned(), Ok(of.clone())));
    let mut table = ArrowTable::new(described.collect::<Vec<_>>());
    for _ in 0..=bytes.below(3) {
        let rows = bytes.below(24);
        let arrays = columns.iter().map(|(name, of)| Ok(arrays::array(name, of, rows, bytes)));
        if let Err(problem) = table.push(rows, arrays.collect()) {
            refusal::one(&problem);
        }
    }
    table
}

fn run(plan: &Plan, roster: &Roster, columns: &EventColumns<'_>, cut: usize) {
    let mut state = plan.new_state();
    let before = plan.state_document(&state);
    let earnings = match plan.run(&mut state, roster, columns) {
        Ok(earnings) => earnings,
        Err(problem) => {
            refusal::one(&problem);
            assert_eq!(plan.state_document(&state), before, "a refusal has changed the state");
            return;
        }
    };
    let after = plan.state_document(&state);
    let again = plan.state_from_document(&after).expect("its own state");
    assert_eq!(plan.state_document(&again), after);
    let rows = columns.at.len();
    assert_eq!((earnings.commission_minor.len(), earnings.lost_minor.len()), (rows, rows));
    if columns.refund_of.is_none() {
        let mut state = plan.new_state();
        let cut = cut.min(rows);
        let parts = [0..cut, cut..rows].map(|part| {
            let part = slices::of(columns, part);
            plan.run(&mut state, roster, &part).expect("the whole was taken")
        });
        assert_eq!(plan.state_document(&state), after, "in parts at {cut}");
        assert_eq!(sponsors(&[earnings.clone()]), sponsors(&parts));
        assert_eq!(parts.map(|part| part.commission_minor).concat(), earnings.commission_minor);
    }
    earnings.into_batches().expect("columns of one length");
    match plan.totals(&state, roster) {
        Ok(totals) => drop(totals.into_batch().expect("columns of one length")),
        Err(problem) => refusal::one(&problem),
    }
}

/// Who earned what as a sponsor, in the order of the rows.
fn sponsors(parts: &[Earnings]) -> Vec<(String, u8, i64)> {
    let of_part = |earnings: &Earnings| {
        let overrides = &earnings.overrides;
        (0..overrides.row.len())
            .map(|at| {
                let partner = usize::try_from(overrides.partner[at]).expect("a small number");
                (
                    overrides.partners[partner].to_string(),
                    overrides.level[at],
                    overrides.amount_minor[at],
                )
            })
            .collect::<Vec<_>>()
    };
    parts.iter().flat_map(of_part).collect()
}
