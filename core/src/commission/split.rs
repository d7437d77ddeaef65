//! One sale shared between partners: each gets their part of what it earns.
//!
//! The seller of the event is rated as if all of it were theirs: by their tier, against their caps,
//! and what is measured counts for them. What was posted for a line is then shared out in whole
//! minor units by the weights, the largest remainder first, so that the parts always add up to it.
//! Among equals the part goes first whose line has the smaller id: ids are hashes of event, item,
//! rule and partner, so that what is left over falls to each partner as often as to the others, and
//! yet everybody can tell where it had to go. Sponsors of the seller who are paid by the commission
//! earn from what the seller keeps. Whoever is closed has no part, and the others share the whole.

use crate::kernel::allocation::{Part, allocate};
use crate::kernel::derived_id::DerivedId;
use crate::kernel::exact::Exact;
use crate::kernel::explain::Sink;
use crate::kernel::id::Id;
use crate::kernel::money::Rate;
use crate::kernel::problem::Problem;

use super::ID_DUPLICATE;
use super::evaluate::{Evaluator, Stop, fit};
use super::event::Event;
use super::outcome::LineKind;
use super::roster::Roster;
use super::row::Row;
use super::scratch::{Paid, Scratch, SplitOff};
use super::step::Step;
use super::telling::line_id;
use super::working::Working;

/// Who shares in what the seller earns.
#[derive(Debug)]
pub(super) struct Split {
    /// The event, which is in the ids of its lines.
    event: Id,
    /// The seller's own part among them.
    pub(super) parts: Vec<Part<Id>>,
    /// Which of them is the seller's.
    own: Option<usize>,
}

impl Split {
    /// The split of an event, if it is split.
    pub(super) fn of(event: &Event, roster: &Roster) -> Result<Option<Self>, Problem> {
        if event.split.is_empty() {
            return Ok(None);
        }
        let mut parts: Vec<Part<Id>> = Vec::with_capacity(event.split.len());
        for (position, share) in event.split.iter().enumerate() {
            if parts.iter().any(|part| part.key == share.partner) {
                let message = format!("the partner `{}` shares twice", share.partner);
                let problem = Problem::new(ID_DUPLICATE, message, "add their weights up");
                return Err(problem.under("partner").under(position).under("split"));
            }
            parts.push(Part { weight: share.weight.clone(), key: share.partner.clone() });
        }
        // With everybody in it, so that a problem names the place in the event.
        allocate(0, &parts).map_err(|problem| problem.under("split"))?;
        parts.retain(|part| roster.earns(&part.key));
        allocate(0, &parts).map_err(|problem| problem.under("split"))?;
        let own = parts.iter().position(|part| part.key == event.partner);
        Ok(Some(Self { event: event.id.clone(), parts, own }))
    }

    /// The share of one of the parts.
    pub(super) fn share(&self, part: usize) -> Option<Rate> {
        let part = self.parts.get(part)?;
        let mut weights = self.parts.iter().map(|part| &part.weight);
        let whole = weights.try_fold(Exact::ZERO, |sum, weight| sum.checked_add(weight).ok())?;
        Some(Rate::new(part.weight.checked_div(&whole).ok()?))
    }
}

impl<N: Working> Evaluator<'_, N> {
    /// Shares out what was posted for each line.
    pub(super) fn split<S: Sink<Step>>(
        &self,
        row: &Row<'_>,
        split: &Split,
        scratch: &mut Scratch<N>,
        steps: &mut S,
    ) -> Result<(), Stop> {
        scratch.split.clear();
        for (position, paid) in scratch.paid.iter().enumerate() {
            let shares = allocate(paid.posted.into(), &self.parts(row, split, paid))?;
            for (part, (of, posted)) in split.parts.iter().zip(shares).enumerate() {
                if split.own == Some(part) || of.weight.is_zero() {
                    continue;
                }
                let posted = fit(i64::try_from(posted).ok())?;
                scratch.split.push(SplitOff { paid: position, part, posted });
                steps.step(|| Step::Split {
                    rule: self.rule_id(paid.rule),
                    item: row.items.get(paid.line).cloned().flatten(),
                    partner: of.key.clone(),
                    share: split.share(part).unwrap_or_default(),
                    of: self.money(paid.posted),
                    posted: self.money(posted),
                });
            }
        }
        Ok(())
    }

    /// The parts of what a line is paid, each with the id that its own line will have.
    fn parts(&self, row: &Row<'_>, split: &Split, paid: &Paid<N>) -> Vec<Part<DerivedId>> {
        let rule = self.plan.rule(paid.rule).map(|rule| &rule.id);
        let item = row.items.get(paid.line).and_then(Option::as_ref);
        let parts = split.parts.iter().enumerate().map(|(position, part)| {
            let own = split.own == Some(position);
            let kind = if own { LineKind::Commission } else { LineKind::Split };
            let plan = &self.plan.reference.id;
            let key = line_id(kind, plan, &split.event, item, rule, &part.key);
            Part { weight: part.weight.clone(), key }
        });
        parts.collect()
    }
}

/// What the seller keeps of something that was posted.
#[inline(always)]
pub(super) fn kept<N>(
    row: &Row<'_>,
    scratch: &Scratch<N>,
    paid: usize,
    posted: i64,
) -> Option<i64> {
    if row.split.is_none() {
        return Some(posted);
    }
    let off = scratch.split.iter().filter(|off| off.paid == paid);
    off.map(|off| off.posted).try_fold(posted, i64::checked_sub)
}
