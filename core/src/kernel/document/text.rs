//! The text door: from JSON text to a typed value, within limits.
//!
//! The common case is one pass straight into the type, which takes what the walker takes
//! ([`Model::read`]). Only when that fails is the text read again as a tree and
//! [walked](super::walk), to name every problem and its place instead of the first one.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, Serialize};
use serde_json::{Map, Value};

use super::shape::Model;
use super::walk;
use crate::kernel::problem::{Problem, Problems};

crate::codes! {
    /// The text is not JSON.
    JSON_INVALID = "json_invalid";
    /// The text is larger than the limit.
    DOCUMENT_TOO_LARGE = "document_too_large";
    /// The document is nested deeper than the limit.
    DOCUMENT_TOO_DEEP = "document_too_deep";
    /// An object has the same key twice.
    KEY_DUPLICATE = "key_duplicate";
    /// The value has the right shape and still cannot be read.
    VALUE_INVALID = "value_invalid";
}

/// How large a text and how deep a document may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Objects and lists inside each other.
    pub depth: usize,
}

impl Limits {
    /// For a document that a person wrote: 8 MiB, 96 levels, which leaves a full-grown expression
    /// (two levels for each of its own) room in a plan.
    pub const DOCUMENT: Self = Self { bytes: 8 << 20, depth: 96 };
    /// For the input of an operation, which may hold a history: 64 MiB, 112 levels.
    pub const INPUT: Self = Self { bytes: 64 << 20, depth: 112 };

    /// Checks the size of a text, before anything reads it.
    ///
    /// # Errors
    /// `document_too_large`.
    pub fn check_size(self, bytes: usize) -> Result<(), Problem> {
        if bytes <= self.bytes {
            return Ok(());
        }
        Err(Problem::new(
            DOCUMENT_TOO_LARGE,
            format!("the text has {bytes} bytes, more than {}", self.bytes),
            "pass less at a time; large histories go in as columns",
        ))
    }

    /// Checks a depth, counted from one at the outermost object.
    ///
    /// # Errors
    /// `document_too_deep`.
    pub fn check_depth(self, depth: usize) -> Result<(), Problem> {
        if depth <= self.depth {
            return Ok(());
        }
        Err(Problem::new(
            DOCUMENT_TOO_DEEP,
            format!("objects and lists are nested more than {} deep", self.depth),
            "flatten the document",
        ))
    }
}

/// Reads a typed value.
///
/// # Errors
/// Every problem of the text, each with its JSON pointer.
pub fn parse<T: Model>(text: &str, limits: Limits) -> Result<T, Problems> {
    limits.check_size(text.len())?;
    read_whole(text, limits).map_err(|reason| explain_failure::<T>(text, limits, &reason))
}

fn read_whole<T: Model>(text: &str, limits: Limits) -> Result<T, serde_json::Error> {
    if is_deeper(text, limits.depth) {
        return Err(serde_json::Error::custom("nested too deep"));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = T::read(&mut reader)?;
    reader.end().map(|()| value)
}

/// Whether objects and lists stand inside each other deeper than that. A text with few of them
/// need not be looked at closely.
fn is_deeper(text: &str, most: usize) -> bool {
    openings(text) > most && nesting(text) > most
}

/// How many `{` and `[` there are, in a form that compilers make wide instructions of: in bytes
/// that cannot overflow, and without asking whether they do.
fn openings(text: &str) -> usize {
    let opens = |byte: &u8| u8::from(byte | 0x20 == b'{');
    let parts = text.as_bytes().chunks(usize::from(u8::MAX));
    parts
        .map(|part| usize::from(part.iter().fold(0_u8, |sum, byte| sum.wrapping_add(opens(byte)))))
        .sum()
}

fn nesting(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut in_text, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// Reads a typed value from a tree that is already within limits.
///
/// # Errors
/// Every problem of the tree, each with its JSON pointer.
pub fn parse_value<T: Model>(tree: Value) -> Result<T, Problems> {
    Problems::verdict(walk::check(&tree, &T::SHAPE))?;
    T::read(tree).map_err(|reason| unexplained(&reason).into())
}

/// Writes a value as compact JSON.
///
/// # Errors
/// `value_invalid` if the value cannot be written, which no guerdon type causes.
pub fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|reason| unexplained(&reason))
}

fn explain_failure<T: Model>(text: &str, limits: Limits, reason: &serde_json::Error) -> Problems {
    match read_tree(text, limits) {
        Err(problem) => problem.into(),
        Ok(tree) => match Problems::verdict(walk::check(&tree, &T::SHAPE)) {
            Err(problems) => problems,
            Ok(()) => unexplained(reason).into(),
        },
    }
}

/// What is said of a key that an object has twice.
pub(crate) fn key_twice(key: &str) -> Problem {
    Problem::new(KEY_DUPLICATE, format!("the key `{key}` appears twice"), "keep one of them")
}

fn unexplained(reason: &serde_json::Error) -> Problem {
    Problem::new(VALUE_INVALID, format!("cannot be read: {reason}"), "check the value's form")
}

/// Reads any JSON as a tree, refusing duplicate keys, too much depth and too much text.
///
/// # Errors
/// `json_invalid`, `key_duplicate`, `document_too_deep` or `document_too_large`.
pub fn read_tree(text: &str, limits: Limits) -> Result<Value, Problem> {
    limits.check_size(text.len())?;
    let place = Place { limits, path: RefCell::default(), found: RefCell::default() };
    let mut reader = serde_json::Deserializer::from_str(text);
    let tree = place.seed().deserialize(&mut reader).and_then(|tree| reader.end().map(|()| tree));
    tree.map_err(|reason| place.found.into_inner().unwrap_or_else(|| not_json(&reason, limits)))
}

/// Reads the value of the key that was just read as a tree, refusing duplicate keys.
pub(super) fn next_tree<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Value, A::Error> {
    let limits = Limits::INPUT;
    let place = Place { limits, path: RefCell::default(), found: RefCell::default() };
    entries.next_value_seed(place.seed())
}

fn not_json(reason: &serde_json::Error, limits: Limits) -> Problem {
    if reason.to_string().starts_with("recursion limit exceeded") {
        return limits.check_depth(usize::MAX).err().unwrap_or_else(|| unexplained(reason));
    }
    Problem::new(JSON_INVALID, format!("is not JSON: {reason}"), "check the text with a JSON tool")
}

/// Where the reader stands, and what it found there; serde's own errors carry no path.
struct Place {
    limits: Limits,
    path: RefCell<Vec<String>>,
    found: RefCell<Option<Problem>>,
}

impl Place {
    fn seed(&self) -> Tree<'_> {
        Tree { place: self }
    }

    fn refuse<E: Error>(&self, problem: Problem) -> E {
        let path = self.path.borrow();
        let placed = path.iter().rev().fold(problem, Problem::under);
        self.found.borrow_mut().get_or_insert(placed);
        E::custom("refused")
    }

    /// An object or a list begins here.
    fn open<E: Error>(&self) -> Result<(), E> {
        let depth = self.path.borrow().len() + 1;
        self.limits.check_depth(depth).map_err(|problem| self.refuse(problem))
    }

    fn enter(&self, segment: String) {
        self.path.borrow_mut().push(segment);
    }

    fn leave(&self) {
        self.path.borrow_mut().pop();
    }
}

#[derive(Clone, Copy)]
struct Tree<'a> {
    place: &'a Place,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.place.open()?;
        let mut list = Vec::new();
        loop {
            self.place.enter(list.len().to_string());
            let item = items.next_element_seed(self)?;
            self.place.leave();
            match item {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.place.open()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            self.place.enter(key.clone());
            if map.contains_key(&key) {
                return Err(self.place.refuse(key_twice(&key)));
            }
            let value = entries.next_value_seed(self)?;
            self.place.leave();
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_given_twice_is_found_with_its_place() {
        let problem = read_tree(r#"{"a": [1, {"b": 1, "b": 2}]}"#, Limits::INPUT).unwrap_err();
        assert_eq!((problem.code, problem.path.as_str()), (KEY_DUPLICATE, "/a/1/b"));
    }

    #[test]
    fn depth_is_refused_before_the_stack_is() {
        for depth in [97, 1_000, 200_000] {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            let problem = read_tree(&text, Limits::DOCUMENT).unwrap_err();
            assert_eq!(problem.code, DOCUMENT_TOO_DEEP);
        }
    }

    #[test]
    fn openings_are_counted_and_nesting_is_seen_past_text() {
        for (text, openings, nesting) in [
            ("", 0, 0),
            (r#"{"a": [1, [2]], "b": {}}"#, 4, 3),
            (r#"["[[[", "\"[", "\\", []]"#, 6, 2),
            ("]]][", 1, 1),
        ] {
            assert_eq!(
                (super::openings(text), super::nesting(text)),
                (openings, nesting),
                "{text}"
            );
        }
        assert_eq!(super::openings(&"[{;Z".repeat(1_000)), 2_000);
    }

    #[test]
    fn text_that_is_not_json_says_where() {
        let problem = read_tree("{\"a\": }", Limits::INPUT).unwrap_err();
        assert_eq!(problem.code, JSON_INVALID);
        assert!(problem.message.contains("line 1 column 7"), "{}", problem.message);
    }
}
