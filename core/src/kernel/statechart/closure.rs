//! What is active around and beside states that are: for snapshots that no run has made.

use super::bits::Bits;
use super::chart::{Chart, Kind, ROOT, Trigger};
use super::snapshot::{Memory, Snapshot, Timer, Wakes};
use crate::kernel::calendar::Instant;
use crate::kernel::problem::Problem;

impl Chart {
    /// States with all that is around them, and with what is entered by default inside them and
    /// in the branches beside them: what is active together, in document order, without the root.
    #[must_use]
    pub fn closure(&self, states: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut active = Bits::new(self.len());
        let states: Vec<usize> = states.collect();
        for state in &states {
            active.insert(*state);
            for outer in self.around(*state, ROOT) {
                active.insert(outer);
            }
        }
        let mut from = ROOT + 1;
        while let Some(state) = active.next(from) {
            self.complete_inside(state, &mut active);
            from = state + 1;
        }
        active.iter().collect()
    }

    fn complete_inside(&self, state: usize, active: &mut Bits) {
        let node = self.node(state);
        match node.kind {
            Kind::Parallel => {
                for child in self.real_children(state) {
                    active.insert(child);
                }
            }
            Kind::Compound if !active.any(state + 1..node.end) => {
                let mut inner = self.targets_of(&node.initial).to_vec();
                while let Some(target) = inner.pop() {
                    let node = self.node(target);
                    if node.kind.is_history() {
                        inner.extend_from_slice(self.targets_of(&node.initial));
                        continue;
                    }
                    active.insert(target);
                    for outer in self.around(target, state) {
                        active.insert(outer);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether a history state can remember these states.
    #[must_use]
    pub fn can_remember(&self, history: usize, kept: &[usize]) -> bool {
        self.is_memory(&Memory { state: history, kept: kept.to_vec() })
    }

    /// Sets every deadline of an active state that has none, as if it was entered now.
    ///
    /// # Errors
    /// `instant_out_of_range` for a deadline beyond the year 9999.
    pub fn arm_missing(&self, snapshot: &mut Snapshot, now: Instant) -> Result<(), Problem> {
        for active in snapshot.active.clone() {
            for (arc, one) in self.arcs_of(active.state) {
                let Trigger::After { span, business } = one.trigger else { continue };
                let wakes = Wakes::Transition { arc, entry: active.entry };
                if snapshot.timers.iter().all(|timer| timer.wakes != wakes) {
                    let due = self.later(now, span, business)?;
                    snapshot.arm(Timer { due, wakes });
                }
            }
        }
        Ok(())
    }
}
