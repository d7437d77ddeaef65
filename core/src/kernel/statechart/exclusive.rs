//! Whether two conditions can hold at once, as far as their form tells.

use std::cmp::Ordering;

use crate::kernel::expression::{Expression, Op};

/// How many pairs of parts are looked at; what is larger counts as not exclusive.
const MOST_PAIRS: u32 = 2_000;

/// Whether two conditions exclude each other for certain.
pub(super) fn are_exclusive(one: &Expression, two: &Expression) -> bool {
    Pairs { left: MOST_PAIRS }.exclude(one, two)
}

struct Pairs {
    left: u32,
}

impl Pairs {
    fn exclude(&mut self, one: &Expression, two: &Expression) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        let (either, other) = (parts(one, Op::Or), parts(two, Op::Or));
        is_negation(one, two)
            || is_negation(two, one)
            || are_apart(one, two)
            || parts(one, Op::And).iter().any(|part| self.exclude(part, two))
            || parts(two, Op::And).iter().any(|part| self.exclude(one, part))
            || (!either.is_empty() && either.iter().all(|part| self.exclude(part, two)))
            || (!other.is_empty() && other.iter().all(|part| self.exclude(one, part)))
    }
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
