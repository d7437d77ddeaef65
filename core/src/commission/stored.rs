//! A state as text: what the host keeps between calls.
//!
//! Sums are sorted by meter, key and window, and partners by id, so that the same history gives
//! the same text whatever order its partners were first seen in.

use std::collections::HashMap;

use crate::kernel::calendar::Ordinal;
use crate::kernel::document::{self, Limits, model};
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::ladder::Held;
use crate::kernel::money::{Amount, from_minor, to_minor};
use crate::kernel::problem::{Problem, Problems};

use super::STATE_SUM_UNKNOWN;
use super::compile::{Key, Plan};
use super::outcome::PlanReference;
use super::state::{Names, State};

crate::document_format!(
    /// The format of states that this version reads and writes.
    StateFormat: "guerdon.commission_state/1"
);

crate::carried_document!(
    /// A state on its way into or out of an operation.
    StateText: StateDocument
);

/// What a plan remembers between events, as text.
#[model(document)]
pub struct StateDocument {
    /// Always `guerdon.commission_state/1`.
    pub format: StateFormat,
    /// The plan that it belongs to.
    pub plan: PlanReference,
    /// The sums, by meter, key and window.
    #[model(default)]
    pub sums: Vec<StoredSum>,
    /// The tiers, by partner.
    #[model(default)]
    pub tiers: Vec<StoredTier>,
}

/// What one partner, one customer or the program has in one window.
#[model(document)]
pub struct StoredSum {
    /// `schedule/NAME`, `cap/ID`, `rule/ID` or `ladder`.
    pub meter: String,
    /// The partner or the customer; none for the program.
    pub key: Option<Id>,
    /// The number of the window, as periods are numbered.
    pub window: i32,
    /// The measure: minor units for a volume, otherwise lines or quantity.
    #[model(default)]
    pub measure: Exact,
    /// What a schedule that posts cumulatively has settled, in units of the currency.
    #[model(default)]
    pub settled: Amount,
    /// What was posted, in units of the currency.
    #[model(default)]
    pub paid: Amount,
}

/// A partner's tier.
#[model(document)]
pub struct StoredTier {
    /// The partner.
    pub partner: Id,
    /// What the ladder remembers.
    pub held: Held,
}

impl Plan {
    /// Reads a stored state of this plan.
    ///
    /// # Errors
    /// Every problem of the text; `state_mismatch` if it is of another plan or version.
    pub fn state_from_json(&self, text: &str) -> Result<State, Problems> {
        self.state_from_document(&document::parse(text, Limits::INPUT)?).map_err(Problems::from)
    }

    /// Takes a stored state of this plan.
    ///
    /// # Errors
    /// `state_mismatch`, or what is wrong with one of its sums.
    pub fn state_from_document(&self, stored: &StateDocument) -> Result<State, Problem> {
        let mut state = self.new_state();
        if stored.plan != self.reference && stored.plan.hash != self.reference.hash {
            state.plan = stored.plan.clone();
            self.check_state(&state)?;
        }
        let numbers: HashMap<&str, usize> = self
            .meters
            .iter()
            .enumerate()
            .map(|(number, meter)| (meter.name.as_str(), number))
            .collect();
        for (position, sum) in stored.sums.iter().enumerate() {
            let placed = |problem: Problem| problem.under(position).under("sums");
            self.take(&mut state, sum, numbers.get(sum.meter.as_str())).map_err(placed)?;
        }
        for tier in &stored.tiers {
            let partner = state.partners.number(&tier.partner);
            state.hold(partner, tier.held);
        }
        Ok(state)
    }

    fn take(
        &self,
        state: &mut State,
        sum: &StoredSum,
        meter: Option<&usize>,
    ) -> Result<(), Problem> {
        let unknown = || {
            Problem::new(
                STATE_SUM_UNKNOWN,
                format!("the plan keeps no sum `{}` of that kind", sum.meter),
                "store states as they were given out",
            )
        };
        let number = *meter.ok_or_else(unknown)?;
        let kind = self.meters.get(number).ok_or_else(unknown)?.key;
        let key = match (kind, &sum.key) {
            (Key::Partner, Some(id)) => state.partners.number(id),
            (Key::Customer, Some(id)) => state.customers.number(id),
            (Key::Program, None) => 0,
            _ => return Err(unknown()),
        };
        let currency = self.document.currency;
        let settled =
            to_minor(sum.settled, currency).map_err(|problem| problem.under("settled"))?;
        let paid = to_minor(sum.paid, currency).map_err(|problem| problem.under("paid"))?;
        let window = Ordinal::new(sum.window);
        let meter = state.meters.get_mut(number).ok_or_else(unknown)?;
        meter.set_measure(window, key, &sum.measure);
        if let Some(cell) = meter.cell_mut(window, key) {
            cell.paid = paid;
        }
        meter.set_settled(window, key, settled);
        Ok(())
    }

    /// The state as a document to store.
    #[must_use]
    pub fn state_document(&self, state: &State) -> StateDocument {
        let mut sums = Vec::new();
        for (spec, meter) in self.meters.iter().zip(&state.meters) {
            let names: Option<&Names> = match spec.key {
                Key::Partner => Some(&state.partners),
                Key::Customer => Some(&state.customers),
                Key::Program => None,
            };
            let money =
                |minor| Amount::from(from_minor(minor, self.document.currency).amount.decimal());
            sums.extend(meter.cells().map(|(key, window, cell)| StoredSum {
                meter: spec.name.clone(),
                key: names.and_then(|names| names.id(key)).cloned(),
                window: window.number(),
                measure: meter.measure(window, key),
                settled: money(meter.settled(window, key)),
                paid: money(cell.paid),
            }));
        }
        sums.sort_by(|left, right| {
            let key = |sum: &StoredSum| (sum.meter.clone(), sum.key.clone(), sum.window);
            key(left).cmp(&key(right))
        });
        let held = state.partners.ids().iter().zip(&state.tiers);
        let begun = held.filter(|(_, held)| **held != Held::default());
        let mut tiers: Vec<StoredTier> = begun
            .map(|(partner, held)| StoredTier { partner: partner.clone(), held: *held })
            .collect();
        tiers.sort_by(|left, right| left.partner.cmp(&right.partner));
        StateDocument { format: StateFormat, plan: state.plan.clone(), sums, tiers }
    }

    /// The tier that a partner holds, as far as events have shown; none below the first.
    #[must_use]
    pub fn tier(&self, state: &State, partner: &Id) -> Option<Id> {
        let level = state.held(state.partners.get(partner)?).level()?;
        let number = self.tiers.as_ref()?.tier_of_level.get(usize::from(level)).copied();
        self.tier_id(number)
    }
}
