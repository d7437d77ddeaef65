//! What an evaluation works out on its way, and how much room that takes.
//!
//! A plan can have far more than most plans use, and a batch of millions should not pay, row by
//! row, for what its plan leaves out. So the one evaluator is compiled twice: for [`Any`] plan,
//! and for a [`Simple`] one, where a row is one line that at most one rule pays and that moves no
//! sum but its schedule's. There a list of payments needs no memory of its own, and what cannot
//! apply (tiers, overrides, caps over time) is no code at all.

use crate::kernel::calendar::Ordinal;
use crate::kernel::ladder::Held;

use super::compile::Plan;
use super::plan::Combine;

/// What one rule pays for one line.
#[derive(Clone, Debug)]
pub(super) struct Paid<N> {
    pub(super) line: usize,
    /// The rule, by its number in the plan.
    pub(super) rule: usize,
    /// Unrounded, over the plan's denominator once multipliers are in.
    pub(super) amount: N,
    pub(super) posted: i64,
    pub(super) used: Option<Used<N>>,
    /// What it added to the measure of the seller's tier.
    pub(super) counted: N,
}

/// A line of the order that no rule paid.
#[derive(Clone, Debug)]
pub(super) struct Unpaid<N> {
    pub(super) line: usize,
    /// Whether it may count for the seller's tier.
    pub(super) eligible: bool,
    /// What it added to the measure of the seller's tier.
    pub(super) counted: N,
}

/// What a schedule's meter becomes.
#[derive(Clone, Debug)]
pub(super) struct Used<N> {
    pub(super) schedule: usize,
    pub(super) meter: usize,
    pub(super) ordinal: Ordinal,
    pub(super) before: N,
    pub(super) after: N,
    /// What was posted there before.
    pub(super) paid: i64,
    /// What the schedule has settled in all, where it posts cumulatively.
    pub(super) settled: i64,
}

/// What a sponsor earns from one line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overriding {
    pub(super) line: usize,
    pub(super) rule: usize,
    pub(super) base: i64,
    pub(super) posted: i64,
}

/// What a cap took away, in minor units.
#[derive(Clone, Copy, Debug)]
pub(super) struct CapLoss {
    pub(super) cap: LossBy,
    pub(super) amount: i64,
}

/// What took it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LossBy {
    Cap(usize),
    Rule(usize),
}

/// Room to work in, kept between rows so that a row allocates nothing.
pub(super) struct Scratch<N, H: Shape = Any> {
    pub(super) paid: H::Payments<N>,
    pub(super) unpaid: Vec<Unpaid<N>>,
    pub(super) overrides: Vec<Overriding>,
    pub(super) lost: H::Losses,
    pub(super) tier_before: Option<u16>,
    pub(super) held: Option<Held>,
    pub(super) held_after: Option<Held>,
    /// What the tier's meter becomes.
    pub(super) counted: Option<N>,
    pub(super) total: i64,
}

impl<N, H: Shape> Default for Scratch<N, H> {
    fn default() -> Self {
        Self {
            paid: H::Payments::default(),
            unpaid: Vec::new(),
            overrides: Vec::new(),
            lost: H::Losses::default(),
            tier_before: None,
            held: None,
            held_after: None,
            counted: None,
            total: 0,
        }
    }
}

/// How much a plan uses of what the evaluator can do.
pub(super) trait Shape: Sized {
    /// Whether a row may be paid for several times, and whether there may be tiers, overrides and
    /// caps over time.
    const ANY: bool;
    /// What the rules pay.
    type Payments<N>: Payments<Paid<N>>;
    /// What limits took away.
    type Losses: Losses;

    /// What was worked out, where it is kept in full.
    fn kept<N>(scratch: &Scratch<N, Self>) -> Option<&Scratch<N, Any>>;
}

/// Any plan.
pub(super) enum Any {}

/// A plan of which [`Plan::is_simple`] holds, in a batch without refunds.
pub(super) enum Simple {}

impl Shape for Any {
    const ANY: bool = true;
    type Payments<N> = Vec<Paid<N>>;
    type Losses = Vec<CapLoss>;

    fn kept<N>(scratch: &Scratch<N, Self>) -> Option<&Scratch<N, Self>> {
        Some(scratch)
    }
}

impl Shape for Simple {
    const ANY: bool = false;
    type Payments<N> = Option<Paid<N>>;
    type Losses = LossSum;

    fn kept<N>(_scratch: &Scratch<N, Self>) -> Option<&Scratch<N, Any>> {
        None
    }
}

/// A list of payments.
pub(super) trait Payments<T>: Default {
    fn clear(&mut self);
    /// Adds one; a list of at most one has room for it.
    fn push(&mut self, one: T);
    fn truncate(&mut self, length: usize);
    fn as_slice(&self) -> &[T];
    fn as_mut_slice(&mut self) -> &mut [T];
}

impl<T> Payments<T> for Vec<T> {
    #[inline(always)]
    fn clear(&mut self) {
        Self::clear(self);
    }

    #[inline(always)]
    fn push(&mut self, one: T) {
        Self::push(self, one);
    }

    fn truncate(&mut self, length: usize) {
        Self::truncate(self, length);
    }

    #[inline(always)]
    fn as_slice(&self) -> &[T] {
        self
    }

    #[inline(always)]
    fn as_mut_slice(&mut self) -> &mut [T] {
        self
    }
}

impl<T> Payments<T> for Option<T> {
    #[inline(always)]
    fn clear(&mut self) {
        *self = None;
    }

    #[inline(always)]
    fn push(&mut self, one: T) {
        *self = Some(one);
    }

    fn truncate(&mut self, length: usize) {
        if length == 0 {
            *self = None;
        }
    }

    #[inline(always)]
    fn as_slice(&self) -> &[T] {
        Self::as_slice(self)
    }

    #[inline(always)]
    fn as_mut_slice(&mut self) -> &mut [T] {
        Self::as_mut_slice(self)
    }
}

/// What limits took away, in minor units.
pub(super) trait Losses: Default {
    fn clear(&mut self);
    /// Adds one; none if the losses no longer fit.
    fn push(&mut self, one: CapLoss) -> Option<()>;
    /// The sum; none if it does not fit.
    fn total(&self) -> Option<i64>;
}

impl Losses for Vec<CapLoss> {
    #[inline(always)]
    fn clear(&mut self) {
        Self::clear(self);
    }

    fn push(&mut self, one: CapLoss) -> Option<()> {
        Self::push(self, one);
        Some(())
    }

    #[inline(always)]
    fn total(&self) -> Option<i64> {
        self.iter().try_fold(0_i64, |sum, one| sum.checked_add(one.amount))
    }
}

/// Only the sum of what was taken away.
#[derive(Default)]
pub(super) struct LossSum(i64);

impl Losses for LossSum {
    #[inline(always)]
    fn clear(&mut self) {
        self.0 = 0;
    }

    #[inline(always)]
    fn push(&mut self, one: CapLoss) -> Option<()> {
        self.0 = self.0.checked_add(one.amount)?;
        Some(())
    }

    #[inline(always)]
    fn total(&self) -> Option<i64> {
        Some(self.0)
    }
}

impl Plan {
    /// Whether a row of one line is paid by at most one rule, and moves no sum but that of the
    /// rule's schedule.
    pub(super) fn is_simple(&self) -> bool {
        let groups = self.groups.as_slice();
        let one_pays = match groups {
            [group] => group.combine == Combine::First || group.rules.len() <= 1,
            _ => groups.is_empty(),
        };
        one_pays && self.tiers.is_none() && self.overrides.is_empty() && self.cap_meters.is_empty()
    }
}
