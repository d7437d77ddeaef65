//! Random plans and partners as the library reads them.

use guerdon::kernel::calendar::Window;
use serde_json::{Value, json};

use crate::plans::{
    Condition, GroupSpec, LadderSpec, Measures, PartnerSpec, Pays, PlanSpec, Ratio, RuleSpec,
    ScheduleSpec, TIERS, Tenths,
};

/// A whole number of the smallest parts of a unit as a decimal text.
pub(crate) fn decimal(value: i64, digits: u32) -> String {
    let unit = 10_i64.pow(digits);
    match digits {
        0 => value.to_string(),
        digits => format!(
            "{}.{:0width$}",
            value / unit,
            value % unit,
            width = usize::try_from(digits).unwrap()
        ),
    }
}

impl PlanSpec {
    pub(crate) fn money(&self, minor: i64) -> Value {
        json!({"amount": decimal(minor, self.digits), "currency": self.currency})
    }

    fn tenths(&self, amount: Tenths) -> String {
        decimal(amount, self.digits + 1)
    }

    fn condition(&self, condition: Condition) -> Value {
        let compare =
            |op: &str, fact: &str, value: Value| json!({"op": op, "args": [{"fact": fact}, value]});
        match condition {
            Condition::Country(country) => {
                compare("eq", "customer.country", json!({"string": country}))
            }
            Condition::NotCountry(country) => {
                json!({"op": "not", "args": [compare("eq", "customer.country", json!({"string": country}))]})
            }
            Condition::New => json!({"fact": "customer.new"}),
            Condition::TotalAtLeast(minor) => {
                compare("gte", "order.total", json!({"money": self.money(minor)}))
            }
            Condition::Product(product) => {
                compare("eq", "item.product", json!({"string": product}))
            }
            Condition::QuantityAtLeast(units) => {
                compare("gte", "item.quantity", json!({"integer": units}))
            }
            Condition::Tier(tier) => compare("eq", "partner.tier", json!({"string": tier})),
        }
    }

    fn pays(&self, pays: &Pays) -> Value {
        match pays {
            Pays::Percent(rate) => json!({"type": "percent", "rate": ratio_json(*rate)}),
            Pays::Flat(amount) => json!({"type": "flat", "amount": self.tenths(*amount)}),
            Pays::PerUnit(amount) => json!({"type": "per_unit", "amount": self.tenths(*amount)}),
            Pays::Schedule(schedule) => {
                json!({"type": "schedule", "schedule": format!("s{schedule}")})
            }
            Pays::ByTier(tiers, otherwise) => {
                let tiers: serde_json::Map<String, Value> = tiers
                    .iter()
                    .map(|(tier, pays)| ((*tier).to_owned(), self.pays(pays)))
                    .collect();
                let mut by_tier = json!({"type": "by_tier", "tiers": tiers});
                put(&mut by_tier, "otherwise", otherwise.as_ref().map(|pays| self.pays(pays)));
                by_tier
            }
        }
    }

    fn rule(&self, rule: &RuleSpec) -> Value {
        let mut json = json!({"id": rule.id, "on": rule.on, "pay": self.pays(&rule.pays)});
        put(&mut json, "when", rule.when.map(|when| self.condition(when)));
        put(&mut json, "priority", (rule.priority != 0).then_some(rule.priority));
        put(&mut json, "min", rule.min.map(|min| self.tenths(min)));
        put(&mut json, "max", rule.max.map(|max| self.tenths(max)));
        put(&mut json, "effective_from", rule.days.map(|(from, _)| day(from)));
        put(&mut json, "effective_until", rule.days.map(|(_, until)| day(until)));
        if let Some(events) = rule.events {
            json["limit"]["events"] = json!(events);
        }
        if let Some(days) = rule.within {
            json["limit"]["within"] = json!(format!("PT{}H", 24 * days));
        }
        json
    }

    fn schedule(&self, schedule: &ScheduleSpec) -> Value {
        let steps = schedule.steps.iter().map(|step| {
            let mut json = json!({"from": step.from});
            put(&mut json, "rate", step.rate.map(ratio_json));
            put(&mut json, "per_unit", step.per_unit.map(|amount| self.tenths(amount)));
            put(&mut json, "flat", step.flat.map(|amount| self.tenths(amount)));
            json
        });
        let mut rates = json!({"mode": schedule.mode, "steps": steps.collect::<Vec<_>>()});
        put(&mut rates, "boundary", schedule.upper_inclusive.then_some("upper_inclusive"));
        put(&mut rates, "posting", schedule.carries.then_some("cumulative"));
        json!({"measure": measure_name(schedule.measure), "window": window_json(schedule.window), "rates": rates})
    }

    fn ladder(&self, ladder: &LadderSpec) -> Value {
        let levels =
            TIERS.iter().zip(ladder.froms).map(|(id, from)| json!({"id": id, "from": from}));
        let mut json = json!({"measure": measure_name(ladder.measure), "window": window_json(ladder.window),
            "tiers": {"levels": levels.collect::<Vec<_>>(), "promotion": ladder.promotion,
                "downgrade": ladder.downgrade, "grace": ladder.grace, "on_decrease": ladder.on_decrease}});
        put(&mut json, "when", ladder.when.map(|when| self.condition(when)));
        json
    }

    /// The plan's document; with `wide`, a rule that never applies has a denominator that no
    /// table of integers can hold.
    pub(crate) fn document(&self, wide: bool) -> String {
        let rules =
            |group: &GroupSpec| group.rules.iter().map(|rule| self.rule(rule)).collect::<Vec<_>>();
        let groups = self.groups.iter().enumerate().map(|(number, group)| {
            json!({"id": format!("g{number}"), "combine": group.combine, "rules": rules(group)})
        });
        let mut groups: Vec<Value> = groups.collect();
        if wide {
            let rate = json!({"ratio": "1/18446744073709551629"});
            let rule =
                json!({"id": "never", "on": ["custom"], "pay": {"type": "percent", "rate": rate}});
            groups.push(json!({"id": "wide", "combine": "sum", "rules": [rule]}));
        }
        let schedules = self.schedules.iter().enumerate();
        let schedules: serde_json::Map<String, Value> =
            schedules.map(|(number, one)| (format!("s{number}"), self.schedule(one))).collect();
        let multipliers = self.multipliers.iter().enumerate().map(|(number, (when, factor))| {
            let mut json = json!({"id": format!("m{number}"), "factor": ratio_json(*factor)});
            put(&mut json, "when", when.map(|when| self.condition(when)));
            json
        });
        let caps = self.caps.iter().map(|cap| {
            let mut json =
                json!({"id": cap.id, "scope": cap.scope, "max": decimal(cap.max, self.digits)});
            put(&mut json, "window", (cap.scope != "order").then(|| window_json(cap.window)));
            put(&mut json, "rules", (!cap.rules.is_empty()).then_some(&cap.rules));
            put(&mut json, "covers", (cap.covers != "sellers").then_some(cap.covers));
            json
        });
        let overrides = self.overrides.iter().map(|one| {
            let of = if one.of_sale { "sale" } else { "commission" };
            let mut json =
                json!({"id": one.id, "level": one.level, "of": of, "rate": ratio_json(one.rate)});
            put(&mut json, "to_level", one.further.map(|further| one.level + further));
            for (tier, rate) in &one.tiers {
                json["tiers"][tier] = ratio_json(*rate);
            }
            put(&mut json, "differential", one.differential.then_some(true));
            put(&mut json, "when", one.when.map(|when| self.condition(when)));
            json
        });
        let mut document = json!({
            "format": "guerdon.plan/1", "id": "any", "version": 1, "currency": self.currency,
            "zone": self.zone, "base": if self.gross { "gross" } else { "net" },
            "rounding": self.rounding.as_str(), "schedules": schedules, "groups": groups,
            "multipliers": multipliers.collect::<Vec<_>>(), "caps": caps.collect::<Vec<_>>(),
            "overrides": overrides.collect::<Vec<_>>(),
        });
        put(&mut document, "eligible", self.eligible.map(|when| self.condition(when)));
        put(&mut document, "order_min", self.order_min.map(|least| self.tenths(least)));
        put(&mut document, "measured", self.counts_refunded.then_some("gross"));
        put(&mut document, "compression", self.compression);
        put(&mut document, "ladder", self.ladder.as_ref().map(|ladder| self.ladder(ladder)));
        if let Some((from, until)) = self.days {
            put(&mut document, "effective_from", Some(day(from)));
            put(&mut document, "effective_until", Some(day(until)));
        }
        document.to_string()
    }
}

/// Midnight of a day counted from 2026-01-01, in UTC.
pub(crate) fn day(day: i64) -> String {
    guerdon::kernel::calendar::Instant::from_micros(micros(day)).unwrap().to_string()
}

pub(crate) fn micros(day: i64) -> i64 {
    1_767_225_600_000_000 + day * 86_400_000_000
}

fn measure_name(measure: Measures) -> &'static str {
    match measure {
        Measures::Volume => "volume",
        Measures::Count => "count",
        Measures::Quantity => "quantity",
        Measures::Earnings => "earnings",
    }
}

fn window_json(window: Window) -> Value {
    serde_json::to_value(window).unwrap()
}

fn ratio_json((num, den): Ratio) -> Value {
    json!({"ratio": format!("{num}/{den}")})
}

/// Puts a value under a key, if there is one.
pub(crate) fn put(object: &mut Value, key: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        object[key] = serde_json::to_value(value).unwrap();
    }
}

pub(crate) fn roster(partners: &[PartnerSpec]) -> guerdon::commission::Roster {
    let records = partners.iter().enumerate().map(|(number, partner)| {
        let status = match (partner.closed, partner.suspended) {
            (true, _) => "closed",
            (false, true) => "suspended",
            (false, false) => "active",
        };
        let mut json = json!({"id": format!("p{number}"), "joined": format!("2025-01-{:02}", partner.joined),
            "status": status});
        put(&mut json, "sponsor", partner.sponsor.map(|sponsor| format!("p{sponsor}")));
        put(&mut json, "tier", partner.tier);
        serde_json::from_value(json).unwrap()
    });
    guerdon::commission::Roster::new(records.collect()).unwrap()
}
