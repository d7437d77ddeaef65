//! One event through the plan: what it reads, what it makes of it, what it changes.

use crate::kernel::calendar::{Date, Instant, Ordinal, PeriodCursor, PlacedWindow, Window};
use crate::kernel::explain::{NoSteps, Sink};
use crate::kernel::id::Id;
use crate::kernel::money::{AMOUNT_TOO_LARGE, CURRENCY_MISMATCH, Money, from_minor, to_minor};
use crate::kernel::problem::Problem;

use super::asking::EventFacts;
use super::compile::Plan;
use super::evaluate::{Evaluator, Rated, Stop};
use super::event::{Event, Partner, PartnerStatus};
use super::outcome::{Outcome, OutcomeStatus};
use super::rates::Tables;
use super::reading::{Few, Reading};
use super::roster::Roster;
use super::row::Row;
use super::scratch::Scratch;
use super::settle::commit;
use super::split::Split;
use super::state::State;
use super::step::Step;
use super::telling::Telling;
use super::working::Working;
use super::{EVENT_NEGATIVE, STATE_MISMATCH};

impl Plan {
    /// Evaluates an event and remembers it in the state.
    ///
    /// # Errors
    /// What is wrong with the event, with its place; the state is then unchanged.
    pub fn evaluate(
        &self,
        state: &mut State,
        roster: &Roster,
        event: &Event,
    ) -> Result<Outcome, Problem> {
        self.outcome(Target::Change(state), roster, event, &mut NoSteps)
    }

    /// Evaluates an event, remembers it, and says why step by step.
    ///
    /// # Errors
    /// As [`evaluate`](Plan::evaluate).
    pub fn explain(
        &self,
        state: &mut State,
        roster: &Roster,
        event: &Event,
    ) -> Result<Outcome, Problem> {
        let mut steps = Vec::new();
        let outcome = self.outcome(Target::Change(state), roster, event, &mut steps)?;
        Ok(Outcome { steps, ..outcome })
    }

    /// [Evaluates](Plan::evaluate) an event, or [explains](Plan::explain) it where its caller asks
    /// for that: what `explain` means in every operation and language.
    ///
    /// # Errors
    /// As [`evaluate`](Plan::evaluate).
    pub fn evaluate_or_explain(
        &self,
        state: &mut State,
        roster: &Roster,
        event: &Event,
        explain: bool,
    ) -> Result<Outcome, Problem> {
        if explain {
            self.explain(state, roster, event)
        } else {
            self.evaluate(state, roster, event)
        }
    }

    /// What an event would earn, step by step, without remembering it.
    ///
    /// # Errors
    /// As [`evaluate`](Plan::evaluate).
    pub fn preview(
        &self,
        state: &State,
        roster: &Roster,
        event: &Event,
    ) -> Result<Outcome, Problem> {
        let mut steps = Vec::new();
        let outcome = self.outcome(Target::Keep(state), roster, event, &mut steps)?;
        Ok(Outcome { steps, ..outcome })
    }

    fn outcome<S: Sink<Step>>(
        &self,
        mut target: Target<'_>,
        roster: &Roster,
        event: &Event,
        steps: &mut S,
    ) -> Result<Outcome, Problem> {
        self.check_state(target.state())?;
        let record = roster.get(&event.partner);
        if let Some(status) = self.outside(record, event) {
            return Ok(self.nothing(&event.id, status));
        }
        let reading = self.read(&mut target, roster, record, event)?;
        // What is explained is worked out exactly, so that every step can be shown.
        if let Some(fast) = self.fast.as_ref().filter(|_| !S::KEEPS) {
            match self.settle(fast, &mut target, event, &reading, steps) {
                Err(Stop::TooWide) => {}
                Err(Stop::Problem(problem)) => return Err(*problem),
                Ok(outcome) => return Ok(outcome),
            }
        }
        self.settle(&self.exact, &mut target, event, &reading, steps).map_err(|stop| match stop {
            Stop::Problem(problem) => *problem,
            Stop::TooWide => too_large(),
        })
    }

    /// Rates an event in one kind of number, and changes the state if all went well.
    fn settle<N: Working, S: Sink<Step>>(
        &self,
        tables: &Tables<N>,
        target: &mut Target<'_>,
        event: &Event,
        reading: &Reading,
        steps: &mut S,
    ) -> Result<Outcome, Stop> {
        let state = target.state();
        let partner = state.partners.number_or_next(&event.partner);
        let customer = event.customer.as_ref().filter(|_| self.counts_customers);
        let customer = customer.map(|id| state.customers.number_or_next(id));
        let row = Row {
            kind: event.kind,
            partner,
            customer,
            tier: reading.tier,
            own_rate: reading.own_rate.as_ref(),
            given_tier: reading.given_tier.as_ref(),
            windows: &reading.windows,
            lines: &reading.lines,
            items: &reading.items,
            sponsors: &reading.sponsors,
            sponsor_ids: &reading.sponsor_ids,
            split: reading.split.as_ref(),
        };
        let mut scratch = Scratch::default();
        let evaluator = Evaluator { plan: self, tables, state };
        let mut facts = EventFacts::new(self, event, reading);
        let rated = evaluator.rate(&row, &mut facts, &mut scratch, steps)?;
        let status = match rated {
            Rated::Earned => OutcomeStatus::Earned,
            Rated::Counted | Rated::NoRuleMatches => OutcomeStatus::NoRuleMatches,
            Rated::NotEligible => OutcomeStatus::NotEligible,
        };
        if !rated.has_lines() {
            return Ok(self.nothing(&event.id, status));
        }
        if rated == Rated::Earned && reading.payable_at > event.at {
            steps.step(|| Step::Held { until: reading.payable_at });
        }
        let before = state.held(partner).level();
        let telling = Telling { plan: self, event, reading, scratch: &scratch };
        let outcome = telling.outcome(status, before);
        if let Target::Change(state) = target {
            state.partners.confirm(&event.partner, partner);
            if let (Some(id), Some(number)) = (&event.customer, customer) {
                state.customers.confirm(id, number);
            }
            commit(self, state, &row, &scratch);
        }
        Ok(outcome)
    }

    /// Makes sure that a state is of this version of this plan.
    pub(super) fn check_state(&self, state: &State) -> Result<(), Problem> {
        if state.plan.hash == self.reference.hash {
            return Ok(());
        }
        Err(Problem::new(
            STATE_MISMATCH,
            format!(
                "the state is of `{}` version {}, the plan is `{}` version {}",
                state.plan.id, state.plan.version, self.reference.id, self.reference.version
            ),
            "use the plan that the state was made with, or start a new state",
        ))
    }

    fn outside(&self, record: Option<&Partner>, event: &Event) -> Option<OutcomeStatus> {
        if !self.is_in_force(event.at, event.attributed_at) {
            return Some(OutcomeStatus::OutsideEffectiveDates);
        }
        (record?.status == PartnerStatus::Closed).then_some(OutcomeStatus::PartnerClosed)
    }

    pub(super) fn nothing(&self, event: &Id, status: OutcomeStatus) -> Outcome {
        Outcome {
            plan: self.reference.clone(),
            event: event.clone(),
            status,
            lines: Vec::new(),
            total: from_minor(0, self.document.currency),
            lost: Vec::new(),
            tier_changes: Vec::new(),
            steps: Vec::new(),
        }
    }

    fn read(
        &self,
        target: &mut Target<'_>,
        roster: &Roster,
        record: Option<&Partner>,
        event: &Event,
    ) -> Result<Reading, Problem> {
        let joined = record.and_then(|record| record.joined);
        let (windows, payable_at) = match target {
            Target::Change(state) => {
                (self.ordinals(&mut state.cursors, event.at, joined)?, state.hold.add_to(event.at)?)
            }
            Target::Keep(state) => (
                self.ordinals(&mut state.cursors.clone(), event.at, joined)?,
                self.document.hold.add_to(event.at, self.document.zone)?,
            ),
        };
        let (lines, items) = self.lines(event)?;
        let order_gross = lines
            .iter()
            .try_fold(0_i64, |sum, line| sum.checked_add(line.gross))
            .ok_or_else(too_large)?;
        let sponsor_ids: Vec<Id> = self.sponsors(roster, &event.partner).cloned().collect();
        let tier = record.and_then(|record| record.tier.as_ref());
        let given_tier = tier.filter(|_| self.tiers.is_none());
        Ok(Reading {
            lines,
            items,
            order_gross,
            windows,
            sponsors: sponsor_ids.iter().map(|id| self.sponsor(roster, id)).collect(),
            sponsor_ids,
            split: Split::of(event, roster)?,
            tier: tier.and_then(|tier| self.tier_number(tier)),
            own_rate: record.filter(|_| self.pays_own).and_then(|record| record.rate.clone()),
            given_tier: given_tier.cloned(),
            payable_at,
        })
    }

    /// The ordinal of each of the plan's windows at an instant.
    pub(super) fn ordinals(
        &self,
        cursors: &mut [Option<PeriodCursor>],
        at: Instant,
        joined: Option<Date>,
    ) -> Result<Few<Ordinal>, Problem> {
        let ordinal = |(window, cursor): (&Window, &mut Option<PeriodCursor>)| match cursor {
            Some(cursor) => Ok(cursor.ordinal_of(at)),
            None => match window.place(self.document.zone, joined)? {
                PlacedWindow::Periods(periods) => Ok(periods.ordinal_of(at)),
                // The document has no rolling windows.
                PlacedWindow::Rolling(_) => Ok(Ordinal::new(0)),
            },
        };
        if let ([window], [cursor]) = (self.windows.as_slice(), &mut *cursors) {
            return ordinal((window, cursor)).map(Few::One);
        }
        self.windows.iter().zip(cursors).map(ordinal).collect::<Result<_, _>>().map(Few::Several)
    }

    /// An amount of an event in minor units of the plan's currency.
    pub(super) fn minor(&self, money: Money) -> Result<i64, Problem> {
        if money.currency != self.document.currency {
            let problem = Problem::new(
                CURRENCY_MISMATCH,
                format!("`{money}` is not in {}, the plan's currency", self.document.currency),
                "convert it first, or use a plan in that currency",
            );
            return Err(problem.under("currency"));
        }
        if money.amount.is_negative() {
            return Err(below_zero(&money).under("amount"));
        }
        to_minor(money.amount, money.currency).map_err(|problem| problem.under("amount"))
    }
}

pub(super) fn below_zero(value: &impl std::fmt::Display) -> Problem {
    Problem::new(
        EVENT_NEGATIVE,
        format!("`{value}` is below zero"),
        "what is given back is a refund of the event that it belongs to",
    )
}

pub(super) fn too_large() -> Problem {
    Problem::new(
        AMOUNT_TOO_LARGE,
        "an amount of this event does not fit 64 bits of minor units",
        "check the amounts of the event and of the plan",
    )
}

/// The state to change, or only to read.
enum Target<'a> {
    Change(&'a mut State),
    Keep(&'a State),
}

impl Target<'_> {
    const fn state(&self) -> &State {
        match self {
            Self::Change(state) => state,
            Self::Keep(state) => state,
        }
    }
}
