//! What if: one history under two plans, and what differs.
//!
//! Both plans live through the whole history, refunds included, each with its own state. What each
//! posted is added up by partner, rule and period of the calendar; guarantees are not settled.

use std::collections::BTreeMap;

use crate::kernel::calendar::{CalendarUnit, Periods};
use crate::kernel::document::model;
use crate::kernel::exact::overflow;
use crate::kernel::id::Id;
use crate::kernel::money::{CURRENCY_MISMATCH, Currency, Money, from_minor, to_minor};
use crate::kernel::problem::{Problem, Problems};

use super::compile::Plan;
use super::event::Partner;
use super::operations::roster;
use super::outcome::Line;
use super::plan::PlanText;
use super::replay::{Happening, History};

/// What `commission.what_if` takes.
#[model]
pub struct WhatIfInput {
    /// One plan, such as the one in force.
    pub before: PlanText,
    /// The other one, such as its next version; in the same currency.
    pub after: PlanText,
    /// The host's partners.
    #[model(default)]
    pub partners: Vec<Partner>,
    /// What happened, in the order in which the host came to know of it.
    pub history: Vec<Happening>,
    /// The pieces of the calendar that amounts are added up by, in the zone of `after`; months
    /// unless said.
    #[model(default = CalendarUnit::Month)]
    pub period: CalendarUnit,
}

/// What differs between two plans over one history.
#[model]
pub struct WhatIf {
    /// Everything together.
    pub total: Difference,
    /// By partner, in the order of their ids.
    pub by_partner: Vec<Difference>,
    /// By rule or override, in the order of their ids.
    pub by_rule: Vec<Difference>,
    /// By period, in the order of time.
    pub by_period: Vec<Difference>,
    /// By partner, rule and period: those for which the plans differ.
    pub entries: Vec<Difference>,
}

/// What two plans posted, and the difference.
#[model]
pub struct Difference {
    /// Whose it is; of everybody unless said.
    pub partner: Option<Id>,
    /// The rule or override; of all unless said.
    pub rule: Option<Id>,
    /// The name of the period, such as `2026-11`; of all unless said.
    pub period: Option<String>,
    /// What the one plan posted, less what was taken back.
    pub before: Money,
    /// What the other plan posted.
    pub after: Money,
    /// The second less the first.
    pub difference: Money,
}

/// Runs two plans over the same history.
///
/// # Errors
/// Every problem of either plan; `currency_mismatch`; or the first thing that is wrong with the
/// history under one of them, with its place.
pub fn what_if(input: WhatIfInput) -> Result<WhatIf, Problems> {
    let compile =
        |plan: PlanText, name: &str| Plan::compile(plan.0).map_err(|problems| problems.under(name));
    let before = compile(input.before, "before")?;
    let after = compile(input.after, "after")?;
    let currency = before.document.currency;
    if after.document.currency != currency {
        let problem = Problem::new(
            CURRENCY_MISMATCH,
            format!("`{}` is not the currency of the plan before", after.document.currency),
            "compare two plans in one currency",
        );
        return Err(problem.under("currency").under("after").into());
    }
    let roster = roster(input.partners)?;
    let periods = Periods::calendar(input.period, after.document.zone);
    let mut sums = Sums { currency, periods, sums: BTreeMap::new() };
    for (plan, side) in [(&before, Side::Before), (&after, Side::After)] {
        let mut history = History::new(plan, &roster, false);
        for (position, happening) in input.history.iter().enumerate() {
            let placed = |problem: Problem| problem.under(position).under("history");
            // What earned nothing by one of the plans has nothing to give back by it.
            let Some(outcome) = history.live_or_skip(happening).map_err(placed)? else { continue };
            for line in &outcome.lines {
                sums.add(line, side).map_err(placed)?;
            }
        }
    }
    Ok(sums.told()?)
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

/// What was posted before and after, in minor units.
type Pair = [i64; 2];

/// By partner, rule and the number of the period.
type Place = (Id, Option<Id>, i32);

struct Sums {
    currency: Currency,
    periods: Periods,
    sums: BTreeMap<Place, Pair>,
}

impl Sums {
    fn add(&mut self, line: &Line, side: Side) -> Result<(), Problem> {
        let minor = to_minor(line.amount.amount, self.currency)?;
        if minor == 0 {
            return Ok(());
        }
        let period = self.periods.ordinal_of(line.at).number();
        let place = (line.partner.clone(), line.rule.clone(), period);
        let [before, after] = self.sums.entry(place).or_default();
        let sum = match side {
            Side::Before => before,
            Side::After => after,
        };
        *sum = sum.checked_add(minor).ok_or_else(overflow)?;
        Ok(())
    }

    /// The sums by some part of their place, in its order.
    fn by<K: Ord>(&self, key: impl Fn(&Place) -> K) -> Result<BTreeMap<K, Pair>, Problem> {
        let mut sums: BTreeMap<K, Pair> = BTreeMap::new();
        for (place, pair) in &self.sums {
            let sum = sums.entry(key(place)).or_default();
            for (sum, part) in sum.iter_mut().zip(pair) {
                *sum = sum.checked_add(*part).ok_or_else(overflow)?;
            }
        }
        Ok(sums)
    }

    fn label(&self, period: i32) -> String {
        self.periods.label(crate::kernel::calendar::Ordinal::new(period))
    }

    fn difference(&self, [before, after]: Pair) -> Result<Difference, Problem> {
        let money = |minor: i64| from_minor(minor, self.currency);
        let difference = after.checked_sub(before).ok_or_else(overflow)?;
        Ok(Difference {
            partner: None,
            rule: None,
            period: None,
            before: money(before),
            after: money(after),
            difference: money(difference),
        })
    }

    fn told(&self) -> Result<WhatIf, Problem> {
        let whole = self.by(|_| ())?.remove(&()).unwrap_or_default();
        let mut told = WhatIf {
            total: self.difference(whole)?,
            by_partner: Vec::new(),
            by_rule: Vec::new(),
            by_period: Vec::new(),
            entries: Vec::new(),
        };
        for (partner, pair) in self.by(|(partner, ..)| partner.clone())? {
            let difference = self.difference(pair)?;
            told.by_partner.push(Difference { partner: Some(partner), ..difference });
        }
        for (rule, pair) in self.by(|(_, rule, _)| rule.clone())? {
            told.by_rule.push(Difference { rule, ..self.difference(pair)? });
        }
        for (period, pair) in self.by(|(.., period)| *period)? {
            let period = Some(self.label(period));
            told.by_period.push(Difference { period, ..self.difference(pair)? });
        }
        for ((partner, rule, period), pair) in &self.sums {
            let [before, after] = pair;
            if before == after {
                continue;
            }
            told.entries.push(Difference {
                partner: Some(partner.clone()),
                rule: rule.clone(),
                period: Some(self.label(*period)),
                ..self.difference(*pair)?
            });
        }
        Ok(told)
    }
}
