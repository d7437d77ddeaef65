//! Random plans and partners, in plain types that both the library (as JSON) and the oracle read.

use guerdon::kernel::calendar::{CalendarUnit, Window};
use guerdon::kernel::rounding::Rounding;

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
    /// Of a campaign, from one day to before another.
    pub(crate) days: Option<(i64, i64)>,
    /// How many events of a customer it pays.
    pub(crate) events: Option<i64>,
    /// For how many days from when the customer began.
    pub(crate) within: Option<i64>,
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
    /// Of ladders only.
    Earnings,
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
    /// All of them where it is empty.
    pub(crate) rules: Vec<String>,
    pub(crate) covers: &'static str,
}

#[derive(Clone, Debug)]
pub(crate) struct OverrideSpec {
    pub(crate) id: String,
    pub(crate) level: usize,
    /// How many more levels are paid.
    pub(crate) further: Option<usize>,
    pub(crate) of_sale: bool,
    pub(crate) rate: Ratio,
    pub(crate) tiers: Vec<(&'static str, Ratio)>,
    pub(crate) differential: bool,
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
    pub(crate) multipliers: Vec<(Option<Condition>, Ratio)>,
    pub(crate) order_min: Option<Tenths>,
    pub(crate) caps: Vec<CapSpec>,
    pub(crate) overrides: Vec<OverrideSpec>,
    pub(crate) compression: Option<&'static str>,
    /// Whether what was refunded still counts.
    pub(crate) counts_refunded: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct PartnerSpec {
    pub(crate) sponsor: Option<usize>,
    pub(crate) closed: bool,
    pub(crate) suspended: bool,
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

fn condition(dice: &mut Dice) -> Condition {
    match dice.roll(7) {
        0 => Condition::Country(dice.pick(&COUNTRIES)),
        1 => Condition::NotCountry(dice.pick(&COUNTRIES)),
        2 => Condition::New,
        4 => Condition::Product(dice.pick(&PRODUCTS)),
        5 => Condition::QuantityAtLeast(dice.roll(4)),
        6 => Condition::Tier(dice.pick(&TIERS)),
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
    let measure = if dice.once_in(4) { Measures::Earnings } else { measure(dice) };
    let reach = match measure {
        Measures::Volume => 150,
        Measures::Earnings => 30,
        Measures::Count | Measures::Quantity => 5,
    };
    let first = dice.roll(reach);
    let endless = matches!(window, Window::Lifetime {});
    let downgrade =
        if endless { "requalify" } else { dice.pick(&["requalify", "one_step", "none"]) };
    LadderSpec {
        measure,
        window,
        when: dice.maybe(4, condition),
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

fn pays(dice: &mut Dice, schedules: usize, nested: bool) -> Pays {
    match dice.roll(if nested { 4 } else { 5 }) {
        1 => Pays::Flat(tenths(dice)),
        2 => Pays::PerUnit(tenths(dice)),
        3 if schedules > 0 => Pays::Schedule(dice.below(schedules)),
        4 => {
            let first = pays(dice, schedules, true);
            let second = dice.maybe(2, |dice| pays(dice, schedules, true));
            let tiers = [Some(("t0", first)), second.map(|pays| ("t1", pays))];
            let otherwise = dice.maybe(2, |dice| Box::new(pays(dice, schedules, true)));
            Pays::ByTier(tiers.into_iter().flatten().collect(), otherwise)
        }
        _ => Pays::Percent(ratio(dice)),
    }
}

fn group(dice: &mut Dice, number: usize, schedules: usize) -> GroupSpec {
    let combine = dice.pick(&["first", "best", "sum"]);
    let mut rules = Vec::new();
    for rule in 0..=dice.roll(3) {
        let min = dice.maybe(5, tenths);
        let max = dice.maybe(5, tenths);
        rules.push(RuleSpec {
            id: format!("g{number}r{rule}"),
            on: if dice.once_in(4) {
                dice.pick(&[&KINDS[..], &KINDS[2..3]]).to_vec()
            } else {
                vec!["sale", "renewal"]
            },
            when: dice.maybe(3, condition),
            priority: if combine == "sum" { 0 } else { dice.roll(3) - 1 },
            pays: pays(dice, schedules, false),
            min: min.filter(|min| max.is_none_or(|max| *min <= max)),
            max,
            days: dice.maybe(6, |dice| (dice.roll(60), 70 + dice.roll(60))),
            events: dice.maybe(6, |dice| 1 + dice.roll(3)),
            within: dice.maybe(8, |dice| 1 + dice.roll(40)),
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
    CapSpec { id: format!("c{number}"), scope, max, window, rules: Vec::new(), covers: "sellers" }
}

pub(crate) fn plan(dice: &mut Dice) -> PlanSpec {
    let (currency, digits) = dice.pick(&[("EUR", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3)]);
    let ladder = dice.maybe(3, ladder);
    let schedules = dice.several(3, schedule);
    let mut groups: Vec<GroupSpec> = Vec::new();
    for number in 0..=dice.roll(3) {
        groups.push(group(dice, usize::try_from(number).unwrap(), schedules.len()));
    }
    let eligible = dice.maybe(6, condition);
    if dice.once_in(2) {
        let rule = RuleSpec {
            id: "all".to_owned(),
            on: KINDS.to_vec(),
            when: None,
            priority: 0,
            pays: Pays::Percent(ratio(dice)),
            min: None,
            max: None,
            days: None,
            events: None,
            within: None,
        };
        groups.push(GroupSpec { combine: "sum", rules: vec![rule] });
    }
    let mut number = 0;
    let mut caps = dice.several(3, |dice| {
        number += 1;
        cap(dice, number, true)
    });
    for cap in &mut caps {
        cap.covers = dice.pick(&["sellers", "sellers", "both", "sponsors"]);
        if cap.covers != "sponsors" && dice.once_in(3) {
            let ids = groups.iter().flat_map(|group| &group.rules).map(|rule| rule.id.clone());
            cap.rules = ids.filter(|_| dice.once_in(2)).collect();
        }
    }
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
        multipliers: dice.several(2, |dice| {
            let factor = (1 + dice.roll(5), 1 + dice.roll(4));
            (dice.maybe(2, condition), factor)
        }),
        order_min: dice.maybe(5, tenths),
        caps,
        overrides: dice.several(3, |dice| {
            number += 1;
            OverrideSpec {
                id: format!("o{number}"),
                level: 1 + dice.below(3),
                further: dice.maybe(3, |dice| dice.below(4)),
                of_sale: dice.once_in(2),
                rate: ratio(dice),
                tiers: match dice.roll(3) {
                    2 => TIERS.iter().map(|tier| (*tier, ratio(dice))).collect(),
                    _ => Vec::new(),
                },
                differential: dice.once_in(3),
                when: dice.maybe(4, condition),
            }
        }),
        compression: dice.maybe(2, |dice| dice.pick(&["closed", "inactive"])),
        counts_refunded: dice.once_in(5),
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
            suspended: dice.once_in(8),
            tier: dice.maybe(2, |dice| dice.pick(&TIERS)),
            joined: 1 + dice.roll(31),
        })
        .collect()
}
