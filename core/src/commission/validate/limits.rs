//! What is wrong with the limits of a plan: dates, bounds of rules and orders, caps.

use std::collections::BTreeSet;

use crate::kernel::calendar::{Instant, Window};
use crate::kernel::document::refusal;
use crate::kernel::id::Id;
use crate::kernel::money::to_minor;
use crate::kernel::problem::Problem;

use super::super::limits::{Cap, CapCovers, CapScope};
use super::super::plan::Rule;
use super::super::{
    CAP_RULES_UNFIT, EFFECTIVE_DATES_REVERSED, LIMITS_REVERSED, RULE_LIMIT_EMPTY, RULE_UNKNOWN,
    WINDOW_ON_ORDER, WINDOW_WITHOUT_PARTNER,
};
use super::Check;

impl Check<'_> {
    /// Two dates between which something holds.
    pub(super) fn dates(&mut self, pointer: &str, dates: (Option<Instant>, Option<Instant>)) {
        let (Some(from), Some(until)) = dates else { return };
        if until > from {
            return;
        }
        let what = if pointer.is_empty() { "the plan" } else { "it" };
        let problem = Problem::new(
            EFFECTIVE_DATES_REVERSED,
            format!("{what} ends at `{until}`, before it begins at `{from}`"),
            "let it end later; the end itself no longer belongs to it",
        );
        self.report(format!("{pointer}/effective_until"), problem);
    }

    pub(super) fn rule_limits(&mut self, pointer: &str, rule: &Rule) {
        self.dates(pointer, (rule.effective_from, rule.effective_until));
        self.amount(&format!("{pointer}/min"), rule.min);
        self.amount(&format!("{pointer}/max"), rule.max);
        if let (Some(min), Some(max)) = (rule.min, rule.max) {
            if min > max {
                let message = format!("the minimum `{min}` is above the maximum `{max}`");
                let problem = Problem::new(LIMITS_REVERSED, message, "swap them");
                self.report(format!("{pointer}/min"), problem);
            }
        }
        let Some(limit) = &rule.limit else { return };
        if limit.events == Some(0) || (limit.events.is_none() && limit.within.is_none()) {
            let problem = Problem::new(
                RULE_LIMIT_EMPTY,
                "the limit says neither how often nor how long the rule pays",
                "give `events` of 1 or more, or `within`, or leave the limit out",
            );
            self.report(format!("{pointer}/limit"), problem);
        }
    }

    pub(super) fn order_min(&mut self) {
        self.amount("/order_min", self.document.order_min);
    }

    pub(super) fn caps(&mut self) {
        for (at, cap) in self.document.caps.iter().enumerate() {
            let pointer = format!("/caps/{at}");
            self.amount(&format!("{pointer}/max"), Some(cap.max));
            if let Err(problem) = to_minor(cap.max, self.document.currency) {
                self.report(format!("{pointer}/max"), problem);
            }
            self.cap_rules(&pointer, cap);
            let Some(window) = cap.window else { continue };
            let pointer = format!("{pointer}/window");
            self.window(&pointer, window);
            match (cap.scope, window) {
                (CapScope::Order, _) => {
                    let problem = Problem::new(
                        WINDOW_ON_ORDER,
                        "an order is over at once, so its cap has no window",
                        "leave the window out, or limit a customer, a partner or the program",
                    );
                    self.report(pointer, problem);
                }
                (CapScope::Customer | CapScope::Program, Window::Anniversary { .. }) => {
                    let problem = Problem::new(
                        WINDOW_WITHOUT_PARTNER,
                        format!(
                            "an anniversary is the partner's, but the cap is per {}",
                            cap.scope
                        ),
                        "use a piece of the calendar or a lifetime",
                    );
                    self.report(pointer, problem);
                }
                _ => {}
            }
        }
    }

    fn cap_rules(&mut self, pointer: &str, cap: &Cap) {
        if cap.covers == CapCovers::Sponsors && !cap.rules.is_empty() {
            let problem = Problem::new(
                CAP_RULES_UNFIT,
                "the cap limits what sponsors are paid, but names rules, which pay sellers",
                "leave `rules` out, or cover sellers or both",
            );
            self.report(format!("{pointer}/rules"), problem);
        }
        let known: BTreeSet<&str> = self.document.rules().map(|rule| rule.id.as_str()).collect();
        let unknown = |(_, rule): &(usize, &Id)| !known.contains(rule.as_str());
        for (place, rule) in cap.rules.iter().enumerate().filter(unknown) {
            let names: Vec<&str> = known.iter().copied().collect();
            let problem = refusal::unknown(RULE_UNKNOWN, rule.as_str(), &names);
            self.report(format!("{pointer}/rules/{place}"), problem);
        }
    }
}
