//! How much of a payable amount leaves the balance, how much arrives, and what it costs.
//!
//! The amount that arrives lies on the steps that the method can pay; the fee is charged on what
//! leaves the balance, so that nothing is charged for what stays.

use crate::kernel::exact::Exact;
use crate::kernel::problem::Problem;
use crate::kernel::rounding::Rounding;

use super::policy::{FeeBearer, PayoutPolicy, ReturnedFee};

/// The fee of a compiled policy.
#[derive(Clone, Debug)]
pub(super) struct FeeTerms {
    pub(super) charge: Charge,
    pub(super) borne_by: FeeBearer,
    pub(super) on_return: ReturnedFee,
}

/// How much a payout costs, in minor units.
#[derive(Clone, Debug)]
pub(super) enum Charge {
    Flat(i64),
    Percent { rate: Exact, rounding: Rounding, min: i64, max: Option<i64> },
}

impl Charge {
    /// The fee on an amount. It never falls as the amount rises, and never rises by more than the
    /// amount does, since no rate is above one.
    fn on(&self, gross: i64) -> Result<i64, Problem> {
        match self {
            Self::Flat(amount) => Ok(*amount),
            Self::Percent { rate, rounding, min, max } => {
                let share = rate.checked_mul(&Exact::from(gross))?.round(*rounding)?;
                // A share of at most the whole; the bound is never reached.
                let share = i64::try_from(share).unwrap_or(gross);
                Ok(share.max(*min).min(max.unwrap_or(i64::MAX)))
            }
        }
    }
}

/// A payable amount, cut into what leaves the balance, what arrives and what it costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) gross: i64,
    pub(super) fee: i64,
    pub(super) net: i64,
}

/// Why nothing of a payable amount can be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Uncut {
    /// The fee takes all of it.
    Fee,
    /// What is left is less than one step.
    Increment,
}

/// Cuts a payable amount above zero.
pub(super) fn cut(policy: &PayoutPolicy, payable: i64) -> Result<Result<Cut, Uncut>, Problem> {
    match &policy.fee {
        None => Ok(whole_steps(policy, payable).map(|net| Cut { gross: net, fee: 0, net })),
        Some(terms) => match terms.borne_by {
            FeeBearer::Program => on_top(policy, &terms.charge, payable),
            FeeBearer::Partner => out_of_it(policy, &terms.charge, payable),
        },
    }
}

fn whole_steps(policy: &PayoutPolicy, amount: i64) -> Result<i64, Uncut> {
    match amount - amount % policy.increment {
        0 => Err(Uncut::Increment),
        steps => Ok(steps),
    }
}

fn on_top(
    policy: &PayoutPolicy,
    charge: &Charge,
    payable: i64,
) -> Result<Result<Cut, Uncut>, Problem> {
    match whole_steps(policy, payable) {
        Err(uncut) => Ok(Err(uncut)),
        Ok(net) => Ok(Ok(Cut { gross: net, fee: charge.on(net)?, net })),
    }
}

fn out_of_it(
    policy: &PayoutPolicy,
    charge: &Charge,
    payable: i64,
) -> Result<Result<Cut, Uncut>, Problem> {
    let left = payable.saturating_sub(charge.on(payable)?);
    if left <= 0 {
        return Ok(Err(Uncut::Fee));
    }
    let net = match whole_steps(policy, left) {
        Ok(net) => net,
        Err(uncut) => return Ok(Err(uncut)),
    };
    // What arrives rises by at most one unit with each unit that leaves, so every amount up to
    // `left` can arrive; the most that may leave for it is found by halving.
    let (mut enough, mut most) = (net, payable);
    while enough < most {
        let middle = most - (most - enough) / 2;
        if middle.saturating_sub(charge.on(middle)?) <= net {
            enough = middle;
        } else {
            most = middle - 1;
        }
    }
    Ok(Ok(Cut { gross: enough, fee: enough.saturating_sub(net), net }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payout::policy::PayoutPolicyText;

    fn policy(rest: &str) -> PayoutPolicy {
        let text = format!(
            r#"{{"format":"guerdon.payout_policy/1","id":"monthly","version":1,"currency":"USD"{rest}}}"#
        );
        PayoutPolicy::compile(&text.parse::<PayoutPolicyText>().unwrap().0).unwrap()
    }

    fn percent(percent: &str, rest: &str) -> String {
        format!(
            r#","fee":{{"charge":{{"type":"percent","rate":{{"percent":"{percent}"}}{rest}}}}}"#
        )
    }

    fn cut_of(rest: &str, payable: i64) -> Result<(i64, i64, i64), Uncut> {
        cut(&policy(rest), payable).unwrap().map(|cut| (cut.gross, cut.fee, cut.net))
    }

    #[test]
    fn without_a_fee_everything_arrives() {
        assert_eq!(cut_of("", 1), Ok((1, 0, 1)));
        assert_eq!(cut_of(r#","increment":"5""#, 1_234), Ok((1_000, 0, 1_000)));
        assert_eq!(cut_of(r#","increment":"5""#, 499), Err(Uncut::Increment));
    }

    #[test]
    fn a_fee_comes_out_of_the_payout_or_on_top() {
        assert_eq!(cut_of(&percent("2", ""), 10_000), Ok((10_000, 200, 9_800)));
        let program = percent("2", "").replace("}}}", r#"}},"borne_by":"program"}"#);
        assert_eq!(cut_of(&program, 10_000), Ok((10_000, 200, 10_000)));
        let flat = r#","fee":{"charge":{"type":"flat","amount":"0.25"}}"#;
        assert_eq!(cut_of(flat, 26), Ok((26, 25, 1)));
        assert_eq!(cut_of(flat, 25), Err(Uncut::Fee));
    }

    /// 57.80 at 2 %: 1.156 is 1.16 and leaves 56.64, so 56 arrive. 57.14 leave for it, since 2 %
    /// of 57.14 is 1.1428; 57.15 would leave 56.01.
    #[test]
    fn what_stays_is_charged_nothing() {
        let whole = format!(r#","increment":1{}"#, percent("2", ""));
        assert_eq!(cut_of(&whole, 5_780), Ok((5_714, 114, 5_600)));
        assert_eq!(cut_of(&whole, 102), Ok((102, 2, 100)));
        assert_eq!(cut_of(&whole, 101), Err(Uncut::Increment));
    }

    #[test]
    fn the_most_and_the_least_bound_the_share() {
        let bounded = percent("2", r#","min":"0.50","max":"2.00""#);
        assert_eq!(cut_of(&bounded, 1_000), Ok((1_000, 50, 950)));
        assert_eq!(cut_of(&bounded, 5_000), Ok((5_000, 100, 4_900)));
        assert_eq!(cut_of(&bounded, 50_000), Ok((50_000, 200, 49_800)));
        assert_eq!(cut_of(&bounded, 50), Err(Uncut::Fee));
    }

    #[test]
    fn the_largest_step_arrives_and_least_stays() {
        for rounding in Rounding::ALL {
            for rate in ["0", "0.5", "2", "12.5", "33.3", "50", "99", "100"] {
                for step in ["0.01", "0.07", "1"] {
                    let rest = percent(rate, &format!(r#","min":"0.03","rounding":"{rounding}""#));
                    let policy = policy(&format!(r#","increment":"{step}"{rest}"#));
                    for payable in 1..200 {
                        against_search(&policy, payable);
                    }
                }
            }
        }
    }

    /// Every amount that could leave, tried one by one.
    fn against_search(policy: &PayoutPolicy, payable: i64) {
        let charge = &policy.fee.as_ref().unwrap().charge;
        let best = (1..=payable)
            .map(|gross| (gross, charge.on(gross).unwrap()))
            .map(|(gross, fee)| Cut { gross, fee, net: gross - fee })
            .filter(|cut| cut.net > 0 && cut.net % policy.increment == 0)
            .max_by_key(|cut| (cut.net, cut.gross));
        assert_eq!(cut(policy, payable).unwrap().ok(), best, "{payable} {policy:?}");
    }

    #[test]
    fn the_largest_amount_does_not_overflow() {
        assert_eq!(cut_of(&percent("100", ""), i64::MAX), Err(Uncut::Fee),);
        let half = cut_of(&percent("50", ""), i64::MAX).unwrap();
        assert_eq!(half, (i64::MAX, i64::MAX / 2 + 1, i64::MAX / 2));
        let flat = r#","fee":{"charge":{"type":"flat","amount":"92233720368547758.07"}}"#;
        assert_eq!(cut_of(flat, i64::MAX - 1), Err(Uncut::Fee));
    }
}
