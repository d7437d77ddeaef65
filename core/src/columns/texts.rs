//! Text that says an instant, an amount, a decimal number or a date, as files of text have them.
//!
//! Every door reads such a column alike, and each of its words once, however many rows have it.

use std::str::FromStr;

use super::COLUMN_CODE_INVALID;
use super::table::{Column, ColumnCodes, Present, Wanted};
use crate::kernel::calendar::{Date, Instant};
use crate::kernel::money::{Amount, Currency, to_minor};
use crate::kernel::problem::Problem;

/// A column of words as what is wanted of it; where words will do, they are left as they are.
pub(super) fn read<'a>(
    wanted: Wanted,
    codes: ColumnCodes<'a>,
    words: Vec<&'a str>,
) -> Result<Column<'a>, Problem> {
    match wanted {
        Wanted::Instants => {
            let micros = each(&codes, &words, |word| word.parse().map(Instant::micros))?;
            let (micros, present) = split(micros);
            Ok(Column::Micros(micros.into(), present))
        }
        Wanted::Amounts(currency) => {
            let (minor, present) = split(each(&codes, &words, |word| minor(word, currency))?);
            Ok(Column::Integers(minor.into(), present))
        }
        Wanted::Decimals => {
            let decimal = |word: &str| word.parse().map(Amount::decimal);
            each(&codes, &words, decimal).map(Column::Decimals)
        }
        Wanted::Dates => each(&codes, &words, Date::from_str).map(Column::Dates),
        Wanted::Words | Wanted::Ids | Wanted::Integers | Wanted::Booleans => {
            Ok(Column::Words(codes, words))
        }
    }
}

/// What each row's word says; a word is read once, and only if a row has it.
fn each<T: Copy>(
    codes: &ColumnCodes<'_>,
    words: &[&str],
    read: impl Fn(&str) -> Result<T, Problem>,
) -> Result<Vec<Option<T>>, Problem> {
    let codes = codes.lend();
    let mut known: Vec<Option<T>> = vec![None; words.len()];
    let mut each = Vec::with_capacity(codes.len());
    for row in 0..codes.len() {
        let Some(code) = codes.get(row) else {
            each.push(None);
            continue;
        };
        let (Some(word), Some(place)) = (words.get(code), known.get_mut(code)) else {
            return Err(beyond(code).under(row));
        };
        if place.is_none() {
            *place = Some(read(word).map_err(|problem| problem.under(row))?);
        }
        each.push(*place);
    }
    Ok(each)
}

/// The value of each row, and which rows have one.
fn split(each: Vec<Option<i64>>) -> (Vec<i64>, Present) {
    let present = each.contains(&None).then(|| each.iter().map(Option::is_some).collect());
    (each.into_iter().map(Option::unwrap_or_default).collect(), present)
}

fn minor(word: &str, currency: Currency) -> Result<i64, Problem> {
    to_minor(word.parse()?, currency)
}

/// What is said of a code that no word has.
pub(super) fn beyond(code: impl std::fmt::Display) -> Problem {
    Problem::new(
        COLUMN_CODE_INVALID,
        format!("the code `{code}` points beyond the words"),
        "codes count from 0; a null is below zero",
    )
}
