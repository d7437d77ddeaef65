//! The `format` that a stored document begins with.

use crate::kernel::problem::Problem;

use super::FORMAT_UNKNOWN;

/// Makes sure that a document is of the format that is read here, such as `guerdon.plan/1`.
///
/// # Errors
/// `format_unknown`, at `/format`.
pub fn check_format(found: &str, expected: &str) -> Result<(), Problem> {
    if found == expected {
        return Ok(());
    }
    let shown: String = found.chars().take(60).collect();
    let problem = Problem::new(
        FORMAT_UNKNOWN,
        format!("`{shown}` is not a format that can be read here"),
        format!("write `{expected}`"),
    );
    Err(problem.under("format"))
}
