//! Leaving states from the inside and entering them from the outside, in document order.

use super::bits::Bits;
use super::chart::{Arc, Kind, ROOT, Trigger};
use super::run::Run;
use super::snapshot::{Active, Memory, Timer, Wakes};
use super::step::ChartStep;
use crate::kernel::explain::Sink;
use crate::kernel::problem::Problem;

impl<S: Sink<ChartStep>> Run<'_, S> {
    /// Leaves what is active inside the domains, from the inside.
    pub(super) fn leave(&mut self, domains: &[(&Arc, Option<usize>)]) -> Result<(), Problem> {
        let chart = self.chart;
        let is_left = |state: usize| {
            domains
                .iter()
                .any(|(_, domain)| domain.is_some_and(|domain| chart.is_inside(state, domain)))
        };
        let left: Vec<usize> =
            self.snapshot.active.iter().map(|one| one.state).filter(|one| is_left(*one)).collect();
        for state in &left {
            if chart.node(*state).is_remembered {
                self.remember(*state);
            }
        }
        for state in left.iter().rev() {
            self.leave_one(*state)?;
            if let Ok(place) = self.snapshot.place(*state) {
                self.left.push(self.snapshot.active.remove(place));
            }
        }
        Ok(())
    }

    fn leave_one(&mut self, state: usize) -> Result<(), Problem> {
        let node = self.chart.node(state);
        self.perform(&node.exit, state)?;
        if node.is_timed {
            let arcs = node.arcs.clone();
            self.snapshot.timers.retain(|timer| match timer.wakes {
                Wakes::Transition { arc, .. } => !arcs.contains(&arc),
                Wakes::Event(_) => true,
            });
        }
        let at = self.given.now;
        self.steps.step(|| ChartStep::Left { state: node.id.clone(), at });
        Ok(())
    }

    /// The end of it all: every state does what it does when it is left, and the snapshot still
    /// shows where the chart ended.
    pub(super) fn leave_for_good(&mut self) -> Result<(), Problem> {
        let states: Vec<usize> = self.snapshot.active.iter().map(|one| one.state).collect();
        for state in states.into_iter().rev().filter(|state| *state != ROOT) {
            self.leave_one(state)?;
        }
        self.queue.clear();
        Ok(())
    }

    fn remember(&mut self, outer: usize) {
        let chart = self.chart;
        for history in chart.children(outer).filter(|one| chart.node(*one).kind.is_history()) {
            let deep = chart.node(history).kind == Kind::Deep;
            let is_kept = |state: usize| {
                let node = chart.node(state);
                if deep {
                    chart.is_inside(state, outer) && !node.kind.has_children()
                } else {
                    node.parent == outer && state != outer
                }
            };
            let active = self.snapshot.active.iter().map(|active| active.state);
            let kept: Vec<usize> = active.filter(|state| is_kept(*state)).collect();
            let known = &mut self.snapshot.history;
            match known.binary_search_by(|memory| memory.state.cmp(&history)) {
                Ok(place) => {
                    if let Some(memory) = known.get_mut(place) {
                        memory.kept = kept;
                    }
                }
                Err(place) => known.insert(place, Memory { state: history, kept }),
            }
        }
    }

    /// A state that is entered, with what is entered inside it.
    pub(super) fn add_with_inner(&self, state: usize, entered: &mut Bits) {
        let chart = self.chart;
        let node = chart.node(state);
        if let Some(kept) = self.remembered(state) {
            for inner in kept {
                self.add_with_inner(*inner, entered);
            }
            for inner in kept {
                self.add_outer(*inner, node.parent, entered);
            }
            return;
        }
        entered.insert(state);
        match node.kind {
            Kind::Compound => {
                let inner = chart.targets_of(&node.initial);
                for target in inner {
                    self.add_with_inner(*target, entered);
                }
                for target in inner {
                    self.add_outer(*target, state, entered);
                }
            }
            Kind::Parallel => self.add_branches(state, entered),
            _ => {}
        }
    }

    /// The states around a state that is entered, up to one that stays active.
    pub(super) fn add_outer(&self, state: usize, until: usize, entered: &mut Bits) {
        for outer in self.chart.around(state, until) {
            entered.insert(outer);
            if self.chart.node(outer).kind == Kind::Parallel {
                self.add_branches(outer, entered);
            }
        }
    }

    /// The branches of a parallel state that nothing else enters.
    fn add_branches(&self, parallel: usize, entered: &mut Bits) {
        for child in self.chart.real_children(parallel) {
            if !entered.any(child..self.chart.node(child).end) {
                self.add_with_inner(child, entered);
            }
        }
    }

    /// Enters states from the outside, in document order.
    pub(super) fn enter(&mut self, entered: &Bits) -> Result<(), Problem> {
        entered.iter().try_for_each(|state| self.enter_one(state))
    }

    fn enter_one(&mut self, state: usize) -> Result<(), Problem> {
        let chart = self.chart;
        let node = chart.node(state);
        let Err(place) = self.snapshot.place(state) else { return Ok(()) };
        self.snapshot.entries += 1;
        let entry = self.snapshot.entries;
        self.snapshot.active.insert(place, Active { state, entry, emitted: 0 });
        let at = self.given.now;
        self.steps.step(|| ChartStep::Entered { state: node.id.clone(), entry, at });
        if node.is_timed {
            for (arc, one) in chart.arcs_of(state) {
                if let Trigger::After { span, business } = one.trigger {
                    let due = chart
                        .later(self.given.now, span, business)
                        .map_err(|problem| problem.at(format!("{}/after", one.path)))?;
                    self.snapshot.arm(Timer { due, wakes: Wakes::Transition { arc, entry } });
                }
            }
        }
        self.perform(&node.entry, state)?;
        if node.kind == Kind::Final {
            self.finish(node.parent);
        }
        Ok(())
    }

    /// A state has reached its end; a parallel one around it when all of its branches have.
    fn finish(&mut self, outer: usize) {
        if outer == ROOT {
            self.snapshot.is_done = true;
            return;
        }
        let chart = self.chart;
        let node = chart.node(outer);
        self.queue.extend(node.done);
        let around = chart.node(node.parent);
        if around.kind == Kind::Parallel && self.is_over(node.parent) {
            self.queue.extend(around.done);
        }
    }

    /// Whether a state has reached its end.
    fn is_over(&self, state: usize) -> bool {
        let chart = self.chart;
        match chart.node(state).kind {
            Kind::Compound => chart
                .children(state)
                .any(|child| chart.node(child).kind == Kind::Final && self.snapshot.is_in(child)),
            Kind::Parallel => chart.real_children(state).all(|child| self.is_over(child)),
            _ => false,
        }
    }
}
