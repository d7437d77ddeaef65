//! A compiled chart: flat tables, in document order, with every name resolved.
//!
//! States are numbered as they stand in the document, the root first. So a state's descendants
//! are the numbers from the next one up to its `end`, entering goes up the numbers and leaving
//! down, and a set of states is a row of bits.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::kernel::calendar::{BusinessHours, Instant, Span, Zone};
use crate::kernel::expression::{FactId, FactType, FactValue, Program, Vocabulary};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

/// The root, which is always active.
pub(super) const ROOT: usize = 0;

/// A compiled chart. It holds no state, so one chart serves any number of instances and threads.
#[derive(Debug)]
pub struct Chart {
    pub(super) nodes: Box<[Node]>,
    /// What stands for a number that leads nowhere: the root again.
    pub(super) nowhere: Node,
    pub(super) arcs: Box<[Arc]>,
    pub(super) actions: Box<[Action]>,
    /// What `Node::initial` and `Arc::targets` are ranges of.
    pub(super) targets: Box<[usize]>,
    pub(super) events: Box<[Id]>,
    pub(super) event_numbers: BTreeMap<Id, usize>,
    pub(super) state_numbers: BTreeMap<Id, usize>,
    pub(super) data: Box<[Datum]>,
    pub(super) vocabulary: Vocabulary,
    pub(super) zone: Zone,
    /// When business is open; always unless said.
    pub(super) hours: Option<BusinessHours>,
    /// Whether anything reads which states are active.
    pub(super) reads_states: bool,
    /// Whether any transition needs no event.
    pub(super) has_eventless: bool,
}

/// A piece of the chart's data.
#[derive(Debug)]
pub(super) struct Datum {
    pub(super) name: String,
    pub(super) of: FactType,
    pub(super) first: Option<FactValue>,
}

/// A state.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) id: Id,
    pub(super) parent: usize,
    /// One past its last descendant.
    pub(super) end: usize,
    pub(super) kind: Kind,
    pub(super) initial: Range<usize>,
    pub(super) arcs: Range<usize>,
    pub(super) entry: Range<usize>,
    pub(super) exit: Range<usize>,
    /// The event that is raised when it is done, where anything waits for it.
    pub(super) done: Option<usize>,
    /// Whether any of its transitions needs no event, or is taken after a while.
    pub(super) is_eventless: bool,
    pub(super) is_timed: bool,
    /// Whether a history state is among its children.
    pub(super) is_remembered: bool,
    pub(super) path: Box<str>,
}

/// What a state is, when it is known what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Atomic,
    Compound,
    Parallel,
    Final,
    Shallow,
    Deep,
}

impl Kind {
    pub(super) const fn is_history(self) -> bool {
        matches!(self, Self::Shallow | Self::Deep)
    }

    pub(super) const fn has_children(self) -> bool {
        matches!(self, Self::Compound | Self::Parallel)
    }
}

/// A transition.
#[derive(Debug)]
pub(super) struct Arc {
    pub(super) source: usize,
    pub(super) trigger: Trigger,
    pub(super) guard: Option<Program>,
    pub(super) targets: Range<usize>,
    pub(super) domain: Domain,
    pub(super) internal: bool,
    pub(super) actions: Range<usize>,
    pub(super) path: Box<str>,
}

/// What takes a transition.
#[derive(Debug)]
pub(super) enum Trigger {
    Eventless,
    /// An event, by its number.
    Event(usize),
    /// Every event whose name begins so.
    Pattern(Box<str>),
    After {
        span: Span,
        business: bool,
    },
}

/// The state that a transition stays inside of: its descendants are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Domain {
    /// No state is left.
    None,
    Fixed(usize),
    /// It depends on what a history state remembers.
    Remembered,
}

/// What is done.
#[derive(Debug)]
pub(super) enum Action {
    Effect { kind: Id, payload: Box<[(String, Program)]>, mark: Option<u32>, path: Box<str> },
    Assign { slot: usize, value: Program, path: Box<str> },
    Raise(usize),
    Send { event: usize, after: Span },
}

impl Chart {
    /// The state of a number. Compiled numbers always lead to one.
    #[inline]
    pub(super) fn node(&self, state: usize) -> &Node {
        self.nodes.get(state).unwrap_or(&self.nowhere)
    }

    #[inline]
    pub(super) fn arc(&self, arc: usize) -> Option<&Arc> {
        self.arcs.get(arc)
    }

    /// The transitions of a state, each with its number, in order of precedence.
    #[inline]
    pub(super) fn arcs_of(&self, state: usize) -> impl Iterator<Item = (usize, &Arc)> {
        let range = self.node(state).arcs.clone();
        range.clone().zip(self.arcs.get(range).unwrap_or_default())
    }

    #[inline]
    pub(super) fn actions_of(&self, range: &Range<usize>) -> &[Action] {
        self.actions.get(range.clone()).unwrap_or_default()
    }

    #[inline]
    pub(super) fn targets_of(&self, range: &Range<usize>) -> &[usize] {
        self.targets.get(range.clone()).unwrap_or_default()
    }

    /// The children of a state, history states among them.
    pub(super) fn children(&self, state: usize) -> impl Iterator<Item = usize> {
        let end = self.node(state).end;
        let first = Some(state + 1).filter(|first| *first < end);
        std::iter::successors(first, move |child| {
            Some(self.node(*child).end).filter(|next| *next < end)
        })
    }

    /// Whether a state is inside another one.
    #[inline]
    #[must_use]
    pub fn is_inside(&self, state: usize, outer: usize) -> bool {
        outer < state && state < self.node(outer).end
    }

    /// The states around a state, from the inside, up to the root and without `until`.
    pub(super) fn around(&self, state: usize, until: usize) -> impl Iterator<Item = usize> {
        let parent = move |state: usize| {
            let parent = self.node(state).parent;
            (state != ROOT && parent != until && state != until).then_some(parent)
        };
        std::iter::successors(parent(state), move |outer| parent(*outer))
    }

    /// The innermost compound state around a state that holds all of `others` too.
    pub(super) fn common(&self, state: usize, others: &[usize]) -> usize {
        let mut outer = state;
        while outer != ROOT {
            outer = self.node(outer).parent;
            let fits = matches!(self.node(outer).kind, Kind::Compound)
                && others.iter().all(|other| self.is_inside(*other, outer));
            if fits {
                break;
            }
        }
        outer
    }

    /// The number of a state.
    #[must_use]
    pub fn state(&self, id: &str) -> Option<usize> {
        self.state_numbers.get(id).copied()
    }

    /// The id of a state; of the root that of the chart.
    #[must_use]
    pub fn state_id(&self, state: usize) -> &Id {
        &self.node(state).id
    }

    /// How many states there are, the root included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is nothing but the root, which no compiled chart is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.len() <= 1
    }

    /// The events that transitions and declarations name, in the order of their numbers.
    #[must_use]
    pub fn events(&self) -> &[Id] {
        &self.events
    }

    /// The facts that conditions and formulas may read: `now`, `event`, `states`, what the chart
    /// remembers as `data.NAME`, then what comes with events.
    #[must_use]
    pub const fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The slot of a piece of data, by its fact.
    pub(super) fn slot_of(&self, fact: FactId) -> Option<usize> {
        fact.slot().checked_sub(BUILT_IN).filter(|slot| *slot < self.data.len())
    }
}

/// How many facts every chart has: `now`, `event` and `states`, in this order.
pub(super) const BUILT_IN: usize = 3;
pub(super) const NOW: usize = 0;
pub(super) const EVENT: usize = 1;
pub(super) const STATES: usize = 2;

impl Chart {
    /// The state that a transition stays inside of, for targets that are no history states.
    pub(super) fn domain(&self, source: usize, targets: &[usize], internal: bool) -> usize {
        let stays = internal
            && self.node(source).kind == Kind::Compound
            && targets.iter().all(|target| self.is_inside(*target, source));
        if stays { source } else { self.common(source, targets) }
    }
}

/// What a domain asks of a chart when it stores an instance by names and reads it back.
impl Chart {
    /// The zone whose wall clock counts days and months.
    #[must_use]
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// When a span that begins now is over: on the clock of the chart's zone, or while business is
    /// open.
    ///
    /// # Errors
    /// `instant_out_of_range` beyond the year 9999.
    pub fn later(&self, now: Instant, span: Span, business: bool) -> Result<Instant, Problem> {
        match &self.hours {
            Some(hours) if business => hours.add(now, span, self.zone),
            _ => span.add_to(now, self.zone),
        }
    }

    /// The number of the domain's own effect of a state.
    #[must_use]
    pub fn mark(&self, state: usize) -> Option<u32> {
        self.actions_of(&self.node(state).entry).iter().find_map(|action| match action {
            Action::Effect { mark, .. } => *mark,
            _ => None,
        })
    }

    /// The transition of a state that a deadline takes, by its place among the state's own.
    #[must_use]
    pub fn timed(&self, state: usize, place: usize) -> Option<usize> {
        let (number, arc) = self.arcs_of(state).nth(place)?;
        matches!(arc.trigger, Trigger::After { .. }).then_some(number)
    }

    /// The state of a transition, and its place among the state's own.
    #[must_use]
    pub fn place_of(&self, arc: usize) -> Option<(usize, usize)> {
        let source = self.arc(arc)?.source;
        Some((source, arc.checked_sub(self.node(source).arcs.start)?))
    }

    /// The number of an event.
    #[must_use]
    pub fn event_number(&self, name: &str) -> Option<usize> {
        self.event_numbers.get(name).copied()
    }

    /// Whether a state is active without others inside it.
    #[must_use]
    pub fn is_leaf(&self, state: usize) -> bool {
        !self.node(state).kind.has_children()
    }

    /// Whether a state only stands for others, and is never active itself.
    #[must_use]
    pub fn is_history(&self, state: usize) -> bool {
        self.node(state).kind.is_history()
    }

    /// Whether reaching a state ends the whole.
    #[must_use]
    pub fn is_end(&self, state: usize) -> bool {
        let node = self.node(state);
        node.parent == ROOT && node.kind == Kind::Final
    }
}
