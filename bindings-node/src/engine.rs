//! Compiled plans, their states and the host's partners, as objects that JavaScript holds.
//!
//! Documents, events and outcomes cross as JSON text: building them property by property costs
//! more than V8's own `JSON.parse`. A plan is compiled once, a state stays here between calls.

use std::sync::Arc;

use guerdon::Problems;
use guerdon::commission::{Event, Line, Outcome, Partner, Refund, SharedState};
use guerdon::kernel::document::{Limits, Model, parse, to_json};
use guerdon::kernel::id::Id;
use napi::Result;
use napi::bindgen_prelude::{AsyncTask, Object};
use napi_derive::napi;

use crate::columns;
use crate::door::guarded;
use crate::results::{Earned, TotalsColumns};
use crate::run::{GoOn, Run, Stop, run};

/// A commission plan, compiled.
#[napi]
pub struct Plan {
    plan: Arc<guerdon::commission::Plan>,
}

/// What a plan remembers between events.
#[napi]
pub struct State {
    state: Arc<SharedState>,
}

/// The host's partners.
#[napi]
pub struct Roster {
    roster: Arc<guerdon::commission::Roster>,
}

fn read<T: Model + serde::de::DeserializeOwned>(text: &str) -> std::result::Result<T, Problems> {
    parse(text, Limits::INPUT)
}

fn written(outcome: &Outcome) -> std::result::Result<String, Problems> {
    Ok(to_json(outcome)?)
}

#[napi]
impl Plan {
    /// Compiles a document.
    #[napi(constructor)]
    pub fn new(document: String) -> Result<Self> {
        let plan = guarded(|| guerdon::commission::Plan::from_json(&document))?;
        Ok(Self { plan: Arc::new(plan) })
    }

    /// The document.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        guarded(|| to_json(self.plan.document()))
    }

    /// The document's id, version and hash.
    #[napi]
    pub fn reference(&self) -> Result<String> {
        guarded(|| to_json(self.plan.reference()))
    }

    /// What the plan reads, keeps, and may be cut by.
    #[napi]
    pub fn describe(&self) -> Result<String> {
        guarded(|| to_json(&self.plan.describe()))
    }

    /// A state in which nothing has happened yet.
    #[napi]
    pub fn new_state(&self) -> State {
        State { state: Arc::new(SharedState::new(&self.plan)) }
    }

    /// Reads a state that was stored.
    #[napi]
    pub fn state_from_json(&self, text: String) -> Result<State> {
        let state = guarded(|| SharedState::from_json(&self.plan, &text))?;
        Ok(State { state: Arc::new(state) })
    }

    /// Evaluates an event and remembers it in the state.
    #[napi]
    pub fn evaluate(
        &self,
        event: String,
        state: &State,
        roster: &Roster,
        explain: bool,
    ) -> Result<String> {
        guarded(|| {
            let event: Event = read(&event)?;
            let mut state = state.state.lock()?;
            let outcome = if explain {
                self.plan.explain(&mut state, &roster.roster, &event)
            } else {
                self.plan.evaluate(&mut state, &roster.roster, &event)
            };
            written(&outcome?)
        })
    }

    /// What an event would earn, step by step, without remembering it.
    #[napi]
    pub fn preview(&self, event: String, state: &State, roster: &Roster) -> Result<String> {
        guarded(|| {
            let event: Event = read(&event)?;
            let state = state.state.lock()?;
            written(&self.plan.preview(&state, &roster.roster, &event)?)
        })
    }

    /// Takes back what a refund makes undue.
    #[napi]
    pub fn refund(
        &self,
        refund: String,
        posted: String,
        state: &State,
        roster: &Roster,
    ) -> Result<String> {
        guarded(|| {
            let refund: Refund = read(&refund).map_err(|problems| problems.under("refund"))?;
            let posted: Vec<Line> = read(&posted).map_err(|problems| problems.under("posted"))?;
            let mut state = state.state.lock()?;
            written(&self.plan.refund(&mut state, &roster.roster, &refund, &posted)?)
        })
    }

    /// Evaluates a table of events in its order and remembers them in the state.
    ///
    /// The columns are lent: nothing of JavaScript runs until this is done.
    #[napi]
    pub fn run(&self, table: Vec<Object<'_>>, state: &State, roster: &Roster) -> Result<Earned> {
        let table = columns::lent(&table)?;
        let earnings = guarded(|| {
            let mut state = state.state.lock()?;
            run(&self.plan, &mut state, &roster.roster, &table, &mut |_, _| true)
        })?;
        Ok(earnings.into())
    }

    /// The same on another thread, over copies of the columns. The state is kept from here on.
    #[napi(ts_return_type = "Promise<Earned>")]
    pub fn run_async(
        &self,
        table: Vec<Object<'_>>,
        state: &State,
        roster: &Roster,
        stop: &Stop,
        go_on: Option<GoOn>,
    ) -> Result<AsyncTask<Run>> {
        let table = columns::lent(&table)?;
        let claimed = guarded(|| state.state.claim())?;
        let (plan, roster) = (Arc::clone(&self.plan), Arc::clone(&roster.roster));
        Ok(AsyncTask::new(Run::new(plan, claimed, roster, table.into_owned(), stop, go_on)))
    }

    /// The sums of a state.
    #[napi]
    pub fn totals(&self, state: &State, roster: &Roster) -> Result<TotalsColumns> {
        let totals = guarded(|| self.plan.totals(&*state.state.lock()?, &roster.roster))?;
        Ok(totals.into())
    }

    /// The tier that a partner holds, as far as events have shown; none below the first.
    #[napi]
    pub fn tier(&self, partner: String, state: &State) -> Result<Option<String>> {
        guarded(|| {
            let partner: Id = partner.parse()?;
            let tier = self.plan.tier(&*state.state.lock()?, &partner);
            Ok::<_, guerdon::Problem>(tier.map(|tier| tier.to_string()))
        })
    }
}

#[napi]
impl State {
    /// The text to store.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        guarded(|| self.state.to_json())
    }

    /// Another state with the same content.
    #[napi]
    pub fn copy(&self) -> Result<Self> {
        Ok(Self { state: Arc::new(guarded(|| self.state.copy())?) })
    }

    /// The id, version and hash of its plan.
    #[napi]
    pub fn reference(&self) -> Result<String> {
        guarded(|| to_json(self.state.plan().reference()))
    }
}

#[napi]
impl Roster {
    /// Takes the records of partners.
    #[napi(constructor)]
    pub fn new(partners: String) -> Result<Self> {
        let roster = guarded(|| {
            let partners: Vec<Partner> = read(&partners)?;
            Ok::<_, Problems>(guerdon::commission::Roster::new(partners)?)
        })?;
        Ok(Self { roster: Arc::new(roster) })
    }

    /// The record of a partner, if there is one.
    #[napi]
    pub fn get(&self, partner: String) -> Result<Option<String>> {
        guarded(|| {
            let partner: Id = partner.parse()?;
            self.roster.get(&partner).map(to_json).transpose()
        })
    }

    /// How many records there are.
    #[napi]
    pub fn size(&self) -> u32 {
        u32::try_from(self.roster.len()).unwrap_or(u32::MAX)
    }

    /// The records, in the order of their ids.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        guarded(|| to_json(&self.roster.partners()))
    }
}
