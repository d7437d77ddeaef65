//! The orders of a window, as their lines tell them, held to the state.

use std::collections::{BTreeSet, HashMap};

use crate::kernel::calendar::Ordinal;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::exact::{Exact, overflow};
use crate::kernel::id::Id;
use crate::kernel::money::{Currency, from_minor, to_minor};
use crate::kernel::problem::Problem;

use super::super::super::RE_RATE_LINES_MISMATCH;
use super::super::super::compile::Plan;
use super::super::super::outcome::{Line, LineKind};
use super::super::super::plan::Measure;
use super::super::super::roster::Roster;
use super::super::super::state::State;
use super::super::seller;
use super::super::shares::{Reversed, reversed};
use super::rating::Shares;

/// The lines of one order, as they were given out.
pub(super) struct Order<'a> {
    pub(super) event: &'a Id,
    pub(super) lines: Vec<&'a Line>,
}

/// The seller's orders in the window of the refunded one, in the order in which they were rated.
pub(super) struct Window<'a> {
    pub(super) seller: &'a Id,
    pub(super) orders: Vec<Order<'a>>,
    /// What has become of each line so far.
    pub(super) reversed: HashMap<DerivedId, Reversed>,
    posted: &'a [Line],
    event: Id,
    ordinals: Vec<Ordinal>,
    /// Of each line, its place among those that were handed back.
    places: HashMap<DerivedId, usize>,
}

impl<'a> Window<'a> {
    /// Finds the orders among the lines that were handed back; what is of another seller or
    /// another window is left alone.
    pub(super) fn read(
        plan: &Plan,
        state: &State,
        roster: &Roster,
        event: &Id,
        posted: &'a [Line],
    ) -> Result<Self, Problem> {
        let mut orders: Vec<Order<'a>> = Vec::new();
        let mut known: HashMap<&Id, usize> = HashMap::new();
        let mut places = HashMap::new();
        for (position, line) in posted.iter().enumerate() {
            if line.kind.is_of_another() || line.kind == LineKind::Guarantee {
                continue;
            }
            if places.insert(line.id, position).is_some() {
                let problem = mismatch(format!("the line `{}` is there twice", line.id));
                return Err(problem.under("id").under(position).under("posted"));
            }
            let order = *known.entry(&line.event).or_insert(orders.len());
            if order == orders.len() {
                orders.push(Order { event: &line.event, lines: Vec::new() });
            }
            if let Some(order) = orders.get_mut(order) {
                order.lines.push(line);
            }
        }
        let sold = orders.iter().filter(|order| order.event == event);
        let sold = seller(sold.flat_map(|order| order.lines.iter().copied()))?;
        let joined = roster.get(&sold.partner).and_then(|partner| partner.joined);
        let mut cursors = state.cursors.clone();
        let ordinals = plan.ordinals(&mut cursors, sold.at, joined)?.to_vec();
        let window = plan.exact.schedules.first().map(|schedule| schedule.window);
        let mut kept = Vec::new();
        for order in orders {
            let Ok(first) = seller(order.lines.iter().copied()) else { continue };
            let here = match window {
                Some(window) => {
                    let there = plan.ordinals(&mut cursors, first.at, joined)?;
                    there.get(window) == ordinals.get(window)
                }
                None => order.event == event,
            };
            if first.partner == sold.partner && here {
                kept.push(order);
            }
        }
        let window = Self {
            seller: &sold.partner,
            orders: kept,
            reversed: reversed(posted, plan.document.currency)?,
            posted,
            event: event.clone(),
            ordinals,
            places,
        };
        window.add_up(plan, state)?;
        Ok(window)
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = &'a Line> {
        self.orders.iter().flat_map(|order| order.lines.iter().copied())
    }

    /// The lines of the refunded order, with what has become of them.
    pub(super) fn own(&self) -> Vec<Line> {
        let of_order = |line: &&Line| line.event == self.event && !line.kind.is_of_another();
        let ids: BTreeSet<DerivedId> =
            self.posted.iter().filter(of_order).map(|line| line.id).collect();
        let own = self.posted.iter().filter(|line| match line.origin {
            Some(origin) => ids.contains(&origin),
            None => ids.contains(&line.id),
        });
        own.cloned().collect()
    }

    /// Which share of each line was given back so far.
    pub(super) fn shares(&self) -> Shares {
        let given_back = self.reversed.iter();
        given_back.map(|(line, reversed)| (*line, reversed.share.clone())).collect()
    }

    /// What is left of a line, in minor units.
    pub(super) fn left(&self, line: &Line, currency: Currency) -> Result<i64, Problem> {
        let reversed = self.reversed.get(&line.id).map_or(0, |reversed| reversed.amount);
        to_minor(line.amount.amount, currency)?.checked_add(reversed).ok_or_else(overflow)
    }

    /// What was posted for a line and added to it since, because others were given back.
    pub(super) fn most(&self, line: &Line, currency: Currency) -> Result<i64, Problem> {
        let added = self.reversed.get(&line.id).map_or(0, |reversed| reversed.re_rated);
        to_minor(line.amount.amount, currency)?.checked_add(added).ok_or_else(overflow)
    }

    pub(super) fn was_gone(&self, line: &Line) -> bool {
        self.reversed.get(&line.id).is_some_and(|of| of.share == Exact::ONE)
    }

    /// Makes sure that the lines are all that the state counts.
    fn add_up(&self, plan: &Plan, state: &State) -> Result<(), Problem> {
        let currency = plan.document.currency;
        for (name, table) in plan.document.schedules.keys().zip(&plan.exact.schedules) {
            let (mut measured, mut posted) = (Exact::ZERO, 0_i64);
            for line in self.lines().filter(|line| line.schedule.as_ref() == Some(name)) {
                let share = self.reversed.get(&line.id).map(|of| of.share.clone());
                let left = left_of(table.measure, line, &share.unwrap_or_default(), currency)?;
                measured = measured.checked_add(&left)?;
                posted = posted.checked_add(self.left(line, currency)?).ok_or_else(overflow)?;
            }
            let window = self.ordinals.get(table.window).copied().unwrap_or(Ordinal::new(0));
            // A state that was stored knows only those who have a sum: nobody else has any.
            let known = state.partners.get(self.seller).zip(state.meters.get(table.meter));
            let (in_state, paid) = known.map_or((Exact::ZERO, 0), |(key, meter)| {
                (meter.measure(window, key), meter.cell(window, key).paid)
            });
            if measured != in_state || posted != paid {
                let [posted, paid] = [posted, paid].map(|minor| from_minor(minor, currency));
                let [measured, in_state] =
                    [measured, in_state].map(|of| shown(table.measure, &of, currency));
                let message = format!(
                    "by `{name}` they measure `{measured:#}` and have `{posted}` left, where the \
                     state has `{in_state:#}` and `{paid}`"
                );
                return Err(mismatch(message).under("posted"));
            }
        }
        Ok(())
    }

    /// Makes sure that rating the lines as they stand gives what is left of them.
    pub(super) fn hold(&self, plan: &Plan, rated: &HashMap<DerivedId, i64>) -> Result<(), Problem> {
        let currency = plan.document.currency;
        for line in self.lines() {
            let left = self.left(line, currency)?;
            let target = rated.get(&line.id).copied().unwrap_or_default();
            if target != left {
                let [target, left] = [target, left].map(|minor| from_minor(minor, currency));
                let position = self.places.get(&line.id).copied().unwrap_or_default();
                let message = format!(
                    "`{left}` is left of this line, and rated in this order it would be `{target}`"
                );
                return Err(mismatch(message).under("amount").under(position).under("posted"));
            }
        }
        Ok(())
    }
}

/// What is left of what a line added to a measure, in minor units, lines or quantity.
pub(super) fn left_of(
    measure: Measure,
    line: &Line,
    share: &Exact,
    currency: Currency,
) -> Result<Exact, Problem> {
    let added = Exact::from(line.measured.decimal());
    let left = || Exact::ONE.checked_sub(share);
    match measure {
        Measure::Volume | Measure::Earnings => {
            let minor = Exact::from(currency.minor_per_unit());
            added.checked_mul(&minor)?.checked_mul(&left()?)
        }
        Measure::Quantity | Measure::Custom => added.checked_mul(&left()?),
        Measure::Count if *share == Exact::ONE => Ok(Exact::ZERO),
        Measure::Count => Ok(added),
    }
}

/// A measure in units of the currency, lines or quantity.
fn shown(measure: Measure, value: &Exact, currency: Currency) -> Exact {
    match measure {
        Measure::Volume | Measure::Earnings => {
            let minor = Exact::from(currency.minor_per_unit());
            value.checked_div(&minor).unwrap_or_default()
        }
        Measure::Count | Measure::Quantity | Measure::Custom => value.clone(),
    }
}

pub(super) fn mismatch(message: impl Into<String>) -> Problem {
    Problem::new(
        RE_RATE_LINES_MISMATCH,
        message,
        "hand back all lines of the seller's orders in the window, with what became of them, in the \
         order in which they were given out",
    )
}
