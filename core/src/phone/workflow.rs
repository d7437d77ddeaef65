//! Compiled workflows for phones: made once, and asked again and again.
//!
//! A snapshot crosses as its text, which is what a host stores.

use std::sync::Arc;

use super::GuerdonError;
use crate::kernel::calendar::Instant;
use crate::kernel::document::to_json;
use crate::kernel::expression::KnownFacts;
use crate::kernel::id::Id;
use crate::workflow::{
    self, Beginning, MigrateOutcome, MigratePlan, SnapshotText, StateMap, WorkflowAccepts,
    WorkflowDescription, WorkflowDiagram, WorkflowDue, WorkflowEvent, WorkflowExploration,
    WorkflowFindings, WorkflowHappening, WorkflowOutcome, WorkflowReference, WorkflowReplay,
    WorkflowRun,
};

/// A workflow, compiled once and used for every event. It holds no instance.
#[derive(Debug, uniffi::Object)]
pub struct Workflow {
    workflow: workflow::Workflow,
}

#[uniffi::export]
impl Workflow {
    /// Compiles a workflow.
    ///
    /// # Errors
    /// Every problem of the document.
    #[uniffi::constructor]
    pub fn new(document: &str) -> Result<Arc<Self>, GuerdonError> {
        Ok(Arc::new(Self { workflow: workflow::Workflow::from_json(document)? }))
    }

    /// The document as JSON text.
    ///
    /// # Errors
    /// None that is known.
    pub fn to_json(&self) -> Result<String, GuerdonError> {
        Ok(to_json(self.workflow.document())?)
    }

    /// The document's id, version and hash.
    #[must_use]
    pub fn reference(&self) -> WorkflowReference {
        self.workflow.reference().clone()
    }

    /// What it is made of.
    ///
    /// # Errors
    /// None that is known.
    pub fn describe(&self) -> Result<WorkflowDescription, GuerdonError> {
        Ok(self.workflow.describe()?)
    }

    /// What is probably not meant.
    ///
    /// # Errors
    /// None that is known.
    pub fn validate(&self) -> Result<WorkflowFindings, GuerdonError> {
        Ok(self.workflow.findings()?)
    }

    /// Begins an instance, with what it remembers and what is known at the start.
    ///
    /// # Errors
    /// Every problem of the data or the facts; what a condition or a formula cannot go on after.
    #[uniffi::method(default(data = None, facts = None, log = false))]
    pub fn start(
        &self,
        instance: Id,
        at: Instant,
        data: Option<KnownFacts>,
        facts: Option<KnownFacts>,
        log: bool,
    ) -> Result<WorkflowOutcome, GuerdonError> {
        let turned = self.workflow.begin(beginning(instance, at, data, facts), log)?;
        Ok(turned.told(&self.workflow))
    }

    /// Lets something happen to an instance.
    ///
    /// # Errors
    /// Every problem of the snapshot or the event; what a condition or a formula cannot go on
    /// after. The snapshot that the host has stays good.
    #[uniffi::method(default(log = false))]
    pub fn apply(
        &self,
        snapshot: &SnapshotText,
        event: &WorkflowEvent,
        at: Instant,
        log: bool,
    ) -> Result<WorkflowOutcome, GuerdonError> {
        let instance = self.workflow.read(snapshot)?;
        Ok(self.workflow.advance(instance, event, at, log)?.told(&self.workflow))
    }

    /// Plays the history of an instance from its beginning.
    ///
    /// # Errors
    /// As `start` and `apply`, the latter with the place of the event.
    #[uniffi::method(default(data = None, facts = None, log = false))]
    pub fn replay(
        &self,
        instance: Id,
        at: Instant,
        history: Vec<WorkflowHappening>,
        data: Option<KnownFacts>,
        facts: Option<KnownFacts>,
        log: bool,
    ) -> Result<WorkflowReplay, GuerdonError> {
        Ok(self.workflow.play(beginning(instance, at, data, facts), &history, log)?)
    }

    /// Lets the same event, or time, change many instances.
    #[must_use]
    pub fn run(
        &self,
        snapshots: Vec<SnapshotText>,
        event: &WorkflowEvent,
        at: Instant,
    ) -> WorkflowRun {
        self.workflow.run_stored(snapshots, event, at)
    }

    /// When something is due next, and everything that is.
    ///
    /// # Errors
    /// Every problem of the snapshot.
    pub fn next_due(&self, snapshot: &SnapshotText) -> Result<WorkflowDue, GuerdonError> {
        Ok(self.workflow.due(&self.workflow.read(snapshot)?))
    }

    /// What an instance waits for, and whether it would take it.
    ///
    /// # Errors
    /// Every problem of the snapshot or the facts; what a condition cannot go on after.
    #[uniffi::method(default(facts = None))]
    pub fn accepts(
        &self,
        snapshot: &SnapshotText,
        at: Instant,
        facts: Option<KnownFacts>,
    ) -> Result<WorkflowAccepts, GuerdonError> {
        let instance = self.workflow.read(snapshot)?;
        Ok(self.workflow.accepts(&instance, at, &facts.unwrap_or_default())?)
    }

    /// What can become of its instances: dead ends, and the shortest way to states that are active
    /// together.
    ///
    /// # Errors
    /// Every problem of the data; `state_unknown`.
    #[uniffi::method(default(to = [], data = None, limit = 10_000))]
    pub fn explore(
        &self,
        to: Vec<Id>,
        data: Option<KnownFacts>,
        limit: u32,
    ) -> Result<WorkflowExploration, GuerdonError> {
        Ok(self.workflow.explore(&to, &data.unwrap_or_default(), limit)?)
    }

    /// The workflow as a drawing, with where an instance stands.
    ///
    /// # Errors
    /// Every problem of the snapshot.
    #[uniffi::method(default(snapshot = None))]
    pub fn diagram(&self, snapshot: Option<SnapshotText>) -> Result<WorkflowDiagram, GuerdonError> {
        let instance = snapshot.map(|snapshot| self.workflow.read(&snapshot)).transpose()?;
        Ok(self.workflow.diagram(instance.as_ref()))
    }

    /// Takes an instance of another version over into this one.
    ///
    /// # Errors
    /// As the operation.
    #[uniffi::method(default(states = None, lossy = false, dry_run = false))]
    pub fn migrate(
        &self,
        old: &Self,
        snapshot: &SnapshotText,
        at: Instant,
        states: Option<StateMap>,
        lossy: bool,
        dry_run: bool,
    ) -> Result<MigrateOutcome, GuerdonError> {
        let plan = MigratePlan { states: states.unwrap_or_default(), lossy, dry_run };
        Ok(self.workflow.migrate(&old.workflow, snapshot, at, &plan)?)
    }
}

fn beginning(
    instance: Id,
    at: Instant,
    data: Option<KnownFacts>,
    facts: Option<KnownFacts>,
) -> Beginning {
    let (data, facts) = (data.unwrap_or_default(), facts.unwrap_or_default());
    Beginning { instance, at, data, facts }
}
