//! Rows that differ by no more than a factor, whatever their words are: one rule pays all of them
//! in one way, or each a percentage.
//!
//! What is left for such a row is one loop of plain integers: the measure of its partner moves, the
//! schedule says what that earns, then factors, limits and rounding make cents of it. How large a
//! measure may be for none of this to leave 64 bits is worked out beforehand, so that one
//! comparison proves a row. The first row that is not proven ends the loop before anything of it
//! has changed, and is left to the ways for single rows.

use crate::commission::plan::Measure;
use crate::commission::rates::{Paying, RuleTable, Tables};
use crate::commission::state::{PageMut, index};
use crate::kernel::rounding::Divisor;
use crate::kernel::schedule::{Events, Many};

use super::choices::{Choice, Pays, Way};
use super::straight::{Cent, Posted, ROWS_FETCHED, fetch, limited};

/// One rule, one way to pay, and the factors.
pub(super) struct Lane<'a> {
    tables: &'a Tables<i64>,
    rule: &'a RuleTable<i64>,
    way: LaneWay,
    /// What the way pays for: the base, the quantity or the row.
    measure: Measure,
    /// By choice.
    factors: Vec<i64>,
    /// The largest of them, without its sign; at least one.
    largest: i64,
    /// The largest measure for which no amount is above [`MOST`].
    most: i64,
    /// From the least amount that no limit changes, and none below zero, how far the most is above
    /// it.
    least: i64,
    room: u64,
}

enum LaneWay {
    /// By the schedule of a meter, and whether it posts cumulatively.
    Schedule { meter: usize, rates: Many, cumulative: bool },
    /// So much for each.
    Each(i64),
}

/// The columns of a block, all of one length.
pub(super) struct Block<'b> {
    pub(super) sellers: &'b [u32],
    /// The places of their choices.
    pub(super) places: &'b [u32],
    pub(super) base: &'b [i64],
    pub(super) quantity: Option<&'b [i64]>,
    pub(super) commission_minor: &'b mut [i64],
    pub(super) lost_minor: &'b mut [i64],
}

/// No amount is larger, so that the difference of two of them fits.
const MOST: i64 = i64::MAX / 2;

/// What the rows add where every row counts as one.
const ONES: [i64; ROWS_FETCHED] = [1; ROWS_FETCHED];

impl<'a> Lane<'a> {
    /// The lane of all choices, if there is one.
    pub(super) fn of(tables: &'a Tables<i64>, choices: &[Choice<'a>]) -> Option<Self> {
        Self::of_one_rule(tables, choices).or_else(|| Self::of_percentages(tables, choices))
    }

    /// If one rule pays for all of them in one way.
    fn of_one_rule(tables: &'a Tables<i64>, choices: &[Choice<'a>]) -> Option<Self> {
        let (Choice::Pays(first), _) = choices.split_first()? else { return None };
        let mut factors = Vec::with_capacity(choices.len());
        for choice in choices {
            let Choice::Pays(Pays { rule, factor, .. }) = choice else { return None };
            if !std::ptr::eq(*rule, first.rule) {
                return None;
            }
            factors.push(*factor);
        }
        let (way, measure) = match first.way {
            Way::Schedule(schedule) => {
                let rates = Many::of(&schedule.rates)?;
                let (meter, cumulative) = (schedule.meter, schedule.cumulative);
                (LaneWay::Schedule { meter, rates, cumulative }, schedule.measure)
            }
            Way::Plain(Paying::Percent(rate)) => (LaneWay::Each(*rate), Measure::Volume),
            Way::Plain(Paying::Flat(amount)) => (LaneWay::Each(*amount), Measure::Count),
            Way::Plain(Paying::PerUnit(amount)) => (LaneWay::Each(*amount), Measure::Quantity),
            Way::Plain(Paying::Nothing | Paying::Schedule(_) | Paying::Own) => return None,
        };
        Self::new(tables, first.rule, (way, measure), factors)
    }

    /// If each pays nothing or a percentage, which then is a part of its factor, and no rule has
    /// limits of its own.
    fn of_percentages(tables: &'a Tables<i64>, choices: &[Choice<'a>]) -> Option<Self> {
        let mut any = None;
        let factor = |choice: &Choice<'a>| match choice {
            Choice::Nothing => Some(0),
            Choice::Pays(Pays { rule, way: Way::Plain(Paying::Percent(rate)), factor }) => {
                any = Some(*rule).filter(|rule| rule.min.is_none() && rule.max.is_none());
                any.and_then(|_| rate.checked_mul(*factor))
            }
            Choice::Pays(_) | Choice::Asked => None,
        };
        let factors = choices.iter().map(factor).collect::<Option<Vec<_>>>()?;
        Self::new(tables, any?, (LaneWay::Each(1), Measure::Volume), factors)
    }

    fn new(
        tables: &'a Tables<i64>,
        rule: &'a RuleTable<i64>,
        (way, measure): (LaneWay, Measure),
        factors: Vec<i64>,
    ) -> Option<Self> {
        let largest = |most: i64, one: &i64| Some(most.max(one.checked_abs()?));
        let limits = tables.caps.iter().chain(&rule.max);
        let highest = limits.min().copied().unwrap_or(i64::MAX);
        let least = rule.min.unwrap_or(0).max(0);
        let largest = factors.iter().try_fold(1, largest)?;
        let most = match &way {
            LaneWay::Schedule { rates, .. } => rates.most_measured(MOST / largest)?,
            LaneWay::Each(each) => MOST / each.checked_abs()?.max(1).checked_mul(largest)?,
        };
        if least > MOST {
            return None;
        }
        Some(Self {
            tables,
            rule,
            way,
            measure,
            largest,
            factors,
            most,
            least,
            room: u64::try_from(highest.checked_sub(least)?).ok()?,
        })
    }

    /// Rates the rows of a block and moves the partners' sums, up to the first row that is not
    /// proven; how many that were.
    pub(super) fn rate(&self, block: Block<'_>, pages: &mut [PageMut<'_>], cent: Cent) -> usize {
        let rows = block.sellers.len();
        let moved = match self.measure {
            Measure::Volume => Some(block.base),
            Measure::Count => ONES.get(..rows),
            Measure::Quantity => block.quantity.or(ONES.get(..rows)),
            // No schedule measures them.
            Measure::Earnings | Measure::Custom => None,
        };
        let Some(moved) = moved else { return 0 };
        match &self.way {
            LaneWay::Each(each) => block.through(moved, |_, place, moved| {
                self.is_proven(0, moved)
                    .then(|| self.post(place, each.wrapping_mul(moved), cent))?
            }),
            LaneWay::Schedule { meter, rates, cumulative } => {
                let Some(page) = pages.get_mut(*meter) else { return 0 };
                fetch(page.cells, block.sellers);
                if *cumulative {
                    rates.owe(Settled { lane: self, block, moved, page, cent })
                } else {
                    rates.rate(Added { lane: self, block, moved, page, cent })
                }
            }
        }
    }

    /// Whether nothing leaves 64 bits for a measure that moves so far, which is not down.
    #[inline(always)]
    fn is_proven(&self, before: i64, moved: i64) -> bool {
        // What wraps is below zero.
        before >= 0 && (0..=self.most).contains(&before.wrapping_add(moved))
    }

    /// What is posted of what a row earns; none where it takes more than this.
    #[inline(always)]
    fn post(&self, place: u32, earned: i64, cent: Cent) -> Option<Posted> {
        let factor = self.factors.get(index(place)).copied().unwrap_or(0);
        let amount = earned.wrapping_mul(factor);
        // What is less than the least becomes a very large number without a sign.
        let above = u64::from_ne_bytes(amount.wrapping_sub(self.least).to_ne_bytes());
        if above > self.room {
            return self.limited(amount, cent);
        }
        Some(Posted { posted: cent.divisor.divide_positive(amount), lost: 0 })
    }

    /// A function of its own, because most rows have no use for its registers.
    #[inline(never)]
    fn limited(&self, amount: i64, cent: Cent) -> Option<Posted> {
        limited(self.tables, self.rule, amount, cent)
    }
}

impl Block<'_> {
    /// Goes through rows, each with its seller, its place and how far it moves the measure, up to
    /// the first that posts nothing; how many there are before it.
    #[inline(always)]
    fn through(
        self,
        moved: &[i64],
        mut row: impl FnMut(usize, u32, i64) -> Option<Posted>,
    ) -> usize {
        let read = self.sellers.iter().zip(self.places).zip(moved);
        let out = self.commission_minor.iter_mut().zip(self.lost_minor);
        let mut done = 0;
        for (((seller, place), moved), (commission_minor, lost_minor)) in read.zip(out) {
            let Some(Posted { posted, lost }) = row(index(*seller), *place, *moved) else { break };
            *commission_minor = posted;
            // Zero so far, and not written for that.
            if lost != 0 {
                *lost_minor = lost;
            }
            done += 1;
        }
        done
    }
}

/// Rows that earn what they add.
struct Added<'r, 's> {
    lane: &'r Lane<'r>,
    block: Block<'r>,
    moved: &'r [i64],
    page: &'r mut PageMut<'s>,
    cent: Cent,
}

impl Events for Added<'_, '_> {
    type Rated = usize;

    #[inline(always)]
    fn each(self, rated: impl Fn(i64, i64) -> i64) -> usize {
        let Self { lane, block, moved, page, cent } = self;
        block.through(moved, |seller, place, moved| {
            let cell = page.cells.get_mut(seller)?;
            let before = cell.measure;
            if !lane.is_proven(before, moved) {
                return None;
            }
            let posted = lane.post(place, rated(before, moved), cent)?;
            cell.paid = cell.paid.checked_add(posted.posted)?;
            cell.measure = before.wrapping_add(moved);
            Some(posted)
        })
    }
}

/// Rows that earn what their partner is owed in all, less what was settled before.
struct Settled<'r, 's> {
    lane: &'r Lane<'r>,
    block: Block<'r>,
    moved: &'r [i64],
    page: &'r mut PageMut<'s>,
    cent: Cent,
}

impl Events for Settled<'_, '_> {
    type Rated = usize;

    #[inline(always)]
    fn each(self, rated: impl Fn(i64, i64) -> i64) -> usize {
        let Self { lane, block, moved, page, cent } = self;
        let one = lane.tables.one;
        let divisor = Divisor::new(one, cent.rounding);
        block.through(moved, |seller, place, moved| {
            let cell = page.cells.get_mut(seller)?;
            let before = cell.measure;
            if !lane.is_proven(before, moved) {
                return None;
            }
            let settled = page.settled.get_mut(seller)?;
            let owed = divisor.divide(rated(before, moved));
            let earned = owed.checked_sub(*settled)?.checked_mul(one)?;
            // What was settled may be anything.
            earned.checked_abs().filter(|earned| *earned <= MOST / lane.largest)?;
            let posted = lane.post(place, earned, cent)?;
            cell.paid = cell.paid.checked_add(posted.posted)?;
            cell.measure = before.wrapping_add(moved);
            *settled = owed;
            Some(posted)
        })
    }
}
