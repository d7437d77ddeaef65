//! The guide to payouts: its samples hold, and its tables name every field, word and reason.

use std::collections::BTreeMap;

use guerdon::kernel::document::shape::{Definition, Kind, Shape, Variant};
use serde_json::{Map, Value};

const GUIDE: &str = include_str!("../../docs/payouts.md");

/// The samples, in their order.
fn samples() -> Vec<Map<String, Value>> {
    let blocks = GUIDE.split("```json\n").skip(1);
    let texts = blocks.map(|block| block.split("```").next().unwrap());
    texts.map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[test]
fn every_sample_holds_over_the_first() {
    let samples = samples();
    assert!(samples.len() > 4);
    for part in &samples {
        let mut policy = samples[0].clone();
        policy.extend(part.clone());
        let input = serde_json::json!({ "policy": policy });
        let answer = guerdon::call("payout.describe_policy", &input.to_string());
        assert!(answer.is_ok(), "{part:?}: {answer:?}");
    }
}

/// Every definition that a shape leads to, by name.
fn definitions(shape: &'static Shape, found: &mut BTreeMap<&str, &'static Definition>) {
    let definition = match shape {
        Shape::List(item) | Shape::Map(_, item) => return definitions(item, found),
        Shape::Named(definition) | Shape::Document(definition) => definition(),
        _ => return,
    };
    if found.insert(definition.name, definition).is_some() {
        return;
    }
    match definition.kind {
        Kind::Record(fields) => fields.iter().for_each(|field| definitions(&field.shape, found)),
        Kind::Words(_) => {}
        Kind::Tagged(variants) | Kind::OneKey(variants) | Kind::Keyed(variants) => {
            let fields = variants.iter().flat_map(|variant| variant.fields);
            fields.for_each(|field| definitions(&field.shape, found));
        }
    }
}

/// What can be written of it: its fields, its words, or the fields of its alternatives.
fn names(definition: &Definition) -> Vec<&'static str> {
    match definition.kind {
        Kind::Record(fields) => fields.iter().map(|field| field.name).collect(),
        Kind::Words(words) => words.iter().map(|word| word.name).collect(),
        Kind::Tagged(variants) | Kind::OneKey(variants) | Kind::Keyed(variants) => {
            let fields = |variant: &Variant| variant.fields.iter().map(|field| field.name);
            variants.iter().flat_map(|one| fields(one).chain([one.name])).collect()
        }
    }
}

#[test]
fn every_field_and_word_is_named() {
    let mut known = BTreeMap::new();
    for operation in guerdon::OPERATIONS.iter().filter(|one| one.name.starts_with("payout.")) {
        definitions(&operation.input, &mut known);
        definitions(&operation.output, &mut known);
    }
    let told = [
        "PayoutPolicyDocument",
        "PayoutThreshold",
        "PayoutMethod",
        "PayoutFee",
        "FeeCharge",
        "FeeBearer",
        "ReturnedFee",
        "Withholding",
        "Payee",
        "UnpaidReason",
        "PayoutState",
        "PayoutOutcome",
        "AdjustmentKind",
    ];
    for definition in told {
        for name in names(known[definition]) {
            let forms = [format!("`{name}`"), format!("\"{name}\""), format!(" {name}")];
            assert!(forms.iter().any(|form| GUIDE.contains(form)), "{definition}: `{name}`");
        }
    }
}

#[test]
fn the_audit_table_names_every_code_of_the_audit() {
    let module = include_str!("../../core/src/payout/audit/mod.rs");
    let rows = module
        .lines()
        .filter_map(|line| line.strip_prefix("//! "))
        .filter(|line| line.starts_with("| "));
    for row in rows.filter(|row| *row != "| rule | told as |") {
        assert!(GUIDE.contains(row), "{row}");
    }
}
