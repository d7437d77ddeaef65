//! Documents: how text becomes a typed value, and how every type describes itself.
//!
//! A type is declared once, with `#[model]`. From that declaration come its serde form, its
//! [`Shape`] and, behind features, its class or record in each language. The shape
//! then drives everything that has to agree: the [walker](walk) that finds *all* that is wrong in
//! a text with a pointer to each place, the JSON Schema that we publish, and the typings that the
//! bindings check in. Nothing else knows what a field is called.

pub mod canonical;
mod format;
pub mod map;
mod plain;
pub mod read;
pub mod refusal;
mod scalar;
pub mod schema;
pub mod shape;
pub mod text;
pub mod tree;
pub mod walk;

pub use canonical::{canonical_json, hash};
pub use format::check_format;
pub use guerdon_derive::model;
pub use shape::{Definition, Field, Kind, Model, Scalar, Shape, Variant};
pub use text::{parse, parse_value, to_json};
pub use tree::Limits;

crate::codes! {
    /// The document's format is not one that this version reads.
    FORMAT_UNKNOWN = "format_unknown";
}
