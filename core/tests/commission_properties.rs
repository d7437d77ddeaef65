//! Commissions over random plans, partners and histories.
//!
//! `histories` holds every amount to the oracle, which recomputes each sum from all that was ever
//! posted, and the engine's doors to each other: evaluating, explaining and previewing, integers
//! and exact numbers, states kept and states stored. `columns` holds a batch to its events one by
//! one, and amounts to the limits of 64 bits. `partitions` holds a history that is cut and run
//! apart to the same one in one piece.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    reason = "a failed unwrap, index or panic is a failed test"
)]

#[path = "commission/climb.rs"]
mod climb;
#[path = "commission/columns.rs"]
mod columns;
#[path = "commission/dice.rs"]
mod dice;
#[path = "commission/documents.rs"]
mod documents;
#[path = "commission/events.rs"]
mod events;
#[path = "commission/histories.rs"]
mod histories;
#[path = "commission/numbers.rs"]
mod numbers;
#[path = "commission/oracle.rs"]
mod oracle;
#[path = "commission/partitions.rs"]
mod partitions;
#[path = "commission/plans.rs"]
mod plans;
#[path = "commission/posted.rs"]
mod posted;
#[path = "commission/reduced.rs"]
mod reduced;
#[path = "commission/refunds.rs"]
mod refunds;
#[path = "commission/steps.rs"]
mod steps;
mod tries;
