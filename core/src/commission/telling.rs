//! From what was worked out to what the host is told: lines, losses and tier changes.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Money, Rate, from_minor, units};

use super::compile::Plan;
use super::event::Event;
use super::outcome::{Line, LineKind, Lost, Outcome, OutcomeStatus, TierChange};
use super::plan::{Measure, Pay};
use super::reading::Reading;
use super::scratch::{LossBy, Overriding, Paid, Scratch, SplitOff, Unpaid, Used};
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
    pub(super) fn outcome(&self, status: OutcomeStatus, before: Option<u16>) -> Outcome {
        Outcome {
            plan: self.plan.reference.clone(),
            event: self.event.id.clone(),
            status,
            lines: self.lines(),
            total: self.money(self.scratch.total),
            lost: self.lost(),
            tier_changes: self.tier_change(before).into_iter().collect(),
            steps: Vec::new(),
        }
    }

    /// The seller's lines in the order of the event's, then those of the sponsors.
    pub(super) fn lines(&self) -> Vec<Line> {
        let Scratch { paid, unpaid, overrides, .. } = self.scratch;
        let mut lines = Vec::with_capacity(paid.len() + unpaid.len() + overrides.len());
        // Both are in the order of the event's lines, and none is in both.
        let mut unpaid = unpaid.iter().peekable();
        for (at, paid) in paid.iter().enumerate() {
            while let Some(of) = unpaid.next_if(|of| of.line < paid.line) {
                lines.push(self.line(self.unpaid(of)));
            }
            lines.push(self.line(self.commission(at, paid)));
            lines.extend(self.splits(at, paid));
        }
        lines.extend(unpaid.map(|of| self.line(self.unpaid(of))));
        lines.extend(overrides.iter().filter_map(|one| Some(self.line(self.overriding(one)?))));
        lines
    }

    fn money(&self, minor: i64) -> Money {
        from_minor(minor, self.plan.document.currency)
    }

    fn commission(&self, at: usize, paid: &Paid<N>) -> Posting<'_> {
        let own = self.plan.own_rate_of(paid.rule, self.reading.own_rate.as_ref());
        let (rate, schedule) = match self.plan.pay_of(paid.rule, self.scratch.tier_before) {
            _ if own.is_some() => (own.map(Cow::Borrowed), None),
            Some(Pay::Percent { rate }) => (Some(Cow::Borrowed(rate)), None),
            Some(Pay::Schedule { schedule }) => (None, Some(schedule)),
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
        Posting {
            kind: LineKind::Commission,
            line: paid.line,
            posted: self.kept(at, paid.posted),
            base: self.base(paid.line),
            level: 0,
            partner: &self.event.partner,
            rule: self.plan.rule(paid.rule).map(|rule| &rule.id),
            rate,
            schedule,
            measured,
            counted: self.counted(&paid.counted),
        }
    }

    /// What is the seller's own of what was posted.
    fn kept(&self, at: usize, posted: i64) -> i64 {
        let off = self.split_off(at).map(|(off, _)| off.posted);
        off.fold(posted, i64::saturating_sub)
    }

    /// What others get of something that is paid, and who they are.
    fn split_off(&self, at: usize) -> impl Iterator<Item = (&SplitOff, &Id)> {
        let split = self.reading.split.iter();
        split.flat_map(move |split| {
            let off = self.scratch.split.iter().filter(move |off| off.paid == at);
            off.filter_map(|off| Some((off, &split.parts.get(off.part)?.key)))
        })
    }

    fn splits(&self, at: usize, paid: &Paid<N>) -> impl Iterator<Item = Line> {
        self.split_off(at).map(move |(off, partner)| {
            let whole = self.commission(at, paid);
            let share = self.reading.split.as_ref().and_then(|split| split.share(off.part));
            self.line(Posting {
                kind: LineKind::Split,
                posted: off.posted,
                base: paid.posted,
                partner,
                rate: share.map(Cow::Owned),
                measured: Amount::ZERO,
                counted: Amount::ZERO,
                ..whole
            })
        })
    }

    fn unpaid(&self, of: &Unpaid<N>) -> Posting<'_> {
        Posting {
            kind: LineKind::Unpaid,
            line: of.line,
            posted: 0,
            base: self.base(of.line),
            level: 0,
            partner: &self.event.partner,
            rule: None,
            rate: None,
            schedule: None,
            measured: Amount::ZERO,
            counted: self.counted(&of.counted),
        }
    }

    fn base(&self, line: usize) -> i64 {
        self.reading.lines.get(line).map_or(0, |line| line.base)
    }

    fn counted(&self, counted: &N) -> Amount {
        let ladder = self.plan.document.ladder.as_ref();
        ladder.map_or(Amount::ZERO, |ladder| self.measured(ladder.measure, counted))
    }

    fn overriding(&self, one: &Overriding) -> Option<Posting<'_>> {
        let of = self.plan.document.overrides.get(one.rule)?;
        let above = usize::from(one.level).checked_sub(1)?;
        Some(Posting {
            kind: LineKind::Override,
            line: one.line,
            posted: one.posted,
            base: one.base,
            level: u32::from(one.level),
            partner: self.reading.sponsor_ids.get(above)?,
            rule: Some(&of.id),
            rate: Some(Cow::Owned(self.plan.override_rate(of, one))),
            schedule: None,
            measured: Amount::ZERO,
            counted: Amount::ZERO,
        })
    }

    #[inline]
    fn line(&self, posting: Posting<'_>) -> Line {
        let Posting { kind, line, rule, partner, .. } = posting;
        let (plan, event) = (&self.plan.reference, self.event);
        let item = self.reading.items.get(line).and_then(Option::as_ref);
        Line {
            id: line_id(kind, &plan.id, &event.id, item, rule, partner),
            kind,
            event: event.id.clone(),
            item: item.cloned(),
            partner: partner.clone(),
            amount: self.money(posting.posted),
            at: event.at,
            payable_at: self.reading.payable_at,
            plan: plan.id.clone(),
            plan_version: plan.version,
            rule: rule.cloned(),
            tier: self.tier(),
            rate: posting.rate.map(Cow::into_owned),
            schedule: posting.schedule.cloned(),
            level: posting.level,
            base: self.money(posting.base),
            gross: self.money(self.reading.lines.get(line).map_or(0, |line| line.gross)),
            order_gross: self.money(self.reading.order_gross),
            customer: event.customer.clone(),
            measured: posting.measured,
            counted: posting.counted,
            origin: None,
            refunded: None,
        }
    }

    /// The seller's tier: the plan's own, or the one that the host gave.
    fn tier(&self) -> Option<Id> {
        let own = self.plan.tier_id(self.scratch.tier_before);
        own.or_else(|| self.reading.given_tier.clone())
    }

    /// A measure in units of the currency, lines or quantity.
    fn measured(&self, measure: Measure, value: &N) -> Amount {
        let currency = self.plan.document.currency;
        match (measure, value.narrow()) {
            (Measure::Volume | Measure::Earnings, Some(minor)) => units(minor, currency),
            (_, Some(whole)) => Amount::from(whole),
            (Measure::Volume | Measure::Earnings, None) => {
                let minor_per_unit = Exact::from(currency.minor_per_unit());
                shown(&value.to_exact().checked_div(&minor_per_unit).unwrap_or_default())
            }
            (_, None) => shown(&value.to_exact()),
        }
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

/// What tells one line of an event from the others.
struct Posting<'a> {
    kind: LineKind,
    line: usize,
    posted: i64,
    base: i64,
    level: u32,
    partner: &'a Id,
    rule: Option<&'a Id>,
    rate: Option<Cow<'a, Rate>>,
    schedule: Option<&'a Id>,
    measured: Amount,
    counted: Amount,
}

/// What an event adds comes from its own decimals, so it is one.
fn shown(added: &Exact) -> Amount {
    Amount::from(added.to_decimal().unwrap_or(Decimal::ZERO))
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
    let (item, rule) = (item.map_or("", Id::as_str), rule.map_or("", Id::as_str));
    let parts = [plan.as_str(), event.as_str(), item, rule, partner.as_str()];
    Cause::of_texts(kind.as_str(), &parts)
}
