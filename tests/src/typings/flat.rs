//! How JavaScript reads a value that came as lines: see `bindings-node/src/flat.rs`.

use std::collections::BTreeMap;
use std::fmt::Write;

use guerdon::commission::Outcome;
use guerdon::kernel::document::shape::{Definition, Field, Kind, Model, Presence, Shape, Variant};

use super::NOTICE;
use super::text::{camel, indented};

/// What crosses as lines.
const ROOTS: [Shape; 1] = [Outcome::SHAPE];

/// The readers, one for each type that a root reaches.
pub(super) fn files() -> [(String, String); 1] {
    let mut readers = BTreeMap::new();
    let mut names = Vec::new();
    for root in &ROOTS {
        names.push(value(root, &mut readers));
    }
    let roots = names.iter().map(|call| {
        let reader = call.trim_end_matches("()");
        format!("  {reader}: (text) => whole(text, {reader}),\n")
    });
    let readers: String = readers.into_values().map(|one| format!("\n{one}")).collect();
    let roots = roots.collect::<String>();
    [(
        "bindings-node/flat.cjs".to_owned(),
        format!("{}{readers}\nmodule.exports = {{\n{roots}}};\n", opening()),
    )]
}

fn opening() -> String {
    format!(
        "'use strict';
// {NOTICE}

// What comes from the addon as lines, one value each and no keys: `split` finds them several times as fast as
// `JSON.parse` does. A text that is JSON after all had a control character in a value.

const ABSENT = '\\0';

let lines;
let at;

function whole(text, read) {{
  if (!text.startsWith('\\n')) return JSON.parse(text);
  lines = text.split('\\n');
  at = 1;
  const value = read();
  lines = undefined;
  return value;
}}

function list(read) {{
  const items = [];
  for (let left = Number(lines[at++]); left > 0; left -= 1) items.push(read());
  return items;
}}
"
    )
}

/// The readers so far, by the name of their type; empty while one is being written.
type Readers = BTreeMap<&'static str, String>;

/// The expression that reads a value.
fn value(shape: &Shape, readers: &mut Readers) -> String {
    assert!(!matches!(shape, Shape::Map(..)), "no value of lines has had a map so far");
    match shape {
        Shape::Bool => "lines[at++] === 'true'".to_owned(),
        Shape::Integer { .. } => "Number(lines[at++])".to_owned(),
        Shape::Scalar(_) | Shape::Format(_) => "lines[at++]".to_owned(),
        Shape::List(item) => match value(item, readers) {
            read if read.ends_with("()") => format!("list({})", read.trim_end_matches("()")),
            read => format!("list(() => {read})"),
        },
        Shape::Map(..) => String::new(),
        Shape::Named(definition) | Shape::Document(definition) => named(definition(), readers),
    }
}

fn named(definition: &'static Definition, readers: &mut Readers) -> String {
    if let Kind::Words(_) = definition.kind {
        return "lines[at++]".to_owned();
    }
    let told = !matches!(definition.kind, Kind::Keyed(_));
    assert!(told, "which alternative of {} it is, no line says", definition.name);
    let name = camel(&snake(definition.name));
    if !readers.contains_key(definition.name) {
        readers.insert(definition.name, String::new());
        let body = match definition.kind {
            Kind::Record(fields) => record("", fields, readers),
            Kind::Tagged(variants) => {
                let each = |one: &Variant, readers: &mut Readers| {
                    record(&format!("type: '{}'", one.name), one.fields, readers)
                };
                alternatives(variants, each, readers)
            }
            Kind::OneKey(variants) => {
                let each = |one: &Variant, readers: &mut Readers| {
                    let content = one.content.as_ref().map(|content| value(content, readers));
                    assert!(content.is_some(), "`{}` holds fields of no type", one.name);
                    format!("return {{ {}: {} }};\n", one.name, content.unwrap_or_default())
                };
                alternatives(variants, each, readers)
            }
            Kind::Words(_) | Kind::Keyed(_) => String::new(),
        };
        let body = indented(&body, "  ");
        readers.insert(definition.name, format!("function {name}() {{\n{body}\n}}\n"));
    }
    format!("{name}()")
}

fn alternatives(
    variants: &[Variant],
    each: impl Fn(&Variant, &mut Readers) -> String,
    readers: &mut Readers,
) -> String {
    let mut out = "switch (lines[at++]) {\n".to_owned();
    for one in variants {
        let body = indented(&each(one, readers), "    ");
        let _ = writeln!(out, "  case '{}': {{\n{body}\n  }}", one.name);
    }
    out.push_str("  default: throw new Error('the addon is of another version');\n}\n");
    out
}

/// An object, its keys in the order of the type: at once as far as they are all there, and key by
/// key from the first on that may not be.
fn record(tag: &str, fields: &[Field], readers: &mut Readers) -> String {
    let always = |field: &&Field| matches!(field.presence, Presence::Required);
    let first = fields.iter().take_while(always).count();
    let mut literal: Vec<String> = Vec::new();
    literal.extend((!tag.is_empty()).then(|| tag.to_owned()));
    let (at_once, one_by_one) = fields.split_at(first);
    for field in at_once {
        literal.push(format!("{}: {}", field.name, value(&field.shape, readers)));
    }
    let lines: String = literal.iter().map(|one| format!("  {one},\n")).collect();
    let literal = if literal.is_empty() { "{}".to_owned() } else { format!("{{\n{lines}}}") };
    if one_by_one.is_empty() {
        return format!("return {literal};\n");
    }
    let mut out = format!("const read = {literal};\n");
    for field in one_by_one {
        let set = format!("read.{} = {};\n", field.name, value(&field.shape, readers));
        if !always(&field) {
            out.push_str("if (lines[at] === ABSENT) at += 1;\nelse ");
        }
        out.push_str(&set);
    }
    out.push_str("return read;\n");
    out
}

/// `tier_change` of `TierChange`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}
