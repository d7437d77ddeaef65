//! What the postings come to: each partner's balance, and where each payout stands.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::{Currency, Money, from_minor};
use crate::kernel::problem::{Problem, Problems};

use super::books::{Book, Books, fit};
use super::life::{Life, Lives, PayoutState, Step};
use super::posting::{Account, Posting};
use super::settle::PayoutOutcome;

/// What `payout.balances` takes.
#[model]
pub struct PayoutBalancesInput {
    /// The postings so far, in any order.
    pub postings: Vec<Posting>,
    /// As of when: later postings do not count.
    pub at: Instant,
}

/// What `payout.balances` gives back.
#[model]
pub struct PayoutBalances {
    /// One for each partner and currency with a posting, in that order.
    pub balances: Vec<PayoutBalance>,
    /// Every payout that was started, in the order of their ids.
    pub payouts: Vec<PayoutStanding>,
}

/// What a partner has in a currency.
#[model]
pub struct PayoutBalance {
    /// Whose.
    pub partner: Id,
    /// In which currency.
    pub currency: Currency,
    /// What is owed, payable or not; negative for a debt.
    pub balance: Money,
    /// How much of it is payable.
    pub payable: Money,
    /// How much of it is not yet.
    pub pending: Money,
    /// How much may leave now: what is payable, less what is known to be taken back later; never
    /// below zero.
    pub available: Money,
    /// What has left the balance and has not arrived, handed to the payout method or not.
    pub in_transit: Money,
    /// What has arrived and has not come back.
    pub paid: Money,
    /// What was withheld, such as a tax, and not given back.
    pub withheld: Money,
    /// The payout that is under way.
    pub open: Option<DerivedId>,
}

/// Where a payout stands.
#[model]
pub struct PayoutStanding {
    /// The payout's id.
    pub id: DerivedId,
    /// Whose it is.
    pub partner: Id,
    /// Where it stands.
    pub state: PayoutState,
    /// How often it was started.
    pub attempts: u32,
    /// What is sent.
    pub net: Money,
    /// What it costs the partner.
    pub fee: Money,
    /// When it was first started.
    pub started_at: Instant,
    /// When it came to where it stands.
    pub since: Instant,
}

/// Sums the postings to what each partner has, and tells where each payout stands.
///
/// # Errors
/// Everything that is wrong with the postings (`posting_unbalanced`, `posting_conflict`,
/// `amount_too_fine`); `amount_too_large` for sums that do not fit 64 bits of minor units.
pub fn balances(input: PayoutBalancesInput) -> Result<PayoutBalances, Problems> {
    // All of them are held to the rules, also those that come later.
    Books::read(&input.postings)?;
    let so_far: Vec<Posting> =
        input.postings.into_iter().filter(|posting| posting.at <= input.at).collect();
    let books = Books::read(&so_far)?;
    let lives = Lives::read(&so_far);
    let elsewhere = elsewhere(&so_far);
    let balance = |book: &Book<'_>| balance(book, &lives, &elsewhere, input.at);
    let balances = books.iter().map(balance).collect::<Result<_, Problem>>()?;
    let payouts = lives.iter().filter_map(|(id, life)| standing(id, life)).collect();
    Ok(PayoutBalances { balances, payouts })
}

type Elsewhere<'a> = BTreeMap<(&'a Id, Currency, Account), i128>;

/// What has moved on each account of a partner's postings; one that comes twice counts once.
fn elsewhere(postings: &[Posting]) -> Elsewhere<'_> {
    let mut seen = BTreeSet::new();
    let mut sums = Elsewhere::new();
    for posting in postings.iter().filter(|posting| seen.insert(posting.key)) {
        for entry in &posting.entries {
            let currency = entry.amount.currency;
            *sums.entry((&posting.partner, currency, entry.account)).or_default() +=
                i128::from(entry.sound_minor());
        }
    }
    sums
}

fn balance(
    book: &Book<'_>,
    lives: &Lives<'_>,
    elsewhere: &Elsewhere<'_>,
    at: Instant,
) -> Result<PayoutBalance, Problem> {
    let (partner, currency) = (book.partner, book.currency);
    let money = |minor| from_minor(minor, currency);
    let (balance, payable) = (book.balance()?, book.payable(at)?);
    let at_account =
        |account| elsewhere.get(&(partner, currency, account)).copied().unwrap_or_default();
    let on = |account| fit(at_account(account)).map(money);
    let under_way = at_account(Account::Transit) + at_account(Account::Processing);
    Ok(PayoutBalance {
        partner: partner.clone(),
        currency,
        balance: money(balance),
        payable: money(payable),
        pending: money(fit(i128::from(balance) - i128::from(payable))?),
        available: money(book.lasting(at)?.max(0)),
        in_transit: money(fit(under_way)?),
        paid: on(Account::Paid)?,
        withheld: on(Account::Withheld)?,
        open: lives.open(partner, currency),
    })
}

fn standing(id: DerivedId, life: &Life<'_>) -> Option<PayoutStanding> {
    let started = |step: &&Step| step.outcome == PayoutOutcome::Started;
    let first = life.steps().iter().filter(started).min_by_key(|step| step.at)?;
    let money = |minor| from_minor(minor, life.currency);
    Some(PayoutStanding {
        id,
        partner: life.partner.clone(),
        state: life.state(),
        attempts: u32::try_from(life.count(PayoutOutcome::Started)).unwrap_or(u32::MAX),
        net: money(first.net),
        fee: money(first.fee),
        started_at: first.at,
        since: life.steps().iter().map(|step| step.at).max()?,
    })
}
