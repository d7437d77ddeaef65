//! Who is paid how much at a cut-off, and who is not, and why.
//!
//! A proposal moves nothing: it is computed from the postings as they are, and computing it again
//! gives the same payouts with the same ids. What the host carries out it posts with
//! [`settle`](super::settle()).

use std::collections::BTreeMap;

use crate::commission::PartnerStatus;
use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::{Money, from_minor, to_minor};
use crate::kernel::problem::{Problem, Problems};

use super::PARTNER_DUPLICATE;
use super::books::{Book, Books, fit};
use super::fee::{Cut, Uncut, cut};
use super::life::Lives;
use super::policy::{
    FeeBearer, PayoutPolicy, PayoutPolicyReference, PayoutPolicyText, ReturnedFee,
};
use super::posting::Posting;

/// What `payout.propose` takes.
#[model]
pub struct ProposeInput {
    /// When and how partners are paid.
    pub policy: PayoutPolicyText,
    /// The postings so far, in any order; those in other currencies are left alone.
    pub postings: Vec<Posting>,
    /// The partners who may be paid.
    pub partners: Vec<Payee>,
    /// What is payable at this instant is paid.
    pub cut_off: Instant,
}

/// A partner, as far as payouts go.
#[model]
pub struct Payee {
    /// The partner's id.
    pub partner: Id,
    /// Whether the partner is paid; active unless said.
    #[model(default)]
    pub status: PartnerStatus,
    /// Whether there is a payout method that is known to be the partner's.
    pub verified: bool,
}

/// What `payout.propose` gives back.
#[model]
pub struct Proposal {
    /// The policy that was applied.
    pub policy: PayoutPolicyReference,
    /// The cut-off.
    pub cut_off: Instant,
    /// Who is paid, in the order of partners' ids.
    pub payouts: Vec<Payout>,
    /// Who is not, in the same order: every partner who was listed, or has a balance.
    pub unpaid: Vec<Unpaid>,
    /// The sums over all payouts.
    pub totals: PayoutTotals,
}

/// What one partner is paid.
#[model]
pub struct Payout {
    /// Derived from policy, version, partner, currency and cut-off, or from the request of a
    /// withdrawal: asking again gives the same id, so that carrying it out again is recognised.
    pub id: DerivedId,
    /// Who is paid.
    pub partner: Id,
    /// The policy.
    pub policy: Id,
    /// The policy's version.
    pub policy_version: u32,
    /// The cut-off.
    pub cut_off: Instant,
    /// What leaves the partner's balance; never more than is payable.
    pub gross: Money,
    /// What the payout costs.
    pub fee: Money,
    /// Who bears the fee.
    pub fee_borne_by: FeeBearer,
    /// What becomes of the fee when the money comes back.
    pub fee_on_return: ReturnedFee,
    /// What arrives.
    pub net: Money,
    /// What is payable and stays.
    pub carried: Money,
}

/// A partner who is not paid.
#[model]
pub struct Unpaid {
    /// Who.
    pub partner: Id,
    /// What is payable; negative for a debt that later earnings have to make up first.
    pub payable: Money,
    /// What is not yet payable.
    pub pending: Money,
    /// Why; every reason that holds.
    pub reasons: Vec<UnpaidReason>,
}

/// Why a partner is not paid.
#[model]
pub enum UnpaidReason {
    /// More was taken back than earned.
    NegativeBalance,
    /// There is nothing, or it is not yet payable.
    NothingPayable,
    /// It is less than the policy's minimum.
    BelowMinimum,
    /// It is less than the smallest step that the method pays.
    BelowIncrement,
    /// The fee would take all of it.
    FeeNotCovered,
    /// The payout of this cut-off was carried out before; what came since waits for the next.
    AlreadyStarted,
    /// A payout is under way, and there is one at a time for a partner and currency.
    PayoutOpen,
    /// There is no verified payout method.
    NotVerified,
    /// The partner is suspended.
    Suspended,
    /// The partner is closed.
    Closed,
    /// The partner has a balance and was not listed.
    NotListed,
}

/// The sums over all payouts.
#[model]
pub struct PayoutTotals {
    /// How many there are.
    pub count: u64,
    /// What leaves partners' balances.
    pub gross: Money,
    /// What the payouts cost, whoever bears it.
    pub fees: Money,
    /// What arrives.
    pub net: Money,
}

/// Proposes what is paid at a cut-off.
///
/// # Errors
/// Everything that is wrong with the policy; `partner_duplicate`; everything that is wrong with
/// the postings (`posting_unbalanced`, `posting_conflict`, `amount_too_fine`); `amount_too_large`
/// for sums that do not fit 64 bits of minor units.
pub fn propose(input: ProposeInput) -> Result<Proposal, Problems> {
    let policy =
        PayoutPolicy::compile(&input.policy.0).map_err(|problems| problems.under("policy"))?;
    let payees = payees(&input.partners)?;
    let books = Books::read(&input.postings)?;
    let proposer =
        Proposer { policy: &policy, cut_off: input.cut_off, lives: Lives::read(&input.postings) };
    let mut proposal = proposer.nothing_yet();
    for (partner, (payee, book)) in matched(&policy, &payees, &books) {
        match proposer.decide(partner, payee, book)? {
            Decision::Pay(payout) => proposal.payouts.push(payout),
            Decision::Leave(unpaid) => proposal.unpaid.push(unpaid),
            Decision::Nobody => {}
        }
    }
    proposal.totals = proposer.totals(&proposal.payouts)?;
    Ok(proposal)
}

fn payees(listed: &[Payee]) -> Result<BTreeMap<&Id, &Payee>, Problem> {
    let mut payees = BTreeMap::new();
    for (position, payee) in listed.iter().enumerate() {
        if payees.insert(&payee.partner, payee).is_some() {
            let problem = Problem::new(
                PARTNER_DUPLICATE,
                format!("the partner `{}` is listed twice", payee.partner),
                "list every partner once",
            );
            return Err(problem.under("partner").under(position).under("partners"));
        }
    }
    Ok(payees)
}

type Matched<'a> = BTreeMap<&'a Id, (Option<&'a Payee>, Option<&'a Book<'a>>)>;

/// Everybody who is listed or has a book in the policy's currency, by id.
fn matched<'a>(
    policy: &PayoutPolicy,
    payees: &BTreeMap<&'a Id, &'a Payee>,
    books: &'a Books<'a>,
) -> Matched<'a> {
    let mut all: Matched<'a> =
        payees.iter().map(|(partner, payee)| (*partner, (Some(*payee), None))).collect();
    for book in books.iter().filter(|book| book.currency == policy.currency) {
        all.entry(book.partner).or_default().1 = Some(book);
    }
    all
}

enum Decision {
    Pay(Payout),
    Leave(Unpaid),
    /// Neither listed nor owed anything.
    Nobody,
}

struct Proposer<'a> {
    policy: &'a PayoutPolicy,
    cut_off: Instant,
    /// The payouts so far.
    lives: Lives<'a>,
}

impl Proposer<'_> {
    fn nothing_yet(&self) -> Proposal {
        let zero = self.money(0);
        Proposal {
            policy: self.policy.reference(),
            cut_off: self.cut_off,
            payouts: Vec::new(),
            unpaid: Vec::new(),
            totals: PayoutTotals { count: 0, gross: zero, fees: zero, net: zero },
        }
    }

    fn money(&self, minor: i64) -> Money {
        from_minor(minor, self.policy.currency)
    }

    fn decide(
        &self,
        partner: &Id,
        payee: Option<&Payee>,
        book: Option<&Book<'_>>,
    ) -> Result<Decision, Problem> {
        let balance = book.map_or(Ok(0), Book::balance)?;
        let payable = book.map_or(Ok(0), |book| book.payable(self.cut_off))?;
        if payee.is_none() && balance == 0 && payable == 0 {
            return Ok(Decision::Nobody);
        }
        let id = self.id(partner);
        let lasting = book.map_or(Ok(0), |book| book.lasting(self.cut_off))?;
        let cutting = self.cutting(lasting)?;
        let mut reasons: Vec<UnpaidReason> = cutting.err().into_iter().collect();
        if self.lives.of(id).is_some() {
            reasons.push(UnpaidReason::AlreadyStarted);
        }
        if self.lives.open(partner, self.policy.currency).is_some() {
            reasons.push(UnpaidReason::PayoutOpen);
        }
        reasons.extend(ineligible(payee));
        match cutting {
            Ok(cut) if reasons.is_empty() => {
                Ok(Decision::Pay(payout(self.policy, id, partner, self.cut_off, payable, cut)))
            }
            _ => Ok(Decision::Leave(Unpaid {
                partner: partner.clone(),
                payable: self.money(payable),
                pending: self.money(fit(i128::from(balance) - i128::from(payable))?),
                reasons,
            })),
        }
    }

    fn id(&self, partner: &Id) -> DerivedId {
        Cause::of("payout")
            .text(self.policy.id.as_str())
            .number(self.policy.version.into())
            .text(partner.as_str())
            .text(self.policy.currency.as_str())
            .number(self.cut_off.micros())
            .id()
    }

    /// Cuts what may leave. Not more than that is payable: a debt that falls due later is not paid
    /// out before.
    fn cutting(&self, payable: i64) -> Result<Result<Cut, UnpaidReason>, Problem> {
        if payable < 0 {
            return Ok(Err(UnpaidReason::NegativeBalance));
        }
        if payable == 0 {
            return Ok(Err(UnpaidReason::NothingPayable));
        }
        if payable < self.policy.minimum {
            return Ok(Err(UnpaidReason::BelowMinimum));
        }
        Ok(cut(self.policy, payable)?.map_err(|uncut| match uncut {
            Uncut::Fee => UnpaidReason::FeeNotCovered,
            Uncut::Increment => UnpaidReason::BelowIncrement,
        }))
    }

    fn totals(&self, payouts: &[Payout]) -> Result<PayoutTotals, Problem> {
        let sum = |of: fn(&Payout) -> Money| {
            let minor = |payout| to_minor(of(payout).amount, self.policy.currency).map(i128::from);
            let sum: i128 = payouts.iter().map(minor).sum::<Result<_, Problem>>()?;
            fit(sum).map(|sum| self.money(sum))
        };
        Ok(PayoutTotals {
            count: u64::try_from(payouts.len()).unwrap_or(u64::MAX),
            gross: sum(|payout| payout.gross)?,
            fees: sum(|payout| payout.fee)?,
            net: sum(|payout| payout.net)?,
        })
    }
}

/// What is paid to a partner.
pub(super) fn payout(
    policy: &PayoutPolicy,
    id: DerivedId,
    partner: &Id,
    cut_off: Instant,
    payable: i64,
    cut: Cut,
) -> Payout {
    let terms = policy.fee.as_ref();
    let money = |minor| from_minor(minor, policy.currency);
    Payout {
        id,
        partner: partner.clone(),
        policy: policy.id.clone(),
        policy_version: policy.version,
        cut_off,
        gross: money(cut.gross),
        fee: money(cut.fee),
        fee_borne_by: terms.map_or_else(FeeBearer::default, |terms| terms.borne_by),
        fee_on_return: terms.map_or_else(ReturnedFee::default, |terms| terms.on_return),
        net: money(cut.net),
        carried: money(payable.saturating_sub(cut.gross)),
    }
}

/// Why a partner must not be paid, whatever the balance.
pub(super) fn ineligible(payee: Option<&Payee>) -> impl Iterator<Item = UnpaidReason> {
    let unverified = payee.is_some_and(|payee| !payee.verified);
    let standing = match payee.map(|payee| payee.status) {
        None => Some(UnpaidReason::NotListed),
        Some(PartnerStatus::Suspended) => Some(UnpaidReason::Suspended),
        Some(PartnerStatus::Closed) => Some(UnpaidReason::Closed),
        Some(PartnerStatus::Active) => None,
    };
    unverified.then_some(UnpaidReason::NotVerified).into_iter().chain(standing)
}
