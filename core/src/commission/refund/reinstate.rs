//! Refunds undone: a chargeback that was won gives the partner back what it took.
//!
//! The share that the refund gave back is taken off what has been refunded of the line, and what is
//! left of the line becomes `round(posted * (1 - refunded))` again, as if that refund had never
//! been. What other refunds took stays taken.

use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::exact::Exact;
use crate::kernel::money::{Rate, from_minor, to_minor};
use crate::kernel::problem::Problem;

use super::super::compile::Plan;
use super::super::event::Reinstatement;
use super::super::outcome::{Line, LineKind, Outcome, OutcomeStatus};
use super::super::roster::Roster;
use super::super::state::State;
use super::super::step::Step;
use super::super::{REINSTATEMENT_OF_UNKNOWN_REFUND, REINSTATEMENT_REPEATED};
use super::shares::Reversed;
use super::{Posted, Taken, following, seller, shown};

impl Plan {
    /// Gives again what a refund took back, because it was undone.
    ///
    /// `posted` are the lines of the refunded event, reversals and earlier reinstatements included,
    /// as they were given out and in that order; of a plan that [rates again](Plan::re_rates), the
    /// lines of all orders of the seller in the window.
    ///
    /// # Errors
    /// What is wrong with the reinstatement or the lines, with its place under `/reinstatement` or
    /// `/posted`; the state is then unchanged.
    pub fn reinstate(
        &self,
        state: &mut State,
        roster: &Roster,
        reinstatement: &Reinstatement,
        posted: &[Line],
    ) -> Result<Outcome, Problem> {
        self.check_state(state)?;
        self.check_plan_of(posted)?;
        check(reinstatement, posted)?;
        if self.re_rates() {
            return self.reinstate_again(state, roster, reinstatement, posted);
        }
        let sold = Posted::read(&seller(posted)?.partner, posted, self.document.currency)?;
        let mut outcome = self.nothing(&reinstatement.id, OutcomeStatus::Earned);
        let mut taken = Vec::new();
        for line in posted.iter().filter(|line| !line.kind.is_of_another()) {
            let undone = posted.iter().find(|one| undoes(reinstatement, one, line.id));
            let (Some(undone), Some(before)) = (undone, sold.reversed.get(&line.id)) else {
                continue;
            };
            let (of, steps) = ((line, undone), &mut outcome.steps);
            taken.push(self.give_again(reinstatement, of, posted, before, steps)?);
        }
        self.finish(state, roster, reinstatement.at, (&sold, taken), &mut outcome)?;
        Ok(outcome)
    }

    fn give_again<'a>(
        &self,
        reinstatement: &Reinstatement,
        (line, undone): (&'a Line, &Line),
        posted: &[Line],
        before: &Reversed,
        steps: &mut Vec<Step>,
    ) -> Result<Taken<'a>, Problem> {
        let currency = self.document.currency;
        let given_back = given_back(posted, line.id, undone.id)?;
        let refunded = before.share.checked_sub(&given_back)?;
        let earned = to_minor(line.amount.amount, currency)?;
        let target = self.left_of(earned, &refunded)?;
        // Both lie between zero and what was earned, so their difference fits.
        let left = earned.saturating_add(before.amount);
        let amount = from_minor(target.saturating_sub(left), currency);
        let rate = Rate::new(refunded);
        if let Some(rule) = line.rule.clone() {
            steps.push(Step::Reinstated {
                rule,
                posted: shown(line.amount),
                refunded: rate.clone(),
                left: from_minor(left, currency),
                target: from_minor(target, currency),
                reinstated: amount,
            });
        }
        let reinstated = Line {
            id: id(undone.id),
            kind: LineKind::Reinstatement,
            event: reinstatement.id.clone(),
            amount,
            ..following(line, reinstatement.at, rate)
        };
        let all = before.share == Exact::ONE && !given_back.is_zero();
        Ok(Taken { line, reversal: reinstated, now: Exact::ZERO.checked_sub(&given_back)?, all })
    }
}

/// Whether a line is what the undone refund took back of another one.
pub(super) fn undoes(reinstatement: &Reinstatement, line: &Line, origin: DerivedId) -> bool {
    takes_back(reinstatement, line) && line.origin == Some(origin)
}

/// Whether a line is of what the undone refund took back of its own order.
fn takes_back(reinstatement: &Reinstatement, line: &Line) -> bool {
    line.event == reinstatement.refund
        && match line.kind {
            LineKind::Reversal => true,
            LineKind::ReRating => line.refunded.is_some(),
            _ => false,
        }
}

/// The share of a line that one of its reversals gave back: what it added to the share before it.
pub(super) fn given_back(
    posted: &[Line],
    origin: DerivedId,
    undone: DerivedId,
) -> Result<Exact, Problem> {
    let mut before = Exact::ZERO;
    for line in posted.iter().filter(|line| line.origin == Some(origin)) {
        let Some(share) = line.refunded.as_ref() else { continue };
        let share = share.exact().clone();
        if line.id == undone {
            return share.checked_sub(&before);
        }
        before = share;
    }
    Ok(Exact::ZERO)
}

/// A reversal is given again once, so that its id is that of the reinstatement's line.
pub(super) fn id(undone: DerivedId) -> DerivedId {
    Cause::of("reinstatement").derived(undone).id()
}

fn check(reinstatement: &Reinstatement, posted: &[Line]) -> Result<(), Problem> {
    let of_refund = |line: &&Line| takes_back(reinstatement, line);
    let mut undone = posted.iter().filter(of_refund).peekable();
    if undone.peek().is_none() {
        let problem = Problem::new(
            REINSTATEMENT_OF_UNKNOWN_REFUND,
            format!("the refund `{}` took back none of the posted lines", reinstatement.refund),
            "hand back the lines of the refunded event, its reversals included",
        );
        return Err(problem.under("refund").under("reinstatement"));
    }
    if undone.any(|line| posted.iter().any(|one| one.id == id(line.id))) {
        let problem = Problem::new(
            REINSTATEMENT_REPEATED,
            format!("the refund `{}` has been undone already", reinstatement.refund),
            "a refund is undone once, and all of it",
        );
        return Err(problem.under("refund").under("reinstatement"));
    }
    Ok(())
}
