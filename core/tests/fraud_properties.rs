//! Fraud checks beside an oracle that compares every record with every other.
//!
//! The oracle reads the same records as plain JSON and knows no sorting, window that moves on, or
//! index: for each subject and check it goes through all records. The same findings have to come of
//! any order of the records, of records handed in twice, of each subject judged by itself beside
//! what had happened until then, and of any instant from which on it is judged.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed unwrap, index or panic is a failed test"
)]

#[path = "fraud/naive.rs"]
mod naive;
mod tries;

use guerdon::fraud::{FraudHistory, FraudPolicy, FraudPolicyText, FraudRun, FraudSubject};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::document::to_json;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Map, Value, json};

use tries::tries;

const IDS: [&str; 4] = ["ada", "bob", "eve", "mal"];
const ADDRESSES: [&str; 3] = ["192.0.2.1", "198.51.100.7", "2001:db8::1"];
const DEVICES: [&str; 3] = ["d1", "d2", "d3"];
const EMAILS: [&str; 4] = ["a@x.example", "b@x.example", "a@y.example", "c@gmail.com"];
const COUNTRIES: [&str; 3] = ["DE", "FR", "US"];
const METHODS: [&str; 3] = ["m1", "m2", "m3"];
const WINDOWS: [i64; 3] = [1, 7, 60];

fn instant(seconds: i64) -> String {
    Instant::from_micros(1_700_000_000_000_000 + seconds * 1_000_000).unwrap().to_string()
}

/// An object of those fields that are said.
fn object(fields: Vec<(&'static str, Option<Value>)>) -> Value {
    let said = fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?)));
    Value::Object(said.collect::<Map<_, _>>())
}

fn maybe(words: &'static [&'static str]) -> impl Strategy<Value = Option<Value>> {
    prop::option::weighted(0.7, select(words).prop_map(Value::from))
}

fn check() -> impl Strategy<Value = Value> {
    let window = select(&WINDOWS[..]).prop_map(|seconds| format!("PT{seconds}S"));
    let duplicate = (
        select(&["address", "ip", "device", "email"][..]),
        1..4_u32,
        prop::option::of(window.clone()),
        any::<bool>(),
    );
    let duplicate = duplicate.prop_map(|(of, most, window, partners)| {
        let among = if partners { "partners" } else { "customers" };
        let window = window.filter(|_| !partners).map(Value::from);
        object(vec![
            ("type", Some("duplicate".into())),
            ("of", Some(of.into())),
            ("among", Some(among.into())),
            ("most", Some(most.into())),
            ("window", window),
        ])
    });
    let by = select(&["email", "domain", "address", "ip", "device"][..]);
    let own = by.prop_map(|by| json!({"type": "self_referral", "by": by}));
    let velocity = (
        select(&["conversions", "clicks"][..]),
        select(&["partner", "ip", "device", "customer"][..]),
        1..4_u32,
        window,
    );
    let velocity = velocity.prop_map(|(of, per, most, window)| {
        let per = if of == "clicks" && per == "customer" { "ip" } else { per };
        json!({"type": "velocity", "of": of, "per": per, "most": most, "window": window})
    });
    let elapsed = (1..20_i64, 0..40_i64).prop_map(|(min, more)| {
        let (min, max) = (format!("PT{min}S"), format!("PT{}S", min + more));
        json!({"type": "click_to_conversion", "min": min, "max": max})
    });
    let shared = (1..3_u32).prop_map(|most| json!({"type": "shared_payout_method", "most": most}));
    let banned = select(&[("country", "FR"), ("ip", "192.0.2.0/24"), ("device", "d2")][..]);
    let banned = banned
        .prop_map(|(of, value)| json!({"type": "banned", "of": of, "values": [value, "other"]}));
    let rate = (0..30_u32, 0..4_u32).prop_map(|(tenths, least)| {
        let most = json!({"ratio": format!("{tenths}/10")});
        json!({"type": "conversion_rate", "most": most, "least_conversions": least})
    });
    let plain = select(&["country_mismatch", "banned_partner_match"][..]);
    let plain = plain.prop_map(|word| json!({"type": word}));
    prop_oneof![duplicate, own, velocity, elapsed, shared, banned, rate, plain]
}

fn policy() -> impl Strategy<Value = Value> {
    let actions = select(&["pass", "flag", "hold", "block"][..]);
    let except = prop::collection::vec(select(&IDS[..]), 0..2);
    let checks = prop::collection::vec((check(), actions.clone(), actions, except), 1..6);
    checks.prop_map(|checks| {
        let checks: Vec<Value> = checks
            .into_iter()
            .enumerate()
            .map(|(place, (check, action, unknown, except))| {
                json!({"id": format!("c{place}"), "check": check, "action": action,
                    "unknown": unknown, "except": except})
            })
            .collect();
        json!({"format": "guerdon.fraud/1", "id": "p", "version": 1, "checks": checks})
    })
}

fn partners() -> impl Strategy<Value = Vec<Value>> {
    let one = (
        any::<bool>(),
        maybe(&EMAILS),
        maybe(&ADDRESSES),
        maybe(&DEVICES),
        maybe(&COUNTRIES),
        prop::collection::vec(select(&METHODS[..]), 0..3),
        prop::collection::vec(select(&["x.example", "shop.y.example"][..]), 0..2),
    );
    prop::collection::vec(prop::option::weighted(0.8, one), 4).prop_map(|all| {
        let listed = IDS.iter().zip(all).filter_map(|(id, one)| {
            let (banned, email, ip, device, country, methods, domains) = one?;
            Some(object(vec![
                ("id", Some((*id).into())),
                ("banned", Some(banned.into())),
                ("email", email),
                ("address", ip.clone()),
                ("ip", ip),
                ("device", device),
                ("country", country),
                ("payout_methods", Some(methods.into())),
                ("domains", Some(domains.into())),
            ]))
        });
        listed.collect()
    })
}

fn clicks() -> impl Strategy<Value = Vec<Value>> {
    let one = (select(&IDS[..]), 0..90_i64, maybe(&ADDRESSES), maybe(&DEVICES), maybe(&COUNTRIES));
    prop::collection::vec(one, 0..14).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        let clicks = numbered.map(|(number, (partner, at, ip, device, country))| {
            object(vec![
                ("id", Some(format!("k{number}").into())),
                ("partner", Some(partner.into())),
                ("at", Some(instant(at).into())),
                ("ip", ip),
                ("device", device),
                ("country", country),
            ])
        });
        clicks.collect()
    })
}

fn conversions() -> impl Strategy<Value = Vec<Value>> {
    let one = (
        (select(&IDS[..]), 0..90_i64, prop::option::of(0..16_u32), prop::option::of(0..90_i64)),
        (maybe(&["c1", "c2", "c3"]), maybe(&EMAILS), maybe(&ADDRESSES), maybe(&DEVICES)),
        maybe(&COUNTRIES),
    );
    prop::collection::vec(one, 0..18).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        let conversions = numbered.map(|(number, (what, who, country))| {
            let (partner, at, click, clicked_at) = what;
            let (customer, email, ip, device) = who;
            object(vec![
                ("id", Some(format!("o{number}").into())),
                ("partner", Some(partner.into())),
                ("at", Some(instant(at).into())),
                ("click", click.map(|click| format!("k{click}").into())),
                ("clicked_at", clicked_at.map(|at| instant(at).into())),
                ("customer", customer),
                ("email", email),
                ("address", ip.clone()),
                ("ip", ip),
                ("device", device),
                ("country", country),
            ])
        });
        conversions.collect()
    })
}

fn payouts() -> impl Strategy<Value = Vec<Value>> {
    let one = (select(&IDS[..]), 0..90_i64, maybe(&METHODS));
    prop::collection::vec(one, 0..8).prop_map(|all| {
        let numbered = all.into_iter().enumerate();
        let payouts = numbered.map(|(number, (partner, at, method))| {
            object(vec![
                ("id", Some(format!("p{number}").into())),
                ("partner", Some(partner.into())),
                ("at", Some(instant(at).into())),
                ("method", method),
            ])
        });
        payouts.collect()
    })
}

fn history() -> impl Strategy<Value = Value> {
    (partners(), clicks(), conversions(), payouts()).prop_map(
        |(partners, clicks, conversions, payouts)| {
            json!({"partners": partners, "clicks": clicks, "conversions": conversions,
                "payouts": payouts})
        },
    )
}

fn compiled(policy: &Value) -> FraudPolicy {
    FraudPolicy::compile(&policy.to_string().parse::<FraudPolicyText>().unwrap().0).unwrap()
}

fn records(history: &Value) -> FraudHistory {
    serde_json::from_value(history.clone()).unwrap()
}

fn told(run: &FraudRun) -> Vec<naive::Told> {
    let run: Value = serde_json::from_str(&to_json(run).unwrap()).unwrap();
    let assessments = run["assessments"].as_array().unwrap().iter();
    assessments
        .flat_map(|one| naive::of_findings(&one["kind"], &one["id"], &one["findings"]))
        .collect()
}

const KINDS: [(&str, &str); 4] = [
    ("partner", "partners"),
    ("click", "clicks"),
    ("conversion", "conversions"),
    ("payout", "payouts"),
];

/// What had happened until a subject did, and its own click; of partners and payouts, everything.
fn until(history: &Value, subject: &Value, at: Option<&Value>) -> Value {
    let mut known = history.clone();
    let Some(at) = at else { return known };
    for list in ["clicks", "conversions"] {
        let rows = known[list].as_array_mut().unwrap();
        let own = |row: &Value| list == "clicks" && subject.get("click") == row.get("id");
        rows.retain(|row| own(row) || row["at"].as_str() <= at.as_str());
    }
    known
}

proptest! {
    #![proptest_config(tries(400))]

    #[test]
    fn every_finding_is_that_of_the_oracle(policy in policy(), history in history()) {
        let run = compiled(&policy).run(&records(&history), None).unwrap();
        let mut found = told(&run);
        let mut expected = naive::judge(&policy, &history);
        found.sort();
        expected.sort();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn order_and_repetition_make_no_difference(
        policy in policy(),
        history in history(),
        moves in prop::collection::vec(any::<(Index, Index)>(), 0..20),
    ) {
        let policy = compiled(&policy);
        let mut shuffled = history.clone();
        for (_, list) in KINDS {
            let rows = shuffled[list].as_array_mut().unwrap();
            let count = rows.len();
            for (from, to) in moves.iter().filter(|_| count > 0) {
                rows.swap(from.index(count), to.index(count));
            }
            let again: Vec<Value> = rows.iter().take(moves.len()).cloned().collect();
            rows.extend(again);
        }
        let run = policy.run(&records(&history), None).unwrap();
        prop_assert_eq!(run, policy.run(&records(&shuffled), None).unwrap());
    }

    #[test]
    fn one_by_one_as_it_happens_is_the_run_over_all(policy in policy(), history in history()) {
        let policy = compiled(&policy);
        let run = policy.run(&records(&history), None).unwrap();
        let mut found = Vec::new();
        for (kind, list) in KINDS {
            for row in history[list].as_array().unwrap() {
                let moment = row.get("at").filter(|_| kind != "payout");
                let subject = json!({"type": kind, kind: row});
                let subject: FraudSubject = serde_json::from_value(subject).unwrap();
                let checked = policy.check(&subject, &records(&until(&history, row, moment))).unwrap();
                let one: Value = serde_json::from_str(&to_json(&checked).unwrap()).unwrap();
                found.extend(naive::of_findings(&one["kind"], &one["id"], &one["findings"]));
            }
        }
        let mut all = told(&run);
        all.sort();
        found.sort();
        prop_assert_eq!(found, all);
    }

    #[test]
    fn a_later_start_judges_the_rest_alike(
        policy in policy(),
        history in history(),
        start in 0..90_i64,
    ) {
        let policy = compiled(&policy);
        let since: Instant = instant(start).parse().unwrap();
        let mut all = policy.run(&records(&history), None).unwrap().assessments;
        all.retain(|one| one.at.is_none_or(|at| at >= since));
        let rest = policy.run(&records(&history), Some(since)).unwrap();
        prop_assert_eq!(rest.assessments, all);
    }
}
