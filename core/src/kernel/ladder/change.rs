//! What happens on a ladder: from which level to which, when, and why.

use crate::kernel::calendar::Ordinal;
use crate::kernel::document::model;

/// A level gained or lost. Levels are numbered from 0, upwards; `None` is below the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The window in which the new level is held first. Where a window's end made the change,
    /// that is the window after it, from its first instant on; otherwise it is the current one,
    /// from the event on.
    pub window: Ordinal,
    /// Whether a window's end made the change, rather than an event.
    pub at_window_end: bool,
    /// The level before.
    pub before: Option<u16>,
    /// The level after.
    pub after: Option<u16>,
    /// Why.
    pub reason: LadderChangeReason,
}

/// Why a level was gained or lost.
#[model]
pub enum LadderChangeReason {
    /// The measure reached it.
    Reached,
    /// The measure fell back below it in the window that had reached it.
    Decreased,
    /// A window, and the grace after it, did not earn it again.
    NotRequalified,
}
