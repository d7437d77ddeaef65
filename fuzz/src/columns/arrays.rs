//! Arrow arrays made of fuzz bytes, as a producer on the other side of the C interface may make them.
//!
//! The buffers are as large as the type and the length ask for: that much has to be believed of a
//! producer. What is in them may be anything: text that is no UTF-8, offsets that go backwards or
//! beyond, keys that point at no word.

use std::sync::Arc;

use arrow_array::{ArrayRef, make_array};
use arrow_buffer::Buffer;
use arrow_data::ArrayData;
use arrow_schema::{DataType, TimeUnit};

use super::bytes::Bytes;

const WORDS: [&str; 8] = ["ann", "bob", "7", "zed", "sale", "lead", "lamp", "AT"];

/// Mostly the type that a column of that name has, now and then any other.
pub(super) fn column_type(name: &str, bytes: &mut Bytes<'_>) -> DataType {
    let zone: Option<Arc<str>> = Some("UTC".into());
    let all = [
        DataType::Int64,
        DataType::Utf8,
        DataType::Timestamp(TimeUnit::Microsecond, zone.clone()),
        DataType::Boolean,
        DataType::Date32,
        DataType::Decimal128(20, 3),
        dictionary(DataType::Int8),
        dictionary(DataType::Int32),
        dictionary(DataType::UInt8),
        dictionary(DataType::UInt16),
        dictionary(DataType::UInt64),
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::UInt8,
        DataType::UInt32,
        DataType::UInt64,
        DataType::LargeUtf8,
        DataType::Utf8View,
        DataType::Timestamp(TimeUnit::Second, zone.clone()),
        DataType::Timestamp(TimeUnit::Millisecond, zone.clone()),
        DataType::Timestamp(TimeUnit::Nanosecond, zone),
        DataType::Timestamp(TimeUnit::Microsecond, None),
        DataType::Decimal32(5, 2),
        DataType::Decimal64(12, -2),
        DataType::Decimal256(60, 30),
        DataType::Float64,
        DataType::Null,
        DataType::Date64,
    ];
    if bytes.below(8) == 7 {
        return all[bytes.below(all.len())].clone();
    }
    let usual: &[usize] = match name {
        "at" => &[2, 19, 20, 21],
        "partner" | "customer" | "kind" | "item.product" | "customer.country" => &[1, 6, 7, 8, 18],
        "customer.new" => &[3],
        "fact.day" => &[4],
        "fact.score" | "amount" => &[5, 23, 24],
        _ => &[0, 11, 13, 14],
    };
    all[usual[bytes.below(usual.len())]].clone()
}

fn dictionary(keys: DataType) -> DataType {
    DataType::Dictionary(Box::new(keys), Box::new(DataType::Utf8))
}

/// An array of that type and length; sometimes the end of a longer one, sometimes with nulls.
pub(super) fn array(name: &str, of: &DataType, rows: usize, bytes: &mut Bytes<'_>) -> ArrayRef {
    let skipped = [0, 0, 0, 3][bytes.below(4)];
    let whole = data(name, of, rows + skipped, bytes);
    make_array(whole).slice(skipped, rows)
}

fn data(name: &str, of: &DataType, rows: usize, bytes: &mut Bytes<'_>) -> ArrayData {
    if *of == DataType::Null {
        return ArrayData::new_null(of, rows);
    }
    let mut builder = ArrayData::builder(of.clone()).len(rows);
    if bytes.below(4) == 3 {
        builder = builder.null_bit_buffer(Some(Buffer::from(bytes.take(rows.div_ceil(8)))));
    }
    // Text that looks like text, or whatever the bytes are.
    let wild = bytes.below(8) == 7;
    let builder = match of {
        DataType::Boolean => builder.add_buffer(Buffer::from(bytes.take(rows.div_ceil(8)))),
        DataType::Utf8 => {
            let (offsets, text) = texts(rows, wild, bytes);
            let offsets =
                offsets.into_iter().map(|offset| i32::try_from(offset).unwrap_or(i32::MAX));
            builder.add_buffer(Buffer::from_iter(offsets)).add_buffer(Buffer::from(text))
        }
        DataType::LargeUtf8 => {
            let (offsets, text) = texts(rows, wild, bytes);
            builder.add_buffer(Buffer::from_iter(offsets)).add_buffer(Buffer::from(text))
        }
        DataType::Utf8View => builder.add_buffer(Buffer::from_iter(views(rows, wild, bytes))),
        DataType::Dictionary(keys, words) => {
            let known = 1 + bytes.below(WORDS.len());
            let numbers =
                (0..rows).map(|_| if wild { bytes.byte().into() } else { bytes.below(known) });
            let numbers: Vec<i128> = numbers.map(|key| i128::try_from(key).unwrap_or(0)).collect();
            builder
                .add_buffer(fixed(keys, &numbers))
                .add_child_data(data(name, words, known, bytes))
        }
        _ => builder.add_buffer(fixed(of, &numbers(name, of, rows, bytes))),
    };
    // SAFETY: every buffer has the size that its type and length ask for.
    unsafe { builder.build_unchecked() }
}

/// Offsets and the text that they cut; wild ones may point anywhere.
fn texts(rows: usize, wild: bool, bytes: &mut Bytes<'_>) -> (Vec<i64>, Vec<u8>) {
    let mut offsets = vec![0];
    let mut text = Vec::new();
    for _ in 0..rows {
        if wild {
            text.extend(bytes.take(2));
            offsets.push(i64::from(bytes.byte()) - 8);
        } else {
            text.extend(WORDS[bytes.below(WORDS.len())].as_bytes());
            offsets.push(i64::try_from(text.len()).unwrap_or(0));
        }
    }
    (offsets, text)
}

/// Texts of up to twelve bytes, which lie in the view itself.
fn views(rows: usize, wild: bool, bytes: &mut Bytes<'_>) -> Vec<u128> {
    let view = |_| {
        let mut view = [0; 16];
        if wild {
            view.copy_from_slice(&bytes.take(16));
        } else {
            let word = WORDS[bytes.below(WORDS.len())].as_bytes();
            view[0] = u8::try_from(word.len()).unwrap_or(0);
            view[4..4 + word.len()].copy_from_slice(word);
        }
        u128::from_le_bytes(view)
    };
    (0..rows).map(view).collect()
}

/// Numbers as a column of that name has them, or of all sizes.
pub(super) fn numbers(name: &str, of: &DataType, rows: usize, bytes: &mut Bytes<'_>) -> Vec<i128> {
    let wild = bytes.below(16) == 15;
    let per_second = match of {
        DataType::Timestamp(TimeUnit::Second, _) => 1,
        DataType::Timestamp(TimeUnit::Millisecond, _) => 1_000,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => 1_000_000_000,
        _ => 1_000_000,
    };
    let number = |row: usize| {
        let small = i128::from(bytes.byte());
        if wild {
            let mut wide = [0; 16];
            wide.copy_from_slice(&bytes.take(16));
            return i128::from_le_bytes(wide) >> (small % 128);
        }
        match (name, of) {
            // Days of the year 2026.
            ("at", _) => (1_767_225_600 + small * 86_400) * per_second,
            ("fact.day", _) => 20_454 + small,
            ("refund_of", _) if small % 4 != 0 => -1,
            ("refund_of", _) => small % i128::try_from(row.max(1)).unwrap_or(1),
            ("partner" | "customer", _) => small % 8,
            ("quantity", _) => small % 16,
            ("amount", DataType::Decimal128(..)) => small * 100_000,
            _ => small * small,
        }
    };
    (0..rows).map(number).collect()
}

/// The numbers in as many bytes as the type has.
fn fixed(of: &DataType, numbers: &[i128]) -> Buffer {
    let width = of.primitive_width().unwrap_or(8);
    let bytes = numbers.iter().flat_map(|number| {
        let sign = if *number < 0 { 0xFF } else { 0 };
        number.to_le_bytes().into_iter().chain([sign; 16]).take(width)
    });
    // In place of 32-byte alignment, which a plain list of bytes does not promise.
    let mut aligned = arrow_buffer::MutableBuffer::new(numbers.len() * width);
    aligned.extend_from_slice(&bytes.collect::<Vec<u8>>());
    aligned.into()
}
