//! Bools: Kleene's connectives, comparisons, and what asks about lists, texts and facts.

use super::compare::{Comparison, among, is_in};
use super::computed::Computed;
use super::evaluate::{as_step, placed, run};
use super::fault::Fault;
use super::node::{Kind, Logic, Node};
use super::quantity::Quantity;
use super::trace::ExpressionStep;
use super::types::FactType;
use super::value::{FactSource, FactValue, ValueRef};
use crate::kernel::explain::Sink;

/// True, false or unknown.
type Decided = Result<Option<bool>, Fault>;

/// Decides a node that is a bool, and offers it as a step.
pub(super) fn decide<F, S>(node: &Node, facts: &F, steps: &mut S) -> Decided
where
    F: FactSource + ?Sized,
    S: Sink<ExpressionStep>,
{
    let Kind::Logic(logic) = &node.kind else {
        return Ok(match run(node, facts, steps)? {
            Computed::Bool(value) => Some(value),
            _ => None,
        });
    };
    let decided = match logic {
        Logic::Junction(neutral, args) => junction(*neutral, args, facts, steps)?,
        Logic::Not(arg) => decide(arg, facts, steps)?.map(|value| !value),
        Logic::Compare(comparison, both) => {
            if !S::KEEPS {
                if let Some(decided) = fact_with_literal(*comparison, both, facts) {
                    return Ok(decided);
                }
            }
            let [left, right] = &**both;
            let (left, right) = (run(left, facts, steps)?, run(right, facts, steps)?);
            comparison.holds(&left, &right).map_err(|fault| placed(node, fault))?
        }
        Logic::In(both) => {
            if !S::KEEPS {
                if let Some(decided) = fact_in_words(both, facts) {
                    return Ok(decided);
                }
            }
            let [value, list] = &**both;
            let value = run(value, facts, steps)?;
            match run(list, facts, steps)? {
                Computed::List(items) => {
                    is_in(&value, &items).map_err(|fault| placed(node, fault))?
                }
                _ => None,
            }
        }
        Logic::StartsWith(both) => {
            let [text, start] = &**both;
            match (run(text, facts, steps)?, run(start, facts, steps)?) {
                (Computed::String(text), Computed::String(start)) => Some(text.starts_with(start)),
                _ => None,
            }
        }
        Logic::Exists(fact) => Some(facts.fact(fact.id).is_some()),
    };
    steps.step(|| as_step(node, &decided.map_or(Computed::Unknown, Computed::Bool)));
    Ok(decided)
}

/// `and` (neutral is true) and `or` (neutral is false).
fn junction<F, S>(neutral: bool, args: &[Node], facts: &F, steps: &mut S) -> Decided
where
    F: FactSource + ?Sized,
    S: Sink<ExpressionStep>,
{
    let mut answer = Some(neutral);
    for arg in args {
        match decide(arg, facts, steps)? {
            Some(value) if value == neutral => {}
            Some(value) => return Ok(Some(value)),
            None => answer = None,
        }
    }
    Ok(answer)
}

/// Compares a fact with a literal of the same form where the two lie, which is what most
/// conditions are made of; gives `None` for whatever is not so plain. A trace never comes here,
/// and so holds this to the general way.
#[inline]
fn fact_with_literal<F>(comparison: Comparison, both: &[Node; 2], facts: &F) -> Option<Option<bool>>
where
    F: FactSource + ?Sized,
{
    let [Node { kind: Kind::Fact(fact), .. }, Node { kind: Kind::Literal(literal), .. }] = both
    else {
        return None;
    };
    let Some(lent) = facts.fact(fact.id) else { return Some(None) };
    let order = match (lent, fact.of, literal) {
        (ValueRef::String(text), FactType::String {}, FactValue::String(literal)) => {
            return Some(Some((comparison == Comparison::Eq) == (text == literal)));
        }
        (ValueRef::Bool(value), FactType::Bool {}, FactValue::Bool(literal)) => {
            return Some(Some((comparison == Comparison::Eq) == (value == *literal)));
        }
        (ValueRef::Integer(value), FactType::Integer {}, FactValue::Integer(literal)) => {
            value.cmp(literal)
        }
        (ValueRef::Decimal(value), FactType::Decimal {}, FactValue::Decimal(literal)) => {
            Quantity::decimal(value).near(&Quantity::decimal(literal.decimal()))?
        }
        (ValueRef::Date(value), FactType::Date {}, FactValue::Date(literal)) => value.cmp(literal),
        (ValueRef::Instant(value), FactType::Instant {}, FactValue::Instant(literal)) => {
            value.cmp(literal)
        }
        (lent, FactType::Money { currency: declared }, FactValue::Money(literal)) => {
            let (amount, currency) = match lent {
                ValueRef::Minor(units, currency) => {
                    (Quantity::minor(units, currency.digits()), currency)
                }
                ValueRef::Money(money) => {
                    (Quantity::decimal(money.amount.decimal()), money.currency)
                }
                _ => return None,
            };
            if currency != literal.currency || declared.is_some_and(|one| one != currency) {
                return None;
            }
            amount.near(&Quantity::decimal(literal.amount.decimal()))?
        }
        _ => return None,
    };
    Some(Some(comparison.admits(order)))
}

/// Looks for a fact among literal texts, in the same way and for the same reason.
#[inline]
fn fact_in_words<F>(both: &[Node; 2], facts: &F) -> Option<Option<bool>>
where
    F: FactSource + ?Sized,
{
    let [Node { kind: Kind::Fact(fact), .. }, Node { kind: Kind::Words(_, sorted), .. }] = both
    else {
        return None;
    };
    match facts.fact(fact.id) {
        Some(ValueRef::String(text)) if fact.of == (FactType::String {}) => {
            Some(Some(among(sorted, text)))
        }
        None if !sorted.is_empty() => Some(None),
        _ => None,
    }
}
