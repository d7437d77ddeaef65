//! Values on their way out as text that needs no parser on the other side.
//!
//! JavaScript's `split` finds the values of an outcome four times as fast as `JSON.parse` does, since
//! it neither reads a key nor looks for one. So every value is a line: a newline, and the value as
//! JSON would have it, without quotes. Keys are left out, for both sides know the type; where a field
//! has no value its line says so. In front of the items of a list stands how many there are, in
//! front of what an alternative is made of its name.
//!
//! What reads it is `flat.cjs`, which `make typings` writes from the types of the core. A text with a
//! control character cannot be a line; a value that has one goes out as JSON, which begins otherwise.

use std::fmt::{self, Display, Write};

use serde::ser::{self, Impossible, Serialize, Serializer};

/// The lines of a value; none if it has a text that is no line, or a form that has none.
pub(crate) fn lines<T: Serialize>(value: &T) -> Option<String> {
    let mut flat = Flat { text: String::with_capacity(ROOM) };
    value.serialize(&mut flat).ok()?;
    Some(flat.text)
}

/// Enough for an outcome of two or three lines.
const ROOM: usize = 1024;

/// Says that a field has no value.
const ABSENT: &str = "\n\0";

struct Flat {
    text: String,
}

impl Flat {
    fn line(&mut self, value: &str) -> Written {
        self.text.push('\n');
        self.part(value)
    }

    fn part(&mut self, part: &str) -> Written {
        if part.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(NoLine);
        }
        self.text.push_str(part);
        Ok(())
    }

    fn shown(&mut self, value: impl Display) -> Written {
        self.text.push('\n');
        write!(Part(self), "{value}").map_err(|_| NoLine)
    }
}

/// What is displayed, part by part.
struct Part<'a>(&'a mut Flat);

impl Write for Part<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.0.part(part).map_err(|_| fmt::Error)
    }
}

type Written = Result<(), NoLine>;

/// The value goes out as JSON.
#[derive(Debug)]
struct NoLine;

impl Display for NoLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a value of lines")
    }
}

impl std::error::Error for NoLine {}

impl ser::Error for NoLine {
    fn custom<T: Display>(_: T) -> Self {
        Self
    }
}

/// Kinds of values that the core gives out in no type.
macro_rules! none {
    ($($method:ident($($of:ty),*);)+) => {$(
        fn $method(self $(, _: $of)*) -> Written {
            Err(NoLine)
        }
    )+};
}

macro_rules! integers {
    ($($method:ident($of:ty);)+) => {$(
        fn $method(self, value: $of) -> Written {
            self.shown(value)
        }
    )+};
}

impl Serializer for &mut Flat {
    type Ok = ();
    type Error = NoLine;
    type SerializeSeq = Self;
    type SerializeStruct = Self;
    type SerializeMap = Impossible<(), NoLine>;
    type SerializeTuple = Impossible<(), NoLine>;
    type SerializeTupleStruct = Impossible<(), NoLine>;
    type SerializeTupleVariant = Impossible<(), NoLine>;
    type SerializeStructVariant = Impossible<(), NoLine>;

    integers! {
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_bool(bool);
    }

    none! {
        serialize_f32(f32);
        serialize_f64(f64);
        serialize_char(char);
        serialize_bytes(&[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(&'static str);
    }

    fn serialize_str(self, value: &str) -> Written {
        self.line(value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Written {
        self.shown(value)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Written {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, word: &'static str) -> Written {
        self.line(word)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        key: &'static str,
        value: &T,
    ) -> Written {
        self.line(key)?;
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Self, NoLine> {
        self.shown(length.ok_or(NoLine)?)?;
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, NoLine> {
        Err(NoLine)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, NoLine> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, NoLine> {
        Err(NoLine)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, NoLine> {
        Err(NoLine)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, NoLine> {
        Err(NoLine)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, NoLine> {
        Err(NoLine)
    }
}

impl ser::SerializeSeq for &mut Flat {
    type Ok = ();
    type Error = NoLine;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Written {
        value.serialize(&mut **self)
    }

    fn end(self) -> Written {
        Ok(())
    }
}

impl ser::SerializeStruct for &mut Flat {
    type Ok = ();
    type Error = NoLine;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Written {
        value.serialize(&mut **self)
    }

    fn skip_field(&mut self, _: &'static str) -> Written {
        self.text.push_str(ABSENT);
        Ok(())
    }

    fn end(self) -> Written {
        Ok(())
    }
}
