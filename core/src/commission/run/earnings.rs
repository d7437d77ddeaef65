//! What a batch earns, row by row, as columns.

use crate::commission::scratch::Scratch;
use crate::kernel::id::Id;

use super::sellers::Seller;

/// What each row earned, in minor units of the plan's currency; below zero for refunds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earnings {
    /// What the seller earned.
    pub commission_minor: Vec<i64>,
    /// What caps took away.
    pub lost_minor: Vec<i64>,
    /// What sponsors earned, row by row.
    pub overrides: Overrides,
}

/// What sponsors earned, one entry each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The row that it came from.
    pub row: Vec<u64>,
    /// The sponsor: which of `partners`.
    pub partner: Vec<u32>,
    /// How far up.
    pub level: Vec<u8>,
    /// How much.
    pub amount_minor: Vec<i64>,
    /// The sponsors.
    pub partners: Vec<Id>,
}

impl Earnings {
    /// Nothing, for rows up to one: for some rows at a time, so that their part of the column is
    /// still at hand when they are rated.
    pub(super) fn make_room(&mut self, rows: usize) {
        self.commission_minor.resize(rows, 0);
    }

    /// Says what a row earned and lost; nothing until then.
    #[inline(always)]
    pub(super) fn set(&mut self, row: usize, commission_minor: i64, lost_minor: i64) {
        if let Some(place) = self.commission_minor.get_mut(row) {
            *place = commission_minor;
        }
        if let Some(place) = self.lost_minor.get_mut(row) {
            *place = lost_minor;
        }
    }

    #[inline(always)]
    pub(super) fn add<N>(
        &mut self,
        scratch: &Scratch<N>,
        row: usize,
        seller: Option<&Seller>,
    ) -> Option<()> {
        let lost = scratch.lost.iter().try_fold(0_i64, |sum, one| sum.checked_add(one.amount));
        self.set(row, scratch.total, lost?);
        for overriding in &scratch.overrides {
            let level = overriding.level;
            let above = usize::from(level).saturating_sub(1);
            let sponsor = seller.and_then(|seller| seller.sponsors.get(above)).copied();
            self.overrides.push(row, sponsor.unwrap_or_default(), level, overriding.posted);
        }
        Some(())
    }
}

impl Overrides {
    pub(super) fn push(&mut self, row: usize, partner: u32, level: u8, amount_minor: i64) {
        self.row.push(u64::try_from(row).unwrap_or(u64::MAX));
        self.partner.push(partner);
        self.level.push(level);
        self.amount_minor.push(amount_minor);
    }
}
