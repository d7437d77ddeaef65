//! Random histories through every door of the engine, beside the oracle.

use guerdon::commission::{Event, Line, LineKind, Outcome, Plan, Refund, Roster, State, StateText};
use guerdon::kernel::document::to_json;
use guerdon::kernel::money::to_minor;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::dice::dice;
use crate::documents::roster;
use crate::events::{EventSpec, Happens, RefundSpec, Shape, history};
use crate::oracle::{Change, Oracle, Told, ToldLine};
use crate::plans::{PartnerSpec, PlanSpec, partners, plan};
use crate::tries::tries;

const SHAPE: Shape = Shape { items: true, sparse: true, most: 20_000 };

fn minor(line: &Line) -> i64 {
    to_minor(line.amount.amount, line.amount.currency).unwrap()
}

fn text(plan: &Plan, state: &State) -> String {
    to_json(&StateText(plan.state_document(state))).unwrap()
}

fn number(id: &str) -> usize {
    id.trim_start_matches(char::is_alphabetic).parse().unwrap()
}

pub(crate) fn told_line(line: &Line) -> ToldLine {
    ToldLine {
        rule: line.rule.as_ref().map(ToString::to_string).unwrap_or_default(),
        line: line.item.as_ref().map_or(0, |item| number(item.as_str())),
        partner: number(line.partner.as_str()),
        level: usize::try_from(line.level).unwrap(),
        amount: minor(line).into(),
    }
}

pub(crate) fn sorted(mut lines: Vec<ToldLine>) -> Vec<ToldLine> {
    lines.sort_by(|one, other| {
        (one.line, one.level, &one.rule).cmp(&(other.line, other.level, &other.rule))
    });
    lines
}

fn change(outcome: &Outcome) -> Option<Change> {
    assert!(outcome.tier_changes.len() <= 1);
    let known = |tier: &Option<guerdon::kernel::id::Id>| {
        tier.as_ref()
            .map(|tier| *crate::plans::TIERS.iter().find(|one| **one == tier.as_str()).unwrap())
    };
    outcome.tier_changes.first().map(|change| (known(&change.before), known(&change.after)))
}

fn total(outcome: &Outcome) -> i64 {
    to_minor(outcome.total.amount, outcome.total.currency).unwrap()
}

fn sellers(lines: &[Line]) -> i64 {
    lines.iter().filter(|line| line.level == 0).map(minor).sum()
}

/// One way of keeping a state, all of which have to agree.
struct Books<'a> {
    plan: &'a Plan,
    state: State,
}

/// A history on its way through every door.
struct Walk<'a> {
    spec: &'a PlanSpec,
    roster: Roster,
    /// Integers where they fit; exact numbers; and stored as text after everything.
    books: [Books<'a>; 3],
    oracle: Oracle<'a>,
    posted: std::collections::BTreeMap<usize, Vec<Line>>,
    /// For each event, its lines.
    lines: std::collections::BTreeMap<usize, usize>,
    refunds: usize,
}

fn without_steps(outcome: Outcome) -> Outcome {
    Outcome { steps: Vec::new(), ..outcome }
}

/// Only the hash tells an outcome by the wide plan.
fn same(outcome: &Outcome, of: &Outcome) {
    let outcome = Outcome { plan: of.plan.clone(), ..outcome.clone() };
    assert_eq!(outcome, *of);
}

impl<'a> Walk<'a> {
    fn new(
        spec: &'a PlanSpec,
        partners: &'a [PartnerSpec],
        plan: &'a Plan,
        wide: &'a Plan,
    ) -> Self {
        assert!(!wide.describe().scaled);
        let books = [plan, wide, plan].map(|plan| Books { plan, state: plan.new_state() });
        Self {
            spec,
            roster: roster(partners),
            books,
            oracle: Oracle::new(spec, partners),
            posted: std::collections::BTreeMap::new(),
            lines: std::collections::BTreeMap::new(),
            refunds: 0,
        }
    }

    fn event(&mut self, id: usize, event: &EventSpec) {
        let json = event.json(id, self.spec);
        let read: Event = serde_json::from_value(json.clone()).unwrap();
        let [first, ..] = &self.books;
        let previewed = first.plan.preview(&first.state, &self.roster, &read).unwrap();
        let mut explained = first.state.clone();
        let explained_outcome = first.plan.explain(&mut explained, &self.roster, &read).unwrap();
        assert_eq!(previewed, explained_outcome);
        self.refuse(&json);
        let outcomes = self
            .books
            .each_mut()
            .map(|books| books.plan.evaluate(&mut books.state, &self.roster, &read).unwrap());
        let [outcome, wide, reborn] = &outcomes;
        same(wide, outcome);
        assert_eq!(reborn, outcome);
        assert_eq!(without_steps(previewed), *outcome);
        assert_eq!(
            text(self.books[0].plan, &explained),
            text(self.books[0].plan, &self.books[0].state)
        );
        assert_eq!(sellers(&outcome.lines), total(outcome));
        agree(outcome, &self.oracle.evaluate(id, event));
        if !outcome.lines.is_empty() {
            self.posted.insert(id, outcome.lines.clone());
            self.lines.insert(id, if event.itemised { event.lines.len() } else { 0 });
        }
        self.store();
    }

    fn store(&mut self) {
        let [first, wide, reborn] = &mut self.books;
        let stored = text(first.plan, &first.state);
        assert_eq!(text(reborn.plan, &reborn.state), stored);
        reborn.state = reborn.plan.state_from_json(&stored).unwrap();
        assert_eq!(text(reborn.plan, &reborn.state), stored);
        let hash = |plan: &Plan| plan.reference().hash.to_string();
        let stored_wide = text(wide.plan, &wide.state);
        assert_eq!(stored_wide.replace(&hash(wide.plan), &hash(first.plan)), stored);
    }

    /// What is wrong is refused and leaves no trace.
    fn refuse(&self, json: &Value) {
        let other = if self.spec.currency == "JPY" { "EUR" } else { "JPY" };
        let twin = json.get("items").map(|items| json!([items[0], items[0]]));
        let wrong = [
            ("amount", json!({"amount": -1, "currency": self.spec.currency})),
            ("net", json!({"amount": 1, "currency": other})),
            (
                "amount",
                json!({"amount": 9_223_372_036_854_775_807_i64, "currency": self.spec.currency}),
            ),
            ("quantity", json!("-0.5")),
            (
                "items",
                twin.unwrap_or_else(
                    || json!([{"id": "i0", "amount": self.spec.money(1), "quantity": -1}]),
                ),
            ),
        ];
        for books in &self.books[..2] {
            let before = text(books.plan, &books.state);
            for (key, value) in &wrong {
                let mut json = json.clone();
                json[*key] = value.clone();
                let event: Event = serde_json::from_value(json).unwrap();
                let mut state = books.state.clone();
                if books.plan.evaluate(&mut state, &self.roster, &event).is_err() {
                    assert_eq!(text(books.plan, &state), before);
                }
            }
        }
    }

    fn refund(&mut self, spec: &RefundSpec) {
        let earned = self.oracle.earned();
        let Some(count) = i64::try_from(earned.len()).ok().filter(|count| *count > 0) else {
            return;
        };
        let event = earned[usize::try_from(spec.event % count).unwrap()];
        let items = i64::try_from(self.lines[&event]).unwrap();
        let item = spec.item.filter(|_| items > 0);
        let item = item.map(|item| usize::try_from(item % items).unwrap());
        let left = self.oracle.left_of(event, item);
        let quarters = BigRational::new(spec.quarters.into(), 4.into());
        assert!(left.is_integer());
        let amount = (&left * quarters).floor().to_integer().to_i64().unwrap();
        self.too_much(spec.at, event, item, &left);
        self.give_back(spec.at, event, item, amount);
    }

    fn refund_of(&self, at: i64, event: usize, item: Option<usize>, amount: i64) -> Refund {
        let at = guerdon::kernel::calendar::Instant::from_micros(at).unwrap().to_string();
        let mut json = json!({"id": format!("r{}", self.refunds), "at": at,
            "event": format!("e{event}"), "amount": self.spec.money(amount)});
        crate::documents::put(&mut json, "item", item.map(|item| format!("i{item}")));
        serde_json::from_value(json).unwrap()
    }

    /// More than is left is refused and leaves no trace.
    fn too_much(&mut self, at: i64, event: usize, item: Option<usize>, left: &BigRational) {
        let more = (left.floor().to_integer() + BigInt::from(1)).to_i64().unwrap();
        let refund = self.refund_of(at, event, item, more);
        for books in &mut self.books[..2] {
            let before = text(books.plan, &books.state);
            let refused =
                books.plan.refund(&mut books.state, &self.roster, &refund, &self.posted[&event]);
            assert_eq!(refused.unwrap_err().code.as_str(), "refund_exceeds_sale");
            assert_eq!(text(books.plan, &books.state), before);
        }
    }

    fn give_back(&mut self, at: i64, event: usize, item: Option<usize>, amount: i64) {
        let refund = self.refund_of(at, event, item, amount);
        self.refunds += 1;
        let posted = self.posted.get_mut(&event).unwrap();
        let outcomes = self.books.each_mut().map(|books| {
            books.plan.refund(&mut books.state, &self.roster, &refund, posted).unwrap()
        });
        let [outcome, wide, reborn] = &outcomes;
        same(wide, outcome);
        assert_eq!(reborn, outcome);
        let (lines, tier) = self.oracle.refund(at, event, item, amount);
        let told: Vec<ToldLine> = outcome.lines.iter().map(told_line).collect();
        assert_eq!(sorted(told), sorted(lines));
        assert_eq!(change(outcome), tier);
        assert_eq!(sellers(&outcome.lines), total(outcome));
        posted.extend(outcome.lines.iter().cloned());
        within(posted);
        self.store();
    }

    /// Refunds all that is left of everything, after which nobody has anything.
    fn give_everything_back(&mut self, at: i64) {
        for event in self.oracle.earned() {
            let left = self.oracle.left_of(event, None);
            assert!(left.is_integer());
            self.give_back(at, event, None, left.to_integer().to_i64().unwrap());
            assert_eq!(self.posted[&event].iter().map(minor).sum::<i64>(), 0, "of {event}");
        }
    }
}

/// Reversals never take back more than was posted, nor turn round.
fn within(posted: &[Line]) {
    for line in posted.iter().filter(|line| line.kind != LineKind::Reversal) {
        let reversals = posted.iter().filter(|one| one.origin == Some(line.id));
        let left = minor(line) + reversals.map(minor).sum::<i64>();
        assert!(left.abs() <= minor(line).abs(), "{left} is left of {}", minor(line));
        assert!(left == 0 || left.signum() == minor(line).signum());
    }
}

fn agree(outcome: &Outcome, told: &Told) {
    assert_eq!(outcome.status.as_str(), told.status);
    let lines: Vec<ToldLine> = outcome.lines.iter().map(told_line).collect();
    assert_eq!(sorted(lines), sorted(told.lines.clone()));
    assert_eq!(BigInt::from(total(outcome)), told.total);
    let lost: Vec<(String, BigInt)> = outcome
        .lost
        .iter()
        .map(|lost| {
            (
                lost.cap.to_string(),
                to_minor(lost.amount.amount, lost.amount.currency).unwrap().into(),
            )
        })
        .collect();
    assert_eq!(lost, told.lost);
    assert_eq!(change(outcome), told.change);
}

/// A plan, its partners, and what happens.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) plan: PlanSpec,
    pub(crate) partners: Vec<PartnerSpec>,
    pub(crate) history: Vec<Happens>,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.plan.document(false))?;
        for (number, partner) in self.partners.iter().enumerate() {
            writeln!(f, "p{number} {partner:?}")?;
        }
        for (id, happens) in self.history.iter().enumerate() {
            match happens {
                Happens::Event(event) => writeln!(f, "{}", event.json(id, &self.plan))?,
                Happens::Refund(refund) => writeln!(f, "{refund:?}")?,
            }
        }
        Ok(())
    }
}

pub(crate) fn cases(most: i64, shape: Shape) -> impl Strategy<Value = Case> {
    dice(600).prop_map(move |mut dice| Case {
        plan: plan(&mut dice),
        partners: partners(&mut dice),
        history: history(&mut dice, most, shape),
    })
}

/// Compiles the plan, and the one that cannot be written in integers.
pub(crate) fn compiled(spec: &PlanSpec) -> [Plan; 2] {
    [false, true].map(|wide| {
        Plan::from_json(&spec.document(wide))
            .unwrap_or_else(|problems| panic!("{problems}: {}", spec.document(wide)))
    })
}

proptest! {
    #![proptest_config(tries(200))]

    #[test]
    fn every_door_gives_what_the_oracle_gives(case in cases(16, SHAPE)) {
        let [narrow, wide] = compiled(&case.plan);
        let mut walk = Walk::new(&case.plan, &case.partners, &narrow, &wide);
        for (id, happens) in case.history.iter().enumerate() {
            match happens {
                Happens::Event(event) => walk.event(id, event),
                Happens::Refund(refund) => walk.refund(refund),
            }
        }
        walk.give_everything_back(crate::documents::micros(200));
    }
}
