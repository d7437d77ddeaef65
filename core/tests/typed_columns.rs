//! Typed arrays read as what a plan wants of them: in every form, and refused in the others.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed unwrap, index or panic is a failed test"
)]

use std::borrow::Cow;

use guerdon::Problem;
use guerdon::columns::typed::{Content, Numbers, TypedColumn, TypedTable};
use guerdon::columns::{Column, Facts, Table, Wanted};
use guerdon::kernel::calendar::{Date, Instant};

fn column(content: Content<'static>, valid: Option<&'static [u8]>) -> TypedTable<'static> {
    let valid = valid.map(Cow::Borrowed);
    TypedTable { columns: vec![TypedColumn { name: "it".to_owned(), content, valid }] }
}

fn numbers(values: &'static [i64]) -> Content<'static> {
    Content::Numbers(Numbers::Int64(Cow::Borrowed(values)))
}

fn words(codes: &'static [i32], words: &[&str]) -> Content<'static> {
    let words = words.iter().map(ToString::to_string).collect();
    Content::Words(Numbers::Int32(Cow::Borrowed(codes)), words)
}

fn refused(table: &TypedTable<'_>, wanted: Wanted) -> (String, String) {
    let problem: Problem = table.read(0, wanted).unwrap_err();
    (problem.code.to_string(), problem.path)
}

fn euros() -> Wanted {
    Wanted::Amounts("EUR".parse().unwrap())
}

#[test]
fn numbers_of_every_width_are_whole_numbers() {
    let narrow: [Numbers<'static>; 8] = [
        Numbers::Int8(Cow::Owned(vec![7, 0])),
        Numbers::Uint8(Cow::Owned(vec![7, 0])),
        Numbers::Int16(Cow::Owned(vec![7, 0])),
        Numbers::Uint16(Cow::Owned(vec![7, 0])),
        Numbers::Int32(Cow::Owned(vec![7, 0])),
        Numbers::Uint32(Cow::Owned(vec![7, 0])),
        Numbers::Int64(Cow::Owned(vec![7, 0])),
        Numbers::Uint64(Cow::Owned(vec![7, 0])),
    ];
    for values in narrow {
        assert_eq!((values.len(), values.is_empty()), (2, false));
        let table = column(Content::Numbers(values), None).into_owned();
        assert_eq!(table.names(), ["it"]);
        for wanted in [Wanted::Integers, Wanted::Ids] {
            assert_eq!(table.read(0, wanted).unwrap().whole().unwrap(), [7, 0]);
        }
    }
    let wide = column(Content::Numbers(Numbers::Uint64(vec![1, u64::MAX].into())), None);
    assert_eq!(refused(&wide, Wanted::Integers), ("integer_out_of_range".into(), "/1".into()));
}

#[test]
fn numbers_of_64_bits_are_lent() {
    let table = column(numbers(&[1, 2]), None);
    let lent = |column: Column<'_>| match column {
        Column::Integers(numbers, None) | Column::Micros(numbers, None) => {
            matches!(numbers, Cow::Borrowed(_))
        }
        _ => false,
    };
    assert!(lent(table.read(0, Wanted::Integers).unwrap()));
    assert!(lent(table.read(0, Wanted::Instants).unwrap()));
}

#[test]
fn a_mask_says_where_the_nulls_are() {
    let table = column(numbers(&[5, 6, 7]), Some(&[1, 0, 255]));
    let mut read = table.read(0, Wanted::Integers).unwrap();
    assert_eq!(read.whole().unwrap_err().path, "/1");
    read.fill(-1);
    assert_eq!(read.whole().unwrap(), [5, -1, 7]);
    let decimals = table.read(0, Wanted::Decimals).unwrap();
    let Facts::Decimals(decimals) = decimals.facts() else { panic!("decimals") };
    assert_eq!(decimals, [Some(5.into()), None, Some(7.into())]);
    let short = column(numbers(&[5, 6, 7]), Some(&[1, 0]));
    let found = refused(&short, Wanted::Integers);
    assert_eq!(found, ("column_length_mismatch".into(), "/valid".into()));
}

#[test]
fn truth_is_0_or_1() {
    let table = column(numbers(&[0, 1, 9]), Some(&[1, 1, 0]));
    let read = table.read(0, Wanted::Booleans).unwrap();
    let Facts::Booleans(truths) = read.facts() else { panic!("booleans") };
    assert_eq!(truths, [Some(false), Some(true), None]);
    let table = column(numbers(&[0, 9]), None);
    let found = refused(&table, Wanted::Booleans);
    assert_eq!(found, ("column_type_mismatch".into(), "/1".into()));
}

#[test]
fn text_is_read_as_what_is_wanted() {
    let read = |codes, texts: &[&str], wanted| {
        let table = column(words(codes, texts), None);
        table.read(0, wanted).map(|column| format!("{column:?}"))
    };
    let amounts = column(words(&[1, 0, -1], &["0.05", "1299.9"]), None);
    let mut amounts = amounts.read(0, euros()).unwrap();
    amounts.fill(0);
    assert_eq!(amounts.whole().unwrap(), [129_990, 5, 0]);

    let times = column(words(&[0, 0], &["2026-11-20T11:00:00+01:00"]), None);
    let times = times.read(0, Wanted::Instants).unwrap();
    let ten: Instant = "2026-11-20T10:00:00Z".parse().unwrap();
    assert_eq!(times.whole().unwrap(), [ten.micros(), ten.micros()]);

    let days = column(words(&[0, -1], &["2026-11-20"]), None);
    let days = days.read(0, Wanted::Dates).unwrap();
    let Facts::Dates(days) = days.facts() else { panic!("dates") };
    assert_eq!(days, [Some("2026-11-20".parse::<Date>().unwrap()), None]);

    // A word that no row has is nobody's business.
    assert!(read(&[0], &["1", "one"], Wanted::Decimals).is_ok());
    let problem = read(&[0, 1], &["1", "one"], Wanted::Decimals).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.path.as_str()), ("decimal_invalid", "/1"));
    let problem = read(&[0], &["1.005"], euros()).unwrap_err();
    assert_eq!((problem.code.as_str(), problem.path.as_str()), ("amount_too_fine", "/0"));
}

#[test]
fn codes_of_every_width_point_at_words() {
    let given: [Numbers<'static>; 6] = [
        Numbers::Int8(vec![1, 0, -1].into()),
        Numbers::Int16(vec![1, 0, -1].into()),
        Numbers::Int32(vec![1, 0, -1].into()),
        Numbers::Uint8(vec![1, 0, 9].into()),
        Numbers::Uint16(vec![1, 0, 9].into()),
        Numbers::Uint32(vec![1, 0, u32::MAX].into()),
    ];
    for (position, codes) in given.into_iter().enumerate() {
        let valid: Option<&'static [u8]> = (position > 2).then_some(&[1, 1, 0]);
        let table = column(Content::Words(codes, vec!["a".into(), "b".into()]), valid).into_owned();
        let read = table.read(0, Wanted::Ids).unwrap();
        let words = read.words().unwrap();
        assert_eq!([words.get(0), words.get(1), words.get(2)], [Some("b"), Some("a"), None]);
    }
    let beyond = column(Content::Words(Numbers::Uint32(vec![0, 1 << 31].into()), vec![]), None);
    let found = refused(&beyond, Wanted::Words);
    assert_eq!(found, ("column_code_invalid".into(), "/1".into()));
    let found = refused(&column(words(&[0, 3], &["1"]), None), Wanted::Decimals);
    assert_eq!(found, ("column_code_invalid".into(), "/1".into()));
    let wide = column(Content::Words(Numbers::Int64(vec![0].into()), vec!["a".into()]), None);
    assert_eq!(refused(&wide, Wanted::Words), ("column_type_mismatch".into(), String::new()));
}

#[test]
fn another_type_is_refused_with_what_would_do() {
    let all = [
        Wanted::Instants,
        Wanted::Ids,
        Wanted::Integers,
        euros(),
        Wanted::Words,
        Wanted::Booleans,
        Wanted::Decimals,
        Wanted::Dates,
    ];
    let floats = column(Content::Floats("Float64Array".into()), Some(&[1]));
    let other = column(Content::Other("a `Date`".into()), None);
    for wanted in all {
        assert_eq!(refused(&floats, wanted).0, "float_refused");
        assert_eq!(refused(&other, wanted).0, "column_type_mismatch");
        assert!(!other.read(0, wanted).unwrap_err().hint.is_empty());
    }
    for wanted in [Wanted::Dates, Wanted::Words, euros()] {
        assert_eq!(refused(&column(numbers(&[1]), None), wanted).0, "column_type_mismatch");
    }
    for wanted in [Wanted::Integers, Wanted::Booleans] {
        assert_eq!(refused(&column(words(&[0], &["1"]), None), wanted).0, "column_type_mismatch");
    }
    let narrow = column(Content::Numbers(Numbers::Int32(vec![1].into())), None);
    assert_eq!(refused(&narrow, Wanted::Instants).0, "column_type_mismatch");
    assert!(narrow.read(1, Wanted::Integers).is_err());
}
