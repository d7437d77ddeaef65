//! One door for every language that speaks JSON: `call(operation, json) -> json`.
//!
//! The table of operations, [`OPERATIONS`], is the list of what guerdon can do. Node, WebAssembly,
//! the conformance vectors and any check from outside go through [`call`]; the typed faces of
//! Python, Swift and Kotlin are derived from the same table, so that an operation that exists in
//! one language exists in all of them.

mod operations;

use crate::kernel::document::shape::Shape;
use crate::kernel::document::{Limits, Model, parse, refusal, to_json};
use crate::kernel::problem::Problems;

pub use operations::OPERATIONS;

crate::codes! {
    /// There is no operation of that name.
    OPERATION_UNKNOWN = "operation_unknown";
}

/// One thing that guerdon can do, from JSON to JSON.
#[derive(Debug)]
pub struct Operation {
    /// Its name: the domain, a point, the verb.
    pub name: &'static str,
    /// The name of its function in typed languages, such as `money_round`.
    pub function: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// What goes in.
    pub input: Shape,
    /// What comes out.
    pub output: Shape,
    run: fn(&str) -> Result<String, Problems>,
}

/// Runs an operation: JSON text in, JSON text out.
///
/// # Errors
/// `operation_unknown`; every problem of the input, with its place; or what the operation itself
/// refuses. Nothing is kept between calls, so a refused call has changed nothing.
///
/// ```
/// let rounded = guerdon::call(
///     "money.round",
///     r#"{"money": {"amount": "19.9975", "currency": "USD"}}"#,
/// )?;
/// assert_eq!(rounded, r#"{"amount":"20.00","currency":"USD"}"#);
/// # Ok::<(), guerdon::Problems>(())
/// ```
pub fn call(operation: &str, input: &str) -> Result<String, Problems> {
    match OPERATIONS.iter().find(|known| known.name == operation) {
        Some(known) => (known.run)(input),
        None => {
            let names: Vec<&str> = OPERATIONS.iter().map(|known| known.name).collect();
            Err(refusal::unknown(OPERATION_UNKNOWN, operation, &names).into())
        }
    }
}

fn typed<I, O, E>(text: &str, run: impl FnOnce(I) -> Result<O, E>) -> Result<String, Problems>
where
    I: Model + serde::de::DeserializeOwned,
    O: serde::Serialize,
    Problems: From<E>,
{
    let input = parse(text, Limits::INPUT)?;
    let output = run(input)?;
    Ok(to_json(&output)?)
}
