//! Refunds of a batch: each names the earlier row that it gives back.

use crate::columns::null;
use crate::commission::REFUND_OF_UNKNOWN_SALE;
use crate::commission::evaluate::Scratch;
use crate::commission::event::{Event, Refund};
use crate::commission::outcome::Line;
use crate::commission::reading::Reading;
use crate::commission::row::Row;
use crate::commission::state::State;
use crate::commission::telling::Telling;
use crate::commission::working::Working;
use crate::kernel::calendar::Instant;
use crate::kernel::money::{from_minor, to_minor};
use crate::kernel::problem::Problem;

use super::batch::{Batch, index};
use super::earnings::Earnings;
use super::sellers::Seller;

impl Batch<'_> {
    /// The lines of a row, for a refund that comes later.
    #[cold]
    pub(super) fn tell<N: Working>(
        &self,
        state: &State,
        (of, row, seller): (&Row<'_>, usize, Option<&Seller>),
        scratch: &Scratch<N>,
    ) -> Result<Vec<Line>, Problem> {
        let sponsors = seller.map_or(&[][..], |seller| seller.sponsors.as_slice());
        let sponsor = |number: &u32| self.sponsors.get(index(*number)).cloned();
        let at = Instant::from_micros(self.columns.at.get(row).copied().unwrap_or_default())?;
        let partner = state.partners.id(of.partner).cloned().ok_or_else(null)?;
        let event = Event {
            customer: of.customer.and_then(|customer| state.customers.id(customer)).cloned(),
            ..Event::new(of.kind, row.to_string().parse()?, partner, at)
        };
        let reading = Reading {
            lines: of.lines.to_vec(),
            items: vec![None],
            order_gross: of.lines.first().map_or(0, |line| line.gross),
            sponsor_ids: sponsors.iter().filter_map(sponsor).collect(),
            payable_at: at,
            ..Reading::default()
        };
        let telling = Telling { plan: self.plan, event: &event, reading: &reading, scratch };
        Ok(telling.outcome(None).lines)
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
        let Some(posted) = self.posted.get_mut(&sold) else {
            earnings.nothing();
            return Ok(());
        };
        let at = Instant::from_micros(self.columns.at.get(row).copied().unwrap_or_default())?;
        let amount = self.columns.amount_minor.get(row).copied().unwrap_or_default();
        let amount = from_minor(amount, currency);
        let refund = Refund::new(row.to_string().parse()?, sold.to_string().parse()?, at, amount);
        let refunded = self.plan.refund(state, self.roster, &refund, posted);
        // In a batch, the refund is this row and its amount a column of it.
        let outcome = refunded.map_err(|problem| problem.at("/amount_minor"))?;
        earnings.commission_minor.push(to_minor(outcome.total.amount, currency)?);
        earnings.lost_minor.push(0);
        for line in outcome.lines.iter().filter(|line| line.level > 0) {
            let number = self.sponsor_numbers.get(&line.partner).copied();
            let level = u8::try_from(line.level).unwrap_or(u8::MAX);
            let amount = to_minor(line.amount.amount, currency)?;
            earnings.overrides.push(row, number.unwrap_or_default(), level, amount);
        }
        posted.extend(outcome.lines);
        Ok(())
    }
}
