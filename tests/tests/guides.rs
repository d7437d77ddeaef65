//! The guides to fraud checks and usage pricing: their samples hold, and their tables name every
//! field, word and code.

use guerdon::fraud::{FraudCode, FraudEvidence, FraudPolicyDocument};
use guerdon::kernel::document::shape::{Definition, Kind, Model, Shape};
use guerdon::usage::{PriceBookDocument, UsageLine};
use serde_json::{Map, Value, json};

const FRAUD: &str = include_str!("../../docs/fraud.md");
const USAGE: &str = include_str!("../../docs/usage.md");

/// Lays each sample over the first one, and asks whether that holds.
fn hold(guide: &str, operation: &str, field: &str) {
    let blocks = guide.split("```json\n").skip(1);
    let texts = blocks.map(|block| block.split("```").next().unwrap());
    let samples: Vec<Map<String, Value>> =
        texts.map(|text| serde_json::from_str(text).unwrap()).collect();
    assert!(samples.len() > 1);
    for part in &samples {
        let mut document = samples[0].clone();
        document.extend(part.clone());
        let answer = guerdon::call(operation, &json!({ field: document }).to_string());
        assert!(answer.is_ok(), "{part:?}: {answer:?}");
    }
}

#[test]
fn every_sample_holds_over_the_first() {
    hold(FRAUD, "fraud.describe_policy", "policy");
    hold(USAGE, "usage.describe_prices", "prices");
}

/// Everything that can be written or read of a shape, by definition.
fn names(shape: &'static Shape, seen: &mut Vec<&'static str>, found: &mut Vec<&'static str>) {
    let definition: &Definition = match shape {
        Shape::List(item) | Shape::Map(_, item) => return names(item, seen, found),
        Shape::Named(definition) | Shape::Document(definition) => definition(),
        _ => return,
    };
    if seen.contains(&definition.name) {
        return;
    }
    seen.push(definition.name);
    let fields = match definition.kind {
        Kind::Record(fields) => fields.iter().collect(),
        Kind::Words(words) => {
            found.extend(words.iter().map(|word| word.name));
            Vec::new()
        }
        Kind::Tagged(variants) | Kind::OneKey(variants) | Kind::Keyed(variants) => {
            found.extend(variants.iter().map(|variant| variant.name));
            variants.iter().flat_map(|variant| variant.fields).collect()
        }
    };
    for field in fields {
        found.push(field.name);
        names(&field.shape, seen, found);
    }
}

/// Looks for the name of everything that shapes lead to, but for what other pages tell.
fn told(guide: &str, shapes: &[&'static Shape], elsewhere: &[&'static str]) {
    let (mut seen, mut found) = (elsewhere.to_vec(), Vec::new());
    for shape in shapes {
        names(shape, &mut seen, &mut found);
    }
    for name in found {
        assert!(guide.contains(&format!("`{name}`")), "`{name}`");
    }
}

#[test]
fn every_field_word_and_code_is_named() {
    const POLICY: Shape = Shape::Named(FraudPolicyDocument::definition);
    let fraud = [&POLICY, &FraudEvidence::SHAPE, &FraudCode::SHAPE];
    told(FRAUD, &fraud, &["Rate", "FraudFact"]);
    const BOOK: Shape = Shape::Named(PriceBookDocument::definition);
    let elsewhere = ["Rate", "Money", "ScheduleStep", "ScheduleBoundary", "UsageStep"];
    told(USAGE, &[&BOOK, &UsageLine::SHAPE], &elsewhere);
}
