//! Compiled workflows, as objects that JavaScript holds.
//!
//! A workflow is compiled once; everything else crosses as JSON text. What is applied comes back as two
//! texts in one, a line each: what became of the event, and the snapshot, which the host stores and need
//! not read. `apply` takes its workflow by number, see [`shelf`](crate::shelf).

use std::cell::RefCell;
use std::sync::Arc;

use guerdon::Problems;
use guerdon::kernel::document::to_json;
use guerdon::kernel::id::Id;
use guerdon::workflow::{
    self, Beginning, Instance, MigratePlan, SnapshotText, Turned, WorkflowEvent, WorkflowHappening,
};
use napi::Result;
use napi_derive::napi;

use crate::door::guarded;
use crate::engine::{Text, read, text};
use crate::shelf::{Held, Shelf, on};

thread_local! {
    static WORKFLOWS: RefCell<Shelf<workflow::Workflow>> = RefCell::default();
}

/// A workflow, compiled.
#[napi]
pub struct Workflow {
    workflow: Held<workflow::Workflow>,
}

type Answer<T> = std::result::Result<T, Problems>;

fn under<T: guerdon::kernel::document::Model>(place: &str, text: &str) -> Answer<T> {
    read(text).map_err(|problems| problems.under(place))
}

fn instance(workflow: &workflow::Workflow, snapshot: &str) -> Answer<Instance> {
    workflow.read(&under::<SnapshotText>("snapshot", snapshot)?)
}

fn beginning(instance: &str, at: &str, data: &str, facts: &str) -> Answer<Beginning> {
    Ok(Beginning {
        instance: under("instance", instance)?,
        at: under("at", at)?,
        data: under("data", data)?,
        facts: under("facts", facts)?,
    })
}

/// The turn and the snapshot, a line each.
fn written(workflow: &workflow::Workflow, turned: &Turned) -> Answer<Text> {
    let mut lines = to_json(&turned.turn)?;
    lines.push('\n');
    lines.push_str(&to_json(&workflow.stored(&turned.instance))?);
    Ok(text(lines))
}

/// Lets something happen to an instance.
#[napi(ts_return_type = "string")]
pub fn apply(snapshot: String, happening: String, log: bool, workflow: u32) -> Result<Text> {
    let workflow = on(&WORKFLOWS, workflow)?;
    guarded(|| {
        let instance = instance(&workflow, &snapshot)?;
        let WorkflowHappening { event, at } = read(&happening)?;
        written(&workflow, &workflow.advance(instance, &event, at, log)?)
    })
}

#[napi]
impl Workflow {
    /// Compiles a document.
    #[napi(constructor)]
    pub fn new(document: String) -> Result<Self> {
        let workflow = guarded(|| workflow::Workflow::from_json(&document))?;
        Ok(Self { workflow: Held::new(&WORKFLOWS, Arc::new(workflow)) })
    }

    /// Its number.
    #[napi]
    pub fn number(&self) -> u32 {
        self.workflow.number
    }

    /// The document.
    #[napi]
    pub fn to_json(&self) -> Result<String> {
        guarded(|| to_json(self.workflow.value.document()))
    }

    /// The document's id, version and hash.
    #[napi]
    pub fn reference(&self) -> Result<String> {
        guarded(|| to_json(self.workflow.value.reference()))
    }

    /// What it is made of.
    #[napi]
    pub fn describe(&self) -> Result<String> {
        guarded(|| Ok::<_, Problems>(to_json(&self.workflow.value.describe()?)?))
    }

    /// What is probably not meant.
    #[napi]
    pub fn validate(&self) -> Result<String> {
        guarded(|| Ok::<_, Problems>(to_json(&self.workflow.value.findings()?)?))
    }

    /// Begins an instance.
    #[napi(ts_return_type = "string")]
    pub fn start(
        &self,
        instance: String,
        at: String,
        data: String,
        facts: String,
        log: bool,
    ) -> Result<Text> {
        let workflow = &self.workflow.value;
        guarded(|| {
            let beginning = beginning(&instance, &at, &data, &facts)?;
            written(workflow, &workflow.begin(beginning, log)?)
        })
    }

    /// Plays a history.
    #[napi]
    pub fn replay(
        &self,
        instance: String,
        at: String,
        data: String,
        facts: String,
        history: String,
        log: bool,
    ) -> Result<String> {
        let workflow = &self.workflow.value;
        guarded(|| {
            let beginning = beginning(&instance, &at, &data, &facts)?;
            let history: Vec<WorkflowHappening> = under("history", &history)?;
            Ok::<_, Problems>(to_json(&workflow.play(beginning, &history, log)?)?)
        })
    }

    /// Lets the same thing happen to many instances.
    #[napi(ts_return_type = "string")]
    pub fn run(&self, snapshots: String, event: String, at: String) -> Result<Text> {
        let workflow = &self.workflow.value;
        guarded(|| {
            let snapshots: Vec<SnapshotText> = under("snapshots", &snapshots)?;
            let (event, at) = (under::<WorkflowEvent>("event", &event)?, under("at", &at)?);
            Ok::<_, Problems>(text(to_json(&workflow.run_stored(snapshots, &event, at))?))
        })
    }

    /// What is due.
    #[napi]
    pub fn next_due(&self, snapshot: String) -> Result<String> {
        let workflow = &self.workflow.value;
        guarded(|| {
            let instance = instance(workflow, &snapshot)?;
            Ok::<_, Problems>(to_json(&workflow.due(&instance))?)
        })
    }

    /// What an instance waits for.
    #[napi]
    pub fn accepts(&self, snapshot: String, at: String, facts: String) -> Result<String> {
        let workflow = &self.workflow.value;
        guarded(|| {
            let instance = instance(workflow, &snapshot)?;
            let accepts =
                workflow.accepts(&instance, under("at", &at)?, &under("facts", &facts)?)?;
            Ok::<_, Problems>(to_json(&accepts)?)
        })
    }

    /// What can become of its instances.
    #[napi]
    pub fn explore(&self, to: String, data: String, limit: Option<u32>) -> Result<String> {
        let workflow = &self.workflow.value;
        guarded(|| {
            let (to, data): (Vec<Id>, _) = (under("to", &to)?, under("data", &data)?);
            let limit = limit.unwrap_or(workflow::EXPLORED);
            Ok::<_, Problems>(to_json(&workflow.explore(&to, &data, limit)?)?)
        })
    }

    /// A drawing.
    #[napi]
    pub fn diagram(&self, snapshot: Option<String>) -> Result<String> {
        let workflow = &self.workflow.value;
        guarded(|| {
            let instance = snapshot.map(|snapshot| instance(workflow, &snapshot)).transpose()?;
            Ok::<_, Problems>(to_json(&workflow.diagram(instance.as_ref()))?)
        })
    }

    /// Takes an instance of another version over into this one.
    #[napi]
    pub fn migrate(
        &self,
        old: &Workflow,
        snapshot: String,
        at: String,
        states: String,
        lossy: bool,
        dry_run: bool,
    ) -> Result<String> {
        let (workflow, old) = (&self.workflow.value, &old.workflow.value);
        guarded(|| {
            let (snapshot, at) = (under("snapshot", &snapshot)?, under("at", &at)?);
            let plan = MigratePlan { states: under("states", &states)?, lossy, dry_run };
            let migrated = workflow.migrate(old, &snapshot, at, &plan)?;
            Ok::<_, Problems>(to_json(&migrated)?)
        })
    }
}
