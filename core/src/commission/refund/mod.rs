//! Refunds: each posted line is taken back by the share of its sale that was refunded.
//!
//! `target = round(posted * (1 - refunded))`, and the reversal is what leads there from what is
//! left of the line. So reversals never exceed the commission, and a full refund lands on zero
//! however many parts it comes in. A refund of one line of the order concerns that line; a refund
//! of the order is spread over what has not been refunded of it yet ([`shares`]). A line that no
//! rule paid is given back like the others: nothing is posted for it, but it counts no longer. Nor
//! does an event count in the limits of the rules that paid it, once all of that is given back.

mod again;
mod changes;
mod counted;
mod reinstate;
mod shares;

use std::collections::HashMap;

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::exact::{Exact, overflow};
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Currency, Money, Rate, from_minor, to_minor};
use crate::kernel::problem::Problem;

use super::compile::Plan;
use super::event::Refund;
use super::outcome::{Line, LineKind, Outcome, OutcomeStatus};
use super::plan::RefundPolicy;
use super::roster::Roster;
use super::state::State;
use super::step::Step;
use super::working::Working;
use super::{EVENT_NEGATIVE, LINE_OF_OTHER_PLAN, REFUND_OF_UNKNOWN_SALE, REFUND_REPEATED};

use self::changes::name;
use self::shares::{Reversed, Share, mismatch, reversed, shares};

/// What a refund does to one posted line.
struct Taken<'a> {
    line: &'a Line,
    reversal: Line,
    /// Which share of the line's sale this refund gives back.
    now: Exact,
    /// Whether this refund is the one that leaves nothing of the sale.
    all: bool,
}

impl Taken<'_> {
    /// Whether nothing of the line is left now.
    fn is_gone(&self) -> bool {
        self.reversal.refunded.as_ref().is_some_and(|share| *share.exact() == Exact::ONE)
    }
}

/// The lines of an event, as the host hands them back.
struct Posted<'a> {
    seller: &'a Id,
    lines: &'a [Line],
    reversed: HashMap<DerivedId, Reversed>,
}

impl<'a> Posted<'a> {
    fn read(seller: &'a Id, lines: &'a [Line], currency: Currency) -> Result<Self, Problem> {
        Ok(Self { seller, lines, reversed: reversed(lines, currency)? })
    }

    /// Whether nothing of a line was left before.
    fn was_gone(&self, line: &Line) -> bool {
        self.reversed.get(&line.id).is_some_and(|of| of.share == Exact::ONE)
    }
}

impl Plan {
    /// Takes back what a refund makes undue.
    ///
    /// `posted` are the lines of the refunded event, earlier reversals included, as they were
    /// given out; of a plan that [rates again](Plan::re_rates), the lines of all orders of the
    /// seller in the window, in that order. Steps say how each reversal was found.
    ///
    /// # Errors
    /// What is wrong with the refund or the lines, with its place under `/refund` or `/posted`;
    /// the state is then unchanged.
    pub fn refund(
        &self,
        state: &mut State,
        roster: &Roster,
        refund: &Refund,
        posted: &[Line],
    ) -> Result<Outcome, Problem> {
        self.check_state(state)?;
        let placed = |problem: Problem| unsigned(problem).under("amount").under("refund");
        let amount = refund.amount.map(|amount| self.minor(amount)).transpose().map_err(placed)?;
        self.check_lines(refund, posted)?;
        let seller = seller(posted.iter().filter(|line| line.event == refund.event))?;
        if self.document.refunds == RefundPolicy::None || self.is_late(refund, seller)? {
            return Ok(self.nothing(&refund.id, OutcomeStatus::KeptByPolicy));
        }
        if self.re_rates() {
            return self.refund_again(state, roster, (refund, amount), posted);
        }
        let sold = Posted::read(&seller.partner, posted, self.document.currency)?;
        let shares = shares(refund, amount, posted, &sold.reversed, self.document.currency)?;
        let mut outcome = self.nothing(&refund.id, OutcomeStatus::Earned);
        let mut taken = Vec::new();
        for line in posted.iter().filter(|line| !line.kind.is_of_another()) {
            let Some(share) = shares.get(&line.item.as_ref()) else { continue };
            let reversed = sold.reversed.get(&line.id);
            taken.push(self.take_back(refund, line, share, reversed, &mut outcome.steps)?);
        }
        self.finish(state, roster, refund.at, (&sold, taken), &mut outcome)?;
        Ok(outcome)
    }

    /// Writes into the outcome and the state what becomes of the lines.
    fn finish(
        &self,
        state: &mut State,
        roster: &Roster,
        at: Instant,
        (posted, taken): (&Posted<'_>, Vec<Taken<'_>>),
        outcome: &mut Outcome,
    ) -> Result<(), Problem> {
        name(state, posted.seller, &taken);
        let changes = self.changes(state, roster, at, (posted, &taken))?;
        let tiers = changes.tiers(self, state);
        outcome.tier_changes = tiers
            .iter()
            .filter_map(|(partner, _, before, after)| {
                self.tier_change(before.level(), after.level(), partner, at)
            })
            .collect();
        outcome.total = from_minor(self.sellers_total(&taken)?, self.document.currency);
        outcome.lines = taken.into_iter().map(|taken| taken.reversal).collect();
        changes.write(state, tiers);
        Ok(())
    }

    /// Whether a refund comes too late to take anything back.
    fn is_late(&self, refund: &Refund, sold: &Line) -> Result<bool, Problem> {
        let Some(within) = self.document.refunds_within else { return Ok(false) };
        let placed = |problem: Problem| problem.under("at").under("refund");
        Ok(refund.at >= within.add_to(sold.at, self.document.zone).map_err(placed)?)
    }

    /// Makes sure that lines were posted by this version of the plan.
    fn check_plan_of(&self, posted: &[Line]) -> Result<(), Problem> {
        let is_other = |line: &Line| {
            line.plan != self.reference.id || line.plan_version != self.reference.version
        };
        let Some((position, line)) = posted.iter().enumerate().find(|(_, line)| is_other(line))
        else {
            return Ok(());
        };
        let problem = Problem::new(
            LINE_OF_OTHER_PLAN,
            format!("the line is of `{}` version {}", line.plan, line.plan_version),
            "refund with the plan and the version that posted the line",
        );
        Err(problem.under("plan").under(position).under("posted"))
    }

    fn check_lines(&self, refund: &Refund, posted: &[Line]) -> Result<(), Problem> {
        self.check_plan_of(posted)?;
        for line in posted {
            if line.kind.is_of_another() && line.event == refund.id {
                let problem = Problem::new(
                    REFUND_REPEATED,
                    format!("the refund `{}` has been taken back already", refund.id),
                    "give each refund an id of its own",
                );
                return Err(problem.under("id").under("refund"));
            }
        }
        let refunded = |line: &&Line| {
            !line.kind.is_of_another()
                && line.event == refund.event
                && (refund.item.is_none() || line.item == refund.item)
        };
        if posted.iter().any(|line| refunded(&line)) {
            return if self.re_rates() { Ok(()) } else { check_event(refund, posted) };
        }
        Err(Problem::new(
            REFUND_OF_UNKNOWN_SALE,
            format!("no posted line is for the event `{}` and the line refunded", refund.event),
            "hand back the lines that the event was given; an event without lines needs no refund",
        )
        .under(if refund.item.is_some() { "item" } else { "event" })
        .under("refund"))
    }

    fn take_back<'a>(
        &self,
        refund: &Refund,
        line: &'a Line,
        share: &Share,
        reversed: Option<&Reversed>,
        steps: &mut Vec<Step>,
    ) -> Result<Taken<'a>, Problem> {
        let currency = self.document.currency;
        let earned = to_minor(line.amount.amount, currency)?;
        let before = reversed.map_or(0, |reversed| reversed.amount);
        let refunded = share.before.checked_add(&share.now)?;
        let target = self.left_of(earned, &refunded)?;
        // Both lie between zero and what was earned, so their difference fits.
        let amount = target.saturating_sub(earned.saturating_add(before));
        let all = refunded == Exact::ONE;
        let rate = Rate::new(refunded);
        if let Some(rule) = line.rule.clone() {
            steps.push(Step::Reversed {
                rule,
                posted: shown(line.amount),
                refunded: rate.clone(),
                target: from_minor(target, currency),
                before: from_minor(before, currency),
                reversal: from_minor(amount, currency),
            });
        }
        let reversal = Line {
            id: Cause::of("reversal").derived(line.id).text(refund.id.as_str()).id(),
            kind: LineKind::Reversal,
            event: refund.id.clone(),
            amount: from_minor(amount, currency),
            ..following(line, refund.at, rate)
        };
        Ok(Taken { line, reversal, now: share.now.clone(), all })
    }

    /// What is left of what was earned, once such a share of its sale is refunded.
    fn left_of(&self, earned: i64, refunded: &Exact) -> Result<i64, Problem> {
        let left = Exact::from(earned).checked_mul(&Exact::ONE.checked_sub(refunded)?)?;
        left.settle(&Exact::ONE, self.document.rounding).ok_or_else(overflow)
    }

    fn sellers_total(&self, taken: &[Taken<'_>]) -> Result<i64, Problem> {
        let sellers = taken.iter().filter(|taken| taken.is_sellers());
        sellers
            .map(|taken| to_minor(taken.reversal.amount.amount, self.document.currency))
            .try_fold(0_i64, |sum, amount| sum.checked_add(amount?).ok_or_else(overflow))
    }
}

/// What a line that follows another at an instant has from it, when such a share of its sale is
/// refunded.
fn following(line: &Line, at: Instant, refunded: Rate) -> Line {
    Line {
        at,
        payable_at: at.max(line.payable_at),
        base: shown(line.base),
        gross: shown(line.gross),
        order_gross: shown(line.order_gross),
        measured: Amount::ZERO,
        counted: Amount::ZERO,
        origin: Some(line.id),
        refunded: Some(refunded),
        ..line.clone()
    }
}

/// Who sold what is refunded: every order has a line of theirs, whoever shares in it.
fn seller<'l>(posted: impl IntoIterator<Item = &'l Line>) -> Result<&'l Line, Problem> {
    let own = |line: &&Line| matches!(line.kind, LineKind::Commission | LineKind::Unpaid);
    let line = posted.into_iter().find(own);
    line.ok_or_else(|| mismatch("none of the lines is the seller's own").under("posted"))
}

/// What is said of a refund below zero: it gives back as it is.
fn unsigned(problem: Problem) -> Problem {
    if problem.code != EVENT_NEGATIVE {
        return problem;
    }
    Problem { hint: "write what is given back without a minus".into(), ..problem }
}

/// Makes sure that no line of another event is taken back along with those of the refunded one.
fn check_event(refund: &Refund, posted: &[Line]) -> Result<(), Problem> {
    let is_other = |line: &Line| !line.kind.is_of_another() && line.event != refund.event;
    let Some(position) = posted.iter().position(is_other) else { return Ok(()) };
    let problem = Problem::new(
        REFUND_OF_UNKNOWN_SALE,
        format!("one of the posted lines is not for the event `{}`", refund.event),
        "hand back the lines of the refunded event, and no others",
    );
    Err(problem.under("event").under(position).under("posted"))
}

/// An amount with the digits of its currency, which it has lost if the host kept it as text.
fn shown(money: Money) -> Money {
    Money::new(money.amount, money.currency)
}
