//! The native addon of the npm package: JSON text in, JSON text out, over the core's one table.

use napi::{Error, Status};
use napi_derive::napi;

/// Runs an operation. On refusal the error's message is the JSON list of problems, from which
/// the JavaScript side builds a `GuerdonError`.
#[napi]
pub fn call(operation: String, input: String) -> napi::Result<String> {
    guerdon::call(&operation, &input).map_err(refused)
}

fn refused(problems: guerdon::Problems) -> Error {
    let text = guerdon::kernel::document::to_json(&problems);
    Error::new(Status::GenericFailure, text.unwrap_or_else(|problem| problem.to_string()))
}
