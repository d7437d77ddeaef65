//! Withdrawals: payouts that a partner asks for.
//!
//! A withdrawal is a payout like any other, of an amount that the partner names. Asking for it
//! moves the amount from payable to in transit in the same breath, in one posting, so that it
//! cannot be asked for twice; what becomes of it is posted with [`settle`](super::settle()).

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::ledger::conflict;
use crate::kernel::money::{CURRENCY_MISMATCH, Money, from_minor, to_minor};
use crate::kernel::problem::{Problem, Problems};

use super::books::Books;
use super::fee::{Cut, Uncut, cut};
use super::life::Lives;
use super::policy::{PayoutPolicy, PayoutPolicyText};
use super::posting::Posting;
use super::proposal::{Payee, Payout, ineligible, payout};
use super::settle::{PayoutOutcome, Sums, posting, short, under_way};
use super::{PARTNER_INELIGIBLE, WITHDRAWAL_TOO_SMALL, WITHDRAWAL_UNEVEN};

/// What `payout.withdraw` takes.
#[model]
pub struct WithdrawInput {
    /// When and how partners are paid.
    pub policy: PayoutPolicyText,
    /// The postings so far, in any order; the partner's own are enough.
    pub postings: Vec<Posting>,
    /// Who asks.
    pub partner: Payee,
    /// The host's id of the request, unique for the partner: asking again under it changes
    /// nothing.
    pub request: Id,
    /// How much shall leave the balance, the fee included where the partner bears it.
    pub amount: Money,
    /// When it is asked; what is payable by then can be withdrawn.
    pub at: Instant,
}

/// What `payout.withdraw` gives back.
#[model]
pub struct Withdrawal {
    /// What will be paid.
    pub payout: Payout,
    /// What takes it from the balance; keep it with the others.
    pub posting: Posting,
}

/// Takes a withdrawal, or says everything that stands in its way.
///
/// # Errors
/// `balance_short` for more than is payable; `withdrawal_too_small` for less than the policy's
/// minimum or than the fee; `withdrawal_uneven` when what is left after the fee is no step that
/// the method pays; `payout_open`; `partner_ineligible`; `currency_mismatch`;
/// `posting_conflict` when the request was taken before with another amount or time; everything
/// that is wrong with the policy and the postings.
pub fn withdraw(input: WithdrawInput) -> Result<Withdrawal, Problems> {
    let policy =
        PayoutPolicy::compile(&input.policy.0).map_err(|problems| problems.under("policy"))?;
    let books = Books::read(&input.postings)?;
    let wanted = wanted(&policy, input.amount).map_err(|problem| problem.under("amount"))?;
    let asked = Asked { policy: &policy, input: &input, wanted };
    let book = books.of(&input.partner.partner, policy.currency);
    let book = book.map(|book| book.without(asked.id()));
    let payable = book.as_ref().map_or(Ok(0), |book| book.payable(input.at))?;
    let lasting = book.as_ref().map_or(Ok(0), |book| book.lasting(input.at))?;
    let lives = Lives::read(&input.postings);
    if lives.of(asked.id()).is_some() {
        return asked.again(payable);
    }
    let mut found = asked.not_allowed();
    if let Some(open) = lives.open(&input.partner.partner, policy.currency) {
        found.push(under_way(&input.partner.partner, open).under("request"));
    }
    if wanted > lasting {
        found.push(short(wanted, lasting, policy.currency).under("amount"));
    }
    let cut = asked.cut()?.map_err(|problem| found.push(problem.under("amount")));
    Problems::verdict(found)?;
    match cut {
        Ok(cut) => Ok(asked.taken(payable, cut)?),
        // Never: what is not cut was found, and is an error.
        Err(()) => Err(short(wanted, lasting, policy.currency).into()),
    }
}

fn wanted(policy: &PayoutPolicy, amount: Money) -> Result<i64, Problem> {
    if amount.currency != policy.currency {
        return Err(Problem::new(
            CURRENCY_MISMATCH,
            format!("`{amount}` is asked for under a policy that pays {}", policy.currency),
            "ask in the currency of the policy, or pass the policy of that currency",
        )
        .under("currency"));
    }
    to_minor(amount.amount, amount.currency)
}

struct Asked<'a> {
    policy: &'a PayoutPolicy,
    input: &'a WithdrawInput,
    wanted: i64,
}

impl Asked<'_> {
    /// Of the request alone, so that it stays what it is under the next version of the policy.
    fn id(&self) -> DerivedId {
        Cause::of("withdrawal")
            .text(self.policy.id.as_str())
            .text(self.input.partner.partner.as_str())
            .text(self.input.request.as_str())
            .id()
    }

    fn not_allowed(&self) -> Vec<Problem> {
        let reasons = ineligible(Some(&self.input.partner));
        reasons
            .map(|reason| {
                Problem::new(
                    PARTNER_INELIGIBLE,
                    format!("`{}` cannot be paid: `{reason}`", self.input.partner.partner),
                    "verify the payout method or lift the suspension first; what is earned stays",
                )
                .under("partner")
            })
            .collect()
    }

    /// The amount, cut into what arrives and what it costs; all of it has to leave.
    fn cut(&self) -> Result<Result<Cut, Problem>, Problem> {
        let least = self.policy.minimum.max(1);
        if self.wanted < least {
            return Ok(Err(self.too_small(&format!("the least is `{}`", self.money(least)))));
        }
        Ok(match cut(self.policy, self.wanted)? {
            Ok(cut) if cut.gross == self.wanted => Ok(cut),
            Ok(cut) => Err(Problem::new(
                WITHDRAWAL_UNEVEN,
                format!("what arrives of `{}` is no step of the method", self.input.amount),
                format!(
                    "ask for `{}`, of which `{}` arrives",
                    self.money(cut.gross),
                    self.money(cut.net)
                ),
            )),
            Err(Uncut::Fee) => Err(self.too_small("the fee would take all of it")),
            Err(Uncut::Increment) => Err(self.too_small("it is less than one step of the method")),
        })
    }

    fn too_small(&self, why: &str) -> Problem {
        Problem::new(
            WITHDRAWAL_TOO_SMALL,
            format!("`{}` cannot be withdrawn: {why}", self.input.amount),
            "ask for more, or wait until more is payable",
        )
    }

    fn money(&self, minor: i64) -> Money {
        from_minor(minor, self.policy.currency)
    }

    fn taken(&self, payable: i64, cut: Cut) -> Result<Withdrawal, Problem> {
        let WithdrawInput { partner, at, .. } = self.input;
        let payout = payout(self.policy, self.id(), &partner.partner, *at, payable, cut);
        let posting = posting(&payout, PayoutOutcome::Started, *at, 1, &Sums::of(&payout)?);
        Ok(Withdrawal { payout, posting })
    }

    /// What was taken before, if it is the same.
    fn again(&self, payable: i64) -> Result<Withdrawal, Problems> {
        let refused = || conflict(&self.input.request).under("request");
        let cut = self.cut()?.map_err(|_| refused())?;
        let taken = self.taken(payable, cut)?;
        let before = self.input.postings.iter().find(|one| one.key == taken.posting.key);
        match before {
            Some(before) if before.same(&taken.posting) => Ok(taken),
            _ => Err(refused().into()),
        }
    }
}
