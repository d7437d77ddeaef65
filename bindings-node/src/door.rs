//! The door between the core and JavaScript: refusals become errors, and so do panics.

use std::panic::{AssertUnwindSafe, catch_unwind};

use guerdon::Problems;
use napi::{Error, Result, Status};

/// Calls the core. A panic would take the whole process with it, so it becomes an error here; a
/// state that it left half-changed is poisoned and says so from then on.
pub(crate) fn guarded<T, E: Into<Problems>>(
    call: impl FnOnce() -> std::result::Result<T, E>,
) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(answer) => answer.map_err(|refusal| refused(&refusal.into())),
        Err(_) => {
            Err(Error::new(Status::GenericFailure, "guerdon failed; please report the input"))
        }
    }
}

/// An error whose message is the list of problems, for the JavaScript side to read.
fn refused(problems: &Problems) -> Error {
    let text = guerdon::kernel::document::to_json(problems);
    Error::new(Status::GenericFailure, text.unwrap_or_else(|problem| problem.to_string()))
}
