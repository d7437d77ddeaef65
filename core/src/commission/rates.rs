//! A plan's rates in the numbers that the evaluator works in.
//!
//! As integers, everything is counted over one denominator: D is a common multiple of the
//! denominators of all rates and of all amounts in minor units, and each multiplier's own
//! denominator comes on top. An amount before multipliers is a number of minor units times D.
//! Exact numbers need no denominator, so theirs is one. A plan whose denominators do not fit
//! 64 bits has no integers, and is evaluated exactly.

use num_integer::Integer;

use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Rate};
use crate::kernel::problem::Problems;
use crate::kernel::rounding::Rounding;
use crate::kernel::schedule::{
    self, Compiled, Scale, SchedulePosting, compile_exact, compile_exact_scaled, compile_scaled,
};

use super::conditions::ConditionId;
use super::plan::{Measure, Pay, PlanDocument, Rule, TieredRates};
use super::row::{RowLine, measured};
use super::sponsoring::Override;
use super::working::Working;

/// The plan's rates over one denominator.
#[derive(Clone, Debug)]
pub(super) struct Tables<N> {
    /// One minor unit, as rules count it.
    pub(super) one: N,
    /// One minor unit, once multipliers are in.
    pub(super) one_multiplied: N,
    /// By the numbers of the rules.
    pub(super) rules: Vec<RuleTable<N>>,
    pub(super) schedules: Vec<ScheduleTable<N>>,
    pub(super) multipliers: Vec<MultiplierTable<N>>,
    pub(super) caps: Vec<N>,
    /// The least of an order, over the multiplied denominator.
    pub(super) order_min: Option<N>,
    pub(super) overrides: Vec<OverrideTable<N>>,
}

/// The rates of an override.
#[derive(Clone, Debug)]
pub(super) struct OverrideTable<N> {
    rate: N,
    /// By tier number; empty unless it goes by the sponsor's tier.
    tiers: Vec<Option<N>>,
}

impl<N> OverrideTable<N> {
    /// The rate of a tier.
    pub(super) fn rate(&self, tier: Option<u16>) -> &N {
        let listed = tier.and_then(|tier| self.tiers.get(usize::from(tier)));
        listed.and_then(Option::as_ref).unwrap_or(&self.rate)
    }
}

/// What a rule pays.
#[derive(Clone, Debug)]
pub(super) struct RuleTable<N> {
    pub(super) pay: Paying<N>,
    /// By tier number; empty unless the rule pays by tier.
    pub(super) tiers: Vec<Option<Paying<N>>>,
    /// How it pays partners who have a rate of their own, where it goes by that.
    pub(super) own: Option<Paying<N>>,
    /// Over the multiplied denominator.
    pub(super) min: Option<N>,
    pub(super) max: Option<N>,
}

impl<N: Working> RuleTable<N> {
    /// The limit that an amount does not keep to, if any: the most, or the least of what is paid
    /// at all.
    #[inline(always)]
    pub(super) fn limit(&self, amount: &N) -> Option<&N> {
        let least = self.min.as_ref().filter(|min| *amount > N::ZERO && amount < *min);
        least.or_else(|| self.max.as_ref().filter(|max| amount > *max))
    }
}

impl<N> RuleTable<N> {
    /// The way this pays for a tier.
    #[inline(always)]
    pub(super) fn paying(&self, tier: Option<u16>) -> &Paying<N> {
        match tier.and_then(|tier| self.tiers.get(usize::from(tier))) {
            Some(Some(paying)) => paying,
            _ => &self.pay,
        }
    }
}

/// A factor.
#[derive(Clone, Debug)]
pub(super) struct MultiplierTable<N> {
    pub(super) when: Option<ConditionId>,
    /// Over its own denominator.
    pub(super) factor: N,
    /// That denominator, which stands in where the factor does not apply.
    pub(super) none: N,
}

/// One way to pay.
#[derive(Clone, Debug)]
pub(super) enum Paying<N> {
    Nothing,
    Percent(N),
    Flat(N),
    PerUnit(N),
    Schedule(usize),
    /// By the rate of the partner's own.
    Own,
}

impl<N: Working> Paying<N> {
    /// What this pays for a line, before multipliers; none where that does not fit, and where it
    /// takes a meter to tell.
    #[inline(always)]
    pub(super) fn amount(&self, line: &RowLine) -> Option<N> {
        match self {
            Self::Nothing => Some(N::ZERO),
            Self::Percent(rate) => N::whole(line.base).times(rate),
            Self::Flat(amount) => Some(amount.clone()),
            Self::PerUnit(amount) => N::quantity(line.quantity)?.times(amount),
            Self::Schedule(_) | Self::Own => None,
        }
    }
}

/// A schedule with its meter.
#[derive(Clone, Debug)]
pub(super) struct ScheduleTable<N> {
    pub(super) measure: Measure,
    pub(super) meter: usize,
    /// Which of the plan's windows it measures over.
    pub(super) window: usize,
    pub(super) cumulative: bool,
    pub(super) rates: Compiled<N>,
}

/// What a line earns by a schedule, and what it leaves in the meter.
pub(super) struct Moved<N> {
    pub(super) amount: N,
    pub(super) after: N,
    pub(super) settled: i64,
}

impl<N: Working> ScheduleTable<N> {
    /// What a line earns on top of what the meter has measured and settled.
    #[inline(always)]
    pub(super) fn moves(
        &self,
        before: &N,
        settled: i64,
        line: &RowLine,
        one: &N,
        rounding: Rounding,
    ) -> Option<Moved<N>> {
        self.adds(before, settled, &measured(self.measure, line)?, one, rounding)
    }

    /// What so much of the measure earns on top of what the meter has measured and settled.
    #[inline(always)]
    pub(super) fn adds(
        &self,
        before: &N,
        settled: i64,
        added: &N,
        one: &N,
        rounding: Rounding,
    ) -> Option<Moved<N>> {
        let after = before.plus(added)?;
        if !self.cumulative {
            return Some(Moved { amount: self.rates.adds(before, added)?, after, settled });
        }
        let target = self.rates.cumulative(&after)?.settle(one, rounding)?;
        let amount = N::whole(target.checked_sub(settled)?).times(one)?;
        Some(Moved { amount, after, settled: target })
    }
}

/// The schedules of a plan in plain units: what explanations are told in.
pub(super) fn schedules(document: &PlanDocument) -> Result<Vec<Compiled<Exact>>, Problems> {
    document.schedules.values().map(|tiered| compile_exact(&tiered.rates)).collect()
}

/// The rates as exact numbers.
pub(super) fn exact(
    document: &PlanDocument,
    tiers: &[Id],
    conditions: &[Option<ConditionId>],
    windows: &[usize],
) -> Result<Tables<Exact>, Problems> {
    let factors = document.multipliers.iter();
    let build = Build {
        document,
        tiers,
        conditions,
        windows,
        one: Exact::ONE,
        one_multiplied: Exact::ONE,
        factors: factors.map(|one| (one.factor.exact().clone(), Exact::ONE)).collect(),
        number: &|value: &Exact| Some(value.clone()),
        schedule: &|tiered: &TieredRates| {
            compile_exact_scaled(&tiered.rates, scale(tiered.measure, document, 1)).ok()
        },
    };
    build.tables().ok_or_else(|| crate::kernel::exact::overflow().into())
}

/// The rates as integers, if all of them fit.
pub(super) fn scaled(
    document: &PlanDocument,
    tiers: &[Id],
    conditions: &[Option<ConditionId>],
    windows: &[usize],
) -> Option<Tables<i64>> {
    let denominator = denominator(document)?;
    let factors = document.multipliers.iter().map(|one| {
        let (num, den) = one.factor.exact().as_small()?;
        Some((i64::try_from(num).ok()?, i64::try_from(den).ok()?))
    });
    let factors = factors.collect::<Option<Vec<_>>>()?;
    let one_multiplied =
        factors.iter().try_fold(denominator, |product, (_, den)| product.checked_mul(*den))?;
    let build = Build {
        document,
        tiers,
        conditions,
        windows,
        one: denominator,
        one_multiplied,
        factors,
        number: &|value: &Exact| i64::try_from(value.as_integer()?).ok(),
        schedule: &|tiered: &TieredRates| {
            compile_scaled(&tiered.rates, scale(tiered.measure, document, denominator))
        },
    };
    build.tables()
}

fn scale(measure: Measure, document: &PlanDocument, denominator: i64) -> Scale {
    let minor = document.currency.minor_per_unit();
    let measure_per_unit = match measure {
        Measure::Volume | Measure::Earnings => minor,
        Measure::Count | Measure::Quantity | Measure::Custom => 1,
    };
    Scale { measure_per_unit, money_per_unit: minor, denominator }
}

/// The least D over which every rate and every amount is a whole number.
fn denominator(document: &PlanDocument) -> Option<i64> {
    let minor = Exact::from(document.currency.minor_per_unit());
    let mut common = 1_i64;
    let mut include = |needed: i64| {
        common = common.checked_mul(needed / common.gcd(&needed))?;
        Some(())
    };
    for pay in document.rules().flat_map(Rule::pays) {
        include(match pay {
            Pay::Percent { rate } => rate_denominator(rate.exact())?,
            Pay::Flat { amount } | Pay::PerUnit { amount } => {
                rate_denominator(&Exact::from(amount.decimal()).checked_mul(&minor).ok()?)?
            }
            Pay::Schedule { .. } | Pay::ByTier { .. } | Pay::OwnRate { .. } => 1,
        })?;
    }
    for tiered in document.schedules.values() {
        let Scale { measure_per_unit, money_per_unit, .. } = scale(tiered.measure, document, 1);
        include(schedule::denominator(&tiered.rates, measure_per_unit, money_per_unit)?)?;
    }
    for overriding in &document.overrides {
        for rate in overriding.tiers.values().chain([&overriding.rate]) {
            include(rate_denominator(rate.exact())?)?;
        }
    }
    Some(common)
}

fn rate_denominator(value: &Exact) -> Option<i64> {
    i64::try_from(value.as_small()?.1).ok()
}

/// What it takes to write a plan's rates in one kind of number.
struct Build<'a, N> {
    document: &'a PlanDocument,
    tiers: &'a [Id],
    conditions: &'a [Option<ConditionId>],
    /// Of each meter, which of the plan's windows it has.
    windows: &'a [usize],
    one: N,
    one_multiplied: N,
    factors: Vec<(N, N)>,
    /// A value that is already over the right denominator.
    number: &'a dyn Fn(&Exact) -> Option<N>,
    schedule: &'a dyn Fn(&TieredRates) -> Option<Compiled<N>>,
}

impl<N: Working> Build<'_, N> {
    fn tables(self) -> Option<Tables<N>> {
        let rules = self.document.rules().map(|rule| self.rule(rule));
        let schedules = self.document.schedules.values().enumerate();
        let caps = self.document.caps.iter();
        let overrides = self.document.overrides.iter();
        Some(Tables {
            rules: rules.collect::<Option<_>>()?,
            schedules: schedules
                .map(|(meter, tiered)| {
                    let rates = (self.schedule)(tiered)?;
                    let cumulative = rates.posting() == SchedulePosting::Cumulative;
                    Some(ScheduleTable {
                        measure: tiered.measure,
                        meter,
                        window: *self.windows.get(meter)?,
                        cumulative,
                        rates,
                    })
                })
                .collect::<Option<_>>()?,
            caps: caps
                .map(|cap| self.money(cap.max, &self.one_multiplied))
                .collect::<Option<_>>()?,
            overrides: overrides.map(|one| self.override_table(one)).collect::<Option<_>>()?,
            order_min: match self.document.order_min {
                Some(least) => Some(self.money(least, &self.one_multiplied)?),
                None => None,
            },
            one: self.one,
            one_multiplied: self.one_multiplied,
            multipliers: self
                .factors
                .into_iter()
                .zip(self.conditions)
                .map(|((factor, none), when)| MultiplierTable { when: *when, factor, none })
                .collect(),
        })
    }

    fn rule(&self, rule: &Rule) -> Option<RuleTable<N>> {
        let limit = |limit: Option<Amount>| match limit {
            Some(amount) => self.money(amount, &self.one_multiplied).map(Some),
            None => Some(None),
        };
        let (pay, tiers) = match &rule.pay {
            Pay::ByTier { tiers, otherwise } => (
                otherwise.as_deref().map_or(Some(Paying::Nothing), |pay| self.paying(pay))?,
                self.tiers
                    .iter()
                    .map(|tier| match tiers.get(tier) {
                        Some(pay) => self.paying(pay).map(Some),
                        None => Some(None),
                    })
                    .collect::<Option<_>>()?,
            ),
            Pay::OwnRate { otherwise } => {
                let pay =
                    otherwise.as_deref().map_or(Some(Paying::Nothing), |pay| self.paying(pay));
                (pay?, Vec::new())
            }
            pay => (self.paying(pay)?, Vec::new()),
        };
        let own = matches!(rule.pay, Pay::OwnRate { .. }).then_some(Paying::Own);
        let (min, max) = (limit(rule.min)?, limit(rule.max)?);
        Some(RuleTable { pay, tiers, own, min, max })
    }

    fn override_table(&self, of: &Override) -> Option<OverrideTable<N>> {
        let rate = |rate: &Rate| self.over(rate.exact(), &self.one);
        let mut tiers = Vec::new();
        if !of.tiers.is_empty() {
            for tier in self.tiers {
                tiers.push(match of.tiers.get(tier) {
                    Some(listed) => Some(rate(listed)?),
                    None => None,
                });
            }
        }
        Some(OverrideTable { rate: rate(&of.rate)?, tiers })
    }

    fn paying(&self, pay: &Pay) -> Option<Paying<N>> {
        Some(match pay {
            Pay::Percent { rate } => Paying::Percent(self.over(rate.exact(), &self.one)?),
            Pay::Flat { amount } => Paying::Flat(self.money(*amount, &self.one)?),
            Pay::PerUnit { amount } => Paying::PerUnit(self.money(*amount, &self.one)?),
            Pay::Schedule { schedule } => {
                Paying::Schedule(self.document.schedules.keys().position(|name| name == schedule)?)
            }
            // Refused by `validate`.
            Pay::ByTier { .. } | Pay::OwnRate { .. } => Paying::Nothing,
        })
    }

    /// An amount of the currency as minor units over a denominator.
    fn money(&self, amount: Amount, denominator: &N) -> Option<N> {
        let minor = Exact::from(self.document.currency.minor_per_unit());
        self.over(&Exact::from(amount.decimal()).checked_mul(&minor).ok()?, denominator)
    }

    fn over(&self, value: &Exact, denominator: &N) -> Option<N> {
        (self.number)(&value.checked_mul(&denominator.to_exact()).ok()?)
    }
}
