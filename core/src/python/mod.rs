//! What Python needs of the shared types, behind the private feature `__python`.
//!
//! Scalars travel as Python's own `Decimal`, `datetime`, `date`, `UUID` and `Fraction`; they cross
//! as text, the one form that loses nothing. Reading goes through one trait, [`PythonType`], and
//! not through pyo3's `FromPyObject`: pyo3 stops at the first refusal and forgets where it was,
//! takes `True` for an integer and knows nothing of our bounds. No rule lives here: bounds and
//! forms are those of the shapes.

mod arguments;
mod natural;
mod tree;

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyString, PyTuple, PyType};
use pyo3::{BoundObject, PyClass};
use serde::Serialize;

use crate::kernel::document::tree::{JSON_INVALID, read_tree};
use crate::kernel::document::{self, Limits, Model, refusal};
use crate::kernel::problem::{Problem, Problems};

pub use arguments::Arguments;
pub use natural::{natural, scalar_text};

/// A type that crosses between Rust and Python.
pub trait PythonType: Sized {
    /// Reads a value that Python passed.
    ///
    /// # Errors
    /// Every problem of the value, each with its place below it.
    fn read(value: &Bound<'_, PyAny>) -> Result<Self, Problems>;

    /// Adds its class to a module, with those of everything it is made of.
    ///
    /// # Errors
    /// What Python raises.
    fn register(module: &Bound<'_, PyModule>) -> PyResult<()>;
}

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

/// Reads an instance of a class, by copying it.
///
/// # Errors
/// `type_mismatch` for anything else.
pub fn instance<T: PyClass<Frozen = pyo3::pyclass::boolean_struct::True> + Clone + Sync>(
    value: &Bound<'_, PyAny>,
    name: &str,
) -> Result<T, Problems> {
    match value.cast::<T>() {
        Ok(one) => Ok(one.get().clone()),
        Err(_) => Err(not_an_instance(&format!("a `{name}`"), name, value).into()),
    }
}

/// What is said of a value that is no instance of a class of guerdon's: how to get one. A dict is
/// what its authors mean by a document, and only whole inputs are taken as such.
#[must_use]
pub fn not_an_instance(expected: &str, class: &str, found: &Bound<'_, PyAny>) -> Problem {
    let hint = if found.is_instance_of::<PyDict>() {
        format!(
            "write `{class}(..)` with its fields by name, or `{class}.from_json(json.dumps(..))`; \
             only `guerdon.call` takes a whole input as a dict"
        )
    } else {
        format!("write `{class}(..)`, or read its JSON text with `{class}.from_json(..)`")
    };
    Problem { hint, ..mismatch(expected, found) }
}

/// What is said of a value of the wrong Python type.
#[must_use]
pub fn mismatch(expected: &str, found: &Bound<'_, PyAny>) -> Problem {
    let class = found.get_type().name().map(|name| name.to_string()).unwrap_or_default();
    let article =
        if class.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
    Problem::new(
        refusal::TYPE_MISMATCH,
        format!("expected {expected}, found {article} `{class}`"),
        "change the value or its type",
    )
}

/// What is said of JSON that holds another alternative than the class that reads it.
#[must_use]
pub fn other_alternative(word: &str) -> Problem {
    Problem::new(
        refusal::VARIANT_UNKNOWN,
        format!("this is not a `{word}`"),
        "read it with the class of its own alternative",
    )
}

/// Refuses a value that was nested deeper, one by one, than any text may be: copying, comparing
/// or dropping it would need as much stack as it has levels.
///
/// # Errors
/// `document_too_deep` or `document_too_large`.
pub fn within_limits(json: &str) -> PyResult<()> {
    read_tree(json, Limits::INPUT).map(drop).map_err(raise)
}

/// Adds a class to a module, unless it is there; says whether it was new.
///
/// # Errors
/// What Python raises.
pub fn add_class<T: PyClass>(module: &Bound<'_, PyModule>) -> PyResult<bool> {
    if module.hasattr(module.py().get_type::<T>().name()?)? {
        return Ok(false);
    }
    module.add_class::<T>().map(|()| true)
}

/// `repr()` of a value.
///
/// # Errors
/// What Python raises.
pub fn shown<'py>(
    py: Python<'py>,
    value: impl IntoPyObject<'py, Error: Into<PyErr>>,
) -> PyResult<String> {
    Ok(object(py, value)?.repr()?.to_string())
}

/// A value as a Python object.
///
/// # Errors
/// What Python raises.
pub fn object<'py>(
    py: Python<'py>,
    value: impl IntoPyObject<'py, Error: Into<PyErr>>,
) -> PyResult<Bound<'py, PyAny>> {
    Ok(value.into_pyobject(py).map_err(Into::into)?.into_any().into_bound())
}

/// `hash()` of a class's fields, as a frozen dataclass has it: equal values hash alike, and a
/// list among them cannot be hashed.
///
/// # Errors
/// `TypeError` for a field that cannot be hashed.
pub fn hash(py: Python<'_>, class: &str, fields: Vec<Bound<'_, PyAny>>) -> PyResult<isize> {
    let mut parts = vec![PyString::new(py, class).into_any()];
    parts.extend(fields);
    PyTuple::new(py, parts)?.hash()
}

/// Reads a value from JSON text.
///
/// # Errors
/// `GuerdonError` with every problem of the text.
pub fn from_json<T: Model>(text: &Bound<'_, PyString>) -> PyResult<T> {
    utf8(text)
        .map_err(Into::into)
        .and_then(|text| document::parse(text, Limits::INPUT))
        .map_err(raise)
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
pub fn reduce<'py>(
    object: &Bound<'py, PyAny>,
    json: String,
) -> PyResult<(Bound<'py, PyAny>, (String,))> {
    Ok((object.get_type().getattr("from_json")?, (json,)))
}

/// Reads a document given as JSON text, or as dicts, lists and Python's exact types.
///
/// # Errors
/// Every problem of the document.
pub fn document<T: Model>(value: &Bound<'_, PyAny>) -> Result<T, Problems> {
    if let Ok(text) = value.cast::<PyString>() {
        return document::parse(utf8(text)?, Limits::DOCUMENT);
    }
    check_holder(value)?;
    let (tree, unreadable) = tree::read(value, Limits::DOCUMENT)?;
    unreadable.settle(document::parse_value(tree))
}

/// Refuses what only holds the text of a document, and says how to get it out.
fn check_holder(value: &Bound<'_, PyAny>) -> Result<(), Problem> {
    let has = |name: &str| value.hasattr(name).unwrap_or(false);
    let hint = if value.is_instance_of::<PyBytes>() || value.is_instance_of::<PyByteArray>() {
        "decode it: `document.decode()`"
    } else if has("__fspath__") && has("read_text") {
        "read the file: `path.read_text(encoding=\"utf-8\")`"
    } else if has("__fspath__") {
        "read the file that it names"
    } else if has("read") {
        "read the file: `file.read()`, opened as text"
    } else {
        return Ok(());
    };
    Err(Problem { hint: hint.into(), ..mismatch("a document, as text or as a dict", value) })
}

/// Runs an operation, whose input is given as JSON text or as dicts, lists and exact types.
///
/// # Errors
/// Every problem of the input, or what the operation refuses.
pub fn call(operation: &str, input: &Bound<'_, PyAny>) -> Result<String, Problems> {
    let run = |text: &str| input.py().detach(|| crate::call(operation, text));
    if let Ok(text) = input.cast::<PyString>() {
        return run(utf8(text)?);
    }
    check_holder(input)?;
    let (tree, unreadable) = tree::read(input, Limits::INPUT)?;
    unreadable.settle(run(&tree.to_string()))
}

/// The UTF-8 of a Python string, which has none when it holds half of a surrogate pair.
fn utf8<'a>(text: &'a Bound<'_, PyString>) -> Result<&'a str, Problem> {
    text.to_str().map_err(|_| {
        Problem::new(
            JSON_INVALID,
            "the text holds half of a surrogate pair",
            "decode the text from UTF-8 without `surrogateescape`",
        )
    })
}
