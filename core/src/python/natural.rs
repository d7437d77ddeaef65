//! Scalars as Python's own `Decimal`, `datetime`, `date`, `UUID` and `Fraction`.
//!
//! They cross as text, the one form that loses nothing; a float has already lost something and is
//! refused.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyInt, PyString};

use super::{mismatch, utf8};
use crate::kernel::document::refusal;
use crate::kernel::problem::Problem;

/// The text of a scalar argument: text itself, an integer where a number is wanted, or one of
/// Python's exact types. `natural` names the type that such a value has in Python.
///
/// # Errors
/// `float_refused` for a float, `type_mismatch` for what has no text form.
pub fn scalar_text(value: &Bound<'_, PyAny>, natural: &str) -> Result<String, Problem> {
    if let Ok(text) = value.cast::<PyString>() {
        return utf8(text).map(str::to_owned);
    }
    if value.is_instance_of::<PyFloat>() {
        return Err(refusal::float_refused(value, "Decimal(\"12.34\")"));
    }
    let number = matches!(natural, "Decimal" | "Fraction");
    if number && !value.is_instance_of::<PyBool>() {
        if let Some(whole) = index(value) {
            return Ok(whole.to_string());
        }
    }
    known_text(value)?.ok_or_else(|| match natural {
        "str" => mismatch("text", value),
        _ => mismatch(&format!("a `{natural}`, or its text"), value),
    })
}

/// The text of one of Python's exact types.
///
/// # Errors
/// `type_mismatch` for any other type.
pub(super) fn exact_text(value: &Bound<'_, PyAny>) -> Result<String, Problem> {
    known_text(value)?.ok_or_else(|| unknown(value, "it has no exact text"))
}

/// The text of one of Python's exact types; none for any other.
fn known_text(value: &Bound<'_, PyAny>) -> Result<Option<String>, Problem> {
    let py = value.py();
    let known = Exact::of(py).map_err(|error| unknown(value, &error.to_string()))?;
    let is = |class: &Py<PyAny>| value.is_instance(class.bind(py)).unwrap_or(false);
    let text = if is(&known.decimal) {
        return decimal_text(value).map(Some);
    } else if is(&known.date) {
        value.call_method0("isoformat")
    } else if is(&known.uuid) || is(&known.fraction) || is(&known.zone) {
        value.str().map(Bound::into_any)
    } else if index(value).is_none() && value.hasattr("__float__").unwrap_or(false) {
        return Err(refusal::float_refused(value, "Decimal(\"12.34\")"));
    } else {
        return Ok(None);
    };
    text.map(|text| Some(text.to_string())).map_err(|error| unknown(value, &error.to_string()))
}

fn unknown(value: &Bound<'_, PyAny>, reason: &str) -> Problem {
    let problem = mismatch("one of Python's exact types", value);
    Problem {
        message: format!("{}; {reason}", problem.message),
        hint: "use str, int, bool, Decimal, Fraction, datetime, date, UUID, dict or list".into(),
        ..problem
    }
}

/// Plain digits. The exponent of a Decimal may be a billion, so only one of a size that an amount
/// can have is written out; the rest is left to be refused as it stands.
fn decimal_text(value: &Bound<'_, PyAny>) -> Result<String, Problem> {
    let read = || -> PyResult<String> {
        let text = value.str()?.to_string();
        if !text.contains('E') || value.call_method0("adjusted")?.extract::<i64>()?.abs() > 64 {
            return Ok(text);
        }
        Ok(value.call_method1("__format__", ("f",))?.to_string())
    };
    read().map_err(|error| unknown(value, &error.to_string()))
}

/// A whole number of any class that says it is one, such as numpy's.
pub(super) fn index<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    if value.is_instance_of::<PyInt>() {
        return Some(value.clone());
    }
    value.call_method0("__index__").ok()
}

/// Whether a value is of one of guerdon's own classes.
pub(super) fn is_guerdon(value: &Bound<'_, PyAny>) -> bool {
    value.get_type().module().is_ok_and(|module| module == "guerdon")
}

/// Python's exact types.
struct Exact {
    decimal: Py<PyAny>,
    date: Py<PyAny>,
    uuid: Py<PyAny>,
    fraction: Py<PyAny>,
    zone: Py<PyAny>,
}

impl Exact {
    fn of(py: Python<'_>) -> PyResult<&Self> {
        static KNOWN: PyOnceLock<Exact> = PyOnceLock::new();
        KNOWN.get_or_try_init(py, || {
            let class = |module: &str, name: &str| -> PyResult<Py<PyAny>> {
                Ok(py.import(module)?.getattr(name)?.unbind())
            };
            Ok(Self {
                decimal: class("decimal", "Decimal")?,
                date: class("datetime", "date")?,
                uuid: class("uuid", "UUID")?,
                fraction: class("fractions", "Fraction")?,
                zone: class("zoneinfo", "ZoneInfo")?,
            })
        })
    }
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

/// Gives a type with `FromStr` its natural Python type; `$text` writes the text that it is built
/// from.
#[macro_export]
macro_rules! python_scalar {
    ($type:ident, $python:ident) => {
        $crate::python_scalar!($type, $python, |value| value.to_string());
    };
    ($type:ident, $python:ident, |$value:ident| $text:expr) => {
        impl $crate::python::PythonType for $type {
            fn read(
                value: &pyo3::Bound<'_, pyo3::PyAny>,
            ) -> Result<Self, $crate::kernel::problem::Problems> {
                let text = $crate::python::scalar_text(value, stringify!($python))?;
                Ok(text.parse::<$type>()?)
            }

            fn register(_: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
                Ok(())
            }
        }

        impl<'py> pyo3::IntoPyObject<'py> for $type {
            type Target = pyo3::PyAny;
            type Output = pyo3::Bound<'py, pyo3::PyAny>;
            type Error = pyo3::PyErr;
            fn into_pyobject(self, py: pyo3::Python<'py>) -> pyo3::PyResult<Self::Output> {
                let $value = self;
                $crate::python_natural!(py, $text, $python)
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
    ($py:ident, $text:expr, Decimal) => {
        $crate::python_natural!($py, $text, "decimal", "Decimal")
    };
    ($py:ident, $text:expr, UUID) => {
        $crate::python_natural!($py, $text, "uuid", "UUID")
    };
    ($py:ident, $text:expr, Fraction) => {
        $crate::python_natural!($py, $text, "fractions", "Fraction")
    };
    ($py:ident, $text:expr, date) => {
        $crate::python_natural!($py, $text, "guerdon._natural", "date")
    };
    ($py:ident, $text:expr, datetime) => {
        $crate::python_natural!($py, $text, "guerdon._natural", "instant")
    };
    ($py:ident, $text:expr, $module:literal, $name:literal) => {{
        static CLASS: pyo3::sync::PyOnceLock<pyo3::Py<pyo3::PyAny>> = pyo3::sync::PyOnceLock::new();
        $crate::python::natural($py, &CLASS, $module, $name, &$text)
    }};
}
