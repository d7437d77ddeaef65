//! A ladder made ready, and the state it keeps for each one who climbs it.
//!
//! [`Levels::advance`] is the whole machine: it takes the state, the current window and the
//! measures, and gives the state brought up to date. It may be called once per window or after
//! every event; between events it changes nothing. Windows that nobody looked into had no events,
//! so their measure is zero, and any number of them is passed in a step for each level that falls
//! on the way.
//!
//! Inside, a level is its *rank*: 0 for none, 1 for the lowest. So the base of a ladder that has
//! one is a floor of 1, and to fall by a step is to subtract one.

use crate::kernel::calendar::Ordinal;
use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::number::Number;
use crate::kernel::problem::{Problem, Problems};

use super::document::check;
use super::{
    Change, Ladder, LadderChangeReason, LadderDecrease, LadderDowngrade, LadderLevel,
    LadderPromotion,
};
use crate::kernel::money::Amount;

/// What a ladder remembers of one who climbs it. The default has not begun yet.
///
/// Ranks count the levels from 1, upwards; 0 is no level.
#[model(document)]
#[derive(Copy, Eq, Default)]
pub struct Held {
    /// The number of the window it was last brought up to; none before the first.
    pub window: Option<i32>,
    /// The rank held.
    #[model(default)]
    pub rank: u16,
    /// The rank with which the window began.
    #[model(default)]
    pub carried: u16,
    /// The highest rank that the window's measure has reached.
    #[model(default)]
    pub peak: u16,
    /// How many windows have passed since the carried level was last earned.
    #[model(default)]
    pub lapsed: u16,
}

impl Held {
    /// The level held, numbered from 0, upwards; none below the first.
    #[inline]
    #[must_use]
    pub const fn level(self) -> Option<u16> {
        self.rank.checked_sub(1)
    }

    /// The window it was last brought up to.
    #[inline]
    #[must_use]
    pub fn window(self) -> Option<Ordinal> {
        self.window.map(Ordinal::new)
    }
}

/// A ladder made ready, over the numbers that its measure is counted in.
#[derive(Clone, Debug)]
pub struct Levels<N = Exact> {
    thresholds: Vec<N>,
    levels: Vec<LadderLevel>,
    promotion: LadderPromotion,
    downgrade: LadderDowngrade,
    grace: u16,
    pub(super) on_decrease: LadderDecrease,
    /// The rank that everybody has: 1 where the first level is from zero.
    floor: u16,
}

impl Levels<Exact> {
    /// The ladder over exact numbers, in the document's own units.
    ///
    /// # Errors
    /// Everything that [`check`] finds.
    pub fn exact(ladder: &Ladder) -> Result<Self, Problems> {
        Self::compile(ladder, |from| Ok(Exact::from(from.decimal())))
    }
}

impl<N: Number> Levels<N> {
    /// The ladder over the numbers that `count` makes of the document's; it must keep their
    /// order, and zero.
    ///
    /// # Errors
    /// Everything that [`check`] finds, and what `count` refuses.
    pub fn compile(
        ladder: &Ladder,
        count: impl Fn(Amount) -> Result<N, Problem>,
    ) -> Result<Self, Problems> {
        Problems::verdict(check(ladder))?;
        let thresholds: Vec<N> = ladder
            .levels
            .iter()
            .enumerate()
            .map(|(index, level)| {
                count(level.from)
                    .map_err(|problem| problem.under("from").under(index).under("levels"))
            })
            .collect::<Result<_, _>>()?;
        let has_base = thresholds.first().is_some_and(N::is_zero);
        Ok(Self {
            thresholds,
            levels: ladder.levels.clone(),
            promotion: ladder.promotion,
            downgrade: ladder.downgrade,
            grace: ladder.grace,
            on_decrease: ladder.on_decrease,
            floor: u16::from(has_base),
        })
    }

    /// The level with that number, from 0, upwards.
    #[must_use]
    pub fn level(&self, number: u16) -> Option<&LadderLevel> {
        self.levels.get(usize::from(number))
    }

    /// The levels, upwards.
    #[must_use]
    pub fn as_slice(&self) -> &[LadderLevel] {
        &self.levels
    }

    /// The state brought up to `window`, given the measures of the window it was in and of this
    /// one so far; no other is asked for. A window before the one it is in changes nothing.
    ///
    /// Call it with the event's window before an event, for the level at which the event counts,
    /// and again once the event is in the measure; the second may wait until the next event where
    /// measures never fall.
    #[inline]
    #[must_use]
    pub fn advance(&self, held: Held, window: Ordinal, measure_of: impl Fn(Ordinal) -> N) -> Held {
        self.advance_with(held, window, measure_of, |_| {})
    }

    /// The same, telling every change of level on the way, in the order of time.
    #[inline]
    #[must_use]
    pub fn advance_with(
        &self,
        held: Held,
        window: Ordinal,
        measure_of: impl Fn(Ordinal) -> N,
        mut on_change: impl FnMut(Change),
    ) -> Held {
        let entered = match held.window() {
            None => self.begin(window),
            Some(before) if before < window => {
                let closed = self.close(held, before, &measure_of(before), &mut on_change);
                self.pass(closed, before.next(), window, &mut on_change)
            }
            Some(_) => held,
        };
        if entered.window() == Some(window) {
            self.observe(entered, window, &measure_of(window), &mut on_change)
        } else {
            entered
        }
    }

    /// The rank that everybody has.
    pub(super) const fn floor(&self) -> u16 {
        self.floor
    }

    #[inline]
    pub(super) fn rank_of(&self, measure: &N) -> u16 {
        let reached = self.thresholds.partition_point(|threshold| threshold <= measure);
        // A ladder has at most a thousand levels.
        u16::try_from(reached).unwrap_or(u16::MAX).max(self.floor)
    }

    /// Nothing held but the base, at the beginning of a window.
    pub(super) fn begin(&self, window: Ordinal) -> Held {
        self.opened(Held { rank: self.floor, ..Held::default() }, window)
    }

    fn opened(&self, held: Held, window: Ordinal) -> Held {
        let window = Some(window.number());
        Held { window, carried: held.rank, peak: self.floor, ..held }
    }

    /// Judges a window at its end, by its final measure.
    fn close(
        &self,
        mut held: Held,
        window: Ordinal,
        measure: &N,
        on_change: &mut impl FnMut(Change),
    ) -> Held {
        let earned = match self.on_decrease {
            LadderDecrease::Never => self.rank_of(measure).max(held.peak),
            LadderDecrease::Now | LadderDecrease::PeriodEnd => self.rank_of(measure),
        };
        let before = held.rank;
        held.rank = held.carried.max(earned);
        let kept = held.rank;
        if earned >= held.carried || self.downgrade == LadderDowngrade::None {
            held.lapsed = 0;
        } else if held.lapsed < self.grace {
            held.lapsed += 1;
        } else {
            self.fall(&mut held, earned);
        }
        let reason = match held.rank {
            rank if rank > before => LadderChangeReason::Reached,
            rank if rank < kept => LadderChangeReason::NotRequalified,
            _ => LadderChangeReason::Decreased,
        };
        tell(before, held.rank, window.next(), true, reason, on_change);
        self.opened(held, window.next())
    }

    /// Passes windows in which nothing was measured, from the beginning of `first` to that of
    /// `last`.
    fn pass(
        &self,
        mut held: Held,
        first: Ordinal,
        last: Ordinal,
        on_change: &mut impl FnMut(Change),
    ) -> Held {
        let mut window = i64::from(first.number());
        let last_number = i64::from(last.number());
        while held.rank > self.floor && self.downgrade != LadderDowngrade::None {
            let until_fall = i64::from(self.grace.saturating_sub(held.lapsed)) + 1;
            if last_number - window < until_fall {
                let passed = u16::try_from(last_number - window).unwrap_or_default();
                held.lapsed = held.lapsed.saturating_add(passed);
                break;
            }
            window += until_fall;
            let before = held.rank;
            self.fall(&mut held, self.floor);
            let since = i32::try_from(window).map_or(last, Ordinal::new);
            tell(before, held.rank, since, true, LadderChangeReason::NotRequalified, on_change);
        }
        self.opened(held, last)
    }

    fn fall(&self, held: &mut Held, earned: u16) {
        held.lapsed = 0;
        held.rank = match self.downgrade {
            LadderDowngrade::None => held.rank,
            LadderDowngrade::OneStep => held.rank.saturating_sub(1),
            LadderDowngrade::Requalify => earned,
        };
    }

    /// Takes in the measure so far of the window that is open.
    #[inline]
    fn observe(
        &self,
        mut held: Held,
        window: Ordinal,
        measure: &N,
        on_change: &mut impl FnMut(Change),
    ) -> Held {
        let reached = self.rank_of(measure);
        held.peak = held.peak.max(reached);
        if self.promotion == LadderPromotion::PeriodEnd {
            return held;
        }
        let before = held.rank;
        held.rank = match self.on_decrease {
            LadderDecrease::Now => held.carried.max(reached),
            LadderDecrease::PeriodEnd | LadderDecrease::Never => held.carried.max(held.peak),
        };
        let reason = if held.rank > before {
            LadderChangeReason::Reached
        } else {
            LadderChangeReason::Decreased
        };
        tell(before, held.rank, window, false, reason, on_change);
        held
    }
}

#[inline]
fn tell(
    before: u16,
    after: u16,
    window: Ordinal,
    at_window_end: bool,
    reason: LadderChangeReason,
    on_change: &mut impl FnMut(Change),
) {
    if before != after {
        let (before, after) = (before.checked_sub(1), after.checked_sub(1));
        on_change(Change { window, at_window_end, before, after, reason });
    }
}
