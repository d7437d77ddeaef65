//! What is withheld from a year's earnings, such as a tax, by the delta rule.
//!
//! What has to be withheld is a function of what was earned in the year so far. Whenever that is
//! asked, the difference to what was withheld is posted: more after more earnings, and the
//! difference back after a clawback, whichever year it comes in, because a reversal counts in the
//! year of what it takes back. Nothing is withheld that the balance does not cover; what is
//! missing follows from later earnings.

use std::collections::BTreeMap;

use crate::kernel::calendar::{Instant, Periods};
use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::document::model;
use crate::kernel::exact::{Exact, overflow};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::rounding::Rounding;
use crate::kernel::schedule::Compiled;

use super::books::{Book, Books, Row, fit};
use super::policy::PayoutPolicyText;
use super::posting::{Account, EntryKind, Move, Posting, Postings, Ticket};
use super::proposal::Payee;
use super::proposer::payees;
use super::terms::PayoutPolicy;

/// What `payout.withhold` takes.
#[model]
pub struct WithholdInput {
    /// The policy, which says what is withheld.
    pub policy: PayoutPolicyText,
    /// The postings so far, in any order.
    pub postings: Vec<Posting>,
    /// The partners as they are known; of one who is not listed as much is withheld as of any.
    pub partners: Vec<Payee>,
    /// When: what was payable by then counts. Before a batch, its cut-off.
    pub at: Instant,
}

/// What is withheld, in minor units.
#[derive(Clone, Debug)]
pub(super) struct WithholdingTerms {
    pub(super) compiled: Compiled<Exact>,
    pub(super) exempt: i64,
    pub(super) years: Periods,
    pub(super) rounding: Rounding,
}

/// Posts what is to be withheld and was not, and gives back what was withheld of earnings that
/// were taken back. Asked again with its postings it has nothing to post. The key of a posting
/// counts those of its year, so that of two that were made from the same postings only one can be
/// kept.
///
/// # Errors
/// Everything that is wrong with the policy; `partner_duplicate`; everything that is wrong with
/// the postings.
pub fn withhold(input: WithholdInput) -> Result<Postings, Problems> {
    let policy =
        PayoutPolicy::compile(&input.policy.0).map_err(|problems| problems.under("policy"))?;
    let payees = payees(&input.partners)?;
    let books = Books::read(&input.postings)?;
    let mut postings = Vec::new();
    for book in books.iter().filter(|book| book.currency == policy.currency) {
        let exempt = payees.get(book.partner).is_some_and(|(_, payee)| payee.withholding_exempt);
        for due in dues(&policy, book, input.at, exempt)? {
            postings.push(due.posting(book, input.at));
        }
    }
    Ok(Postings { postings })
}

/// What is missing from one year.
pub(super) struct Due {
    year: DerivedId,
    /// How many postings the year has.
    number: usize,
    /// Positive for what is to be withheld, negative for what is given back; never nothing.
    pub(super) minor: i64,
}

impl Due {
    fn posting(&self, book: &Book<'_>, at: Instant) -> Posting {
        let number = i64::try_from(self.number).unwrap_or(i64::MAX);
        let ticket = Ticket {
            key: Cause::of("withholding_posting").derived(self.year).number(number).id(),
            at,
            partner: book.partner,
            event: None,
            reference: self.year,
            currency: book.currency,
            available_at: None,
        };
        let (out_of, into) = (Account::Partner, Account::Withheld);
        let withheld = Move { kind: EntryKind::Withholding, out_of, into, minor: self.minor };
        ticket.posting(&[withheld])
    }
}

/// One year of a partner.
#[derive(Default)]
struct Year {
    earned: i128,
    withheld: i128,
    postings: usize,
}

/// What is missing from each year, in their order. From a partner who is exempt nothing more is
/// withheld.
pub(super) fn dues(
    policy: &PayoutPolicy,
    book: &Book<'_>,
    at: Instant,
    exempt: bool,
) -> Result<Vec<Due>, Problem> {
    let Some(terms) = &policy.withholding else { return Ok(Vec::new()) };
    let mut covered = book.lasting(at)?.max(0);
    let mut dues = Vec::new();
    for (id, year) in years(policy, terms, book, at) {
        let missing = fit(i128::from(terms.on(fit(year.earned)?)?) - year.withheld)?;
        let minor = if exempt { missing.min(0) } else { missing.min(covered) };
        covered = covered.saturating_sub(minor).max(0);
        if minor != 0 {
            dues.push(Due { year: id, number: year.postings, minor });
        }
    }
    Ok(dues)
}

impl WithholdingTerms {
    /// What has to be withheld of a year's earnings.
    fn on(&self, earned: i64) -> Result<i64, Problem> {
        let taxed = earned.saturating_sub(self.exempt);
        if taxed <= 0 {
            return Ok(0);
        }
        let exact = self.compiled.cumulative(&Exact::from(taxed)).ok_or_else(overflow)?;
        // Flat amounts may come to more than what was earned.
        Ok(i64::try_from(exact.round(self.rounding)?).unwrap_or(i64::MAX).min(earned))
    }
}

/// A partner's years, as they were at an instant.
fn years(
    policy: &PayoutPolicy,
    terms: &WithholdingTerms,
    book: &Book<'_>,
    at: Instant,
) -> Vec<(DerivedId, Year)> {
    let earned_at: BTreeMap<DerivedId, Instant> =
        book.rows().iter().map(|row| (row.posting.reference, row.available_at)).collect();
    // What takes back counts where that counted which it takes back.
    let belongs_to = |row: &Row<'_>| {
        let origin = row.posting.origin.and_then(|origin| earned_at.get(&origin));
        terms.years.ordinal_of(origin.copied().unwrap_or(row.available_at))
    };
    let mut years: BTreeMap<_, Year> = BTreeMap::new();
    let counted = |row: &&Row<'_>| row.kind.is_earned() && row.available_at <= at;
    for row in book.rows().iter().filter(counted) {
        years.entry(belongs_to(row)).or_default().earned += i128::from(row.minor);
    }
    let mut withheld: BTreeMap<DerivedId, (i128, usize)> = BTreeMap::new();
    for row in book.rows().iter().filter(|row| row.kind == EntryKind::Withholding) {
        let of_year = withheld.entry(row.posting.reference).or_default();
        *of_year = (of_year.0 - i128::from(row.minor), of_year.1 + 1);
    }
    let named = years.into_iter().map(|(ordinal, mut year)| {
        let start = terms.years.bounds(ordinal).start();
        let id = year_id(policy, book.partner, start.map_or(0, Instant::micros));
        (year.withheld, year.postings) = withheld.get(&id).copied().unwrap_or_default();
        (id, year)
    });
    named.collect()
}

fn year_id(policy: &PayoutPolicy, partner: &Id, start: i64) -> DerivedId {
    Cause::of("withholding_year")
        .text(policy.id.as_str())
        .text(partner.as_str())
        .text(policy.currency.as_str())
        .number(start)
        .id()
}
