//! The purchases of `data/cdnow.csv`, as orders of a host.

use std::collections::BTreeSet;
use std::error::Error;

use guerdon::Problem;
use guerdon::commission::{Event, Refund};
use guerdon::kernel::calendar::Date;
use guerdon::kernel::id::Id;
use guerdon::kernel::money::{Currency, Money, from_minor, to_minor};

use crate::rules;

const PURCHASES: &str = include_str!("data/cdnow.csv");

/// One purchase: what a customer bought on one day.
pub(crate) struct Order {
    /// Its row in the file, counted from 1; its id is `order-` and this number.
    pub(crate) number: u64,
    pub(crate) customer: u64,
    pub(crate) date: Date,
    pub(crate) cds: i64,
    pub(crate) cents: i64,
    /// Whether it is the customer's first one.
    pub(crate) is_first: bool,
}

/// The orders, in the order of the file.
pub(crate) fn read() -> Result<Vec<Order>, Box<dyn Error>> {
    let mut known = BTreeSet::new();
    let rows = (1..).zip(PURCHASES.lines().skip(1));
    rows.map(|(number, row)| {
        let mut fields = row.split(',');
        let mut field = || fields.next().ok_or_else(|| format!("row {number} is too short"));
        let customer = field()?.parse()?;
        Ok(Order {
            number,
            customer,
            date: field()?.parse()?,
            cds: field()?.parse()?,
            cents: to_minor(field()?.parse()?, dollar()?)?,
            is_first: known.insert(customer),
        })
    })
    .collect()
}

/// The currency of the prices.
pub(crate) fn dollar() -> Result<Currency, Problem> {
    "USD".parse()
}

impl Order {
    pub(crate) fn id(&self) -> Result<Id, Problem> {
        format!("order-{}", self.number).parse()
    }

    fn price(&self) -> Result<Money, Problem> {
        Ok(from_minor(self.cents, dollar()?))
    }

    /// The order as an event that may earn.
    pub(crate) fn event(&self) -> Result<Event, Problem> {
        let partner = rules::partner_id(rules::partner_of(self.customer))?;
        Ok(Event {
            customer: Some(self.customer.to_string().parse()?),
            quantity: Some(self.cds.into()),
            new_customer: Some(self.is_first),
            ..Event::sale(self.id()?, partner, rules::noon(self.date)?, self.price()?)
        })
    }

    /// What is given back of it, if anything is.
    pub(crate) fn refund(&self) -> Result<Option<(Date, Refund)>, Problem> {
        let Some(back) = rules::return_of(self.number, self.cents) else { return Ok(None) };
        let date = self.date.plus_days(back.days)?;
        let id = format!("refund-{}", self.number).parse()?;
        let amount = from_minor(back.cents, dollar()?);
        Ok(Some((date, Refund::new(id, self.id()?, rules::noon(date)?, amount))))
    }
}
