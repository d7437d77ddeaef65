//! Python classes: one for a record, one for each alternative of an enum with content.
//!
//! Every class can be built by keyword, compared, hashed like a frozen dataclass, shown, sent as
//! JSON and pickled. An enum with content is in Python what it is in TypeScript: the union of its
//! alternatives' classes, `EventSale | EventRefund`. Each says its `type`, or its `key`.

use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::Ident;

use crate::Options;
use crate::enumeration::Alternative;
use crate::fields::{Declared, Presence};

/// What a class is made from.
struct Class<'a> {
    name: &'a Ident,
    fields: &'a [Declared],
    /// The type that has the functions for the defaults.
    defaults_of: &'a Ident,
    style: Style<'a>,
    /// Whether a value can hold others of its own type, to any depth.
    nests: bool,
    from_json: TokenStream,
    to_json: TokenStream,
    /// What else it can do.
    extra: TokenStream,
}

/// How a class is built.
#[derive(Clone, Copy)]
enum Style<'a> {
    /// By keyword, one for each field.
    Keywords,
    /// From the one value of that key.
    Value(&'a str),
}

/// The attributes that make a record a class.
pub(crate) fn attributes() -> TokenStream {
    quote! {
        #[cfg_attr(feature = "__python", ::pyo3::pyclass(frozen, get_all, eq, module = "guerdon"))]
    }
}

/// The class of a record.
pub(crate) fn record(name: &Ident, fields: &[Declared], options: Options) -> TokenStream {
    let methods = methods(&Class {
        name,
        fields,
        defaults_of: name,
        style: Style::Keywords,
        nests: false,
        from_json: quote!(::guerdon::python::from_json(text)),
        to_json: quote!(::guerdon::python::to_json(self)),
        extra: text(options, &quote!(self)),
    });
    let (text, register) = (name.to_string(), register(fields));
    quote! {
        #[cfg(feature = "__python")]
        const _: () = {
            #methods

            impl ::guerdon::python::PythonType for #name {
                fn read(
                    value: &::pyo3::Bound<'_, ::pyo3::PyAny>,
                ) -> ::core::result::Result<Self, ::guerdon::kernel::problem::Problems> {
                    ::guerdon::python::instance(value, #text)
                }

                fn register(module: &::pyo3::Bound<'_, ::pyo3::types::PyModule>) -> ::pyo3::PyResult<()> {
                    if ::guerdon::python::add_class::<Self>(module)? { #register }
                    Ok(())
                }
            }
        };
    }
}

/// The classes of a tagged enum.
pub(crate) fn tagged(name: &Ident, alternatives: &[Alternative], options: Options) -> TokenStream {
    let each: Vec<Part<'_>> = alternatives.iter().map(|one| Part::tagged(name, one)).collect();
    union(name, &each, options)
}

/// The classes of a one-key enum: each holds the `value` of its key.
pub(crate) fn one_key(name: &Ident, alternatives: &[Alternative], options: Options) -> TokenStream {
    let each: Vec<Part<'_>> = alternatives.iter().map(|one| Part::one_key(name, one)).collect();
    union(name, &each, options)
}

/// One alternative of an enum, and the class that stands for it.
struct Part<'a> {
    of: &'a Ident,
    one: &'a Alternative,
    class: Ident,
    fields: Vec<Declared>,
    /// The enum's value, or the pattern that takes it apart into the fields by name.
    whole: TokenStream,
    /// The attribute of the class that tells it apart, and where JSON does.
    told_by: &'static str,
    path: String,
}

impl<'a> Part<'a> {
    fn tagged(of: &'a Ident, one: &'a Alternative) -> Self {
        let names = one.fields.iter().map(|field| &field.name);
        let variant = &one.name;
        Self {
            whole: quote!(#of::#variant { #(#names),* }),
            fields: one.fields.clone(),
            told_by: "type",
            path: "type".to_owned(),
            ..Self::of(of, one)
        }
    }

    fn one_key(of: &'a Ident, one: &'a Alternative) -> Self {
        let variant = &one.name;
        Self {
            whole: quote!(#of::#variant(value)),
            fields: one.content.iter().map(|ty| Declared::content(ty, &one.doc)).collect(),
            told_by: "key",
            path: one.word.clone(),
            ..Self::of(of, one)
        }
    }

    fn of(of: &'a Ident, one: &'a Alternative) -> Self {
        Self {
            of,
            one,
            class: format_ident!("{of}{}", one.name),
            fields: Vec::new(),
            whole: quote!(),
            told_by: "",
            path: String::new(),
        }
    }

    /// The fields as a pattern, or as values, of the class.
    fn parts(&self) -> TokenStream {
        let names = self.fields.iter().map(|field| &field.name);
        quote!({ #(#names),* })
    }

    /// Whether it can hold another value of its own enum.
    fn nests(&self) -> bool {
        let own = self.of.to_string();
        self.fields.iter().any(|field| {
            let ty = &field.ty;
            mentions(quote!(#ty), &own)
        })
    }
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|tree| match tree {
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Ident(ident) => ident == name,
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

fn union(name: &Ident, each: &[Part<'_>], options: Options) -> TokenStream {
    let classes = each.iter().map(|part| alternative(part, options));
    let read = each.iter().map(|part| {
        let (class, parts, whole) = (&part.class, part.parts(), &part.whole);
        quote! {
            if let Ok(one) = value.cast::<#class>() {
                let #class #parts = one.get().clone();
                return Ok(#whole);
            }
        }
    });
    let register = each.iter().map(|part| {
        let (class, fields) = (&part.class, register(&part.fields));
        quote!(if ::guerdon::python::add_class::<#class>(module)? { #fields })
    });
    let written = each.iter().map(|part| {
        let (class, parts, whole) = (&part.class, part.parts(), &part.whole);
        quote!(#whole => Ok(::pyo3::Bound::new(py, #class #parts)?.into_any()))
    });
    let text = name.to_string();
    let first = each.first().map(|part| part.class.to_string()).unwrap_or_default();
    quote! {
        #[cfg(feature = "__python")]
        const _: () = {
            #(#classes)*

            impl ::guerdon::python::PythonType for #name {
                fn read(
                    value: &::pyo3::Bound<'_, ::pyo3::PyAny>,
                ) -> ::core::result::Result<Self, ::guerdon::kernel::problem::Problems> {
                    #(#read)*
                    Err(::guerdon::python::not_an_instance(concat!("a `", #text, "`"), #first, value).into())
                }

                fn register(module: &::pyo3::Bound<'_, ::pyo3::types::PyModule>) -> ::pyo3::PyResult<()> {
                    #(#register)*
                    Ok(())
                }
            }

            impl<'py> ::pyo3::IntoPyObject<'py> for #name {
                type Target = ::pyo3::PyAny;
                type Output = ::pyo3::Bound<'py, ::pyo3::PyAny>;
                type Error = ::pyo3::PyErr;
                fn into_pyobject(self, py: ::pyo3::Python<'py>) -> ::pyo3::PyResult<Self::Output> {
                    match self { #(#written),* }
                }
            }
        };
    }
}

/// The class of one alternative: its fields, and the word that stands for it in JSON.
fn alternative(part: &Part<'_>, options: Options) -> TokenStream {
    let Part { of, one, class, fields, whole, told_by, path } = part;
    let (word, doc, parts) = (&one.word, &one.doc, part.parts());
    let declarations = fields.iter().map(|field| {
        let (name, ty, doc) = (&field.name, &field.ty, &field.doc);
        quote!(#[doc = #doc] pub #name: #ty)
    });
    let written = quote! {{
        let Self #parts = self.clone();
        ::guerdon::python::to_json(&#whole)
    }};
    let text = text(options, &quote! {{ let Self #parts = self.clone(); #whole }});
    let methods = methods(&Class {
        name: class,
        fields,
        defaults_of: of,
        style: if *told_by == "key" { Style::Value(word) } else { Style::Keywords },
        nests: part.nests(),
        from_json: quote! {{
            #[allow(irrefutable_let_patterns, reason = "an enum may have one alternative")]
            if let #whole = ::guerdon::python::from_json::<#of>(text)? {
                return Ok(Self #parts);
            }
            Err(::guerdon::python::raise(::guerdon::python::other_alternative(#word).under(#path)))
        }},
        to_json: written,
        extra: quote! {
            /// The word that stands for it in JSON.
            #[classattr]
            #[pyo3(name = #told_by)]
            fn __python_told_by() -> &'static str { #word }

            #text
        },
    });
    quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, PartialEq)]
        #[::pyo3::pyclass(frozen, get_all, eq, module = "guerdon")]
        pub struct #class { #(#declarations),* }
        #methods
    }
}

/// `str()` of a class, where the type that it stands for can say it.
fn text(options: Options, value: &TokenStream) -> TokenStream {
    if !options.display {
        return quote!();
    }
    quote! {
        fn __str__(&self) -> String { #value.to_string() }
    }
}

fn methods(class: &Class<'_>) -> TokenStream {
    let Class { name, fields, style, from_json, to_json, extra, .. } = class;
    let constructor = constructor(class);
    let names = fields.iter().map(|field| &field.name);
    let objects = quote!(vec![#(::guerdon::python::object(py, self.#names.clone())?),*]);
    let shown = fields.iter().map(|field| {
        let (name, text) = (&field.name, field.name.to_string());
        let label = match style {
            Style::Keywords => format!("{text}="),
            Style::Value(_) => String::new(),
        };
        quote!(format!("{}{}", #label, ::guerdon::python::shown(py, self.#name.clone())?))
    });
    let text = name.to_string();
    quote! {
        #[::pyo3::pymethods]
        impl #name {
            #constructor

            /// Reads the JSON form that `to_json` writes.
            #[staticmethod]
            fn from_json(text: &::pyo3::Bound<'_, ::pyo3::types::PyString>) -> ::pyo3::PyResult<Self> {
                #from_json
            }

            /// Writes the JSON form that every language shares.
            fn to_json(&self) -> ::pyo3::PyResult<String> { #to_json }

            fn __repr__(&self, py: ::pyo3::Python<'_>) -> ::pyo3::PyResult<String> {
                let parts: Vec<String> = vec![#(#shown),*];
                Ok(format!("{}({})", #text, parts.join(", ")))
            }

            fn __hash__(&self, py: ::pyo3::Python<'_>) -> ::pyo3::PyResult<isize> {
                ::guerdon::python::hash(py, #text, #objects)
            }

            fn __reduce__<'py>(
                slf: &::pyo3::Bound<'py, Self>,
            ) -> ::pyo3::PyResult<(::pyo3::Bound<'py, ::pyo3::PyAny>, (String,))> {
                ::guerdon::python::reduce(slf.as_any(), slf.get().to_json()?)
            }

            #extra
        }
    }
}

/// The constructor, which reports everything that is wrong with its arguments.
fn constructor(class: &Class<'_>) -> TokenStream {
    let Class { fields, defaults_of, style, .. } = class;
    if fields.is_empty() {
        return quote! {
            #[new]
            fn __python_new() -> Self { Self {} }
        };
    }
    let keywords = match style {
        Style::Keywords => quote!(*,),
        Style::Value(_) => quote!(),
    };
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
    let read = fields.iter().map(|field| {
        let (name, text) = (&field.name, field.name.to_string());
        let path = match style {
            Style::Keywords => text.as_str(),
            Style::Value(key) => key,
        };
        match field.presence {
            Presence::Required => quote!(arguments.required(#name, #path)),
            Presence::Optional => quote!(arguments.or_else(#name, #path, || None)),
            Presence::Defaulted(_) => {
                let default = field.default_name();
                quote!(arguments.or_else(#name, #path, #defaults_of::#default))
            }
        }
    });
    let names: Vec<&Ident> = fields.iter().map(|field| &field.name).collect();
    // Values nested by hand grow by one level at a time, so this is where a level too many shows.
    let limit = class.nests.then(|| quote!(::guerdon::python::within_limits(&built.to_json()?)?;));
    quote! {
        #[new]
        #[pyo3(signature = (#keywords #(#signature),*))]
        #[allow(clippy::too_many_arguments, reason = "keywords, one per field")]
        fn __python_new(#(#parameters),*) -> ::pyo3::PyResult<Self> {
            let mut arguments = ::guerdon::python::Arguments::default();
            let read = (#(#read,)*);
            let (#(Some(#names),)*) = read else { return Err(arguments.refused()) };
            let built = Self { #(#names),* };
            #limit
            Ok(built)
        }
    }
}

fn register(fields: &[Declared]) -> TokenStream {
    let types = fields.iter().map(|field| &field.ty);
    quote!(#(<#types as ::guerdon::python::PythonType>::register(module)?;)*)
}
