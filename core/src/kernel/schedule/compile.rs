//! From the document to its two compiled forms.

use num_integer::Integer;

use crate::kernel::exact::{Exact, overflow};
use crate::kernel::money::Amount;
use crate::kernel::number::Number;
use crate::kernel::problem::Problems;

use super::compiled::{Compiled, Line};
use super::{Schedule, ScheduleBoundary, ScheduleMode, ScheduleStep, check};

/// The units that a scaled schedule counts in; all of them positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// How many of the integers that measures come in make one unit of the measure: 100 when a
    /// volume comes in cents, 1 for a count.
    pub measure_per_unit: i64,
    /// How many minor units make one unit of the currency: 100 for USD.
    pub money_per_unit: i64,
    /// D: amounts come out in minor units times D. A multiple of [`denominator`].
    pub denominator: i64,
}

/// Compiles for exact numbers. Measures go in as units of the measure, and amounts come out as
/// units of the currency.
///
/// # Errors
/// Everything that [`check`] finds, or `overflow`.
pub fn compile_exact(schedule: &Schedule) -> Result<Compiled<Exact>, Problems> {
    Problems::verdict(check(schedule))?;
    let compiled = schedule.steps.iter().map(exact_terms).collect::<Option<Vec<_>>>();
    compiled.and_then(|terms| assemble(schedule, terms)).ok_or_else(|| overflow().into())
}

/// Compiles for integers (`i64` or `i128`). Measures go in as `1 / measure_per_unit` units of the
/// measure, and amounts come out in minor units times D; divided by D and rounded they are what
/// is posted. Whenever an evaluation gives `Some`, it is the exact result.
///
/// `None` when the schedule is not valid, or when a boundary, a slope or a flat amount is not a
/// whole number in these units or does not fit; [`compile_exact`] then still works.
///
/// ```
/// use guerdon::kernel::document::{Limits, parse};
/// use guerdon::kernel::schedule::{Compiled, Scale, Schedule, compile_scaled};
///
/// // 4 % up to $200, 6 % above; volumes in cents.
/// let schedule: Schedule = parse(
///     r#"{"mode": "marginal", "steps": [
///         {"from": "0", "rate": {"percent": "4"}},
///         {"from": "200", "rate": {"percent": "6"}}
///     ]}"#,
///     Limits::DOCUMENT,
/// )?;
/// let scale = Scale { measure_per_unit: 100, money_per_unit: 100, denominator: 50 };
/// let compiled: Compiled<i64> = compile_scaled(&schedule, scale).ok_or("does not fit")?;
/// // $150 so far, then an order of $100: half at 4 %, half at 6 %, so 500 cents, times D.
/// assert_eq!(compiled.adds(&15_000, &10_000), Some(500 * 50));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn compile_scaled<N>(schedule: &Schedule, scale: Scale) -> Option<Compiled<N>>
where
    N: Number + TryFrom<i128>,
{
    if !check(schedule).is_empty() {
        return None;
    }
    let units = Units::of(scale)?;
    let steps = schedule.steps.iter();
    assemble(schedule, steps.map(|step| units.terms(step)).collect::<Option<Vec<_>>>()?)
}

/// What D of a [`Scale`] must be a multiple of, so that every slope and every flat amount of the
/// schedule is a whole number; `None` when that does not fit 64 bits.
#[must_use]
pub fn denominator(schedule: &Schedule, measure_per_unit: i64, money_per_unit: i64) -> Option<i64> {
    let units = Units::of(Scale { measure_per_unit, money_per_unit, denominator: 1 })?;
    let mut common = 1_i128;
    for step in &schedule.steps {
        let Terms { slope, flat, .. } = exact_terms(step)?;
        for scaled in [slope.times(&units.slope)?, flat.times(&units.flat)?] {
            let (_, needed) = scaled.as_small()?;
            common = common.checked_mul(needed / common.gcd(&needed))?;
        }
    }
    i64::try_from(common).ok()
}

/// What a step says, in the number that it will be evaluated in.
pub(super) struct Terms<N> {
    pub(super) from: N,
    pub(super) slope: N,
    pub(super) flat: N,
}

pub(super) fn exact_terms(step: &ScheduleStep) -> Option<Terms<Exact>> {
    let amount = |amount: Option<Amount>| Exact::from(amount.unwrap_or_default().decimal());
    let rate = step.rate.as_ref().map_or(Exact::ZERO, |rate| rate.exact().clone());
    Some(Terms {
        from: amount(Some(step.from)),
        slope: rate.plus(&amount(step.per_unit))?,
        flat: amount(step.flat),
    })
}

/// The factors from plain units to the integers of a scale.
struct Units {
    measure: Exact,
    slope: Exact,
    flat: Exact,
}

impl Units {
    fn of(scale: Scale) -> Option<Self> {
        let Scale { measure_per_unit, money_per_unit, denominator } = scale;
        if measure_per_unit <= 0 || money_per_unit <= 0 || denominator <= 0 {
            return None;
        }
        let measure = Exact::from(measure_per_unit);
        let flat = Exact::from(money_per_unit).times(&Exact::from(denominator))?;
        let slope = flat.checked_div(&measure).ok()?;
        Some(Self { measure, slope, flat })
    }

    fn terms<N: TryFrom<i128>>(&self, step: &ScheduleStep) -> Option<Terms<N>> {
        let exact = exact_terms(step)?;
        Some(Terms {
            from: whole(&exact.from, &self.measure)?,
            slope: whole(&exact.slope, &self.slope)?,
            flat: whole(&exact.flat, &self.flat)?,
        })
    }
}

fn whole<N: TryFrom<i128>>(value: &Exact, factor: &Exact) -> Option<N> {
    N::try_from(value.times(factor)?.as_integer()?).ok()
}

/// Puts the lines together: the one below the first step, then one for each step.
fn assemble<N: Number>(schedule: &Schedule, terms: Vec<Terms<N>>) -> Option<Compiled<N>> {
    let upper_inclusive = schedule.boundary == ScheduleBoundary::UpperInclusive;
    let below = match terms.first() {
        Some(first) if first.from.is_zero() => first.slope.clone(),
        _ => N::ZERO,
    };
    let mut lines = vec![Line { edge: N::ZERO, open: true, slope: below, intercept: N::ZERO }];
    for Terms { from, slope, flat } in terms {
        let under = lines.last()?;
        let intercept = match schedule.mode {
            // The line below, met at the edge and then raised by the flat amount.
            ScheduleMode::Marginal => {
                under.slope.minus(&slope)?.times(&from)?.plus(&under.intercept)?.plus(&flat)?
            }
            ScheduleMode::Retroactive | ScheduleMode::PerTransaction => flat,
            ScheduleMode::ProspectiveAfter | ScheduleMode::ProspectiveIncluding => {
                under.intercept.plus(&flat)?
            }
        };
        // Nothing is entered at zero units, whatever the boundary.
        let open = upper_inclusive || from.is_zero();
        lines.push(Line { edge: from, open, slope, intercept });
    }
    Some(Compiled::new(schedule, lines))
}
