//! Sales that are split between partners, beside the same sales that are not.
//!
//! Whoever shares, the plan's sums and tiers are those of the seller alone; the parts of a line are
//! those of an oracle that counts remainders in whole numbers, and all of them come back with a
//! refund.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed unwrap, index or panic is a failed test"
)]
#![allow(dead_code, reason = "the generators are shared, and each program uses its part of them")]

#[path = "commission/dice.rs"]
mod dice;
#[path = "commission/documents.rs"]
mod documents;
#[path = "commission/events.rs"]
mod events;
#[path = "commission/numbers.rs"]
mod numbers;
#[path = "commission/plans.rs"]
mod plans;
mod tries;

use std::collections::BTreeMap;

use guerdon::commission::{
    Event, Line, LineKind, OverrideBase, Plan, Refund, Roster, State, StateText,
};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::derived_id::DerivedId;
use guerdon::kernel::document::to_json;
use guerdon::kernel::id::Id;
use guerdon::kernel::money::{from_minor, to_minor};
use proptest::prelude::*;
use serde_json::{Value, json};

use dice::{Dice, dice};
use documents::roster;
use events::{EventSpec, Happens, Shape, history};
use plans::{PartnerSpec, PlanSpec, partners, plan};
use tries::tries;

const SHAPE: Shape = Shape { items: true, sparse: true, most: 20_000 };
const AFTERWARDS: i64 = 400;

/// A line of the order, and the rule that paid it.
type Place = (Option<Id>, Option<Id>);

fn minor(line: &Line) -> i64 {
    to_minor(line.amount.amount, line.amount.currency).unwrap()
}

fn number(partner: &Id) -> usize {
    partner.as_str().trim_start_matches('p').parse().unwrap()
}

fn text(plan: &Plan, state: &State) -> String {
    to_json(&StateText(plan.state_document(state))).unwrap()
}

/// Weights of some of five partners, at least one of whom is not closed.
fn weights(dice: &mut Dice, partners: &[PartnerSpec]) -> Option<Vec<(usize, i64)>> {
    let start = dice.below(5);
    let count = 1 + dice.below(5);
    let weights: Vec<(usize, i64)> =
        (0..count).map(|step| ((start + step) % 5, dice.roll(7))).collect();
    let shares = |(partner, weight): &(usize, i64)| *weight > 0 && !partners[*partner].closed;
    weights.iter().any(shares).then_some(weights)
}

/// Whole units by remainders: what is left over goes by one to the largest, then to the one whose
/// line has the smaller id.
fn parts(
    total: i64,
    weights: &[(usize, i64)],
    ids: &BTreeMap<usize, DerivedId>,
) -> BTreeMap<usize, i64> {
    if total < 0 {
        return parts(-total, weights, ids).into_iter().map(|(who, part)| (who, -part)).collect();
    }
    let sum: i64 = weights.iter().map(|(_, weight)| weight).sum();
    let share = |weight: i64| (total * weight / sum, total * weight % sum);
    let mut parts: BTreeMap<usize, i64> =
        weights.iter().map(|(partner, weight)| (*partner, share(*weight).0)).collect();
    let left = total - parts.values().sum::<i64>();
    let mut order: Vec<(i64, Option<&DerivedId>, usize)> = weights
        .iter()
        .map(|(partner, weight)| (-share(*weight).1, ids.get(partner), *partner))
        .collect();
    order.sort_unstable();
    for (.., partner) in order.into_iter().take(usize::try_from(left).unwrap()) {
        *parts.get_mut(&partner).unwrap() += 1;
    }
    parts
}

fn by_place<'l>(lines: impl Iterator<Item = &'l Line>) -> BTreeMap<Place, Vec<&'l Line>> {
    let mut places: BTreeMap<Place, Vec<&Line>> = BTreeMap::new();
    for line in lines {
        places.entry((line.item.clone(), line.rule.clone())).or_default().push(line);
    }
    places
}

/// The two ways beside each other.
struct Beside<'a> {
    spec: &'a PlanSpec,
    partners: &'a [PartnerSpec],
    plan: Plan,
    roster: Roster,
    whole: State,
    split: State,
    /// What was paid for each order, and its lines in both ways.
    orders: Vec<(usize, i64, [Vec<Line>; 2])>,
}

impl Beside<'_> {
    fn event(&mut self, id: usize, event: &EventSpec, weights: &[(usize, i64)]) {
        let json = event.json(id, self.spec);
        let mut shared = json.clone();
        let share = |(partner, weight): &(usize, i64)| json!({"partner": format!("p{partner}"), "weight": weight.to_string()});
        shared["split"] = Value::Array(weights.iter().map(share).collect());
        let read = |json: Value| serde_json::from_value::<Event>(json).unwrap();
        let whole = self.plan.evaluate(&mut self.whole, &self.roster, &read(json)).unwrap();
        let split = self.plan.evaluate(&mut self.split, &self.roster, &read(shared)).unwrap();
        assert_eq!(text(&self.plan, &self.whole), text(&self.plan, &self.split));
        assert_eq!(
            (&whole.total, &whole.lost, &whole.status),
            (&split.total, &split.lost, &split.status)
        );
        self.agree(event, weights, &whole.lines, &split.lines);
        let paid: i64 = event.lines.iter().map(|line| line.amount.unwrap_or(0)).sum();
        self.orders.push((id, paid, [whole.lines, split.lines]));
    }

    fn agree(&self, event: &EventSpec, weights: &[(usize, i64)], whole: &[Line], split: &[Line]) {
        let open: Vec<(usize, i64)> = weights
            .iter()
            .copied()
            .filter(|(partner, _)| !self.partners[*partner].closed)
            .collect();
        let sellers = |line: &&Line| matches!(line.kind, LineKind::Commission | LineKind::Split);
        let places = by_place(split.iter().filter(sellers));
        let wholes = by_place(whole.iter().filter(sellers));
        assert!(places.keys().eq(wholes.keys()));
        let mut kept: BTreeMap<Option<Id>, i64> = BTreeMap::new();
        for (place, lines) in &places {
            let ids = lines.iter().map(|line| (number(&line.partner), line.id)).collect();
            let expected = parts(minor(wholes[place][0]), &open, &ids);
            for line in lines {
                let partner = number(&line.partner);
                let own = partner == event.partner;
                assert_eq!(own, line.kind == LineKind::Commission);
                assert_eq!(minor(line), expected.get(&partner).copied().unwrap_or(0));
                if own {
                    *kept.entry(place.0.clone()).or_default() += minor(line);
                }
            }
            assert_eq!(
                lines.iter().map(|line| minor(line)).sum::<i64>(),
                expected.values().sum::<i64>()
            );
        }
        let overrides = |line: &&Line| line.kind == LineKind::Override;
        let (before, after) = (whole.iter().filter(overrides), split.iter().filter(overrides));
        for (before, after) in before.zip(after) {
            assert_eq!(before.id, after.id);
            let rule = after.rule.clone().unwrap();
            let said = self.plan.document().overrides.iter().find(|one| one.id == rule).unwrap();
            if said.of == OverrideBase::Sale {
                assert_eq!(before, after);
            } else {
                let base = to_minor(after.base.amount, after.base.currency).unwrap();
                assert_eq!(base, kept[&after.item]);
            }
        }
    }

    /// Gives everything back, each order in two parts.
    fn give_back(&mut self) {
        let at = Instant::from_micros(documents::micros(AFTERWARDS)).unwrap();
        let currency = self.plan.document().currency;
        for (number, paid, ways) in &mut self.orders {
            if ways[0].is_empty() {
                continue;
            }
            for (part, amount) in [*paid / 2, *paid - *paid / 2].into_iter().enumerate() {
                let id = format!("r{number}-{part}").parse().unwrap();
                let of = format!("e{number}").parse().unwrap();
                let refund = Refund::new(id, of, at, from_minor(amount, currency));
                for (state, posted) in
                    [&mut self.whole, &mut self.split].into_iter().zip(&mut *ways)
                {
                    let outcome = self.plan.refund(state, &self.roster, &refund, posted).unwrap();
                    posted.extend(outcome.lines);
                }
            }
            let mut left: BTreeMap<DerivedId, i64> = BTreeMap::new();
            for line in &ways[1] {
                *left.entry(line.origin.unwrap_or(line.id)).or_default() += minor(line);
            }
            assert!(left.values().all(|left| *left == 0), "{left:?}");
        }
        assert_eq!(text(&self.plan, &self.whole), text(&self.plan, &self.split));
    }
}

proptest! {
    #![proptest_config(tries(200))]

    #[test]
    fn a_split_sale_is_the_same_sale_shared_out(mut dice in dice(600)) {
        let mut spec = plan(&mut dice);
        // Sponsors who are paid by the commission get less of it, and leave more under such caps.
        spec.caps.iter_mut().for_each(|cap| cap.covers = "sellers");
        let partners = partners(&mut dice);
        let history = history(&mut dice, 12, SHAPE);
        let plan = Plan::from_json(&spec.document(false)).unwrap();
        let (whole, split) = (plan.new_state(), plan.new_state());
        let roster = roster(&partners);
        let mut beside =
            Beside { spec: &spec, partners: &partners, plan, roster, whole, split, orders: Vec::new() };
        for (id, happens) in history.iter().enumerate() {
            let Happens::Event(event) = happens else { continue };
            let Some(weights) = weights(&mut dice, &partners) else { continue };
            beside.event(id, event, &weights);
        }
        beside.give_back();
    }
}
