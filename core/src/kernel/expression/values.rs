//! Facts from a document: typed values by name, checked against their declarations.

use std::collections::BTreeMap;

use super::FactId;
use super::computed::{Computed, Items, is_item, wrong_type};
use super::types::FactType;
use super::value::{FactSource, FactValue, ValueRef};
use super::vocabulary::{Fact, Vocabulary};
use crate::kernel::problem::{Problem, Problems};

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
    /// `fact_unknown`, `fact_type_mismatch` or `currency_mismatch`.
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
    /// Every problem of [`FactValues::set`], each under the name of its fact.
    pub fn set_all(&mut self, values: BTreeMap<String, FactValue>) -> Result<(), Problems> {
        let found = values
            .into_iter()
            .filter_map(|(name, value)| Some(self.set(&name, value).err()?.under(name)))
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
