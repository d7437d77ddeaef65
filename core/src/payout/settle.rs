//! What a payout's progress posts: it leaves the balance, arrives, or comes back.
//!
//! A payout is in transit from the moment it is started, so that it cannot be proposed again.
//! What fails before it arrives goes back whole. What arrived and is returned goes back too; its
//! fee was charged by then, and is given back or not as the policy says.

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::Cause;
use crate::kernel::document::model;
use crate::kernel::money::{CURRENCY_MISMATCH, Currency, Money, to_minor};
use crate::kernel::problem::Problem;

use super::PAYOUT_INCONSISTENT;
use super::policy::{FeeBearer, ReturnedFee};
use super::posting::{Account, EntryKind, Move, Posting, Ticket};
use super::proposal::Payout;

/// What `payout.settle` takes.
#[model]
pub struct SettleInput {
    /// The payout, as it was proposed.
    pub payout: Payout,
    /// What happened to it.
    pub outcome: PayoutOutcome,
    /// When.
    pub at: Instant,
}

/// What happened to a payout.
#[model]
pub enum PayoutOutcome {
    /// It was handed to the payout method: from payable to in transit.
    Started,
    /// It arrived: from in transit to paid.
    Completed,
    /// It was started and did not arrive: back from in transit.
    Failed,
    /// It was completed and came back: back from paid.
    Returned,
}

/// The posting of what happened to a payout. Its key follows from the payout and the outcome, so
/// that posting it again changes nothing.
///
/// # Errors
/// `currency_mismatch` or `payout_inconsistent` for a payout that was changed since it was
/// proposed; `amount_too_fine` or `amount_too_large`.
pub fn settle(input: SettleInput) -> Result<Posting, Problem> {
    let SettleInput { payout, outcome, at } = &input;
    let sums = Sums::of(payout).map_err(|problem| problem.under("payout"))?;
    let ticket = Ticket {
        key: Cause::of("payout_posting").derived(payout.id).text(outcome.as_str()).id(),
        at: *at,
        partner: &payout.partner,
        event: None,
        reference: payout.id,
        currency: sums.currency,
        available_at: None,
    };
    Ok(ticket.posting(&moves(payout, *outcome, &sums)))
}

/// A payout's amounts in minor units.
struct Sums {
    currency: Currency,
    net: i64,
    fee: i64,
}

impl Sums {
    fn of(payout: &Payout) -> Result<Self, Problem> {
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
        if net <= 0 || fee < 0 || net.checked_add(borne) != Some(gross) {
            return Err(Problem::new(
                PAYOUT_INCONSISTENT,
                format!("`{gross}`, `{fee}` and `{net}` minor units do not make a payout"),
                "pass the payout as it was proposed: what leaves the balance is what arrives, \
                 and the fee where the partner bears it",
            ));
        }
        Ok(Self { currency, net, fee })
    }
}

/// What is sent, and what it costs.
fn moves(payout: &Payout, outcome: PayoutOutcome, sums: &Sums) -> Vec<Move> {
    let (kind, out_of, into) = sent(outcome);
    let mut moves = vec![Move { kind, out_of, into, minor: sums.net }];
    if let Some((kind, out_of, into)) = charged(payout, outcome) {
        moves.push(Move { kind, out_of, into, minor: sums.fee });
    }
    moves
}

type Way = (EntryKind, Account, Account);

fn sent(outcome: PayoutOutcome) -> Way {
    match outcome {
        PayoutOutcome::Started => (EntryKind::Payout, Account::Partner, Account::Transit),
        PayoutOutcome::Completed => (EntryKind::Payout, Account::Transit, Account::Paid),
        PayoutOutcome::Failed => (EntryKind::PayoutReturned, Account::Transit, Account::Partner),
        PayoutOutcome::Returned => (EntryKind::PayoutReturned, Account::Paid, Account::Partner),
    }
}

/// A partner's fee is set aside with the payout; a program's is spent when the method charges it.
fn charged(payout: &Payout, outcome: PayoutOutcome) -> Option<Way> {
    use EntryKind::{Fee, FeeReturned};
    match (outcome, payout.fee_borne_by) {
        (PayoutOutcome::Started, FeeBearer::Partner) => {
            Some((Fee, Account::Partner, Account::Transit))
        }
        (PayoutOutcome::Completed, FeeBearer::Partner) => {
            Some((Fee, Account::Transit, Account::Fees))
        }
        (PayoutOutcome::Completed, FeeBearer::Program) => {
            Some((Fee, Account::Program, Account::Fees))
        }
        (PayoutOutcome::Failed, FeeBearer::Partner) => {
            Some((FeeReturned, Account::Transit, Account::Partner))
        }
        (PayoutOutcome::Started | PayoutOutcome::Failed, FeeBearer::Program) => None,
        (PayoutOutcome::Returned, _) if payout.fee_on_return == ReturnedFee::Kept => None,
        (PayoutOutcome::Returned, FeeBearer::Partner) => {
            Some((FeeReturned, Account::Fees, Account::Partner))
        }
        (PayoutOutcome::Returned, FeeBearer::Program) => {
            Some((FeeReturned, Account::Fees, Account::Program))
        }
    }
}
