//! Records: structs with named fields.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataStruct, DeriveInput, Ident, Result};

use crate::Options;
use crate::fields::{Declared, Presence, doc};

pub(crate) fn write(
    item: &DeriveInput,
    data: &DataStruct,
    options: Options,
) -> Result<TokenStream> {
    let name = &item.ident;
    let fields: Vec<Declared> =
        data.fields.iter().map(|field| Declared::read(field, "")).collect::<Result<_>>()?;
    let (attributes, visibility) = (&item.attrs, &item.vis);
    let declarations = fields.iter().map(|field| field.declaration(name, &quote!(pub)));
    let helpers = fields.iter().map(Declared::helpers);
    let shapes = fields.iter().map(|field| field.shape(name));
    let definition = definition(item, options, &quote!(Record(&[#(#shapes),*])));
    let (classes, methods) =
        if options.document { (quote!(), quote!()) } else { (classes(), python(name, &fields)) };
    Ok(quote! {
        #(#attributes)*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #classes
        #visibility struct #name { #(#declarations),* }

        impl #name { #(#helpers)* }
        #definition
        #methods
    })
}

fn classes() -> TokenStream {
    quote! {
        #[cfg_attr(feature = "__python", ::pyo3::pyclass(frozen, get_all, eq, from_py_object, module = "guerdon"))]
        #[cfg_attr(feature = "__uniffi", derive(::uniffi::Record))]
    }
}

/// The type's description of itself.
pub(crate) fn definition(item: &DeriveInput, options: Options, kind: &TokenStream) -> TokenStream {
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
        }
    }
}

/// What every Python class can do: be built by keyword, shown, sent as JSON and pickled.
fn python(name: &Ident, fields: &[Declared]) -> TokenStream {
    let signature = fields.iter().map(|field| {
        let name = &field.name;
        match field.presence {
            Presence::Required => quote!(#name),
            _ => quote!(#name = None),
        }
    });
    let parameters = fields.iter().map(|field| {
        let name = &field.name;
        match field.presence {
            Presence::Required => quote!(#name: &::pyo3::Bound<'_, ::pyo3::PyAny>),
            _ => quote!(#name: Option<&::pyo3::Bound<'_, ::pyo3::PyAny>>),
        }
    });
    let values = fields.iter().map(|field| {
        let (name, text) = (&field.name, field.name.to_string());
        let given = quote!(::guerdon::python::argument(value, #text)?);
        match field.presence {
            Presence::Required => quote!(#name: { let value = #name; #given }),
            Presence::Optional => {
                quote!(#name: match #name { Some(value) => Some(#given), None => None })
            }
            Presence::Defaulted(_) => {
                let default = field.default_name();
                quote!(#name: match #name { Some(value) => #given, None => Self::#default() })
            }
        }
    });
    let shown = fields.iter().map(|field| {
        let (name, text) = (&field.name, field.name.to_string());
        quote! {
            parts.push(format!("{}={}", #text, ::guerdon::python::shown(py, self.#name.clone())?));
        }
    });
    let text = name.to_string();
    let star = if fields.is_empty() { quote!() } else { quote!(*,) };
    quote! {
        #[cfg(feature = "__python")]
        #[::pyo3::pymethods]
        impl #name {
            #[new]
            #[pyo3(signature = (#star #(#signature),*))]
            #[allow(clippy::too_many_arguments, reason = "keywords, one per field")]
            fn __python_new(#(#parameters),*) -> ::pyo3::PyResult<Self> { Ok(Self { #(#values),* }) }

            /// Reads the JSON form that `to_json` writes.
            #[staticmethod]
            fn from_json(text: &str) -> ::pyo3::PyResult<Self> { ::guerdon::python::from_json(text) }

            /// Writes the JSON form that every language shares.
            fn to_json(&self) -> ::pyo3::PyResult<String> { ::guerdon::python::to_json(self) }

            fn __repr__(&self, py: ::pyo3::Python<'_>) -> ::pyo3::PyResult<String> {
                let mut parts: Vec<String> = Vec::new();
                #(#shown)*
                Ok(format!("{}({})", #text, parts.join(", ")))
            }

            fn __reduce__<'py>(slf: &::pyo3::Bound<'py, Self>) -> ::pyo3::PyResult<(::pyo3::Bound<'py, ::pyo3::PyAny>, (String,))> {
                ::guerdon::python::reduce(slf.as_any(), &*slf.get())
            }
        }
    }
}
