//! What an evaluation gives back: lines to post, what was lost to caps, and tier changes.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Money, Rate};

use super::step::Step;

/// What came of an event or a refund.
#[model]
pub struct Outcome {
    /// The plan that was applied.
    pub plan: PlanReference,
    /// The event or refund.
    pub event: Id,
    /// Whether it earned, and if not, why.
    pub status: OutcomeStatus,
    /// What to post; the host keeps these and hands them back with a refund.
    pub lines: Vec<Line>,
    /// The sum of the seller's lines, and of those who share in them.
    pub total: Money,
    /// What caps took away.
    pub lost: Vec<Lost>,
    /// Tiers that partners reached or lost by it.
    pub tier_changes: Vec<TierChange>,
    /// Why, step by step: said by every preview and refund, otherwise empty unless asked for.
    pub steps: Vec<Step>,
}

/// Whether an event earned, and if not, why.
#[model]
pub enum OutcomeStatus {
    /// Something was earned, or taken back.
    Earned,
    /// It lies outside the plan's effective dates.
    OutsideEffectiveDates,
    /// The plan's condition of eligibility does not hold, or cannot be told.
    NotEligible,
    /// The partner is closed.
    PartnerClosed,
    /// No rule matches. If it has lines, they count for the seller's tier.
    NoRuleMatches,
    /// A refund that the plan's policy takes nothing back for.
    KeptByPolicy,
}

/// Which document an outcome comes from, so that it can be computed again.
#[model]
#[derive(Eq)]
pub struct PlanReference {
    /// The plan's id.
    pub id: Id,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the document's canonical form.
    pub hash: Id,
    /// The version of the time zone database.
    pub zone_data: Id,
}

/// What a line is for.
#[model]
pub enum LineKind {
    /// What the seller earned.
    Commission,
    /// What another partner got of what the seller earned.
    Split,
    /// What a sponsor earned from it.
    Override,
    /// A line of the sale that no rule paid: nothing to post, kept so that a refund knows the
    /// whole order.
    Unpaid,
    /// What a refund took back of any of them.
    Reversal,
    /// What is given again of that, because the refund was undone.
    Reinstatement,
    /// What a line is paid more or less, because another order of its window was given back.
    ReRating,
    /// What a guarantee added to a period, or below zero took back.
    Guarantee,
}

/// One amount to post, with everything that explains it later.
#[model]
pub struct Line {
    /// Derived from the cause, so that computing it again gives the same id.
    pub id: DerivedId,
    /// What it is for.
    pub kind: LineKind,
    /// The event or refund that caused it.
    pub event: Id,
    /// The line of the order.
    pub item: Option<Id>,
    /// Who gets it.
    pub partner: Id,
    /// How much; negative for what is taken back.
    pub amount: Money,
    /// When it was earned.
    pub at: Instant,
    /// From when it can be paid.
    pub payable_at: Instant,
    /// The plan.
    pub plan: Id,
    /// The plan's version.
    pub plan_version: u32,
    /// The rule, or the override; none for a line that no rule paid.
    pub rule: Option<Id>,
    /// The seller's tier at that moment.
    pub tier: Option<Id>,
    /// The rate, where one rate made the whole amount; of a split, the partner's share.
    pub rate: Option<Rate>,
    /// The schedule, where one was used.
    pub schedule: Option<Id>,
    /// How far up the sponsor tree the partner is; 0 is the seller.
    pub level: u32,
    /// What the rate was applied to.
    pub base: Money,
    /// What the customer paid for this line of the order.
    pub gross: Money,
    /// What the customer paid for the whole order.
    pub order_gross: Money,
    /// The customer.
    pub customer: Option<Id>,
    /// How much it added to the schedule's measure. A line of the order counts once: of several
    /// that one schedule made for it, the first says so.
    pub measured: Amount,
    /// How much it added to the measure of the seller's tier. A line of the order counts once: of
    /// several that rules paid it, the first says so.
    pub counted: Amount,
    /// For a reversal, a reinstatement or a re-rating: the line that it is about.
    pub origin: Option<DerivedId>,
    /// Where some of that line's own sale was refunded, or that was undone: which share has been
    /// refunded by now.
    pub refunded: Option<Rate>,
}

/// What a cap took away.
#[model]
pub struct Lost {
    /// The cap, or the rule whose own maximum it was.
    pub cap: Id,
    /// How much, rounded to the minor unit.
    pub amount: Money,
}

/// A tier reached or lost.
#[model]
pub struct TierChange {
    /// The partner.
    pub partner: Id,
    /// The tier before; none below the first.
    pub before: Option<Id>,
    /// The tier after.
    pub after: Option<Id>,
    /// When it was seen: the time of the event that showed it.
    pub at: Instant,
}

impl LineKind {
    /// Whether a line of this kind is about another one, which it takes back or gives again.
    pub(super) const fn is_of_another(self) -> bool {
        matches!(self, Self::Reversal | Self::Reinstatement | Self::ReRating)
    }
}
