//! What a line costs: measured, freed of what is included, priced, discounted, bounded, rounded.

use crate::kernel::exact::{Exact, overflow};
use crate::kernel::explain::Sink;
use crate::kernel::money::{Currency, Rate, from_minor};
use crate::kernel::problem::Problem;
use crate::kernel::rounding::Rounding;
use crate::kernel::schedule::pieces;

use super::compile::{Meter, Pricing, Steps};
use super::measure::{billable, measure};
use super::operations::UsageEvent;
use super::step::UsageStep;

/// What a line came to.
pub(super) struct Rated {
    pub(super) quantity: Exact,
    pub(super) billable: Exact,
    /// Before it is rounded, in units of the currency.
    pub(super) exact: Exact,
    /// In minor units.
    pub(super) minor: i64,
}

/// How a line is made money.
#[derive(Clone, Copy)]
pub(super) struct Terms<'a> {
    pub(super) currency: Currency,
    pub(super) rounding: Rounding,
    pub(super) discount: &'a Rate,
    /// Whether the period is over, so that a minimum is owed.
    pub(super) closed: bool,
}

/// Rates the events of a period, which are in the order of time, then ids.
pub(super) fn rate(
    meter: &Meter,
    events: &[&UsageEvent],
    terms: Terms<'_>,
    steps: &mut impl Sink<UsageStep>,
) -> Result<Rated, Problem> {
    let quantity = measure(meter.aggregate, events)?;
    let billable = billable(&quantity, &meter.included)?;
    steps.step(|| UsageStep::Measured {
        events: u64::try_from(events.len()).unwrap_or(u64::MAX),
        aggregate: meter.aggregate,
        quantity: quantity.clone(),
    });
    if !meter.included.is_zero() {
        let (included, billable) = (meter.included.clone(), billable.clone());
        steps.step(|| UsageStep::Included { included, billable });
    }
    let priced = priced(meter, events, &billable, steps)?;
    let left = discounted(priced, terms.discount, steps)?;
    let exact = bounded(meter, left, terms, steps)?;
    let minor = rounded(&exact, terms, steps)?;
    Ok(Rated { quantity, billable, exact, minor })
}

fn priced(
    meter: &Meter,
    events: &[&UsageEvent],
    billable: &Exact,
    steps: &mut impl Sink<UsageStep>,
) -> Result<Exact, Problem> {
    match &meter.pricing {
        Pricing::Whole(price) => whole(price, billable, steps),
        Pricing::Packages { size, steps: price } => {
            let packages = billable.checked_div(&Exact::from(size.decimal()))?.ceil();
            steps.step(|| UsageStep::Packed { size: *size, packages: packages.clone() });
            whole(price, &packages, steps)
        }
        Pricing::Events { steps: price, min, max, free } => {
            let each = Each { price, min, max: max.as_ref(), free: *free };
            each.priced(events, meter.included.clone(), steps)
        }
        Pricing::Flat(amount) => {
            steps.step(|| UsageStep::Flat { amount: amount.clone() });
            Ok(amount.clone())
        }
    }
}

fn whole(
    price: &Steps,
    measure: &Exact,
    steps: &mut impl Sink<UsageStep>,
) -> Result<Exact, Problem> {
    let amount = price.compiled.adds(&Exact::ZERO, measure).ok_or_else(overflow)?;
    if keeps(steps) {
        let pieces = pieces(&price.schedule, &price.compiled, &Exact::ZERO, measure)?;
        steps.step(|| UsageStep::Priced { pieces, amount: amount.clone() });
    }
    Ok(amount)
}

const fn keeps<S: Sink<UsageStep>>(_: &S) -> bool {
    S::KEEPS
}

/// What each event costs.
struct Each<'a> {
    price: &'a Steps,
    min: &'a Exact,
    max: Option<&'a Exact>,
    free: u32,
}

impl Each<'_> {
    /// What is included goes to the first events, and what is left of one is what it is priced by.
    fn priced(
        &self,
        events: &[&UsageEvent],
        mut included: Exact,
        steps: &mut impl Sink<UsageStep>,
    ) -> Result<Exact, Problem> {
        let (mut sum, mut free) = (Exact::ZERO, self.free);
        for event in events {
            let quantity = Exact::from(event.quantity.decimal());
            let left = billable(&quantity, &included)?;
            included = billable(&included, &quantity)?;
            if left.is_zero() {
                continue;
            }
            let priced = self.price.compiled.adds(&Exact::ZERO, &left).ok_or_else(overflow)?;
            let amount = if free > 0 {
                free -= 1;
                Exact::ZERO
            } else {
                let raised = priced.clone().max(self.min.clone());
                self.max.map_or(raised.clone(), |max| raised.min(max.clone()))
            };
            sum = sum.checked_add(&amount)?;
            let event = event.id.clone();
            steps.step(|| UsageStep::Event { event, billable: left, priced, amount });
        }
        Ok(sum)
    }
}

fn discounted(
    amount: Exact,
    discount: &Rate,
    steps: &mut impl Sink<UsageStep>,
) -> Result<Exact, Problem> {
    if discount.exact().is_zero() {
        return Ok(amount);
    }
    let left = amount.checked_sub(&amount.checked_mul(discount.exact())?)?;
    steps.step(|| UsageStep::Discounted { rate: discount.clone(), amount: left.clone() });
    Ok(left)
}

fn bounded(
    meter: &Meter,
    amount: Exact,
    terms: Terms<'_>,
    steps: &mut impl Sink<UsageStep>,
) -> Result<Exact, Problem> {
    let units =
        |minor: i64| Exact::ratio(i128::from(minor), i128::from(terms.currency.minor_per_unit()));
    let least = units(meter.minimum)?;
    if terms.closed && amount < least {
        let to = from_minor(meter.minimum, terms.currency);
        steps.step(|| UsageStep::Raised { before: amount, to });
        return Ok(least);
    }
    let Some(maximum) = meter.maximum else { return Ok(amount) };
    let most = units(maximum)?;
    if amount <= most {
        return Ok(amount);
    }
    let (to, lost) = (from_minor(maximum, terms.currency), amount.checked_sub(&most)?);
    steps.step(|| UsageStep::Cut { before: amount, to, lost });
    Ok(most)
}

fn rounded(
    exact: &Exact,
    terms: Terms<'_>,
    steps: &mut impl Sink<UsageStep>,
) -> Result<i64, Problem> {
    let minor = exact.checked_mul(&Exact::from(terms.currency.minor_per_unit()))?;
    let minor = i64::try_from(minor.round(terms.rounding)?).map_err(|_| overflow())?;
    let amount = from_minor(minor, terms.currency);
    steps.step(|| UsageStep::Rounded { exact: exact.clone(), amount });
    Ok(minor)
}
