//! Documents as text: read, written and read again they are the same, and hash the same.

use std::fmt::Debug;

use guerdon::commission::{Plan, PlanDocument, StateDocument};
use guerdon::kernel::document::{Limits, Model, canonical_json, hash, parse, to_json, tree, walk};
use guerdon::kernel::expression::{self, Expression, FactType, Vocabulary};
use guerdon::kernel::ladder::{self, Ladder, Levels};
use guerdon::kernel::{calendar::Window, schedule, schedule::Schedule};
use guerdon::payout::{PayoutPolicy, PayoutPolicyDocument};
use serde::Serialize;

use crate::{input, refusal};

/// The first line names the kind of document.
pub fn check(data: &[u8]) {
    let Some((kind, text)) = input::parts(data) else { return };
    match kind {
        "plan" => plan(text),
        "ladder" => ladder(text),
        "schedule" => schedule(text),
        "payout_policy" => payout_policy(text),
        "expression" => expression(text),
        "commission_state" => drop(round_trip::<StateDocument>(text)),
        "window" => drop(round_trip::<Window>(text)),
        "fact" => drop(round_trip::<FactType>(text)),
        _ => {}
    }
}

/// What comes of a text that is accepted, written and read again.
pub fn round_trip<T>(text: &str) -> Option<T>
where
    T: Model + Serialize + PartialEq + Debug,
{
    let document: T = match parse(text, Limits::DOCUMENT) {
        Ok(document) => document,
        Err(problems) => {
            refusal::check(&problems);
            return None;
        }
    };
    let tree = tree::read_tree(text, Limits::DOCUMENT).expect("what a type is read from is JSON");
    let found = walk::check(&tree, &T::SHAPE);
    assert!(found.is_empty(), "serde took what the walker refuses: {found:?}");
    let hashed = hash(&document).expect("what was read can be written");
    for written in [to_json(&document), canonical_json(&document)] {
        let written = written.expect("what was read can be written");
        let again: T = parse(&written, Limits::INPUT).unwrap_or_else(|problems| {
            panic!("what was written is refused: {problems}\n{written}")
        });
        assert_eq!(again, document, "{written}");
        assert_eq!(hash(&again).expect("as before"), hashed, "{written}");
    }
    Some(document)
}

fn plan(text: &str) {
    let Some(document) = round_trip::<PlanDocument>(text) else { return };
    match Plan::compile(document.clone()) {
        Err(problems) => refusal::check(&problems),
        Ok(plan) => {
            assert_eq!(plan.document(), &document);
            assert_eq!(plan.reference().hash.as_str(), hash(&document).expect("it was compiled"));
            let empty = plan.state_document(&plan.new_state());
            assert_eq!(
                plan.state_document(&plan.state_from_document(&empty).expect("it is its own")),
                empty
            );
            drop(plan.describe());
        }
    }
}

fn ladder(text: &str) {
    let Some(document) = round_trip::<Ladder>(text) else { return };
    let found = ladder::check(&document);
    found.iter().for_each(refusal::one);
    if let Err(problems) = Levels::exact(&document) {
        refusal::check(&problems);
    }
}

fn schedule(text: &str) {
    let Some(document) = round_trip::<Schedule>(text) else { return };
    schedule::check(&document).iter().for_each(refusal::one);
    if let Err(problems) = schedule::compile_exact(&document) {
        refusal::check(&problems);
    }
}

fn payout_policy(text: &str) {
    let Some(document) = round_trip::<PayoutPolicyDocument>(text) else { return };
    if let Err(problems) = PayoutPolicy::compile(&document) {
        refusal::check(&problems);
    }
}

fn expression(text: &str) {
    let Some(document) = round_trip::<Expression>(text) else { return };
    if let Err(problems) = expression::infer(&document, &Vocabulary::new()) {
        refusal::check(&problems);
    }
}
