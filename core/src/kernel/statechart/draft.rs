//! What a chart is compiled from: states in document order, each with its parent.
//!
//! A domain writes a draft from its own document, adds states that its words stand for, and says
//! for each the place in its document that problems are reported at.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::document::{ChartAction, ChartEffect, ChartTransition};
use crate::kernel::calendar::{BusinessHours, Zone};
use crate::kernel::expression::{FactType, FactValue};
use crate::kernel::id::Id;

/// A chart before it is checked.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// What the chart is called; the id of its root.
    pub name: Id,
    /// All states but the root, each after its parent and before its parent's next child.
    pub states: Vec<StateDraft<'a>>,
    /// Where the chart begins: the initial states of the root, or else its first child.
    pub initial: Cow<'a, [Id]>,
    /// What is done wherever the chart is, unless a state says otherwise.
    pub transitions: Cow<'a, [ChartTransition]>,
    /// Events that are known although no transition names them.
    pub events: Vec<Id>,
    /// What the chart remembers, in the order of its slots: name, type and first value.
    pub data: Vec<(String, FactType, Option<FactValue>)>,
    /// What comes with events, by name.
    pub facts: BTreeMap<String, FactType>,
    /// The zone whose wall clock counts the days and months of delays; UTC unless said.
    pub zone: Option<Zone>,
    /// When business is open, for delays that count only then.
    pub hours: Option<BusinessHours>,
}

/// One state of a draft.
#[derive(Clone, Debug)]
pub struct StateDraft<'a> {
    /// Its name, unique in the chart.
    pub id: Id,
    /// Its parent's place among the states; none for a child of the root.
    pub parent: Option<usize>,
    /// What it is.
    pub kind: StateKind,
    /// Which states inside it are entered with it; of a history state, which are entered while
    /// it remembers nothing.
    pub initial: Cow<'a, [Id]>,
    /// What can happen in it, in order of precedence.
    pub transitions: Cow<'a, [ChartTransition]>,
    /// Where each of its transitions stands, if not at `transitions/N` under `path`.
    pub places: Vec<String>,
    /// What is done on entering it.
    pub entry: Cow<'a, [ChartAction]>,
    /// What is done on leaving it.
    pub exit: Cow<'a, [ChartAction]>,
    /// An effect that the domain adds, after the other actions on entry.
    pub own: Option<OwnEffect>,
    /// Where it stands, as a JSON pointer into the domain's document.
    pub path: String,
}

/// An effect that a domain adds to a state.
#[derive(Clone, Debug)]
pub struct OwnEffect {
    /// A number by which the domain knows it again.
    pub mark: u32,
    /// The effect.
    pub effect: ChartEffect,
    /// Where it stands in the domain's document.
    pub path: String,
}

impl Draft<'_> {
    /// A chart without states.
    #[must_use]
    pub fn new(name: Id) -> Self {
        Self {
            name,
            states: Vec::new(),
            initial: Cow::default(),
            transitions: Cow::default(),
            events: Vec::new(),
            data: Vec::new(),
            facts: BTreeMap::new(),
            zone: None,
            hours: None,
        }
    }
}

impl StateDraft<'_> {
    /// A state without anything in it.
    #[must_use]
    pub fn new(id: Id, parent: Option<usize>, kind: StateKind, path: String) -> Self {
        Self {
            id,
            parent,
            kind,
            initial: Cow::default(),
            transitions: Cow::default(),
            places: Vec::new(),
            entry: Cow::default(),
            exit: Cow::default(),
            own: None,
            path,
        }
    }
}

/// What a state is.
#[crate::kernel::document::model]
#[derive(Default)]
pub enum StateKind {
    /// One state, or one of the states in it at a time.
    #[default]
    State,
    /// All the states in it at once.
    Parallel,
    /// The end of the state that it is in.
    Final,
    /// Stands for the child that was active when its parent was left.
    History,
    /// Stands for the innermost states that were active when its parent was left.
    DeepHistory,
}
