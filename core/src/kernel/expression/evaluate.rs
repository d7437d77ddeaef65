//! Evaluation: from a node and its facts to a value.
//!
//! The recursion is as deep as the expression, which the compiler bounded. A problem is boxed on
//! its way up, because it is large and rare and every result would have to make room for it.

use std::sync::Arc;

use super::compare::{is_in, order};
use super::computed::{Computed, Items, other_currency, strangers};
use super::program::{Fold, Kind, Node};
use super::quantity::Quantity;
use super::trace::ExpressionStep;
use super::types::{Plain, Type};
use super::value::FactSource;
use crate::kernel::explain::{NoSteps, Sink};
use crate::kernel::problem::Problem;

type Evaluated<'a> = Result<Computed<'a>, Box<Problem>>;

/// Computes a node and offers it as a step.
#[inline]
pub(super) fn run<'a, F, S>(node: &'a Node, facts: &'a F, steps: &mut S) -> Evaluated<'a>
where
    F: FactSource + ?Sized,
    S: Sink<ExpressionStep>,
{
    let value = compute(node, facts, steps)?;
    steps.step(|| as_step(node, &value));
    Ok(value)
}

fn compute<'a, F, S>(node: &'a Node, facts: &'a F, steps: &mut S) -> Evaluated<'a>
where
    F: FactSource + ?Sized,
    S: Sink<ExpressionStep>,
{
    let computed = match &node.kind {
        Kind::Fact(fact) => Computed::of_fact(fact, facts.fact(fact.id)),
        Kind::Literal(value) => Ok(value.lend().into()),
        Kind::Compare(comparison, both) => {
            let [left, right] = &**both;
            comparison.holds(&run(left, facts, steps)?, &run(right, facts, steps)?).map(truth)
        }
        Kind::Junction(neutral, args) => return junction(*neutral, args, facts, steps),
        Kind::Not(arg) => Ok(match run(arg, facts, steps)? {
            Computed::Bool(value) => Computed::Bool(!value),
            other => other,
        }),
        Kind::In(both) => {
            let [value, list] = &**both;
            let value = run(value, facts, steps)?;
            match run(list, facts, steps)? {
                Computed::List(items) => is_in(&value, &items).map(truth),
                other => Ok(other),
            }
        }
        Kind::Exists(fact) => Ok(Computed::Bool(facts.fact(fact.id).is_some())),
        Kind::StartsWith(both) => {
            let [text, start] = &**both;
            Ok(match (run(text, facts, steps)?, run(start, facts, steps)?) {
                (Computed::String(text), Computed::String(start)) => {
                    Computed::Bool(text.starts_with(start))
                }
                _ => Computed::Unknown,
            })
        }
        Kind::If(three) => {
            let [condition, then, otherwise] = &**three;
            match run(condition, facts, steps)? {
                Computed::Bool(true) => return run(then, facts, steps),
                Computed::Bool(false) => return run(otherwise, facts, steps),
                other => Ok(other),
            }
        }
        Kind::Fold(fold, args) => return folded(*fold, node, args, facts, steps),
        Kind::Sub(both) => {
            let [left, right] = &**both;
            subtract(&run(left, facts, steps)?, &run(right, facts, steps)?)
        }
        Kind::Div(both) => {
            let [left, right] = &**both;
            divide(&run(left, facts, steps)?, &run(right, facts, steps)?)
        }
        Kind::Neg(arg) => sign(run(arg, facts, steps)?, |_| true),
        Kind::Abs(arg) => sign(run(arg, facts, steps)?, Quantity::is_negative),
        Kind::List(items) => {
            let values: Result<_, _> = items.iter().map(|item| run(item, facts, steps)).collect();
            Ok(Computed::List(Items::Computed(values?)))
        }
        Kind::Words(values, sorted) => Ok(Computed::List(Items::Words(values, sorted))),
        Kind::LocalDate(..) | Kind::LocalHour(..) | Kind::Month(_) | Kind::Weekday(_) => {
            return on_calendar(node, facts, steps);
        }
    };
    computed.map_err(|problem| placed(node, problem))
}

#[cold]
fn placed(node: &Node, problem: Problem) -> Box<Problem> {
    Box::new(problem.at(&*node.path))
}

#[inline]
fn truth<'a>(value: Option<bool>) -> Computed<'a> {
    value.map_or(Computed::Unknown, Computed::Bool)
}

/// `and` (neutral is true) and `or` (neutral is false).
fn junction<'a, F, S>(neutral: bool, args: &'a [Node], facts: &'a F, steps: &mut S) -> Evaluated<'a>
where
    F: FactSource + ?Sized,
    S: Sink<ExpressionStep>,
{
    let mut answer = Computed::Bool(neutral);
    for arg in args {
        match run(arg, facts, steps)? {
            Computed::Bool(value) if value == neutral => {}
            Computed::Bool(value) => return Ok(Computed::Bool(value)),
            unknown => answer = unknown,
        }
    }
    Ok(answer)
}

fn folded<'a, F, S>(
    fold: Fold,
    node: &'a Node,
    args: &'a [Node],
    facts: &'a F,
    steps: &mut S,
) -> Evaluated<'a>
where
    F: FactSource + ?Sized,
    S: Sink<ExpressionStep>,
{
    let mut so_far: Option<Computed<'a>> = None;
    for arg in args {
        let next = run(arg, facts, steps)?;
        so_far = Some(match so_far {
            None => next,
            Some(before) => combine(fold, before, next).map_err(|problem| placed(node, problem))?,
        });
    }
    Ok(so_far.unwrap_or(Computed::Unknown))
}

fn combine<'a>(
    fold: Fold,
    left: Computed<'a>,
    right: Computed<'a>,
) -> Result<Computed<'a>, Problem> {
    if left.is_unknown() || right.is_unknown() {
        return Ok(Computed::Unknown);
    }
    match fold {
        Fold::Min => Ok(if order(&left, &right)?.is_le() { left } else { right }),
        Fold::Max => Ok(if order(&left, &right)?.is_ge() { left } else { right }),
        Fold::Add => match (left, right) {
            (Computed::Number(left), Computed::Number(right)) => {
                left.plus(&right).map(Computed::Number)
            }
            (Computed::Money(left, ours), Computed::Money(right, theirs)) if ours == theirs => {
                Ok(Computed::Money(left.plus(&right)?, ours))
            }
            (left, right) => Err(cannot_meet(&left, &right)),
        },
        Fold::Mul => match (left, right) {
            (Computed::Number(left), Computed::Number(right)) => {
                left.times(&right).map(Computed::Number)
            }
            (Computed::Money(amount, currency), Computed::Number(factor))
            | (Computed::Number(factor), Computed::Money(amount, currency)) => {
                Ok(Computed::Money(amount.times(&factor)?, currency))
            }
            (left, right) => Err(cannot_meet(&left, &right)),
        },
    }
}

fn subtract<'a>(left: &Computed<'a>, right: &Computed<'a>) -> Result<Computed<'a>, Problem> {
    match (left, right) {
        (Computed::Unknown, _) | (_, Computed::Unknown) => Ok(Computed::Unknown),
        (Computed::Number(left), Computed::Number(right)) => {
            left.minus(right).map(Computed::Number)
        }
        (Computed::Money(left, ours), Computed::Money(right, theirs)) if ours == theirs => {
            Ok(Computed::Money(left.minus(right)?, *ours))
        }
        _ => Err(cannot_meet(left, right)),
    }
}

fn divide<'a>(left: &Computed<'a>, right: &Computed<'a>) -> Result<Computed<'a>, Problem> {
    match (left, right) {
        (Computed::Unknown, _) | (_, Computed::Unknown) => Ok(Computed::Unknown),
        (Computed::Number(left), Computed::Number(right)) => left.over(right).map(Computed::Number),
        (Computed::Money(amount, currency), Computed::Number(by)) => {
            Ok(Computed::Money(amount.over(by)?, *currency))
        }
        (Computed::Money(left, ours), Computed::Money(right, theirs)) if ours == theirs => {
            left.over(right).map(Computed::Number)
        }
        _ => Err(cannot_meet(left, right)),
    }
}

#[cold]
fn cannot_meet(left: &Computed<'_>, right: &Computed<'_>) -> Problem {
    match (left, right) {
        (Computed::Money(_, ours), Computed::Money(_, theirs)) => other_currency(*theirs, *ours),
        _ => strangers(),
    }
}

/// Turns the sign of a number or an amount, where it has to be turned.
fn sign(value: Computed<'_>, turn: fn(&Quantity) -> bool) -> Result<Computed<'_>, Problem> {
    Ok(match value {
        Computed::Number(number) if turn(&number) => Computed::Number(number.negated()?),
        Computed::Money(amount, currency) if turn(&amount) => {
            Computed::Money(amount.negated()?, currency)
        }
        other => other,
    })
}

fn on_calendar<'a, F, S>(node: &'a Node, facts: &'a F, steps: &mut S) -> Evaluated<'a>
where
    F: FactSource + ?Sized,
    S: Sink<ExpressionStep>,
{
    let (Kind::LocalDate(arg, _) | Kind::LocalHour(arg, _) | Kind::Month(arg) | Kind::Weekday(arg)) =
        &node.kind
    else {
        return Ok(Computed::Unknown);
    };
    Ok(match (&node.kind, run(arg, facts, steps)?) {
        (Kind::LocalDate(_, zone), Computed::Instant(instant)) => {
            Computed::Date(zone.to_local(instant).date)
        }
        (Kind::LocalHour(_, zone), Computed::Instant(instant)) => {
            Computed::Number(Quantity::integer(zone.to_local(instant).time.hour().into()))
        }
        (Kind::Month(_), Computed::Date(date)) => {
            Computed::Number(Quantity::integer(date.month().into()))
        }
        (Kind::Weekday(_), Computed::Date(date)) => Computed::String(date.weekday().as_str()),
        _ => Computed::Unknown,
    })
}

#[cold]
fn as_step(node: &Node, value: &Computed<'_>) -> ExpressionStep {
    let fact = match &node.kind {
        Kind::Fact(fact) | Kind::Exists(fact) => Some(fact.name.to_string()),
        _ => None,
    };
    // A number as text is the same whatever its type; only a size that nothing reaches fails.
    let shown = value.to_value(Type::One(Plain::Decimal)).ok().flatten();
    ExpressionStep {
        path: node.path.to_string(),
        node: node.word.to_owned(),
        fact,
        value: shown.map(|value| value.to_string()),
    }
}

/// Collects the facts for want of which a node is unknown; nothing if it is known.
pub(super) fn blame<F>(node: &Node, facts: &F, missing: &mut Vec<Arc<str>>)
where
    F: FactSource + ?Sized,
{
    let value = run(node, facts, &mut NoSteps);
    let partly = matches!(&value, Ok(Computed::List(Items::Computed(_))));
    if !partly && !matches!(value, Ok(Computed::Unknown)) {
        return;
    }
    let arguments: &[Node] = match &node.kind {
        Kind::Fact(fact) => {
            if !missing.contains(&fact.name) {
                missing.push(Arc::clone(&fact.name));
            }
            &[]
        }
        Kind::Literal(_) | Kind::Words(..) | Kind::Exists(_) => &[],
        Kind::List(args) | Kind::Junction(_, args) | Kind::Fold(_, args) => args,
        Kind::Compare(_, both)
        | Kind::In(both)
        | Kind::StartsWith(both)
        | Kind::Sub(both)
        | Kind::Div(both) => &**both,
        Kind::If(three) => return blame_branch(three, facts, missing),
        Kind::Not(arg)
        | Kind::Neg(arg)
        | Kind::Abs(arg)
        | Kind::LocalDate(arg, _)
        | Kind::LocalHour(arg, _)
        | Kind::Month(arg)
        | Kind::Weekday(arg) => std::slice::from_ref(&**arg),
    };
    for argument in arguments {
        blame(argument, facts, missing);
    }
}

/// The condition if that is what is unknown, else the branch it chose.
fn blame_branch<F>(three: &[Node; 3], facts: &F, missing: &mut Vec<Arc<str>>)
where
    F: FactSource + ?Sized,
{
    let [condition, then, otherwise] = three;
    match run(condition, facts, &mut NoSteps) {
        Ok(Computed::Bool(true)) => blame(then, facts, missing),
        Ok(Computed::Bool(false)) => blame(otherwise, facts, missing),
        _ => blame(condition, facts, missing),
    }
}
