//! The quick way into a type takes exactly what the walker takes, and makes the same of it.
//!
//! Text is read straight into types; only what that refuses is walked, to say all that is wrong.
//! So the two have to agree on every text. Here the inputs of all vectors are changed at random,
//! in the ways that a reader is easily lax about, and both are asked.

use std::collections::BTreeMap;

use guerdon::Problems;
use guerdon::kernel::document::tree::read_tree;
use guerdon::kernel::document::{Limits, Model, parse, parse_value, walk};
use guerdon_tests::vectors;
use serde_json::Value;

/// How many changed texts are tried for each operation.
const TRIES: u64 = 500;

/// JSON as it is written: keys may stand twice, and numbers look as they like.
#[derive(Clone, Debug)]
enum Json {
    Plain(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// What is put where something else was.
const PLAIN: &[&str] = &[
    "null",
    "true",
    "0",
    "-0",
    "-1",
    "1.0",
    "1e2",
    "0.1",
    "255",
    "256",
    "4294967296",
    "9007199254740991",
    "9007199254740992",
    "-9007199254740992",
    "18446744073709551615",
    "18446744073709551616",
    "1e400",
    "01",
    "\"\"",
    "\"x\"",
    "\"1.50\"",
    "\"1/3\"",
    "\"sale\"",
    "\"\\u0073ale\"",
    "\"\\ud800\"",
    "\"type\"",
    "\"2026-01-01T00:00:00Z\"",
    "[]",
    "{}",
    "{\"a\":1}",
    "{\"percent\":\"5\"}",
    "{\"percent\":\"5\",\"ratio\":\"1/2\"}",
    "{\"bool\":true}",
    "{\"list\":[]}",
];

/// A small source of chance (splitmix64), the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ (bits >> 31)) % most as u64).unwrap()
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        match value {
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(map) => {
                Self::Object(map.iter().map(|(key, value)| (key.clone(), value.into())).collect())
            }
            plain => Self::Plain(plain.to_string()),
        }
    }
}

impl Json {
    fn write(&self, out: &mut String) {
        match self {
            Self::Plain(text) => out.push_str(text),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(entries) => {
                out.push('{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    out.push_str(&Value::from(key.as_str()).to_string());
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    fn nodes(&self) -> usize {
        1 + match self {
            Self::Plain(_) => 0,
            Self::List(items) => items.iter().map(Self::nodes).sum(),
            Self::Object(entries) => entries.iter().map(|(_, value)| value.nodes()).sum(),
        }
    }

    /// The node of that number, counted from the root.
    fn node(&mut self, mut number: usize) -> &mut Self {
        if number == 0 {
            return self;
        }
        number -= 1;
        let inner: Vec<&mut Self> = match self {
            Self::Plain(_) => Vec::new(),
            Self::List(items) => items.iter_mut().collect(),
            Self::Object(entries) => entries.iter_mut().map(|(_, value)| value).collect(),
        };
        for one in inner {
            let nodes = one.nodes();
            if number < nodes {
                return one.node(number);
            }
            number -= nodes;
        }
        panic!("there are fewer nodes");
    }

    /// Changes one node.
    fn change(&mut self, dice: &mut Dice, others: &[Self]) {
        let at = dice.below(self.nodes());
        let node = self.node(at);
        match (dice.below(12), &mut *node) {
            (0, Self::Object(entries)) if !entries.is_empty() => {
                let twice = dice.of(entries).clone();
                entries.push(twice);
            }
            (1, Self::Object(entries)) if !entries.is_empty() => {
                entries.remove(dice.below(entries.len()));
            }
            (2, Self::Object(entries)) => entries.reverse(),
            (3, Self::Object(entries)) if !entries.is_empty() => {
                let at = dice.below(entries.len());
                entries[at].0 = (*dice.of(&["", "type", "extra", "a/b~c"])).to_owned();
            }
            (4, Self::Object(entries)) => {
                *node = Self::List(entries.drain(..).map(|(_, value)| value).collect());
            }
            (5, Self::Plain(text)) if text.starts_with('"') => {
                let word: String = serde_json::from_str(text).unwrap_or_default();
                *node = Self::Object(vec![(word, Self::Plain("null".to_owned()))]);
            }
            (6, _) => *node = Self::List(vec![node.clone()]),
            (7, _) => {
                for _ in 0..dice.below(120) {
                    *node = Self::Object(vec![("list".to_owned(), Self::List(vec![node.clone()]))]);
                }
            }
            (8, _) => {
                let mut other = dice.of(others).clone();
                let from = dice.below(other.nodes());
                *node = other.node(from).clone();
            }
            (9, Self::Object(entries)) => {
                let at = dice.below(entries.len() + 1);
                entries.insert(at, ("type".to_owned(), Self::Plain("\"sale\"".to_owned())));
            }
            _ => *node = Self::Plain((*dice.of(PLAIN)).to_owned()),
        }
    }
}

/// What the walker finds.
fn walked<T: Model>(text: &str, limits: Limits) -> Result<Value, Problems> {
    let tree = read_tree(text, limits)?;
    Problems::verdict(walk::check(&tree, &T::SHAPE)).map(|()| tree)
}

/// Asks both; whether they took it.
fn agree<T: Model + PartialEq + std::fmt::Debug>(text: &str) -> bool {
    let limits = [Limits::INPUT, Limits::DOCUMENT];
    let taken = limits.map(|limits| {
        let (straight, walked) = (parse::<T>(text, limits), walked::<T>(text, limits));
        match (straight, walked) {
            (Ok(straight), Ok(tree)) => {
                assert_eq!(straight, parse_value(tree).unwrap(), "read in two ways: {text}");
                true
            }
            (Err(straight), Err(walked)) => {
                assert_eq!(straight, walked, "told in two ways: {text}");
                false
            }
            (straight, walked) => panic!("{straight:?}\n{walked:?}\n{text}"),
        }
    });
    taken[0]
}

fn try_all<T: Model + PartialEq + std::fmt::Debug>(name: &str, inputs: &[Json]) -> (u64, u64) {
    let own: Vec<&Json> = inputs.iter().collect();
    let mut dice = Dice(name.bytes().map(u64::from).sum());
    let (mut taken, mut refused) = (0, 0);
    for try_number in 0..TRIES {
        let mut json = (*dice.of(&own)).clone();
        for _ in 0..=dice.below(3) {
            json.change(&mut dice, inputs);
        }
        let mut text = String::new();
        json.write(&mut text);
        if try_number % 97 == 0 {
            let ends = [" ", "\n", "}", "1", "\u{feff}"];
            text.push_str(ends[dice.below(ends.len())]);
        }
        *(if agree::<T>(&text) { &mut taken } else { &mut refused }) += 1;
    }
    (taken, refused)
}

macro_rules! every_operation {
    ($($function:ident: $name:literal, $run:path, $input:ty => $output:ty, $summary:literal;)+) => {
        fn both_ways(inputs: &BTreeMap<String, Vec<Json>>) -> Vec<(&'static str, u64, u64)> {
            vec![$({
                let (taken, refused) = try_all::<$input>($name, &inputs[$name]);
                ($name, taken, refused)
            }),+]
        }
    };
}

// The macro speaks of the core as its own crate.
use guerdon::for_each_operation;
for_each_operation!(every_operation);

#[test]
fn what_is_read_straight_is_what_the_walker_takes() {
    let mut inputs = BTreeMap::<String, Vec<Json>>::new();
    for (_, vector) in vectors().unwrap() {
        let json = Json::from(&vector.input);
        // Long histories say no more, and take longer.
        if json.nodes() < 150 {
            inputs.entry(vector.op).or_default().push(json);
        }
    }
    for (name, taken, refused) in both_ways(&inputs) {
        assert!(taken > TRIES / 100 && refused > TRIES / 10, "{name}: {taken} and {refused}");
    }
}

#[test]
fn the_vectors_are_read_alike() {
    let mut taken = 0;
    macro_rules! each {
        ($($function:ident: $name:literal, $run:path, $input:ty => $output:ty, $summary:literal;)+) => {
            for (_, vector) in vectors().unwrap() {
                taken += match vector.op.as_str() {
                    $($name => u32::from(agree::<$input>(&vector.input.to_string())),)+
                    other => panic!("{other} is no operation"),
                };
            }
        };
    }
    for_each_operation!(each);
    assert!(taken > 500);
}
