//! An event as the plan reads it: amounts in minor units, windows and sponsors found.
//!
//! What an event says of the whole order is held here against its items.

use std::ops::Deref;

use crate::kernel::calendar::{Instant, Ordinal};
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, Money, Rate};
use crate::kernel::problem::Problem;

use super::compile::Plan;
use super::engine::below_zero;
use super::event::{Event, EventKind};
use super::plan::Base;
use super::row::{RowLine, Sponsor};
use super::split::Split;
use super::working::Quantity;
use super::{EVENT_WITHOUT_AMOUNT, ITEM_DUPLICATE, ITEMS_SUM_MISMATCH};

/// What an event is worth, before anything is changed.
#[derive(Default)]
pub(super) struct Reading {
    pub(super) lines: Few<RowLine>,
    /// The ids of the lines; empty for an event that is its only line.
    pub(super) items: Vec<Option<Id>>,
    pub(super) order_gross: i64,
    pub(super) windows: Few<Ordinal>,
    pub(super) sponsors: Vec<Sponsor>,
    pub(super) sponsor_ids: Vec<Id>,
    pub(super) split: Option<Split>,
    pub(super) tier: Option<u16>,
    /// The rate of the partner's own, where the plan pays by it.
    pub(super) own_rate: Option<Rate>,
    /// The host's own tier of the partner, for a plan that has none.
    pub(super) given_tier: Option<Id>,
    pub(super) payable_at: Instant,
}

/// A list, mostly of one, which then needs no memory of its own.
pub(super) enum Few<T> {
    One(T),
    Several(Vec<T>),
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::Several(Vec::new())
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

impl Plan {
    /// The lines of an event, with their ids.
    pub(super) fn lines(&self, event: &Event) -> Result<(Few<RowLine>, Vec<Option<Id>>), Problem> {
        if event.items.is_empty() {
            check_amount(event)?;
            let line = self.line(event.amount, event.net, event.quantity)?;
            return Ok((Few::One(line), Vec::new()));
        }
        let mut lines = Vec::with_capacity(event.items.len());
        let mut items: Vec<Option<Id>> = Vec::with_capacity(event.items.len());
        for (position, item) in event.items.iter().enumerate() {
            let placed = |problem: Problem| problem.under(position).under("items");
            if items.contains(&Some(item.id.clone())) {
                let message = format!("the item `{}` appears twice", item.id);
                let problem = Problem::new(ITEM_DUPLICATE, message, "give each item its own id");
                return Err(placed(problem.under("id")));
            }
            let line =
                self.line(Some(item.amount), item.net, Some(item.quantity)).map_err(placed)?;
            lines.push(line);
            items.push(Some(item.id.clone()));
        }
        self.check_sums(event)?;
        Ok((Few::Several(lines), items))
    }

    /// Makes sure that what an event with items says of the whole order is their sum.
    fn check_sums(&self, event: &Event) -> Result<(), Problem> {
        let items = || event.items.iter();
        let amounts = items().map(|item| item.amount);
        self.check_sum("amount", event.amount, amounts)?;
        let nets = items().map(|item| item.net.unwrap_or(item.amount));
        self.check_sum("net", event.net, nets)?;
        let Some(stated) = event.quantity else { return Ok(()) };
        let mut quantities = items().map(|item| Exact::from(item.quantity.decimal()));
        let sum = quantities.try_fold(Exact::ZERO, |sum, part| sum.checked_add(&part))?;
        let whole = Exact::from(stated.decimal());
        if sum == whole { Ok(()) } else { Err(no_sum("quantity", &stated)) }
    }

    fn check_sum(
        &self,
        key: &'static str,
        stated: Option<Money>,
        mut parts: impl Iterator<Item = Money>,
    ) -> Result<(), Problem> {
        let Some(stated) = stated else { return Ok(()) };
        let whole = self.minor(stated).map_err(|problem| problem.under(key))?;
        let sum = parts.try_fold(0_i64, |sum, part| sum.checked_add(self.minor(part).ok()?));
        if sum == Some(whole) { Ok(()) } else { Err(no_sum(key, &stated)) }
    }

    fn line(
        &self,
        amount: Option<Money>,
        net: Option<Money>,
        quantity: Option<Amount>,
    ) -> Result<RowLine, Problem> {
        let read = |money: Option<Money>, key: &str| match money {
            Some(money) => self.minor(money).map(Some).map_err(|problem| problem.under(key)),
            None => Ok(None),
        };
        if let Some(negative) = quantity.filter(|quantity| quantity.is_negative()) {
            return Err(below_zero(&negative).under("quantity"));
        }
        let gross = read(amount, "amount")?;
        let net = read(net, "net")?;
        let base = match self.document.base {
            Base::Net => net.or(gross),
            Base::Gross => gross.or(net),
        };
        let gross = gross.or(net);
        let quantity = match quantity {
            Some(quantity) => quantity.decimal().normalize().into(),
            None => Quantity::Whole(1),
        };
        Ok(RowLine { gross: gross.unwrap_or(0), base: base.unwrap_or(0), quantity })
    }
}

/// Makes sure that something which is paid for says how much was paid: left out by mistake, it would
/// earn nothing and say so nowhere.
fn check_amount(event: &Event) -> Result<(), Problem> {
    let paid_for = matches!(event.kind, EventKind::Sale | EventKind::Renewal);
    if !paid_for || event.amount.is_some() || event.net.is_some() {
        return Ok(());
    }
    let problem = Problem::new(
        EVENT_WITHOUT_AMOUNT,
        format!("the {} has neither an amount nor items", event.kind),
        "say what was paid in `amount` or `items`, an amount of 0 where it cost nothing",
    );
    Err(problem.under("amount"))
}

fn no_sum(key: &'static str, stated: &impl std::fmt::Display) -> Problem {
    Problem::new(
        ITEMS_SUM_MISMATCH,
        format!("the event's {key} `{stated}` is not the sum of its items"),
        format!("leave the event's {key} out, or add an item for what is missing"),
    )
    .under(key)
}
