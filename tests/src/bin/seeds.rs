//! Writes the first inputs of the fuzz targets, out of the conformance vectors.
//!
//! `seeds DIR` makes a folder in DIR for each target of `fuzz/`. They are made anew for each run of
//! the fuzzer and never checked in: whoever adds a vector has added a seed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use guerdon_tests::vectors;
use serde_json::{Value, json};

fn main() -> Result<(), String> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from).ok_or("usage: seeds DIR")?;
    let mut seeds = Seeds::default();
    for (_, vector) in vectors()? {
        seeds.text("call", &vector.op, &vector.input);
        seeds.documents(&vector.input);
        if let Some(what) = vector.op.strip_prefix("commission.") {
            seeds.text("states", what, &vector.input);
        }
        if vector.op == "commission.replay" {
            seeds.endings(&vector.input);
        }
    }
    for seed in 1..=64 {
        seeds.add("arrow", bytes(seed));
        seeds.add("typed", bytes(seed));
    }
    seeds.write(&folder).map_err(|error| format!("{}: {error}", folder.display()))
}

/// Which kind of document lies under which key of an input.
const DOCUMENTS: [(&str, &str); 7] = [
    ("plan", "plan"),
    ("ladder", "ladder"),
    ("schedule", "schedule"),
    ("policy", "payout_policy"),
    ("expression", "expression"),
    ("window", "window"),
    ("state", "commission_state"),
];

/// The inputs of each target.
#[derive(Default)]
struct Seeds(BTreeMap<&'static str, Vec<Vec<u8>>>);

impl Seeds {
    fn add(&mut self, target: &'static str, seed: Vec<u8>) {
        self.0.entry(target).or_default().push(seed);
    }

    /// A word on the first line, JSON on the second.
    fn text(&mut self, target: &'static str, word: &str, tree: &Value) {
        self.add(target, format!("{word}\n{tree}").into_bytes());
    }

    fn documents(&mut self, input: &Value) {
        for (key, kind) in DOCUMENTS {
            if let Some(document) = input.get(key) {
                self.text("documents", kind, document);
            }
        }
    }

    /// The last thing that happens in a history, on top of the state before it.
    fn endings(&mut self, input: &Value) {
        let Some((last, before)) = input["history"].as_array().and_then(|all| all.split_last())
        else {
            return;
        };
        let mut earlier = input.clone();
        earlier["history"] = before.into();
        let Ok(answer) = guerdon::call("commission.replay", &earlier.to_string()) else { return };
        let Ok(replay) = serde_json::from_str::<Value>(&answer) else { return };
        let mut ending = json!({"plan": input["plan"], "state": replay["state"]});
        if let Some(partners) = input.get("partners") {
            ending["partners"] = partners.clone();
        }
        self.text("documents", "commission_state", &replay["state"]);
        if let Some(event) = last.get("event") {
            ending["event"] = event.clone();
            self.text("states", "evaluate", &ending);
        }
        if let Some(refund) = last.get("refund") {
            ending["posted"] = lines_of(&replay, &refund["event"]).into();
            ending["refund"] = refund.clone();
            self.text("states", "refund", &ending);
        }
    }

    fn write(&self, folder: &std::path::Path) -> std::io::Result<()> {
        for (target, seeds) in &self.0 {
            let folder = folder.join(target);
            std::fs::create_dir_all(&folder)?;
            for (number, seed) in seeds.iter().enumerate() {
                std::fs::write(folder.join(format!("seed-{number:04}")), seed)?;
            }
        }
        Ok(())
    }
}

/// The lines of an event, reversals included.
fn lines_of(replay: &Value, event: &Value) -> Vec<Value> {
    let outcomes = replay["outcomes"].as_array().into_iter().flatten();
    let lines: Vec<&Value> =
        outcomes.flat_map(|outcome| outcome["lines"].as_array().into_iter().flatten()).collect();
    let origins: Vec<&Value> =
        lines.iter().filter(|line| line["event"] == *event).map(|line| &line["id"]).collect();
    let is_of_event =
        |line: &&&Value| line["event"] == *event || origins.contains(&&line["origin"]);
    lines.iter().filter(is_of_event).map(|line| (**line).clone()).collect()
}

/// Bytes for the target that has no vectors: the same in every run, and of no meaning.
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..2_048).map(|_| next()).collect()
}
