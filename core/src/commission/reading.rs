//! An event as the plan reads it: amounts in minor units, windows and sponsors found.

use crate::kernel::calendar::{Instant, Ordinal};
use crate::kernel::id::Id;

use super::row::RowLine;

/// What an event is worth, before anything is changed.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) lines: Vec<RowLine>,
    pub(super) items: Vec<Option<Id>>,
    pub(super) order_gross: i64,
    pub(super) windows: Vec<Ordinal>,
    pub(super) sponsors: Vec<bool>,
    pub(super) sponsor_ids: Vec<Id>,
    pub(super) tier: Option<u16>,
    /// The host's own tier of the partner, for a plan that has none.
    pub(super) given_tier: Option<Id>,
    pub(super) payable_at: Instant,
}
