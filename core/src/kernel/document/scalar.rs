//! Newtype scalars: the one place where a foreign form is decided.
//!
//! A scalar is text in JSON, whatever it is inside. [`scalar!`](crate::scalar) builds its serde
//! form, its shape and its natural type in each language from `FromStr` and `Display`.

/// Gives a type with `FromStr<Err = Problem>` and a canonical `Display` its place in documents.
///
/// `integers: true` also accepts a JSON integer. `python` names the native type that carries it:
/// `Decimal`, `datetime`, `date`, `UUID`, `Fraction` or `str`.
#[macro_export]
macro_rules! scalar {
    ($type:ident, $format:literal, $python:ident, integers: $integers:literal, $example:literal, $doc:literal) => {
        impl $crate::kernel::document::Model for $type {
            const SHAPE: $crate::kernel::document::Shape =
                $crate::kernel::document::Shape::Scalar(&$crate::kernel::document::Scalar {
                    name: stringify!($type),
                    doc: $doc,
                    format: $format,
                    example: $example,
                    integers: $integers,
                    python: stringify!($python),
                    check: |tree| match tree {
                        serde_json::Value::String(text) => text.parse::<$type>().map(|_| ()),
                        other => other.to_string().parse::<$type>().map(|_| ()),
                    },
                });

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl serde::de::Visitor<'_> for Text {
                    type Value = $type;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str(concat!("text such as ", $example))
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$type, E> {
                        text.parse().map_err(E::custom)
                    }
                    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<$type, E> {
                        if $integers {
                            value.to_string().parse().map_err(E::custom)
                        } else {
                            Err(E::invalid_type(serde::de::Unexpected::Signed(value), &self))
                        }
                    }
                    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<$type, E> {
                        if $integers {
                            value.to_string().parse().map_err(E::custom)
                        } else {
                            Err(E::invalid_type(serde::de::Unexpected::Unsigned(value), &self))
                        }
                    }
                }
                deserializer.deserialize_any(Text)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        $crate::deserialize_as_model!($type);

        #[cfg(feature = "__python")]
        $crate::python_scalar!($type, $python);

        #[cfg(feature = "__uniffi")]
        $crate::phone::uniffi_scalar!($type, $python);
    };
}

/// Gives a type the `Deserialize` that reads it as its [`Model`](super::Model) does, for those who
/// read JSON through serde.
#[macro_export]
macro_rules! deserialize_as_model {
    ($type:ident) => {
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::kernel::document::Model::read(deserializer)
            }
        }
    };
}

/// Carries an authored document inside a typed value: as JSON or its text in JSON, as text (or a
/// dict, in Python) in typed languages. Generics do not cross into other languages, so each document that
/// travels gets a name of its own.
#[macro_export]
macro_rules! carried_document {
    ($(#[$meta:meta])* $name:ident: $document:ty) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(pub $document);

        impl $crate::kernel::document::Model for $name {
            const SHAPE: $crate::kernel::document::Shape =
                $crate::kernel::document::Shape::Document(<$document>::definition);

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::kernel::document::read::document(deserializer).map($name)
            }
        }

        $crate::deserialize_as_model!($name);

        impl std::str::FromStr for $name {
            type Err = $crate::kernel::problem::Problems;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::kernel::document::parse(text, $crate::kernel::document::Limits::DOCUMENT)
            }
        }

        #[cfg(feature = "__python")]
        impl $crate::python::PythonType for $name {
            fn read(
                value: &pyo3::Bound<'_, pyo3::PyAny>,
            ) -> Result<Self, $crate::kernel::problem::Problems> {
                $crate::python::document(value).map($name)
            }

            fn register(_: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
                Ok(())
            }
        }

        #[cfg(feature = "__python")]
        impl<'py> pyo3::IntoPyObject<'py> for $name {
            type Target = pyo3::types::PyString;
            type Output = pyo3::Bound<'py, Self::Target>;
            type Error = pyo3::PyErr;
            fn into_pyobject(self, py: pyo3::Python<'py>) -> pyo3::PyResult<Self::Output> {
                Ok(pyo3::types::PyString::new(py, &$crate::python::to_json(&self)?))
            }
        }

        #[cfg(feature = "__uniffi")]
        uniffi::custom_type!($name, String, {
            lower: |document| $crate::kernel::document::to_json(&document).unwrap_or_default(),
            try_lift: |text| text.parse::<$name>().map_err($crate::phone::refused),
        });
    };
}
