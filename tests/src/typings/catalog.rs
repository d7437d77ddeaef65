//! What the operations are made of: every definition they reach, and from which side.

use std::collections::{BTreeMap, BTreeSet};

use guerdon::OPERATIONS;
use guerdon::facade::Operation;
use guerdon::kernel::document::schema::collect;
use guerdon::kernel::document::shape::{Carrier, Definition, Kind, Model, Scalar, Shape};

/// Definitions by name.
type Definitions = BTreeMap<&'static str, &'static Definition>;

/// Everything that the generators write about.
#[derive(Debug)]
pub struct Catalog {
    /// The operations by domain, in the order of the table.
    pub domains: Vec<Domain>,
    /// Every definition that an operation or a refusal reaches, by name.
    pub definitions: Definitions,
    /// Every scalar among them, by name.
    pub scalars: BTreeMap<&'static str, &'static Scalar>,
    /// The definitions that typed languages have a class for, by name.
    pub classes: Definitions,
    /// Documents that travel as a whole, by the name of their definition.
    pub documents: BTreeMap<&'static str, Shape>,
    given: BTreeSet<&'static str>,
    returned: BTreeSet<&'static str>,
    timed: BTreeSet<&'static str>,
}

/// The operations whose names begin alike.
#[derive(Debug)]
pub struct Domain {
    /// What comes before the point.
    pub name: &'static str,
    /// Each operation with what comes after the point.
    pub operations: Vec<(&'static str, &'static Operation)>,
}

impl Catalog {
    /// The catalog of the table of operations.
    #[must_use]
    pub fn new() -> Self {
        let problem = &guerdon::Problem::SHAPE;
        let (mut given, mut returned) = (Definitions::new(), Definitions::new());
        let mut classes = Definitions::new();
        reach(problem, &mut returned);
        reach_classes(problem, &mut classes);
        for operation in OPERATIONS {
            reach(&operation.input, &mut given);
            reach(&operation.output, &mut returned);
            reach_classes(&operation.input, &mut classes);
            reach_classes(&operation.output, &mut classes);
        }
        let definitions: Definitions =
            given.iter().chain(&returned).map(|(k, v)| (*k, *v)).collect();
        let timed =
            definitions.values().filter(|one| tells_time(one)).map(|one| one.name).collect();
        let mut scalars = BTreeMap::new();
        for definition in definitions.values() {
            scalars.extend(scalars_of(definition).map(|scalar| (scalar.name, scalar)));
        }
        let held = definitions.values().flat_map(|definition| shapes(definition));
        let sides = OPERATIONS.iter().flat_map(|one| [&one.input, &one.output]);
        let documents = held
            .chain(sides)
            .filter_map(|shape| match innermost(shape) {
                document @ Shape::Document(definition) => Some((definition().name, *document)),
                _ => None,
            })
            .collect();
        Self {
            domains: domains(),
            scalars,
            classes,
            documents,
            given: given.keys().copied().collect(),
            returned: returned.keys().copied().collect(),
            timed,
            definitions,
        }
    }

    /// Whether a definition goes in, comes out, and holds an instant, which goes in more forms
    /// than it comes out.
    #[must_use]
    pub fn differs_by_direction(&self, definition: &Definition) -> bool {
        let name = definition.name;
        self.timed.contains(name) && self.given.contains(name) && self.returned.contains(name)
    }

    /// Whether a definition only ever goes in.
    #[must_use]
    pub fn is_only_given(&self, definition: &Definition) -> bool {
        !self.returned.contains(definition.name)
    }
}

impl Default for Catalog {
    fn default() -> Self {
        Self::new()
    }
}

fn domains() -> Vec<Domain> {
    let mut domains: Vec<Domain> = Vec::new();
    for operation in OPERATIONS {
        let (name, verb) = operation.name.split_once('.').unwrap_or(("root", operation.name));
        match domains.iter_mut().find(|domain| domain.name == name) {
            Some(domain) => domain.operations.push((verb, operation)),
            None => domains.push(Domain { name, operations: vec![(verb, operation)] }),
        }
    }
    domains
}

fn reach(shape: &Shape, into: &mut Definitions) {
    match shape {
        Shape::Bool | Shape::Integer { .. } | Shape::Scalar(_) | Shape::Format(_) => {}
        Shape::List(inner) | Shape::Map(_, inner) => reach(inner, into),
        Shape::Named(definition) | Shape::Document(definition) => collect(definition(), into),
    }
}

/// What typed languages see: not into documents, which they carry as text, nor into what they
/// have a native type for.
fn reach_classes(shape: &Shape, classes: &mut Definitions) {
    match shape {
        Shape::Bool
        | Shape::Integer { .. }
        | Shape::Scalar(_)
        | Shape::Format(_)
        | Shape::Document(_) => {}
        Shape::List(inner) | Shape::Map(_, inner) => reach_classes(inner, classes),
        Shape::Named(definition) => {
            let definition = definition();
            let native = matches!(definition.carrier, Carrier::Native(_));
            if native || classes.insert(definition.name, definition).is_some() {
                return;
            }
            for shape in shapes(definition) {
                reach_classes(shape, classes);
            }
        }
    }
}

fn shapes(definition: &'static Definition) -> Vec<&'static Shape> {
    guerdon::kernel::document::schema::shapes(definition)
}

fn scalars_of(definition: &'static Definition) -> impl Iterator<Item = &'static Scalar> {
    shapes(definition).into_iter().filter_map(|shape| match innermost(shape) {
        Shape::Scalar(scalar) => Some(*scalar),
        _ => None,
    })
}

/// What a list or a map holds in the end.
fn innermost(shape: &Shape) -> &Shape {
    match shape {
        Shape::List(inner) | Shape::Map(_, inner) => innermost(inner),
        other => other,
    }
}

fn tells_time(definition: &'static Definition) -> bool {
    let mut reached = Definitions::new();
    collect(definition, &mut reached);
    reached.values().flat_map(|one| scalars_of(one)).any(|scalar| scalar.python == "datetime")
}

/// The class name of an enum's alternative, as every language has them: `EventSale`.
#[must_use]
pub(super) fn alternative_name(definition: &Definition, word: &str) -> String {
    format!("{}{}", definition.name, super::text::pascal(word))
}

/// Every name that a language may need for a definition: its own, and those of its alternatives.
#[must_use]
pub fn names(definition: &Definition) -> Vec<String> {
    let alternatives = class_names(definition).into_iter().filter(|name| name != definition.name);
    std::iter::once(definition.name.to_owned()).chain(alternatives).collect()
}

/// The names of the classes that the Python module has for a definition.
#[must_use]
pub(super) fn class_names(definition: &Definition) -> Vec<String> {
    match definition.kind {
        Kind::Record(_) => vec![definition.name.to_owned()],
        Kind::Tagged(variants) | Kind::OneKey(variants) | Kind::Keyed(variants) => {
            variants.iter().map(|one| alternative_name(definition, one.name)).collect()
        }
        Kind::Words(_) => Vec::new(),
    }
}
