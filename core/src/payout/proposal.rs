//! Who is paid how much at a cut-off, and who is not, and why.
//!
//! A proposal moves nothing: it is computed from the postings as they are, and computing it again
//! gives the same payouts with the same ids. What the host carries out it posts with
//! [`settle`](super::settle()).

use crate::commission::PartnerStatus;
use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::{Currency, Money};
use crate::kernel::problem::Problems;

use super::books::Books;
use super::exchange::{ExchangeRate, PayoutExchange, Rates};
use super::life::Lives;
use super::policy::{FeeBearer, PayoutPolicyReference, PayoutPolicyText, ReturnedFee};
use super::posting::Posting;
use super::proposer::{Decision, Proposer, matched, payees};
use super::terms::PayoutPolicy;

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
    /// The exchange rates for partners who are paid in another currency.
    #[model(default)]
    pub rates: Vec<ExchangeRate>,
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
    /// The partner's tier, by which a policy may set the minimum.
    pub tier: Option<Id>,
    /// The payout method; one of the policy's where it has some.
    pub method: Option<Id>,
    /// The currency in which the money arrives; that of the policy unless said.
    pub pay_in: Option<Currency>,
    /// Whether nothing is withheld from the partner any more; not so unless said.
    #[model(default)]
    pub withholding_exempt: bool,
}

impl Payee {
    /// An active partner with a verified method; the rest is set by name.
    #[must_use]
    pub const fn new(partner: Id) -> Self {
        Self {
            partner,
            status: PartnerStatus::Active,
            verified: true,
            tier: None,
            method: None,
            pay_in: None,
            withholding_exempt: false,
        }
    }
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
    /// The payout method, where the partner has named one.
    pub method: Option<Id>,
    /// What arrives in another currency, where the partner is paid in one.
    pub exchange: Option<PayoutExchange>,
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
    /// Something has to be withheld first; post what `payout.withhold` gives.
    WithholdingDue,
    /// The payout of this cut-off was carried out before; what came since waits for the next.
    AlreadyStarted,
    /// A payout is under way, and there is one at a time for a partner and currency.
    PayoutOpen,
    /// There is no verified payout method.
    NotVerified,
    /// The partner's payout method is not one of the policy's.
    MethodNotOffered,
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
/// Everything that is wrong with the policy; `partner_duplicate`; `rate_missing` for a partner who
/// is to be paid in a currency that there is no rate to, `rate_invalid`, `rate_duplicate`;
/// everything that is wrong with the postings (`posting_unbalanced`, `posting_conflict`,
/// `amount_too_fine`); `amount_too_large` for sums that do not fit 64 bits of minor units.
pub fn propose(input: ProposeInput) -> Result<Proposal, Problems> {
    let policy =
        PayoutPolicy::compile(&input.policy.0).map_err(|problems| problems.under("policy"))?;
    let payees = payees(&input.partners)?;
    let books = Books::read(&input.postings)?;
    let proposer = Proposer {
        policy: &policy,
        cut_off: input.cut_off,
        lives: Lives::read(&input.postings),
        rates: Rates::read(&input.rates, policy.currency)?,
    };
    let mut proposal = proposer.nothing_yet();
    let mut found = Vec::new();
    for (partner, (payee, book)) in matched(&policy, &payees, &books) {
        match proposer.decide(partner, payee, book) {
            Ok(Decision::Pay(payout)) => proposal.payouts.push(payout),
            Ok(Decision::Leave(unpaid)) => proposal.unpaid.push(unpaid),
            Ok(Decision::Nobody) => {}
            Err(problems) => found.extend(problems.into_vec()),
        }
    }
    Problems::verdict(found)?;
    proposal.totals = proposer.totals(&proposal.payouts)?;
    Ok(proposal)
}
