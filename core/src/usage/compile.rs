//! A price book made ready, and everything that can be wrong with its document.

use std::collections::BTreeMap;

use crate::kernel::calendar::Periods;
use crate::kernel::document::hash;
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Currency, Rate, non_negative, to_minor};
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::rounding::Rounding;
use crate::kernel::schedule::{
    Compiled, Schedule, ScheduleBoundary, ScheduleMode, ScheduleStep, compile_exact,
};

use super::operations::PriceBookReference;
use super::prices::{ClientPrices, PriceBookDocument, UsageAggregate, UsageMeter, UsagePrice};
use super::{PRICE_NEGATIVE, PRICE_UNFIT};

/// How many meters a hint names.
const MOST_NAMED: usize = 20;

/// A price book that is known to be right, made once and used for many events.
#[derive(Clone, Debug)]
pub struct PriceBook {
    id: Id,
    version: u32,
    hash: Id,
    pub(super) currency: Currency,
    pub(super) periods: Periods,
    pub(super) rounding: Rounding,
    /// What clients have of whom the book says nothing.
    everybody: Prices,
    clients: BTreeMap<Id, Prices>,
}

/// The prices of a client, in minor units where they are money.
#[derive(Clone, Debug)]
pub(super) struct Prices {
    /// A client's own; everybody's hold for the rest.
    meters: BTreeMap<Id, Meter>,
    /// Those of them that may cost something where nothing was used.
    standing: Vec<Id>,
    pub(super) minimum: i64,
    pub(super) discount: Rate,
}

/// A meter made ready.
#[derive(Clone, Debug)]
pub(super) struct Meter {
    pub(super) aggregate: UsageAggregate,
    pub(super) included: Exact,
    pub(super) pricing: Pricing,
    pub(super) minimum: i64,
    pub(super) maximum: Option<i64>,
}

/// What usage costs, by a schedule in units of the currency.
#[derive(Clone, Debug)]
pub(super) enum Pricing {
    /// By what the events of a period come to.
    Whole(Steps),
    /// By the packages that were begun of it.
    Packages { size: Amount, steps: Steps },
    /// Each event by its own quantity.
    Events { steps: Steps, min: Exact, max: Option<Exact>, free: u32 },
    /// The same whatever was used.
    Flat(Exact),
}

/// A schedule as it is written, which explains, and compiled, which computes.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    pub(super) schedule: Schedule,
    pub(super) compiled: Compiled<Exact>,
}

impl Meter {
    fn is_standing(&self) -> bool {
        self.minimum > 0 || matches!(self.pricing, Pricing::Flat(_))
    }
}

/// The meters that may cost something where nothing was used.
fn standing(meters: &BTreeMap<Id, Meter>) -> Vec<Id> {
    let standing = meters.iter().filter(|(_, meter)| meter.is_standing());
    standing.map(|(name, _)| name.clone()).collect()
}

impl PriceBook {
    /// Checks a document and prepares it.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place.
    pub fn compile(document: &PriceBookDocument) -> Result<Self, Problems> {
        let mut compiling = Compiling { currency: document.currency, found: Vec::new() };
        let meters = compiling.within(&["meters"], |inner| inner.meters(&document.meters));
        let everybody = Prices {
            standing: standing(&meters),
            meters,
            minimum: compiling.money(document.minimum, "minimum"),
            discount: Rate::default(),
        };
        let mut clients = BTreeMap::new();
        for (client, prices) in &document.clients {
            let own = compiling
                .within(&["clients", client.as_str()], |inner| inner.client(prices, &everybody));
            clients.insert(client.clone(), own);
        }
        Problems::verdict(compiling.found)?;
        Ok(Self {
            id: document.id.clone(),
            version: document.version,
            hash: hash(document)?.parse()?,
            currency: document.currency,
            periods: Periods::calendar(document.period, document.zone),
            rounding: document.rounding,
            everybody,
            clients,
        })
    }

    /// Which document this is.
    #[must_use]
    pub fn reference(&self) -> PriceBookReference {
        let Self { id, version, hash, .. } = self;
        PriceBookReference { id: id.clone(), version: *version, hash: hash.clone() }
    }

    /// The book's id.
    pub(super) const fn id(&self) -> &Id {
        &self.id
    }

    /// What a client pays.
    pub(super) fn prices(&self, client: &Id) -> &Prices {
        self.clients.get(client).unwrap_or(&self.everybody)
    }

    /// The price of a meter for a client: their own, or else everybody's.
    pub(super) fn meter(&self, client: &Id, meter: &Id) -> Option<&Meter> {
        self.prices(client).meters.get(meter).or_else(|| self.everybody.meters.get(meter))
    }

    /// A few of a client's meters, for a hint.
    pub(super) fn some_meters(&self, client: &Id) -> Vec<&str> {
        let own = self.clients.get(client).into_iter().chain([&self.everybody]);
        own.flat_map(|prices| prices.meters.keys()).take(MOST_NAMED).map(Id::as_str).collect()
    }

    /// The meters that may cost a client something where nothing was used.
    pub(super) fn standing(&self, client: &Id) -> impl Iterator<Item = &Id> {
        let own = self.clients.get(client).into_iter().chain([&self.everybody]);
        own.flat_map(|prices| &prices.standing)
    }
}

/// Collects every problem; what has one is left out, and never seen, as the book is then refused.
struct Compiling {
    currency: Currency,
    found: Vec<Problem>,
}

impl Compiling {
    /// Does something whose problems are further in.
    fn within<T>(&mut self, place: &[&str], work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.found.len();
        let done = work(self);
        let found = self.found.split_off(before);
        let placed = |problem| place.iter().rev().fold(problem, Problem::under);
        self.found.extend(found.into_iter().map(placed));
        done
    }

    fn client(&mut self, prices: &ClientPrices, everybody: &Prices) -> Prices {
        let meters = self.within(&["meters"], |inner| inner.meters(&prices.meters));
        let minimum = prices.minimum.map(|minimum| self.money(minimum, "minimum"));
        let discount = prices.discount.exact();
        if discount.signum() < 0 || *discount > Exact::ONE {
            let found = format!("the discount `{}` is not between 0 % and 100 %", prices.discount);
            self.unfit("discount", &found, "a surcharge is a price of the client's own");
        }
        Prices {
            standing: standing(&meters),
            meters,
            minimum: minimum.unwrap_or(everybody.minimum),
            discount: prices.discount.clone(),
        }
    }

    fn meters(&mut self, meters: &BTreeMap<Id, UsageMeter>) -> BTreeMap<Id, Meter> {
        let compiled = meters.iter().filter_map(|(name, meter)| {
            let compiled = self.within(&[name.as_str()], |inner| inner.meter(meter))?;
            Some((name.clone(), compiled))
        });
        compiled.collect()
    }

    fn meter(&mut self, meter: &UsageMeter) -> Option<Meter> {
        let pricing = self.within(&["price"], |inner| inner.price(&meter.price));
        let each = matches!(pricing, Some(Pricing::Events { .. }));
        if each && meter.aggregate != UsageAggregate::Sum {
            let found = format!("each event is priced, and not their {}", meter.aggregate);
            self.unfit("aggregate", &found, "leave it out, or price what the events come to");
        }
        if matches!(pricing, Some(Pricing::Flat(_))) && meter.included > Amount::ZERO {
            let found = "a flat price is for whatever is used, and includes all of it";
            self.unfit("included", found, "leave it out");
        }
        let included = self.not_negative(meter.included, "included");
        let minimum = self.money(meter.minimum, "minimum");
        let maximum = meter.maximum.map(|maximum| self.money(maximum, "maximum"));
        if maximum.is_some_and(|maximum| maximum < minimum) {
            self.crossed("maximum");
        }
        Some(Meter { aggregate: meter.aggregate, included, pricing: pricing?, minimum, maximum })
    }

    fn price(&mut self, price: &UsagePrice) -> Option<Pricing> {
        match price {
            UsagePrice::Unit { amount } => {
                self.not_negative(*amount, "amount");
                Some(Pricing::Whole(
                    self.one_step(ScheduleStep { per_unit: Some(*amount), ..nothing() })?,
                ))
            }
            UsagePrice::Graduated { steps, boundary } => {
                Some(Pricing::Whole(self.steps(ScheduleMode::Marginal, steps, *boundary)?))
            }
            UsagePrice::Volume { steps, boundary } => {
                Some(Pricing::Whole(self.steps(ScheduleMode::Retroactive, steps, *boundary)?))
            }
            UsagePrice::Package { size, amount } => {
                self.not_negative(*amount, "amount");
                if *size <= Amount::ZERO {
                    let found = format!("a package of `{size}` units is never filled");
                    self.unfit("size", &found, "give the number of units in one");
                    return None;
                }
                let steps = self.one_step(ScheduleStep { per_unit: Some(*amount), ..nothing() })?;
                Some(Pricing::Packages { size: *size, steps })
            }
            UsagePrice::PerEvent { steps, boundary, min, max, free_events } => {
                let (min, max) = self.bounds(*min, *max);
                let steps = self.steps(ScheduleMode::PerTransaction, steps, *boundary)?;
                Some(Pricing::Events { steps, min, max, free: *free_events })
            }
            UsagePrice::Percentage { rate, fixed, min, max, free_events } => {
                if let Err(problem) = non_negative(rate) {
                    self.found.push(problem.under("rate"));
                    return None;
                }
                let (min, max) = self.bounds(*min, *max);
                self.not_negative(*fixed, "fixed");
                if fixed.is_negative() {
                    return None;
                }
                let step =
                    ScheduleStep { rate: Some(rate.clone()), flat: Some(*fixed), ..nothing() };
                let boundary = ScheduleBoundary::default();
                let steps = self.steps(ScheduleMode::PerTransaction, &[step], boundary)?;
                Some(Pricing::Events { steps, min, max, free: *free_events })
            }
            UsagePrice::Flat { amount } => {
                Some(Pricing::Flat(self.not_negative(*amount, "amount")))
            }
        }
    }

    fn one_step(&mut self, step: ScheduleStep) -> Option<Steps> {
        // What is wrong with it was told at the field that it comes from.
        if step.per_unit.is_some_and(Amount::is_negative) {
            return None;
        }
        self.steps(ScheduleMode::Marginal, &[step], ScheduleBoundary::default())
    }

    fn steps(
        &mut self,
        mode: ScheduleMode,
        steps: &[ScheduleStep],
        boundary: ScheduleBoundary,
    ) -> Option<Steps> {
        let schedule = Schedule { mode, steps: steps.to_vec(), boundary, posting: None };
        match compile_exact(&schedule) {
            Ok(compiled) => Some(Steps { schedule, compiled }),
            Err(problems) => {
                self.found.extend(problems.into_vec());
                None
            }
        }
    }

    fn bounds(&mut self, min: Amount, max: Option<Amount>) -> (Exact, Option<Exact>) {
        let least = self.not_negative(min, "min");
        let most = max.map(|max| self.not_negative(max, "max"));
        if max.is_some_and(|max| max < min) {
            self.crossed("max");
        }
        (least, most)
    }

    fn crossed(&mut self, key: &str) {
        self.unfit(key, "the most is less than the least", "let the most be the larger one");
    }

    /// An amount that is posted as it is, in minor units.
    fn money(&mut self, amount: Amount, key: &str) -> i64 {
        self.not_negative(amount, key);
        match to_minor(amount, self.currency) {
            Ok(minor) => minor,
            Err(problem) => {
                self.found.push(problem.under(key));
                0
            }
        }
    }

    fn not_negative(&mut self, amount: Amount, key: &str) -> Exact {
        if amount.is_negative() {
            let problem = Problem::new(
                PRICE_NEGATIVE,
                format!("`{amount}` is below zero"),
                "prices and quantities are zero or more; what is taken off is a `discount`",
            );
            self.found.push(problem.under(key));
        }
        Exact::from(amount.decimal())
    }

    fn unfit(&mut self, key: &str, found: &str, hint: &str) {
        self.found.push(Problem::new(PRICE_UNFIT, found, hint).under(key));
    }
}

/// A step from the first unit on that pays nothing yet.
fn nothing() -> ScheduleStep {
    ScheduleStep { from: Amount::ZERO, to: None, rate: None, per_unit: None, flat: None }
}
