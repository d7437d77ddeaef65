//! Expressions: every "if" and every formula, as typed JSON over declared facts.
//!
//! ```json
//! {"op": "gte", "args": [{"fact": "order.total"}, {"money": {"amount": "100.00", "currency": "EUR"}}]}
//! ```
//!
//! An [`Expression`] is the document. [`compile`] checks it against a [`Vocabulary`] of facts and
//! gives a [`Program`], which cannot be ill-typed and is evaluated against any [`FactSource`]:
//! an event, a row of columns, the values of a document.
//!
//! - **Typed.** Nothing is coerced: text is never a number. Integers and decimals are both exact
//!   numbers and mix. Amounts meet only amounts of their currency, found out before anything runs
//!   where literals and declarations say the currency, and otherwise when it runs.
//! - **Exact.** Nothing is rounded here, a third stays a third.
//! - **Three-valued**, by Kleene's strong logic (*Introduction to Metamathematics*, 1952, section
//!   64). A fact without a value is unknown, and so is what depends on it, `not` included; `and`
//!   is false where one argument is, whatever the others are, and `or` is true likewise. Only a
//!   [condition](Program::condition) turns unknown into false, and keeps the reason. `exists`
//!   asks.
//! - **In order.** Arguments are computed from left to right. `and` and `or` stop where they are
//!   decided and `if` computes one branch, so that they guard what would be a problem, such as a
//!   division by zero; every other op computes all its arguments. `add`, `mul`, `min` and `max`
//!   combine as they go, so that a problem of two arguments comes before one in the third.
//! - **Bounded** in depth and size, so that no document exhausts the stack.
//!
//! Durations are equal, and ordered, where their months and their fixed part (a day being 86,400
//! seconds) both are; `P1M` against `P30D` depends on the month and is a problem.

mod compare;
mod compile;
mod computed;
mod evaluate;
mod fault;
mod logic;
mod node;
mod op;
mod operation;
mod program;
mod quantity;
mod reasons;
mod rules;
mod trace;
mod tree;
mod types;
mod value;
mod values;
mod vocabulary;

#[cfg(test)]
mod tests;

pub use compile::{MAX_DEPTH, MAX_NODES, compile, infer};
pub use op::Op;
pub use operation::{
    ExpressionDocument, ExpressionInput, ExpressionOutcome, FactDeclaration, FactDeclarations,
    KnownFacts, evaluate,
};
pub use program::{Outcome, Program, Verdict};
pub use trace::ExpressionStep;
pub use tree::Expression;
pub use types::{FactType, ItemType};
pub use value::{FactSource, FactValue, Fraction, Unrounded, ValueRef};
pub use values::{FactValues, MAX_ITEMS, MAX_TEXT};
pub use vocabulary::{FactId, MAX_FACTS, Vocabulary};

crate::codes! {
    /// An expression is nested deeper than the limit.
    EXPRESSION_TOO_DEEP = "expression_too_deep";
    /// An expression has more nodes than the limit.
    EXPRESSION_TOO_LARGE = "expression_too_large";
    /// An op has too few or too many arguments.
    ARGUMENT_COUNT = "argument_count";
    /// A node has a type that does not fit where it stands.
    EXPRESSION_TYPE = "expression_type";
    /// An expression reads a fact that is not declared.
    FACT_UNKNOWN = "fact_unknown";
    /// A fact is declared twice, or has the name of a built-in one.
    FACT_DUPLICATE = "fact_duplicate";
    /// The name of a fact is not one.
    FACT_NAME_INVALID = "fact_name_invalid";
    /// More facts are declared than the limit.
    FACTS_TOO_MANY = "facts_too_many";
    /// A fact has a value that is not of its declared type.
    FACT_TYPE_MISMATCH = "fact_type_mismatch";
    /// A fact has a longer text, or a longer list, than an expression may read.
    FACT_TOO_LARGE = "fact_too_large";
    /// Two durations have no order, because months have no fixed length.
    DURATION_UNORDERED = "duration_unordered";
}
