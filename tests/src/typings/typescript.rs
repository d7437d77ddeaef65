//! TypeScript: the shapes as types, the operations as functions grouped by domain.
//!
//! The types are in a `.d.cts`, which ES modules and CommonJS may both import. Decimals are typed
//! as text and never as `number`, so that a float does not compile; at run time an integer will do.

use std::collections::BTreeSet;
use std::fmt::Write;

use guerdon::kernel::document::shape::{Definition, Field, Kind, Presence, Scalar, Shape, Variant};

use super::catalog::alternative_name;
use super::text::{camel, indented, plain};
use super::{Catalog, NOTICE};

pub(super) fn files(catalog: &Catalog) -> Vec<(String, String)> {
    [
        ("types.d.cts", types(catalog)),
        ("operations.d.cts", operation_types(catalog)),
        ("operations.cjs", operations(catalog)),
        ("operations.js", names(catalog)),
    ]
    .map(|(name, text)| (format!("bindings-node/{name}"), text))
    .into()
}

/// The text form that an instant may have besides text, when it goes in.
const INSTANT_INPUT: &str = "InstantInput";

fn types(catalog: &Catalog) -> String {
    let mut out = format!("// {NOTICE}\n\n");
    for scalar in catalog.scalars.values().filter(|scalar| scalar.name != "String") {
        let doc = format!("{}\n@example {}", plain(scalar.doc), scalar.example);
        let _ =
            writeln!(out, "{}export type {} = string;\n", comment(&doc, ""), scalar_name(scalar));
    }
    if catalog.scalars.values().any(|scalar| is_instant(scalar)) {
        let doc = "An instant on its way in: a `Date` will do as well as text.";
        let _ =
            writeln!(out, "{}export type {INSTANT_INPUT} = Instant | Date;\n", comment(doc, ""));
    }
    if catalog.definitions.values().any(|one| matches!(one.kind, Kind::OneKey(_))) {
        out.push_str(ONE_KEY_OF);
    }
    if catalog.definitions.values().any(|one| matches!(one.kind, Kind::Keyed(_))) {
        out.push_str(ONLY_ONE_OF);
    }
    for definition in catalog.definitions.values() {
        out.push_str(&Writer { catalog, definition }.declaration());
        out.push('\n');
    }
    out.push_str(&table(catalog));
    out
}

const ONE_KEY_OF: &str = "\
/** An object with exactly one of the keys of `T`. */
export type OneKeyOf<T> = {
  [K in keyof T]: { [P in K]: T[P] } & { [P in Exclude<keyof T, K>]?: never };
}[keyof T];

";

const ONLY_ONE_OF: &str = "\
/** One of the objects of the union `T`, without any key of the others. */
export type OnlyOneOf<T, Keys extends PropertyKey = T extends unknown ? keyof T : never> =
  T extends unknown ? T & { [P in Exclude<Keys, keyof T>]?: never } : never;

";

fn is_instant(scalar: &Scalar) -> bool {
    scalar.python == "datetime"
}

/// JavaScript has a `Date` of its own, which is an instant and not a day.
fn scalar_name(scalar: &Scalar) -> &str {
    if scalar.name == "Date" { "CalendarDate" } else { scalar.name }
}

/// Which way a value goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
    /// Inside a type that goes both ways: the instants are its parameter.
    Either,
}

impl Way {
    fn instant(self) -> &'static str {
        match self {
            Self::In => INSTANT_INPUT,
            Self::Out => "Instant",
            Self::Either => "At",
        }
    }
}

fn ty(catalog: &Catalog, shape: &Shape, way: Way) -> String {
    match shape {
        Shape::Bool => "boolean".to_owned(),
        Shape::Integer { .. } => "number".to_owned(),
        Shape::Scalar(scalar) if scalar.name == "String" => "string".to_owned(),
        Shape::Scalar(scalar) if is_instant(scalar) => way.instant().to_owned(),
        Shape::Scalar(scalar) => scalar_name(scalar).to_owned(),
        Shape::Format(text) => format!("'{text}'"),
        Shape::List(item) => {
            let item = ty(catalog, item, way);
            if item.contains(" | ") { format!("({item})[]") } else { format!("{item}[]") }
        }
        Shape::Map(_, value) => format!("{{ [key: string]: {} }}", ty(catalog, value, way)),
        Shape::Document(definition) if way == Way::In => {
            format!("{} | string", ty(catalog, &Shape::Named(*definition), way))
        }
        Shape::Named(definition) | Shape::Document(definition) => {
            let definition = definition();
            if catalog.differs_by_direction(definition) && way != Way::Out {
                format!("{}<{}>", definition.name, way.instant())
            } else {
                definition.name.to_owned()
            }
        }
    }
}

struct Writer<'a> {
    catalog: &'a Catalog,
    definition: &'static Definition,
}

impl Writer<'_> {
    fn way(&self) -> Way {
        if self.catalog.differs_by_direction(self.definition) {
            Way::Either
        } else if self.catalog.is_only_given(self.definition) {
            Way::In
        } else {
            Way::Out
        }
    }

    /// `<At = Instant>` where a type goes both ways.
    fn parameter(&self) -> &'static str {
        if self.way() == Way::Either { "<At = Instant>" } else { "" }
    }

    fn declaration(&self) -> String {
        let (name, parameter) = (self.definition.name, self.parameter());
        let doc = comment(&plain(self.definition.doc), "");
        match self.definition.kind {
            Kind::Record(fields) => self.interface(name, self.definition.doc, fields, None),
            Kind::Words(variants) => {
                let words = variants
                    .iter()
                    .map(|one| format!("\n{}  | '{}'", comment(&plain(one.doc), "  "), one.name));
                format!("{doc}export type {name} ={};\n", words.collect::<String>())
            }
            Kind::Tagged(variants) | Kind::Keyed(variants) => {
                let tagged = matches!(self.definition.kind, Kind::Tagged(_));
                let argument = if parameter.is_empty() { "" } else { "<At>" };
                let names = variants.iter().map(|one| {
                    format!("\n  | {}{argument}", alternative_name(self.definition, one.name))
                });
                let union = match names.collect::<String>() {
                    union if tagged => union,
                    union => format!(" OnlyOneOf<{union}\n>"),
                };
                let each = variants.iter().map(|one| {
                    let name = alternative_name(self.definition, one.name);
                    format!(
                        "\n{}",
                        self.interface(&name, one.doc, one.fields, tagged.then_some(one.name))
                    )
                });
                format!(
                    "{doc}export type {name}{parameter} ={union};\n{}",
                    each.collect::<String>()
                )
            }
            Kind::OneKey(variants) => {
                let keys = variants.iter().map(|one| self.key(one)).collect::<String>();
                let argument = if parameter.is_empty() { "" } else { "<At>" };
                let about = format!("/** The keys of `{name}`, of which a value has one. */\n");
                format!(
                    "{doc}export type {name}{parameter} = OneKeyOf<{name}Keys{argument}>;\n\n\
                     {about}export interface {name}Keys{parameter} {{\n{keys}}}\n"
                )
            }
        }
    }

    fn key(&self, variant: &Variant) -> String {
        let content = match &variant.content {
            Some(shape) => ty(self.catalog, shape, self.way()),
            None => format!("{{\n{}  }}", indented_lines(&self.members(variant.fields))),
        };
        format!("{}  {}: {content};\n", comment(&plain(variant.doc), "  "), variant.name)
    }

    fn interface(&self, name: &str, doc: &str, fields: &[Field], tag: Option<&str>) -> String {
        let tag = tag.map(|word| format!("  type: '{word}';\n")).unwrap_or_default();
        let members = self.members(fields);
        let parameter = self.parameter();
        let doc = comment(&plain(doc), "");
        format!("{doc}export interface {name}{parameter} {{\n{tag}{members}}}\n")
    }

    fn members(&self, fields: &[Field]) -> String {
        let mut out = String::new();
        for field in fields {
            let (mark, default) = match field.presence {
                Presence::Required => ("", None),
                Presence::Optional => ("?", None),
                Presence::Defaulted(default) => ("?", Some(default())),
            };
            let mut doc = plain(field.doc);
            if let Some(default) = default {
                let _ = write!(doc, "\n@default {default}");
            }
            let ty = ty(self.catalog, &field.shape, self.way());
            let _ = writeln!(out, "{}  {}{mark}: {ty};", comment(&doc, "  "), field.name);
        }
        out
    }
}

/// Every operation's input and output, by name, for `call`.
fn table(catalog: &Catalog) -> String {
    let mut out =
        "/** What each operation takes and gives. */\nexport interface Operations {\n".to_owned();
    for (_, operation) in catalog.domains.iter().flat_map(|domain| &domain.operations) {
        let input = ty(catalog, &operation.input, Way::In);
        let output = ty(catalog, &operation.output, Way::Out);
        let doc = comment(operation.summary, "  ");
        let name = operation.name;
        let _ = writeln!(out, "{doc}  '{name}': {{ input: {input}; output: {output} }};");
    }
    out.push_str("}\n");
    out
}

fn operation_names(catalog: &Catalog) -> impl Iterator<Item = &'static str> {
    catalog.domains.iter().flat_map(|one| &one.operations).map(|(_, operation)| operation.name)
}

fn operation_types(catalog: &Catalog) -> String {
    let mut body = OPERATION_NAMES.to_owned();
    for domain in &catalog.domains {
        let _ = write!(body, "\nexport declare const {}: {{\n", domain.name);
        for (verb, operation) in &domain.operations {
            let input = ty(catalog, &operation.input, Way::In);
            let output = ty(catalog, &operation.output, Way::Out);
            let doc = comment(operation.summary, "  ");
            let _ = writeln!(body, "{doc}  {}(input: {input}): {output};", camel(verb));
        }
        body.push_str("};\n");
    }
    let words: BTreeSet<&str> = body.split(|letter: char| !letter.is_alphanumeric()).collect();
    let scalars = catalog.scalars.values().map(|scalar| scalar_name(scalar));
    let mut used: Vec<&str> = catalog.definitions.keys().copied().chain(scalars).collect();
    used.extend([INSTANT_INPUT, "Operations"]);
    used.retain(|name| words.contains(name));
    let names = used.join(", ");
    format!("// {NOTICE}\n\nimport type {{ {names} }} from './types.cjs';\n{body}")
}

const OPERATION_NAMES: &str = "
/** Everything that guerdon can do, by name, in the order of the reference. */
export declare const OPERATIONS: readonly (keyof Operations)[];
";

fn operations(catalog: &Catalog) -> String {
    let mut out =
        format!("'use strict';\n// {NOTICE}\n\nconst {{ call }} = require('./call.cjs');\n");
    let names = operation_names(catalog).map(|name| format!("  '{name}',\n"));
    let _ =
        write!(out, "\nexports.OPERATIONS = Object.freeze([\n{}]);\n", names.collect::<String>());
    for domain in &catalog.domains {
        let _ = write!(out, "\nexports.{} = {{\n", domain.name);
        for (verb, operation) in &domain.operations {
            let _ =
                writeln!(out, "  {}: (input) => call('{}', input),", camel(verb), operation.name);
        }
        out.push_str("};\n");
    }
    out
}

/// ES modules must name what they export.
fn names(catalog: &Catalog) -> String {
    let names = catalog.domains.iter().map(|domain| domain.name).collect::<Vec<_>>().join(", ");
    format!(
        "// {NOTICE}\n\nimport operations from './operations.cjs';\n\nexport const {{ OPERATIONS, {names} }} = operations;\n"
    )
}

/// A JSDoc comment.
fn comment(doc: &str, by: &str) -> String {
    let doc = doc.trim().replace("*/", "*\\/");
    match doc.lines().count() {
        0 => String::new(),
        1 => format!("{by}/** {doc} */\n"),
        _ => {
            let lines =
                doc.lines().map(|line| format!("{by} * {line}").trim_end().to_owned() + "\n");
            format!("{by}/**\n{}{by} */\n", lines.collect::<String>())
        }
    }
}

fn indented_lines(text: &str) -> String {
    indented(text, "  ") + "\n"
}
