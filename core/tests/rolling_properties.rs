//! Rolling windows and measures of a plan's own, beside an oracle that forgets nothing.
//!
//! It has every sale that there was with what is left of it, and adds up for each event those of the
//! days that count, by the date in the plan's zone. What is paid follows from that in whole numbers:
//! no meters, no days, no programs.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed unwrap, index or panic is a failed test"
)]

mod tries;

use guerdon::columns::{Facts, Ids};
use guerdon::commission::{
    Event, EventColumns, Line, LineKind, Plan, Refund, Roster, StateText, StoredSum,
};
use guerdon::kernel::calendar::{Instant, Zone};
use guerdon::kernel::document::to_json;
use guerdon::kernel::money::{from_minor, to_minor};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use tries::tries;

const HOUR: i64 = 3_600_000_000;
/// 2026-03-20T00:00:00Z, so that clocks change on the way.
const START: i64 = 1_773_964_800_000_000;
const RATES: [i64; 3] = [3, 7, 5];

#[derive(Clone, Copy, Debug)]
enum Happens {
    /// After so many hours, and dated so many hours before that: who, for how much, how much of the
    /// measure.
    Sold(i64, i64, usize, i64, i64),
    /// Which one, in percent of what is left.
    Refunded(Index, i64),
}

fn histories() -> impl Strategy<Value = Vec<Happens>> {
    let late = prop_oneof![3 => Just(0_i64), 1 => 0..40_i64];
    let sold = (0..30_i64, late, 0..2_usize, 1..20_000_i64, 0..900_i64);
    let sold = sold.prop_map(|(after, late, who, amount, points)| {
        Happens::Sold(after, late, who, amount, points)
    });
    let share = prop_oneof![Just(100_i64), 1..100_i64];
    let refunded =
        (any::<Index>(), share).prop_map(|(which, share)| Happens::Refunded(which, share));
    proptest::collection::vec(prop_oneof![4 => sold, 1 => refunded], 1..50)
}

/// Steps of 40 units, or of 100.00 where the volume is measured.
fn document(days: i64, mode: usize, custom: bool) -> String {
    let mode = ["marginal", "prospective_after", "prospective_including"][mode];
    let width = if custom { 40 } else { 100 };
    let step = |(number, percent): (i64, &i64)| {
        let from = (number * width).to_string();
        // A unit of the measure pays as many cents as a unit of the currency pays percent.
        if custom {
            json!({"from": from, "per_unit": format!("0.0{percent}")})
        } else {
            json!({"from": from, "rate": {"percent": percent.to_string()}})
        }
    };
    let steps: Vec<Value> = (0..).zip(&RATES).map(step).collect();
    let window = json!({"type": "rolling", "span": format!("P{days}D")});
    let mut schedule = json!({"measure": if custom { "custom" } else { "volume" }, "window": window,
        "rates": {"mode": mode, "steps": steps}});
    let value = json!({"op": "div", "args": [{"fact": "order.points"}, {"integer": 4}]});
    if custom {
        schedule["value"] = value.clone();
    }
    let tier = |percent: i64| json!({"type": "percent", "rate": {"percent": percent.to_string()}});
    json!({"format": "guerdon.plan/1", "id": "p", "version": 1, "currency": "EUR",
        "zone": "Europe/Vienna", "facts": {"order.points": {"type": "integer"}},
        "ladder": {"measure": "custom", "value": value, "window": window,
            "tiers": {"levels": [{"id": "silver", "from": "50"}, {"id": "gold", "from": "120.5"}],
                "on_decrease": "now"}},
        "schedules": {"s": schedule},
        "groups": [{"id": "a", "combine": "sum", "rules": [
                {"id": "scheduled", "pay": {"type": "schedule", "schedule": "s"}}]},
            {"id": "b", "combine": "sum", "rules": [{"id": "tiered", "pay": {"type": "by_tier",
                "tiers": {"silver": tier(2), "gold": tier(4)}, "otherwise": tier(1)}}]}]})
    .to_string()
}

/// A sale: everything that the oracle knows of it.
struct Sale {
    who: usize,
    day: i64,
    amount: i64,
    left: i64,
    points: i64,
}

/// In quarters of a unit for points, in cents for a volume, times the amount of the sale.
fn over(
    sales: &[Sale],
    who: usize,
    days: std::ops::Range<i64>,
    of: impl Fn(&Sale) -> i64,
) -> Ratio {
    let counted = sales.iter().filter(|sale| sale.who == who && days.contains(&sale.day));
    counted.map(|sale| Ratio(i128::from(of(sale) * sale.left), sale.amount.into())).fold(
        Ratio(0, 1),
        |sum, one| {
            let (num, den) = (sum.0 * one.1 + one.0 * sum.1, sum.1 * one.1);
            let common = gcd(num.unsigned_abs(), den.unsigned_abs()).max(1);
            Ratio(num / i128::try_from(common).unwrap(), den / i128::try_from(common).unwrap())
        },
    )
}

#[derive(Clone, Copy)]
struct Ratio(i128, i128);

fn gcd(left: u128, right: u128) -> u128 {
    if right == 0 { left } else { gcd(right, left % right) }
}

/// What `added` units on top of `before` make, in hundredths of a cent for each unit and percent:
/// a numerator, over the denominator of `before`.
fn scheduled(mode: usize, width: i128, before: Ratio, added: i128) -> i128 {
    let Ratio(num, den) = before;
    let (from, to) = (num, num + added * den);
    let step = |at: i128| usize::try_from((at / (width * den)).min(2)).unwrap();
    match mode {
        0 => (0..3_i128)
            .map(|number| {
                let start = number * width * den;
                let end = if number == 2 { i128::MAX } else { start + width * den };
                let piece = to.min(end) - from.max(start);
                piece.max(0) * i128::from(RATES[usize::try_from(number).unwrap()])
            })
            .sum(),
        1 => (to - from) * i128::from(RATES[step(from)]),
        _ => (to - from) * i128::from(RATES[step(to)]),
    }
}

proptest! {
    #![proptest_config(tries(300))]

    #[test]
    fn days_make_the_window(
        history in histories(), days in 1..9_i64, mode in 0..3_usize, custom: bool,
    ) {
        let plan = Plan::from_json(&document(days, mode, custom)).unwrap();
        let (mut state, roster) = (plan.new_state(), Roster::default());
        let zone: Zone = "Europe/Vienna".parse().unwrap();
        let (mut sales, mut lines): (Vec<Sale>, Vec<Vec<Line>>) = (Vec::new(), Vec::new());
        let mut now = START;
        for (number, happens) in history.iter().enumerate() {
            let (after, late, who, amount, points) = match *happens {
                Happens::Sold(after, late, who, amount, points) => (after, late, who, amount, points),
                Happens::Refunded(..) if sales.is_empty() => continue,
                Happens::Refunded(which, share) => {
                    let which = which.index(sales.len());
                    let sale = &mut sales[which];
                    let part = (sale.left * share / 100).max(1);
                    if sale.left == 0 {
                        continue;
                    }
                    sale.left -= part;
                    let id = |text: String| text.parse().unwrap();
                    let at = Instant::from_micros(now).unwrap();
                    let money = from_minor(part, plan.document().currency);
                    let refund = Refund::new(id(format!("r{number}")), id(format!("e{which}")), at, money);
                    let outcome = plan.refund(&mut state, &roster, &refund, &lines[which]).unwrap();
                    lines[which].extend(outcome.lines);
                    continue;
                }
            };
            now += after * HOUR;
            let at = Instant::from_micros(now - late.min(days * 24 - 24) * HOUR).unwrap();
            let date = zone.to_local(at).date;
            let day = i64::from(date.epoch_days());
            let event = json!({"id": format!("e{}", sales.len()), "kind": "sale",
                "at": at.to_string(), "partner": format!("p{who}"), "amount": {
                    "amount": format!("{}.{:02}", amount / 100, amount % 100), "currency": "EUR"},
                "facts": {"order.points": {"integer": points}}});
            let event: Event = serde_json::from_value(event).unwrap();
            let outcome = plan.evaluate(&mut state, &roster, &event).unwrap();
            let window = day + 1 - days..day + 1;
            let quarters = over(&sales, who, window.clone(), |sale| sale.points);
            let tier = match quarters {
                Ratio(num, den) if num < 200 * den => 1_i128,
                Ratio(num, den) if num < 482 * den => 2,
                _ => 4,
            };
            // Over 100 for percent; points over 4 for quarters and a unit for a cent each.
            let (before, width, added, over_all) = if custom {
                (quarters, 160, points, 4)
            } else {
                (over(&sales, who, window, |sale| sale.amount), 10_000, amount, 100)
            };
            let by_schedule = scheduled(mode, width, before, added.into());
            let (num, den) = (
                by_schedule * 100 + i128::from(amount) * tier * before.1 * over_all,
                before.1 * over_all * 100,
            );
            let rounded = (2 * num + den) / (2 * den);
            let total = to_minor(outcome.total.amount, outcome.total.currency).unwrap();
            prop_assert_eq!(i128::from(total), rounded, "{} of {:?}", sales.len(), history);
            sales.push(Sale { who, day, amount, left: amount, points });
            lines.push(outcome.lines);
        }
        let sums = plan.state_document(&state).sums;
        for who in 0..2 {
            let own = |meter: &str| {
                let key = format!("p{who}");
                let of = |sum: &&StoredSum| {
                    sum.meter == meter && sum.key.as_ref().is_some_and(|id| id.as_str() == key)
                };
                i64::try_from(sums.iter().filter(of).count()).unwrap()
            };
            prop_assert!(own("schedule/s") <= 4 * days && own("ladder") <= 4 * days);
        }
        let told = lines.iter().flatten().filter(|line| line.kind == LineKind::Commission);
        prop_assert_eq!(told.count(), 2 * sales.len());
    }

    /// The same sales as columns.
    #[test]
    fn a_batch_counts_days_as_its_rows_do(
        history in histories(), days in 1..9_i64, mode in 0..3_usize, custom: bool,
    ) {
        let plan = Plan::from_json(&document(days, mode, custom)).unwrap();
        let roster = Roster::default();
        let (mut at, mut partner, mut amounts, mut points) = (vec![], vec![], vec![], vec![]);
        let mut now = START;
        for happens in &history {
            let Happens::Sold(after, late, who, amount, of) = *happens else { continue };
            now += after * HOUR;
            at.push(now - late.min(days * 24 - 24) * HOUR);
            partner.push(i64::try_from(who).unwrap());
            amounts.push(amount);
            points.push(of);
        }
        let columns = EventColumns {
            at: &at,
            partner: Ids::Numbers(&partner),
            amount_minor: &amounts,
            net_minor: None,
            quantity: None,
            kind: None,
            customer: None,
            refund_of: None,
            facts: vec![("order.points", Facts::Numbers(&points, None))],
        };
        let mut state = plan.new_state();
        let earned = plan.run(&mut state, &roster, &columns).unwrap();
        let mut single = plan.new_state();
        for row in 0..at.len() {
            let amount = from_minor(amounts[row], plan.document().currency);
            let event = json!({"id": row.to_string(), "kind": "sale",
                "at": Instant::from_micros(at[row]).unwrap().to_string(),
                "partner": partner[row].to_string(),
                "amount": {"amount": amount.amount.to_string(), "currency": "EUR"},
                "facts": {"order.points": {"integer": points[row]}}});
            let event: Event = serde_json::from_value(event).unwrap();
            let outcome = plan.evaluate(&mut single, &roster, &event).unwrap();
            let total = to_minor(outcome.total.amount, outcome.total.currency).unwrap();
            prop_assert_eq!(earned.commission_minor[row], total);
        }
        let text = |state| to_json(&StateText(plan.state_document(state))).unwrap();
        prop_assert_eq!(text(&state), text(&single));
    }
}
