//! What is said of a value that has not the shape it should have: the words, apart from who finds
//! it ([walker](super::walk), Rust's own types, other languages' doors).

use serde_json::{Number, Value};

use crate::kernel::problem::{Code, Problem};

crate::codes! {
    /// A required field is missing.
    FIELD_MISSING = "field_missing";
    /// A field is not part of this document.
    FIELD_UNKNOWN = "field_unknown";
    /// A value has the wrong JSON type.
    TYPE_MISMATCH = "type_mismatch";
    /// A JSON float stands where an exact number belongs.
    FLOAT_REFUSED = "float_refused";
    /// An integer lies outside its bounds.
    INTEGER_OUT_OF_RANGE = "integer_out_of_range";
    /// A word or a `type` is not one of those that exist.
    VARIANT_UNKNOWN = "variant_unknown";
}

pub(super) fn out_of_range(tree: &Value, min: i64, max: i64) -> Problem {
    Problem::new(
        INTEGER_OUT_OF_RANGE,
        format!("`{tree}` is not between {min} and {max}"),
        "use a number within the bounds",
    )
}

/// Whether a number is beyond 64 bits, however it is written: then it is whole.
pub(super) fn is_huge(number: &Number) -> bool {
    number.as_f64().is_some_and(|value| value.abs() >= 9.2e18)
}

/// What is said of a float where an exact number belongs.
#[must_use]
pub fn float_refused(found: &impl std::fmt::Display, example: &str) -> Problem {
    Problem::new(
        FLOAT_REFUSED,
        format!("`{found}` is a float, which cannot hold an exact amount"),
        format!("write it as text, such as {example}"),
    )
}

pub(super) fn mismatch(expected: &str, found: &Value) -> Problem {
    Problem::new(
        TYPE_MISMATCH,
        format!("expected {expected}, found {}", describe(found)),
        "change the value or its type",
    )
}

pub(super) fn missing(name: &str, expected: &str) -> Problem {
    Problem::new(FIELD_MISSING, format!("`{name}` is missing"), format!("add `{name}`: {expected}"))
}

/// What is said of a word that is not one of those that exist, with the nearest one that is.
#[must_use]
pub fn unknown(code: Code, found: &str, known: &[&str]) -> Problem {
    let shown: String = found.chars().take(80).collect();
    let nearest = known
        .iter()
        .map(|name| (distance(&shown, name), *name))
        .filter(|(distance, name)| *distance <= 2.max(name.len() / 3))
        .min();
    let hint = match nearest {
        Some((_, name)) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "there are none here".to_owned(),
        None => format!("known are {}", quoted(known)),
    };
    Problem::new(code, format!("`{shown}` is not known here"), hint)
}

pub(super) fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn describe(found: &Value) -> String {
    match found {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => format!("`{value}`"),
        Value::Number(number) => format!("the number `{number}`"),
        Value::String(text) => {
            format!("the text `{}`", text.chars().take(40).collect::<String>())
        }
        Value::Array(_) => "a list".to_owned(),
        Value::Object(object) => match object.len() {
            0 => "an empty object".to_owned(),
            1 => "an object with one key".to_owned(),
            keys => format!("an object with {keys} keys"),
        },
    }
}

/// Levenshtein's edit distance, over characters.
fn distance(left: &str, right: &str) -> usize {
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (above, l) in left.chars().enumerate() {
        let mut diagonal = above;
        let mut before = above + 1;
        for (cell, r) in row.iter_mut().skip(1).zip(right.chars()) {
            let best = (diagonal + usize::from(l != r)).min(before + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = best;
            before = best;
        }
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    #[test]
    fn the_nearest_word_is_offered() {
        let problem = unknown(FIELD_UNKNOWN, "curency", &["amount", "currency"]);
        assert_eq!(problem.hint, "did you mean `currency`?");
    }
}
