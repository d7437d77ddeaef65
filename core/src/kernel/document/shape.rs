//! What a value may look like, as constant data.
//!
//! [`Shape`] is deliberately smaller than JSON Schema: it can say only what our documents need,
//! so that a walker, a schema writer and two typing writers can each be complete and short.

use serde::Deserializer;
use serde_json::Value;

use crate::kernel::problem::Problem;

/// The greatest integer that every JSON reader keeps (2^53 - 1).
pub const SAFE_INTEGER: i64 = 9_007_199_254_740_991;

/// A type that describes itself; `#[model]` implements it for records and enums.
pub trait Model: Sized {
    /// What a JSON value of this type looks like.
    const SHAPE: Shape;

    /// Reads a value; exactly what has the shape, apart from how deep and large it may be.
    ///
    /// # Errors
    /// Something is wrong with it; the [walker](super::walk) says what, and where.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// What a value may look like.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number within bounds, both inclusive.
    Integer {
        /// The least that is allowed.
        min: i64,
        /// The greatest that is allowed.
        max: i64,
    },
    /// A value with a text form of its own: a decimal, an instant, a currency.
    Scalar(&'static Scalar),
    /// The format of a document: always this text.
    Format(&'static str),
    /// A list of one shape.
    List(&'static Shape),
    /// An object whose keys the author chooses: how a key is written, and what each holds.
    Map(&'static Scalar, &'static Shape),
    /// A record or an enum declared by name; a function, so that types may contain themselves.
    Named(fn() -> &'static Definition),
    /// A document of that shape, or its text; typed languages carry it as text.
    Document(fn() -> &'static Definition),
}

/// A value with a text form of its own.
#[derive(Debug)]
pub struct Scalar {
    /// The name of the type, such as `Amount`.
    pub name: &'static str,
    /// What it is and in which unit, for readers of the schema.
    pub doc: &'static str,
    /// The JSON Schema `format`.
    pub format: &'static str,
    /// A value that is accepted, for hints.
    pub example: &'static str,
    /// Whether a JSON integer will do as well as text.
    pub integers: bool,
    /// The Python type that carries it.
    pub python: &'static str,
    /// Tells whether a JSON value is one.
    pub check: fn(&Value) -> Result<(), Problem>,
}

/// A record or an enum, by name.
#[derive(Debug)]
pub struct Definition {
    /// The name of the type, the same in every language.
    pub name: &'static str,
    /// Its documentation.
    pub doc: &'static str,
    /// How typed languages carry it.
    pub carrier: Carrier,
    /// What it is made of.
    pub kind: Kind,
}

/// How typed languages (Python, Swift, Kotlin) carry a value of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// As a class, record or enum of the same name.
    Class,
    /// Not at all: it is authored as data, inside a document that travels as text.
    Document,
    /// As a native type, here by its name in Python.
    Native(&'static str),
}

/// What a definition is made of.
#[derive(Debug)]
pub enum Kind {
    /// An object with named fields.
    Record(&'static [Field]),
    /// One of a few words.
    Words(&'static [Variant]),
    /// An object whose `type` says which fields it has.
    Tagged(&'static [Variant]),
    /// An object with exactly one key, which says what its value is.
    OneKey(&'static [Variant]),
    /// An object that is told apart by which key it has: each alternative is named by its telling
    /// key, which is one of its fields.
    Keyed(&'static [Variant]),
}

/// A field of a record.
#[derive(Debug)]
pub struct Field {
    /// The key.
    pub name: &'static str,
    /// Its documentation: what it is, its unit, its default.
    pub doc: &'static str,
    /// What its value looks like.
    pub shape: Shape,
    /// What happens when it is left out.
    pub presence: Presence,
}

/// What happens when a field is left out.
#[derive(Clone, Copy, Debug)]
pub enum Presence {
    /// It may not be.
    Required,
    /// Then there is none.
    Optional,
    /// Then it has this value.
    Defaulted(fn() -> Value),
}

/// One alternative of an enum.
#[derive(Debug)]
pub struct Variant {
    /// The word, the `type` or the key.
    pub name: &'static str,
    /// Its documentation.
    pub doc: &'static str,
    /// The fields of a tagged alternative.
    pub fields: &'static [Field],
    /// The value of a one-key alternative.
    pub content: Option<Shape>,
}
