//! Refunds under `re_rate`: the schedules of a window are rated again without what was given back.
//!
//! What a schedule pays for a sale depends on those before it, so a sale that is given back is
//! missing under every later one. Here all of the seller's orders in the window of the refunded one
//! are rated once more, in their order, by what is left of each; where that differs from what was
//! posted and is left of a line, the difference is posted to that line. What no schedule pays
//! follows the share that is left of its own line, as a frozen refund has it.
//!
//! A state holds sums and no orders, so the host hands their lines back. They are believed only if
//! they make up the sums of the state, and if rating them as they stand gives what is left of each:
//! a line that is missing, or one out of its turn, is refused ([`window`]).

mod rating;
mod window;

use std::collections::HashMap;

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::{Rate, from_minor, to_minor};
use crate::kernel::problem::Problem;

use super::super::compile::Plan;
use super::super::event::{Refund, Reinstatement};
use super::super::outcome::{Line, LineKind, Outcome, OutcomeStatus};
use super::super::plan::RefundPolicy;
use super::super::roster::Roster;
use super::super::state::State;
use super::super::step::Step;
use super::reinstate;
use super::shares::shares;
use super::{Posted, Taken, following, shown};

use self::rating::Shares;
use self::window::Window;

/// What gives back or is undone, and the kind of the lines that say so.
struct Given<'a> {
    id: &'a Id,
    at: Instant,
    kind: LineKind,
    /// Of each line of its order that it is about: how much more of it is given back now, and the
    /// id of what is posted for it.
    lines: HashMap<DerivedId, (Exact, DerivedId)>,
}

impl Plan {
    /// Whether a refund changes what other orders of its seller are paid, so that their lines are
    /// handed back with it.
    #[must_use]
    pub fn re_rates(&self) -> bool {
        self.document.refunds == RefundPolicy::ReRate
    }

    /// A refund, its amount in minor units.
    pub(super) fn refund_again(
        &self,
        state: &mut State,
        roster: &Roster,
        (refund, amount): (&Refund, Option<i64>),
        posted: &[Line],
    ) -> Result<Outcome, Problem> {
        let window = Window::read(self, state, roster, &refund.event, posted)?;
        let own = window.own();
        let reversed = &window.reversed;
        let shares = shares(refund, amount, &own, reversed, self.document.currency)?;
        let originals = own.iter().filter(|line| !line.kind.is_of_another());
        let given = originals.filter_map(|line| {
            let share = shares.get(&line.item.as_ref())?;
            let id = Cause::of("reversal").derived(line.id).text(refund.id.as_str()).id();
            Some((line.id, (share.now.clone(), id)))
        });
        let (id, at, kind) = (&refund.id, refund.at, LineKind::Reversal);
        let given = Given { id, at, kind, lines: given.collect() };
        self.rate_again(state, roster, (&window, &own), &given)
    }

    /// A refund that is undone.
    pub(super) fn reinstate_again(
        &self,
        state: &mut State,
        roster: &Roster,
        reinstatement: &Reinstatement,
        posted: &[Line],
    ) -> Result<Outcome, Problem> {
        let window = Window::read(self, state, roster, &reinstatement.event, posted)?;
        let own = window.own();
        let mut given = HashMap::new();
        for line in own.iter().filter(|line| !line.kind.is_of_another()) {
            let undone = own.iter().find(|one| reinstate::undoes(reinstatement, one, line.id));
            let Some(undone) = undone else { continue };
            let share = reinstate::given_back(&own, line.id, undone.id)?;
            let now = Exact::ZERO.checked_sub(&share)?;
            given.insert(line.id, (now, reinstate::id(undone.id)));
        }
        let (id, at, kind) = (&reinstatement.id, reinstatement.at, LineKind::Reinstatement);
        let given = Given { id, at, kind, lines: given };
        self.rate_again(state, roster, (&window, &own), &given)
    }

    fn rate_again(
        &self,
        state: &mut State,
        roster: &Roster,
        (window, own): (&Window<'_>, &[Line]),
        given: &Given<'_>,
    ) -> Result<Outcome, Problem> {
        let before: Shares = window.shares();
        window.hold(self, &self.rated(&window.orders, &before)?)?;
        let mut after = before.clone();
        for (line, (now, _)) in &given.lines {
            let share = after.entry(*line).or_default();
            *share = share.checked_add(now)?;
        }
        let targets = self.rated(&window.orders, &after)?;
        let mut outcome = self.nothing(given.id, OutcomeStatus::Earned);
        let mut taken = Vec::new();
        for line in window.lines() {
            let target = targets.get(&line.id).copied().unwrap_or_default();
            let share = after.get(&line.id).cloned().unwrap_or_default();
            taken.extend(self.differs((window, line), (target, share), given)?);
        }
        outcome.steps = taken.iter().filter_map(|one| self.re_rated(window, one)).collect();
        let sold = Posted::read(window.seller, own, self.document.currency)?;
        self.finish(state, roster, given.at, (&sold, taken), &mut outcome)?;
        Ok(outcome)
    }

    /// What is posted to a line, if anything is: of those that the refund is about also nothing,
    /// so that the next one knows how much of them was given back.
    fn differs<'a>(
        &self,
        (window, line): (&Window<'a>, &'a Line),
        (target, share): (i64, Exact),
        given: &Given<'_>,
    ) -> Result<Option<Taken<'a>>, Problem> {
        let currency = self.document.currency;
        let left = window.left(line, currency)?;
        let about = given.lines.get(&line.id);
        if about.is_none() && target == left {
            return Ok(None);
        }
        let all = share == Exact::ONE || window.was_gone(line);
        let most = window.most(line, currency)?;
        let plain = about.filter(|_| within(target, most));
        let rate = Rate::new(share);
        let difference = Line {
            id: match plain {
                Some((_, id)) => *id,
                None => Cause::of("re_rating").derived(line.id).text(given.id.as_str()).id(),
            },
            kind: if plain.is_some() { given.kind } else { LineKind::ReRating },
            event: given.id.clone(),
            amount: from_minor(target.saturating_sub(left), currency),
            refunded: about.map(|_| rate.clone()),
            ..following(line, given.at, rate)
        };
        let now = about.map(|(now, _)| now.clone()).unwrap_or_default();
        Ok(Some(Taken { line, reversal: difference, all: all && !now.is_zero(), now }))
    }

    fn re_rated(&self, window: &Window<'_>, one: &Taken<'_>) -> Option<Step> {
        let currency = self.document.currency;
        let left = window.left(one.line, currency).ok()?;
        let difference = to_minor(one.reversal.amount.amount, currency).ok()?;
        Some(Step::ReRated {
            rule: one.line.rule.clone()?,
            event: one.line.event.clone(),
            posted: shown(one.line.amount),
            refunded: one.reversal.refunded.clone(),
            left: from_minor(left, currency),
            target: from_minor(left.checked_add(difference)?, currency),
            difference: one.reversal.amount,
        })
    }
}

/// Whether an amount lies between nothing and another one, on whichever side of zero that is.
fn within(target: i64, most: i64) -> bool {
    target.signum() * most.signum() >= 0 && target.unsigned_abs() <= most.unsigned_abs()
}
