//! A history cut by the plan's ordering scope, run apart and merged, is the history in one piece:
//! the same cents in every row, and the same bytes of stored state, however many parts there are.

use std::collections::BTreeMap;

use crate::tries::tries;
use guerdon::columns::Ids;
use guerdon::commission::{
    Earnings, EventColumns, OrderingScope, Partner, Plan, Roster, State, StateText,
};
use guerdon::kernel::document::to_json;
use proptest::prelude::*;
use proptest::sample::Index;

const DAY: i64 = 86_400_000_000;
/// 2026-01-01T00:00:00Z.
const START: i64 = 1_767_225_600_000_000;

/// Tiers that are crossed, schedules that split, reprice and carry, and a cap that runs full.
/// Everything is counted by partner, and with the last cap by customer too.
fn plan(by_customer: bool) -> Plan {
    let customer = r#", {"id": "per-customer", "scope": "customer", "max": "40"}"#;
    let text = format!(
        r#"{{"format": "guerdon.plan/1", "id": "parts", "version": 1, "currency": "EUR",
        "zone": "Europe/Vienna",
        "ladder": {{"measure": "volume", "window": {{"type": "calendar", "unit": "quarter"}},
            "tiers": {{"levels": [{{"id": "silver", "from": "200"}}, {{"id": "gold", "from": "800"}}],
                "grace": 1, "on_decrease": "now"}}}},
        "schedules": {{
            "month": {{"measure": "volume", "window": {{"type": "calendar", "unit": "month"}},
                "rates": {{"mode": "retroactive", "steps": [
                    {{"from": "0", "rate": {{"percent": "1"}}}},
                    {{"from": "250", "rate": {{"ratio": "1/30"}}}}]}}}},
            "life": {{"measure": "count", "window": {{"type": "lifetime"}},
                "rates": {{"mode": "prospective_after", "steps": [
                    {{"from": "0", "per_unit": "0.333"}}, {{"from": "3", "per_unit": "1.5"}}]}}}}}},
        "groups": [
            {{"id": "tiered", "combine": "first", "rules": [{{"id": "by-tier",
                "pay": {{"type": "by_tier",
                    "tiers": {{"silver": {{"type": "percent", "rate": {{"percent": "7.5"}}}},
                        "gold": {{"type": "percent", "rate": {{"ratio": "1/9"}}}}}},
                    "otherwise": {{"type": "percent", "rate": {{"percent": "5"}}}}}}}}]}},
            {{"id": "scheduled", "combine": "sum", "rules": [
                {{"id": "by-month", "pay": {{"type": "schedule", "schedule": "month"}}}},
                {{"id": "by-life", "pay": {{"type": "schedule", "schedule": "life"}}}}]}}],
        "caps": [{{"id": "per-month", "scope": "partner", "max": "60",
            "window": {{"type": "calendar", "unit": "month"}}}}{}],
        "overrides": [{{"id": "up-1", "level": 1, "of": "commission", "rate": {{"percent": "10"}}}},
            {{"id": "up-2", "level": 2, "of": "sale", "rate": {{"percent": "1"}}}}]}}"#,
        if by_customer { customer } else { "" }
    );
    Plan::from_json(&text).unwrap()
}

/// Everybody is sponsored by the one of half their number, so that sponsors sit in other parts.
fn roster() -> Roster {
    let record = |number: i64| -> Partner {
        let sponsor =
            if number > 0 { format!(r#", "sponsor": "{}""#, number / 2) } else { String::new() };
        serde_json::from_str(&format!(r#"{{"id": "{number}"{sponsor}}}"#)).unwrap()
    };
    Roster::new((0..40).map(record).collect()).unwrap()
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Happened {
    at: i64,
    partner: i64,
    customer: i64,
    amount: i64,
    refund_of: i64,
}

/// Sales, most in the order of time and some late, and refunds of earlier ones in parts.
fn histories() -> impl Strategy<Value = Vec<Happened>> {
    let row = (0..40_i64, 0..3_i64, 0..20_000_i64, 0..3_i64, -60..60_i64, any::<Index>(), 0..5_i64);
    prop::collection::vec(row, 0..160).prop_map(|rows| {
        let mut history: Vec<Happened> = Vec::new();
        let mut left: BTreeMap<usize, i64> = BTreeMap::new();
        for (row, (partner, customer, amount, kind, late, which, share)) in
            rows.into_iter().enumerate()
        {
            let late = if kind == 1 { late } else { 0 };
            let at = START + (i64::try_from(row).unwrap() * 3 + late) * DAY;
            let open: Vec<usize> = left.keys().copied().collect();
            if kind == 2 && !open.is_empty() {
                let sold = open[which.index(open.len())];
                let rest = left[&sold];
                let amount = if share == 4 { rest } else { rest * share / 4 };
                left.insert(sold, rest - amount);
                let of = history[sold];
                history.push(Happened {
                    at,
                    amount,
                    refund_of: i64::try_from(sold).unwrap(),
                    ..of
                });
            } else {
                left.insert(row, amount);
                // Customers are a partner's own, so that a cut by partner cuts none of them.
                let customer = partner * 10 + customer;
                history.push(Happened { at, partner, customer, amount, refund_of: -1 });
            }
        }
        history
    })
}

fn run(plan: &Plan, roster: &Roster, history: &[Happened]) -> (Earnings, State) {
    let column = |of: fn(&Happened) -> i64| history.iter().map(of).collect::<Vec<_>>();
    let (at, amount) = (column(|row| row.at), column(|row| row.amount));
    let (partner, customer) = (column(|row| row.partner), column(|row| row.customer));
    let refund_of = column(|row| row.refund_of);
    let columns = EventColumns {
        at: &at,
        partner: Ids::Numbers(&partner),
        amount_minor: &amount,
        net_minor: None,
        quantity: None,
        kind: None,
        customer: Some(Ids::Numbers(&customer)),
        refund_of: Some(&refund_of),
        facts: Vec::new(),
    };
    let mut state = plan.new_state();
    let earnings = plan.run(&mut state, roster, &columns).unwrap();
    (earnings, state)
}

/// What a row earned, with the sponsors by id.
#[derive(Clone, Debug, Default, PartialEq)]
struct RowEarned {
    commission: i64,
    lost: i64,
    overrides: Vec<(String, u8, i64)>,
}

fn by_row(earnings: &Earnings) -> Vec<RowEarned> {
    let cents = earnings.commission_minor.iter().zip(&earnings.lost_minor);
    let mut rows: Vec<RowEarned> = cents
        .map(|(commission, lost)| RowEarned {
            commission: *commission,
            lost: *lost,
            overrides: Vec::new(),
        })
        .collect();
    let overrides = &earnings.overrides;
    for (entry, row) in overrides.row.iter().enumerate() {
        let sponsor = &overrides.partners[usize::try_from(overrides.partner[entry]).unwrap()];
        let earned = (sponsor.to_string(), overrides.level[entry], overrides.amount_minor[entry]);
        rows[usize::try_from(*row).unwrap()].overrides.push(earned);
    }
    rows
}

/// Which part a partner belongs to; any function of the partner will do.
fn part_of(partner: i64, parts: usize) -> usize {
    let mixed = u64::try_from(partner + 1).unwrap().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from((mixed >> 20) % u64::try_from(parts).unwrap()).unwrap()
}

/// The history in parts, with refunds counting the rows of their part, and where each row came
/// from.
fn cut(history: &[Happened], parts: usize) -> Vec<(Vec<Happened>, Vec<usize>)> {
    let mut cut = vec![(Vec::new(), Vec::new()); parts];
    let mut places: Vec<i64> = Vec::new();
    for (row, happened) in history.iter().enumerate() {
        let (rows, origins) = &mut cut[part_of(happened.partner, parts)];
        places.push(i64::try_from(rows.len()).unwrap());
        let sold = usize::try_from(happened.refund_of).ok();
        rows.push(Happened { refund_of: sold.map_or(-1, |sold| places[sold]), ..*happened });
        origins.push(row);
    }
    cut
}

fn text(plan: &Plan, state: &State) -> String {
    to_json(&StateText(plan.state_document(state))).unwrap()
}

fn parts_make_the_whole(plan: &Plan, history: &[Happened], parts: usize) {
    let roster = roster();
    let (earnings, state) = run(plan, &roster, history);
    let mut merged_rows = vec![RowEarned::default(); history.len()];
    let mut states = Vec::new();
    for (rows, origins) in cut(history, parts) {
        let (earned, state) = run(plan, &roster, &rows);
        for (row, earned) in origins.into_iter().zip(by_row(&earned)) {
            merged_rows[row] = earned;
        }
        states.push(state);
    }
    assert_eq!(merged_rows, by_row(&earnings));
    let whole = text(plan, &state);
    let merged = plan.merge(states.iter().cloned()).unwrap();
    assert_eq!(text(plan, &merged), whole);
    // From the other end, and in two heaps.
    let backwards = plan.merge(states.iter().rev().cloned()).unwrap();
    assert_eq!(text(plan, &backwards), whole);
    let (left, right) = states.split_at(parts / 3);
    let heaps = [right, left].map(|heap| plan.merge(heap.iter().cloned()).unwrap());
    assert_eq!(text(plan, &plan.merge(heaps).unwrap()), whole);
}

proptest! {
    #![proptest_config(tries(24))]

    #[test]
    fn one_part_or_seven_make_the_whole(history in histories(), by_customer: bool) {
        let plan = plan(by_customer);
        for parts in [1, 7] {
            parts_make_the_whole(&plan, &history, parts);
        }
    }

    /// A merged state goes on as the whole one does.
    #[test]
    fn a_merged_state_goes_on(history in histories(), more in histories()) {
        let (plan, roster) = (plan(true), roster());
        let (_, whole) = run(&plan, &roster, &history);
        let states = cut(&history, 7).into_iter().map(|(rows, _)| run(&plan, &roster, &rows).1);
        let merged = plan.merge(states.collect::<Vec<_>>()).unwrap();
        let go_on = |mut state: State| {
            let sales: Vec<Happened> = more.iter().copied().filter(|row| row.refund_of < 0).collect();
            let (at, partner): (Vec<i64>, Vec<i64>) = sales.iter().map(|row| (row.at, row.partner)).unzip();
            let amount: Vec<i64> = sales.iter().map(|row| row.amount).collect();
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
            let earned = plan.run(&mut state, &roster, &columns).unwrap();
            (by_row(&earned), text(&plan, &state))
        };
        prop_assert_eq!(go_on(merged), go_on(whole));
    }

    /// Whoever has sums in two states is found, whatever the sums are.
    #[test]
    fn the_same_part_twice_is_refused(history in histories(), which: Index) {
        let (plan, roster) = (plan(true), roster());
        let states: Vec<State> = cut(&history, 7).into_iter().map(|(rows, _)| run(&plan, &roster, &rows).1).collect();
        let twice = &states[which.index(states.len())];
        let empty = text(&plan, twice) == text(&plan, &plan.new_state());
        let merged = plan.merge(states.iter().chain([twice]).cloned());
        match merged {
            Ok(_) => prop_assert!(empty),
            Err(problem) => {
                prop_assert_eq!(problem.code.as_str(), "state_overlap");
                prop_assert_eq!(problem.path.as_str(), "/7");
            }
        }
    }
}

proptest! {
    #![proptest_config(tries(3))]

    #[test]
    fn ten_thousand_parts_make_the_whole(history in histories()) {
        parts_make_the_whole(&plan(false), &history, 10_000);
    }
}

#[test]
fn a_plan_says_by_what_it_may_be_cut() {
    assert_eq!(plan(false).ordering_scope(), OrderingScope::Partner);
    assert_eq!(plan(true).ordering_scope(), OrderingScope::Customer);
}
