//! How the conditions of a plan are answered for the rows of a batch.

use crate::columns::Facts;
use crate::commission::conditions::{ConditionId, Conditions, Truth};
use crate::commission::event::EventKind;
use crate::commission::facts::BuiltIn;
use crate::commission::row::{Row, RowLine};
use crate::commission::state::State;
use crate::kernel::calendar::Instant;
use crate::kernel::exact::Exact;
use crate::kernel::expression::{FactId, FactSource, FactType, ValueRef};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

use super::batch::Batch;

/// How a condition is answered.
pub(super) enum Answer {
    /// By the word of a column: one answer for each word, then one for a null.
    ByWord(usize, Vec<Truth>),
    /// By asking the row.
    Asked,
}

impl Batch<'_> {
    /// Works out each condition that one column of words decides.
    pub(super) fn answers(&self) -> Vec<Answer> {
        let conditions = self.plan.conditions.iter();
        conditions
            .map(|program| {
                let [fact] = program.reads() else { return Answer::Asked };
                let column = self.slots.get(fact.slot()).copied().flatten();
                let words = column.and_then(|column| match self.columns.facts.get(column) {
                    Some((_, Facts::Words(words))) => Some((column, words)),
                    _ => None,
                });
                let Some((column, words)) = words else { return Answer::Asked };
                let each = words.words.iter().map(|word| Some(*word)).chain([None]);
                let truths = each.map(|word| program.test(&OneWord(*fact, word)).map(truth));
                // A word that cannot be answered matters only to a row that has it and asks.
                let truths = truths.collect::<Result<Vec<_>, _>>();
                truths.map_or(Answer::Asked, |truths| Answer::ByWord(column, truths))
            })
            .collect()
    }
}

fn truth(answer: Option<bool>) -> Truth {
    match answer {
        Some(true) => Truth::True,
        Some(false) => Truth::False,
        None => Truth::Unknown,
    }
}

/// A source of one fact.
struct OneWord<'a>(FactId, Option<&'a str>);

impl FactSource for OneWord<'_> {
    fn fact(&self, id: FactId) -> Option<ValueRef<'_>> {
        self.1.filter(|_| id == self.0).map(ValueRef::String)
    }
}

/// A row that conditions ask.
#[derive(Clone, Copy)]
pub(super) struct RowConditions<'a> {
    batch: &'a Batch<'a>,
    state: &'a State,
    row: usize,
    kind: EventKind,
    partner: u32,
    customer: Option<u32>,
    line: Option<RowLine>,
    tier: Option<u16>,
}

impl<'a> RowConditions<'a> {
    #[inline(always)]
    pub(super) fn new(batch: &'a Batch<'a>, state: &'a State, of: &Row<'_>, row: usize) -> Self {
        Self {
            batch,
            state,
            row,
            kind: of.kind,
            partner: of.partner,
            customer: of.customer,
            line: of.lines.first().copied(),
            tier: None,
        }
    }

    /// Asks the row. It takes a copy of what it asks, so that what most rows never need is not
    /// kept in memory for them.
    #[inline(never)]
    fn ask(self, condition: ConditionId) -> Result<Truth, Box<Problem>> {
        match self.batch.plan.conditions.get(condition) {
            // Where in the condition it is wrong is no place in the columns.
            Some(program) => Ok(program.test(&self).map(truth).map_err(|one| one.at(""))?),
            None => Ok(Truth::True),
        }
    }
}

impl Conditions for RowConditions<'_> {
    #[inline(always)]
    fn seller_has(&mut self, tier: Option<u16>) {
        self.tier = tier;
    }

    #[inline(always)]
    fn holds(&mut self, condition: ConditionId, _line: usize) -> Result<Truth, Box<Problem>> {
        match self.batch.chunk.truth(condition, self.row) {
            Some(truth) => Ok(truth),
            None => self.ask(condition),
        }
    }

    fn value(&mut self, value: usize, _line: usize) -> Result<Option<Exact>, Box<Problem>> {
        let Some(program) = self.batch.plan.values.get(value) else { return Ok(None) };
        Ok(program.number(self).map_err(|one| one.at(""))?)
    }

    fn customer_began(&self) -> Option<(Instant, Instant)> {
        let id = self.batch.plan.vocabulary.find(BuiltIn::BEGAN).ok()?;
        let Some(ValueRef::Instant(since)) = self.fact(id) else { return None };
        let at = self.batch.columns.at.get(self.row).copied()?;
        Some((since, Instant::from_micros(at).ok()?))
    }

    fn missing(&self, _condition: ConditionId, _line: usize) -> Vec<String> {
        Vec::new()
    }

    fn unmeasured(&self, _value: usize, _line: usize) -> Vec<String> {
        Vec::new()
    }
}

impl FactSource for RowConditions<'_> {
    fn fact(&self, id: FactId) -> Option<ValueRef<'_>> {
        let columns = self.batch.columns;
        let currency = self.batch.plan.document.currency;
        let column = self.batch.slots.get(id.slot()).copied().flatten();
        if let Some((_, facts)) = column.and_then(|column| columns.facts.get(column)) {
            return self.column(id, facts);
        }
        let line = self.line?;
        match BuiltIn::of(id)? {
            BuiltIn::Kind => Some(ValueRef::String(self.kind.as_str())),
            BuiltIn::At => {
                let at = columns.at.get(self.row).copied()?;
                Instant::from_micros(at).ok().map(ValueRef::Instant)
            }
            BuiltIn::Tier => match (&self.batch.plan.tiers, self.tier) {
                (_, Some(tier)) => self.batch.plan.tier_ids.get(usize::from(tier)).map(id_string),
                (Some(_), None) => None,
                // The host's own, also one that no rule pays by.
                (None, None) => {
                    let record = self.batch.roster.get(self.state.partners.id(self.partner)?)?;
                    record.tier.as_ref().map(id_string)
                }
            },
            // Not from the column: numbers are ids too.
            BuiltIn::Partner => self.state.partners.id(self.partner).map(id_string),
            BuiltIn::Customer => self.state.customers.id(self.customer?).map(id_string),
            BuiltIn::Total | BuiltIn::Amount => Some(ValueRef::Minor(line.gross, currency)),
            BuiltIn::Net => Some(ValueRef::Minor(line.base, currency)),
            BuiltIn::Quantity => Some(ValueRef::Decimal(line.quantity.decimal())),
            _ => None,
        }
    }
}

impl RowConditions<'_> {
    fn column<'f>(&self, id: FactId, facts: &'f Facts<'_>) -> Option<ValueRef<'f>> {
        let valid = |valid: &Option<&[bool]>| {
            valid.as_ref().is_none_or(|valid| valid.get(self.row).copied().unwrap_or(false))
        };
        match facts {
            Facts::Words(words) => words.get(self.row).map(ValueRef::String),
            Facts::Numbers(numbers, present) if valid(present) => {
                let number = numbers.get(self.row).copied()?;
                Some(match self.batch.plan.vocabulary.type_of(id)? {
                    FactType::Money { currency } => ValueRef::Minor(
                        number,
                        currency.unwrap_or(self.batch.plan.document.currency),
                    ),
                    _ => ValueRef::Integer(number),
                })
            }
            Facts::Micros(micros, present) if valid(present) => {
                Instant::from_micros(micros.get(self.row).copied()?).ok().map(ValueRef::Instant)
            }
            Facts::Booleans(booleans) => {
                booleans.get(self.row).copied().flatten().map(ValueRef::Bool)
            }
            Facts::Decimals(decimals) => {
                decimals.get(self.row).copied().flatten().map(ValueRef::Decimal)
            }
            Facts::Dates(dates) => dates.get(self.row).copied().flatten().map(ValueRef::Date),
            Facts::Numbers(..) | Facts::Micros(..) => None,
        }
    }
}

fn id_string(id: &Id) -> ValueRef<'_> {
    ValueRef::String(id.as_str())
}
