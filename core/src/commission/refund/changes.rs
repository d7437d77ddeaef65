//! What a refund changes in the state: sums in the windows of the sale, and tiers.

use std::collections::BTreeMap;

use crate::kernel::calendar::{Instant, Ordinal};
use crate::kernel::exact::{Exact, overflow};
use crate::kernel::id::Id;
use crate::kernel::ladder::Held;
use crate::kernel::money::{Amount, to_minor};
use crate::kernel::problem::Problem;

use super::super::compile::{Key, Plan};
use super::super::outcome::{Line, LineKind};
use super::super::plan::{Measure, Measured};
use super::super::rolling::{ALWAYS, last_forgotten};
use super::super::roster::Roster;
use super::super::state::State;
use super::super::working::Working;
use super::{Posted, Taken};

impl Taken<'_> {
    /// Whether the line counts in the sums of the seller, who alone has any: also what others got
    /// of it.
    pub(super) fn is_sellers(&self) -> bool {
        use LineKind::{Commission, Split, Unpaid};
        matches!(self.line.kind, Commission | Split | Unpaid)
    }
}

impl Plan {
    /// What the refund changes in the state, worked out before anything is written.
    pub(super) fn changes(
        &self,
        state: &State,
        roster: &Roster,
        at: Instant,
        (posted, taken): (&Posted<'_>, &[Taken<'_>]),
    ) -> Result<Changes, Problem> {
        let seller = posted.seller;
        let mut changes = Changes::default();
        let mut cursors = state.cursors.clone();
        let joined = roster.get(seller).and_then(|partner| partner.joined);
        let of_sums = |one: &&Taken<'_>| one.is_sellers() || !self.part_caps.is_empty();
        for one in taken.iter().filter(of_sums) {
            let windows = self.ordinals(&mut cursors, one.line.at, joined)?;
            let amount = to_minor(one.reversal.amount.amount, self.document.currency)?;
            let mut change = |meter: usize, amount: i64, less: Exact| {
                let Some(place) = self.place(state, meter, &windows, (seller, one.line)) else {
                    return Ok(());
                };
                if self.has_forgotten(state, place) {
                    return Ok(());
                }
                changes.add(state, place, amount, &less)
            };
            if amount != 0 {
                for cap in self.part_caps.iter().copied().filter(|cap| self.counts(*cap, one)) {
                    if let Some(meter) = self.caps.get(cap).and_then(|cap| cap.meter) {
                        change(meter, amount, Exact::ZERO)?;
                    }
                }
            }
            if !one.is_sellers() {
                continue;
            }
            if let Some(schedule) = &one.line.schedule {
                let position = self.document.schedules.keys().position(|name| name == schedule);
                let measure = self.document.schedules.get(schedule).map(|of| of.measure);
                if let (Some(meter), Some(measure)) = (position, measure) {
                    change(meter, amount, self.given_back(measure, one.line.measured, one)?)?;
                }
            }
            if amount != 0 {
                for meter in self.cap_meters.iter().copied() {
                    change(meter, amount, Exact::ZERO)?;
                }
            }
            if let Some(tiers) = &self.tiers {
                let less = self.given_back(tiers.measure, one.line.counted, one)?;
                change(tiers.meter, 0, less)?;
                let windows = self.ordinals(&mut cursors, at, joined)?;
                changes.partner(seller, windows.to_vec());
            }
        }
        for limit in self.uncounted(posted, taken) {
            let windows = self.ordinals(&mut cursors, limit.line.at, joined)?;
            if let Some(place) = self.place(state, limit.meter, &windows, (seller, limit.line)) {
                changes.add(state, place, 0, &limit.less)?;
            }
        }
        changes.settle(self)?;
        Ok(changes)
    }

    /// Whether a cap counts what was posted for a line.
    fn counts(&self, cap: usize, one: &Taken<'_>) -> bool {
        let Some(of) = self.document.caps.get(cap) else { return false };
        let sellers = || one.line.rule.as_ref().is_some_and(|rule| of.counts_rule(rule));
        if one.is_sellers() { sellers() } else { of.counts_sponsors() }
    }

    /// How much a measure loses. Volume and quantity shrink with the sale; a count only when
    /// nothing of it is left.
    fn given_back(
        &self,
        measure: Measure,
        added: Amount,
        taken: &Taken<'_>,
    ) -> Result<Exact, Problem> {
        let added = Exact::from(added.decimal());
        if self.document.measured == Measured::Gross {
            return Ok(Exact::ZERO);
        }
        match measure {
            Measure::Volume | Measure::Earnings => {
                let minor = Exact::from(self.document.currency.minor_per_unit());
                added.checked_mul(&minor)?.checked_mul(&taken.now)
            }
            Measure::Quantity | Measure::Custom => added.checked_mul(&taken.now),
            // What is given back less than nothing is given again.
            Measure::Count if taken.all && taken.now.signum() < 0 => {
                Exact::ZERO.checked_sub(&added)
            }
            Measure::Count if taken.all => Ok(added),
            Measure::Count => Ok(Exact::ZERO),
        }
    }

    /// Whether a rolling window no longer knows the day of a sale, which then counts nowhere.
    fn has_forgotten(&self, state: &State, (meter, day, key): Place) -> bool {
        let Some(days) = self.meters.get(meter).map(|spec| spec.days).filter(|days| *days > 0)
        else {
            return false;
        };
        let newest = state.meters.get(meter).and_then(|meter| meter.newest(key));
        newest.is_some_and(|newest| day.number() <= last_forgotten(newest, days))
    }

    fn place(
        &self,
        state: &State,
        meter: usize,
        windows: &[Ordinal],
        (seller, line): (&Id, &Line),
    ) -> Option<Place> {
        let spec = self.meters.get(meter)?;
        let key = match spec.key {
            Key::Partner => state.partners.get(seller)?,
            Key::Customer => state.customers.get(line.customer.as_ref()?)?,
            Key::Program => 0,
        };
        Some((meter, *windows.get(spec.window)?, key))
    }
}

/// Makes sure that whoever has a line has a number: a state that was stored knows only those who
/// have a sum, and this refund may be what gives them one.
pub(super) fn name(state: &mut State, seller: &Id, taken: &[Taken<'_>]) {
    for one in taken.iter().filter(|one| one.is_sellers()) {
        state.partners.number(seller);
        if let Some(customer) = &one.line.customer {
            state.customers.number(customer);
        }
    }
}

/// A meter, a window and whose cell.
type Place = (usize, Ordinal, u32);

/// New values of cells and tiers.
#[derive(Default)]
pub(super) struct Changes {
    /// The new measure, what was settled, and what is posted.
    cells: BTreeMap<Place, (Exact, i64, i64)>,
    partners: BTreeMap<Id, Vec<Ordinal>>,
}

impl Changes {
    fn add(
        &mut self,
        state: &State,
        place: Place,
        amount: i64,
        less: &Exact,
    ) -> Result<(), Problem> {
        let (meter, window, key) = place;
        let Some(cells) = state.meters.get(meter) else { return Ok(()) };
        let cell = cells.cell(window, key);
        let settled = || cells.settled(window, key);
        let start = || (cells.measure(window, key), settled(), cell.paid);
        let (measure, settled, paid) = self.cells.remove(&place).unwrap_or_else(start);
        let paid = paid.checked_add(amount).ok_or_else(overflow)?;
        self.cells.insert(place, (measure.checked_sub(less)?, settled, paid));
        Ok(())
    }

    fn partner(&mut self, partner: &Id, windows: Vec<Ordinal>) {
        self.partners.insert(partner.clone(), windows);
    }

    /// A schedule that posts cumulatively goes on from its new measure: what a frozen refund took
    /// back is settled with it, and later events earn what they add to that measure.
    fn settle(&mut self, plan: &Plan) -> Result<(), Problem> {
        for ((meter, ..), (measure, settled, _)) in &mut self.cells {
            let Some(table) = plan.exact.schedules.get(*meter) else { continue };
            if !table.cumulative {
                continue;
            }
            let total = table.rates.cumulative(measure);
            *settled = total
                .and_then(|total| total.settle(&plan.exact.one, plan.document.rounding))
                .ok_or_else(overflow)?;
        }
        Ok(())
    }

    /// The tiers that partners hold once the measures are what they will be.
    pub(super) fn tiers(&self, plan: &Plan, state: &State) -> Vec<(Id, u32, Held, Held)> {
        let Some(spec) = &plan.tiers else { return Vec::new() };
        let Some(meter) = state.meters.get(spec.meter) else { return Vec::new() };
        let window = plan.meters.get(spec.meter).map_or(0, |meter| meter.window);
        self.partners
            .iter()
            .filter_map(|(partner, windows)| {
                let number = state.partners.get(partner)?;
                let (before, window) = (state.held(number), *windows.get(window)?);
                // A window that was over before the refund is judged without it, whether or not
                // anybody had looked since.
                let changed = |ordinal| {
                    let changed = self.cells.get(&(spec.meter, ordinal, number));
                    changed.map_or_else(
                        || meter.measure(ordinal, number),
                        |(measure, ..)| measure.clone(),
                    )
                };
                if spec.days > 0 {
                    let days = (0..i32::from(spec.days)).map(|back| window.number() - back);
                    let now = days.fold(Exact::ZERO, |sum, day| {
                        sum.checked_add(&changed(Ordinal::new(day))).unwrap_or(sum)
                    });
                    let after = spec.levels.advance(before, ALWAYS, |_| now.clone());
                    return Some((partner.clone(), number, before, after));
                }
                let entered =
                    spec.levels.advance(before, window, |ordinal| meter.measure(ordinal, number));
                let after = spec.levels.advance(entered, window, changed);
                Some((partner.clone(), number, before, after))
            })
            .collect()
    }

    pub(super) fn write(self, state: &mut State, tiers: Vec<(Id, u32, Held, Held)>) {
        for ((meter, window, key), (measure, settled, paid)) in self.cells {
            let Some(meter) = state.meters.get_mut(meter) else { continue };
            meter.set_measure(window, key, &measure);
            if let Some(cell) = meter.cell_mut(window, key) {
                cell.paid = paid;
            }
            meter.set_settled(window, key, settled);
        }
        for (_, number, _, after) in tiers {
            state.hold(number, after);
        }
    }
}
