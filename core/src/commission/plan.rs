//! The plan document: what is paid for what, as data.
//!
//! Everything in an author's hands is here, with its unit and its default. How the parts work
//! together is told once, in the [module documentation](super).

use std::collections::BTreeMap;

use crate::kernel::calendar::{Instant, Span, Window, Zone};
use crate::kernel::document::model;
use crate::kernel::expression::{Expression, FactType};
use crate::kernel::id::Id;
use crate::kernel::ladder::Ladder;
use crate::kernel::money::{Amount, Currency, Rate};
use crate::kernel::rounding::Rounding;
use crate::kernel::schedule::Schedule;

use super::event::EventKind;
use super::guarantee::Guarantee;
use super::limits::{Cap, RuleLimit};
use super::sponsoring::{Compression, Override};

crate::document_format!(
    /// The format of plans that this version reads and writes.
    PlanFormat: "guerdon.plan/1"
);

crate::carried_document!(
    /// A plan document on its way into an operation.
    PlanText: PlanDocument
);

/// A commission plan.
#[model(document)]
pub struct PlanDocument {
    /// Always `guerdon.plan/1`.
    pub format: PlanFormat,
    /// The plan's id; the same in all of its versions.
    pub id: Id,
    /// The version, counted up by the author.
    pub version: u32,
    /// The currency that everything is paid in; bare amounts in this document are in it.
    pub currency: Currency,
    /// The time zone that windows and local dates are counted in.
    pub zone: Zone,
    /// Events before this instant earn nothing; from the beginning of time unless said.
    pub effective_from: Option<Instant>,
    /// Events at or after this instant earn nothing; without end unless said.
    pub effective_until: Option<Instant>,
    /// How long an amount is pending before it can be paid; `PT0S` unless said.
    #[model(default = Span::ZERO)]
    pub hold: Span,
    /// What commissions are computed on; the net amount unless said.
    #[model(default)]
    pub base: Base,
    /// How a posted amount is rounded to the currency's minor unit.
    #[model(default)]
    pub rounding: Rounding,
    /// Facts of the host's own, which events bring along.
    #[model(default)]
    pub facts: BTreeMap<String, FactType>,
    /// Who or what can earn at all, line by line; everything unless said.
    pub eligible: Option<Expression>,
    /// The partners' tiers.
    pub ladder: Option<TierLadder>,
    /// Schedules that rules pay by, by name.
    #[model(default)]
    pub schedules: BTreeMap<Id, TieredRates>,
    /// What is paid. Every group that has a matching rule adds to the amount.
    pub groups: Vec<Group>,
    /// Factors on the amount, each where its condition holds; they multiply.
    #[model(default)]
    pub multipliers: Vec<Multiplier>,
    /// The least that an order earns which earns at all, before caps.
    pub order_min: Option<Amount>,
    /// Upper limits, applied in this order within each scope, from the order outwards.
    #[model(default)]
    pub caps: Vec<Cap>,
    /// What the seller's sponsors earn on top.
    #[model(default)]
    pub overrides: Vec<Override>,
    /// Which sponsors are passed over, so that those above them move up.
    #[model(default)]
    pub compression: Compression,
    /// What a partner is paid at least in each period.
    pub guarantee: Option<Guarantee>,
    /// What a refund does to what was posted.
    #[model(default)]
    pub refunds: RefundPolicy,
    /// How long after the sale a refund takes something back; for ever unless said.
    pub refunds_within: Option<Span>,
    /// Whether what was refunded still counts in the measures of later events.
    #[model(default)]
    pub measured: Measured,
    /// By which instant of an event the plan's dates decide.
    #[model(default)]
    pub dated_by: DatedBy,
}

/// Which amount of a sale commissions are computed on.
#[model]
#[derive(Default)]
pub enum Base {
    /// The event's `net` amount, or its `amount` where it brings no net one.
    #[default]
    Net,
    /// The event's `amount`: what the customer paid.
    Gross,
}

/// What a refund does to what was posted.
#[model]
#[derive(Default)]
pub enum RefundPolicy {
    /// Takes back the same share of each posted line that was refunded of the sale.
    #[default]
    Frozen,
    /// Rates the seller's orders in the window again without what was refunded, and posts what
    /// differs to each line.
    ReRate,
    /// Nothing: the partner keeps it.
    None,
}

/// Whether what was refunded still counts in measures.
#[model]
#[derive(Default)]
pub enum Measured {
    /// Only what was kept counts.
    #[default]
    Net,
    /// All that was sold counts, refunded or not.
    Gross,
}

/// Which instant of an event decides whether it is in a plan's dates.
#[model]
#[derive(Default)]
pub enum DatedBy {
    /// When it happened.
    #[default]
    Event,
    /// When it was attributed, such as the click; when it happened where that is not said.
    Attribution,
}

/// What a schedule or a ladder adds up.
#[model]
pub enum Measure {
    /// The commission base, in units of the plan's currency.
    Volume,
    /// The number of events; of lines, for orders that have several.
    Count,
    /// The quantity sold.
    Quantity,
    /// What was posted for the seller's sales, shared or not, in units of the plan's currency; for a
    /// ladder only.
    Earnings,
    /// The number that the expression `value` gives for each line.
    Custom,
}

/// The partners' tiers: levels earned by a measure over a window.
#[model(document)]
pub struct TierLadder {
    /// What is added up.
    pub measure: Measure,
    /// Of a custom measure: what a line adds, a number of zero or more.
    pub value: Option<Expression>,
    /// Over which time; windows follow the plan's zone.
    pub window: Window,
    /// Which lines of events count, paid or not; all eligible ones unless said.
    pub when: Option<Expression>,
    /// The levels and how they are gained and lost.
    pub tiers: Ladder,
}

/// A schedule, with what it measures.
#[model(document)]
pub struct TieredRates {
    /// What is added up to find the step; events count when a rule pays them by this schedule.
    pub measure: Measure,
    /// Of a custom measure: what a line adds, a number of zero or more.
    pub value: Option<Expression>,
    /// Over which time; windows follow the plan's zone.
    pub window: Window,
    /// The steps.
    pub rates: Schedule,
}

/// Rules that compete or add up.
#[model(document)]
pub struct Group {
    /// The group's id.
    pub id: Id,
    /// Which of the matching rules are paid.
    pub combine: Combine,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// Which of a group's matching rules are paid.
#[model]
pub enum Combine {
    /// The one with the highest priority; among equals the earlier one.
    First,
    /// The one that would really pay the most money for the line, after multipliers and its own
    /// `min` and `max`; among equals the higher priority, then the earlier one.
    Best,
    /// All of them.
    Sum,
}

/// One rule: when it applies and what it pays.
#[model(document)]
pub struct Rule {
    /// The rule's id, unique in the plan.
    pub id: Id,
    /// The kinds of event it applies to; sales and renewals unless said.
    #[model(default = vec![EventKind::Sale, EventKind::Renewal])]
    pub on: Vec<EventKind>,
    /// When it applies; always unless said.
    pub when: Option<Expression>,
    /// Events before this instant are not paid by it; from the beginning of time unless said.
    pub effective_from: Option<Instant>,
    /// Events at or after this instant are not paid by it; without end unless said.
    pub effective_until: Option<Instant>,
    /// How often or how long it pays for one customer; without end unless said.
    pub limit: Option<RuleLimit>,
    /// Higher goes first in a group that combines by `first`, and among equals in one by `best`;
    /// 0 unless said.
    #[model(default)]
    pub priority: i32,
    /// What it pays.
    pub pay: Pay,
    /// The least it pays for a line that it pays at all, after multipliers.
    pub min: Option<Amount>,
    /// The most it pays for a line, after multipliers.
    pub max: Option<Amount>,
}

/// What a rule pays.
#[model(document)]
pub enum Pay {
    /// A share of the base.
    Percent {
        /// The share.
        rate: Rate,
    },
    /// The same amount for every event, or every line of one.
    Flat {
        /// How much, in the plan's currency.
        amount: Amount,
    },
    /// An amount for each unit of quantity.
    PerUnit {
        /// How much for one unit, in the plan's currency.
        amount: Amount,
    },
    /// By a schedule of the plan.
    Schedule {
        /// The schedule's name.
        schedule: Id,
    },
    /// By the partner's tier.
    ByTier {
        /// What each tier is paid; not by tier again.
        tiers: BTreeMap<Id, Pay>,
        /// What any other tier, or none, is paid; nothing unless said.
        otherwise: Option<Box<Pay>>,
    },
    /// By the rate of the partner's own, which the host's record says, such as that of a coupon's
    /// owner.
    OwnRate {
        /// How it pays partners who have none; nothing unless said. Not by tier or own rate again.
        otherwise: Option<Box<Pay>>,
    },
}

/// A factor on what the rules pay.
#[model(document)]
pub struct Multiplier {
    /// The multiplier's id, unique in the plan.
    pub id: Id,
    /// When it applies; always unless said.
    pub when: Option<Expression>,
    /// It does not apply to events before this instant.
    pub effective_from: Option<Instant>,
    /// It does not apply to events at or after this instant.
    pub effective_until: Option<Instant>,
    /// The factor: `{"ratio": "3/2"}` is half as much again.
    pub factor: Rate,
}

impl PlanDocument {
    /// The rules of all groups, in the order of the document.
    pub(super) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.groups.iter().flat_map(|group| &group.rules)
    }
}

impl Rule {
    /// Every way in which the rule may pay: one, or one for each tier.
    pub(super) fn pays(&self) -> impl Iterator<Item = &Pay> {
        let (one, tiers) = match &self.pay {
            Pay::ByTier { tiers, otherwise } => (otherwise.as_deref(), Some(tiers.values())),
            Pay::OwnRate { otherwise } => (otherwise.as_deref(), None),
            pay => (Some(pay), None),
        };
        one.into_iter().chain(tiers.into_iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::PlanDocument;
    use crate::kernel::document::tree::KEY_DUPLICATE;
    use crate::kernel::document::{Limits, parse};

    /// A name that stands twice would let one of two meanings win, and nobody would know.
    #[test]
    fn no_map_of_a_plan_takes_a_name_twice() {
        let fact = r#"{"type": "bool"}"#;
        let schedule = r#"{"measure": "count", "window": {"type": "lifetime"},
            "rates": {"mode": "marginal", "steps": [{"from": 0, "per_unit": 1}]}}"#;
        let pay = r#"{"type": "flat", "amount": 1}"#;
        let twice = |key: &str, value: &str| format!(r#"{{"{key}": {value}, "{key}": {value}}}"#);
        let plan = |facts: &str, schedules: &str, tiers: &str| {
            format!(
                r#"{{"format": "guerdon.plan/1", "id": "p", "version": 1, "currency": "EUR",
                "zone": "UTC", "facts": {facts}, "schedules": {schedules}, "groups": [{{"id": "g",
                "combine": "sum", "rules": [{{"id": "r",
                    "pay": {{"type": "by_tier", "tiers": {tiers}}}}}]}}]}}"#
            )
        };
        let none = "{}";
        let refused = [
            (plan(&twice("vip", fact), none, none), "/facts/vip"),
            (plan(none, &twice("month", schedule), none), "/schedules/month"),
            (plan(none, none, &twice("gold", pay)), "/groups/0/rules/0/pay/tiers/gold"),
        ];
        for (text, path) in refused {
            let problems = parse::<PlanDocument>(&text, Limits::DOCUMENT).unwrap_err();
            let [problem] = problems.as_slice() else { panic!("{problems}") };
            assert_eq!((&problem.code, problem.path.as_str()), (&KEY_DUPLICATE, path));
        }
        assert!(parse::<PlanDocument>(&plan(none, none, none), Limits::DOCUMENT).is_ok());
    }
}
