//! Commissions: what partners earn from sales and other events, by a plan.
//!
//! A [`PlanDocument`] is data; [`Plan::compile`] checks it whole and makes it fast. The plan then
//! takes events one by one ([`Plan::evaluate`]) or as columns, and refunds ([`Plan::refund`]),
//! together with a [`State`] that the host keeps and a [`Roster`] of its partners.
//!
//! ```text
//! event -> eligible? -> for each line: for each group: rules -> multipliers -> rule limits
//!       -> caps (order, customer, partner, program) -> rounding to lines -> overrides -> tiers
//! ```
//!
//! - Rounding happens once, where an amount is posted. Everything before it is exact.
//! - A schedule's measure counts the lines that a rule paid by it, each once. The ladder's counts
//!   every eligible line that meets its condition, whether or not a rule paid it. The tier is the
//!   one that the partner had before the event; what the event adds counts from the next one on.
//! - An event that earns, or counts for the ladder, has a line for each line of its order, also
//!   for those that no rule paid: a refund has to know them all.
//! - A cap pays partially and the outcome says what was lost to it. It counts what was posted,
//!   so that a refund makes room again.
//! - An override of the commission is a share of what the seller was really paid: of a sale that
//!   is split between partners, of the seller's own part.
//! - A line's id follows from plan, event, item, rule and partner, so that a retry of the host
//!   makes no second line.

#[cfg(feature = "arrow")]
mod arrow;
mod asking;
mod caps;
mod compile;
mod compiling;
mod conditions;
mod engine;
mod evaluate;
mod event;
mod explain;
mod facts;
mod guarantee;
mod limits;
mod lint;
mod merge;
mod operations;
mod outcome;
mod overrides;
mod pay;
mod plan;
mod rates;
mod reading;
mod refund;
mod replay;
mod rolling;
mod roster;
mod row;
mod run;
mod scratch;
mod settle;
mod shared;
mod split;
mod sponsoring;
mod state;
mod step;
mod stored;
mod table;
mod telling;
mod totals;
mod validate;
mod versions;
mod what_if;
mod working;

crate::codes! {
    /// Two parts of a plan have the same id.
    ID_DUPLICATE = "id_duplicate";
    /// A rule pays by a schedule that the plan does not have.
    SCHEDULE_UNKNOWN = "schedule_unknown";
    /// A rule by tier names a tier that the plan's ladder does not have.
    TIER_UNKNOWN = "tier_unknown";
    /// A rule by tier, or by own rate, pays by one of them again.
    PAY_NESTED = "pay_nested";
    /// An amount, a rate or a factor of a plan is below zero.
    PLAN_AMOUNT_NEGATIVE = "plan_amount_negative";
    /// A schedule has a rate but measures something that has no currency.
    RATE_WITHOUT_VOLUME = "rate_without_volume";
    /// A plan's effective dates end before they begin.
    EFFECTIVE_DATES_REVERSED = "effective_dates_reversed";
    /// An override's level is not 1 or more, or is beyond what is followed.
    LEVEL_INVALID = "level_invalid";
    /// A rule's minimum is above its maximum.
    LIMITS_REVERSED = "limits_reversed";
    /// A window is counted from the day a partner joined, but it is not about partners.
    WINDOW_WITHOUT_PARTNER = "window_without_partner";
    /// A cap on one order has a window.
    WINDOW_ON_ORDER = "window_on_order";
    /// A rolling window of a plan is not of whole days, or measures what only periods can.
    WINDOW_ROLLING = "window_rolling";
    /// A cap names a rule that the plan does not have.
    RULE_UNKNOWN = "rule_unknown";
    /// A cap of what sponsors are paid names rules, which pay sellers.
    CAP_RULES_UNFIT = "cap_rules_unfit";
    /// A rule's limit says neither how often nor how long, or not at all often.
    RULE_LIMIT_EMPTY = "rule_limit_empty";
    /// A guarantee's periods do not end.
    GUARANTEE_WITHOUT_PERIOD = "guarantee_without_period";
    /// A guarantee is settled of a plan that has none.
    GUARANTEE_MISSING = "guarantee_missing";
    /// The periods that are settled run backwards, or are too many.
    GUARANTEE_PERIODS = "guarantee_periods";
    /// Versions of a plan are of different plans, or one is there twice.
    PLAN_VERSIONS_MIXED = "plan_versions_mixed";
    /// No event can meet a rule.
    RULE_NEVER_APPLIES = "rule_never_applies";
    /// A rule of a group `first` is behind one that takes all that it would pay.
    RULE_HIDDEN = "rule_hidden";
    /// No rule pays by a schedule.
    SCHEDULE_UNUSED = "schedule_unused";
    /// A schedule pays less in all where more is earned.
    SCHEDULE_FALLS = "schedule_falls";
    /// A tier is paid less than the one below it.
    TIER_PAYS_LESS = "tier_pays_less";
    /// What costs nothing to do is paid at once, and as often as it is done.
    FREE_EVENT_UNGUARDED = "free_event_unguarded";
    /// More can be paid for a sale than it is worth.
    PAYS_MORE_THAN_SOLD = "pays_more_than_sold";
    /// A schedule measures what it pays itself.
    MEASURE_UNFIT = "measure_unfit";
    /// A custom measure has no value, or another one has.
    MEASURE_VALUE_UNFIT = "measure_value_unfit";
    /// A custom measure of a line is below zero.
    MEASURE_NEGATIVE = "measure_negative";
    /// An event is from before what a rolling window still knows.
    EVENT_TOO_LATE = "event_too_late";
    /// A plan has nothing that it could pay for.
    PLAN_EMPTY = "plan_empty";
    /// A plan has more rules, tiers or caps than can be numbered.
    PLAN_TOO_LARGE = "plan_too_large";
    /// The own rate of a partner is below zero.
    PARTNER_RATE_NEGATIVE = "partner_rate_negative";
    /// A partner is, over some steps, their own sponsor.
    SPONSOR_CYCLE = "sponsor_cycle";
    /// A state belongs to another plan, or to another version of it.
    STATE_MISMATCH = "state_mismatch";
    /// An event's amount or quantity is below zero.
    EVENT_NEGATIVE = "event_negative";
    /// A sale or a renewal says neither what was paid nor what for.
    EVENT_WITHOUT_AMOUNT = "event_without_amount";
    /// An event's amount, net amount or quantity is not the sum of its items'.
    ITEMS_SUM_MISMATCH = "items_sum_mismatch";
    /// Two items of an event have the same id.
    ITEM_DUPLICATE = "item_duplicate";
    /// None of the posted lines is for the event or line that is refunded, or one is for another.
    REFUND_OF_UNKNOWN_SALE = "refund_of_unknown_sale";
    /// The posted lines are not all lines of their event, or not as they were given out.
    REFUND_LINES_MISMATCH = "refund_lines_mismatch";
    /// A plan rates again after a refund, and has what its lines do not tell enough of.
    RE_RATE_UNFIT = "re_rate_unfit";
    /// The posted lines are not all of the seller's window, or not in their order.
    RE_RATE_LINES_MISMATCH = "re_rate_lines_mismatch";
    /// More is refunded than was paid.
    REFUND_EXCEEDS_SALE = "refund_exceeds_sale";
    /// A posted line was made by another plan.
    LINE_OF_OTHER_PLAN = "line_of_other_plan";
    /// A refund with this id has already been taken back.
    REFUND_REPEATED = "refund_repeated";
    /// None of the posted lines was taken back by the refund that is undone.
    REINSTATEMENT_OF_UNKNOWN_REFUND = "reinstatement_of_unknown_refund";
    /// A refund is undone that has been undone before.
    REINSTATEMENT_REPEATED = "reinstatement_repeated";
    /// A stored state has a sum that its plan does not keep.
    STATE_SUM_UNKNOWN = "state_sum_unknown";
    /// The host stopped a run before its last row.
    RUN_INTERRUPTED = "run_interrupted";
    /// A state is being changed by another call.
    STATE_BUSY = "state_busy";
    /// Two states that are merged hold sums of the same partner or customer.
    STATE_OVERLAP = "state_overlap";
    /// States are merged of a plan that keeps a sum of the whole program.
    PLAN_NOT_DIVISIBLE = "plan_not_divisible";
}

pub use compile::Plan;
pub use event::{
    Event, EventKind, Item, Partner, PartnerStatus, Refund, Reinstatement, SplitShare,
};
pub use guarantee::{Guarantee, GuaranteeInput, GuaranteeSettlement, GuaranteedPeriod, guarantee};
pub use limits::{Cap, CapCovers, CapScope, RuleLimit};
pub use lint::{PlanLint, PlanLintInput, lint};
pub use merge::{MergeInput, Merged, merge};
pub use operations::{
    EvaluateInput, Evaluation, OrderingScope, PlanDescription, PlanInput, RefundInput,
    ReinstateInput, describe, evaluate, refund, reinstate,
};
pub use outcome::{Line, LineKind, Lost, Outcome, OutcomeStatus, PlanReference, TierChange};
pub use plan::{
    Base, Combine, Group, Measure, Multiplier, Pay, PlanDocument, PlanFormat, PlanText,
    RefundPolicy, Rule, TierLadder, TieredRates,
};
pub use replay::{Happening, Replay, ReplayInput, replay};
pub use roster::Roster;
pub use run::{Earnings, EventColumns, Overrides, ROWS_BETWEEN_LOOKS};
pub use shared::{ClaimedState, SharedState};
pub use sponsoring::{Compression, Override, OverrideBase};
pub use state::State;
pub use step::{ExplainInput, Explanation, SkipReason, Step, tell};
pub use stored::{StateDocument, StateFormat, StateText, StoredSum, StoredTier};
pub use table::EventTable;
pub use totals::{Totals, TotalsWindow};
pub use versions::{PlanInForce, PlanInForceInput, in_force};
pub use what_if::{Difference, WhatIf, WhatIfInput, what_if};
