//! What an evaluation says about itself when it is asked.

use std::fmt::{self, Write};

use super::computed::{Computed, Items};
use super::types::{Plain, Type};
use super::value::Listed;
use crate::kernel::document::model;

/// One node as it was computed. Steps come in the order of computation, so a node comes after
/// its arguments; what was never computed has no step.
#[model]
#[derive(Eq)]
pub struct ExpressionStep {
    /// JSON pointer of the node, from the root of the expression.
    pub path: String,
    /// The op (`gte`), or what else stands there (`fact`, `money`).
    pub node: String,
    /// The name of the fact, where it is one.
    pub fact: Option<String>,
    /// The value as text, such as `100.00 EUR`, and of a long one the first 1,000 bytes and `…`;
    /// none while it is unknown.
    pub value: Option<String>,
}

/// A value as a step shows it. A long list or text is never copied whole: it may be read by every
/// node of the expression.
pub(super) fn shown(value: &Computed<'_>) -> Option<String> {
    let mut text = Beginning(String::new());
    // Writing ends with an error where the beginning does, which is as good.
    let _ = match value {
        Computed::Unknown => return None,
        Computed::String(whole) => text.write_str(whole),
        Computed::List(Items::Lent(values) | Items::Words(values, _)) => {
            write!(text, "{}", Listed(values))
        }
        // A number as text is the same whatever its type; only a size that nothing reaches fails.
        other => write!(text, "{}", other.to_value(Type::One(Plain::Decimal)).ok()??),
    };
    Some(text.0)
}

/// The first bytes of what is written to it.
struct Beginning(String);

impl Beginning {
    const MOST_BYTES: usize = 1_000;
}

impl Write for Beginning {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = Self::MOST_BYTES.saturating_sub(self.0.len());
        if more.len() <= room {
            self.0.push_str(more);
            return Ok(());
        }
        let end = (0..=room).rev().find(|end| more.is_char_boundary(*end)).unwrap_or_default();
        self.0.push_str(more.get(..end).unwrap_or_default());
        self.0.push('…');
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::expression::FactValue;

    #[test]
    fn only_the_beginning_of_a_long_value_is_shown() {
        let of = |text: &str| shown(&Computed::String(text)).unwrap();
        assert_eq!(of(&"a".repeat(1_000)), "a".repeat(1_000));
        assert_eq!(of(&"a".repeat(1_001)), format!("{}…", "a".repeat(1_000)));
        // A letter of two bytes does not fit the one that is left.
        assert_eq!(of(&format!("{}ä", "a".repeat(999))), format!("{}…", "a".repeat(999)));
        let numbers: Vec<FactValue> = (0..10_000).map(FactValue::Integer).collect();
        let list = shown(&Computed::List(Items::Lent(&numbers))).unwrap();
        assert!(list.starts_with("[0, 1, 2,") && list.ends_with('…'), "{list}");
        assert_eq!(list.chars().count(), 1_001);
    }
}
