//! How values with a native type cross into Swift and Kotlin and back.
//!
//! Text would do for all of them, but a phone reads dozens of amounts and instants to show one
//! order, and making numbers of text is most of what that costs. So a decimal crosses as its
//! digits and scale, an instant as microseconds, and a derived id as its two halves. Everything
//! else is text.

use std::str::FromStr;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::refused;
use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::document::Limits;
use crate::kernel::money::{Amount, DECIMAL_INVALID};
use crate::kernel::problem::Problem;

/// A decimal number on its way: `(high * 2^64 + low) / 10^scale`.
///
/// A host's decimal that does not fit 28 digits comes with a scale beyond 28, and is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct DecimalParts {
    /// The digits divided by 2^64, rounded down.
    pub high: i64,
    /// The rest of the digits.
    pub low: u64,
    /// How many of the digits come after the point.
    pub scale: u8,
}

impl From<Amount> for DecimalParts {
    fn from(amount: Amount) -> Self {
        let decimal = amount.decimal();
        let digits = decimal.mantissa();
        let scale = u8::try_from(decimal.scale()).unwrap_or(u8::MAX);
        // 96 bits of digits and a sign: neither part is cut.
        let high = i64::try_from(digits >> 64).unwrap_or_default();
        let low = u64::try_from(digits & i128::from(u64::MAX)).unwrap_or_default();
        Self { high, low, scale }
    }
}

impl TryFrom<DecimalParts> for Amount {
    type Error = Problem;

    fn try_from(parts: DecimalParts) -> Result<Self, Problem> {
        let digits = (i128::from(parts.high) << 64) | i128::from(parts.low);
        let decimal = Decimal::try_from_i128_with_scale(digits, u32::from(parts.scale));
        decimal.map(Self::from).map_err(|_| {
            Problem::new(
                DECIMAL_INVALID,
                "a decimal number has more than 28 digits",
                "round it before it is handed in",
            )
        })
    }
}

uniffi::custom_type!(Amount, DecimalParts, {
    lower: |amount| amount.into(),
    try_lift: |parts| Amount::try_from(parts).map_err(refused),
});

uniffi::custom_type!(Instant, i64, {
    lower: |instant| instant.micros(),
    try_lift: |micros| Instant::from_micros(micros).map_err(refused),
});

/// A UUID on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Record)]
pub struct UuidParts {
    /// The first 64 bits.
    pub high: u64,
    /// The last 64 bits.
    pub low: u64,
}

impl From<DerivedId> for UuidParts {
    fn from(id: DerivedId) -> Self {
        let (high, low) = id.uuid().as_u64_pair();
        Self { high, low }
    }
}

impl TryFrom<UuidParts> for DerivedId {
    type Error = Problem;

    fn try_from(parts: UuidParts) -> Result<Self, Problem> {
        Uuid::from_u64_pair(parts.high, parts.low).try_into()
    }
}

uniffi::custom_type!(DerivedId, UuidParts, {
    lower: |id| id.into(),
    try_lift: |parts| DerivedId::try_from(parts).map_err(refused),
});

/// What Swift and Kotlin hand over, as a duration, for a list that is nested deeper than JSON can bring one: read as
/// it is, it would use up the stack.
const TOO_DEEP: &str = "nested too deep";

/// Reads a scalar that came as text.
pub(crate) fn read_scalar<T: FromStr<Err = Problem>>(text: &str) -> uniffi::Result<T> {
    let limits = Limits::INPUT;
    let wrong = |problem| match text {
        TOO_DEEP => limits.check_depth(limits.depth + 1).err().unwrap_or(problem),
        _ => problem,
    };
    text.parse().map_err(|problem| refused(wrong(problem)))
}

/// Carries a scalar as text, unless it is one of those above.
macro_rules! uniffi_scalar {
    ($type:ident, Decimal) => {};
    ($type:ident, datetime) => {};
    ($type:ident, UUID) => {};
    // Most of the texts of an outcome are ids, and an id is text already.
    (Id, $python:ident) => {
        uniffi::custom_type!(Id, String, {
            lower: |id| id.as_str().to_owned(),
            try_lift: |text| crate::phone::read_scalar::<Id>(&text),
        });
    };
    ($type:ident, $python:ident) => {
        uniffi::custom_type!($type, String, {
            lower: |value| value.to_string(),
            try_lift: |text| crate::phone::read_scalar::<$type>(&text),
        });
    };
}

pub(crate) use uniffi_scalar;
