//! The one text form of a document, and its hash.
//!
//! RFC 8785 (JSON Canonicalization Scheme): keys sorted by UTF-16 code units, no white space,
//! strings escaped as ECMAScript does. Documents hold no floats, so its number rules never apply.
//! Fields at their default are left out before, by each type's own serialisation, so that saying
//! a default does not change the hash.

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::text;
use crate::kernel::problem::Problem;

/// The canonical JSON text of a value.
///
/// # Errors
/// `value_invalid` if the value cannot be written as JSON.
pub fn canonical_json<T: Serialize>(value: &T) -> Result<String, Problem> {
    let tree = serde_json::to_value(value).map_err(|reason| {
        Problem::new(text::VALUE_INVALID, format!("cannot be written: {reason}"), "")
    })?;
    let mut out = String::new();
    write(&tree, &mut out);
    Ok(out)
}

/// SHA-256 of the canonical JSON text, as 64 hexadecimal digits.
///
/// # Errors
/// `value_invalid` if the value cannot be written as JSON.
pub fn hash<T: Serialize>(value: &T) -> Result<String, Problem> {
    let digest = Sha256::digest(canonical_json(value)?);
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn write(tree: &Value, out: &mut String) {
    match tree {
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(entries) => {
            let mut sorted: Vec<_> = entries.iter().collect();
            sorted.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
            out.push('{');
            for (position, (key, value)) in sorted.into_iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sorting example of RFC 8785, section 3.2.3.
    #[test]
    fn keys_sort_by_utf16() {
        let tree: Value = serde_json::from_str(
            "{\"\\u20ac\":1,\"\\r\":2,\"\\ufb33\":3,\"1\":4,\"\\ud83d\\ude00\":5,\"\\u0080\":6,\"\\u00f6\":7}",
        )
        .unwrap();
        let text = canonical_json(&tree).unwrap();
        let order: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
        // "\r", "1", "\u0080", "\u00f6", "\u20ac", the emoji, "\ufb33"; the key "1" has a digit itself.
        assert_eq!(order, ['2', '1', '4', '6', '7', '1', '5', '3']);
    }

    /// SHA-256 of `{}`, from any `sha256sum`.
    #[test]
    fn the_hash_is_sha_256() {
        assert_eq!(
            hash(&serde_json::json!({})).unwrap(),
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        );
    }
}
