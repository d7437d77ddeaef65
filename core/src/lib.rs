//! What is owed, to whom, why, and what happens next.
//!
//! Guerdon computes commissions, tiers, payouts and the states around them from documents and
//! events. It has no clock, no storage and no network: the host brings those, and gets the same
//! answer to the last digit in Rust, Python, Node, Swift and Kotlin.

#![forbid(unsafe_code)]

// The derive names this crate by its public path, inside it too.
#[allow(unused_extern_crates, reason = "used by the code that the derive writes")]
extern crate self as guerdon;

#[cfg(feature = "__uniffi")]
uniffi::setup_scaffolding!();

pub mod columns;
pub mod commission;
pub mod fraud;
pub mod kernel;
pub mod payout;
#[cfg(feature = "__uniffi")]
pub mod phone;
pub mod usage;
pub mod workflow;

pub mod facade;
#[cfg(feature = "__python")]
pub mod python;

pub use facade::{OPERATIONS, call};
pub use kernel::problem::{Code, Problem, Problems};

/// The samples of the README, as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// Every code that a problem can have, module by module.
pub const PROBLEM_CODES: &[&[kernel::problem::Declared]] = &[
    columns::CODES,
    commission::CODES,
    facade::CODES,
    fraud::CODES,
    kernel::allocation::CODES,
    kernel::calendar::CODES,
    kernel::derived_id::CODES,
    kernel::document::CODES,
    kernel::document::text::CODES,
    kernel::document::tree::CODES,
    kernel::document::refusal::CODES,
    kernel::exact::CODES,
    kernel::expression::CODES,
    kernel::id::CODES,
    kernel::ladder::CODES,
    kernel::ledger::CODES,
    kernel::money::CODES,
    kernel::schedule::CODES,
    kernel::statechart::CODES,
    payout::CODES,
    usage::CODES,
    workflow::CODES,
    workflow::automation::CODES,
    workflow::delivery::CODES,
    workflow::queue::CODES,
    workflow::template::CODES,
    workflow::webhook::CODES,
];
