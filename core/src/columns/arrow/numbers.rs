//! Numbers, times and truth values of Arrow columns.

use std::borrow::Cow;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_schema::{DataType, TimeUnit};
use rust_decimal::Decimal;

use super::super::Column;
use super::{Chunks, broken};
use crate::kernel::calendar::{
    Date, INSTANT_OUT_OF_RANGE, INSTANT_TOO_FINE, INSTANT_WITHOUT_OFFSET,
};
use crate::kernel::document::refusal::INTEGER_OUT_OF_RANGE;
use crate::kernel::money::{AMOUNT_TOO_FINE, AMOUNT_TOO_LARGE, Currency};
use crate::kernel::problem::Problem;

/// The numbers of a column, one for each row: zero for a null, which nobody looks at.
fn numbers<T: ArrowPrimitiveType, N: Clone + Default>(
    column: &Chunks<'_>,
    number: impl Fn(T::Native) -> Result<N, Problem>,
) -> Result<Vec<N>, Problem> {
    let mut numbers = Vec::with_capacity(column.rows);
    for chunk in &column.chunks {
        let chunk: &PrimitiveArray<T> = typed(chunk)?;
        for (row, value) in chunk.values().iter().enumerate() {
            numbers.push(if chunk.is_null(row) {
                N::default()
            } else {
                number(*value).map_err(|problem| problem.under(numbers.len()))?
            });
        }
    }
    Ok(numbers)
}

/// The same, with nothing where there is no value.
fn optional<T: ArrowPrimitiveType, N: Clone>(
    column: &Chunks<'_>,
    number: impl Fn(T::Native) -> Result<N, Problem>,
) -> Result<Vec<Option<N>>, Problem> {
    numbers::<T, _>(column, |value| number(value).map(Some))
}

fn typed<T: ArrowPrimitiveType>(chunk: &ArrayRef) -> Result<&PrimitiveArray<T>, Problem> {
    chunk.as_primitive_opt().ok_or_else(|| broken(&"a chunk is of another type than its table"))
}

/// Lends a column that is one chunk of 64-bit numbers without nulls.
fn lent<'a, T: ArrowPrimitiveType<Native = i64>>(column: &Chunks<'a>) -> Option<Cow<'a, [i64]>> {
    let array: &PrimitiveArray<T> = column.whole()?.as_primitive_opt()?;
    Some(Cow::Borrowed(array.values()))
}

/// A column of 64-bit numbers, lent if it can be.
fn wide<'a, T: ArrowPrimitiveType<Native = i64>>(
    column: &Chunks<'a>,
) -> Result<Cow<'a, [i64]>, Problem> {
    match lent::<T>(column) {
        Some(numbers) => Ok(numbers),
        None => numbers::<T, _>(column, Ok).map(Cow::Owned),
    }
}

pub(super) fn integers<'a>(column: &Chunks<'a>) -> Result<Column<'a>, Problem> {
    fn narrow<T>(column: &Chunks<'_>) -> Result<Cow<'static, [i64]>, Problem>
    where
        T: ArrowPrimitiveType,
        i64: TryFrom<T::Native>,
    {
        let number = |value: T::Native| {
            i64::try_from(value).map_err(|_| {
                Problem::new(
                    INTEGER_OUT_OF_RANGE,
                    format!("`{value:?}` does not fit 64 bits with a sign"),
                    "use smaller numbers",
                )
            })
        };
        numbers::<T, _>(column, number).map(Cow::Owned)
    }
    let numbers = match column.of {
        DataType::Int64 => wide::<Int64Type>(column)?,
        DataType::Int32 => narrow::<Int32Type>(column)?,
        DataType::Int16 => narrow::<Int16Type>(column)?,
        DataType::Int8 => narrow::<Int8Type>(column)?,
        DataType::UInt64 => narrow::<UInt64Type>(column)?,
        DataType::UInt32 => narrow::<UInt32Type>(column)?,
        DataType::UInt16 => narrow::<UInt16Type>(column)?,
        DataType::UInt8 => narrow::<UInt8Type>(column)?,
        _ => return Err(column.refuse("whole numbers", "cast the column to 64-bit integers")),
    };
    Ok(Column::Integers(numbers, column.present()))
}

pub(super) fn instants<'a>(column: &Chunks<'a>) -> Result<Column<'a>, Problem> {
    let DataType::Timestamp(unit, zone) = column.of else {
        return Err(column.refuse(
            "instants",
            "cast the column to a timestamp with a time zone, or to text with an offset",
        ));
    };
    if zone.is_none() {
        return Err(Problem::new(
            INSTANT_WITHOUT_OFFSET,
            format!("the column is `{}`, which has no time zone", column.of),
            "say which zone its times are in: `assume_timezone` in pyarrow, `dt.replace_time_zone` in polars, `dt.tz_localize` in pandas",
        ));
    }
    let times = |factor: i64| {
        move |value: i64| {
            value.checked_mul(factor).ok_or_else(|| {
                let message = format!("`{value}` lies beyond the year 9999");
                Problem::new(INSTANT_OUT_OF_RANGE, message, "check the unit of the column")
            })
        }
    };
    let micros = match unit {
        TimeUnit::Microsecond => wide::<TimestampMicrosecondType>(column)?,
        TimeUnit::Second => numbers::<TimestampSecondType, _>(column, times(1_000_000))?.into(),
        TimeUnit::Millisecond => {
            numbers::<TimestampMillisecondType, _>(column, times(1_000))?.into()
        }
        TimeUnit::Nanosecond => numbers::<TimestampNanosecondType, _>(column, |value| {
            if value % 1_000 == 0 {
                return Ok(value / 1_000);
            }
            Err(Problem::new(
                INSTANT_TOO_FINE,
                format!("`{value}` nanoseconds are no whole microseconds"),
                "truncate the column to microseconds",
            ))
        })?
        .into(),
    };
    Ok(Column::Micros(micros, column.present()))
}

/// How a column is asked for that should have amounts.
const CAST_TO_DECIMAL: &str = "cast it to a decimal of the currency's digits, such as Decimal(18, 2), or give whole minor units in a column whose name ends in `_minor`";

pub(super) fn amounts<'a>(column: &Chunks<'a>, currency: Currency) -> Result<Column<'a>, Problem> {
    let digits = i32::from(currency.digits());
    let minor = move |value: Option<i128>, scale: i8| {
        let value = value.ok_or_else(|| too_large(currency))?;
        to_minor(value, digits - i32::from(scale), currency)
    };
    let numbers = match column.of {
        DataType::Decimal32(_, scale) => {
            numbers::<Decimal32Type, _>(column, |value| minor(Some(value.into()), *scale))?
        }
        DataType::Decimal64(_, scale) => {
            numbers::<Decimal64Type, _>(column, |value| minor(Some(value.into()), *scale))?
        }
        DataType::Decimal128(_, scale) => {
            numbers::<Decimal128Type, _>(column, |value| minor(Some(value), *scale))?
        }
        DataType::Decimal256(_, scale) => {
            numbers::<Decimal256Type, _>(column, |value| minor(value.to_i128(), *scale))?
        }
        _ => return Err(column.refuse("decimal amounts", CAST_TO_DECIMAL)),
    };
    Ok(Column::Integers(numbers.into(), column.present()))
}

/// A decimal's digits as minor units, given by how many digits they have to be shifted up.
fn to_minor(value: i128, shift: i32, currency: Currency) -> Result<i64, Problem> {
    let power = 10_i128.checked_pow(shift.unsigned_abs());
    let minor = match power {
        Some(power) if shift >= 0 => value.checked_mul(power),
        Some(power) if value % power == 0 => Some(value / power),
        // A number without digits is zero however it is scaled.
        _ if value == 0 => Some(0),
        _ if shift >= 0 => None,
        _ => {
            return Err(Problem::new(
                AMOUNT_TOO_FINE,
                format!("the amount is finer than the minor unit of {currency}"),
                format!("{currency} has {} decimal digits; round first", currency.digits()),
            ));
        }
    };
    minor.and_then(|minor| i64::try_from(minor).ok()).ok_or_else(|| too_large(currency))
}

fn too_large(currency: Currency) -> Problem {
    Problem::new(
        AMOUNT_TOO_LARGE,
        format!("the amount does not fit 64 bits of minor units of {currency}"),
        "check the amount and the scale of the column",
    )
}

pub(super) fn decimals<'a>(column: &Chunks<'a>) -> Result<Column<'a>, Problem> {
    let exact = |value: Option<i128>, scale: i8| {
        let decimal = value.and_then(|value| match u32::try_from(scale) {
            Ok(scale) => Decimal::try_from_i128_with_scale(value, scale).ok(),
            Err(_) => {
                let whole = 10_i128.checked_pow(u32::from(scale.unsigned_abs()));
                Decimal::try_from_i128_with_scale(value.checked_mul(whole?)?, 0).ok()
            }
        });
        decimal.ok_or_else(|| {
            let message = "the number has more digits than an exact decimal holds";
            Problem::new(AMOUNT_TOO_LARGE, message, "use at most 28 digits")
        })
    };
    let decimals = match column.of {
        DataType::Decimal32(_, scale) => {
            optional::<Decimal32Type, _>(column, |value| exact(Some(value.into()), *scale))?
        }
        DataType::Decimal64(_, scale) => {
            optional::<Decimal64Type, _>(column, |value| exact(Some(value.into()), *scale))?
        }
        DataType::Decimal128(_, scale) => {
            optional::<Decimal128Type, _>(column, |value| exact(Some(value), *scale))?
        }
        DataType::Decimal256(_, scale) => {
            optional::<Decimal256Type, _>(column, |value| exact(value.to_i128(), *scale))?
        }
        of if of.is_integer() => {
            let Column::Integers(numbers, present) = integers(column)? else {
                return Err(broken(&"integers"));
            };
            let here = |row: usize| present.as_ref().and_then(|present| present.get(row).copied());
            let numbered = numbers.iter().enumerate();
            numbered
                .map(|(row, number)| here(row).unwrap_or(true).then(|| Decimal::from(*number)))
                .collect()
        }
        _ => return Err(column.refuse("decimal numbers", "cast the column to a decimal")),
    };
    Ok(Column::Decimals(decimals))
}

pub(super) fn dates<'a>(column: &Chunks<'a>) -> Result<Column<'a>, Problem> {
    match column.of {
        DataType::Date32 => {
            optional::<Date32Type, _>(column, Date::from_epoch_days).map(Column::Dates)
        }
        _ => Err(column.refuse("dates", "cast the column to a date of 32 bits")),
    }
}

pub(super) fn booleans<'a>(column: &Chunks<'a>) -> Result<Column<'a>, Problem> {
    let mut booleans = Vec::with_capacity(column.rows);
    for chunk in &column.chunks {
        let Some(chunk) = chunk.as_boolean_opt() else {
            return Err(column.refuse("true or false", "cast the column to booleans"));
        };
        booleans.extend(chunk.iter());
    }
    Ok(Column::Booleans(booleans))
}
