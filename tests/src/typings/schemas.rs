//! JSON Schemas of every operation's input and output and of every document.

use guerdon::kernel::document::schema::schema_of;
use guerdon::kernel::document::shape::Shape;

use super::Catalog;

pub(super) fn files(catalog: &Catalog) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (_, operation) in catalog.domains.iter().flat_map(|domain| &domain.operations) {
        for (side, shape) in [("input", &operation.input), ("output", &operation.output)] {
            files.push(file(&format!("{}.{side}", operation.name), shape));
        }
    }
    files.extend(catalog.documents.iter().map(|(name, shape)| file(name, shape)));
    files
}

/// Where the schema of an operation's side or of a document lies.
pub(super) fn path(name: &str) -> String {
    format!("docs/schema/{name}.json")
}

fn file(title: &str, shape: &Shape) -> (String, String) {
    (path(title), format!("{:#}\n", schema_of(title, shape)))
}
