//! How far it is to the next level, what the pace leads to, and when the level held would fall.

use crate::kernel::calendar::{Instant, Ordinal, PlacedWindow};
use crate::kernel::document::model;
use crate::kernel::exact::{Exact, overflow};
use crate::kernel::id::Id;
use crate::kernel::money::Amount;
use crate::kernel::problem::Problem;

use super::{Held, LadderDecrease, Levels};

/// Where somebody stands on a ladder, as of an instant.
#[model]
#[derive(Eq)]
pub struct LadderProgress {
    /// The level held; none below the first.
    pub level: Option<Id>,
    /// The measure of the window so far.
    pub measure: Amount,
    /// The next level above the one held; none at the top.
    pub next: Option<Id>,
    /// How much more it takes to earn the next level; 0 when it is earned and the period's end
    /// will bring it.
    pub missing: Option<Amount>,
    /// How much more it takes in this window to earn the level held again; none when it is earned
    /// again, or cannot be lost at a window's end.
    pub missing_to_keep: Option<Amount>,
    /// The level held after the window's end, if the measure goes on at its pace: in proportion
    /// to the time elapsed. None when that is below the first level, or the window has no end.
    pub projected: Option<Id>,
    /// When the level held would fall, if nothing more were measured; none when it would not.
    pub at_risk_at: Option<Instant>,
    /// When the window began; none for a lifetime. A rolling window begins after this instant.
    pub window_start: Option<Instant>,
    /// When the window is over; none for one without end.
    pub window_end: Option<Instant>,
}

impl Levels<Exact> {
    /// Where somebody stands at `now`, with a state brought up to the window of `now` and the
    /// measure of that window so far. A rolling window is not risked here: when its level falls
    /// depends on when its events leave it.
    ///
    /// # Errors
    /// `overflow` when an amount does not fit a decimal.
    pub fn progress(
        &self,
        held: Held,
        measure: &Exact,
        window: PlacedWindow,
        now: Instant,
    ) -> Result<LadderProgress, Problem> {
        let next = held.level().map_or(0, |level| level.saturating_add(1));
        let bounds = Bounds::of(window, now);
        let at_risk_at = self.at_risk_at(held, measure, window);
        Ok(LadderProgress {
            level: self.id(held.level()),
            measure: amount(measure)?,
            next: self.id(Some(next)),
            missing: self.missing(Some(next), held, measure)?,
            missing_to_keep: self.missing_to_keep(held, measure, at_risk_at)?,
            projected: self.id(self.projected(held, measure, &bounds, now)?),
            at_risk_at,
            window_start: bounds.start,
            window_end: bounds.end,
        })
    }

    /// The id of a level.
    pub(super) fn id(&self, level: Option<u16>) -> Option<Id> {
        self.level(level?).map(|level| level.id.clone())
    }

    /// How much is missing to earn a level in the window of the state, or zero.
    fn missing(
        &self,
        number: Option<u16>,
        held: Held,
        measure: &Exact,
    ) -> Result<Option<Amount>, Problem> {
        let Some((number, level)) = number.and_then(|one| Some((one, self.level(one)?))) else {
            return Ok(None);
        };
        let by_peak = self.on_decrease == LadderDecrease::Never && held.peak > number;
        if by_peak {
            return Ok(Some(Amount::ZERO));
        }
        let missing = Exact::from(level.from.decimal()).checked_sub(measure)?;
        amount(&missing.max(Exact::ZERO)).map(Some)
    }

    /// How much is missing to earn the level held again, where it can be lost.
    fn missing_to_keep(
        &self,
        held: Held,
        measure: &Exact,
        at_risk_at: Option<Instant>,
    ) -> Result<Option<Amount>, Problem> {
        if at_risk_at.is_none() {
            return Ok(None);
        }
        let missing = self.missing(held.level(), held, measure)?;
        Ok(missing.filter(|missing| *missing > Amount::ZERO))
    }

    fn projected(
        &self,
        held: Held,
        measure: &Exact,
        bounds: &Bounds,
        now: Instant,
    ) -> Result<Option<u16>, Problem> {
        let (Some(start), Some(end)) = (bounds.start, bounds.end) else { return Ok(None) };
        let elapsed = Exact::from(now.micros_since(start));
        let length = Exact::from(end.micros_since(start));
        let at_end = match elapsed.signum() {
            0 => measure.clone(),
            _ => measure.checked_mul(&length)?.checked_div(&elapsed)?,
        };
        let Some(window) = held.window() else { return Ok(None) };
        let projected = self.advance(held, window, |_| at_end.clone());
        Ok(self.advance(projected, window.next(), |at| of_window(at, window, &at_end)).level())
    }

    fn at_risk_at(&self, held: Held, measure: &Exact, window: PlacedWindow) -> Option<Instant> {
        let (PlacedWindow::Periods(periods), Some(now)) = (window, held.window()) else {
            return None;
        };
        let mut fall = None;
        let far = Ordinal::new(i32::MAX);
        let measure_of = |at| of_window(at, now, measure);
        let _ = self.advance_with(held, far, measure_of, |change| {
            if fall.is_none() && change.after < held.level() {
                fall = Some(change.window);
            }
        });
        periods.bounds(fall?).start()
    }
}

/// When a window begins and ends.
struct Bounds {
    start: Option<Instant>,
    end: Option<Instant>,
}

impl Bounds {
    fn of(window: PlacedWindow, now: Instant) -> Self {
        match window {
            PlacedWindow::Periods(periods) => {
                let period = periods.period_of(now);
                Self { start: period.start(), end: period.end() }
            }
            PlacedWindow::Rolling(rolling) => Self { start: rolling.start(now), end: None },
        }
    }
}

/// A measure that is all in one window.
fn of_window(at: Ordinal, window: Ordinal, measure: &Exact) -> Exact {
    if at == window { measure.clone() } else { Exact::ZERO }
}

/// A measure as it is shown.
pub(super) fn amount(measure: &Exact) -> Result<Amount, Problem> {
    measure.to_decimal().map(Amount::from).ok_or_else(overflow)
}
