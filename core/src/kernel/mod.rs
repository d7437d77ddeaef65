//! Small general machines, with no business words in them.
//!
//! Each one has a single job and knows only the ones it is built on; the domains beside this
//! folder are documents and thin code over them.

pub mod allocation;
pub mod calendar;
pub mod derived_id;
pub mod document;
pub mod exact;
pub mod explain;
pub mod expression;
pub mod id;
pub mod ladder;
pub mod ledger;
pub mod money;
pub mod number;
pub mod problem;
pub mod rounding;
pub mod schedule;
pub mod statechart;
