//! Words of Arrow columns: text becomes codes, a dictionary already is.

use std::borrow::Cow;
use std::collections::HashMap;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, ArrowPrimitiveType, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, DictionaryArray};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

use super::super::{COLUMN_CODE_INVALID, ColumnCodes};
use super::{Chunks, broken};
use crate::kernel::problem::Problem;

/// Codes, and the words that they point at.
type Coded<'a> = (ColumnCodes<'a>, Vec<&'a str>);

pub(super) fn words<'a>(column: &Chunks<'a>) -> Result<Coded<'a>, Problem> {
    if let Some(coded) = lent(column) {
        return Ok(coded);
    }
    let mut made = Made::default();
    for chunk in &column.chunks {
        match column.of {
            DataType::Dictionary(key, value) if is_text(value) => match key.as_ref() {
                DataType::Int8 => made.take_coded::<Int8Type>(chunk)?,
                DataType::Int16 => made.take_coded::<Int16Type>(chunk)?,
                DataType::Int32 => made.take_coded::<Int32Type>(chunk)?,
                DataType::Int64 => made.take_coded::<Int64Type>(chunk)?,
                DataType::UInt8 => made.take_coded::<UInt8Type>(chunk)?,
                DataType::UInt16 => made.take_coded::<UInt16Type>(chunk)?,
                DataType::UInt32 => made.take_coded::<UInt32Type>(chunk)?,
                DataType::UInt64 => made.take_coded::<UInt64Type>(chunk)?,
                _ => return Err(refuse(column)),
            },
            of if is_text(of) => made.take_text(chunk)?,
            _ => return Err(refuse(column)),
        }
    }
    if column.chunks.is_empty() && !is_words(column.of) {
        return Err(refuse(column));
    }
    Ok((ColumnCodes::Int32(Cow::Owned(made.codes)), made.words))
}

fn refuse(column: &Chunks<'_>) -> Problem {
    column.refuse("words", "cast the column to text or to a dictionary of text")
}

fn is_text(of: &DataType) -> bool {
    matches!(of, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Whether a column is text, or a dictionary of text.
pub(super) fn is_words(of: &DataType) -> bool {
    match of {
        DataType::Dictionary(_, value) => is_text(value),
        of => is_text(of),
    }
}

/// Calls a function with each text of an array, in its order.
fn each_text<'a>(
    array: &'a ArrayRef,
    mut take: impl FnMut(Option<&'a str>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    match array.data_type() {
        DataType::Utf8 => array.as_string::<i32>().iter().try_for_each(&mut take),
        DataType::LargeUtf8 => array.as_string::<i64>().iter().try_for_each(&mut take),
        DataType::Utf8View => array.as_string_view().iter().try_for_each(&mut take),
        of => Err(broken(&format!("`{of}` is no text"))),
    }
}

/// Lends the keys of a column that is one dictionary without nulls.
fn lent<'a>(column: &Chunks<'a>) -> Option<Coded<'a>> {
    let array = column.whole()?;
    let values = array.as_any_dictionary_opt()?.values();
    let mut words = Vec::with_capacity(values.len());
    if values.null_count() > 0 || !is_text(values.data_type()) {
        return None;
    }
    each_text(values, |word| {
        words.extend(word);
        Ok(())
    })
    .ok()?;
    let DataType::Dictionary(key, _) = column.of else { return None };
    let codes = match key.as_ref() {
        DataType::Int8 => ColumnCodes::Int8(keys::<Int8Type, _>(array)?),
        DataType::Int16 => ColumnCodes::Int16(keys::<Int16Type, _>(array)?),
        DataType::Int32 => ColumnCodes::Int32(keys::<Int32Type, _>(array)?),
        // A key that would be negative when read with a sign points at no word that is there.
        DataType::UInt8 if words.len() <= 0x80 => ColumnCodes::Int8(keys::<UInt8Type, _>(array)?),
        DataType::UInt16 if words.len() <= 0x8000 => {
            ColumnCodes::Int16(keys::<UInt16Type, _>(array)?)
        }
        DataType::UInt32 if words.len() <= 0x8000_0000 => {
            ColumnCodes::Int32(keys::<UInt32Type, _>(array)?)
        }
        _ => return None,
    };
    Some((codes, words))
}

/// The keys of a dictionary, as numbers with a sign of the same width.
fn keys<K: ArrowDictionaryKeyType, N: ArrowNativeType>(array: &ArrayRef) -> Option<Cow<'_, [N]>> {
    let dictionary: &DictionaryArray<K> = array.as_dictionary_opt()?;
    Some(Cow::Borrowed(dictionary.keys().values().inner().typed_data()))
}

/// Codes that are made row by row, over the words of all chunks.
#[derive(Default)]
struct Made<'a> {
    codes: Vec<i32>,
    words: Vec<&'a str>,
    known: HashMap<&'a str, i32>,
}

const NULL: i32 = -1;

impl<'a> Made<'a> {
    fn code(&mut self, word: &'a str) -> Result<i32, Problem> {
        if let Some(code) = self.known.get(word) {
            return Ok(*code);
        }
        let code = i32::try_from(self.words.len()).map_err(|_| broken(&"too many words"))?;
        self.words.push(word);
        self.known.insert(word, code);
        Ok(code)
    }

    fn take_text(&mut self, chunk: &'a ArrayRef) -> Result<(), Problem> {
        // Equal words often follow each other.
        let mut last: Option<(&str, i32)> = None;
        each_text(chunk, |text| {
            let code = match (text, last) {
                (None, _) => NULL,
                (Some(text), Some((known, code))) if known == text => code,
                (Some(text), _) => self.code(text)?,
            };
            last = text.map(|text| (text, code)).or(last);
            self.codes.push(code);
            Ok(())
        })
    }

    fn take_coded<K: ArrowDictionaryKeyType>(&mut self, chunk: &'a ArrayRef) -> Result<(), Problem>
    where
        usize: TryFrom<<K as ArrowPrimitiveType>::Native>,
    {
        let dictionary: &DictionaryArray<K> =
            chunk.as_dictionary_opt().ok_or_else(|| broken(&"a chunk is no dictionary"))?;
        let mut codes = Vec::with_capacity(dictionary.values().len());
        each_text(dictionary.values(), |word| {
            codes.push(word.map_or(Ok(NULL), |word| self.code(word))?);
            Ok(())
        })?;
        for (row, key) in dictionary.keys().values().iter().enumerate() {
            let code = if dictionary.is_null(row) {
                NULL
            } else {
                let place = usize::try_from(*key).ok();
                let code = place.and_then(|place| codes.get(place)).copied();
                code.ok_or_else(|| {
                    let message = format!("the key `{key:?}` points beyond the dictionary");
                    Problem::new(COLUMN_CODE_INVALID, message, "write the table again")
                        .under(self.codes.len())
                })?
            };
            self.codes.push(code);
        }
        Ok(())
    }
}
