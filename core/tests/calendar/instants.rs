//! Random zones and instants, most of them where clocks do what clocks should not.

use std::sync::LazyLock;

use guerdon::kernel::calendar::{
    CalendarUnit, Date, Instant, MICROS_PER_DAY, MICROS_PER_SECOND, Periods, TimeOfDay, Zone,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::oracle::{HOUR, MINUTE, first_at_wall, offset};

/// Zones whose clocks do what clocks should not.
pub(crate) const ZONES: [&str; 11] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Sao_Paulo",   // skips midnight
    "America/Havana",      // shows midnight twice
    "America/St_Johns",    // went back over midnight, to the day before
    "Africa/Casablanca",   // goes back for Ramadan
    "Asia/Kathmandu",      // 5:45 ahead, 5:30 until 1986
    "Australia/Lord_Howe", // moves by half an hour
    "Pacific/Apia",        // skipped a day
    "America/Nuuk",        // changes at other hours of the day, each decade
];

/// Instants at which these zones change their clocks.
pub(crate) static CHANGES: LazyLock<Vec<(Zone, i64)>> = LazyLock::new(|| {
    let (from, until) = (instant("1980-01-01T00:00:00Z"), instant("2040-01-01T00:00:00Z"));
    let mut changes = Vec::new();
    for zone in ZONES.map(|name| name.parse::<Zone>().unwrap()) {
        let mut before = from.micros();
        while before < until.micros() {
            let (mut low, mut high) = (before, before + 12 * HOUR);
            before = high;
            if offset(zone, low) == offset(zone, high) {
                continue;
            }
            while high - low > 1 {
                let middle = low + (high - low) / 2;
                if offset(zone, middle) == offset(zone, high) {
                    high = middle
                } else {
                    low = middle
                }
            }
            changes.push((zone, high));
        }
    }
    changes
});

pub(crate) fn instant(text: &str) -> Instant {
    text.parse().unwrap()
}

pub(crate) fn at(micros: i64) -> Instant {
    Instant::from_micros(micros).unwrap()
}

pub(crate) fn any_instant() -> impl Strategy<Value = Instant> {
    (Instant::MIN.micros()..=Instant::MAX.micros()).prop_map(at)
}

/// How far from a boundary: on it, next to it, within the hours that clocks show twice or not
/// at all, or some days away.
pub(crate) fn distance() -> impl Strategy<Value = i64> {
    prop_oneof![
        2 => -1..=1_i64,
        2 => (-12..=12_i64).prop_map(|quarters| quarters * 15 * MINUTE),
        2 => -3 * HOUR..3 * HOUR,
        1 => -48 * HOUR..48 * HOUR,
    ]
}

/// A zone, and an instant since 1980 in it: anywhere, about a midnight, or about a change of
/// clocks.
pub(crate) fn somewhere() -> impl Strategy<Value = (Zone, Instant)> {
    let seconds = 315_532_800_i64..3_786_912_000;
    let anywhere =
        (select(&ZONES[..]), seconds, 0..MICROS_PER_SECOND).prop_map(|(zone, second, micro)| {
            (zone.parse().unwrap(), at(second * MICROS_PER_SECOND + micro))
        });
    let at_midnight =
        (select(&ZONES[..]), 3_653..43_830_i64, distance()).prop_map(|(zone, day, distance)| {
            let zone = zone.parse().unwrap();
            (zone, at(first_at_wall(zone, day * MICROS_PER_DAY) + distance))
        });
    let at_change = (select(CHANGES.as_slice()), distance())
        .prop_map(|((zone, change), distance)| (zone, at(change + distance)));
    prop_oneof![1 => anywhere, 1 => at_midnight, 2 => at_change]
}

pub(crate) fn any_time() -> impl Strategy<Value = TimeOfDay> {
    prop_oneof![
        (0..96_i64).prop_map(|quarter| TimeOfDay::from_micros(quarter * 15 * MINUTE).unwrap()),
        (0..MICROS_PER_DAY).prop_map(|micros| TimeOfDay::from_micros(micros).unwrap()),
    ]
}

pub(crate) fn any_unit() -> impl Strategy<Value = CalendarUnit> {
    select(&CalendarUnit::ALL[..])
}

pub(crate) fn any_periods(zone: Zone) -> impl Strategy<Value = Periods> {
    let anniversary = (3_000..25_000_i32, 1..30_u32).prop_map(move |(anchor, months)| {
        Periods::anniversary(Date::from_epoch_days(anchor).unwrap(), months, zone).unwrap()
    });
    prop_oneof![any_unit().prop_map(move |unit| Periods::calendar(unit, zone)), anniversary]
}
