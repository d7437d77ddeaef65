//! The report in plain text: first what a stranger should see, then the details.

use std::error::Error;

use guerdon::commission::{Difference, Line};
use guerdon::payout::{Proposal, Statement, UnpaidReason};

use crate::aftermath::{self, Clawback};
use crate::books::Month;
use crate::dollars::{cents, dollars, grouped};
use crate::rules;
use crate::story::{Story, Sums};
use crate::what_if;
use crate::words;

/// The whole report.
pub(crate) fn text(story: &Story<'_>) -> Result<String, Box<dyn Error>> {
    let mut text = Text::default();
    opening(story, &mut text);
    months(story, &mut text);
    if let Some((told, statement)) = story.shown_statement() {
        self::statement(&told.month, statement, &mut text)?;
    }
    tiers(story, &mut text);
    batch(&story.books.due, &mut text)?;
    aftermath(story, &mut text);
    what_if(story, &mut text)?;
    explanation(story, &mut text)?;
    accounts(story, &mut text)?;
    Ok(text.0)
}

/// Lines of text.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        self.line(heading);
        self.line(&"-".repeat(heading.chars().count()));
    }
}

fn opening(story: &Story<'_>, text: &mut Text) {
    let months = &story.months;
    let orders: usize = months.iter().map(|told| told.orders).sum();
    let volume = months.iter().map(|told| told.volume).sum();
    let customers = story.orders().filter(|happened| happened.order.is_first).count();
    let refunds = story.history.len() - orders;
    text.line("guerdon: one partner program on real orders, paid and explained");
    text.line("");
    text.line(&format!(
        "Real:      {} purchases of {} customers of CDNOW, 1997-01 to 1998-06, {} USD",
        count(orders),
        count(customers),
        dollars(volume)
    ));
    text.line(&format!(
        "Invented:  {} partners, their sponsors, {refunds} refunds: core/examples/partner_month/README.md",
        rules::PARTNERS
    ));
    let plan = story.program.plan.reference();
    text.line(&format!("The plan:  {} version {}", plan.id, plan.version));
    for (what, says) in words::plan(story.program.plan.document()) {
        text.line(&format!("           {what:<20} {says}"));
    }
}

fn months(story: &Story<'_>, text: &mut Text) {
    text.line("");
    let widths: Vec<usize> = story.tiers.iter().map(|tier| tier.as_str().len()).collect();
    let names: Vec<&str> = story.tiers.iter().map(|tier| tier.as_str()).collect();
    text.line(&format!(
        "month   orders      volume commission overrides reversals   paid out      owed  {}",
        names.join(" ")
    ));
    for told in &story.months {
        let tiers = told.tiers.iter().zip(&widths);
        let tiers: Vec<String> = tiers.map(|(count, width)| format!("{count:>width$}")).collect();
        let amounts = amounts(&told.sums);
        let (label, orders) = (&told.month.label, count(told.orders));
        let volume = dollars(told.volume);
        text.line(&format!("{label} {orders:>6} {volume:>11} {amounts}  {}", tiers.join(" ")));
    }
    let orders: usize = story.months.iter().map(|told| told.orders).sum();
    let volume = dollars(story.months.iter().map(|told| told.volume).sum());
    let amounts = amounts(&story.total());
    text.line(&format!("all     {:>6} {volume:>11} {amounts}", count(orders)));
}

fn amounts(sums: &Sums) -> String {
    format!(
        "{:>10} {:>9} {:>9} {:>10} {:>9}",
        dollars(sums.commissions),
        dollars(sums.overrides),
        dollars(sums.reversals),
        dollars(-sums.payouts - sums.fees),
        dollars(sums.closing)
    )
}

fn statement(month: &Month, statement: &Statement, text: &mut Text) -> Result<(), Box<dyn Error>> {
    text.heading(&format!("The statement of {} for {}", statement.partner, month.label));
    let amount = |money| cents(money).map(dollars);
    text.line(&format!("{:<51}{:>22}", "opening balance", amount(statement.opening)?));
    for entry in &statement.entries {
        let event = entry.event.as_ref().map_or("", |event| event.as_str());
        let (date, kind) = (entry.date.to_string(), entry.kind.as_str());
        text.line(&format!(
            "{date}  {kind:<12} {event:<14} {:>12} {:>21}",
            amount(entry.amount)?,
            amount(entry.balance)?
        ));
    }
    let payable = amount(statement.payable)?;
    let pending = amount(statement.pending)?;
    text.line(&format!(
        "closing balance: {} ({payable} payable, {pending} pending)",
        amount(statement.closing)?
    ));
    Ok(())
}

fn tiers(story: &Story<'_>, text: &mut Text) {
    text.heading("Tier changes");
    let joined = story.tier_changes().filter(|change| change.before.is_none()).count();
    text.line(&format!("{joined} partners joined; from then on, promoted and demoted:"));
    for quarter in story.months.chunks(3) {
        let raised: usize = quarter.iter().map(|told| told.raised).sum();
        let lowered: usize = quarter.iter().map(|told| told.lowered).sum();
        if let [first, .., last] = quarter {
            let (first, last) = (&first.month.label, &last.month.label);
            text.line(&format!("{first} to {last}  {raised:>3} up  {lowered:>3} down"));
        }
    }
    let Some(partner) = story.partners.first() else { return };
    let earned = dollars(partner.sums.earned());
    let tier = partner.tier.as_ref().map_or("none", |tier| tier.as_str());
    text.line(&format!("{}, who earned most ({earned}) and ended at {tier}:", partner.id));
    for change in story.tier_changes().filter(|change| change.partner == partner.id) {
        let before = change.before.as_ref().map_or("none", |tier| tier.as_str());
        let after = change.after.as_ref().map_or("none", |tier| tier.as_str());
        text.line(&format!("{}  {before} -> {after}", change.at));
    }
}

fn batch(due: &Proposal, text: &mut Text) -> Result<(), Box<dyn Error>> {
    text.heading(&format!("The payout batch that is due on {}", rules::END));
    text.line("partner          leaves      fee  arrives");
    for payout in &due.payouts {
        text.line(&format!(
            "{:<13} {:>9} {:>8} {:>8}",
            payout.partner.as_str(),
            dollars(cents(payout.gross)?),
            dollars(cents(payout.fee)?),
            dollars(cents(payout.net)?)
        ));
    }
    let totals = &due.totals;
    text.line(&format!(
        "{:<13} {:>9} {:>8} {:>8}",
        format!("{} payouts", totals.count),
        dollars(cents(totals.gross)?),
        dollars(cents(totals.fees)?),
        dollars(cents(totals.net)?)
    ));
    for (reasons, partners) in unpaid(due)? {
        text.line(&format!("not paid: {reasons}: {partners}"));
    }
    Ok(())
}

fn aftermath(story: &Story<'_>, text: &mut Text) {
    text.heading("Refunds after the payout");
    let taken = story.clawbacks.iter().map(|one| one.cents).sum::<i64>();
    text.line(&format!(
        "{} lines took back {} that had been paid out; the largest of them:",
        count(story.clawbacks.len()),
        dollars(-taken)
    ));
    let mut largest: Vec<&Clawback> = story.clawbacks.iter().collect();
    largest.sort_by_key(|one| one.cents);
    for Clawback { order, partner, paid_on, back_on, cents } in largest.into_iter().take(5) {
        let order = format!("order-{order}");
        let back = dollars(*cents);
        text.line(&format!(
            "{order:<11} {partner}  paid {paid_on}, taken back {back_on} {back:>8}"
        ));
    }
    text.heading("A payout that came back");
    for line in aftermath::returned_in_words(story.books) {
        text.line(&line);
    }
}

fn what_if(story: &Story<'_>, text: &mut Text) -> Result<(), Box<dyn Error>> {
    let told = &story.what_if;
    text.heading("What the next version of the plan would have cost");
    text.line(&format!("{:<22} {:>12} {:>12} {:>12}", "", "version 1", "version 2", "difference"));
    let mut row = |name: &str, one: &Difference| -> Result<(), Box<dyn Error>> {
        let [before, after] = [one.before, one.after].map(cents);
        let difference = dollars(cents(one.difference)?);
        let (before, after) = (dollars(before?), dollars(after?));
        text.line(&format!("{name:<22} {before:>12} {after:>12} {difference:>12}"));
        Ok(())
    };
    for one in &told.by_rule {
        row(&format!("rule {}", what_if::name(one.rule.as_ref())), one)?;
    }
    for one in what_if::most_changed(told, 5) {
        row(what_if::name(one.partner.as_ref()), one)?;
    }
    row("all", &told.total)
}

/// Who is not paid, by reason: a count, or the partner where it is one.
fn unpaid(due: &Proposal) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for unpaid in &due.unpaid {
        let reasons: Vec<String> = unpaid.reasons.iter().map(reason).collect();
        let reasons = reasons.join(", ");
        let who = format!("{} ({})", unpaid.partner, dollars(cents(unpaid.payable)?));
        match groups.iter_mut().find(|(known, _)| *known == reasons) {
            Some((_, partners)) => partners.push(who),
            None => groups.push((reasons, vec![who])),
        }
    }
    let told = |(reasons, partners): (String, Vec<String>)| match partners.as_slice() {
        [only] => (reasons, only.clone()),
        several => (reasons, format!("{} partners", several.len())),
    };
    Ok(groups.into_iter().map(told).collect())
}

/// A reason as words.
pub(crate) fn reason(reason: &UnpaidReason) -> String {
    reason.as_str().replace('_', " ")
}

fn explanation(story: &Story<'_>, text: &mut Text) -> Result<(), Box<dyn Error>> {
    let happened = story.explained;
    text.heading(&format!("Why order {} earned what it did", happened.order.number));
    for step in &happened.outcome.steps {
        text.line(&format!("- {step}"));
    }
    let plan = &happened.outcome.plan;
    text.line(&format!("Plan {} version {}, time zones {}", plan.id, plan.version, plan.zone_data));
    text.line(&format!("     {}", plan.hash));
    text.line("What the host keeps of it:");
    for line in &happened.outcome.lines {
        text.line(&kept(line)?);
    }
    Ok(())
}

fn kept(line: &Line) -> Result<String, Box<dyn Error>> {
    let amount = dollars(cents(line.amount)?);
    let rule = line.rule.as_ref().map_or("", |rule| rule.as_str());
    let (kind, partner) = (line.kind.as_str(), line.partner.as_str());
    Ok(format!("{}  {kind:<10} {rule:<11} {partner} {amount:>8}", line.id))
}

fn accounts(story: &Story<'_>, text: &mut Text) -> Result<(), Box<dyn Error>> {
    text.heading("The books");
    let mut sum = 0;
    for (account, units) in story.books.accounts()? {
        let what = match account.as_str() {
            "partners" => "owed to the partners",
            "program" => "spent by the program",
            "paid" => "arrived at the partners",
            "transit" => "on its way",
            "fees" => "fees of the payout method",
            other => other,
        };
        text.line(&format!("{what:<27}{:>12}", dollars(units)));
        sum += units;
    }
    text.line(&format!("{:<27}{:>12}", "sum", dollars(sum)));
    Ok(())
}

fn count(number: usize) -> String {
    grouped(u64::try_from(number).unwrap_or(u64::MAX))
}
