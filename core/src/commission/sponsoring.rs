//! What sponsors earn from the sales of those below: the part of the document, and its rates.
//!
//! An override is paid to every level from `level` to `to_level`, at one rate or by the tier of
//! each sponsor. A differential one pays only what a sponsor's rate exceeds the highest rate below,
//! so that a branch costs one highest rate however deep it is.

use std::collections::BTreeMap;

use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::expression::Expression;
use crate::kernel::id::Id;
use crate::kernel::money::Rate;

use super::event::PartnerStatus;

/// What a sponsor earns from the sales of those below.
#[model(document)]
pub struct Override {
    /// The override's id, unique in the plan.
    pub id: Id,
    /// How far up: 1 is the seller's sponsor, 2 the sponsor's sponsor.
    pub level: u8,
    /// The last level that it is paid to, each one from `level` on; `level` alone unless said.
    pub to_level: Option<u8>,
    /// What the rate is a share of.
    pub of: OverrideBase,
    /// The share; with `tiers`, that of a partner whose tier is not among them.
    pub rate: Rate,
    /// The share by the tier that the host's record of the sponsor says.
    #[model(default)]
    pub tiers: BTreeMap<Id, Rate>,
    /// Whether a sponsor is paid only what their share exceeds the highest one below them, the
    /// seller's included; `false` unless said.
    #[model(default)]
    pub differential: bool,
    /// When it applies; always unless said.
    pub when: Option<Expression>,
}

/// What an override is a share of.
#[model]
pub enum OverrideBase {
    /// The sale's commission base.
    Sale,
    /// What the seller was really paid for it, after caps and rounding.
    Commission,
}

/// Which sponsors are passed over.
#[model]
#[derive(Default)]
pub enum Compression {
    /// Nobody: what a closed sponsor would earn goes to nobody.
    #[default]
    None,
    /// Closed ones.
    Closed,
    /// Closed and suspended ones.
    Inactive,
}

impl Compression {
    /// Whether a sponsor of that status is passed over.
    pub(super) fn passes(self, status: PartnerStatus) -> bool {
        match status {
            PartnerStatus::Active => false,
            PartnerStatus::Suspended => self == Self::Inactive,
            PartnerStatus::Closed => self != Self::None,
        }
    }
}

impl Override {
    /// The levels that it is paid to.
    pub(super) fn levels(&self) -> std::ops::RangeInclusive<u8> {
        self.level..=self.to_level.unwrap_or(self.level)
    }

    /// The share of a tier.
    fn share(&self, tier: Option<&Id>) -> &Rate {
        tier.and_then(|tier| self.tiers.get(tier)).unwrap_or(&self.rate)
    }

    /// What a sponsor is paid: the share of their tier, less that of the highest tier below them.
    pub(super) fn paid(&self, tier: Option<&Id>, below: Option<Option<&Id>>) -> Rate {
        let share = self.share(tier);
        let Some(below) = below else { return share.clone() };
        let less = share.exact().checked_sub(self.share(below).exact());
        Rate::new(less.unwrap_or(Exact::ZERO))
    }
}
