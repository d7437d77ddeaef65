//! From a document to a program: every name resolved, every type checked, all problems found.
//!
//! The checker goes no deeper than [`MAX_DEPTH`] and looks at no more than [`MAX_NODES`] nodes,
//! whatever it is given, and a node that is wrong has no type, so that one mistake is reported
//! once. How each op treats its arguments is in [`rules`](super::rules).

use std::collections::BTreeSet;

use super::fault::other_currency;
use super::node::{Kind, Node};
use super::op::Op;
use super::program::Program;
use super::tree::Expression;
use super::types::{FactType, Meeting, Plain, Type};
use super::value::FactValue;
use super::vocabulary::{FactId, Vocabulary};
use super::{EXPRESSION_TOO_DEEP, EXPRESSION_TOO_LARGE, EXPRESSION_TYPE};
use crate::kernel::problem::{Problem, Problems};

/// How deep an expression may be nested: a literal alone is 1 deep.
pub const MAX_DEPTH: usize = 32;

/// How many nodes an expression may have, the values of its lists included.
pub const MAX_NODES: usize = 10_000;

/// How many problems are worth listing.
pub(super) const MOST_PROBLEMS: usize = 100;

/// Compiles an expression from which a value of one type is expected. An integer will do where a
/// decimal is expected; money of a currency that only shows when it is evaluated is checked then.
///
/// # Errors
/// Every problem: `fact_unknown`, `argument_count`, `expression_type`, `currency_mismatch`,
/// `zone_unknown`, `expression_too_deep`, `expression_too_large`; each with a pointer into the
/// expression.
///
/// ```
/// use guerdon::kernel::expression::{Expression, FactType, FactValue, FactValues, Vocabulary};
/// use guerdon::kernel::expression::compile;
///
/// let mut facts = Vocabulary::new();
/// let channel = facts.declare("order.channel", FactType::String {})?;
/// let expression: Expression = serde_json::from_str(
///     r#"{"op": "eq", "args": [{"fact": "order.channel"}, {"string": "web"}]}"#,
/// ).unwrap();
/// let condition = compile(&expression, &facts, FactType::Bool {})?;
/// assert_eq!(condition.reads(), [channel]);
///
/// let mut order = FactValues::new(&facts);
/// let verdict = condition.condition(&order)?;
/// assert!(!verdict.holds);
/// assert_eq!(verdict.missing, ["order.channel".into()]);
///
/// order.set("order.channel", FactValue::String("web".to_owned()))?;
/// assert!(condition.condition(&order)?.holds);
/// # Ok::<(), guerdon::Problems>(())
/// ```
pub fn compile(
    expression: &Expression,
    vocabulary: &Vocabulary,
    expected: FactType,
) -> Result<Program, Problems> {
    let mut program = infer(expression, vocabulary)?;
    let wanted = Type::from(expected);
    match program.of.fits(wanted) {
        Meeting::One(()) => {
            if let FactType::Money { currency } = expected {
                program.currency = currency;
            }
            Ok(program)
        }
        Meeting::Currencies(found, wanted) => Err(other_currency(found, wanted).into()),
        Meeting::Different => Err(Problem::new(
            EXPRESSION_TYPE,
            format!("the expression is {}, where {wanted} is expected", program.of),
            "change what it computes",
        )
        .into()),
    }
}

/// Compiles an expression of any type.
///
/// # Errors
/// As [`compile`].
pub fn infer(expression: &Expression, vocabulary: &Vocabulary) -> Result<Program, Problems> {
    let mut checker = Checker::new(vocabulary);
    let root = checker.node(expression, 1);
    Problems::verdict(checker.found)?;
    let Typed { node: root, of } = root;
    Ok(Program { root, of, currency: None, reads: checker.reads.into_iter().collect() })
}

/// A checked node and its type.
pub(super) struct Typed {
    pub(super) node: Node,
    pub(super) of: Type,
}

/// Walks an expression and collects what is wrong with it.
pub(super) struct Checker<'v> {
    vocabulary: &'v Vocabulary,
    path: String,
    nodes: usize,
    reads: BTreeSet<FactId>,
    found: Vec<Problem>,
}

impl<'v> Checker<'v> {
    fn new(vocabulary: &'v Vocabulary) -> Self {
        Self {
            vocabulary,
            path: String::new(),
            nodes: 0,
            reads: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    fn node(&mut self, expression: &Expression, depth: usize) -> Typed {
        if depth > MAX_DEPTH {
            return self.wrong(too_deep());
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            // Once, and for the whole.
            if self.nodes == MAX_NODES + 1 {
                self.found.insert(0, too_large());
            }
            return nothing();
        }
        let (value, of) = match expression {
            Expression::Call { op, args } => return self.call(*op, args, depth),
            Expression::Fact(name) => return self.fact(name),
            Expression::List(items) => return self.list(items, depth),
            Expression::Bool(value) => (FactValue::Bool(*value), Plain::Bool),
            Expression::Integer(value) => (FactValue::Integer(*value), Plain::Integer),
            Expression::Decimal(value) => (FactValue::Decimal(*value), Plain::Decimal),
            Expression::Money(value) => {
                (FactValue::Money(*value), Plain::Money(Some(value.currency)))
            }
            Expression::String(value) => (FactValue::String(value.clone()), Plain::String),
            Expression::Date(value) => (FactValue::Date(*value), Plain::Date),
            Expression::Instant(value) => (FactValue::Instant(*value), Plain::Instant),
            Expression::Duration(value) => (FactValue::Duration(*value), Plain::Duration),
        };
        self.typed(expression.key(), Kind::Literal(value), Type::One(of))
    }

    fn fact(&mut self, name: &str) -> Typed {
        // Looking for the nearest of all names is not for a problem that nobody will read.
        if self.found.len() >= MOST_PROBLEMS {
            return nothing();
        }
        match self.vocabulary.declared(name) {
            Ok(fact) => {
                self.reads.insert(fact.id);
                self.typed("fact", Kind::Fact(fact.clone()), fact.of.into())
            }
            Err(problem) => self.wrong(problem.under("fact")),
        }
    }

    fn list(&mut self, items: &[Expression], depth: usize) -> Typed {
        let typed = self.each("list", items, depth);
        let (mut of, mut right) = (None, true);
        for (position, item) in typed.iter().enumerate() {
            match self.item(of, position, item) {
                Some(met) => of = Some(met),
                None => right = false,
            }
        }
        if !right {
            return nothing();
        }
        let nodes: Vec<Node> = typed.into_iter().map(|item| item.node).collect();
        self.typed("list", list_of(nodes), Type::List(of))
    }

    /// The type of a list so far, when one more value comes into it.
    fn item(&mut self, so_far: Option<Plain>, position: usize, item: &Typed) -> Option<Plain> {
        let plain = match item.of {
            Type::One(plain) => plain,
            Type::Wrong => return None,
            Type::List(_) => {
                let problem = wrong("a list holds single values", item.of);
                return self.refuse_at("list", position, problem);
            }
        };
        match so_far.map_or(Meeting::One(plain), |before| before.meet(plain)) {
            Meeting::One(met) => Some(met),
            Meeting::Currencies(one, two) => {
                self.refuse_at("list", position, other_currency(two, one))
            }
            Meeting::Different => {
                let wanted = so_far.map_or_else(String::new, |before| before.to_string());
                let message = format!("a list holds values of one type, so far {wanted}");
                self.refuse_at("list", position, wrong(&message, item.of))
            }
        }
    }

    fn call(&mut self, op: Op, args: &[Expression], depth: usize) -> Typed {
        let counted = self.count(op, args.len());
        // The arguments are checked even when there are too many or too few of them.
        let typed = self.each("args", args, depth);
        let right = typed.iter().all(|arg| arg.of != Type::Wrong);
        match counted.and_then(|()| self.apply(op, typed)) {
            Some((kind, of)) if right => self.typed(op.as_str(), kind, of),
            _ => nothing(),
        }
    }

    fn count(&mut self, op: Op, given: usize) -> Option<()> {
        let wanted = op.arguments();
        if wanted.contains(&given) {
            return Some(());
        }
        let least = *wanted.start();
        let more = if *wanted.end() == usize::MAX { " or more" } else { "" };
        let plural = if least == 1 && more.is_empty() { "" } else { "s" };
        self.refuse(Problem::new(
            super::ARGUMENT_COUNT,
            format!("`{op}` takes {least}{more} argument{plural}, here are {given}"),
            "add or remove arguments",
        ))
    }

    /// Checks all the nodes of a list.
    fn each(&mut self, key: &str, nodes: &[Expression], depth: usize) -> Vec<Typed> {
        let outer = self.path.len();
        let mut typed = Vec::with_capacity(nodes.len().min(MAX_NODES));
        for (position, node) in nodes.iter().enumerate() {
            if self.nodes > MAX_NODES {
                break;
            }
            self.path.push_str(&format!("/{key}/{position}"));
            typed.push(self.node(node, depth + 1));
            self.path.truncate(outer);
        }
        typed
    }

    fn typed(&self, word: &'static str, kind: Kind, of: Type) -> Typed {
        Typed { node: Node { path: self.path.as_str().into(), word, kind }, of }
    }

    fn wrong(&mut self, problem: Problem) -> Typed {
        self.refuse::<()>(problem);
        nothing()
    }

    /// Reports a problem of the node that is being looked at.
    pub(super) fn refuse<T>(&mut self, problem: Problem) -> Option<T> {
        if self.found.len() < MOST_PROBLEMS {
            let path = format!("{}{}", self.path, problem.path);
            self.found.push(problem.at(path));
        }
        None
    }

    /// Reports a problem of one of its parts.
    pub(super) fn refuse_at<T>(
        &mut self,
        key: &str,
        position: usize,
        problem: Problem,
    ) -> Option<T> {
        self.refuse(problem.under(position).under(key))
    }
}

/// What stands for a node that is wrong, and never runs.
fn nothing() -> Typed {
    let kind = Kind::Literal(FactValue::Bool(false));
    Typed { node: Node { path: Box::default(), word: "", kind }, of: Type::Wrong }
}

/// A list of literals is a literal itself, and texts are sorted to be found quickly.
fn list_of(nodes: Vec<Node>) -> Kind {
    let literals: Option<Vec<FactValue>> = nodes
        .iter()
        .map(|node| match &node.kind {
            Kind::Literal(value) => Some(value.clone()),
            _ => None,
        })
        .collect();
    let Some(values) = literals else { return Kind::List(nodes.into()) };
    let texts: Option<Vec<Box<str>>> = values
        .iter()
        .map(|value| match value {
            FactValue::String(text) => Some(text.as_str().into()),
            _ => None,
        })
        .collect();
    match texts {
        Some(mut sorted) if !sorted.is_empty() => {
            sorted.sort_unstable();
            Kind::Words(values.into(), sorted.into())
        }
        _ => Kind::Literal(FactValue::List(values)),
    }
}

/// What is said of a node that does not fit where it stands.
pub(super) fn wrong(wanted: &str, found: Type) -> Problem {
    Problem::new(
        EXPRESSION_TYPE,
        format!("{wanted}, found {found}"),
        "there is no conversion between types; change the argument or the op",
    )
}

fn too_deep() -> Problem {
    Problem::new(
        EXPRESSION_TOO_DEEP,
        format!("the expression is nested more than {MAX_DEPTH} deep"),
        "flatten it: `and`, `or`, `add`, `mul`, `min` and `max` take any number of arguments",
    )
}

fn too_large() -> Problem {
    Problem::new(
        EXPRESSION_TOO_LARGE,
        format!("the expression has more than {MAX_NODES} nodes"),
        "keep long lists in a fact of type `list`, or split the expression",
    )
}
