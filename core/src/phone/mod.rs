//! What Swift and Kotlin see, through UniFFI: `call`, a typed function for each operation, compiled
//! plans, and every record with a way from and to JSON.
//!
//! It stands in the core, behind the private feature `__uniffi`, because the records are the
//! core's own and UniFFI gives each crate a namespace of its own: from two crates, Kotlin would
//! get two packages. Nothing here computes; the library that carries it is `bindings-swift`. Its tests
//! are there too, where the core is compiled with this feature anyway.

pub mod columns;
pub mod engine;
pub mod exchange;
mod operations;
mod scalars;
pub mod workflow;

use crate::kernel::problem::{Problem, Problems};

pub use operations::{call, no_operation};
pub use scalars::{DecimalParts, UuidParts};
pub(crate) use scalars::{read_scalar, uniffi_scalar};

/// What guerdon refuses, with every problem that was found.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum GuerdonError {
    /// The input was refused, and nothing has changed.
    #[error("{}", shown(problems))]
    Refused {
        /// Everything that was wrong: code, path, message and hint of each.
        problems: Vec<Problem>,
    },
}

fn shown(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl From<Problems> for GuerdonError {
    fn from(problems: Problems) -> Self {
        Self::Refused { problems: problems.into_vec() }
    }
}

impl From<Problem> for GuerdonError {
    fn from(problem: Problem) -> Self {
        Problems::from(problem).into()
    }
}

/// A value that cannot come in: UniFFI hands this on as the error of the call.
pub(crate) fn refused(problems: impl Into<GuerdonError>) -> uniffi::deps::anyhow::Error {
    uniffi::deps::anyhow::Error::new(problems.into())
}
