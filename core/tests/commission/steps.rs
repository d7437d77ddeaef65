//! The oracle's schedules: each step looked at each time.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use crate::numbers::{share, tenths, whole};
use crate::plans::{ScheduleSpec, StepSpec};

/// A schedule's steps, paying in minor units for a measure in units.
pub(crate) struct Steps<'s> {
    pub(crate) schedule: &'s ScheduleSpec,
    pub(crate) minor: &'s BigRational,
}

impl Steps<'_> {
    pub(crate) fn slope(&self, step: &StepSpec) -> BigRational {
        let rate = step.rate.map_or_else(BigRational::zero, share) * self.minor;
        rate + step.per_unit.map_or_else(BigRational::zero, tenths)
    }

    pub(crate) fn entered(&self, step: &StepSpec, measure: &BigRational) -> bool {
        let from = whole(step.from);
        measure.is_positive()
            && (*measure > from || (*measure == from && !self.schedule.upper_inclusive))
    }

    pub(crate) fn flats(&self, measure: &BigRational) -> BigRational {
        let entered = self.schedule.steps.iter().filter(|step| self.entered(step, measure));
        entered.map(|step| step.flat.map_or_else(BigRational::zero, tenths)).sum()
    }

    /// The slope and the flat amount of the step that a measure has reached.
    pub(crate) fn reached(&self, measure: &BigRational) -> (BigRational, BigRational) {
        let steps = &self.schedule.steps;
        match steps.iter().rev().find(|step| self.entered(step, measure)) {
            Some(step) => (self.slope(step), step.flat.map_or_else(BigRational::zero, tenths)),
            None if steps[0].from == 0 => (self.slope(&steps[0]), BigRational::zero()),
            None => (BigRational::zero(), BigRational::zero()),
        }
    }

    /// What a cumulative measure makes in all.
    pub(crate) fn makes(&self, measure: &BigRational) -> BigRational {
        if self.schedule.mode == "retroactive" || !measure.is_positive() {
            let (slope, flat) = self.reached(measure);
            return slope * measure + flat;
        }
        let steps = &self.schedule.steps;
        let mut sum = self.flats(measure);
        for (place, step) in steps.iter().enumerate() {
            let end = steps
                .get(place + 1)
                .map_or(measure.clone(), |next| whole(next.from).min(measure.clone()));
            let within = (end - whole(step.from)).max(BigRational::zero());
            sum += self.slope(step) * within;
        }
        sum
    }

    pub(crate) fn adds(&self, before: &BigRational, added: &BigRational) -> BigRational {
        if added.is_zero() {
            return BigRational::zero();
        }
        let after = before + added;
        let entered = self.flats(&after) - self.flats(before);
        match self.schedule.mode {
            "prospective_after" => self.reached(before).0 * added + entered,
            "prospective_including" => self.reached(&after).0 * added + entered,
            "per_transaction" => {
                let (slope, flat) = self.reached(added);
                slope * added + flat
            }
            _ => self.makes(&after) - self.makes(before),
        }
    }
}
