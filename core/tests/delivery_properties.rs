//! The delivery gate, held to a watchman who looks at every minute: a message that has to wait
//! goes out in the first minute in which nothing stands in its way.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "whatever fails here is a failed test"
)]

use guerdon::kernel::calendar::{Date, Instant, Weekday, Zone};
use proptest::prelude::*;
use serde_json::{Value, json};

const MINUTE: i64 = 60 * 1_000_000;
const HOUR: i64 = 60 * MINUTE;
const ZONES: [&str; 5] =
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"];
/// Days around which clocks change in one of the zones, and one on which they do not.
const DAYS: [&str; 5] = ["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-24", "2026-07-01"];

/// A source of numbers that a case is drawn from.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap() % most
    }

    fn of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        let place = self.below(i64::try_from(list.len()).unwrap());
        list[usize::try_from(place).unwrap()]
    }
}

/// Quiet hours, in whole hours after those in which clocks change.
struct Quiet {
    from: i64,
    until: i64,
    weekdays: Vec<Weekday>,
}

enum Window {
    Rolling(i64),
    Day,
    Week,
}

struct Case {
    zone: Zone,
    now: Instant,
    quiet: Vec<Quiet>,
    blackout: Option<(Date, Date)>,
    caps: Vec<(usize, Window)>,
    sent: Vec<Instant>,
}

fn case(seed: u64) -> Case {
    let mut dice = Dice(seed);
    let zone: Zone = dice.of(&ZONES).parse().unwrap();
    let day: Date = dice.of(&DAYS).parse().unwrap();
    let now =
        zone.local_midnight(day).unwrap().plus_micros(dice.below(3 * 24 * 60) * MINUTE).unwrap();
    let quiet = (0..dice.below(3)).map(|_| Quiet {
        from: 5 + dice.below(19),
        until: 5 + dice.below(19),
        weekdays: Weekday::ALL.into_iter().filter(|_| dice.below(3) > 0).collect(),
    });
    let quiet = quiet.collect();
    let blackout = (dice.below(3) == 0).then(|| {
        let first = day.plus_days(u32::try_from(dice.below(3)).unwrap()).unwrap();
        (first, first.plus_days(u32::try_from(1 + dice.below(3)).unwrap()).unwrap())
    });
    let caps = (0..dice.below(3)).map(|_| {
        let max = usize::try_from(1 + dice.below(3)).unwrap();
        let window = match dice.below(3) {
            0 => Window::Day,
            1 => Window::Week,
            _ => Window::Rolling(1 + dice.below(100)),
        };
        (max, window)
    });
    let caps = caps.collect();
    let sent =
        (0..dice.below(7)).map(|_| now.minus_micros(dice.below(6 * 24 * 60) * MINUTE).unwrap());
    let sent = sent.collect();
    Case { zone, now, quiet, blackout, caps, sent }
}

fn written(case: &Case) -> Value {
    let quiet: Vec<Value> = case
        .quiet
        .iter()
        .enumerate()
        .map(|(number, quiet)| {
            json!({
                "id": format!("q{number}"),
                "from": format!("{:02}:00", quiet.from),
                "until": format!("{:02}:00", quiet.until),
                "weekdays": quiet.weekdays,
            })
        })
        .collect();
    let blackouts: Vec<Value> = case
        .blackout
        .iter()
        .map(|(from, until)| json!({"id": "b", "from": from, "until": until}))
        .collect();
    let caps: Vec<Value> = case
        .caps
        .iter()
        .enumerate()
        .map(|(number, (max, window))| {
            let window = match window {
                Window::Rolling(hours) => json!({"type": "rolling", "span": format!("PT{hours}H")}),
                Window::Day => json!({"type": "calendar", "unit": "day"}),
                Window::Week => json!({"type": "calendar", "unit": "week"}),
            };
            json!({"id": format!("c{number}"), "max": max, "window": window, "then": "defer"})
        })
        .collect();
    let sent: Vec<Value> = case
        .sent
        .iter()
        .map(|at| json!({"at": at, "channel": "email", "purpose": "news"}))
        .collect();
    json!({
        "policy": {
            "format": "guerdon.delivery/1", "id": "p", "version": 1,
            "channels": ["email"], "purposes": [{"id": "news", "consent": "opt_out"}],
            "quiet_hours": quiet, "blackouts": blackouts, "caps": caps, "max_delay": "PT168H",
        },
        "recipient": {"zone": case.zone},
        "message": {"channel": "email", "purpose": "news"},
        "sent": sent,
        "now": case.now,
    })
}

/// Whether something stands in the way at that minute, by what the wall clock shows.
fn is_held(case: &Case, at: Instant) -> bool {
    let local = case.zone.to_local(at);
    let day_of = |at: Instant| case.zone.to_local(at).date;
    let hour = i64::from(local.time.hour());
    let is_meant =
        |quiet: &Quiet, day: Weekday| quiet.weekdays.is_empty() || quiet.weekdays.contains(&day);
    let yesterday = local.date.minus_days(1).unwrap();
    let is_quiet = case.quiet.iter().any(|quiet| {
        let today = is_meant(quiet, local.date.weekday());
        if quiet.from < quiet.until {
            today && quiet.from <= hour && hour < quiet.until
        } else {
            (today && quiet.from <= hour)
                || (is_meant(quiet, yesterday.weekday()) && hour < quiet.until)
        }
    });
    let is_black =
        case.blackout.is_some_and(|(from, until)| from <= local.date && local.date < until);
    let week = |date: Date| (i64::from(date.epoch_days()) + 3).div_euclid(7);
    let is_full = case.caps.iter().any(|(max, window)| {
        let counted = case.sent.iter().filter(|sent| match window {
            Window::Rolling(hours) => at.micros() - sent.micros() < hours * HOUR,
            Window::Day => day_of(**sent) == local.date,
            Window::Week => week(day_of(**sent)) == week(local.date),
        });
        counted.count() >= *max
    });
    is_quiet || is_black || is_full
}

proptest! {
    #[test]
    fn a_message_goes_out_in_the_first_minute_that_it_may(seed: u64) {
        let case = case(seed);
        let input = written(&case);
        let text = guerdon::call("delivery.decide", &input.to_string()).unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        let mut minutes = (0..=168 * 60).map(|minute| case.now.plus_micros(minute * MINUTE).unwrap());
        match minutes.find(|at| !is_held(&case, *at)) {
            Some(first) if first == case.now => prop_assert_eq!(&answer["decision"], "send"),
            Some(first) => {
                prop_assert_eq!(&answer["decision"], "defer", "{}", input);
                prop_assert_eq!(&answer["until"], &json!(first), "{}", input);
            }
            None => {
                prop_assert_eq!(&answer["decision"], "skip", "{}", input);
                prop_assert_eq!(&answer["reason"], "too_late");
            }
        }
    }
}
