//! A workflow that is known to be right.

use std::collections::BTreeMap;

use crate::kernel::document::{self, Limits, model};
use crate::kernel::expression::{self, FactValues, KnownFacts, Program, Vocabulary};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::statechart::{self, Chart, ChartAction, ChartTransition};

use super::document::{
    Unmatched, WorkflowDocument, WorkflowEnd, WorkflowInput, WorkflowReference, WorkflowStep,
};
use super::lint;
use super::lower::{Lowered, lower};
use super::operations::compiled;

/// A compiled workflow. It holds no instance, so one serves any number of them.
#[derive(Debug)]
pub struct Workflow {
    document: WorkflowDocument,
    pub(super) reference: WorkflowReference,
    pub(super) unmatched: Unmatched,
    pub(super) remember: usize,
    pub(super) chart: Chart,
    /// The steps that the host performs, by mark.
    pub(super) steps: Box<[WorkflowStep]>,
    /// What undoes a step, by mark.
    pub(super) undo: Box<[Option<UndoProgram>]>,
    /// How an instance ended, by final state.
    pub(super) ends: BTreeMap<usize, WorkflowEnd>,
}

/// What undoes a step, compiled.
#[derive(Debug)]
pub(super) struct UndoProgram {
    pub(super) kind: Id,
    pub(super) payload: Vec<(String, Program)>,
    pub(super) path: String,
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
    pub fn compile(document: WorkflowDocument) -> Result<Self, Problems> {
        let lowered = lower(&document)?;
        let chart = statechart::compile(&lowered.draft)?;
        check_data(&document)?;
        Problems::verdict(statechart::endless(&chart))?;
        let hash = document::hash(&document)?;
        let mut ends = BTreeMap::new();
        for state in &document.states {
            if let (Some(number), Some(end)) = (chart.state(state.id.as_str()), state.outcome) {
                ends.insert(number, end);
            }
        }
        let undo = undo(&chart, &lowered)?;
        let steps = lowered.steps.iter().map(|step| (*step).clone()).collect();
        let (id, version) = (document.id.clone(), document.version);
        Ok(Self {
            reference: WorkflowReference { id, version, hash: hash.parse()? },
            unmatched: document.unmatched,
            remember: document.remember.into(),
            chart,
            steps,
            undo,
            ends,
            document,
        })
    }

    /// Reads a document, checks it and prepares it.
    ///
    /// # Errors
    /// Every problem of the text or of the document.
    pub fn from_json(text: &str) -> Result<Self, Problems> {
        Self::compile(document::parse(text, Limits::DOCUMENT)?)
    }

    /// The document.
    #[must_use]
    pub const fn document(&self) -> &WorkflowDocument {
        &self.document
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

    /// What it is made of, and what is probably not meant.
    ///
    /// # Errors
    /// None that is known: what is wrong with the document was found when it was compiled.
    pub fn describe(&self) -> Result<WorkflowDescription, Problems> {
        let lowered = lower(&self.document)?;
        let states = &lowered.draft.states;
        Ok(WorkflowDescription {
            problems: lint::lint(self, &lowered, &self.document),
            reference: self.reference.clone(),
            states: states.iter().map(|state| state.id.clone()).collect(),
            events: self.chart.events().to_vec(),
            effects: effects(&lowered),
            facts: self.document.facts.keys().cloned().collect(),
        })
    }

    /// What is probably not meant, of a workflow that can be used.
    ///
    /// # Errors
    /// As [`Workflow::describe`].
    pub fn findings(&self) -> Result<WorkflowFindings, Problems> {
        Ok(WorkflowFindings { usable: true, problems: self.describe()?.problems })
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

/// What undoes each step.
fn undo(chart: &Chart, lowered: &Lowered<'_>) -> Result<Box<[Option<UndoProgram>]>, Problems> {
    let mut found = Vec::new();
    let mut all: Vec<Option<UndoProgram>> = lowered.steps.iter().map(|_| None).collect();
    for own in lowered.draft.states.iter().filter_map(|state| state.own.as_ref()) {
        let Ok(mark) = usize::try_from(own.mark) else { continue };
        let effect = lowered.steps.get(mark).and_then(|step| step.compensate.as_ref());
        let (Some(effect), Some(place)) = (effect, all.get_mut(mark)) else { continue };
        let path = format!("{}/compensate/payload", own.path);
        let mut payload = Vec::with_capacity(effect.payload.len());
        for (name, value) in &effect.payload {
            match expression::infer(value, chart.vocabulary()) {
                Ok(program) => payload.push((name.clone(), program)),
                Err(problems) => found.extend(problems.into_vec().into_iter().map(|problem| {
                    let problem = problem.under(name);
                    let place = format!("{path}{}", problem.path);
                    problem.at(place)
                })),
            }
        }
        *place = Some(UndoProgram { kind: effect.kind.clone(), payload, path });
    }
    Problems::verdict(found)?;
    Ok(all.into())
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
    compiled(input.workflow.0)?.describe()
}

/// Tells everything that is wrong with a workflow, or was probably not meant, and refuses none
/// that has the shape of one.
///
/// # Errors
/// None that is known.
pub fn validate(input: WorkflowInput) -> Result<WorkflowFindings, Problems> {
    let workflow = match compiled(input.workflow.0) {
        Ok(workflow) => workflow,
        Err(problems) => {
            return Ok(WorkflowFindings { usable: false, problems: problems.into_vec() });
        }
    };
    let WorkflowFindings { usable, problems } = workflow.findings()?;
    let problems = problems.into_iter().map(|problem| problem.under("workflow")).collect();
    Ok(WorkflowFindings { usable, problems })
}

/// The kinds of effects, each once: those of actions, those of steps, and what undoes these.
fn effects<'d>(lowered: &'d Lowered<'_>) -> Vec<Id> {
    let draft = &lowered.draft;
    let of_transitions =
        |all: &'d [ChartTransition]| all.iter().flat_map(|transition| &transition.actions);
    let of_states = draft.states.iter().flat_map(|state| {
        state.entry.iter().chain(&*state.exit).chain(of_transitions(&state.transitions))
    });
    let actions = of_transitions(&draft.transitions).chain(of_states);
    let of_actions = actions.filter_map(|action| match action {
        ChartAction::Effect(effect) => Some(&effect.kind),
        _ => None,
    });
    let own = draft.states.iter().filter_map(|state| state.own.as_ref());
    let own = own.map(|own| &own.effect.kind);
    let undo = lowered.steps.iter().filter_map(|step| step.compensate.as_ref());
    let mut kinds: Vec<Id> = Vec::new();
    for kind in of_actions.chain(own).chain(undo.map(|effect| &effect.kind)) {
        if !kinds.contains(kind) {
            kinds.push(kind.clone());
        }
    }
    kinds
}
