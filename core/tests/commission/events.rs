//! Random histories: sales of one line or several, and refunds of parts of them.

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::documents::{decimal, micros, put};
use crate::plans::{COUNTRIES, KINDS, PRODUCTS, PlanSpec};

#[derive(Clone, Debug)]
pub(crate) struct ItemSpec {
    pub(crate) amount: Option<i64>,
    pub(crate) net: Option<i64>,
    /// In tenths of a unit; one unit unless said.
    pub(crate) quantity: Option<i64>,
    pub(crate) product: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub(crate) struct EventSpec {
    pub(crate) kind: &'static str,
    pub(crate) at: i64,
    pub(crate) partner: usize,
    pub(crate) customer: Option<i64>,
    pub(crate) country: Option<&'static str>,
    pub(crate) new: Option<bool>,
    /// Since when there is this customer, in days before.
    pub(crate) age: Option<i64>,
    /// The event's only line, or its items.
    pub(crate) lines: Vec<ItemSpec>,
    pub(crate) itemised: bool,
}

/// How much of what is left is refunded, of the order or of one of its lines.
#[derive(Clone, Debug)]
pub(crate) struct RefundSpec {
    pub(crate) at: i64,
    /// Which of the events that earned so far, and which of its lines.
    pub(crate) event: i64,
    pub(crate) item: Option<i64>,
    /// In quarters of what is left.
    pub(crate) quarters: i64,
}

#[derive(Clone, Debug)]
pub(crate) enum Happens {
    Event(EventSpec),
    Refund(RefundSpec),
}

/// What histories are made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Whether orders have items.
    pub(crate) items: bool,
    /// Whether events may leave out what columns need.
    pub(crate) sparse: bool,
    /// The greatest amount, in minor units.
    pub(crate) most: i64,
}

fn line(dice: &mut Dice, shape: Shape) -> ItemSpec {
    let amount = match dice.roll(8) {
        6 => shape.most,
        7 => 0,
        _ if shape.most > 1 << 40 => shape.most / (1 + dice.roll(1_000)),
        _ => dice.roll(shape.most),
    };
    let whole = 10 * dice.roll(5);
    ItemSpec {
        amount: Some(amount),
        net: dice.maybe(3, |dice| amount - amount / (2 + dice.roll(9))),
        quantity: dice
            .maybe(2, |dice| if shape.sparse && dice.once_in(3) { whole + 5 } else { whole }),
        product: dice.maybe(2, |dice| dice.pick(&PRODUCTS)),
    }
}

fn event(dice: &mut Dice, at: i64, shape: Shape) -> EventSpec {
    let itemised = shape.items && dice.once_in(3);
    let count = if itemised { 1 + dice.roll(4) } else { 1 };
    let mut lines: Vec<ItemSpec> = (0..count).map(|_| line(dice, shape)).collect();
    let kind = if dice.once_in(4) { dice.pick(&KINDS) } else { "sale" };
    let paid_for = ["sale", "renewal"].contains(&kind);
    if shape.sparse && !itemised && !paid_for && dice.once_in(3) {
        lines[0].amount = None;
        lines[0].net = None;
    }
    EventSpec {
        kind,
        at,
        partner: dice.below(5),
        customer: (!shape.sparse || !dice.once_in(4)).then(|| dice.roll(3)),
        country: dice.maybe(2, |dice| dice.pick(&COUNTRIES)),
        new: dice.maybe(2, |dice| dice.once_in(2)),
        age: dice.maybe(2, |dice| dice.roll(40)),
        lines,
        itemised,
    }
}

/// Mostly in the order of time, over some months; a few come late.
pub(crate) fn history(dice: &mut Dice, most: i64, shape: Shape) -> Vec<Happens> {
    let mut day = 0;
    let count = 1 + dice.roll(most);
    (0..count)
        .map(|_| {
            day += dice.roll(12);
            let late = if dice.once_in(6) { dice.roll(70) } else { 0 };
            let at = micros(day - late) + dice.roll(24) * 3_600_000_000;
            if dice.once_in(3) {
                Happens::Refund(RefundSpec {
                    at,
                    event: dice.roll(1_000),
                    item: dice.maybe(2, |dice| dice.roll(10)),
                    quarters: dice.roll(5),
                })
            } else {
                Happens::Event(event(dice, at, shape))
            }
        })
        .collect()
}

impl EventSpec {
    /// Since when there is this customer.
    pub(crate) fn since(&self) -> Option<i64> {
        self.age.map(|days| self.at - days * 86_400_000_000)
    }

    pub(crate) fn json(&self, id: usize, plan: &PlanSpec) -> Value {
        let customer = self.customer.map(|customer| format!("c{customer}"));
        let at = guerdon::kernel::calendar::Instant::from_micros(self.at).unwrap();
        let mut json = json!({"id": format!("e{id}"), "kind": self.kind, "at": at.to_string(),
            "partner": format!("p{}", self.partner)});
        put(&mut json, "customer", customer);
        put(&mut json, "country", self.country);
        put(&mut json, "new_customer", self.new);
        put(&mut json, "customer_began", self.since().map(at_text));
        if !self.itemised {
            self.lines[0].put_into(&mut json, plan);
            return json;
        }
        let items = self.lines.iter().enumerate().map(|(number, line)| {
            let mut json = json!({"id": format!("i{number}")});
            line.put_into(&mut json, plan);
            json
        });
        json["items"] = Value::Array(items.collect());
        if self.lines.len() % 2 == 0 {
            self.put_sums_into(&mut json, plan);
        }
        json
    }

    /// What an order may say of itself, though its items say it already.
    fn put_sums_into(&self, json: &mut Value, plan: &PlanSpec) {
        let sum = |of: fn(&ItemSpec) -> Option<i64>| {
            self.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(of(line)?))
        };
        let (amount, net) = (sum(|line| line.amount), sum(|line| line.net.or(line.amount)));
        put(json, "amount", amount.map(|amount| plan.money(amount)));
        put(json, "net", net.map(|net| plan.money(net)));
        let quantity = sum(|line| Some(line.quantity.unwrap_or(10)));
        put(json, "quantity", quantity.map(|quantity| decimal(quantity, 1)));
    }
}

fn at_text(micros: i64) -> String {
    guerdon::kernel::calendar::Instant::from_micros(micros).unwrap().to_string()
}

impl ItemSpec {
    fn put_into(&self, json: &mut Value, plan: &PlanSpec) {
        put(json, "amount", self.amount.map(|amount| plan.money(amount)));
        put(json, "net", self.net.map(|net| plan.money(net)));
        put(json, "quantity", self.quantity.map(|quantity| decimal(quantity, 1)));
        put(json, "product", self.product);
    }
}
