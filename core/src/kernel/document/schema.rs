//! JSON Schema (draft 2020-12) of any type, written from its shape.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::shape::{Definition, Field, Kind, Presence, Shape, Variant};

/// The schema of a shape, with everything it refers to under `$defs`; a document inside it is
/// referred to by the file name `Name.json`, so that it is described in one place.
#[must_use]
pub fn schema_of(title: &str, shape: &Shape) -> Value {
    let root = match shape {
        Shape::Document(definition) => Shape::Named(*definition),
        other => *other,
    };
    let mut definitions = BTreeMap::new();
    visit(&root, &mut definitions, Documents::Apart);
    let defs: Map<String, Value> = definitions
        .values()
        .map(|definition| (definition.name.to_owned(), body(definition)))
        .collect();
    let mut schema = of(&root);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        object.insert("title".to_owned(), title.into());
        if !defs.is_empty() {
            object.insert("$defs".to_owned(), defs.into());
        }
    }
    schema
}

/// Whether a definition is made of the documents that it carries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Documents {
    Within,
    Apart,
}

/// A definition and all that it is made of, by name.
pub fn collect(
    definition: &'static Definition,
    into: &mut BTreeMap<&'static str, &'static Definition>,
) {
    gather(definition, into, Documents::Within);
}

fn gather(
    definition: &'static Definition,
    into: &mut BTreeMap<&'static str, &'static Definition>,
    documents: Documents,
) {
    if into.insert(definition.name, definition).is_some() {
        return;
    }
    for shape in shapes(definition) {
        visit(shape, into, documents);
    }
}

/// The shapes that a definition uses directly.
#[must_use]
pub fn shapes(definition: &'static Definition) -> Vec<&'static Shape> {
    match definition.kind {
        Kind::Record(fields) => fields.iter().map(|field| &field.shape).collect(),
        Kind::Words(_) => Vec::new(),
        Kind::Tagged(variants) | Kind::OneKey(variants) | Kind::Keyed(variants) => variants
            .iter()
            .flat_map(|variant| {
                variant.fields.iter().map(|field| &field.shape).chain(&variant.content)
            })
            .collect(),
    }
}

fn visit(
    shape: &Shape,
    into: &mut BTreeMap<&'static str, &'static Definition>,
    documents: Documents,
) {
    match shape {
        Shape::Bool | Shape::Integer { .. } | Shape::Scalar(_) | Shape::Format(_) => {}
        Shape::List(inner) | Shape::Map(_, inner) => visit(inner, into, documents),
        Shape::Document(_) if documents == Documents::Apart => {}
        Shape::Named(definition) | Shape::Document(definition) => {
            gather(definition(), into, documents);
        }
    }
}

fn reference(definition: &Definition) -> String {
    format!("#/$defs/{}", definition.name)
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Bool => json!({ "type": "boolean" }),
        Shape::Integer { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Shape::Scalar(scalar) => {
            let types =
                if scalar.integers { json!(["string", "integer"]) } else { json!("string") };
            json!({
                "type": types,
                "format": scalar.format,
                "description": scalar.doc,
                "examples": [serde_json::from_str(scalar.example).unwrap_or(Value::Null)],
            })
        }
        Shape::Format(text) => json!({ "const": text }),
        Shape::List(item) => json!({ "type": "array", "items": of(item) }),
        Shape::Map(_, value) => json!({ "type": "object", "additionalProperties": of(value) }),
        Shape::Named(definition) => json!({ "$ref": reference(definition()) }),
        Shape::Document(definition) => json!({ "anyOf": [
            { "$ref": format!("{}.json", definition().name) },
            { "type": "string", "contentMediaType": "application/json" },
        ] }),
    }
}

fn body(definition: &Definition) -> Value {
    let mut schema = match definition.kind {
        Kind::Record(fields) => record(fields, None),
        Kind::Words(variants) => json!({
            "oneOf": variants
                .iter()
                .map(|variant| json!({ "const": variant.name, "description": variant.doc }))
                .collect::<Vec<_>>(),
        }),
        Kind::Tagged(variants) => json!({ "oneOf": each(variants, tagged) }),
        Kind::OneKey(variants) => json!({ "oneOf": each(variants, one_key) }),
        Kind::Keyed(variants) => json!({ "oneOf": each(variants, keyed) }),
    };
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".to_owned(), definition.doc.into());
    }
    schema
}

fn each(variants: &[Variant], write: fn(&Variant) -> Value) -> Vec<Value> {
    variants
        .iter()
        .map(|variant| {
            let mut schema = write(variant);
            if let Some(object) = schema.as_object_mut() {
                object.insert("description".to_owned(), variant.doc.into());
            }
            schema
        })
        .collect()
}

fn tagged(variant: &Variant) -> Value {
    record(variant.fields, Some(variant.name))
}

fn one_key(variant: &Variant) -> Value {
    let content = variant.content.as_ref().map_or_else(|| record(variant.fields, None), of);
    json!({
        "type": "object",
        "properties": { variant.name: content },
        "required": [variant.name],
        "additionalProperties": false,
    })
}

fn keyed(variant: &Variant) -> Value {
    record(variant.fields, None)
}

fn record(fields: &[Field], tag: Option<&str>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    if let Some(tag) = tag {
        properties.insert("type".to_owned(), json!({ "const": tag }));
        required.push("type");
    }
    for field in fields {
        if matches!(field.presence, Presence::Required) {
            required.push(field.name);
        }
        properties.insert(field.name.to_owned(), property(field));
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn property(field: &Field) -> Value {
    let mut schema = of(&field.shape);
    if let Some(object) = schema.as_object_mut() {
        if !field.doc.is_empty() {
            object.insert("description".to_owned(), field.doc.into());
        }
        if let Presence::Defaulted(default) = field.presence {
            object.insert("default".to_owned(), default());
        }
    }
    schema
}
