//! The question that the evaluator asks of a row: whether a condition holds for one of its lines.

use crate::kernel::calendar::Instant;
use crate::kernel::exact::Exact;
use crate::kernel::problem::Problem;

/// Which of the plan's conditions.
pub(super) type ConditionId = usize;

/// Whether a condition holds for a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    True,
    False,
    Unknown,
}

/// Tells which conditions hold; an event is asked, a batch has worked them out by column.
pub(super) trait Conditions {
    /// Tells the seller's tier, before anything is asked about a row.
    fn seller_has(&mut self, tier: Option<u16>);
    /// Whether a condition of the plan holds for a line of the row.
    fn holds(&mut self, condition: ConditionId, line: usize) -> Result<Truth, Box<Problem>>;
    /// The number that a custom measure of the plan adds up for a line; none if it cannot be told.
    fn value(&mut self, value: usize, line: usize) -> Result<Option<Exact>, Box<Problem>>;
    /// Since when the row's customer is one, and the time of the row.
    fn customer_began(&self) -> Option<(Instant, Instant)>;
    /// The facts that a condition could not be told for; asked only for explanations.
    fn missing(&self, condition: ConditionId, line: usize) -> Vec<String>;
    /// The same of a custom measure.
    fn unmeasured(&self, value: usize, line: usize) -> Vec<String>;
}
