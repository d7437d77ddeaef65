//! Reading straight from text into types, as strictly as the [walker](super::walk).
//!
//! `#[model]` writes how each type is read, from the declaration that its shape is written from.
//! Serde's own derive would take more than a document may say: a record written as a list, a word
//! written as `{"word": null}`, a key of a map that stands twice, an integer that some language
//! would round. What is refused here is read again by the walker, which says it better; so the
//! words of these errors reach nobody.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::value::{MapAccessDeserializer, MapDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::shape::Model;
use super::text::parse;
use super::tree::{self, Limits};

/// The number of a name among those that are known.
pub type Known = fn(&str) -> Option<usize>;

/// A type that is written as an object with named fields.
pub trait Record: Sized {
    /// Reads the fields.
    ///
    /// # Errors
    /// A field that is unknown, missing, there twice, or cannot be read.
    fn read_fields<'de, A: MapAccess<'de>>(entries: A) -> Result<Self, A::Error>;
}

/// A type of which a name says what it is made of: its `type`, or its one key.
pub trait Alternatives: Sized {
    /// The number of an alternative, by its name.
    const KNOWN: Known;

    /// Reads what an alternative is made of: the other fields, or the value of its key.
    ///
    /// # Errors
    /// What is wrong with that.
    fn read_alternative<'de, A: MapAccess<'de>>(at: usize, entries: A) -> Result<Self, A::Error>;
}

/// Reads a record.
///
/// # Errors
/// What is wrong with it.
pub fn record<'de, T: Record, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Fields(PhantomData))
}

/// Reads an enum whose `type` says which fields there are.
///
/// # Errors
/// What is wrong with it.
pub fn tagged<'de, T: Alternatives, D: Deserializer<'de>>(d: D) -> Result<T, D::Error> {
    d.deserialize_map(Tagged(PhantomData))
}

/// Reads an enum that is written as an object with one key.
///
/// # Errors
/// What is wrong with it.
pub fn one_key<'de, T: Alternatives, D: Deserializer<'de>>(d: D) -> Result<T, D::Error> {
    d.deserialize_map(OneKey(PhantomData))
}

/// Reads a document, or the text of one.
///
/// # Errors
/// What is wrong with it.
pub fn document<'de, T: Model, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Document(PhantomData))
}

/// Reads a word.
///
/// # Errors
/// One that is not known.
pub fn word<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let known = |text: &str| text.parse().ok();
    deserializer.deserialize_str(Named(known))
}

/// The number of the next key, until there is none.
///
/// # Errors
/// A key that is not known.
pub fn next_key<'de, A: MapAccess<'de>>(
    entries: &mut A,
    known: Known,
) -> Result<Option<usize>, A::Error> {
    entries.next_key_seed(Named(known))
}

/// Reads the value of the key that was just read.
///
/// # Errors
/// What is wrong with it.
pub fn value<'de, T: Model, A: MapAccess<'de>>(entries: &mut A) -> Result<T, A::Error> {
    entries.next_value_seed(As::new())
}

/// Reads the value of a field, which may stand only once.
///
/// # Errors
/// What is wrong with it.
pub fn once<'de, T: Model, A: MapAccess<'de>>(
    slot: &mut Option<T>,
    entries: &mut A,
) -> Result<(), A::Error> {
    if slot.is_some() {
        return Err(A::Error::custom("a key appears twice"));
    }
    *slot = Some(value(entries)?);
    Ok(())
}

/// The value of a field that has to be there.
///
/// # Errors
/// That it is not.
pub fn required<T, E: Error>(slot: Option<T>, name: &'static str) -> Result<T, E> {
    slot.ok_or_else(|| E::missing_field(name))
}

/// What is said of a number that no alternative has.
#[must_use]
pub fn no_alternative<E: Error>() -> E {
    E::custom("there is no such alternative")
}

/// Reads a value as the type says.
pub(super) struct As<T>(PhantomData<T>);

impl<T> As<T> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Model> DeserializeSeed<'de> for As<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

/// Reads a name, as a key or as a value, and looks it up.
struct Named<F>(F);

impl<'de, T, F: FnOnce(&str) -> Option<T>> DeserializeSeed<'de> for Named<F> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<T, F: FnOnce(&str) -> Option<T>> Visitor<'_> for Named<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<T, E> {
        (self.0)(name).ok_or_else(|| E::custom("a name is not known"))
    }
}

struct Fields<T>(PhantomData<T>);

impl<'de, T: Record> Visitor<'de> for Fields<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        T::read_fields(entries)
    }
}

struct Document<T>(PhantomData<T>);

impl<'de, T: Model> Visitor<'de> for Document<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a document, or its text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        parse(text, Limits::INPUT).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        T::read(MapAccessDeserializer::new(entries))
    }
}

struct OneKey<T>(PhantomData<T>);

impl<'de, T: Alternatives> Visitor<'de> for OneKey<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with one key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<T, A::Error> {
        let Some(at) = next_key(&mut entries, T::KNOWN)? else {
            return Err(A::Error::custom("the object is empty"));
        };
        let read = T::read_alternative(at, &mut entries)?;
        match entries.next_key::<IgnoredAny>()? {
            None => Ok(read),
            Some(_) => Err(A::Error::custom("the object has a second key")),
        }
    }
}

struct Tagged<T>(PhantomData<T>);

impl<'de, T: Alternatives> Visitor<'de> for Tagged<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a `type`")
    }

    /// Usually the `type` stands first. Where it does not, what comes before it has to wait.
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<T, A::Error> {
        let mut waiting = Map::new();
        while let Some(name) = entries.next_key_seed(Named(other_than_type))? {
            match name {
                None => {
                    let at = entries.next_value_seed(Named(T::KNOWN))?;
                    if waiting.is_empty() {
                        return T::read_alternative(at, entries);
                    }
                    rest(&mut waiting, entries)?;
                    let entries = MapDeserializer::new(waiting.into_iter());
                    return T::read_alternative(at, entries)
                        .map_err(|reason: serde_json::Error| A::Error::custom(reason));
                }
                Some(name) => keep(&mut waiting, name, &mut entries)?,
            }
        }
        Err(A::Error::missing_field("type"))
    }
}

fn other_than_type(name: &str) -> Option<Option<String>> {
    Some((name != "type").then(|| name.to_owned()))
}

fn rest<'de, A: MapAccess<'de>>(
    waiting: &mut Map<String, Value>,
    mut entries: A,
) -> Result<(), A::Error> {
    while let Some(name) = entries.next_key::<String>()? {
        keep(waiting, name, &mut entries)?;
    }
    Ok(())
}

fn keep<'de, A: MapAccess<'de>>(
    waiting: &mut Map<String, Value>,
    name: String,
    entries: &mut A,
) -> Result<(), A::Error> {
    match waiting.insert(name, tree::next_tree(entries)?) {
        None => Ok(()),
        Some(_) => Err(A::Error::custom("a key appears twice")),
    }
}
