//! The records that operations reach, and which operation takes and gives which.

use std::collections::BTreeSet;

use guerdon::OPERATIONS;
use guerdon::kernel::document::shape::{Carrier, Definition, Field, Kind, Shape, Variant};

/// An operation with the records that it takes and gives.
pub(crate) struct Typed {
    pub(crate) name: &'static str,
    pub(crate) function: &'static str,
    pub(crate) input: &'static str,
}

/// Every operation. One that takes something else than a record would be left out, and missed by the tests.
pub(crate) fn operations() -> Vec<Typed> {
    let typed = |operation: &guerdon::facade::Operation| match operation.input {
        Shape::Named(definition) => Some(Typed {
            name: operation.name,
            function: operation.function,
            input: definition().name,
        }),
        _ => None,
    };
    OPERATIONS.iter().filter_map(typed).collect()
}

/// The names of all records, sorted.
pub(crate) fn names() -> BTreeSet<&'static str> {
    let mut reached = Reached::default();
    for operation in OPERATIONS {
        reached.shape(operation.input);
        reached.shape(operation.output);
    }
    reached.records
}

#[derive(Default)]
struct Reached {
    seen: BTreeSet<&'static str>,
    records: BTreeSet<&'static str>,
}

impl Reached {
    fn shape(&mut self, shape: Shape) {
        match shape {
            Shape::List(inner) | Shape::Map(_, inner) => self.shape(*inner),
            Shape::Named(definition) => self.definition(definition()),
            // A document travels as text.
            Shape::Bool
            | Shape::Integer { .. }
            | Shape::Scalar(_)
            | Shape::Format(_)
            | Shape::Document(_) => {}
        }
    }

    fn definition(&mut self, definition: &Definition) {
        if definition.carrier != Carrier::Class || !self.seen.insert(definition.name) {
            return;
        }
        match definition.kind {
            Kind::Record(fields) => {
                self.records.insert(definition.name);
                self.fields(fields);
            }
            Kind::Words(variants)
            | Kind::Tagged(variants)
            | Kind::OneKey(variants)
            | Kind::Keyed(variants) => {
                self.variants(variants);
            }
        }
    }

    fn variants(&mut self, variants: &[Variant]) {
        for variant in variants {
            self.fields(variant.fields);
            if let Some(content) = variant.content {
                self.shape(content);
            }
        }
    }

    fn fields(&mut self, fields: &[Field]) {
        for field in fields {
            self.shape(field.shape);
        }
    }
}
