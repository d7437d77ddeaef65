//! How much of a payable amount leaves the balance, how much arrives, and what it costs.
//!
//! The amount that arrives lies on the steps that the method can pay; the fee is charged on what
//! leaves the balance, so that nothing is charged for what stays.

use crate::kernel::exact::{Exact, overflow};
use crate::kernel::money::{Amount, Currency};
use crate::kernel::problem::Problem;
use crate::kernel::rounding::Rounding;
use crate::kernel::schedule::{Compiled, Schedule, ScheduleBoundary};

use super::policy::{FeeBearer, ReturnedFee};
use super::terms::Terms;

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
    Stepped { steps: SteppedCharge, rounding: Rounding, min: i64, max: Option<i64> },
}

/// A fee by a schedule over minor units.
#[derive(Clone, Debug)]
pub(super) struct SteppedCharge {
    compiled: Compiled<Exact>,
    /// The first whole minor unit of each step, upwards.
    starts: Vec<i64>,
}

impl SteppedCharge {
    pub(super) fn new(schedule: &Schedule, compiled: Compiled<Exact>, currency: Currency) -> Self {
        let minor = Exact::from(currency.minor_per_unit());
        let start = |from: Amount| {
            let from = Exact::from(from.decimal()).checked_mul(&minor).ok()?;
            let first = match schedule.boundary {
                ScheduleBoundary::LowerInclusive => from.ceil(),
                ScheduleBoundary::UpperInclusive => from.floor().checked_add(&Exact::ONE).ok()?,
            };
            // A step beyond all amounts is never entered.
            first.as_integer().and_then(|first| i64::try_from(first).ok())
        };
        let starts = schedule.steps.iter().map_while(|step| start(step.from)).collect();
        Self { compiled, starts }
    }

    fn on(&self, gross: i64, rounding: Rounding) -> Result<i64, Problem> {
        let exact = self.compiled.adds(&Exact::ZERO, &Exact::from(gross)).ok_or_else(overflow)?;
        // More than an amount can be is more than any payout.
        Ok(i64::try_from(exact.round(rounding)?).unwrap_or(i64::MAX))
    }
}

impl Charge {
    /// The fee on an amount. Within a [piece](Self::pieces) it never falls as the amount rises,
    /// and never rises by more than the amount does, since no rate is above one.
    fn on(&self, gross: i64) -> Result<i64, Problem> {
        match self {
            Self::Flat(amount) => Ok(*amount),
            Self::Percent { rate, rounding, min, max } => {
                let share = rate.checked_mul(&Exact::from(gross))?.round(*rounding)?;
                // A share of at most the whole; the bound is never reached.
                let share = i64::try_from(share).unwrap_or(gross);
                Ok(share.max(*min).min(max.unwrap_or(i64::MAX)))
            }
            Self::Stepped { steps, rounding, min, max } => {
                let fee = steps.on(gross, *rounding)?;
                Ok(fee.max(*min).min(max.unwrap_or(i64::MAX)))
            }
        }
    }

    /// The amounts from 1 to `most`, cut where the fee may jump, from the top down.
    fn pieces(&self, most: i64) -> Vec<(i64, i64)> {
        let starts = match self {
            Self::Stepped { steps, .. } => steps.starts.as_slice(),
            Self::Flat(_) | Self::Percent { .. } => &[],
        };
        let mut pieces = Vec::with_capacity(starts.len() + 1);
        let mut end = most;
        for start in starts.iter().rev().copied().chain([1]) {
            let start = start.max(1);
            if start <= end {
                pieces.push((start, end));
                end = start - 1;
            }
        }
        pieces
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
pub(super) fn cut(terms: &Terms, payable: i64) -> Result<Result<Cut, Uncut>, Problem> {
    match &terms.fee {
        None => Ok(whole_steps(terms, payable).map(|net| Cut { gross: net, fee: 0, net })),
        Some(fee) => match fee.borne_by {
            FeeBearer::Program => on_top(terms, &fee.charge, payable),
            FeeBearer::Partner => out_of_it(terms, &fee.charge, payable),
        },
    }
}

fn whole_steps(terms: &Terms, amount: i64) -> Result<i64, Uncut> {
    match amount - amount % terms.increment {
        0 => Err(Uncut::Increment),
        steps => Ok(steps),
    }
}

fn on_top(terms: &Terms, charge: &Charge, payable: i64) -> Result<Result<Cut, Uncut>, Problem> {
    match whole_steps(terms, payable) {
        Err(uncut) => Ok(Err(uncut)),
        Ok(net) => Ok(Ok(Cut { gross: net, fee: charge.on(net)?, net })),
    }
}

/// The most that can arrive, and of what makes it arrive the most, so that least stays.
fn out_of_it(terms: &Terms, charge: &Charge, payable: i64) -> Result<Result<Cut, Uncut>, Problem> {
    let mut best = Err(Uncut::Fee);
    for (start, end) in charge.pieces(payable) {
        match (best, within(terms, charge, start, end)?) {
            // The pieces come from the top down, so of equals the first leaves least.
            (Ok(Cut { net, .. }), Ok(found)) if found.net > net => best = Ok(found),
            (Err(_), Ok(found)) => best = Ok(found),
            (Err(Uncut::Fee), Err(uncut)) => best = Err(uncut),
            _ => {}
        }
    }
    Ok(best)
}

/// The same among the amounts from `start` to `end`, between which the fee has no jump.
fn within(
    terms: &Terms,
    charge: &Charge,
    start: i64,
    end: i64,
) -> Result<Result<Cut, Uncut>, Problem> {
    let left = |gross: i64| charge.on(gross).map(|fee| gross.saturating_sub(fee));
    let most = left(end)?;
    if most <= 0 {
        return Ok(Err(Uncut::Fee));
    }
    let net = match whole_steps(terms, most) {
        Ok(net) if net >= left(start)? => net,
        _ => return Ok(Err(Uncut::Increment)),
    };
    // What arrives rises by at most one unit with each unit that leaves, so every amount from the
    // least to the most can arrive; the most that may leave for it is found by halving.
    let (mut enough, mut limit) = (start, end);
    while enough < limit {
        let middle = limit - (limit - enough) / 2;
        if left(middle)? <= net {
            enough = middle;
        } else {
            limit = middle - 1;
        }
    }
    Ok(Ok(Cut { gross: enough, fee: enough.saturating_sub(net), net }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payout::policy::PayoutPolicyText;
    use crate::payout::terms::PayoutPolicy;

    fn policy(rest: &str) -> Terms {
        let text = format!(
            r#"{{"format":"guerdon.payout_policy/1","id":"monthly","version":1,"currency":"USD"{rest}}}"#
        );
        let policy = PayoutPolicy::compile(&text.parse::<PayoutPolicyText>().unwrap().0).unwrap();
        policy.terms(None).clone()
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

    /// With jumps up and down, in minor units of 1 to 200.
    #[test]
    fn a_schedule_may_jump() {
        let schedules = [
            r#""mode":"per_transaction","steps":[{"from":0,"flat":"0.05"},{"from":"0.40","flat":"0.30"},{"from":"1.20","rate":{"percent":"3"}}]"#,
            r#""mode":"per_transaction","boundary":"upper_inclusive","steps":[{"from":"0.10","rate":{"percent":"99"}},{"from":"0.50","rate":{"percent":"1"},"flat":"0.10"},{"from":"1.00","flat":0}]"#,
            r#""mode":"marginal","steps":[{"from":0,"rate":{"ratio":"1/3"}},{"from":"0.33","flat":"0.20"},{"from":"0.90","per_unit":"0.5","rate":{"percent":"40"}}]"#,
            r#""mode":"marginal","boundary":"upper_inclusive","steps":[{"from":"0.005","flat":"0.01"},{"from":"0.015","flat":"0.40"},{"from":"1.555","rate":{"percent":"7"}}]"#,
        ];
        for schedule in schedules {
            for bounds in ["", r#","min":"0.03""#, r#","max":"0.25""#, r#","rounding":"ceil""#] {
                for step in ["0.01", "0.07", "1"] {
                    let terms = policy(&format!(
                        r#","increment":"{step}","fee":{{"charge":{{"type":"schedule","schedule":{{{schedule}}}{bounds}}}}}"#
                    ));
                    for payable in 1..200 {
                        against_search(&terms, payable);
                    }
                }
            }
        }
    }

    /// Every amount that could leave, tried one by one.
    fn against_search(policy: &Terms, payable: i64) {
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
