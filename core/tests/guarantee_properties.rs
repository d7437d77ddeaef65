//! Guarantees over random months: the oracle is one formula, where the library has cases.
//!
//! What is owed after a month is what was owed before, and what the month lacks, but never below
//! zero; what is paid is what was earned and that change. So `paid = earned + owed' - owed`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed unwrap, index or panic is a failed test"
)]

mod tries;

use guerdon::commission::{GuaranteeInput, GuaranteeSettlement, Line, LineKind, guarantee};
use guerdon::kernel::money::{from_minor, to_minor};
use proptest::prelude::*;
use serde_json::json;
use tries::{USUAL, tries};

const FIRST_YEAR: i64 = 2020;

fn month(number: i64) -> String {
    format!("{}-{:02}-15T12:00:00Z", FIRST_YEAR + number / 12, number % 12 + 1)
}

fn earned(number: i64, minor: i64, kind: &str) -> Line {
    let currency = "USD".parse().unwrap();
    let zero = from_minor(0, currency);
    serde_json::from_value(json!({
        "id": "1218de23-08f9-5991-8849-b9d9ff24526d", "kind": kind, "event": "e", "partner": "ann",
        "amount": from_minor(minor, currency), "at": month(number), "payable_at": month(number),
        "plan": "p", "plan_version": 1, "level": 0, "base": zero, "gross": zero,
        "order_gross": zero, "measured": "0", "counted": "0",
    }))
    .unwrap()
}

fn settle(
    amount: i64,
    recoverable: bool,
    (first, last): (i64, i64),
    lines: &[Line],
) -> GuaranteeSettlement {
    let input = json!({
        "plan": {"format": "guerdon.plan/1", "id": "p", "version": 1, "currency": "USD", "zone": "UTC",
            "groups": [{"id": "g", "combine": "sum", "rules": [
                {"id": "r", "pay": {"type": "percent", "rate": {"percent": "1"}}}]}],
            "guarantee": {"id": "draw", "amount": from_minor(amount, "USD".parse().unwrap()).amount,
                "window": {"type": "calendar", "unit": "month"}, "recoverable": recoverable}},
        "partners": [{"id": "ann"}], "first": month(first), "last": month(last), "lines": lines,
    });
    let input: GuaranteeInput = serde_json::from_value(input).unwrap();
    guarantee(input).unwrap()
}

fn minor(line: &Line) -> i64 {
    to_minor(line.amount.amount, line.amount.currency).unwrap()
}

/// Of each month what is paid and what is owed after it.
fn oracle(amount: i64, recoverable: bool, months: &[i64]) -> Vec<(i64, i64)> {
    let mut owed = 0;
    let told = months.iter().map(|earned| {
        let after = (owed + amount - earned).max(0);
        let paid = if recoverable { earned + after - owed } else { amount.max(*earned) };
        owed = if recoverable { after } else { 0 };
        (paid, owed)
    });
    told.collect()
}

fn told(settled: &GuaranteeSettlement) -> Vec<(i64, i64)> {
    let minor = |money: guerdon::kernel::money::Money| to_minor(money.amount, money.currency);
    let periods = settled.periods.iter();
    periods.map(|one| (minor(one.paid).unwrap(), minor(one.owed).unwrap())).collect()
}

/// What lines of a guarantee come to, month by month.
fn sums(lines: &[Line], months: usize) -> Vec<i64> {
    let prefix = |number: usize| month(i64::try_from(number).unwrap()).replace("-15T12:00:00Z", "");
    let of = |number| {
        let settles = |line: &&Line| line.at.to_string().starts_with(&prefix(number));
        lines.iter().filter(settles).map(minor).sum()
    };
    (0..months).map(of).collect()
}

proptest! {
    #![proptest_config(tries(USUAL))]

    #[test]
    fn months_come_out_as_the_oracle_has_them(
        amount in 0_i64..5_000,
        recoverable: bool,
        months in prop::collection::vec(prop::collection::vec(-3_000_i64..6_000, 0..4), 1..30),
        late in (0_usize..30, -3_000_i64..6_000),
    ) {
        let last = i64::try_from(months.len()).unwrap() - 1;
        let numbered = || (0_i64..).zip(&months);
        let mut lines: Vec<Line> = numbered()
            .flat_map(|(number, parts)| {
                parts.iter().map(move |part| {
                    earned(number, *part, if *part < 0 { "reversal" } else { "commission" })
                })
            })
            .collect();
        let mut sum: Vec<i64> = months.iter().map(|parts| parts.iter().sum()).collect();
        let expected = oracle(amount, recoverable, &sum);
        let whole = settle(amount, recoverable, (0, last), &lines);
        prop_assert_eq!(told(&whole), expected.clone());

        // Month by month, with what was settled handed back.
        let mut posted: Vec<Line> = Vec::new();
        for number in 0..=last {
            let handed = [lines.clone(), posted.clone()].concat();
            posted.extend(settle(amount, recoverable, (number, number), &handed).lines);
        }
        prop_assert_eq!(&posted, &whole.lines);
        prop_assert!(posted.iter().all(|line| line.kind == LineKind::Guarantee));
        let added: Vec<i64> = expected.iter().zip(&sum).map(|((paid, _), earned)| paid - earned).collect();
        prop_assert_eq!(sums(&posted, months.len()), added);

        // Something comes to light later: the differences lead to what it would have been.
        let (place, amount_late) = (late.0 % months.len(), late.1);
        lines.push(earned(i64::try_from(place).unwrap(), amount_late, "commission"));
        sum[place] += amount_late;
        let handed = [lines.clone(), posted.clone()].concat();
        posted.extend(settle(amount, recoverable, (0, last), &handed).lines);
        let expected = oracle(amount, recoverable, &sum);
        let added: Vec<i64> = expected.iter().zip(&sum).map(|((paid, _), earned)| paid - earned).collect();
        prop_assert_eq!(sums(&posted, months.len()), added);
        let handed = [lines, posted.clone()].concat();
        let again = settle(amount, recoverable, (0, last), &handed);
        prop_assert!(again.lines.is_empty());
        let ids: std::collections::BTreeSet<_> = posted.iter().map(|line| line.id).collect();
        prop_assert_eq!(ids.len(), posted.len());
    }
}
