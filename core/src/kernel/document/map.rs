//! Maps whose keys the author chooses, such as facts by name.

/// Names a map from the author's keys to values of one type, because generics do not cross into
/// other languages: there it is a dictionary.
#[macro_export]
macro_rules! named_map {
    ($(#[$meta:meta])* $name:ident: $value:ty) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(
            /// The values by key.
            pub std::collections::BTreeMap<String, $value>,
        );

        impl $crate::kernel::document::Model for $name {
            const SHAPE: $crate::kernel::document::Shape =
                <std::collections::BTreeMap<String, $value> as $crate::kernel::document::Model>::SHAPE;

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::kernel::document::Model::read(deserializer).map($name)
            }
        }

        $crate::deserialize_as_model!($name);

        #[cfg(feature = "__python")]
        impl $crate::python::PythonType for $name {
            fn read(
                value: &pyo3::Bound<'_, pyo3::PyAny>,
            ) -> Result<Self, $crate::kernel::problem::Problems> {
                $crate::python::PythonType::read(value).map($name)
            }

            fn register(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
                <$value as $crate::python::PythonType>::register(module)
            }
        }

        #[cfg(feature = "__python")]
        impl<'py> pyo3::IntoPyObject<'py> for $name {
            type Target = pyo3::types::PyDict;
            type Output = pyo3::Bound<'py, Self::Target>;
            type Error = pyo3::PyErr;
            fn into_pyobject(self, py: pyo3::Python<'py>) -> pyo3::PyResult<Self::Output> {
                pyo3::IntoPyObject::into_pyobject(self.0, py)
            }
        }

        #[cfg(feature = "__uniffi")]
        uniffi::custom_type!($name, std::collections::HashMap<String, $value>, {
            lower: |map| map.0.into_iter().collect(),
            try_lift: |map| Ok($name(map.into_iter().collect())),
        });
    };
}

#[cfg(test)]
#[allow(unreachable_pub, reason = "the macro makes types for everybody")]
mod tests {
    use crate::kernel::document::tree::KEY_DUPLICATE;
    use crate::kernel::document::{Limits, parse};

    crate::named_map! {
        /// Yes or no, by name.
        Answers: bool
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        let answers: Answers = parse(r#"{"b":true,"a":false}"#, Limits::INPUT).unwrap();
        assert_eq!(serde_json::to_string(&answers).unwrap(), r#"{"a":false,"b":true}"#);
        let twice = parse::<Answers>(r#"{"a":true,"a":false}"#, Limits::INPUT).unwrap_err();
        assert_eq!(twice.first().map(|problem| &problem.code), Some(&KEY_DUPLICATE));
    }
}
