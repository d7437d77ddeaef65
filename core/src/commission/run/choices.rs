//! What words decide, found once for each combination of them.
//!
//! Of most rows a plan asks only for words: the kind of event, a category, a country. Then which
//! rule pays, and by which factor, is asked of the evaluator once for each combination of words
//! that there can be ([`Choice`]), and not for each row.

use std::ops::Range;

use crate::columns::{Codes, Facts};
use crate::commission::compile::Plan;
use crate::commission::conditions::{ConditionId, Conditions, Truth};
use crate::commission::evaluate::{Evaluator, Stop, fit};
use crate::commission::event::EventKind;
use crate::commission::pay::factor;
use crate::commission::plan::Combine;
use crate::commission::rates::{Paying, RuleTable, ScheduleTable, Tables};
use crate::commission::row::Row;
use crate::kernel::calendar::Instant;
use crate::kernel::exact::Exact;
use crate::kernel::explain::NoSteps;
use crate::kernel::number::Number;
use crate::kernel::problem::Problem;

use super::batch::Batch;
use super::chunk::ROWS_AT_HAND;
use super::columns::EventColumns;
use super::conditions::Answer;
use super::lane::Lane;

/// The most combinations of words that choices are made for ahead.
const MOST_CHOICES: usize = 4_096;

/// What is chosen for each combination of words.
pub(super) struct Straight<'a> {
    pub(super) tables: &'a Tables<i64>,
    axes: Vec<Axis>,
    pub(super) choices: Vec<Choice<'a>>,
    /// The way of all rows, if there is only one.
    pub(super) lane: Option<Lane<'a>>,
    /// Of each meter, whether some choice moves it.
    pub(super) metered: Vec<bool>,
    /// Of the rows at hand, the place of their choice.
    pub(super) places: Vec<u32>,
    /// Whether a row at hand has a number below zero, which has to be refused.
    pub(super) any_below_zero: bool,
}

/// A column of words: which it is, and how far apart its words are among the choices.
struct Axis {
    /// The column of a fact; none for the kinds of events.
    column: Option<usize>,
    /// The number of words, and for a fact one more for the null, which comes last.
    words: usize,
    stride: usize,
}

/// What is chosen for a combination of words.
pub(super) enum Choice<'a> {
    Nothing,
    Pays(Pays<'a>),
    /// The row has to be asked.
    Asked,
}

impl Choice<'_> {
    /// The meter that this moves.
    fn meter(&self) -> Option<usize> {
        match self {
            Self::Pays(Pays { way: Way::Schedule(schedule), .. }) => Some(schedule.meter),
            _ => None,
        }
    }
}

pub(super) struct Pays<'a> {
    pub(super) rule: &'a RuleTable<i64>,
    pub(super) way: Way<'a>,
    /// Of all multipliers together.
    pub(super) factor: i64,
}

/// How it pays, with the schedule at hand.
pub(super) enum Way<'a> {
    Schedule(&'a ScheduleTable<i64>),
    Plain(&'a Paying<i64>),
}

impl Plan {
    /// Whether a row of one line is paid by at most one rule, and moves no sum but that of the
    /// rule's schedule, in a window that is everybody's.
    fn is_simple(&self) -> bool {
        let one_pays = match self.groups.as_slice() {
            [group] => group.combine == Combine::First || group.rules.len() <= 1,
            groups => groups.is_empty(),
        };
        let nothing_else =
            self.tiers.is_none() && self.overrides.is_empty() && self.cap_meters.is_empty();
        one_pays
            && nothing_else
            && !self.general
            && !self.windows.iter().any(|window| window.needs_anchor())
    }
}

impl<'a> Straight<'a> {
    /// Makes the choices, if words decide all rows of a batch.
    pub(super) fn of(batch: &Batch<'a>) -> Option<Self> {
        let plan = batch.plan;
        let simple = plan.is_simple() && !batch.refunds.any() && batch.customers_are_ids();
        let tables = plan.fast.as_ref().filter(|_| simple)?;
        let mut straight = Self {
            tables,
            axes: Vec::new(),
            choices: Vec::new(),
            lane: None,
            metered: vec![false; plan.meters.len()],
            places: Vec::new(),
            any_below_zero: false,
        };
        let mut choices = 1_usize;
        let kinds = batch.columns.kind.as_ref().map(|_| (None, batch.kinds.len()));
        let facts = batch.answers.iter().map(|answer| match answer {
            Answer::ByWord(column, truths) => Some((Some(*column), truths.len())),
            Answer::Asked => None,
        });
        for axis in kinds.map(Some).into_iter().chain(facts) {
            let (column, words) = axis?;
            if straight.axes.iter().all(|known| known.column != column) {
                straight.axes.push(Axis { column, words, stride: choices });
                choices = choices.checked_mul(words)?;
            }
        }
        if choices > MOST_CHOICES.min(batch.columns.at.len()) {
            return None;
        }
        // Nothing here asks what happened before.
        let state = plan.new_state();
        let evaluator = Evaluator { plan, tables, state: &state };
        let chosen = (0..choices).map(|place| {
            let chosen = straight.choose(batch, &evaluator, place);
            chosen.unwrap_or(Choice::Asked)
        });
        straight.choices = chosen.collect();
        for meter in straight.choices.iter().filter_map(Choice::meter) {
            if let Some(metered) = straight.metered.get_mut(meter) {
                *metered = true;
            }
        }
        straight.lane = Lane::of(tables, &straight.choices);
        straight.places = vec![0; ROWS_AT_HAND];
        Some(straight)
    }

    /// Chooses the rule that pays and the factor, as the evaluator does for a line.
    fn choose(
        &self,
        batch: &Batch<'_>,
        evaluator: &Evaluator<'_, i64>,
        place: usize,
    ) -> Result<Choice<'a>, Stop> {
        let mut words = Combination { axes: &self.axes, answers: &batch.answers, place };
        if let Some(condition) = batch.plan.eligible {
            if words.holds(condition, 0)? != Truth::True {
                return Ok(Choice::Nothing);
            }
        }
        let kind = self.axes.iter().find(|axis| axis.column.is_none());
        let kind = kind.and_then(|axis| batch.kinds.get(axis.code(place)).copied());
        let row = Row::of_kind(kind.unwrap_or(EventKind::Sale));
        for rule in batch.plan.groups.iter().flat_map(|group| &group.rules) {
            let chosen = evaluator.way((&row, 0), rule, None, &mut words, &mut NoSteps)?;
            let Some(table) = self.tables.rules.get(rule.number).filter(|_| chosen.is_some())
            else {
                continue;
            };
            let mut product = 1_i64;
            for multiplier in &self.tables.multipliers {
                product = fit(product.times(factor(multiplier, 0, &mut words)?))?;
            }
            let way = match table.paying(None) {
                Paying::Schedule(schedule) => match self.tables.schedules.get(*schedule) {
                    Some(schedule) => Way::Schedule(schedule),
                    None => break,
                },
                plain => Way::Plain(plain),
            };
            return Ok(Choice::Pays(Pays { rule: table, way, factor: product }));
        }
        Ok(Choice::Nothing)
    }

    /// Finds the choices of some rows.
    pub(super) fn find(&mut self, columns: &EventColumns<'_>, rows: &Range<usize>) {
        let numbers = [Some(columns.amount_minor), columns.net_minor, columns.quantity];
        let numbers = numbers.into_iter().flatten().filter_map(|column| column.get(rows.clone()));
        let signs = |column: &[i64]| column.iter().fold(0, |signs, number| signs | number);
        self.any_below_zero = numbers.map(signs).any(|signs| signs < 0);
        self.places.fill(0);
        for axis in &self.axes {
            let codes = match axis.column {
                None => columns.kind.as_ref().map(|kind| kind.codes),
                Some(column) => match columns.facts.get(column) {
                    Some((_, Facts::Words(words))) => Some(words.codes),
                    _ => None,
                },
            };
            match codes {
                Some(Codes::Int8(codes)) => axis.add(codes.get(rows.clone()), &mut self.places),
                Some(Codes::Int16(codes)) => axis.add(codes.get(rows.clone()), &mut self.places),
                Some(Codes::Int32(codes)) => axis.add(codes.get(rows.clone()), &mut self.places),
                None => {}
            }
        }
    }
}

impl Axis {
    /// The code of this column's word in a combination.
    fn code(&self, place: usize) -> usize {
        (place / self.stride.max(1)) % self.words.max(1)
    }

    fn add<C: Copy + Into<i32>>(&self, codes: Option<&[C]>, places: &mut [u32]) {
        let small = |number| u32::try_from(number).unwrap_or(u32::MAX);
        let (null, stride) = (small(self.words.saturating_sub(1)), small(self.stride));
        for (place, code) in places.iter_mut().zip(codes.unwrap_or_default()) {
            let code: i32 = (*code).into();
            let word = u32::try_from(code).unwrap_or(null);
            *place = place.wrapping_add(word.wrapping_mul(stride));
        }
    }
}

/// Answers the conditions for one combination of words.
struct Combination<'a> {
    axes: &'a [Axis],
    answers: &'a [Answer],
    place: usize,
}

impl Conditions for Combination<'_> {
    fn seller_has(&mut self, _tier: Option<u16>) {}

    fn holds(&mut self, condition: ConditionId, _line: usize) -> Result<Truth, Box<Problem>> {
        let Some(Answer::ByWord(column, truths)) = self.answers.get(condition) else {
            return Ok(Truth::Unknown);
        };
        let axis = self.axes.iter().find(|axis| axis.column == Some(*column));
        let truth = axis.and_then(|axis| truths.get(axis.code(self.place)));
        Ok(truth.copied().unwrap_or(Truth::Unknown))
    }

    /// Rules with limits are not chosen ahead.
    fn value(&mut self, _value: usize, _line: usize) -> Result<Option<Exact>, Box<Problem>> {
        // A plan with measures of its own is not decided by words alone.
        Ok(None)
    }

    fn unmeasured(&self, _value: usize, _line: usize) -> Vec<String> {
        Vec::new()
    }

    fn customer_began(&self) -> Option<(Instant, Instant)> {
        None
    }

    fn missing(&self, _condition: ConditionId, _line: usize) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use crate::columns::{Ids, Words};
    use crate::commission::roster::Roster;

    use super::*;

    const PLAN: &str = r#"{"format": "guerdon.plan/1", "id": "p", "version": 1, "currency": "EUR",
        "zone": "UTC", "groups": [{"id": "g", "combine": "first", "rules": [{"id": "r", "when":
            {"op": "eq", "args": [{"fact": "item.category"}, {"string": "books"}]},
            "pay": {"type": "percent", "rate": {"percent": "5"}}}]}]"#;

    /// Whether words decide the rows of a plan, over columns that were changed in one way.
    fn is_straight(more: &str, change: impl Fn(&mut EventColumns<'_>)) -> bool {
        let plan = Plan::from_json(&format!("{PLAN}{more}}}")).unwrap();
        let words = Words { codes: Codes::Int8(&[0, 1, -1]), words: vec!["books", "games"] };
        let mut columns = EventColumns {
            at: &[0; 3],
            partner: Ids::Numbers(&[1, 2, 3]),
            amount_minor: &[1_000; 3],
            net_minor: None,
            quantity: None,
            kind: None,
            customer: None,
            refund_of: None,
            facts: vec![("item.category", Facts::Words(words))],
        };
        change(&mut columns);
        Batch::new(&plan, &Roster::default(), &columns).unwrap().straight.is_some()
    }

    #[test]
    fn words_decide_rows_only_where_nothing_else_does() {
        assert!(is_straight("", |_| {}));
        let window = r#""window": {"type": "lifetime"}"#;
        let order_cap = r#", "caps": [{"id": "c", "scope": "order", "max": "1"}]"#;
        assert!(is_straight(order_cap, |_| {}));
        let partner_cap =
            format!(r#", "caps": [{{"id": "c", "scope": "partner", "max": "1", {window}}}]"#);
        assert!(!is_straight(&partner_cap, |_| {}));
        let sponsors = r#", "overrides": [{"id": "o", "level": 1, "of": "sale",
            "rate": {"percent": "1"}}]"#;
        assert!(!is_straight(sponsors, |_| {}));
        let large = r#", "multipliers": [{"id": "m", "factor": {"ratio": "2"}, "when":
            {"op": "gt", "args": [{"fact": "item.quantity"}, {"decimal": "2"}]}}]"#;
        assert!(!is_straight(large, |_| {}));
        assert!(!is_straight("", |columns| columns.refund_of = Some(&[-1, 0, -1])));
        assert!(!is_straight("", |columns| columns.facts.clear()));
        // What is no id is refused where every row is read.
        let nameless = Words { codes: Codes::Int8(&[0, 0, 0]), words: vec![""] };
        assert!(!is_straight("", |columns| columns.customer = Some(Ids::Words(nameless.clone()))));
    }
}
