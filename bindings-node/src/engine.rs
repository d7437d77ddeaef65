//! Compiled plans, their states and the host's partners, as objects that JavaScript holds.
//!
//! Documents and events cross as JSON text, outcomes as [lines](crate::flat): building them property
//! by property costs more than V8's own `JSON.parse`. A plan is compiled once, a state stays here between calls. What
//! is called once an event takes its objects by number, see [`shelf`](crate::shelf).

use std::cell::RefCell;
use std::sync::Arc;

use guerdon::Problems;
use guerdon::commission::{
    self, Event, Line, Outcome, Partner, Refund, Reinstatement, SharedState,
};
use guerdon::kernel::document::{Limits, Model, parse, to_json};
use guerdon::kernel::id::Id;
use napi::Result;
use napi::bindgen_prelude::{AsyncTask, Either, Latin1String, Object};
use napi_derive::napi;

use crate::columns;
use crate::door::guarded;
use crate::flat;
use crate::results::{Earned, TotalsColumns};
use crate::run::{GoOn, Run, Stop, run};
use crate::shelf::{Held, Shelf, on};

thread_local! {
    static PLANS: RefCell<Shelf<commission::Plan>> = RefCell::default();
    static STATES: RefCell<Shelf<SharedState>> = RefCell::default();
    static ROSTERS: RefCell<Shelf<commission::Roster>> = RefCell::default();
}

/// A commission plan, compiled.
#[napi]
pub struct Plan {
    plan: Held<commission::Plan>,
}

/// What a plan remembers between events.
#[napi]
pub struct State {
    state: Held<SharedState>,
}

/// The host's partners.
#[napi]
pub struct Roster {
    roster: Held<commission::Roster>,
}

pub(crate) fn read<T: Model>(text: &str) -> std::result::Result<T, Problems> {
    parse(text, Limits::INPUT)
}

fn written(outcome: &Outcome) -> std::result::Result<Text, Problems> {
    Ok(text(flat::lines(outcome).map_or_else(|| to_json(outcome), Ok)?))
}

/// Text on its way out: V8 copies what is ASCII, and decodes the rest.
pub(crate) type Text = Either<Latin1String, String>;

pub(crate) fn text(text: String) -> Text {
    if text.is_ascii() { Either::A(text.into()) } else { Either::B(text) }
}

/// Evaluates an event and remembers it in the state.
#[napi(ts_return_type = "string")]
pub fn evaluate(event: String, plan: u32, state: u32, roster: u32, explain: bool) -> Result<Text> {
    let (plan, state, roster) = (on(&PLANS, plan)?, on(&STATES, state)?, on(&ROSTERS, roster)?);
    guarded(|| {
        let event: Event = read(&event)?;
        let mut state = state.lock()?;
        written(&plan.evaluate_or_explain(&mut state, &roster, &event, explain)?)
    })
}

/// What an event would earn, step by step, without remembering it.
#[napi(ts_return_type = "string")]
pub fn preview(event: String, plan: u32, state: u32, roster: u32) -> Result<Text> {
    let (plan, state, roster) = (on(&PLANS, plan)?, on(&STATES, state)?, on(&ROSTERS, roster)?);
    guarded(|| {
        let event: Event = read(&event)?;
        let state = state.lock()?;
        written(&plan.preview(&state, &roster, &event)?)
    })
}

/// Takes back what a refund makes undue.
#[napi(ts_return_type = "string")]
pub fn refund(refund: String, posted: String, plan: u32, state: u32, roster: u32) -> Result<Text> {
    let (plan, state, roster) = (on(&PLANS, plan)?, on(&STATES, state)?, on(&ROSTERS, roster)?);
    guarded(|| {
        let refund: Refund = read(&refund).map_err(|problems| problems.under("refund"))?;
        let posted: Vec<Line> = read(&posted).map_err(|problems| problems.under("posted"))?;
        let mut state = state.lock()?;
        written(&plan.refund(&mut state, &roster, &refund, &posted)?)
    })
}

/// Gives again what a refund took back that was undone.
#[napi(ts_return_type = "string")]
pub fn reinstate(
    reinstatement: String,
    posted: String,
    plan: u32,
    state: u32,
    roster: u32,
) -> Result<Text> {
    let (plan, state, roster) = (on(&PLANS, plan)?, on(&STATES, state)?, on(&ROSTERS, roster)?);
    guarded(|| {
        let undone: Reinstatement =
            read(&reinstatement).map_err(|problems| problems.under("reinstatement"))?;
        let posted: Vec<Line> = read(&posted).map_err(|problems| problems.under("posted"))?;
        let mut state = state.lock()?;
        written(&plan.reinstate(&mut state, &roster, &undone, &posted)?)
    })
}

#[napi]
impl Plan {
    /// Compiles a document.
    #[napi(constructor)]
    pub fn new(document: String) -> Result<Self> {
        let plan = guarded(|| commission::Plan::from_json(&document))?;
        Ok(Self { plan: Held::new(&PLANS, Arc::new(plan)) })
    }

    /// Its number.
    #[napi]
    pub fn number(&self) -> u32 {
        self.plan.number
    }

    /// The document.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        guarded(|| to_json(self.plan.value.document()))
    }

    /// The document's id, version and hash.
    #[napi]
    pub fn reference(&self) -> Result<String> {
        guarded(|| to_json(self.plan.value.reference()))
    }

    /// What the plan reads, keeps, and may be cut by.
    #[napi]
    pub fn describe(&self) -> Result<String> {
        guarded(|| to_json(&self.plan.value.describe()))
    }

    /// A state in which nothing has happened yet.
    #[napi]
    pub fn new_state(&self) -> State {
        State::of(SharedState::new(&self.plan.value))
    }

    /// Reads a state that was stored.
    #[napi]
    pub fn state_from_json(&self, text: String) -> Result<State> {
        let state = guarded(|| SharedState::from_json(&self.plan.value, &text))?;
        Ok(State::of(state))
    }

    /// Evaluates a table of events in its order and remembers them in the state.
    ///
    /// The columns are lent: nothing of JavaScript runs until this is done.
    #[napi]
    pub fn run(&self, table: Vec<Object<'_>>, state: &State, roster: &Roster) -> Result<Earned> {
        let table = columns::lent(&table)?;
        let earnings = guarded(|| {
            let mut state = state.state.value.lock()?;
            run(&self.plan.value, &mut state, &roster.roster.value, &table, &mut |_, _| true)
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
        let claimed = guarded(|| state.state.value.claim())?;
        let (plan, roster) = (Arc::clone(&self.plan.value), Arc::clone(&roster.roster.value));
        Ok(AsyncTask::new(Run::new(plan, claimed, roster, table.into_owned(), stop, go_on)))
    }

    /// The sums of a state.
    #[napi]
    pub fn totals(&self, state: &State, roster: &Roster) -> Result<TotalsColumns> {
        let totals =
            guarded(|| self.plan.value.totals(&*state.state.value.lock()?, &roster.roster.value))?;
        Ok(totals.into())
    }

    /// The tier that a partner holds, as far as events have shown; none below the first.
    #[napi]
    pub fn tier(&self, partner: String, state: &State) -> Result<Option<String>> {
        guarded(|| {
            let partner: Id = partner.parse()?;
            let tier = self.plan.value.tier(&*state.state.value.lock()?, &partner);
            Ok::<_, guerdon::Problem>(tier.map(|tier| tier.to_string()))
        })
    }
}

impl State {
    fn of(state: SharedState) -> Self {
        Self { state: Held::new(&STATES, Arc::new(state)) }
    }
}

#[napi]
impl State {
    /// Its number.
    #[napi]
    pub fn number(&self) -> u32 {
        self.state.number
    }

    /// The text to store.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        guarded(|| self.state.value.to_json())
    }

    /// Another state with the same content.
    #[napi]
    pub fn copy(&self) -> Result<Self> {
        Ok(Self::of(guarded(|| self.state.value.copy())?))
    }

    /// The id, version and hash of its plan.
    #[napi]
    pub fn reference(&self) -> Result<String> {
        guarded(|| to_json(self.state.value.plan().reference()))
    }
}

#[napi]
impl Roster {
    /// Takes the records of partners.
    #[napi(constructor)]
    pub fn new(partners: String) -> Result<Self> {
        let roster = guarded(|| {
            let partners: Vec<Partner> = read(&partners)?;
            Ok::<_, Problems>(commission::Roster::new(partners)?)
        })?;
        Ok(Self { roster: Held::new(&ROSTERS, Arc::new(roster)) })
    }

    /// Its number.
    #[napi]
    pub fn number(&self) -> u32 {
        self.roster.number
    }

    /// The record of a partner, if there is one.
    #[napi]
    pub fn get(&self, partner: String) -> Result<Option<String>> {
        guarded(|| {
            let partner: Id = partner.parse()?;
            self.roster.value.get(&partner).map(to_json).transpose()
        })
    }

    /// How many records there are.
    #[napi]
    pub fn size(&self) -> u32 {
        u32::try_from(self.roster.value.len()).unwrap_or(u32::MAX)
    }

    /// The records, in the order of their ids.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        guarded(|| to_json(&self.roster.value.partners()))
    }
}
