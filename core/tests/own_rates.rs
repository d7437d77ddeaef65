//! Partners' own rates in a batch, beside an oracle that multiplies and rounds.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed unwrap or index is a failed test"
)]

mod tries;

use guerdon::columns::Ids;
use guerdon::commission::{EventColumns, Partner, Plan, Roster};
use proptest::prelude::*;

use tries::tries;

const PLAN: &str = r#"{"format": "guerdon.plan/1", "id": "own", "version": 1, "currency": "EUR",
    "zone": "UTC", "groups": [{"id": "g", "combine": "sum", "rules": [{"id": "r", "pay": {
        "type": "own_rate", "otherwise": {"type": "percent", "rate": {"percent": "3"}}}}]}]}"#;

proptest! {
    #![proptest_config(tries(100))]

    #[test]
    fn everybody_is_paid_at_their_own(
        rates in prop::collection::vec(prop::option::of((0..40_i64, 1..50_i64)), 4),
        rows in prop::collection::vec((0..4_usize, 0..100_000_i64), 1..40),
    ) {
        let plan = Plan::from_json(PLAN).unwrap();
        let records = rates.iter().enumerate().map(|(number, rate)| -> Partner {
            let rate = rate.map_or_else(String::new, |(num, den)| {
                format!(r#", "rate": {{"ratio": "{num}/{den}"}}"#)
            });
            serde_json::from_str(&format!(r#"{{"id": "{number}"{rate}}}"#)).unwrap()
        });
        let roster = Roster::new(records.collect()).unwrap();
        let partner: Vec<i64> =
            rows.iter().map(|(who, _)| i64::try_from(*who).unwrap()).collect();
        let amount: Vec<i64> = rows.iter().map(|(_, amount)| *amount).collect();
        let at = vec![1_800_000_000_000_000; rows.len()];
        let columns = EventColumns {
            at: &at,
            partner: Ids::Numbers(&partner),
            amount_minor: &amount,
            net_minor: None,
            quantity: None,
            kind: None,
            customer: None,
            refund_of: None,
            facts: Vec::new(),
        };
        let earned = plan.run(&mut plan.new_state(), &roster, &columns).unwrap();
        for (row, (who, amount)) in rows.iter().enumerate() {
            let (num, den) = rates[*who].unwrap_or((3, 100));
            prop_assert_eq!(earned.commission_minor[row], (2 * amount * num + den) / (2 * den));
        }
    }
}
