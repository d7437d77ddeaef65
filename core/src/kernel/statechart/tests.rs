//! What only the kernel can be asked: numbers, not names.

use std::borrow::Cow;

use super::*;
use crate::kernel::calendar::{Instant, Span};
use crate::kernel::explain::NoSteps;
use crate::kernel::id::Id;

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn state(
    name: &str,
    parent: Option<usize>,
    transitions: Vec<ChartTransition>,
) -> StateDraft<'static> {
    let mut state = StateDraft::new(id(name), parent, StateKind::State, format!("/{name}"));
    state.transitions = Cow::Owned(transitions);
    state
}

fn to(event: Option<&str>, after: Option<&str>, target: &str) -> ChartTransition {
    ChartTransition {
        event: event.map(id),
        after: after.map(|span| span.parse::<Span>().unwrap()),
        business: false,
        when: None,
        to: vec![id(target)],
        internal: false,
        actions: Vec::new(),
    }
}

fn at(seconds: i64) -> Instant {
    Instant::from_micros(seconds * 1_000_000).unwrap()
}

/// a (5 s to b, `go` to a) and b.
fn chart() -> Chart {
    let mut draft = Draft::new(id("chart"));
    let transitions = vec![to(None, Some("PT5S"), "b"), to(Some("go"), None, "a")];
    draft.states = vec![state("a", None, transitions), state("b", None, Vec::new())];
    compile(&draft).unwrap()
}

fn sent(chart: &Chart, snapshot: &mut Snapshot, seconds: i64, event: &str) -> bool {
    let mut steps = NoSteps;
    let mut run = Run::new(chart, snapshot, Given::at(at(seconds)), &mut steps);
    run.send(chart.event(event)).unwrap()
}

#[test]
fn a_deadline_belongs_to_one_visit() {
    let chart = chart();
    let mut snapshot = Snapshot::default();
    Run::new(&chart, &mut snapshot, Given::at(at(0)), &mut NoSteps).start(Vec::new()).unwrap();
    assert_eq!(snapshot.timers[0].due, at(5));
    let stale = snapshot.timers[0];
    assert!(sent(&chart, &mut snapshot, 3, "go"));
    assert_eq!((snapshot.timers.len(), snapshot.timers[0].due), (1, at(8)));
    chart.check_timers(&snapshot).unwrap();
    snapshot.timers = vec![stale];
    assert_eq!(chart.check_timers(&snapshot).unwrap_err().code, SNAPSHOT_INVALID);
}

#[test]
fn an_event_of_nobody_changes_nothing() {
    let chart = chart();
    let mut snapshot = Snapshot::default();
    Run::new(&chart, &mut snapshot, Given::at(at(0)), &mut NoSteps).start(Vec::new()).unwrap();
    let before = snapshot.clone();
    assert!(!sent(&chart, &mut snapshot, 1, "other"));
    assert_eq!(snapshot, before);
    assert!(!chart.knows(chart.event("other")) && chart.knows(chart.event("go")));
}

#[test]
fn timers_of_one_moment_keep_their_order() {
    let timer = |due, event| Timer { due: at(due), wakes: Wakes::Event(event) };
    let mut snapshot = Snapshot::default();
    for (due, event) in [(5, 0), (3, 1), (5, 2), (3, 3)] {
        snapshot.arm(timer(due, event));
    }
    assert_eq!(snapshot.timers, [timer(3, 1), timer(3, 3), timer(5, 0), timer(5, 2)]);
}

#[test]
fn ten_thousand_branches_are_entered_and_left() {
    let mut draft = Draft::new(id("wide"));
    let mut all = state("all", None, vec![to(Some("out"), None, "z")]);
    all.kind = StateKind::Parallel;
    draft.states.push(all);
    draft.states.extend((0..10_000).map(|one| state(&format!("s{one}"), Some(0), Vec::new())));
    draft.states.push(state("z", None, Vec::new()));
    let chart = compile(&draft).unwrap();
    let mut snapshot = Snapshot::default();
    Run::new(&chart, &mut snapshot, Given::at(at(0)), &mut NoSteps).start(Vec::new()).unwrap();
    assert_eq!(snapshot.active.len(), 10_002);
    chart.check(&snapshot).unwrap();
    assert!(sent(&chart, &mut snapshot, 1, "out"));
    assert_eq!(snapshot.active.len(), 2);
}
