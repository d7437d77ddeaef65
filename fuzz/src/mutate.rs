//! Changes JSON as a tree, so that most mutants are still JSON and reach beyond the parser.
//!
//! One change in four is left to libFuzzer, which works on bytes and finds what no tree can say.

use libfuzzer_sys::fuzzer_mutate;
use serde_json::{Map, Value, json};

/// What libFuzzer calls to make a mutant in place; gives back its size.
pub fn tree(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut dice = Dice(u64::from(seed) | 1 << 40);
    let changed = if dice.below(4) == 0 { None } else { changed(&data[..size], &mut dice) };
    match changed.filter(|text| text.len() <= max_size) {
        Some(text) => {
            data[..text.len()].copy_from_slice(text.as_bytes());
            text.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
}

fn changed(data: &[u8], dice: &mut Dice) -> Option<String> {
    let (word, text) = crate::input::parts(data)?;
    let mut tree: Value = serde_json::from_str(text).ok()?;
    for _ in 0..=dice.below(3) {
        let donor = pick(&tree, dice).clone();
        change(pick_mut(&mut tree, dice), donor, dice);
    }
    Some(format!("{word}\n{tree}"))
}

/// A small generator of its own, because a mutant has to follow from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides.max(1)).unwrap_or(1)).unwrap_or(0)
    }
}

/// Some place in the tree, deeper ones as likely as their number.
fn pick<'t>(tree: &'t Value, dice: &mut Dice) -> &'t Value {
    let mut place = dice.below(count(tree));
    find(tree, &mut place).unwrap_or(tree)
}

fn pick_mut<'t>(tree: &'t mut Value, dice: &mut Dice) -> &'t mut Value {
    let mut place = dice.below(count(tree));
    let mut path = Vec::new();
    path_to(tree, &mut place, &mut path);
    let pointer: String = path.iter().rev().map(|segment| format!("/{segment}")).collect();
    if tree.pointer(&pointer).is_some() {
        tree.pointer_mut(&pointer).expect("just seen")
    } else {
        tree
    }
}

fn children(tree: &Value) -> Vec<(String, &Value)> {
    match tree {
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        Value::Object(entries) => {
            let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
            entries.iter().map(|(key, value)| (escaped(key), value)).collect()
        }
        _ => Vec::new(),
    }
}

fn count(tree: &Value) -> usize {
    1 + children(tree).into_iter().map(|(_, child)| count(child)).sum::<usize>()
}

fn find<'t>(tree: &'t Value, place: &mut usize) -> Option<&'t Value> {
    if *place == 0 {
        return Some(tree);
    }
    *place -= 1;
    children(tree).into_iter().find_map(|(_, child)| find(child, place))
}

fn path_to(tree: &Value, place: &mut usize, path: &mut Vec<String>) -> bool {
    if *place == 0 {
        return true;
    }
    *place -= 1;
    for (segment, child) in children(tree) {
        if path_to(child, place, path) {
            path.push(segment);
            return true;
        }
    }
    false
}

fn change(place: &mut Value, donor: Value, dice: &mut Dice) {
    match dice.below(6) {
        0 => *place = donor,
        1 => *place = interesting(dice),
        _ => match place {
            Value::Object(entries) => change_object(entries, donor, dice),
            Value::Array(items) => change_list(items, donor, dice),
            Value::String(text) => change_text(text, dice),
            Value::Number(number) => {
                let near = number.as_i64().unwrap_or(0).wrapping_add(dice.below(5) as i64 - 2);
                *place = json!(near);
            }
            plain => *plain = interesting(dice),
        },
    }
}

fn change_object(entries: &mut Map<String, Value>, donor: Value, dice: &mut Dice) {
    let keys: Vec<String> = entries.keys().cloned().collect();
    let key = keys.get(dice.below(keys.len())).cloned();
    match (dice.below(3), key) {
        (0, Some(key)) => drop(entries.remove(&key)),
        (1, Some(key)) => drop(entries.insert(key, donor)),
        _ => drop(entries.insert(word(dice).to_owned(), donor)),
    }
}

fn change_list(items: &mut Vec<Value>, donor: Value, dice: &mut Dice) {
    let place = dice.below(items.len());
    match dice.below(4) {
        0 if !items.is_empty() => drop(items.remove(place)),
        1 if !items.is_empty() => items.push(items[place].clone()),
        2 if !items.is_empty() => {
            let other = dice.below(items.len());
            items.swap(place, other);
        }
        _ => items.push(donor),
    }
}

/// Text that is a number or an instant changes in a digit; other text becomes another word.
fn change_text(text: &mut String, dice: &mut Dice) {
    let digits: Vec<usize> =
        text.char_indices().filter(|(_, one)| one.is_ascii_digit()).map(|(at, _)| at).collect();
    match (dice.below(3), digits.is_empty()) {
        (0 | 1, false) => {
            let at = digits[dice.below(digits.len())];
            text.replace_range(at..=at, &dice.below(10).to_string());
        }
        (0, true) => *text = word(dice).to_owned(),
        (1, true) => drop(text.pop()),
        _ => *text = TEXTS[dice.below(TEXTS.len())].to_owned(),
    }
}

fn word(dice: &mut Dice) -> &'static str {
    let words = crate::words::words();
    words[dice.below(words.len())]
}

fn interesting(dice: &mut Dice) -> Value {
    match dice.below(6) {
        0 => json!(NUMBERS[dice.below(NUMBERS.len())]),
        1 => [json!(null), json!(true), json!([]), json!({}), json!(0.5)][dice.below(5)].clone(),
        2 => json!(word(dice)),
        _ => json!(TEXTS[dice.below(TEXTS.len())]),
    }
}

const NUMBERS: &[i64] = &[0, 1, -1, 2, 10, 99, 100, 255, 256, 65_536, i64::MAX, i64::MIN];

/// Values on the edges of what amounts, times, rates and ids can be.
const TEXTS: &[&str] = &[
    "",
    "0",
    "-0",
    "-1",
    "0.01",
    "0.005",
    "100",
    "1e9",
    "9999999999.99",
    "92233720368547758.07",
    "92233720368547758.08",
    "79228162514264337593543950335",
    "0.0000000000000000000000000001",
    "1/3",
    "1/0",
    "-7/2",
    "170141183460469231731687303715884105727/3",
    "2026-02-29",
    "2026-03-29T02:30:00+01:00",
    "2026-11-20T10:30:00Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "-9999-01-01T00:00:00Z",
    "P1M",
    "PT0S",
    "-P1D",
    "P9999Y",
    "PT9223372036854775807S",
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Pacific/Apia",
    "EUR",
    "JPY",
    "KWD",
    "XXX",
    "\u{0}",
    "\u{202e}",
    "\u{1f600}",
];
