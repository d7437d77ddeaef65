//! Compiled plans for phones: made once, kept for the life of a screen, and asked again and again.
//!
//! A plan, its state and its partners stay on this side; only an event and its outcome cross.
//! Where a list is asked for, it crosses as a whole.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::GuerdonError;
use super::columns::{BatchEarnings, Column, Columns};
use crate::commission::{
    self, Event, Line, Outcome, Partner, PlanDescription, PlanReference, Refund, Reinstatement,
    SharedState, Totals,
};
use crate::kernel::document::to_json;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

/// A commission plan, compiled once and used for every event.
#[derive(Debug, uniffi::Object)]
pub struct Plan {
    plan: Arc<commission::Plan>,
}

/// What a plan remembers between events.
#[derive(Debug, uniffi::Object)]
pub struct State {
    state: SharedState,
}

/// The host's partners.
#[derive(Debug, uniffi::Object)]
pub struct Roster {
    roster: commission::Roster,
}

/// What one partner, one customer or the program has in one window.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Total {
    /// `schedule/NAME`, `cap/ID` or `ladder`.
    pub meter: String,
    /// The partner or the customer; none for the program.
    pub key: Option<Id>,
    /// The name of the window, such as `2026-11`.
    pub window: String,
    /// What was measured: minor units for a volume, otherwise lines or quantity; none where that
    /// is no whole number of 64 bits.
    pub measure: Option<i64>,
    /// What was posted, in minor units of the plan's currency; 0 for the ladder, which only measures.
    pub paid_minor: i64,
}

#[uniffi::export]
impl Plan {
    /// Compiles a plan.
    ///
    /// # Errors
    /// Every problem of the document.
    #[uniffi::constructor]
    pub fn new(document: &str) -> Result<Arc<Self>, GuerdonError> {
        Ok(Arc::new(Self { plan: Arc::new(commission::Plan::from_json(document)?) }))
    }

    /// The document as JSON text.
    ///
    /// # Errors
    /// None that is known.
    pub fn to_json(&self) -> Result<String, GuerdonError> {
        Ok(to_json(self.plan.document())?)
    }

    /// The document's id, version and hash.
    #[must_use]
    pub fn reference(&self) -> PlanReference {
        self.plan.reference().clone()
    }

    /// What the plan reads, keeps, and may be cut by.
    #[must_use]
    pub fn describe(&self) -> PlanDescription {
        self.plan.describe()
    }

    /// A state in which nothing has happened yet.
    #[must_use]
    pub fn new_state(&self) -> Arc<State> {
        Arc::new(State { state: SharedState::new(&self.plan) })
    }

    /// Reads a state that `State.to_json` wrote.
    ///
    /// # Errors
    /// Every problem of the text; `state_mismatch` if it is of another plan or version.
    pub fn state_from_json(&self, text: &str) -> Result<Arc<State>, GuerdonError> {
        Ok(Arc::new(State { state: SharedState::from_json(&self.plan, text)? }))
    }

    /// Evaluates an event and remembers it in the state.
    ///
    /// # Errors
    /// What is wrong with the event; `state_busy` while another call changes the state.
    #[uniffi::method(default(roster = None, explain = false))]
    pub fn evaluate(
        &self,
        event: &Event,
        state: &State,
        roster: Option<Arc<Roster>>,
        explain: bool,
    ) -> Result<Outcome, GuerdonError> {
        let mut state = state.state.lock()?;
        let partners = partners(roster.as_ref());
        Ok(self.plan.evaluate_or_explain(&mut state, partners, event, explain)?)
    }

    /// Evaluates events in their order and remembers them in the state: all of them, or none.
    ///
    /// # Errors
    /// What is wrong with an event, with its place; `state_busy` while another call changes the
    /// state.
    #[uniffi::method(default(roster = None, explain = false))]
    pub fn evaluate_all(
        &self,
        events: Vec<Event>,
        state: &State,
        roster: Option<Arc<Roster>>,
        explain: bool,
    ) -> Result<Vec<Outcome>, GuerdonError> {
        let partners = partners(roster.as_ref());
        let mut state = state.state.lock()?;
        let mut working = state.clone();
        let evaluate =
            |event: &Event| self.plan.evaluate_or_explain(&mut working, partners, event, explain);
        let outcomes = each(&events, evaluate)?;
        *state = working;
        Ok(outcomes)
    }

    /// What an event would earn, step by step, without remembering it.
    ///
    /// # Errors
    /// As `evaluate`.
    #[uniffi::method(default(roster = None))]
    pub fn preview(
        &self,
        event: &Event,
        state: &State,
        roster: Option<Arc<Roster>>,
    ) -> Result<Outcome, GuerdonError> {
        Ok(self.plan.preview(&*state.state.lock()?, partners(roster.as_ref()), event)?)
    }

    /// What each of these events would earn if it came next, without remembering any.
    ///
    /// # Errors
    /// As `evaluate`, with the place of the event.
    #[uniffi::method(default(roster = None))]
    pub fn preview_all(
        &self,
        events: Vec<Event>,
        state: &State,
        roster: Option<Arc<Roster>>,
    ) -> Result<Vec<Outcome>, GuerdonError> {
        let partners = partners(roster.as_ref());
        let state = state.state.lock()?;
        each(&events, |event| self.plan.preview(&state, partners, event))
    }

    /// Takes back what a refund makes undue. The lines are those of the refunded event, earlier
    /// reversals included.
    ///
    /// # Errors
    /// What is wrong with the refund or the lines; `state_busy` while another call changes the
    /// state.
    #[uniffi::method(default(roster = None))]
    pub fn refund(
        &self,
        refund: &Refund,
        posted: Vec<Line>,
        state: &State,
        roster: Option<Arc<Roster>>,
    ) -> Result<Outcome, GuerdonError> {
        let mut state = state.state.lock()?;
        Ok(self.plan.refund(&mut state, partners(roster.as_ref()), refund, &posted)?)
    }

    /// Gives again what a refund took back that was undone, such as a chargeback that was won. The
    /// lines are those of the refunded event, reversals and earlier reinstatements included, in the
    /// order in which they were given out.
    ///
    /// # Errors
    /// What is wrong with the reinstatement or the lines; `state_busy` while another call changes
    /// the state.
    #[uniffi::method(default(roster = None))]
    pub fn reinstate(
        &self,
        reinstatement: &Reinstatement,
        posted: Vec<Line>,
        state: &State,
        roster: Option<Arc<Roster>>,
    ) -> Result<Outcome, GuerdonError> {
        let mut state = state.state.lock()?;
        Ok(self.plan.reinstate(&mut state, partners(roster.as_ref()), reinstatement, &posted)?)
    }

    /// Evaluates a batch of events, as columns by name, and remembers them in the state: all of
    /// them, or none. The columns are those of a table in the other languages: `at`, `partner`,
    /// `amount_minor`, and what the plan's conditions read.
    ///
    /// # Errors
    /// What is wrong with a column or a row, with its place; `state_busy` while another call
    /// changes the state.
    #[uniffi::method(default(roster = None))]
    pub fn run(
        &self,
        columns: HashMap<String, Column>,
        state: &State,
        roster: Option<Arc<Roster>>,
    ) -> Result<BatchEarnings, GuerdonError> {
        let columns = Columns::from(columns);
        let read = self.plan.read_table(&columns)?;
        let mut state = state.state.lock()?;
        Ok(self.plan.run(&mut state, partners(roster.as_ref()), &read.columns()?)?.into())
    }

    /// The sums of a state: what every partner, customer or the program has in every window.
    ///
    /// # Errors
    /// `state_mismatch`; `window_without_anchor` for a partner whose day of joining is unknown.
    #[uniffi::method(default(roster = None))]
    pub fn totals(
        &self,
        state: &State,
        roster: Option<Arc<Roster>>,
    ) -> Result<Vec<Total>, GuerdonError> {
        Ok(listed(&self.plan.totals(&*state.state.lock()?, partners(roster.as_ref()))?))
    }

    /// The tier that a partner holds, as far as events have shown; none below the first.
    ///
    /// # Errors
    /// `state_busy` while another call changes the state.
    pub fn tier(&self, partner: Id, state: &State) -> Result<Option<Id>, GuerdonError> {
        Ok(self.plan.tier(&*state.state.lock()?, &partner))
    }
}

#[uniffi::export]
impl State {
    /// The text to store.
    ///
    /// # Errors
    /// `state_busy` while another call changes the state.
    pub fn to_json(&self) -> Result<String, GuerdonError> {
        Ok(self.state.to_json()?)
    }

    /// Another state with the same content.
    ///
    /// # Errors
    /// `state_busy` while another call changes the state.
    pub fn copy(&self) -> Result<Arc<Self>, GuerdonError> {
        Ok(Arc::new(Self { state: self.state.copy()? }))
    }
}

#[uniffi::export]
impl Roster {
    /// Takes the host's records.
    ///
    /// # Errors
    /// `id_duplicate` or `sponsor_cycle`, with the place of the record.
    #[uniffi::constructor]
    pub fn new(partners: Vec<Partner>) -> Result<Arc<Self>, GuerdonError> {
        Ok(Arc::new(Self { roster: commission::Roster::new(partners)? }))
    }

    /// The record of a partner, if there is one.
    ///
    /// # Errors
    /// `id_invalid`, where UniFFI reads the id: a call that cannot fail would end the process there.
    pub fn partner(&self, id: Id) -> Result<Option<Partner>, GuerdonError> {
        Ok(self.roster.get(&id).cloned())
    }
}

/// The roster of a call; nobody is known unless one is given.
fn partners(roster: Option<&Arc<Roster>>) -> &commission::Roster {
    static NOBODY: LazyLock<commission::Roster> = LazyLock::new(commission::Roster::default);
    roster.map_or(&NOBODY, |roster| &roster.roster)
}

/// What comes of each event, or the first problem with its place in the list.
fn each(
    events: &[Event],
    mut run: impl FnMut(&Event) -> Result<Outcome, Problem>,
) -> Result<Vec<Outcome>, GuerdonError> {
    let placed = |(position, event)| run(event).map_err(|problem| problem.under(position));
    let outcomes: Result<_, Problem> = events.iter().enumerate().map(placed).collect();
    outcomes.map_err(|problem| Problems::from(problem).under("events").into())
}

fn listed(totals: &Totals) -> Vec<Total> {
    let name = |number: &u32| totals.meters.get(usize::try_from(*number).ok()?).cloned();
    let key = |number: u32| totals.keys.get(usize::try_from(number).ok()?).cloned();
    let window =
        |number: &u32| Some(totals.windows.get(usize::try_from(*number).ok()?)?.label.clone());
    let places = totals.meter.iter().zip(&totals.key).zip(&totals.window);
    let sums = totals.measure.iter().zip(&totals.paid_minor);
    let rows = places.zip(sums).filter_map(|(((meter, of), at), (measure, paid))| {
        Some(Total {
            meter: name(meter)?,
            key: of.and_then(key),
            window: window(at)?,
            measure: *measure,
            paid_minor: *paid,
        })
    });
    rows.collect()
}
