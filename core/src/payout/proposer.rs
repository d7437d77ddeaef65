//! How a proposal comes to its decisions, partner by partner.

use std::collections::BTreeMap;

use crate::commission::PartnerStatus;
use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Money, from_minor, to_minor};
use crate::kernel::problem::{Problem, Problems};

use super::PARTNER_DUPLICATE;
use super::books::{Book, Books, fit};
use super::exchange::Rates;
use super::fee::{Cut, Uncut, cut};
use super::life::Lives;
use super::policy::{FeeBearer, ReturnedFee};
use super::proposal::{Payee, Payout, PayoutTotals, Proposal, Unpaid, UnpaidReason};
use super::terms::PayoutPolicy;
use super::withholding::dues;

/// The partners who are listed, each with its place in the list.
pub(super) fn payees(listed: &[Payee]) -> Result<BTreeMap<&Id, Listed<'_>>, Problem> {
    let mut payees = BTreeMap::new();
    for (position, payee) in listed.iter().enumerate() {
        if payees.insert(&payee.partner, (position, payee)).is_some() {
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

/// A partner, and its place in the list.
pub(super) type Listed<'a> = (usize, &'a Payee);

type Matched<'a> = BTreeMap<&'a Id, (Option<Listed<'a>>, Option<&'a Book<'a>>)>;

/// Everybody who is listed or has a book in the policy's currency, by id.
pub(super) fn matched<'a>(
    policy: &PayoutPolicy,
    payees: &BTreeMap<&'a Id, Listed<'a>>,
    books: &'a Books<'a>,
) -> Matched<'a> {
    let mut all: Matched<'a> =
        payees.iter().map(|(partner, payee)| (*partner, (Some(*payee), None))).collect();
    for book in books.iter().filter(|book| book.currency == policy.currency) {
        all.entry(book.partner).or_default().1 = Some(book);
    }
    all
}

pub(super) enum Decision {
    Pay(Payout),
    Leave(Unpaid),
    /// Neither listed nor owed anything.
    Nobody,
}

pub(super) struct Proposer<'a> {
    pub(super) policy: &'a PayoutPolicy,
    pub(super) cut_off: Instant,
    /// The payouts so far.
    pub(super) lives: Lives<'a>,
    pub(super) rates: Rates<'a>,
}

impl Proposer<'_> {
    pub(super) fn nothing_yet(&self) -> Proposal {
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

    pub(super) fn decide(
        &self,
        partner: &Id,
        listed: Option<Listed<'_>>,
        book: Option<&Book<'_>>,
    ) -> Result<Decision, Problems> {
        let payee = listed.map(|(_, payee)| payee);
        let balance = book.map_or(Ok(0), Book::balance)?;
        let payable = book.map_or(Ok(0), |book| book.payable(self.cut_off))?;
        if payee.is_none() && balance == 0 && payable == 0 {
            return Ok(Decision::Nobody);
        }
        let lasting = book.map_or(Ok(0), |book| book.lasting(self.cut_off))?;
        let cutting = self.cutting(payee, lasting)?;
        let mut reasons: Vec<UnpaidReason> = cutting.err().into_iter().collect();
        reasons.extend(self.in_the_way(partner, payee, book)?);
        reasons.extend(ineligible(self.policy, payee));
        if let (Ok(cut), Some((position, payee)), true) = (cutting, listed, reasons.is_empty()) {
            let id = self.id(partner);
            let making = Making { policy: self.policy, rates: &self.rates, payee, payable };
            let placed =
                |problem: Problem| problem.under("pay_in").under(position).under("partners");
            match making.payout(id, self.cut_off, cut).map_err(|problems| problems.map(placed))? {
                Some(payout) => return Ok(Decision::Pay(payout)),
                None => reasons.push(UnpaidReason::BelowIncrement),
            }
        }
        Ok(Decision::Leave(Unpaid {
            partner: partner.clone(),
            payable: self.money(payable),
            pending: self.money(fit(i128::from(balance) - i128::from(payable))?),
            reasons,
        }))
    }

    /// What has to happen before the partner can be paid.
    fn in_the_way(
        &self,
        partner: &Id,
        payee: Option<&Payee>,
        book: Option<&Book<'_>>,
    ) -> Result<Vec<UnpaidReason>, Problem> {
        let mut reasons = Vec::new();
        if withholding_due(self.policy, payee, book, self.cut_off)? {
            reasons.push(UnpaidReason::WithholdingDue);
        }
        if self.lives.of(self.id(partner)).is_some() {
            reasons.push(UnpaidReason::AlreadyStarted);
        }
        if self.lives.open(partner, self.policy.currency).is_some() {
            reasons.push(UnpaidReason::PayoutOpen);
        }
        Ok(reasons)
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
    fn cutting(
        &self,
        payee: Option<&Payee>,
        payable: i64,
    ) -> Result<Result<Cut, UnpaidReason>, Problem> {
        if payable < 0 {
            return Ok(Err(UnpaidReason::NegativeBalance));
        }
        if payable == 0 {
            return Ok(Err(UnpaidReason::NothingPayable));
        }
        if payable < self.policy.minimum(payee) {
            return Ok(Err(UnpaidReason::BelowMinimum));
        }
        Ok(cut(self.policy.terms(payee), payable)?.map_err(|uncut| match uncut {
            Uncut::Fee => UnpaidReason::FeeNotCovered,
            Uncut::Increment => UnpaidReason::BelowIncrement,
        }))
    }

    pub(super) fn totals(&self, payouts: &[Payout]) -> Result<PayoutTotals, Problem> {
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

/// What a payout is made of, besides its amounts.
pub(super) struct Making<'a> {
    pub(super) policy: &'a PayoutPolicy,
    pub(super) rates: &'a Rates<'a>,
    pub(super) payee: &'a Payee,
    pub(super) payable: i64,
}

impl Making<'_> {
    /// What is paid; nothing when it is too little for the currency in which it would arrive.
    pub(super) fn payout(
        &self,
        id: DerivedId,
        cut_off: Instant,
        cut: Cut,
    ) -> Result<Option<Payout>, Problems> {
        let Self { policy, payee, .. } = self;
        let money = |minor| from_minor(minor, policy.currency);
        let exchange = self.rates.exchange(policy, money(cut.net), payee.pay_in)?;
        if exchange.as_ref().is_some_and(|exchange| exchange.amount.amount == Amount::ZERO) {
            return Ok(None);
        }
        let fee = policy.terms(Some(payee)).fee.as_ref();
        Ok(Some(Payout {
            id,
            partner: payee.partner.clone(),
            policy: policy.id.clone(),
            policy_version: policy.version,
            cut_off,
            gross: money(cut.gross),
            fee: money(cut.fee),
            fee_borne_by: fee.map_or_else(FeeBearer::default, |fee| fee.borne_by),
            fee_on_return: fee.map_or_else(ReturnedFee::default, |fee| fee.on_return),
            net: money(cut.net),
            carried: money(self.payable.saturating_sub(cut.gross)),
            method: payee.method.clone(),
            exchange,
        }))
    }
}

/// Whether something has to be withheld before anything is paid.
pub(super) fn withholding_due(
    policy: &PayoutPolicy,
    payee: Option<&Payee>,
    book: Option<&Book<'_>>,
    cut_off: Instant,
) -> Result<bool, Problem> {
    let exempt = payee.is_some_and(|payee| payee.withholding_exempt);
    let dues = book.map_or(Ok(Vec::new()), |book| dues(policy, book, cut_off, exempt))?;
    Ok(dues.iter().any(|due| due.minor > 0))
}

/// Why a partner must not be paid, whatever the balance.
pub(super) fn ineligible(
    policy: &PayoutPolicy,
    payee: Option<&Payee>,
) -> impl Iterator<Item = UnpaidReason> {
    let unverified = payee.is_some_and(|payee| !payee.verified);
    let not_offered = payee.is_some_and(|payee| !policy.offers(payee));
    let standing = match payee.map(|payee| payee.status) {
        None => Some(UnpaidReason::NotListed),
        Some(PartnerStatus::Suspended) => Some(UnpaidReason::Suspended),
        Some(PartnerStatus::Closed) => Some(UnpaidReason::Closed),
        Some(PartnerStatus::Active) => None,
    };
    let method = [
        unverified.then_some(UnpaidReason::NotVerified),
        not_offered.then_some(UnpaidReason::MethodNotOffered),
    ];
    method.into_iter().flatten().chain(standing)
}
