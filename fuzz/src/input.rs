//! The form of the textual inputs: a word on the first line, JSON on the rest.
//!
//! The word says what the JSON is meant to be: the name of an operation, or of a kind of document.

/// The word and the JSON; nothing for bytes that are not of that form.
#[must_use]
pub fn parts(data: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(data).ok()?.split_once('\n')
}
