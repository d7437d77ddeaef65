//! Facts from a document: typed values by name, checked against their declarations.

use std::collections::BTreeMap;

use super::compile::MOST_PROBLEMS;
use super::computed::{Computed, Items, is_item};
use super::fault::wrong_type;
use super::types::FactType;
use super::value::{FactSource, FactValue, ValueRef};
use super::vocabulary::{Fact, Vocabulary};
use super::{FACT_TOO_LARGE, FactId};
use crate::kernel::problem::{Problem, Problems};

/// The longest text that a fact may have, in bytes.
pub const MAX_TEXT: usize = 10_000;

/// The most values that a list may have which is a fact.
pub const MAX_ITEMS: usize = 10_000;

/// The values of a vocabulary's facts, as far as there are any: the [`FactSource`] of documents
/// and tests. Hosts with many events lend their own rows instead.
#[derive(Clone, Debug)]
pub struct FactValues<'v> {
    vocabulary: &'v Vocabulary,
    slots: Vec<Option<FactValue>>,
}

impl<'v> FactValues<'v> {
    /// All of them unknown.
    #[must_use]
    pub fn new(vocabulary: &'v Vocabulary) -> Self {
        Self { vocabulary, slots: vec![None; vocabulary.len()] }
    }

    /// Gives a fact its value.
    ///
    /// # Errors
    /// `fact_unknown`, `fact_type_mismatch` or `currency_mismatch`; `fact_too_large` for a text of
    /// more than [`MAX_TEXT`] bytes or a list of more than [`MAX_ITEMS`] values.
    pub fn set(&mut self, name: &str, value: FactValue) -> Result<(), Problem> {
        let fact = self.vocabulary.declared(name)?;
        check(fact, &value)?;
        if let Some(slot) = self.slots.get_mut(fact.id.slot()) {
            *slot = Some(value);
        }
        Ok(())
    }

    /// Gives several facts their values.
    ///
    /// # Errors
    /// Every problem of [`FactValues::set`], each under the name of its fact, up to a hundred.
    pub fn set_all(&mut self, values: BTreeMap<String, FactValue>) -> Result<(), Problems> {
        let found = values
            .into_iter()
            .filter_map(|(name, value)| Some(self.set(&name, value).err()?.under(name)))
            .take(MOST_PROBLEMS)
            .collect();
        Problems::verdict(found)
    }
}

impl FactSource for FactValues<'_> {
    fn fact(&self, id: FactId) -> Option<ValueRef<'_>> {
        self.slots.get(id.slot())?.as_ref().map(FactValue::lend)
    }
}

fn check(fact: &Fact, value: &FactValue) -> Result<(), Problem> {
    check_size(fact, value)?;
    let computed = Computed::of_fact(fact, Some(value.lend())).map_err(|fault| *fault)?;
    match (computed, fact.of) {
        (Computed::List(Items::Lent(items)), FactType::List { of })
            if !items.iter().all(|item| is_item(item, of)) =>
        {
            Err(wrong_type(&fact.name, fact.of))
        }
        _ => Ok(()),
    }
}

/// An expression may read a fact as often as it has nodes, and show it each time; so what a fact
/// holds has a bound, as the expression has.
fn check_size(fact: &Fact, value: &FactValue) -> Result<(), Problem> {
    let found = match value {
        FactValue::String(text) if text.len() > MAX_TEXT => format!("{} bytes", text.len()),
        FactValue::List(items) if items.len() > MAX_ITEMS => format!("{} values", items.len()),
        FactValue::List(items) => return items.iter().try_for_each(|item| check_size(fact, item)),
        _ => return Ok(()),
    };
    Err(Problem::new(
        FACT_TOO_LARGE,
        format!("the value of the fact `{}` has {found}", fact.name),
        format!("a text has at most {MAX_TEXT} bytes, and a list {MAX_ITEMS} values"),
    ))
}
