//! The rule of the module's table, the programs it was taken from, and the edges.

use crate::kernel::calendar::Ordinal;
use crate::kernel::document::{Limits, parse, to_json};
use crate::kernel::exact::Exact;
use crate::kernel::money::to_minor;
use crate::kernel::number::Number;

use super::{Change, Held, Ladder, LadderChangeReason, Levels};

const YEARS: &str = r#"[{"id": "silver", "from": 100}, {"id": "gold", "from": 500}]"#;

fn levels(list: &str, rules: &str) -> Levels<i64> {
    let ladder: Ladder =
        parse(&format!(r#"{{"levels": {list}{rules}}}"#), Limits::DOCUMENT).unwrap();
    Levels::compile(&ladder, |from| to_minor(from, "JPY".parse().unwrap())).unwrap()
}

/// The level that a measure reaches in its first window.
fn reached<N: Number>(levels: &Levels<N>, measure: &N) -> Option<u16> {
    levels.advance(Held::default(), Ordinal::new(0), |_| measure.clone()).level()
}

fn name(levels: &Levels<i64>, held: Held) -> &str {
    held.level().map_or("none", |level| levels.level(level).unwrap().id.as_str())
}

/// The levels after the end of each window.
fn after_each(levels: &Levels<i64>, measures: &[i64]) -> Vec<String> {
    let measure_of = |window: Ordinal| {
        usize::try_from(window.number()).ok().and_then(|at| measures.get(at)).copied().unwrap_or(0)
    };
    let mut held = levels.advance(Held::default(), Ordinal::new(0), measure_of);
    let windows = (1..).map(Ordinal::new).take(measures.len());
    let mut after = Vec::new();
    for window in windows {
        held = levels.advance(held, window, measure_of);
        after.push(name(levels, held).to_owned());
    }
    after
}

#[test]
fn the_table_of_the_module_holds() {
    for (rules, expected) in [
        (r#", "downgrade": "requalify""#, ["gold", "silver", "none", "none"]),
        (r#", "downgrade": "one_step""#, ["gold", "silver", "none", "none"]),
        (r#", "downgrade": "requalify", "grace": 1"#, ["gold", "gold", "none", "none"]),
        (r#", "downgrade": "one_step", "grace": 1"#, ["gold", "gold", "silver", "silver"]),
        (r#", "downgrade": "none""#, ["gold", "gold", "gold", "gold"]),
    ] {
        for promotion in ["", r#", "promotion": "period_end""#] {
            let levels = levels(YEARS, &format!("{rules}{promotion}"));
            assert_eq!(after_each(&levels, &[600, 150, 0, 0]), expected, "{rules}{promotion}");
        }
    }
}

/// Levels after each of a lifetime's balances.
fn by_balance(levels: &Levels<i64>, balances: &[i64]) -> Vec<String> {
    let mut held = Held::default();
    let mut after = Vec::new();
    for balance in balances {
        held = levels.advance(held, Ordinal::new(0), |_| *balance);
        after.push(name(levels, held).to_owned());
    }
    after
}

/// Voucherify's documentation: levels by the current balance, down at once.
#[test]
fn levels_follow_a_balance() {
    let list = r#"[{"id": "base", "from": 0}, {"id": "silver", "from": 100},
                   {"id": "gold", "from": 500}, {"id": "platinum", "from": 1000}]"#;
    let balances = [0, 100, 50, 550, -20];
    let now = levels(list, r#", "on_decrease": "now""#);
    assert_eq!(by_balance(&now, &balances), ["base", "silver", "base", "gold", "base"]);
    let later = levels(list, "");
    assert_eq!(by_balance(&later, &balances), ["base", "silver", "silver", "gold", "gold"]);
}

#[test]
fn a_refund_takes_back_what_its_window_reached() {
    let run = |rules: &str| {
        let levels = levels(YEARS, rules);
        let mut seen = Vec::new();
        let (first, second) = (Ordinal::new(0), Ordinal::new(1));
        // Silver carried into the second window, Gold reached there and refunded.
        let mut held = levels.advance(Held::default(), first, |_| 200);
        for measure in [0, 700, 50] {
            held = levels.advance(held, second, |at| if at == first { 200 } else { measure });
            seen.push(name(&levels, held).to_owned());
        }
        held = levels.advance(held, second.next(), |at| if at == second { 50 } else { 0 });
        seen.push(name(&levels, held).to_owned());
        seen
    };
    let grace = r#", "grace": 1, "on_decrease""#;
    assert_eq!(run(&format!(r#"{grace}: "now""#)), ["silver", "gold", "silver", "silver"]);
    assert_eq!(run(&format!(r#"{grace}: "period_end""#)), ["silver", "gold", "gold", "silver"]);
    assert_eq!(run(&format!(r#"{grace}: "never""#)), ["silver", "gold", "gold", "gold"]);
    assert_eq!(run(r#", "on_decrease": "now""#), ["silver", "gold", "silver", "none"]);
}

#[test]
fn a_peak_counts_for_the_level_it_keeps_too() {
    // Gold is carried into the window, reached again, and refunded: the peak has earned it.
    for (rule, after) in [("never", "gold"), ("period_end", "none"), ("now", "none")] {
        let levels = levels(YEARS, &format!(r#", "on_decrease": "{rule}""#));
        let [first, second, third] = [0, 1, 2].map(Ordinal::new);
        let mut held = levels.advance(Held::default(), first, |_| 500);
        for measure in [500, 20] {
            held = levels.advance(held, second, |at| if at == first { 500 } else { measure });
            assert_eq!(name(&levels, held), "gold");
        }
        held = levels.advance(held, third, |at| if at == second { 20 } else { 0 });
        assert_eq!(name(&levels, held), after, "{rule}");
    }
}

#[test]
fn changes_are_told_in_order() {
    let levels = levels(YEARS, r#", "downgrade": "one_step", "grace": 2"#);
    let mut told = Vec::new();
    let first = Ordinal::new(10);
    let held = levels.advance_with(Held::default(), first, |_| 900, |change| told.push(change));
    let far = Ordinal::new(i32::MAX);
    let end = levels.advance_with(
        held,
        far,
        |at| if at == first { 900 } else { 0 },
        |change| told.push(change),
    );
    let change = |window, at_window_end, before, after, reason| Change {
        window: Ordinal::new(window),
        at_window_end,
        before,
        after,
        reason,
    };
    assert_eq!(
        told,
        [
            change(10, false, None, Some(1), LadderChangeReason::Reached),
            // Windows 11 and 12 are grace, the end of 13 is the fall; the same again for Silver.
            change(14, true, Some(1), Some(0), LadderChangeReason::NotRequalified),
            change(17, true, Some(0), None, LadderChangeReason::NotRequalified),
        ]
    );
    assert_eq!((end.rank, end.lapsed, end.window()), (0, 0, Some(far)));
}

#[test]
fn the_past_changes_nothing() {
    let levels = levels(YEARS, "");
    let held = levels.advance(Held::default(), Ordinal::new(5), |_| 100);
    assert_eq!(levels.advance(held, Ordinal::new(4), |_| 900), held);
}

#[test]
fn a_base_is_for_everybody() {
    let levels = levels(r#"[{"id": "base", "from": 0}, {"id": "up", "from": 10}]"#, "");
    assert_eq!(reached(&levels, &-5), Some(0));
    assert_eq!(reached(&levels, &9), Some(0));
    assert_eq!(reached(&levels, &10), Some(1));
    let mut told = Vec::new();
    let held =
        levels.advance_with(Held::default(), Ordinal::new(0), |_| -5, |change| told.push(change));
    assert_eq!((held.level(), told.len()), (Some(0), 0));
}

#[test]
fn a_state_is_kept_as_text() {
    let levels = levels(YEARS, "");
    let held = levels.advance(Held::default(), Ordinal::new(24_322), |_| 100);
    let text = to_json(&held).unwrap();
    assert_eq!(text, r#"{"window":24322,"rank":1,"peak":1}"#);
    assert_eq!(parse::<Held>(&text, Limits::DOCUMENT).unwrap(), held);
    assert_eq!(parse::<Held>("{}", Limits::DOCUMENT).unwrap(), Held::default());
}

#[test]
fn what_a_threshold_is_counted_in_can_refuse_it() {
    let ladder: Ladder =
        parse(r#"{"levels": [{"id": "a", "from": "0.5"}]}"#, Limits::DOCUMENT).unwrap();
    let yen = |from| to_minor(from, "JPY".parse().unwrap());
    let problems = Levels::compile(&ladder, yen).unwrap_err();
    assert_eq!(problems.as_slice()[0].path, "/levels/0/from");
    let exact = Levels::exact(&ladder).unwrap();
    assert_eq!(reached(&exact, &Exact::ratio(1, 2).unwrap()), Some(0));
    assert_eq!(reached(&exact, &Exact::ratio(49, 100).unwrap()), None);
}
