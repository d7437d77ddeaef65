//! Batches that rate again beside the same rows one by one: what each row posts, and the state.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed unwrap, index or panic is a failed test"
)]

mod tries;

use guerdon::columns::Ids;
use guerdon::commission::{
    Event, EventColumns, EventKind, Line, Partner, Plan, Refund, Roster, StateText,
};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::document::to_json;
use guerdon::kernel::money::{from_minor, to_minor};
use proptest::prelude::*;
use proptest::sample::Index;

use tries::tries;

const PLAN: &str = r#"{"format": "guerdon.plan/1", "id": "again", "version": 1, "currency": "EUR",
    "zone": "Europe/Vienna", "refunds": "re_rate", "schedules": {"month": {"measure": "volume",
        "window": {"type": "calendar", "unit": "month"}, "rates": {"mode": "retroactive", "steps": [
            {"from": "0", "rate": {"percent": "3"}}, {"from": "250", "rate": {"ratio": "1/30"}},
            {"from": "600", "rate": {"percent": "2.5"}}]}}},
    "groups": [{"id": "g", "combine": "sum",
        "rules": [{"id": "r", "pay": {"type": "schedule", "schedule": "month"}}]}],
    "overrides": [{"id": "up", "level": 1, "of": "commission", "rate": {"percent": "10"}}]}"#;
const DAY: i64 = 86_400_000_000;
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000_000;

/// A sale of a partner, or the row that is given back and how many quarters of what is left of it.
type Row = (i64, i64, Option<(Index, i64)>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let refund = proptest::option::of((any::<Index>(), 1..5_i64));
    prop::collection::vec((0..3_i64, 1..30_000_i64, refund), 1..60)
}

#[derive(Default)]
struct Columns {
    at: Vec<i64>,
    partner: Vec<i64>,
    amount: Vec<i64>,
    refund_of: Vec<i64>,
}

fn columns(rows: &[Row]) -> Columns {
    let mut columns = Columns::default();
    let mut left: Vec<(usize, i64)> = Vec::new();
    for (row, (partner, amount, refund)) in rows.iter().enumerate() {
        let sold = refund.filter(|_| !left.is_empty()).map(|(which, quarters)| {
            let place = which.index(left.len());
            let (sold, rest) = left[place];
            let amount = if quarters == 4 { rest } else { (rest * quarters / 4).max(1) };
            left[place].1 -= amount;
            (sold, columns.partner[sold], amount)
        });
        left.retain(|(_, rest)| *rest > 0);
        if sold.is_none() {
            left.push((row, *amount));
        }
        let (of, partner, amount) = sold
            .map_or((-1, *partner, *amount), |(sold, partner, amount)| {
                (i64::try_from(sold).unwrap(), partner, amount)
            });
        columns.at.push(START + i64::try_from(row).unwrap() * DAY);
        columns.partner.push(partner);
        columns.amount.push(amount);
        columns.refund_of.push(of);
    }
    columns
}

fn minor(line: &Line) -> i64 {
    to_minor(line.amount.amount, line.amount.currency).unwrap()
}

proptest! {
    #![proptest_config(tries(100))]

    #[test]
    fn a_batch_rates_again_as_its_rows_do(rows in rows()) {
        let plan = Plan::from_json(PLAN).unwrap();
        let record = r#"{"id": "1", "sponsor": "2"}"#;
        let sponsored: Partner = serde_json::from_str(record).unwrap();
        let roster = Roster::new(vec![sponsored]).unwrap();
        let Columns { at, partner, amount, refund_of } = columns(&rows);
        let given = EventColumns {
            at: &at,
            partner: Ids::Numbers(&partner),
            amount_minor: &amount,
            net_minor: None,
            quantity: None,
            kind: None,
            customer: None,
            refund_of: Some(&refund_of),
            facts: Vec::new(),
        };
        let mut state = plan.new_state();
        let earnings = plan.run(&mut state, &roster, &given).unwrap();
        let (mut single, mut posted) = (plan.new_state(), Vec::new());
        for row in 0..at.len() {
            let id = |number: i64| number.to_string().parse().unwrap();
            let when = Instant::from_micros(at[row]).unwrap();
            let paid = from_minor(amount[row], plan.document().currency);
            let number = i64::try_from(row).unwrap();
            let outcome = if refund_of[row] < 0 {
                let event = Event::new(EventKind::Sale, id(number), id(partner[row]), when);
                plan.evaluate(&mut single, &roster, &Event { amount: Some(paid), ..event }).unwrap()
            } else {
                let refund = Refund::new(id(number), id(refund_of[row]), when, paid);
                plan.refund(&mut single, &roster, &refund, &posted).unwrap()
            };
            let total = to_minor(outcome.total.amount, outcome.total.currency).unwrap();
            prop_assert_eq!(earnings.commission_minor[row], total);
            let overrides: i64 =
                outcome.lines.iter().filter(|line| line.level > 0).map(minor).sum();
            let of_row = earnings.overrides.row.iter().zip(&earnings.overrides.amount_minor);
            let of_row = of_row.filter(|(of, _)| usize::try_from(**of).unwrap() == row);
            prop_assert_eq!(of_row.map(|(_, minor)| minor).sum::<i64>(), overrides);
            posted.extend(outcome.lines);
        }
        let text = |state| to_json(&StateText(plan.state_document(state))).unwrap();
        prop_assert_eq!(text(&state), text(&single));
    }
}
