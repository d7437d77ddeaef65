//! From what was worked out to what the host is told: lines, losses and tier changes.

use rust_decimal::Decimal;

use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Money, from_minor};

use super::compile::Plan;
use super::evaluate::{LossBy, Overriding, Paid, Scratch};
use super::event::Event;
use super::outcome::{Line, LineKind, Lost, Outcome, OutcomeStatus, TierChange};
use super::plan::{Measure, Pay};
use super::reading::Reading;
use super::working::Working;

/// A rated event, about to be told.
pub(super) struct Telling<'a, N> {
    pub(super) plan: &'a Plan,
    pub(super) event: &'a Event,
    pub(super) reading: &'a Reading,
    pub(super) scratch: &'a Scratch<N>,
}

impl<N: Working> Telling<'_, N> {
    /// The outcome; `before` is the level that the state had for the partner.
    pub(super) fn outcome(&self, before: Option<u16>) -> Outcome {
        let mut lines = Vec::with_capacity(self.scratch.paid.len() + self.scratch.overrides.len());
        lines.extend(self.scratch.paid.iter().map(|paid| self.commission(paid)));
        lines.extend(self.scratch.overrides.iter().filter_map(|one| self.overriding(one)));
        Outcome {
            plan: self.plan.reference.clone(),
            event: self.event.id.clone(),
            status: OutcomeStatus::Earned,
            lines,
            total: self.money(self.scratch.total),
            lost: self.lost(),
            tier_changes: self.tier_change(before).into_iter().collect(),
            steps: Vec::new(),
        }
    }

    fn money(&self, minor: i64) -> Money {
        from_minor(minor, self.plan.document.currency)
    }

    fn commission(&self, paid: &Paid<N>) -> Line {
        let rule = self.plan.rule(paid.rule).map(|rule| rule.id.clone());
        let (rate, schedule) = match self.plan.pay_of(paid.rule, self.scratch.tier_before) {
            Some(Pay::Percent { rate }) => (Some(rate.clone()), None),
            Some(Pay::Schedule { schedule }) => (None, Some(schedule.clone())),
            _ => (None, None),
        };
        let measured = paid.used.as_ref().map_or(Amount::ZERO, |used| {
            let measure = self.plan.document.schedules.values().nth(used.schedule);
            let added = used.after.minus(&used.before).unwrap_or(N::ZERO);
            self.measured(measure.map_or(Measure::Volume, |one| one.measure), &added)
        });
        let tiers = self.plan.document.ladder.as_ref();
        let counted =
            tiers.map_or(Amount::ZERO, |ladder| self.measured(ladder.measure, &paid.counted));
        Line {
            base: self.money(self.reading.lines.get(paid.line).map_or(0, |line| line.base)),
            rate,
            schedule,
            measured,
            counted,
            ..self.line(
                LineKind::Commission,
                (paid.line, paid.posted, 0),
                rule.as_ref().unwrap_or(&self.event.id),
                &self.event.partner,
            )
        }
    }

    fn overriding(&self, one: &Overriding) -> Option<Line> {
        let of = self.plan.document.overrides.get(one.rule)?;
        let above = usize::from(of.level).checked_sub(1)?;
        let sponsor = self.reading.sponsor_ids.get(above)?;
        Some(Line {
            base: self.money(one.base),
            rate: Some(of.rate.clone()),
            ..self.line(
                LineKind::Override,
                (one.line, one.posted, u32::from(of.level)),
                &of.id,
                sponsor,
            )
        })
    }

    fn line(
        &self,
        kind: LineKind,
        (line, posted, level): (usize, i64, u32),
        rule: &Id,
        partner: &Id,
    ) -> Line {
        let item = self.reading.items.get(line).cloned().flatten();
        Line {
            id: line_id(
                kind,
                &self.plan.reference.id,
                &self.event.id,
                item.as_ref(),
                rule,
                partner,
            ),
            kind,
            event: self.event.id.clone(),
            partner: partner.clone(),
            amount: self.money(posted),
            at: self.event.at,
            payable_at: self.reading.payable_at,
            plan: self.plan.reference.id.clone(),
            plan_version: self.plan.reference.version,
            rule: rule.clone(),
            tier: self.tier(),
            rate: None,
            schedule: None,
            level,
            base: self.money(0),
            gross: self.money(self.reading.lines.get(line).map_or(0, |line| line.gross)),
            order_gross: self.money(self.reading.order_gross),
            customer: self.event.customer.clone(),
            measured: Amount::ZERO,
            counted: Amount::ZERO,
            origin: None,
            refunded: None,
            item,
        }
    }

    /// The seller's tier: the plan's own, or the one that the host gave.
    fn tier(&self) -> Option<Id> {
        let own = self.plan.tier_id(self.scratch.tier_before);
        own.or_else(|| self.reading.given_tier.clone())
    }

    /// A measure in units of the currency, lines or quantity.
    fn measured(&self, measure: Measure, value: &N) -> Amount {
        let exact = value.to_exact();
        let units = match measure {
            Measure::Volume => exact
                .checked_div(&Exact::from(self.plan.document.currency.minor_per_unit()))
                .unwrap_or_default(),
            Measure::Count | Measure::Quantity => exact,
        };
        // What an event adds comes from its own decimals, so it is one.
        Amount::from(units.to_decimal().unwrap_or(Decimal::ZERO))
    }

    fn lost(&self) -> Vec<Lost> {
        let cap = |by: LossBy| match by {
            LossBy::Cap(cap) => self.plan.document.caps.get(cap).map(|cap| cap.id.clone()),
            LossBy::Rule(rule) => self.plan.rule(rule).map(|rule| rule.id.clone()),
        };
        let lost = self.scratch.lost.iter();
        lost.filter_map(|lost| Some(Lost { cap: cap(lost.cap)?, amount: self.money(lost.amount) }))
            .collect()
    }

    fn tier_change(&self, before: Option<u16>) -> Option<TierChange> {
        let after = self.scratch.held_after?.level();
        self.plan.tier_change(before, after, &self.event.partner, self.event.at)
    }
}

/// The id of a line: the same whenever the same event is paid by the same rule of the same plan,
/// whatever the version, so that nothing is paid twice.
pub(super) fn line_id(
    kind: LineKind,
    plan: &Id,
    event: &Id,
    item: Option<&Id>,
    rule: &Id,
    partner: &Id,
) -> DerivedId {
    Cause::of(kind.as_str())
        .text(plan.as_str())
        .text(event.as_str())
        .text(item.map_or("", Id::as_str))
        .text(rule.as_str())
        .text(partner.as_str())
        .id()
}
