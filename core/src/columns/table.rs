//! Tables as hosts bring them: columns found by name, read as what an operation wants of them.
//!
//! An operation says what it [`Wanted`] of a column; the door (Arrow, typed arrays) reads it as
//! that or refuses. What a door can lend is lent, the rest is made for the occasion, and a
//! [`Column`] holds either. Columns that nobody asks for are not looked at, so that an analyst's
//! wide table goes in as it is.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::{
    COLUMN_AMBIGUOUS, COLUMN_MISSING, COLUMN_TYPE_MISMATCH, Codes, Facts, Ids, Words, null,
};
use crate::kernel::calendar::Date;
use crate::kernel::money::Currency;
use crate::kernel::problem::Problem;

/// What an operation wants to read in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Instants: [`Column::Micros`].
    Instants,
    /// Ids: [`Column::Integers`] or [`Column::Words`].
    Ids,
    /// Whole numbers: [`Column::Integers`].
    Integers,
    /// Decimal amounts of a currency that are whole minor units: [`Column::Integers`].
    Amounts(Currency),
    /// Words: [`Column::Words`].
    Words,
    /// True or false: [`Column::Booleans`].
    Booleans,
    /// Decimal numbers: [`Column::Decimals`].
    Decimals,
    /// Calendar dates: [`Column::Dates`].
    Dates,
}

/// Columns with names.
pub trait Table {
    /// The names, in the order of the columns.
    fn names(&self) -> Vec<&str>;

    /// Reads the column at a position.
    ///
    /// # Errors
    /// `column_type_mismatch`, or what is wrong with a value, with its row.
    fn read(&self, position: usize, wanted: Wanted) -> Result<Column<'_>, Problem>;
}

impl dyn Table + '_ {
    /// Where the column of that name is, if there is one.
    ///
    /// # Errors
    /// `column_ambiguous` if there are several.
    pub fn find(&self, name: &str) -> Result<Option<usize>, Problem> {
        let names = self.names();
        let mut found = names.iter().enumerate().filter(|(_, known)| **known == name);
        let first = found.next().map(|(position, _)| position);
        if found.next().is_none() {
            return Ok(first);
        }
        Err(Problem::new(
            COLUMN_AMBIGUOUS,
            format!("two columns are called `{name}`"),
            "rename or drop one of them",
        )
        .under(name))
    }

    /// What is said when a column that is needed is not there.
    #[must_use]
    pub fn missing(&self, name: &str, what: &str) -> Problem {
        let mut names = self.names();
        let rest = names.len().saturating_sub(MOST_NAMES);
        names.truncate(MOST_NAMES);
        let mut known = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if rest > 0 {
            known = format!("{known} and {rest} more");
        }
        Problem::new(
            COLUMN_MISSING,
            format!("there is no column `{name}`: {what}"),
            format!("add or rename one; the table has {known}"),
        )
        .under(name)
    }
}

/// How many of a table's names are worth listing.
const MOST_NAMES: usize = 30;

/// Which rows have a value; all of them if there is no list.
pub type Present = Option<Vec<bool>>;

/// A column, lent or made.
#[derive(Clone, Debug)]
pub enum Column<'a> {
    /// Whole numbers, or minor units of a currency.
    Integers(Cow<'a, [i64]>, Present),
    /// Instants in microseconds.
    Micros(Cow<'a, [i64]>, Present),
    /// Words; a negative code is a null.
    Words(ColumnCodes<'a>, Vec<&'a str>),
    /// True or false.
    Booleans(Vec<Option<bool>>),
    /// Decimal numbers.
    Decimals(Vec<Option<Decimal>>),
    /// Calendar dates.
    Dates(Vec<Option<Date>>),
}

/// The codes of a column of words, lent or made.
#[derive(Clone, Debug)]
pub enum ColumnCodes<'a> {
    /// One byte each.
    Int8(Cow<'a, [i8]>),
    /// Two bytes each.
    Int16(Cow<'a, [i16]>),
    /// Four bytes each.
    Int32(Cow<'a, [i32]>),
}

impl ColumnCodes<'_> {
    pub(super) fn lend(&self) -> Codes<'_> {
        match self {
            Self::Int8(codes) => Codes::Int8(codes),
            Self::Int16(codes) => Codes::Int16(codes),
            Self::Int32(codes) => Codes::Int32(codes),
        }
    }
}

impl Column<'_> {
    /// The column as whole numbers, one in each row; of instants, their microseconds.
    ///
    /// # Errors
    /// `column_null` with the row; `column_type_mismatch` if the column is something else.
    pub fn whole(&self) -> Result<&[i64], Problem> {
        match self {
            Self::Integers(numbers, present) | Self::Micros(numbers, present) => {
                let missing =
                    present.as_ref().and_then(|present| present.iter().position(|here| !here));
                missing.map_or(Ok(numbers), |row| Err(null().under(row)))
            }
            _ => Err(mismatch("whole numbers", "another type")),
        }
    }

    /// Puts a number where a column of whole numbers has nulls.
    pub fn fill(&mut self, number: i64) {
        let Self::Integers(numbers, present) = self else { return };
        let Some(present) = present.take() else { return };
        for (value, here) in numbers.to_mut().iter_mut().zip(present) {
            if !here {
                *value = number;
            }
        }
    }

    /// The column as ids, one in each row.
    ///
    /// # Errors
    /// `column_null` with the row; `column_type_mismatch` if the column is something else.
    pub fn ids(&self) -> Result<Ids<'_>, Problem> {
        match self {
            Self::Words(..) => self.words().map(Ids::Words),
            _ => self.whole().map(Ids::Numbers),
        }
    }

    /// The column as words.
    ///
    /// # Errors
    /// `column_type_mismatch` if the column is something else.
    pub fn words(&self) -> Result<Words<'_>, Problem> {
        match self {
            Self::Words(codes, words) => Ok(Words { codes: codes.lend(), words: words.clone() }),
            _ => Err(mismatch("words", "another type")),
        }
    }

    /// The column as facts, whatever it is.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        match self {
            Self::Integers(numbers, present) => Facts::Numbers(numbers, present.as_deref()),
            Self::Micros(numbers, present) => Facts::Micros(numbers, present.as_deref()),
            Self::Words(codes, words) => {
                Facts::Words(Words { codes: codes.lend(), words: words.clone() })
            }
            Self::Booleans(booleans) => Facts::Booleans(booleans),
            Self::Decimals(decimals) => Facts::Decimals(decimals),
            Self::Dates(dates) => Facts::Dates(dates),
        }
    }
}

/// What is said of a column of another type than it is read as.
#[must_use]
pub fn mismatch(wanted: &str, found: &str) -> Problem {
    Problem::new(
        COLUMN_TYPE_MISMATCH,
        format!("{wanted} are needed here, found {found}"),
        "cast the column",
    )
}
