//! What Swift and Kotlin get of a record beyond UniFFI's own derive: defaults, and JSON.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Type};

use crate::Options;
use crate::fields::{Declared, Presence, snake};

/// The default that UniFFI can say of a field. Of the others, the host has to say their value.
pub(crate) fn default_of(field: &Declared, options: Options) -> TokenStream {
    if options.document {
        return quote!();
    }
    let default = match &field.presence {
        Presence::Required => return quote!(),
        Presence::Optional => quote!(None),
        Presence::Defaulted(default) => {
            let plain = default.to_string().contains("Default :: default");
            // What is named here is empty, false or zero by default, there as here.
            match outermost(&field.ty).as_str() {
                "Vec" | "bool" | "u16" | "KnownFacts" | "FactDeclarations" if plain => {}
                _ => return quote!(),
            }
            return quote!(#[cfg_attr(feature = "__uniffi", uniffi(default))]);
        }
    };
    quote!(#[cfg_attr(feature = "__uniffi", uniffi(default = #default))])
}

/// `Vec` of `Vec<Item>`.
fn outermost(ty: &Type) -> String {
    match ty {
        Type::Path(path) => {
            path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// `toJson()` of a record, and a function that makes one of JSON: `event_from_json`.
pub(crate) fn json(name: &Ident) -> TokenStream {
    let from_json = format_ident!("{}_from_json", snake(name));
    let (to, from) = ("As JSON text.", format!("Reads a `{name}` from JSON text."));
    quote! {
        #[cfg(feature = "__uniffi")]
        #[::uniffi::export]
        impl #name {
            #[doc = #to]
            fn to_json(&self) -> ::core::result::Result<String, ::guerdon::phone::GuerdonError> {
                Ok(::guerdon::kernel::document::to_json(self)?)
            }
        }

        #[cfg(feature = "__uniffi")]
        #[doc = #from]
        #[::uniffi::export]
        fn #from_json(
            text: &str,
        ) -> ::core::result::Result<#name, ::guerdon::phone::GuerdonError> {
            Ok(::guerdon::kernel::document::parse(text, ::guerdon::kernel::document::Limits::INPUT)?)
        }
    }
}
