//! Refunds of a batch: each names the earlier row that it gives back.

use crate::columns::null;
use std::collections::HashMap;

use crate::commission::REFUND_OF_UNKNOWN_SALE;
use crate::commission::event::{Event, Refund};
use crate::commission::outcome::Line;
use crate::commission::reading::{Few, Reading};
use crate::commission::scratch::Scratch;
use crate::commission::state::{State, index};
use crate::commission::telling::Telling;
use crate::commission::working::Working;
use crate::kernel::calendar::Instant;
use crate::kernel::id::Id;
use crate::kernel::money::{from_minor, to_minor};
use crate::kernel::problem::Problem;

use super::batch::{Batch, ReadRow};
use super::columns::EventColumns;
use super::earnings::Earnings;
use super::sellers::Seller;

/// The lines of a row, if a later row gives it back.
pub(super) type Told = Option<Vec<Line>>;

/// The rows that later rows give back.
pub(super) struct Refunds {
    /// Of each row, whether a later one gives it back; empty if there is none.
    refunded: Vec<bool>,
    /// The lines of those rows, reversals included; where the plan rates again, those of all rows of
    /// a seller, under the first of them.
    posted: HashMap<usize, Vec<Line>>,
    /// The first row of each seller, and of each row that of its seller, where that is asked for.
    sellers: HashMap<Id, usize>,
    first: HashMap<usize, usize>,
    re_rates: bool,
}

impl Refunds {
    pub(super) fn of(columns: &EventColumns<'_>, re_rates: bool) -> Self {
        let sold = columns.refund_of.unwrap_or_default().iter();
        let mut refunded = Vec::new();
        for sold in sold.filter_map(|row| usize::try_from(*row).ok()) {
            refunded.resize(columns.at.len(), false);
            if let Some(place) = refunded.get_mut(sold) {
                *place = true;
            }
        }
        // A row that there is not is refused when its refund comes.
        let (posted, sellers, first) = (HashMap::new(), HashMap::new(), HashMap::new());
        Self { refunded, posted, sellers, first, re_rates }
    }

    pub(super) fn any(&self) -> bool {
        !self.refunded.is_empty()
    }

    /// Whether a later row gives this one back, or may need it to rate another one again.
    #[inline(always)]
    pub(super) fn are_of(&self, row: usize) -> bool {
        (self.re_rates && self.any()) || self.refunded.get(row).copied().unwrap_or(false)
    }

    /// The row under which the lines of a row are kept.
    fn under(&self, row: usize) -> usize {
        self.first.get(&row).copied().unwrap_or(row)
    }
}

impl Batch<'_> {
    /// The lines of a row, for a refund that comes later.
    #[cold]
    pub(super) fn tell<N: Working>(
        &self,
        state: &State,
        read: ReadRow,
        seller: Option<&Seller>,
        scratch: &Scratch<N>,
    ) -> Result<Vec<Line>, Problem> {
        let sponsors = seller.map_or(&[][..], |seller| seller.sponsors.as_slice());
        let sponsor = |number: &u32| self.sellers.sponsors.get(index(*number)).cloned();
        let at = Instant::from_micros(self.columns.at.get(read.row).copied().unwrap_or_default())?;
        let partner = state.partners.id(read.partner).cloned().ok_or_else(null)?;
        let event = Event {
            customer: read.customer.and_then(|customer| state.customers.id(customer)).cloned(),
            ..Event::new(read.kind, read.row.to_string().parse()?, partner, at)
        };
        let reading = Reading {
            lines: Few::One(read.line),
            order_gross: read.line.gross,
            sponsor_ids: sponsors.iter().filter_map(sponsor).collect(),
            payable_at: at,
            own_rate: self.own_rate(state, read.partner).cloned(),
            ..Reading::default()
        };
        let telling = Telling { plan: self.plan, event: &event, reading: &reading, scratch };
        Ok(telling.lines())
    }

    /// Keeps the lines of a row for its refund.
    pub(super) fn keep(&mut self, row: usize, told: Told) {
        let Some(lines) = told else { return };
        let refunds = &mut self.refunds;
        if let Some(line) = lines.first().filter(|_| refunds.re_rates) {
            // The first line of an order is its seller's.
            let first = *refunds.sellers.entry(line.partner.clone()).or_insert(row);
            refunds.first.insert(row, first);
        }
        refunds.posted.entry(refunds.under(row)).or_default().extend(lines);
    }

    /// The earlier row that a refund gives back.
    #[inline(always)]
    pub(super) fn refunded_row(&self, row: usize) -> Result<Option<usize>, Problem> {
        let Some(column) = self.columns.refund_of else { return Ok(None) };
        let of = column.get(row).copied().unwrap_or(-1);
        let Ok(sold) = usize::try_from(of) else { return Ok(None) };
        if sold < row && column.get(sold).is_some_and(|of| *of < 0) {
            return Ok(Some(sold));
        }
        Err(Problem::new(
            REFUND_OF_UNKNOWN_SALE,
            format!("row `{sold}` is no earlier sale of this batch"),
            "count rows from 0; refunds of earlier batches go in one by one, with their lines",
        )
        .under("refund_of"))
    }

    /// Takes back what a refund of an earlier row makes undue.
    #[cold]
    pub(super) fn give_back(
        &mut self,
        state: &mut State,
        row: usize,
        sold: usize,
        earnings: &mut Earnings,
    ) -> Result<(), Problem> {
        let currency = self.plan.document.currency;
        let under = self.refunds.under(sold);
        let Some(posted) = self.refunds.posted.get_mut(&under) else {
            return Ok(());
        };
        let at = Instant::from_micros(self.columns.at.get(row).copied().unwrap_or_default())?;
        let amount = self.columns.amount_minor.get(row).copied().unwrap_or_default();
        let amount = from_minor(amount, currency);
        let refund = Refund::new(row.to_string().parse()?, sold.to_string().parse()?, at, amount);
        let refunded = self.plan.refund(state, self.roster, &refund, posted);
        // In a batch, the refund is this row and its amount a column of it.
        let outcome = refunded.map_err(|problem| problem.at("/amount_minor"))?;
        earnings.set(row, to_minor(outcome.total.amount, currency)?, 0);
        for line in outcome.lines.iter().filter(|line| line.level > 0) {
            let number = self.sellers.sponsor_number(&line.partner);
            let level = u8::try_from(line.level).unwrap_or(u8::MAX);
            let amount = to_minor(line.amount.amount, currency)?;
            earnings.overrides.push(row, number.unwrap_or_default(), level, amount);
        }
        posted.extend(outcome.lines);
        Ok(())
    }
}
