//! What is wrong with measures: values of their own, and windows that roll.

use super::super::plan::{Measure, TieredRates};
use super::super::rolling::{MOST_DAYS, days};
use super::super::{MEASURE_VALUE_UNFIT, WINDOW_ROLLING};
use super::Check;
use crate::kernel::calendar::Window;
use crate::kernel::expression::Expression;
use crate::kernel::problem::Problem;
use crate::kernel::schedule::{ScheduleMode, SchedulePosting};

impl Check<'_> {
    /// A custom measure has a value, and no other one.
    pub(super) fn measure_value(&mut self, pointer: &str, of: (Measure, Option<&Expression>)) {
        let (message, hint) = match of {
            (Measure::Custom, None) => (
                "a custom measure does not say what it measures",
                "add `value`, an expression that gives a number",
            ),
            (measure, Some(_)) if measure != Measure::Custom => (
                "a value is given that nothing adds up",
                "let the measure be `custom`, or leave `value` out",
            ),
            _ => return,
        };
        let problem = Problem::new(MEASURE_VALUE_UNFIT, message, hint);
        self.report(format!("{pointer}/value"), problem);
    }

    pub(super) fn schedule_window(&mut self, pointer: &str, tiered: &TieredRates) {
        self.rolling_window(&format!("{pointer}/window"), tiered.window);
        if !matches!(tiered.window, Window::Rolling { .. }) {
            return;
        }
        let retroactive = tiered.rates.mode == ScheduleMode::Retroactive;
        let field = if retroactive { "mode" } else { "posting" };
        if retroactive || tiered.rates.posting == Some(SchedulePosting::Cumulative) {
            let problem = Problem::new(
                WINDOW_ROLLING,
                "what a rolling window has paid leaves it again, so no sum of it can be settled",
                "use another mode and `posting: per_event`, or a window of periods",
            );
            self.report(format!("{pointer}/rates/{field}"), problem);
        }
    }

    /// A window that may roll, by whole days.
    pub(super) fn rolling_window(&mut self, pointer: &str, window: Window) {
        let Window::Rolling { span } = window else { return self.window(pointer, window) };
        if let Err(problem) = window.check() {
            return self.report(pointer, problem);
        }
        if days(span).is_none() {
            let problem = Problem::new(
                WINDOW_ROLLING,
                format!("`{span}` is not a number of whole days from 1 to {MOST_DAYS}"),
                "write days, such as `P30D`; the state keeps a sum for each of them",
            );
            self.report(format!("{pointer}/span"), problem);
        }
    }
}
