//! The operations `usage.rate` and `usage.describe_prices`.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::calendar::{Instant, Ordinal};
use crate::kernel::document::{model, refusal};
use crate::kernel::exact::overflow;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, CURRENCY_MISMATCH, Money, from_minor, to_minor};
use crate::kernel::problem::{Problem, Problems};

use super::compile::PriceBook;
use super::invoice::{Account, Billing, UsageInvoice};
use super::prices::PriceBookText;
use super::{USAGE_EVENT_CONFLICT, USAGE_METER_UNKNOWN, USAGE_NEGATIVE, USAGE_POSTED_TWICE};

/// What `usage.describe_prices` takes.
#[model]
pub struct PriceBookInput {
    /// The price book.
    pub prices: PriceBookText,
}

/// Which document something comes from, so that it can be computed again.
#[model]
#[derive(Eq)]
pub struct PriceBookReference {
    /// The book's id.
    pub id: Id,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the document's canonical form.
    pub hash: Id,
}

/// Something that was used.
#[model]
#[derive(Eq)]
pub struct UsageEvent {
    /// The host's id of it; one that comes twice counts once.
    pub id: Id,
    /// Who used it.
    pub client: Id,
    /// The meter.
    pub meter: Id,
    /// When.
    pub at: Instant,
    /// How much, zero or more; 1 unless said.
    #[model(default = Amount::from(1))]
    pub quantity: Amount,
    /// What a meter counts that counts different ones, such as a user; the event unless said.
    pub key: Option<Id>,
}

/// A client who is billed for a period.
#[model]
#[derive(Eq)]
pub struct UsageBilled {
    /// Who.
    pub client: Id,
    /// An instant in the period.
    pub at: Instant,
}

/// What was posted of a line before.
#[model]
#[derive(Eq)]
pub struct UsagePosted {
    /// Whose.
    pub client: Id,
    /// The name of the period, such as `2026-11`.
    pub period: String,
    /// The meter; none for a commitment.
    pub meter: Option<Id>,
    /// How much, all postings of the line together.
    pub amount: Money,
}

/// What `usage.rate` takes.
#[model]
pub struct UsageRateInput {
    /// The price book.
    pub prices: PriceBookText,
    /// What was used, in any order: of each period that is asked for, all of it.
    pub events: Vec<UsageEvent>,
    /// Clients who are billed for a period whether or not they used something, for flat prices and
    /// minimums.
    #[model(default)]
    pub billed: Vec<UsageBilled>,
    /// What was posted before, for events that come late; a line's postings as one.
    #[model(default)]
    pub posted: Vec<UsagePosted>,
    /// As of when: minimums are owed of periods that are over. All are taken to be over unless
    /// said.
    pub now: Option<Instant>,
    /// Whether to say why, step by step.
    #[model(default)]
    pub explain: bool,
}

/// What `usage.rate` gives.
#[model]
pub struct UsageRating {
    /// The price book that was applied.
    pub prices: PriceBookReference,
    /// The invoices, by client, then in the order of time.
    pub invoices: Vec<UsageInvoice>,
    /// The sum of their totals.
    pub total: Money,
    /// The sum of what is due of them.
    pub due: Money,
}

/// Checks a price book, and says how results will refer to it.
///
/// # Errors
/// Every problem of the book.
pub fn describe_prices(input: PriceBookInput) -> Result<PriceBookReference, Problems> {
    Ok(compile(&input.prices)?.reference())
}

/// Rates usage to the lines of invoices.
///
/// # Errors
/// Every problem of the book; `usage_negative`, `usage_meter_unknown`, `usage_event_conflict`,
/// `usage_posted_twice`, `period_invalid`, `currency_mismatch`, `amount_too_fine` where they are;
/// `overflow` for what does not fit.
pub fn rate(input: UsageRateInput) -> Result<UsageRating, Problems> {
    let book = compile(&input.prices)?;
    let accounts = accounts(&book, &input)?;
    let billing = Billing { book: &book, now: input.now, explain: input.explain };
    let (mut invoices, mut total, mut due) = (Vec::with_capacity(accounts.len()), 0_i64, 0_i64);
    for ((client, period), account) in &accounts {
        let invoice = billing.invoice(client, *period, account)?;
        let minor = |money: Money| to_minor(money.amount, book.currency);
        total = total.checked_add(minor(invoice.total)?).ok_or_else(overflow)?;
        due = due.checked_add(minor(invoice.due)?).ok_or_else(overflow)?;
        invoices.push(invoice);
    }
    Ok(UsageRating {
        prices: book.reference(),
        invoices,
        total: from_minor(total, book.currency),
        due: from_minor(due, book.currency),
    })
}

fn compile(prices: &PriceBookText) -> Result<PriceBook, Problems> {
    PriceBook::compile(&prices.0).map_err(|problems| problems.under("prices"))
}

type Accounts<'a> = BTreeMap<(&'a Id, Ordinal), Account<'a>>;

/// Everything by client and period, events in the order of time, then ids.
fn accounts<'a>(book: &PriceBook, input: &'a UsageRateInput) -> Result<Accounts<'a>, Problems> {
    let mut accounts = Accounts::new();
    let mut found = Vec::new();
    for event in unique(book, &input.events, &mut found) {
        let place = (&event.client, book.periods.ordinal_of(event.at));
        accounts.entry(place).or_default().events.entry(&event.meter).or_default().push(event);
    }
    for billed in &input.billed {
        accounts.entry((&billed.client, book.periods.ordinal_of(billed.at))).or_default();
    }
    for (position, posted) in input.posted.iter().enumerate() {
        let placed = |problem: Problem| problem.under(position).under("posted");
        match read_posted(book, posted) {
            Err(problem) => found.push(placed(problem)),
            Ok((period, minor)) => {
                let account = accounts.entry((&posted.client, period)).or_default();
                if account.posted.insert(posted.meter.as_ref(), minor).is_some() {
                    found.push(placed(twice()));
                }
            }
        }
    }
    Problems::verdict(found)?;
    Ok(accounts)
}

/// Each event once, in the order of time, then ids.
fn unique<'a>(
    book: &PriceBook,
    events: &'a [UsageEvent],
    found: &mut Vec<Problem>,
) -> Vec<&'a UsageEvent> {
    let mut sorted: Vec<(usize, &UsageEvent)> = events.iter().enumerate().collect();
    sorted.sort_by(|(_, one), (_, other)| one.id.cmp(&other.id));
    let mut kept: Vec<&UsageEvent> = Vec::with_capacity(sorted.len());
    let mut unknown = BTreeSet::new();
    for (position, event) in sorted {
        let placed = |problem: Problem| problem.under(position).under("events");
        match kept.last() {
            Some(before) if before.id == event.id => {
                if *before != event {
                    found.push(placed(conflict(&event.id)));
                }
            }
            _ => {
                found.extend(wrong(book, event, &mut unknown).map(placed));
                kept.push(event);
            }
        }
    }
    kept.sort_by_key(|event| event.at);
    kept
}

fn wrong<'a>(
    book: &PriceBook,
    event: &'a UsageEvent,
    unknown: &mut BTreeSet<(&'a Id, &'a Id)>,
) -> Option<Problem> {
    if event.quantity.is_negative() {
        let problem = Problem::new(
            USAGE_NEGATIVE,
            format!("the quantity `{}` is below zero", event.quantity),
            "leave out the event that is taken back, and rate the period again",
        );
        return Some(problem.under("quantity"));
    }
    let is_known = book.meter(&event.client, &event.meter).is_some();
    // Of all the events of a meter that is not known, the first is told.
    if is_known || !unknown.insert((&event.client, &event.meter)) {
        return None;
    }
    let known = book.some_meters(&event.client);
    let problem = refusal::unknown(USAGE_METER_UNKNOWN, event.meter.as_str(), &known);
    Some(problem.under("meter"))
}

fn conflict(id: &Id) -> Problem {
    Problem::new(
        USAGE_EVENT_CONFLICT,
        format!("two events of the id `{id}` say different things"),
        "hand in each event once, or give the other one an id of its own",
    )
    .under("id")
}

fn read_posted(book: &PriceBook, posted: &UsagePosted) -> Result<(Ordinal, i64), Problem> {
    let period = book.periods.ordinal_of_label(&posted.period);
    let period = period.map_err(|problem| problem.under("period"))?;
    if posted.amount.currency != book.currency {
        let problem = Problem::new(
            CURRENCY_MISMATCH,
            format!("`{}` is not the currency of the price book", posted.amount.currency),
            format!("the book is in {}", book.currency),
        );
        return Err(problem.under("currency").under("amount"));
    }
    let minor = to_minor(posted.amount.amount, book.currency);
    let minor = minor.map_err(|problem| problem.under("amount").under("amount"))?;
    Ok((period, minor))
}

fn twice() -> Problem {
    Problem::new(
        USAGE_POSTED_TWICE,
        "what was posted of this line is said before",
        "add up the postings of a line",
    )
}
