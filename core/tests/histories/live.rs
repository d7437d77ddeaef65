//! A random plan lived through: what was asked, and what came of it.

use guerdon::commission::{
    Event, Line, Outcome, Plan, PlanDocument, Refund, Roster, State, StateText,
};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::document::{Limits, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::dice::dice;
use crate::documents::{put, roster};
use crate::events::{Happens, RefundSpec, Shape, history};
use crate::plans::{PartnerSpec, PlanSpec, partners, plan};

const SHAPE: Shape = Shape { items: true, sparse: true, most: 20_000 };

pub(crate) struct Case {
    pub(crate) spec: PlanSpec,
    pub(crate) partners: Vec<PartnerSpec>,
    pub(crate) history: Vec<Happens>,
    /// In days.
    hold: i64,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}\n{:?}", self.document(), self.partners)?;
        for (id, happens) in self.history.iter().enumerate() {
            match happens {
                Happens::Event(event) => writeln!(f, "{}", event.json(id, &self.spec))?,
                Happens::Refund(refund) => writeln!(f, "{refund:?}")?,
            }
        }
        Ok(())
    }
}

pub(crate) fn cases(most: i64) -> impl Strategy<Value = Case> {
    dice(600).prop_map(move |mut dice| Case {
        hold: 10 * dice.roll(4),
        spec: plan(&mut dice),
        partners: partners(&mut dice),
        history: history(&mut dice, most, SHAPE),
    })
}

impl Case {
    fn document(&self) -> Value {
        let mut document: Value = serde_json::from_str(&self.spec.document(false)).unwrap();
        document["hold"] = json!(format!("P{}D", self.hold));
        document
    }
}

/// An event or refund and its outcome, explained.
pub(crate) struct Happened {
    pub(crate) at: Instant,
    pub(crate) outcome: Outcome,
}

/// An order that earned: its lines so far, and what was paid for it and not given back yet.
struct Order {
    id: usize,
    posted: Vec<Line>,
    /// Of each item, or of the order as a whole.
    left: Vec<(Option<usize>, i64)>,
}

/// A plan and everything that happened to it.
pub(crate) struct Lived {
    pub(crate) plan: PlanDocument,
    pub(crate) happened: Vec<Happened>,
    /// What was asked, as `commission.replay` reads it.
    pub(crate) asked: Vec<Value>,
    engine: Plan,
    state: State,
    roster: Roster,
    orders: Vec<Order>,
    refunds: usize,
}

impl Lived {
    pub(crate) fn through(case: &Case) -> Self {
        let plan: PlanDocument = parse(&case.document().to_string(), Limits::DOCUMENT).unwrap();
        let engine = Plan::compile(plan.clone()).unwrap();
        let state = engine.new_state();
        let mut lived = Self {
            plan,
            happened: Vec::new(),
            asked: Vec::new(),
            engine,
            state,
            roster: roster(&case.partners),
            orders: Vec::new(),
            refunds: 0,
        };
        for (id, happens) in case.history.iter().enumerate() {
            match happens {
                Happens::Event(_) => lived.event(case, id),
                Happens::Refund(refund) => lived.refund(&case.spec, refund),
            }
        }
        lived
    }

    fn event(&mut self, case: &Case, id: usize) {
        let Happens::Event(spec) = &case.history[id] else { return };
        let json = spec.json(id, &case.spec);
        let event: Event = serde_json::from_value(json.clone()).unwrap();
        self.asked.push(json!({"type": "event", "event": json}));
        let outcome = self.engine.explain(&mut self.state, &self.roster, &event).unwrap();
        if !outcome.lines.is_empty() {
            let amounts = spec.lines.iter().map(|line| line.amount.unwrap_or(0));
            let left = if spec.itemised && id % 2 == 0 {
                amounts.enumerate().map(|(item, amount)| (Some(item), amount)).collect()
            } else {
                vec![(None, amounts.sum())]
            };
            self.orders.push(Order { id, posted: outcome.lines.clone(), left });
        }
        self.happened.push(Happened { at: event.at, outcome });
    }

    fn refund(&mut self, spec: &PlanSpec, refund: &RefundSpec) {
        if self.orders.is_empty() {
            return;
        }
        let order = usize::try_from(refund.event).unwrap() % self.orders.len();
        let parts = self.orders[order].left.len();
        let part = usize::try_from(refund.item.unwrap_or(0)).unwrap() % parts;
        let amount = self.orders[order].left[part].1 * refund.quarters / 4;
        self.give_back(spec, refund.at, (order, part), amount);
    }

    fn give_back(&mut self, spec: &PlanSpec, at: i64, (order, part): (usize, usize), amount: i64) {
        let of = &mut self.orders[order];
        let at = Instant::from_micros(at).unwrap();
        let mut json = json!({"id": format!("r{}", self.refunds), "event": format!("e{}", of.id),
            "at": at.to_string(), "amount": spec.money(amount)});
        put(&mut json, "item", of.left[part].0.map(|item| format!("i{item}")));
        let refund: Refund = serde_json::from_value(json.clone()).unwrap();
        self.asked.push(json!({"type": "refund", "refund": json}));
        let outcome =
            self.engine.refund(&mut self.state, &self.roster, &refund, &of.posted).unwrap();
        of.posted.extend(outcome.lines.iter().cloned());
        of.left[part].1 -= amount;
        self.refunds += 1;
        self.happened.push(Happened { at, outcome });
    }

    /// Everything so far, as one input of `commission.replay`.
    pub(crate) fn as_replay(&self) -> Value {
        json!({"plan": self.plan, "partners": self.roster.partners(), "history": self.asked, "explain": true})
    }

    /// What the state holds, as text.
    pub(crate) fn state(&self) -> StateText {
        StateText(self.engine.state_document(&self.state))
    }

    /// Gives back all that is left of everything.
    pub(crate) fn give_everything_back(&mut self, spec: &PlanSpec, at: i64) {
        for order in 0..self.orders.len() {
            for part in 0..self.orders[order].left.len() {
                let amount = self.orders[order].left[part].1;
                self.give_back(spec, at, (order, part), amount);
            }
        }
    }
}
