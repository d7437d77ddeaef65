//! The plans that tables are run through: between them they read every kind of column.

use std::sync::OnceLock;

use guerdon::commission::{Plan, Roster};

const ALL: [&str; 3] = [
    // Only what every plan needs, and an account of each partner.
    r#"{"format": "guerdon.plan/1", "id": "plain", "version": 1, "currency": "EUR", "zone": "UTC",
        "groups": [{"id": "g", "combine": "sum", "rules": [
            {"id": "r", "on": ["sale", "renewal", "lead"], "pay": {"type": "percent", "rate": {"ratio": "1/3"}}}]}],
        "caps": [{"id": "c", "scope": "partner", "max": "900.00",
            "window": {"type": "calendar", "unit": "month"}}],
        "overrides": [{"id": "up", "level": 1, "of": "commission", "rate": {"percent": "10"}},
            {"id": "upper", "level": 2, "of": "sale", "rate": {"ratio": "1/7"}}]}"#,
    // Tiers, schedules, quantities and customers.
    r#"{"format": "guerdon.plan/1", "id": "tiers", "version": 1, "currency": "USD", "zone": "America/New_York",
        "rounding": "half_even",
        "ladder": {"measure": "quantity", "window": {"type": "calendar", "unit": "month"},
            "tiers": {"levels": [{"id": "low", "from": 0}, {"id": "high", "from": 20}],
                "downgrade": "one_step", "grace": 1}},
        "schedules": {
            "volume": {"measure": "volume", "window": {"type": "calendar", "unit": "quarter"}, "rates":
                {"mode": "retroactive", "steps": [{"from": 0, "rate": {"percent": "1"}},
                    {"from": 100, "rate": {"ratio": "1/3"}, "flat": "2.50"}]}},
            "pieces": {"measure": "quantity", "window": {"type": "lifetime"}, "rates":
                {"mode": "marginal", "posting": "cumulative", "steps": [{"from": 0, "per_unit": "0.333"},
                    {"from": 7, "per_unit": "1.05"}]}}},
        "groups": [{"id": "g", "combine": "best", "rules": [
                {"id": "a", "pay": {"type": "schedule", "schedule": "volume"}},
                {"id": "b", "on": ["custom"], "pay": {"type": "flat", "amount": "1.005"}}]},
            {"id": "h", "combine": "sum", "rules": [
                {"id": "p", "pay": {"type": "by_tier", "tiers": {
                    "high": {"type": "schedule", "schedule": "pieces"}},
                    "otherwise": {"type": "per_unit", "amount": "0.015"}}, "max": "40"}]}],
        "caps": [{"id": "each", "scope": "order", "max": "75"}, {"id": "who", "scope": "customer", "max": "300"},
            {"id": "all", "scope": "program", "max": "4000"}]}"#,
    // Conditions on facts of every type that has a column.
    r#"{"format": "guerdon.plan/1", "id": "facts", "version": 1, "currency": "JPY", "zone": "Asia/Tokyo",
        "facts": {"fact.score": {"type": "decimal"}, "fact.day": {"type": "date"}},
        "eligible": {"op": "not", "args": [{"op": "eq", "args": [{"fact": "customer.country"}, {"string": "AT"}]}]},
        "groups": [{"id": "g", "combine": "first", "rules": [
            {"id": "r0", "when": {"op": "gte", "args": [{"fact": "fact.score"}, {"decimal": "0.5"}]},
                "pay": {"type": "percent", "rate": {"percent": "50"}}},
            {"id": "r1", "when": {"op": "lt", "args": [{"fact": "fact.day"}, {"date": "2026-06-01"}]},
                "pay": {"type": "flat", "amount": "3.5"}},
            {"id": "r2", "when": {"op": "eq", "args": [{"fact": "item.product"}, {"string": "lamp"}]},
                "pay": {"type": "percent", "rate": {"percent": "7"}}},
            {"id": "r3", "when": {"fact": "customer.new"}, "pay": {"type": "percent", "rate": {"percent": "5"}}}]}]}"#,
];

pub(super) fn plans() -> &'static [Plan] {
    static PLANS: OnceLock<Vec<Plan>> = OnceLock::new();
    PLANS.get_or_init(|| {
        let compiled = |text| Plan::from_json(text).unwrap_or_else(|problems| panic!("{problems}"));
        ALL.into_iter().map(compiled).collect()
    })
}

/// Three partners above each other; the last one is closed.
pub(super) fn roster() -> Roster {
    let partners = r#"[{"id": "ann", "sponsor": "bob"}, {"id": "bob", "sponsor": "7"},
        {"id": "7", "joined": "2024-02-29"}, {"id": "zed", "status": "closed"}]"#;
    Roster::new(serde_json::from_str(partners).expect("partners")).expect("no circle")
}
