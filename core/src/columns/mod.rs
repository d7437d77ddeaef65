//! Columns in and out of every `run`: borrowed slices, whatever they were made of.
//!
//! A batch is columns, never a list of objects. Text comes as codes into a list of words (Arrow
//! calls that a dictionary): a condition on it is worked out once for each word, not for each
//! row. Bindings turn Arrow tables, buffers and typed arrays into these slices without copying
//! what they can lend.

#[cfg(feature = "arrow")]
pub mod arrow;
mod table;
mod texts;
pub mod typed;

use rust_decimal::Decimal;

use crate::kernel::calendar::Date;
use crate::kernel::problem::Problem;

pub use table::{Column, ColumnCodes, Present, Table, Wanted, mismatch};

crate::codes! {
    /// A column that an operation needs is missing.
    COLUMN_MISSING = "column_missing";
    /// A column has another type than the one it is read as.
    COLUMN_TYPE_MISMATCH = "column_type_mismatch";
    /// Two columns of a batch have different lengths.
    COLUMN_LENGTH_MISMATCH = "column_length_mismatch";
    /// A column has a null where a value is needed.
    COLUMN_NULL = "column_null";
    /// A column is there twice, or in two forms.
    COLUMN_AMBIGUOUS = "column_ambiguous";
    /// A code points beyond the words of its column.
    COLUMN_CODE_INVALID = "column_code_invalid";
    /// The data of a table contradicts its own description, or ends too early.
    COLUMNS_BROKEN = "columns_broken";
}

/// The codes of a column of words; a negative one is a null.
#[derive(Clone, Copy, Debug)]
pub enum Codes<'a> {
    /// One byte each.
    Int8(&'a [i8]),
    /// Two bytes each.
    Int16(&'a [i16]),
    /// Four bytes each.
    Int32(&'a [i32]),
}

impl Codes<'_> {
    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Int8(codes) => codes.len(),
            Self::Int16(codes) => codes.len(),
            Self::Int32(codes) => codes.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The highest code; none if there are only nulls.
    fn most(&self) -> Option<usize> {
        let most = match self {
            Self::Int8(codes) => i32::from(codes.iter().fold(-1, |most, code| most.max(*code))),
            Self::Int16(codes) => i32::from(codes.iter().fold(-1, |most, code| most.max(*code))),
            Self::Int32(codes) => codes.iter().fold(-1, |most, code| most.max(*code)),
        };
        usize::try_from(most).ok()
    }

    /// The code of a row; none for a null.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, row: usize) -> Option<usize> {
        match self {
            Self::Int8(codes) => usize::try_from(*codes.get(row)?).ok(),
            Self::Int16(codes) => usize::try_from(*codes.get(row)?).ok(),
            Self::Int32(codes) => usize::try_from(*codes.get(row)?).ok(),
        }
    }
}

/// A column of words.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    /// Which word each row has.
    pub codes: Codes<'a>,
    /// The words.
    pub words: Vec<&'a str>,
}

impl<'a> Words<'a> {
    /// The word of a row; none for a null.
    #[inline(always)]
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&'a str> {
        self.words.get(self.codes.get(row)?).copied()
    }

    fn check(&self) -> Result<(), Problem> {
        if self.codes.most().is_none_or(|most| most < self.words.len()) {
            return Ok(());
        }
        let beyond = (0..self.codes.len())
            .filter_map(|row| Some((row, self.codes.get(row)?)))
            .find(|(_, code)| *code >= self.words.len());
        match beyond {
            None => Ok(()),
            Some((row, code)) => Err(Problem::new(
                COLUMN_CODE_INVALID,
                format!("the code `{code}` points beyond the {} words", self.words.len()),
                "codes count from 0; a null is below zero",
            )
            .under(row)),
        }
    }
}

/// A column of ids: numbers where the host counts its records, or words.
#[derive(Clone, Debug)]
pub enum Ids<'a> {
    /// Numbers; each stands for the id that is its decimal text.
    Numbers(&'a [i64]),
    /// Words.
    Words(Words<'a>),
}

impl Ids<'_> {
    /// How many rows there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Words(words) => words.codes.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes sure that codes point at words, and that there is no null.
    ///
    /// # Errors
    /// `column_code_invalid` or `column_null`.
    pub fn check_filled(&self) -> Result<(), Problem> {
        let Self::Words(words) = self else { return Ok(()) };
        words.check()?;
        match (0..words.codes.len()).find(|row| words.codes.get(*row).is_none()) {
            None => Ok(()),
            Some(row) => Err(null().under(row)),
        }
    }
}

/// What is said of a null where a value is needed.
#[must_use]
pub fn null() -> Problem {
    Problem::new(COLUMN_NULL, "a value is needed here, found null", "drop the row or fill it")
}

/// A column of facts.
#[derive(Clone, Debug)]
pub enum Facts<'a> {
    /// Words.
    Words(Words<'a>),
    /// Whole numbers, or money in minor units where the fact is money; false in the second list
    /// is a null.
    Numbers(&'a [i64], Option<&'a [bool]>),
    /// Instants in microseconds.
    Micros(&'a [i64], Option<&'a [bool]>),
    /// True or false.
    Booleans(&'a [Option<bool>]),
    /// Decimal numbers.
    Decimals(&'a [Option<Decimal>]),
    /// Calendar dates.
    Dates(&'a [Option<Date>]),
}

impl Facts<'_> {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Words(words) => words.codes.len(),
            Self::Numbers(numbers, _) | Self::Micros(numbers, _) => numbers.len(),
            Self::Booleans(booleans) => booleans.len(),
            Self::Decimals(decimals) => decimals.len(),
            Self::Dates(dates) => dates.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes sure that codes point at words.
    ///
    /// # Errors
    /// `column_code_invalid`.
    pub fn check(&self) -> Result<(), Problem> {
        match self {
            Self::Words(words) => words.check(),
            _ => Ok(()),
        }
    }
}

/// Makes sure that a column is as long as the batch.
///
/// # Errors
/// `column_length_mismatch`, at the column.
pub fn check_length(name: &str, found: usize, expected: usize) -> Result<(), Problem> {
    if found == expected {
        return Ok(());
    }
    let problem = Problem::new(
        COLUMN_LENGTH_MISMATCH,
        format!("`{name}` has {found} rows, `at` has {expected}"),
        "give every column a value for each row",
    );
    Err(problem.under(name))
}
