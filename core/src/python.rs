//! What Python needs of the shared types, behind the private feature `__python`.
//!
//! Scalars travel as Python's own `Decimal`, `datetime`, `date`, `UUID` and `Fraction`; they cross
//! as text, the one form that loses nothing. No rule lives here.

use std::collections::BTreeMap;

use pyo3::BoundObject;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple, PyType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::kernel::document::{self, Limits, Model, text, walk};
use crate::kernel::problem::{Problem, Problems};

/// Turns problems into Python's `GuerdonError`, which is defined beside the Python package.
#[must_use]
pub fn raise(problems: impl Into<Problems>) -> PyErr {
    static ERROR: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    Python::attach(|py| {
        let list = problems.into().into_vec();
        let built = ERROR
            .import(py, "guerdon._errors", "GuerdonError")
            .and_then(|class| class.call1((list,)));
        match built {
            Ok(error) => PyErr::from_value(error),
            Err(error) => error,
        }
    })
}

/// Extracts an argument, saying in an error which one it was.
///
/// # Errors
/// `GuerdonError` with the argument's name in front of the path.
pub fn argument<'py, T>(value: &Bound<'py, PyAny>, name: &str) -> PyResult<T>
where
    T: for<'a> FromPyObject<'a, 'py, Error: Into<PyErr>>,
{
    value.extract::<T>().map_err(|error| {
        let error: PyErr = error.into();
        let py = value.py();
        let inner = error
            .value(py)
            .getattr("problems")
            .and_then(|problems| Ok(problems.extract::<Vec<Problem>>()?));
        match inner {
            Ok(problems) => {
                let outer = problems.into_iter().map(|problem| problem.under(name)).collect();
                Problems::verdict(outer).map_or_else(raise, |()| error)
            }
            Err(_) => raise(
                Problem::new(walk::TYPE_MISMATCH, error.value(py).to_string(), "pass another type")
                    .under(name),
            ),
        }
    })
}

/// `repr()` of a value.
///
/// # Errors
/// What Python raises.
pub fn shown<'py>(
    py: Python<'py>,
    value: impl IntoPyObject<'py, Error: Into<PyErr>>,
) -> PyResult<String> {
    let object = value.into_pyobject(py).map_err(Into::into)?.into_any().into_bound();
    Ok(object.repr()?.to_string())
}

/// Reads a value from JSON text.
///
/// # Errors
/// `GuerdonError` with every problem of the text.
pub fn from_json<T: Model + DeserializeOwned>(text: &str) -> PyResult<T> {
    document::parse(text, Limits::INPUT).map_err(raise)
}

/// Writes a value as JSON text.
///
/// # Errors
/// `GuerdonError` if it cannot be written.
pub fn to_json<T: Serialize>(value: &T) -> PyResult<String> {
    document::to_json(value).map_err(raise)
}

/// Pickles a value as its JSON form.
///
/// # Errors
/// What Python raises.
pub fn reduce<'py, T: Serialize>(
    object: &Bound<'py, PyAny>,
    value: &T,
) -> PyResult<(Bound<'py, PyAny>, (String,))> {
    Ok((object.get_type().getattr("from_json")?, (to_json(value)?,)))
}

/// Reads a document given as JSON text, or as dicts, lists and Python's exact types.
///
/// # Errors
/// `GuerdonError` with every problem of the document.
pub fn document<T: Model + DeserializeOwned>(value: &Bound<'_, PyAny>) -> PyResult<T> {
    if let Ok(text) = value.cast::<PyString>() {
        return document::parse(text.to_str()?, Limits::DOCUMENT).map_err(raise);
    }
    document::parse_value(tree(value, 1).map_err(raise)?).map_err(raise)
}

/// Reads a dictionary with text keys, saying in an error which key it was.
///
/// # Errors
/// `GuerdonError` with the key in front of the path.
pub fn entries<'py, V>(value: &Bound<'py, PyAny>) -> PyResult<BTreeMap<String, V>>
where
    V: for<'a> FromPyObject<'a, 'py, Error: Into<PyErr>>,
{
    let dictionary = value.cast::<PyDict>().map_err(|_| {
        raise(Problem::new(walk::TYPE_MISMATCH, "expected a dict", "pass a dict by name"))
    })?;
    dictionary
        .iter()
        .map(|(key, entry)| {
            let name: String = argument(&key, "key")?;
            let entry = argument(&entry, &name)?;
            Ok((name, entry))
        })
        .collect()
}

/// A Python value as a JSON tree, within the depth of a document.
fn tree(value: &Bound<'_, PyAny>, depth: usize) -> Result<Value, Problem> {
    Limits::DOCUMENT.check_depth(depth)?;
    if value.is_none() {
        Ok(Value::Null)
    } else if let Ok(flag) = value.cast::<PyBool>() {
        Ok(Value::Bool(flag.is_true()))
    } else if let Ok(text) = value.cast::<PyString>() {
        text.to_str().map(Value::from).map_err(|error| unreadable(value, &error))
    } else if value.is_instance_of::<PyInt>() {
        Ok(value.extract::<i64>().map_or_else(|_| Value::String(value.to_string()), Value::from))
    } else if value.is_instance_of::<PyFloat>() {
        Err(walk::float_refused(value, "Decimal(\"12.34\")"))
    } else if let Ok(entries) = value.cast::<PyDict>() {
        let mut object = Map::new();
        for (key, entry) in entries {
            let name = key.extract::<String>().map_err(|error| unreadable(&key, &error))?;
            let inner = tree(&entry, depth + 1).map_err(|problem| problem.under(&name))?;
            object.insert(name, inner);
        }
        Ok(Value::Object(object))
    } else if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let items = value.try_iter().map_err(|error| unreadable(value, &error))?;
        items
            .enumerate()
            .map(|(index, item)| {
                let item = item.map_err(|error| unreadable(value, &error))?;
                tree(&item, depth + 1).map_err(|problem| problem.under(index))
            })
            .collect::<Result<Vec<_>, _>>()
            .map(Value::Array)
    } else if let Ok(json) = value.call_method0("to_json") {
        let json = json.extract::<String>().map_err(|error| unreadable(value, &error))?;
        text::read_tree(&json, Limits::DOCUMENT)
    } else {
        plain_text(value).map(Value::String)
    }
}

/// The text of one of Python's exact types: Decimal, datetime, date, UUID, Fraction.
fn plain_text(value: &Bound<'_, PyAny>) -> Result<String, Problem> {
    let class = value.get_type().name().map(|name| name.to_string()).unwrap_or_default();
    let text = match class.as_str() {
        "Decimal" => value.call_method1("__format__", ("f",)),
        "datetime" | "date" => value.call_method0("isoformat"),
        _ => value.str().map(Bound::into_any),
    };
    let known = ["Decimal", "datetime", "date", "UUID", "Fraction", "Timestamp"];
    match text {
        Ok(text) if known.contains(&class.as_str()) => Ok(text.to_string()),
        Ok(_) => Err(Problem::new(
            walk::TYPE_MISMATCH,
            format!("a `{class}` has no place in a document"),
            "use str, int, bool, Decimal, datetime, date, UUID, dict or list",
        )),
        Err(error) => Err(unreadable(value, &error)),
    }
}

fn unreadable(value: &Bound<'_, PyAny>, error: &PyErr) -> Problem {
    Problem::new(
        walk::TYPE_MISMATCH,
        format!("`{}` cannot be read: {error}", value.get_type()),
        "pass a plain value",
    )
}

/// The text of a scalar argument: text itself, an integer, or one of Python's exact types.
///
/// # Errors
/// `float_refused` for a float, `type_mismatch` for what has no text form.
pub fn scalar_text(value: &Bound<'_, PyAny>, integers: bool) -> Result<String, Problem> {
    if let Ok(text) = value.cast::<PyString>() {
        return text.to_str().map(str::to_owned).map_err(|error| unreadable(value, &error));
    }
    if value.is_instance_of::<PyFloat>() {
        return Err(walk::float_refused(value, "Decimal(\"12.34\")"));
    }
    if integers && value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>() {
        return Ok(value.to_string());
    }
    plain_text(value)
}

/// Builds a scalar's natural Python object from its text.
///
/// # Errors
/// What Python raises.
pub fn natural<'py>(
    py: Python<'py>,
    class: &PyOnceLock<Py<PyAny>>,
    module: &str,
    name: &str,
    text: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let class = class.get_or_try_init(py, || -> PyResult<Py<PyAny>> {
        Ok(py.import(module)?.getattr(name)?.unbind())
    })?;
    class.bind(py).call1((text,))
}

/// Gives a scalar its natural Python type.
#[macro_export]
macro_rules! python_scalar {
    ($type:ident, $python:ident) => {
        impl<'a, 'py> pyo3::FromPyObject<'a, 'py> for $type {
            type Error = pyo3::PyErr;
            fn extract(value: pyo3::Borrowed<'a, 'py, pyo3::PyAny>) -> pyo3::PyResult<Self> {
                let integers = matches!(stringify!($python), "Decimal" | "Fraction");
                $crate::python::scalar_text(&value, integers)
                    .and_then(|text| text.parse::<$type>())
                    .map_err($crate::python::raise)
            }
        }

        impl<'py> pyo3::IntoPyObject<'py> for $type {
            type Target = pyo3::PyAny;
            type Output = pyo3::Bound<'py, pyo3::PyAny>;
            type Error = pyo3::PyErr;
            fn into_pyobject(self, py: pyo3::Python<'py>) -> pyo3::PyResult<Self::Output> {
                $crate::python_natural!(py, self.to_string(), $python)
            }
        }
    };
}

/// The expression that builds each natural type from text.
#[macro_export]
macro_rules! python_natural {
    ($py:ident, $text:expr, str) => {
        Ok(pyo3::types::PyString::new($py, &$text).into_any())
    };
    ($py:ident, $text:expr, Decimal) => {{
        static CLASS: pyo3::sync::PyOnceLock<pyo3::Py<pyo3::PyAny>> = pyo3::sync::PyOnceLock::new();
        $crate::python::natural($py, &CLASS, "decimal", "Decimal", &$text)
    }};
    ($py:ident, $text:expr, UUID) => {{
        static CLASS: pyo3::sync::PyOnceLock<pyo3::Py<pyo3::PyAny>> = pyo3::sync::PyOnceLock::new();
        $crate::python::natural($py, &CLASS, "uuid", "UUID", &$text)
    }};
    ($py:ident, $text:expr, Fraction) => {{
        static CLASS: pyo3::sync::PyOnceLock<pyo3::Py<pyo3::PyAny>> = pyo3::sync::PyOnceLock::new();
        $crate::python::natural($py, &CLASS, "fractions", "Fraction", &$text)
    }};
    ($py:ident, $text:expr, date) => {{
        static CLASS: pyo3::sync::PyOnceLock<pyo3::Py<pyo3::PyAny>> = pyo3::sync::PyOnceLock::new();
        $crate::python::natural($py, &CLASS, "guerdon._natural", "date", &$text)
    }};
    ($py:ident, $text:expr, datetime) => {{
        static CLASS: pyo3::sync::PyOnceLock<pyo3::Py<pyo3::PyAny>> = pyo3::sync::PyOnceLock::new();
        $crate::python::natural($py, &CLASS, "guerdon._natural", "instant", &$text)
    }};
}

/// Carries a rate as Python's `Fraction`.
#[macro_export]
macro_rules! python_fraction {
    ($type:ident) => {
        impl<'a, 'py> pyo3::FromPyObject<'a, 'py> for $type {
            type Error = pyo3::PyErr;
            fn extract(value: pyo3::Borrowed<'a, 'py, pyo3::PyAny>) -> pyo3::PyResult<Self> {
                $crate::python::scalar_text(&value, true)
                    .and_then(|text| text.parse::<$type>())
                    .map_err($crate::python::raise)
            }
        }

        impl<'py> pyo3::IntoPyObject<'py> for $type {
            type Target = pyo3::PyAny;
            type Output = pyo3::Bound<'py, pyo3::PyAny>;
            type Error = pyo3::PyErr;
            fn into_pyobject(self, py: pyo3::Python<'py>) -> pyo3::PyResult<Self::Output> {
                $crate::python_natural!(py, self.exact().to_string(), Fraction)
            }
        }
    };
}
