//! Why an amount is what it is: the steps of an evaluation, as data.
//!
//! Amounts inside a step are exact, in units of the plan's currency, because nothing has been
//! rounded yet; the step [`Step::Rounded`] says what was posted. [`Step`] prints as a sentence.

use std::fmt;

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::{Money, Rate, to_minor};
use crate::kernel::problem::Problem;
use crate::kernel::rounding::Rounding;
use crate::kernel::schedule::SchedulePiece;

use super::limits::CapScope;
use super::sponsoring::OverrideBase;

/// One step of an evaluation; it prints as a sentence.
#[model(display)]
pub enum Step {
    /// What the commission is computed on.
    Base {
        /// The line of the order.
        item: Option<Id>,
        /// What the customer paid.
        gross: Money,
        /// What the rates apply to.
        base: Money,
    },
    /// The seller's tier, as it was before this event.
    Tier {
        /// The tier; none below the first.
        tier: Option<Id>,
    },
    /// A rule that was not paid.
    RuleSkipped {
        /// The rule.
        rule: Id,
        /// Why.
        reason: SkipReason,
        /// The facts that would have told.
        missing: Vec<String>,
    },
    /// What a rule pays, before anything else.
    Rated {
        /// The rule.
        rule: Id,
        /// The rate, for a percentage.
        rate: Option<Rate>,
        /// What was multiplied: the base, a quantity or one.
        of: Exact,
        /// The amount.
        amount: Exact,
    },
    /// What a schedule pays.
    Scheduled {
        /// The rule.
        rule: Id,
        /// The schedule.
        schedule: Id,
        /// The measure before this event.
        before: Exact,
        /// What this event added to it.
        added: Exact,
        /// The steps that it touched.
        pieces: Vec<SchedulePiece>,
        /// The amount.
        amount: Exact,
    },
    /// A factor.
    Multiplied {
        /// The multiplier.
        multiplier: Id,
        /// The factor.
        factor: Rate,
        /// The amount after it.
        amount: Exact,
    },
    /// A rule's own minimum or maximum.
    Limited {
        /// The rule.
        rule: Id,
        /// The amount before.
        before: Exact,
        /// The amount after.
        amount: Exact,
    },
    /// The least of an order, to which it was raised.
    Raised {
        /// The amount before.
        before: Exact,
        /// The amount after.
        amount: Exact,
    },
    /// A cap that took something away.
    Capped {
        /// The cap.
        cap: Id,
        /// What it limits.
        scope: CapScope,
        /// The amount before.
        before: Exact,
        /// The amount after: what was left under it.
        amount: Exact,
    },
    /// What was posted for a line.
    Rounded {
        /// The rule.
        rule: Id,
        /// The line of the order.
        item: Option<Id>,
        /// The exact amount.
        exact: Exact,
        /// How it was rounded.
        rounding: Rounding,
        /// What was posted.
        posted: Money,
    },
    /// What another partner gets of what was posted for a line.
    Split {
        /// The rule.
        rule: Id,
        /// The line of the order.
        item: Option<Id>,
        /// Who gets it.
        partner: Id,
        /// Their share.
        share: Rate,
        /// What was posted for the line.
        of: Money,
        /// Their part of it.
        posted: Money,
    },
    /// What a sponsor earned.
    Overrode {
        /// The override.
        rule: Id,
        /// The sponsor.
        partner: Option<Id>,
        /// How far up.
        level: u32,
        /// What the rate is a share of.
        of: OverrideBase,
        /// That, in units of the currency.
        base: Money,
        /// The rate.
        rate: Rate,
        /// What was posted.
        posted: Money,
    },
    /// When the lines can be paid.
    Held {
        /// From then on.
        until: Instant,
    },
    /// What is given again of a line whose refund was undone.
    Reinstated {
        /// The rule of the line.
        rule: Id,
        /// What had been posted for the line.
        posted: Money,
        /// Which share of the sale is still refunded.
        refunded: Rate,
        /// What was left of the line.
        left: Money,
        /// What is left of it now.
        target: Money,
        /// What is given again.
        reinstated: Money,
    },
    /// What a line is paid once its window is rated again.
    ReRated {
        /// The rule of the line.
        rule: Id,
        /// The order of the line.
        event: Id,
        /// What had been posted for the line.
        posted: Money,
        /// Which share of its own sale has been refunded by now, where this is about it.
        refunded: Option<Rate>,
        /// What was left of the line.
        left: Money,
        /// What it is paid now.
        target: Money,
        /// The difference.
        difference: Money,
    },
    /// What a refund took back of a line.
    Reversed {
        /// The rule of the line.
        rule: Id,
        /// What had been posted for the line.
        posted: Money,
        /// Which share of the sale has been refunded by now.
        refunded: Rate,
        /// What remains of the line after it.
        target: Money,
        /// What had been taken back before.
        before: Money,
        /// What this refund takes back, below zero.
        reversal: Money,
    },
}

/// Why a rule was not paid.
#[model]
pub enum SkipReason {
    /// It does not apply to this kind of event.
    OtherKind,
    /// Its condition does not hold.
    ConditionFalse,
    /// Its condition cannot be told, because facts are missing.
    ConditionUnknown,
    /// Another rule of its group went first.
    LowerPriority,
    /// Another rule of its group pays more.
    PaysLess,
    /// It pays nothing for this tier.
    NothingForTier,
    /// It has paid for this customer as often or as long as it does.
    LimitReached,
    /// What its schedule measures cannot be told, because facts are missing.
    MeasureUnknown,
}

/// What `explain.text` takes.
#[model]
pub struct ExplainInput {
    /// The steps of an outcome.
    pub steps: Vec<Step>,
}

/// Steps, told.
#[model]
pub struct Explanation {
    /// One sentence for each step, in the same order.
    pub sentences: Vec<String>,
}

/// Tells each step as a sentence.
///
/// # Errors
/// None: every step can be told.
pub fn tell(input: ExplainInput) -> Result<Explanation, Problem> {
    Ok(Explanation { sentences: input.steps.iter().map(ToString::to_string).collect() })
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base { item, gross, base } => {
                let item = item.as_ref().map_or_else(String::new, |item| format!(" of `{item}`"));
                write!(f, "base{item}: {base} of the {gross} that was paid")
            }
            Self::Tier { tier: Some(tier) } => write!(f, "tier: `{tier}`"),
            Self::Tier { tier: None } => f.write_str("tier: none"),
            Self::RuleSkipped { rule, reason, missing } => {
                write!(f, "rule `{rule}` not paid: {}", reason.as_str().replace('_', " "))?;
                if missing.is_empty() { Ok(()) } else { write!(f, " ({})", missing.join(", ")) }
            }
            Self::Rated { rule, rate: Some(rate), of, amount } => {
                write!(f, "rule `{rule}`: {rate} of {of:#} = {amount:#}")
            }
            Self::Rated { rule, rate: None, of, amount } => {
                write!(f, "rule `{rule}`: {of:#} units = {amount:#}")
            }
            Self::Scheduled { rule, schedule, before, added, pieces, amount } => {
                write!(f, "rule `{rule}` by `{schedule}`: {added:#} on top of {before:#}")?;
                for piece in pieces {
                    write!(f, "; {piece}")?;
                }
                write!(f, "; together {amount:#}")
            }
            Self::Multiplied { multiplier, factor, amount } => {
                write!(f, "multiplier `{multiplier}`: times {:#} = {amount:#}", factor.exact())
            }
            Self::Limited { rule, before, amount } => {
                write!(f, "limit of rule `{rule}`: {before:#} becomes {amount:#}")
            }
            Self::Raised { before, amount } => {
                write!(f, "least of an order: {before:#} becomes {amount:#}")
            }
            Self::Capped { cap, scope, before, amount } => {
                write!(f, "cap `{cap}` per {scope}: {amount:#} left, which cuts {before:#}")
            }
            Self::Rounded { rule, exact, rounding, posted, .. } => {
                write!(f, "posted for `{rule}`: {exact:#} ")?;
                if rounds_alone(exact, *rounding, *posted) {
                    write!(f, "rounds to {posted}")
                } else {
                    write!(f, "becomes {posted}, for the lines to add up to the rounded order")
                }
            }
            Self::Split { rule, partner, share, of, posted, .. } => {
                write!(f, "of `{rule}`, `{partner}` has {share}: {posted} of {of}")
            }
            Self::Overrode { rule, partner, level, of, base, rate, posted } => {
                let partner = partner.as_ref().map_or("?", Id::as_str);
                write!(f, "override `{rule}` to `{partner}`, {level} up: ")?;
                write!(f, "{rate} of the {of}, {base}, posts {posted}")
            }
            Self::Held { until } => write!(f, "payable from {until}"),
            Self::Reinstated { rule, posted, refunded, left, target, reinstated } => {
                write!(f, "`{rule}` posted {posted}; {refunded} of the sale is still refunded, ")?;
                write!(f, "{target} remains instead of {left}, so {reinstated}")
            }
            Self::ReRated { rule, event, posted, refunded, left, target, difference } => {
                write!(f, "`{rule}` of `{event}` posted {posted}, {left} was left; ")?;
                if let Some(refunded) = refunded {
                    write!(f, "{refunded} of the sale is refunded, ")?;
                }
                write!(f, "rated again it makes {target}, so {difference}")
            }
            Self::Reversed { rule, posted, refunded, target, before, reversal } => {
                write!(f, "`{rule}` posted {posted}; {refunded} of the sale is refunded, ")?;
                write!(f, "{target} remains")?;
                if !before.amount.decimal().is_zero() {
                    write!(f, ", {before} was reversed before")?;
                }
                write!(f, ", so {reversal}")
            }
        }
    }
}

/// Whether an amount in units of the currency is posted as it rounds by itself; a line of several
/// may get a minor unit more or less, see [`super::settle`].
fn rounds_alone(exact: &Exact, rounding: Rounding, posted: Money) -> bool {
    let minor = exact.checked_mul(&Exact::from(posted.currency.minor_per_unit()));
    let rounded = minor.and_then(|minor| minor.round(rounding)).ok();
    rounded.is_some() && rounded == to_minor(posted.amount, posted.currency).ok().map(i128::from)
}
