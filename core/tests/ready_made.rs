//! The ready-made workflows: each is without findings, each of its states can be reached by the
//! ways that are walked here, and each way ends where it should.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "whatever fails here is a failed test"
)]

use std::collections::{BTreeMap, BTreeSet};

use guerdon::call;
use guerdon::workflow::READY_MADE;
use serde_json::{Value, json};

/// Ways through the workflows: events, `done`, `failed` or `skipped` for the step that is under
/// way, `wait` until the next deadline; and where each way ends.
const WAYS: &[(&str, &str, &str)] = &[
    ("partner_application", "submit review ask answer approve", "approved"),
    ("partner_application", "submit wait review reject", "rejected"),
    ("partner_application", "submit review ask wait", "expired"),
    ("partner_application", "withdraw", "withdrawn"),
    ("partner", "accept suspend reinstate suspend end", "ended"),
    ("partner", "wait", "ended"),
    ("client", "order wait order order close", "closed"),
    ("lead", "qualify propose wait negotiate win", "closed_won"),
    ("lead", "lose", "closed_lost"),
    ("lead", "qualify propose negotiate lose", "closed_lost"),
    ("purchase", "pay ship deliver wait", "completed"),
    ("purchase", "pay ship deliver return", "returned"),
    ("purchase", "wait", "cancelled"),
    ("commission", "approve pay close", "closed"),
    ("commission", "approve pay reverse", "reversed"),
    ("commission", "approve hold release pay close", "closed"),
    ("commission", "dispute resolve approve pay close", "closed"),
    ("commission", "hold reject", "rejected"),
    ("commission", "approve cancel", "cancelled"),
    ("withdrawal", "process failed:unreachable wait done wait", "settled"),
    ("withdrawal", "process failed:card retry done return", "returned"),
    ("withdrawal", "process failed:card reject", "rejected"),
    ("withdrawal", "cancel", "cancelled"),
    ("redemption", "confirm fulfil wait", "completed"),
    ("redemption", "confirm fulfil return", "returned"),
    ("redemption", "confirm cancel", "cancelled"),
    ("redemption", "wait", "expired"),
    ("coupon", "activate wait redeem refund redeem wait", "used"),
    ("coupon", "activate wait wait", "expired"),
    ("coupon", "revoke", "revoked"),
    ("task", "assign start block unblock complete", "done"),
    ("task", "assign wait wait unassign cancel", "cancelled"),
    ("email_delivery", "done delivered opened clicked wait", "closed"),
    ("email_delivery", "failed:busy wait done bounced", "bounced"),
    ("email_delivery", "done delivered complained", "complained"),
    ("email_delivery", "done wait", "lost"),
    ("email_delivery", "skipped", "skipped"),
    ("email_delivery", "wait wait wait wait wait wait wait wait wait", "failed"),
    ("webhook_delivery", "failed:busy wait done", "delivered"),
    ("webhook_delivery", "failed:gone", "failed"),
    (
        "webhook_delivery",
        "failed:x wait failed:x wait failed:x wait failed:x wait failed:x",
        "failed",
    ),
    ("follow_up", "reschedule wait complete", "completed"),
    ("follow_up", "wait wait", "missed"),
    ("follow_up", "cancel", "cancelled"),
    ("assessment", "start submit scored:69 start wait scored:70", "passed"),
    ("assessment", "start submit scored:1 start submit scored:2 start submit scored:3", "failed"),
    ("assessment", "wait", "expired"),
    ("enrollment", "accept pay finish", "completed"),
    ("enrollment", "decline", "declined"),
    ("enrollment", "accept wait", "dropped"),
    (
        "customer_journey",
        "wait payment_confirmed scanned treatment_started treatment_completed wait follow_up_done",
        "completed",
    ),
    ("customer_journey", "payment_confirmed lose", "lost"),
    ("partner_onboarding", "contract_signed training_done bank_given done done", "completed"),
    (
        "partner_onboarding",
        "bank_given failed:x wait done training_done contract_signed done",
        "completed",
    ),
    ("partner_onboarding", "wait wait", "abandoned"),
    (
        "commission_payment",
        "approve:ann approve:bob failed:card retry done wait reconcile",
        "reconciled",
    ),
    ("commission_payment", "discard", "discarded"),
    ("lead_nurturing", "done wait failed:x wait done wait skipped wait", "cold"),
    ("lead_nurturing", "done answered", "answered"),
    ("lead_nurturing", "unsubscribed", "stopped"),
];

struct Walk {
    workflow: Value,
    outcome: Value,
    /// The steps that are under way: effect and attempt.
    awaited: Vec<(Value, Value)>,
    now: Value,
    effects: usize,
}

impl Walk {
    fn new(id: &str, text: &str) -> Self {
        let workflow: Value = serde_json::from_str(text).unwrap();
        let now = json!("2026-01-05T09:00:00Z");
        let mut input = json!({"workflow": workflow, "instance": "i", "at": now});
        if id == "commission_payment" {
            input["data"] = json!({"proposed_by": {"string": "ann"}});
        }
        let mut walk =
            Self { workflow, outcome: Value::Null, awaited: Vec::new(), now, effects: 0 };
        walk.take("workflow.start", &input);
        walk
    }

    fn take(&mut self, operation: &str, input: &Value) {
        let answer =
            call(operation, &input.to_string()).unwrap_or_else(|problems| panic!("{problems}"));
        self.outcome = serde_json::from_str(&answer).unwrap();
        let cancelled = self.outcome["cancelled"].as_array().cloned().unwrap_or_default();
        self.awaited.retain(|(effect, _)| !cancelled.contains(effect));
        for effect in self.outcome["effects"].as_array().into_iter().flatten() {
            self.effects += 1;
            if effect["awaited"] == json!(true) {
                self.awaited.retain(|(known, _)| *known != effect["id"]);
                self.awaited.push((effect["id"].clone(), effect["attempt"].clone()));
            }
        }
    }

    fn go(&mut self, word: &str) {
        let (word, rest) = word.split_once(':').unwrap_or((word, ""));
        let step = |this: &Self| this.awaited.last().cloned().expect("a step is under way");
        let event = match word {
            "wait" => {
                self.now = self.outcome["next_due"].clone();
                json!({"type": "due"})
            }
            "done" | "skipped" => {
                let (effect, _) = step(self);
                self.awaited.pop();
                json!({"type": format!("step_{word}"), "effect": effect})
            }
            "failed" => {
                let (effect, attempt) = step(self);
                json!({"type": "step_failed", "effect": effect, "attempt": attempt, "error": rest})
            }
            "scored" => {
                let score: i64 = rest.parse().unwrap();
                json!({"type": "event", "name": word, "facts": {"score": {"integer": score}}})
            }
            _ if !rest.is_empty() => {
                json!({"type": "event", "name": word, "facts": {"by": {"string": rest}}})
            }
            _ => json!({"type": "event", "name": word}),
        };
        let snapshot = &self.outcome["snapshot"];
        let input = json!({"workflow": self.workflow, "snapshot": snapshot, "event": event, "at": self.now});
        self.take("workflow.apply", &input);
    }

    fn states(&self) -> Vec<String> {
        let states = self.outcome["snapshot"]["states"].as_array().unwrap().iter();
        states.map(|state| state["id"].as_str().unwrap().to_owned()).collect()
    }
}

#[test]
fn every_way_ends_where_it_should_and_every_state_is_on_one() {
    let mut visited: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut effects: BTreeMap<&str, usize> = BTreeMap::new();
    for (id, way, end) in WAYS {
        let (.., text) = READY_MADE.iter().find(|(known, ..)| known == id).unwrap();
        let mut walk = Walk::new(id, text);
        visited.entry(id).or_default().extend(walk.states());
        for word in way.split(' ') {
            walk.go(word);
            visited.entry(id).or_default().extend(walk.states());
        }
        assert_eq!(walk.outcome["states"], json!([end]), "{id}: {way}");
        assert_ne!(walk.outcome["status"], "active", "{id}: {way}");
        *effects.entry(id).or_default() += walk.effects;
    }
    for (id, _, text) in READY_MADE {
        let input = format!(r#"{{"workflow":{text}}}"#);
        let described: Value =
            serde_json::from_str(&call("workflow.describe", &input).unwrap()).unwrap();
        assert_eq!(described["problems"], Value::Null, "{id}");
        assert_eq!(described["reference"]["id"], *id);
        for state in described["states"].as_array().unwrap() {
            let state = state.as_str().unwrap();
            let is_history = state == "where_it_was";
            assert!(is_history || visited[id].contains(state), "{id}: nobody was in {state}");
        }
    }
    assert_eq!(visited.len(), READY_MADE.len());
}

#[test]
fn a_lead_is_refused_a_jump_and_a_commission_the_way_back() {
    for (id, way, jump) in [
        ("lead", "qualify", "win"),
        ("commission", "approve", "approve"),
        ("coupon", "activate", "activate"),
    ] {
        let (.., text) = READY_MADE.iter().find(|(known, ..)| *known == id).unwrap();
        let mut walk = Walk::new(id, text);
        walk.go(way);
        let before = walk.outcome["snapshot"].clone();
        walk.go(jump);
        assert_eq!(walk.outcome["answer"], "refused");
        assert_eq!(walk.outcome["snapshot"], before);
    }
}
