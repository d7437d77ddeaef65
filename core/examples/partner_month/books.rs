//! The partners' accounts: postings of what was earned, a payout batch each month, statements.
//!
//! Guerdon keeps no books. The host keeps the postings, and everything here is computed from
//! them: what is payable at a cut-off, who is paid, and how a balance came about.

use std::error::Error;

use guerdon::kernel::calendar::{CalendarUnit, Date, Instant, Periods, Zone};
use guerdon::kernel::id::Id;
use guerdon::kernel::ledger::{LedgerBalancesInput, balances};
use guerdon::payout::{
    Payee, Payout, PayoutLedgerInput, PayoutOutcome, PayoutPolicyText, PostInput, Posting,
    Proposal, ProposeInput, SettleInput, Statement, StatementPeriod, StatementsInput, ledger, post,
    propose, settle, statements,
};

use crate::dollars::cents;
use crate::history::Happened;
use crate::rules;
use crate::story::Story;

/// One calendar month.
#[derive(Clone)]
pub(crate) struct Month {
    /// Such as `1997-03`.
    pub(crate) label: String,
    /// The first day of it.
    pub(crate) first: Date,
    pub(crate) period: StatementPeriod,
}

/// The months from the first order to the end of the history.
pub(crate) fn months(history: &[Happened<'_>]) -> Result<Vec<Month>, Box<dyn Error>> {
    let zone: Zone = rules::ZONE.parse()?;
    let end = zone.local_midnight(rules::END.parse()?)?;
    let periods = Periods::calendar(CalendarUnit::Month, zone);
    let first = history.first().ok_or("nothing happened")?;
    let mut months = Vec::new();
    let mut next = periods.period_of(rules::noon(first.date)?);
    while let (Some(start), Some(until)) = (next.start(), next.end()) {
        if start >= end {
            break;
        }
        let first = zone.to_local(start).date;
        let period = StatementPeriod { start, end: until };
        months.push(Month { label: next.label(), first, period });
        next = periods.bounds(next.ordinal().next());
    }
    Ok(months)
}

/// A payout that was made.
pub(crate) struct Paid {
    pub(crate) partner: Id,
    /// The day of its cut-off.
    pub(crate) first: Date,
    pub(crate) cut_off: Instant,
    /// What left the balance, and what of it is the fee, in cents.
    pub(crate) gross: i64,
    pub(crate) fee: i64,
    /// Whether it came back.
    pub(crate) returned: bool,
}

/// Everything that was posted, what was paid, and the batch that is due at the end.
pub(crate) struct Books {
    pub(crate) postings: Vec<Posting>,
    pub(crate) paid: Vec<Paid>,
    pub(crate) due: Proposal,
}

impl Books {
    /// Posts what was earned and, on the first of each month, pays what is due.
    pub(crate) fn keep(history: &[Happened<'_>], months: &[Month]) -> Result<Self, Box<dyn Error>> {
        let lines = history.iter().flat_map(|happened| &happened.outcome.lines).cloned();
        let earned = post(PostInput { lines: lines.collect() })?.postings;
        let mut earned = earned.into_iter().peekable();
        let (mut postings, mut paid): (Vec<Posting>, Vec<Paid>) = (Vec::new(), Vec::new());
        for month in months {
            while let Some(posting) = earned.next_if(|posting| posting.at < month.period.start) {
                postings.push(posting);
            }
            for payout in batch(&postings, month.period.start)?.payouts {
                let (steps, made) = pay(&postings, &payout, month)?;
                postings.extend(steps);
                paid.push(made);
            }
        }
        postings.extend(earned);
        let end = months.last().ok_or("there is no month")?.period.end;
        let due = batch(&postings, end)?;
        Ok(Self { postings, paid, due })
    }

    /// The statements of everybody who has something to state.
    pub(crate) fn statements(&self, month: &Month) -> Result<Vec<Statement>, Box<dyn Error>> {
        let input = StatementsInput {
            postings: self.postings.clone(),
            period: month.period,
            zone: rules::ZONE.parse()?,
        };
        Ok(statements(input)?.statements)
    }

    /// The balance of each account of the general ledger in cents, the partners' added up.
    pub(crate) fn accounts(&self) -> Result<Vec<(String, i64)>, Box<dyn Error>> {
        let postings = ledger(PayoutLedgerInput { postings: self.postings.clone() })?.postings;
        let mut accounts: Vec<(String, i64)> = Vec::new();
        for balance in balances(LedgerBalancesInput { postings, at: None })?.balances {
            let name = balance.account.as_str();
            let name = if name.starts_with("partner/") { "partners" } else { name };
            match accounts.iter_mut().find(|(known, _)| known == name) {
                Some((_, units)) => *units += balance.units,
                None => accounts.push((name.to_owned(), balance.units)),
            }
        }
        Ok(accounts)
    }
}

/// Posts a payout: it is started at the cut-off, arrives, and in one case comes back.
fn pay(
    postings: &[Posting],
    payout: &Payout,
    month: &Month,
) -> Result<(Vec<Posting>, Paid), Box<dyn Error>> {
    let (partner, label) = rules::RETURNED;
    let returned = payout.partner == rules::partner_id(partner)? && month.label == label;
    let noon_after = |days| rules::noon(month.first.plus_days(days)?);
    let mut steps = vec![
        (PayoutOutcome::Started, month.period.start),
        (PayoutOutcome::Completed, noon_after(rules::TRANSFER_DAYS)?),
    ];
    if returned {
        steps.push((PayoutOutcome::Returned, noon_after(rules::RETURN_DAYS)?));
    }
    let theirs = postings.iter().filter(|one| one.partner == payout.partner);
    let mut theirs: Vec<Posting> = theirs.cloned().collect();
    let before = theirs.len();
    for (outcome, at) in steps {
        let (postings, payout) = (theirs.clone(), payout.clone());
        theirs.push(settle(SettleInput { postings, payout, outcome, at, attempt: 1 })?);
    }
    let paid = Paid {
        partner: payout.partner.clone(),
        first: month.first,
        cut_off: month.period.start,
        gross: cents(payout.gross)?,
        fee: cents(payout.fee)?,
        returned,
    };
    Ok((theirs.split_off(before), paid))
}

/// Who is paid what at a cut-off.
fn batch(postings: &[Posting], cut_off: Instant) -> Result<Proposal, Box<dyn Error>> {
    let policy: PayoutPolicyText = include_str!("payout_policy.json").parse()?;
    let payee = |number| {
        Ok(Payee {
            verified: number != rules::UNVERIFIED,
            ..Payee::new(rules::partner_id(number)?)
        })
    };
    let partners = (1..=rules::PARTNERS).map(payee).collect::<Result<_, Box<dyn Error>>>()?;
    let (postings, rates) = (postings.to_vec(), Vec::new());
    Ok(propose(ProposeInput { policy, postings, partners, cut_off, rates })?)
}

/// The statements as a table: one row each, every amount in cents.
pub(crate) fn table(story: &Story<'_>) -> Result<String, Box<dyn Error>> {
    let mut table = String::from(
        "partner,month,opening,commissions,overrides,reversals,payouts,fees,closing\n",
    );
    for told in &story.months {
        for statement in &told.statements {
            let Statement { opening, commissions, overrides, reversals, .. } = statement;
            let Statement { payouts, fees, closing, .. } = statement;
            table.push_str(&format!("{},{}", statement.partner, told.month.label));
            for amount in [opening, commissions, overrides, reversals, payouts, fees, closing] {
                table.push_str(&format!(",{}", cents(*amount)?));
            }
            table.push('\n');
        }
    }
    Ok(table)
}
