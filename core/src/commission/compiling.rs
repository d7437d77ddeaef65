//! The parts of a plan that have conditions or meters, made ready one by one.
//!
//! Every condition becomes a program and every sum that the plan keeps a meter; what is wrong with
//! a condition is gathered with its place, so that all of it is told at once.

use crate::kernel::calendar::{Instant, Window};
use crate::kernel::exact::Exact;
use crate::kernel::expression::{self, Expression, FactType, Op, Program, Vocabulary};
use crate::kernel::ladder::Levels;
use crate::kernel::money::{Amount, to_minor};
use crate::kernel::problem::Problem;

use super::compile::{
    CapMeter, CapPart, GroupSpec, Key, Kinds, LimitSpec, MeterSpec, RuleSpec, TierSpec, tier_ids,
};
use super::conditions::ConditionId;
use super::facts::BuiltIn;
use super::limits::{Cap, CapScope, RuleLimit};
use super::plan::{Measure, PlanDocument, Rule, TierLadder};
use super::rolling;
use super::validate::escaped;

/// What compiling has gathered so far.
#[derive(Default)]
pub(super) struct Compiling {
    pub(super) vocabulary: Vocabulary,
    pub(super) conditions: Vec<Program>,
    pub(super) values: Vec<Program>,
    pub(super) windows: Vec<Window>,
    pub(super) meters: Vec<MeterSpec>,
    pub(super) found: Vec<Problem>,
    pub(super) limits: Vec<LimitSpec>,
}

/// The parts of a plan that have conditions or meters.
pub(super) struct Parts {
    pub(super) groups: Vec<GroupSpec>,
    pub(super) multipliers: Vec<Option<ConditionId>>,
    pub(super) overrides: Vec<Option<ConditionId>>,
    pub(super) caps: Vec<CapMeter>,
    pub(super) tiers: Option<TierSpec>,
    pub(super) limits: Vec<LimitSpec>,
    /// Of each schedule, which value it adds up.
    pub(super) values: Vec<Option<usize>>,
}

impl Compiling {
    /// Compiles a condition; where it is in the document goes in front of its problems.
    pub(super) fn condition(
        &mut self,
        when: Option<&Expression>,
        pointer: &str,
    ) -> Option<ConditionId> {
        match expression::compile(when?, &self.vocabulary, FactType::Bool {}) {
            Ok(program) => {
                self.conditions.push(program);
                Some(self.conditions.len() - 1)
            }
            Err(problems) => {
                self.found.extend(problems.into_vec().into_iter().map(|problem| {
                    let path = format!("/{pointer}{}", problem.path);
                    problem.at(path)
                }));
                None
            }
        }
    }

    /// Compiles what a custom measure adds up.
    fn value(&mut self, value: Option<&Expression>, pointer: &str) -> Option<usize> {
        match expression::compile(value?, &self.vocabulary, FactType::Decimal {}) {
            Ok(program) => {
                self.values.push(program);
                Some(self.values.len() - 1)
            }
            Err(problems) => {
                let placed = |problem: Problem| {
                    let path = format!("/{pointer}{}", problem.path);
                    problem.at(path)
                };
                self.found.extend(problems.into_vec().into_iter().map(placed));
                None
            }
        }
    }

    fn meter(&mut self, name: String, window: Window, key: Key) -> usize {
        let (window, days) = rolling::by_day(window);
        let position =
            self.windows.iter().position(|known| *known == window).unwrap_or_else(|| {
                self.windows.push(window);
                self.windows.len() - 1
            });
        self.meters.push(MeterSpec { name, window: position, key, days });
        self.meters.len() - 1
    }

    pub(super) fn parts(&mut self, document: &PlanDocument) -> Parts {
        // Schedules come first, so that the number of a schedule is that of its meter.
        let mut values = Vec::new();
        for (name, tiered) in &document.schedules {
            self.meter(format!("schedule/{name}"), tiered.window, Key::Partner);
            let pointer = format!("schedules/{}/value", escaped(name));
            values.push(self.value(tiered.value.as_ref(), &pointer));
        }
        Parts {
            values,
            groups: self.groups(document),
            multipliers: document
                .multipliers
                .iter()
                .enumerate()
                .map(|(at, one)| {
                    let dates = (one.effective_from, one.effective_until);
                    self.dated(one.when.as_ref(), dates, &format!("multipliers/{at}/when"))
                })
                .collect(),
            overrides: document
                .overrides
                .iter()
                .enumerate()
                .map(|(at, one)| self.condition(one.when.as_ref(), &format!("overrides/{at}/when")))
                .collect(),
            caps: document.caps.iter().map(|cap| self.cap(cap, document)).collect(),
            tiers: document.ladder.as_ref().and_then(|ladder| self.tiers(ladder, document)),
            limits: std::mem::take(&mut self.limits),
        }
    }

    fn groups(&mut self, document: &PlanDocument) -> Vec<GroupSpec> {
        let mut number = 0;
        let mut groups = Vec::with_capacity(document.groups.len());
        for (group, of) in document.groups.iter().enumerate() {
            let mut rules = Vec::with_capacity(of.rules.len());
            for (rule, one) in of.rules.iter().enumerate() {
                let pointer = format!("groups/{group}/rules/{rule}/when");
                let dates = (one.effective_from, one.effective_until);
                let when = self.dated(one.when.as_ref(), dates, &pointer);
                let limit = one.limit.as_ref().map(|limit| self.limit((number, one), limit));
                let kinds = Kinds::of(&one.on);
                rules.push((one.priority, RuleSpec { number, kinds, when, limit }));
                number += 1;
            }
            rules.sort_by_key(|(priority, _)| -i64::from(*priority));
            let rules = rules.into_iter().map(|(_, rule)| rule).collect();
            groups.push(GroupSpec { combine: of.combine, rules });
        }
        groups
    }

    /// A condition that holds only between two instants.
    fn dated(
        &mut self,
        when: Option<&Expression>,
        (from, until): (Option<Instant>, Option<Instant>),
        pointer: &str,
    ) -> Option<ConditionId> {
        let compiled = self.condition(when, pointer);
        let at = |op, edge| {
            Expression::call(op, [Expression::fact(BuiltIn::AT), Expression::Instant(edge)])
        };
        let from = from.map(|from| at(Op::Gte, from));
        let until = until.map(|until| at(Op::Lt, until));
        let dates: Vec<Expression> = from.into_iter().chain(until).collect();
        if dates.is_empty() || compiled.is_some() != when.is_some() {
            return compiled;
        }
        // The dates decide first, so that what an event does not bring is not asked outside them.
        let all = Expression::call(Op::And, [dates, when.cloned().into_iter().collect()].concat());
        if compiled.is_some() {
            self.conditions.pop();
        }
        self.condition(Some(&all), pointer)
    }

    fn limit(&mut self, (number, rule): (usize, &Rule), limit: &RuleLimit) -> usize {
        let events = limit.events.map(|events| {
            let name = format!("rule/{}", rule.id);
            (events, self.meter(name, Window::Lifetime {}, Key::Customer))
        });
        self.limits.push(LimitSpec { rule: number, events, within: limit.within });
        self.limits.len() - 1
    }

    fn cap(&mut self, cap: &Cap, document: &PlanDocument) -> CapMeter {
        let key = match cap.scope {
            CapScope::Order => None,
            CapScope::Customer => Some(Key::Customer),
            CapScope::Partner => Some(Key::Partner),
            CapScope::Program => Some(Key::Program),
        };
        let window = cap.window.unwrap_or(Window::Lifetime {});
        CapMeter {
            // Checked by `validate` to be whole minor units.
            max: to_minor(cap.max, document.currency).unwrap_or_default(),
            meter: key.map(|key| self.meter(format!("cap/{}", cap.id), window, key)),
            part: (!cap.is_plain()).then(|| CapPart {
                rules: document.rules().map(|rule| cap.counts_rule(&rule.id)).collect(),
                sponsors: cap.counts_sponsors(),
            }),
        }
    }

    fn tiers(&mut self, ladder: &TierLadder, document: &PlanDocument) -> Option<TierSpec> {
        let ids = tier_ids(document);
        let minor = Exact::from(match ladder.measure {
            Measure::Volume | Measure::Earnings => document.currency.minor_per_unit(),
            Measure::Count | Measure::Quantity | Measure::Custom => 1,
        });
        let count = |from: Amount| Exact::from(from.decimal()).checked_mul(&minor);
        let levels = match Levels::compile(&ladder.tiers, count) {
            Ok(levels) => levels,
            Err(problems) => {
                let placed = problems.into_vec().into_iter();
                self.found.extend(placed.map(|problem| problem.under("tiers").under("ladder")));
                return None;
            }
        };
        Some(TierSpec {
            measure: ladder.measure,
            value: self.value(ladder.value.as_ref(), "ladder/value"),
            days: rolling::by_day(ladder.window).1,
            when: self.condition(ladder.when.as_ref(), "ladder/when"),
            meter: self.meter("ladder".to_owned(), ladder.window, Key::Partner),
            levels,
            tier_of_level: ladder
                .tiers
                .levels
                .iter()
                .filter_map(|level| ids.binary_search(&level.id).ok())
                .filter_map(|number| u16::try_from(number).ok())
                .collect(),
        })
    }
}
