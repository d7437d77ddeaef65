//! What the same history would have cost under the next version of the plan.
//!
//! `plan_2.json` differs in three places: the second step of volume begins at $200 instead of $250,
//! a partner earns at most $250.00 in a month instead of $200.00, and a sponsor gets 12 % instead
//! of 10 %.

use std::error::Error;

use guerdon::commission::{Difference, Happening, WhatIf, WhatIfInput, what_if};
use guerdon::kernel::calendar::CalendarUnit;

use crate::dollars::cents;
use crate::history::Happened;
use crate::rules;

/// Runs both versions over the history, refunds included.
pub(crate) fn ask(history: &[Happened<'_>]) -> Result<WhatIf, Box<dyn Error>> {
    let happened = history.iter().map(|happened| {
        Ok(match &happened.refund {
            None => Happening::Event { event: happened.order.event()? },
            Some(refund) => Happening::Refund { refund: refund.clone() },
        })
    });
    let input = WhatIfInput {
        before: include_str!("plan.json").parse()?,
        after: include_str!("plan_2.json").parse()?,
        partners: rules::partners()?,
        history: happened.collect::<Result<_, Box<dyn Error>>>()?,
        period: CalendarUnit::Month,
    };
    Ok(what_if(input)?)
}

/// What differs, as a table, every amount in cents.
pub(crate) fn table(what_if: &WhatIf) -> Result<String, Box<dyn Error>> {
    let mut table = String::from("partner,rule,month,before,after\n");
    for entry in &what_if.entries {
        let (partner, rule) = (name(entry.partner.as_ref()), name(entry.rule.as_ref()));
        let month = entry.period.as_deref().unwrap_or_default();
        let (before, after) = (cents(entry.before)?, cents(entry.after)?);
        table.push_str(&format!("{partner},{rule},{month},{before},{after}\n"));
    }
    Ok(table)
}

/// Those who gain or lose most, at most so many.
pub(crate) fn most_changed(what_if: &WhatIf, most: usize) -> Vec<&Difference> {
    let mut changed: Vec<&Difference> = what_if.by_partner.iter().collect();
    let size = |one: &Difference| cents(one.difference).unwrap_or(0).abs();
    changed.sort_by_key(|one| std::cmp::Reverse(size(one)));
    changed.truncate(most);
    changed
}

/// A name that may be missing.
pub(crate) fn name(id: Option<&guerdon::kernel::id::Id>) -> &str {
    id.map_or("", |id| id.as_str())
}
