//! One state of several: the end of a history that was cut into parts and run apart.
//!
//! A history may be cut by the plan's [ordering scope](Plan::ordering_scope). Then nobody's sums
//! lie in two parts, so that merging adds nothing up: it lays the states side by side, in any
//! order and any grouping, and the result is the state of the history run in one piece. A partner
//! or customer who is in two of them was cut in two, and each part has rated without knowing what
//! the other one had; that is refused, for no sum of sums can mend it.

use std::collections::HashMap;

use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::ladder::Held;
use crate::kernel::problem::{Problem, Problems};

use super::compile::{Key, Plan};
use super::operations::{OrderingScope, compile};
use super::plan::PlanText;
use super::state::{Names, State};
use super::stored::StateText;
use super::{PLAN_NOT_DIVISIBLE, STATE_OVERLAP};

/// What `commission.merge` takes.
#[model]
pub struct MergeInput {
    /// The plan.
    pub plan: PlanText,
    /// The states of the parts, in any order.
    pub states: Vec<StateText>,
}

/// What the parts make together.
#[model]
pub struct Merged {
    /// The state of the whole.
    pub state: StateText,
}

/// Merges states.
///
/// # Errors
/// Every problem of the plan, or what is wrong with one of the states, with its place.
pub fn merge(input: MergeInput) -> Result<Merged, Problems> {
    let plan = compile(input.plan)?;
    plan.check_divisible().map_err(|problem| problem.under("plan"))?;
    let mut states = Vec::with_capacity(input.states.len());
    for (position, StateText(stored)) in input.states.iter().enumerate() {
        let placed = |problem: Problem| problem.under(position).under("states");
        states.push(plan.state_from_document(stored).map_err(placed)?);
    }
    let merged = plan.merge(states).map_err(|problem| problem.under("states"))?;
    Ok(Merged { state: StateText(plan.state_document(&merged)) })
}

impl Plan {
    /// The state of a history whose parts were run apart, each from a new state.
    ///
    /// It does not matter in which order the states come, nor whether some of them were merged
    /// before; none at all give a new state.
    ///
    /// # Errors
    /// `plan_not_divisible`; `state_mismatch` or `state_overlap`, with the number of the state.
    pub fn merge(&self, states: impl IntoIterator<Item = State>) -> Result<State, Problem> {
        self.check_divisible()?;
        let mut merged = self.new_state();
        let mut origins = Origins::default();
        for (position, state) in states.into_iter().enumerate() {
            let taken = self.check_state(&state).and_then(|()| {
                self.take_part(&mut merged, &state, Part { position, origins: &mut origins })
            });
            taken.map_err(|problem| problem.under(position))?;
        }
        Ok(merged)
    }

    /// A sum of the whole program is in every part, and each part has moved it.
    fn check_divisible(&self) -> Result<(), Problem> {
        if self.ordering_scope() != OrderingScope::Program {
            return Ok(());
        }
        Err(Problem::new(
            PLAN_NOT_DIVISIBLE,
            "the plan has a cap on the whole program, which each part would fill by itself",
            "run its history in one piece, in the order of time",
        ))
    }

    fn take_part(
        &self,
        merged: &mut State,
        state: &State,
        mut part: Part<'_>,
    ) -> Result<(), Problem> {
        for (number, spec) in self.meters.iter().enumerate() {
            let Some(from) = state.meters.get(number) else { continue };
            for (key, window, cell) in from.cells() {
                let new = match spec.key {
                    Key::Partner => part.partner(merged, state, key)?,
                    Key::Customer => part.customer(merged, state, key)?,
                    Key::Program => continue,
                };
                let Some(into) = merged.meters.get_mut(number) else { continue };
                into.set_measure(window, new, &from.measure(window, key));
                if let Some(place) = into.cell_mut(window, new) {
                    place.paid = cell.paid;
                }
                into.set_settled(window, new, from.settled(window, key));
            }
        }
        for (key, held) in (0_u32..).zip(&state.tiers) {
            if *held != Held::default() {
                let new = part.partner(merged, state, key)?;
                merged.hold(new, *held);
            }
        }
        Ok(())
    }
}

/// Which state each number of the merged one came from.
#[derive(Default)]
struct Origins {
    partners: HashMap<u32, usize>,
    customers: HashMap<u32, usize>,
}

/// A state that is being taken in.
struct Part<'o> {
    position: usize,
    origins: &'o mut Origins,
}

impl Part<'_> {
    fn partner(&mut self, merged: &mut State, state: &State, key: u32) -> Result<u32, Problem> {
        let origins = &mut self.origins.partners;
        claim(&mut merged.partners, origins, state.partners.id(key), self.position)
            .map_err(|id| overlap("partner", id))
    }

    fn customer(&mut self, merged: &mut State, state: &State, key: u32) -> Result<u32, Problem> {
        let origins = &mut self.origins.customers;
        claim(&mut merged.customers, origins, state.customers.id(key), self.position)
            .map_err(|id| overlap("customer", id))
    }
}

/// The number of an id in the merged state, which belongs to one part alone.
fn claim<'i>(
    names: &mut Names,
    origins: &mut HashMap<u32, usize>,
    id: Option<&'i Id>,
    position: usize,
) -> Result<u32, &'i Id> {
    // Every cell and every tier of a state has a name.
    let Some(id) = id else { return Ok(0) };
    let number = names.number(id);
    match *origins.entry(number).or_insert(position) {
        origin if origin == position => Ok(number),
        _ => Err(id),
    }
}

fn overlap(what: &str, id: &Id) -> Problem {
    Problem::new(
        STATE_OVERLAP,
        format!("the {what} `{id}` has sums in an earlier state too"),
        "cut a history so that nobody is in two parts, and merge each part once",
    )
}
