//! Arrow tables: what pyarrow, polars, pandas and DuckDB hand over, lent without copying where
//! their layout is ours.
//!
//! | wanted | taken |
//! |---|---|
//! | instants | timestamps with a zone, in any unit; microseconds are lent; text with an offset |
//! | ids | whole numbers, text, dictionaries of text |
//! | whole numbers | every integer type; 64 bits with sign are lent |
//! | amounts | decimals that are whole minor units; text of them |
//! | words | text, dictionaries of text; the keys of a dictionary without nulls are lent |
//! | booleans | the same |
//! | dates, decimals | the same, or text of them |
//!
//! Floats are refused wherever an exact number is wanted. A column of Arrow's null type is a
//! column of nulls of any type. Tables may come in several chunks, whose columns are then joined;
//! their dictionaries may differ.

mod numbers;
mod words;

use arrow_array::{Array, ArrayRef};
use arrow_schema::{ArrowError, DataType};

use super::{COLUMN_TYPE_MISMATCH, COLUMNS_BROKEN};
use super::{Column, ColumnCodes, Table, Wanted, texts};
use crate::kernel::document::refusal::FLOAT_REFUSED;
use crate::kernel::problem::Problem;

/// An Arrow table in one or more chunks.
///
/// A column that Arrow's Rust library cannot take is an error only for who reads it.
#[derive(Debug)]
pub struct ArrowTable {
    columns: Vec<ArrowColumn>,
    rows: usize,
}

#[derive(Debug)]
struct ArrowColumn {
    name: String,
    of: Result<DataType, ArrowError>,
    chunks: Vec<Result<ArrayRef, ArrowError>>,
}

impl ArrowTable {
    /// A table of these columns, without rows.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = (String, Result<DataType, ArrowError>)>) -> Self {
        let empty = |(name, of)| ArrowColumn { name, of, chunks: Vec::new() };
        Self { columns: columns.into_iter().map(empty).collect(), rows: 0 }
    }

    /// Adds a chunk of rows: an array for each column.
    ///
    /// # Errors
    /// `columns_broken` unless there are as many arrays as columns, and each has that many rows.
    pub fn push(
        &mut self,
        rows: usize,
        arrays: Vec<Result<ArrayRef, ArrowError>>,
    ) -> Result<(), Problem> {
        let short = arrays.iter().flatten().any(|array| array.len() != rows);
        if short || arrays.len() != self.columns.len() {
            return Err(broken(&"a chunk is not as large as it says"));
        }
        if rows > 0 {
            self.rows += rows;
            for (column, array) in self.columns.iter_mut().zip(arrays) {
                column.chunks.push(array);
            }
        }
        Ok(())
    }

    /// How many rows there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }
}

impl Table for ArrowTable {
    fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_str()).collect()
    }

    fn read(&self, position: usize, wanted: Wanted) -> Result<Column<'_>, Problem> {
        let column = self.columns.get(position).ok_or_else(|| broken(&"no such column"))?;
        let of = column.of.as_ref().map_err(|reason| broken(&reason))?;
        if *of == DataType::Null {
            return Ok(nulls(self.rows, wanted));
        }
        let chunks = column.chunks.iter().map(Result::as_ref).collect::<Result<Vec<_>, _>>();
        let chunks = chunks.map_err(|reason| broken(&reason))?;
        let column = Chunks { of, chunks, rows: self.rows };
        column.check()?;
        let words = || {
            let (codes, words) = words::words(&column)?;
            texts::read(wanted, codes, words)
        };
        match wanted {
            Wanted::Integers => numbers::integers(&column),
            Wanted::Booleans => numbers::booleans(&column),
            _ if words::is_words(of) => words(),
            Wanted::Instants => numbers::instants(&column),
            Wanted::Amounts(currency) => numbers::amounts(&column, currency),
            Wanted::Decimals => numbers::decimals(&column),
            Wanted::Dates => numbers::dates(&column),
            Wanted::Ids if of.is_integer() => numbers::integers(&column),
            Wanted::Words | Wanted::Ids => words(),
        }
    }
}

/// A column of nulls.
fn nulls(rows: usize, wanted: Wanted) -> Column<'static> {
    let none = Some(vec![false; rows]);
    match wanted {
        Wanted::Instants => Column::Micros(vec![0; rows].into(), none),
        Wanted::Integers | Wanted::Amounts(_) => Column::Integers(vec![0; rows].into(), none),
        Wanted::Decimals => Column::Decimals(vec![None; rows]),
        Wanted::Dates => Column::Dates(vec![None; rows]),
        Wanted::Booleans => Column::Booleans(vec![None; rows]),
        Wanted::Words | Wanted::Ids => {
            Column::Words(ColumnCodes::Int8(vec![-1; rows].into()), Vec::new())
        }
    }
}

/// One column of a table: at least one chunk unless it is empty.
struct Chunks<'a> {
    of: &'a DataType,
    chunks: Vec<&'a ArrayRef>,
    rows: usize,
}

impl<'a> Chunks<'a> {
    /// Makes sure that the chunks are what the schema says and that text is text, because the
    /// producer is only trusted with the sizes of its buffers.
    fn check(&self) -> Result<(), Problem> {
        for chunk in &self.chunks {
            if chunk.data_type() != self.of {
                return Err(broken(&format!(
                    "a chunk is `{}`, not `{}`",
                    chunk.data_type(),
                    self.of
                )));
            }
            let texts = match self.of {
                DataType::Dictionary(..) => chunk.to_data().child_data().first().cloned(),
                DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Some(chunk.to_data()),
                _ => None,
            };
            if let Some(texts) = texts {
                texts.validate_full().map_err(|reason| broken(&reason))?;
            }
        }
        Ok(())
    }

    /// The only chunk, if there is one and it has no nulls, so that it can be lent.
    fn whole(&self) -> Option<&'a ArrayRef> {
        match self.chunks.as_slice() {
            [only] if only.null_count() == 0 => Some(only),
            _ => None,
        }
    }

    /// Which rows have a value; none if all of them have.
    fn present(&self) -> Option<Vec<bool>> {
        if self.chunks.iter().all(|chunk| chunk.null_count() == 0) {
            return None;
        }
        let rows =
            self.chunks.iter().flat_map(|chunk| (0..chunk.len()).map(|row| chunk.is_valid(row)));
        Some(rows.collect())
    }

    /// What is said of a column of another type.
    fn refuse(&self, wanted: &str, hint: &str) -> Problem {
        if self.of.is_floating() {
            return Problem::new(
                FLOAT_REFUSED,
                format!("the column is `{}`, and a float cannot hold {wanted} exactly", self.of),
                hint,
            );
        }
        Problem::new(
            COLUMN_TYPE_MISMATCH,
            format!("{wanted} are needed here, found `{}`", self.of),
            hint,
        )
    }
}

/// What is said of data that contradicts its own description, or ends too early.
#[must_use]
pub fn broken(reason: &impl std::fmt::Display) -> Problem {
    Problem::new(
        COLUMNS_BROKEN,
        format!("the table cannot be read: {reason}"),
        "read it again from its source; a file may have been cut off",
    )
}
