//! The picture that the README shows: what was earned, the tiers, and why one commission is what
//! it is.

use crate::charts;
use crate::flow;
use crate::story::Story;
use crate::svg::{Anchor, Svg};

/// The picture, as an SVG file.
pub(crate) fn picture(story: &Story<'_>) -> String {
    let mut svg = Svg::default();
    let width = 1_200;
    let (flow, tall) = flow::flow(story.explained, width - 80);
    let height = 410 + tall + 34;
    svg.round("box", (1, 1), (width - 2, height - 2), 14);
    svg.text("title", Anchor::Start, (40, 42), "Earned and taken back, by month");
    svg.place((28, 56), &charts::earnings(story, (660, 290)));
    svg.text("title", Anchor::Start, (750, 42), "Partners by tier");
    svg.place((736, 56), &charts::tiers(story, (424, 290)));
    let order = story.explained.order.number;
    let title = format!("Why order {order} earned what it did");
    svg.text("title", Anchor::Start, (40, 385), &title);
    svg.place((40, 404), &flow);
    svg.file((width, height), "One partner program on real orders, paid and explained")
}
