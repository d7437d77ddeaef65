//! Invoices: the lines of a client in a period, what was posted of them, and what is due.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::calendar::{Instant, Ordinal};
use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::document::model;
use crate::kernel::exact::{Exact, overflow};
use crate::kernel::explain::NoSteps;
use crate::kernel::id::Id;
use crate::kernel::money::{Money, from_minor};
use crate::kernel::problem::Problem;

use super::compile::PriceBook;
use super::operations::UsageEvent;
use super::rate::{Rated, Terms, rate};
use super::step::UsageStep;

/// What a client pays for a period.
#[model]
pub struct UsageInvoice {
    /// Who.
    pub client: Id,
    /// The name of the period, such as `2026-11`.
    pub period: String,
    /// When it began.
    pub start: Option<Instant>,
    /// When it is over.
    pub end: Option<Instant>,
    /// Whether it is over, so that minimums are owed.
    pub closed: bool,
    /// The lines: those of meters by name, then what is missing to the least of the invoice.
    pub lines: Vec<UsageLine>,
    /// The sum of their amounts.
    pub total: Money,
    /// The sum of what is due of them.
    pub due: Money,
}

/// What a line is for.
#[model]
pub enum UsageLineKind {
    /// What was used of a meter.
    Usage,
    /// What is missing to the least of the invoice.
    Commitment,
}

/// One line of an invoice.
#[model]
pub struct UsageLine {
    /// Derived from book, client, period and meter: the same whenever the line is rated again.
    pub id: DerivedId,
    /// What it is for.
    pub kind: UsageLineKind,
    /// The meter; none for a commitment.
    pub meter: Option<Id>,
    /// How many events there were.
    pub events: u64,
    /// What they come to.
    pub quantity: Exact,
    /// How much of that has to be paid for.
    pub billable: Exact,
    /// What it costs, unrounded, in units of the currency.
    pub exact: Exact,
    /// The same rounded.
    pub amount: Money,
    /// What was posted of it before.
    pub posted: Money,
    /// The one less the other: what is to be posted now; below zero for what is given back.
    pub due: Money,
    /// How it came about, where that was asked for.
    #[model(default)]
    pub steps: Vec<UsageStep>,
    /// The same in sentences.
    #[model(default)]
    pub explanation: Vec<String>,
}

/// All that is known of a client in a period, by meter.
#[derive(Default)]
pub(super) struct Account<'a> {
    pub(super) events: BTreeMap<&'a Id, Vec<&'a UsageEvent>>,
    /// In minor units; of the commitment under no meter.
    pub(super) posted: BTreeMap<Option<&'a Id>, i64>,
}

/// Makes invoices of one book.
pub(super) struct Billing<'a> {
    pub(super) book: &'a PriceBook,
    pub(super) now: Option<Instant>,
    pub(super) explain: bool,
}

impl Billing<'_> {
    pub(super) fn invoice(
        &self,
        client: &Id,
        period: Ordinal,
        account: &Account<'_>,
    ) -> Result<UsageInvoice, Problem> {
        let bounds = self.book.periods.bounds(period);
        let over = |now: Instant| bounds.end().is_some_and(|end| now >= end);
        let bill = Bill { client, label: bounds.label(), closed: self.now.is_none_or(over) };
        let used = account.events.keys().copied();
        let posted = account.posted.keys().copied().flatten();
        let meters: BTreeSet<&Id> = used.chain(posted).chain(self.book.standing(client)).collect();
        let (mut lines, mut sum) = (Vec::new(), 0_i64);
        for meter in meters {
            let Some((line, minor)) = self.usage(&bill, meter, account)? else { continue };
            sum = sum.checked_add(minor).ok_or_else(overflow)?;
            lines.push(line);
        }
        lines.extend(self.commitment(&bill, account, sum)?);
        Ok(UsageInvoice {
            client: client.clone(),
            start: bounds.start(),
            end: bounds.end(),
            closed: bill.closed,
            period: bill.label,
            total: self.sum(&lines, |line| line.amount)?,
            due: self.sum(&lines, |line| line.due)?,
            lines,
        })
    }

    /// The line of a meter, and what it comes to in minor units; none where nobody asks for it: no
    /// usage, nothing posted, and nothing owed by the price alone.
    fn usage(
        &self,
        bill: &Bill<'_>,
        meter: &Id,
        account: &Account<'_>,
    ) -> Result<Option<(UsageLine, i64)>, Problem> {
        let events = account.events.get(meter).map_or(&[][..], Vec::as_slice);
        let posted = account.posted.get(&Some(meter)).copied();
        let prices = self.book.prices(bill.client);
        let mut steps = Vec::new();
        let rated = match self.book.meter(bill.client, meter) {
            None => Rated::nothing(),
            Some(priced) => {
                let terms = Terms {
                    currency: self.book.currency,
                    rounding: self.book.rounding,
                    discount: &prices.discount,
                    closed: bill.closed,
                };
                if self.explain {
                    rate(priced, events, terms, &mut steps)?
                } else {
                    rate(priced, events, terms, &mut NoSteps)?
                }
            }
        };
        if events.is_empty() && posted.is_none() && rated.minor == 0 {
            return Ok(None);
        }
        let minor = rated.minor;
        let id = self.id(bill, Some(meter));
        let kind = UsageLineKind::Usage;
        let line = Line { id, kind, meter: Some(meter), events: events.len(), posted };
        Ok(Some((self.line(line, rated, steps)?, minor)))
    }

    /// What is missing to the least of the invoice, once its period is over.
    fn commitment(
        &self,
        bill: &Bill<'_>,
        account: &Account<'_>,
        sum: i64,
    ) -> Result<Option<UsageLine>, Problem> {
        let minimum = self.book.prices(bill.client).minimum;
        let missing = if bill.closed { minimum.saturating_sub(sum).max(0) } else { 0 };
        let posted = account.posted.get(&None).copied();
        if missing == 0 && posted.is_none() {
            return Ok(None);
        }
        let units = |minor: i64| {
            Exact::ratio(i128::from(minor), i128::from(self.book.currency.minor_per_unit()))
        };
        let mut steps = Vec::new();
        if self.explain && missing > 0 {
            let to = from_minor(minimum, self.book.currency);
            steps.push(UsageStep::Raised { before: units(sum)?, to });
        }
        let rated = Rated { exact: units(missing)?, minor: missing, ..Rated::nothing() };
        let id = self.id(bill, None);
        let kind = UsageLineKind::Commitment;
        let line = Line { id, kind, meter: None, events: 0, posted };
        self.line(line, rated, steps).map(Some)
    }

    fn line(
        &self,
        line: Line<'_>,
        rated: Rated,
        mut steps: Vec<UsageStep>,
    ) -> Result<UsageLine, Problem> {
        let money = |minor| from_minor(minor, self.book.currency);
        let posted = line.posted.unwrap_or_default();
        let due = rated.minor.checked_sub(posted).ok_or_else(overflow)?;
        if self.explain && line.posted.is_some() {
            steps.push(UsageStep::Posted { before: money(posted), due: money(due) });
        }
        Ok(UsageLine {
            id: line.id,
            kind: line.kind,
            meter: line.meter.cloned(),
            events: u64::try_from(line.events).unwrap_or(u64::MAX),
            quantity: rated.quantity,
            billable: rated.billable,
            exact: rated.exact,
            amount: money(rated.minor),
            posted: money(posted),
            due: money(due),
            explanation: steps.iter().map(ToString::to_string).collect(),
            steps,
        })
    }

    fn sum(&self, lines: &[UsageLine], of: fn(&UsageLine) -> Money) -> Result<Money, Problem> {
        let currency = self.book.currency;
        let mut sum = 0_i64;
        for line in lines {
            let minor = crate::kernel::money::to_minor(of(line).amount, currency)?;
            sum = sum.checked_add(minor).ok_or_else(overflow)?;
        }
        Ok(from_minor(sum, currency))
    }

    fn id(&self, bill: &Bill<'_>, meter: Option<&Id>) -> DerivedId {
        let cause = Cause::of("usage").text(self.book.id().as_str()).text(bill.client.as_str());
        let cause = cause.text(&bill.label);
        match meter {
            Some(meter) => cause.text(meter.as_str()).id(),
            None => cause.id(),
        }
    }
}

/// Whose invoice it is, and of which period.
struct Bill<'a> {
    client: &'a Id,
    label: String,
    closed: bool,
}

/// What a line is, apart from what it came to.
struct Line<'a> {
    id: DerivedId,
    kind: UsageLineKind,
    meter: Option<&'a Id>,
    events: usize,
    posted: Option<i64>,
}

impl Rated {
    const fn nothing() -> Self {
        Self { quantity: Exact::ZERO, billable: Exact::ZERO, exact: Exact::ZERO, minor: 0 }
    }
}
