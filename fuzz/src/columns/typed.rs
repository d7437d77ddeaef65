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

/// Where the choices come from, and whether any of them may be wrong: a table with one wrong column is refused as a
/// whole, so that most inputs are calm.
struct Choices<'a, 'b> {
    bytes: &'a mut Bytes<'b>,
    calm: bool,
}

impl Choices<'_, '_> {
    /// One time in so many, and never in a calm input.
    fn rarely(&mut self, sides: usize) -> bool {
        self.bytes.below(sides) + 1 == sides && !self.calm
    }

    fn rows(&mut self, rows: usize) -> usize {
        if self.rarely(32) {
            self.bytes.below(24)
        } else {
            rows
        }
    }
}

pub(super) fn table(bytes: &mut Bytes<'_>) -> TypedTable<'static> {
    let calm = bytes.below(4) != 3;
    let rows = bytes.below(24);
    let mut choices = Choices { bytes, calm };
    let mut columns = Vec::new();
    for name in NAMES {
        let left_out = match name {
            "at" | "partner" | "amount_minor" | "customer" => choices.rarely(8),
            // Beside the same in minor units, it is refused.
            "amount" => !choices.rarely(4),
            _ => choices.bytes.below(4) == 3,
        };
        if left_out {
            continue;
        }
        columns.push(column(name, rows, &mut choices));
        if choices.rarely(8) {
            columns.push(column(name, rows, &mut choices));
        }
    }
    TypedTable { columns }
}

fn column(name: &str, rows: usize, choices: &mut Choices<'_, '_>) -> TypedColumn<'static> {
    let rows = choices.rows(rows);
    let content = content(name, rows, choices);
    let nullable = name.contains('.') || name == "refund_of";
    let valid = (choices.rarely(4) || nullable && choices.bytes.below(4) == 3).then(|| {
        let rows = choices.rows(rows);
        Cow::Owned(choices.bytes.take(rows))
    });
    TypedColumn {
        name: name.to_owned(),
        content,
        valid,
    }
}

/// Mostly what a column of that name has, now and then anything.
fn content(name: &str, rows: usize, choices: &mut Choices<'_, '_>) -> Content<'static> {
    if choices.rarely(16) {
        return Content::Floats("Float64Array".to_owned());
    }
    if choices.rarely(16) {
        return Content::Other("Map".to_owned());
    }
    let words = match name {
        "kind" | "item.product" | "customer.country" | "fact.day" | "amount" => true,
        "at" | "partner" | "customer" | "fact.score" => choices.bytes.below(2) == 1,
        _ => choices.rarely(8),
    };
    if !words {
        let width = if name == "at" && !choices.rarely(8) {
            6
        } else {
            choices.bytes.below(8)
        };
        let numbers = match name {
            "customer.new" if choices.calm => (0..rows).map(|_| small(choices.bytes, 2)).collect(),
            _ => numbers(name, &DataType::Int64, rows, choices.bytes),
        };
        return Content::Numbers(of_width(width, &numbers));
    }
    let wild = choices.rarely(8);
    let known = match name {
        _ if wild => &WORDS[..],
        "at" => &WORDS[8..10],
        "fact.day" => &WORDS[10..11],
        "amount" | "fact.score" => &WORDS[11..13],
        "kind" => &WORDS[4..6],
        _ => &WORDS[..7],
    };
    let code = |_| match wild {
        true => i128::from(choices.bytes.byte()) - 4,
        false => small(choices.bytes, known.len()),
    };
    let codes: Vec<i128> = (0..rows).map(code).collect();
    let width = choices.bytes.below(8);
    Content::Words(
        of_width(width, &codes),
        known.iter().map(|word| (*word).to_owned()).collect(),
    )
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
