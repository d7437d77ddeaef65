//! What Rust's own types look like in a document, and how they are read.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::read::As;
use super::refusal;
use super::shape::{Model, SAFE_INTEGER, Scalar, Shape};
use crate::kernel::problem::Problem;

impl Model for bool {
    const SHAPE: Shape = Shape::Bool;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

macro_rules! integers {
    ($($integer:ty: $min:expr, $max:expr;)+) => {$(
        impl Model for $integer {
            const SHAPE: Shape = Shape::Integer { min: $min, max: $max };

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let whole = i64::deserialize(deserializer)?;
                let within = ($min..=$max).contains(&whole);
                let read = if within { Self::try_from(whole).ok() } else { None };
                read.ok_or_else(|| D::Error::custom("the integer is out of range"))
            }
        }
    )+};
}

integers! {
    u8: 0, 255;
    u16: 0, 65_535;
    u32: 0, 4_294_967_295;
    i32: -2_147_483_648, 2_147_483_647;
    u64: 0, SAFE_INTEGER;
    i64: -SAFE_INTEGER, SAFE_INTEGER;
}

const TEXT: &Scalar = &Scalar {
    name: "String",
    doc: "Any text.",
    format: "text",
    example: "\"text\"",
    integers: false,
    python: "str",
    check: |tree| match tree {
        Value::String(_) => Ok(()),
        other => Err(Problem::new(
            refusal::TYPE_MISMATCH,
            format!("expected text, found `{other}`"),
            "put it in quotes",
        )),
    },
};

impl Model for String {
    const SHAPE: Shape = Shape::Scalar(TEXT);

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<T: Model> Model for Option<T> {
    const SHAPE: Shape = T::SHAPE;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Maybe<T>(PhantomData<T>);

        impl<'de, T: Model> Visitor<'de> for Maybe<T> {
            type Value = Option<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value or null")
            }

            fn visit_unit<E>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_none<E>(self) -> Result<Option<T>, E> {
                Ok(None)
            }

            fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Option<T>, D::Error> {
                T::read(inner).map(Some)
            }
        }

        deserializer.deserialize_option(Maybe(PhantomData))
    }
}

impl<T: Model> Model for Box<T> {
    const SHAPE: Shape = T::SHAPE;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(Self::new)
    }
}

impl<T: Model> Model for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T>(PhantomData<T>);

        impl<'de, T: Model> Visitor<'de> for Items<T> {
            type Value = Vec<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
                let mut read = Vec::new();
                while let Some(item) = items.next_element_seed(As::new())? {
                    read.push(item);
                }
                Ok(read)
            }
        }

        deserializer.deserialize_seq(Items(PhantomData))
    }
}

/// The shape of a map's keys, which are text: any, or a scalar's.
const fn key_of(shape: &Shape) -> &'static Scalar {
    match shape {
        Shape::Scalar(scalar) => scalar,
        _ => TEXT,
    }
}

impl<K: Model + Ord, T: Model> Model for BTreeMap<K, T> {
    const SHAPE: Shape = Shape::Map(key_of(&K::SHAPE), &T::SHAPE);

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<K, T>(PhantomData<(K, T)>);

        impl<'de, K: Model + Ord, T: Model> Visitor<'de> for Entries<K, T> {
            type Value = BTreeMap<K, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut map = BTreeMap::new();
                while let Some(entry) = entries.next_entry_seed(As::new(), As::new())? {
                    if map.insert(entry.0, entry.1).is_some() {
                        return Err(A::Error::custom("a key appears twice"));
                    }
                }
                Ok(map)
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}
