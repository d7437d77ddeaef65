//! What the benchmarks share: plans and orders that are the same in every run.

use guerdon::Problems;
use guerdon::columns::{Codes, Facts, Ids, Words};
use guerdon::commission::{EventColumns, Plan};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::explain::NoSteps;
use guerdon::kernel::expression::KnownFacts;
use guerdon::workflow::{Instance, Workflow, WorkflowEvent};

/// The plan of the comparison with other engines: monthly marginal steps, a factor by category, a
/// cap on each order, rounding half to even.
pub const PEERS_PLAN: &str = include_str!("../fixtures/peers_plan.json");

/// Orders of a year, sorted by time.
#[derive(Clone, Debug)]
pub struct Orders {
    /// When, in microseconds since 1970.
    pub at: Vec<i64>,
    /// Whose, from 0 on.
    pub partner: Vec<i64>,
    /// Cents.
    pub amount: Vec<i64>,
    /// Which of [`CATEGORIES`].
    pub category: Vec<i8>,
}

/// What the orders are of.
pub const CATEGORIES: [&str; 8] =
    ["audio", "books", "games", "garden", "home", "office", "sports", "toys"];

impl Orders {
    /// So many orders of so many partners, the same each time.
    #[must_use]
    pub fn new(orders: i64, partners: i64) -> Self {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut draw = |below: i64| -> i64 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            i64::try_from(seed >> 1).unwrap_or(0) % below
        };
        let year = 365 * 86_400_000_000_i64;
        let start = 1_735_689_600_000_000_i64;
        let at = (0..orders).map(|order| start + year / orders * order).collect();
        let partner = (0..orders).map(|_| draw(partners)).collect();
        let amount = (0..orders).map(|_| 100 + draw(220) * draw(220)).collect();
        let category = (0..orders).map(|_| i8::try_from(draw(8)).unwrap_or(0)).collect();
        Self { at, partner, amount, category }
    }

    /// The orders as columns.
    #[must_use]
    pub fn columns(&self) -> EventColumns<'_> {
        let category = Words { codes: Codes::Int8(&self.category), words: CATEGORIES.to_vec() };
        EventColumns {
            at: &self.at,
            partner: Ids::Numbers(&self.partner),
            amount_minor: &self.amount,
            net_minor: None,
            quantity: None,
            kind: None,
            customer: None,
            refund_of: None,
            facts: vec![("item.category", Facts::Words(category))],
        }
    }
}

/// The plan of the comparison, compiled.
///
/// # Errors
/// What is wrong with the fixture.
pub fn peers_plan() -> Result<Plan, Problems> {
    Plan::from_json(PEERS_PLAN)
}

/// A plan of twenty rules in three groups, which `benches/calls/by_hand.mjs` has by hand.
pub const TWENTY_RULES: &str = include_str!("../fixtures/twenty_rules.json");
/// An order that it pays by six of them.
pub const TWENTY_EVENT: &str = include_str!("../fixtures/twenty_event.json");

/// The plan of the single-call benchmarks: five rules in two groups, a monthly schedule, a factor
/// and a cap.
pub const CALL_PLAN: &str = include_str!("../fixtures/plan.json");

/// The event of the single-call benchmarks, which the schedule pays.
pub const CALL_EVENT: &str = include_str!("../fixtures/event.json");

/// A chart of 20 states in four groups, and a moment, for the workflow benchmarks.
#[derive(Debug)]
pub struct Stages {
    /// The workflow.
    pub workflow: Workflow,
    /// The moment at which everything happens.
    pub at: Instant,
}

impl Stages {
    /// The workflow, compiled.
    ///
    /// # Errors
    /// What is wrong with the fixture.
    pub fn new() -> Result<Self, Problems> {
        let workflow = Workflow::from_json(include_str!("../fixtures/workflow.json"))?;
        Ok(Self { workflow, at: "2026-11-20T09:00:00Z".parse()? })
    }

    /// An instance at its beginning.
    ///
    /// # Errors
    /// What it cannot start with.
    pub fn begin(&self) -> Result<Instance, Problems> {
        let started = self.workflow.start("i".parse()?, self.at, Vec::new(), None, &mut NoSteps)?;
        Ok(started.instance)
    }

    /// The event that leads from each stage to the next.
    ///
    /// # Errors
    /// Never.
    pub fn next() -> Result<WorkflowEvent, Problems> {
        Ok(WorkflowEvent::Event { id: None, name: "next".parse()?, facts: KnownFacts::default() })
    }
}
