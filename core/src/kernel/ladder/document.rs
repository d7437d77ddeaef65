//! The ladder document, and everything that can be wrong with one.

use std::collections::BTreeSet;

use crate::kernel::calendar::Window;
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::money::Amount;
use crate::kernel::problem::Problem;

use super::{
    LADDER_EMPTY, LADDER_IDLE, LADDER_LEVEL_REPEATED, LADDER_NEGATIVE, LADDER_TOO_LONG,
    LADDER_UNORDERED,
};

/// The most levels that a ladder may have.
const MOST_LEVELS: usize = 1_000;

crate::carried_document!(
    /// A ladder on its way into an operation.
    LadderText: Ladder
);

crate::carried_document!(
    /// The kind of a window on its way into an operation.
    WindowText: Window
);

/// Levels, and how they are gained and lost.
#[model(document)]
pub struct Ladder {
    /// The levels, upwards. When the first one starts at 0 it is the base, which everybody has;
    /// otherwise there is no level below it.
    pub levels: Vec<LadderLevel>,
    /// When a level is gained; at once unless said.
    #[model(default)]
    pub promotion: LadderPromotion,
    /// What becomes of a level that a window did not earn again; `requalify` unless said.
    #[model(default)]
    pub downgrade: LadderDowngrade,
    /// For how many windows a level is kept that was not earned again, before it falls; 0 unless
    /// said.
    #[model(default)]
    pub grace: u16,
    /// What becomes of a level reached in the current window when the measure falls back below
    /// it, as by a refund; it falls at the period's end unless said.
    #[model(default)]
    pub on_decrease: LadderDecrease,
}

/// One level.
#[model(document)]
pub struct LadderLevel {
    /// What the level is called in states and answers, unique in its ladder.
    pub id: Id,
    /// The least measure that earns it.
    pub from: Amount,
}

/// When a level is gained.
#[model]
#[derive(Default)]
pub enum LadderPromotion {
    /// As soon as the measure reaches it.
    #[default]
    AtOnce,
    /// At the end of the window whose measure reached it.
    PeriodEnd,
}

/// What becomes of a level that a window did not earn again.
#[model]
#[derive(Default)]
pub enum LadderDowngrade {
    /// It is kept for good.
    None,
    /// It falls by one level, to soften the landing.
    OneStep,
    /// It falls to the level that the last window earned.
    #[default]
    Requalify,
}

/// What becomes of a level reached in a window when the measure falls back below it.
#[model]
#[derive(Default)]
pub enum LadderDecrease {
    /// It falls at once, though not below the level with which the window began.
    Now,
    /// It falls at the end of the window, without grace, if it is not reached again by then.
    #[default]
    PeriodEnd,
    /// It stays: the highest measure of a window is what the window earned.
    Never,
}

/// Everything that is wrong with a ladder by itself, each problem at its place.
#[must_use]
pub fn check(ladder: &Ladder) -> Vec<Problem> {
    if let Some(problem) = check_length(ladder.levels.len()) {
        return vec![problem.under("levels")];
    }
    let mut found = Vec::new();
    let mut ids = BTreeSet::new();
    let mut below: Option<&LadderLevel> = None;
    for (index, level) in ladder.levels.iter().enumerate() {
        let placed = |problem: Problem, key| problem.under(key).under(index).under("levels");
        if !ids.insert(&level.id) {
            found.push(placed(repeated(&level.id), "id"));
        }
        if let Some(problem) = check_from(level, below) {
            found.push(placed(problem, "from"));
        }
        below = Some(level);
    }
    if ladder.downgrade == LadderDowngrade::None && ladder.grace > 0 {
        found.push(idle(
            "grace",
            "there is a grace, and levels never fall",
            "leave `grace` out, or choose another `downgrade`",
        ));
    }
    found
}

/// What in a ladder can never happen over a window of that kind: a window without end is never
/// judged.
#[must_use]
pub fn check_window(ladder: &Ladder, window: Window) -> Vec<Problem> {
    let kind = match window {
        Window::Calendar { .. } | Window::Anniversary { .. } => return Vec::new(),
        Window::Lifetime {} => "a lifetime",
        Window::Rolling { .. } => "a rolling window",
    };
    let mut found = Vec::new();
    if ladder.promotion == LadderPromotion::PeriodEnd {
        found.push(idle(
            "promotion",
            format!("levels are gained at a period's end, and {kind} has none"),
            "choose `at_once`, or a window of periods",
        ));
    }
    if ladder.downgrade != LadderDowngrade::default() {
        found.push(idle(
            "downgrade",
            format!("levels are earned again each period, and {kind} has none"),
            "leave it out; `on_decrease` says what happens when the measure falls",
        ));
    }
    if ladder.grace > 0 {
        found.push(idle(
            "grace",
            format!("the grace is counted in periods, and {kind} has none"),
            "leave it out",
        ));
    }
    if matches!(window, Window::Rolling { .. }) && ladder.on_decrease == LadderDecrease::PeriodEnd {
        found.push(idle(
            "on_decrease",
            "a level falls at a period's end, and a rolling window has none",
            "say `now` or `never`",
        ));
    }
    found
}

fn check_length(levels: usize) -> Option<Problem> {
    match levels {
        0 => Some(Problem::new(LADDER_EMPTY, "there are no levels", "add at least one level")),
        1..=MOST_LEVELS => None,
        _ => Some(Problem::new(
            LADDER_TOO_LONG,
            format!("there are {levels} levels, more than {MOST_LEVELS}"),
            "a level that changes that often is a measure",
        )),
    }
}

fn check_from(level: &LadderLevel, below: Option<&LadderLevel>) -> Option<Problem> {
    let from = level.from;
    match below {
        Some(below) if from <= below.from => Some(Problem::new(
            LADDER_UNORDERED,
            format!("the level starts at `{from}`, and the one before it at `{}`", below.from),
            "list the levels upwards, each starting above the one before it",
        )),
        None if from.is_negative() => Some(Problem::new(
            LADDER_NEGATIVE,
            format!("the level starts at `{from}`, below zero"),
            "start the lowest level at 0 when everybody has it",
        )),
        _ => None,
    }
}

fn repeated(id: &Id) -> Problem {
    Problem::new(
        LADDER_LEVEL_REPEATED,
        format!("the level `{id}` appears twice"),
        "give each level an id of its own",
    )
}

fn idle(key: &str, message: impl Into<String>, hint: &str) -> Problem {
    Problem::new(LADDER_IDLE, message, hint).under(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::document::{Limits, parse};

    fn ladder(text: &str) -> Ladder {
        parse(text, Limits::DOCUMENT).unwrap()
    }

    fn found(problems: &[Problem]) -> Vec<(&str, &str)> {
        problems.iter().map(|one| (one.code.as_str(), one.path.as_str())).collect()
    }

    #[test]
    fn all_that_is_wrong_is_found() {
        let wrong = ladder(
            r#"{"levels": [
                {"id": "a", "from": "-1"}, {"id": "b", "from": 5}, {"id": "a", "from": 5}
            ], "downgrade": "none", "grace": 1}"#,
        );
        assert_eq!(
            found(&check(&wrong)),
            [
                ("ladder_negative", "/levels/0/from"),
                ("ladder_level_repeated", "/levels/2/id"),
                ("ladder_unordered", "/levels/2/from"),
                ("ladder_idle", "/grace"),
            ]
        );
    }

    #[test]
    fn a_ladder_has_some_levels_and_not_too_many() {
        assert_eq!(found(&check(&ladder(r#"{"levels": []}"#))), [("ladder_empty", "/levels")]);
        let level =
            |from: i64| LadderLevel { id: format!("l{from}").parse().unwrap(), from: from.into() };
        let long = |levels| Ladder { levels, ..ladder(r#"{"levels": []}"#) };
        assert!(check(&long((0..1_000).map(level).collect())).is_empty());
        let too_long = long((0..1_001).map(level).collect());
        assert_eq!(found(&check(&too_long)), [("ladder_too_long", "/levels")]);
    }

    #[test]
    fn what_a_window_without_end_never_does_is_found() {
        let strict = ladder(
            r#"{"levels": [{"id": "a", "from": 5}], "promotion": "period_end",
                "downgrade": "one_step", "grace": 2}"#,
        );
        let plain = ladder(r#"{"levels": [{"id": "a", "from": 5}]}"#);
        let rolling = Window::Rolling { span: "P30D".parse().unwrap() };
        let yearly = Window::Anniversary { months: 12 };
        assert_eq!(check_window(&strict, yearly), []);
        assert_eq!(check_window(&plain, Window::Lifetime {}), []);
        let three =
            ["/promotion", "/downgrade", "/grace"].map(|path| ("ladder_idle", path)).to_vec();
        assert_eq!(found(&check_window(&strict, Window::Lifetime {})), three);
        let falls = ("ladder_idle", "/on_decrease");
        assert_eq!(found(&check_window(&plain, rolling)), [falls]);
        assert_eq!(found(&check_window(&strict, rolling)), [three, vec![falls]].concat());
    }
}
