//! How keyword arguments become fields: all of them are read before any refusal is raised.

use std::collections::BTreeMap;

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyMapping, PySequence, PyString};
use serde_json::Value;

use super::{PythonType, mismatch, raise, utf8};
use crate::kernel::document::{Model, refusal, tree, walk};
use crate::kernel::problem::{Problem, Problems};

/// How many problems are worth listing, as the walker has it.
const MOST_PROBLEMS: usize = 100;

/// The arguments of a constructor, and what is wrong with them.
#[derive(Default)]
pub struct Arguments {
    found: Vec<Problem>,
}

impl Arguments {
    /// Reads an argument that has to be there.
    pub fn required<T: PythonType>(&mut self, value: &Bound<'_, PyAny>, name: &str) -> Option<T> {
        match T::read(value) {
            Ok(read) => Some(read),
            Err(problems) => {
                self.found.extend(problems.under(name).into_vec());
                None
            }
        }
    }

    /// Reads an argument that may be left out, or be `None`.
    pub fn or_else<T: PythonType>(
        &mut self,
        value: Option<&Bound<'_, PyAny>>,
        name: &str,
        default: fn() -> T,
    ) -> Option<T> {
        match value {
            Some(value) => self.required(value, name),
            None => Some(default()),
        }
    }

    /// The error that lists everything that was found.
    #[must_use]
    pub fn refused(self) -> PyErr {
        match Problems::verdict(self.found) {
            Err(problems) => raise(problems),
            Ok(()) => {
                raise(Problem::new(refusal::TYPE_MISMATCH, "the arguments cannot be read", ""))
            }
        }
    }
}

impl PythonType for bool {
    fn read(value: &Bound<'_, PyAny>) -> Result<Self, Problems> {
        // pyo3 takes numpy's bool here, and nothing else that is not one.
        value.extract::<bool>().map_err(|_| mismatch("True or False", value).into())
    }

    fn register(_: &Bound<'_, PyModule>) -> PyResult<()> {
        Ok(())
    }
}

impl PythonType for String {
    fn read(value: &Bound<'_, PyAny>) -> Result<Self, Problems> {
        let text = value.cast::<PyString>().map_err(|_| mismatch("text", value))?;
        Ok(utf8(text)?.to_owned())
    }

    fn register(_: &Bound<'_, PyModule>) -> PyResult<()> {
        Ok(())
    }
}

macro_rules! integers {
    ($($integer:ty),+) => {$(
        impl PythonType for $integer {
            fn read(value: &Bound<'_, PyAny>) -> Result<Self, Problems> {
                integer(value)
            }

            fn register(_: &Bound<'_, PyModule>) -> PyResult<()> {
                Ok(())
            }
        }
    )+};
}

integers!(u8, u16, u32, i32, u64, i64);

/// A whole number within the bounds that the shape of its type says.
fn integer<T: Model + TryFrom<i64>>(value: &Bound<'_, PyAny>) -> Result<T, Problems> {
    if value.is_instance_of::<PyBool>() || value.is_instance_of::<PyFloat>() {
        return Err(mismatch("a whole number", value).into());
    }
    let whole: i64 = match value.extract() {
        Ok(whole) => whole,
        Err(error) if error.is_instance_of::<pyo3::exceptions::PyOverflowError>(value.py()) => {
            return Err(too_large(value).into());
        }
        Err(_) => return Err(mismatch("a whole number", value).into()),
    };
    Problems::verdict(walk::check(&Value::from(whole), &T::SHAPE))?;
    T::try_from(whole).map_err(|_| too_large(value).into())
}

fn too_large(value: &Bound<'_, PyAny>) -> Problem {
    Problem::new(
        refusal::INTEGER_OUT_OF_RANGE,
        format!("`{value}` does not fit"),
        "use a number within the bounds",
    )
}

impl<T: PythonType> PythonType for Option<T> {
    fn read(value: &Bound<'_, PyAny>) -> Result<Self, Problems> {
        if value.is_none() { Ok(None) } else { T::read(value).map(Some) }
    }

    fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
        T::register(module)
    }
}

impl<T: PythonType> PythonType for Box<T> {
    fn read(value: &Bound<'_, PyAny>) -> Result<Self, Problems> {
        T::read(value).map(Self::new)
    }

    fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
        T::register(module)
    }
}

impl<T: PythonType> PythonType for Vec<T> {
    fn read(value: &Bound<'_, PyAny>) -> Result<Self, Problems> {
        let text = value.is_instance_of::<PyString>() || value.is_instance_of::<PyBytes>();
        let items = match value.cast::<PySequence>() {
            Ok(items) if !text => items,
            _ => return Err(mismatch("a list", value).into()),
        };
        let items = items.try_iter().map_err(|_| mismatch("a list", value))?;
        let mut read = Self::new();
        let mut found = Vec::new();
        for (index, item) in items.enumerate() {
            let item = item.map_err(|_| mismatch("a list", value))?;
            match T::read(&item) {
                Ok(item) => read.push(item),
                Err(problems) => found.extend(problems.under(index).into_vec()),
            }
            if found.len() >= MOST_PROBLEMS {
                break;
            }
        }
        Problems::verdict(found).map(|()| read)
    }

    fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
        T::register(module)
    }
}

impl<K: PythonType + Ord, T: PythonType> PythonType for BTreeMap<K, T> {
    fn read(value: &Bound<'_, PyAny>) -> Result<Self, Problems> {
        let entries = value.cast::<PyMapping>().map_err(|_| mismatch("a dict", value))?;
        let items = entries.items().map_err(|_| mismatch("a dict", value))?;
        let mut read = Self::new();
        let mut found = Vec::new();
        for pair in items.iter() {
            let (key, entry) = pair
                .extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()
                .map_err(|_| mismatch("a dict", value))?;
            match (K::read(&key), T::read(&entry)) {
                (Ok(name), Ok(entry)) => {
                    if read.insert(name, entry).is_some() {
                        found.push(tree::key_twice(&key.to_string()).under(&key));
                    }
                }
                (key_read, entry_read) => {
                    let problems = [key_read.err(), entry_read.err()].into_iter().flatten();
                    found.extend(problems.flat_map(|one| one.under(&key).into_vec()));
                }
            }
            if found.len() >= MOST_PROBLEMS {
                break;
            }
        }
        Problems::verdict(found).map(|()| read)
    }

    fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
        K::register(module)?;
        T::register(module)
    }
}
