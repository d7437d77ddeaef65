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

/// Compiles for exact numbers in the units of a scale, as [`compile_scaled`] does for integers.
///
/// # Errors
/// Everything that [`check`] finds, or `overflow`.
pub fn compile_exact_scaled(
    schedule: &Schedule,
    scale: Scale,
) -> Result<Compiled<Exact>, Problems> {
    Problems::verdict(check(schedule))?;
    let scaled = |step: &ScheduleStep| {
        let (units, exact) = (Units::of(scale)?, exact_terms(step)?);
        Some(Terms {
            from: exact.from.times(&units.measure)?,
            slope: exact.slope.times(&units.slope)?,
            flat: exact.flat.times(&units.flat)?,
        })
    };
    let terms = schedule.steps.iter().map(scaled).collect::<Option<Vec<_>>>();
    terms.and_then(|terms| assemble(schedule, terms)).ok_or_else(|| overflow().into())
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
    Some(Terms { from: amount(Some(step.from)), slope: step.slope()?, flat: amount(step.flat) })
}

impl ScheduleStep {
    /// What a unit of the measure is paid in this step, by its rate and per unit together; none if
    /// that is too large.
    #[must_use]
    pub fn slope(&self) -> Option<Exact> {
        let rate = self.rate.as_ref().map_or(Exact::ZERO, |rate| rate.exact().clone());
        rate.plus(&Exact::from(self.per_unit.unwrap_or_default().decimal()))
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::document::{Limits, parse};
    use crate::kernel::rounding::{Rounding, divide_i64};

    const CENTS: Scale = Scale { measure_per_unit: 100, money_per_unit: 100, denominator: 1000 };

    fn schedule(text: &str) -> Schedule {
        parse(text, Limits::DOCUMENT).unwrap()
    }

    fn scaled(text: &str, scale: Scale) -> Option<Compiled<i64>> {
        compile_scaled(&schedule(text), scale)
    }

    #[test]
    fn what_is_not_whole_in_these_units_is_not_compiled() {
        let eighth = r#"{"mode": "marginal", "steps": [{"from": 0, "rate": {"percent": "12.5"}}]}"#;
        assert!(scaled(eighth, CENTS).is_some());
        assert!(scaled(eighth, Scale { denominator: 100, ..CENTS }).is_none());
        assert_eq!(denominator(&schedule(eighth), 100, 100), Some(8));
        // A dollar a unit is a hundredth of a dollar, one minor unit, for each hundredth of one.
        let unit = r#"{"mode": "marginal", "steps": [{"from": 0, "per_unit": "0.005"}]}"#;
        assert_eq!(denominator(&schedule(unit), 1, 100), Some(2));
        assert_eq!(denominator(&schedule(unit), 100, 100), Some(200));
        let fine = r#"{"mode": "marginal", "steps": [{"from": "0.001", "rate": {"percent": 1}}]}"#;
        assert!(scaled(fine, CENTS).is_none());
        assert!(scaled(fine, Scale { measure_per_unit: 1000, ..CENTS }).is_some());
        let flat = r#"{"mode": "marginal", "steps": [{"from": 0, "flat": "0.00001"}]}"#;
        assert_eq!(denominator(&schedule(flat), 1, 100), Some(1000));
    }

    #[test]
    fn what_does_not_fit_is_not_compiled() {
        let far = r#"{"mode": "marginal", "steps": [
            {"from": 0, "rate": {"percent": 2}}, {"from": "9000000000000000", "flat": 1}]}"#;
        assert!(scaled(far, CENTS).is_none());
        assert!(compile_scaled::<i128>(&schedule(far), CENTS).is_some());
        let primes = r#"{"mode": "marginal", "steps": [
            {"from": 0, "rate": {"ratio": "1/4294967291"}},
            {"from": 1, "rate": {"ratio": "1/4294967279"}}]}"#;
        assert_eq!(denominator(&schedule(primes), 1, 1), None);
    }

    #[test]
    fn bad_scales_and_bad_schedules_are_not_compiled() {
        let fine = r#"{"mode": "marginal", "steps": [{"from": 0, "flat": 1}]}"#;
        for bad in [0, -1] {
            assert!(scaled(fine, Scale { measure_per_unit: bad, ..CENTS }).is_none());
            assert!(scaled(fine, Scale { money_per_unit: bad, ..CENTS }).is_none());
            assert!(scaled(fine, Scale { denominator: bad, ..CENTS }).is_none());
        }
        let empty = schedule(r#"{"mode": "marginal", "steps": []}"#);
        assert!(compile_scaled::<i64>(&empty, CENTS).is_none());
        assert!(compile_exact(&empty).is_err());
    }

    #[test]
    fn an_event_posts_by_the_posting() {
        let third = |posting| {
            format!(
                r#"{{"mode": "marginal", "steps": [{{"from": 0, "rate": {{"ratio": "1/3"}}}}],
                    "posting": "{posting}"}}"#
            )
        };
        let scale = Scale { denominator: 3, ..CENTS };
        let round = |owed: &i64| Some(divide_i64(*owed, 3, Rounding::default()));
        let each = scaled(&third("per_event"), scale).unwrap();
        let sum = scaled(&third("cumulative"), scale).unwrap();
        // The second order of 5 cents: 5/3 cents of 10/3, when 2 cents are posted.
        assert_eq!(each.round_event(&5, &5, 2, round), Some(2));
        assert_eq!(sum.round_event(&5, &5, 2, round), Some(1));
        assert_eq!(sum.round_event(&5, &5, i64::MIN, round), None);
        assert_eq!(sum.round_event(&i64::MAX, &1, 0, round), None);
        assert_eq!(
            (sum.mode(), sum.posting()),
            (ScheduleMode::Marginal, crate::kernel::schedule::SchedulePosting::Cumulative)
        );
    }
}
