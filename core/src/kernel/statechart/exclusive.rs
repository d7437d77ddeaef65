//! Whether two conditions can hold at once, as far as their form tells.

use std::cmp::Ordering;

use crate::kernel::expression::{Expression, Op};

/// Whether two conditions exclude each other for certain.
pub(super) fn are_exclusive(one: &Expression, two: &Expression) -> bool {
    is_negation(one, two)
        || is_negation(two, one)
        || any_part(one, Op::And, |part| are_exclusive(part, two))
        || any_part(two, Op::And, |part| are_exclusive(one, part))
        || all_parts(one, |part| are_exclusive(part, two))
        || all_parts(two, |part| are_exclusive(one, part))
        || are_apart(one, two)
}

fn parts(expression: &Expression, wanted: Op) -> &[Expression] {
    match expression {
        Expression::Call { op, args } if *op == wanted => args,
        _ => &[],
    }
}

fn is_negation(one: &Expression, two: &Expression) -> bool {
    matches!(parts(one, Op::Not), [inner] if inner == two)
}

fn any_part(one: &Expression, op: Op, excludes: impl Fn(&Expression) -> bool) -> bool {
    parts(one, op).iter().any(excludes)
}

fn all_parts(one: &Expression, excludes: impl Fn(&Expression) -> bool) -> bool {
    let parts = parts(one, Op::Or);
    !parts.is_empty() && parts.iter().all(excludes)
}

/// Two comparisons of the same thing with literals that nothing meets at once.
fn are_apart(one: &Expression, two: &Expression) -> bool {
    let (Some((left, ours, bound)), Some((right, theirs, limit))) = (compared(one), compared(two))
    else {
        return false;
    };
    if left != right {
        return false;
    }
    if matches!((ours, theirs), (Op::Eq, Op::Ne) | (Op::Ne, Op::Eq)) {
        return bound == limit;
    }
    let Some(order) = order(bound, limit) else {
        return ours == Op::Eq && theirs == Op::Eq && bound != limit && is_word(bound, limit);
    };
    match (ours, theirs) {
        (Op::Eq, Op::Eq) => order.is_ne(),
        // x <= bound and x >= limit
        (Op::Lt | Op::Lte | Op::Eq, Op::Gt | Op::Gte | Op::Eq) if order.is_lt() => true,
        (Op::Gt | Op::Gte | Op::Eq, Op::Lt | Op::Lte | Op::Eq) if order.is_gt() => true,
        (Op::Lt, Op::Gt | Op::Gte | Op::Eq) | (Op::Gt, Op::Lt | Op::Lte | Op::Eq) => order.is_eq(),
        (Op::Gte | Op::Lte | Op::Eq, Op::Lt | Op::Gt) => {
            let outside =
                (ours == Op::Lte && theirs == Op::Lt) || (ours == Op::Gte && theirs == Op::Gt);
            order.is_eq() && !outside
        }
        _ => false,
    }
}

fn compared(one: &Expression) -> Option<(&Expression, Op, &Expression)> {
    match one {
        Expression::Call { op, args } => match args.as_slice() {
            [left, right] => Some((left, *op, right)),
            _ => None,
        },
        _ => None,
    }
}

fn is_word(one: &Expression, two: &Expression) -> bool {
    let literal = |one: &Expression| matches!(one, Expression::String(_) | Expression::Bool(_));
    literal(one) && literal(two)
}

fn order(one: &Expression, two: &Expression) -> Option<Ordering> {
    Some(match (one, two) {
        (Expression::Integer(one), Expression::Integer(two)) => one.cmp(two),
        (Expression::Decimal(one), Expression::Decimal(two)) => one.cmp(two),
        (Expression::Date(one), Expression::Date(two)) => one.cmp(two),
        (Expression::Instant(one), Expression::Instant(two)) => one.cmp(two),
        (Expression::Money(one), Expression::Money(two)) if one.currency == two.currency => {
            one.amount.cmp(&two.amount)
        }
        _ => return None,
    })
}
