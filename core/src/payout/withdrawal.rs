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

use super::books::{Book, Books};
use super::exchange::{ExchangeRate, Rates};
use super::fee::{Cut, Uncut, cut};
use super::life::Lives;
use super::policy::PayoutPolicyText;
use super::posting::{Account, Posting};
use super::proposal::{Payee, Payout};
use super::proposer::{Making, ineligible, withholding_due};
use super::settle::{PayoutOutcome, Sums, posting, short, under_way};
use super::terms::PayoutPolicy;
use super::{PARTNER_INELIGIBLE, WITHDRAWAL_TOO_SMALL, WITHDRAWAL_UNEVEN, WITHHOLDING_DUE};

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
    /// The exchange rates, for a partner who is paid in another currency.
    #[model(default)]
    pub rates: Vec<ExchangeRate>,
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
/// the method pays; `payout_open`; `partner_ineligible`; `withholding_due`; `currency_mismatch`;
/// `rate_missing` where the partner is paid in a currency that there is no rate to;
/// `posting_conflict` when the request was taken before with another amount or time; everything
/// that is wrong with the policy and the postings.
pub fn withdraw(input: WithdrawInput) -> Result<Withdrawal, Problems> {
    let policy =
        PayoutPolicy::compile(&input.policy.0).map_err(|problems| problems.under("policy"))?;
    let books = Books::read(&input.postings)?;
    let wanted = wanted(&policy, input.amount).map_err(|problem| problem.under("amount"))?;
    let rates = Rates::read(&input.rates, policy.currency)?;
    let asked = Asked { policy: &policy, input: &input, wanted, rates };
    let book = books.of(&input.partner.partner, policy.currency);
    let book = book.map(|book| book.without(asked.id()));
    let payable = book.as_ref().map_or(Ok(0), |book| book.payable(input.at))?;
    let lives = Lives::read(&input.postings);
    if lives.of(asked.id()).is_some() {
        return asked.again(payable);
    }
    let mut found = asked.not_allowed(book.as_ref())?;
    if let Some(open) = lives.open(&input.partner.partner, policy.currency) {
        found.push(under_way(&input.partner.partner, open).under("request"));
    }
    let lasting = book.as_ref().map_or(Ok(0), |book| book.lasting(input.at))?;
    if wanted > lasting {
        let hint = "ask for at most that, or wait until more is payable".into();
        let problem = Problem { hint, ..short(wanted, lasting, policy.currency) };
        found.push(problem.under("amount"));
    }
    let taken = asked.taken(payable);
    if let Err(problems) = &taken {
        found.extend_from_slice(problems.as_slice());
    }
    Problems::verdict(found)?;
    taken
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
    rates: Rates<'a>,
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

    fn not_allowed(&self, book: Option<&Book<'_>>) -> Result<Vec<Problem>, Problem> {
        let payee = Some(&self.input.partner);
        let ineligible = ineligible(self.policy, payee).map(|reason| {
            Problem::new(
                PARTNER_INELIGIBLE,
                format!("`{}` cannot be paid: `{reason}`", self.input.partner.partner),
                "verify a payout method on offer, or lift the suspension; what is earned stays",
            )
        });
        let mut found: Vec<Problem> = ineligible.collect();
        if withholding_due(self.policy, payee, book, self.input.at)? {
            found.push(Problem::new(
                WITHHOLDING_DUE,
                format!("not all was withheld from `{}`", self.input.partner.partner),
                "post what `payout.withhold` gives, and ask again",
            ));
        }
        Ok(found.into_iter().map(|problem| problem.under("partner")).collect())
    }

    /// The amount, cut into what arrives and what it costs; all of it has to leave.
    fn cut(&self) -> Result<Cut, Problem> {
        let payee = Some(&self.input.partner);
        let least = self.policy.minimum(payee).max(1);
        if self.wanted < least {
            return Err(self.too_small(&format!("the least is `{}`", self.money(least))));
        }
        match cut(self.policy.terms(payee), self.wanted)? {
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
        }
    }

    fn too_small(&self, why: &str) -> Problem {
        let hint = match self.wanted {
            ..=0 => "ask for an amount above zero",
            _ => "ask for more, or wait until more is payable",
        };
        let message = format!("`{}` cannot be withdrawn: {why}", self.input.amount);
        Problem::new(WITHDRAWAL_TOO_SMALL, message, hint)
    }

    fn money(&self, minor: i64) -> Money {
        from_minor(minor, self.policy.currency)
    }

    /// What the request makes, whoever asks and whatever stands in its way.
    fn taken(&self, payable: i64) -> Result<Withdrawal, Problems> {
        let Self { policy, rates, input, .. } = self;
        let cut = self.cut().map_err(|problem| problem.under("amount"))?;
        let making = Making { policy, rates, payee: &input.partner, payable };
        let placed = |problem: Problem| problem.under("pay_in").under("partner");
        let made = making.payout(self.id(), input.at, cut);
        let payout = made.map_err(|problems| problems.map(placed))?.ok_or_else(|| {
            self.too_small("it is nothing in the currency that arrives").under("amount")
        })?;
        let (started, sums) = (PayoutOutcome::Started, Sums::of(&payout)?);
        let posting = posting(&payout, started, input.at, 1, &sums, Account::Transit);
        Ok(Withdrawal { payout, posting })
    }

    /// What was taken before, if it is the same.
    fn again(&self, payable: i64) -> Result<Withdrawal, Problems> {
        let taken = self.taken(payable)?;
        match self.input.postings.iter().find(|one| one.key == taken.posting.key) {
            Some(before) if before.same(&taken.posting) => Ok(taken),
            _ => Err(conflict(&self.input.request).under("request").into()),
        }
    }
}
