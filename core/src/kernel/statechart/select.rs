//! Which transitions are taken: in each active branch the innermost one that is enabled, and of
//! two that would leave the same states the inner one.

use super::chart::{Arc, Chart, Domain, ROOT, Trigger};
use super::run::Run;
use super::step::ChartStep;
use crate::kernel::explain::Sink;
use crate::kernel::problem::Problem;

impl<S: Sink<ChartStep>> Run<'_, S> {
    pub(super) fn select_eventless(&mut self) -> Result<Vec<usize>, Problem> {
        let chart = self.chart;
        let any = self.snapshot.active.iter().any(|active| chart.node(active.state).is_eventless);
        if !any {
            return Ok(Vec::new());
        }
        self.select(|_, arc| matches!(arc.trigger, Trigger::Eventless))
    }

    /// The optimal set of transitions that an event enables, in document order of the innermost
    /// states that they were found from.
    pub(super) fn select(
        &mut self,
        fits: impl Fn(&Chart, &Arc) -> bool,
    ) -> Result<Vec<usize>, Problem> {
        let chart = self.chart;
        let mut enabled: Vec<usize> = Vec::new();
        // What is around several branches is asked once.
        let mut asked: Vec<(usize, Option<usize>)> = Vec::new();
        for place in 0..self.snapshot.active.len() {
            let Some(leaf) = self.snapshot.active.get(place).map(|active| active.state) else {
                break;
            };
            if chart.node(leaf).kind.has_children() {
                continue;
            }
            let mut state = leaf;
            loop {
                let found = match asked.iter().find(|(known, _)| *known == state) {
                    Some((_, found)) => *found,
                    None => {
                        let found = self.first_enabled(state, &fits)?;
                        if chart.node(state).end > state + 1 {
                            asked.push((state, found));
                        }
                        found
                    }
                };
                if let Some(arc) = found {
                    if !enabled.contains(&arc) {
                        enabled.push(arc);
                    }
                    break;
                }
                if state == ROOT {
                    break;
                }
                state = chart.node(state).parent;
            }
        }
        if enabled.len() > 1 { Ok(self.without_conflicts(&enabled)) } else { Ok(enabled) }
    }

    #[inline]
    fn first_enabled(
        &mut self,
        state: usize,
        fits: &impl Fn(&Chart, &Arc) -> bool,
    ) -> Result<Option<usize>, Problem> {
        let chart = self.chart;
        for (number, arc) in chart.arcs_of(state) {
            if fits(chart, arc) && self.holds(arc)? {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// Of two transitions that would leave the same state the inner one, else the first.
    ///
    /// What a transition leaves is all that is active inside its domain, and domains are nested
    /// or apart; so two leave a state in common exactly where one domain is in the other.
    fn without_conflicts(&self, enabled: &[usize]) -> Vec<usize> {
        let chart = self.chart;
        let known = |arc: &usize| chart.arc(*arc).map(|one| (*arc, one.source, self.domain(one)));
        let mut kept: Vec<(usize, usize, Option<usize>)> = Vec::with_capacity(enabled.len());
        for (arc, source, domain) in enabled.iter().filter_map(known) {
            let clashes = |other: &(usize, usize, Option<usize>)| match (domain, other.2) {
                (Some(one), Some(two)) => {
                    one == two || chart.is_inside(one, two) || chart.is_inside(two, one)
                }
                _ => false,
            };
            let preempted =
                kept.iter().any(|other| clashes(other) && !chart.is_inside(source, other.1));
            if !preempted {
                kept.retain(|other| !clashes(other));
                kept.push((arc, source, domain));
            }
        }
        kept.into_iter().map(|(arc, ..)| arc).collect()
    }

    /// The state inside of which a transition leaves everything; none if it leaves nothing.
    pub(super) fn domain(&self, arc: &Arc) -> Option<usize> {
        match arc.domain {
            Domain::None => None,
            Domain::Fixed(domain) => Some(domain),
            Domain::Remembered => {
                let targets = self.effective(self.chart.targets_of(&arc.targets));
                Some(self.chart.domain(arc.source, &targets, arc.internal))
            }
        }
    }

    /// Targets, with what history states stand for in their place.
    pub(super) fn effective(&self, targets: &[usize]) -> Vec<usize> {
        let mut effective = Vec::with_capacity(targets.len());
        for target in targets {
            match self.remembered(*target) {
                Some(kept) => effective.extend_from_slice(kept),
                None => effective.push(*target),
            }
        }
        effective
    }

    /// What a history state stands for now; none for any other state.
    pub(super) fn remembered(&self, state: usize) -> Option<&[usize]> {
        let node = self.chart.node(state);
        let first = || self.chart.targets_of(&node.initial);
        node.kind.is_history().then(|| self.snapshot.memory(state).unwrap_or_else(first))
    }
}
