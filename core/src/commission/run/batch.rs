//! A batch under way: what is worked out once for all its rows, and the way of each row.

use std::collections::{HashMap, HashSet};

use crate::commission::compile::Plan;
use crate::commission::engine::below_zero;
use crate::commission::evaluate::{Evaluator, Scratch, Stop};
use crate::commission::event::EventKind;
use crate::commission::outcome::Line;
use crate::commission::plan::Base;
use crate::commission::rates::Tables;
use crate::commission::roster::Roster;
use crate::commission::row::{Row, RowLine};
use crate::commission::settle::commit;
use crate::commission::state::State;
use crate::commission::working::{Quantity, Working};
use crate::kernel::calendar::{Instant, Ordinal, PeriodCursor};
use crate::kernel::exact::Exact;
use crate::kernel::explain::NoSteps;
use crate::kernel::id::Id;
use crate::kernel::money::AMOUNT_TOO_LARGE;
use crate::kernel::problem::Problem;

use super::columns::EventColumns;
use super::conditions::{Answer, RowConditions};
use super::earnings::Earnings;
use super::numbering::Numbering;
use super::sellers::{Seller, Standing};

pub(super) struct Batch<'a> {
    pub(super) plan: &'a Plan,
    pub(super) roster: &'a Roster,
    pub(super) columns: &'a EventColumns<'a>,
    pub(super) partners: Numbering,
    customers: Option<Numbering>,
    /// By partner number.
    pub(super) standings: Vec<Standing>,
    pub(super) sellers: HashMap<u32, Seller>,
    cursors: Vec<Option<PeriodCursor>>,
    pub(super) windows: Vec<Ordinal>,
    kinds: Vec<EventKind>,
    pub(super) answers: Vec<Answer>,
    /// Of each fact slot, the column that has it.
    pub(super) slots: Vec<Option<usize>>,
    pub(super) sponsors: Vec<Id>,
    pub(super) sponsor_numbers: HashMap<Id, u32>,
    /// The rows that a later row gives back.
    refunded: HashSet<usize>,
    /// Their lines, reversals included.
    pub(super) posted: HashMap<usize, Vec<Line>>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        roster: &'a Roster,
        columns: &'a EventColumns<'a>,
    ) -> Result<Self, Problem> {
        let slots = slots(plan, columns)?;
        let kinds = match &columns.kind {
            None => Vec::new(),
            Some(kind) => kind
                .words
                .iter()
                .map(|word| word.parse().map_err(|problem: Problem| problem.under("kind")))
                .collect::<Result<_, _>>()?,
        };
        let mut batch = Self {
            plan,
            roster,
            columns,
            partners: Numbering::of(&columns.partner),
            customers: columns.customer.as_ref().map(Numbering::of),
            standings: Vec::new(),
            sellers: HashMap::new(),
            cursors: plan.cursors(),
            windows: vec![Ordinal::new(0); plan.windows.len()],
            kinds,
            answers: Vec::new(),
            slots,
            sponsors: Vec::new(),
            sponsor_numbers: HashMap::new(),
            refunded: columns
                .refund_of
                .unwrap_or_default()
                .iter()
                .filter_map(|row| usize::try_from(*row).ok())
                .collect(),
            posted: HashMap::new(),
        };
        batch.answers = batch.answers()?;
        Ok(batch)
    }

    #[inline(always)]
    pub(super) fn row(
        &mut self,
        state: &mut State,
        row: usize,
        (fast, exact): (&mut Scratch<i64>, &mut Scratch<Exact>),
        earnings: &mut Earnings,
    ) -> Result<(), Problem> {
        let (partner, standing) = self.seller(state, row)?;
        let at = self.columns.at.get(row).copied().unwrap_or_default();
        let instant = Instant::from_micros(at).map_err(|problem| problem.under("at"))?;
        // Whoever has earned something gives it back, whatever became of the plan or of them.
        if let Some(sold) = self.refunded_row(row)? {
            return self.give_back(state, row, sold, earnings);
        }
        if standing == Standing::Closed || self.outside(instant) {
            earnings.nothing();
            return Ok(());
        }
        let line = self.line(row)?;
        let customer = self.customer(state, row)?;
        self.find_windows(instant);
        if standing == Standing::Special {
            self.find_own_windows(partner, instant);
        }
        let seller = self.special(partner, standing);
        let lines = [line];
        let of = Row {
            kind: self.kind(row),
            partner,
            customer,
            tier: seller.and_then(|seller| seller.tier),
            given_tier: None,
            windows: &self.windows,
            lines: &lines,
            items: &[],
            sponsors: seller.map_or(&[], |seller| seller.earns.as_slice()),
            sponsor_ids: &[],
        };
        let settled = match &self.plan.fast {
            Some(tables) => match self.settle(tables, state, (&of, row, seller), fast, earnings) {
                Err(Stop::TooWide) => {
                    self.settle(&self.plan.exact, state, (&of, row, seller), exact, earnings)
                }
                settled => settled,
            },
            None => self.settle(&self.plan.exact, state, (&of, row, seller), exact, earnings),
        };
        let told = settled.map_err(|stop| match stop {
            Stop::Problem(problem) => *problem,
            Stop::TooWide => Problem::new(
                AMOUNT_TOO_LARGE,
                "an amount of this row does not fit 64 bits of minor units",
                "check the amounts of the row and of the plan",
            ),
        })?;
        if let Some(told) = told {
            self.posted.insert(row, told);
        }
        Ok(())
    }

    /// Rates a row in one kind of number, and changes the state if all went well.
    #[inline(always)]
    fn settle<N: Working>(
        &self,
        tables: &Tables<N>,
        state: &mut State,
        (of, row, seller): (&Row<'_>, usize, Option<&Seller>),
        scratch: &mut Scratch<N>,
        earnings: &mut Earnings,
    ) -> Result<Option<Vec<Line>>, Stop> {
        let evaluator = Evaluator { plan: self.plan, tables, state };
        let mut conditions = RowConditions { batch: self, state, of, row, tier: None };
        let rated = evaluator.rate(of, &mut conditions, scratch, &mut NoSteps)?;
        if !rated.has_lines() {
            earnings.nothing();
            return Ok(None);
        }
        earnings.add(self.plan, scratch, row, seller);
        let mut told = None;
        if !self.refunded.is_empty() && self.refunded.contains(&row) {
            told = Some(self.tell(state, (of, row, seller), scratch)?);
        }
        commit(self.plan, state, of, scratch);
        Ok(told)
    }

    #[inline(always)]
    fn customer(&mut self, state: &mut State, row: usize) -> Result<Option<u32>, Problem> {
        let (Some(numbering), Some(column)) = (&mut self.customers, &self.columns.customer) else {
            return Ok(None);
        };
        let number = numbering.get(column, row, |id| {
            let id: Id = id.parse().map_err(|problem: Problem| problem.under("customer"))?;
            Ok(state.customers.number(&id))
        })?;
        Ok(Some(number))
    }

    #[inline(always)]
    fn outside(&self, at: Instant) -> bool {
        let document = &self.plan.document;
        document.effective_from.is_some_and(|from| at < from)
            || document.effective_until.is_some_and(|until| at >= until)
    }

    #[inline(always)]
    fn line(&self, row: usize) -> Result<RowLine, Problem> {
        let columns = self.columns;
        let gross = columns.amount_minor.get(row).copied().unwrap_or_default();
        let net = columns.net_minor.and_then(|net| net.get(row)).copied().unwrap_or(gross);
        let quantity = columns.quantity.and_then(|column| column.get(row)).copied().unwrap_or(1);
        if (gross | net | quantity) < 0 {
            return Err(negative(gross, net, quantity));
        }
        let base = match self.plan.document.base {
            Base::Net => net,
            Base::Gross => gross,
        };
        Ok(RowLine { gross, base, quantity: Quantity::Whole(quantity) })
    }

    #[inline(always)]
    fn find_windows(&mut self, at: Instant) {
        for (ordinal, cursor) in self.windows.iter_mut().zip(&mut self.cursors) {
            if let Some(cursor) = cursor {
                *ordinal = cursor.ordinal_of(at);
            }
        }
    }

    #[inline(always)]
    fn kind(&self, row: usize) -> EventKind {
        let code = self.columns.kind.as_ref().and_then(|kind| kind.codes.get(row));
        code.and_then(|code| self.kinds.get(code)).copied().unwrap_or(EventKind::Sale)
    }
}

/// Says which of a row's numbers is below zero.
#[cold]
fn negative(gross: i64, net: i64, quantity: i64) -> Problem {
    let named = [("amount_minor", gross), ("net_minor", net), ("quantity", quantity)];
    let found = named.into_iter().find(|(_, value)| *value < 0);
    let (name, value) = found.unwrap_or(("amount_minor", gross));
    below_zero(&value).under(name)
}

/// The columns of the facts that conditions read.
fn slots(plan: &Plan, columns: &EventColumns<'_>) -> Result<Vec<Option<usize>>, Problem> {
    let mut slots = vec![None; plan.vocabulary.len()];
    for (position, (name, _)) in columns.facts.iter().enumerate() {
        let fact = plan.vocabulary.find(name).map_err(|problem| problem.under(name))?;
        if let Some(slot) = slots.get_mut(fact.slot()) {
            *slot = Some(position);
        }
    }
    Ok(slots)
}

pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
