//! What there is to tell: the history, the books and the tiers, put together month by month.

use std::collections::BTreeMap;
use std::error::Error;

use guerdon::commission::{LineKind, Step, TierChange, WhatIf};
use guerdon::kernel::id::Id;
use guerdon::payout::{EntryKind, Statement};

use crate::aftermath::{self, Clawback};
use crate::books::{Books, Month};
use crate::dollars::cents;
use crate::history::{Happened, Program};
use crate::what_if;

/// Everything that the report, the page and the picture show.
pub(crate) struct Story<'a> {
    pub(crate) program: &'a Program,
    pub(crate) history: &'a [Happened<'a>],
    pub(crate) books: &'a Books,
    pub(crate) months: Vec<MonthTold>,
    pub(crate) partners: Vec<PartnerTold>,
    /// The tiers of the plan, upwards.
    pub(crate) tiers: Vec<Id>,
    /// The order whose commission is explained.
    pub(crate) explained: &'a Happened<'a>,
    /// What was taken back of what had been paid out, in the order of time.
    pub(crate) clawbacks: Vec<Clawback>,
    /// What the next version of the plan would have changed.
    pub(crate) what_if: WhatIf,
}

/// What happened in a month, over all partners.
pub(crate) struct MonthTold {
    pub(crate) month: Month,
    pub(crate) orders: usize,
    pub(crate) volume: i64,
    pub(crate) sums: Sums,
    pub(crate) statements: Vec<Statement>,
    /// How many partners have each of the tiers at the end of it.
    pub(crate) tiers: Vec<usize>,
    /// Who was promoted and who was demoted in it; joining is neither.
    pub(crate) raised: usize,
    pub(crate) lowered: usize,
}

/// A partner over the whole history.
pub(crate) struct PartnerTold {
    pub(crate) id: Id,
    pub(crate) sums: Sums,
    pub(crate) tier: Option<Id>,
}

/// Amounts of statements in cents.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sums {
    pub(crate) commissions: i64,
    pub(crate) overrides: i64,
    pub(crate) reversals: i64,
    pub(crate) payouts: i64,
    pub(crate) fees: i64,
    pub(crate) closing: i64,
}

impl Sums {
    /// Adds what moved; the closing balance is the last one that was added.
    fn add(&mut self, statement: &Statement) -> Result<(), Box<dyn Error>> {
        self.commissions += cents(statement.commissions)?;
        self.overrides += cents(statement.overrides)?;
        self.reversals += cents(statement.reversals)?;
        self.payouts += cents(statement.payouts)?;
        self.fees += cents(statement.fees)?;
        self.closing += cents(statement.closing)?;
        Ok(())
    }

    /// What was earned, before anything was taken back.
    pub(crate) const fn earned(&self) -> i64 {
        self.commissions + self.overrides
    }
}

impl<'a> Story<'a> {
    pub(crate) fn tell(
        program: &'a Program,
        history: &'a [Happened<'a>],
        months: &[Month],
        books: &'a Books,
    ) -> Result<Self, Box<dyn Error>> {
        let ladder = program.plan.document().ladder.as_ref().ok_or("the plan has no tiers")?;
        let tiers: Vec<Id> = ladder.tiers.levels.iter().map(|level| level.id.clone()).collect();
        let mut held: BTreeMap<Id, Id> = BTreeMap::new();
        let mut told = Vec::with_capacity(months.len());
        for month in months {
            told.push(month_told(month, history, books, &tiers, &mut held)?);
        }
        let explained = richest(history).ok_or("nothing happened")?;
        let partners = partners(&told, &held)?;
        Ok(Self {
            program,
            history,
            books,
            months: told,
            partners,
            tiers,
            explained,
            clawbacks: aftermath::clawbacks(history, books)?,
            what_if: what_if::ask(history)?,
        })
    }

    /// The orders, whether they earned or not.
    pub(crate) fn orders(&self) -> impl Iterator<Item = &Happened<'a>> {
        self.history.iter().filter(|happened| happened.refund.is_none())
    }

    /// The sums over all months; the closing balance is that of the last one.
    pub(crate) fn total(&self) -> Sums {
        let mut total = Sums::default();
        for Sums { commissions, overrides, reversals, payouts, fees, closing } in
            self.months.iter().map(|month| month.sums)
        {
            total.commissions += commissions;
            total.overrides += overrides;
            total.reversals += reversals;
            total.payouts += payouts;
            total.fees += fees;
            total.closing = closing;
        }
        total
    }

    /// Every promotion and demotion.
    pub(crate) fn tier_changes(&self) -> impl Iterator<Item = &TierChange> {
        self.history.iter().flat_map(|happened| &happened.outcome.tier_changes)
    }

    /// The shortest statement that has every kind of entry in it; the earliest of those.
    pub(crate) fn shown_statement(&self) -> Option<(&MonthTold, &Statement)> {
        let statements = self
            .months
            .iter()
            .flat_map(|told| told.statements.iter().map(move |statement| (told, statement)));
        let wanted =
            [EntryKind::Commission, EntryKind::Override, EntryKind::Reversal, EntryKind::Payout];
        let is_full = |statement: &Statement| {
            wanted.iter().all(|kind| statement.entries.iter().any(|entry| entry.kind == *kind))
        };
        statements
            .filter(|(_, statement)| is_full(statement))
            .min_by_key(|(_, statement)| statement.entries.len())
    }
}

fn month_told(
    month: &Month,
    history: &[Happened<'_>],
    books: &Books,
    tiers: &[Id],
    held: &mut BTreeMap<Id, Id>,
) -> Result<MonthTold, Box<dyn Error>> {
    let statements = books.statements(month)?;
    let mut told = MonthTold {
        month: month.clone(),
        orders: 0,
        volume: 0,
        sums: Sums::default(),
        statements,
        tiers: Vec::new(),
        raised: 0,
        lowered: 0,
    };
    for statement in &told.statements {
        told.sums.add(statement)?;
    }
    let rank = |tier: &Id| tiers.iter().position(|known| known == tier);
    for happened in history.iter().filter(|one| month.label == label(one)) {
        if happened.refund.is_none() {
            told.orders += 1;
            told.volume += happened.order.cents;
        }
        for TierChange { partner, before, after, .. } in &happened.outcome.tier_changes {
            if let Some(before) = before {
                let up = after.as_ref().and_then(rank) > rank(before);
                *(if up { &mut told.raised } else { &mut told.lowered }) += 1;
            }
            match after {
                Some(after) => held.insert(partner.clone(), after.clone()),
                None => held.remove(partner),
            };
        }
    }
    let count = |tier| held.values().filter(|held| *held == tier).count();
    told.tiers = tiers.iter().map(count).collect();
    Ok(told)
}

/// The month of an order or refund, which is at noon and so on the same day everywhere near.
fn label(happened: &Happened<'_>) -> String {
    format!("{:04}-{:02}", happened.date.year(), happened.date.month())
}

/// The partners, those who earned most first.
fn partners(
    months: &[MonthTold],
    held: &BTreeMap<Id, Id>,
) -> Result<Vec<PartnerTold>, Box<dyn Error>> {
    let mut sums: BTreeMap<&Id, Sums> = BTreeMap::new();
    for statement in months.iter().flat_map(|month| &month.statements) {
        let of = sums.entry(&statement.partner).or_default();
        of.closing = 0;
        of.add(statement)?;
    }
    let mut partners: Vec<PartnerTold> = sums
        .into_iter()
        .map(|(id, sums)| PartnerTold { id: id.clone(), sums, tier: held.get(id).cloned() })
        .collect();
    partners.sort_by_key(|partner| std::cmp::Reverse(partner.sums.earned()));
    Ok(partners)
}

/// The order whose explanation has most to tell, the earliest of those.
fn richest<'h, 'a>(history: &'h [Happened<'a>]) -> Option<&'h Happened<'a>> {
    // Of equals, `max_by_key` gives the last one.
    history.iter().rev().filter(|one| one.refund.is_none()).max_by_key(|one| riches(one))
}

fn riches(happened: &Happened<'_>) -> usize {
    let worth = |step: &Step| match step {
        Step::Scheduled { pieces, .. } => pieces.len(),
        Step::Rated { .. } | Step::Multiplied { .. } | Step::Limited { .. } => 1,
        Step::Capped { .. } | Step::Overrode { .. } => 2,
        _ => 0,
    };
    let paid = happened.outcome.lines.iter().filter(|line| line.kind == LineKind::Commission);
    let shown = paid.filter(|line| !line.amount.amount.decimal().is_zero()).count();
    shown + happened.outcome.steps.iter().map(worth).sum::<usize>()
}
