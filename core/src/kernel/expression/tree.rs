//! The document: a closed JSON tree.
//!
//! A node is `{"op": .., "args": [..]}` or an object with one key that says what stands there.
//! Each literal names its type, so that nothing has to be guessed from a JSON number or from the
//! look of a text. Reading and writing are written out here: one pass without a buffer, keys in
//! any order in, one canonical form out.

use serde::de::{Error, MapAccess};
use serde::ser::SerializeMap;
use serde::{Deserializer, Serialize, Serializer};

use super::op::Op;
use crate::kernel::calendar::{Date, Instant, Span};
use crate::kernel::document::read::{self, Record};
use crate::kernel::document::shape::{
    Carrier, Definition, Field, Kind, Model, Presence, Shape, Variant,
};
use crate::kernel::money::{Amount, Money};

/// An expression as it is authored, of any type; [`compile`](super::compile) checks it.
///
/// ```
/// use guerdon::kernel::expression::Expression;
///
/// let text = r#"{"op":"gte","args":[{"fact":"order.total"},{"integer":100}]}"#;
/// let expression: Expression = guerdon::kernel::document::parse(
///     text,
///     guerdon::kernel::document::Limits::DOCUMENT,
/// )?;
/// assert_eq!(guerdon::kernel::document::to_json(&expression)?, text);
/// # Ok::<(), guerdon::Problems>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// An op over arguments.
    Call {
        /// What is done.
        op: Op,
        /// With what, in order.
        args: Vec<Expression>,
    },
    /// The value of a declared fact, by name.
    Fact(String),
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Decimal(Amount),
    /// An amount in a currency.
    Money(Money),
    /// A text.
    String(String),
    /// A calendar date.
    Date(Date),
    /// A moment.
    Instant(Instant),
    /// A duration.
    Duration(Span),
    /// A list of values of one type.
    List(Vec<Expression>),
}

impl Expression {
    /// An op over arguments.
    #[must_use]
    pub fn call(op: Op, args: impl Into<Vec<Self>>) -> Self {
        Self::Call { op, args: args.into() }
    }

    /// The value of a declared fact.
    #[must_use]
    pub fn fact(name: impl Into<String>) -> Self {
        Self::Fact(name.into())
    }

    /// The key that tells this node apart: `op`, `fact`, `money`.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Call { .. } => "op",
            Self::Fact(_) => "fact",
            Self::Bool(_) => "bool",
            Self::Integer(_) => "integer",
            Self::Decimal(_) => "decimal",
            Self::Money(_) => "money",
            Self::String(_) => "string",
            Self::Date(_) => "date",
            Self::Instant(_) => "instant",
            Self::Duration(_) => "duration",
            Self::List(_) => "list",
        }
    }

    /// What an expression looks like, as data.
    #[must_use]
    pub fn definition() -> &'static Definition {
        DEFINITION
    }
}

macro_rules! alternative {
    ($key:literal, $doc:literal, $($name:literal: $shape:expr, $field:literal;)+) => {
        Variant {
            name: $key,
            doc: $doc,
            fields: &[$(Field {
                name: $name,
                doc: $field,
                shape: $shape,
                presence: Presence::Required,
            }),+],
            content: None,
        }
    };
}

const DEFINITION: &Definition = &Definition {
    name: "Expression",
    doc: "A typed expression: an op over arguments, a fact, or a literal.",
    carrier: Carrier::Document,
    kind: Kind::Keyed(&[
        alternative!("op", "An op over arguments.",
            "op": Op::SHAPE, "What is done.";
            "args": Shape::List(&Expression::SHAPE), "With what, in order.";),
        alternative!("fact", "The value of a fact, or unknown where there is none.",
            "fact": String::SHAPE, "The name of a declared fact.";),
        alternative!("bool", "True or false.", "bool": bool::SHAPE, "The value.";),
        alternative!("integer", "A whole number.", "integer": i64::SHAPE, "The value.";),
        alternative!("decimal", "A decimal number.", "decimal": Amount::SHAPE, "The value.";),
        alternative!("money", "An amount in a currency.", "money": Money::SHAPE, "The value.";),
        alternative!("string", "A text.", "string": String::SHAPE, "The value.";),
        alternative!("date", "A calendar date.", "date": Date::SHAPE, "The value.";),
        alternative!("instant", "A moment.", "instant": Instant::SHAPE, "The value.";),
        alternative!("duration", "A duration.", "duration": Span::SHAPE, "The value.";),
        alternative!("list", "A list of values of one type.",
            "list": Shape::List(&Expression::SHAPE), "The values.";),
    ]),
};

impl Model for Expression {
    const SHAPE: Shape = Shape::Named(Expression::definition);

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::record(deserializer)
    }
}

crate::deserialize_as_model!(Expression);

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let keys = if matches!(self, Self::Call { .. }) { 2 } else { 1 };
        let mut map = serializer.serialize_map(Some(keys))?;
        let key = self.key();
        match self {
            Self::Call { op, args } => {
                map.serialize_entry(key, op)?;
                map.serialize_entry("args", args)?;
            }
            Self::Fact(name) => map.serialize_entry(key, name)?,
            Self::Bool(value) => map.serialize_entry(key, value)?,
            Self::Integer(value) => map.serialize_entry(key, value)?,
            Self::Decimal(value) => map.serialize_entry(key, value)?,
            Self::Money(value) => map.serialize_entry(key, value)?,
            Self::String(value) => map.serialize_entry(key, value)?,
            Self::Date(value) => map.serialize_entry(key, value)?,
            Self::Instant(value) => map.serialize_entry(key, value)?,
            Self::Duration(value) => map.serialize_entry(key, value)?,
            Self::List(values) => map.serialize_entry(key, values)?,
        }
        map.end()
    }
}

/// The keys of a node: `op`, `args`, and those of the leaves.
const KEYS: read::Known = |key| {
    let known = [
        "op", "args", "fact", "bool", "integer", "decimal", "money", "string", "date", "instant",
        "duration", "list",
    ];
    known.iter().position(|one| *one == key)
};

impl Record for Expression {
    fn read_fields<'de, A: MapAccess<'de>>(mut entries: A) -> Result<Self, A::Error> {
        let (mut op, mut args, mut leaf) = (None, None, None);
        while let Some(at) = read::next_key(&mut entries, KEYS)? {
            match at {
                0 => read::once(&mut op, &mut entries)?,
                1 => read::once(&mut args, &mut entries)?,
                _ if leaf.is_some() => return Err(A::Error::custom("a node has one value")),
                _ => leaf = Some(literal(at, &mut entries)?),
            }
        }
        match (op, args, leaf) {
            (Some(op), Some(args), None) => Ok(Self::Call { op, args }),
            (None, None, Some(leaf)) => Ok(leaf),
            _ => Err(A::Error::custom("a node has `op` and `args`, or one other key")),
        }
    }
}

/// Reads a leaf by the number of its key.
fn literal<'de, A: MapAccess<'de>>(at: usize, entries: &mut A) -> Result<Expression, A::Error> {
    Ok(match at {
        2 => Expression::Fact(read::value(entries)?),
        3 => Expression::Bool(read::value(entries)?),
        4 => Expression::Integer(read::value(entries)?),
        5 => Expression::Decimal(read::value(entries)?),
        6 => Expression::Money(read::value(entries)?),
        7 => Expression::String(read::value(entries)?),
        8 => Expression::Date(read::value(entries)?),
        9 => Expression::Instant(read::value(entries)?),
        10 => Expression::Duration(read::value(entries)?),
        11 => Expression::List(read::value(entries)?),
        _ => return Err(read::no_alternative()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::document::{Limits, canonical_json, parse};

    fn read(text: &str) -> Result<Expression, crate::Problems> {
        parse(text, Limits::DOCUMENT)
    }

    #[test]
    fn the_written_form_is_canonical() {
        let given = r#"{"args": [{"money": {"currency": "EUR", "amount": "100.00"}}, {"list": [
            {"decimal": "1.50"}, {"duration": "P12M"}, {"instant": "2026-01-01T01:00:00+01:00"},
            {"bool": true}, {"integer": 3}, {"string": "a"}, {"date": "2026-01-01"}]}], "op": "in"}"#;
        let written = concat!(
            r#"{"args":[{"money":{"amount":"100","currency":"EUR"}},{"list":[{"decimal":"1.5"},"#,
            r#"{"duration":"P1Y"},{"instant":"2026-01-01T00:00:00Z"},{"bool":true},{"integer":3},"#,
            r#"{"string":"a"},{"date":"2026-01-01"}]}],"op":"in"}"#
        );
        let expression = read(given).unwrap();
        assert_eq!(canonical_json(&expression).unwrap(), written);
        assert_eq!(read(written).unwrap(), expression);
    }

    #[test]
    fn each_thing_that_is_wrong_is_named() {
        let text = r#"{"op": "adn", "args": [{"decimal": 1.5}, {"facts": "a"},
            {"integer": 9007199254740992}, {"string": "a", "bool": true}, {"op": "not"}, 7]}"#;
        let found: Vec<_> = read(text)
            .unwrap_err()
            .into_vec()
            .into_iter()
            .map(|problem| format!("{} {}", problem.code, problem.path))
            .collect();
        assert_eq!(
            found,
            [
                "float_refused /args/0/decimal",
                "variant_unknown /args/1/facts",
                "integer_out_of_range /args/2/integer",
                "type_mismatch /args/3",
                "field_missing /args/4",
                "type_mismatch /args/5",
                "variant_unknown /op",
            ]
        );
    }
}
