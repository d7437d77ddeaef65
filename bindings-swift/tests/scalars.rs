//! Decimals and ids cross as numbers: whole, or not at all.

use guerdon::kernel::derived_id::{DERIVED_ID_INVALID, DerivedId};
use guerdon::kernel::money::{Amount, DECIMAL_INVALID};
use guerdon::phone::{DecimalParts, UuidParts};

#[test]
fn decimals_cross_whole() {
    for text in [
        "0",
        "-0.01",
        "12.34",
        "1000",
        "-79228162514264337593543950335",
        "79228162514264337593543950335",
        "0.0000000000000000000000000001",
        "-18446744073709551616",
        "18446744073709551615.5",
    ] {
        let amount: Amount = text.parse().unwrap();
        assert_eq!(Amount::try_from(DecimalParts::from(amount)).unwrap().to_string(), text);
    }
    for parts in [
        DecimalParts { high: 0, low: 1, scale: 29 },
        DecimalParts { high: 0, low: 1, scale: 255 },
        DecimalParts { high: i64::MAX, low: 0, scale: 0 },
        DecimalParts { high: i64::MIN, low: 0, scale: 0 },
    ] {
        assert_eq!(Amount::try_from(parts).unwrap_err().code, DECIMAL_INVALID);
    }
}

#[test]
fn derived_ids_cross_whole_and_other_uuids_are_refused() {
    let id: DerivedId = "f6005e86-313f-5946-8cd4-2bfc9c592a68".parse().unwrap();
    let parts = UuidParts { high: 0xf600_5e86_313f_5946, low: 0x8cd4_2bfc_9c59_2a68 };
    assert_eq!(UuidParts::from(id), parts);
    assert_eq!(DerivedId::try_from(parts).unwrap(), id);
    let other = UuidParts { high: 0xf600_5e86_313f_4946, ..parts };
    assert_eq!(DerivedId::try_from(other).unwrap_err().code, DERIVED_ID_INVALID);
}
