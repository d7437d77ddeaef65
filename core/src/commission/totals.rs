//! The sums of a state as columns: what every partner, customer or program has in every window.
//!
//! Rows are in the order of meter, window and id, so that the same history gives the same table
//! whatever order its partners were first seen in.

use std::collections::HashMap;

use crate::kernel::calendar::{Date, Instant, Ordinal, PlacedWindow};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

use super::compile::{Key, Plan};
use super::roster::Roster;
use super::state::{Cell, Meter, Names, State, WIDE, index};

/// The sums of a state, one entry each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Which of `meters`.
    pub meter: Vec<u32>,
    /// Which of `keys`: the partner or the customer; none for the program.
    pub key: Vec<Option<u32>>,
    /// Which of `windows`.
    pub window: Vec<u32>,
    /// What was measured: minor units for a volume, otherwise lines or quantity; none where that
    /// is no whole number of 64 bits, see `measure_exact`.
    pub measure: Vec<Option<i64>>,
    /// The measures that are no such number, as text, each with its entry. They are few.
    pub measure_exact: Vec<(usize, String)>,
    /// What was posted, in minor units of the plan's currency: 0 for the ladder, which only
    /// measures. It is no null, so that a dataframe keeps the column in whole numbers.
    pub paid_minor: Vec<i64>,
    /// The names of the meters: `schedule/NAME`, `cap/ID`, `rule/ID` or `ladder`.
    pub meters: Vec<String>,
    /// The partners and customers.
    pub keys: Vec<Id>,
    /// The windows.
    pub windows: Vec<TotalsWindow>,
}

/// A window of time for which a plan keeps sums.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotalsWindow {
    /// Its number, as states have it.
    pub ordinal: i32,
    /// Its name, such as `2026-11`.
    pub label: String,
    /// Its first instant; none for a lifetime.
    pub start: Option<Instant>,
    /// The first instant after it; none for a lifetime.
    pub end: Option<Instant>,
}

impl Plan {
    /// The sums of a state.
    ///
    /// The roster has the days from which anniversaries are counted.
    ///
    /// # Errors
    /// `state_mismatch`; `window_without_anchor` for a partner whose day of joining is unknown.
    pub fn totals(&self, state: &State, roster: &Roster) -> Result<Totals, Problem> {
        self.check_state(state)?;
        let mut totals = Totals {
            meters: self.meters.iter().map(|meter| meter.name.clone()).collect(),
            ..Totals::default()
        };
        let partners = Keys::of(&state.partners, 0);
        let customers = Keys::of(&state.customers, partners.ids.len());
        let program = Keys { order: vec![0], ids: &[], offset: 0 };
        totals.make_room(state);
        let mut begun = Vec::new();
        for ((number, spec), meter) in (0..).zip(&self.meters).zip(&state.meters) {
            let keys = match spec.key {
                Key::Partner => &partners,
                Key::Customer => &customers,
                Key::Program => &program,
            };
            let mut windows = Windows::of(self, roster, spec.window);
            let mut pages: Vec<(Ordinal, &[Cell])> = meter.pages().collect();
            pages.sort_by_key(|(ordinal, _)| *ordinal);
            for (ordinal, cells) in pages {
                let begun = keys.begun(cells, &mut begun);
                // Without anchors, a page is one window.
                let asked = if windows.anchored { begun.len() } else { begun.len().min(1) };
                for (key, _) in begun.iter().take(asked) {
                    let window = windows.number(ordinal, keys.id(*key), &mut totals.windows)?;
                    totals.window.push(window);
                }
                let first = totals.key.len();
                if meter.has_wide() {
                    let numbered = (first..).zip(begun);
                    let wide = numbered.filter(|(_, (_, cell))| cell.measure == WIDE);
                    let exact = |(entry, (key, _)): (usize, &(u32, Cell))| {
                        (entry, meter.wide(ordinal, *key).to_string())
                    };
                    totals.measure_exact.extend(wide.map(exact));
                }
                let measure = |cell: &Cell| Some(cell.measure).filter(|one| *one != WIDE);
                totals.key.extend(begun.iter().map(|(key, _)| keys.position(*key)));
                totals.measure.extend(begun.iter().map(|(_, cell)| measure(cell)));
                totals.paid_minor.extend(begun.iter().map(|(_, cell)| cell.paid));
                let window = totals.window.last().copied().unwrap_or_default();
                totals.window.resize(totals.key.len(), window);
                totals.meter.resize(totals.key.len(), number);
            }
        }
        totals.keys = [partners.ids, customers.ids].concat();
        Ok(totals)
    }
}

impl Totals {
    fn make_room(&mut self, state: &State) {
        let pages = state.meters.iter().flat_map(Meter::pages);
        let most = pages.map(|(_, cells)| cells.len()).sum();
        self.meter.reserve(most);
        self.key.reserve(most);
        self.window.reserve(most);
        self.measure.reserve(most);
        self.paid_minor.reserve(most);
    }
}

/// The keys of a meter, in the order of their ids.
struct Keys<'a> {
    order: Vec<u32>,
    ids: &'a [Id],
    /// Where they begin among all keys of the totals.
    offset: usize,
}

impl<'a> Keys<'a> {
    /// Ids are compared by their first eight bytes as one number, and by the rest of the text only
    /// where those are the same.
    fn of(names: &'a Names, offset: usize) -> Self {
        let ids = names.ids();
        let mut numbered: Vec<(u64, &Id, u32)> =
            ids.iter().zip(0..).map(|(id, number)| (beginning(id), id, number)).collect();
        numbered.sort_unstable_by(|(left, id, _), (right, other, _)| {
            left.cmp(right).then_with(|| id.cmp(other))
        });
        Self { order: numbered.iter().map(|(.., number)| *number).collect(), ids, offset }
    }

    /// The cells in which something has happened, with their keys. Every cell is written to the
    /// place of the next one that counts, so that there is nothing to decide on the way.
    fn begun<'c>(&self, cells: &[Cell], begun: &'c mut Vec<(u32, Cell)>) -> &'c [(u32, Cell)] {
        begun.resize(self.order.len(), (0, Cell::default()));
        let mut found = 0_usize;
        for key in &self.order {
            let cell = cells.get(index(*key)).copied().unwrap_or_default();
            if let Some(place) = begun.get_mut(found) {
                *place = (*key, cell);
            }
            found += usize::from(cell != Cell::default());
        }
        begun.get(..found).unwrap_or_default()
    }

    fn id(&self, key: u32) -> Option<&'a Id> {
        self.ids.get(usize::try_from(key).ok()?)
    }

    fn position(&self, key: u32) -> Option<u32> {
        if self.ids.is_empty() {
            return None;
        }
        u32::try_from(self.offset).ok()?.checked_add(key)
    }
}

/// The first eight bytes of an id as a number that is in order as they are.
fn beginning(id: &Id) -> u64 {
    let mut bytes = [0; 8];
    for (byte, of) in bytes.iter_mut().zip(id.as_str().bytes()) {
        *byte = of;
    }
    u64::from_be_bytes(bytes)
}

/// Numbers the windows of a meter as they are met.
struct Windows<'a> {
    plan: &'a Plan,
    roster: &'a Roster,
    window: usize,
    /// Whether partners have windows of their own.
    anchored: bool,
    known: HashMap<(Ordinal, Option<Date>), u32>,
    /// The one that was asked for last, and will be again.
    last: Option<((Ordinal, Option<Date>), u32)>,
}

impl<'a> Windows<'a> {
    fn of(plan: &'a Plan, roster: &'a Roster, window: usize) -> Self {
        let anchored = plan.windows.get(window).is_some_and(|window| window.needs_anchor());
        Self { plan, roster, window, anchored, known: HashMap::new(), last: None }
    }

    fn number(
        &mut self,
        ordinal: Ordinal,
        id: Option<&Id>,
        windows: &mut Vec<TotalsWindow>,
    ) -> Result<u32, Problem> {
        let Some(window) = self.plan.windows.get(self.window) else { return Ok(0) };
        let joined = || self.roster.get(id?).and_then(|partner| partner.joined);
        let anchor = if self.anchored { joined() } else { None };
        let wanted = (ordinal, anchor);
        if let Some((_, number)) = self.last.filter(|(last, _)| *last == wanted) {
            return Ok(number);
        }
        if let Some(number) = self.known.get(&wanted).copied() {
            self.last = Some((wanted, number));
            return Ok(number);
        }
        let number = u32::try_from(windows.len()).unwrap_or(u32::MAX);
        windows.push(match window.place(self.plan.document.zone, anchor)? {
            PlacedWindow::Periods(periods) => {
                let period = periods.bounds(ordinal);
                TotalsWindow {
                    ordinal: ordinal.number(),
                    label: period.label(),
                    start: period.start(),
                    end: period.end(),
                }
            }
            // The document has no rolling windows.
            PlacedWindow::Rolling(_) => TotalsWindow {
                ordinal: ordinal.number(),
                label: String::new(),
                start: None,
                end: None,
            },
        });
        self.known.insert(wanted, number);
        self.last = Some((wanted, number));
        Ok(number)
    }
}
