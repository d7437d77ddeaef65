//! The rating of orders by their lines: what each would be paid if so much of it were left.

use std::collections::HashMap;

use crate::kernel::allocation::{Part, allocate};
use crate::kernel::derived_id::DerivedId;
use crate::kernel::exact::{Exact, overflow};
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Currency, to_minor};
use crate::kernel::problem::Problem;

use super::super::super::compile::Plan;
use super::super::super::outcome::{Line, LineKind};
use super::super::super::plan::Pay;
use super::super::super::rates::Moved;
use super::super::super::settle::round_parts;
use super::super::super::sponsoring::OverrideBase;
use super::window::{Order, left_of, mismatch};

/// Which share of each line is given back.
pub(super) type Shares = HashMap<DerivedId, Exact>;

type Targets = HashMap<DerivedId, i64>;

impl Plan {
    /// What each line of the orders is paid, one order after the other, in minor units.
    pub(super) fn rated(&self, orders: &[Order<'_>], shares: &Shares) -> Result<Targets, Problem> {
        let meters = vec![(Exact::ZERO, 0); self.exact.schedules.len()];
        let mut rating = Rating { plan: self, shares, meters, targets: HashMap::new() };
        for order in orders {
            rating.order(order)?;
        }
        Ok(rating.targets)
    }
}

struct Rating<'a> {
    plan: &'a Plan,
    shares: &'a Shares,
    /// Of each schedule, what is measured so far and what was settled.
    meters: Vec<(Exact, i64)>,
    targets: Targets,
}

impl Rating<'_> {
    /// Rates an order as the evaluator does: its lines exactly, then rounded together, then shared,
    /// then what sponsors have of it.
    fn order(&mut self, order: &Order<'_>) -> Result<(), Problem> {
        let of = |kind: LineKind| order.lines.iter().copied().filter(move |line| line.kind == kind);
        let paid: Vec<&Line> = of(LineKind::Commission).collect();
        let amounts = self.amounts(&paid)?;
        for (line, part) in paid.iter().zip(self.rounded(&amounts)?) {
            let splits = of(LineKind::Split);
            let splits = splits.filter(|one| one.item == line.item && one.rule == line.rule);
            self.share_out(line, &splits.collect::<Vec<_>>(), part)?;
        }
        let mut overrides: Vec<Vec<&Line>> = Vec::new();
        for line in of(LineKind::Override) {
            let same = |group: &&mut Vec<&Line>| {
                group.first().is_some_and(|one| one.rule == line.rule && one.level == line.level)
            };
            match overrides.iter_mut().find(same) {
                Some(group) => group.push(line),
                None => overrides.push(vec![line]),
            }
        }
        for group in overrides {
            let amounts: Result<Vec<Exact>, Problem> =
                group.iter().map(|line| self.overriding(line, &paid)).collect();
            for (line, part) in group.iter().zip(self.rounded(&amounts?)?) {
                self.targets.insert(line.id, part);
            }
        }
        Ok(())
    }

    fn rounded(&self, amounts: &[Exact]) -> Result<Vec<i64>, Problem> {
        round_parts(amounts, &self.plan.exact.one, self.plan.document.rounding).ok_or_else(overflow)
    }

    /// The exact amounts of the seller's lines.
    fn amounts(&mut self, paid: &[&Line]) -> Result<Vec<Exact>, Problem> {
        // What schedules have paid for the lines of this order: one counts once in a schedule,
        // whichever of its rules pay by it.
        let mut known: Vec<(usize, Option<&Id>, Exact)> = Vec::new();
        let mut amounts = Vec::with_capacity(paid.len());
        for line in paid {
            let Some(schedule) = &line.schedule else {
                amounts.push(self.unscheduled(line)?);
                continue;
            };
            let number = self.plan.document.schedules.keys().position(|name| name == schedule);
            let Some(number) = number else { return Err(unknown(line)) };
            let same =
                known.iter().find(|(of, item, _)| *of == number && *item == line.item.as_ref());
            let amount = match same {
                Some((.., amount)) => amount.clone(),
                None => self.scheduled(number, line)?,
            };
            known.push((number, line.item.as_ref(), amount.clone()));
            amounts.push(amount);
        }
        Ok(amounts)
    }

    fn scheduled(&mut self, number: usize, line: &Line) -> Result<Exact, Problem> {
        let plan = self.plan;
        let table = plan.exact.schedules.get(number).ok_or_else(|| unknown(line))?;
        let meter = self.meters.get_mut(number).ok_or_else(|| unknown(line))?;
        let share = self.shares.get(&line.id).cloned().unwrap_or_default();
        let added = left_of(table.measure, line, &share, plan.document.currency)?;
        let moved = table.adds(&meter.0, meter.1, &added, &plan.exact.one, plan.document.rounding);
        let Moved { amount, after, settled } = moved.ok_or_else(overflow)?;
        *meter = (after, settled);
        Ok(amount)
    }

    /// What a rule that goes by no schedule pays for what is left of a line.
    fn unscheduled(&self, line: &Line) -> Result<Exact, Problem> {
        let currency = self.plan.document.currency;
        let whole = match &line.rate {
            Some(rate) => base(line, currency)?.checked_mul(rate.exact())?,
            None => match self.plan.pay_for(line) {
                Some(Pay::Flat { amount }) => minor(*amount, currency)?,
                _ => return Err(unknown(line)),
            },
        };
        whole.checked_mul(&self.left(line)?)
    }

    /// What sponsors have of a line.
    fn overriding(&self, line: &Line, paid: &[&Line]) -> Result<Exact, Problem> {
        let mut overrides = self.plan.document.overrides.iter();
        let spec = overrides.find(|one| Some(&one.id) == line.rule.as_ref());
        let (Some(spec), Some(rate)) = (spec, &line.rate) else { return Err(unknown(line)) };
        let of = match spec.of {
            OverrideBase::Sale => {
                base(line, self.plan.document.currency)?.checked_mul(&self.left(line)?)?
            }
            OverrideBase::Commission => {
                let own = paid.iter().filter(|one| one.item == line.item);
                let kept = own.filter_map(|one| self.targets.get(&one.id));
                let kept = kept.copied().try_fold(0_i64, i64::checked_add);
                Exact::from(kept.ok_or_else(overflow)?)
            }
        };
        of.checked_mul(rate.exact())
    }

    /// Gives everybody their part of what is posted for a line.
    fn share_out(&mut self, line: &Line, splits: &[&Line], posted: i64) -> Result<(), Problem> {
        let share = |one: &&Line| one.rate.as_ref().map(|rate| rate.exact().clone());
        let mut own = Exact::ONE;
        let mut parts = Vec::with_capacity(splits.len() + 1);
        for split in splits {
            let weight = share(split).ok_or_else(|| unknown(split))?;
            own = own.checked_sub(&weight)?;
            parts.push(Part { weight, key: split.id });
        }
        parts.push(Part { weight: own, key: line.id });
        for (part, posted) in parts.iter().zip(allocate(posted.into(), &parts)?) {
            let posted = i64::try_from(posted).map_err(|_| overflow())?;
            self.targets.insert(part.key, posted);
        }
        Ok(())
    }

    fn left(&self, line: &Line) -> Result<Exact, Problem> {
        let share = self.shares.get(&line.id).cloned().unwrap_or_default();
        Exact::ONE.checked_sub(&share)
    }
}

fn base(line: &Line, currency: Currency) -> Result<Exact, Problem> {
    Ok(Exact::from(to_minor(line.base.amount, currency)?))
}

/// An amount of the plan in minor units, which need not be whole.
fn minor(amount: Amount, currency: Currency) -> Result<Exact, Problem> {
    Exact::from(amount.decimal()).checked_mul(&Exact::from(currency.minor_per_unit()))
}

/// What is said of a line that the plan cannot have posted.
fn unknown(line: &Line) -> Problem {
    let problem = mismatch(format!("the plan has not posted the line `{}` as it is", line.id));
    problem.under("posted")
}
