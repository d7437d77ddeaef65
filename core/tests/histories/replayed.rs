//! The same history gives the same bytes, and where a plan keeps no sums its order is of no account.

use std::collections::{BTreeMap, BTreeSet};

use guerdon::commission::{Event, LineKind, OrderingScope, Outcome, Plan, Replay};
use guerdon::kernel::document::{Limits, parse, to_json};
use proptest::prelude::*;
use serde_json::Value;

use crate::documents::roster;
use crate::events::Happens;
use crate::live::{Case, Lived, cases};
use crate::plans::{Pays, PlanSpec};
use crate::tries::tries;

/// Everything that would make one event count for another is taken out of the plan.
fn forgetful(spec: &mut PlanSpec) {
    spec.ladder = None;
    spec.schedules.clear();
    spec.caps.retain(|cap| cap.scope == "order");
    for rule in spec.groups.iter_mut().flat_map(|group| &mut group.rules) {
        forget(&mut rule.pays);
        rule.events = None;
    }
}

fn forget(pays: &mut Pays) {
    match pays {
        Pays::Schedule(_) => *pays = Pays::Percent((1, 3)),
        Pays::ByTier(tiers, otherwise) => {
            tiers.iter_mut().map(|(_, pays)| pays).for_each(forget);
            otherwise.iter_mut().for_each(|pays| forget(pays));
        }
        Pays::Percent(_) | Pays::Flat(_) | Pays::PerUnit(_) => {}
    }
}

fn outcomes(
    case: &Case,
    plan: &Plan,
    order: impl Iterator<Item = usize>,
) -> BTreeMap<usize, Outcome> {
    let (roster, mut state) = (roster(&case.partners), plan.new_state());
    let earned = order.filter_map(|id| {
        let Happens::Event(spec) = &case.history[id] else { return None };
        let event: Event = serde_json::from_value(spec.json(id, &case.spec)).unwrap();
        Some((id, plan.evaluate(&mut state, &roster, &event).unwrap()))
    });
    earned.collect()
}

/// The same bytes; what is said otherwise is where they part, for the whole is long.
fn same(one: &str, other: &str) {
    let parts = one.bytes().zip(other.bytes()).position(|(one, other)| one != other);
    let from = parts.unwrap_or(0).saturating_sub(120);
    let near = |text: &str| text.chars().skip(from).take(240).collect::<String>();
    assert!(one == other, "{}\n{}", near(one), near(other));
}

proptest! {
    #![proptest_config(tries(60))]

    #[test]
    fn a_replay_says_what_was_said(case in cases(16)) {
        let mut lived = Lived::through(&case);
        lived.give_everything_back(&case.spec, crate::documents::micros(300));
        let input = lived.as_replay().to_string();
        let answer = guerdon::call("commission.replay", &input).unwrap();
        same(&answer, &guerdon::call("commission.replay", &input).unwrap());

        let replay: Replay = parse(&answer, Limits::INPUT).unwrap();
        prop_assert_eq!(&parse::<Replay>(&to_json(&replay).unwrap(), Limits::INPUT).unwrap(), &replay);
        same(&to_json(&replay.state).unwrap(), &to_json(&lived.state()).unwrap());
        let told: Vec<&Outcome> = lived.happened.iter().map(|happened| &happened.outcome).collect();
        prop_assert_eq!(replay.outcomes.iter().collect::<Vec<_>>(), told);

        // No two lines share an id, so that whoever posts by id posts nothing twice; and every
        // reversal leads back to the line that it takes from.
        let lines: Vec<_> = replay.outcomes.iter().flat_map(|outcome| &outcome.lines).collect();
        let ids: BTreeSet<_> = lines.iter().map(|line| line.id).collect();
        prop_assert_eq!(ids.len(), lines.len());
        for line in lines.iter().filter(|line| line.kind == LineKind::Reversal) {
            prop_assert!(line.origin.is_some_and(|origin| ids.contains(&origin)), "{:?}", line);
        }
    }

    #[test]
    fn order_does_not_matter_where_no_sums_are_kept(mut case in cases(24), turn in 0..24_usize) {
        forgetful(&mut case.spec);
        let text = case.spec.document(false);
        let plan = Plan::from_json(&text).unwrap();
        prop_assert_eq!(plan.ordering_scope(), OrderingScope::Event);
        let count = case.history.len();
        let forwards = outcomes(&case, &plan, 0..count);
        let other = outcomes(&case, &plan, (0..count).rev().map(|id| (id + turn) % count));
        prop_assert_eq!(forwards, other);
        let kept: Value = serde_json::to_value(plan.state_document(&plan.new_state())).unwrap();
        prop_assert!(kept.get("sums").is_none());
    }
}
