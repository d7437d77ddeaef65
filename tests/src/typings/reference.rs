//! The reference: every operation and every code that a problem can have.

use std::fmt::Write;

use guerdon::PROBLEM_CODES;

use super::{Catalog, NOTICE, schemas};

pub(super) fn files(catalog: &Catalog) -> Vec<(String, String)> {
    vec![("docs/reference.md".to_owned(), reference(catalog))]
}

fn reference(catalog: &Catalog) -> String {
    let mut out = format!("<!-- {NOTICE} -->\n# Reference\n\n{OPERATIONS}\n");
    for domain in &catalog.domains {
        let _ = write!(
            out,
            "\n### {}\n\n| operation | what it does | schemas |\n|---|---|---|\n",
            domain.name
        );
        for (_, operation) in &domain.operations {
            let link = |side: &str| {
                let path = schemas::path(&format!("{}.{side}", operation.name));
                format!("[{side}]({})", path.trim_start_matches("docs/"))
            };
            let _ = writeln!(
                out,
                "| `{}` | {} | {}, {} |",
                operation.name,
                operation.summary,
                link("input"),
                link("output")
            );
        }
    }
    if !catalog.documents.is_empty() {
        let _ = write!(out, "\n## Documents\n\n| document | what it is |\n|---|---|\n");
        let documents = catalog.documents.keys().filter_map(|name| catalog.definitions.get(name));
        for definition in documents {
            let path = schemas::path(definition.name);
            let (name, link) = (definition.name, path.trim_start_matches("docs/"));
            let _ =
                writeln!(out, "| [`{name}`]({link}) | {} |", super::text::headline(definition.doc));
        }
    }
    let _ = write!(out, "\n{CODES}\n\n| code | what it says |\n|---|---|\n");
    let mut codes: Vec<_> = PROBLEM_CODES.iter().flat_map(|module| module.iter()).collect();
    codes.sort_by_key(|declared| declared.code.as_str());
    for declared in codes {
        let _ = writeln!(out, "| `{}` | {} |", declared.code, declared.meaning.trim());
    }
    out
}

const OPERATIONS: &str = "\
## Operations

Each one goes from JSON to JSON through `call(operation, input)` in every language, and has a typed function of
the same name: `money.round` is `guerdon.money.round(..)` in Python and `money.round(..)` in Node.";

const CODES: &str = "\
## Problems

What is refused comes back as one or more problems: a stable `code`, the `path` (a JSON pointer) of what is
wrong, a `severity`, a `message` and a `hint`. Codes never change their meaning.";
