//! When two values are equal, which comes first, and what is in a list.

use std::cmp::Ordering;

use super::DURATION_UNORDERED;
use super::computed::{Computed, Items};
use super::fault::{Fault, other_currency, strangers};
use crate::kernel::calendar::{MICROS_PER_DAY, Span};
use crate::kernel::problem::Problem;

/// What an op asks of the order of two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Eq,
    Ne,
    Lt,
    Lte,
    Gt,
    Gte,
}

impl Comparison {
    /// The answer for two values, or `None` if one of them is unknown.
    #[inline]
    pub(super) fn holds(
        self,
        left: &Computed<'_>,
        right: &Computed<'_>,
    ) -> Result<Option<bool>, Fault> {
        if left.is_unknown() || right.is_unknown() {
            return Ok(None);
        }
        match self {
            Self::Eq => equal(left, right).map(Some),
            Self::Ne => equal(left, right).map(|same| Some(!same)),
            _ => order(left, right).map(|order| Some(self.admits(order))),
        }
    }

    /// The answer for two values in that order.
    #[inline]
    pub(super) const fn admits(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Lte => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Gte => order.is_ge(),
        }
    }
}

#[inline]
fn equal(left: &Computed<'_>, right: &Computed<'_>) -> Result<bool, Fault> {
    match (left, right) {
        (Computed::String(left), Computed::String(right)) => Ok(left == right),
        (Computed::Bool(left), Computed::Bool(right)) => Ok(left == right),
        (Computed::Duration(left), Computed::Duration(right)) => Ok(parts(*left) == parts(*right)),
        _ => Ok(order(left, right)?.is_eq()),
    }
}

/// The order of two known values of one ordered type.
#[inline]
pub(super) fn order(left: &Computed<'_>, right: &Computed<'_>) -> Result<Ordering, Fault> {
    match (left, right) {
        (Computed::Number(left), Computed::Number(right)) => left.compare(right),
        (Computed::Money(left, ours), Computed::Money(right, theirs)) => {
            if ours != theirs {
                return Err(other_currency(*theirs, *ours).into());
            }
            left.compare(right)
        }
        (Computed::Date(left), Computed::Date(right)) => Ok(left.cmp(right)),
        (Computed::Instant(left), Computed::Instant(right)) => Ok(left.cmp(right)),
        (Computed::Duration(left), Computed::Duration(right)) => order_of_spans(*left, *right),
        _ => Err(strangers().into()),
    }
}

/// Months, and microseconds with days of 86,400 seconds.
fn parts(span: Span) -> (u32, i64) {
    // At most twice 3.2e17: no overflow.
    (span.months(), i64::from(span.days()) * MICROS_PER_DAY + span.micros())
}

/// The order in which both parts agree; there is none otherwise.
fn order_of_spans(left: Span, right: Span) -> Result<Ordering, Fault> {
    let ((months, rest), (other_months, other_rest)) = (parts(left), parts(right));
    match (months.cmp(&other_months), rest.cmp(&other_rest)) {
        (Ordering::Equal, order) | (order, Ordering::Equal) => Ok(order),
        (one, two) if one == two => Ok(one),
        _ => Err(Problem::new(
            DURATION_UNORDERED,
            format!("whether `{left}` is longer than `{right}` depends on the month"),
            "write both in months, or both in days and times",
        )
        .into()),
    }
}

/// Whether a value is in a list: like `or` over `eq`, so an unknown one may hide a match.
pub(super) fn is_in(value: &Computed<'_>, list: &Items<'_>) -> Result<Option<bool>, Fault> {
    match list {
        Items::Lent([]) | Items::Words([], _) => Ok(Some(false)),
        _ if value.is_unknown() => Ok(None),
        Items::Words(_, sorted) => match value {
            Computed::String(text) => Ok(Some(among(sorted, text))),
            _ => Err(strangers().into()),
        },
        Items::Lent(values) => {
            for one in *values {
                if equal(value, &one.lend().into())? {
                    return Ok(Some(true));
                }
            }
            Ok(Some(false))
        }
        Items::Computed(values) => {
            let mut answer = Some(false);
            for one in values {
                match Comparison::Eq.holds(value, one)? {
                    Some(true) => return Ok(Some(true)),
                    Some(false) => {}
                    None => answer = None,
                }
            }
            Ok(answer)
        }
    }
}

/// Whether a text is among words that are in order.
#[inline]
pub(super) fn among(sorted: &[Box<str>], text: &str) -> bool {
    sorted.binary_search_by(|word| word.as_ref().cmp(text)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(text: &str) -> Computed<'static> {
        Computed::Duration(text.parse().unwrap())
    }

    #[test]
    fn durations_have_an_order_where_any_calendar_agrees() {
        for (left, right, expected) in [
            ("PT24H", "P1D", Ordering::Equal),
            ("P1D", "PT25H", Ordering::Less),
            ("P1Y", "P11M", Ordering::Greater),
            ("P1M", "P1M1D", Ordering::Less),
            ("P2M1D", "P1M", Ordering::Greater),
            ("P2M", "P1MT1S", Ordering::Equal),
        ] {
            let found = order(&span(left), &span(right));
            match found {
                Ok(order) => assert_eq!(order, expected, "{left} {right}"),
                Err(problem) => {
                    assert_eq!((left, problem.code), ("P2M", DURATION_UNORDERED));
                }
            }
        }
        assert!(!equal(&span("P1M"), &span("P30D")).unwrap());
        assert!(order(&span("P1M"), &span("P30D")).is_err());
    }
}
