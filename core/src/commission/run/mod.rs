//! Many events at once, as columns.
//!
//! Rows go through the evaluator of single events, which reads them some thousands at a time,
//! column by column: partners become small numbers as they are first seen, conditions on a column
//! of words are worked out for each word, and windows are found once for all rows that lie in
//! them, because rows mostly come in the order of time.
//!
//! | what decides which rule pays | a row is | in |
//! |---|---|---|
//! | more than words: sums, tiers, customers, refunds | an event, evaluated | `batch` |
//! | words alone | arithmetic, by the choice for its words | `choices`, `straight` |
//! | words, and it is one for all or all pay percentages | plain integers, proven not to overflow | `lane` |

mod batch;
mod choices;
mod chunk;
mod columns;
mod conditions;
mod earnings;
mod lane;
mod numbering;
mod refunds;
mod sellers;
mod straight;
mod stretch;

use crate::kernel::problem::Problem;

use super::RUN_INTERRUPTED;
use super::compile::Plan;
use super::roster::Roster;
use super::state::State;

use batch::Batch;

pub use columns::EventColumns;
pub use earnings::{Earnings, Overrides};

/// How many rows are rated between two questions whether to go on.
pub const ROWS_BETWEEN_LOOKS: usize = 65_536;

impl Plan {
    /// Evaluates a batch of events in its order and remembers them in the state.
    ///
    /// # Errors
    /// What is wrong with a column or a row, with its place. The state is then as it was.
    pub fn run(
        &self,
        state: &mut State,
        roster: &Roster,
        columns: &EventColumns<'_>,
    ) -> Result<Earnings, Problem> {
        self.run_while(state, roster, columns, &mut |_| true)
    }

    /// Evaluates a batch as [`run`](Plan::run) does, and asks now and then whether to go on:
    /// before the first row, after every [`ROWS_BETWEEN_LOOKS`] and after the last, with the number
    /// of rows done.
    ///
    /// # Errors
    /// As [`run`](Plan::run); `run_interrupted` if the answer was no.
    pub fn run_while(
        &self,
        state: &mut State,
        roster: &Roster,
        columns: &EventColumns<'_>,
        go_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Earnings, Problem> {
        self.check_state(state)?;
        let rows = columns.check()?;
        let mut working = state.clone();
        let mut batch = Batch::new(self, roster, columns)?;
        let mut earnings = Earnings {
            commission_minor: Vec::with_capacity(rows),
            // Nearly always nothing: a page that is not written takes no memory.
            lost_minor: vec![0; rows],
            overrides: Overrides::default(),
        };
        for start in (0..rows).step_by(ROWS_BETWEEN_LOOKS) {
            if !go_on(start) {
                return Err(interrupted(start, rows));
            }
            let end = rows.min(start + ROWS_BETWEEN_LOOKS);
            batch.rows(&mut working, start..end, &mut earnings)?;
        }
        if !go_on(rows) {
            return Err(interrupted(rows, rows));
        }
        earnings.overrides.partners = batch.sellers.sponsors;
        *state = working;
        Ok(earnings)
    }
}

fn interrupted(done: usize, rows: usize) -> Problem {
    Problem::new(
        RUN_INTERRUPTED,
        format!("the run was stopped after {done} of {rows} rows"),
        "the state is as it was before; run the whole batch again",
    )
}
