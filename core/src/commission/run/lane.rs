//! Rows that differ by no more than a factor, whatever their words are: one rule pays all of them
//! in one way, or each a percentage.
//!
//! Such rows are rated column by column, a block at a time: first the measures of their partners
//! move, then the schedule says what each row earns, then factors, limits and rounding make cents
//! of it. Before any of that it is proven, from the largest number of each column and of the
//! partners' sums, that nothing in the block leaves 64 bits. A block of which that cannot be said,
//! or where a limit takes more than that, is left to the rows one by one.

use crate::commission::plan::Measure;
use crate::commission::rates::{Paying, RuleTable, Tables};
use crate::commission::state::{Cell, PageMut, index};
use crate::kernel::rounding::Divisor;
use crate::kernel::schedule::Many;

use super::choices::{Choice, Pays, Way};
use super::straight::{Cent, Posted, ROWS_FETCHED, limited};

/// One rule, one way to pay, and the factors.
pub(super) struct Lane<'a> {
    tables: &'a Tables<i64>,
    rule: &'a RuleTable<i64>,
    way: LaneWay,
    /// What the way pays for: the base, the quantity or the row.
    measure: Measure,
    /// By choice.
    factors: Vec<i64>,
    /// The largest of them, without its sign.
    largest: i64,
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

/// What a block is worked out in.
pub(super) struct Bench {
    before: [i64; ROWS_FETCHED],
    amounts: [i64; ROWS_FETCHED],
}

impl Default for Bench {
    fn default() -> Self {
        Self { before: [0; ROWS_FETCHED], amounts: [0; ROWS_FETCHED] }
    }
}

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
            Way::Plain(Paying::Nothing | Paying::Schedule(_)) => return None,
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
        let most = limits.min().copied().unwrap_or(i64::MAX);
        let least = rule.min.unwrap_or(0).max(0);
        Some(Self {
            tables,
            rule,
            way,
            measure,
            largest: factors.iter().try_fold(0, largest)?,
            factors,
            least,
            room: u64::try_from(most.checked_sub(least)?).ok()?,
        })
    }

    /// Rates a block and moves the partners' sums; if not, nothing has changed.
    pub(super) fn rate(
        &self,
        block: Block<'_>,
        pages: &mut [PageMut<'_>],
        bench: &mut Bench,
        cent: Cent,
    ) -> bool {
        let added = match self.measure {
            Measure::Volume => Some(block.base),
            Measure::Count => ONES.get(..block.base.len()),
            Measure::Quantity => block.quantity.or(ONES.get(..block.base.len())),
            // No schedule measures them.
            Measure::Earnings => None,
        };
        let Some(added) = added else { return false };
        let Some(amounts) = bench.amounts.get_mut(..added.len()) else { return false };
        let done = match &self.way {
            LaneWay::Each(each) => {
                let amount = each.checked_abs().and_then(|each| each.checked_mul(largest(added)));
                if !amount.is_some_and(|amount| self.fits(amount)) {
                    return false;
                }
                for (amount, added) in amounts.iter_mut().zip(added) {
                    *amount = each.wrapping_mul(*added);
                }
                self.post(block.places, amounts, block.commission_minor, block.lost_minor, cent)
            }
            LaneWay::Schedule { meter, rates, cumulative } => {
                let Some(page) = pages.get_mut(*meter) else { return false };
                let before = bench.before.get_mut(..added.len()).unwrap_or_default();
                let measure = measure_each(page.cells, block.sellers, added, before);
                let settled =
                    if *cumulative { largest_settled(page.settled, block.sellers) } else { 0 };
                if !self.is_proven(rates, measure, settled) {
                    take_back(page.cells, block.sellers, added);
                    return false;
                }
                if *cumulative {
                    for (measure, added) in before.iter_mut().zip(added) {
                        *measure = measure.wrapping_add(*added);
                    }
                    rates.owed_each(before, amounts);
                    self.settle_each(page.settled, block.sellers, amounts, before, cent);
                } else {
                    rates.adds_each(before, added, amounts);
                }
                let posted = self.post(
                    block.places,
                    amounts,
                    block.commission_minor,
                    block.lost_minor,
                    cent,
                ) && pay_each(page.cells, block.sellers, block.commission_minor);
                if !posted {
                    take_back(page.cells, block.sellers, added);
                    if *cumulative {
                        restore(page.settled, block.sellers, before);
                    }
                }
                posted
            }
        };
        if !done {
            // What a limit took away may stand there already.
            block.lost_minor.fill(0);
        }
        done
    }

    /// Whether nothing overflows if no measure is above a bound, and nothing that was settled above
    /// another. Both are of no use below zero.
    fn is_proven(&self, rates: &Many, measure: i64, settled: i64) -> bool {
        let most = || {
            let amount = rates.most(measure)?;
            // Less what was settled, and a unit more for rounding.
            let units = settled.checked_add(2)?.checked_mul(self.tables.one)?;
            amount.checked_add(units)
        };
        measure >= 0 && most().is_some_and(|amount| self.fits(amount))
    }

    /// From what each partner is owed in all to what that adds to what was settled, which it then
    /// is. What was settled before comes back in `before`.
    fn settle_each(
        &self,
        settled: &mut [i64],
        sellers: &[u32],
        amounts: &mut [i64],
        before: &mut [i64],
        cent: Cent,
    ) {
        let one = self.tables.one;
        let divisor = Divisor::new(one, cent.rounding);
        for ((seller, amount), before) in sellers.iter().zip(amounts).zip(before) {
            if let Some(settled) = settled.get_mut(index(*seller)) {
                *before = *settled;
                *settled = divisor.divide(*amount);
                *amount = settled.wrapping_sub(*before).wrapping_mul(one);
            }
        }
    }

    /// Whether the largest factor leaves an amount within 64 bits; limits and rounding then do.
    fn fits(&self, amount: i64) -> bool {
        amount.checked_mul(self.largest).is_some()
    }

    /// Factors, limits and rounding: from what each row earns to what it posts and loses. False if
    /// that does not fit.
    #[inline(always)]
    fn post(
        &self,
        places: &[u32],
        amounts: &mut [i64],
        commission_minor: &mut [i64],
        lost_minor: &mut [i64],
        cent: Cent,
    ) -> bool {
        self.multiply_and_round(places, amounts, commission_minor, cent.divisor);
        for (row, amount) in amounts.iter().enumerate() {
            // What is less than the least becomes a very large number without a sign.
            let above = u64::from_ne_bytes(amount.wrapping_sub(self.least).to_ne_bytes());
            if above <= self.room {
                continue;
            }
            let Some(Posted { posted, lost }) = self.limited(*amount, cent) else { return false };
            if let Some(commission_minor) = commission_minor.get_mut(row) {
                *commission_minor = posted;
            }
            // Zero so far, and not written for that.
            if let Some(lost_minor) = lost_minor.get_mut(row).filter(|_| lost != 0) {
                *lost_minor = lost;
            }
        }
        true
    }

    /// Factors and rounding, as if no amount were limited: one that is comes later.
    #[inline(never)]
    fn multiply_and_round(
        &self,
        places: &[u32],
        amounts: &mut [i64],
        commission_minor: &mut [i64],
        divisor: Divisor,
    ) {
        let factors = self.factors.as_slice();
        for ((place, amount), commission_minor) in places.iter().zip(amounts).zip(commission_minor)
        {
            *amount = amount.wrapping_mul(factors.get(index(*place)).copied().unwrap_or(0));
            *commission_minor = divisor.divide_positive((*amount).max(0));
        }
    }
}

impl Lane<'_> {
    /// A function of its own, because most rows have no use for its registers.
    #[inline(never)]
    fn limited(&self, amount: i64, cent: Cent) -> Option<Posted> {
        limited(self.tables, self.rule, amount, cent)
    }
}

/// A bound of numbers that are not negative: it has all bits of each of them.
fn largest(numbers: &[i64]) -> i64 {
    numbers.iter().fold(0, |bits, number| bits | number)
}

/// A bound of what was settled for some partners, without a sign.
fn largest_settled(settled: &[i64], sellers: &[u32]) -> i64 {
    let settled = sellers.iter().filter_map(|seller| settled.get(index(*seller)));
    // The bits of a negative number are turned over: one less than without its sign.
    settled.fold(0, |bits, settled| bits | (settled ^ (settled >> 63)))
}

/// Adds each row to its partner's measure, and says what that was before. What comes back is a
/// bound of all these measures; it is below zero if one of them is, which is also what they become
/// when they overflow, and if one is no small number.
#[inline(always)]
fn measure_each(page: &mut [Cell], sellers: &[u32], added: &[i64], before: &mut [i64]) -> i64 {
    let mut bits = 0;
    for ((seller, added), before) in sellers.iter().zip(added).zip(before) {
        if let Some(cell) = page.get_mut(index(*seller)) {
            *before = cell.measure;
            cell.measure = cell.measure.wrapping_add(*added);
            bits |= *before | cell.measure;
        }
    }
    bits
}

/// Adds what each row posts to what its partner was paid; false if that does not fit, and then
/// nothing is added.
#[inline(always)]
fn pay_each(page: &mut [Cell], sellers: &[u32], posted: &[i64]) -> bool {
    let mut fits = true;
    for (seller, posted) in sellers.iter().zip(posted) {
        if let Some(cell) = page.get_mut(index(*seller)) {
            let (paid, overflows) = cell.paid.overflowing_add(*posted);
            cell.paid = paid;
            fits &= !overflows;
        }
    }
    if !fits {
        pay_back(page, sellers, posted);
    }
    fits
}

/// Undoes what [`pay_each`] added.
#[cold]
fn pay_back(page: &mut [Cell], sellers: &[u32], posted: &[i64]) {
    for (seller, posted) in sellers.iter().zip(posted) {
        if let Some(cell) = page.get_mut(index(*seller)) {
            cell.paid = cell.paid.wrapping_sub(*posted);
        }
    }
}

/// Undoes what was settled, from the last row to the first.
#[cold]
fn restore(settled: &mut [i64], sellers: &[u32], before: &[i64]) {
    for (seller, before) in sellers.iter().zip(before).rev() {
        if let Some(settled) = settled.get_mut(index(*seller)) {
            *settled = *before;
        }
    }
}

/// Undoes [`measure_each`].
#[cold]
fn take_back(page: &mut [Cell], sellers: &[u32], added: &[i64]) {
    for (seller, added) in sellers.iter().zip(added) {
        if let Some(cell) = page.get_mut(index(*seller)) {
            cell.measure = cell.measure.wrapping_sub(*added);
        }
    }
}
