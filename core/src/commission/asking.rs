//! How an event answers the plan's conditions, line by line.

use rust_decimal::Decimal;

use crate::kernel::calendar::Instant;
use crate::kernel::exact::Exact;
use crate::kernel::expression::{FactId, FactSource, FactValue, ValueRef};
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Money};
use crate::kernel::problem::Problem;

use super::compile::Plan;
use super::conditions::{ConditionId, Conditions, Truth};
use super::event::Event;
use super::facts::BuiltIn;
use super::reading::Reading;

/// An event that conditions ask.
pub(super) struct EventFacts<'a> {
    plan: &'a Plan,
    event: &'a Event,
    reading: &'a Reading,
    tier: Option<&'a Id>,
}

impl<'a> EventFacts<'a> {
    pub(super) const fn new(plan: &'a Plan, event: &'a Event, reading: &'a Reading) -> Self {
        Self { plan, event, reading, tier: None }
    }
}

impl Conditions for EventFacts<'_> {
    fn seller_has(&mut self, tier: Option<u16>) {
        let own = tier.and_then(|tier| self.plan.tier_ids.get(usize::from(tier)));
        self.tier = own.or(self.reading.given_tier.as_ref());
    }

    #[inline]
    fn holds(&mut self, condition: ConditionId, line: usize) -> Result<Truth, Box<Problem>> {
        let Some(program) = self.plan.conditions.get(condition) else { return Ok(Truth::True) };
        Ok(match program.test(&LineFacts { of: self, line })? {
            Some(true) => Truth::True,
            Some(false) => Truth::False,
            None => Truth::Unknown,
        })
    }

    fn value(&mut self, value: usize, line: usize) -> Result<Option<Exact>, Box<Problem>> {
        let Some(program) = self.plan.values.get(value) else { return Ok(None) };
        Ok(program.number(&LineFacts { of: self, line })?)
    }

    fn customer_began(&self) -> Option<(Instant, Instant)> {
        Some((self.event.customer_began?, self.event.at))
    }

    fn missing(&self, condition: ConditionId, line: usize) -> Vec<String> {
        let Some(program) = self.plan.conditions.get(condition) else { return Vec::new() };
        let missing = program.missing(&LineFacts { of: self, line });
        missing.iter().map(ToString::to_string).collect()
    }

    fn unmeasured(&self, value: usize, line: usize) -> Vec<String> {
        let Some(program) = self.plan.values.get(value) else { return Vec::new() };
        let missing = program.missing(&LineFacts { of: self, line });
        missing.iter().map(ToString::to_string).collect()
    }
}

/// One line of an event that conditions ask.
struct LineFacts<'a> {
    of: &'a EventFacts<'a>,
    line: usize,
}

impl FactSource for LineFacts<'_> {
    #[inline]
    fn fact(&self, id: FactId) -> Option<ValueRef<'_>> {
        match BuiltIn::of(id) {
            Some(fact) => self.built_in(fact),
            None => {
                let name: &str = self.of.plan.vocabulary.name(id)?;
                self.of.event.facts.0.get(name).map(FactValue::lend)
            }
        }
    }
}

impl LineFacts<'_> {
    fn built_in(&self, fact: BuiltIn) -> Option<ValueRef<'_>> {
        let event = self.of.event;
        match fact {
            BuiltIn::Kind => Some(ValueRef::String(event.kind.as_str())),
            BuiltIn::At => Some(ValueRef::Instant(event.at)),
            BuiltIn::Partner => Some(string(&event.partner)),
            BuiltIn::Tier => self.of.tier.map(string),
            BuiltIn::Customer => event.customer.as_ref().map(string),
            BuiltIn::Country => event.country.as_ref().map(string),
            BuiltIn::NewCustomer => event.new_customer.map(ValueRef::Bool),
            BuiltIn::Began => event.customer_began.map(ValueRef::Instant),
            BuiltIn::Total => {
                let currency = self.of.plan.document.currency;
                Some(ValueRef::Minor(self.of.reading.order_gross, currency))
            }
            BuiltIn::Product => self.product().map(string),
            BuiltIn::Category => self.category().map(string),
            BuiltIn::Quantity => Some(ValueRef::Decimal(self.quantity())),
            BuiltIn::Amount => self.amount().map(ValueRef::Money),
            BuiltIn::Net => self.net().or_else(|| self.amount()).map(ValueRef::Money),
        }
    }

    fn product(&self) -> Option<&Id> {
        match self.of.event.items.get(self.line) {
            Some(item) => item.product.as_ref(),
            None => self.of.event.product.as_ref(),
        }
    }

    fn category(&self) -> Option<&Id> {
        match self.of.event.items.get(self.line) {
            Some(item) => item.category.as_ref(),
            None => self.of.event.category.as_ref(),
        }
    }

    fn quantity(&self) -> Decimal {
        let quantity = self.of.event.items.get(self.line).map(|item| item.quantity);
        quantity.or(self.of.event.quantity).map_or(Decimal::ONE, Amount::decimal)
    }

    fn amount(&self) -> Option<Money> {
        match self.of.event.items.get(self.line) {
            Some(item) => Some(item.amount),
            None => self.of.event.amount,
        }
    }

    fn net(&self) -> Option<Money> {
        match self.of.event.items.get(self.line) {
            Some(item) => item.net,
            None => self.of.event.net,
        }
    }
}

fn string(id: &Id) -> ValueRef<'_> {
    ValueRef::String(id.as_str())
}
