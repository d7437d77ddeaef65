//! How a refund is spread over the lines of its order.
//!
//! What is left of each line is whole minor units, before and after: a refund of the order is
//! shared out by what is left of its lines, largest remainder first, the earlier line among equals
//! ([`allocate`]). A line that cost nothing has no share to take: it is given back whole, by a
//! refund of nothing that names it, or by one that leaves nothing of the rest of its order.

use std::collections::{BTreeMap, HashMap};

use crate::kernel::allocation::{Part, allocate};
use crate::kernel::derived_id::DerivedId;
use crate::kernel::exact::{Exact, overflow};
use crate::kernel::id::Id;
use crate::kernel::money::{Currency, Money, Rate, from_minor, to_minor};
use crate::kernel::problem::Problem;

use super::super::event::Refund;
use super::super::outcome::{Line, LineKind};
use super::super::{REFUND_EXCEEDS_SALE, REFUND_LINES_MISMATCH};

/// Which share of a line's sale was refunded before, and is now.
pub(super) struct Share {
    pub(super) before: Exact,
    pub(super) now: Exact,
}

/// What was taken back of a posted line so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reversed {
    /// In minor units, below zero.
    pub(super) amount: i64,
    /// The share of its sale.
    pub(super) share: Exact,
    /// How much of that was added or taken because other orders were given back.
    pub(super) re_rated: i64,
    /// Whether some refund of it was undone.
    undone: bool,
}

/// What was taken back so far, by the lines that it was taken back of.
pub(super) fn reversed(
    posted: &[Line],
    currency: Currency,
) -> Result<HashMap<DerivedId, Reversed>, Problem> {
    let mut reversed: HashMap<DerivedId, Reversed> = HashMap::new();
    for line in posted {
        let Some(origin) = line.origin.filter(|_| line.kind.is_of_another()) else {
            continue;
        };
        let of = reversed.entry(origin).or_default();
        let amount = to_minor(line.amount.amount, currency)?;
        of.amount = of.amount.checked_add(amount).ok_or_else(overflow)?;
        if line.kind == LineKind::ReRating {
            of.re_rated = of.re_rated.checked_add(amount).ok_or_else(overflow)?;
        }
        let Some(share) = line.refunded.as_ref().map(Rate::exact) else { continue };
        // The share only grows, whatever the order of the lines, until a refund is undone: from
        // then on the line that was given out last has it.
        of.undone |= line.kind != LineKind::Reversal;
        if of.undone || *share > of.share {
            of.share = share.clone();
        }
    }
    Ok(reversed)
}

/// A line of the order.
struct OrderLine<'a> {
    item: Option<&'a Id>,
    /// What was paid for it, in minor units.
    gross: i64,
    /// Which share of that was given back before.
    before: Exact,
    /// How much of it was not, in minor units.
    left: i64,
}

/// The share that the refund gives back of each line of the order, for those that it gives back
/// something of.
pub(super) fn shares<'a>(
    refund: &Refund,
    amount: Option<i64>,
    posted: &'a [Line],
    reversed: &HashMap<DerivedId, Reversed>,
    currency: Currency,
) -> Result<BTreeMap<Option<&'a Id>, Share>, Problem> {
    let mut lines = order(posted, reversed, currency)?;
    lines.retain(|line| refund.item.is_none() || line.item == refund.item.as_ref());
    let left = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.left));
    let left = left.ok_or_else(overflow)?;
    let amount = amount.unwrap_or(left);
    let rest = left.saturating_sub(amount);
    if rest < 0 {
        return Err(too_much(from_minor(amount, currency), from_minor(left, currency)));
    }
    let mut shares = BTreeMap::new();
    for (line, part) in lines.iter().zip(spread(amount, &lines)?) {
        let now = match line.gross {
            0 if rest == 0 => Exact::ONE.checked_sub(&line.before)?,
            0 => Exact::ZERO,
            gross => Exact::ratio(part, gross.into())?,
        };
        if !now.is_zero() {
            shares.insert(line.item, Share { before: line.before.clone(), now });
        }
    }
    Ok(shares)
}

/// The amount in whole minor units for each line, by what is left of it.
fn spread(amount: i64, lines: &[OrderLine<'_>]) -> Result<Vec<i128>, Problem> {
    if lines.iter().all(|line| line.left == 0) {
        return Ok(vec![0; lines.len()]);
    }
    let parts = lines.iter().enumerate();
    let parts: Vec<Part<usize>> =
        parts.map(|(key, line)| Part { weight: line.left.into(), key }).collect();
    allocate(amount.into(), &parts)
}

/// The lines of the order, in the order in which they were posted. All of them have to be there,
/// or what a refund takes of each could not be told.
fn order<'a>(
    posted: &'a [Line],
    reversed: &HashMap<DerivedId, Reversed>,
    currency: Currency,
) -> Result<Vec<OrderLine<'a>>, Problem> {
    let mut lines: Vec<OrderLine<'a>> = Vec::new();
    let mut places: BTreeMap<Option<&Id>, usize> = BTreeMap::new();
    let mut whole = None;
    for (position, line) in posted.iter().enumerate() {
        if line.kind.is_of_another() {
            continue;
        }
        let placed = |problem: Problem| problem.under(position).under("posted");
        let gross = to_minor(line.gross.amount, currency).map_err(placed)?;
        let of_order = to_minor(line.order_gross.amount, currency).map_err(placed)?;
        let before = reversed.get(&line.id).map(|of| of.share.clone()).unwrap_or_default();
        if *whole.get_or_insert(of_order) != of_order {
            let message = format!("the order was `{}` by this line", line.order_gross);
            return Err(placed(mismatch(message).under("order_gross")));
        }
        if let Some(known) = places.get(&line.item.as_ref()).and_then(|place| lines.get(*place)) {
            if (known.gross, &known.before) != (gross, &before) {
                let message = "another line of the same item says otherwise what was paid for it \
                               or given back of it";
                return Err(placed(mismatch(message).under("gross")));
            }
            continue;
        }
        let Some(left) = left(gross, &before) else {
            let message = "what was given back of this line is no amount between nothing and all";
            return Err(placed(mismatch(message)));
        };
        places.insert(line.item.as_ref(), lines.len());
        lines.push(OrderLine { item: line.item.as_ref(), gross, before, left });
    }
    let sum = lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.gross));
    match whole {
        Some(whole) if sum != Some(whole) => {
            let whole = from_minor(whole, currency);
            Err(mismatch(format!("the lines do not add up to the order's `{whole}`"))
                .under("posted"))
        }
        _ => Ok(lines),
    }
}

/// What is left of a line, in whole minor units.
fn left(gross: i64, before: &Exact) -> Option<i64> {
    let given_back = Exact::from(gross).checked_mul(before).ok()?;
    let left = gross.checked_sub(i64::try_from(given_back.as_integer()?).ok()?)?;
    (before.signum() >= 0 && *before <= Exact::ONE).then_some(left)
}

pub(super) fn mismatch(message: impl Into<String>) -> Problem {
    Problem::new(
        REFUND_LINES_MISMATCH,
        message,
        "hand back all lines of the event as they were given out: those that no rule paid too, and \
         earlier reversals",
    )
}

fn too_much(refunded: Money, left: Money) -> Problem {
    Problem::new(
        REFUND_EXCEEDS_SALE,
        format!("`{refunded}` is refunded, but only `{left}` is left of what was paid"),
        "refund at most what was paid and not given back yet",
    )
    .under("amount")
    .under("refund")
}
