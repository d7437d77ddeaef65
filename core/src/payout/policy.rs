//! The payout policy: when a partner is paid, in which steps, and who bears the fee, as data.
//!
//! A [`PayoutPolicyDocument`] is what an author writes and may be wrong in several places at
//! once; a compiled [`PayoutPolicy`] counts in minor units and cannot be wrong.

use std::collections::BTreeMap;

use crate::kernel::calendar::Zone;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Currency, Rate};
use crate::kernel::problem::Problems;
use crate::kernel::rounding::Rounding;
use crate::kernel::schedule::Schedule;

use super::terms::PayoutPolicy;

crate::document_format!(
    /// The format of policies that this version reads and writes.
    PayoutPolicyFormat: "guerdon.payout_policy/1"
);

crate::carried_document!(
    /// A payout policy on its way into an operation.
    PayoutPolicyText: PayoutPolicyDocument
);

/// When a partner is paid, in which steps, and who bears the fee.
#[model(document)]
pub struct PayoutPolicyDocument {
    /// Always `guerdon.payout_policy/1`.
    pub format: PayoutPolicyFormat,
    /// The policy's id; the same in all of its versions.
    pub id: Id,
    /// The version, counted up by the author.
    pub version: u32,
    /// The currency that is paid; bare amounts in this document are in it.
    pub currency: Currency,
    /// The least payable amount that is paid at all; 0 unless said.
    #[model(default)]
    pub minimum: Amount,
    /// Other minimums for some partners: the first that fits a partner takes the place of
    /// `minimum`.
    #[model(default)]
    pub thresholds: Vec<PayoutThreshold>,
    /// The step in which the method can pay, such as 1 where it pays no cents; what is finer
    /// stays with the partner. The currency's minor unit unless said.
    pub increment: Option<Amount>,
    /// What one payout costs; nothing unless said.
    pub fee: Option<PayoutFee>,
    /// The payout methods on offer, by name, and what is different with each. Unless there are
    /// any, a partner's method makes no difference.
    #[model(default)]
    pub methods: BTreeMap<Id, PayoutMethod>,
    /// How an amount that arrives in another currency is rounded to its minor unit.
    #[model(default)]
    pub exchange_rounding: Rounding,
    /// What is withheld from earnings, such as a tax; nothing unless said.
    pub withholding: Option<Withholding>,
    /// How many people must have approved an adjustment or a write-off; 1 unless said.
    #[model(default = 1)]
    pub approvals: u32,
}

/// A minimum for the partners whom all that it says fits.
#[model(document)]
pub struct PayoutThreshold {
    /// The partner's tier; any unless said.
    pub tier: Option<Id>,
    /// The partner's payout method; any unless said.
    pub method: Option<Id>,
    /// The currency that the partner is paid in; any unless said.
    pub pay_in: Option<Currency>,
    /// The least payable amount that is paid, in the policy's currency.
    pub minimum: Amount,
}

/// What is different with a payout method.
#[model(document)]
pub struct PayoutMethod {
    /// The step in which it can pay; that of the policy unless said.
    pub increment: Option<Amount>,
    /// What one payout costs; that of the policy unless said.
    pub fee: Option<PayoutFee>,
}

/// What is withheld from a year's earnings.
#[model(document)]
pub struct Withholding {
    /// How much, by what was earned in the year so far beyond `exempt`, in units of the currency.
    /// Its mode is `marginal` or `retroactive`, and no step takes more than everything.
    pub schedule: Schedule,
    /// The earnings of a year of which nothing is withheld; 0 unless said.
    #[model(default)]
    pub exempt: Amount,
    /// The time zone in which years begin; UTC unless said.
    #[model(default = Zone::UTC)]
    pub zone: Zone,
    /// How what is withheld in a year is rounded to the currency's minor unit.
    #[model(default)]
    pub rounding: Rounding,
}

/// What one payout costs, and who bears it.
#[model(document)]
pub struct PayoutFee {
    /// How much it is.
    pub charge: FeeCharge,
    /// Who bears it; the partner unless said.
    #[model(default)]
    pub borne_by: FeeBearer,
    /// What becomes of it when the money comes back; it is refunded unless said.
    #[model(default)]
    pub on_return: ReturnedFee,
}

/// How much a payout costs.
#[model(document)]
pub enum FeeCharge {
    /// The same for every payout.
    Flat {
        /// How much, in the policy's currency.
        amount: Amount,
    },
    /// A share of what leaves the partner's balance.
    Percent {
        /// The share, at most 100 %.
        rate: Rate,
        /// The least it is; 0 unless said.
        #[model(default)]
        min: Amount,
        /// The most it is; without limit unless said.
        max: Option<Amount>,
        /// How it is rounded to the currency's minor unit, before `min` and `max`.
        #[model(default)]
        rounding: Rounding,
    },
    /// By the size of what leaves the partner's balance.
    Schedule {
        /// How much, by that amount in units of the currency. Its mode is `marginal` or
        /// `per_transaction`, and each step takes less than 100 %.
        schedule: Schedule,
        /// The least it is; 0 unless said.
        #[model(default)]
        min: Amount,
        /// The most it is; without limit unless said.
        max: Option<Amount>,
        /// How it is rounded to the currency's minor unit, before `min` and `max`.
        #[model(default)]
        rounding: Rounding,
    },
}

/// Who bears the fee of a payout.
#[model]
#[derive(Default)]
pub enum FeeBearer {
    /// The partner: it is taken out of the payout.
    #[default]
    Partner,
    /// The program: it is paid on top.
    Program,
}

/// What becomes of the fee of a payout that was sent and came back.
#[model]
#[derive(Default)]
pub enum ReturnedFee {
    /// Whoever bore it gets it back.
    #[default]
    Refunded,
    /// It is spent.
    Kept,
}

/// What `payout.describe_policy` takes.
#[model]
pub struct PayoutPolicyInput {
    /// The policy.
    pub policy: PayoutPolicyText,
}

/// Which document something comes from, so that it can be computed again.
#[model]
#[derive(Eq)]
pub struct PayoutPolicyReference {
    /// The policy's id.
    pub id: Id,
    /// Its version.
    pub version: u32,
    /// SHA-256 of the document's canonical form.
    pub hash: Id,
}

/// Checks a policy, and says how results will refer to it.
///
/// # Errors
/// Every problem of the policy.
pub fn describe_policy(input: PayoutPolicyInput) -> Result<PayoutPolicyReference, Problems> {
    let policy =
        PayoutPolicy::compile(&input.policy.0).map_err(|problems| problems.under("policy"))?;
    Ok(policy.reference())
}
