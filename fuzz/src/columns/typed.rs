//! Typed arrays made of fuzz bytes, as a host without Arrow hands them over: numbers of every width, codes that
//! point at no word, words that are no instants or amounts, lists of valid rows, lengths that differ.

use std::borrow::Cow;

use arrow_schema::DataType;
use guerdon::columns::typed::{Content, Numbers, TypedColumn, TypedTable};

use super::NAMES;
use super::arrays::numbers;
use super::bytes::Bytes;

const WORDS: [&str; 16] = [
    "ann",
    "bob",
    "7",
    "zed",
    "sale",
    "lead",
    "AT",
    "",
    "2026-11-20T09:30:00Z",
    "2026-11-20T10:30:00.000001+01:00",
    "2026-11-20",
    "12.34",
    "-0.005",
    "1e3",
    "99999999999999999999999999999",
    "2026-13-01",
];

pub(super) fn table(bytes: &mut Bytes<'_>) -> TypedTable<'static> {
    let rows = bytes.below(24);
    let mut columns = Vec::new();
    for name in NAMES {
        // Mostly what a plan needs, now and then without a column or with one twice.
        for _ in 0..[1, 1, 1, 1, 1, 1, 0, 2][bytes.below(8)] {
            columns.push(column(name, rows, bytes));
        }
    }
    TypedTable { columns }
}

fn column(name: &str, rows: usize, bytes: &mut Bytes<'_>) -> TypedColumn<'static> {
    let rows = another_now_and_then(rows, bytes);
    let content = content(name, rows, bytes);
    let valid = (bytes.below(4) == 3).then(|| {
        let rows = another_now_and_then(rows, bytes);
        Cow::Owned(bytes.take(rows))
    });
    TypedColumn { name: name.to_owned(), content, valid }
}

fn another_now_and_then(rows: usize, bytes: &mut Bytes<'_>) -> usize {
    if bytes.below(32) == 31 { bytes.below(24) } else { rows }
}

/// Mostly what a column of that name has, now and then anything.
fn content(name: &str, rows: usize, bytes: &mut Bytes<'_>) -> Content<'static> {
    match bytes.below(16) {
        13 => return Content::Floats("Float64Array".to_owned()),
        14 => return Content::Other("Map".to_owned()),
        _ => {}
    }
    let words = match name {
        "kind" | "item.product" | "customer.country" | "fact.day" => true,
        "at" | "partner" | "customer" | "amount" | "fact.score" => bytes.below(2) == 1,
        _ => bytes.below(8) == 7,
    };
    if !words {
        let width = if name == "at" { bytes.below(8).max(6) } else { bytes.below(8) };
        return Content::Numbers(of_width(width, &numbers(name, &DataType::Int64, rows, bytes)));
    }
    let known: Vec<&str> = match name {
        "at" => WORDS[8..11].to_vec(),
        "fact.day" => WORDS[10..11].to_vec(),
        "amount" | "fact.score" => WORDS[11..14].to_vec(),
        "kind" => WORDS[4..6].to_vec(),
        _ => WORDS[..7].to_vec(),
    };
    let wild = bytes.below(8) == 7;
    let known = if wild { WORDS.to_vec() } else { known };
    let code = |_| if wild { i128::from(bytes.byte()) - 4 } else { small(bytes, known.len()) };
    let codes: Vec<i128> = (0..rows).map(code).collect();
    let width = bytes.below(8);
    Content::Words(of_width(width, &codes), known.into_iter().map(str::to_owned).collect())
}

fn small(bytes: &mut Bytes<'_>, below: usize) -> i128 {
    i128::try_from(bytes.below(below)).unwrap_or(0)
}

/// The numbers cut to a width, as an array of that width would hold them.
fn of_width(width: usize, numbers: &[i128]) -> Numbers<'static> {
    macro_rules! cut {
        ($variant:ident, $type:ty) => {
            Numbers::$variant(numbers.iter().map(|number| *number as $type).collect())
        };
    }
    match width {
        0 => cut!(Int8, i8),
        1 => cut!(Uint8, u8),
        2 => cut!(Int16, i16),
        3 => cut!(Uint16, u16),
        4 => cut!(Int32, i32),
        5 => cut!(Uint32, u32),
        6 => cut!(Int64, i64),
        _ => cut!(Uint64, u64),
    }
}
