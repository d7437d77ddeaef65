//! What has to hold over whole histories, from the event to the payout.
//!
//! `explained` recomputes every posted cent from the steps of its explanation, knowing nothing of
//! the engine. `paid` posts what a history earned, pays it, takes it back, and looks at the books.
//! `replayed` asks the same again, and in another order where the order cannot matter.
//! The plans and histories are those of `commission_properties`, which holds the amounts themselves
//! to an oracle.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    reason = "a failed unwrap, index or panic is a failed test"
)]
#![allow(dead_code, reason = "the generators are shared, and each program uses its part of them")]

#[path = "commission/dice.rs"]
mod dice;
#[path = "commission/documents.rs"]
mod documents;
#[path = "commission/events.rs"]
mod events;
#[path = "histories/explained.rs"]
mod explained;
#[path = "histories/live.rs"]
mod live;
#[path = "commission/numbers.rs"]
mod numbers;
#[path = "histories/paid.rs"]
mod paid;
#[path = "commission/plans.rs"]
mod plans;
#[path = "histories/replayed.rs"]
mod replayed;
#[path = "commission/steps.rs"]
mod steps;
mod tries;
