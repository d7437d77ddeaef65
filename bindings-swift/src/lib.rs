//! What Swift and Kotlin see: `call` for JSON, and a typed function for each of the core's
//! operations. The records and enums are the core's own.

uniffi::setup_scaffolding!("guerdon_ffi");
guerdon::uniffi_reexport_scaffolding!();

use guerdon::{Problem, Problems};

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

/// Runs an operation: JSON text in, JSON text out.
///
/// # Errors
/// Every problem of the input.
#[uniffi::export]
pub fn call(operation: &str, input: &str) -> Result<String, GuerdonError> {
    Ok(guerdon::call(operation, input)?)
}

macro_rules! expose {
    ($($function:ident: $name:literal, $run:path, $input:ty => $output:ty, $summary:literal;)+) => {$(
        #[doc = $summary]
        ///
        /// # Errors
        /// What the operation refuses.
        #[uniffi::export]
        pub fn $function(input: $input) -> Result<$output, GuerdonError> {
            Ok($run(input)?)
        }
    )+};
}

guerdon::for_each_operation!(expose);
