//! The compiled tree: nodes that are well-typed, with every name resolved.

use super::compare::Comparison;
use super::value::FactValue;
use super::vocabulary::Fact;
use crate::kernel::calendar::Zone;

/// A node, and the JSON pointer of where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) path: Box<str>,
    /// The op, or what else stands there.
    pub(super) word: &'static str,
    pub(super) kind: Kind,
}

/// What a node computes. The compiler makes only well-typed ones.
#[derive(Debug)]
pub(super) enum Kind {
    Fact(Fact),
    Literal(FactValue),
    /// Literal texts in the order given, and sorted.
    Words(Box<[FactValue]>, Box<[Box<str>]>),
    /// A list that is not all literals.
    List(Box<[Node]>),
    /// A bool that an op decides.
    Logic(Logic),
    If(Box<[Node; 3]>),
    Fold(Fold, Box<[Node]>),
    Sub(Box<[Node; 2]>),
    Div(Box<[Node; 2]>),
    Neg(Box<Node>),
    Abs(Box<Node>),
    LocalDate(Box<Node>, Zone),
    LocalHour(Box<Node>, Zone),
    Month(Box<Node>),
    Weekday(Box<Node>),
}

/// Ops that decide a bool.
#[derive(Debug)]
pub(super) enum Logic {
    /// `and` and `or`: the bool is the value that does not decide it.
    Junction(bool, Box<[Node]>),
    Not(Box<Node>),
    Compare(Comparison, Box<[Node; 2]>),
    /// Value, list.
    In(Box<[Node; 2]>),
    StartsWith(Box<[Node; 2]>),
    Exists(Fact),
}

/// An op over two arguments or more, taken in pairs from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Add,
    Mul,
    Min,
    Max,
}
