//! The native addon of the npm package: JSON text in, JSON text out, over the core's one table and
//! its compiled plans; typed arrays for batches. It converts, and decides nothing.

mod columns;
mod door;
pub mod engine;
mod flat;
mod results;
mod run;
mod shelf;
pub mod workflow;

use mimalloc::MiMalloc;
use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Result, Task};
use napi_derive::napi;

use crate::door::guarded;

/// For the many small values of a call: the system's own allocator takes a fifth of the time that an
/// event of a workflow does. V8's memory is not touched by it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Runs an operation. On refusal the error's message is the JSON list of problems, from which
/// the JavaScript side builds a `GuerdonError`.
#[napi]
pub fn call(operation: String, input: String) -> Result<String> {
    guarded(|| guerdon::call(&operation, &input))
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
        guarded(|| guerdon::call(&self.operation, &self.input))
    }

    fn resolve(&mut self, _: Env, output: String) -> Result<String> {
        Ok(output)
    }
}
