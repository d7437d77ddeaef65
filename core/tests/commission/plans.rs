//! Random plans and partners, in plain types that both the library (as JSON) and the oracle read.

use guerdon::kernel::calendar::{CalendarUnit, Window};
use guerdon::kernel::rounding::Rounding;
use serde_json::{Value, json};

use crate::dice::Dice;

/// A numerator and a denominator.
pub(crate) type Ratio = (i64, i64);

pub(crate) const COUNTRIES: [&str; 2] = ["AT", "DE"];
pub(crate) const PRODUCTS: [&str; 2] = ["book", "lamp"];
pub(crate) const TIERS: [&str; 2] = ["t0", "t1"];
pub(crate) const KINDS: [&str; 4] = ["sale", "renewal", "lead", "click"];

#[derive(Clone, Copy, Debug)]
pub(crate) enum Condition {
    Country(&'static str),
    NotCountry(&'static str),
    New,
    /// In minor units.
    TotalAtLeast(i64),
    Product(&'static str),
    QuantityAtLeast(i64),
    Tier(&'static str),
}

impl Condition {
    /// Whether it may hold for one line of an order and not for another.
    const fn is_of_a_line(self) -> bool {
        matches!(self, Self::Product(_) | Self::QuantityAtLeast(_))
    }
}

/// Amounts in tenths of a minor unit, finer than what is posted.
pub(crate) type Tenths = i64;

#[derive(Clone, Debug)]
pub(crate) enum Pays {
    Percent(Ratio),
    Flat(Tenths),
    PerUnit(Tenths),
    Schedule(usize),
    ByTier(Vec<(&'static str, Pays)>, Option<Box<Pays>>),
}

#[derive(Clone, Debug)]
pub(crate) struct RuleSpec {
    pub(crate) id: String,
    pub(crate) on: Vec<&'static str>,
    pub(crate) when: Option<Condition>,
    pub(crate) priority: i64,
    pub(crate) pays: Pays,
    pub(crate) min: Option<Tenths>,
    pub(crate) max: Option<Tenths>,
}

#[derive(Clone, Debug)]
pub(crate) struct GroupSpec {
    pub(crate) combine: &'static str,
    pub(crate) rules: Vec<RuleSpec>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Measures {
    Volume,
    Count,
    Quantity,
}

#[derive(Clone, Debug)]
pub(crate) struct StepSpec {
    /// In whole units of the measure.
    pub(crate) from: i64,
    pub(crate) rate: Option<Ratio>,
    pub(crate) per_unit: Option<Tenths>,
    pub(crate) flat: Option<Tenths>,
}

#[derive(Clone, Debug)]
pub(crate) struct ScheduleSpec {
    pub(crate) measure: Measures,
    pub(crate) window: Window,
    pub(crate) mode: &'static str,
    pub(crate) upper_inclusive: bool,
    pub(crate) carries: bool,
    pub(crate) steps: Vec<StepSpec>,
}

#[derive(Clone, Debug)]
pub(crate) struct LadderSpec {
    pub(crate) measure: Measures,
    pub(crate) window: Window,
    pub(crate) when: Option<Condition>,
    /// Where each of [`TIERS`] starts, in whole units.
    pub(crate) froms: [i64; 2],
    pub(crate) promotion: &'static str,
    pub(crate) downgrade: &'static str,
    pub(crate) grace: u16,
    pub(crate) on_decrease: &'static str,
}

#[derive(Clone, Debug)]
pub(crate) struct CapSpec {
    pub(crate) id: String,
    pub(crate) scope: &'static str,
    pub(crate) max: i64,
    pub(crate) window: Window,
}

#[derive(Clone, Debug)]
pub(crate) struct OverrideSpec {
    pub(crate) id: String,
    pub(crate) level: usize,
    pub(crate) of_sale: bool,
    pub(crate) rate: Ratio,
    pub(crate) when: Option<Condition>,
}

#[derive(Clone, Debug)]
pub(crate) struct PlanSpec {
    pub(crate) currency: &'static str,
    pub(crate) digits: u32,
    pub(crate) zone: &'static str,
    pub(crate) gross: bool,
    pub(crate) rounding: Rounding,
    pub(crate) days: Option<(i64, i64)>,
    pub(crate) eligible: Option<Condition>,
    pub(crate) ladder: Option<LadderSpec>,
    pub(crate) schedules: Vec<ScheduleSpec>,
    pub(crate) groups: Vec<GroupSpec>,
    /// Whether every line of an order that earns is paid something, be it zero.
    pub(crate) each_line: bool,
    pub(crate) multipliers: Vec<(Option<Condition>, Ratio)>,
    pub(crate) caps: Vec<CapSpec>,
    pub(crate) overrides: Vec<OverrideSpec>,
}

#[derive(Clone, Debug)]
pub(crate) struct PartnerSpec {
    pub(crate) sponsor: Option<usize>,
    pub(crate) closed: bool,
    pub(crate) tier: Option<&'static str>,
    /// Day of January 2025.
    pub(crate) joined: i64,
}

fn ratio(dice: &mut Dice) -> Ratio {
    match dice.roll(3) {
        0 => (dice.roll(30), 100),
        1 => (dice.roll(9), 1 + dice.roll(9)),
        _ => (dice.roll(2_000), 7_919),
    }
}

fn tenths(dice: &mut Dice) -> Tenths {
    if dice.once_in(4) { dice.roll(60_000) } else { 10 * dice.roll(400) }
}

fn window(dice: &mut Dice) -> Window {
    match dice.roll(5) {
        0 => Window::Lifetime {},
        1 => Window::Calendar { unit: CalendarUnit::Month },
        2 => Window::Calendar { unit: CalendarUnit::Quarter },
        3 => Window::Calendar { unit: CalendarUnit::Year },
        _ => Window::Anniversary { months: 1 + u32::try_from(dice.roll(3)).unwrap() },
    }
}

fn condition(dice: &mut Dice, tiers: bool) -> Condition {
    match dice.roll(7) {
        0 => Condition::Country(dice.pick(&COUNTRIES)),
        1 => Condition::NotCountry(dice.pick(&COUNTRIES)),
        2 => Condition::New,
        4 => Condition::Product(dice.pick(&PRODUCTS)),
        5 => Condition::QuantityAtLeast(dice.roll(4)),
        6 if tiers => Condition::Tier(dice.pick(&TIERS)),
        _ => Condition::TotalAtLeast(1 + dice.roll(9_000)),
    }
}

fn measure(dice: &mut Dice) -> Measures {
    dice.pick(&[Measures::Volume, Measures::Count, Measures::Quantity])
}

fn schedule(dice: &mut Dice) -> ScheduleSpec {
    let mode = dice.pick(&[
        "marginal",
        "retroactive",
        "prospective_after",
        "prospective_including",
        "per_transaction",
    ]);
    let measure = measure(dice);
    let mut from = if dice.once_in(4) { 1 + dice.roll(4) } else { 0 };
    let mut steps = Vec::new();
    for _ in 0..=dice.roll(3) {
        let rate = (measure == Measures::Volume).then(|| ratio(dice));
        let per_unit = dice.maybe(2, |dice| tenths(dice) / 10);
        let flat = dice.maybe(3, tenths);
        let silent = rate.is_none() && per_unit.is_none() && flat.is_none();
        steps.push(StepSpec {
            from,
            rate,
            per_unit: if silent { Some(0) } else { per_unit },
            flat,
        });
        from += 1 + if measure == Measures::Volume { dice.roll(80) } else { dice.roll(4) };
    }
    let carries = mode == "retroactive" || (mode == "marginal" && dice.once_in(2));
    let upper_inclusive = dice.once_in(3);
    ScheduleSpec { measure, window: window(dice), mode, upper_inclusive, carries, steps }
}

fn ladder(dice: &mut Dice) -> LadderSpec {
    let window = window(dice);
    let measure = measure(dice);
    let reach = if measure == Measures::Volume { 150 } else { 5 };
    let first = dice.roll(reach);
    let endless = matches!(window, Window::Lifetime {});
    let downgrade =
        if endless { "requalify" } else { dice.pick(&["requalify", "one_step", "none"]) };
    LadderSpec {
        measure,
        window,
        when: dice.maybe(4, |dice| condition(dice, false)),
        froms: [first, first + 1 + dice.roll(reach)],
        promotion: if endless { "at_once" } else { dice.pick(&["at_once", "period_end"]) },
        downgrade,
        grace: if endless || downgrade == "none" {
            0
        } else {
            u16::try_from(dice.roll(3)).unwrap()
        },
        on_decrease: dice.pick(&["period_end", "now", "never"]),
    }
}

fn pays(dice: &mut Dice, free: &mut Vec<usize>, nested: bool) -> Pays {
    match dice.roll(if nested { 4 } else { 5 }) {
        1 => Pays::Flat(tenths(dice)),
        2 => Pays::PerUnit(tenths(dice)),
        // Each schedule pays one rule, so that no line moves its measure twice.
        3 if !free.is_empty() => Pays::Schedule(free.remove(0)),
        4 => {
            let first = pays(dice, free, true);
            let second = dice.maybe(2, |dice| pays(dice, free, true));
            let tiers = [Some(("t0", first)), second.map(|pays| ("t1", pays))];
            let otherwise = dice.maybe(2, |dice| Box::new(pays(dice, free, true)));
            Pays::ByTier(tiers.into_iter().flatten().collect(), otherwise)
        }
        _ => Pays::Percent(ratio(dice)),
    }
}

fn group(dice: &mut Dice, number: usize, free: &mut Vec<usize>, tiers: bool) -> GroupSpec {
    let combine = dice.pick(&["first", "best", "sum"]);
    let mut rules = Vec::new();
    for rule in 0..=dice.roll(3) {
        let limited = combine != "best";
        let min = dice.maybe(if limited { 5 } else { i64::MAX }, tenths);
        let max = dice.maybe(if limited { 5 } else { i64::MAX }, tenths);
        rules.push(RuleSpec {
            id: format!("g{number}r{rule}"),
            on: if dice.once_in(4) {
                dice.pick(&[&KINDS[..], &KINDS[2..3]]).to_vec()
            } else {
                vec!["sale", "renewal"]
            },
            when: dice.maybe(3, |dice| condition(dice, tiers)),
            priority: if combine == "first" { dice.roll(3) - 1 } else { 0 },
            pays: pays(dice, free, false),
            min: min.filter(|min| max.is_none_or(|max| *min <= max)),
            max,
        });
    }
    GroupSpec { combine, rules }
}

fn cap(dice: &mut Dice, number: usize, programs: bool) -> CapSpec {
    let scopes = ["order", "customer", "partner", "program"];
    let scope = dice.pick(if programs { &scopes } else { &scopes[..3] });
    let window = match (scope, window(dice)) {
        ("order", _) | ("customer" | "program", Window::Anniversary { .. }) => Window::Lifetime {},
        (_, window) => window,
    };
    let max = if scope == "order" { dice.roll(3_000) } else { dice.roll(12_000) };
    CapSpec { id: format!("c{number}"), scope, max, window }
}

pub(crate) fn plan(dice: &mut Dice) -> PlanSpec {
    let (currency, digits) = dice.pick(&[("EUR", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3)]);
    let ladder = dice.maybe(3, ladder);
    let tiers = ladder.is_some();
    let schedules = dice.several(3, schedule);
    let mut free: Vec<usize> = (0..schedules.len()).collect();
    let mut groups: Vec<GroupSpec> = Vec::new();
    for number in 0..=dice.roll(3) {
        groups.push(group(dice, usize::try_from(number).unwrap(), &mut free, tiers));
    }
    let eligible = dice.maybe(6, |dice| condition(dice, false));
    // A ladder counts what earns, and refunds of parts need a line for each part.
    let pays_all = tiers || dice.once_in(2);
    if pays_all {
        let rule = RuleSpec {
            id: "all".to_owned(),
            on: KINDS.to_vec(),
            when: None,
            priority: 0,
            pays: Pays::Percent(ratio(dice)),
            min: None,
            max: None,
        };
        groups.push(GroupSpec { combine: "sum", rules: vec![rule] });
    }
    let mut number = 0;
    let mut caps = dice.several(3, |dice| {
        number += 1;
        cap(dice, number, true)
    });
    caps.sort_by_key(|cap| outwards(cap.scope));
    let mut number = 0;
    PlanSpec {
        currency,
        digits,
        zone: dice.pick(&["UTC", "Europe/Vienna", "America/New_York"]),
        gross: dice.once_in(3),
        rounding: dice.pick(&Rounding::ALL),
        days: dice.maybe(5, |dice| (dice.roll(20), 40 + dice.roll(80))),
        eligible,
        ladder,
        schedules,
        groups,
        each_line: pays_all && !eligible.is_some_and(Condition::is_of_a_line),
        multipliers: dice.several(2, |dice| {
            let factor = (1 + dice.roll(5), 1 + dice.roll(4));
            (dice.maybe(2, |dice| condition(dice, tiers)), factor)
        }),
        caps,
        overrides: dice.several(3, |dice| {
            number += 1;
            OverrideSpec {
                id: format!("o{number}"),
                level: 1 + dice.below(3),
                of_sale: dice.once_in(2),
                rate: ratio(dice),
                when: dice.maybe(4, |dice| condition(dice, tiers)),
            }
        }),
    }
}

/// From the order outwards.
pub(crate) fn outwards(scope: &str) -> usize {
    ["order", "customer", "partner", "program"].iter().position(|one| *one == scope).unwrap()
}

/// Five partners; each may be sponsored by one before.
pub(crate) fn partners(dice: &mut Dice) -> Vec<PartnerSpec> {
    (0..5)
        .map(|number| PartnerSpec {
            sponsor: (number > 0 && !dice.once_in(5)).then(|| dice.below(number)),
            closed: dice.once_in(8),
            tier: dice.maybe(2, |dice| dice.pick(&TIERS)),
            joined: 1 + dice.roll(31),
        })
        .collect()
}

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
            json
        });
        let overrides = self.overrides.iter().map(|one| {
            let of = if one.of_sale { "sale" } else { "commission" };
            let mut json =
                json!({"id": one.id, "level": one.level, "of": of, "rate": ratio_json(one.rate)});
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
        let mut json = json!({"id": format!("p{number}"), "joined": format!("2025-01-{:02}", partner.joined),
            "status": if partner.closed { "closed" } else { "active" }});
        put(&mut json, "sponsor", partner.sponsor.map(|sponsor| format!("p{sponsor}")));
        put(&mut json, "tier", partner.tier);
        serde_json::from_value(json).unwrap()
    });
    guerdon::commission::Roster::new(records.collect()).unwrap()
}
