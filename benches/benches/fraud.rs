//! Fraud checks over a year of conversions.

use divan::Bencher;
use divan::counter::ItemsCount;
use guerdon::fraud::{
    FraudClick, FraudConversion, FraudHistory, FraudPartner, FraudPolicy, FraudPolicyText,
};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::id::Id;

fn main() {
    divan::main();
}

/// One check of each kind that has to look at several records at once.
const POLICY: &str = r#"{"format": "guerdon.fraud/1", "id": "bench", "version": 1, "checks": [
    {"id": "ip", "check": {"type": "duplicate", "of": "ip", "window": "P7D", "most": 2}, "action": "flag"},
    {"id": "device", "check": {"type": "duplicate", "of": "device"}, "action": "hold"},
    {"id": "own", "check": {"type": "self_referral", "by": "email"}, "action": "block"},
    {"id": "burst", "check": {"type": "velocity", "per": "ip", "most": 3, "window": "PT1H"}, "action": "hold"},
    {"id": "soon", "check": {"type": "click_to_conversion", "min": "PT5S"}, "action": "flag"},
    {"id": "ban", "check": {"type": "banned", "of": "ip", "values": ["203.0.113.0/24"]}, "action": "block"}
]}"#;

fn id(text: String) -> Id {
    text.parse().expect("a short text is an id")
}

/// So many conversions, each with its click, of a tenth as many partners; the same each time.
fn history(conversions: i64) -> FraudHistory {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = |below: i64| -> i64 {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        i64::try_from(seed >> 1).unwrap_or(0) % below
    };
    let partner = |number: i64| id(format!("partner-{number}"));
    let mut history = FraudHistory::default();
    for number in 0..conversions / 10 {
        let email = Some(format!("partner{number}@mail.example"));
        history.partners.push(FraudPartner { email, ..FraudPartner::new(partner(number)) });
    }
    let step = 365 * 86_400_000_000 / conversions;
    for number in 0..conversions {
        let at = 1_735_689_600_000_000 + step * number;
        let moment = |micros| Instant::from_micros(micros).expect("it lies in 2025");
        let (whose, click) = (draw(conversions / 10), id(format!("click-{number}")));
        let clicked = moment(at - 1_000_000 * draw(3_600));
        history.clicks.push(FraudClick::new(click.clone(), partner(whose), clicked));
        history.conversions.push(FraudConversion {
            click: Some(click),
            customer: Some(id(format!("customer-{}", draw(conversions)))),
            email: Some(format!("customer{}@mail.example", draw(conversions))),
            ip: Some(format!("10.{}.{}.{}", draw(256), draw(256), draw(16))),
            device: Some(format!("device-{}", draw(conversions))),
            ..FraudConversion::new(id(format!("order-{number}")), partner(whose), moment(at))
        });
    }
    history
}

#[divan::bench(args = [100_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn judge_a_year(bencher: Bencher<'_, '_>, conversions: i64) {
    let policy: FraudPolicyText = POLICY.parse().expect("the policy is one");
    let policy = FraudPolicy::compile(&policy.0).expect("the policy is right");
    let history = history(conversions);
    let count = usize::try_from(conversions).unwrap_or_default();
    bencher
        .counter(ItemsCount::new(count))
        .bench_local(|| policy.run(&history, None).expect("no records conflict"));
}
