//! Actions, compiled: formulas become programs, pieces of data become slots.

use std::ops::Range;

use super::DATA_UNKNOWN;
use super::chart::Action;
use super::compile::Compiler;
use super::document::{ChartAction, ChartAssignment, ChartEffect};
use super::draft::OwnEffect;
use crate::kernel::document::refusal;

impl Compiler {
    pub(super) fn add_actions(&mut self, actions: &[ChartAction], path: &str) -> Range<usize> {
        let start = self.actions.len();
        for (position, action) in actions.iter().enumerate() {
            let path = format!("{path}/{position}");
            let compiled = match action {
                ChartAction::Effect(effect) => {
                    Some(self.effect(effect, None, &format!("{path}/effect")))
                }
                ChartAction::Assign(assignment) => {
                    self.assignment(assignment, &format!("{path}/assign"))
                }
                ChartAction::Raise(name) => self.names.number(name).map(Action::Raise),
                ChartAction::Send(send) => {
                    let event = self.names.number(&send.event);
                    event.map(|event| Action::Send { event, after: send.after })
                }
            };
            self.actions.extend(compiled);
        }
        start..self.actions.len()
    }

    /// Adds the domain's own effect of a state, if there is one; how many that is.
    pub(super) fn add_own(&mut self, own: Option<&OwnEffect>) -> usize {
        let Some(OwnEffect { mark, effect, path }) = own else { return 0 };
        let compiled = self.effect(effect, Some(*mark), path);
        self.actions.push(compiled);
        1
    }

    fn effect(&mut self, effect: &ChartEffect, mark: Option<u32>, path: &str) -> Action {
        let mut payload = Vec::with_capacity(effect.payload.len());
        for (name, value) in &effect.payload {
            let segment = name.replace('~', "~0").replace('/', "~1");
            let program = self.program(value, None, &format!("{path}/payload/{segment}"));
            payload.extend(program.map(|program| (name.clone(), program)));
        }
        let path = format!("{path}/payload").into();
        Action::Effect { kind: effect.kind.clone(), payload: payload.into(), mark, path }
    }

    fn assignment(&mut self, assignment: &ChartAssignment, path: &str) -> Option<Action> {
        let numbered = self.chart.data.iter().enumerate();
        let known = numbered.map(|(slot, datum)| (slot, datum.name.as_str(), datum.of));
        let Some((slot, _, of)) = known.clone().find(|(_, name, _)| *name == assignment.data)
        else {
            let names: Vec<&str> = known.map(|(_, name, _)| name).take(200).collect();
            let problem = refusal::unknown(DATA_UNKNOWN, &assignment.data, &names);
            self.report(problem.under("data"), path);
            return None;
        };
        let path = format!("{path}/value");
        let value = self.program(&assignment.value, Some(of), &path)?;
        Some(Action::Assign { slot, value, path: path.into() })
    }
}
