//! One event as the evaluator wants it: numbers in place of ids, minor units in place of money.

use crate::kernel::calendar::Ordinal;
use crate::kernel::id::Id;
use crate::kernel::money::Rate;

use super::compile::{Key, Plan};
use super::event::EventKind;
use super::plan::Measure;
use super::split::Split;
use super::working::{Quantity, Working};

/// One event, as the evaluator wants it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub(super) kind: EventKind,
    pub(super) partner: u32,
    pub(super) customer: Option<u32>,
    /// The host's own. Where the plan has tiers, those decide what the seller is paid; overrides go
    /// by the host's even there.
    pub(super) tier: Option<u16>,
    /// The rate of the seller's own, where the plan pays by it.
    pub(super) own_rate: Option<&'a Rate>,
    /// The host's own, by name, also one that no rule pays by; empty where no explanation will
    /// name it.
    pub(super) given_tier: Option<&'a Id>,
    /// The ordinal of each of the plan's windows at the time of the event.
    pub(super) windows: &'a [Ordinal],
    pub(super) lines: &'a [RowLine],
    /// The ids of the lines; empty where no explanation will name them.
    pub(super) items: &'a [Option<Id>],
    /// From the seller's sponsor upwards.
    pub(super) sponsors: &'a [Sponsor],
    /// Their ids; empty where no explanation will name them.
    pub(super) sponsor_ids: &'a [Id],
    /// Who shares in what the seller earns.
    pub(super) split: Option<&'a Split>,
}

impl Row<'_> {
    /// A row of which only the kind is known.
    pub(super) const fn of_kind(kind: EventKind) -> Self {
        Self {
            kind,
            partner: 0,
            customer: None,
            tier: None,
            own_rate: None,
            given_tier: None,
            windows: &[],
            lines: &[],
            items: &[],
            sponsors: &[],
            sponsor_ids: &[],
            split: None,
        }
    }
}

/// What overrides ask of a sponsor.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sponsor {
    pub(super) earns: bool,
    /// By the host's record.
    pub(super) tier: Option<u16>,
}

/// One line of an order, in minor units.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowLine {
    pub(super) gross: i64,
    pub(super) base: i64,
    pub(super) quantity: Quantity,
}

/// What a line adds to a measure, in minor units, lines or quantity.
#[inline(always)]
pub(super) fn measured<N: Working>(measure: Measure, line: &RowLine) -> Option<N> {
    match measure {
        Measure::Volume => Some(N::whole(line.base)),
        Measure::Count => Some(N::whole(1)),
        Measure::Quantity => N::quantity(line.quantity),
        // Known once the line is posted, and before it is paid.
        Measure::Earnings | Measure::Custom => Some(N::ZERO),
    }
}

/// Whose sums of a meter this row moves; none for a customer that is not named.
#[inline]
pub(super) fn key(plan: &Plan, row: &Row<'_>, meter: usize) -> Option<u32> {
    match plan.meters.get(meter)?.key {
        Key::Partner => Some(row.partner),
        Key::Customer => row.customer,
        Key::Program => Some(0),
    }
}

/// The window of a meter at the time of this row.
#[inline]
pub(super) fn ordinal(plan: &Plan, row: &Row<'_>, meter: usize) -> Ordinal {
    plan.meters
        .get(meter)
        .and_then(|spec| row.windows.get(spec.window))
        .copied()
        .unwrap_or(Ordinal::new(0))
}
