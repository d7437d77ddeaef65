//! Tiers over the end of a window: what is over stays over, however little happened since.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use guerdon::commission::{Line, Plan, Refund, Roster};
use guerdon::kernel::id::Id;

const PLAN: &str = r#"{
    "format": "guerdon.plan/1", "id": "p", "version": 1, "currency": "USD", "zone": "UTC",
    "ladder": {
        "measure": "volume", "window": {"type": "calendar", "unit": "quarter"},
        "tiers": {"levels": [{"id": "bronze", "from": 0}, {"id": "silver", "from": 500}]}
    },
    "groups": [{"id": "g", "combine": "sum", "rules": [
        {"id": "r", "pay": {"type": "percent", "rate": {"percent": "10"}}}
    ]}]
}"#;

/// The lines of one event are handed back with its refund, and those of others are refused.
#[test]
fn lines_of_another_sale_are_not_taken_back() {
    let plan = Plan::from_json(PLAN).unwrap();
    let (mut state, roster) = (plan.new_state(), Roster::default());
    let mut lines = Vec::new();
    for id in ["other", "sold"] {
        let event = format!(
            r#"{{"id": "{id}", "kind": "sale", "at": "2026-02-01T12:00:00Z", "partner": "ada",
                "amount": {{"amount": "50", "currency": "USD"}}}}"#
        );
        let event = serde_json::from_str(&event).unwrap();
        lines.extend(plan.evaluate(&mut state, &roster, &event).unwrap().lines);
    }
    let refund: Refund = serde_json::from_str(
        r#"{"id": "back", "at": "2026-02-02T12:00:00Z", "event": "sold",
            "amount": {"amount": "50", "currency": "USD"}}"#,
    )
    .unwrap();
    let problem = plan.refund(&mut state, &roster, &refund, &lines).unwrap_err();
    assert_eq!(problem.code.as_str(), "refund_of_unknown_sale");
    assert_eq!(problem.path, "/posted/0/event");
    let outcome = plan.refund(&mut state, &roster, &refund, &lines[1..]).unwrap();
    assert_eq!(outcome.lines.len(), 1);
}

/// What happens: a sale, or a refund of one.
enum Day {
    Sale(&'static str, &'static str, i64),
    Back(&'static str, &'static str, i64),
}

/// The seller's tier at the last sale.
fn tier_after(days: &[Day]) -> Option<Id> {
    let plan = Plan::from_json(PLAN).unwrap();
    let (mut state, roster) = (plan.new_state(), Roster::default());
    let mut lines = Vec::new();
    for day in days {
        let outcome = match day {
            Day::Sale(id, date, amount) => {
                let event = format!(
                    r#"{{"id": "{id}", "kind": "sale", "at": "{date}T12:00:00Z", "partner": "ada",
                        "amount": {{"amount": "{amount}", "currency": "USD"}}}}"#
                );
                plan.evaluate(&mut state, &roster, &serde_json::from_str(&event).unwrap())
            }
            Day::Back(of, date, amount) => {
                let refund = format!(
                    r#"{{"id": "back-{of}", "at": "{date}T12:00:00Z", "event": "{of}",
                        "amount": {{"amount": "{amount}", "currency": "USD"}}}}"#
                );
                let refund: Refund = serde_json::from_str(&refund).unwrap();
                let sold: Vec<Line> = lines
                    .iter()
                    .filter(|line: &&Line| line.event == refund.event)
                    .cloned()
                    .collect();
                plan.refund(&mut state, &roster, &refund, &sold)
            }
        };
        lines.extend(outcome.unwrap().lines);
    }
    lines.last().and_then(|line| line.tier.clone())
}

#[test]
fn a_refund_after_the_quarter_leaves_its_tier_alone() {
    let big = Day::Sale("big", "2026-02-01", 600);
    let back = Day::Back("big", "2026-04-05", 600);
    let later = Day::Sale("later", "2026-04-10", 100);
    let alone = tier_after(&[big, back, later]);
    assert_eq!(alone.as_ref().map(Id::as_str), Some("silver"));
}

#[test]
fn a_small_sale_before_that_refund_changes_nothing() {
    let big = Day::Sale("big", "2026-02-01", 600);
    let small = Day::Sale("small", "2026-04-02", 1);
    let back = Day::Back("big", "2026-04-05", 600);
    let later = Day::Sale("later", "2026-04-10", 100);
    let after = tier_after(&[big, small, back, later]);
    assert_eq!(after.as_ref().map(Id::as_str), Some("silver"));
}

#[test]
fn a_refund_within_the_quarter_takes_the_tier_at_its_end() {
    let big = || Day::Sale("big", "2026-02-01", 600);
    let back = || Day::Back("big", "2026-03-05", 600);
    let within = tier_after(&[big(), back(), Day::Sale("later", "2026-03-10", 100)]);
    assert_eq!(within.as_ref().map(Id::as_str), Some("silver"));
    let after = tier_after(&[big(), back(), Day::Sale("later", "2026-04-10", 100)]);
    assert_eq!(after.as_ref().map(Id::as_str), Some("bronze"));
}
