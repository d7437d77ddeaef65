//! The native addon of the npm package: JSON text in, JSON text out, over the core's one table.

use std::panic::catch_unwind;

use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Error, Result, Status, Task};
use napi_derive::napi;

/// Runs an operation. On refusal the error's message is the JSON list of problems, from which
/// the JavaScript side builds a `GuerdonError`.
#[napi]
pub fn call(operation: String, input: String) -> Result<String> {
    run(&operation, &input)
}

/// Runs an operation on a thread of the pool.
#[napi(ts_return_type = "Promise<string>")]
pub fn call_async(operation: String, input: String) -> AsyncTask<Call> {
    AsyncTask::new(Call { operation, input })
}

/// A call that waits for its thread.
#[derive(Debug)]
pub struct Call {
    operation: String,
    input: String,
}

impl Task for Call {
    type Output = String;
    type JsValue = String;

    fn compute(&mut self) -> Result<String> {
        run(&self.operation, &self.input)
    }

    fn resolve(&mut self, _: Env, output: String) -> Result<String> {
        Ok(output)
    }
}

/// The call itself. A panic would take the whole process with it, so it becomes an error here.
fn run(operation: &str, input: &str) -> Result<String> {
    match catch_unwind(|| guerdon::call(operation, input)) {
        Ok(answer) => answer.map_err(|problems| refused(&problems)),
        Err(_) => {
            Err(Error::new(Status::GenericFailure, "guerdon failed; please report the input"))
        }
    }
}

fn refused(problems: &guerdon::Problems) -> Error {
    let text = guerdon::kernel::document::to_json(problems);
    Error::new(Status::GenericFailure, text.unwrap_or_else(|problem| problem.to_string()))
}
