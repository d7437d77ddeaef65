//! What a batch knows of the partners who sell: looked up once, when they are first seen.

use std::collections::HashMap;

use crate::commission::compile::Plan;
use crate::commission::event::PartnerStatus;
use crate::commission::roster::Roster;
use crate::commission::row::Sponsor;
use crate::commission::state::{State, index};
use crate::kernel::calendar::{Instant, Ordinal, PeriodCursor, PlacedWindow};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

/// How much there is to know of a partner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing that matters here.
    #[default]
    Plain,
    /// What the [`Seller`] of that place says.
    Special(u32),
    /// Earns nothing.
    Closed,
}

/// What a batch knows of a partner who has a tier, sponsors or windows of their own.
#[derive(Clone, Debug, Default)]
pub(super) struct Seller {
    pub(super) tier: Option<u16>,
    pub(super) above: Vec<Sponsor>,
    pub(super) sponsors: Vec<u32>,
    /// Windows that count from the day of joining, in place of the plan's own.
    windows: Vec<(usize, PeriodCursor)>,
    /// Why there are none, which matters only to a row that asks for them.
    without_windows: Option<Problem>,
}

impl Seller {
    pub(super) fn find_own_windows(
        &mut self,
        at: Instant,
        windows: &mut [Ordinal],
    ) -> Result<(), Problem> {
        if let Some(problem) = &self.without_windows {
            return Err(problem.clone());
        }
        for (position, cursor) in &mut self.windows {
            if let Some(ordinal) = windows.get_mut(*position) {
                *ordinal = cursor.ordinal_of(at);
            }
        }
        Ok(())
    }
}

/// The sellers of a batch.
pub(super) struct Sellers<'a> {
    plan: &'a Plan,
    roster: &'a Roster,
    /// By partner number; as long as everybody is plain, nobody is in it.
    standings: Vec<Standing>,
    special: Vec<Seller>,
    pub(super) sponsors: Vec<Id>,
    sponsor_numbers: HashMap<Id, u32>,
    /// Whether there is nothing to look up for anybody.
    nothing_known: bool,
}

impl<'a> Sellers<'a> {
    pub(super) fn new(plan: &'a Plan, roster: &'a Roster) -> Self {
        Self {
            plan,
            roster,
            standings: Vec::new(),
            special: Vec::new(),
            sponsors: Vec::new(),
            sponsor_numbers: HashMap::new(),
            nothing_known: roster.is_empty()
                && !plan.windows.iter().any(|window| window.needs_anchor()),
        }
    }

    #[inline(always)]
    pub(super) fn standing(&self, number: u32) -> Standing {
        self.standings.get(index(number)).copied().unwrap_or_default()
    }

    /// Whether nobody was met so far of whom there is more to know.
    pub(super) fn all_plain(&self) -> bool {
        self.standings.is_empty()
    }

    pub(super) fn special(&self, place: u32) -> Option<&Seller> {
        self.special.get(index(place))
    }

    pub(super) fn special_mut(&mut self, place: u32) -> Option<&mut Seller> {
        self.special.get_mut(index(place))
    }

    /// The number of a partner who was not seen in this batch before.
    #[cold]
    pub(super) fn meet(&mut self, state: &mut State, id: &str) -> Result<u32, Problem> {
        let id: Id = id.parse().map_err(|problem: Problem| problem.under("partner"))?;
        let number = state.partners.number(&id);
        let standing = if self.nothing_known { Standing::Plain } else { self.look_up(&id) };
        if standing == Standing::Plain {
            return Ok(number);
        }
        if index(number) >= self.standings.len() {
            let room = (index(number) + 1).next_multiple_of(1_024);
            self.standings.resize(room, Standing::Plain);
        }
        if let Some(place) = self.standings.get_mut(index(number)) {
            *place = standing;
        }
        Ok(number)
    }

    fn look_up(&mut self, id: &Id) -> Standing {
        let roster = self.roster;
        let record = roster.get(id);
        if record.is_some_and(|record| record.status == PartnerStatus::Closed) {
            return Standing::Closed;
        }
        let above: Vec<&Id> = self.plan.sponsors(roster, id).collect();
        let mut seller = Seller {
            tier: record
                .and_then(|record| record.tier.as_ref())
                .and_then(|tier| self.plan.tier_number(tier)),
            above: above.iter().map(|id| self.plan.sponsor(roster, id)).collect(),
            sponsors: above.iter().map(|id| self.sponsor(id)).collect(),
            windows: Vec::new(),
            without_windows: None,
        };
        for (position, window) in self.plan.windows.iter().enumerate() {
            if !window.needs_anchor() {
                continue;
            }
            let joined = record.and_then(|record| record.joined);
            let placed = window.place(self.plan.document.zone, joined);
            match placed {
                Ok(PlacedWindow::Periods(periods)) => {
                    seller.windows.push((position, periods.cursor()));
                }
                Ok(PlacedWindow::Rolling(_)) => {}
                Err(problem) => seller.without_windows = Some(problem.under("partner")),
            }
        }
        let own_windows = !seller.windows.is_empty() || seller.without_windows.is_some();
        if seller.tier.is_none() && seller.sponsors.is_empty() && !own_windows {
            return Standing::Plain;
        }
        let place = u32::try_from(self.special.len()).unwrap_or(u32::MAX);
        self.special.push(seller);
        Standing::Special(place)
    }

    /// The number of a sponsor, who may earn from here on.
    fn sponsor(&mut self, id: &Id) -> u32 {
        if let Some(known) = self.sponsor_numbers.get(id) {
            return *known;
        }
        let number = u32::try_from(self.sponsors.len()).unwrap_or(u32::MAX);
        self.sponsors.push(id.clone());
        self.sponsor_numbers.insert(id.clone(), number);
        number
    }

    /// The number of a sponsor who earned before.
    pub(super) fn sponsor_number(&self, id: &Id) -> Option<u32> {
        self.sponsor_numbers.get(id).copied()
    }
}
