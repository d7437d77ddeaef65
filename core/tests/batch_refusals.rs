//! A batch is refused for a row that asks, and for nothing that no row asks: at that row, or not
//! at all.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use guerdon::Problem;
use guerdon::columns::{Codes, Facts, Ids, Words};
use guerdon::commission::{Earnings, EventColumns, Plan, Roster};
use guerdon::kernel::calendar::Instant;

fn plan(more: &str) -> Plan {
    let text = format!(
        r#"{{"format": "guerdon.plan/1", "id": "p", "version": 1, "currency": "EUR",
            "zone": "UTC", {more}}}"#
    );
    Plan::from_json(&text).unwrap()
}

const TEN_PERCENT: &str = r#""groups": [{"id": "g", "combine": "sum", "rules": [{"id": "r",
    "pay": {"type": "percent", "rate": {"percent": "10"}}}]}]"#;

fn words<'a>(codes: &'a [i8], words: &[&'a str]) -> Words<'a> {
    Words { codes: Codes::Int8(codes), words: words.to_vec() }
}

/// Three sales of 10.00 in March 2026, in columns that were changed in one way.
fn run(plan: &Plan, change: impl Fn(&mut EventColumns<'_>)) -> Result<Earnings, Problem> {
    let march = "2026-03-01T00:00:00Z".parse::<Instant>()?.micros();
    let at = [march, march + 1, march + 2];
    let mut columns = EventColumns {
        at: &at,
        partner: Ids::Numbers(&[1, 2, 3]),
        amount_minor: &[1_000; 3],
        net_minor: None,
        quantity: None,
        kind: None,
        customer: None,
        refund_of: None,
        facts: Vec::new(),
    };
    change(&mut columns);
    plan.run(&mut plan.new_state(), &Roster::default(), &columns)
}

/// The code and the path of what is refused.
fn refusal(plan: &Plan, change: impl Fn(&mut EventColumns<'_>)) -> (String, String) {
    let problem = run(plan, change).unwrap_err();
    (problem.code.to_string(), problem.path)
}

fn at(code: &str, path: &str) -> (String, String) {
    (code.to_owned(), path.to_owned())
}

#[test]
fn a_customer_that_is_no_id_is_refused_by_every_plan() {
    let capped = format!(
        r#"{TEN_PERCENT}, "caps": [{{"id": "c", "scope": "customer", "max": "1",
            "window": {{"type": "lifetime"}}}}]"#
    );
    for plan in [plan(TEN_PERCENT), plan(&capped)] {
        let found = refusal(&plan, |columns| {
            columns.customer = Some(Ids::Words(words(&[0, 1, 0], &["anna", ""])));
        });
        assert_eq!(found, at("id_invalid", "/customer/1"));
        let unused = run(&plan, |columns| {
            columns.customer = Some(Ids::Words(words(&[0, 0, 0], &["anna", ""])));
        });
        assert!(unused.is_ok());
    }
}

#[test]
fn a_word_that_is_no_kind_is_refused_where_a_row_has_it() {
    let plan = plan(TEN_PERCENT);
    let found = refusal(&plan, |columns| {
        columns.kind = Some(words(&[0, 0, 1], &["sale", "gift"]));
    });
    assert_eq!(found, at("variant_unknown", "/kind/2"));
    let unused = run(&plan, |columns| columns.kind = Some(words(&[0, 0, 0], &["sale", "gift"])));
    assert_eq!(unused.unwrap().commission_minor, [100; 3]);
}

/// A share of the sale by category, which for games divides by zero.
#[test]
fn a_condition_that_fails_for_a_word_is_refused_where_a_row_has_it() {
    let plan = plan(
        r#""groups": [{"id": "g", "combine": "sum", "rules": [{"id": "r",
            "when": {"op": "gt", "args": [{"op": "div", "args": [{"decimal": "1"}, {"op": "if",
                "args": [{"op": "eq", "args": [{"fact": "item.category"}, {"string": "games"}]},
                    {"decimal": "0"}, {"decimal": "2"}]}]}, {"decimal": "0"}]},
            "pay": {"type": "percent", "rate": {"percent": "10"}}}]}]"#,
    );
    let by_category = |codes: &'static [i8]| {
        move |columns: &mut EventColumns<'_>| {
            let facts = Facts::Words(words(codes, &["books", "games"]));
            columns.facts = vec![("item.category", facts)];
        }
    };
    let found = refusal(&plan, by_category(&[0, 1, 0]));
    assert_eq!(found, at("division_by_zero", "/1"));
    assert_eq!(run(&plan, by_category(&[0, 0, 0])).unwrap().commission_minor, [100; 3]);
}

#[test]
fn a_day_of_joining_is_missed_where_a_row_asks_for_the_window() {
    let yearly = r#""schedules": {"s": {"measure": "volume",
            "window": {"type": "anniversary", "months": 12}, "rates": {"mode": "marginal",
            "steps": [{"from": "0", "rate": {"percent": "10"}}]}}},
        "groups": [{"id": "g", "combine": "sum", "rules": [{"id": "r",
            "pay": {"type": "schedule", "schedule": "s"}}]}]"#;
    let found = refusal(&plan(yearly), |_| {});
    assert_eq!(found, at("window_without_anchor", "/partner/0"));
    let over = format!(r#"{yearly}, "effective_until": "2026-01-01T00:00:00Z""#);
    assert_eq!(run(&plan(&over), |_| {}).unwrap().commission_minor, [0; 3]);
}
