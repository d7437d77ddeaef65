//! Python values as a JSON tree: dicts, lists and Python's exact types, within a document's limits.
//!
//! A dict can contain itself, or the same list a billion times over, at no cost to its author; so
//! depth and size are counted while the tree is built and not after. What has no place in JSON
//! does not end the reading, so that a dict is told all that is wrong with it, as a text is: a
//! float stands for such a value in the tree, which nothing takes, and what is said of that float
//! gives way to what is known of the value.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};
use serde_json::{Map, Number, Value};

use super::{mismatch, natural, utf8};
use crate::kernel::document::tree::{key_twice, read_tree};
use crate::kernel::document::{Limits, refusal};
use crate::kernel::problem::{Problem, Problems};

/// A Python value as a JSON tree, and what in it had no place there.
///
/// # Errors
/// `document_too_deep` or `document_too_large`.
pub(super) fn read(
    value: &Bound<'_, PyAny>,
    limits: Limits,
) -> Result<(Value, Unreadable), Problem> {
    let mut reader = Reader { limits, bytes: 0, unreadable: Vec::new() };
    let tree = reader.value(value, 1)?;
    Ok((tree, Unreadable(reader.unreadable)))
}

/// What in a Python value had no place in JSON, each with its path.
#[derive(Default)]
pub(super) struct Unreadable(Vec<Problem>);

impl Unreadable {
    /// What came of reading the tree, with the reason where a value could not be read.
    ///
    /// # Errors
    /// Everything that is wrong with the value.
    pub(super) fn settle<T>(self, outcome: Result<T, Problems>) -> Result<T, Problems> {
        match outcome {
            Ok(value) => Problems::verdict(self.0).map(|()| value),
            Err(problems) if self.0.is_empty() => Err(problems),
            Err(problems) => Err(problems.map(|one| {
                let known = self.0.iter().find(|reason| reason.path == one.path);
                known.cloned().unwrap_or(one)
            })),
        }
    }
}

struct Reader {
    limits: Limits,
    /// What the text would take so far, more or less.
    bytes: usize,
    /// What could not be read so far, each with its path below the value that is being read.
    unreadable: Vec<Problem>,
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
            self.text(utf8(text).map(str::to_owned))
        } else if let Ok(flag) = value.cast::<PyBool>() {
            Ok(Value::Bool(flag.is_true()))
        } else if value.is_instance_of::<PyFloat>() {
            Ok(self.float(value))
        } else if value.is_instance_of::<PyInt>() {
            Ok(self.integer(value))
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
            return match pairs(entries) {
                Ok(pairs) => self.object(pairs, depth),
                Err(error) => Ok(self.unreadable(failed(value, &error))),
            };
        }
        if natural::is_guerdon(value) {
            let json = value.call_method0("to_json").and_then(|json| json.extract::<String>());
            return match json {
                Ok(json) => {
                    self.count(json.len())?;
                    read_tree(&json, self.limits)
                }
                Err(error) => Ok(self.unreadable(failed(value, &error))),
            };
        }
        if let Some(whole) = natural::index(value) {
            return Ok(self.integer(&whole));
        }
        match natural::exact_text(value) {
            Err(problem) if problem.code == refusal::FLOAT_REFUSED => Ok(self.float(value)),
            text => self.text(text),
        }
    }

    fn object<'py>(
        &mut self,
        entries: impl IntoIterator<Item = (Bound<'py, PyAny>, Bound<'py, PyAny>)>,
        depth: usize,
    ) -> Result<Value, Problem> {
        self.limits.check_depth(depth)?;
        let mut object = Map::new();
        for (key, entry) in entries {
            let before = self.unreadable.len();
            let (name, inner) = match key_text(&key) {
                Ok(name) if object.contains_key(&name) => {
                    let problem = key_twice(&name);
                    (name, self.unreadable(problem))
                }
                Ok(name) => {
                    self.count(name.len())?;
                    let inner = self.value(&entry, depth + 1);
                    let inner = inner.map_err(|problem| problem.under(&name))?;
                    (name, inner)
                }
                Err(problem) => (shown(&key), self.unreadable(problem)),
            };
            self.place(before, &name);
            object.insert(name, inner);
        }
        Ok(Value::Object(object))
    }

    fn list(&mut self, value: &Bound<'_, PyAny>, depth: usize) -> Result<Value, Problem> {
        self.limits.check_depth(depth)?;
        let items = match value.try_iter() {
            Ok(items) => items,
            Err(error) => return Ok(self.unreadable(failed(value, &error))),
        };
        let mut list = Vec::new();
        for (index, item) in items.enumerate() {
            let before = self.unreadable.len();
            list.push(match item {
                Ok(item) => self.value(&item, depth + 1).map_err(|problem| problem.under(index))?,
                Err(error) => return Ok(self.unreadable(failed(value, &error))),
            });
            self.place(before, index);
        }
        Ok(Value::Array(list))
    }

    fn text(&mut self, text: Result<String, Problem>) -> Result<Value, Problem> {
        match text {
            Ok(text) => self.count(text.len()).map(|()| Value::String(text)),
            Err(problem) => Ok(self.unreadable(problem)),
        }
    }

    /// A whole number; one that 64 bits cannot hold becomes what a reader of JSON makes of it.
    fn integer(&mut self, value: &Bound<'_, PyAny>) -> Value {
        match (value.extract::<i64>(), value.extract::<u64>()) {
            (Ok(whole), _) => whole.into(),
            (_, Ok(whole)) => whole.into(),
            _ => self.float(value),
        }
    }

    /// A float, which the walker refuses together with everything else that is wrong.
    fn float(&mut self, value: &Bound<'_, PyAny>) -> Value {
        match value.extract::<f64>().ok().and_then(Number::from_f64) {
            Some(number) => Value::Number(number),
            None => self.unreadable(refusal::float_refused(value, "Decimal(\"12.34\")")),
        }
    }

    /// What stands for a value that cannot be read.
    fn unreadable(&mut self, problem: Problem) -> Value {
        self.unreadable.push(problem);
        Value::from(0.5)
    }

    /// Moves what could not be read since then one level further out.
    fn place(&mut self, since: usize, segment: impl std::fmt::Display) {
        for problem in self.unreadable.iter_mut().skip(since) {
            *problem = problem.clone().under(&segment);
        }
    }

    fn count(&mut self, bytes: usize) -> Result<(), Problem> {
        self.bytes = self.bytes.saturating_add(bytes);
        self.limits.check_size(self.bytes)
    }
}

type Pair<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

fn pairs<'py>(entries: &Bound<'py, PyMapping>) -> PyResult<Vec<Pair<'py>>> {
    entries.items()?.iter().map(|pair| pair.extract::<Pair<'py>>()).collect()
}

fn key_text(key: &Bound<'_, PyAny>) -> Result<String, Problem> {
    let text = key.cast::<PyString>().map_err(|_| mismatch("text as a key", key))?;
    utf8(text).map(str::to_owned)
}

/// A key that cannot be read, as a path shows it.
fn shown(key: &Bound<'_, PyAny>) -> String {
    let text = key.str().map(|text| text.to_string_lossy().chars().take(80).collect::<String>());
    text.unwrap_or_else(|_| "?".to_owned())
}

fn failed(value: &Bound<'_, PyAny>, error: &PyErr) -> Problem {
    Problem::new(
        refusal::TYPE_MISMATCH,
        format!("`{}` cannot be read: {error}", value.get_type()),
        "pass a plain value",
    )
}
