//! The facts that an expression may read, interned: a name becomes a slot once, when it is
//! compiled, so that evaluation never looks at a name.
//!
//! A domain declares its own facts first, in a fixed order, and knows their slots; the host's
//! declarations (`"facts": {"order.channel": {"type": "string"}}`) follow.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::types::FactType;
use super::{FACT_DUPLICATE, FACT_NAME_INVALID, FACT_UNKNOWN, FACTS_TOO_MANY};
use crate::kernel::document::refusal;
use crate::kernel::problem::{Problem, Problems};

/// The most facts of a vocabulary.
pub const MAX_FACTS: u16 = 1_000;

/// The longest name of a fact, in bytes.
const MAX_NAME: usize = 100;

/// Among so many names the nearest is looked for; a search among all that there may be would take
/// seconds for a document full of mistakes.
const FEW: usize = 200;

/// The slot of a fact: its place in the order of declaration, from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactId(u16);

impl FactId {
    /// The slot as an index.
    #[must_use]
    pub fn slot(self) -> usize {
        self.0.into()
    }
}

/// The facts that expressions may read, by name and by slot.
///
/// ```
/// use guerdon::kernel::expression::{FactType, Vocabulary};
///
/// let mut facts = Vocabulary::new();
/// let total = facts.declare("order.total", FactType::Money { currency: None })?;
/// assert_eq!(total.slot(), 0);
/// assert_eq!(facts.find("order.total")?, total);
/// assert_eq!(facts.find("order.totl").unwrap_err().hint, "did you mean `order.total`?");
/// # Ok::<(), guerdon::Problem>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    by_name: BTreeMap<Arc<str>, FactId>,
    facts: Vec<Fact>,
}

/// A declared fact.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) id: FactId,
    pub(super) name: Arc<str>,
    pub(super) of: FactType,
}

impl Vocabulary {
    /// One without facts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a fact in the next slot.
    ///
    /// # Errors
    /// `fact_name_invalid`, `fact_duplicate` or `facts_too_many`.
    pub fn declare(&mut self, name: &str, of: FactType) -> Result<FactId, Problem> {
        check_name(name)?;
        if self.by_name.contains_key(name) {
            return Err(Problem::new(
                FACT_DUPLICATE,
                format!("the fact `{name}` exists already"),
                "choose another name; built-in facts cannot be declared again",
            ));
        }
        let next = u16::try_from(self.facts.len()).ok().filter(|next| *next < MAX_FACTS);
        let id = FactId(next.ok_or_else(too_many)?);
        let name: Arc<str> = name.into();
        self.by_name.insert(Arc::clone(&name), id);
        self.facts.push(Fact { id, name, of });
        Ok(id)
    }

    /// Adds the facts that a document declares, in the order of their names.
    ///
    /// # Errors
    /// Every problem, each at the name of its fact; the facts without one are added.
    pub fn declare_all(&mut self, facts: &BTreeMap<String, FactType>) -> Result<(), Problems> {
        if facts.len() > usize::from(MAX_FACTS) {
            return Err(too_many().into());
        }
        let found = facts
            .iter()
            .filter_map(|(name, of)| Some(self.declare(name, *of).err()?.under(name)))
            .collect();
        Problems::verdict(found)
    }

    /// The slot of a fact.
    ///
    /// # Errors
    /// `fact_unknown`, with the nearest name that is known, where there are no more than 200.
    pub fn find(&self, name: &str) -> Result<FactId, Problem> {
        self.declared(name).map(|fact| fact.id)
    }

    /// All that is known of a fact.
    pub(super) fn declared(&self, name: &str) -> Result<&Fact, Problem> {
        let known = self.by_name.get(name).and_then(|id| self.facts.get(id.slot()));
        known.ok_or_else(|| {
            let facts = self.facts.iter().take(if self.len() <= FEW { FEW } else { 0 });
            let known: Vec<&str> = facts.map(|fact| fact.name.as_ref()).collect();
            let mut problem = refusal::unknown(FACT_UNKNOWN, name, &known);
            if problem.hint.len() > 400 || self.len() > FEW {
                "use a fact that is built in, or declare it among the facts"
                    .clone_into(&mut problem.hint);
            }
            problem
        })
    }

    /// The name of a fact.
    #[must_use]
    pub fn name(&self, id: FactId) -> Option<&str> {
        self.facts.get(id.slot()).map(|fact| fact.name.as_ref())
    }

    /// The type of a fact.
    #[must_use]
    pub fn type_of(&self, id: FactId) -> Option<FactType> {
        self.facts.get(id.slot()).map(|fact| fact.of)
    }

    /// How many facts there are; slots run from zero to one less.
    #[must_use]
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }
}

/// A name is words of ASCII letters, digits, `_` and `-`, joined by points.
fn check_name(name: &str) -> Result<(), Problem> {
    let word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    if name.len() <= MAX_NAME && name.split('.').all(word) {
        return Ok(());
    }
    let shown: String = name.chars().take(40).collect();
    Err(Problem::new(
        FACT_NAME_INVALID,
        format!("`{shown}` is not the name of a fact"),
        format!("use letters, digits, `_`, `-` and points, at most {MAX_NAME}: `order.channel`"),
    ))
}

fn too_many() -> Problem {
    Problem::new(
        FACTS_TOO_MANY,
        format!("there are more than {MAX_FACTS} facts"),
        "declare only the facts that the document reads",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        let mut facts = Vocabulary::new();
        for name in ["a", "order.total", "utm_source", "x-1.Y2"] {
            assert!(facts.declare(name, FactType::Bool {}).is_ok(), "{name}");
        }
        let long = "a".repeat(101);
        for name in ["", ".", "a.", "a b", "a/b", "é", long.as_str()] {
            let problem = facts.declare(name, FactType::Bool {}).unwrap_err();
            assert_eq!(problem.code, FACT_NAME_INVALID, "{name}");
        }
        assert_eq!(facts.declare("a", FactType::Bool {}).unwrap_err().code, FACT_DUPLICATE);
        assert_eq!(facts.len(), 4);
    }

    #[test]
    fn there_is_an_end_to_them() {
        let named = |count: u16| -> BTreeMap<String, FactType> {
            (0..count).map(|one| (format!("f{one}"), FactType::Bool {})).collect()
        };
        let mut facts = Vocabulary::new();
        assert!(facts.declare_all(&named(MAX_FACTS)).is_ok());
        assert_eq!(facts.declare("more", FactType::Bool {}).unwrap_err().code, FACTS_TOO_MANY);
        let problems = facts.declare_all(&named(MAX_FACTS + 1)).unwrap_err();
        assert_eq!(problems.as_slice().len(), 1);
        assert!(facts.find("nothing").unwrap_err().hint.starts_with("use a fact"));
    }
}
