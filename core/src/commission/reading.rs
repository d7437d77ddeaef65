//! An event as the plan reads it: amounts in minor units, windows and sponsors found.

use std::ops::Deref;

use crate::kernel::calendar::{Instant, Ordinal};
use crate::kernel::id::Id;

use super::row::RowLine;

/// What an event is worth, before anything is changed.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) lines: Few<RowLine>,
    /// The ids of the lines; empty for an event that is its only line.
    pub(super) items: Vec<Option<Id>>,
    pub(super) order_gross: i64,
    pub(super) windows: Few<Ordinal>,
    pub(super) sponsors: Vec<bool>,
    pub(super) sponsor_ids: Vec<Id>,
    pub(super) tier: Option<u16>,
    /// The host's own tier of the partner, for a plan that has none.
    pub(super) given_tier: Option<Id>,
    pub(super) payable_at: Instant,
}

/// A list, mostly of one, which then needs no memory of its own.
pub(super) enum Few<T> {
    One(T),
    Several(Vec<T>),
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}
