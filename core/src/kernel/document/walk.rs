//! Finds everything that is wrong with a JSON tree, given the shape it should have.
//!
//! Serde stops at its first error and loses the path inside enums; a person who mends a document
//! wants the whole list. The walker reads the same declaration that the schema is written from.

use serde_json::{Map, Number, Value};

use super::check_format;
use super::shape::{Definition, Field, Kind, Presence, Scalar, Shape, Variant};
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

/// How many problems are worth listing; a document with more is another kind of document.
const MOST_PROBLEMS: usize = 100;

/// Every problem of a tree, outermost first; empty if it has the shape.
#[must_use]
pub fn check(tree: &Value, shape: &Shape) -> Vec<Problem> {
    let mut walk = Walk { path: Vec::new(), found: Vec::new() };
    walk.value(tree, shape);
    walk.found
}

struct Walk<'a> {
    path: Vec<Segment<'a>>,
    found: Vec<Problem>,
}

#[derive(Clone, Copy)]
enum Segment<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Walk<'a> {
    fn report(&mut self, problem: Problem) {
        if self.found.len() >= MOST_PROBLEMS {
            return;
        }
        let placed = self.path.iter().rev().fold(problem, |problem, segment| match segment {
            Segment::Key(key) => problem.under(key),
            Segment::Index(index) => problem.under(index),
        });
        self.found.push(placed);
    }

    fn within(&mut self, segment: Segment<'a>, tree: &'a Value, shape: &Shape) {
        self.path.push(segment);
        self.value(tree, shape);
        self.path.pop();
    }

    fn value(&mut self, tree: &'a Value, shape: &Shape) {
        match shape {
            Shape::Bool if tree.is_boolean() => {}
            Shape::Bool => self.report(mismatch("true or false", tree)),
            Shape::Integer { min, max } => self.integer(tree, *min, *max),
            Shape::Scalar(scalar) => self.scalar(tree, scalar),
            Shape::Format(text) => match tree.as_str() {
                Some(found) => check_format(found, text).unwrap_or_else(|one| self.report(one)),
                None => self.report(mismatch("text", tree)),
            },
            Shape::List(item) => match tree.as_array() {
                Some(items) => {
                    for (index, value) in items.iter().enumerate() {
                        self.within(Segment::Index(index), value, item);
                    }
                }
                None => self.report(mismatch("a list", tree)),
            },
            Shape::Map(key, value) => match tree.as_object() {
                Some(entries) => {
                    for (name, entry) in entries {
                        self.path.push(Segment::Key(name));
                        self.scalar(&Value::from(name.as_str()), key);
                        self.value(entry, value);
                        self.path.pop();
                    }
                }
                None => self.report(mismatch("an object", tree)),
            },
            Shape::Named(definition) | Shape::Document(definition) => {
                self.definition(tree, definition());
            }
        }
    }

    fn integer(&mut self, tree: &Value, min: i64, max: i64) {
        let problem = match (tree.as_i64(), tree) {
            (Some(value), _) if min <= value && value <= max => return,
            (Some(_), _) => out_of_range(tree, min, max),
            (None, Value::Number(number)) if is_huge(number) => out_of_range(tree, min, max),
            (None, Value::Number(_)) => Problem::new(
                TYPE_MISMATCH,
                format!("expected a whole number, found `{tree}`"),
                "write it without a fraction or exponent",
            ),
            (None, _) => mismatch("a whole number", tree),
        };
        self.report(problem);
    }

    fn scalar(&mut self, tree: &Value, scalar: &Scalar) {
        if let Err(problem) = check_scalar(tree, scalar) {
            self.report(problem);
        }
    }

    fn definition(&mut self, tree: &'a Value, definition: &Definition) {
        match definition.kind {
            Kind::Record(fields) => match tree.as_object() {
                Some(object) => self.fields(object, fields, None),
                None => self.report(not_a_record(tree, fields)),
            },
            Kind::Words(variants) => match tree.as_str() {
                Some(word) if variants.iter().any(|variant| variant.name == word) => {}
                Some(word) => self.report(unknown_variant(word, variants)),
                None => self.report(mismatch("text", tree)),
            },
            Kind::Tagged(variants) => self.tagged(tree, variants),
            Kind::OneKey(variants) => self.one_key(tree, variants),
            Kind::Keyed(variants) => self.keyed(tree, variants),
        }
    }

    fn tagged(&mut self, tree: &'a Value, variants: &[Variant]) {
        let Some(object) = tree.as_object() else {
            return self.report(mismatch("an object", tree));
        };
        let Some(tag) = object.get("type") else {
            return self.report(missing("type", &names(variants)));
        };
        let found = tag.as_str().and_then(|tag| find(variants, tag));
        match (found, tag.as_str()) {
            (Some(variant), _) => self.fields(object, variant.fields, Some("type")),
            (None, Some(tag)) => {
                self.path.push(Segment::Key("type"));
                self.report(unknown_variant(tag, variants));
                self.path.pop();
            }
            (None, None) => {
                self.path.push(Segment::Key("type"));
                self.report(mismatch("text", tag));
                self.path.pop();
            }
        }
    }

    fn one_key(&mut self, tree: &'a Value, variants: &[Variant]) {
        let only = tree.as_object().and_then(|object| match object.len() {
            1 => object.iter().next(),
            _ => None,
        });
        let Some((key, value)) = only else {
            let known = names(variants);
            return self.report(Problem::new(
                TYPE_MISMATCH,
                format!("expected an object with one key, found {}", describe(tree)),
                format!("the key is one of {known}"),
            ));
        };
        match find(variants, key) {
            Some(Variant { content: Some(shape), .. }) => {
                self.within(Segment::Key(key), value, shape);
            }
            Some(Variant { fields, .. }) => {
                self.path.push(Segment::Key(key));
                match value.as_object() {
                    Some(object) => self.fields(object, fields, None),
                    None => self.report(not_a_record(value, fields)),
                }
                self.path.pop();
            }
            None => self.report(unknown_variant(key, variants)),
        }
    }

    fn keyed(&mut self, tree: &'a Value, variants: &[Variant]) {
        let Some(object) = tree.as_object() else {
            let hint = format!("give an object with one of {}", names(variants));
            return self.report(Problem { hint, ..mismatch("an object", tree) });
        };
        let told: Vec<&Variant> =
            variants.iter().filter(|variant| object.contains_key(variant.name)).collect();
        match (told.as_slice(), object.keys().next()) {
            ([variant], _) => self.fields(object, variant.fields, None),
            ([one, other, ..], _) => self.report(Problem::new(
                TYPE_MISMATCH,
                format!("`{}` and `{}` stand in one object", one.name, other.name),
                "keep one of them",
            )),
            ([], None) => self.report(Problem::new(
                TYPE_MISMATCH,
                "the object is empty",
                format!("give it one of {}", names(variants)),
            )),
            ([], Some(first)) => match variants.iter().find(|variant| has_field(object, variant)) {
                Some(variant) => self.fields(object, variant.fields, None),
                None => {
                    self.path.push(Segment::Key(first));
                    self.report(unknown_variant(first, variants));
                    self.path.pop();
                }
            },
        }
    }

    fn fields(&mut self, object: &'a Map<String, Value>, fields: &[Field], tag: Option<&str>) {
        for field in fields {
            if matches!(field.presence, Presence::Required) && !object.contains_key(field.name) {
                self.report(missing(field.name, &form(&field.shape)));
            }
        }
        for (key, value) in object {
            match fields.iter().find(|field| field.name == key) {
                Some(field) if value.is_null() && matches!(field.presence, Presence::Optional) => {}
                Some(field) => self.within(Segment::Key(key), value, &field.shape),
                None if tag == Some(key.as_str()) => {}
                None => {
                    self.path.push(Segment::Key(key));
                    self.report(unknown_field(key, fields));
                    self.path.pop();
                }
            }
        }
    }
}

fn check_scalar(tree: &Value, scalar: &Scalar) -> Result<(), Problem> {
    match tree {
        Value::Number(number) if number.is_f64() => Err(float_refused(tree, scalar.example)),
        Value::Number(_) if !scalar.integers => {
            Err(mismatch(&format!("text such as {}", scalar.example), tree))
        }
        Value::String(_) | Value::Number(_) => (scalar.check)(tree),
        _ => Err(mismatch(&format!("a value such as {}", scalar.example), tree)),
    }
}

fn out_of_range(tree: &Value, min: i64, max: i64) -> Problem {
    Problem::new(
        INTEGER_OUT_OF_RANGE,
        format!("`{tree}` is not between {min} and {max}"),
        "use a number within the bounds",
    )
}

/// Whether a number is beyond 64 bits, however it is written: then it is whole.
fn is_huge(number: &Number) -> bool {
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

fn mismatch(expected: &str, found: &Value) -> Problem {
    Problem::new(
        TYPE_MISMATCH,
        format!("expected {expected}, found {}", describe(found)),
        "change the value or its type",
    )
}

/// A value on its own where a record belongs, such as `"12.34"` for an amount of money.
fn not_a_record(found: &Value, fields: &[Field]) -> Problem {
    let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
    let hint = format!("give an object; its fields are {}", quoted(&names));
    Problem { hint, ..mismatch("an object", found) }
}

/// What a field takes, in a few words.
fn form(shape: &Shape) -> String {
    match shape {
        Shape::Bool => "true or false".to_owned(),
        Shape::Integer { .. } => "a whole number".to_owned(),
        Shape::Scalar(scalar) => format!("text such as {}", scalar.example),
        Shape::Format(text) => format!("the text \"{text}\""),
        Shape::List(_) => "a list".to_owned(),
        Shape::Map(..) => "an object".to_owned(),
        Shape::Named(definition) | Shape::Document(definition) => match definition().kind {
            Kind::Words(variants) => format!("one of {}", names(variants)),
            _ => "an object".to_owned(),
        },
    }
}

fn missing(name: &str, expected: &str) -> Problem {
    Problem::new(FIELD_MISSING, format!("`{name}` is missing"), format!("add `{name}`: {expected}"))
}

fn unknown_variant(found: &str, variants: &[Variant]) -> Problem {
    unknown(VARIANT_UNKNOWN, found, &variants.iter().map(|one| one.name).collect::<Vec<_>>())
}

fn unknown_field(found: &str, fields: &[Field]) -> Problem {
    unknown(FIELD_UNKNOWN, found, &fields.iter().map(|field| field.name).collect::<Vec<_>>())
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

fn names(variants: &[Variant]) -> String {
    quoted(&variants.iter().map(|variant| variant.name).collect::<Vec<_>>())
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn has_field(object: &Map<String, Value>, variant: &Variant) -> bool {
    variant.fields.iter().any(|field| object.contains_key(field.name))
}

fn find<'v>(variants: &'v [Variant], name: &str) -> Option<&'v Variant> {
    variants.iter().find(|variant| variant.name == name)
}

fn describe(found: &Value) -> String {
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
    use crate::kernel::document::Model;

    #[test]
    fn the_distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }

    /// `{"op": text, "args": [..]}` or `{"flag": bool}`.
    fn node() -> &'static Definition {
        const REQUIRED: Presence = Presence::Required;
        const DEFINITION: &Definition = &Definition {
            name: "Node",
            doc: "",
            carrier: super::super::shape::Carrier::Document,
            kind: Kind::Keyed(&[
                Variant {
                    name: "op",
                    doc: "",
                    fields: &[
                        Field { name: "op", doc: "", shape: String::SHAPE, presence: REQUIRED },
                        Field {
                            name: "args",
                            doc: "",
                            shape: Shape::List(&Shape::Named(node)),
                            presence: REQUIRED,
                        },
                    ],
                    content: None,
                },
                Variant {
                    name: "flag",
                    doc: "",
                    fields: &[Field {
                        name: "flag",
                        doc: "",
                        shape: Shape::Bool,
                        presence: REQUIRED,
                    }],
                    content: None,
                },
            ]),
        };
        DEFINITION
    }

    #[test]
    fn an_object_is_told_apart_by_its_key() {
        let found = |text: &str| {
            let tree: Value = serde_json::from_str(text).unwrap();
            let problems = check(&tree, &Shape::Named(node));
            problems
                .iter()
                .map(|one| format!("{} {}", one.code, one.path))
                .collect::<Vec<_>>()
                .join(", ")
        };
        assert_eq!(found(r#"{"args": [{"flag": true}], "op": "not"}"#), "");
        assert_eq!(found(r#"{"args": []}"#), "field_missing ");
        assert_eq!(found(r#"{"op": "not", "args": [{"flag": 1}, 2]}"#), {
            "type_mismatch /args/0/flag, type_mismatch /args/1"
        });
        assert_eq!(found(r#"{"flag": true, "arg": 1}"#), "field_unknown /arg");
        assert_eq!(found(r#"{"flags": true}"#), "variant_unknown /flags");
        assert_eq!(found(r#"{"op": "not", "flag": true}"#), "type_mismatch ");
        assert_eq!(found("{}"), "type_mismatch ");
    }

    #[test]
    fn the_nearest_word_is_offered() {
        let problem = unknown(FIELD_UNKNOWN, "curency", &["amount", "currency"]);
        assert_eq!(problem.hint, "did you mean `currency`?");
    }
}
