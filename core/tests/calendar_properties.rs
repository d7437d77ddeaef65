//! The calendar against oracles of another kind: civil dates by counting days, wall clocks by
//! looking at every minute, chrono's own parser for the text of instants.
//!
//! The oracles ask the time-zone database one thing only, the offset at an instant; everything
//! that the calendar derives from local times is derived here by walking.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

#[path = "calendar/instants.rs"]
mod instants;
#[path = "calendar/oracle.rs"]
mod oracle;
mod tries;

use chrono::DateTime;
use guerdon::kernel::calendar::{
    CalendarUnit, Date, Instant, MICROS_PER_DAY, MICROS_PER_SECOND, Ordinal, Periods, Rolling,
    Span, SpanCursor, TimeOfDay, Weekday, Zone, next_local_time,
};
use instants::*;
use oracle::*;
use proptest::prelude::*;
use proptest::sample::select;
use tries::{USUAL, tries};

/// What chrono makes of the text, in microseconds; nothing if it is finer than that.
fn chrono_micros(text: &str) -> Option<i64> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?;
    (instant.timestamp_subsec_nanos() % 1000 == 0
        && instant.timestamp_subsec_nanos() < 1_000_000_000)
        .then(|| instant.timestamp_micros())
}

// ---- Instants and dates ----

proptest! {
    #![proptest_config(tries(USUAL))]

    #[test]
    fn an_instant_is_what_chrono_reads(
        (year, month, day) in (0..10_000, 0..14, 0..33),
        (hour, minute, second) in (0..25, 0..62, 0..62),
        // To the nanosecond: chrono drops what is finer, which is refused here.
        fraction in "(\\.[0-9]{0,6}0{0,2}[0-9]?)?",
        zone in "Z|z|[+-]([01][0-9]|2[0-4]):[0-6][0-9]|",
        t in "[Tt]",
    ) {
        let text = format!(
            "{year:04}-{month:02}-{day:02}{t}{hour:02}:{minute:02}:{second:02}{fraction}{zone}"
        );
        let range = Instant::MIN.micros()..=Instant::MAX.micros();
        let expected = chrono_micros(&text).filter(|micros| range.contains(micros));
        let read = text.parse::<Instant>().ok().map(Instant::micros);
        prop_assert_eq!(read, expected, "{}", text);
    }

    #[test]
    fn a_damaged_instant_is_refused_or_means_what_chrono_says(
        instant in any_instant(),
        place in 0..27_usize,
        replacement in any::<char>(),
    ) {
        let text: String = instant.to_string().chars().enumerate()
            .map(|(index, c)| if index == place { replacement } else { c })
            .collect();
        if let Ok(read) = text.parse::<Instant>() {
            prop_assert_eq!(Some(read.micros()), chrono_micros(&text), "{}", text);
        }
    }

    #[test]
    fn the_text_of_an_instant_is_the_civil_one(instant in any_instant()) {
        let (days, time) =
            (instant.micros().div_euclid(MICROS_PER_DAY), instant.micros().rem_euclid(MICROS_PER_DAY));
        let second = time / MICROS_PER_SECOND;
        let fraction = format!(".{:06}", time % MICROS_PER_SECOND);
        let expected = format!(
            "{}T{:02}:{:02}:{:02}{}Z",
            text_of(days), second / 3600, second / 60 % 60, second % 60,
            fraction.trim_end_matches('0').trim_end_matches('.'),
        );
        prop_assert_eq!(instant.to_string(), expected.clone());
        prop_assert_eq!(expected.parse::<Instant>().unwrap(), instant);
    }

    #[test]
    fn a_date_is_the_civil_one(days in -719_162..=2_932_896_i32) {
        let date = Date::from_epoch_days(days).unwrap();
        prop_assert_eq!(date.to_string(), text_of(i64::from(days)));
        prop_assert_eq!(date.to_string().parse::<Date>().unwrap().epoch_days(), days);
        let weekday = weekday_of(i64::from(days));
        prop_assert_eq!(date.weekday(), weekday);
    }
}

// ---- Durations ----

proptest! {
    #![proptest_config(tries(USUAL))]

    #[test]
    fn a_span_survives_its_text(
        months in 0..119_988_u32,
        days in 0..3_652_059_u32,
        micros in prop_oneof![0..1_000_000_i64, 0..3_652_059 * MICROS_PER_DAY],
    ) {
        let span = Span::new(months, days, micros).unwrap();
        prop_assert_eq!(span.to_string().parse::<Span>().unwrap(), span);
    }

    #[test]
    fn a_span_is_the_sum_of_its_units(
        (years, months, weeks, days) in (0..100_u32, 0..100_u32, 0..100_u32, 0..100_u32),
        (hours, minutes, seconds, micros) in (0..1000_i64, 0..1000_i64, 0..1000_i64, 0..1_000_000_i64),
    ) {
        let text = format!("P{years}Y{months}M{weeks}W{days}DT{hours}H{minutes}M{seconds}.{micros:06}S");
        let expected = Span::new(
            years * 12 + months,
            weeks * 7 + days,
            hours * HOUR + minutes * MINUTE + seconds * MICROS_PER_SECOND + micros,
        );
        prop_assert_eq!(text.parse::<Span>().unwrap(), expected.unwrap());
    }

    #[test]
    fn a_span_is_added_on_the_wall_clock(
        (zone, start) in somewhere(),
        (months, days) in prop_oneof![Just((0, 0)), (0..40_u32, 0..70_u32)],
        micros in prop_oneof![Just(0), 0..100 * HOUR],
    ) {
        let wall = start.micros() + offset(zone, start.micros());
        let (day, time) = (wall.div_euclid(MICROS_PER_DAY), wall.rem_euclid(MICROS_PER_DAY));
        let span = Span::new(months, days, micros).unwrap();
        let calendar = months + days > 0;

        let later = months_later(day, i64::from(months)) + i64::from(days);
        let moved = first_at_wall(zone, later * MICROS_PER_DAY + time);
        let expected = if calendar { moved } else { start.micros() } + micros;
        prop_assert_eq!(span.add_to(start, zone).unwrap(), at(expected));

        let earlier = months_later(day, -i64::from(months)) - i64::from(days);
        let moved = first_at_wall(zone, earlier * MICROS_PER_DAY + time);
        let expected = if calendar { moved } else { start.micros() } - micros;
        prop_assert_eq!(span.subtract_from(start, zone).unwrap(), at(expected));
    }
}

// ---- Zones ----

proptest! {
    #![proptest_config(tries(USUAL))]

    #[test]
    fn a_wall_time_means_the_first_instant_that_shows_it((zone, near) in somewhere()) {
        // Wall times around the change, those in its gap included.
        let wall = near.micros() + offset(zone, near.micros() - 3 * HOUR);
        let date = Date::from_epoch_days(i32::try_from(wall.div_euclid(MICROS_PER_DAY)).unwrap());
        let time = TimeOfDay::from_micros(wall.rem_euclid(MICROS_PER_DAY)).unwrap();
        let found = zone.instant_at(date.unwrap(), time).unwrap();
        prop_assert_eq!(found.micros(), first_at_wall(zone, wall));
    }

    #[test]
    fn the_wall_clock_is_the_offset_ahead((zone, instant) in somewhere()) {
        let wall = instant.micros() + offset(zone, instant.micros());
        let local = zone.to_local(instant);
        prop_assert_eq!(local.date.to_string(), text_of(wall.div_euclid(MICROS_PER_DAY)));
        prop_assert_eq!(local.time.micros(), wall.rem_euclid(MICROS_PER_DAY));
        prop_assert_eq!(zone.weekday(instant), local.date.weekday());
    }

    #[test]
    fn the_next_local_time_is_the_first_that_the_clock_shows(
        (zone, after) in somewhere(),
        time in proptest::option::of(any_time()),
        weekday in proptest::option::of(select(&Weekday::ALL[..])),
    ) {
        let time = time.unwrap_or(zone.to_local(after).time);
        let found = next_local_time(after, time, zone, weekday).unwrap();
        let today = (after.micros() + offset(zone, after.micros())).div_euclid(MICROS_PER_DAY);
        let expected = (today - 2..)
            .filter(|day| weekday.is_none_or(|wanted| {
                weekday_of(*day) == wanted
            }))
            .map(|day| first_at_wall(zone, day * MICROS_PER_DAY + time.micros()))
            .find(|micros| *micros > after.micros());
        prop_assert_eq!(Some(found.micros()), expected);
    }
}

// ---- Periods ----

/// The name of the calendar period that has that day, from the civil calendar.
fn label_of(unit: CalendarUnit, day: i64) -> String {
    let (year, month, _) = civil(day);
    match unit {
        CalendarUnit::Day => text_of(day),
        // The week belongs to the year of its Thursday, and is as many weeks into it.
        CalendarUnit::Week => {
            let thursday = day - (day + 3).rem_euclid(7) + 3;
            let year = civil(thursday).0;
            format!("{year:04}-W{:02}", (thursday - days_of(year, 1, 1)) / 7 + 1)
        }
        CalendarUnit::Month => format!("{year:04}-{month:02}"),
        CalendarUnit::Quarter => format!("{year:04}-Q{}", (month + 2) / 3),
        CalendarUnit::Year => format!("{year:04}"),
    }
}

proptest! {
    #![proptest_config(tries(USUAL))]

    #[test]
    fn a_period_is_a_walk_over_days_of_one_name((zone, instant) in somewhere(), unit in any_unit()) {
        let period = Periods::calendar(unit, zone).period_of(instant);
        let today = day_of(zone, instant.micros());
        let label = label_of(unit, today);
        prop_assert_eq!(period.label(), label.clone());

        let first = (0..).map(|back| today - back).find(|day| label_of(unit, day - 1) != label);
        let after = (today..).find(|day| label_of(unit, *day) != label);
        let midnight = |day: Option<i64>| at(first_at_wall(zone, day.unwrap() * MICROS_PER_DAY));
        prop_assert_eq!(period.start(), Some(midnight(first)));
        prop_assert_eq!(period.end(), Some(midnight(after)));
    }

    #[test]
    fn an_anniversary_is_a_walk_from_its_anchor(
        (zone, instant) in somewhere(),
        anchor in 3_000..25_000_i64,
        months in 1..30_i64,
    ) {
        let date = Date::from_epoch_days(i32::try_from(anchor).unwrap()).unwrap();
        let periods = Periods::anniversary(date, u32::try_from(months).unwrap(), zone).unwrap();
        let today = day_of(zone, instant.micros());
        let mut number = 0;
        while months_later(anchor, (number + 1) * months) <= today {
            number += 1;
        }
        while months_later(anchor, number * months) > today {
            number -= 1;
        }
        let (first, after) =
            (months_later(anchor, number * months), months_later(anchor, (number + 1) * months));
        let period = periods.period_of(instant);
        prop_assert_eq!(i64::from(period.ordinal().number()), number);
        prop_assert_eq!(period.label(), format!("{}/{}", text_of(first), text_of(after)));
        prop_assert_eq!(period.start(), Some(at(first_at_wall(zone, first * MICROS_PER_DAY))));
        prop_assert_eq!(period.end(), Some(at(first_at_wall(zone, after * MICROS_PER_DAY))));
    }

    #[test]
    fn periods_hold_their_instants_and_leave_no_gap(
        (periods, instant) in somewhere().prop_flat_map(|(zone, instant)| {
            (any_periods(zone), Just(instant))
        }),
    ) {
        let period = periods.period_of(instant);
        prop_assert!(period.contains(instant));
        prop_assert_eq!(periods.ordinal_of(instant), period.ordinal());
        prop_assert_eq!(periods.bounds(period.ordinal()), period);
        prop_assert_eq!(periods.ordinal_of_label(&period.label()).unwrap(), period.ordinal());
        let (before, after) =
            (periods.bounds(period.ordinal().previous()), periods.bounds(period.ordinal().next()));
        prop_assert_eq!(before.end(), period.start());
        prop_assert_eq!(period.end(), after.start());
        prop_assert!(!before.contains(instant) && !after.contains(instant));
    }

    #[test]
    fn all_instants_have_a_period(
        instant in any_instant(),
        zone in select(&ZONES[..]),
        unit in any_unit(),
    ) {
        let periods = Periods::calendar(unit, zone.parse().unwrap());
        let period = periods.period_of(instant);
        prop_assert!(period.contains(instant) && !period.is_empty());
        prop_assert_eq!(periods.bounds(period.ordinal()), period);
    }

    #[test]
    fn any_number_has_bounds(number in any::<i32>(), unit in any_unit()) {
        let period = Periods::calendar(unit, Zone::UTC).bounds(Ordinal::new(number));
        prop_assert!(period.is_empty() || period.start().is_some() || period.end().is_some());
        prop_assert!(!period.label().is_empty());
    }

    #[test]
    fn a_cursor_finds_what_the_periods_find(
        (zone, start) in somewhere(),
        unit in any_unit(),
        steps in proptest::collection::vec(proptest::option::of(-HOUR..40 * HOUR), 1..60),
    ) {
        let periods = Periods::calendar(unit, zone);
        let mut cursor = periods.cursor();
        let mut now = start;
        for step in steps {
            // Some way on, or to the very end of the period.
            now = match step {
                Some(step) => now.plus_micros(step).unwrap(),
                None => periods.period_of(now).end().unwrap(),
            };
            prop_assert_eq!(cursor.ordinal_of(now), periods.ordinal_of(now));
        }
    }
}

// ---- Rolling windows ----

fn any_rolling_span() -> impl Strategy<Value = Span> {
    (0..15_u32, 0..40_u32, 0..30 * HOUR).prop_filter_map("not zero", |(months, days, micros)| {
        Span::new(months, days, micros).ok().filter(|span| !span.is_zero())
    })
}

proptest! {
    #![proptest_config(tries(USUAL))]

    #[test]
    fn an_event_that_has_left_never_comes_back(
        (zone, event) in somewhere(),
        span in any_rolling_span(),
        distance in distance(),
    ) {
        let window = Rolling::new(span, zone).unwrap();
        let gone = window.leaves_at(event).unwrap();
        let now = gone.plus_micros(distance).unwrap();
        prop_assert_eq!(window.contains(now, event), event <= now && now < gone);
    }

    #[test]
    fn the_start_of_a_window_only_moves_forward(
        (zone, now) in somewhere(),
        span in any_rolling_span(),
        step in prop_oneof![0..3 * HOUR, 0..80 * HOUR],
    ) {
        let window = Rolling::new(span, zone).unwrap();
        let later = now.plus_micros(step).unwrap();
        prop_assert!(window.start(now) <= window.start(later));
    }

    #[test]
    fn a_window_starts_a_span_ago(
        (zone, now) in somewhere(),
        span in any_rolling_span(),
    ) {
        let start = Rolling::new(span, zone).unwrap().start(now).unwrap();
        if span.months() == 0 {
            let seconds = i64::from(span.days()) * MICROS_PER_DAY + span.micros();
            prop_assert_eq!(now.micros_since(start), seconds);
            return Ok(());
        }
        let simple = span.subtract_from(now, zone).unwrap();
        let wall = now.micros() + offset(zone, now.micros());
        let day = wall.div_euclid(MICROS_PER_DAY);
        let back = months_later(day, -i64::from(span.months()));
        let shown_before = first_at_wall(zone, wall) < now.micros();
        if shown_before || civil(back).2 != civil(day).2 {
            // Smoothed: later than the plain subtraction, by less than a day and a change.
            prop_assert!(simple <= start && start.micros_since(simple) < MICROS_PER_DAY + 2 * HOUR);
        } else {
            prop_assert_eq!(start, simple);
        }
    }
}

proptest! {
    #![proptest_config(tries(USUAL))]

    /// The cursor only remembers: it gives what the span itself gives, wherever it was before.
    #[test]
    fn a_span_cursor_adds_as_the_span_does(
        (zone, near) in somewhere(),
        months in 0..14_u32,
        days in 0..40_u32,
        hours in 0..50_i64,
        steps in prop::collection::vec(-30 * HOUR..30 * HOUR, 1..20),
    ) {
        let span = Span::new(months, days, hours * HOUR).unwrap();
        let mut cursor = SpanCursor::new(span, zone);
        for step in steps {
            let at = near.plus_micros(step).unwrap();
            prop_assert_eq!(cursor.add_to(at).unwrap(), span.add_to(at, zone).unwrap());
        }
    }
}
