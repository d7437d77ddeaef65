//! Tiered rates: how much a quantity earns when the rate depends on how much there is.
//!
//! A [`Schedule`] is a document: steps over a *measure* (a volume, a count, whatever its user
//! adds up), each paying a rate of the measure, an amount per unit, a flat amount on entering it,
//! or several of these. Its mode says which step pays for an event:
//!
//! | mode | an event is paid |
//! |---|---|
//! | `marginal` | each unit by the step it falls into: the event is split at the boundaries |
//! | `retroactive` | what makes the whole measure paid by the step reached: reaching a step reprices everything before |
//! | `prospective_after` | whole, by the step reached before it: the event that crosses still earns the old rate |
//! | `prospective_including` | whole, by the step reached with it |
//! | `per_transaction` | whole, by its own size |
//!
//! In the first two modes what is owed is a function f of the cumulative measure, so every change
//! is a delta: an event pays f(after) - f(before), whether it is an order, a late one, a refund
//! or a correction, and any split or order of the same units pays the same in total. In the other
//! modes the history matters, and a negative event is the mirror of the positive one that it
//! undoes as the latest: it pays back exactly what the same units, coming again now, would earn.
//!
//! Where the measure is at or below zero (a net measure after refunds) nothing has been entered,
//! so there are no flat amounts, and the rate is that of the first step if it starts at zero,
//! nothing otherwise. A schedule whose first step starts above zero pays nothing below it: a
//! threshold, not an error. Zero units pay nothing.
//!
//! A schedule is [compiled](Compiled) twice from one document, for exact numbers and for scaled
//! integers, and evaluated by one code. It never rounds on the way: [`Compiled::round_event`]
//! says how an amount is posted, by the schedule's [posting](SchedulePosting). What is measured,
//! what qualifies, and over which window is the business of the domain that has the plan.

mod compile;
mod compiled;
mod document;
mod many;
mod piece;
mod rate;

pub use compile::{Scale, compile_exact, compile_exact_scaled, compile_scaled, denominator};
pub use compiled::Compiled;
pub use document::{
    Schedule, ScheduleBoundary, ScheduleMode, SchedulePosting, ScheduleStep, ScheduleText, check,
};
pub use many::{Events, Many};
pub use piece::{SchedulePiece, pieces};
pub use rate::{ScheduleRateInput, ScheduleRating, ScheduledAmount, rate};

crate::codes! {
    /// A schedule has no steps.
    SCHEDULE_EMPTY = "schedule_empty";
    /// A schedule has more steps than anyone can mean.
    SCHEDULE_TOO_LONG = "schedule_too_long";
    /// A step does not start above the one before it.
    SCHEDULE_UNORDERED = "schedule_unordered";
    /// A step ends before the next one starts.
    SCHEDULE_GAP = "schedule_gap";
    /// A step ends after the next one has started.
    SCHEDULE_OVERLAP = "schedule_overlap";
    /// The last step has an end.
    SCHEDULE_ENDS = "schedule_ends";
    /// A step says nothing about what it pays.
    SCHEDULE_STEP_EMPTY = "schedule_step_empty";
    /// A boundary or an amount of a step is below zero.
    SCHEDULE_NEGATIVE = "schedule_negative";
    /// The posting does not go with the mode.
    SCHEDULE_POSTING_UNFIT = "schedule_posting_unfit";
    /// What was posted so far is given to a mode that has no use for it.
    SCHEDULE_POSTED_UNUSED = "schedule_posted_unused";
    /// More events and pieces than one call explains.
    SCHEDULE_RATING_TOO_LARGE = "schedule_rating_too_large";
}
