//! Commissions over random plans, partners and histories.
//!
//! `partitions` holds a history that is cut and run apart to the same one in one piece.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed unwrap or index is a failed test"
)]

#[path = "commission/partitions.rs"]
mod partitions;
