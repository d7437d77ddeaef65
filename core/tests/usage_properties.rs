//! Usage pricing beside an oracle that pays for one unit after the other.
//!
//! The oracle counts in whole millionths of a currency unit and looks up, for each single unit of
//! an event, what that unit costs; it knows no line through a step and no rational number. What it
//! gives has to come of any order of the events, of events handed in twice, and of a period that is
//! rated in parts, what was posted before subtracted.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed unwrap, index or panic is a failed test"
)]

mod tries;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use tries::tries;

const MICRO: i128 = 1_000_000;

/// Millionths as decimal text.
fn text(millionths: i128) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    format!("{sign}{}.{:06}", millionths.abs() / MICRO, millionths.abs() % MICRO)
}

#[derive(Clone, Debug)]
struct Step {
    from: i128,
    per_unit: i128,
    flat: i128,
}

#[derive(Clone, Debug)]
enum Price {
    Unit(i128),
    Graduated(Vec<Step>),
    Volume(Vec<Step>),
    Package { size: i128, amount: i128 },
    PerEvent { steps: Vec<Step>, min: i128, max: i128, free: usize },
    Percentage { percent: i128, fixed: i128, min: i128, max: i128, free: usize },
    Flat(i128),
}

#[derive(Clone, Debug)]
struct Meter {
    price: Price,
    upper: bool,
    aggregate: &'static str,
    included: i128,
    /// In cents.
    minimum: i128,
    maximum: Option<i128>,
    discount: i128,
}

#[derive(Clone, Debug)]
struct Event {
    second: i64,
    quantity: i128,
    key: Option<u8>,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = (0..12_i128, 0..30_000_i128, prop::option::of(0..3_000_000_i128));
    (0..2_i128, prop::collection::vec(step, 1..5)).prop_map(|(start, steps)| {
        let mut from = if start == 0 { 0 } else { 1 };
        let build = |(gap, hundredths, flat): (i128, i128, Option<i128>)| {
            let step = Step { from, per_unit: hundredths * 100, flat: flat.unwrap_or(0) };
            from += 1 + gap;
            step
        };
        steps.into_iter().map(build).collect()
    })
}

fn price() -> impl Strategy<Value = Price> {
    let bounds = (0..2_000_000_i128, 0..4_000_000_i128, 0..3_usize);
    prop_oneof![
        (0..5_000_000_i128).prop_map(Price::Unit),
        steps().prop_map(Price::Graduated),
        steps().prop_map(Price::Volume),
        (1..9_i128, 0..9_000_000_i128).prop_map(|(size, amount)| Price::Package { size, amount }),
        (steps(), bounds.clone()).prop_map(|(steps, (min, more, free))| {
            Price::PerEvent { steps, min, max: min + more, free }
        }),
        (0..50_i128, 0..900_000_i128, bounds).prop_map(|(percent, fixed, (min, more, free))| {
            Price::Percentage { percent, fixed, min, max: min + more, free }
        }),
        (0..90_000_000_i128).prop_map(Price::Flat),
    ]
}

fn meter() -> impl Strategy<Value = Meter> {
    let aggregates = select(&["sum", "count", "max", "latest", "unique"][..]);
    let rest = (0..6_i128, 0..500_i128, prop::option::of(0..3_000_i128), 0..101_i128);
    (price(), any::<bool>(), aggregates, rest).prop_map(
        |(price, upper, aggregate, (included, minimum, more, discount))| {
            let each = matches!(price, Price::PerEvent { .. } | Price::Percentage { .. });
            let flat = matches!(price, Price::Flat(_));
            Meter {
                upper,
                aggregate: if each { "sum" } else { aggregate },
                included: if flat { 0 } else { included },
                minimum,
                maximum: more.map(|more| minimum + more),
                discount,
                price,
            }
        },
    )
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (0..40_i64, 0..15_i128, prop::option::of(0..4_u8));
    let event = event.prop_map(|(second, quantity, key)| Event { second, quantity, key });
    prop::collection::vec(event, 0..9)
}

fn price_document(price: &Price, upper: bool) -> Value {
    let boundary = if upper { "upper_inclusive" } else { "lower_inclusive" };
    let listed = |steps: &[Step]| -> Value {
        let one = |step: &Step| {
            json!({"from": step.from.to_string(), "per_unit": text(step.per_unit),
                "flat": text(step.flat)})
        };
        steps.iter().map(one).collect()
    };
    match price {
        Price::Unit(amount) => json!({"type": "unit", "amount": text(*amount)}),
        Price::Graduated(steps) => {
            json!({"type": "graduated", "steps": listed(steps), "boundary": boundary})
        }
        Price::Volume(steps) => {
            json!({"type": "volume", "steps": listed(steps), "boundary": boundary})
        }
        Price::Package { size, amount } => {
            json!({"type": "package", "size": size.to_string(), "amount": text(*amount)})
        }
        Price::PerEvent { steps, min, max, free } => {
            json!({"type": "per_event", "steps": listed(steps), "boundary": boundary,
                "min": text(*min), "max": text(*max), "free_events": free})
        }
        Price::Percentage { percent, fixed, min, max, free } => {
            json!({"type": "percentage", "rate": {"percent": percent.to_string()},
                "fixed": text(*fixed), "min": text(*min), "max": text(*max), "free_events": free})
        }
        Price::Flat(amount) => json!({"type": "flat", "amount": text(*amount)}),
    }
}

fn cents(cents: i128) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn book(meter: &Meter) -> Value {
    let mut priced = json!({"aggregate": meter.aggregate, "included": meter.included.to_string(),
        "minimum": cents(meter.minimum), "price": price_document(&meter.price, meter.upper)});
    if let Some(maximum) = meter.maximum {
        priced["maximum"] = cents(maximum).into();
    }
    json!({"format": "guerdon.prices/1", "id": "b", "version": 1, "currency": "USD", "zone": "UTC",
        "meters": {"m": priced},
        "clients": {"c": {"discount": {"percent": meter.discount.to_string()}}}})
}

fn rows(events: &[Event]) -> Vec<Value> {
    let row = |(number, event): (usize, &Event)| {
        let mut row = json!({"id": format!("e{number}"), "client": "c", "meter": "m",
            "at": format!("2026-11-20T10:00:{:02}Z", event.second),
            "quantity": event.quantity.to_string()});
        if let Some(key) = event.key {
            row["key"] = format!("k{key}").into();
        }
        row
    };
    events.iter().enumerate().map(row).collect()
}

fn rated(book: &Value, events: &[Value], posted: &[Value]) -> Value {
    let billed = json!([{"client": "c", "at": "2026-11-01T00:00:00Z"}]);
    let input = json!({"prices": book, "events": events, "billed": billed, "posted": posted});
    let answer = guerdon::call("usage.rate", &input.to_string()).unwrap();
    serde_json::from_str(&answer).unwrap()
}

/// The step that so many units reach.
fn reached(steps: &[Step], units: i128, upper: bool) -> Option<&Step> {
    let is = |step: &&Step| if upper { units > step.from } else { units >= step.from };
    steps.iter().rev().find(is)
}

/// All units by the step that they reach, paid one after the other.
fn by_one_step(steps: &[Step], units: i128, upper: bool) -> i128 {
    if units == 0 {
        return 0;
    }
    let Some(step) = reached(steps, units, upper) else { return 0 };
    (0..units).map(|_| step.per_unit).sum::<i128>() + step.flat
}

/// In millionths, before the discount.
fn priced(meter: &Meter, ordered: &[(usize, Event)]) -> i128 {
    let each = |paid: &dyn Fn(i128) -> i128, min: i128, max: i128, free: usize| {
        let (mut included, mut free, mut sum) = (meter.included, free, 0);
        for (_, event) in ordered {
            let mut units = 0;
            for _ in 0..event.quantity {
                if included > 0 { included -= 1 } else { units += 1 }
            }
            if units > 0 && free > 0 {
                free -= 1;
            } else if units > 0 {
                sum += paid(units).clamp(min, max);
            }
        }
        sum
    };
    let units = (quantity(meter, ordered) - meter.included).max(0);
    match &meter.price {
        Price::Unit(amount) => (0..units).map(|_| amount).sum(),
        Price::Graduated(steps) => {
            let paid = (0..units).filter_map(|unit| {
                // The unit lies between two whole numbers, so on no boundary.
                Some(steps.iter().rev().find(|step| step.from <= unit)?.per_unit)
            });
            let entered =
                |step: &&Step| if meter.upper { units > step.from } else { units >= step.from };
            let flats = steps.iter().filter(entered).map(|step| step.flat);
            if units == 0 { 0 } else { paid.sum::<i128>() + flats.sum::<i128>() }
        }
        Price::Volume(steps) => by_one_step(steps, units, meter.upper),
        Price::Package { size, amount } => {
            let begun = (0..units).filter(|unit| unit % size == 0).count();
            amount * i128::try_from(begun).unwrap()
        }
        Price::PerEvent { steps, min, max, free } => {
            each(&|units| by_one_step(steps, units, meter.upper), *min, *max, *free)
        }
        Price::Percentage { percent, fixed, min, max, free } => {
            each(&|units| units * percent * (MICRO / 100) + fixed, *min, *max, *free)
        }
        Price::Flat(amount) => *amount,
    }
}

fn quantity(meter: &Meter, ordered: &[(usize, Event)]) -> i128 {
    let quantities = ordered.iter().map(|(_, event)| event.quantity);
    match meter.aggregate {
        "sum" => quantities.sum(),
        "count" => i128::try_from(ordered.len()).unwrap(),
        "max" => quantities.max().unwrap_or(0),
        "latest" => ordered.last().map_or(0, |(_, event)| event.quantity),
        _ => {
            let keys: BTreeSet<String> = ordered
                .iter()
                .map(|(number, event)| {
                    event.key.map_or(format!("e{number}"), |key| format!("k{key}"))
                })
                .collect();
            i128::try_from(keys.len()).unwrap()
        }
    }
}

/// In cents.
fn expected(meter: &Meter, events: &[Event]) -> i128 {
    let mut ordered: Vec<(usize, Event)> = events.iter().cloned().enumerate().collect();
    ordered.sort_by_key(|(number, event)| (event.second, *number));
    // Hundredths of millionths, so that a discount of whole percents leaves no fraction.
    let left = priced(meter, &ordered) * (100 - meter.discount);
    let cent = MICRO;
    let raised = left.max(meter.minimum * cent);
    let cut = meter.maximum.map_or(raised, |maximum| raised.min(maximum * cent));
    (2 * cut + cent) / (2 * cent)
}

fn told(answer: &Value, key: &str) -> i128 {
    let amount = answer[key]["amount"].as_str().unwrap();
    let (whole, cents) = amount.split_once('.').unwrap();
    let size = whole.trim_start_matches('-').parse::<i128>().unwrap() * 100
        + cents.parse::<i128>().unwrap();
    if amount.starts_with('-') { -size } else { size }
}

proptest! {
    #![proptest_config(tries(600))]

    #[test]
    fn every_line_is_what_its_units_cost(meter in meter(), events in events()) {
        let answer = rated(&book(&meter), &rows(&events), &[]);
        prop_assert_eq!(told(&answer, "total"), expected(&meter, &events), "{}", answer);
    }

    #[test]
    fn order_and_repetition_make_no_difference(meter in meter(), events in events(), turn in 0..9_usize) {
        let (book, rows) = (book(&meter), rows(&events));
        let mut turned = rows.clone();
        turned.rotate_left(turn % rows.len().max(1));
        turned.extend(rows.iter().take(turn).cloned());
        prop_assert_eq!(rated(&book, &rows, &[]), rated(&book, &turned, &[]));
    }

    #[test]
    fn parts_post_what_the_whole_costs(meter in meter(), events in events(), cut in 0..9_usize) {
        let (book, rows) = (book(&meter), rows(&events));
        let first = rated(&book, &rows[..cut.min(rows.len())], &[]);
        let posted = json!({"client": "c", "period": "2026-11", "meter": "m",
            "amount": {"amount": cents(told(&first, "total")), "currency": "USD"}});
        let whole = rated(&book, &rows, &[posted]);
        prop_assert_eq!(told(&first, "due") + told(&whole, "due"), expected(&meter, &events));
    }
}
