//! Runs over tables, here and on a thread of the pool.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use guerdon::Problem;
use guerdon::columns::typed::TypedTable;
use guerdon::commission::{ClaimedState, Earnings, Plan, Roster, State};
use napi::bindgen_prelude::FnArgs;
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Result, Status, Task};
use napi_derive::napi;

use crate::door::guarded;
use crate::results::Earned;

/// Runs a plan over a table, asking now and then whether to go on, with the rows done and all rows.
pub(crate) fn run(
    plan: &Plan,
    state: &mut State,
    roster: &Roster,
    table: &TypedTable<'_>,
    go_on: &mut dyn FnMut(usize, usize) -> bool,
) -> std::result::Result<Earnings, Problem> {
    let read = plan.read_table(table)?;
    let columns = read.columns()?;
    let rows = columns.at.len();
    plan.run_while(state, roster, &columns, &mut |done| go_on(done, rows))
}

/// A function of the host that is asked whether to go on, with the rows done and all rows.
pub(crate) type GoOn =
    ThreadsafeFunction<FnArgs<(u32, u32)>, bool, FnArgs<(u32, u32)>, Status, false>;

/// A word to a run on another thread that it should stop.
#[napi]
pub struct Stop {
    said: Arc<AtomicBool>,
}

#[napi]
impl Stop {
    /// Not said yet.
    #[napi(constructor)]
    pub fn new() -> Self {
        Self { said: Arc::default() }
    }

    /// Says it.
    #[napi]
    pub fn say(&self) {
        self.said.store(true, Ordering::Relaxed);
    }
}

/// A run that waits for its thread.
pub struct Run {
    plan: Arc<Plan>,
    state: ClaimedState,
    roster: Arc<Roster>,
    table: TypedTable<'static>,
    stop: Arc<AtomicBool>,
    go_on: Option<GoOn>,
}

impl Run {
    pub(crate) fn new(
        plan: Arc<Plan>,
        state: ClaimedState,
        roster: Arc<Roster>,
        table: TypedTable<'static>,
        stop: &Stop,
        go_on: Option<GoOn>,
    ) -> Self {
        Self { plan, state, roster, table, stop: Arc::clone(&stop.said), go_on }
    }
}

impl Task for Run {
    type Output = Earnings;
    type JsValue = Earned;

    fn compute(&mut self) -> Result<Earnings> {
        let mut go_on = |done, rows| !self.stopped() && self.asked(done, rows);
        guarded(|| {
            let mut state = self.state.lock()?;
            run(&self.plan, &mut state, &self.roster, &self.table, &mut go_on)
        })
    }

    // The task, and with it the claim to the state, goes before the promise is heard of.
    fn resolve(&mut self, _: Env, earnings: Earnings) -> Result<Earned> {
        Ok(earnings.into())
    }
}

/// How long a run waits for an answer before it looks whether it has been stopped meanwhile: a host
/// that is leaving answers no more.
const PATIENCE: Duration = Duration::from_millis(20);

impl Run {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Asks the host, and waits for its answer: when it says no, nothing has been changed. No
    /// answer, because the host is going down, is a no.
    fn asked(&self, done: usize, rows: usize) -> bool {
        let Some(go_on) = &self.go_on else { return true };
        let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
        let (answer, answered) = sync_channel(1);
        go_on.call_with_return_value(
            (count(done), count(rows)).into(),
            ThreadsafeFunctionCallMode::NonBlocking,
            move |yes, _| {
                // Nobody waits any more if the run has ended.
                let _ = answer.send(yes.unwrap_or(false));
                Ok(())
            },
        );
        loop {
            match answered.recv_timeout(PATIENCE) {
                Ok(yes) => return yes,
                Err(RecvTimeoutError::Timeout) if !self.stopped() => {}
                Err(_) => return false,
            }
        }
    }
}
