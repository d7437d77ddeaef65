//! The report as one page: charts as inline SVG, no script, nothing from anywhere else.

use std::error::Error;

use guerdon::commission::{Difference, Line};
use guerdon::kernel::money::Money;
use guerdon::payout::{Payout, Statement, StatementEntry, Unpaid};

use crate::aftermath::{self, Clawback};
use crate::charts;
use crate::dollars::{cents, dollars, grouped};
use crate::flow;
use crate::report::reason;
use crate::rules;
use crate::story::{MonthTold, Story};
use crate::svg::{STYLE, escaped};
use crate::what_if;
use crate::words;

const TITLE: &str = "One partner program on real orders, paid and explained";

type Html = Result<String, Box<dyn Error>>;

/// The whole page.
pub(crate) fn page(story: &Story<'_>) -> Html {
    let mut body = opening(story);
    body.push_str(&tiles(story));
    body.push_str(&months(story));
    body.push_str(&explanation(story)?);
    body.push_str(&two(&tiers(story), &partners(story)));
    let statement = match story.shown_statement() {
        Some((told, one)) => statement(told, one)?,
        None => String::new(),
    };
    body.push_str(&two(&batch(story)?, &statement));
    body.push_str(&two(&aftermath(story), &what_if(story)?));
    body.push_str(&plan(story));
    body.push_str(&footer(story));
    Ok(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{TITLE}</title>\n<style>\n{}{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n\
         </body>\n</html>\n",
        include_str!("page.css")
    ))
}

fn opening(story: &Story<'_>) -> String {
    let refunds = story.history.iter().filter(|happened| happened.refund.is_some()).count();
    format!(
        "<h1>{TITLE}</h1>\n<p class=\"lead\">The purchases are real: CDNOW, January 1997 to June \
         1998. The {} partners, their sponsors and {refunds} refunds are invented, by rules that \
         are stated. Every cent below was computed by guerdon, and can be computed again.</p>\n",
        rules::PARTNERS
    )
}

fn tiles(story: &Story<'_>) -> String {
    let total = story.total();
    let volume = story.months.iter().map(|told| told.volume).sum();
    let sign = |cents: i64| if cents < 0 { "\u{2212}" } else { "" };
    let amount = |cents: i64| format!("{}${}", sign(cents), dollars(cents.abs()));
    let tiles = [
        (count(story.orders().count()), "purchases"),
        (amount(volume), "sold"),
        (amount(total.earned()), "earned by partners"),
        (amount(total.reversals), "taken back for refunds"),
        (amount(-total.payouts), "paid out"),
        (amount(total.closing), "still owed"),
    ];
    let tile = |(number, what): &(String, &str)| {
        format!("<div class=\"tile\"><b>{number}</b><span>{what}</span></div>\n")
    };
    format!("<div class=\"tiles\">\n{}</div>\n", tiles.iter().map(tile).collect::<String>())
}

fn months(story: &Story<'_>) -> String {
    let size = (1_070, 330);
    let chart = charts::earnings(story, size).element(size, "Earned and taken back, by month");
    section(
        "Earned and taken back, by month",
        "All these customers bought for the first time in early 1997, so that is when most was sold.",
        &chart,
    )
}

fn tiers(story: &Story<'_>) -> String {
    let size = (506, 300);
    let chart = charts::tiers(story, size).element(size, "Partners by tier");
    section(
        "Partners by tier",
        "At the end of each month. A tier is reached by a quarter's volume, and lost at the end of a quarter that did not earn it again.",
        &chart,
    )
}

fn partners(story: &Story<'_>) -> String {
    let width = 506;
    let (chart, height) = charts::partners(story, 10, width);
    section(
        "Who earned most",
        "Commissions from own customers, and overrides from those of the partners they recruited.",
        &chart.element((width, height), "Who earned most"),
    )
}

fn explanation(story: &Story<'_>) -> Html {
    let happened = story.explained;
    let width = 1_070;
    let (flow, height) = flow::flow(happened, width);
    let title = format!("Why order {} earned what it did", happened.order.number);
    let mut inner = flow.element((width, height), &title);
    let steps = happened.outcome.steps.iter();
    let steps: String =
        steps.map(|step| format!("<li>{}</li>\n", coded(&step.to_string()))).collect();
    inner.push_str(&format!("<ol>\n{steps}</ol>\n"));
    let rows = happened.outcome.lines.iter().map(line).collect::<Result<String, _>>()?;
    inner.push_str(&format!(
        "<table>\n<tr><th>line</th><th>what</th><th>rule</th><th>partner</th><th>tier</th>\
         <th>payable from</th><th class=\"number\">amount</th></tr>\n{rows}</table>\n"
    ));
    let says = "The order with most to tell. Amounts stay exact until they are posted; the ids follow from what caused them, so that doing it again posts nothing twice.";
    Ok(section(&title, says, &inner))
}

fn line(line: &Line) -> Html {
    let tier = line.tier.as_ref().map_or("", |tier| tier.as_str());
    let rule = line.rule.as_ref().map_or("", |rule| rule.as_str());
    Ok(format!(
        "<tr><td><code class=\"id\">{}</code></td><td>{}</td><td>{}</td><td>{}</td><td>{tier}</td>\
         <td>{}</td>{}</tr>\n",
        line.id,
        line.kind,
        rule,
        line.partner,
        line.payable_at,
        amount(line.amount)?
    ))
}

fn batch(story: &Story<'_>) -> Html {
    let due = &story.books.due;
    let paid = due.payouts.iter().map(payout).collect::<Result<String, _>>()?;
    let totals = &due.totals;
    let mut rows = format!(
        "<tr><th>partner</th><th class=\"number\">leaves</th><th class=\"number\">fee</th>\
         <th class=\"number\">arrives</th></tr>\n{paid}<tfoot><tr><td>{} payouts</td>{}{}{}</tr>\
         </tfoot>\n",
        totals.count,
        amount(totals.gross)?,
        amount(totals.fees)?,
        amount(totals.net)?
    );
    rows = format!("<table>\n{rows}</table>\n");
    let mut waiting: Vec<&Unpaid> = due.unpaid.iter().collect();
    waiting.sort_by_key(|unpaid| std::cmp::Reverse(cents(unpaid.payable).unwrap_or(0)));
    let unpaid = waiting.iter().take(8).map(|one| left(one)).collect::<Result<String, _>>()?;
    rows.push_str(&format!(
        "<table>\n<tr><th>not paid</th><th>why</th><th class=\"number\">payable</th>\
         <th class=\"number\">pending</th></tr>\n{unpaid}</table>\n<p class=\"quiet\">and {} more \
         with less</p>\n",
        waiting.len().saturating_sub(8)
    ));
    let title = format!("The batch that is due on {}", rules::END);
    Ok(section(
        &title,
        "Payable is what is past its hold of 30 days, less what was taken back.",
        &rows,
    ))
}

fn payout(payout: &Payout) -> Html {
    let (gross, fee, net) = (amount(payout.gross)?, amount(payout.fee)?, amount(payout.net)?);
    Ok(format!("<tr><td>{}</td>{gross}{fee}{net}</tr>\n", payout.partner))
}

fn left(unpaid: &Unpaid) -> Html {
    let reasons: Vec<String> = unpaid.reasons.iter().map(reason).collect();
    let (payable, pending) = (amount(unpaid.payable)?, amount(unpaid.pending)?);
    Ok(format!(
        "<tr><td>{}</td><td>{}</td>{payable}{pending}</tr>\n",
        unpaid.partner,
        reasons.join(", ")
    ))
}

fn statement(told: &MonthTold, statement: &Statement) -> Html {
    let mut rows = format!(
        "<tr><th>date</th><th>what</th><th>from</th><th class=\"number\">amount</th>\
         <th class=\"number\">balance</th></tr>\n<tr><td></td><td>opening balance</td><td></td>\
         <td></td>{}</tr>\n",
        amount(statement.opening)?
    );
    for entry in &statement.entries {
        rows.push_str(&self::entry(entry)?);
    }
    rows.push_str(&format!(
        "<tfoot><tr><td></td><td>closing balance</td><td></td><td></td>{}</tr></tfoot>\n",
        amount(statement.closing)?
    ));
    let says = format!(
        "One of the {} statements of that month. At its end, ${} is payable and ${} is not yet.",
        count(told.statements.len()),
        statement.payable.amount,
        statement.pending.amount
    );
    let title = format!("{} in {}", statement.partner, told.month.label);
    Ok(section(&title, &says, &format!("<table>\n{rows}</table>\n")))
}

fn entry(entry: &StatementEntry) -> Html {
    let event = entry.event.as_ref().map_or("", |event| event.as_str());
    Ok(format!(
        "<tr><td>{}</td><td>{}</td><td>{event}</td>{}{}</tr>\n",
        entry.date,
        entry.kind,
        amount(entry.amount)?,
        amount(entry.balance)?
    ))
}

fn aftermath(story: &Story<'_>) -> String {
    let mut largest: Vec<&Clawback> = story.clawbacks.iter().collect();
    largest.sort_by_key(|one| one.cents);
    let rows = largest.into_iter().take(8).map(|one| {
        format!(
            "<tr><td>order-{}</td><td>{}</td><td>{}</td><td>{}</td>{}</tr>\n",
            one.order,
            one.partner,
            one.paid_on,
            one.back_on,
            cell(one.cents)
        )
    });
    let mut inner = format!(
        "<table>\n<tr><th>order</th><th>partner</th><th>paid out</th><th>taken back</th>\
         <th class=\"number\">amount</th></tr>\n{}</table>\n",
        rows.collect::<String>()
    );
    let words = aftermath::returned_in_words(story.books);
    let words: String = words.iter().map(|one| format!("<li>{}</li>\n", escaped(one))).collect();
    inner.push_str(&format!("<p>And a payout that came back:</p>\n<ol>\n{words}</ol>\n"));
    let taken = story.clawbacks.iter().map(|one| one.cents).sum::<i64>();
    let says = format!(
        "{} lines of refunds took back ${} that had been paid out. A balance may go below zero by \
         that; later earnings make it up.",
        count(story.clawbacks.len()),
        dollars(-taken)
    );
    section("Refunds after the payout", &says, &inner)
}

fn what_if(story: &Story<'_>) -> Html {
    let told = &story.what_if;
    let row = |name: String, one: &Difference| -> Html {
        let (before, after) = (amount(one.before)?, amount(one.after)?);
        let difference = amount(one.difference)?;
        Ok(format!("<tr><td>{}</td>{before}{after}{difference}</tr>\n", escaped(&name)))
    };
    let mut rows = String::new();
    for one in &told.by_rule {
        rows.push_str(&row(format!("rule {}", what_if::name(one.rule.as_ref())), one)?);
    }
    for one in what_if::most_changed(told, 6) {
        rows.push_str(&row(what_if::name(one.partner.as_ref()).to_owned(), one)?);
    }
    let total = row("all".to_owned(), &told.total)?;
    let table = format!(
        "<table>\n<tr><th></th><th class=\"number\">version 1</th><th class=\"number\">version 2</th>\
         <th class=\"number\">difference</th></tr>\n{rows}<tfoot>{total}</tfoot>\n</table>\n"
    );
    let says = "The same orders and refunds under another version: the second step from $200, at \
                most $250.00 a month, and 12 % for sponsors.";
    Ok(section("What if", says, &table))
}

fn plan(story: &Story<'_>) -> String {
    let words = words::plan(story.program.plan.document());
    let rows = words.iter().map(|(what, says)| {
        format!("<tr><td>{}</td><td>{}</td></tr>\n", escaped(what), escaped(says))
    });
    let table = format!("<table>\n{}</table>\n", rows.collect::<String>());
    section("What the plan says", "Read from its document, plan.json.", &table)
}

fn footer(story: &Story<'_>) -> String {
    let plan = story.program.plan.reference();
    format!(
        "<footer>\n<p>Plan <code>{}</code> version {}, SHA-256 <code>{}</code>, time zones {}.</p>\n\
         <p>Purchases: the CDNOW 1/10 sample, public teaching data of Peter Fader and Bruce Hardie, \
         taken from the copy in the Python package lifetimes (MIT).</p>\n\
         <p>The rules of what is invented: core/examples/partner_month/README.md. The same \
         statements without guerdon: tests/independent/replay.py.</p>\n</footer>\n",
        plan.id, plan.version, plan.hash, plan.zone_data
    )
}

fn section(title: &str, says: &str, inner: &str) -> String {
    format!(
        "<section>\n<h2>{}</h2>\n<p class=\"quiet\">{}</p>\n{inner}</section>\n",
        escaped(title),
        escaped(says)
    )
}

fn two(left: &str, right: &str) -> String {
    format!("<div class=\"two\">\n{left}{right}</div>\n")
}

/// A cell with an amount.
fn amount(money: Money) -> Html {
    Ok(cell(cents(money)?))
}

fn cell(cents: i64) -> String {
    let class = if cents < 0 { "number below" } else { "number" };
    format!("<td class=\"{class}\">{}</td>", dollars(cents).replace('-', "\u{2212}"))
}

fn count(number: usize) -> String {
    grouped(u64::try_from(number).unwrap_or(u64::MAX))
}

/// A sentence in which what stands between backticks is code.
fn coded(sentence: &str) -> String {
    let parts = escaped(sentence);
    let parts = parts.split('`').enumerate().map(|(position, part)| {
        if position % 2 == 1 { format!("<code>{part}</code>") } else { part.to_owned() }
    });
    parts.collect()
}
