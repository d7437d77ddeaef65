//! The native module of the Python package: classes from the core's own types, and one function
//! for each of the core's operations.

use guerdon::python::raise;
use pyo3::prelude::*;

/// Runs an operation: JSON text in, JSON text out.
#[pyfunction]
fn call(py: Python<'_>, operation: &str, input: &str) -> PyResult<String> {
    py.detach(|| guerdon::call(operation, input)).map_err(raise)
}

macro_rules! expose {
    ($($function:ident: $name:literal, $run:path, $input:ty => $output:ty, $summary:literal;)+) => {
        $(
            #[doc = $summary]
            #[pyfunction]
            fn $function(py: Python<'_>, input: $input) -> PyResult<$output> {
                py.detach(|| $run(input)).map_err(raise)
            }
        )+

        fn add_operations(module: &Bound<'_, PyModule>) -> PyResult<()> {
            $(
                module.add_function(wrap_pyfunction!($function, module)?)?;
            )+
            Ok(())
        }
    };
}

guerdon::for_each_operation!(expose);

macro_rules! add_classes {
    ($module:ident: $($class:path),+ $(,)?) => {
        $( $module.add_class::<$class>()?; )+
    };
}

/// The native module.
#[pymodule]
#[pyo3(name = "_native")]
fn native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(call, module)?)?;
    add_operations(module)?;
    guerdon::for_each_class!(add_classes, module);
    Ok(())
}
