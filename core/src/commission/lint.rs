//! What is allowed in a plan and probably not meant.
//!
//! A valid plan can still have rules that never pay, tiers that pay less than lower ones, or pay
//! for what costs nothing and can be done a thousand times. Each of these is a warning with its
//! place. What is looked for is what can be told from the document alone, without any event: a
//! plan without a finding is not thereby a good one.

use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::expression::Expression;
use crate::kernel::id::Id;
use crate::kernel::money::Rate;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::schedule::{ScheduleMode, ScheduleStep};

use super::event::EventKind;
use super::operations::compile;
use super::plan::{Combine, Group, Measure, Pay, PlanDocument, PlanText, Rule, TieredRates};
use super::sponsoring::{Override, OverrideBase};
use super::{
    FREE_EVENT_UNGUARDED, PAYS_MORE_THAN_SOLD, RULE_HIDDEN, RULE_NEVER_APPLIES, SCHEDULE_FALLS,
    SCHEDULE_UNUSED, TIER_PAYS_LESS,
};

/// What `plan.lint` takes.
#[model]
pub struct PlanLintInput {
    /// The plan.
    pub plan: PlanText,
}

/// What is probably not meant.
#[model]
pub struct PlanLint {
    /// Warnings, each with its place.
    pub problems: Vec<Problem>,
    /// The most of a sale's base that percentages and rates of volume can pay for it, sponsors
    /// included, if every condition holds and before caps. Flat amounts come on top, and so does
    /// what a retroactive schedule makes up for earlier sales.
    pub share_at_most: Rate,
}

/// Looks for what is probably not meant in a valid plan.
///
/// # Errors
/// Every problem of the plan.
pub fn lint(input: PlanLintInput) -> Result<PlanLint, Problems> {
    let plan = compile(input.plan)?;
    let document = &plan.document;
    let mut found = Vec::new();
    for (group, of) in document.groups.iter().enumerate() {
        let pointer = format!("/groups/{group}");
        hidden(of, &pointer, &mut found);
        for (rule, of) in of.rules.iter().enumerate() {
            let pointer = format!("{pointer}/rules/{rule}");
            found.extend(never_applies(document, of).map(|one| one.at(pointer.clone())));
            found.extend(unguarded(document, of).map(|one| one.at(pointer.clone())));
            tiers_fall(document, of, &pointer, &mut found);
        }
    }
    for (name, tiered) in &document.schedules {
        found.extend(unused(document, name).map(|one| one.under(name).under("schedules")));
        falls(name, tiered, &mut found);
    }
    let share = share_at_most(document).map_err(|problem| problem.under("plan"))?;
    if share > Exact::ONE {
        found.push(Problem::new(
            PAYS_MORE_THAN_SOLD,
            format!("up to `{}` of a sale can be paid for it", Rate::new(share.clone())),
            "lower the rates, let rules compete in one group, or add a cap per order",
        ));
    }
    let problems = found.into_iter().map(Problem::warning).map(|problem| problem.under("plan"));
    Ok(PlanLint { problems: problems.collect(), share_at_most: Rate::new(share) })
}

/// A rule that no event can meet.
fn never_applies(document: &PlanDocument, rule: &Rule) -> Option<Problem> {
    let starts = rule.effective_from.max(document.effective_from);
    let ends = match (rule.effective_until, document.effective_until) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    let why = if rule.on.is_empty() {
        "it is on no kind of event"
    } else if rule.when == Some(Expression::Bool(false)) {
        "its condition is never true"
    } else if rule.pays().next().is_none() {
        "it pays no tier"
    } else if starts.zip(ends).is_some_and(|(starts, ends)| ends <= starts) {
        "its dates and the plan's have no time in common"
    } else {
        return None;
    };
    let message = format!("the rule `{}` never pays: {why}", rule.id);
    Some(Problem::new(RULE_NEVER_APPLIES, message, "change it, or leave it out"))
}

/// Rules of a `first` group behind one that takes everything which they would take.
fn hidden(group: &Group, pointer: &str, found: &mut Vec<Problem>) {
    if group.combine != Combine::First {
        return;
    }
    let mut order: Vec<(usize, &Rule)> = group.rules.iter().enumerate().collect();
    order.sort_by_key(|(_, rule)| -i64::from(rule.priority));
    for (position, (place, rule)) in order.iter().enumerate() {
        let mut earlier = order.iter().take(position).map(|(_, earlier)| *earlier);
        if let Some(earlier) = earlier.find(|earlier| takes_all_of(earlier, rule)) {
            let problem = Problem::new(
                RULE_HIDDEN,
                format!("the rule `{}` is never reached: `{}` goes first", rule.id, earlier.id),
                "give it a higher priority, or the other one a condition",
            );
            found.push(problem.at(format!("{pointer}/rules/{place}")));
        }
    }
}

/// Whether a rule pays wherever another one would.
fn takes_all_of(rule: &Rule, other: &Rule) -> bool {
    let dated = rule.effective_from.is_some() || rule.effective_until.is_some();
    let pays_all = match &rule.pay {
        Pay::ByTier { otherwise, .. } | Pay::OwnRate { otherwise } => otherwise.is_some(),
        _ => true,
    };
    let same_condition = rule.when.is_none() || rule.when == other.when;
    let kinds = other.on.iter().all(|kind| rule.on.contains(kind));
    !dated && rule.limit.is_none() && pays_all && same_condition && kinds
}

/// Pay for what costs its doer nothing, at once and as often as they like.
fn unguarded(document: &PlanDocument, rule: &Rule) -> Option<Problem> {
    use EventKind::{Click, Custom, Lead, Signup};
    let free = rule.on.iter().find(|kind| matches!(kind, Signup | Lead | Click | Custom))?;
    let pays = rule.pays().any(|pay| !matches!(pay, Pay::Percent { .. }));
    let guarded = rule.when.is_some()
        || rule.limit.is_some()
        || document.eligible.is_some()
        || !document.hold.is_zero()
        || document.caps.iter().any(|cap| cap.counts_rule(&rule.id));
    (pays && !guarded).then(|| {
        let message = format!("the rule `{}` pays for every {free}, at once", rule.id);
        let hint = "hold the pay back, ask for a condition, or cap it";
        Problem::new(FREE_EVENT_UNGUARDED, message, hint)
    })
}

/// Tiers that are paid less than the one below.
fn tiers_fall(document: &PlanDocument, rule: &Rule, pointer: &str, found: &mut Vec<Problem>) {
    let (Some(ladder), Pay::ByTier { tiers, otherwise }) = (&document.ladder, &rule.pay) else {
        return;
    };
    let levels = &ladder.tiers.levels;
    let pay = |id: &Id| tiers.get(id).or(otherwise.as_deref());
    for (lower, higher) in levels.iter().zip(levels.iter().skip(1)) {
        let less = match (pay(&lower.id), pay(&higher.id)) {
            (Some(Pay::Percent { rate: lower }), Some(Pay::Percent { rate: higher })) => {
                higher.exact() < lower.exact()
            }
            (Some(Pay::Flat { amount: lower }), Some(Pay::Flat { amount: higher }))
            | (Some(Pay::PerUnit { amount: lower }), Some(Pay::PerUnit { amount: higher })) => {
                higher < lower
            }
            (Some(_), None) => true,
            _ => false,
        };
        if less {
            let problem = Problem::new(
                TIER_PAYS_LESS,
                format!("the tier `{}` is paid less than `{}` below it", higher.id, lower.id),
                "pay each tier at least what the one below it is paid",
            );
            found.push(problem.at(format!("{pointer}/pay")));
        }
    }
}

fn unused(document: &PlanDocument, name: &Id) -> Option<Problem> {
    let mut pays = document.rules().flat_map(Rule::pays);
    let used = pays.any(|pay| matches!(pay, Pay::Schedule { schedule } if schedule == name));
    (!used).then(|| {
        let message = format!("no rule pays by the schedule `{name}`");
        Problem::new(SCHEDULE_UNUSED, message, "pay by it, or leave it out")
    })
}

/// Steps at which earning more pays less in all. It can happen only where a step pays the whole.
fn falls(name: &Id, tiered: &TieredRates, found: &mut Vec<Problem>) {
    let whole = [ScheduleMode::Retroactive, ScheduleMode::PerTransaction];
    if !whole.contains(&tiered.rates.mode) {
        return;
    }
    let steps = &tiered.rates.steps;
    for (place, (below, step)) in steps.iter().zip(steps.iter().skip(1)).enumerate() {
        let edge = Exact::from(step.from.decimal());
        let (Some(before), Some(after)) = (paid_at(below, &edge), paid_at(step, &edge)) else {
            continue;
        };
        if after < before {
            let problem = Problem::new(
                SCHEDULE_FALLS,
                format!(
                    "from `{}` on, `{name}` pays {after:#}, and {before:#} just below",
                    step.from
                ),
                "pay at least as much as the step below does where this one starts",
            );
            let pointer = problem.under(place + 1).under("steps").under("rates");
            found.push(pointer.under(name).under("schedules"));
        }
    }
}

/// What a step pays in all at a measure.
fn paid_at(step: &ScheduleStep, measure: &Exact) -> Option<Exact> {
    let flat = Exact::from(step.flat.unwrap_or_default().decimal());
    step.slope()?.checked_mul(measure).ok()?.checked_add(&flat).ok()
}

fn share_at_most(document: &PlanDocument) -> Result<Exact, Problem> {
    let mut sellers = Exact::ZERO;
    for group in &document.groups {
        let mut share = Exact::ZERO;
        for rule in &group.rules {
            let one = rule_share(document, rule)?;
            share = if group.combine == Combine::Sum {
                share.checked_add(&one)?
            } else {
                share.max(one)
            };
        }
        sellers = sellers.checked_add(&share)?;
    }
    for multiplier in &document.multipliers {
        sellers = sellers.checked_mul(&multiplier.factor.exact().clone().max(Exact::ONE))?;
    }
    let mut all = sellers.clone();
    for overriding in &document.overrides {
        let of = match overriding.of {
            OverrideBase::Sale => Exact::ONE,
            OverrideBase::Commission => sellers.clone(),
        };
        all = all.checked_add(&override_share(overriding)?.checked_mul(&of)?)?;
    }
    Ok(all)
}

/// The most of a sale's base that a rule pays in proportion to it.
fn rule_share(document: &PlanDocument, rule: &Rule) -> Result<Exact, Problem> {
    let mut most = Exact::ZERO;
    if !rule.on.iter().any(|kind| matches!(kind, EventKind::Sale | EventKind::Renewal)) {
        return Ok(most);
    }
    for pay in rule.pays() {
        match pay {
            Pay::Percent { rate } => most = most.max(rate.exact().clone()),
            Pay::Schedule { schedule } => {
                let tiered = document.schedules.get(schedule);
                let volume = tiered.filter(|tiered| tiered.measure == Measure::Volume);
                for step in volume.iter().flat_map(|tiered| &tiered.rates.steps) {
                    most = most.max(step.slope().unwrap_or_default());
                }
            }
            Pay::Flat { .. } | Pay::PerUnit { .. } | Pay::ByTier { .. } | Pay::OwnRate { .. } => {}
        }
    }
    Ok(most)
}

/// All levels together; the differences of ranks come to the highest rank.
fn override_share(overriding: &Override) -> Result<Exact, Problem> {
    let rates =
        overriding.tiers.values().chain([&overriding.rate]).map(|rate| rate.exact().clone());
    let most = rates.max().unwrap_or_default();
    if overriding.differential {
        return Ok(most);
    }
    most.checked_mul(&Exact::from(i64::try_from(overriding.levels().count()).unwrap_or(i64::MAX)))
}
