//! The state of one who climbs a ladder, in the words of the document, and its progress.
//!
//! [`Held`] counts ranks and windows, as a batch wants it. A host that keeps states itself, or a
//! phone that shows one, wants ids and instants: a [`LadderStanding`] says both, and its measure.

use crate::kernel::calendar::{Date, Instant, Ordinal, PlacedWindow, Zone};
use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::Amount;
use crate::kernel::problem::{Problem, Problems};

use super::document::{check, check_window};
use super::progress::amount;
use super::{
    Held, LADDER_LEVEL_UNKNOWN, LADDER_OUT_OF_ORDER, LADDER_STANDING_STALE, LadderProgress,
    LadderText, Levels, WindowText,
};

/// What there is to know of one who climbs a ladder, in order to go on.
#[model]
#[derive(Eq)]
pub struct LadderStanding {
    /// When it was brought up to date; it belongs to the window of that instant.
    pub as_of: Instant,
    /// The measure of that window until then.
    pub measure: Amount,
    /// The level with which the window began; none below the first.
    pub began_with: Option<Id>,
    /// The highest level that the measure reached in the window; what `measure` reaches unless
    /// said. It matters when a refund has lowered the measure.
    pub best: Option<Id>,
    /// How many windows have passed since the level it began with was last earned.
    #[model(default)]
    pub lapsed: u16,
}

/// What `ladder.progress` takes.
#[model]
pub struct LadderProgressInput {
    /// The ladder.
    pub ladder: LadderText,
    /// Over which time the measure is taken.
    pub window: WindowText,
    /// In which zone windows begin and end.
    pub zone: Zone,
    /// The date that an anniversary window is counted from.
    pub anchor: Option<Date>,
    /// What is known so far; nothing has been measured yet unless said.
    pub standing: Option<LadderStanding>,
    /// As of when; not before the standing.
    pub now: Instant,
}

/// Says where somebody stands on a ladder: the next level, what is missing, and when the level
/// held would fall.
///
/// # Errors
/// Everything that is wrong with the ladder or does not go with the window;
/// `window_without_anchor`; `ladder_level_unknown` and `ladder_out_of_order` for a standing that
/// does not fit; `ladder_standing_stale` for one of a rolling window that is older than `now`.
pub fn progress(input: LadderProgressInput) -> Result<LadderProgress, Problems> {
    let (levels, window) = ready(&input.ladder, &input.window, input.zone, input.anchor)?;
    let now = input.now;
    let (held, measure) = match &input.standing {
        None => (levels.begin(ordinal_of(window, now)), Exact::ZERO),
        Some(standing) => {
            let placed = |problem: Problem| Problems::from(problem.under("standing"));
            standing.check_age(now).map_err(placed)?;
            if standing.as_of < now && matches!(window, PlacedWindow::Rolling(_)) {
                return Err(placed(stale(standing.as_of).under("as_of")));
            }
            standing.resume(&levels, window).map_err(placed)?
        }
    };
    let current = ordinal_of(window, now);
    let measure_of = |at| if held.window() == Some(at) { measure.clone() } else { Exact::ZERO };
    let arrived = levels.advance(held, current, measure_of);
    Ok(levels.progress(arrived, &measure_of(current), window, now)?)
}

/// The ladder over its window, or all that is wrong with the two.
pub(super) fn ready(
    ladder: &LadderText,
    window: &WindowText,
    zone: Zone,
    anchor: Option<Date>,
) -> Result<(Levels, PlacedWindow), Problems> {
    let placed = window.0.place(zone, anchor).map_err(|problem| problem.under("window"));
    let of_ladder = check(&ladder.0).into_iter().chain(check_window(&ladder.0, window.0));
    let mut found: Vec<Problem> = of_ladder.map(|problem| problem.under("ladder")).collect();
    found.extend(placed.as_ref().err().cloned());
    Problems::verdict(found)?;
    Ok((Levels::exact(&ladder.0)?, placed?))
}

/// The window of an instant. A rolling window moves with it, and is one and the same.
pub(super) fn ordinal_of(window: PlacedWindow, at: Instant) -> Ordinal {
    match window {
        PlacedWindow::Periods(periods) => periods.ordinal_of(at),
        PlacedWindow::Rolling(_) => Ordinal::new(0),
    }
}

fn stale(as_of: Instant) -> Problem {
    Problem::new(
        LADDER_STANDING_STALE,
        format!("the measure of a rolling window has changed since `{as_of}`"),
        "measure it at `now`, or give the whole history to `ladder.levels`",
    )
}

pub(super) fn out_of_order(message: &str) -> Problem {
    Problem::new(
        LADDER_OUT_OF_ORDER,
        message,
        "let `now` be the latest instant, and give only what happened since the standing",
    )
}

impl LadderStanding {
    /// Refuses to go back in time.
    pub(super) fn check_age(&self, now: Instant) -> Result<(), Problem> {
        if self.as_of <= now {
            return Ok(());
        }
        let message = format!("the standing is of `{}`, after `{now}`", self.as_of);
        Err(out_of_order(&message).under("as_of"))
    }

    /// The state and the measure that it says.
    pub(super) fn resume(
        &self,
        levels: &Levels,
        window: PlacedWindow,
    ) -> Result<(Held, Exact), Problem> {
        let carried =
            levels.rank(self.began_with.as_ref()).map_err(|one| one.under("began_with"))?;
        let peak = levels.rank(self.best.as_ref()).map_err(|one| one.under("best"))?;
        let measure = Exact::from(self.measure.decimal());
        let ordinal = ordinal_of(window, self.as_of);
        let begun = Held {
            window: Some(ordinal.number()),
            rank: carried,
            carried,
            peak,
            lapsed: self.lapsed,
        };
        Ok((levels.advance(begun, ordinal, |_| measure.clone()), measure))
    }

    /// A state and its measure, in the words of the document.
    pub(super) fn of(
        levels: &Levels,
        held: Held,
        measure: &Exact,
        as_of: Instant,
    ) -> Result<Self, Problem> {
        Ok(Self {
            as_of,
            measure: amount(measure)?,
            began_with: levels.id(held.carried.checked_sub(1)),
            best: levels.id(held.peak.checked_sub(1)),
            lapsed: held.lapsed,
        })
    }
}

impl Levels {
    fn rank(&self, id: Option<&Id>) -> Result<u16, Problem> {
        let Some(id) = id else { return Ok(self.floor()) };
        let ids: Vec<&str> = self.as_slice().iter().map(|level| level.id.as_str()).collect();
        let position = ids.iter().position(|known| *known == id.as_str());
        position.and_then(|position| u16::try_from(position + 1).ok()).ok_or_else(|| {
            crate::kernel::document::refusal::unknown(LADDER_LEVEL_UNKNOWN, id.as_str(), &ids)
        })
    }
}
