//! What stands in the way of rating a window again from its posted lines.
//!
//! A line tells its base, its rate and what it added to a schedule's measure. What else came between
//! a schedule and what was posted is not in it: a factor, a cap that other orders had used up, a
//! quantity. A plan that has such a part cannot say what a line would be paid without another one,
//! and is told so before anything is sold.

use super::super::RE_RATE_UNFIT;
use super::super::plan::{Measure, Measured, Pay, RefundPolicy, Rule};
use super::{Check, escaped};
use crate::kernel::calendar::Window;
use crate::kernel::problem::Problem;

impl Check<'_> {
    pub(super) fn re_rate(&mut self) {
        let document = self.document;
        if document.refunds != RefundPolicy::ReRate {
            return;
        }
        let parts = [
            (!document.multipliers.is_empty(), "/multipliers", "a multiplier"),
            (!document.caps.is_empty(), "/caps", "a cap"),
            (document.order_min.is_some(), "/order_min", "the least of an order"),
        ];
        for (there, pointer, part) in parts {
            if there {
                self.unfit(pointer, &format!("posted lines do not tell what {part} has changed"));
            }
        }
        if document.measured == Measured::Gross {
            self.unfit("/measured", "what is given back and still measured changes no other line");
        }
        if document.ladder.as_ref().is_some_and(|ladder| ladder.measure == Measure::Earnings) {
            self.unfit("/ladder/measure", "earnings change whenever a line is rated again");
        }
        let mut schedules = document.schedules.iter();
        if let Some((_, first)) = schedules.next() {
            for (name, _) in schedules.filter(|(_, tiered)| tiered.window != first.window) {
                let message = "a refund rates one window again, and another schedule has another";
                self.unfit(&format!("/schedules/{}/window", escaped(name)), message);
            }
        }
        let rolling = document.schedules.iter();
        let rolling = rolling.filter(|(_, of)| matches!(of.window, Window::Rolling { .. }));
        for (name, _) in rolling {
            let message = "a window that rolls is another one for each order";
            self.unfit(&format!("/schedules/{}/window", escaped(name)), message);
        }
        for (group, of) in document.groups.iter().enumerate() {
            for (rule, of) in of.rules.iter().enumerate() {
                self.re_rated_rule(&format!("/groups/{group}/rules/{rule}"), of);
            }
        }
    }

    fn re_rated_rule(&mut self, pointer: &str, rule: &Rule) {
        for (limit, field) in [(rule.min, "min"), (rule.max, "max")] {
            if limit.is_some() {
                let message = "posted lines do not tell what a rule's own limits have changed";
                self.unfit(&format!("{pointer}/{field}"), message);
            }
        }
        if rule.pays().any(|pay| matches!(pay, Pay::PerUnit { .. })) {
            self.unfit(&format!("{pointer}/pay"), "posted lines do not tell the quantity");
        }
    }

    fn unfit(&mut self, pointer: &str, message: &str) {
        let problem = Problem::new(
            RE_RATE_UNFIT,
            message,
            "leave it out, or take refunds back with `refunds: frozen`",
        );
        self.report(pointer, problem);
    }
}
