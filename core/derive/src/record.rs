//! Records: structs with named fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataStruct, DeriveInput, Result};

use crate::Options;
use crate::fields::{Declared, doc};
use crate::{phone, python, reader};

pub(crate) fn write(
    item: &DeriveInput,
    data: &DataStruct,
    options: Options,
) -> Result<TokenStream> {
    let name = &item.ident;
    let fields: Vec<Declared> =
        data.fields.iter().map(|field| Declared::read(field, "")).collect::<Result<_>>()?;
    let (attributes, visibility) = (&item.attrs, &item.vis);
    let declarations = fields
        .iter()
        .map(|field| field.declaration(name, &quote!(pub), phone::default_of(field, options)));
    let helpers = fields.iter().map(Declared::helpers);
    let shapes = fields.iter().map(|field| field.shape(name));
    let definition = definition(item, options, &quote!(Record(&[#(#shapes),*])), &quote!(record));
    let reader = reader::record(name, &fields);
    let (classes, methods, json) = if options.document {
        (quote!(), quote!(), quote!())
    } else {
        (classes(), python::record(name, &fields, options), phone::json(name))
    };
    Ok(quote! {
        #(#attributes)*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize)]
        #classes
        #visibility struct #name { #(#declarations),* }

        impl #name { #(#helpers)* }
        #definition
        #reader
        #methods
        #json
    })
}

fn classes() -> TokenStream {
    let python = python::attributes();
    quote! {
        #python
        #[cfg_attr(feature = "__uniffi", derive(::uniffi::Record))]
    }
}

/// The type's description of itself, and how it is read.
pub(crate) fn definition(
    item: &DeriveInput,
    options: Options,
    kind: &TokenStream,
    read: &TokenStream,
) -> TokenStream {
    let (name, text, doc) = (&item.ident, item.ident.to_string(), doc(&item.attrs));
    let carrier = if options.document { quote!(Document) } else { quote!(Class) };
    quote! {
        impl #name {
            /// What this type is made of, as data.
            #[must_use]
            pub fn definition() -> &'static ::guerdon::kernel::document::shape::Definition {
                const DEFINITION: &::guerdon::kernel::document::shape::Definition =
                    &::guerdon::kernel::document::shape::Definition {
                        name: #text,
                        doc: #doc,
                        carrier: ::guerdon::kernel::document::shape::Carrier::#carrier,
                        kind: ::guerdon::kernel::document::shape::Kind::#kind,
                    };
                DEFINITION
            }
        }

        impl ::guerdon::kernel::document::shape::Model for #name {
            const SHAPE: ::guerdon::kernel::document::shape::Shape =
                ::guerdon::kernel::document::shape::Shape::Named(#name::definition);

            fn read<'de, D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                ::guerdon::kernel::document::read::#read(deserializer)
            }
        }

        ::guerdon::deserialize_as_model!(#name);
    }
}
