//! What arrives of a payout in another currency, at a rate that the host gives.
//!
//! A balance is paid out in its own currency; only what arrives is converted, once, when the
//! payout is made. So a payout that comes back gives back exactly what left the balance, whatever
//! the rate is by then.

use std::collections::BTreeMap;

use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::money::{ConvertInput, Currency, Money, RATE_INVALID, convert};
use crate::kernel::problem::{Problem, Problems};

use super::terms::PayoutPolicy;
use super::{RATE_DUPLICATE, RATE_MISSING};

/// What a unit of one currency is in another one.
#[model]
pub struct ExchangeRate {
    /// The currency that is converted.
    pub base: Currency,
    /// The currency that it becomes.
    pub quote: Currency,
    /// How many units of `quote` one unit of `base` buys; above zero.
    pub rate: Exact,
}

/// What arrives in another currency.
#[model]
pub struct PayoutExchange {
    /// How many units of that currency one unit of the payout's own buys.
    pub rate: Exact,
    /// What arrives: `net` at that rate, rounded once.
    pub amount: Money,
}

/// The rates out of the policy's currency.
pub(super) struct Rates<'a>(BTreeMap<Currency, &'a Exact>);

impl<'a> Rates<'a> {
    /// Reads all rates; those out of other currencies are only checked.
    pub(super) fn read(rates: &'a [ExchangeRate], from: Currency) -> Result<Self, Problems> {
        let mut known: BTreeMap<(Currency, Currency), &Exact> = BTreeMap::new();
        let mut found = Vec::new();
        for (position, one) in rates.iter().enumerate() {
            let placed = |problem: Problem| problem.under("rate").under(position).under("rates");
            if one.rate.signum() <= 0 {
                found.push(placed(Problem::new(
                    RATE_INVALID,
                    format!("the rate `{}` is not above zero", one.rate),
                    "say how many units of `quote` one unit of `base` buys, such as \"82.42135\"",
                )));
            }
            if known.insert((one.base, one.quote), &one.rate).is_some() {
                found.push(placed(Problem::new(
                    RATE_DUPLICATE,
                    format!("there is another rate from {} to {}", one.base, one.quote),
                    "give the one rate that was agreed",
                )));
            }
        }
        Problems::verdict(found)?;
        let ours = known.into_iter().filter(|((out_of, _), _)| *out_of == from);
        Ok(Self(ours.map(|((_, to), rate)| (to, rate)).collect()))
    }

    /// What arrives of an amount; nothing to say where no other currency is asked for.
    pub(super) fn exchange(
        &self,
        policy: &PayoutPolicy,
        net: Money,
        pay_in: Option<Currency>,
    ) -> Result<Option<PayoutExchange>, Problems> {
        let Some(to) = pay_in.filter(|to| *to != net.currency) else { return Ok(None) };
        let Some(rate) = self.0.get(&to) else {
            return Err(Problem::new(
                RATE_MISSING,
                format!("there is no rate from {} to {to}", net.currency),
                "add it to `rates`, or pay in the currency of the policy",
            )
            .into());
        };
        let rate = (*rate).clone();
        let rounding = policy.exchange_rounding;
        let amount = convert(ConvertInput { money: net, to, rate: rate.clone(), rounding })?;
        Ok(Some(PayoutExchange { rate, amount }))
    }
}
