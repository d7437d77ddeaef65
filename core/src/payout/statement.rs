//! Statements: how a partner's balance became what it is, over a period.
//!
//! A statement is derived from the postings alone: opening balance, every entry in order with
//! the balance after it, closing balance. The closing balance of a period is the opening one of
//! the next, because both are the sum of all that was posted before the instant between them.

use crate::kernel::calendar::{Date, Instant, TZDB_VERSION, Zone};
use crate::kernel::derived_id::DerivedId;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Currency, Money, from_minor};
use crate::kernel::problem::{Problem, Problems};

use super::PERIOD_REVERSED;
use super::books::{Book, Books, Row, fit, sum};
use super::posting::{EntryKind, Posting};

/// What `payout.statement` takes.
#[model]
pub struct StatementInput {
    /// The postings so far, in any order.
    pub postings: Vec<Posting>,
    /// Whose statement.
    pub partner: Id,
    /// In which currency.
    pub currency: Currency,
    /// Over which time.
    pub period: StatementPeriod,
    /// The time zone of the dates in it; UTC unless said.
    #[model(default = Zone::UTC)]
    pub zone: Zone,
}

/// What `payout.statements` takes.
#[model]
pub struct StatementsInput {
    /// The postings so far, in any order.
    pub postings: Vec<Posting>,
    /// Over which time.
    pub period: StatementPeriod,
    /// The time zone of the dates in them; UTC unless said.
    #[model(default = Zone::UTC)]
    pub zone: Zone,
}

/// A stretch of time, from its start to just before its end.
#[model]
#[derive(Copy, Eq)]
pub struct StatementPeriod {
    /// The first instant of it.
    pub start: Instant,
    /// The instant at which it is over.
    pub end: Instant,
}

/// What `payout.statements` gives back.
#[model]
pub struct Statements {
    /// One for each partner and currency with a balance or a movement, in that order.
    pub statements: Vec<Statement>,
}

/// How a partner's balance became what it is.
#[model]
pub struct Statement {
    /// Whose.
    pub partner: Id,
    /// In which currency.
    pub currency: Currency,
    /// Over which time.
    pub period: StatementPeriod,
    /// The time zone of the dates in it.
    pub zone: Zone,
    /// The version of the time zone database.
    pub zone_data: Id,
    /// What was owed at the start.
    pub opening: Money,
    /// What was earned from the partner's own sales.
    pub commissions: Money,
    /// What was earned from the sales of others.
    pub overrides: Money,
    /// What refunds took back of either; zero or negative.
    pub reversals: Money,
    /// What was paid out, less what came back; negative for what was paid.
    pub payouts: Money,
    /// What the payouts cost the partner, less what was given back; negative for what was paid.
    pub fees: Money,
    /// What was withheld, such as a tax, less what was given back; negative for what was taken.
    pub withheld: Money,
    /// What people have added or taken, and debts that were forgiven.
    pub adjustments: Money,
    /// What is owed at the end: the opening balance and all of the above.
    pub closing: Money,
    /// How much of the closing balance is payable at the end.
    pub payable: Money,
    /// How much of it is not yet.
    pub pending: Money,
    /// Every entry, in order of time.
    pub entries: Vec<StatementEntry>,
}

/// One line of a statement.
#[model]
pub struct StatementEntry {
    /// When it was posted.
    pub at: Instant,
    /// The same as a date in the statement's time zone.
    pub date: Date,
    /// What it is.
    pub kind: EntryKind,
    /// The event or refund behind it, where there is one.
    pub event: Option<Id>,
    /// What the posting refers to: the commission line, the payout, the year of withholding or
    /// the adjustment behind it.
    pub reference: DerivedId,
    /// How much it adds to the balance.
    pub amount: Money,
    /// From when it counts as payable.
    pub payable_at: Instant,
    /// The balance after it.
    pub balance: Money,
}

/// The statement of one partner in one currency.
///
/// # Errors
/// `period_reversed`; everything that is wrong with the postings (`posting_unbalanced`,
/// `posting_conflict`, `amount_too_fine`); `amount_too_large` for sums that do not fit 64 bits of minor units.
pub fn statement(input: StatementInput) -> Result<Statement, Problems> {
    let writer = Writer::new(input.period, input.zone)?;
    let books = Books::read(&input.postings)?;
    let rows = books.of(&input.partner, input.currency).map_or(&[][..], Book::rows);
    Ok(writer.write(&input.partner, input.currency, rows)?)
}

/// The statements of everybody who has a balance or a movement in the period.
///
/// # Errors
/// As for [`statement`].
pub fn statements(input: StatementsInput) -> Result<Statements, Problems> {
    let writer = Writer::new(input.period, input.zone)?;
    let books = Books::read(&input.postings)?;
    let mut statements = Vec::new();
    for book in books.iter() {
        let statement = writer.write(book.partner, book.currency, book.rows())?;
        if !statement.entries.is_empty() || statement.opening.amount != Amount::ZERO {
            statements.push(statement);
        }
    }
    Ok(Statements { statements })
}

const PAYOUTS: [EntryKind; 3] =
    [EntryKind::Payout, EntryKind::PayoutReturned, EntryKind::PayoutRejected];

struct Writer {
    period: StatementPeriod,
    zone: Zone,
    zone_data: Id,
}

impl Writer {
    fn new(period: StatementPeriod, zone: Zone) -> Result<Self, Problem> {
        if period.end < period.start {
            let problem = Problem::new(
                PERIOD_REVERSED,
                format!("the period ends at `{}`, before it starts", period.end),
                "give the instant at which it is over, at or after its start",
            );
            return Err(problem.under("end").under("period"));
        }
        Ok(Self { period, zone, zone_data: TZDB_VERSION.parse()? })
    }

    fn write(
        &self,
        partner: &Id,
        currency: Currency,
        rows: &[Row<'_>],
    ) -> Result<Statement, Problem> {
        let StatementPeriod { start, end } = self.period;
        let (so_far, _) = rows.split_at(rows.partition_point(|row| row.posting.at < end));
        let (before, within) =
            so_far.split_at(so_far.partition_point(|row| row.posting.at < start));
        let money = |minor| from_minor(minor, currency);
        let total = |kinds: &[EntryKind]| sum(within, |row| kinds.contains(&row.kind)).map(money);
        let opening = sum(before, |_| true)?;
        let closing = sum(so_far, |_| true)?;
        let payable = sum(so_far, |row| row.available_at <= end)?;
        let pending = fit(i128::from(closing) - i128::from(payable))?;
        Ok(Statement {
            partner: partner.clone(),
            currency,
            period: self.period,
            zone: self.zone,
            zone_data: self.zone_data.clone(),
            opening: money(opening),
            commissions: total(&[EntryKind::Commission])?,
            overrides: total(&[EntryKind::Override])?,
            reversals: total(&[EntryKind::Reversal, EntryKind::ReRating])?,
            payouts: total(&PAYOUTS)?,
            fees: total(&[EntryKind::Fee, EntryKind::FeeReturned])?,
            withheld: total(&[EntryKind::Withholding])?,
            adjustments: total(&[EntryKind::Adjustment, EntryKind::WriteOff])?,
            closing: money(closing),
            payable: money(payable),
            pending: money(pending),
            entries: self.entries(opening, currency, within)?,
        })
    }

    fn entries(
        &self,
        opening: i64,
        currency: Currency,
        rows: &[Row<'_>],
    ) -> Result<Vec<StatementEntry>, Problem> {
        let mut balance = opening;
        let mut entry = |row: &Row<'_>| {
            balance = fit(i128::from(balance) + i128::from(row.minor))?;
            Ok(StatementEntry {
                at: row.posting.at,
                date: self.zone.to_local(row.posting.at).date,
                kind: row.kind,
                event: row.posting.event.clone(),
                reference: row.posting.reference,
                amount: from_minor(row.minor, currency),
                payable_at: row.available_at,
                balance: from_minor(balance, currency),
            })
        };
        rows.iter().map(&mut entry).collect()
    }
}
