//! The columns of a batch of events, and whether they belong together.

use crate::columns::{Facts, Ids, Words, check_length};
use crate::kernel::problem::Problem;

/// Events as columns; every one has a value for each row.
#[derive(Clone, Debug)]
pub struct EventColumns<'a> {
    /// When each happened, in microseconds since 1970-01-01T00:00:00Z.
    pub at: &'a [i64],
    /// Who earns.
    pub partner: Ids<'a>,
    /// What the customer paid, in minor units of the plan's currency.
    pub amount_minor: &'a [i64],
    /// The net amount; the amount unless given.
    pub net_minor: Option<&'a [i64]>,
    /// How many units; 1 unless given.
    pub quantity: Option<&'a [i64]>,
    /// The kind of event, by its name; sales unless given.
    pub kind: Option<Words<'a>>,
    /// The customer.
    pub customer: Option<Ids<'a>>,
    /// For a refund: the earlier row that it gives back, whose amount is then what is refunded;
    /// -1 for everything else. Refunds of earlier batches go through
    /// [`Plan::refund`](crate::commission::Plan::refund).
    pub refund_of: Option<&'a [i64]>,
    /// Other facts, by name.
    pub facts: Vec<(&'a str, Facts<'a>)>,
}
impl EventColumns<'_> {
    pub(super) fn check(&self) -> Result<usize, Problem> {
        let rows = self.at.len();
        let named = |name: &'static str| move |problem: Problem| problem.under(name);
        check_length("partner", self.partner.len(), rows)?;
        check_length("amount_minor", self.amount_minor.len(), rows)?;
        self.partner.check_filled().map_err(named("partner"))?;
        let optional = [
            ("net_minor", self.net_minor),
            ("quantity", self.quantity),
            ("refund_of", self.refund_of),
        ];
        for (name, column) in optional {
            check_length(name, column.map_or(rows, <[i64]>::len), rows)?;
        }
        if let Some(customer) = &self.customer {
            check_length("customer", customer.len(), rows)?;
            customer.check_filled().map_err(named("customer"))?;
        }
        if let Some(kind) = &self.kind {
            check_length("kind", kind.codes.len(), rows)?;
            Ids::Words(kind.clone()).check_filled().map_err(named("kind"))?;
        }
        for (name, facts) in &self.facts {
            check_length(name, facts.len(), rows)?;
            facts.check().map_err(|problem| problem.under(name))?;
        }
        Ok(rows)
    }
}
