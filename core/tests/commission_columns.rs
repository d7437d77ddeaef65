//! A batch earns what its events earn one by one; what a table has to bring; totals and stops.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed unwrap or index is a failed test; one test dies on purpose"
)]

use std::borrow::Cow;
use std::sync::Arc;

use guerdon::columns::{
    COLUMN_AMBIGUOUS, COLUMN_MISSING, COLUMN_NULL, COLUMN_TYPE_MISMATCH, Column, ColumnCodes, Ids,
    Table, Wanted,
};
use guerdon::commission::{
    Event, EventColumns, Partner, PartnerStatus, Plan, ROWS_BETWEEN_LOOKS, RUN_INTERRUPTED, Roster,
    STATE_BUSY, SharedState,
};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::expression::KnownFacts;
use guerdon::kernel::id::Id;
use guerdon::kernel::money::{Money, from_minor, to_minor};
use guerdon::{Problem, Problems};

const PLAN: &str = r#"{
  "format": "guerdon.plan/1", "id": "shop", "version": 3, "currency": "EUR", "zone": "Europe/Berlin",
  "facts": {"order.channel": {"type": "string"}},
  "schedules": {
    "monthly": {
      "measure": "volume", "window": {"type": "calendar", "unit": "month"},
      "rates": {"mode": "marginal", "steps": [
        {"from": "0", "rate": {"percent": "5"}}, {"from": "400", "rate": {"percent": "7"}}
      ]}
    }
  },
  "groups": [{"id": "orders", "combine": "first", "rules": [
    {"id": "vip", "priority": 2, "pay": {"type": "percent", "rate": {"percent": "12"}},
     "when": {"op": "eq", "args": [{"fact": "partner.id"}, {"string": "3"}]}},
    {"id": "books", "priority": 1, "pay": {"type": "flat", "amount": "0.75"},
     "when": {"op": "eq", "args": [{"fact": "item.category"}, {"string": "books"}]}},
    {"id": "rest", "pay": {"type": "schedule", "schedule": "monthly"}}
  ]}],
  "multipliers": [{"id": "app", "factor": {"ratio": "3/2"},
    "when": {"op": "eq", "args": [{"fact": "order.channel"}, {"string": "app"}]}}],
  "caps": [{"id": "order", "scope": "order", "max": "9.00"},
           {"id": "buyer", "scope": "customer", "max": "40.00"}],
  "overrides": [{"id": "up", "level": 1, "of": "commission", "rate": {"percent": "10"}}]
}"#;

const CATEGORIES: [Option<&str>; 3] = [Some("books"), Some("toys"), None];
const CHANNELS: [&str; 2] = ["app", "web"];

/// One row of the history.
struct Sale {
    at: i64,
    partner: i64,
    customer: i64,
    amount: i64,
    category: usize,
    channel: usize,
}

fn history(rows: i64) -> Vec<Sale> {
    let mut seed = 7_u64;
    let mut draw = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let signed = |value: u64| i64::try_from(value).unwrap();
    (0..rows)
        .map(|row| Sale {
            at: 1_767_000_000_000_000 + row * 7_000_000_000,
            partner: signed(draw(6)),
            customer: signed(draw(40)),
            amount: signed(draw(30_000)),
            category: usize::try_from(draw(3)).unwrap(),
            channel: usize::try_from(draw(2)).unwrap(),
        })
        .collect()
}

/// Columns by name.
struct Columns<'a>(Vec<(&'static str, Column<'a>)>);

impl Table for Columns<'_> {
    fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| *name).collect()
    }

    fn read(&self, position: usize, _: Wanted) -> Result<Column<'_>, Problem> {
        Ok(self.0[position].1.clone())
    }
}

fn numbers(values: impl Iterator<Item = i64>) -> Column<'static> {
    Column::Integers(Cow::Owned(values.collect()), None)
}

fn words(codes: impl Iterator<Item = i8>, words: &[&'static str]) -> Column<'static> {
    Column::Words(ColumnCodes::Int8(Cow::Owned(codes.collect())), words.to_vec())
}

fn table(sales: &[Sale]) -> Columns<'static> {
    let code = |code: usize| i8::try_from(code).unwrap();
    let category = |sale: &Sale| CATEGORIES[sale.category].map_or(-1, |_| code(sale.category));
    Columns(vec![
        ("at", Column::Micros(Cow::Owned(sales.iter().map(|sale| sale.at).collect()), None)),
        ("partner", numbers(sales.iter().map(|sale| sale.partner))),
        ("customer", numbers(sales.iter().map(|sale| sale.customer))),
        ("amount_minor", numbers(sales.iter().map(|sale| sale.amount))),
        ("item.category", words(sales.iter().map(category), &["books", "toys"])),
        ("order.channel", words(sales.iter().map(|sale| code(sale.channel)), &CHANNELS)),
        ("note", words(sales.iter().map(|_| 0), &["nobody reads this"])),
    ])
}

fn id(text: impl ToString) -> Id {
    text.to_string().parse().unwrap()
}

fn event(row: usize, sale: &Sale, plan: &Plan) -> Event {
    let facts = format!(r#"{{"order.channel": {{"string": "{}"}}}}"#, CHANNELS[sale.channel]);
    let at = Instant::from_micros(sale.at).unwrap();
    let amount = from_minor(sale.amount, plan.document().currency);
    Event {
        customer: Some(id(sale.customer)),
        category: CATEGORIES[sale.category].map(id),
        facts: serde_json::from_str::<KnownFacts>(&facts).unwrap(),
        ..Event::sale(id(row), id(sale.partner), at, amount)
    }
}

fn plan() -> Arc<Plan> {
    Arc::new(Plan::from_json(PLAN).unwrap())
}

fn roster() -> Roster {
    let partner = |number: i64, sponsor: Option<i64>, status| Partner {
        id: id(number),
        sponsor: sponsor.map(id),
        tier: None,
        status,
        joined: None,
        rate: None,
    };
    Roster::new(vec![
        partner(0, Some(9), PartnerStatus::Active),
        partner(1, Some(0), PartnerStatus::Active),
        partner(2, None, PartnerStatus::Closed),
    ])
    .unwrap()
}

fn minor(money: Money) -> i64 {
    to_minor(money.amount, money.currency).unwrap()
}

#[test]
fn a_batch_earns_what_its_events_earn_one_by_one() {
    let (plan, roster, sales) = (plan(), roster(), history(400));
    let table = table(&sales);
    let mut batched = plan.new_state();
    let read = plan.read_table(&table).unwrap();
    let earnings = plan.run(&mut batched, &roster, &read.columns().unwrap()).unwrap();

    let mut single = plan.new_state();
    let mut overrides = Vec::new();
    for (row, sale) in sales.iter().enumerate() {
        let outcome = plan.evaluate(&mut single, &roster, &event(row, sale, &plan)).unwrap();
        assert_eq!(earnings.commission_minor[row], minor(outcome.total), "row {row}");
        let lost: i64 = outcome.lost.iter().map(|lost| minor(lost.amount)).sum();
        assert_eq!(earnings.lost_minor[row], lost, "row {row}");
        let above = outcome.lines.into_iter().filter(|line| line.level > 0);
        overrides.extend(above.map(|line| (row, line.partner, minor(line.amount))));
    }
    let batch = &earnings.overrides;
    let batched_overrides: Vec<_> = (0..batch.row.len())
        .map(|at| {
            let row = usize::try_from(batch.row[at]).unwrap();
            let partner = usize::try_from(batch.partner[at]).unwrap();
            (row, batch.partners[partner].clone(), batch.amount_minor[at])
        })
        .collect();
    assert_eq!(batched_overrides, overrides);
    assert!(overrides.len() > 50 && earnings.lost_minor.iter().any(|lost| *lost > 0));
    assert_eq!(plan.state_document(&batched), plan.state_document(&single));
}

#[test]
fn totals_tell_what_was_paid_by_meter_key_and_window() {
    let (plan, sales) = (plan(), history(300));
    let table = table(&sales);
    let mut state = plan.new_state();
    let columns = plan.read_table(&table).unwrap();
    let earnings = plan.run(&mut state, &Roster::default(), &columns.columns().unwrap()).unwrap();
    let totals = plan.totals(&state, &Roster::default()).unwrap();
    assert_eq!(totals.meters, ["schedule/monthly", "cap/buyer"]);
    let of = |meter: u32| {
        let paid = totals.meter.iter().zip(&totals.paid_minor);
        paid.filter(|(of, _)| **of == meter).map(|(_, paid)| paid).sum::<i64>()
    };
    assert_eq!(of(1), earnings.commission_minor.iter().sum::<i64>());
    assert!(of(0) > 0 && of(0) < of(1));
    let labels: Vec<&str> = totals.windows.iter().map(|window| window.label.as_str()).collect();
    assert_eq!(labels, ["2025-12", "2026-01", "lifetime"]);
    assert_eq!(totals.windows[1].start, Some("2025-12-31T23:00:00Z".parse().unwrap()));
    let first = usize::try_from(totals.key[0].unwrap()).unwrap();
    assert_eq!(totals.keys[first], id(0));

    let stored = plan.state_document(&state);
    let again = plan.state_from_document(&stored).unwrap();
    let reread = plan.totals(&again, &Roster::default()).unwrap();
    assert_eq!((reread.paid_minor, reread.measure), (totals.paid_minor, totals.measure));
}

/// 10 % of 120.00 is 12.00, of which three quarters are left once 30.00 are given back, and a
/// quarter once another 60.00 are. Neither the end of the plan nor a closed account keeps them.
#[test]
fn a_refund_is_taken_back_after_the_plan_and_in_a_closed_name() {
    let plan = Plan::from_json(
        r#"{"format": "guerdon.plan/1", "id": "autumn", "version": 1, "currency": "EUR",
            "zone": "UTC", "effective_until": "2026-12-01T00:00:00Z", "groups": [{"id": "all",
            "combine": "sum", "rules": [{"id": "sale", "pay": {"type": "percent",
            "rate": {"percent": "10"}}}]}]}"#,
    )
    .unwrap();
    let micros = |text: &str| text.parse::<Instant>().unwrap().micros();
    let columns = EventColumns {
        at: &[
            micros("2026-11-20T10:00:00Z"),
            micros("2026-12-05T10:00:00Z"),
            micros("2026-11-21T10:00:00Z"),
            micros("2026-12-05T10:00:00Z"),
        ],
        partner: Ids::Numbers(&[0, 0, 2, 0]),
        amount_minor: &[12_000, 3_000, 6_000, 12_000],
        net_minor: None,
        quantity: None,
        kind: None,
        customer: None,
        refund_of: Some(&[-1, 0, 0, -1]),
        facts: Vec::new(),
    };
    let earnings = plan.run(&mut plan.new_state(), &roster(), &columns).unwrap();
    assert_eq!(earnings.commission_minor, [1_200, -300, -600, 0]);
}

/// What a table is refused for.
fn refusal(change: impl FnOnce(&mut Columns<'static>)) -> (String, String) {
    let mut columns = table(&history(5));
    change(&mut columns);
    let plan = plan();
    let problem = plan
        .read_table(&columns)
        .and_then(|read| plan.run(&mut plan.new_state(), &Roster::default(), &read.columns()?))
        .unwrap_err();
    (problem.code.to_string(), problem.path)
}

#[test]
fn a_table_is_refused_at_its_column_and_row() {
    let refused = |code: &guerdon::Code, path: &str| (code.to_string(), path.to_owned());
    for name in ["at", "partner", "customer", "amount_minor", "item.category", "order.channel"] {
        let found = refusal(|table| table.0.retain(|(known, _)| *known != name));
        assert_eq!(found, refused(&COLUMN_MISSING, &format!("/{name}")));
    }
    let twice = refusal(|table| table.0.push(("at", numbers(0..5))));
    assert_eq!(twice, refused(&COLUMN_AMBIGUOUS, "/at"));
    let both = refusal(|table| table.0.push(("amount", numbers(0..5))));
    assert_eq!(both, refused(&COLUMN_AMBIGUOUS, "/amount"));
    let null = refusal(|table| {
        let present = Some(vec![true, true, false, true, true]);
        table.0[3].1 = Column::Integers(Cow::Owned(vec![1; 5]), present);
    });
    assert_eq!(null, refused(&COLUMN_NULL, "/amount_minor/2"));
    let kind = refusal(|table| table.0.push(("kind", numbers(0..5))));
    assert_eq!(kind, refused(&COLUMN_TYPE_MISMATCH, "/kind"));
    let below = refusal(|table| table.0[3].1 = numbers(-3..2));
    assert_eq!(below, ("event_negative".to_owned(), "/amount_minor/0".to_owned()));
}

#[test]
fn a_stopped_run_changes_nothing() {
    let plan = plan();
    let sales = history(i64::try_from(ROWS_BETWEEN_LOOKS).unwrap() + 10);
    let table = table(&sales);
    let read = plan.read_table(&table).unwrap();
    let mut state = plan.new_state();
    let mut looks = Vec::new();
    let stopped =
        plan.run_while(&mut state, &Roster::default(), &read.columns().unwrap(), &mut |rows| {
            looks.push(rows);
            rows == 0
        });
    assert_eq!(stopped.unwrap_err().code, RUN_INTERRUPTED);
    assert_eq!(looks, [0, ROWS_BETWEEN_LOOKS]);
    assert_eq!(plan.state_document(&state), plan.state_document(&plan.new_state()));
}

#[test]
fn a_shared_state_is_changed_by_one_call_at_a_time() -> Result<(), Problems> {
    let plan = plan();
    let state = SharedState::new(&plan);
    let copy = state.copy()?;
    let first = event(0, &history(1)[0], &plan);
    plan.evaluate(&mut *state.lock()?, &Roster::default(), &first)?;
    assert_ne!(state.to_json()?, copy.to_json()?);
    let stored = SharedState::from_json(&plan, &state.to_json()?)?;
    assert_eq!(stored.to_json()?, state.to_json()?);

    let held = state.lock()?;
    assert_eq!(state.copy().unwrap_err().code, STATE_BUSY);
    drop(held);
    let died = std::thread::scope(|scope| {
        let holder = scope.spawn(|| {
            let _held = state.lock();
            panic!("on purpose");
        });
        holder.join()
    });
    assert!(died.is_err());
    assert_eq!(state.lock().unwrap_err().code, STATE_BUSY);
    Ok(())
}
