//! What a plan remembers between events: sums by partner, customer and window, and tiers.
//!
//! Its size follows the partners, never the orders. A [`Meter`] keeps one page of cells for each
//! window, indexed by a small number that stands for the partner, so that a batch in the order of
//! time finds its cell with one look-up.

use std::collections::{BTreeMap, HashMap};

use crate::kernel::calendar::{Ordinal, PeriodCursor, SpanCursor};
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::ladder::Held;

use super::outcome::PlanReference;

/// Gives each id a small number, in the order of first sight.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<Id, u32>,
    ids: Vec<Id>,
}

impl Names {
    pub(super) fn get(&self, id: &Id) -> Option<u32> {
        self.numbers.get(id).copied()
    }

    /// The number of an id, or the one it would get.
    pub(super) fn number_or_next(&self, id: &Id) -> u32 {
        self.get(id).unwrap_or_else(|| u32::try_from(self.ids.len()).unwrap_or(u32::MAX))
    }

    /// Takes in an id that was given the next number.
    pub(super) fn confirm(&mut self, id: &Id, number: u32) {
        if usize::try_from(number) == Ok(self.ids.len()) {
            self.number(id);
        }
    }

    pub(super) fn number(&mut self, id: &Id) -> u32 {
        *self.numbers.entry(id.clone()).or_insert_with(|| {
            // Ids are at most as many as memory holds, which is fewer than 2^32.
            let number = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
            self.ids.push(id.clone());
            number
        })
    }

    pub(super) fn id(&self, number: u32) -> Option<&Id> {
        self.ids.get(usize::try_from(number).ok()?)
    }

    pub(super) fn ids(&self) -> &[Id] {
        &self.ids
    }
}

/// What one partner (or customer, or the program) has in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// The measure: minor units, lines or quantity. [`WIDE`] where it is no such integer.
    pub(super) measure: i64,
    /// What was posted, in minor units.
    pub(super) paid: i64,
}

/// Stands in a cell whose measure is kept among the exact ones.
pub(super) const WIDE: i64 = i64::MIN;

#[derive(Clone, Debug, Default)]
struct Page {
    ordinal: i32,
    cells: Vec<Cell>,
    /// What a schedule that posts cumulatively has settled for each cell, in minor units. Others
    /// settle nothing, and leave it empty.
    settled: Vec<i64>,
}

/// The cells of a window, to change.
#[derive(Default)]
pub(super) struct PageMut<'s> {
    pub(super) cells: &'s mut [Cell],
    /// As long as the cells if the schedule posts cumulatively.
    pub(super) settled: &'s mut [i64],
}

/// Cells by window and key.
#[derive(Clone, Debug, Default)]
pub(super) struct Meter {
    pages: Vec<Page>,
    wide: BTreeMap<(i32, u32), Exact>,
}

impl Meter {
    /// The cell; empty if nothing has happened there.
    #[inline(always)]
    pub(super) fn cell(&self, ordinal: Ordinal, key: u32) -> Cell {
        let Some(page) = self.pages.get(self.position(ordinal.number())) else {
            return Cell::default();
        };
        page.cells.get(index(key)).copied().unwrap_or_default()
    }

    /// Whether some measure is no small integer.
    #[inline(always)]
    pub(super) fn has_wide(&self) -> bool {
        !self.wide.is_empty()
    }

    /// The measure of a cell that was found to be wide.
    pub(super) fn wide(&self, ordinal: Ordinal, key: u32) -> Exact {
        self.wide.get(&(ordinal.number(), key)).cloned().unwrap_or_default()
    }

    /// The measure of a cell, as an exact number.
    pub(super) fn measure(&self, ordinal: Ordinal, key: u32) -> Exact {
        match self.cell(ordinal, key).measure {
            WIDE => self.wide(ordinal, key),
            measure => Exact::from(measure),
        }
    }

    /// The measure of so many windows up to one, which is the last of them.
    pub(super) fn over(&self, last: Ordinal, windows: u16, key: u32) -> Exact {
        let last = last.number();
        let first = last.saturating_sub(i32::from(windows)).saturating_add(1);
        let pages = self.pages.iter().map(|page| page.ordinal);
        let within = pages.filter(|ordinal| (first..=last).contains(ordinal));
        within.fold(Exact::ZERO, |sum, ordinal| {
            let more = self.measure(Ordinal::new(ordinal), key);
            // A sum of measures of one partner, each of which was checked when it was made.
            sum.checked_add(&more).unwrap_or(sum)
        })
    }

    /// The newest window in which a key has something.
    pub(super) fn newest(&self, key: u32) -> Option<i32> {
        let begun = self
            .pages
            .iter()
            .filter(|page| page.cells.get(index(key)).is_some_and(|cell| *cell != Cell::default()));
        begun.map(|page| page.ordinal).max()
    }

    /// Forgets what a key has in a window and before, and pages in which nobody has anything.
    pub(super) fn forget(&mut self, key: u32, last: i32) {
        self.wide.retain(|(ordinal, of), _| *of != key || *ordinal > last);
        let mut emptied = false;
        for page in self.pages.iter_mut().filter(|page| page.ordinal <= last) {
            if let Some(cell) = page.cells.get_mut(index(key)) {
                emptied |= *cell != Cell::default();
                *cell = Cell::default();
            }
        }
        if emptied {
            let is_empty = |page: &Page| page.cells.iter().all(|cell| *cell == Cell::default());
            self.pages.retain(|page| page.ordinal > last || !is_empty(page));
        }
    }

    /// The cell to change, which is there from now on.
    #[inline(always)]
    pub(super) fn cell_mut(&mut self, ordinal: Ordinal, key: u32) -> Option<&mut Cell> {
        let position = self.position(ordinal.number());
        let index = index(key);
        if self.pages.get(position).is_none_or(|page| index >= page.cells.len()) {
            self.make_room(ordinal, position, index);
        }
        self.pages.get_mut(position)?.cells.get_mut(index)
    }

    /// What was settled for a cell.
    pub(super) fn settled(&self, ordinal: Ordinal, key: u32) -> i64 {
        let page = self.pages.get(self.position(ordinal.number()));
        page.and_then(|page| page.settled.get(index(key))).copied().unwrap_or_default()
    }

    /// Says what was settled for a cell that is there.
    pub(super) fn set_settled(&mut self, ordinal: Ordinal, key: u32, settled: i64) {
        let position = self.position(ordinal.number());
        let Some(page) = self.pages.get_mut(position) else { return };
        if settled != 0 && page.settled.len() < page.cells.len() {
            page.settled.resize(page.cells.len(), 0);
        }
        if let Some(place) = page.settled.get_mut(index(key)) {
            *place = settled;
        }
    }

    /// The cells of a window for so many keys, which are there from now on.
    pub(super) fn page_mut(
        &mut self,
        ordinal: Ordinal,
        keys: usize,
        cumulative: bool,
    ) -> PageMut<'_> {
        if let Some(last) = keys.checked_sub(1).and_then(|last| u32::try_from(last).ok()) {
            self.cell_mut(ordinal, last);
        }
        let position = self.position(ordinal.number());
        let Some(page) = self.pages.get_mut(position) else { return PageMut::default() };
        if cumulative {
            page.settled.resize(page.cells.len(), 0);
        }
        PageMut { cells: &mut page.cells, settled: &mut page.settled }
    }

    /// Adds a page or cells; the pages are few, and cells come by the thousand.
    #[cold]
    fn make_room(&mut self, ordinal: Ordinal, position: usize, index: usize) {
        if position >= self.pages.len() {
            self.pages.push(Page { ordinal: ordinal.number(), ..Page::default() });
        }
        if let Some(page) = self.pages.get_mut(position) {
            page.cells.resize((index + 1).next_multiple_of(1_024), Cell::default());
        }
    }

    /// Sets a measure that may not be a small integer.
    pub(super) fn set_measure(&mut self, ordinal: Ordinal, key: u32, measure: &Exact) {
        let narrow = measure
            .as_integer()
            .and_then(|integer| i64::try_from(integer).ok())
            .filter(|integer| *integer != WIDE);
        match narrow {
            Some(_) => self.wide.remove(&(ordinal.number(), key)),
            None => self.wide.insert((ordinal.number(), key), measure.clone()),
        };
        if let Some(cell) = self.cell_mut(ordinal, key) {
            cell.measure = narrow.unwrap_or(WIDE);
        }
    }

    /// The windows that have a page, with their cells by key.
    pub(super) fn pages(&self) -> impl Iterator<Item = (Ordinal, &[Cell])> {
        self.pages.iter().map(|page| (Ordinal::new(page.ordinal), page.cells.as_slice()))
    }

    /// Every cell in which something has happened, by key and window.
    pub(super) fn cells(&self) -> impl Iterator<Item = (u32, Ordinal, Cell)> + '_ {
        self.pages.iter().flat_map(|page| {
            let ordinal = Ordinal::new(page.ordinal);
            let numbered = (0_u32..).zip(&page.cells);
            numbered
                .filter(|(_, cell)| **cell != Cell::default())
                .map(move |(key, cell)| (key, ordinal, *cell))
        })
    }

    /// The place of a window's page, or of the one it would get.
    #[inline(always)]
    fn position(&self, ordinal: i32) -> usize {
        // The page used last is nearly always the newest one.
        match self.pages.last() {
            Some(page) if page.ordinal == ordinal => self.pages.len() - 1,
            _ => self.search(ordinal),
        }
    }

    fn search(&self, ordinal: i32) -> usize {
        let found = self.pages.iter().position(|page| page.ordinal == ordinal);
        found.unwrap_or(self.pages.len())
    }
}

#[inline(always)]
pub(super) fn index(key: u32) -> usize {
    // Lossless: no supported platform has a smaller usize.
    usize::try_from(key).unwrap_or(usize::MAX)
}

/// What a plan remembers between events.
///
/// It belongs to one version of one plan. Hosts keep it as the text that
/// [`Plan::state_document`](super::Plan::state_document) gives, and change it only by evaluating.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) plan: PlanReference,
    pub(super) partners: Names,
    pub(super) customers: Names,
    /// In the order of the plan's meters.
    pub(super) meters: Vec<Meter>,
    /// By partner number.
    pub(super) tiers: Vec<Held>,
    /// Where in the calendar the last event was, for each of the plan's windows; no part of what
    /// is remembered, only the quick way to find it.
    pub(super) cursors: Vec<Option<PeriodCursor>>,
    /// The same for the end of the hold.
    pub(super) hold: SpanCursor,
}

impl State {
    pub(super) fn empty(
        plan: PlanReference,
        meters: usize,
        cursors: Vec<Option<PeriodCursor>>,
        hold: SpanCursor,
    ) -> Self {
        Self {
            plan,
            partners: Names::default(),
            customers: Names::default(),
            meters: vec![Meter::default(); meters],
            tiers: Vec::new(),
            cursors,
            hold,
        }
    }

    /// The tier state of a partner.
    pub(super) fn held(&self, partner: u32) -> Held {
        self.tiers.get(index(partner)).copied().unwrap_or_default()
    }

    pub(super) fn hold(&mut self, partner: u32, held: Held) {
        let index = index(partner);
        if index >= self.tiers.len() {
            self.tiers.resize(index + 1, Held::default());
        }
        if let Some(place) = self.tiers.get_mut(index) {
            *place = held;
        }
    }
}
