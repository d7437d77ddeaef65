//! Some rows of borrowed columns.

use std::ops::Range;

use guerdon::columns::{Codes, Facts, Ids, Words};
use guerdon::commission::EventColumns;

pub(super) fn of<'a>(columns: &EventColumns<'a>, rows: Range<usize>) -> EventColumns<'a> {
    let cut = |numbers: &'a [i64]| &numbers[rows.clone()];
    EventColumns {
        at: cut(columns.at),
        partner: ids(&columns.partner, &rows),
        amount_minor: cut(columns.amount_minor),
        net_minor: columns.net_minor.map(cut),
        quantity: columns.quantity.map(cut),
        kind: columns.kind.as_ref().map(|kind| words(kind, &rows)),
        customer: columns.customer.as_ref().map(|customer| ids(customer, &rows)),
        refund_of: columns.refund_of.map(cut),
        facts: columns.facts.iter().map(|(name, of)| (*name, facts(of, &rows))).collect(),
    }
}

fn ids<'a>(of: &Ids<'a>, rows: &Range<usize>) -> Ids<'a> {
    match of {
        Ids::Numbers(numbers) => Ids::Numbers(&numbers[rows.clone()]),
        Ids::Words(of) => Ids::Words(words(of, rows)),
    }
}

fn words<'a>(of: &Words<'a>, rows: &Range<usize>) -> Words<'a> {
    let codes = match of.codes {
        Codes::Int8(codes) => Codes::Int8(&codes[rows.clone()]),
        Codes::Int16(codes) => Codes::Int16(&codes[rows.clone()]),
        Codes::Int32(codes) => Codes::Int32(&codes[rows.clone()]),
    };
    Words { codes, words: of.words.clone() }
}

fn facts<'a>(of: &Facts<'a>, rows: &Range<usize>) -> Facts<'a> {
    let rows = rows.clone();
    match of {
        Facts::Words(of) => Facts::Words(words(of, &rows)),
        Facts::Numbers(of, here) => Facts::Numbers(&of[rows.clone()], here.map(|here| &here[rows])),
        Facts::Micros(of, here) => Facts::Micros(&of[rows.clone()], here.map(|here| &here[rows])),
        Facts::Booleans(of) => Facts::Booleans(&of[rows]),
        Facts::Decimals(of) => Facts::Decimals(&of[rows]),
        Facts::Dates(of) => Facts::Dates(&of[rows]),
    }
}
