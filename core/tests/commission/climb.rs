//! The oracle's ladders: everything that ever arrived, walked window by window.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::Zero;

use crate::numbers::whole;
use crate::plans::{LadderSpec, TIERS};

/// Something that a ladder saw: when, and what it added to which window.
pub(crate) struct Arrival {
    pub(crate) window: i32,
    pub(crate) added: Vec<(i32, BigRational)>,
}

/// Somebody on a ladder, window by window. Ranks count from 1; 0 is none.
pub(crate) struct Climb<'l> {
    ladder: &'l LadderSpec,
    window: Option<i32>,
    /// With which rank the window began, the best and the last that its measure was worth.
    began: usize,
    best: usize,
    now: usize,
    missed: u16,
    measures: BTreeMap<i32, BigRational>,
}

impl<'l> Climb<'l> {
    pub(crate) fn new(ladder: &'l LadderSpec) -> Self {
        let base = usize::from(ladder.froms[0] == 0);
        let measures = BTreeMap::new();
        Self { ladder, window: None, began: base, best: base, now: base, missed: 0, measures }
    }

    pub(crate) fn worth(&self, measure: &BigRational) -> usize {
        let base = usize::from(self.ladder.froms[0] == 0);
        self.ladder.froms.iter().filter(|from| whole(**from) <= *measure).count().max(base)
    }

    pub(crate) fn measure(&self, window: i32) -> BigRational {
        self.measures.get(&window).cloned().unwrap_or_else(BigRational::zero)
    }

    pub(crate) fn see(&mut self, arrival: &Arrival) {
        let mut window = *self.window.get_or_insert(arrival.window);
        while window < arrival.window {
            self.end(window);
            window += 1;
            self.window = Some(window);
            self.look(window);
        }
        for (window, added) in &arrival.added {
            let sum = self.measure(*window) + added;
            self.measures.insert(*window, sum);
        }
        if window == arrival.window {
            self.look(window);
        }
    }

    pub(crate) fn look(&mut self, window: i32) {
        self.now = self.worth(&self.measure(window));
        self.best = self.best.max(self.now);
    }

    pub(crate) fn end(&mut self, window: i32) {
        let last = self.worth(&self.measure(window));
        let earned = if self.ladder.on_decrease == "never" { self.best.max(last) } else { last };
        if earned >= self.began {
            self.began = earned;
            self.missed = 0;
        } else {
            self.missed += 1;
            if self.missed > self.ladder.grace && self.ladder.downgrade != "none" {
                self.missed = 0;
                self.began =
                    if self.ladder.downgrade == "one_step" { self.began - 1 } else { earned };
            }
        }
        let base = usize::from(self.ladder.froms[0] == 0);
        (self.best, self.now) = (base, base);
    }

    pub(crate) fn tier(&self) -> Option<&'static str> {
        // Nobody has a tier before anything happened.
        self.window?;
        let rank = match (self.ladder.promotion, self.ladder.on_decrease) {
            ("period_end", _) => self.began,
            (_, "now") => self.began.max(self.now),
            _ => self.began.max(self.best),
        };
        rank.checked_sub(1).map(|level| TIERS[level])
    }
}
