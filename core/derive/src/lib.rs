//! The one declaration of a guerdon type.
//!
//! `#[model]` on a record or an enum writes how it is read and written, its `Shape` (which drives the walker,
//! the JSON Schema and the typings) and, behind the core's private features, its Python class and
//! its UniFFI record. A `macro_rules!` wrapper cannot see fields, and so could give neither
//! defaults nor constructors; that is why this crate exists.

mod enumeration;
mod fields;
mod phone;
mod python;
mod reader;
mod record;

use proc_macro::TokenStream;
use syn::{Data, DeriveInput, Error, Token, parse_macro_input, punctuated::Punctuated};

/// What `#[model(...)]` can say about a type.
#[derive(Clone, Copy, Default)]
struct Options {
    /// Authored as data: typed languages carry it as text, so it gets no class of its own.
    document: bool,
    /// An enum written as an object with exactly one key.
    one_key: bool,
    /// Prints as its `Display` says, in every language that can say so.
    display: bool,
}

/// Declares a type once for every language.
///
/// On a type: `document` (authored as JSON; no class in typed languages), `one_key` (an enum
/// written as an object with one key), `display` (its `Display` is also Python's `str()`). On a
/// field: `#[model(default)]` or
/// `#[model(default = expression)]`; an `Option` is optional by itself. Enums without fields are
/// words, enums with named fields are objects tagged by `type`.
#[proc_macro_attribute]
pub fn model(options: TokenStream, item: TokenStream) -> TokenStream {
    let words =
        parse_macro_input!(options with Punctuated::<syn::Ident, Token![,]>::parse_terminated);
    let item = parse_macro_input!(item as DeriveInput);
    let mut options = Options::default();
    for word in &words {
        match word.to_string().as_str() {
            "document" => options.document = true,
            "one_key" => options.one_key = true,
            "display" => options.display = true,
            _ => {
                return Error::new(word.span(), "expected `document`, `one_key` or `display`")
                    .to_compile_error()
                    .into();
            }
        }
    }
    let written = match &item.data {
        Data::Struct(data) => record::write(&item, data, options),
        Data::Enum(data) => enumeration::write(&item, data, options),
        Data::Union(_) => Err(Error::new_spanned(&item, "a model is a struct or an enum")),
    };
    written.unwrap_or_else(Error::into_compile_error).into()
}
