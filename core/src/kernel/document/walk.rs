//! Finds everything that is wrong with a JSON tree, given the shape it should have.
//!
//! Serde stops at its first error and loses the path inside enums; a person who mends a document
//! wants the whole list. The walker reads the same declaration that the schema is written from.

use serde_json::{Map, Value};

use super::check_format;
use super::refusal::{
    FIELD_UNKNOWN, TYPE_MISMATCH, VARIANT_UNKNOWN, describe, float_refused, is_huge, mismatch,
    missing, out_of_range, quoted, unknown,
};
use super::shape::{Definition, Field, Kind, Presence, Scalar, Shape, Variant};
use super::tree::{Limits, read_tree};
use crate::kernel::problem::Problem;

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
            Shape::Named(definition) => self.definition(tree, definition()),
            Shape::Document(definition) => match tree {
                Value::String(text) => self.document(text, *definition),
                _ => self.definition(tree, definition()),
            },
        }
    }

    /// A document that came as its text.
    fn document(&mut self, text: &str, definition: fn() -> &'static Definition) {
        match read_tree(text, Limits::INPUT) {
            Ok(tree) => {
                let found = check(&tree, &Shape::Named(definition));
                found.into_iter().for_each(|problem| self.report(problem));
            }
            Err(problem) => self.report(problem),
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

fn unknown_variant(found: &str, variants: &[Variant]) -> Problem {
    unknown(VARIANT_UNKNOWN, found, &variants.iter().map(|one| one.name).collect::<Vec<_>>())
}

fn unknown_field(found: &str, fields: &[Field]) -> Problem {
    unknown(FIELD_UNKNOWN, found, &fields.iter().map(|field| field.name).collect::<Vec<_>>())
}

fn names(variants: &[Variant]) -> String {
    quoted(&variants.iter().map(|variant| variant.name).collect::<Vec<_>>())
}

fn has_field(object: &Map<String, Value>, variant: &Variant) -> bool {
    variant.fields.iter().any(|field| object.contains_key(field.name))
}

fn find<'v>(variants: &'v [Variant], name: &str) -> Option<&'v Variant> {
    variants.iter().find(|variant| variant.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::document::Model;

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
}
