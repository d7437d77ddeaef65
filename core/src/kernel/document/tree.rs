//! From JSON text to a tree, within limits: any JSON, whatever its shape, without a key that stands
//! twice in an object, which serde's own tree would silently take the last of.

use std::cell::RefCell;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::kernel::problem::Problem;

crate::codes! {
    /// The text is not JSON.
    JSON_INVALID = "json_invalid";
    /// The text is larger than the limit.
    DOCUMENT_TOO_LARGE = "document_too_large";
    /// The document is nested deeper than the limit.
    DOCUMENT_TOO_DEEP = "document_too_deep";
    /// An object has the same key twice.
    KEY_DUPLICATE = "key_duplicate";
}

/// How large a text and how deep a document may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of text.
    pub bytes: usize,
    /// Objects and lists inside each other.
    pub depth: usize,
}

impl Limits {
    /// For a document that a person wrote: 8 MiB, 96 levels, which leaves a full-grown expression
    /// (two levels for each of its own) room in a plan.
    pub const DOCUMENT: Self = Self { bytes: 8 << 20, depth: 96 };
    /// For the input of an operation, which may hold a history: 64 MiB, 112 levels.
    pub const INPUT: Self = Self { bytes: 64 << 20, depth: 112 };

    /// Checks the size of a text, before anything reads it.
    ///
    /// # Errors
    /// `document_too_large`.
    pub fn check_size(self, bytes: usize) -> Result<(), Problem> {
        if bytes <= self.bytes {
            return Ok(());
        }
        Err(Problem::new(
            DOCUMENT_TOO_LARGE,
            format!("the text has {bytes} bytes, more than {}", self.bytes),
            "pass less at a time; large histories go in as columns",
        ))
    }

    /// Checks a depth, counted from one at the outermost object.
    ///
    /// # Errors
    /// `document_too_deep`.
    pub fn check_depth(self, depth: usize) -> Result<(), Problem> {
        if depth <= self.depth {
            return Ok(());
        }
        Err(Problem::new(
            DOCUMENT_TOO_DEEP,
            format!("objects and lists are nested more than {} deep", self.depth),
            "flatten the document",
        ))
    }
}

/// What is said of a key that an object has twice.
pub(crate) fn key_twice(key: &str) -> Problem {
    Problem::new(KEY_DUPLICATE, format!("the key `{key}` appears twice"), "keep one of them")
}

/// Reads any JSON as a tree, refusing duplicate keys, too much depth and too much text.
///
/// # Errors
/// `json_invalid`, `key_duplicate`, `document_too_deep` or `document_too_large`.
pub fn read_tree(text: &str, limits: Limits) -> Result<Value, Problem> {
    limits.check_size(text.len())?;
    let place = Place { limits, path: RefCell::default(), found: RefCell::default() };
    let mut reader = serde_json::Deserializer::from_str(text);
    let tree = place.seed().deserialize(&mut reader).and_then(|tree| reader.end().map(|()| tree));
    tree.map_err(|reason| {
        place.found.into_inner().unwrap_or_else(|| not_json(text, &reason, limits))
    })
}

/// Reads the value of the key that was just read as a tree, refusing duplicate keys.
pub(super) fn next_tree<'de, A: MapAccess<'de>>(entries: &mut A) -> Result<Value, A::Error> {
    let limits = Limits::INPUT;
    let place = Place { limits, path: RefCell::default(), found: RefCell::default() };
    entries.next_value_seed(place.seed())
}

/// How serde_json begins to say that it stopped before our own limit did.
const RECURSION_LIMIT: &str = "recursion limit exceeded";

fn not_json(text: &str, reason: &serde_json::Error, limits: Limits) -> Problem {
    let too_deep = limits.check_depth(usize::MAX).err();
    if let Some(problem) = too_deep.filter(|_| reason.to_string().starts_with(RECURSION_LIMIT)) {
        return problem;
    }
    let hint = if is_path(text) {
        "this looks like the name of a file: read the file, and pass its text"
    } else {
        "check the text with a JSON tool"
    };
    Problem::new(JSON_INVALID, format!("is not JSON: {reason}"), hint)
}

/// Whether what should be JSON looks like the name of a file that holds it.
fn is_path(text: &str) -> bool {
    let is_other = text.len() > 500 || text.trim_start().starts_with(['{', '[', '"', '<']);
    let is_named = text.ends_with(".json") || text.contains(['/', '\\']);
    is_named && !is_other && !text.contains('\n')
}

/// Where the reader stands, and what it found there; serde's own errors carry no path.
struct Place {
    limits: Limits,
    path: RefCell<Vec<String>>,
    found: RefCell<Option<Problem>>,
}

impl Place {
    fn seed(&self) -> Tree<'_> {
        Tree { place: self }
    }

    fn refuse<E: Error>(&self, problem: Problem) -> E {
        let path = self.path.borrow();
        let placed = path.iter().rev().fold(problem, Problem::under);
        self.found.borrow_mut().get_or_insert(placed);
        E::custom("refused")
    }

    /// An object or a list begins here.
    fn open<E: Error>(&self) -> Result<(), E> {
        let depth = self.path.borrow().len() + 1;
        self.limits.check_depth(depth).map_err(|problem| self.refuse(problem))
    }

    fn enter(&self, segment: String) {
        self.path.borrow_mut().push(segment);
    }

    fn leave(&self) {
        self.path.borrow_mut().pop();
    }
}

#[derive(Clone, Copy)]
struct Tree<'a> {
    place: &'a Place,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.place.open()?;
        let mut list = Vec::new();
        loop {
            self.place.enter(list.len().to_string());
            let item = items.next_element_seed(self)?;
            self.place.leave();
            match item {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        self.place.open()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            self.place.enter(key.clone());
            if map.contains_key(&key) {
                return Err(self.place.refuse(key_twice(&key)));
            }
            let value = entries.next_value_seed(self)?;
            self.place.leave();
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_given_twice_is_found_with_its_place() {
        let problem = read_tree(r#"{"a": [1, {"b": 1, "b": 2}]}"#, Limits::INPUT).unwrap_err();
        assert_eq!((problem.code, problem.path.as_str()), (KEY_DUPLICATE, "/a/1/b"));
    }

    #[test]
    fn depth_is_refused_before_the_stack_is() {
        for depth in [97, 1_000, 200_000] {
            let text = "[".repeat(depth) + &"]".repeat(depth);
            let problem = read_tree(&text, Limits::DOCUMENT).unwrap_err();
            assert_eq!(problem.code, DOCUMENT_TOO_DEEP);
        }
    }

    #[test]
    fn text_that_is_not_json_says_where() {
        let problem = read_tree("{\"a\": }", Limits::INPUT).unwrap_err();
        assert_eq!(problem.code, JSON_INVALID);
        assert!(problem.message.contains("line 1 column 7"), "{}", problem.message);
    }

    #[test]
    fn the_name_of_a_file_is_told_from_text_that_is_broken() {
        for (text, is_path) in [
            ("plan.json", true),
            ("plans/summer", true),
            (r"C:\plans\summer.json", true),
            ("{\"url\": a/b.json", false),
            ("ten percent", false),
            ("a/b\n{}", false),
            ("<plan/>", false),
            ("", false),
        ] {
            let problem = read_tree(text, Limits::DOCUMENT).unwrap_err();
            assert_eq!(problem.code, JSON_INVALID);
            assert_eq!(problem.hint.contains("name of a file"), is_path, "{text}");
        }
    }
}
