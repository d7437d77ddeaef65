//! Rates: exact, and saying their unit.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error, MapAccess};
use serde::{Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Amount, RATE_INVALID};
use crate::kernel::document::read;
use crate::kernel::document::refusal::TYPE_MISMATCH;
use crate::kernel::document::shape::{Carrier, Definition, Kind, Model, Scalar, Shape, Variant};
use crate::kernel::exact::Exact;
use crate::kernel::problem::Problem;

/// An exact rate, written `{"percent": "12.5"}` or `{"ratio": "1/3"}`.
///
/// It is shown as a percentage when that terminates and as a ratio otherwise. Languages with a
/// fraction type of their own carry it as that fraction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rate(Exact);

impl Rate {
    /// A rate from its exact value: one eighth for 12.5 %.
    #[must_use]
    pub const fn new(value: Exact) -> Self {
        Self(value)
    }

    /// The exact value: one eighth for 12.5 %.
    #[must_use]
    pub const fn exact(&self) -> &Exact {
        &self.0
    }

    fn percent(&self) -> Option<Amount> {
        self.0.checked_mul(&Exact::from_integer(100)).ok()?.to_decimal().map(Amount::from)
    }
}

/// As people read it: `12.5 %` or `1/3`.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.percent() {
            Some(percent) => write!(f, "{percent} %"),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

/// A ratio (`1/3`, `0.125`) or what [`Display`](fmt::Display) writes (`12.5 %`).
impl FromStr for Rate {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        match text.strip_suffix('%') {
            Some(percent) => from_percent(percent.trim_end().parse()?),
            None => text.parse::<Exact>().map(Self),
        }
    }
}

fn from_percent(percent: Amount) -> Result<Rate, Problem> {
    Exact::from(percent.decimal()).checked_div(&Exact::from_integer(100)).map(Rate)
}

/// The two ways to write a rate.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    Percent(Amount),
    Ratio(String),
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.percent() {
            Some(percent) => Form::Percent(percent),
            None => Form::Ratio(self.0.to_string()),
        }
        .serialize(serializer)
    }
}

impl read::Alternatives for Rate {
    const KNOWN: read::Known = |key| match key {
        "percent" => Some(0),
        "ratio" => Some(1),
        _ => None,
    };

    fn read_alternative<'de, A: MapAccess<'de>>(
        at: usize,
        mut entries: A,
    ) -> Result<Self, A::Error> {
        let rate = match at {
            0 => from_percent(read::value(&mut entries)?),
            _ => read::value::<String, A>(&mut entries)?.parse().map(Self),
        };
        rate.map_err(A::Error::custom)
    }
}

const RATIO: &Scalar = &Scalar {
    name: "Ratio",
    doc: "A ratio of two whole numbers, or a decimal number, as text.",
    format: "ratio",
    example: "\"1/3\"",
    integers: false,
    python: "Fraction",
    check: |tree| match tree {
        Value::String(text) => text.parse::<Exact>().map(|_| ()),
        _ => Err(Problem::new(TYPE_MISMATCH, "expected a ratio as text", "write \"1/3\"")),
    },
};

impl Rate {
    /// What a rate looks like, as data.
    #[must_use]
    pub fn definition() -> &'static Definition {
        const DEFINITION: &Definition = &Definition {
            name: "Rate",
            doc: "An exact rate: a percentage or a ratio.",
            carrier: Carrier::Native("Fraction"),
            kind: Kind::OneKey(&[
                Variant {
                    name: "percent",
                    doc: "In percent: \"12.5\" is one eighth.",
                    fields: &[],
                    content: Some(Amount::SHAPE),
                },
                Variant {
                    name: "ratio",
                    doc: "As a ratio: \"1/3\".",
                    fields: &[],
                    content: Some(Shape::Scalar(RATIO)),
                },
            ]),
        };
        DEFINITION
    }
}

impl Model for Rate {
    const SHAPE: Shape = Shape::Named(Rate::definition);

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::one_key(deserializer)
    }
}

crate::deserialize_as_model!(Rate);

/// Refuses a rate below zero where none is allowed.
///
/// # Errors
/// `rate_invalid`.
pub fn non_negative(rate: &Rate) -> Result<(), Problem> {
    if rate.exact().signum() >= 0 {
        return Ok(());
    }
    Err(Problem::new(
        RATE_INVALID,
        format!("the rate `{rate}` is below zero"),
        "rates are zero or more; what is taken back is a refund, not a negative rate",
    ))
}

#[cfg(feature = "__python")]
crate::python_scalar!(Rate, Fraction, |rate| rate.exact().to_string());

#[cfg(feature = "__uniffi")]
uniffi::custom_type!(Rate, String, {
    lower: |rate| rate.exact().to_string(),
    try_lift: |text| text.parse::<Rate>().map_err(crate::phone::refused),
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_exact() {
        for (given, written) in [
            (r#"{"percent":"12.50"}"#, r#"{"percent":"12.5"}"#),
            (r#"{"ratio":"1/8"}"#, r#"{"percent":"12.5"}"#),
            (r#"{"ratio":"2/6"}"#, r#"{"ratio":"1/3"}"#),
            (r#"{"percent":20}"#, r#"{"percent":"20"}"#),
        ] {
            let rate: Rate = serde_json::from_str(given).unwrap();
            assert_eq!(serde_json::to_string(&rate).unwrap(), written);
            assert_eq!(rate.to_string().parse::<Rate>().unwrap(), rate);
        }
    }
}
