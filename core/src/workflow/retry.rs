//! When a step that failed is tried again, in whole milliseconds.

use num_bigint::BigUint;

use crate::kernel::derived_id::{Cause, DerivedId};
use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::expression::Fraction;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

use super::RETRY_INVALID;

/// The longest wait, a year of 365 days.
const MOST_MS: u64 = 365 * 86_400_000;

/// What stands for every error in a policy.
const ANY: &str = "*";

/// When something that failed is tried again.
#[model(document)]
pub struct RetryPolicy {
    /// The errors that it is for; `*` is for any.
    pub errors: Vec<Id>,
    /// The wait before the second attempt, in milliseconds.
    pub interval_ms: u64,
    /// What each wait is multiplied by for the next one, from 1 to 1,000, with at most three
    /// decimals; 2 unless said.
    #[model(default = Fraction(Exact::from(2)))]
    pub rate: Fraction,
    /// The longest wait, in milliseconds; a year unless said.
    #[model(default = MOST_MS)]
    pub max_interval_ms: u64,
    /// How many attempts there are, the first one included; 3 unless said.
    #[model(default = 3)]
    pub max_attempts: u32,
    /// How waits are spread, so that not everybody comes back at once; not unless said.
    #[model(default)]
    pub jitter: RetryJitter,
}

/// How waits are spread.
#[model]
#[derive(Default)]
pub enum RetryJitter {
    /// Each is as long as it is computed.
    #[default]
    None,
    /// Anywhere from none to that long, by a number that follows from the effect and the attempt.
    Full,
}

crate::carried_document!(
    /// A retry policy on its way into an operation.
    RetryPolicyText: RetryPolicy
);

/// What `workflow.retry` takes.
#[model]
pub struct RetryInput {
    /// The policy.
    pub policy: RetryPolicyText,
    /// How many attempts under this policy have failed.
    pub failed: u32,
    /// The effect that is tried, by which waits are spread; not unless said.
    pub effect: Option<DerivedId>,
    /// How long the error itself asks to wait, in milliseconds; it wins over the policy.
    pub retry_after_ms: Option<u64>,
}

/// What `workflow.retry` gives back.
#[model]
pub struct RetryOutcome {
    /// How long to wait before the next attempt, in milliseconds; none where there is none.
    pub wait_ms: Option<u64>,
}

/// Tells how long to wait after so many failed attempts.
///
/// # Errors
/// Every `retry_invalid`, also for no failed attempt at all.
pub fn retry(input: RetryInput) -> Result<RetryOutcome, Problems> {
    let policy = &input.policy.0;
    let mut found: Vec<Problem> =
        policy.check().into_iter().map(|problem| problem.under("policy")).collect();
    let failed = input.failed;
    if failed == 0 {
        let problem = Problem::new(
            RETRY_INVALID,
            "nothing has failed yet",
            "count the attempt that has failed: the first one is 1",
        );
        found.push(problem.under("failed"));
    }
    Problems::verdict(found)?;
    Ok(RetryOutcome { wait_ms: policy.next_wait_ms(failed, input.effect, input.retry_after_ms) })
}

impl RetryPolicy {
    /// Everything that is wrong with it, by field.
    pub(super) fn check(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut refuse = |field: &str, what: &str, hint: &str| {
            found.push(Problem::new(RETRY_INVALID, what, hint).under(field));
        };
        if self.errors.is_empty() {
            refuse("errors", "the policy is for no error", "name errors, or `*` for any");
        }
        if self.interval_ms == 0 || self.interval_ms > MOST_MS {
            refuse(
                "interval_ms",
                "the first wait is not between a millisecond and a year",
                "give it in milliseconds: 3000 for three seconds",
            );
        }
        if self.max_interval_ms < self.interval_ms || self.max_interval_ms > MOST_MS {
            refuse(
                "max_interval_ms",
                "the longest wait is shorter than the first, or longer than a year",
                "give it in milliseconds, at least `interval_ms`",
            );
        }
        if self.max_attempts == 0 {
            refuse("max_attempts", "there is not even a first attempt", "count the first one too");
        }
        if self.fraction().is_none() {
            refuse(
                "rate",
                &format!("`{}` is not from 1 to 1,000 with at most three decimals", self.rate),
                "a wait never becomes shorter: use 1 for equal waits, 2 to double them",
            );
        }
        found
    }

    /// The rate in thousandths.
    fn fraction(&self) -> Option<u32> {
        let thousandths = self.rate.0.checked_mul(&Exact::from(1_000)).ok()?;
        let whole = u32::try_from(thousandths.as_integer()?).ok()?;
        (1_000..=1_000_000).contains(&whole).then_some(whole)
    }

    /// Whether it is for an error.
    pub(super) fn is_for(&self, error: &Id) -> bool {
        self.errors.iter().any(|one| one == error || one.as_str() == ANY)
    }

    /// How long to wait after so many failed attempts; none after the last. What the error itself
    /// asks for is taken as it is, anything else spread by the effect.
    pub(super) fn next_wait_ms(
        &self,
        failed: u32,
        effect: Option<DerivedId>,
        asked_ms: Option<u64>,
    ) -> Option<u64> {
        if failed >= self.max_attempts {
            return None;
        }
        Some(match (asked_ms, effect) {
            (Some(asked), _) => asked,
            (None, Some(effect)) => self.spread(self.wait_ms(failed), effect, failed),
            (None, None) => self.wait_ms(failed),
        })
    }

    /// The wait after so many failed attempts, at least one, in milliseconds: the interval times
    /// the rate to the power of one less, rounded half up, and at most the longest.
    fn wait_ms(&self, failed: u32) -> u64 {
        let power = failed.saturating_sub(1);
        let thousandths = self.fraction().unwrap_or(1_000);
        if thousandths == 1_000 || power == 0 {
            return self.interval_ms.min(self.max_interval_ms);
        }
        // A rate of 1 + 1/m doubles in m steps at most (Bernoulli), and a year is less than 2^35
        // milliseconds: beyond that many steps nothing has to be computed.
        let steps_to_double = 1_000_u32.div_ceil(thousandths - 1_000);
        if power > 35 * steps_to_double {
            return self.max_interval_ms;
        }
        let over = BigUint::from(1_000_u32).pow(power);
        let twice = BigUint::from(2 * self.interval_ms) * BigUint::from(thousandths).pow(power);
        let rounded = (twice + &over) / (over * 2_u32);
        u64::try_from(rounded).map_or(self.max_interval_ms, |wait| wait.min(self.max_interval_ms))
    }

    /// The wait as it is spread for an effect.
    fn spread(&self, wait_ms: u64, effect: DerivedId, failed: u32) -> u64 {
        match self.jitter {
            RetryJitter::None => wait_ms,
            RetryJitter::Full => {
                let cause = Cause::of("workflow_retry").derived(effect).number(failed.into());
                // The first 48 bits of the id are as even as a hash can be.
                let even = cause.id().uuid().as_u128() >> 80;
                let spread = (even * (u128::from(wait_ms) + 1)) >> 48;
                u64::try_from(spread).unwrap_or(wait_ms)
            }
        }
    }
}
