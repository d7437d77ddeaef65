//! Columns from Swift and Kotlin: lists of one kind, by name, read as any other table is.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::columns::{COLUMN_AMBIGUOUS, Column as Read, ColumnCodes, Table, Wanted, mismatch};
use crate::commission::Earnings;
use crate::kernel::calendar::{Date, Instant};
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Currency, to_minor};
use crate::kernel::problem::Problem;

/// A column of a batch: one value for each row.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum Column {
    /// Whole numbers: minor units, quantities, ids that the host counts, rows that are refunded.
    Integers {
        /// The numbers.
        values: Vec<i64>,
    },
    /// Text: ids, categories, countries; none where it is not known.
    Words {
        /// The texts.
        values: Vec<Option<String>>,
    },
    /// Moments.
    Instants {
        /// The moments.
        values: Vec<Instant>,
    },
    /// True or false; none where it is not known.
    Booleans {
        /// The answers.
        values: Vec<Option<bool>>,
    },
    /// Decimal numbers, or amounts in units of the currency; none where it is not known.
    Decimals {
        /// The numbers.
        values: Vec<Option<Amount>>,
    },
    /// Calendar dates; none where it is not known.
    Dates {
        /// The dates.
        values: Vec<Option<Date>>,
    },
}

/// What each row of a batch earned, in minor units of the plan's currency; below zero for refunds.
#[derive(Clone, Debug, uniffi::Record)]
pub struct BatchEarnings {
    /// What the seller earned, row by row.
    pub commission_minor: Vec<i64>,
    /// What caps took away, row by row.
    pub lost_minor: Vec<i64>,
    /// What sponsors earned.
    pub overrides: Vec<BatchOverride>,
}

/// What a sponsor earned of a row.
#[derive(Clone, Debug, uniffi::Record)]
pub struct BatchOverride {
    /// The row that it came from.
    pub row: u64,
    /// The sponsor.
    pub partner: Id,
    /// How far up.
    pub level: u8,
    /// How much.
    pub amount_minor: i64,
}

impl From<Earnings> for BatchEarnings {
    fn from(earnings: Earnings) -> Self {
        let Earnings { commission_minor, lost_minor, overrides } = earnings;
        let partner = |number: u32| overrides.partners.get(usize::try_from(number).ok()?).cloned();
        let entries = overrides.row.iter().zip(&overrides.partner);
        let amounts = overrides.level.iter().zip(&overrides.amount_minor);
        let overrides = entries.zip(amounts).filter_map(|((row, number), (level, amount))| {
            let (row, level, amount_minor) = (*row, *level, *amount);
            Some(BatchOverride { row, partner: partner(*number)?, level, amount_minor })
        });
        Self { commission_minor, lost_minor, overrides: overrides.collect() }
    }
}

/// The columns of a batch, as the engine finds them.
pub(super) struct Columns(Vec<(String, Column)>);

impl From<HashMap<String, Column>> for Columns {
    /// Sorted by name, so that what is said of them is the same each time.
    fn from(columns: HashMap<String, Column>) -> Self {
        let mut columns: Vec<(String, Column)> = columns.into_iter().collect();
        columns.sort_by(|(left, _), (right, _)| left.cmp(right));
        Self(columns)
    }
}

impl Table for Columns {
    fn names(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| name.as_str()).collect()
    }

    fn read(&self, position: usize, wanted: Wanted) -> Result<Read<'_>, Problem> {
        let Some((_, column)) = self.0.get(position) else {
            return Err(Problem::new(COLUMN_AMBIGUOUS, "there is no such column", "name another"));
        };
        match (wanted, column) {
            (Wanted::Ids | Wanted::Integers, Column::Integers { values }) => {
                Ok(Read::Integers(Cow::Borrowed(values), None))
            }
            (Wanted::Ids | Wanted::Words, Column::Words { values }) => Ok(words(values)),
            (Wanted::Instants, Column::Instants { values }) => {
                let micros = values.iter().map(|instant| instant.micros()).collect();
                Ok(Read::Micros(Cow::Owned(micros), None))
            }
            (Wanted::Booleans, Column::Booleans { values }) => Ok(Read::Booleans(values.clone())),
            (Wanted::Decimals, Column::Decimals { values }) => {
                let decimals = values.iter().map(|value| value.map(Amount::decimal)).collect();
                Ok(Read::Decimals(decimals))
            }
            (Wanted::Amounts(currency), Column::Decimals { values }) => amounts(values, currency),
            (Wanted::Dates, Column::Dates { values }) => Ok(Read::Dates(values.clone())),
            (wanted, column) => Err(mismatch(column_for(wanted), name_of(column))),
        }
    }
}

/// Words as codes into the distinct ones.
fn words(values: &[Option<String>]) -> Read<'_> {
    let mut known: HashMap<&str, i32> = HashMap::new();
    let mut words: Vec<&str> = Vec::new();
    let codes = values.iter().map(|value| {
        let Some(word) = value.as_deref() else { return -1 };
        *known.entry(word).or_insert_with(|| {
            words.push(word);
            // A list in memory has fewer than 2^31 texts.
            i32::try_from(words.len() - 1).unwrap_or(i32::MAX)
        })
    });
    let codes = codes.collect();
    Read::Words(ColumnCodes::Int32(Cow::Owned(codes)), words)
}

fn amounts(values: &[Option<Amount>], currency: Currency) -> Result<Read<'static>, Problem> {
    let minor = values.iter().enumerate().map(|(row, value)| match value {
        Some(amount) => to_minor(*amount, currency).map_err(|problem| problem.under(row)),
        None => Ok(0),
    });
    let present = values.iter().map(Option::is_some).collect();
    Ok(Read::Integers(Cow::Owned(minor.collect::<Result<_, _>>()?), Some(present)))
}

const fn column_for(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Instants => "instants",
        Wanted::Ids => "integers or words",
        Wanted::Integers => "integers",
        Wanted::Amounts(_) | Wanted::Decimals => "decimals",
        Wanted::Words => "words",
        Wanted::Booleans => "booleans",
        Wanted::Dates => "dates",
    }
}

const fn name_of(column: &Column) -> &'static str {
    match column {
        Column::Integers { .. } => "integers",
        Column::Words { .. } => "words",
        Column::Instants { .. } => "instants",
        Column::Booleans { .. } => "booleans",
        Column::Decimals { .. } => "decimals",
        Column::Dates { .. } => "dates",
    }
}
