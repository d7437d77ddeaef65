//! The charts: earnings by month, partners by tier, the partners who earned most.

use crate::books::Month;
use crate::dollars::{dollars, rounded};
use crate::story::{MonthTold, PartnerTold, Story};
use crate::svg::{Anchor, Svg};

/// Room for the labels of the vertical axis.
const LEFT: i64 = 52;
/// Room for the legend.
const TOP: i64 = 34;
/// Room for the names of the months.
const BOTTOM: i64 = 38;

/// What was earned and taken back each month, stacked.
pub(crate) fn earnings(story: &Story<'_>, (width, height): (i64, i64)) -> Svg {
    let mut svg = Svg::default();
    let high = story.months.iter().map(|told| told.sums.earned());
    let low = story.months.iter().map(|told| told.sums.reversals);
    let scale = Scale::new(low.min().unwrap_or(0), high.max().unwrap_or(0), height);
    scale.draw(&mut svg, width, rounded);
    for (told, slot) in story.months.iter().zip(slots(story.months.len(), width)) {
        let sums = &told.sums;
        let (x, bar) = (slot.x, slot.bar);
        let together = sums.earned();
        let (zero, own, top) = (scale.y(0), scale.y(sums.commissions), scale.y(together));
        svg.rect("commission", (x, own), (bar, zero - own));
        svg.rect("override", (x, top), (bar, own - top));
        svg.rect("reversal", (x, zero), (bar, scale.y(sums.reversals) - zero));
        svg.text("small", Anchor::Middle, (x + bar / 2, top - 5), &rounded(together));
    }
    svg.line("axis", (LEFT, scale.y(0)), (width, scale.y(0)));
    names(&mut svg, &story.months, (width, height));
    svg.key("commission", (LEFT, 14), "commissions");
    svg.key("override", (LEFT + 115, 14), "overrides");
    svg.key("reversal", (LEFT + 212, 14), "taken back");
    svg
}

/// How many partners have each tier at the end of each month, stacked.
pub(crate) fn tiers(story: &Story<'_>, (width, height): (i64, i64)) -> Svg {
    let mut svg = Svg::default();
    let counts = |told: &MonthTold| -> Vec<i64> {
        told.tiers.iter().map(|count| i64::try_from(*count).unwrap_or(0)).collect()
    };
    let all = story.months.iter().map(|told| counts(told).iter().sum()).max().unwrap_or(0);
    let scale = Scale::new(0, all, height);
    scale.draw(&mut svg, width, |count| count.to_string());
    for (told, slot) in story.months.iter().zip(slots(story.months.len(), width)) {
        let mut below = 0;
        for (tier, count) in counts(told).into_iter().enumerate() {
            let (bottom, top) = (scale.y(below), scale.y(below + count));
            svg.rect(&format!("tier{tier}"), (slot.x, top), (slot.bar, bottom - top));
            below += count;
        }
    }
    svg.line("axis", (LEFT, scale.y(0)), (width, scale.y(0)));
    names(&mut svg, &story.months, (width, height));
    let mut x = LEFT;
    for (tier, id) in story.tiers.iter().enumerate() {
        svg.key(&format!("tier{tier}"), (x, 14), id.as_str());
        x += 78;
    }
    svg
}

/// The partners who earned most, one below the other, and how high that is.
pub(crate) fn partners(story: &Story<'_>, count: usize, width: i64) -> (Svg, i64) {
    let mut svg = Svg::default();
    let shown: Vec<&PartnerTold> = story.partners.iter().take(count).collect();
    let most = shown.iter().map(|one| one.sums.earned());
    let most = most.max().unwrap_or(0).max(1);
    let (left, right) = (170, 96);
    let across = |cents: i64| cents * (width - left - right) / most;
    svg.key("commission", (left, 14), "commissions");
    svg.key("override", (left + 115, 14), "overrides");
    let mut y = 26;
    for one in shown {
        let tier = one.tier.as_ref();
        let number = story.tiers.iter().position(|known| Some(known) == tier).unwrap_or(0);
        svg.text("strong", Anchor::Start, (0, y + 17), one.id.as_str());
        svg.round(&format!("tier{number}"), (84, y + 7), (11, 11), 6);
        svg.text("quiet", Anchor::Start, (100, y + 17), tier.map_or("", |tier| tier.as_str()));
        let (own, above) = (across(one.sums.commissions), across(one.sums.overrides));
        svg.rect("commission", (left, y + 4), (own, 17));
        svg.rect("override", (left + own, y + 4), (above, 17));
        let earned = format!("${}", dollars(one.sums.earned()));
        svg.text("", Anchor::Start, (left + own + above + 8, y + 17), &earned);
        y += 26;
    }
    (svg, y)
}

/// Where amounts are on the vertical axis.
struct Scale {
    /// The value between two lines of the grid.
    step: i64,
    low: i64,
    high: i64,
    height: i64,
}

impl Scale {
    fn new(low: i64, high: i64, height: i64) -> Self {
        let step = nice((high - low).max(1) / 5);
        let high = (high + step - 1).div_euclid(step) * step;
        Self { step, low, high, height: height - TOP - BOTTOM }
    }

    fn y(&self, value: i64) -> i64 {
        TOP + (self.high - value) * self.height / (self.high - self.low).max(1)
    }

    fn draw(&self, svg: &mut Svg, width: i64, label: impl Fn(i64) -> String) {
        // The first multiple of the step that is not below.
        let mut value = -(-self.low).div_euclid(self.step) * self.step;
        while value <= self.high {
            let y = self.y(value);
            svg.line("grid", (LEFT, y), (width, y));
            svg.text("quiet", Anchor::End, (LEFT - 8, y + 4), &label(value));
            value += self.step;
        }
    }
}

/// The least of 1, 2, 5, 10, 20 and so on that is not below a value.
fn nice(value: i64) -> i64 {
    let mut power = 1;
    while power * 10 <= value {
        power *= 10;
    }
    [1, 2, 5, 10].into_iter().map(|one| one * power).find(|one| *one >= value).unwrap_or(power)
}

/// The place of one bar.
struct Slot {
    x: i64,
    bar: i64,
}

fn slots(count: usize, width: i64) -> impl Iterator<Item = Slot> {
    let count = i64::try_from(count).unwrap_or(1).max(1);
    let room = width - LEFT;
    (0..count).map(move |position| {
        let (start, end) = (room * position / count, room * (position + 1) / count);
        let gap = (end - start) / 7 + 1;
        Slot { x: LEFT + start + gap, bar: end - start - 2 * gap }
    })
}

/// The names of the months under their bars, or their first letters, and each year's number.
fn names(svg: &mut Svg, months: &[MonthTold], (width, height): (i64, i64)) {
    for (told, slot) in months.iter().zip(slots(months.len(), width)) {
        let middle = slot.x + slot.bar / 2;
        let (name, year) = name(&told.month);
        let shown = if slot.bar < 22 { name.get(..1).unwrap_or(name) } else { name };
        svg.text("quiet", Anchor::Middle, (middle, height - BOTTOM + 17), shown);
        if name == "Jan" {
            svg.text("strong", Anchor::Middle, (middle, height - BOTTOM + 33), &year);
        }
    }
}

fn name(month: &Month) -> (&'static str, String) {
    const NAMES: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number = usize::try_from(month.first.month()).unwrap_or(1);
    (NAMES.get(number - 1).copied().unwrap_or(""), month.first.year().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_large_enough() {
        assert_eq!([1, 2, 3, 7, 11, 180, 90_000].map(nice), [1, 2, 5, 10, 20, 200, 100_000]);
        let scale = Scale::new(-21_300, 450_200, 400);
        assert_eq!((scale.high, scale.step), (500_000, 100_000));
        assert_eq!((scale.y(500_000), scale.y(-21_300)), (TOP, 400 - BOTTOM));
    }
}
