//! What a generated Python file imports: the names that stand in it, from where they are declared.

use std::collections::BTreeSet;
use std::fmt::Write;

use guerdon::kernel::document::shape::Kind;

use super::super::Catalog;
use super::super::catalog::class_names;
use super::SCALAR_INPUTS;

/// Which file is being written, and so what need not be imported.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Stub,
    Types,
    Domain,
}

const STANDARD: &[(&str, &[&str])] = &[
    ("collections.abc", &["Callable", "Mapping", "Sequence"]),
    ("decimal", &["Decimal"]),
    ("fractions", &["Fraction"]),
    ("typing", &["Any", "ClassVar", "Literal", "Protocol", "TypeAlias", "final"]),
    ("uuid", &["UUID"]),
    ("zoneinfo", &["ZoneInfo"]),
];

/// The imports that a body needs, found by the names that stand in it outside of its docstrings.
pub(super) fn imports(body: &str, catalog: &Catalog, place: Place) -> String {
    let code: String = body.split("\"\"\"").step_by(2).collect();
    let words: BTreeSet<&str> =
        code.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
    let mut out = String::new();
    let mut import = |module: &str, names: &mut dyn Iterator<Item = &str>| {
        let used: Vec<&str> = names.filter(|name| words.contains(name)).collect();
        if !used.is_empty() {
            let _ = writeln!(out, "from {module} import {}", used.join(", "));
        }
    };
    for (module, names) in STANDARD {
        import(module, &mut names.iter().copied());
    }
    let (classes, aliases) = (classes(catalog), aliases(catalog));
    if place != Place::Stub {
        import("._native", &mut classes.iter().map(String::as_str));
    }
    if place != Place::Types {
        import(".types", &mut aliases.iter().copied());
    }
    let dates = if words.contains("_dt") { "import datetime as _dt\n" } else { "" };
    let native = if words.contains("_native") { "from . import _native\n" } else { "" };
    match out.find("from .") {
        Some(own) => {
            let (standard, own) = out.split_at(own);
            let gap = if standard.is_empty() && dates.is_empty() { "" } else { "\n" };
            format!("{dates}{standard}{gap}{native}{own}")
        }
        None => format!("{dates}{out}{native}"),
    }
}

/// The classes of the native module.
pub(super) fn classes(catalog: &Catalog) -> BTreeSet<String> {
    catalog.classes.values().flat_map(|definition| class_names(definition)).collect()
}

/// What `types.py` declares.
pub(super) fn aliases(catalog: &Catalog) -> BTreeSet<&'static str> {
    let named = catalog
        .classes
        .values()
        .filter(|definition| !matches!(definition.kind, Kind::Record(_)))
        .map(|definition| definition.name);
    SCALAR_INPUTS.iter().map(|input| input.0).chain(named).collect()
}
