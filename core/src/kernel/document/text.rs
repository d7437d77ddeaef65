//! The text door: from JSON text to a typed value, within limits.
//!
//! The common case is one pass straight into the type, which takes what the walker takes
//! ([`Model::read`]). Only when that fails is the text read again as a tree and
//! [walked](super::walk), to name every problem and its place instead of the first one.

use serde::Serialize;
use serde::de::Error;
use serde_json::Value;

use super::shape::Model;
use super::tree::{Limits, read_tree};
use super::walk;
use crate::kernel::problem::{Problem, Problems};

crate::codes! {
    /// The value has the right shape and still cannot be read.
    VALUE_INVALID = "value_invalid";
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

fn unexplained(reason: &serde_json::Error) -> Problem {
    Problem::new(VALUE_INVALID, format!("cannot be read: {reason}"), "check the value's form")
}

#[cfg(test)]
mod tests {
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
}
