//! A history as columns earns what it earns one by one: the same cents, the same sponsors, and
//! the same stored state. Amounts may be as large as 64 bits hold.

use std::collections::BTreeMap;

use guerdon::columns::{Codes, Facts, Ids, Words};
use guerdon::commission::{
    Earnings, Event, EventColumns, Line, Outcome, Plan, Refund, Roster, State,
};
use guerdon::kernel::money::to_minor;
use guerdon::kernel::problem::Problem;
use num_bigint::BigInt;
use proptest::prelude::*;
use serde_json::json;

use crate::documents::{put, roster};
use crate::events::{EventSpec, Happens, Shape};
use crate::histories::{Case, cases, compiled, sorted, told_line};
use crate::oracle::Oracle;
use crate::plans::{COUNTRIES, KINDS, PRODUCTS, PlanSpec};
use crate::reduced::{decided_by_words, paid_by_one_rule, paid_by_percentages};
use crate::tries::tries;

const FLAT: Shape = Shape { items: false, sparse: false, most: 20_000 };
const HUGE_AND_FLAT: Shape = Shape { items: false, sparse: false, most: i64::MAX };
const HUGE: Shape = Shape { items: true, sparse: true, most: i64::MAX };

/// One row: an event, or how much of which earlier row is given back, when, and in whose name.
enum RowSpec<'c> {
    Event(&'c EventSpec),
    Refund { of: usize, at: i64, amount: i64, by: usize },
}

/// Refunds of whole orders, by row, of what is left of them.
fn rows(case: &Case) -> Vec<RowSpec<'_>> {
    let mut rows: Vec<RowSpec<'_>> = Vec::new();
    let mut left: BTreeMap<usize, i64> = BTreeMap::new();
    for happens in &case.history {
        match happens {
            Happens::Event(event) => {
                left.insert(rows.len(), event.lines[0].amount.unwrap());
                rows.push(RowSpec::Event(event));
            }
            Happens::Refund(refund) if !left.is_empty() => {
                let chosen = usize::try_from(refund.event).unwrap() % left.len();
                let (of, rest) = left.iter_mut().nth(chosen).unwrap();
                let amount = *rest * refund.quarters / 4;
                *rest -= amount;
                // Anybody, whose account may be closed: it is the seller who gives back.
                let by = usize::try_from(refund.event).unwrap() % case.partners.len();
                rows.push(RowSpec::Refund { of: *of, at: refund.at, amount, by });
            }
            Happens::Refund(_) => {}
        }
    }
    rows
}

fn code<T: PartialEq>(words: &[T], word: Option<T>) -> i8 {
    let found = word.and_then(|word| words.iter().position(|one| *one == word));
    found.map_or(-1, |code| i8::try_from(code).unwrap())
}

fn run(plan: &Plan, roster: &Roster, rows: &[RowSpec<'_>]) -> (Earnings, State) {
    try_run(plan, roster, rows).unwrap()
}

fn try_run(
    plan: &Plan,
    roster: &Roster,
    rows: &[RowSpec<'_>],
) -> Result<(Earnings, State), Problem> {
    let sold = |row: &RowSpec<'_>| match row {
        RowSpec::Event(_) => None,
        RowSpec::Refund { of, .. } => Some(*of),
    };
    // A refund repeats the customer of its sale.
    let event = |row: usize| match &rows[sold(&rows[row]).unwrap_or(row)] {
        RowSpec::Event(event) => *event,
        RowSpec::Refund { .. } => unreachable!("a refund is of a sale"),
    };
    let each = |of: &dyn Fn(usize) -> i64| (0..rows.len()).map(of).collect::<Vec<i64>>();
    let codes = |of: &dyn Fn(usize) -> i8| (0..rows.len()).map(of).collect::<Vec<i8>>();
    let at = each(&|row| match &rows[row] {
        RowSpec::Event(event) => event.at,
        RowSpec::Refund { at, .. } => *at,
    });
    let amount = each(&|row| match &rows[row] {
        RowSpec::Event(event) => event.lines[0].amount.unwrap(),
        RowSpec::Refund { amount, .. } => *amount,
    });
    let net = each(&|row| event(row).lines[0].net.or(event(row).lines[0].amount).unwrap());
    let quantity = each(&|row| event(row).lines[0].quantity.unwrap_or(10) / 10);
    let refund_of = each(&|row| sold(&rows[row]).map_or(-1, |of| i64::try_from(of).unwrap()));
    let partner = codes(&|row| match &rows[row] {
        RowSpec::Event(event) => i8::try_from(event.partner).unwrap(),
        RowSpec::Refund { by, .. } => i8::try_from(*by).unwrap(),
    });
    let customer = codes(&|row| i8::try_from(event(row).customer.unwrap()).unwrap());
    let kind = codes(&|row| code(&KINDS, Some(event(row).kind)));
    let country = codes(&|row| code(&COUNTRIES, event(row).country));
    let product = codes(&|row| code(&PRODUCTS, event(row).lines[0].product));
    let new: Vec<Option<bool>> = (0..rows.len()).map(|row| event(row).new).collect();
    let since: Vec<i64> = (0..rows.len()).map(|row| event(row).since().unwrap_or(0)).collect();
    let has_since: Vec<bool> = (0..rows.len()).map(|row| event(row).age.is_some()).collect();
    let words =
        |codes, words: &[&'static str]| Words { codes: Codes::Int8(codes), words: words.to_vec() };
    let columns = EventColumns {
        at: &at,
        partner: Ids::Words(words(&partner, &["p0", "p1", "p2", "p3", "p4"])),
        amount_minor: &amount,
        net_minor: Some(&net),
        quantity: Some(&quantity),
        kind: Some(words(&kind, &KINDS)),
        customer: Some(Ids::Words(words(&customer, &["c0", "c1", "c2"]))),
        refund_of: Some(&refund_of),
        facts: vec![
            ("customer.country", Facts::Words(words(&country, &COUNTRIES))),
            ("item.product", Facts::Words(words(&product, &PRODUCTS))),
            ("customer.new", Facts::Booleans(&new)),
            ("customer.began", Facts::Micros(&since, Some(&has_since))),
        ],
    };
    let mut state = plan.new_state();
    let earnings = plan.run(&mut state, roster, &columns)?;
    Ok((earnings, state))
}

fn one_by_one(
    spec: &PlanSpec,
    plan: &Plan,
    roster: &Roster,
    rows: &[RowSpec<'_>],
) -> (Vec<Outcome>, State) {
    let mut state = plan.new_state();
    let mut outcomes: Vec<Outcome> = Vec::new();
    let mut posted: BTreeMap<usize, Vec<Line>> = BTreeMap::new();
    for (row, of) in rows.iter().enumerate() {
        let outcome = match of {
            RowSpec::Event(event) => {
                let event: Event = serde_json::from_value(event.json(row, spec)).unwrap();
                let outcome = plan.evaluate(&mut state, roster, &event).unwrap();
                posted.insert(row, outcome.lines.clone());
                outcome
            }
            // What earned nothing needs no refund.
            RowSpec::Refund { of, .. } if posted[of].is_empty() => Outcome {
                lines: Vec::new(),
                lost: Vec::new(),
                total: guerdon::kernel::money::from_minor(0, spec.currency.parse().unwrap()),
                ..outcomes[*of].clone()
            },
            RowSpec::Refund { of, at, amount, .. } => {
                let at = guerdon::kernel::calendar::Instant::from_micros(*at).unwrap();
                let mut json = json!({"id": format!("r{row}"), "at": at.to_string(), "event": format!("e{of}")});
                put(&mut json, "amount", Some(spec.money(*amount)));
                let refund: Refund = serde_json::from_value(json).unwrap();
                let lines = posted.get_mut(of).unwrap();
                let outcome = plan.refund(&mut state, roster, &refund, lines).unwrap();
                lines.extend(outcome.lines.iter().cloned());
                outcome
            }
        };
        outcomes.push(outcome);
    }
    (outcomes, state)
}

fn minor(money: guerdon::kernel::money::Money) -> i64 {
    to_minor(money.amount, money.currency).unwrap()
}

/// A batch, and its events one by one: the same cents, sponsors and stored state.
fn columns_are_events(case: &Case) -> Result<(), TestCaseError> {
    let roster = roster(&case.partners);
    let rows = rows(case);
    for plan in compiled(&case.plan) {
        let (outcomes, state) = one_by_one(&case.plan, &plan, &roster, &rows);
        let (earnings, batch) = run(&plan, &roster, &rows);
        let total: Vec<i64> = outcomes.iter().map(|one| minor(one.total)).collect();
        prop_assert_eq!(&earnings.commission_minor, &total);
        let lost = |one: &Outcome| one.lost.iter().map(|lost| minor(lost.amount)).sum::<i64>();
        prop_assert_eq!(&earnings.lost_minor, &outcomes.iter().map(lost).collect::<Vec<_>>());
        let mut sponsors = Vec::new();
        for (row, outcome) in outcomes.iter().enumerate() {
            for line in outcome.lines.iter().filter(|line| line.level > 0) {
                sponsors.push((row, line.partner.to_string(), line.level, minor(line.amount)));
            }
        }
        let overrides = &earnings.overrides;
        let found: Vec<_> = (0..overrides.row.len())
            .map(|at| {
                let sponsor = &overrides.partners[usize::try_from(overrides.partner[at]).unwrap()];
                let row = usize::try_from(overrides.row[at]).unwrap();
                (
                    row,
                    sponsor.to_string(),
                    u32::from(overrides.level[at]),
                    overrides.amount_minor[at],
                )
            })
            .collect();
        prop_assert_eq!(found, sponsors);
        prop_assert_eq!(plan.state_document(&batch), plan.state_document(&state));
    }
    Ok(())
}

/// Only sales, so many times over.
fn sales(case: Case, times: usize) -> Case {
    let sales = case.history.into_iter().filter(|one| matches!(one, Happens::Event(_)));
    let sales: Vec<Happens> = sales.collect();
    let history = sales.iter().cycle().take(sales.len() * times).cloned().collect();
    Case { history, ..case }
}

/// Only sales, of a plan that words decide, so many times over.
fn by_words(case: Case, times: usize) -> Case {
    let case = sales(case, times);
    Case { plan: decided_by_words(case.plan), ..case }
}

/// Only sales, of a plan of percentages, so many times over.
fn by_percentages(case: Case, times: usize) -> Case {
    let case = sales(case, times);
    Case { plan: paid_by_percentages(case.plan), ..case }
}

/// Only sales, of a plan whose one rule pays them all, so many times over. Nobody's account is
/// closed, so that the blocks are long.
fn by_one_rule(case: Case, times: usize) -> Case {
    let mut case = sales(case, times);
    for partner in &mut case.partners {
        partner.closed = false;
    }
    Case { plan: paid_by_one_rule(case.plan), ..case }
}

fn events(case: &Case) -> impl Iterator<Item = &EventSpec> {
    case.history.iter().filter_map(|happens| match happens {
        Happens::Event(event) => Some(event),
        Happens::Refund(_) => None,
    })
}

/// A batch is refused where one of its events is, for the same reason, or else gives the same state.
fn refused_alike(case: &Case) -> Result<(), TestCaseError> {
    let roster = roster(&case.partners);
    for plan in compiled(&case.plan) {
        let mut state = plan.new_state();
        let refused = events(case).enumerate().find_map(|(row, event)| {
            let event = serde_json::from_value(event.json(row, &case.plan)).unwrap();
            Some((row, plan.evaluate(&mut state, &roster, &event).err()?))
        });
        match (refused, try_run(&plan, &roster, &rows(case))) {
            (None, Ok((_, batch))) => {
                prop_assert_eq!(plan.state_document(&batch), plan.state_document(&state));
            }
            (Some((row, event)), Err(batch)) => {
                prop_assert_eq!(&event.code, &batch.code);
                prop_assert!(batch.path.ends_with(&format!("/{row}")), "{}", batch.path);
            }
            (event, batch) => prop_assert!(false, "{event:?} and {:?}", batch.err()),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(tries(24))]

    /// Where words decide which rule pays and by which factor, over more rows than are read or
    /// fetched at a time.
    #[test]
    fn words_choose_as_events_do(case in cases(100, FLAT)) {
        columns_are_events(&by_words(case, 40))?;
    }

    /// Where one rule pays all rows, in blocks and across their edges.
    #[test]
    fn blocks_earn_what_events_earn(case in cases(100, FLAT)) {
        columns_are_events(&by_one_rule(case.clone(), 13))?;
        columns_are_events(&by_percentages(case, 5))?;
    }
}

proptest! {
    #![proptest_config(tries(150))]

    #[test]
    fn columns_earn_what_events_earn(case in cases(30, FLAT)) {
        columns_are_events(&case)?;
    }

    /// Either both take an amount or both refuse it, at the same row.
    #[test]
    fn amounts_fit_in_columns_where_they_fit_in_events(case in cases(8, HUGE_AND_FLAT)) {
        for case in [by_words(case.clone(), 1), by_one_rule(case, 3)] {
            refused_alike(&case)?;
        }
    }

    /// Either it is what the oracle says, or it does not fit and nothing has happened.
    #[test]
    fn amounts_fit_or_are_refused(case in cases(8, HUGE)) {
        let roster = roster(&case.partners);
        let plans = compiled(&case.plan);
        let mut states = [plans[0].new_state(), plans[1].new_state()];
        let mut oracle = Oracle::new(&case.plan, &case.partners);
        for (id, happens) in case.history.iter().enumerate() {
            let Happens::Event(event) = happens else { continue };
            let read: Event = serde_json::from_value(event.json(id, &case.plan)).unwrap();
            let mut told = Vec::new();
            for (plan, state) in plans.iter().zip(&mut states) {
                let before = plan.state_document(state);
                let outcome = plan.evaluate(state, &roster, &read);
                if let Err(problem) = &outcome {
                    prop_assert_eq!(problem.code.as_str(), "amount_too_large");
                    prop_assert_eq!(plan.state_document(state), before);
                }
                told.push(outcome.ok().map(|outcome| (sorted(outcome.lines.iter().map(told_line).collect()), minor(outcome.total), outcome.status)));
            }
            prop_assert_eq!(&told[0], &told[1]);
            let Some((lines, total, _)) = &told[0] else { continue };
            let expected = oracle.evaluate(id, event);
            prop_assert_eq!(lines, &sorted(expected.lines));
            prop_assert_eq!(BigInt::from(*total), expected.total);
        }
    }
}
