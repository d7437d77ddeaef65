//! Refunds that rate their window again, beside the history in which what was given back was never
//! sold.
//!
//! The oracle knows nothing of refunds: it evaluates the same orders once more from an empty state,
//! each with what is left of its lines, and without those of which nothing is. Whatever was given
//! back in between, in parts, of lines or whole orders, and undone again, every line has to have
//! the same left, and the state the same sums.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed unwrap, index or panic is a failed test"
)]

mod tries;

use std::collections::BTreeMap;

use guerdon::commission::{
    Event, Line, LineKind, Partner, Plan, Refund, Reinstatement, Roster, State, StateText,
};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::derived_id::DerivedId;
use guerdon::kernel::document::to_json;
use guerdon::kernel::id::Id;
use guerdon::kernel::money::to_minor;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use tries::tries;

const MODES: [&str; 5] =
    ["marginal", "retroactive", "prospective_after", "prospective_including", "per_transaction"];
const ROUNDINGS: [&str; 4] = ["half_away_from_zero", "half_even", "floor", "ceil"];

#[derive(Clone, Debug)]
struct PlanSpec {
    mode: usize,
    count: bool,
    cumulative: bool,
    rounding: usize,
    /// Tenths of a percent of each step, also falling ones.
    rates: Vec<u32>,
    flat: u32,
    /// Whether another schedule and a percentage pay the same lines.
    second: bool,
    percent: bool,
    overrides: [bool; 2],
}

#[derive(Clone, Debug)]
struct OrderSpec {
    partner: usize,
    day: u32,
    /// Of each line, in minor units.
    lines: Vec<i64>,
    weights: Vec<u8>,
}

#[derive(Clone, Debug)]
enum Step {
    Sell(OrderSpec),
    /// Of an order, of a line of it, so many percent of what is left.
    Refund(prop::sample::Index, Option<prop::sample::Index>, u8),
    Undo(prop::sample::Index),
}

fn plans() -> impl Strategy<Value = PlanSpec> {
    let switches = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<[bool; 2]>());
    (0..5_usize, 0..4_usize, vec(0_u32..200, 1..4), 0_u32..300, switches).prop_map(
        |(mode, rounding, rates, flat, (count, cumulative, second, percent, overrides))| PlanSpec {
            mode,
            count,
            cumulative,
            rounding,
            rates,
            flat,
            second,
            percent,
            overrides,
        },
    )
}

fn orders() -> impl Strategy<Value = OrderSpec> {
    let lines = vec(1_i64..60_000, 1..4);
    (0..2_usize, 0_u32..59, lines, vec(0_u8..4, 0..3))
        .prop_map(|(partner, day, lines, weights)| OrderSpec { partner, day, lines, weights })
}

fn histories() -> impl Strategy<Value = Vec<Step>> {
    let index = any::<prop::sample::Index>;
    let share = prop_oneof![Just(100_u8), 1_u8..100];
    let step = prop_oneof![
        3 => orders().prop_map(Step::Sell),
        3 => (index(), proptest::option::of(index()), share)
            .prop_map(|(order, line, share)| Step::Refund(order, line, share)),
        1 => index().prop_map(Step::Undo),
    ];
    vec(step, 1..14)
}

impl PlanSpec {
    fn schedule(&self, mode: usize, count: bool) -> Value {
        let width = if count { 2 } else { 250 };
        let steps = (0..).zip(&self.rates).map(|(number, rate)| {
            let mut step = json!({"from": (number * width).to_string()});
            if count {
                step["per_unit"] = format!("{}.{:03}", rate / 100, rate % 100 * 7).into();
            } else {
                step["rate"] = json!({"percent": format!("{}.{}", rate / 10, rate % 10)});
            }
            if number > 0 && self.flat > 0 {
                step["flat"] = format!("{}.{:02}", self.flat / 100, self.flat % 100).into();
            }
            step
        });
        let mut rates = json!({"mode": MODES[mode], "steps": steps.collect::<Vec<_>>()});
        if mode == 0 && self.cumulative {
            rates["posting"] = "cumulative".into();
        }
        let measure = if count { "count" } else { "volume" };
        json!({"measure": measure, "window": {"type": "calendar", "unit": "month"}, "rates": rates})
    }

    fn document(&self) -> String {
        let mut rules = vec![json!({"id": "r0", "pay": {"type": "schedule", "schedule": "s0"}})];
        let mut schedules = json!({"s0": self.schedule(self.mode, self.count)});
        if self.second {
            schedules["s1"] = self.schedule((self.mode + 1) % 5, !self.count);
            rules.push(json!({"id": "r1", "pay": {"type": "schedule", "schedule": "s1"}}));
            rules.push(json!({"id": "r2", "pay": {"type": "schedule", "schedule": "s0"}}));
        }
        if self.percent {
            let pay = json!({"type": "percent", "rate": {"ratio": "1/37"}});
            rules.push(json!({"id": "r3", "pay": pay}));
        }
        let mut overrides = Vec::new();
        if self.overrides[0] {
            overrides.push(json!({"id": "o0", "level": 1, "of": "commission",
                "rate": {"percent": "12.5"}}));
        }
        if self.overrides[1] {
            overrides.push(json!({"id": "o1", "level": 1, "to_level": 2, "of": "sale",
                "rate": {"percent": "1.7"}}));
        }
        json!({"format": "guerdon.plan/1", "id": "p", "version": 1, "currency": "EUR",
            "zone": "UTC", "rounding": ROUNDINGS[self.rounding], "schedules": schedules,
            "groups": [{"id": "g", "combine": "sum", "rules": rules}], "overrides": overrides,
            "refunds": "re_rate"})
        .to_string()
    }
}

fn money(minor: i64) -> Value {
    json!({"amount": format!("{}.{:02}", minor / 100, minor % 100), "currency": "EUR"})
}

impl OrderSpec {
    /// The order with so much left of each line; none if that is nothing.
    fn event(&self, number: usize, left: &[i64]) -> Option<Event> {
        let items = left.iter().enumerate().filter(|(_, left)| **left > 0);
        let items: Vec<Value> = items
            .map(|(line, left)| json!({"id": format!("i{line}"), "amount": money(*left)}))
            .collect();
        let shared = self.weights.iter().any(|weight| *weight > 0);
        let split = self.weights.iter().enumerate().filter(|_| shared);
        let split: Vec<Value> = split
            .map(|(partner, weight)| json!({"partner": format!("p{partner}"), "weight": weight.to_string()}))
            .collect();
        let event = json!({"id": format!("e{number}"), "kind": "sale",
            "at": format!("2026-{:02}-{:02}T12:00:00Z", 1 + self.day / 28, 1 + self.day % 28),
            "partner": format!("p{}", self.partner), "items": items, "split": split});
        (!items.is_empty()).then(|| serde_json::from_value(event).unwrap())
    }
}

fn roster() -> Roster {
    let partner = |id: &str, sponsor: &str| -> Partner {
        serde_json::from_value(json!({"id": id, "sponsor": sponsor})).unwrap()
    };
    Roster::new(vec![partner("p0", "p1"), partner("p1", "p2")]).unwrap()
}

fn minor(line: &Line) -> i64 {
    to_minor(line.amount.amount, line.amount.currency).unwrap()
}

fn id(text: String) -> Id {
    text.parse().unwrap()
}

/// A host that keeps every line that it was given.
struct Host {
    plan: Plan,
    roster: Roster,
    state: State,
    orders: Vec<OrderSpec>,
    posted: Vec<Line>,
    /// Refunds, with the order of each, that were not undone.
    refunds: Vec<(usize, usize)>,
    told: usize,
}

impl Host {
    fn lives(&mut self, step: &Step) {
        self.told += 1;
        // Stored and read again, as by every call: it then knows nobody who has no sum.
        let stored = self.plan.state_document(&self.state);
        self.state = self.plan.state_from_document(&stored).unwrap();
        let at: Instant = "2026-06-01T00:00:00Z".parse().unwrap();
        match step {
            Step::Sell(order) => {
                let event = order.event(self.orders.len(), &order.lines).unwrap();
                let outcome = self.plan.evaluate(&mut self.state, &self.roster, &event).unwrap();
                self.posted.extend(outcome.lines);
                self.orders.push(order.clone());
            }
            Step::Refund(_, _, _) if self.orders.is_empty() => {}
            Step::Refund(order, line, share) => {
                let number = order.index(self.orders.len());
                let left = self.left(number);
                let line = line.map(|line| line.index(left.len()));
                let of = line.map_or(left.iter().sum(), |line| left[line]);
                if of == 0 {
                    return;
                }
                let amount = (of * i64::from(*share) / 100).max(1);
                let amount = serde_json::from_value(money(amount)).unwrap();
                let (name, of) = (id(format!("r{}", self.told)), id(format!("e{number}")));
                let refund = Refund {
                    item: line.map(|line| id(format!("i{line}"))),
                    ..Refund::new(name, of, at, amount)
                };
                let outcome =
                    self.plan.refund(&mut self.state, &self.roster, &refund, &self.posted).unwrap();
                self.posted.extend(outcome.lines);
                self.refunds.push((self.told, number));
            }
            Step::Undo(_) if self.refunds.is_empty() => {}
            Step::Undo(refund) => {
                let (refund, order) = self.refunds.remove(refund.index(self.refunds.len()));
                let (name, event) = (id(format!("u{}", self.told)), id(format!("e{order}")));
                let undone =
                    Reinstatement { id: name, at, event, refund: id(format!("r{refund}")) };
                let (state, posted) = (&mut self.state, &self.posted);
                let outcome = self.plan.reinstate(state, &self.roster, &undone, posted).unwrap();
                self.posted.extend(outcome.lines);
            }
        }
    }

    /// What is left of each line of an order, by the last line that says which share is not.
    fn left(&self, number: usize) -> Vec<i64> {
        let event = id(format!("e{number}"));
        let order = &self.orders[number].lines;
        (0..order.len())
            .map(|line| {
                let item = Some(id(format!("i{line}")));
                let own =
                    |one: &&Line| one.item == item && one.event == event && one.origin.is_none();
                let original = self.posted.iter().find(own).unwrap().id;
                let of = self.posted.iter().filter(|one| one.origin == Some(original));
                let share = of.filter_map(|one| one.refunded.as_ref()).next_back();
                let gone = share.map_or_else(Default::default, |share| {
                    share.exact().checked_mul(&order[line].into()).unwrap()
                });
                order[line] - i64::try_from(gone.as_integer().unwrap()).unwrap()
            })
            .collect()
    }

    /// What every line has left.
    fn balances(&self) -> BTreeMap<DerivedId, i64> {
        let mut left = BTreeMap::new();
        for line in self.posted.iter().filter(|line| line.kind != LineKind::Unpaid) {
            *left.entry(line.origin.unwrap_or(line.id)).or_default() += minor(line);
        }
        left
    }
}

proptest! {
    #![proptest_config(tries(400))]

    #[test]
    fn what_is_rated_again_is_what_would_have_been_rated(plan in plans(), history in histories()) {
        let plan = Plan::from_json(&plan.document()).unwrap();
        let (state, roster) = (plan.new_state(), roster());
        let mut host =
            Host { plan, roster, state, orders: Vec::new(), posted: Vec::new(), refunds: Vec::new(), told: 0 };
        for step in &history {
            host.lives(step);
        }
        let mut fresh = host.plan.new_state();
        let mut expected = BTreeMap::new();
        for (number, order) in host.orders.iter().enumerate() {
            let Some(event) = order.event(number, &host.left(number)) else { continue };
            let outcome = host.plan.evaluate(&mut fresh, &host.roster, &event).unwrap();
            let paid = outcome.lines.iter().filter(|line| line.kind != LineKind::Unpaid);
            expected.extend(paid.map(|line| (line.id, minor(line))));
        }
        for (line, left) in host.balances() {
            prop_assert_eq!(left, expected.get(&line).copied().unwrap_or(0), "{}", line);
        }
        let text = |state: &State| to_json(&StateText(host.plan.state_document(state))).unwrap();
        prop_assert_eq!(text(&host.state), text(&fresh));
    }
}
