//! Typed arrays on their way in.
//!
//! The JavaScript side hands over a list of plain objects `{name, values, words, valid, found}` that
//! it has just made, so that nothing of the caller's (a getter, a proxy) runs between here and the
//! end of a run that borrows the arrays.

use std::borrow::Cow;

use guerdon::columns::typed::{Content, Numbers, TypedColumn, TypedTable};
use napi::bindgen_prelude::{FromNapiValue, Object, TypedArray, TypedArrayType};
use napi::{Error, Result, Status};

/// The columns of a table, lent.
pub(crate) fn lent<'a>(columns: &[Object<'a>]) -> Result<TypedTable<'a>> {
    Ok(TypedTable { columns: columns.iter().map(column).collect::<Result<_>>()? })
}

fn column<'a>(column: &Object<'a>) -> Result<TypedColumn<'a>> {
    let name: String = needed(column, "name")?;
    let valid: Option<&'a [u8]> = column.get("valid")?;
    let content = match column.get::<String>("found")? {
        Some(found) => Content::Other(found),
        None => content(column)?,
    };
    Ok(TypedColumn { name, content, valid: valid.map(Cow::Borrowed) })
}

fn content<'a>(column: &Object<'a>) -> Result<Content<'a>> {
    let array: TypedArray<'a> = needed(column, "values")?;
    let numbers = match array.typed_array_type {
        TypedArrayType::Int8 => Numbers::Int8(lend(column)?),
        TypedArrayType::Uint8 => Numbers::Uint8(lend(column)?),
        TypedArrayType::Int16 => Numbers::Int16(lend(column)?),
        TypedArrayType::Uint16 => Numbers::Uint16(lend(column)?),
        TypedArrayType::Int32 => Numbers::Int32(lend(column)?),
        TypedArrayType::Uint32 => Numbers::Uint32(lend(column)?),
        TypedArrayType::BigInt64 => Numbers::Int64(lend(column)?),
        TypedArrayType::BigUint64 => Numbers::Uint64(lend(column)?),
        TypedArrayType::Float32 => return Ok(Content::Floats("Float32Array".to_owned())),
        TypedArrayType::Float64 => return Ok(Content::Floats("Float64Array".to_owned())),
        other => return Ok(Content::Other(format!("an array of {}", other.as_ref()))),
    };
    Ok(match column.get("words")? {
        Some(words) => Content::Words(numbers, words),
        None => Content::Numbers(numbers),
    })
}

/// The numbers of a column's array, of the type that it was found to have.
fn lend<'a, N: Clone>(column: &Object<'a>) -> Result<Cow<'a, [N]>>
where
    &'a [N]: FromNapiValue,
{
    needed(column, "values").map(Cow::Borrowed)
}

fn needed<T: FromNapiValue>(column: &Object<'_>, key: &str) -> Result<T> {
    column.get(key)?.ok_or_else(|| Error::new(Status::InvalidArg, format!("no `{key}`")))
}
