//! How a type is read: exactly what its shape says. `kernel/document/read` has the machine, and
//! why serde's own derive is not used.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use crate::enumeration::Alternative;
use crate::fields::{Declared, Presence};

/// How a record reads its fields.
pub(crate) fn record(name: &Ident, fields: &[Declared]) -> TokenStream {
    let body = fields_of(name, fields, &quote!(Self));
    quote! {
        impl ::guerdon::kernel::document::read::Record for #name {
            fn read_fields<'de, A: ::serde::de::MapAccess<'de>>(
                mut entries: A,
            ) -> ::core::result::Result<Self, A::Error> {
                #body
            }
        }
    }
}

/// How an enum reads the alternative that a name says.
pub(crate) fn alternatives(name: &Ident, alternatives: &[Alternative]) -> TokenStream {
    let known = known(&alternatives.iter().map(|one| one.word.as_str()).collect::<Vec<_>>());
    let arms = alternatives.iter().enumerate().map(|(at, one)| {
        let variant = &one.name;
        let body = match &one.content {
            Some(_) => quote! {
                ::guerdon::kernel::document::read::value(&mut entries).map(Self::#variant)
            },
            None => fields_of(name, &one.fields, &quote!(Self::#variant)),
        };
        quote!(#at => { #body })
    });
    quote! {
        impl ::guerdon::kernel::document::read::Alternatives for #name {
            const KNOWN: ::guerdon::kernel::document::read::Known = #known;

            fn read_alternative<'de, A: ::serde::de::MapAccess<'de>>(
                at: usize,
                mut entries: A,
            ) -> ::core::result::Result<Self, A::Error> {
                match at {
                    #(#arms)*
                    _ => Err(::guerdon::kernel::document::read::no_alternative()),
                }
            }
        }
    }
}

/// Reads fields out of `entries`, and builds what has them.
fn fields_of(of: &Ident, fields: &[Declared], built: &TokenStream) -> TokenStream {
    let slots: Vec<Ident> =
        fields.iter().map(|field| format_ident!("slot_{}", field.name)).collect();
    let types = fields.iter().map(|field| &field.ty);
    let names: Vec<String> = fields.iter().map(|field| field.name.to_string()).collect();
    let known = known(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let arms = slots.iter().enumerate().map(|(at, slot)| {
        quote!(#at => ::guerdon::kernel::document::read::once(&mut #slot, &mut entries)?,)
    });
    let values = fields.iter().zip(&slots).map(|(field, slot)| {
        let (name, text) = (&field.name, field.name.to_string());
        match field.presence {
            Presence::Required => {
                quote!(#name: ::guerdon::kernel::document::read::required(#slot, #text)?)
            }
            Presence::Optional => quote!(#name: #slot.flatten()),
            Presence::Defaulted(_) => {
                let default = field.default_name();
                quote!(#name: #slot.unwrap_or_else(#of::#default))
            }
        }
    });
    quote! {
        #(let mut #slots: Option<#types> = None;)*
        while let Some(at) = ::guerdon::kernel::document::read::next_key(&mut entries, #known)? {
            match at {
                #(#arms)*
                _ => return Err(::guerdon::kernel::document::read::no_alternative()),
            }
        }
        Ok(#built { #(#values),* })
    }
}

/// The function that gives the number of each name.
fn known(names: &[&str]) -> TokenStream {
    let arms = names.iter().enumerate().map(|(at, name)| quote!(#name => Some(#at),));
    quote! {
        |name| match name {
            #(#arms)*
            _ => None,
        }
    }
}
