//! How one commission came about, as boxes from the order on the left to who gets it on the right.
//!
//! It is drawn from the steps of the explanation alone; a plan that pays in another way gives
//! another picture.

use guerdon::commission::Step;
use guerdon::kernel::exact::Exact;
use guerdon::kernel::rounding::Rounding;

use crate::dollars::{cents, dollars};
use crate::history::Happened;
use crate::rules;
use crate::svg::{Anchor, Svg};

const LINE: i64 = 17;
const HEAD: i64 = 30;

/// One box.
struct Node {
    /// How far to the right.
    stage: usize,
    colour: &'static str,
    head: String,
    lines: Vec<String>,
}

impl Node {
    fn new(stage: usize, colour: &'static str, head: String) -> Self {
        Self { stage, colour, head, lines: Vec::new() }
    }

    fn height(&self) -> i64 {
        HEAD + LINE * i64::try_from(self.lines.len()).unwrap_or(0) + 6
    }

    /// Wide enough for its texts in the widest of the fonts that pages are shown with.
    fn width(&self) -> i64 {
        let long = |text: &String| i64::try_from(text.chars().count()).unwrap_or(0);
        let lines = self.lines.iter().map(|line| long(line) * 73 / 10).max().unwrap_or(0);
        lines.max(long(&self.head) * 86 / 10) + 28
    }
}

/// The drawing of an explanation, and its height.
pub(crate) fn flow(happened: &Happened<'_>, width: i64) -> (Svg, i64) {
    let mut columns: Vec<Vec<Node>> = Vec::new();
    let mut stage = None;
    let mut nodes = nodes(happened);
    nodes.sort_by_key(|node| node.stage);
    for node in nodes {
        match columns.last_mut() {
            Some(column) if stage == Some(node.stage) => column.push(node),
            _ => {
                stage = Some(node.stage);
                columns.push(vec![node]);
            }
        }
    }
    draw(&columns, width)
}

fn draw(columns: &[Vec<Node>], width: i64) -> (Svg, i64) {
    let mut svg = Svg::default();
    let tall = |column: &Vec<Node>| column.iter().map(|node| node.height() + 14).sum::<i64>() - 14;
    let height = columns.iter().map(tall).max().unwrap_or(0);
    let wide: Vec<i64> =
        columns.iter().map(|nodes| nodes.iter().map(Node::width).max().unwrap_or(0)).collect();
    let gaps = i64::try_from(columns.len()).unwrap_or(0) - 1;
    let gap = ((width - 2 - wide.iter().sum::<i64>()) / gaps.max(1)).max(16);
    let mut before: Vec<i64> = Vec::new();
    let mut x = 1;
    for (column, wide) in columns.iter().zip(wide) {
        let mut y = (height - tall(column)) / 2;
        let mut middles = Vec::with_capacity(column.len());
        for node in column {
            draw_node(&mut svg, node, (x, y), wide);
            middles.push(y + node.height() / 2);
            y += node.height() + 14;
        }
        connect(&mut svg, (x - gap, &before), (x, &middles));
        before = middles;
        x += wide + gap;
    }
    (svg, height)
}

fn draw_node(svg: &mut Svg, node: &Node, (x, y): (i64, i64), width: i64) {
    svg.round("box", (x, y), (width, node.height()), 7);
    svg.round(node.colour, (x, y + 7), (4, node.height() - 14), 2);
    svg.text("strong", Anchor::Start, (x + 13, y + 20), &node.head);
    let mut line_y = y + 20 + LINE;
    for line in &node.lines {
        svg.text("quiet", Anchor::Start, (x + 13, line_y), line);
        line_y += LINE;
    }
}

/// Arrows from one column to the next: each to its own where they are as many, all to all else.
fn connect(svg: &mut Svg, (from_x, from): (i64, &[i64]), (to_x, to): (i64, &[i64])) {
    for (number, start) in from.iter().enumerate() {
        for (other, end) in to.iter().enumerate() {
            if from.len() == to.len() && number != other {
                continue;
            }
            let (start_x, end_x) = (from_x + 2, to_x - 3);
            let bend = (end_x - start_x) / 2;
            svg.path(
                "arrow",
                &format!(
                    "M{start_x} {start}C{} {start} {} {end} {end_x} {end}",
                    start_x + bend,
                    end_x - bend
                ),
            );
            svg.path("arrow", &format!("M{} {}l5 4l-5 4", end_x - 5, end - 4));
        }
    }
}

/// The boxes of an explanation: the order, what the rules pay, what caps leave, who gets it.
fn nodes(happened: &Happened<'_>) -> Vec<Node> {
    let order = happened.order;
    let partner = format!("partner-{:02}", rules::partner_of(order.customer));
    let total = cents(happened.outcome.total).unwrap_or(0);
    let known = if order.is_first { "new customer" } else { "customer" };
    let mut sale = Node::new(0, "tier1", format!("Order {}", order.number));
    sale.lines.push(order.date.to_string());
    sale.lines.push(format!("${} for {} CDs", dollars(order.cents), order.cds));
    sale.lines.push(format!("{known} {}", order.customer));
    let mut seller = Node::new(3, "commission", format!("{partner} gets ${}", dollars(total)));
    let mut nodes: Vec<Node> = Vec::new();
    for step in &happened.outcome.steps {
        match step {
            Step::Tier { tier: Some(tier) } => sale.lines.push(format!("{partner}, {tier}")),
            Step::Rounded { rule, posted, .. } => {
                seller.lines.push(format!("{rule} ${}", posted.amount));
            }
            Step::Held { until } => {
                let until = format!("payable from {}", day(&until.to_string()));
                seller.lines.push(until.clone());
                let sponsors = nodes.iter_mut().filter(|node| node.stage > seller.stage);
                sponsors.for_each(|node| node.lines.push(until.clone()));
            }
            step => add(&mut nodes, step),
        }
    }
    nodes.extend([sale, seller]);
    nodes
}

/// Adds a box for a step, or a line to the box that it goes on from.
fn add(nodes: &mut Vec<Node>, step: &Step) {
    match step {
        Step::Scheduled { rule, pieces, amount, .. } => {
            let mut node = Node::new(1, "commission", format!("Rule {rule}"));
            for piece in pieces {
                let rate = piece.rate.as_ref().map_or_else(String::new, ToString::to_string);
                let (of, amount) = (short(&piece.measure), short(&piece.amount));
                node.lines.push(format!("${of} at {rate} = ${amount}"));
            }
            if pieces.len() > 1 {
                node.lines.push(format!("together ${}", short(amount)));
            }
            nodes.push(node);
        }
        Step::Rated { rule, rate, of, amount } => {
            let mut node = Node::new(1, "commission", format!("Rule {rule}"));
            let of = short(of);
            let what = match rate {
                Some(rate) => format!("${of} at {rate}"),
                None => format!("for {of} CDs"),
            };
            node.lines.push(format!("{what} = ${}", short(amount)));
            nodes.push(node);
        }
        Step::Multiplied { multiplier, factor, amount } => {
            more(nodes, format!("\u{d7} {} for {multiplier}", factor.exact()));
            more(nodes, format!("is ${}", short(amount)));
        }
        Step::Limited { amount, .. } => more(nodes, format!("limited to ${}", short(amount))),
        Step::Capped { cap, before, amount, .. } => {
            let lost = before.checked_sub(amount).unwrap_or_default();
            let mut node = Node::new(2, "reversal", format!("Cap {cap}"));
            node.lines.push(format!("${} is cut", short(before)));
            node.lines.push(format!("to ${}", short(amount)));
            node.lines.push(format!("${} is lost", short(&lost)));
            nodes.push(node);
        }
        Step::Overrode { partner, base, rate, posted, .. } => {
            let partner = partner.as_ref().map_or("?", |id| id.as_str());
            let head = format!("{partner} gets ${}", posted.amount);
            let mut node = Node::new(4, "override", head);
            node.lines.push("as their sponsor".to_owned());
            node.lines.push(format!("{rate} of ${}", base.amount));
            nodes.push(node);
        }
        _ => {}
    }
}

/// A further line in the box that was added last.
fn more(nodes: &mut [Node], line: String) {
    if let Some(node) = nodes.last_mut() {
        node.lines.push(line);
    }
}

/// An exact amount to four places, marked where that is not all of it.
fn short(amount: &Exact) -> String {
    let text = amount.to_string();
    if text.len() <= 8 && !text.contains('/') {
        return text;
    }
    let scaled = amount.checked_mul(&Exact::from(10_000_i64));
    let rounded = scaled.and_then(|scaled| scaled.round(Rounding::default()));
    let near = rounded.and_then(|rounded| Exact::ratio(rounded, 10_000));
    near.map_or(text, |near| format!("{near}\u{2026}"))
}

/// The date of an instant's text.
fn day(instant: &str) -> &str {
    instant.split('T').next().unwrap_or(instant)
}
