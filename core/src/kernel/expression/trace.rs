//! What an evaluation says about itself when it is asked.

use crate::kernel::document::model;

/// One node as it was computed. Steps come in the order of computation, so a node comes after
/// its arguments; what was never computed has no step.
#[model]
#[derive(Eq)]
pub struct ExpressionStep {
    /// JSON pointer of the node, from the root of the expression.
    pub path: String,
    /// The op (`gte`), or what else stands there (`fact`, `money`).
    pub node: String,
    /// The name of the fact, where it is one.
    pub fact: Option<String>,
    /// The value as text, such as `100.00 EUR`; none while it is unknown.
    pub value: Option<String>,
}
