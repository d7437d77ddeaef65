//! The native module of the Python package: one function for each of the core's operations, and
//! the classes that they take and give.

mod arrow;
mod engine;
mod workflow;

use guerdon::python::{PythonType, raise};
use mimalloc::MiMalloc;
use pyo3::prelude::*;

/// Keeps memory that a run has given back for the next one: a system's own allocator asks anew for
/// the columns of every run, and then the system clears each of their pages. Python's memory is
/// not touched by it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Runs an operation, given JSON text or dicts, lists and exact types; gives JSON text.
#[pyfunction]
fn call(operation: &str, input: &Bound<'_, PyAny>) -> PyResult<String> {
    guerdon::python::call(operation, input).map_err(raise)
}

macro_rules! expose {
    ($($function:ident: $name:literal, $run:path, $input:ty => $output:ty, $summary:literal;)+) => {
        $(
            #[doc = $summary]
            #[pyfunction]
            fn $function(py: Python<'_>, input: &Bound<'_, PyAny>) -> PyResult<$output> {
                let input = <$input>::read(input).map_err(raise)?;
                py.detach(|| $run(input)).map_err(raise)
            }
        )+

        fn add_operations(module: &Bound<'_, PyModule>) -> PyResult<()> {
            $(
                module.add_function(wrap_pyfunction!($function, module)?)?;
                <$input>::register(module)?;
                <$output>::register(module)?;
            )+
            Ok(())
        }
    };
}

guerdon::for_each_operation!(expose);

/// The native module.
#[pymodule]
#[pyo3(name = "_native")]
fn native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(call, module)?)?;
    guerdon::Problem::register(module)?;
    engine::register(module)?;
    workflow::register(module)?;
    add_operations(module)
}
