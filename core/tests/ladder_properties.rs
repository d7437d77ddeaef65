//! Ladders against an oracle that walks every window, and against themselves called more often.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed unwrap or index is a failed test"
)]

mod tries;

use std::collections::BTreeMap;

use guerdon::kernel::calendar::Ordinal;
use guerdon::kernel::ladder::{
    Held, Ladder, LadderDecrease, LadderDowngrade, LadderLevel, LadderPromotion, Levels,
};
use guerdon::kernel::money::{Amount, to_minor};
use proptest::prelude::*;
use proptest::sample::select;
use tries::{USUAL, tries};

/// What each window measures, in the order of time; windows between have nothing.
type History = Vec<(i32, Vec<i64>)>;

fn ladder() -> impl Strategy<Value = Ladder> {
    let promotion = select(vec![LadderPromotion::AtOnce, LadderPromotion::PeriodEnd]);
    let downgrade =
        select(vec![LadderDowngrade::None, LadderDowngrade::OneStep, LadderDowngrade::Requalify]);
    let on_decrease =
        select(vec![LadderDecrease::Now, LadderDecrease::PeriodEnd, LadderDecrease::Never]);
    let froms = prop::collection::btree_set(0_i64..60, 1..6);
    (froms, promotion, downgrade, 0_u16..4, on_decrease).prop_map(
        |(froms, promotion, downgrade, grace, on_decrease)| {
            let level = |from: i64| LadderLevel {
                id: format!("from-{from}").parse().unwrap(),
                from: from.into(),
            };
            let grace = if downgrade == LadderDowngrade::None { 0 } else { grace };
            let levels = froms.into_iter().map(level).collect();
            Ladder { levels, promotion, downgrade, grace, on_decrease }
        },
    )
}

fn history(events: std::ops::Range<i64>) -> impl Strategy<Value = History> {
    let window = (1_i32..8, prop::collection::vec(events, 0..5));
    prop::collection::vec(window, 1..8).prop_map(|windows| {
        let mut at = -3;
        windows
            .into_iter()
            .map(|(gap, events)| {
                at += gap;
                (at, events)
            })
            .collect()
    })
}

fn whole(amount: Amount) -> Result<i64, guerdon::Problem> {
    to_minor(amount, "JPY".parse().unwrap())
}

/// The same rule, written again: one window after the other, with levels counted from 1.
struct Oracle<'a> {
    ladder: &'a Ladder,
    /// What everybody has: 1 or 0.
    base: usize,
    /// Held when the window began.
    began: usize,
    /// Windows missed.
    missed: u16,
}

impl<'a> Oracle<'a> {
    fn new(ladder: &'a Ladder) -> Self {
        let base = usize::from(ladder.levels[0].from == Amount::ZERO);
        Self { ladder, base, began: base, missed: 0 }
    }

    fn worth(&self, measure: i64) -> usize {
        let reached = self.ladder.levels.iter().filter(|one| whole(one.from).unwrap() <= measure);
        reached.count().max(self.base)
    }

    /// The level within a window, after these sums of its events.
    fn within(&self, sums: &[i64]) -> usize {
        let now = self.worth(sums.last().copied().unwrap_or(0));
        let best = sums.iter().map(|sum| self.worth(*sum)).max().unwrap_or(self.base);
        match (self.ladder.promotion, self.ladder.on_decrease) {
            (LadderPromotion::PeriodEnd, _) => self.began,
            (LadderPromotion::AtOnce, LadderDecrease::Now) => self.began.max(now),
            (LadderPromotion::AtOnce, _) => self.began.max(best),
        }
    }

    fn end(&mut self, sums: &[i64]) {
        let last = self.worth(sums.last().copied().unwrap_or(0));
        let best = sums.iter().map(|sum| self.worth(*sum)).max().unwrap_or(self.base);
        let earned = if self.ladder.on_decrease == LadderDecrease::Never { best } else { last };
        if earned >= self.began {
            self.began = earned;
            self.missed = 0;
            return;
        }
        self.missed += 1;
        if self.missed > self.ladder.grace && self.ladder.downgrade != LadderDowngrade::None {
            self.missed = 0;
            self.began = match self.ladder.downgrade {
                LadderDowngrade::OneStep => self.began - 1,
                _ => earned,
            };
        }
    }
}

fn sums(events: &[i64]) -> Vec<i64> {
    let mut sum = 0;
    events
        .iter()
        .map(|event| {
            sum += event;
            sum
        })
        .collect()
}

/// The ranks after every event and, for a while after the last, at the start of each window.
fn by_oracle(ladder: &Ladder, history: &History) -> Vec<usize> {
    let windows: BTreeMap<i32, Vec<i64>> = history.iter().cloned().collect();
    let (first, last) = (history[0].0, history[history.len() - 1].0 + 20);
    let mut oracle = Oracle::new(ladder);
    let mut seen = Vec::new();
    for window in first..=last {
        let sums = windows.get(&window).map(|events| sums(events)).unwrap_or_default();
        seen.push(oracle.began);
        for upto in 1..=sums.len() {
            seen.push(oracle.within(&sums[..upto]));
        }
        oracle.end(&sums);
    }
    seen
}

fn advance(levels: &Levels<i64>, held: Held, window: i32, measures: &BTreeMap<i32, i64>) -> Held {
    levels
        .advance(held, Ordinal::new(window), |at| measures.get(&at.number()).copied().unwrap_or(0))
}

proptest! {
    #![proptest_config(tries(USUAL))]

    /// Called after every event, and at the start of every window or only of those with events.
    #[test]
    fn it_does_what_the_walker_does(ladder in ladder(), history in history(-40..60)) {
        let levels = Levels::compile(&ladder, whole).unwrap();
        let expected = by_oracle(&ladder, &history);
        for every_window in [true, false] {
            let windows: BTreeMap<i32, Vec<i64>> = history.iter().cloned().collect();
            let (first, last) = (history[0].0, history[history.len() - 1].0 + 20);
            let mut measures = BTreeMap::new();
            let mut held = Held::default();
            let mut seen = expected.iter();
            for window in first..=last {
                let expected = *seen.next().unwrap();
                let sums = windows.get(&window).map(|events| sums(events)).unwrap_or_default();
                if every_window || !sums.is_empty() || window == last {
                    held = advance(&levels, held, window, &measures);
                    prop_assert_eq!(usize::from(held.rank), expected);
                }
                for sum in sums {
                    measures.insert(window, sum);
                    held = advance(&levels, held, window, &measures);
                    prop_assert_eq!(usize::from(held.rank), *seen.next().unwrap());
                    prop_assert_eq!(advance(&levels, held, window, &measures), held);
                }
            }
        }
    }

    /// Where measures never fall within a window, once per window says what every event says.
    #[test]
    fn once_per_window_is_enough(ladder in ladder(), history in history(0..60)) {
        let levels = Levels::compile(&ladder, whole).unwrap();
        let mut often = (Held::default(), BTreeMap::new());
        let mut seldom = often.clone();
        for (window, events) in &history {
            for sum in sums(events) {
                often.1.insert(*window, sum);
                often.0 = advance(&levels, often.0, *window, &often.1);
            }
            seldom.1.clone_from(&often.1);
            seldom.0 = advance(&levels, seldom.0, *window, &seldom.1);
            often.0 = advance(&levels, often.0, *window, &often.1);
            prop_assert_eq!(often.0, seldom.0);
        }
    }

    /// A measure that falls is no matter either, once the window is over, unless its peak counts.
    #[test]
    fn only_the_final_measure_counts_at_the_end(ladder in ladder(), history in history(-40..60)) {
        prop_assume!(ladder.on_decrease != LadderDecrease::Never);
        let levels = Levels::compile(&ladder, whole).unwrap();
        let (mut often, mut seldom) = (Held::default(), Held::default());
        let mut measures = BTreeMap::new();
        for (window, events) in &history {
            often = advance(&levels, often, *window, &measures);
            for sum in sums(events) {
                measures.insert(*window, sum);
                often = advance(&levels, often, *window, &measures);
            }
            seldom = advance(&levels, seldom, *window, &measures);
            let next = window + 1;
            let closed = |held| advance(&levels, held, next, &measures);
            prop_assert_eq!(closed(often), closed(seldom));
        }
    }

    /// However many windows nothing happens in, they are passed as if one by one.
    #[test]
    fn empty_windows_are_passed_in_a_step(
        ladder in ladder(), start in 0_i64..80, upto in prop::collection::vec(1_i32..9, 1..6),
    ) {
        let levels = Levels::compile(&ladder, whole).unwrap();
        let measures = BTreeMap::from([(0, start)]);
        let begun = advance(&levels, Held::default(), 0, &measures);
        let (mut slow, mut at) = (begun, 0);
        for jump in upto {
            for window in at + 1..=at + jump {
                slow = advance(&levels, slow, window, &measures);
            }
            at += jump;
            prop_assert_eq!(advance(&levels, begun, at, &measures), slow);
        }
        let far = advance(&levels, begun, i32::MAX, &measures);
        if ladder.downgrade != LadderDowngrade::None {
            let base = u16::from(ladder.levels[0].from == Amount::ZERO);
            prop_assert_eq!((far.rank, far.lapsed), (base, 0));
        }
    }
}
