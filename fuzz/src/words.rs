//! The vocabulary of the documents, from the same declarations as the schema: fields, variants,
//! and what scalars look like.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use guerdon::kernel::document::{Definition, Field, Kind, Shape, Variant};

/// Every word that an operation's input knows.
pub fn words() -> &'static [&'static str] {
    static WORDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut found = Found::default();
        guerdon::OPERATIONS.iter().for_each(|operation| found.shape(operation.input));
        found.words.into_iter().collect()
    })
}

#[derive(Default)]
struct Found {
    words: BTreeSet<&'static str>,
    seen: BTreeSet<&'static str>,
}

impl Found {
    fn shape(&mut self, shape: Shape) {
        match shape {
            Shape::Bool | Shape::Integer { .. } => {}
            Shape::Scalar(scalar) => drop(self.words.insert(scalar.example.trim_matches('"'))),
            Shape::Format(text) => drop(self.words.insert(text)),
            Shape::List(of) | Shape::Map(_, of) => self.shape(*of),
            Shape::Named(of) | Shape::Document(of) => self.definition(of()),
        }
    }

    fn definition(&mut self, definition: &'static Definition) {
        if !self.seen.insert(definition.name) {
            return;
        }
        match definition.kind {
            Kind::Record(fields) => self.fields(fields),
            Kind::Words(variants)
            | Kind::Tagged(variants)
            | Kind::OneKey(variants)
            | Kind::Keyed(variants) => self.variants(variants),
        }
    }

    fn fields(&mut self, fields: &'static [Field]) {
        for field in fields {
            self.words.insert(field.name);
            self.shape(field.shape);
        }
    }

    fn variants(&mut self, variants: &'static [Variant]) {
        for variant in variants {
            self.words.insert(variant.name);
            self.fields(variant.fields);
            if let Some(content) = variant.content {
                self.shape(content);
            }
        }
    }
}
