//! A batch under way: what is worked out once for all its rows, and the way of each row.

use std::ops::Range;

use crate::columns::{Ids, Words};
use crate::commission::compile::Plan;
use crate::commission::engine::below_zero;
use crate::commission::evaluate::{Evaluator, Stop, fit};
use crate::commission::event::EventKind;
use crate::commission::plan::Base;
use crate::commission::rates::Tables;
use crate::commission::roster::Roster;
use crate::commission::row::{Row, RowLine};
use crate::commission::scratch::Scratch;
use crate::commission::settle::commit;
use crate::commission::state::State;
use crate::commission::working::{Quantity, Working};
use crate::kernel::calendar::{Instant, Ordinal, PeriodCursor};
use crate::kernel::exact::Exact;
use crate::kernel::explain::NoSteps;
use crate::kernel::id::Id;
use crate::kernel::money::{AMOUNT_TOO_LARGE, Rate};
use crate::kernel::problem::Problem;

use super::choices::Straight;
use super::chunk::{Chunk, ROWS_AT_HAND};
use super::columns::EventColumns;
use super::conditions::{Answer, RowConditions};
use super::earnings::Earnings;
use super::numbering::Numbering;
use super::refunds::{Refunds, Told};
use super::sellers::{Sellers, Standing};

pub(super) struct Batch<'a> {
    pub(super) plan: &'a Plan,
    pub(super) roster: &'a Roster,
    pub(super) columns: &'a EventColumns<'a>,
    pub(super) partners: Numbering,
    customers: Option<Numbering>,
    pub(super) sellers: Sellers<'a>,
    pub(super) cursors: Vec<Option<PeriodCursor>>,
    pub(super) windows: Vec<Ordinal>,
    /// By the codes of the column of kinds.
    pub(super) kinds: Vec<EventKind>,
    pub(super) answers: Vec<Answer>,
    /// Of each fact slot, the column that has it.
    pub(super) slots: Vec<Option<usize>>,
    pub(super) refunds: Refunds,
    pub(super) chunk: Chunk,
    pub(super) straight: Option<Straight<'a>>,
}

/// A row as it was read.
#[derive(Clone, Copy)]
pub(super) struct ReadRow {
    pub(super) row: usize,
    pub(super) kind: EventKind,
    pub(super) partner: u32,
    standing: Standing,
    pub(super) customer: Option<u32>,
    pub(super) line: RowLine,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        roster: &'a Roster,
        columns: &'a EventColumns<'a>,
    ) -> Result<Self, Problem> {
        let slots = slots(plan, columns)?;
        let kinds = columns.kind.as_ref().map_or(Ok(Vec::new()), kinds);
        let mut batch = Self {
            plan,
            roster,
            columns,
            partners: Numbering::of(&columns.partner),
            customers: columns.customer.as_ref().map(Numbering::of),
            sellers: Sellers::new(plan, roster),
            cursors: plan.cursors(),
            windows: vec![Ordinal::new(0); plan.windows.len()],
            kinds: kinds.map_err(|problem| problem.under("kind"))?,
            answers: Vec::new(),
            slots,
            refunds: Refunds::of(columns, plan.re_rates()),
            chunk: Chunk::new(plan.conditions.len()),
            straight: None,
        };
        batch.answers = batch.answers();
        batch.straight = Straight::of(&batch);
        Ok(batch)
    }

    /// Rates rows, as many as there are between two looks.
    pub(super) fn rows(
        &mut self,
        state: &mut State,
        rows: Range<usize>,
        earnings: &mut Earnings,
    ) -> Result<(), Problem> {
        let plan = self.plan;
        match &plan.fast {
            Some(tables) => self.rows_by(tables, state, rows, earnings),
            None => self.rows_by(&plan.exact, state, rows, earnings),
        }
    }

    /// A function of its own for each kind of number, so that none holds registers for another.
    #[inline(never)]
    fn rows_by<N: Working>(
        &mut self,
        tables: &Tables<N>,
        state: &mut State,
        rows: Range<usize>,
        earnings: &mut Earnings,
    ) -> Result<(), Problem> {
        let mut scratch = Scratch::<N>::default();
        for start in rows.clone().step_by(ROWS_AT_HAND) {
            let end = rows.end.min(start + ROWS_AT_HAND);
            earnings.make_room(end);
            let read = self.read(state, start..end);
            // What comes before a row that cannot be read has its problems first.
            let end = read.as_ref().err().map_or(end, |(row, _)| *row);
            let mut row = start;
            while row < end {
                let stretch = self.stretch(row..end).map_err(|problem| at_row(problem, row))?;
                while row < stretch.end {
                    if !stretch.outside {
                        row = self.straight_rows(state, row..stretch.end, earnings);
                    }
                    if row < stretch.end {
                        self.row(tables, state, (row, stretch.outside), &mut scratch, earnings)
                            .map_err(|problem| at_row(problem, row))?;
                        row += 1;
                    }
                }
            }
            read.map_err(|(row, problem)| at_row(problem, row))?;
        }
        Ok(())
    }

    #[inline(always)]
    fn row<N: Working>(
        &mut self,
        tables: &Tables<N>,
        state: &mut State,
        (row, outside): (usize, bool),
        scratch: &mut Scratch<N>,
        earnings: &mut Earnings,
    ) -> Result<(), Problem> {
        // Whoever has earned something gives it back, whatever became of the plan or of them.
        if let Some(sold) = self.refunded_row(row)? {
            return self.give_back(state, row, sold, earnings);
        }
        if outside || self.seller(row).1 == Standing::Closed {
            return Ok(());
        }
        let read = self.read_row(state, row)?;
        match self.settle(tables, state, read, scratch, earnings) {
            Ok(told) => {
                self.keep(row, told);
                Ok(())
            }
            Err(Stop::Problem(problem)) => Err(*problem),
            Err(Stop::TooWide) => self.settle_exactly(state, row, earnings),
        }
    }

    #[inline(always)]
    fn seller(&self, row: usize) -> (u32, Standing) {
        let partner = self.chunk.seller(row);
        (partner, self.sellers.standing(partner))
    }

    #[inline(always)]
    fn read_row(&mut self, state: &mut State, row: usize) -> Result<ReadRow, Problem> {
        let (partner, standing) = self.seller(row);
        let kind = self.kind(row);
        let line = self.line(row)?;
        let customer = self.customer(state, row)?;
        if let Standing::Special(place) = standing {
            let at = self.columns.at.get(row).copied().unwrap_or_default();
            if let Some(seller) = self.sellers.special_mut(place) {
                seller.find_own_windows(Instant::from_micros(at)?, &mut self.windows)?;
            }
        }
        Ok(ReadRow { row, kind, partner, standing, customer, line })
    }

    /// Rates a row that does not fit the numbers of the others. It reads the row again, so that
    /// nothing is kept for it of all the rows that do fit.
    #[cold]
    #[inline(never)]
    fn settle_exactly(
        &mut self,
        state: &mut State,
        row: usize,
        earnings: &mut Earnings,
    ) -> Result<(), Problem> {
        let read = self.read_row(state, row)?;
        let mut scratch = Scratch::<Exact>::default();
        let settled = self.settle(&self.plan.exact, state, read, &mut scratch, earnings);
        self.keep(row, settled.map_err(refused)?);
        Ok(())
    }

    /// Rates a row in one kind of number, and changes the state if all went well.
    #[inline(always)]
    fn settle<N: Working>(
        &self,
        tables: &Tables<N>,
        state: &mut State,
        read: ReadRow,
        scratch: &mut Scratch<N>,
        earnings: &mut Earnings,
    ) -> Result<Told, Stop> {
        let seller = match read.standing {
            Standing::Special(place) => self.sellers.special(place),
            Standing::Plain | Standing::Closed => None,
        };
        let of = Row {
            kind: read.kind,
            partner: read.partner,
            customer: read.customer,
            tier: seller.and_then(|seller| seller.tier),
            own_rate: if self.plan.pays_own { self.own_rate(state, read.partner) } else { None },
            given_tier: None,
            windows: &self.windows,
            lines: &[read.line],
            items: &[],
            sponsors: seller.map_or(&[], |seller| seller.above.as_slice()),
            sponsor_ids: &[],
            split: None,
        };
        let evaluator = Evaluator { plan: self.plan, tables, state };
        let mut conditions = RowConditions::new(self, state, &of, read.row);
        let rated = evaluator.rate(&of, &mut conditions, scratch, &mut NoSteps)?;
        if !rated.has_lines() {
            return Ok(None);
        }
        fit(earnings.add(scratch, read.row, seller))?;
        let mut told = None;
        if self.refunds.are_of(read.row) {
            told = Some(self.tell(state, read, seller, scratch)?);
        }
        commit(self.plan, state, &of, scratch);
        Ok(told)
    }

    /// The rate of a partner's own.
    #[cold]
    pub(super) fn own_rate(&self, state: &State, partner: u32) -> Option<&'a Rate> {
        self.roster.get(state.partners.id(partner)?)?.rate.as_ref()
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
    fn kind(&self, row: usize) -> EventKind {
        let code = self.columns.kind.as_ref().and_then(|kind| kind.codes.get(row));
        code.and_then(|code| self.kinds.get(code)).copied().unwrap_or(EventKind::Sale)
    }

    /// Whether every word of the column of customers is an id.
    pub(super) fn customers_are_ids(&self) -> bool {
        match &self.columns.customer {
            Some(Ids::Words(customers)) => {
                customers.words.iter().all(|word| word.parse::<Id>().is_ok())
            }
            Some(Ids::Numbers(_)) | None => true,
        }
    }
}

/// The kinds that words name. A word that names none is refused where a row has it.
fn kinds(column: &Words<'_>) -> Result<Vec<EventKind>, Problem> {
    let named: Vec<Result<EventKind, Problem>> =
        column.words.iter().map(|word| word.parse()).collect();
    if named.iter().any(Result::is_err) {
        for row in 0..column.codes.len() {
            let kind = column.codes.get(row).and_then(|code| named.get(code));
            if let Some(Err(problem)) = kind {
                return Err(problem.clone().under(row));
            }
        }
    }
    // What no row has is never asked for.
    Ok(named.into_iter().map(|kind| kind.unwrap_or(EventKind::Custom)).collect())
}

/// A problem of a row, at its place in the column: columns come first in a batch.
#[cold]
fn at_row(problem: Problem, row: usize) -> Problem {
    let path = format!("{}/{row}", problem.path);
    problem.at(path)
}

#[cold]
fn refused(stop: Stop) -> Problem {
    match stop {
        Stop::Problem(problem) => *problem,
        Stop::TooWide => Problem::new(
            AMOUNT_TOO_LARGE,
            "an amount of this row does not fit 64 bits of minor units",
            "check the amounts of the row and of the plan",
        ),
    }
}

/// Says which of a row's numbers is below zero.
#[cold]
fn negative(gross: i64, net: i64, quantity: i64) -> Problem {
    let named = [("amount_minor", gross), ("net_minor", net), ("quantity", quantity)];
    let found = named.into_iter().find(|(_, value)| *value < 0);
    let (name, value) = found.unwrap_or(("amount_minor", gross));
    let hint = "write what is given back without a minus, in a row with its `refund_of`".into();
    Problem { hint, ..below_zero(&value) }.under(name)
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
