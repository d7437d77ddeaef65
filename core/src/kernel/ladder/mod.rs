//! Ladders: levels that are earned by a measure over windows, kept, and lost again.
//!
//! A [`Ladder`] lists levels and how they are gained and lost. What is measured, over which
//! window and in which zone belongs to whoever uses the ladder; here a measure is a number and
//! a window is one of consecutive periods. [`Levels`] is the ladder made ready, and [`Held`]
//! what it remembers of one partner or member.
//!
//! # The rule
//!
//! An event counts at the level held *before* it, also the one that crosses a threshold.
//!
//! Each window is judged at its end, by its own measure: it *earns* the highest level whose
//! `from` it reaches. If that is the level held or a higher one, it is kept or raised. If it is
//! lower, the level stays for [`grace`](Ladder::grace) more windows, and then falls: to what the
//! last window earned (`requalify`) or by one (`one_step`). So a level earned in one year is
//! held until the end of the next at least. With `promotion: at_once`, a level is also raised
//! within the window, as soon as the measure reaches it.
//!
//! A year with Silver from 100 and Gold from 500, starting with nothing held; the level after the
//! end of each year (`*` where only the grace keeps it):
//!
//! | measure of the year | 600 | 150 | 0 | 0 |
//! |---|---|---|---|---|
//! | `requalify` | Gold | Silver | none | none |
//! | `one_step` | Gold | Silver | none | none |
//! | `requalify`, grace 1 | Gold | Gold* | none | none |
//! | `one_step`, grace 1 | Gold | Gold* | Silver | Silver* |
//! | `none` | Gold | Gold | Gold | Gold |
//!
//! A measure can also fall within its window, by a refund. What was reached in that window is
//! then lost `now`, at the end of the window (`period_end`), or `never`:
//! [`on_decrease`](Ladder::on_decrease). What was held when the window began is safe until its
//! end. A refund lowers the measure of the window of its sale, however late it comes; but a
//! closed window stays closed, so that one after its end changes no level that it has earned.

mod change;
mod document;
mod history;
mod levels;
mod progress;
mod ranking;
mod standing;

pub use change::{Change, LadderChangeReason};
pub use document::{
    Ladder, LadderDecrease, LadderDowngrade, LadderLevel, LadderPromotion, LadderText, WindowText,
    check, check_window,
};
pub use history::{LadderChange, LadderHistory, LadderHistoryInput, LadderMeasured, history};
pub use levels::{Held, Levels};
pub use progress::LadderProgress;
pub use ranking::{Ranked, Ranking, RankingEntry, RankingInput, RankingOrder, RankingTies, rank};
pub use standing::{LadderProgressInput, LadderStanding, progress};

crate::codes! {
    /// A ladder has no levels.
    LADDER_EMPTY = "ladder_empty";
    /// A ladder has more than 1,000 levels.
    LADDER_TOO_LONG = "ladder_too_long";
    /// A level does not start above the one before it.
    LADDER_UNORDERED = "ladder_unordered";
    /// A level starts below zero.
    LADDER_NEGATIVE = "ladder_negative";
    /// Two levels have the same id.
    LADDER_LEVEL_REPEATED = "ladder_level_repeated";
    /// There is no level of that id.
    LADDER_LEVEL_UNKNOWN = "ladder_level_unknown";
    /// Something that the ladder says can never happen.
    LADDER_IDLE = "ladder_idle";
    /// Something happened after `now`, or before the state that it is added to.
    LADDER_OUT_OF_ORDER = "ladder_out_of_order";
    /// More changes of level than one call tells.
    LADDER_HISTORY_TOO_LARGE = "ladder_history_too_large";
    /// A state of a rolling window, which only the whole history can carry on.
    LADDER_STANDING_STALE = "ladder_standing_stale";
    /// The same id is ranked twice.
    RANKING_REPEATED = "ranking_repeated";
    /// One who is to be told is not ranked.
    RANKING_UNKNOWN = "ranking_unknown";
}

#[cfg(test)]
mod tests;
