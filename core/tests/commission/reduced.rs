//! Random plans without what a batch has to ask each row for.

use crate::plans::{CapSpec, Condition, GroupSpec, KINDS, PRODUCTS, Pays, PlanSpec};

/// The same plan, reduced until one rule at most pays a line and only words say which: rows of
/// such plans are rated by choices that were made before.
pub(crate) fn decided_by_words(plan: PlanSpec) -> PlanSpec {
    let by_words = |condition: Condition| match condition {
        Condition::Country(_) | Condition::NotCountry(_) | Condition::Product(_) => condition,
        _ => Condition::Product(PRODUCTS[0]),
    };
    let mut groups: Vec<GroupSpec> = plan.groups.into_iter().take(1).collect();
    for group in &mut groups {
        if group.combine != "first" {
            group.rules.truncate(1);
        }
        for rule in &mut group.rules {
            rule.when = rule.when.map(by_words);
            rule.days = None;
            rule.events = None;
            rule.within = None;
        }
    }
    let multipliers = plan.multipliers.into_iter();
    PlanSpec {
        eligible: plan.eligible.map(by_words),
        ladder: None,
        groups,
        multipliers: multipliers.map(|(when, factor)| (when.map(by_words), factor)).collect(),
        order_min: None,
        caps: plan.caps.into_iter().filter(|cap| cap.scope == "order").map(whole_cap).collect(),
        overrides: Vec::new(),
        ..plan
    }
}

/// The same plan, reduced until one rule pays all lines: rows of such plans are rated in blocks.
pub(crate) fn paid_by_one_rule(plan: PlanSpec) -> PlanSpec {
    let plan = decided_by_words(plan);
    let mut groups = plan.groups;
    groups.truncate(1);
    for group in &mut groups {
        group.rules.truncate(1);
        for rule in &mut group.rules {
            rule.on = KINDS.to_vec();
            rule.when = None;
        }
    }
    PlanSpec { eligible: None, days: None, groups, ..plan }
}

fn whole_cap(cap: CapSpec) -> CapSpec {
    CapSpec { rules: Vec::new(), covers: "sellers", ..cap }
}

/// The same plan, reduced until words say which percentage is paid: rated in blocks, too.
pub(crate) fn paid_by_percentages(plan: PlanSpec) -> PlanSpec {
    let mut plan = decided_by_words(plan);
    for (number, rule) in (1..).zip(plan.groups.iter_mut().flat_map(|group| &mut group.rules)) {
        rule.pays = Pays::Percent((number, 30));
        rule.min = None;
        rule.max = None;
    }
    plan
}
