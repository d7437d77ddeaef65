//! Enums: words, objects tagged by `type`, and objects with one key.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, DeriveInput, Error, Fields, Ident, Result, Type};

use crate::Options;
use crate::fields::{Declared, doc, snake};
use crate::record::definition;
use crate::{python, reader};

pub(crate) struct Alternative {
    pub(crate) name: Ident,
    pub(crate) word: String,
    pub(crate) doc: String,
    attributes: Vec<syn::Attribute>,
    pub(crate) fields: Vec<Declared>,
    pub(crate) content: Option<Type>,
}

pub(crate) fn write(item: &DeriveInput, data: &DataEnum, options: Options) -> Result<TokenStream> {
    let alternatives: Vec<Alternative> = data.variants.iter().map(read).collect::<Result<_>>()?;
    let plain = alternatives.iter().all(|one| one.fields.is_empty() && one.content.is_none());
    if options.one_key {
        Ok(one_key(item, &alternatives, options))
    } else if plain {
        Ok(words(item, &alternatives, options))
    } else {
        tagged(item, &alternatives, options)
    }
}

fn read(variant: &syn::Variant) -> Result<Alternative> {
    let word = snake(&variant.ident);
    let mut alternative = Alternative {
        name: variant.ident.clone(),
        doc: doc(&variant.attrs),
        attributes: variant.attrs.clone(),
        fields: Vec::new(),
        content: None,
        word: word.clone(),
    };
    match &variant.fields {
        Fields::Unit => {}
        Fields::Named(named) => {
            let owner = format!("{word}_");
            alternative.fields = named
                .named
                .iter()
                .map(|field| Declared::read(field, &owner))
                .collect::<Result<_>>()?;
        }
        Fields::Unnamed(unnamed) => {
            alternative.content = unnamed.unnamed.first().map(|field| field.ty.clone());
        }
    }
    Ok(alternative)
}

fn words(item: &DeriveInput, alternatives: &[Alternative], options: Options) -> TokenStream {
    let (name, attributes, visibility) = (&item.ident, &item.attrs, &item.vis);
    let variants = alternatives.iter().map(|one| {
        let (attributes, variant) = (&one.attributes, &one.name);
        quote!(#(#attributes)* #variant)
    });
    let texts = alternatives.iter().map(|one| {
        let (variant, word) = (&one.name, &one.word);
        quote!(Self::#variant => #word)
    });
    let parsed = alternatives.iter().map(|one| {
        let (variant, word) = (&one.name, &one.word);
        quote!(#word => Ok(Self::#variant))
    });
    let known = alternatives.iter().map(|one| &one.word);
    let shapes = alternatives.iter().map(|one| shape(name, one));
    let definition = definition(item, options, &quote!(Words(&[#(#shapes),*])), &quote!(word));
    quote! {
        #(#attributes)*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, ::serde::Serialize)]
        #[serde(rename_all = "snake_case")]
        #[cfg_attr(feature = "__uniffi", derive(::uniffi::Enum))]
        #visibility enum #name { #(#variants),* }

        impl #name {
            /// The word that stands for it in every language.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { #(#texts),* }
            }
        }

        impl ::core::fmt::Display for #name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl ::core::str::FromStr for #name {
            type Err = ::guerdon::kernel::problem::Problem;
            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                match text {
                    #(#parsed,)*
                    _ => Err(::guerdon::kernel::document::refusal::unknown(
                        ::guerdon::kernel::document::refusal::VARIANT_UNKNOWN, text, &[#(#known),*],
                    )),
                }
            }
        }

        #[cfg(feature = "__python")]
        ::guerdon::python_scalar!(#name, str);

        #definition
    }
}

fn tagged(
    item: &DeriveInput,
    alternatives: &[Alternative],
    options: Options,
) -> Result<TokenStream> {
    let (name, attributes, visibility) = (&item.ident, &item.attrs, &item.vis);
    if let Some(bare) = alternatives.iter().find(|one| one.content.is_some()) {
        return Err(Error::new(bare.name.span(), "a tagged alternative has named fields"));
    }
    let variants = alternatives.iter().map(|one| {
        let (attributes, variant) = (&one.attributes, &one.name);
        let fields = one.fields.iter().map(|field| field.declaration(name, &quote!(), quote!()));
        quote!(#(#attributes)* #variant { #(#fields),* })
    });
    let helpers = alternatives.iter().flat_map(|one| one.fields.iter().map(Declared::helpers));
    let shapes = alternatives.iter().map(|one| shape(name, one));
    let definition = definition(item, options, &quote!(Tagged(&[#(#shapes),*])), &quote!(tagged));
    let reader = reader::alternatives(name, alternatives);
    let (classes, methods) = if options.document {
        (quote!(), quote!())
    } else {
        (classes(), python::tagged(name, alternatives, options))
    };
    Ok(quote! {
        #(#attributes)*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize)]
        #[serde(tag = "type", rename_all = "snake_case")]
        #classes
        #visibility enum #name { #(#variants),* }

        impl #name { #(#helpers)* }
        #definition
        #reader
        #methods
    })
}

fn one_key(item: &DeriveInput, alternatives: &[Alternative], options: Options) -> TokenStream {
    let (name, attributes, visibility) = (&item.ident, &item.attrs, &item.vis);
    let variants = alternatives.iter().map(|one| {
        let (attributes, variant, content) = (&one.attributes, &one.name, &one.content);
        quote!(#(#attributes)* #variant(#content))
    });
    let shapes = alternatives.iter().map(|one| shape(name, one));
    let definition = definition(item, options, &quote!(OneKey(&[#(#shapes),*])), &quote!(one_key));
    let reader = reader::alternatives(name, alternatives);
    let (classes, methods) = if options.document {
        (quote!(), quote!())
    } else {
        (classes(), python::one_key(name, alternatives, options))
    };
    quote! {
        #(#attributes)*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize)]
        #[serde(rename_all = "snake_case")]
        #classes
        #visibility enum #name { #(#variants),* }
        #definition
        #reader
        #methods
    }
}

fn classes() -> TokenStream {
    quote! {
        #[cfg_attr(feature = "__uniffi", derive(::uniffi::Enum))]
    }
}

fn shape(of: &Ident, one: &Alternative) -> TokenStream {
    let (word, doc) = (&one.word, &one.doc);
    let fields = one.fields.iter().map(|field| field.shape(of));
    let content = match &one.content {
        Some(ty) => quote!(Some(<#ty as ::guerdon::kernel::document::shape::Model>::SHAPE)),
        None => quote!(None),
    };
    quote! {
        ::guerdon::kernel::document::shape::Variant {
            name: #word, doc: #doc, fields: &[#(#fields),*], content: #content,
        }
    }
}
