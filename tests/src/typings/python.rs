//! Python: a stub of the native module, the names of its types, and one module of functions for
//! each domain.

mod imports;

use std::fmt::Write;

use guerdon::facade::Operation;
use guerdon::kernel::document::shape::{
    Carrier, Definition, Field, Kind, Presence, Scalar, Shape, Variant,
};

use super::catalog::{Domain, alternative_name, class_names};
use super::text::{indented, plain};
use super::{Catalog, NOTICE};
use imports::{Place, aliases, classes, imports};

pub(super) fn files(catalog: &Catalog) -> Vec<(String, String)> {
    let mut files = vec![
        ("_native.pyi".to_owned(), stub(catalog)),
        ("types.py".to_owned(), types(catalog)),
        ("operations.py".to_owned(), table(catalog)),
        ("__init__.py".to_owned(), package(catalog)),
    ];
    for domain in &catalog.domains {
        files.push((format!("{}.py", domain.name), module(domain, catalog)));
    }
    let folder = "bindings-python/python/guerdon";
    files.into_iter().map(|(name, text)| (format!("{folder}/{name}"), text)).collect()
}

/// What a value may be on its way in, and what it is on its way out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

/// The names that `types.py` declares for what a scalar may be on its way in.
const SCALAR_INPUTS: &[(&str, &str, &str)] = &[
    ("DecimalInput", "Decimal | int | str", "An exact number: never a float."),
    ("InstantInput", "_dt.datetime | str", "An aware datetime, or RFC 3339 text with an offset."),
    ("DateInput", "_dt.date | str", "A calendar date, or ISO 8601 text."),
    ("UuidInput", "UUID | str", "A UUID, or its text."),
    ("FractionInput", "Fraction | Decimal | int | str", "An exact ratio: one eighth for 12.5 %."),
    ("IdInput", "str | UUID", "An id that the host chose."),
    ("ZoneInput", "str | ZoneInfo", "An IANA time zone."),
    (
        "DocumentInput",
        "str | Mapping[str, Any]",
        "A document: JSON text, or a dict with dicts, lists and exact types in it.",
    ),
];

fn native(name: &str, way: Way) -> &str {
    match (name, way) {
        ("Decimal", Way::In) => "DecimalInput",
        ("datetime", Way::In) => "InstantInput",
        ("date", Way::In) => "DateInput",
        ("UUID", Way::In) => "UuidInput",
        ("Fraction", Way::In) => "FractionInput",
        ("datetime", Way::Out) => "_dt.datetime",
        ("date", Way::Out) => "_dt.date",
        _ => name,
    }
}

fn scalar_type(scalar: &Scalar, way: Way) -> &'static str {
    match (scalar.format, way) {
        ("id", Way::In) => "IdInput",
        ("time-zone", Way::In) => "ZoneInput",
        _ => native(scalar.python, way),
    }
}

fn ty(shape: &Shape, way: Way) -> String {
    match (shape, way) {
        (Shape::Bool, _) => "bool".to_owned(),
        (Shape::Integer { .. }, _) => "int".to_owned(),
        (Shape::Scalar(scalar), _) => scalar_type(scalar, way).to_owned(),
        (Shape::Format(text), _) => format!("Literal[\"{text}\"]"),
        (Shape::List(item), Way::In) => format!("Sequence[{}]", ty(item, way)),
        (Shape::List(item), Way::Out) => format!("list[{}]", ty(item, way)),
        (Shape::Map(_, value), Way::In) => format!("Mapping[str, {}]", ty(value, way)),
        (Shape::Map(_, value), Way::Out) => format!("dict[str, {}]", ty(value, way)),
        (Shape::Document(_), Way::In) => "DocumentInput".to_owned(),
        (Shape::Document(_), Way::Out) => "str".to_owned(),
        (Shape::Named(definition), _) => match definition().carrier {
            Carrier::Native(name) => native(name, way).to_owned(),
            Carrier::Class | Carrier::Document => definition().name.to_owned(),
        },
    }
}

fn stub(catalog: &Catalog) -> String {
    let mut body = String::new();
    for definition in catalog.classes.values() {
        let alternative = |one: &Variant| alternative_name(definition, one.name);
        match definition.kind {
            Kind::Record(fields) => {
                let doc = definition.doc;
                body.push_str(&class(definition.name, doc, fields, None));
            }
            Kind::Tagged(variants) => {
                body.extend(
                    variants
                        .iter()
                        .map(|one| class(&alternative(one), one.doc, one.fields, Some(one.name))),
                );
            }
            Kind::OneKey(variants) => {
                body.extend(variants.iter().map(|one| value_class(&alternative(one), one)));
            }
            Kind::Words(_) | Kind::Keyed(_) => {}
        }
    }
    let mut names = classes(catalog);
    for (_, operation) in catalog.domains.iter().flat_map(|domain| &domain.operations) {
        let (input, output) = (ty(&operation.input, Way::In), ty(&operation.output, Way::Out));
        let doc = docstring(operation.summary, "    ");
        let _ = write!(body, "\ndef {}(input: {input}) -> {output}:\n{doc}", operation.function);
        names.insert(operation.function.to_owned());
    }
    body.push_str(ENGINE_STUB);
    names.extend(["__version__", "call"].map(str::to_owned));
    names.extend(ENGINES.map(str::to_owned));
    let all = names.iter().map(|name| format!("    \"{name}\",\n")).collect::<String>();
    let body = format!("\n__all__ = [\n{all}]\n{STUB_START}{body}");
    let head = format!("# {NOTICE}\n{STUB_DOC}\n");
    format!("{head}{}{body}", imports(&body, catalog, Place::Stub))
}

/// The hand-written classes of the native module: compiled plans and workflows, and what goes with them.
const ENGINE_STUB: &str = include_str!("engine.pyi");

/// Their names; `engine.py` has them too.
const ENGINES: [&str; 6] = ["Columns", "Earnings", "Plan", "Roster", "State", "Workflow"];

const STUB_DOC: &str = "\
\"\"\"The native module: classes, and one function for each operation.\"\"\"
";

const STUB_START: &str = "
__version__: str

def call(operation: str, input: DocumentInput) -> str:
    \"\"\"Runs an operation, given JSON text or dicts, lists and exact types; gives JSON text.\"\"\"
";

/// A class of the native module, with the `type` that tells it apart if it is an alternative.
fn class(name: &str, doc: &str, fields: &[Field], tag: Option<&str>) -> String {
    let told_by = tag.map(|word| told_by("type", word)).unwrap_or_default();
    let properties = fields.iter().map(|field| {
        let ty = ty(&field.shape, Way::Out);
        match field.presence {
            Presence::Optional => property(field.name, &format!("{ty} | None"), field.doc),
            Presence::Required | Presence::Defaulted(_) => property(field.name, &ty, field.doc),
        }
    });
    let properties = properties.collect::<String>();
    class_of(name, doc, &told_by, &keywords(fields), &properties)
}

/// The class of a one-key alternative, which holds the value of its key.
fn value_class(name: &str, one: &Variant) -> String {
    let Some(shape) = &one.content else { return class(name, one.doc, one.fields, None) };
    let (given, held) = (ty(shape, Way::In), ty(shape, Way::Out));
    let (parameter, held) = (format!(", value: {given}"), property("value", &held, one.doc));
    class_of(name, one.doc, &told_by("key", one.name), &parameter, &held)
}

fn told_by(attribute: &str, word: &str) -> String {
    format!("    {attribute}: ClassVar[Literal[\"{word}\"]]\n")
}

fn property(name: &str, ty: &str, doc: &str) -> String {
    let doc = docstring(doc, "        ");
    format!("    @property\n    def {name}(self) -> {ty}:\n{doc}")
}

fn class_of(name: &str, doc: &str, told_by: &str, parameters: &str, properties: &str) -> String {
    let doc = docstring(doc, "    ");
    format!(
        "\n@final\nclass {name}:\n{doc}{told_by}    \
         def __new__(cls{parameters}) -> {name}: ...\n{properties}    \
         @staticmethod\n    def from_json(text: str) -> {name}:\n        \
         \"\"\"Reads the JSON form that `to_json` writes.\"\"\"\n    \
         def to_json(self) -> str:\n        \
         \"\"\"Writes the JSON form that every language shares.\"\"\"\n    \
         def __eq__(self, value: object, /) -> bool: ...\n    \
         def __hash__(self) -> int: ...\n"
    )
}

/// The keyword parameters of a record, with what comes before them.
fn keywords(fields: &[Field]) -> String {
    if fields.is_empty() { String::new() } else { format!(", {}", parameters(fields)) }
}

fn parameters(fields: &[Field]) -> String {
    let each = fields.iter().map(|field| {
        let ty = ty(&field.shape, Way::In);
        match field.presence {
            Presence::Required => format!("{}: {ty}", field.name),
            Presence::Optional | Presence::Defaulted(_) => {
                format!("{}: {ty} | None = None", field.name)
            }
        }
    });
    format!("*, {}", each.collect::<Vec<_>>().join(", "))
}

fn types(catalog: &Catalog) -> String {
    let mut body = String::new();
    for (name, ty, doc) in SCALAR_INPUTS {
        let _ = write!(body, "\n{name}: TypeAlias = {ty}\n{}", docstring(doc, ""));
    }
    for definition in catalog.classes.values() {
        let (name, doc) = (definition.name, docstring(definition.doc, ""));
        match definition.kind {
            Kind::Words(words) => {
                let _ = write!(
                    body,
                    "\n{name}: TypeAlias = {}\n{}",
                    literal(words),
                    words_doc(definition, words)
                );
            }
            Kind::Tagged(_) | Kind::OneKey(_) | Kind::Keyed(_) => {
                let names = class_names(definition).join(" | ");
                let _ = write!(body, "\n{name}: TypeAlias = {names}\n{doc}");
            }
            Kind::Record(_) => {}
        }
    }
    let head = format!(
        "# {NOTICE}\n\"\"\"The words, unions and accepted forms that signatures speak of.\"\"\"\n\n"
    );
    format!("{head}{}{body}", imports(&body, catalog, Place::Types))
}

fn literal(words: &[Variant]) -> String {
    let words =
        words.iter().map(|word| format!("\"{}\"", word.name)).collect::<Vec<_>>().join(", ");
    format!("Literal[{words}]")
}

fn words_doc(definition: &Definition, words: &[Variant]) -> String {
    let mut doc = plain(definition.doc);
    doc.push_str("\n\n");
    for word in words {
        let _ = writeln!(doc, "- `{}`: {}", word.name, plain(word.doc).replace('\n', "\n  "));
    }
    docstring(&doc, "")
}

fn module(domain: &Domain, catalog: &Catalog) -> String {
    let mut body = String::new();
    let mut names = Vec::new();
    for (verb, operation) in &domain.operations {
        names.push(format!("\"{}\"", identifier(verb)));
        body.push_str(&function(verb, operation));
    }
    let head = format!(
        "# {NOTICE}\n\"\"\"The operations `{}.*`.\"\"\"\n\nfrom __future__ import annotations\n\n",
        domain.name
    );
    let names = names.join(", ");
    format!("{head}{}\n__all__ = [{names}]\n{body}", imports(&body, catalog, Place::Domain))
}

/// A function by keyword where the input is a record, and of one argument where it is not.
fn function(verb: &str, operation: &Operation) -> String {
    let output = ty(&operation.output, Way::Out);
    let (verb, native) = (identifier(verb), format!("_native.{}", operation.function));
    if let Shape::Named(definition) = &operation.input {
        if let (Kind::Record(fields), Carrier::Class) = (&definition().kind, definition().carrier) {
            let given = fields.iter().map(|field| format!("{0}={0}", field.name));
            let given = given.collect::<Vec<_>>().join(", ");
            let (parameters, doc) = (parameters(fields), arguments_doc(operation, fields));
            let built = format!("_native.{}({given})", definition().name);
            return format!(
                "\n\ndef {verb}({parameters}) -> {output}:\n{doc}    return {native}({built})\n"
            );
        }
    }
    let (input, doc) = (ty(&operation.input, Way::In), docstring(operation.summary, "    "));
    format!("\n\ndef {verb}(input: {input}) -> {output}:\n{doc}    return {native}(input)\n")
}

fn arguments_doc(operation: &Operation, fields: &[Field]) -> String {
    let mut doc = format!("{}\n\nArgs:\n", operation.summary);
    for field in fields {
        let about = indented(&plain(field.doc), "        ");
        let _ = writeln!(doc, "    {}: {}", field.name, about.trim_start());
    }
    doc.push_str(
        "\nRaises:\n    GuerdonError: what was refused, with every problem that was found.\n",
    );
    docstring(&doc, "    ")
}

/// A name that is no keyword of Python.
fn identifier(verb: &str) -> String {
    if matches!(
        verb,
        "import" | "from" | "is" | "in" | "with" | "try" | "return" | "raise" | "class"
    ) {
        format!("{verb}_")
    } else {
        verb.to_owned()
    }
}

/// The table of operations, for those who go through it.
fn table(catalog: &Catalog) -> String {
    let mut out = format!("# {NOTICE}\n{TABLE_START}");
    let mut rows = String::new();
    for domain in &catalog.domains {
        for (verb, operation) in &domain.operations {
            let function = format!("{}.{}", domain.name, identifier(verb));
            let input = match &operation.input {
                Shape::Named(definition) => format!("_native.{}", definition().name),
                _ => "None".to_owned(),
            };
            let (name, summary) = (operation.name, operation.summary);
            let _ = writeln!(
                rows,
                "    Operation(\"{name}\", {summary:?}, {function}, _native.{}, {input}),",
                operation.function
            );
        }
    }
    let domains: Vec<&str> = catalog.domains.iter().map(|domain| domain.name).collect();
    let _ = write!(
        out,
        "from . import _native, {}\n{TABLE_CLASS}\nOPERATIONS: tuple[Operation, ...] = (\n{rows})\n\
         \"\"\"Everything that guerdon can do, in the order of the reference.\"\"\"\n",
        domains.join(", ")
    );
    out
}

const TABLE_START: &str = "\
\"\"\"The table of operations: what `call` takes by name, and the function that does the same.\"\"\"

from collections.abc import Callable
from typing import Any, NamedTuple

";

const TABLE_CLASS: &str = "

class Operation(NamedTuple):
    \"\"\"One thing that guerdon can do.\"\"\"

    name: str
    \"\"\"Its name for `call`: the domain, a point, the verb.\"\"\"
    summary: str
    \"\"\"What it does, in a line.\"\"\"
    function: Callable[..., Any]
    \"\"\"Its function, by keyword.\"\"\"
    native: Callable[[Any], Any]
    \"\"\"The same of one whole input.\"\"\"
    input: type[Any] | None
    \"\"\"The class of its whole input.\"\"\"

";

fn package(catalog: &Catalog) -> String {
    let domains: Vec<&str> = catalog.domains.iter().map(|domain| domain.name).collect();
    let (classes, aliases) = (classes(catalog), aliases(catalog));
    let list = |names: &mut dyn Iterator<Item = &str>| {
        names.map(|name| format!("    {name},\n")).collect::<String>()
    };
    let mut all: Vec<&str> = vec!["GuerdonError", "OPERATIONS", "__version__", "call"];
    all.extend(ENGINES);
    all.extend(
        domains
            .iter()
            .copied()
            .chain(classes.iter().map(String::as_str))
            .chain(aliases.iter().copied()),
    );
    all.sort_unstable();
    let quoted = all.iter().map(|name| format!("    \"{name}\",\n")).collect::<String>();
    format!(
        "# {NOTICE}\n{PACKAGE_DOC}\nfrom . import {}\nfrom ._errors import GuerdonError\n\
         from ._native import (\n{}    __version__,\n    call,\n)\nfrom .engine import {}\nfrom .operations import OPERATIONS\nfrom .types import (\n{})\n\n__all__ = [\n{quoted}]\n",
        domains.join(", "),
        list(&mut classes.iter().map(String::as_str)),
        ENGINES.join(", "),
        list(&mut aliases.iter().copied()),
    )
}

const PACKAGE_DOC: &str = "\
\"\"\"What is owed, to whom, why, and what happens next.

Everything that decides or computes lives in the native core; this package only gives it Python's
own types: `Decimal`, aware `datetime`, `date`, `UUID` and `Fraction`. Each operation is a function
of its domain's module, such as `guerdon.money.round`.
\"\"\"
";

fn docstring(doc: &str, by: &str) -> String {
    let doc = plain(doc).trim().replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"");
    if doc.lines().count() <= 1 {
        return format!("{by}\"\"\"{doc}\"\"\"\n");
    }
    format!("{}\n{by}\"\"\"\n", indented(&format!("\"\"\"{doc}"), by))
}
