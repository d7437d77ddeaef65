//! The table of operations, as functions of Swift and Kotlin.

use super::GuerdonError;

/// Runs an operation: JSON text in, JSON text out.
///
/// # Errors
/// Every problem of the input.
#[uniffi::export]
pub fn call(operation: &str, input: &str) -> Result<String, GuerdonError> {
    Ok(crate::call(operation, input)?)
}

/// Does nothing: what a crossing costs by itself.
#[uniffi::export]
pub const fn no_operation() {}

macro_rules! expose {
    ($($function:ident: $name:literal, $run:path, $input:ty => $output:ty, $summary:literal;)+) => {$(
        #[doc = $summary]
        ///
        /// # Errors
        /// What the operation refuses.
        #[uniffi::export]
        fn $function(input: $input) -> Result<$output, GuerdonError> {
            Ok($run(input)?)
        }
    )+};
}

crate::for_each_operation!(expose);
