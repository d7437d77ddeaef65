//! Which steps pay for an event, and how much each: the explanation of an amount, as data.

use crate::kernel::document::model;
use crate::kernel::exact::{Exact, overflow};
use crate::kernel::money::{Amount, Rate};
use crate::kernel::number::Number;
use crate::kernel::problem::Problem;

use super::compile::{Terms, exact_terms};
use super::{Compiled, Schedule, ScheduleMode};

/// What one step pays for an event, or takes back for one.
#[model(display)]
pub struct SchedulePiece {
    /// Which step, counted from 0.
    pub step: u32,
    /// Where the step starts, in units of the measure.
    pub step_from: Amount,
    /// Where it ends; the last one does not.
    pub step_to: Option<Amount>,
    /// How much of the measure it pays for here; negative for what is taken back.
    pub measure: Exact,
    /// The share of the measure that it pays.
    pub rate: Option<Rate>,
    /// What it pays for each unit of the measure, in units of the currency.
    pub per_unit: Option<Amount>,
    /// Its flat amount, if the event earns it; negative if the event loses it again.
    pub flat: Option<Amount>,
    /// What it pays here in total, unrounded, in units of the currency.
    pub amount: Exact,
}

/// As a person reads it: `5000 at 6 % = 300`.
impl std::fmt::Display for SchedulePiece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:#}", self.measure)?;
        if let Some(rate) = &self.rate {
            write!(f, " at {rate}")?;
        }
        if let Some(per_unit) = self.per_unit {
            write!(f, " at {per_unit} each")?;
        }
        if let Some(flat) = self.flat {
            write!(f, " and {flat} flat")?;
        }
        write!(f, " = {:#}", self.amount)
    }
}

/// The pieces that make up what an event [adds](Compiled::adds): their amounts sum to it.
///
/// A retroactive event that changes step shows as reverse and rebook: the whole measure before it
/// at the old step, taken back, and the whole measure after it at the new one. What lies below
/// the first step is paid nothing and has no piece. `compiled` is `schedule`, compiled.
///
/// # Errors
/// `overflow`.
pub fn pieces(
    schedule: &Schedule,
    compiled: &Compiled<Exact>,
    before: &Exact,
    event: &Exact,
) -> Result<Vec<SchedulePiece>, Problem> {
    let parts = Parts { schedule, compiled, list: Vec::new() };
    parts.of(before, event).ok_or_else(overflow)
}

/// What one step is applied to.
struct Part {
    step: usize,
    measure: Exact,
    /// 1 if the event earns the step's flat amount, -1 if it loses it.
    flats: i8,
}

struct Parts<'a> {
    schedule: &'a Schedule,
    compiled: &'a Compiled<Exact>,
    list: Vec<Part>,
}

impl Parts<'_> {
    fn of(mut self, before: &Exact, event: &Exact) -> Option<Vec<SchedulePiece>> {
        let after = before.plus(event)?;
        match self.schedule.mode {
            ScheduleMode::Retroactive => self.reverse_and_rebook(before, &after)?,
            _ if event.signum() >= 0 => self.upwards(before, &after, event)?,
            // The mirror of the event that it undoes.
            _ => {
                self.upwards(&after, before, &-event)?;
                for part in &mut self.list {
                    part.measure = -&part.measure;
                    part.flats = -part.flats;
                }
            }
        }
        let written = self.list.iter().map(|part| piece(self.schedule, part));
        let all = written.collect::<Option<Vec<_>>>()?;
        Some(all.into_iter().filter(|one| !one.measure.is_zero() || one.flat.is_some()).collect())
    }

    fn reverse_and_rebook(&mut self, before: &Exact, after: &Exact) -> Option<()> {
        let (start, end) = self.regions(before, after);
        self.add(start, &-before, -i8::from(start > 0))?;
        self.add(end, after, i8::from(end > 0))
    }

    /// What an event pays that is zero or more.
    fn upwards(&mut self, before: &Exact, after: &Exact, event: &Exact) -> Option<()> {
        let (start, end) = self.regions(before, after);
        if self.schedule.mode == ScheduleMode::PerTransaction {
            let region = self.compiled.steps_reached(event);
            return self.add(region, event, i8::from(region > 0));
        }
        (start..=end).try_for_each(|region| {
            let measure = match self.schedule.mode {
                ScheduleMode::ProspectiveAfter if region == start => event.clone(),
                ScheduleMode::ProspectiveIncluding if region == end => event.clone(),
                ScheduleMode::Marginal => {
                    let upper = if region == end { after } else { &self.edge(region + 1)? };
                    let lower = if region == start { before } else { &self.edge(region)? };
                    upper.minus(lower)?
                }
                _ => Exact::ZERO,
            };
            self.add(region, &measure, i8::from(region > start))
        })
    }

    /// The regions that two measures lie in: 0 is below the first step, 1 in the first step.
    fn regions(&self, before: &Exact, after: &Exact) -> (usize, usize) {
        (self.compiled.steps_reached(before), self.compiled.steps_reached(after))
    }

    /// Where a region above 0 starts.
    fn edge(&self, region: usize) -> Option<Exact> {
        let step = self.schedule.steps.get(region.checked_sub(1)?)?;
        Some(Exact::from(step.from.decimal()))
    }

    /// Adds to the part of a region's step, which is the last one or new. Below a first step that
    /// starts at zero its rate still holds; below any other nothing does. A step that is only
    /// passed has no part, so that a long list of them costs nothing.
    fn add(&mut self, region: usize, measure: &Exact, flats: i8) -> Option<()> {
        let step = match region.checked_sub(1) {
            Some(step) => step,
            None if self.edge(1)?.is_zero() => 0,
            None => return Some(()),
        };
        if measure.is_zero() && self.schedule.steps.get(step)?.flat.is_none() {
            return Some(());
        }
        match self.list.last_mut().filter(|part| part.step == step) {
            Some(part) => {
                part.measure = part.measure.plus(measure)?;
                part.flats += flats;
            }
            None => self.list.push(Part { step, measure: measure.clone(), flats }),
        }
        Some(())
    }
}

fn piece(schedule: &Schedule, part: &Part) -> Option<SchedulePiece> {
    let step = schedule.steps.get(part.step)?;
    let Terms { slope, flat, .. } = exact_terms(step)?;
    let flat = flat.times(&Exact::from(i32::from(part.flats)))?;
    let paid = (!flat.is_zero()).then(|| flat.to_decimal().map(Amount::from)).flatten();
    Some(SchedulePiece {
        step: u32::try_from(part.step).ok()?,
        step_from: step.from,
        step_to: schedule.steps.get(part.step + 1).map(|next| next.from),
        measure: part.measure.clone(),
        rate: step.rate.clone(),
        per_unit: step.per_unit,
        flat: paid,
        amount: slope.times(&part.measure)?.plus(&flat)?,
    })
}
