//! What comes after a payout: refunds of what was paid out already, and a payout that came back.
//!
//! Nothing special happens to either. A reversal lowers the balance, below zero if it must, and
//! later earnings make it up; what came back is payable again under the next cut-off.

use std::collections::BTreeMap;
use std::error::Error;

use guerdon::commission::LineKind;
use guerdon::kernel::calendar::{Date, Instant};
use guerdon::kernel::id::Id;

use crate::books::{Books, Paid};
use crate::dollars::cents;
use crate::history::Happened;
use crate::rules;

/// Money that was paid out and then taken back, for one line of a refund.
pub(crate) struct Clawback {
    pub(crate) order: u64,
    pub(crate) partner: Id,
    /// The cut-off of the payout that it was in.
    pub(crate) paid_on: Date,
    pub(crate) back_on: Date,
    /// Below zero.
    pub(crate) cents: i64,
}

/// Every line of a refund whose commission had been paid out.
pub(crate) fn clawbacks(
    history: &[Happened<'_>],
    books: &Books,
) -> Result<Vec<Clawback>, Box<dyn Error>> {
    let mut payable_at: BTreeMap<u64, Instant> = BTreeMap::new();
    let mut found = Vec::new();
    for happened in history {
        let lines = &happened.outcome.lines;
        let Some(refund) = &happened.refund else {
            payable_at.extend(lines.first().map(|line| (happened.order.number, line.payable_at)));
            continue;
        };
        let Some(payable_at) = payable_at.get(&happened.order.number) else { continue };
        for line in lines.iter().filter(|line| line.kind == LineKind::Reversal) {
            let covers = |paid: &&Paid| {
                let in_time = *payable_at <= paid.cut_off && paid.cut_off <= refund.at;
                paid.partner == line.partner && !paid.returned && in_time
            };
            let (back, payout) = (cents(line.amount)?, books.paid.iter().find(covers));
            let Some(payout) = payout.filter(|_| back < 0) else { continue };
            found.push(Clawback {
                order: happened.order.number,
                partner: line.partner.clone(),
                paid_on: payout.first,
                back_on: happened.date,
                cents: back,
            });
        }
    }
    Ok(found)
}

/// The payout that came back, and the one that paid it again.
pub(crate) fn returned(books: &Books) -> Option<(&Paid, &Paid)> {
    let back = books.paid.iter().find(|paid| paid.returned)?;
    let later = |paid: &&Paid| paid.partner == back.partner && paid.cut_off > back.cut_off;
    Some((back, books.paid.iter().find(later)?))
}

/// The refunds as a table, every amount in cents.
pub(crate) fn table(clawbacks: &[Clawback]) -> String {
    let mut table = String::from("order,partner,paid_on,back_on,cents\n");
    for Clawback { order, partner, paid_on, back_on, cents } in clawbacks {
        table.push_str(&format!("{order},{partner},{paid_on},{back_on},{cents}\n"));
    }
    table
}

/// What happened to the payout that came back, in sentences.
pub(crate) fn returned_in_words(books: &Books) -> Vec<String> {
    let Some((back, again)) = returned(books) else { return Vec::new() };
    let dollars = crate::dollars::dollars;
    vec![
        format!(
            "{}: {} left the balance of {}, with a fee of {}",
            back.first,
            dollars(back.gross),
            back.partner,
            dollars(back.fee)
        ),
        format!(
            "{} days later it came back, and the fee with it: all of it is payable again",
            rules::RETURN_DAYS
        ),
        format!(
            "{}: {} left the balance, what was earned since included",
            again.first,
            dollars(again.gross)
        ),
    ]
}
