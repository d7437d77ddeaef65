//! The payout policy: when a partner is paid, in which steps, and who bears the fee, as data.
//!
//! A [`PayoutPolicyDocument`] is what an author writes and may be wrong in several places at
//! once; a compiled [`PayoutPolicy`] counts in minor units and cannot be wrong.

use crate::kernel::document::{check_format, hash, model};
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Currency, Rate, to_minor};
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::rounding::Rounding;

use super::fee::{Charge, FeeTerms};
use super::{FEE_INVALID, INCREMENT_INVALID, MINIMUM_NEGATIVE};

/// The format that this version reads and writes.
pub const FORMAT: &str = "guerdon.payout_policy/1";

crate::carried_document!(
    /// A payout policy on its way into an operation.
    PayoutPolicyText: PayoutPolicyDocument
);

/// When a partner is paid, in which steps, and who bears the fee.
#[model(document)]
pub struct PayoutPolicyDocument {
    /// Always `guerdon.payout_policy/1`.
    pub format: String,
    /// The policy's id; the same in all of its versions.
    pub id: Id,
    /// The version, counted up by the author.
    pub version: u32,
    /// The currency that is paid; bare amounts in this document are in it.
    pub currency: Currency,
    /// The least payable amount that is paid at all; 0 unless said.
    #[model(default)]
    pub minimum: Amount,
    /// The step in which the method can pay, such as 1 where it pays no cents; what is finer
    /// stays with the partner. The currency's minor unit unless said.
    pub increment: Option<Amount>,
    /// What one payout costs; nothing unless said.
    pub fee: Option<PayoutFee>,
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

/// A policy that is known to be right, in minor units.
#[derive(Clone, Debug)]
pub struct PayoutPolicy {
    pub(super) id: Id,
    pub(super) version: u32,
    pub(super) hash: Id,
    pub(super) currency: Currency,
    pub(super) minimum: i64,
    /// At least one minor unit.
    pub(super) increment: i64,
    pub(super) fee: Option<FeeTerms>,
}

impl PayoutPolicy {
    /// Checks a document and prepares it.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn compile(document: &PayoutPolicyDocument) -> Result<Self, Problems> {
        let mut check = Check { currency: document.currency, found: Vec::new() };
        check.found.extend(check_format(&document.format, FORMAT).err());
        let minimum = check.not_negative(document.minimum, &["minimum"]);
        let increment = document.increment.map_or(1, |increment| check.increment(increment));
        let fee = document.fee.as_ref().map(|fee| check.fee(fee));
        Problems::verdict(check.found)?;
        Ok(Self {
            id: document.id.clone(),
            version: document.version,
            hash: hash(document)?.parse()?,
            currency: document.currency,
            minimum,
            increment,
            fee,
        })
    }

    /// Which document this is.
    #[must_use]
    pub fn reference(&self) -> PayoutPolicyReference {
        let Self { id, version, hash, .. } = self;
        PayoutPolicyReference { id: id.clone(), version: *version, hash: hash.clone() }
    }
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

/// Collects every problem; a value that has one is replaced, and never seen, as the policy is
/// then refused.
struct Check {
    currency: Currency,
    found: Vec<Problem>,
}

impl Check {
    fn minor(&mut self, amount: Amount, place: &[&str]) -> Option<i64> {
        to_minor(amount, self.currency).map_err(|problem| self.report(problem, place)).ok()
    }

    fn not_negative(&mut self, amount: Amount, place: &[&str]) -> i64 {
        if amount.is_negative() {
            let problem = Problem::new(
                MINIMUM_NEGATIVE,
                format!("the least amount that is paid is `{amount}`, below zero"),
                "give zero or more; a debt is carried forward and never paid",
            );
            self.report(problem, place);
        }
        self.minor(amount, place).unwrap_or_default()
    }

    fn increment(&mut self, increment: Amount) -> i64 {
        if increment <= Amount::ZERO {
            let problem = Problem::new(
                INCREMENT_INVALID,
                format!("`{increment}` is no step that money can be paid in"),
                "give the smallest amount that the method can pay, or leave it out",
            );
            self.report(problem, &["increment"]);
        }
        self.minor(increment, &["increment"]).unwrap_or(1)
    }

    fn fee(&mut self, fee: &PayoutFee) -> FeeTerms {
        let charge = match &fee.charge {
            FeeCharge::Flat { amount } => Charge::Flat(self.charged(*amount, "amount")),
            FeeCharge::Percent { rate, min, max, rounding } => {
                self.rate(rate);
                let min = self.charged(*min, "min");
                let max = max.map(|max| self.charged(max, "max"));
                if max.is_some_and(|max| max < min) {
                    self.refuse_fee("the most it can be is less than the least", "max");
                }
                Charge::Percent { rate: rate.exact().clone(), rounding: *rounding, min, max }
            }
        };
        FeeTerms { charge, borne_by: fee.borne_by, on_return: fee.on_return }
    }

    fn charged(&mut self, amount: Amount, field: &str) -> i64 {
        if amount.is_negative() {
            self.refuse_fee(&format!("`{amount}` is below zero"), field);
        }
        self.minor(amount, &["fee", "charge", field]).unwrap_or_default()
    }

    /// Beyond 100 % a larger payout would leave less than a smaller one.
    fn rate(&mut self, rate: &Rate) {
        let exact = rate.exact();
        if exact.signum() < 0 || *exact > crate::kernel::exact::Exact::ONE {
            self.refuse_fee(&format!("`{rate}` is not between 0 % and 100 %"), "rate");
        }
    }

    fn refuse_fee(&mut self, found: &str, field: &str) {
        let problem = Problem::new(
            FEE_INVALID,
            format!("the fee makes no sense: {found}"),
            "a fee is zero or more, at most the whole payout, and its least is not above its most",
        );
        self.report(problem, &["fee", "charge", field]);
    }

    fn report(&mut self, problem: Problem, place: &[&str]) {
        self.found.push(place.iter().rev().fold(problem, Problem::under));
    }
}
