//! Compiled workflows: the fast door, for hosts that keep a document and let many events happen.
//!
//! Everything that goes in and comes out is of the operations' types; a snapshot is its text.

use std::sync::Arc;

use guerdon::kernel::id::Id;
use guerdon::kernel::problem::Problem;
use guerdon::python::{PythonType, mismatch, raise};
use guerdon::workflow::{
    Beginning, EXPLORED, Instance, MigrateOutcome, MigratePlan, SnapshotText, Turned, Workflow,
    WorkflowAccepts, WorkflowDescription, WorkflowDiagram, WorkflowDocument, WorkflowDue,
    WorkflowEvent, WorkflowExploration, WorkflowFindings, WorkflowHappening, WorkflowOutcome,
    WorkflowReference, WorkflowReplay, WorkflowRun,
};
use pyo3::prelude::*;

/// A workflow, compiled.
#[pyclass(frozen, module = "guerdon", name = "Workflow")]
pub(crate) struct PyWorkflow {
    workflow: Arc<Workflow>,
}

pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyWorkflow>()
}

/// An argument, of whatever type it has to be.
fn argument<T: PythonType>(value: &Bound<'_, PyAny>, name: &str) -> PyResult<T> {
    T::read(value).map_err(|problems| raise(problems.under(name)))
}

/// An argument that may be left out.
fn or_default<T: PythonType + Default>(
    value: Option<&Bound<'_, PyAny>>,
    name: &str,
) -> PyResult<T> {
    value.map_or_else(|| Ok(T::default()), |value| argument(value, name))
}

#[pymethods]
impl PyWorkflow {
    #[new]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let document: WorkflowDocument = guerdon::python::document(document).map_err(raise)?;
        Ok(Self { workflow: Arc::new(Workflow::compile(document).map_err(raise)?) })
    }

    /// The document as JSON text.
    fn to_json(&self) -> PyResult<String> {
        guerdon::python::to_json(self.workflow.document())
    }

    /// The document's id, version and hash.
    #[getter]
    fn reference(&self) -> WorkflowReference {
        self.workflow.reference().clone()
    }

    /// What it is made of.
    fn describe(&self) -> PyResult<WorkflowDescription> {
        self.workflow.describe().map_err(raise)
    }

    /// What is probably not meant.
    fn validate(&self) -> PyResult<WorkflowFindings> {
        self.workflow.findings().map_err(raise)
    }

    /// Begins an instance.
    #[pyo3(signature = (instance, at, *, data = None, facts = None, log = false))]
    fn start(
        &self,
        instance: &Bound<'_, PyAny>,
        at: &Bound<'_, PyAny>,
        data: Option<&Bound<'_, PyAny>>,
        facts: Option<&Bound<'_, PyAny>>,
        log: bool,
    ) -> PyResult<WorkflowOutcome> {
        let beginning = beginning(instance, at, data, facts)?;
        self.told(self.workflow.begin(beginning, log))
    }

    /// Lets something happen to an instance.
    #[pyo3(signature = (snapshot, event, at, *, log = false))]
    fn apply(
        &self,
        snapshot: &Bound<'_, PyAny>,
        event: &Bound<'_, PyAny>,
        at: &Bound<'_, PyAny>,
        log: bool,
    ) -> PyResult<WorkflowOutcome> {
        let instance = self.instance(snapshot)?;
        let event: WorkflowEvent = argument(event, "event")?;
        self.told(self.workflow.advance(instance, &event, argument(at, "at")?, log))
    }

    /// Plays the history of an instance from its beginning.
    #[pyo3(signature = (instance, at, history, *, data = None, facts = None, log = false))]
    fn replay(
        &self,
        instance: &Bound<'_, PyAny>,
        at: &Bound<'_, PyAny>,
        history: &Bound<'_, PyAny>,
        data: Option<&Bound<'_, PyAny>>,
        facts: Option<&Bound<'_, PyAny>>,
        log: bool,
    ) -> PyResult<WorkflowReplay> {
        let beginning = beginning(instance, at, data, facts)?;
        let history: Vec<WorkflowHappening> = argument(history, "history")?;
        self.workflow.play(beginning, &history, log).map_err(raise)
    }

    /// Lets the same event, or time, change many instances.
    fn run(
        &self,
        py: Python<'_>,
        snapshots: &Bound<'_, PyAny>,
        event: &Bound<'_, PyAny>,
        at: &Bound<'_, PyAny>,
    ) -> PyResult<WorkflowRun> {
        let snapshots: Vec<SnapshotText> = argument(snapshots, "snapshots")?;
        let (event, at) = (argument::<WorkflowEvent>(event, "event")?, argument(at, "at")?);
        Ok(py.detach(|| self.workflow.run_stored(snapshots, &event, at)))
    }

    /// When something is due next, and everything that is.
    fn next_due(&self, snapshot: &Bound<'_, PyAny>) -> PyResult<WorkflowDue> {
        Ok(self.workflow.due(&self.instance(snapshot)?))
    }

    /// What an instance waits for, and whether it would take it.
    #[pyo3(signature = (snapshot, at, *, facts = None))]
    fn accepts(
        &self,
        snapshot: &Bound<'_, PyAny>,
        at: &Bound<'_, PyAny>,
        facts: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<WorkflowAccepts> {
        let instance = self.instance(snapshot)?;
        let (at, facts) = (argument(at, "at")?, or_default(facts, "facts")?);
        self.workflow.accepts(&instance, at, &facts).map_err(raise)
    }

    /// What can become of its instances.
    #[pyo3(signature = (*, to = None, data = None, limit = None))]
    fn explore(
        &self,
        py: Python<'_>,
        to: Option<&Bound<'_, PyAny>>,
        data: Option<&Bound<'_, PyAny>>,
        limit: Option<u32>,
    ) -> PyResult<WorkflowExploration> {
        let (to, data): (Vec<Id>, _) = (or_default(to, "to")?, or_default(data, "data")?);
        let limit = limit.unwrap_or(EXPLORED);
        py.detach(|| self.workflow.explore(&to, &data, limit)).map_err(raise)
    }

    /// The workflow as a drawing, with where an instance stands.
    #[pyo3(signature = (snapshot = None))]
    fn diagram(&self, snapshot: Option<&Bound<'_, PyAny>>) -> PyResult<WorkflowDiagram> {
        let instance = snapshot.map(|snapshot| self.instance(snapshot)).transpose()?;
        Ok(self.workflow.diagram(instance.as_ref()))
    }

    /// Takes an instance of another version over into this one.
    #[pyo3(signature = (old, snapshot, at, *, states = None, lossy = false, dry_run = false))]
    fn migrate(
        &self,
        old: &Bound<'_, PyAny>,
        snapshot: &Bound<'_, PyAny>,
        at: &Bound<'_, PyAny>,
        states: Option<&Bound<'_, PyAny>>,
        lossy: bool,
        dry_run: bool,
    ) -> PyResult<MigrateOutcome> {
        let Ok(from) = old.cast::<Self>() else {
            let hint = "make one of the old document: `Workflow(document)`";
            let found = Problem { hint: hint.into(), ..mismatch("a `Workflow`", old) };
            return Err(raise(found.under("old")));
        };
        let snapshot: SnapshotText = argument(snapshot, "snapshot")?;
        let at = argument(at, "at")?;
        let plan = MigratePlan { states: or_default(states, "states")?, lossy, dry_run };
        self.workflow.migrate(&from.get().workflow, &snapshot, at, &plan).map_err(raise)
    }

    fn __repr__(&self) -> String {
        let reference = self.workflow.reference();
        format!("Workflow({}, version {})", reference.id, reference.version)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        Ok((slf.get_type().into_any(), (slf.get().to_json()?,)))
    }
}

fn beginning(
    instance: &Bound<'_, PyAny>,
    at: &Bound<'_, PyAny>,
    data: Option<&Bound<'_, PyAny>>,
    facts: Option<&Bound<'_, PyAny>>,
) -> PyResult<Beginning> {
    Ok(Beginning {
        instance: argument(instance, "instance")?,
        at: argument(at, "at")?,
        data: or_default(data, "data")?,
        facts: or_default(facts, "facts")?,
    })
}

impl PyWorkflow {
    fn instance(&self, snapshot: &Bound<'_, PyAny>) -> PyResult<Instance> {
        self.workflow.read(&argument(snapshot, "snapshot")?).map_err(raise)
    }

    fn told(&self, turned: Result<Turned, guerdon::Problems>) -> PyResult<WorkflowOutcome> {
        Ok(turned.map_err(raise)?.told(&self.workflow))
    }
}
