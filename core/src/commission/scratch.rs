//! What an evaluation works out on its way.

use crate::kernel::calendar::Ordinal;
use crate::kernel::ladder::Held;

use super::working::Working;

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
    /// What the days before have of it, where the window rolls.
    pub(super) past: N,
}

/// What another partner gets of what a rule pays for a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct SplitOff {
    /// Which of what is paid.
    pub(super) paid: usize,
    /// Which of those who share in it.
    pub(super) part: usize,
    pub(super) posted: i64,
}

/// What a sponsor earns from one line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Overriding {
    pub(super) line: usize,
    pub(super) rule: usize,
    pub(super) level: u8,
    /// The sponsor's tier, which decides the rate.
    pub(super) tier: Option<u16>,
    /// The tier whose rate is taken off, where only the difference is paid.
    pub(super) below: Option<Option<u16>>,
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
pub(super) struct Scratch<N> {
    pub(super) paid: Vec<Paid<N>>,
    pub(super) unpaid: Vec<Unpaid<N>>,
    /// Told only of a row that is split; of any other it is of an earlier one.
    pub(super) split: Vec<SplitOff>,
    pub(super) overrides: Vec<Overriding>,
    pub(super) lost: Vec<CapLoss>,
    pub(super) tier_before: Option<u16>,
    pub(super) held: Option<Held>,
    pub(super) held_after: Option<Held>,
    /// What the tier's meter becomes.
    pub(super) counted: Option<N>,
    /// What the days before have of that, where its window rolls.
    pub(super) counted_past: N,
    /// What custom measures add up of each line, line by line; none where that cannot be told.
    pub(super) values: Vec<Option<N>>,
    pub(super) total: i64,
}

impl<N: Working> Default for Scratch<N> {
    fn default() -> Self {
        Self {
            paid: Vec::new(),
            unpaid: Vec::new(),
            split: Vec::new(),
            overrides: Vec::new(),
            lost: Vec::new(),
            tier_before: None,
            held: None,
            held_after: None,
            counted: None,
            counted_past: N::ZERO,
            values: Vec::new(),
            total: 0,
        }
    }
}
