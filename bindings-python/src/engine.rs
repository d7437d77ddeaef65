//! Compiled plans: the fast door, for events one by one and for tables.
//!
//! A plan is compiled once, a state is kept by the host between calls. Single calls hold the
//! interpreter, because letting go of it costs more than they take; runs over tables let go.

use std::sync::Arc;

use arrow_array::RecordBatch;
use guerdon::Problem;
use guerdon::columns::Table;
use guerdon::commission::{
    Event, Line, Outcome, Partner, Plan, PlanDescription, PlanDocument, PlanReference, Refund,
    Reinstatement, Roster, SharedState,
};
use guerdon::kernel::id::Id;
use guerdon::python::{PythonType, mismatch, not_an_instance, raise};
use pyo3::PyClass;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::arrow::{self, Columns};

/// A commission plan, compiled.
#[pyclass(frozen, module = "guerdon", name = "Plan")]
pub(crate) struct PyPlan {
    plan: Arc<Plan>,
}

/// What a plan remembers between events.
#[pyclass(frozen, module = "guerdon", name = "State")]
pub(crate) struct PyState {
    state: SharedState,
}

/// The host's partners.
#[pyclass(frozen, module = "guerdon", name = "Roster")]
pub(crate) struct PyRoster {
    roster: Roster,
}

/// What a run over a table earned, row by row: an Arrow stream of `commission_minor` and
/// `lost_minor`.
#[pyclass(frozen, module = "guerdon", name = "Earnings")]
pub(crate) struct PyEarnings {
    earnings: RecordBatch,
    overrides: RecordBatch,
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyPlan>()?;
    module.add_class::<PyState>()?;
    module.add_class::<PyRoster>()?;
    module.add_class::<PyEarnings>()?;
    module.add_class::<Columns>()
}

/// An argument that has to be an instance of a class, by reference; `refused` says what is wrong
/// with any other.
fn borrowed<'a, 'py, T>(
    value: &'a Bound<'py, PyAny>,
    name: &str,
    refused: impl FnOnce(&Bound<'py, PyAny>) -> Problem,
) -> PyResult<&'a T>
where
    T: PyClass<Frozen = pyo3::pyclass::boolean_struct::True> + Sync,
{
    match value.cast::<T>() {
        Ok(one) => Ok(one.get()),
        Err(_) => Err(raise(refused(value).under(name))),
    }
}

fn event_of<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<&'a Event> {
    borrowed(value, "event", |found| not_an_instance("an `Event`", "Event", found))
}

fn state_of<'a>(value: &'a Bound<'_, PyAny>) -> PyResult<&'a SharedState> {
    let hint = "make one with `plan.new_state()`, or read its text with `plan.state_from_json(..)`";
    let refused = |found: &Bound<'_, PyAny>| made_by("a `State`", hint, found);
    borrowed::<PyState>(value, "state", refused).map(|state| &state.state)
}

fn made_by(class: &str, hint: &'static str, found: &Bound<'_, PyAny>) -> Problem {
    Problem { hint: hint.into(), ..mismatch(class, found) }
}

/// The roster of a call; nobody is known unless one is given.
fn roster_of<'a>(value: Option<&'a Bound<'_, PyAny>>) -> PyResult<&'a Roster> {
    static NOBODY: std::sync::LazyLock<Roster> = std::sync::LazyLock::new(Roster::default);
    match value {
        Some(value) => {
            let refused = |found: &Bound<'_, PyAny>| {
                made_by("a `Roster`", "make one with `Roster([Partner(..), ..])`", found)
            };
            borrowed::<PyRoster>(value, "roster", refused).map(|one| &one.roster)
        }
        None => Ok(&NOBODY),
    }
}

#[pymethods]
impl PyPlan {
    #[new]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let document: PlanDocument = guerdon::python::document(document).map_err(raise)?;
        Ok(Self { plan: Arc::new(Plan::compile(document).map_err(raise)?) })
    }

    /// The document as JSON text.
    fn to_json(&self) -> PyResult<String> {
        guerdon::python::to_json(self.plan.document())
    }

    /// The document's id, version and hash.
    #[getter]
    fn reference(&self) -> PlanReference {
        self.plan.reference().clone()
    }

    /// What the plan reads, keeps, and may be cut by.
    fn describe(&self) -> PlanDescription {
        self.plan.describe()
    }

    /// A state in which nothing has happened yet.
    fn new_state(&self) -> PyState {
        PyState { state: SharedState::new(&self.plan) }
    }

    /// Reads a state that `State.to_json` wrote.
    fn state_from_json(&self, py: Python<'_>, text: &str) -> PyResult<PyState> {
        let state = py.detach(|| SharedState::from_json(&self.plan, text)).map_err(raise)?;
        Ok(PyState { state })
    }

    /// Evaluates an event and remembers it in the state.
    #[pyo3(signature = (event, state, roster = None, explain = false))]
    fn evaluate(
        &self,
        event: &Bound<'_, PyAny>,
        state: &Bound<'_, PyAny>,
        roster: Option<&Bound<'_, PyAny>>,
        explain: bool,
    ) -> PyResult<Outcome> {
        let event = event_of(event)?;
        let roster = roster_of(roster)?;
        let mut state = state_of(state)?.lock().map_err(raise)?;
        self.plan.evaluate_or_explain(&mut state, roster, event, explain).map_err(raise)
    }

    /// What an event would earn, step by step, without remembering it.
    #[pyo3(signature = (event, state, roster = None))]
    fn preview(
        &self,
        event: &Bound<'_, PyAny>,
        state: &Bound<'_, PyAny>,
        roster: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Outcome> {
        let event = event_of(event)?;
        let state = state_of(state)?.lock().map_err(raise)?;
        self.plan.preview(&state, roster_of(roster)?, event).map_err(raise)
    }

    /// Takes back what a refund makes undue.
    #[pyo3(signature = (refund, posted, state, roster = None))]
    fn refund(
        &self,
        refund: &Bound<'_, PyAny>,
        posted: &Bound<'_, PyAny>,
        state: &Bound<'_, PyAny>,
        roster: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Outcome> {
        let refused = |found: &Bound<'_, PyAny>| not_an_instance("a `Refund`", "Refund", found);
        let refund: &Refund = borrowed(refund, "refund", refused)?;
        let posted = Vec::<Line>::read(posted).map_err(|one| raise(one.under("posted")))?;
        let mut state = state_of(state)?.lock().map_err(raise)?;
        self.plan.refund(&mut state, roster_of(roster)?, refund, &posted).map_err(raise)
    }

    /// Gives again what a refund took back that was undone.
    #[pyo3(signature = (reinstatement, posted, state, roster = None))]
    fn reinstate(
        &self,
        reinstatement: &Bound<'_, PyAny>,
        posted: &Bound<'_, PyAny>,
        state: &Bound<'_, PyAny>,
        roster: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Outcome> {
        let refused =
            |found: &Bound<'_, PyAny>| not_an_instance("a `Reinstatement`", "Reinstatement", found);
        let undone: &Reinstatement = borrowed(reinstatement, "reinstatement", refused)?;
        let posted = Vec::<Line>::read(posted).map_err(|one| raise(one.under("posted")))?;
        let mut state = state_of(state)?.lock().map_err(raise)?;
        self.plan.reinstate(&mut state, roster_of(roster)?, undone, &posted).map_err(raise)
    }

    /// Evaluates a table of events in its order and remembers them in the state.
    #[pyo3(signature = (table, state, roster = None, *, progress = None))]
    fn run(
        &self,
        py: Python<'_>,
        table: &Bound<'_, PyAny>,
        state: &Bound<'_, PyAny>,
        roster: Option<&Bound<'_, PyAny>>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<PyEarnings> {
        let (state, roster) = (state_of(state)?, roster_of(roster)?);
        let table = arrow::read(table)?;
        let rows = table.rows();
        // What Python raised while the run asked whether to go on.
        let mut raised = None;
        let mut go_on = |done: usize| {
            let asked = Python::attach(|py| {
                py.check_signals()?;
                progress.as_ref().map_or(Ok(()), |call| call.call1(py, (done, rows)).map(|_| ()))
            });
            raised = asked.err();
            raised.is_none()
        };
        let run = py.detach(|| self.run_table(state, roster, &table, &mut go_on));
        match (run, raised) {
            (_, Some(raised)) => Err(raised),
            (Err(problem), None) => Err(raise(problem)),
            (Ok((earnings, overrides)), None) => Ok(PyEarnings { earnings, overrides }),
        }
    }

    /// The sums of a state: what every partner, customer or the program has in every window.
    #[pyo3(signature = (state, roster = None))]
    fn totals(
        &self,
        py: Python<'_>,
        state: &Bound<'_, PyAny>,
        roster: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Columns> {
        let (state, roster) = (state_of(state)?, roster_of(roster)?);
        let totals = || self.plan.totals(&*state.lock()?, roster)?.into_batch();
        py.detach(totals).map(Columns::new).map_err(raise)
    }

    /// The tier that a partner holds, as far as events have shown; none below the first.
    fn tier(&self, partner: &Bound<'_, PyAny>, state: &Bound<'_, PyAny>) -> PyResult<Option<Id>> {
        let partner = Id::read(partner).map_err(|problems| raise(problems.under("partner")))?;
        let state = state_of(state)?.lock().map_err(raise)?;
        Ok(self.plan.tier(&state, &partner))
    }

    fn __repr__(&self) -> String {
        let reference = self.plan.reference();
        format!("Plan({}, version {})", reference.id, reference.version)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get_type().into_any(), (slf.get().to_json()?,)))
    }
}

impl PyPlan {
    fn run_table(
        &self,
        state: &SharedState,
        roster: &Roster,
        table: &dyn Table,
        go_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<(RecordBatch, RecordBatch), Problem> {
        let read = self.plan.read_table(table)?;
        let mut state = state.lock()?;
        self.plan.run_while(&mut state, roster, &read.columns()?, go_on)?.into_batches()
    }
}

#[pymethods]
impl PyState {
    /// The text to store.
    fn to_json(&self, py: Python<'_>) -> PyResult<String> {
        py.detach(|| self.state.to_json()).map_err(raise)
    }

    /// Another state with the same content.
    fn copy(&self) -> PyResult<Self> {
        Ok(Self { state: self.state.copy().map_err(raise)? })
    }

    fn __copy__(&self) -> PyResult<Self> {
        self.copy()
    }

    fn __deepcopy__(&self, _memo: &Bound<'_, PyAny>) -> PyResult<Self> {
        self.copy()
    }

    fn __repr__(&self) -> String {
        let reference = self.state.plan().reference();
        format!("State(of {}, version {})", reference.id, reference.version)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let py = slf.py();
        let plan = Bound::new(py, PyPlan { plan: Arc::clone(slf.get().state.plan()) })?;
        Ok((plan.getattr("state_from_json")?, (slf.get().to_json(py)?,)))
    }
}

#[pymethods]
impl PyRoster {
    #[new]
    fn new(partners: &Bound<'_, PyAny>) -> PyResult<Self> {
        let partners = Vec::<Partner>::read(partners).map_err(raise)?;
        Ok(Self { roster: Roster::new(partners).map_err(raise)? })
    }

    /// The record of a partner, if there is one.
    fn get(&self, partner: &Bound<'_, PyAny>) -> PyResult<Option<Partner>> {
        let partner = Id::read(partner).map_err(|problems| raise(problems.under("partner")))?;
        Ok(self.roster.get(&partner).cloned())
    }

    fn __len__(&self) -> usize {
        self.roster.len()
    }

    fn __repr__(&self) -> String {
        format!("Roster({} partners)", self.roster.len())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyAny>, (Vec<Partner>,)) {
        let partners = slf.get().roster.partners().into_iter().cloned().collect();
        (slf.get_type().into_any(), (partners,))
    }
}

#[pymethods]
impl PyEarnings {
    /// What sponsors earned: columns `row`, `partner`, `level` and `amount_minor`.
    #[getter]
    fn overrides(&self) -> Columns {
        Columns::new(self.overrides.clone())
    }

    fn __len__(&self) -> usize {
        self.earnings.num_rows()
    }

    fn __repr__(&self) -> String {
        format!("Earnings({} rows)", self.earnings.num_rows())
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        arrow::schema(py, &self.earnings)
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        arrow::stream(py, &self.earnings)
    }
}
