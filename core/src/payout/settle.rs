//! What a payout's progress posts: it leaves the balance, arrives, or comes back.
//!
//! A payout is in transit from the moment it is started, so that it cannot be proposed again.
//! What fails before it arrives, or is rejected before it is handed to the payout method, goes back whole. What arrived
//! and is returned goes back too; its fee was charged by then, and is given back or not as the
//! policy says.
//!
//! Each step is held to the postings so far: a payout that the balance no longer covers is not
//! started, be it that another one has taken the money since or that a refund has; and nothing
//! completes, fails or comes back that is not where it would have to come from, or before it is
//! there: the balance at every instant between would be wrong.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::ledger::conflict;
use crate::kernel::money::{CURRENCY_MISMATCH, Currency, Money, from_minor, to_minor};
use crate::kernel::problem::{Problem, Problems};

use super::books::Books;
use super::life::{Life, Lives};
use super::policy::{FeeBearer, ReturnedFee};
use super::posting::{Account, EntryKind, Move, Posting, Ticket};
use super::proposal::Payout;
use super::{
    BALANCE_SHORT, OUTCOME_REFUSED, PAYOUT_EARLY, PAYOUT_INCONSISTENT, PAYOUT_OPEN, STEP_EARLY,
};

/// What `payout.settle` takes.
#[model]
pub struct SettleInput {
    /// The postings so far, in any order; those of the payout's partner are enough.
    pub postings: Vec<Posting>,
    /// The payout, as it was proposed.
    pub payout: Payout,
    /// What happened to it.
    pub outcome: PayoutOutcome,
    /// When; not before the step that it follows.
    pub at: Instant,
    /// Which attempt it is about, counted from 1: a payout that failed is started again under the
    /// next number, and what is told of it then has that number too.
    #[model(default = 1)]
    pub attempt: u32,
}

/// What happened to a payout.
#[model]
pub enum PayoutOutcome {
    /// It is going to be paid: from payable to in transit.
    Started,
    /// It was handed to the payout method: from in transit to processing. A step that may be left
    /// out; after it, it can no longer be rejected.
    Processing,
    /// It arrived: to paid.
    Completed,
    /// It was started and did not arrive: all of it comes back. It can be started again.
    Failed,
    /// It was refused before it was sent: back from in transit, for good.
    Rejected,
    /// It was completed and came back: back from paid.
    Returned,
}

/// The posting of what happened to a payout. Its key follows from the payout, the outcome and the
/// attempt, so that posting it again changes nothing; asked again, the same posting comes back.
///
/// # Errors
/// `balance_short` when the balance does not cover a payout that is to be started, `payout_open`
/// when another one of the partner is under way in that currency, `payout_early` before its
/// cut-off; `outcome_refused` for a step that cannot follow; `step_early` for one before the step
/// that it follows, or before the postings that it pays; `posting_conflict` when the step was
/// posted otherwise. `currency_mismatch` or `payout_inconsistent` for a payout that was changed
/// since it was proposed; `amount_too_fine` or `amount_too_large`; everything that is wrong with
/// the postings.
pub fn settle(input: SettleInput) -> Result<Posting, Problems> {
    let SettleInput { postings, payout, outcome, at, attempt } = &input;
    let sums = Sums::of(payout).map_err(|problem| problem.under("payout"))?;
    let books = Books::read(postings)?;
    let lives = Lives::read(postings);
    let life = lives.of(payout.id);
    let posting = posting(payout, *outcome, *at, *attempt, &sums, held(life, *attempt));
    if let Some(known) = postings.iter().find(|known| known.key == posting.key) {
        return if known.same(&posting) {
            Ok(posting)
        } else {
            Err(conflict(&posting.key).under("payout").into())
        };
    }
    life.map_or(Ok(()), |life| unchanged(&sums, life)).map_err(|one| one.under("payout"))?;
    follows(life, *outcome, *attempt)?;
    let mut found: Vec<Problem> = early(life, *outcome, *at).into_iter().collect();
    if *outcome == PayoutOutcome::Started {
        found.extend(startable(payout, &sums, *at, &books, &lives)?);
    }
    Problems::verdict(found)?;
    Ok(posting)
}

/// The posting of a step, whatever was posted so far.
pub(super) fn posting(
    payout: &Payout,
    outcome: PayoutOutcome,
    at: Instant,
    attempt: u32,
    sums: &Sums,
    held: Account,
) -> Posting {
    let ticket = Ticket {
        key: step_key(payout.id, outcome, attempt),
        at,
        partner: &payout.partner,
        event: None,
        reference: payout.id,
        currency: sums.currency,
        available_at: None,
    };
    ticket.posting(&moves(payout, outcome, sums, held))
}

/// The key of a step's posting.
pub(super) fn step_key(payout: DerivedId, outcome: PayoutOutcome, attempt: u32) -> DerivedId {
    let cause = Cause::of("payout_posting").derived(payout).text(outcome.as_str());
    if attempt > 1 { cause.number(attempt.into()).id() } else { cause.id() }
}

/// Where the money of an attempt is while it is under way.
fn held(life: Option<&Life<'_>>, attempt: u32) -> Account {
    let attempt = usize::try_from(attempt).unwrap_or(usize::MAX);
    match life {
        Some(life) if life.handed_over(attempt) => Account::Processing,
        _ => Account::Transit,
    }
}

/// A payout moves the same amounts from its start to its end.
pub(super) fn unchanged(sums: &Sums, life: &Life<'_>) -> Result<(), Problem> {
    let started = life.steps().iter().find(|step| step.outcome == PayoutOutcome::Started);
    match started {
        Some(step) if (step.net, step.fee) != (sums.net, sums.borne) => {
            Err(sums.inconsistent("were not what it was started with"))
        }
        _ => Ok(()),
    }
}

fn follows(life: Option<&Life<'_>>, outcome: PayoutOutcome, attempt: u32) -> Result<(), Problem> {
    let attempt = usize::try_from(attempt).unwrap_or(usize::MAX);
    let allowed = match life {
        None => outcome == PayoutOutcome::Started && attempt == 1,
        Some(life) => life.allows(outcome, attempt),
    };
    if allowed {
        return Ok(());
    }
    let so_far = match life {
        None => "was never started".to_owned(),
        Some(life) => {
            let attempts = life.count(PayoutOutcome::Started);
            format!("is `{}` after `{attempts}` attempts", life.state())
        }
    };
    Err(Problem::new(
        OUTCOME_REFUSED,
        format!("attempt `{attempt}` cannot be `{outcome}`: the payout {so_far}"),
        "a payout is started, then processing, then completed or failed, or rejected before; what \
         failed is started again as the next attempt, and what was completed may be returned",
    )
    .under("outcome"))
}

/// A step before the one that it follows; at the same instant is late enough.
fn early(life: Option<&Life<'_>>, outcome: PayoutOutcome, at: Instant) -> Option<Problem> {
    let last = life?.steps().iter().max_by_key(|step| step.at)?;
    (at < last.at).then(|| {
        Problem::new(
            STEP_EARLY,
            format!("`{outcome}` at `{at}` is before `{}` at `{}`", last.outcome, last.at),
            "give the instant at which it happened, at or after that of the step before it",
        )
        .under("at")
    })
}

/// Everything that keeps a payout from being started.
fn startable(
    payout: &Payout,
    sums: &Sums,
    at: Instant,
    books: &Books<'_>,
    lives: &Lives<'_>,
) -> Result<Vec<Problem>, Problem> {
    let mut found = Vec::new();
    if at < payout.cut_off {
        let problem = Problem::new(
            PAYOUT_EARLY,
            format!("`{at}` is before the cut-off `{}`", payout.cut_off),
            "start it at its cut-off or later; what is pending until then is not payable yet",
        );
        found.push(problem.under("at"));
    }
    if let Some(open) = lives.open(&payout.partner, sums.currency) {
        found.push(under_way(&payout.partner, open).under("payout"));
    }
    let Some(book) = books.of(&payout.partner, sums.currency).map(|book| book.without(payout.id))
    else {
        found.push(uncovered(sums, 0));
        return Ok(found);
    };
    let payable = book.lasting(payout.cut_off)?;
    let posted = book.posted_by(at).lasting(payout.cut_off)?;
    if sums.gross() > payable {
        found.push(uncovered(sums, payable));
    } else if sums.gross() > posted {
        let (gross, posted) = (sums.money(sums.gross()), sums.money(posted));
        let problem = Problem::new(
            STEP_EARLY,
            format!("of `{gross}` only `{posted}` was posted by `{at}`"),
            "start it at the postings that it pays, or later",
        );
        found.push(problem.under("at"));
    }
    Ok(found)
}

fn uncovered(sums: &Sums, payable: i64) -> Problem {
    short(sums.gross(), payable, sums.currency).under("gross").under("payout")
}

/// What is said of a second payout beside an open one.
pub(super) fn under_way(partner: &Id, open: DerivedId) -> Problem {
    Problem::new(
        PAYOUT_OPEN,
        format!("the payout `{open}` of `{partner}` is under way"),
        "wait until it is completed, failed, rejected or returned, and ask again",
    )
}

/// What is said when a balance does not cover what is to leave it.
pub(super) fn short(wanted: i64, payable: i64, currency: Currency) -> Problem {
    let (wanted, payable) = (from_minor(wanted, currency), from_minor(payable, currency));
    Problem::new(
        BALANCE_SHORT,
        format!("`{wanted}` is more than the `{payable}` that can be paid"),
        "pay at most what is payable; propose again if something was posted since",
    )
}

/// A payout's amounts in minor units.
pub(super) struct Sums {
    currency: Currency,
    net: i64,
    fee: i64,
    /// The part of the fee that the partner bears: all of it, or nothing.
    borne: i64,
}

impl Sums {
    pub(super) fn of(payout: &Payout) -> Result<Self, Problem> {
        let currency = payout.gross.currency;
        let minor = |money: Money, field: &str| {
            if money.currency != currency {
                let problem = Problem::new(
                    CURRENCY_MISMATCH,
                    format!("`{money}` stands beside a payout in {currency}"),
                    "pass the payout as it was proposed",
                );
                return Err(problem.under(field));
            }
            to_minor(money.amount, currency).map_err(|problem| problem.under(field))
        };
        let gross = minor(payout.gross, "gross")?;
        let (fee, net) = (minor(payout.fee, "fee")?, minor(payout.net, "net")?);
        let borne = match payout.fee_borne_by {
            FeeBearer::Partner => fee,
            FeeBearer::Program => 0,
        };
        let sums = Self { currency, net, fee, borne };
        if net <= 0 || fee < 0 || net.checked_add(borne) != Some(gross) {
            return Err(sums.inconsistent(&format!("do not make a payout of `{gross}`")));
        }
        Ok(sums)
    }

    /// What leaves the balance.
    const fn gross(&self) -> i64 {
        self.net.saturating_add(self.borne)
    }

    fn money(&self, minor: i64) -> Money {
        from_minor(minor, self.currency)
    }

    pub(super) fn inconsistent(&self, found: &str) -> Problem {
        let Self { net, fee, .. } = self;
        Problem::new(
            PAYOUT_INCONSISTENT,
            format!("`{net}` and a fee of `{fee}` minor units {found}"),
            "pass the payout as it was proposed: what leaves the balance is what arrives, \
             and the fee where the partner bears it",
        )
    }
}

/// What is sent, and what it costs.
fn moves(payout: &Payout, outcome: PayoutOutcome, sums: &Sums, held: Account) -> Vec<Move> {
    let (kind, out_of, into) = sent(outcome, held);
    let mut moves = vec![Move { kind, out_of, into, minor: sums.net }];
    if let Some((kind, out_of, into)) = charged(payout, outcome, held) {
        moves.push(Move { kind, out_of, into, minor: sums.fee });
    }
    moves
}

type Way = (EntryKind, Account, Account);

fn sent(outcome: PayoutOutcome, held: Account) -> Way {
    match outcome {
        PayoutOutcome::Started => (EntryKind::Payout, Account::Partner, Account::Transit),
        PayoutOutcome::Processing => (EntryKind::Payout, Account::Transit, Account::Processing),
        PayoutOutcome::Completed => (EntryKind::Payout, held, Account::Paid),
        PayoutOutcome::Failed => (EntryKind::PayoutReturned, held, Account::Partner),
        PayoutOutcome::Rejected => (EntryKind::PayoutRejected, Account::Transit, Account::Partner),
        PayoutOutcome::Returned => (EntryKind::PayoutReturned, Account::Paid, Account::Partner),
    }
}

/// A partner's fee is set aside with the payout; a program's is spent when the method charges it.
fn charged(payout: &Payout, outcome: PayoutOutcome, held: Account) -> Option<Way> {
    use EntryKind::{Fee, FeeReturned};
    match (outcome, payout.fee_borne_by) {
        (PayoutOutcome::Started, FeeBearer::Partner) => {
            Some((Fee, Account::Partner, Account::Transit))
        }
        (PayoutOutcome::Processing, FeeBearer::Partner) => {
            Some((Fee, Account::Transit, Account::Processing))
        }
        (PayoutOutcome::Completed, FeeBearer::Partner) => Some((Fee, held, Account::Fees)),
        (PayoutOutcome::Completed, FeeBearer::Program) => {
            Some((Fee, Account::Program, Account::Fees))
        }
        (PayoutOutcome::Failed | PayoutOutcome::Rejected, FeeBearer::Partner) => {
            Some((FeeReturned, held, Account::Partner))
        }
        (
            PayoutOutcome::Started
            | PayoutOutcome::Processing
            | PayoutOutcome::Failed
            | PayoutOutcome::Rejected,
            FeeBearer::Program,
        ) => None,
        (PayoutOutcome::Returned, _) if payout.fee_on_return == ReturnedFee::Kept => None,
        (PayoutOutcome::Returned, FeeBearer::Partner) => {
            Some((FeeReturned, Account::Fees, Account::Partner))
        }
        (PayoutOutcome::Returned, FeeBearer::Program) => {
            Some((FeeReturned, Account::Fees, Account::Program))
        }
    }
}
