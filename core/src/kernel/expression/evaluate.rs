//! Evaluation: from a node and its facts to a value.
//!
//! The recursion is as deep as the expression, which the compiler bounded. Bools are decided in
//! [`logic`](super::logic), on two bytes instead of a whole value.

use super::compare::order;
use super::computed::{Computed, Items};
use super::fault::{Fault, other_currency, strangers};
use super::logic::decide;
use super::node::{Fold, Kind, Logic, Node};
use super::quantity::Quantity;
use super::trace::{ExpressionStep, shown};
use super::value::FactSource;
use crate::kernel::calendar::{Date, Instant};
use crate::kernel::explain::Sink;
use crate::kernel::problem::Problem;

pub(super) type Evaluated<'a> = Result<Computed<'a>, Fault>;

/// Computes a node and offers it as a step.
pub(super) fn run<'a, F, S>(node: &'a Node, facts: &'a F, steps: &mut S) -> Evaluated<'a>
where
    F: FactSource + ?Sized,
    S: Sink<ExpressionStep>,
{
    let here = |fault| placed(node, fault);
    let value = match &node.kind {
        // It offers its own step.
        Kind::Logic(_) => {
            let decided = decide(node, facts, steps)?;
            return Ok(decided.map_or(Computed::Unknown, Computed::Bool));
        }
        Kind::Fact(fact) => Computed::of_fact(fact, facts.fact(fact.id)).map_err(here)?,
        Kind::Literal(value) => value.lend().into(),
        Kind::Words(values, sorted) => Computed::List(Items::Words(values, sorted)),
        Kind::List(items) => {
            let values: Result<_, _> = items.iter().map(|item| run(item, facts, steps)).collect();
            Computed::List(Items::Computed(values?))
        }
        Kind::If(three) => {
            let [condition, then, otherwise] = &**three;
            match decide(condition, facts, steps)? {
                Some(true) => run(then, facts, steps)?,
                Some(false) => run(otherwise, facts, steps)?,
                None => Computed::Unknown,
            }
        }
        Kind::Fold(fold, args) => folded(*fold, node, args, facts, steps)?,
        Kind::Sub(both) => {
            let [left, right] = &**both;
            subtract(&run(left, facts, steps)?, &run(right, facts, steps)?).map_err(here)?
        }
        Kind::Div(both) => {
            let [left, right] = &**both;
            divide(&run(left, facts, steps)?, &run(right, facts, steps)?).map_err(here)?
        }
        Kind::Neg(arg) => sign(run(arg, facts, steps)?, |_| true).map_err(here)?,
        Kind::Abs(arg) => sign(run(arg, facts, steps)?, Quantity::is_negative).map_err(here)?,
        Kind::LocalDate(instant, zone) => {
            of_instant(&run(instant, facts, steps)?, |at| Computed::Date(zone.to_local(at).date))
        }
        Kind::LocalHour(instant, zone) => of_instant(&run(instant, facts, steps)?, |at| {
            Computed::Number(Quantity::integer(zone.to_local(at).time.hour().into()))
        }),
        Kind::Month(date) => of_date(&run(date, facts, steps)?, |date| {
            Computed::Number(Quantity::integer(date.month().into()))
        }),
        Kind::Weekday(date) => {
            of_date(&run(date, facts, steps)?, |date| Computed::String(date.weekday().as_str()))
        }
    };
    steps.step(|| as_step(node, &value));
    Ok(value)
}

#[cold]
pub(super) fn placed(node: &Node, mut fault: Fault) -> Fault {
    fault.path = node.path.to_string();
    fault
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
            Some(before) => combine(fold, before, next).map_err(|fault| placed(node, fault))?,
        });
    }
    Ok(so_far.unwrap_or(Computed::Unknown))
}

fn combine<'a>(fold: Fold, left: Computed<'a>, right: Computed<'a>) -> Evaluated<'a> {
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
            (left, right) => Err(cannot_meet(&left, &right).into()),
        },
        Fold::Mul => match (left, right) {
            (Computed::Number(left), Computed::Number(right)) => {
                left.times(&right).map(Computed::Number)
            }
            (Computed::Money(amount, currency), Computed::Number(factor))
            | (Computed::Number(factor), Computed::Money(amount, currency)) => {
                Ok(Computed::Money(amount.times(&factor)?, currency))
            }
            (left, right) => Err(cannot_meet(&left, &right).into()),
        },
    }
}

fn subtract<'a>(left: &Computed<'a>, right: &Computed<'a>) -> Evaluated<'a> {
    match (left, right) {
        (Computed::Unknown, _) | (_, Computed::Unknown) => Ok(Computed::Unknown),
        (Computed::Number(left), Computed::Number(right)) => {
            left.minus(right).map(Computed::Number)
        }
        (Computed::Money(left, ours), Computed::Money(right, theirs)) if ours == theirs => {
            Ok(Computed::Money(left.minus(right)?, *ours))
        }
        _ => Err(cannot_meet(left, right).into()),
    }
}

fn divide<'a>(left: &Computed<'a>, right: &Computed<'a>) -> Evaluated<'a> {
    match (left, right) {
        (Computed::Unknown, _) | (_, Computed::Unknown) => Ok(Computed::Unknown),
        (Computed::Number(left), Computed::Number(right)) => left.over(right).map(Computed::Number),
        (Computed::Money(amount, currency), Computed::Number(by)) => {
            Ok(Computed::Money(amount.over(by)?, *currency))
        }
        (Computed::Money(left, ours), Computed::Money(right, theirs)) if ours == theirs => {
            left.over(right).map(Computed::Number)
        }
        _ => Err(cannot_meet(left, right).into()),
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
fn sign(value: Computed<'_>, turn: fn(&Quantity) -> bool) -> Evaluated<'_> {
    Ok(match value {
        Computed::Number(number) if turn(&number) => Computed::Number(number.negated()?),
        Computed::Money(amount, currency) if turn(&amount) => {
            Computed::Money(amount.negated()?, currency)
        }
        other => other,
    })
}

fn of_instant<'a>(
    value: &Computed<'_>,
    read: impl FnOnce(Instant) -> Computed<'a>,
) -> Computed<'a> {
    match value {
        Computed::Instant(instant) => read(*instant),
        _ => Computed::Unknown,
    }
}

fn of_date<'a>(value: &Computed<'_>, read: impl FnOnce(Date) -> Computed<'a>) -> Computed<'a> {
    match value {
        Computed::Date(date) => read(*date),
        _ => Computed::Unknown,
    }
}

#[cold]
pub(super) fn as_step(node: &Node, value: &Computed<'_>) -> ExpressionStep {
    let fact = match &node.kind {
        Kind::Fact(fact) | Kind::Logic(Logic::Exists(fact)) => Some(fact.name.to_string()),
        _ => None,
    };
    ExpressionStep {
        path: node.path.to_string(),
        node: node.word.to_owned(),
        fact,
        value: shown(value),
    }
}
