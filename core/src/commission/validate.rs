//! What is wrong with a plan beyond its shape.
//!
//! The walker has already seen that every field has the right form; here the fields are held
//! against each other. All problems are found, each with its place.

mod limits;
mod measures;
mod re_rate;

use std::collections::BTreeSet;

use crate::kernel::calendar::Window;
use crate::kernel::document::refusal;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, to_minor};
use crate::kernel::problem::Problem;
use crate::kernel::{ladder, schedule};

use super::plan::{Measure, Pay, PlanDocument, Rule, TieredRates};
use super::{
    GUARANTEE_WITHOUT_PERIOD, ID_DUPLICATE, LEVEL_INVALID, MEASURE_UNFIT, PAY_NESTED,
    PLAN_AMOUNT_NEGATIVE, PLAN_EMPTY, PLAN_TOO_LARGE, RATE_WITHOUT_VOLUME, SCHEDULE_UNKNOWN,
    TIER_UNKNOWN, WINDOW_ROLLING,
};

/// How far up overrides are followed.
const MOST_LEVELS: u8 = 20;

/// How many rules, multipliers, caps or overrides a plan may have.
const MOST_PARTS: usize = 10_000;

/// Everything that is wrong with a plan, its conditions aside.
pub(super) fn problems(document: &PlanDocument) -> Vec<Problem> {
    let mut check = Check { document, found: Vec::new() };
    check.head();
    check.ids();
    check.rules();
    check.schedules();
    check.ladder();
    check.multipliers();
    check.order_min();
    check.caps();
    check.overrides();
    check.guarantee();
    check.re_rate();
    check.found
}

struct Check<'a> {
    document: &'a PlanDocument,
    found: Vec<Problem>,
}

impl Check<'_> {
    fn report(&mut self, pointer: impl Into<String>, problem: Problem) {
        self.found.push(problem.at(pointer));
    }

    fn head(&mut self) {
        let document = self.document;
        self.dates("", (document.effective_from, document.effective_until));
        let rules: usize = document.groups.iter().map(|group| group.rules.len()).sum();
        if rules == 0 {
            let hint = "add a group with a rule";
            self.report("/groups", Problem::new(PLAN_EMPTY, "there is no rule", hint));
        }
        let parts =
            [rules, document.multipliers.len(), document.caps.len(), document.overrides.len()];
        if parts.into_iter().any(|count| count > MOST_PARTS) {
            let problem = Problem::new(
                PLAN_TOO_LARGE,
                format!(
                    "a plan has at most {MOST_PARTS} rules, multipliers, caps and overrides each"
                ),
                "use conditions, tiers or several plans",
            );
            self.report("", problem);
        }
    }

    fn ids(&mut self) {
        let document = self.document;
        let groups = document.groups.iter().enumerate();
        let rules = groups.clone().flat_map(|(group, of)| {
            let rules = of.rules.iter().enumerate();
            rules.map(move |(rule, of)| (format!("/groups/{group}/rules/{rule}"), &of.id))
        });
        let overrides = numbered("overrides", &document.overrides, |one| &one.id);
        self.unique(groups.map(|(at, of)| (format!("/groups/{at}"), &of.id)));
        let guarantee = document.guarantee.iter();
        let guarantee = guarantee.map(|one| ("/guarantee".to_owned(), &one.id));
        self.unique(rules.chain(overrides).chain(guarantee));
        self.unique(numbered("multipliers", &document.multipliers, |one| &one.id));
        self.unique(numbered("caps", &document.caps, |one| &one.id));
    }

    fn unique<'i>(&mut self, ids: impl Iterator<Item = (String, &'i Id)>) {
        let mut seen = BTreeSet::new();
        for (pointer, id) in ids {
            if !seen.insert(id) {
                let problem = Problem::new(
                    ID_DUPLICATE,
                    format!("the id `{id}` is used twice"),
                    "give each part an id of its own; lines name the rule that made them",
                );
                self.report(format!("{pointer}/id"), problem);
            }
        }
    }

    fn rules(&mut self) {
        for (group, of) in self.document.groups.iter().enumerate() {
            for (rule, of) in of.rules.iter().enumerate() {
                self.rule(&format!("/groups/{group}/rules/{rule}"), of);
            }
        }
    }

    fn rule(&mut self, pointer: &str, rule: &Rule) {
        self.rule_limits(pointer, rule);
        let pointer = format!("{pointer}/pay");
        if let Pay::OwnRate { otherwise: Some(pay) } = &rule.pay {
            return self.tier_pay(&format!("{pointer}/otherwise"), pay);
        }
        let Pay::ByTier { tiers, otherwise } = &rule.pay else {
            return self.pay(&pointer, &rule.pay);
        };
        for (tier, pay) in tiers {
            let pointer = format!("{pointer}/tiers/{}", escaped(tier));
            self.known_tier(&pointer, tier);
            self.tier_pay(&pointer, pay);
        }
        if let Some(pay) = otherwise {
            self.tier_pay(&format!("{pointer}/otherwise"), pay);
        }
    }

    fn known_tier(&mut self, pointer: &str, tier: &Id) {
        let Some(ladder) = &self.document.ladder else { return };
        let known: Vec<&str> = ladder.tiers.levels.iter().map(|level| level.id.as_str()).collect();
        if !known.contains(&tier.as_str()) {
            self.report(pointer, refusal::unknown(TIER_UNKNOWN, tier.as_str(), &known));
        }
    }

    fn tier_pay(&mut self, pointer: &str, pay: &Pay) {
        if matches!(pay, Pay::ByTier { .. } | Pay::OwnRate { .. }) {
            let problem = Problem::new(
                PAY_NESTED,
                "a tier, or who has no own rate, is paid by one of these again",
                "pay it a percentage, a flat amount, per unit or by a schedule",
            );
            return self.report(pointer, problem);
        }
        self.pay(pointer, pay);
    }

    fn pay(&mut self, pointer: &str, pay: &Pay) {
        match pay {
            Pay::Percent { rate } => self.rate(&format!("{pointer}/rate"), rate),
            Pay::Flat { amount } | Pay::PerUnit { amount } => {
                self.amount(&format!("{pointer}/amount"), Some(*amount));
            }
            Pay::Schedule { schedule } if !self.document.schedules.contains_key(schedule) => {
                let known: Vec<&str> = self.document.schedules.keys().map(Id::as_str).collect();
                let problem = refusal::unknown(SCHEDULE_UNKNOWN, schedule.as_str(), &known);
                self.report(format!("{pointer}/schedule"), problem);
            }
            Pay::Schedule { .. } | Pay::ByTier { .. } | Pay::OwnRate { .. } => {}
        }
    }

    fn schedules(&mut self) {
        for (name, tiered) in &self.document.schedules {
            let pointer = format!("/schedules/{}", escaped(name));
            self.schedule_window(&pointer, tiered);
            self.measure_value(&pointer, (tiered.measure, tiered.value.as_ref()));
            for problem in schedule::check(&tiered.rates) {
                let path = format!("{pointer}/rates{}", problem.path);
                self.report(path, problem);
            }
            self.rates_measure_money(&pointer, tiered);
        }
    }

    fn rates_measure_money(&mut self, pointer: &str, tiered: &TieredRates) {
        if tiered.measure == Measure::Volume {
            return;
        }
        if tiered.measure == Measure::Earnings {
            let problem = Problem::new(
                MEASURE_UNFIT,
                "a schedule cannot measure the earnings, which it makes itself",
                "measure the volume, or let a ladder measure the earnings and pay by tier",
            );
            return self.report(format!("{pointer}/measure"), problem);
        }
        for (step, of) in tiered.rates.steps.iter().enumerate() {
            if of.rate.is_some() {
                let problem = Problem::new(
                    RATE_WITHOUT_VOLUME,
                    format!("a rate of a {} is no amount of money", tiered.measure),
                    "measure the volume, or pay `per_unit` or `flat`",
                );
                self.report(format!("{pointer}/rates/steps/{step}/rate"), problem);
            }
        }
    }

    fn ladder(&mut self) {
        let Some(ladder) = &self.document.ladder else { return };
        self.rolling_window("/ladder/window", ladder.window);
        self.measure_value("/ladder", (ladder.measure, ladder.value.as_ref()));
        let mut found = ladder::check(&ladder.tiers);
        found.extend(ladder::check_window(&ladder.tiers, ladder.window));
        for problem in found {
            let path = format!("/ladder/tiers{}", problem.path);
            self.report(path, problem);
        }
    }

    fn multipliers(&mut self) {
        for (at, multiplier) in self.document.multipliers.iter().enumerate() {
            let pointer = format!("/multipliers/{at}");
            self.rate(&format!("{pointer}/factor"), &multiplier.factor);
            self.dates(&pointer, (multiplier.effective_from, multiplier.effective_until));
        }
    }

    fn overrides(&mut self) {
        for (at, overriding) in self.document.overrides.iter().enumerate() {
            let pointer = format!("/overrides/{at}");
            self.rate(&format!("{pointer}/rate"), &overriding.rate);
            for (tier, rate) in &overriding.tiers {
                self.rate(&format!("{pointer}/tiers/{}", escaped(tier)), rate);
            }
            if overriding.level == 0 || overriding.level > MOST_LEVELS {
                let problem = Problem::new(
                    LEVEL_INVALID,
                    format!("`{}` is not between 1 and {MOST_LEVELS}", overriding.level),
                    "1 is the seller's sponsor",
                );
                self.report(format!("{pointer}/level"), problem);
            }
            let Some(last) = overriding.to_level else { continue };
            if last < overriding.level || last > MOST_LEVELS {
                let problem = Problem::new(
                    LEVEL_INVALID,
                    format!("`{last}` is not between `{}` and {MOST_LEVELS}", overriding.level),
                    "the last level is the first one or further up",
                );
                self.report(format!("{pointer}/to_level"), problem);
            }
        }
    }

    fn guarantee(&mut self) {
        let Some(guarantee) = &self.document.guarantee else { return };
        self.amount("/guarantee/amount", Some(guarantee.amount));
        if let Err(problem) = to_minor(guarantee.amount, self.document.currency) {
            self.report("/guarantee/amount", problem);
        }
        self.window("/guarantee/window", guarantee.window);
        if guarantee.window == (Window::Lifetime {}) {
            let problem = Problem::new(
                GUARANTEE_WITHOUT_PERIOD,
                "a lifetime never ends, so nothing could be settled",
                "use a piece of the calendar or an anniversary",
            );
            self.report("/guarantee/window", problem);
        }
    }

    fn window(&mut self, pointer: &str, window: Window) {
        if let Window::Rolling { .. } = window {
            let problem = Problem::new(
                WINDOW_ROLLING,
                "only schedules and ladders measure over a rolling window",
                "use a piece of the calendar, an anniversary or a lifetime",
            );
            return self.report(pointer, problem);
        }
        if let Err(problem) = window.check() {
            self.report(pointer, problem);
        }
    }

    fn amount(&mut self, pointer: &str, amount: Option<Amount>) {
        if let Some(amount) = amount.filter(|amount| amount.is_negative()) {
            self.report(pointer, negative(&amount));
        }
    }

    fn rate(&mut self, pointer: &str, rate: &crate::kernel::money::Rate) {
        if rate.exact().signum() < 0 {
            self.report(pointer, negative(rate));
        }
    }
}

fn negative(value: &impl std::fmt::Display) -> Problem {
    Problem::new(
        PLAN_AMOUNT_NEGATIVE,
        format!("`{value}` is below zero"),
        "a plan pays zero or more; what is taken back comes from refunds",
    )
}

fn numbered<'d, T>(
    list: &'static str,
    parts: &'d [T],
    id: impl Fn(&'d T) -> &'d Id,
) -> impl Iterator<Item = (String, &'d Id)> {
    parts.iter().enumerate().map(move |(at, part)| (format!("/{list}/{at}"), id(part)))
}

pub(super) fn escaped(segment: &Id) -> String {
    segment.as_str().replace('~', "~0").replace('/', "~1")
}
