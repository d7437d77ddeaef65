//! Why a value is unknown: the facts that are missing and would make a difference.
//!
//! This is asked after an evaluation, and seldom; so evaluation itself keeps no books, and the
//! part of the tree that is unknown is evaluated again.

use std::sync::Arc;

use super::computed::{Computed, Items};
use super::evaluate::run;
use super::logic::decide;
use super::node::{Kind, Logic, Node};
use super::value::FactSource;
use crate::kernel::explain::NoSteps;

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
        Kind::Literal(_) | Kind::Words(..) | Kind::Logic(Logic::Exists(_)) => &[],
        Kind::List(args) | Kind::Logic(Logic::Junction(_, args)) | Kind::Fold(_, args) => args,
        Kind::Logic(Logic::Compare(_, both) | Logic::In(both) | Logic::StartsWith(both))
        | Kind::Sub(both)
        | Kind::Div(both) => &**both,
        Kind::If(three) => return blame_branch(three, facts, missing),
        Kind::Logic(Logic::Not(arg))
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
    match decide(condition, facts, &mut NoSteps) {
        Ok(Some(true)) => blame(then, facts, missing),
        Ok(Some(false)) => blame(otherwise, facts, missing),
        _ => blame(condition, facts, missing),
    }
}
