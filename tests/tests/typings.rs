//! Holds what is generated and checked in to the types that it is generated from.

use std::collections::BTreeSet;

use guerdon::kernel::document::shape::{Carrier, Field, Kind};
use guerdon_tests::typings::{Catalog, names, stale};

#[test]
fn no_generated_file_is_stale() {
    let stale = stale().unwrap();
    assert!(stale.is_empty(), "stale: {stale:?}; run `make typings` and look at the diff");
}

/// A document inside a class would have no form in Python, Swift or Kotlin.
#[test]
fn classes_hold_documents_only_as_text() {
    for definition in Catalog::new().classes.values() {
        assert_eq!(definition.carrier, Carrier::Class, "{} is no class", definition.name);
        let name = definition.name;
        assert!(!matches!(definition.kind, Kind::Keyed(_)), "{name} has no class");
    }
}

/// A field becomes a parameter, a property or a label in each language.
#[test]
fn fields_of_classes_are_no_keywords() {
    let taken: BTreeSet<&str> = TAKEN.iter().flat_map(|(_, words)| words.split(' ')).collect();
    for definition in Catalog::new().classes.values() {
        let fields: Vec<&Field> = match definition.kind {
            Kind::Record(fields) => fields.iter().collect(),
            Kind::Tagged(variants) => variants.iter().flat_map(|one| one.fields).collect(),
            Kind::Words(_) | Kind::OneKey(_) | Kind::Keyed(_) => Vec::new(),
        };
        for field in fields {
            let name = field.name;
            assert!(!taken.contains(name), "{}.{name} is a keyword somewhere", definition.name);
        }
    }
}

/// Words that cannot name a field of a class, and whose they are.
const TAKEN: &[(&str, &str)] = &[
    (
        "Python",
        "False None True and as assert async await break class continue def del elif else except \
         finally for from global if import in is lambda nonlocal not or pass raise return try \
         while with yield",
    ),
    ("Python's types, which stubs speak of", "bool dict int list property str type"),
    ("what each class has", "from_json to_json"),
    (
        "Swift",
        "associatedtype case catch class default defer deinit do enum extension fallthrough \
         fileprivate func guard init inout internal let operator private protocol public repeat \
         rethrows self static struct subscript super switch throw throws typealias var where",
    ),
    ("Kotlin", "fun in interface is null object package this throw val when"),
];

/// The class of an alternative is named after its enum, which could be another type's name.
#[test]
fn no_two_types_have_one_name() {
    let catalog = Catalog::new();
    let mut seen = BTreeSet::new();
    for definition in catalog.definitions.values() {
        for name in names(definition) {
            assert!(seen.insert(name.clone()), "`{name}` is the name of two types");
        }
    }
    for scalar in catalog.scalars.keys() {
        assert!(!seen.contains(*scalar), "`{scalar}` is a scalar and another type");
    }
}
