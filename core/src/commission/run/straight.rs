//! Rows that their words decide.
//!
//! Once it is known for each combination of words which rule pays, and by which factor
//! ([`Choice`]), what is left for a row is arithmetic on its amounts and on the partner's sums,
//! by the functions that rate a single event. A row for which that is not enough, because its
//! numbers do not fit or there is more to know of its partner, is left to them altogether.

use std::hint::black_box;
use std::ops::Range;

use crate::commission::compile::MeterSpec;
use crate::commission::pay::keep_to;
use crate::commission::plan::Base;
use crate::commission::rates::{RuleTable, Tables};
use crate::commission::row::RowLine;
use crate::commission::state::{Cell, Meter, PageMut, State, WIDE, index};
use crate::commission::working::{Quantity, Working};
use crate::kernel::number::Number;
use crate::kernel::rounding::{Divisor, Rounding};

use super::batch::Batch;
use super::choices::{Choice, Pays, Straight, Way};
use super::earnings::Earnings;
use super::lane::Block;
use super::sellers::Standing;

/// For how many rows cells are fetched at once: their cells fit the nearest cache.
pub(super) const ROWS_FETCHED: usize = 256;

/// What a row posts, and what limits took away.
pub(super) struct Posted {
    pub(super) posted: i64,
    pub(super) lost: i64,
}

impl Straight<'_> {
    /// Rates a row and moves the partner's sums; none if it takes more than this.
    #[inline(always)]
    fn rate(
        &self,
        pays: &Pays<'_>,
        line: &RowLine,
        partner: u32,
        pages: &mut [PageMut<'_>],
        cent: Cent,
    ) -> Option<Posted> {
        let schedule = match pays.way {
            Way::Schedule(schedule) => schedule,
            Way::Plain(way) => return self.post(pays, way.amount(line)?, cent),
        };
        let page = pages.get_mut(schedule.meter)?;
        let cell = page.cells.get_mut(index(partner))?;
        if cell.measure == WIDE {
            return None;
        }
        let one = &self.tables.one;
        // Only a schedule that posts cumulatively settles anything.
        let settled = page.settled.get_mut(index(partner));
        let before = settled.as_deref().copied().unwrap_or_default();
        let moved = schedule.moves(&cell.measure, before, line, one, cent.rounding)?;
        let after = moved.after.narrow()?;
        let posted = self.post(pays, moved.amount, cent)?;
        cell.paid = cell.paid.checked_add(posted.posted)?;
        cell.measure = after;
        if let Some(settled) = settled {
            *settled = moved.settled;
        }
        Some(posted)
    }

    /// From what a way pays to what is posted: the factor, the limits and the rounding.
    #[inline(always)]
    fn post(&self, pays: &Pays<'_>, amount: i64, cent: Cent) -> Option<Posted> {
        limited(self.tables, pays.rule, amount.times(&pays.factor)?, cent)
    }
}

/// What is posted of an amount, and what limits take away of it.
#[inline(always)]
pub(super) fn limited(
    tables: &Tables<i64>,
    rule: &RuleTable<i64>,
    mut amount: i64,
    cent: Cent,
) -> Option<Posted> {
    let one = &tables.one_multiplied;
    let mut lost = 0_i64;
    if let Some(limit) = rule.limit(&amount) {
        lost = keep_to(&mut amount, limit, one, cent.rounding)?.unwrap_or(0);
    }
    for max in &tables.caps {
        if amount > *max {
            let cut = keep_to(&mut amount, max, one, cent.rounding)?;
            lost = lost.checked_add(cut.unwrap_or(0))?;
        }
    }
    Some(Posted { posted: cent.divisor.divide(amount), lost })
}

/// How amounts become minor units.
#[derive(Clone, Copy)]
pub(super) struct Cent {
    pub(super) rounding: Rounding,
    /// One minor unit, once multipliers are in.
    pub(super) divisor: Divisor,
}

impl Batch<'_> {
    /// Rates rows of one stretch for as long as their words decide them, and gives the first row
    /// that is left.
    pub(super) fn straight_rows(
        &self,
        state: &mut State,
        rows: Range<usize>,
        earnings: &mut Earnings,
    ) -> usize {
        let Some(straight) = self.straight.as_ref().filter(|one| !one.any_below_zero) else {
            return rows.start;
        };
        let rounding = self.plan.document.rounding;
        let divisor = Divisor::new(straight.tables.one_multiplied, rounding);
        let cent = Cent { rounding, divisor };
        let mut pages = Vec::new();
        let mut row = rows.start;
        while row < rows.end {
            let end = rows.end.min(row + ROWS_FETCHED);
            let sellers = self.plain(self.chunk.sellers(self.chunk.at_hand(&(row..end))));
            if sellers.is_empty() {
                break;
            }
            if pages.is_empty() {
                pages = self.pages(straight, state);
            }
            let plain = row..row + sellers.len();
            if let Some(lane) = &straight.lane {
                row += lane.rate(self.block(straight, &plain, earnings), &mut pages, cent);
            }
            if row < plain.end {
                let left = row..plain.end;
                row = self.one_by_one(straight, &mut pages, left, cent, earnings);
            }
            if row < end {
                break;
            }
        }
        row
    }

    /// The columns of some rows at hand.
    fn block<'b>(
        &'b self,
        straight: &'b Straight<'_>,
        rows: &Range<usize>,
        earnings: &'b mut Earnings,
    ) -> Block<'b> {
        let columns = self.columns;
        let at_hand = self.chunk.at_hand(rows);
        let gross = columns.amount_minor.get(rows.clone()).unwrap_or_default();
        let net = columns.net_minor.and_then(|net| net.get(rows.clone()));
        Block {
            sellers: self.chunk.sellers(at_hand.clone()),
            places: straight.places.get(at_hand).unwrap_or_default(),
            base: net.filter(|_| self.plan.document.base == Base::Net).unwrap_or(gross),
            quantity: columns.quantity.and_then(|column| column.get(rows.clone())),
            commission_minor: earnings.commission_minor.get_mut(rows.clone()).unwrap_or_default(),
            lost_minor: earnings.lost_minor.get_mut(rows.clone()).unwrap_or_default(),
        }
    }

    /// The first of some sellers, as long as there is no more to know of them.
    fn plain<'s>(&self, sellers: &'s [u32]) -> &'s [u32] {
        if self.sellers.all_plain() {
            return sellers;
        }
        let special = |seller: &u32| self.sellers.standing(*seller) != Standing::Plain;
        let plain = sellers.iter().position(special).unwrap_or(sellers.len());
        sellers.get(..plain).unwrap_or_default()
    }

    /// The cells of the meters that choices move, in the windows of the stretch.
    fn pages<'s>(&self, straight: &Straight<'_>, state: &'s mut State) -> Vec<PageMut<'s>> {
        let partners = state.partners.ids().len();
        let schedules = &straight.tables.schedules;
        let meters = state.meters.iter_mut().zip(&self.plan.meters).zip(&straight.metered);
        let page =
            |(number, ((meter, spec), metered)): (usize, ((&'s mut Meter, &MeterSpec), &bool))| {
                let cumulative = schedules.get(number).is_some_and(|schedule| schedule.cumulative);
                let ordinal = self.windows.get(spec.window).copied().filter(|_| *metered);
                let page = ordinal.map(|ordinal| meter.page_mut(ordinal, partners, cumulative));
                page.unwrap_or_default()
            };
        meters.enumerate().map(page).collect()
    }

    /// Rates a few rows, each by its own choice.
    #[inline(never)]
    fn one_by_one(
        &self,
        straight: &Straight<'_>,
        pages: &mut [PageMut<'_>],
        rows: Range<usize>,
        cent: Cent,
        earnings: &mut Earnings,
    ) -> usize {
        let gross = self.columns.amount_minor.get(rows.clone()).unwrap_or_default();
        let Block { sellers, places, base, quantity, commission_minor, lost_minor } =
            self.block(straight, &rows, earnings);
        for page in &*pages {
            fetch(page.cells, sellers);
        }
        let read = sellers.iter().zip(places).zip(gross.iter().zip(base));
        let out = commission_minor.iter_mut().zip(lost_minor);
        let mut row = rows.start;
        for (((seller, place), (gross, base)), (commission_minor, lost_minor)) in read.zip(out) {
            let quantity = quantity.and_then(|column| column.get(row - rows.start)).copied();
            let line = RowLine {
                gross: *gross,
                base: *base,
                quantity: Quantity::Whole(quantity.unwrap_or(1)),
            };
            match straight.choices.get(index(*place)) {
                Some(Choice::Pays(pays)) => {
                    let rated = straight.rate(pays, &line, *seller, pages, cent);
                    let Some(rated) = rated else { break };
                    *commission_minor = rated.posted;
                    // Zero so far, and not written for that.
                    if rated.lost != 0 {
                        *lost_minor = rated.lost;
                    }
                }
                Some(Choice::Nothing) => {}
                Some(Choice::Asked) | None => break,
            }
            row += 1;
        }
        row
    }
}

/// Reads the cells of some partners, which then lie in the nearest cache. They are all asked for
/// at once, where the rows would wait for them one after the other.
pub(super) fn fetch(page: &[Cell], partners: &[u32]) {
    let measures = partners.iter().filter_map(|partner| page.get(index(*partner)));
    black_box(measures.fold(0, |sum, cell| sum ^ cell.measure));
}
