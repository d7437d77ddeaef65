//! Eighteen months of orders and refunds, handed to the plan in the order in which they happen.
//!
//! This is what a host does inside a request: it has a plan, the state that the plan remembers,
//! its partners and one event; it keeps the lines that come back, and hands those of an order
//! back with its refund. [`in_one_batch`] is what an analyst does with the same history.

use std::collections::BTreeMap;
use std::error::Error;

use guerdon::columns::{Codes, Facts, Ids, Words};
use guerdon::commission::{Earnings, EventColumns, Line, Outcome, Plan, Refund, Roster};
use guerdon::kernel::calendar::Date;

use crate::dollars::cents;
use crate::orders::Order;
use crate::rules;

/// An order or a refund, and what came of it.
pub(crate) struct Happened<'a> {
    pub(crate) date: Date,
    pub(crate) order: &'a Order,
    /// None for the order itself.
    pub(crate) refund: Option<Refund>,
    pub(crate) outcome: Outcome,
}

/// The plan of `plan.json`, and the partners of the rules.
pub(crate) struct Program {
    pub(crate) plan: Plan,
    pub(crate) roster: Roster,
}

impl Program {
    pub(crate) fn new() -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            plan: Plan::from_json(include_str!("plan.json"))?,
            roster: Roster::new(rules::partners()?)?,
        })
    }

    /// Plays the history, and has each order explained.
    pub(crate) fn play<'a>(
        &self,
        orders: &'a [Order],
    ) -> Result<Vec<Happened<'a>>, Box<dyn Error>> {
        let mut state = self.plan.new_state();
        let mut kept: BTreeMap<u64, Vec<Line>> = BTreeMap::new();
        let mut history = Vec::new();
        for (date, order, refund) in in_time(orders)? {
            let lines = kept.entry(order.number).or_default();
            let outcome = match &refund {
                None => self.plan.explain(&mut state, &self.roster, &order.event()?)?,
                Some(refund) => self.plan.refund(&mut state, &self.roster, refund, lines)?,
            };
            lines.extend(outcome.lines.iter().cloned());
            history.push(Happened { date, order, refund, outcome });
        }
        Ok(history)
    }
}

type Planned<'a> = (Date, &'a Order, Option<Refund>);

/// Day by day: first the orders, then the refunds, each in the order of their numbers.
fn in_time(orders: &[Order]) -> Result<Vec<Planned<'_>>, Box<dyn Error>> {
    let end: Date = rules::END.parse()?;
    let mut planned = Vec::new();
    for order in orders {
        planned.push((order.date, order, None));
        if let Some((date, refund)) = order.refund()?.filter(|(date, _)| *date < end) {
            planned.push((date, order, Some(refund)));
        }
    }
    planned.sort_by_key(|(date, order, refund)| (*date, refund.is_some(), order.number));
    Ok(planned)
}

/// Plays the same history as columns, and makes sure that every cent is the same.
pub(crate) fn in_one_batch(
    program: &Program,
    history: &[Happened<'_>],
) -> Result<(), Box<dyn Error>> {
    let columns = Columns::of(history)?;
    let mut state = program.plan.new_state();
    let earnings = program.plan.run(&mut state, &program.roster, &columns.lend())?;
    for (row, happened) in (0_u64..).zip(history) {
        if told(happened)? != batched(&earnings, row)? {
            return Err(format!("row {row} of the batch differs from the event").into());
        }
    }
    Ok(())
}

/// What the seller and the sponsors got, in cents.
fn told(happened: &Happened<'_>) -> Result<(i64, i64), Box<dyn Error>> {
    let sponsors = happened.outcome.lines.iter().filter(|line| line.level > 0);
    let overrides = sponsors.map(|line| cents(line.amount)).sum::<Result<i64, _>>()?;
    Ok((cents(happened.outcome.total)?, overrides))
}

fn batched(earnings: &Earnings, row: u64) -> Result<(i64, i64), Box<dyn Error>> {
    let index = usize::try_from(row)?;
    let seller = earnings.commission_minor.get(index).ok_or("the batch is too short")?;
    let of_row = earnings.overrides.row.partition_point(|other| *other < row);
    let sponsors = earnings.overrides.row.iter().zip(&earnings.overrides.amount_minor);
    let sponsors = sponsors.skip(of_row).take_while(|(other, _)| **other == row);
    Ok((*seller, sponsors.map(|(_, amount)| amount).sum()))
}

/// The history as columns.
struct Columns {
    at: Vec<i64>,
    partner: Vec<i8>,
    partners: Vec<String>,
    customer: Vec<i64>,
    cents: Vec<i64>,
    cds: Vec<i64>,
    is_first: Vec<Option<bool>>,
    refund_of: Vec<i64>,
}

impl Columns {
    fn of(history: &[Happened<'_>]) -> Result<Self, Box<dyn Error>> {
        let mut columns = Self {
            at: Vec::new(),
            partner: Vec::new(),
            partners: (1..=rules::PARTNERS)
                .map(|number| Ok(rules::partner_id(number)?.to_string()))
                .collect::<Result<_, Box<dyn Error>>>()?,
            customer: Vec::new(),
            cents: Vec::new(),
            cds: Vec::new(),
            is_first: Vec::new(),
            refund_of: Vec::new(),
        };
        let mut rows = BTreeMap::new();
        for (row, happened) in (0_i64..).zip(history) {
            let Happened { date, order, refund, .. } = happened;
            columns.at.push(rules::noon(*date)?.micros());
            columns.partner.push(i8::try_from(rules::partner_of(order.customer) - 1)?);
            columns.customer.push(i64::try_from(order.customer)?);
            columns.cds.push(order.cds);
            columns.is_first.push(Some(order.is_first));
            match refund {
                None => {
                    rows.insert(order.number, row);
                    columns.cents.push(order.cents);
                    columns.refund_of.push(-1);
                }
                Some(refund) => {
                    let amount = refund.amount.ok_or("every refund here says how much")?;
                    columns.cents.push(cents(amount)?);
                    columns.refund_of.push(rows.get(&order.number).copied().unwrap_or(-1));
                }
            }
        }
        Ok(columns)
    }

    fn lend(&self) -> EventColumns<'_> {
        EventColumns {
            at: &self.at,
            partner: Ids::Words(Words {
                codes: Codes::Int8(&self.partner),
                words: self.partners.iter().map(String::as_str).collect(),
            }),
            amount_minor: &self.cents,
            net_minor: None,
            quantity: Some(&self.cds),
            kind: None,
            customer: Some(Ids::Numbers(&self.customer)),
            refund_of: Some(&self.refund_of),
            facts: vec![("customer.new", Facts::Booleans(&self.is_first))],
        }
    }
}
