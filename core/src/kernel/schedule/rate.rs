//! The operation `schedule.rate`: a sequence of events, rated, posted and explained.

use crate::kernel::document::model;
use crate::kernel::exact::{Exact, overflow};
use crate::kernel::money::{Amount, Currency, Money, from_minor, to_minor, too_large};
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::rounding::Rounding;

use super::{
    Compiled, SCHEDULE_POSTED_UNUSED, SCHEDULE_RATING_TOO_LARGE, Schedule, SchedulePiece,
    ScheduleText, compile_exact, pieces,
};

/// The most events, and the most pieces of their explanations, in one call.
const MOST_PIECES: usize = 100_000;

/// What `schedule.rate` takes.
#[model]
pub struct ScheduleRateInput {
    /// The schedule.
    pub schedule: ScheduleText,
    /// The measure before the first event; 0 unless said.
    #[model(default)]
    pub before: Amount,
    /// What was posted for `before`, in units of the currency. Unless said, what the schedule
    /// owes for it, rounded. Give it when the schedule has changed since, or when earlier events
    /// were rounded one by one. Only modes that owe a sum for a measure have it: `marginal` and
    /// `retroactive`.
    pub posted: Option<Amount>,
    /// How much each event adds to the measure, one after the other; negative takes away.
    pub events: Vec<Amount>,
    /// The currency that is paid.
    pub currency: Currency,
    /// How posted amounts are rounded to its minor unit.
    #[model(default)]
    pub rounding: Rounding,
}

/// What came of the events.
#[model]
pub struct ScheduleRating {
    /// Each event, in the order given.
    pub events: Vec<ScheduledAmount>,
    /// The sum of the amounts.
    pub total: Money,
}

/// What one event earns by a schedule.
#[model]
pub struct ScheduledAmount {
    /// What is posted.
    pub amount: Money,
    /// What the event adds to what is owed, unrounded.
    pub exact: Exact,
    /// The measure with the event.
    pub cumulative_measure: Exact,
    /// What is owed and not posted after it: all that was owed so far, minus all that was posted.
    /// In modes that owe no sum for a measure it counts from the first of these events.
    pub carry: Exact,
    /// Which steps pay; their amounts sum to `exact`.
    pub pieces: Vec<SchedulePiece>,
}

/// Rates events by a schedule, one after the other.
///
/// # Errors
/// Everything that is wrong with the schedule, `amount_too_fine` or `schedule_posted_unused` for
/// `posted`, `amount_too_large`, `overflow`, `schedule_rating_too_large`.
pub fn rate(input: ScheduleRateInput) -> Result<ScheduleRating, Problems> {
    let schedule = &input.schedule.0;
    let compiled = compile_exact(schedule).map_err(|problems| problems.under("schedule"))?;
    check_size(input.events.len())?;
    let mut account = Account::open(&input, &compiled)?;
    let mut events = Vec::with_capacity(input.events.len());
    let mut explained = 0;
    for (index, event) in input.events.iter().enumerate() {
        let rated = account
            .add(schedule, &compiled, &Exact::from(event.decimal()))
            .map_err(|problem| problem.under(index).under("events"))?;
        explained += rated.pieces.len();
        check_size(explained)?;
        events.push(rated);
    }
    Ok(ScheduleRating { events, total: from_minor(account.total, input.currency) })
}

fn check_size(explained: usize) -> Result<(), Problem> {
    if explained <= MOST_PIECES {
        return Ok(());
    }
    Err(Problem::new(
        SCHEDULE_RATING_TOO_LARGE,
        format!("more than {MOST_PIECES} events, or steps in their explanations"),
        "rate fewer events at a time, and go on from the measure that they end with",
    )
    .under("events"))
}

/// What is known between two events.
struct Account {
    currency: Currency,
    rounding: Rounding,
    measure: Exact,
    /// In units of the currency.
    owed: Exact,
    /// In minor units, from before the first event.
    posted: i64,
    /// In minor units, from the first event.
    total: i64,
}

impl Account {
    fn open(input: &ScheduleRateInput, compiled: &Compiled<Exact>) -> Result<Self, Problem> {
        let measure = Exact::from(input.before.decimal());
        let mut account = Self {
            currency: input.currency,
            rounding: input.rounding,
            measure,
            owed: Exact::ZERO,
            posted: 0,
            total: 0,
        };
        if compiled.mode().is_cumulative() {
            account.owed = compiled.cumulative(&account.measure).ok_or_else(overflow)?;
            account.posted = match input.posted {
                Some(posted) => {
                    to_minor(posted, input.currency).map_err(|problem| problem.under("posted"))?
                }
                None => account.round(&account.owed).map_err(|problem| problem.under("before"))?,
            };
        } else if input.posted.is_some() {
            return Err(posted_unused(&input.schedule.0));
        }
        Ok(account)
    }

    fn add(
        &mut self,
        schedule: &Schedule,
        compiled: &Compiled<Exact>,
        event: &Exact,
    ) -> Result<ScheduledAmount, Problem> {
        let exact = compiled.adds(&self.measure, event).ok_or_else(overflow)?;
        let explained = pieces(schedule, compiled, &self.measure, event)?;
        let mut refused = None;
        let posted = compiled.round_event(&self.measure, event, self.posted, |owed| {
            self.round(owed).map_err(|problem| refused = Some(problem)).ok()
        });
        let posted = posted.ok_or_else(|| refused.unwrap_or_else(overflow))?;
        self.measure = self.measure.checked_add(event)?;
        self.owed = self.owed.checked_add(&exact)?;
        self.posted = self.posted.checked_add(posted).ok_or_else(overflow)?;
        self.total = self.total.checked_add(posted).ok_or_else(overflow)?;
        Ok(ScheduledAmount {
            amount: from_minor(posted, self.currency),
            exact,
            cumulative_measure: self.measure.clone(),
            carry: self.owed.checked_sub(&self.units(self.posted)?)?,
            pieces: explained,
        })
    }

    /// An amount in units of the currency as whole minor units.
    fn round(&self, units: &Exact) -> Result<i64, Problem> {
        let minor = units.checked_mul(&Exact::from(self.currency.minor_per_unit()))?;
        let whole = minor.round(self.rounding)?;
        i64::try_from(whole).map_err(|_| too_large(units, self.currency))
    }

    /// Minor units in units of the currency.
    fn units(&self, minor: i64) -> Result<Exact, Problem> {
        Exact::from(minor).checked_div(&Exact::from(self.currency.minor_per_unit()))
    }
}

fn posted_unused(schedule: &Schedule) -> Problem {
    Problem::new(
        SCHEDULE_POSTED_UNUSED,
        format!("in the mode `{}` each event is paid by itself", schedule.mode),
        "leave `posted` out; no sum is owed that it could be a part of",
    )
    .under("posted")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::document::{Limits, parse};
    use crate::kernel::schedule::{SCHEDULE_TOO_LONG, check};

    fn input(steps: usize, events: Vec<Amount>) -> ScheduleRateInput {
        let steps: Vec<String> =
            (0..steps).map(|from| format!(r#"{{"from": {from}, "flat": 1}}"#)).collect();
        let text = format!(r#"{{"mode": "marginal", "steps": [{}]}}"#, steps.join(","));
        ScheduleRateInput {
            schedule: parse(&text, Limits::DOCUMENT).unwrap(),
            before: Amount::ZERO,
            posted: None,
            events,
            currency: "USD".parse().unwrap(),
            rounding: Rounding::default(),
        }
    }

    #[test]
    fn one_call_explains_only_so_much() {
        let there_and_back =
            |times: usize| [Amount::from(2_000), Amount::from(-2_000)].repeat(times);
        assert!(rate(input(1_000, there_and_back(50))).is_ok());
        let problems = rate(input(1_000, there_and_back(51))).unwrap_err();
        assert_eq!(problems.as_slice()[0].code, SCHEDULE_RATING_TOO_LARGE);
        let problems = rate(input(1, vec![Amount::ZERO; MOST_PIECES + 1])).unwrap_err();
        assert_eq!(problems.as_slice()[0].path, "/events");
    }

    /// No piece says so, so no limit of pieces ends it: each event has to be cheap by itself.
    #[test]
    fn steps_that_are_only_passed_cost_nothing() {
        let steps: Vec<String> = (0..1_000)
            .map(|from| format!(r#"{{"from": {from}, "rate": {{"percent": 1}}}}"#))
            .collect();
        let text = format!(r#"{{"mode": "prospective_after", "steps": [{}]}}"#, steps.join(","));
        let events = [Amount::from(2_000), Amount::from(-2_000)].repeat(1_000);
        let schedule = parse(&text, Limits::DOCUMENT).unwrap();
        let rated = rate(ScheduleRateInput { schedule, ..input(1, events) }).unwrap();
        assert_eq!(rated.total.amount, Amount::ZERO);
        assert!(rated.events.iter().all(|event| event.pieces.len() == 1));
    }

    #[test]
    fn a_schedule_of_too_many_steps_is_one_problem() {
        assert_eq!(check(&input(1_000, vec![]).schedule.0), vec![]);
        let found = check(&input(1_001, vec![]).schedule.0);
        assert_eq!((found.len(), found[0].code.clone()), (1, SCHEDULE_TOO_LONG));
        assert_eq!(found[0].path, "/steps");
    }
}
