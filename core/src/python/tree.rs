//! Python values as a JSON tree: dicts, lists and Python's exact types, within a document's limits.
//!
//! A dict can contain itself, or the same list a billion times over, at no cost to its author; so
//! depth and size are counted while the tree is built and not after.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};
use serde_json::{Map, Number, Value};

use super::{mismatch, natural, utf8};
use crate::kernel::document::{Limits, text, walk};
use crate::kernel::problem::Problem;

/// A Python value as a JSON tree.
///
/// # Errors
/// `document_too_deep`, `document_too_large`, `float_refused`, or `type_mismatch` for what has no
/// place in a document.
pub(super) fn read(value: &Bound<'_, PyAny>, limits: Limits) -> Result<Value, Problem> {
    Reader { limits, bytes: 0 }.value(value, 1)
}

struct Reader {
    limits: Limits,
    /// What the text would take so far, more or less.
    bytes: usize,
}

/// What a value counts, besides its text: about what `"key":,` takes, so that a list of ten
/// million nothings meets the limit before the memory of the process does.
const BYTES_PER_VALUE: usize = 8;

impl Reader {
    fn value(&mut self, value: &Bound<'_, PyAny>, depth: usize) -> Result<Value, Problem> {
        self.count(BYTES_PER_VALUE)?;
        if value.is_none() {
            Ok(Value::Null)
        } else if let Ok(text) = value.cast::<PyString>() {
            self.text(text).map(Value::String)
        } else if let Ok(flag) = value.cast::<PyBool>() {
            Ok(Value::Bool(flag.is_true()))
        } else if let Ok(float) = value.cast::<PyFloat>() {
            // The walker refuses it, together with everything else that is wrong.
            let number = Number::from_f64(float.value()).map(Value::Number);
            number.ok_or_else(|| walk::float_refused(value, "Decimal(\"12.34\")"))
        } else if value.is_instance_of::<PyInt>() {
            Ok(integer(value))
        } else if let Ok(entries) = value.cast::<PyDict>() {
            self.object(entries.iter(), depth)
        } else if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
            self.list(value, depth)
        } else {
            self.rare(value, depth)
        }
    }

    /// What is not one of the types that `json.loads` makes.
    fn rare(&mut self, value: &Bound<'_, PyAny>, depth: usize) -> Result<Value, Problem> {
        if let Ok(entries) = value.cast::<PyMapping>() {
            let items = entries.items().map_err(|error| unreadable(value, &error))?;
            let pairs =
                items.iter().map(|pair| pair.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>());
            let pairs: Vec<_> =
                pairs.collect::<PyResult<_>>().map_err(|error| unreadable(value, &error))?;
            return self.object(pairs, depth);
        }
        if natural::is_guerdon(value) {
            let json = value.call_method0("to_json").map_err(|error| unreadable(value, &error))?;
            let json = json.cast::<PyString>().map_err(|_| mismatch("JSON text", &json))?;
            return text::read_tree(&self.text(json)?, self.limits);
        }
        if let Some(whole) = natural::index(value) {
            return Ok(integer(&whole));
        }
        let text = natural::exact_text(value)?;
        self.count(text.len())?;
        Ok(Value::String(text))
    }

    fn object<'py>(
        &mut self,
        entries: impl IntoIterator<Item = (Bound<'py, PyAny>, Bound<'py, PyAny>)>,
        depth: usize,
    ) -> Result<Value, Problem> {
        self.limits.check_depth(depth)?;
        let mut object = Map::new();
        for (key, entry) in entries {
            let key = key.cast::<PyString>().map_err(|_| mismatch("text as a key", &key))?;
            let name = self.text(key)?;
            let inner = self.value(&entry, depth + 1).map_err(|problem| problem.under(&name))?;
            object.insert(name, inner);
        }
        Ok(Value::Object(object))
    }

    fn list(&mut self, value: &Bound<'_, PyAny>, depth: usize) -> Result<Value, Problem> {
        self.limits.check_depth(depth)?;
        let items = value.try_iter().map_err(|error| unreadable(value, &error))?;
        let mut list = Vec::new();
        for (index, item) in items.enumerate() {
            let item = item.map_err(|error| unreadable(value, &error))?;
            list.push(self.value(&item, depth + 1).map_err(|problem| problem.under(index))?);
        }
        Ok(Value::Array(list))
    }

    fn text(&mut self, text: &Bound<'_, PyString>) -> Result<String, Problem> {
        let text = utf8(text)?;
        self.count(text.len())?;
        Ok(text.to_owned())
    }

    fn count(&mut self, bytes: usize) -> Result<(), Problem> {
        self.bytes = self.bytes.saturating_add(bytes);
        self.limits.check_size(self.bytes)
    }
}

/// A whole number; one that 64 bits cannot hold goes on as text, which amounts take too.
fn integer(value: &Bound<'_, PyAny>) -> Value {
    value.extract::<i64>().map_or_else(|_| Value::String(value.to_string()), Value::from)
}

fn unreadable(value: &Bound<'_, PyAny>, error: &PyErr) -> Problem {
    Problem::new(
        walk::TYPE_MISMATCH,
        format!("`{}` cannot be read: {error}", value.get_type()),
        "pass a plain value",
    )
}
