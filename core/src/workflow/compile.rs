//! A workflow that is known to be right.

use std::collections::BTreeMap;

use crate::kernel::document::{self, Limits, canonical_json, model};
use crate::kernel::expression::{FactValues, KnownFacts, Vocabulary};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::statechart::{self, Chart, ChartAction, ChartTransition};

use super::document::{
    Unmatched, WorkflowDocument, WorkflowEnd, WorkflowInput, WorkflowReference, WorkflowState,
    WorkflowStep,
};
use super::lint;
use super::lower::{Lowered, lower};

/// A compiled workflow. It holds no instance, so one serves any number of them.
#[derive(Debug)]
pub struct Workflow {
    pub(super) reference: WorkflowReference,
    pub(super) unmatched: Unmatched,
    pub(super) remember: usize,
    pub(super) chart: Chart,
    /// The steps that the host performs, by mark.
    pub(super) steps: Box<[WorkflowStep]>,
    /// How an instance ended, by final state.
    pub(super) ends: BTreeMap<usize, WorkflowEnd>,
}

/// What a workflow is made of.
#[model]
pub struct WorkflowDescription {
    /// Which document this is.
    pub reference: WorkflowReference,
    /// Its states, in document order.
    pub states: Vec<Id>,
    /// The events that it knows, those that it raises itself included.
    pub events: Vec<Id>,
    /// The kinds of effects that it hands out, steps included, each once.
    pub effects: Vec<Id>,
    /// The facts that come with events.
    pub facts: Vec<String>,
    /// What is allowed and probably not meant.
    #[model(default)]
    pub problems: Vec<Problem>,
}

/// What `workflow.validate` gives back.
#[model]
pub struct WorkflowFindings {
    /// Whether the workflow can be used.
    pub usable: bool,
    /// Everything that is wrong, or probably not meant.
    #[model(default)]
    pub problems: Vec<Problem>,
}

impl Workflow {
    /// Checks a document and prepares it.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn compile(document: &WorkflowDocument) -> Result<Self, Problems> {
        let lowered = lower(document)?;
        Self::of(document, &lowered)
    }

    /// Reads a document, checks it and prepares it.
    ///
    /// # Errors
    /// Every problem of the text or of the document.
    pub fn from_json(text: &str) -> Result<Self, Problems> {
        Self::compile(&document::parse(text, Limits::DOCUMENT)?)
    }

    fn of(document: &WorkflowDocument, lowered: &Lowered<'_>) -> Result<Self, Problems> {
        let chart = statechart::compile(&lowered.draft)?;
        check_data(document)?;
        Problems::verdict(statechart::endless(&chart))?;
        let hash = document::hash(document)?;
        let mut ends = BTreeMap::new();
        for state in &document.states {
            if let (Some(number), Some(end)) = (chart.state(state.id.as_str()), state.outcome) {
                ends.insert(number, end);
            }
        }
        Ok(Self {
            reference: WorkflowReference {
                id: document.id.clone(),
                version: document.version,
                hash: hash.parse()?,
            },
            unmatched: document.unmatched,
            remember: document.remember.into(),
            chart,
            steps: lowered.steps.iter().map(|step| (*step).clone()).collect(),
            ends,
        })
    }

    /// Which document this is.
    #[must_use]
    pub const fn reference(&self) -> &WorkflowReference {
        &self.reference
    }

    /// The chart.
    #[must_use]
    pub const fn chart(&self) -> &Chart {
        &self.chart
    }

    /// What comes with an event, checked against what is declared. What the chart itself knows
    /// cannot come from outside.
    pub(super) fn facts<'w>(
        vocabulary: &'w Vocabulary,
        given: &KnownFacts,
    ) -> Result<Option<FactValues<'w>>, Problems> {
        if given.0.is_empty() {
            return Ok(None);
        }
        let own = |name: &String| {
            let is_own = ["now", "event", "states"].contains(&name.as_str())
                || name.starts_with("data.")
                || name.starts_with("step.");
            is_own.then(|| {
                Problem::new(
                    crate::kernel::expression::FACT_UNKNOWN,
                    format!("`{name}` is what the workflow knows by itself"),
                    "give only facts that the document declares",
                )
                .under(name)
            })
        };
        Problems::verdict(given.0.keys().filter_map(own).collect())?;
        let mut values = FactValues::new(vocabulary);
        values.set_all(given.0.clone())?;
        Ok(Some(values))
    }
}

/// The first value of each piece of data is of its type.
fn check_data(document: &WorkflowDocument) -> Result<(), Problems> {
    let mut vocabulary = Vocabulary::new();
    let types = document.data.iter().map(|(name, data)| (name.clone(), data.of)).collect();
    vocabulary.declare_all(&types).map_err(|problems| problems.under("data"))?;
    let mut values = FactValues::new(&vocabulary);
    let mut found = Vec::new();
    for (name, data) in &document.data {
        if let Some(first) = &data.first {
            let set = values.set(name, first.clone());
            found.extend(set.err().map(|problem| problem.under("first").under(name).under("data")));
        }
    }
    Problems::verdict(found)
}

/// Checks a workflow, and says what it is made of.
///
/// # Errors
/// Every problem of the workflow.
pub fn describe(input: WorkflowInput) -> Result<WorkflowDescription, Problems> {
    let document = &input.workflow.0;
    let described = || -> Result<WorkflowDescription, Problems> {
        let lowered = lower(document)?;
        let workflow = Workflow::of(document, &lowered)?;
        Ok(WorkflowDescription {
            problems: lint::lint(&workflow, &lowered, document),
            reference: workflow.reference,
            states: lowered.draft.states.iter().map(|state| state.id.clone()).collect(),
            events: workflow.chart.events().to_vec(),
            effects: effects(document, &lowered),
            facts: document.facts.keys().cloned().collect(),
        })
    };
    described().map_err(|problems| problems.under("workflow"))
}

/// Tells everything that is wrong with a workflow, or was probably not meant, and refuses none
/// that has the shape of one.
///
/// # Errors
/// `value_invalid` if the document cannot be written as JSON, which no document causes.
pub fn validate(input: WorkflowInput) -> Result<WorkflowFindings, Problems> {
    canonical_json(&input.workflow)?;
    Ok(match describe(input) {
        Ok(described) => {
            let place = |problem: Problem| problem.under("workflow");
            let problems = described.problems.into_iter().map(place).collect();
            WorkflowFindings { usable: true, problems }
        }
        Err(problems) => WorkflowFindings { usable: false, problems: problems.into_vec() },
    })
}

/// The kinds of effects, in the order in which they stand in the document.
fn effects(document: &WorkflowDocument, lowered: &Lowered<'_>) -> Vec<Id> {
    let mut kinds: Vec<Id> = Vec::new();
    let mut add = |kind: Id| {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    };
    for action in actions(document) {
        if let ChartAction::Effect(effect) = action {
            add(effect.kind.clone());
        }
    }
    for step in &lowered.steps {
        if let Ok(kind) = step.kind.as_str().parse() {
            add(kind);
        }
    }
    kinds
}

/// Every action of a document.
fn actions(document: &WorkflowDocument) -> Vec<&ChartAction> {
    fn of_transitions<'a>(transitions: &'a [ChartTransition], found: &mut Vec<&'a ChartAction>) {
        found.extend(transitions.iter().flat_map(|one| &one.actions));
    }
    fn of_states<'a>(states: &'a [WorkflowState], found: &mut Vec<&'a ChartAction>) {
        for state in states {
            found.extend(&state.entry);
            found.extend(&state.exit);
            of_transitions(&state.transitions, found);
            of_states(&state.states, found);
        }
    }
    let mut found = Vec::new();
    of_transitions(&document.transitions, &mut found);
    of_states(&document.states, &mut found);
    found
}
