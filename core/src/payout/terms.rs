//! A payout policy in minor units, and everything that can be wrong with its document.

use std::collections::BTreeMap;

use crate::kernel::calendar::{CalendarUnit, Periods};
use crate::kernel::document::hash;
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Currency, Rate, to_minor};
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::rounding::Rounding;
use crate::kernel::schedule::{Scale, Schedule, ScheduleMode, compile_exact_scaled};

use super::fee::{Charge, FeeTerms, SteppedCharge};
use super::policy::{
    FeeCharge, PayoutFee, PayoutPolicyDocument, PayoutPolicyReference, PayoutThreshold, Withholding,
};
use super::proposal::Payee;
use super::withholding::WithholdingTerms;
use super::{FEE_INVALID, INCREMENT_INVALID, MINIMUM_NEGATIVE, WITHHOLDING_INVALID};

/// A policy that is known to be right, in minor units.
#[derive(Clone, Debug)]
pub struct PayoutPolicy {
    pub(super) id: Id,
    pub(super) version: u32,
    pub(super) hash: Id,
    pub(super) currency: Currency,
    minimum: i64,
    thresholds: Vec<Threshold>,
    terms: Terms,
    methods: BTreeMap<Id, Terms>,
    pub(super) exchange_rounding: Rounding,
    pub(super) withholding: Option<WithholdingTerms>,
    pub(super) approvals: u32,
}

/// How a method pays.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// At least one minor unit.
    pub(super) increment: i64,
    pub(super) fee: Option<FeeTerms>,
}

#[derive(Clone, Debug)]
struct Threshold {
    tier: Option<Id>,
    method: Option<Id>,
    pay_in: Option<Currency>,
    minimum: i64,
}

impl Threshold {
    fn fits(&self, payee: &Payee, currency: Currency) -> bool {
        let pay_in = payee.pay_in.unwrap_or(currency);
        self.tier.as_ref().is_none_or(|tier| payee.tier.as_ref() == Some(tier))
            && self.method.as_ref().is_none_or(|method| payee.method.as_ref() == Some(method))
            && self.pay_in.is_none_or(|wanted| wanted == pay_in)
    }
}

impl PayoutPolicy {
    /// Checks a document and prepares it.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn compile(document: &PayoutPolicyDocument) -> Result<Self, Problems> {
        let mut check = Check { currency: document.currency, found: Vec::new() };
        let minimum = check.not_negative(document.minimum, &["minimum"]);
        let thresholds = check.thresholds(&document.thresholds);
        let increment =
            document.increment.map_or(1, |increment| check.increment(increment, &["increment"]));
        let fee = document.fee.as_ref().map(|fee| check.fee(fee, &["fee"]));
        let terms = Terms { increment, fee };
        let methods = document.methods.iter();
        let methods = methods.map(|(name, method)| {
            let place = ["methods", name.as_str()];
            let increment = method.increment.map_or(terms.increment, |increment| {
                check.increment(increment, &[place[0], place[1], "increment"])
            });
            let fee = method.fee.as_ref().map(|fee| check.fee(fee, &[place[0], place[1], "fee"]));
            (name.clone(), Terms { increment, fee: fee.or_else(|| terms.fee.clone()) })
        });
        let methods = methods.collect();
        let withholding = document.withholding.as_ref().map(|terms| check.withholding(terms));
        Problems::verdict(check.found)?;
        Ok(Self {
            id: document.id.clone(),
            version: document.version,
            hash: hash(document)?.parse()?,
            currency: document.currency,
            minimum,
            thresholds,
            terms,
            methods,
            exchange_rounding: document.exchange_rounding,
            withholding: withholding.flatten(),
            approvals: document.approvals,
        })
    }

    /// Which document this is.
    #[must_use]
    pub fn reference(&self) -> PayoutPolicyReference {
        let Self { id, version, hash, .. } = self;
        PayoutPolicyReference { id: id.clone(), version: *version, hash: hash.clone() }
    }

    /// The least that a partner is paid.
    pub(super) fn minimum(&self, payee: Option<&Payee>) -> i64 {
        let fitting = |payee| self.thresholds.iter().find(|one| one.fits(payee, self.currency));
        payee.and_then(fitting).map_or(self.minimum, |one| one.minimum)
    }

    /// How a partner's method pays.
    pub(super) fn terms(&self, payee: Option<&Payee>) -> &Terms {
        let method = payee.and_then(|payee| payee.method.as_ref());
        method.and_then(|method| self.methods.get(method)).unwrap_or(&self.terms)
    }

    /// Whether a partner's method is one of the policy's, which may have none to choose from.
    pub(super) fn offers(&self, payee: &Payee) -> bool {
        let known = |method| self.methods.contains_key(method);
        self.methods.is_empty() || payee.method.as_ref().is_some_and(known)
    }
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

    fn thresholds(&mut self, thresholds: &[PayoutThreshold]) -> Vec<Threshold> {
        let mut checked = Vec::with_capacity(thresholds.len());
        for (position, threshold) in thresholds.iter().enumerate() {
            let place = ["thresholds", &position.to_string(), "minimum"];
            let PayoutThreshold { tier, method, pay_in, minimum } = threshold;
            let minimum = self.not_negative(*minimum, &place);
            let (tier, method, pay_in) = (tier.clone(), method.clone(), *pay_in);
            checked.push(Threshold { tier, method, pay_in, minimum });
        }
        checked
    }

    fn increment(&mut self, increment: Amount, place: &[&str]) -> i64 {
        if increment <= Amount::ZERO {
            let problem = Problem::new(
                INCREMENT_INVALID,
                format!("`{increment}` is no step that money can be paid in"),
                "give the smallest amount that the method can pay, or leave it out",
            );
            self.report(problem, place);
        }
        self.minor(increment, place).unwrap_or(1)
    }

    fn fee(&mut self, fee: &PayoutFee, place: &[&str]) -> FeeTerms {
        let place = [place, &["charge"]].concat();
        let charge = match &fee.charge {
            FeeCharge::Flat { amount } => Charge::Flat(self.charged(*amount, &place, "amount")),
            FeeCharge::Percent { rate, min, max, rounding } => {
                self.rate(rate, &place);
                let (min, max) = self.bounds(*min, *max, &place);
                Charge::Percent { rate: rate.exact().clone(), rounding: *rounding, min, max }
            }
            FeeCharge::Schedule { schedule, min, max, rounding } => {
                let (min, max) = self.bounds(*min, *max, &place);
                match self.stepped(schedule, &place) {
                    Some(steps) => Charge::Stepped { steps, rounding: *rounding, min, max },
                    None => Charge::Flat(0),
                }
            }
        };
        FeeTerms { charge, borne_by: fee.borne_by, on_return: fee.on_return }
    }

    fn bounds(&mut self, min: Amount, max: Option<Amount>, place: &[&str]) -> (i64, Option<i64>) {
        let min = self.charged(min, place, "min");
        let max = max.map(|max| self.charged(max, place, "max"));
        if max.is_some_and(|max| max < min) {
            self.refuse_fee("the most it can be is less than the least", place, "max");
        }
        (min, max)
    }

    fn stepped(&mut self, schedule: &Schedule, place: &[&str]) -> Option<SteppedCharge> {
        if !matches!(schedule.mode, ScheduleMode::Marginal | ScheduleMode::PerTransaction) {
            let found = format!("a payout has no history, as the mode `{}` needs", schedule.mode);
            self.refuse_fee(&found, place, "schedule");
        }
        // With 100 % a larger payout may leave less than a smaller one.
        if shares(schedule).any(|share| share.is_none_or(|share| share >= Exact::ONE)) {
            self.refuse_fee("a step takes 100 % or more", place, "schedule");
        }
        let compiled = self.compiled(schedule, &[place, &["schedule"]].concat())?;
        Some(SteppedCharge::new(schedule, compiled, self.currency))
    }

    /// A schedule that takes and gives minor units.
    fn compiled(
        &mut self,
        schedule: &Schedule,
        place: &[&str],
    ) -> Option<crate::kernel::schedule::Compiled<Exact>> {
        let minor = self.currency.minor_per_unit();
        let scale = Scale { measure_per_unit: minor, money_per_unit: minor, denominator: 1 };
        match compile_exact_scaled(schedule, scale) {
            Ok(compiled) => Some(compiled),
            Err(problems) => {
                for problem in problems.into_vec() {
                    self.report(problem, place);
                }
                None
            }
        }
    }

    fn charged(&mut self, amount: Amount, place: &[&str], field: &str) -> i64 {
        if amount.is_negative() {
            self.refuse_fee(&format!("`{amount}` is below zero"), place, field);
        }
        self.minor(amount, &[place, &[field]].concat()).unwrap_or_default()
    }

    /// Beyond 100 % a larger payout would leave less than a smaller one.
    fn rate(&mut self, rate: &Rate, place: &[&str]) {
        let exact = rate.exact();
        if exact.signum() < 0 || *exact > Exact::ONE {
            self.refuse_fee(&format!("`{rate}` is not between 0 % and 100 %"), place, "rate");
        }
    }

    fn refuse_fee(&mut self, found: &str, place: &[&str], field: &str) {
        let problem = Problem::new(
            FEE_INVALID,
            format!("the fee makes no sense: {found}"),
            "a fee is zero or more, at most the whole payout, and its least is not above its most",
        );
        self.report(problem, &[place, &[field]].concat());
    }

    fn withholding(&mut self, terms: &Withholding) -> Option<WithholdingTerms> {
        let place = ["withholding", "schedule"];
        if !terms.schedule.mode.is_cumulative() {
            let found = format!("the mode `{}` depends on single earnings", terms.schedule.mode);
            self.refuse_withholding(&found, &[place[0], place[1], "mode"]);
        }
        if shares(&terms.schedule).any(|share| share.is_none_or(|share| share > Exact::ONE)) {
            self.refuse_withholding("a step takes more than 100 %", &place);
        }
        let exempt = self.not_negative(terms.exempt, &["withholding", "exempt"]);
        let compiled = self.compiled(&terms.schedule, &place)?;
        let years = Periods::calendar(CalendarUnit::Year, terms.zone);
        Some(WithholdingTerms { compiled, exempt, years, rounding: terms.rounding })
    }

    fn refuse_withholding(&mut self, found: &str, place: &[&str]) {
        let problem = Problem::new(
            WITHHOLDING_INVALID,
            format!("the withholding makes no sense: {found}"),
            "withhold by a `marginal` or `retroactive` schedule of at most 100 %",
        );
        self.report(problem, place);
    }

    fn report(&mut self, problem: Problem, place: &[&str]) {
        self.found.push(place.iter().rev().fold(problem, Problem::under));
    }
}

/// What each step takes of its measure; none where that does not fit.
fn shares(schedule: &Schedule) -> impl Iterator<Item = Option<Exact>> {
    schedule.steps.iter().map(|step| {
        let rate = step.rate.as_ref().map_or(Exact::ZERO, |rate| rate.exact().clone());
        let per_unit = Exact::from(step.per_unit.unwrap_or_default().decimal());
        rate.checked_add(&per_unit).ok()
    })
}
