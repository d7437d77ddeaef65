//! Refunds undone, in any order: what is left of a line is what the other refunds leave.
//!
//! The oracle keeps the set of refunds that stand, and knows one formula: of what was posted, the
//! share that none of them gave back, rounded once.

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

use guerdon::commission::{Event, Line, Plan, Refund, Reinstatement, Roster, State, StateDocument};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::derived_id::DerivedId;
use guerdon::kernel::money::{from_minor, to_minor};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One;
use proptest::prelude::*;

use dice::{Dice, dice};
use documents::roster;
use events::{Happens, Shape, history};
use numbers::round;
use plans::{PlanSpec, partners, plan};
use tries::tries;

/// Orders of one line, so that a refund is a share of it.
const SHAPE: Shape = Shape { items: false, sparse: false, most: 20_000 };

fn minor(line: &Line) -> i64 {
    to_minor(line.amount.amount, line.amount.currency).unwrap()
}

fn at(day: i64) -> Instant {
    Instant::from_micros(documents::micros(day)).unwrap()
}

struct Engine {
    plan: Plan,
    roster: Roster,
    state: State,
}

impl Engine {
    fn sums(&self) -> StateDocument {
        let document = self.plan.state_document(&self.state);
        // A tier that was lost and found may be held by another grace.
        StateDocument { tiers: Vec::new(), ..document }
    }

    fn refund(&mut self, id: &str, event: usize, amount: i64, posted: &mut Vec<Line>) {
        let currency = self.plan.document().currency;
        let event = format!("e{event}").parse().unwrap();
        let amount = from_minor(amount, currency);
        let refund = Refund::new(id.parse().unwrap(), event, at(500), amount);
        let told = self.plan.refund(&mut self.state, &self.roster, &refund, posted).unwrap();
        posted.extend(told.lines);
    }

    fn reinstate(&mut self, refund: &str, event: usize, posted: &mut Vec<Line>) {
        let reinstatement = Reinstatement {
            id: format!("b-{refund}").parse().unwrap(),
            at: at(600),
            event: format!("e{event}").parse().unwrap(),
            refund: refund.parse().unwrap(),
        };
        let told = self.plan.reinstate(&mut self.state, &self.roster, &reinstatement, posted);
        posted.extend(told.unwrap().lines);
    }
}

/// What is left of each line by what was posted for it, and all that followed.
fn left(posted: &[Line]) -> BTreeMap<DerivedId, i64> {
    let mut left: BTreeMap<DerivedId, i64> = BTreeMap::new();
    for line in posted {
        *left.entry(line.origin.unwrap_or(line.id)).or_default() += minor(line);
    }
    left
}

fn agree(spec: &PlanSpec, posted: &[Line], paid: i64, standing: &BTreeMap<String, i64>) {
    let refunded: i64 = standing.values().sum();
    let kept = BigRational::one() - BigRational::new(refunded.into(), paid.into());
    let left = left(posted);
    for line in posted.iter().filter(|line| line.origin.is_none()) {
        let exact = BigRational::from_integer(minor(line).into()) * &kept;
        assert_eq!(BigInt::from(left[&line.id]), round(&exact, spec.rounding));
    }
}

fn refund_and_undo(
    engine: &mut Engine,
    spec: &PlanSpec,
    dice: &mut Dice,
    (event, paid): (usize, i64),
    posted: &mut Vec<Line>,
) {
    let before = engine.sums();
    let mut standing: BTreeMap<String, i64> = BTreeMap::new();
    for number in 0..2 + dice.roll(6) {
        let rest = paid - standing.values().sum::<i64>();
        if dice.once_in(3) && !standing.is_empty() {
            let names: Vec<String> = standing.keys().cloned().collect();
            let name = &names[dice.below(names.len())];
            engine.reinstate(name, event, posted);
            standing.remove(name);
        } else {
            let amount = if dice.once_in(4) { rest } else { rest * dice.roll(4) / 4 };
            if amount == 0 {
                continue;
            }
            let name = format!("r{event}-{number}");
            engine.refund(&name, event, amount, posted);
            standing.insert(name, amount);
        }
        agree(spec, posted, paid, &standing);
    }
    for name in standing.into_keys() {
        engine.reinstate(&name, event, posted);
    }
    agree(spec, posted, paid, &BTreeMap::new());
    assert_eq!(engine.sums(), before);
}

proptest! {
    #![proptest_config(tries(200))]

    #[test]
    fn what_is_left_is_what_the_other_refunds_leave(mut dice in dice(600)) {
        let spec = plan(&mut dice);
        let partners = partners(&mut dice);
        let history = history(&mut dice, 8, SHAPE);
        let plan = Plan::from_json(&spec.document(false)).unwrap();
        let (state, roster) = (plan.new_state(), roster(&partners));
        let mut engine = Engine { plan, roster, state };
        let mut orders: Vec<(usize, i64, Vec<Line>)> = Vec::new();
        for (id, happens) in history.iter().enumerate() {
            let Happens::Event(event) = happens else { continue };
            let read: Event = serde_json::from_value(event.json(id, &spec)).unwrap();
            let told = engine.plan.evaluate(&mut engine.state, &engine.roster, &read).unwrap();
            let paid = event.lines[0].amount.unwrap();
            if paid > 0 && !told.lines.is_empty() {
                orders.push((id, paid, told.lines));
            }
        }
        for (event, paid, mut posted) in orders {
            refund_and_undo(&mut engine, &spec, &mut dice, (event, paid), &mut posted);
        }
    }
}
