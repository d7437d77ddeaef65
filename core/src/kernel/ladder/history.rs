//! The whole way up and down: replays what was measured, and tells each change of level.

use crate::kernel::calendar::{Date, Instant, PlacedWindow, Zone};
use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::Amount;
use crate::kernel::problem::{Problem, Problems};

use super::progress::amount;
use super::standing::{ordinal_of, out_of_order, ready};
use super::{
    Change, Held, LADDER_HISTORY_TOO_LARGE, LADDER_STANDING_STALE, LadderChangeReason,
    LadderProgress, LadderStanding, LadderText, Levels, WindowText,
};

/// The most changes of level that one call tells. A level may fall with every day that passes, so
/// a short history can have millions.
const MOST_CHANGES: usize = 100_000;

/// Something that moves the measure.
#[model]
#[derive(Copy, Eq)]
pub struct LadderMeasured {
    /// When it counts.
    pub at: Instant,
    /// By how much the measure grows, or shrinks when it is below zero.
    pub amount: Amount,
}

/// What `ladder.levels` takes.
#[model]
pub struct LadderHistoryInput {
    /// The ladder.
    pub ladder: LadderText,
    /// Over which time the measure is taken.
    pub window: WindowText,
    /// In which zone windows begin and end.
    pub zone: Zone,
    /// The date that an anniversary window is counted from.
    pub anchor: Option<Date>,
    /// What is known of the time before; nothing was measured then unless said. A rolling window
    /// needs its whole history instead.
    pub standing: Option<LadderStanding>,
    /// What was measured, in any order; of one instant, in the order given.
    pub measured: Vec<LadderMeasured>,
    /// As of when; not before anything that was measured.
    pub now: Instant,
}

/// A level gained or lost.
#[model]
#[derive(Eq)]
pub struct LadderChange {
    /// When: the event's instant, or the first one after the window that decided.
    pub at: Instant,
    /// The level before; none below the first.
    pub before: Option<Id>,
    /// The level after; none below the first.
    pub after: Option<Id>,
    /// Why.
    pub reason: LadderChangeReason,
    /// The measure that decided.
    pub measure: Amount,
}

/// What `ladder.levels` gives.
#[model]
#[derive(Eq)]
pub struct LadderHistory {
    /// Every change of level, in the order of time.
    pub changes: Vec<LadderChange>,
    /// What to give the next time, with what was measured since.
    pub standing: LadderStanding,
    /// Where that is, as of now.
    pub progress: LadderProgress,
}

/// Replays what was measured through the windows, and tells every change of level.
///
/// # Errors
/// As [`progress`](super::progress); `overflow` when a measure fits no decimal;
/// `ladder_history_too_large` for more than 100,000 changes.
pub fn history(input: LadderHistoryInput) -> Result<LadderHistory, Problems> {
    let (levels, window) = ready(&input.ladder, &input.window, input.zone, input.anchor)?;
    let mut replay = Replay::start(&levels, window, &input)?;
    let (past, future) = timeline(&input, window)?;
    for (at, amount) in &past {
        replay.add(*at, amount)?;
    }
    replay.enter(input.now)?;
    let mut progress = levels.progress(replay.held, &replay.measure, window, input.now)?;
    if matches!(window, PlacedWindow::Rolling(_)) {
        progress.at_risk_at = replay.clone().fall(&future)?;
    }
    let standing = LadderStanding::of(&levels, replay.held, &replay.measure, input.now)?;
    Ok(LadderHistory { changes: replay.changes, standing, progress })
}

/// Changes of the measure, in the order of time.
type Timeline = Vec<(Instant, Exact)>;

/// What moves the measure until now, and what will: in a rolling window, each event leaves again,
/// before what happens at that instant.
fn timeline(
    input: &LadderHistoryInput,
    window: PlacedWindow,
) -> Result<(Timeline, Timeline), Problems> {
    let (since, now) = (input.standing.as_ref().map(|standing| standing.as_of), input.now);
    let mut found = Vec::new();
    let mut moves: Vec<(Instant, bool, Exact)> = Vec::new();
    for (index, LadderMeasured { at, amount }) in input.measured.iter().enumerate() {
        let fault = match since {
            Some(since) if *at < since => {
                Some(format!("`{at}` is before the standing of `{since}`"))
            }
            _ if *at > now => Some(format!("`{at}` is after `{now}`")),
            _ => None,
        };
        let placed = |problem: Problem| problem.under("at").under(index).under("measured");
        found.extend(fault.map(|message| placed(out_of_order(&message))));
        let amount = Exact::from(amount.decimal());
        if let PlacedWindow::Rolling(rolling) = window {
            moves.extend(rolling.leaves_at(*at).map(|gone| (gone, false, -&amount)));
        }
        moves.push((*at, true, amount));
    }
    Problems::verdict(found)?;
    moves.sort_by_key(|(at, comes, _)| (*at, *comes));
    let until_now = moves.partition_point(|(at, ..)| *at <= now);
    let mut past: Timeline = moves.into_iter().map(|(at, _, amount)| (at, amount)).collect();
    let future = past.split_off(until_now);
    Ok((past, future))
}

/// A state on its way through time.
#[derive(Clone)]
struct Replay<'a> {
    levels: &'a Levels,
    window: PlacedWindow,
    held: Held,
    /// Of the window that the state is in.
    measure: Exact,
    changes: Vec<LadderChange>,
}

impl<'a> Replay<'a> {
    fn start(
        levels: &'a Levels,
        window: PlacedWindow,
        input: &LadderHistoryInput,
    ) -> Result<Self, Problems> {
        let placed = |problem: Problem| problem.under("standing");
        let (held, measure) = match &input.standing {
            None => (Held::default(), Exact::ZERO),
            Some(_) if matches!(window, PlacedWindow::Rolling(_)) => {
                return Err(placed(Problem::new(
                    LADDER_STANDING_STALE,
                    "a rolling window cannot go on from a standing: its events leave it again",
                    "leave the standing out and give the whole history",
                ))
                .into());
            }
            Some(standing) => {
                standing.check_age(input.now).map_err(placed)?;
                standing.resume(levels, window).map_err(placed)?
            }
        };
        Ok(Self { levels, window, held, measure, changes: Vec::new() })
    }

    /// Goes to the window of that instant.
    fn enter(&mut self, at: Instant) -> Result<(), Problem> {
        let (before, arrived) = (self.held.window(), ordinal_of(self.window, at));
        if before == Some(arrived) {
            return Ok(());
        }
        let closed = std::mem::take(&mut self.measure);
        let measure_of = |window| if before == Some(window) { closed.clone() } else { Exact::ZERO };
        let mut told = Vec::new();
        self.held =
            self.levels.advance_with(self.held, arrived, measure_of, |change| told.push(change));
        for change in told {
            let decided = measure_of(change.window.previous());
            self.tell(at, &change, &decided)?;
        }
        Ok(())
    }

    fn add(&mut self, at: Instant, amount: &Exact) -> Result<(), Problem> {
        self.enter(at)?;
        self.measure = self.measure.checked_add(amount)?;
        let (window, measure) = (ordinal_of(self.window, at), self.measure.clone());
        let mut told = None;
        self.held = self.levels.advance_with(
            self.held,
            window,
            |_| measure.clone(),
            |change| told = Some(change),
        );
        told.map_or(Ok(()), |change| self.tell(at, &change, &measure))
    }

    fn tell(&mut self, at: Instant, change: &Change, measure: &Exact) -> Result<(), Problem> {
        if self.changes.len() >= MOST_CHANGES {
            return Err(Problem::new(
                LADDER_HISTORY_TOO_LARGE,
                format!("the level changes more than {MOST_CHANGES} times"),
                "replay a shorter time, and go on from the standing that it ends with",
            )
            .under("measured"));
        }
        let boundary = match self.window {
            PlacedWindow::Periods(periods) if change.at_window_end => {
                periods.bounds(change.window).start()
            }
            _ => None,
        };
        self.changes.push(LadderChange {
            at: boundary.unwrap_or(at),
            before: self.levels.id(change.before),
            after: self.levels.id(change.after),
            reason: change.reason,
            measure: amount(measure)?,
        });
        Ok(())
    }

    /// When the level held would fall by what is to come alone.
    fn fall(mut self, future: &Timeline) -> Result<Option<Instant>, Problem> {
        let level = self.held.level();
        for (at, amount) in future {
            self.add(*at, amount)?;
            if self.held.level() < level {
                return Ok(Some(*at));
            }
        }
        Ok(None)
    }
}
