//! The plan in words, one line for each thing that it pays or limits.

use guerdon::commission::{CapScope, Pay, PlanDocument, Rule, TieredRates};
use guerdon::kernel::calendar::Window;
use guerdon::kernel::money::{Amount, Money};

/// What it is about, and what the plan says of it.
pub(crate) type Words = (String, String);

/// The plan, as it is read from the document.
pub(crate) fn plan(document: &PlanDocument) -> Vec<Words> {
    let mut words = Vec::new();
    for rule in document.groups.iter().flat_map(|group| &group.rules) {
        words.push((format!("rule {}", rule.id), pays(rule, document)));
    }
    for multiplier in &document.multipliers {
        let when = if multiplier.when.is_some() { " where its condition holds" } else { "" };
        let factor = multiplier.factor.exact();
        words.push((format!("factor {}", multiplier.id), format!("times {factor}{when}")));
    }
    for cap in &document.caps {
        let over = cap.window.map_or_else(String::new, |window| format!(" a {}", unit(window)));
        let whose = match cap.scope {
            CapScope::Order => "an order",
            CapScope::Customer => "a customer",
            CapScope::Partner => "a partner",
            CapScope::Program => "in all",
        };
        words.push((format!("cap {}", cap.id), format!("at most {} {whose}{over}", cap.max)));
    }
    for one in &document.overrides {
        let words_of = format!("{} of the {}, {} up the sponsors", one.rate, one.of, one.level);
        words.push((format!("override {}", one.id), words_of));
    }
    if let Some(ladder) = &document.ladder {
        let levels = ladder.tiers.levels.iter();
        let levels: Vec<String> =
            levels.map(|level| format!("{} from {}", level.id, level.from)).collect();
        let of = format!("of the {}'s {}", unit(ladder.window), ladder.measure);
        words.push(("tiers".to_owned(), format!("{} {of}", levels.join(", "))));
    }
    words.push(("hold".to_owned(), format!("{} until it can be paid", document.hold)));
    words
}

fn pays(rule: &Rule, document: &PlanDocument) -> String {
    match &rule.pay {
        Pay::Schedule { schedule } => {
            document.schedules.get(schedule).map_or_else(|| schedule.to_string(), steps)
        }
        Pay::ByTier { tiers, .. } => {
            let levels = document.ladder.iter().flat_map(|ladder| &ladder.tiers.levels);
            let paid = levels.filter_map(|level| Some((&level.id, tiers.get(&level.id)?)));
            let each = paid.map(|(tier, pay)| format!("{tier} {}", plain(pay, document)));
            each.collect::<Vec<_>>().join(", ")
        }
        pay => plain(pay, document),
    }
}

fn plain(pay: &Pay, document: &PlanDocument) -> String {
    let shown = |amount: &Amount| Money::new(*amount, document.currency).amount;
    match pay {
        Pay::Percent { rate } => rate.to_string(),
        Pay::Flat { amount } => shown(amount).to_string(),
        Pay::PerUnit { amount } => format!("{} a CD", shown(amount)),
        Pay::Schedule { schedule } => schedule.to_string(),
        Pay::ByTier { .. } => "by tier".to_owned(),
        Pay::OwnRate { .. } => "own rate".to_owned(),
    }
}

fn steps(tiered: &TieredRates) -> String {
    let steps = tiered.rates.steps.iter().map(|step| {
        let rate = step.rate.as_ref().map_or_else(String::new, ToString::to_string);
        format!("{rate} from {}", step.from)
    });
    let steps: Vec<String> = steps.collect();
    let of = format!("of the {}'s {}", unit(tiered.window), tiered.measure);
    format!("{} {of}, {}", steps.join(", "), tiered.rates.mode)
}

fn unit(window: Window) -> String {
    match window {
        Window::Calendar { unit } => unit.to_string(),
        _ => "window".to_owned(),
    }
}
