//! From what was worked out to what the host is told: lines, losses and tier changes.

use rust_decimal::Decimal;

use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Money, from_minor};

use super::compile::Plan;
use super::event::Event;
use super::outcome::{Line, LineKind, Lost, Outcome, OutcomeStatus, TierChange};
use super::plan::{Measure, Pay};
use super::reading::Reading;
use super::scratch::{LossBy, Overriding, Paid, Scratch, Unpaid, Used};
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
        let scratch = self.scratch;
        let mut sellers: Vec<(usize, Line)> = (0..)
            .zip(&scratch.paid)
            .map(|(at, paid)| (paid.line, self.commission(at, paid)))
            .collect();
        sellers.extend(scratch.unpaid.iter().map(|of| (of.line, self.unpaid(of))));
        sellers.sort_by_key(|(line, _)| *line);
        let mut lines: Vec<Line> = sellers.into_iter().map(|(_, line)| line).collect();
        lines.extend(scratch.overrides.iter().filter_map(|one| self.overriding(one)));
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

    fn commission(&self, at: usize, paid: &Paid<N>) -> Line {
        let rule = self.plan.rule(paid.rule).map(|rule| rule.id.clone());
        let (rate, schedule) = match self.plan.pay_of(paid.rule, self.scratch.tier_before) {
            Some(Pay::Percent { rate }) => (Some(rate.clone()), None),
            Some(Pay::Schedule { schedule }) => (None, Some(schedule.clone())),
            _ => (None, None),
        };
        // A line counts once in a schedule, whichever of its rules pay by it.
        let first = |used: &&Used<N>| {
            let earlier = self.scratch.paid.iter().take(at).rev();
            let of_line = earlier.take_while(|one| one.line == paid.line);
            let mut earlier = of_line.filter_map(|one| one.used.as_ref());
            !earlier.any(|one| one.schedule == used.schedule)
        };
        let measured = paid.used.as_ref().filter(first).map_or(Amount::ZERO, |used| {
            let measure = self.plan.document.schedules.values().nth(used.schedule);
            let added = used.after.minus(&used.before).unwrap_or(N::ZERO);
            self.measured(measure.map_or(Measure::Volume, |one| one.measure), &added)
        });
        Line {
            base: self.base(paid.line),
            rate,
            schedule,
            measured,
            counted: self.counted(&paid.counted),
            ..self.line(
                LineKind::Commission,
                (paid.line, paid.posted, 0),
                rule.as_ref(),
                &self.event.partner,
            )
        }
    }

    fn unpaid(&self, of: &Unpaid<N>) -> Line {
        Line {
            base: self.base(of.line),
            counted: self.counted(&of.counted),
            ..self.line(LineKind::Unpaid, (of.line, 0, 0), None, &self.event.partner)
        }
    }

    fn base(&self, line: usize) -> Money {
        self.money(self.reading.lines.get(line).map_or(0, |line| line.base))
    }

    fn counted(&self, counted: &N) -> Amount {
        let ladder = self.plan.document.ladder.as_ref();
        ladder.map_or(Amount::ZERO, |ladder| self.measured(ladder.measure, counted))
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
                Some(&of.id),
                sponsor,
            )
        })
    }

    fn line(
        &self,
        kind: LineKind,
        (line, posted, level): (usize, i64, u32),
        rule: Option<&Id>,
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
            rule: rule.cloned(),
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
    rule: Option<&Id>,
    partner: &Id,
) -> DerivedId {
    Cause::of(kind.as_str())
        .text(plan.as_str())
        .text(event.as_str())
        .text(item.map_or("", Id::as_str))
        .text(rule.map_or("", Id::as_str))
        .text(partner.as_str())
        .id()
}
