//! Typed arrays: columns as hosts without Arrow bring them, such as JavaScript.
//!
//! | wanted | taken |
//! |---|---|
//! | instants | microseconds since 1970-01-01T00:00:00Z in 64 bits; words with an offset |
//! | ids | whole numbers; words |
//! | whole numbers | integers of every width; 64 bits with sign are lent |
//! | amounts, dates | words |
//! | decimals | words; whole numbers |
//! | booleans | whole numbers, 0 or 1 |
//! | words | codes of every width but 64 bits, a negative one for a null; those with sign are lent |
//!
//! A typed array has no form for an exact decimal or a date, so these come as words, each of which
//! is read once. Floats are refused wherever an exact number is wanted.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::{
    COLUMN_LENGTH_MISMATCH, COLUMN_TYPE_MISMATCH, Column, ColumnCodes, Present, Table, Wanted,
    texts,
};
use crate::kernel::document::refusal::{FLOAT_REFUSED, INTEGER_OUT_OF_RANGE};
use crate::kernel::problem::Problem;

/// The numbers of a typed array, lent or owned.
#[derive(Clone, Debug)]
pub enum Numbers<'a> {
    /// 8 bits with sign.
    Int8(Cow<'a, [i8]>),
    /// 8 bits.
    Uint8(Cow<'a, [u8]>),
    /// 16 bits with sign.
    Int16(Cow<'a, [i16]>),
    /// 16 bits.
    Uint16(Cow<'a, [u16]>),
    /// 32 bits with sign.
    Int32(Cow<'a, [i32]>),
    /// 32 bits.
    Uint32(Cow<'a, [u32]>),
    /// 64 bits with sign.
    Int64(Cow<'a, [i64]>),
    /// 64 bits.
    Uint64(Cow<'a, [u64]>),
}

/// What stands in a column.
#[derive(Clone, Debug)]
pub enum Content<'a> {
    /// Numbers.
    Numbers(Numbers<'a>),
    /// Words, and which of them each row has.
    Words(Numbers<'a>, Vec<String>),
    /// An array of floats, by the name that its language has for it.
    Floats(String),
    /// Something else, by the name that its language has for it.
    Other(String),
}

/// A column of a host's arrays.
#[derive(Clone, Debug)]
pub struct TypedColumn<'a> {
    /// Its name.
    pub name: String,
    /// What stands in it.
    pub content: Content<'a>,
    /// Where there is a value: zero for a null. Everywhere, if there is no list.
    pub valid: Option<Cow<'a, [u8]>>,
}

/// A table of typed arrays.
#[derive(Clone, Debug, Default)]
pub struct TypedTable<'a> {
    /// The columns.
    pub columns: Vec<TypedColumn<'a>>,
}

impl TypedTable<'_> {
    /// The same table, with its own copy of everything.
    #[must_use]
    pub fn into_owned(self) -> TypedTable<'static> {
        let column = |column: TypedColumn<'_>| TypedColumn {
            name: column.name,
            content: column.content.into_owned(),
            valid: column.valid.map(|valid| Cow::Owned(valid.into_owned())),
        };
        TypedTable { columns: self.columns.into_iter().map(column).collect() }
    }
}

impl Table for TypedTable<'_> {
    fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|column| column.name.as_str()).collect()
    }

    fn read(&self, position: usize, wanted: Wanted) -> Result<Column<'_>, Problem> {
        let missing = || refuse("a column", "nothing", "pass the table again");
        self.columns.get(position).ok_or_else(missing)?.read(wanted)
    }
}

impl TypedColumn<'_> {
    fn read(&self, wanted: Wanted) -> Result<Column<'_>, Problem> {
        self.check_valid()?;
        match (wanted, &self.content) {
            (Wanted::Integers | Wanted::Booleans, content @ Content::Words(..)) => {
                Err(content.refused(wanted))
            }
            (_, Content::Words(codes, words)) => {
                let words = words.iter().map(String::as_str).collect();
                texts::read(wanted, self.codes(codes)?, words)
            }
            (Wanted::Instants, Content::Numbers(Numbers::Int64(micros))) => {
                Ok(Column::Micros(Cow::Borrowed(micros), self.present()))
            }
            (Wanted::Decimals, Content::Numbers(numbers)) => {
                let whole = numbers.whole()?;
                let decimal =
                    |(row, number): (usize, &i64)| self.has(row).then(|| Decimal::from(*number));
                Ok(Column::Decimals(whole.iter().enumerate().map(decimal).collect()))
            }
            (Wanted::Booleans, Content::Numbers(numbers)) => {
                let whole = numbers.whole()?;
                let truth = |(row, number)| self.has(row).then(|| truth(row, number)).transpose();
                let truths = whole.iter().enumerate().map(truth).collect::<Result<_, _>>();
                truths.map(Column::Booleans)
            }
            (Wanted::Integers | Wanted::Ids, Content::Numbers(numbers)) => {
                Ok(Column::Integers(numbers.whole()?, self.present()))
            }
            (_, content) => Err(content.refused(wanted)),
        }
    }

    /// Whether a row has a value.
    fn has(&self, row: usize) -> bool {
        self.valid.as_ref().is_none_or(|valid| valid.get(row).is_some_and(|valid| *valid != 0))
    }

    fn present(&self) -> Present {
        self.valid.as_ref().map(|valid| valid.iter().map(|valid| *valid != 0).collect())
    }

    fn check_valid(&self) -> Result<(), Problem> {
        let rows = match &self.content {
            Content::Numbers(numbers) | Content::Words(numbers, _) => numbers.len(),
            Content::Floats(_) | Content::Other(_) => return Ok(()),
        };
        let Some(valid) = self.valid.as_ref().filter(|valid| valid.len() != rows) else {
            return Ok(());
        };
        Err(Problem::new(
            COLUMN_LENGTH_MISMATCH,
            format!("`valid` has {} rows, the column {rows}", valid.len()),
            "say of every row whether it has a value",
        )
        .under("valid"))
    }

    /// The codes of words, a negative one for each null.
    fn codes<'c>(&self, codes: &'c Numbers<'_>) -> Result<ColumnCodes<'c>, Problem> {
        Ok(match codes {
            Numbers::Int8(codes) if self.valid.is_none() => ColumnCodes::Int8(Cow::Borrowed(codes)),
            Numbers::Int16(codes) if self.valid.is_none() => {
                ColumnCodes::Int16(Cow::Borrowed(codes))
            }
            Numbers::Int32(codes) if self.valid.is_none() => {
                ColumnCodes::Int32(Cow::Borrowed(codes))
            }
            Numbers::Int64(_) | Numbers::Uint64(_) => {
                return Err(refuse("codes", "integers of 64 bits", "use codes of 32 bits"));
            }
            codes => {
                let whole = codes.whole()?;
                let rows = whole.iter().enumerate();
                let code = |(row, code): (usize, &i64)| {
                    if !self.has(row) {
                        return Ok(NULL);
                    }
                    i32::try_from(*code).map_err(|_| texts::beyond(*code).under(row))
                };
                ColumnCodes::Int32(rows.map(code).collect::<Result<_, _>>()?)
            }
        })
    }
}

/// What a negative code is.
const NULL: i32 = -1;

impl Numbers<'_> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Int8(numbers) => numbers.len(),
            Self::Uint8(numbers) => numbers.len(),
            Self::Int16(numbers) => numbers.len(),
            Self::Uint16(numbers) => numbers.len(),
            Self::Int32(numbers) => numbers.len(),
            Self::Uint32(numbers) => numbers.len(),
            Self::Int64(numbers) => numbers.len(),
            Self::Uint64(numbers) => numbers.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn into_owned(self) -> Numbers<'static> {
        fn own<N: Clone>(numbers: Cow<'_, [N]>) -> Cow<'static, [N]> {
            Cow::Owned(numbers.into_owned())
        }
        match self {
            Self::Int8(numbers) => Numbers::Int8(own(numbers)),
            Self::Uint8(numbers) => Numbers::Uint8(own(numbers)),
            Self::Int16(numbers) => Numbers::Int16(own(numbers)),
            Self::Uint16(numbers) => Numbers::Uint16(own(numbers)),
            Self::Int32(numbers) => Numbers::Int32(own(numbers)),
            Self::Uint32(numbers) => Numbers::Uint32(own(numbers)),
            Self::Int64(numbers) => Numbers::Int64(own(numbers)),
            Self::Uint64(numbers) => Numbers::Uint64(own(numbers)),
        }
    }

    /// The numbers in 64 bits with sign, lent if they are that already.
    fn whole(&self) -> Result<Cow<'_, [i64]>, Problem> {
        fn wide<N: Copy + Into<i64>>(numbers: &[N]) -> Cow<'static, [i64]> {
            numbers.iter().map(|number| (*number).into()).collect()
        }
        Ok(match self {
            Self::Int8(numbers) => wide(numbers),
            Self::Uint8(numbers) => wide(numbers),
            Self::Int16(numbers) => wide(numbers),
            Self::Uint16(numbers) => wide(numbers),
            Self::Int32(numbers) => wide(numbers),
            Self::Uint32(numbers) => wide(numbers),
            Self::Int64(numbers) => Cow::Borrowed(numbers),
            Self::Uint64(numbers) => {
                let numbers = numbers.iter().enumerate();
                let whole = |(row, number): (usize, &u64)| {
                    i64::try_from(*number).map_err(|_| too_wide(*number).under(row))
                };
                numbers.map(whole).collect::<Result<_, _>>()?
            }
        })
    }
}

impl Content<'_> {
    fn into_owned(self) -> Content<'static> {
        match self {
            Self::Numbers(numbers) => Content::Numbers(numbers.into_owned()),
            Self::Words(codes, words) => Content::Words(codes.into_owned(), words),
            Self::Floats(found) => Content::Floats(found),
            Self::Other(found) => Content::Other(found),
        }
    }

    /// What is said of a column that is not what is wanted.
    fn refused(&self, wanted: Wanted) -> Problem {
        let (wanted, hint) = match wanted {
            Wanted::Instants => (
                "instants",
                "give microseconds since 1970-01-01T00:00:00Z as 64-bit integers, or text with an offset",
            ),
            Wanted::Ids => ("ids", "give integers, or codes and words"),
            Wanted::Integers => ("whole numbers", "give integers; 64 bits need no conversion"),
            Wanted::Amounts(_) => (
                "decimal amounts",
                "give text, or whole minor units in a column whose name ends in `_minor`",
            ),
            Wanted::Words => ("words", "give codes and words"),
            Wanted::Booleans => ("true or false", "give 1 or 0 as 8-bit integers"),
            Wanted::Decimals => ("decimal numbers", "give text, or integers"),
            Wanted::Dates => ("dates", "give text such as \"2026-11-20\""),
        };
        let found = match self {
            Self::Numbers(_) => "integers",
            Self::Words(..) => "words",
            Self::Other(found) => found,
            Self::Floats(found) => {
                let message =
                    format!("the column is `{found}`, and a float cannot hold {wanted} exactly");
                return Problem::new(FLOAT_REFUSED, message, hint);
            }
        };
        refuse(wanted, found, hint)
    }
}

fn truth(row: usize, number: &i64) -> Result<bool, Problem> {
    match number {
        0 => Ok(false),
        1 => Ok(true),
        other => {
            Err(refuse("0 or 1", &format!("`{other}`"), "1 is true and 0 is false").under(row))
        }
    }
}

fn refuse(wanted: &str, found: &str, hint: &str) -> Problem {
    let message = format!("{wanted} are needed here, found {found}");
    Problem::new(COLUMN_TYPE_MISMATCH, message, hint)
}

fn too_wide(number: u64) -> Problem {
    Problem::new(
        INTEGER_OUT_OF_RANGE,
        format!("`{number}` does not fit 64 bits with a sign"),
        "use smaller numbers",
    )
}
