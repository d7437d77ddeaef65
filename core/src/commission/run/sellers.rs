//! What a batch knows of the partners who sell: looked up once, when they are first seen.

use crate::commission::event::PartnerStatus;
use crate::commission::state::State;
use crate::kernel::calendar::{Instant, PeriodCursor, PlacedWindow};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

use super::batch::{Batch, index};

/// How much there is to know of a partner; kept apart, so that what most rows read is small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// Not seen in this batch yet.
    #[default]
    New,
    /// Nothing that matters here.
    Plain,
    /// There is a [`Seller`].
    Special,
    /// Earns nothing.
    Closed,
}

/// What a batch knows of a partner who has a tier, sponsors or windows of their own.
#[derive(Clone, Debug, Default)]
pub(super) struct Seller {
    pub(super) tier: Option<u16>,
    pub(super) earns: Vec<bool>,
    pub(super) sponsors: Vec<u32>,
    /// Windows that count from the day of joining, in place of the plan's own.
    windows: Vec<(usize, PeriodCursor)>,
}

impl Batch<'_> {
    /// The number of the seller of a row, and how much there is to know of them.
    #[inline(always)]
    pub(super) fn seller(
        &mut self,
        state: &mut State,
        row: usize,
    ) -> Result<(u32, Standing), Problem> {
        let columns = self.columns;
        let number = self.partners.get(&columns.partner, row, |id| {
            let id: Id = id.parse().map_err(|problem: Problem| problem.under("partner"))?;
            Ok(state.partners.number(&id))
        })?;
        match self.standings.get(index(number)) {
            None | Some(Standing::New) => Ok((number, self.meet(state, number)?)),
            Some(standing) => Ok((number, *standing)),
        }
    }

    #[inline(always)]
    pub(super) fn special(&self, partner: u32, standing: Standing) -> Option<&Seller> {
        if standing == Standing::Special { self.sellers.get(&partner) } else { None }
    }

    /// Looks a partner up who was not seen in this batch before.
    #[cold]
    fn meet(&mut self, state: &State, number: u32) -> Result<Standing, Problem> {
        if index(number) >= self.standings.len() {
            let room = (index(number) + 1).next_multiple_of(1_024);
            self.standings.resize(room, Standing::New);
        }
        let standing = self.look_up(state, number)?;
        if let Some(place) = self.standings.get_mut(index(number)) {
            *place = standing;
        }
        Ok(standing)
    }

    fn look_up(&mut self, state: &State, number: u32) -> Result<Standing, Problem> {
        let Some(id) = state.partners.id(number) else { return Ok(Standing::Plain) };
        let record = self.roster.get(id);
        if record.is_some_and(|record| record.status == PartnerStatus::Closed) {
            return Ok(Standing::Closed);
        }
        let wanted = self.plan.document.overrides.iter().map(|one| usize::from(one.level)).max();
        let above: Vec<&Id> = self.roster.sponsors(id).take(wanted.unwrap_or(0)).collect();
        let mut seller = Seller {
            tier: record
                .and_then(|record| record.tier.as_ref())
                .and_then(|tier| self.plan.tier_number(tier)),
            earns: above.iter().map(|id| self.roster.earns(id)).collect(),
            sponsors: above.iter().map(|id| self.sponsor(id)).collect(),
            windows: Vec::new(),
        };
        for (position, window) in self.plan.windows.iter().enumerate() {
            if !window.needs_anchor() {
                continue;
            }
            let joined = record.and_then(|record| record.joined);
            let placed = window.place(self.plan.document.zone, joined);
            if let PlacedWindow::Periods(periods) = placed.map_err(|one| one.under("partner"))? {
                seller.windows.push((position, periods.cursor()));
            }
        }
        if seller.tier.is_none() && seller.sponsors.is_empty() && seller.windows.is_empty() {
            return Ok(Standing::Plain);
        }
        self.sellers.insert(number, seller);
        Ok(Standing::Special)
    }

    fn sponsor(&mut self, id: &Id) -> u32 {
        if let Some(known) = self.sponsor_numbers.get(id) {
            return *known;
        }
        let number = u32::try_from(self.sponsors.len()).unwrap_or(u32::MAX);
        self.sponsors.push(id.clone());
        self.sponsor_numbers.insert(id.clone(), number);
        number
    }

    pub(super) fn find_own_windows(&mut self, partner: u32, at: Instant) {
        let Some(seller) = self.sellers.get_mut(&partner) else { return };
        for (position, cursor) in &mut seller.windows {
            if let Some(ordinal) = self.windows.get_mut(*position) {
                *ordinal = cursor.ordinal_of(at);
            }
        }
    }
}
