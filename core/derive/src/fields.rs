//! What a field says: its documentation, whether it may be left out, and what it is then.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Error, Expr, Field, Ident, Lit, Meta, Result, Type};

/// What happens when a field is left out.
#[derive(Clone)]
pub(crate) enum Presence {
    Required,
    Optional,
    Defaulted(TokenStream),
}

/// A field as the rest of the macro wants it.
#[derive(Clone)]
pub(crate) struct Declared {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) presence: Presence,
    pub(crate) doc: String,
    kept: Vec<Attribute>,
    /// Distinguishes the helpers of two variants' fields of the same name.
    owner: String,
}

impl Declared {
    pub(crate) fn read(field: &Field, owner: &str) -> Result<Self> {
        let name = field
            .ident
            .clone()
            .ok_or_else(|| Error::new_spanned(field, "a model's fields have names"))?;
        let mut presence =
            if is_option(&field.ty) { Presence::Optional } else { Presence::Required };
        let mut kept = Vec::new();
        for attribute in &field.attrs {
            if attribute.path().is_ident("model") {
                presence = Presence::Defaulted(default_of(attribute)?);
            } else {
                kept.push(attribute.clone());
            }
        }
        let doc = doc(&field.attrs);
        Ok(Self { name, ty: field.ty.clone(), presence, doc, kept, owner: owner.to_owned() })
    }

    /// The value of a one-key alternative, as the field that its class has for it.
    pub(crate) fn content(ty: &Type, doc: &str) -> Self {
        Self {
            name: format_ident!("value"),
            ty: ty.clone(),
            presence: Presence::Required,
            doc: doc.to_owned(),
            kept: Vec::new(),
            owner: String::new(),
        }
    }

    /// The field's declaration, with what serde and `more` have to know. `of` is the type that has it.
    pub(crate) fn declaration(
        &self,
        of: &Ident,
        visibility: &TokenStream,
        more: TokenStream,
    ) -> TokenStream {
        let Self { name, ty, kept, .. } = self;
        let serde = match &self.presence {
            Presence::Required => quote!(),
            Presence::Optional => {
                quote!(#[serde(skip_serializing_if = "Option::is_none")])
            }
            Presence::Defaulted(_) => {
                let is_default = format!("{of}::{}", self.is_default_name());
                quote!(#[serde(skip_serializing_if = #is_default)])
            }
        };
        quote!(#(#kept)* #serde #more #visibility #name: #ty)
    }

    /// The hidden functions that say the default, and what need not be written.
    pub(crate) fn helpers(&self) -> TokenStream {
        let Presence::Defaulted(default) = &self.presence else { return quote!() };
        let (make, is, ty) = (self.default_name(), self.is_default_name(), &self.ty);
        quote! {
            #[doc(hidden)]
            fn #make() -> #ty { #default }
            #[doc(hidden)]
            fn #is(value: &#ty) -> bool { *value == Self::#make() }
        }
    }

    /// The field in the type's shape. `of` is the type that has it.
    pub(crate) fn shape(&self, of: &Ident) -> TokenStream {
        let (name, doc, ty) = (self.name.to_string(), &self.doc, &self.ty);
        let presence = match &self.presence {
            Presence::Required => quote!(Required),
            Presence::Optional => quote!(Optional),
            Presence::Defaulted(_) => {
                let make = self.default_name();
                quote!(Defaulted(|| ::serde_json::to_value(#of::#make()).unwrap_or_default()))
            }
        };
        quote! {
            ::guerdon::kernel::document::shape::Field {
                name: #name,
                doc: #doc,
                shape: <#ty as ::guerdon::kernel::document::shape::Model>::SHAPE,
                presence: ::guerdon::kernel::document::shape::Presence::#presence,
            }
        }
    }

    pub(crate) fn default_name(&self) -> Ident {
        format_ident!("__default_{}{}", self.owner, self.name)
    }

    fn is_default_name(&self) -> Ident {
        format_ident!("__is_default_{}{}", self.owner, self.name)
    }
}

/// The documentation of an item, one line per line.
pub(crate) fn doc(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) => match &pair.value {
                Expr::Lit(literal) => match &literal.lit {
                    Lit::Str(text) => Some(text.value().trim().to_owned()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        })
        .collect();
    lines.join("\n").trim().to_owned()
}

/// `snake_case` of a variant's name.
pub(crate) fn snake(name: &Ident) -> String {
    let mut out = String::new();
    for (position, letter) in name.to_string().chars().enumerate() {
        if letter.is_uppercase() && position > 0 {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

fn default_of(attribute: &Attribute) -> Result<TokenStream> {
    let mut default = None;
    attribute.parse_nested_meta(|meta| {
        if !meta.path.is_ident("default") {
            return Err(meta.error("expected `default`"));
        }
        default = Some(match meta.value() {
            Ok(value) => {
                let expression: Expr = value.parse()?;
                quote!(#expression)
            }
            Err(_) => quote!(::core::default::Default::default()),
        });
        Ok(())
    })?;
    default.ok_or_else(|| Error::new_spanned(attribute, "expected `default`"))
}

fn is_option(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "Option"),
        _ => false,
    }
}
