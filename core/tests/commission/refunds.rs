//! The oracle's refunds: shares of what was paid, line by line, kept as exact numbers.

use num_rational::BigRational;
use num_traits::{One, Zero};

use crate::climb::Arrival;
use crate::numbers::{round, whole};
use crate::oracle::{Change, Oracle, Posted, ToldLine};
use crate::plans::Measures;

impl Oracle<'_> {
    /// What is left of something that a line added, after its refunds.
    pub(crate) fn left(
        &self,
        posted: &Posted,
        measure: Measures,
        added: &BigRational,
    ) -> BigRational {
        let refunded = &self.orders[&posted.event].lines[posted.told.line].1;
        match measure {
            Measures::Volume | Measures::Quantity => added * (BigRational::one() - refunded),
            // A sale counts until nothing is left of it.
            Measures::Count if refunded.is_one() => BigRational::zero(),
            Measures::Count => added.clone(),
        }
    }

    /// What is left of an order in minor units, or of one of its lines.
    pub(crate) fn left_of(&self, number: usize, line: Option<usize>) -> BigRational {
        let left = |(gross, refunded): &(BigRational, BigRational)| {
            gross * (BigRational::one() - refunded)
        };
        let order = &self.orders[&number].lines;
        line.map_or_else(|| order.iter().map(left).sum(), |line| left(&order[line]))
    }

    pub(crate) fn earned(&self) -> Vec<usize> {
        self.orders.keys().copied().collect()
    }

    /// The reversal of each line that is touched, and the seller's change of tier.
    pub(crate) fn refund(
        &mut self,
        at: i64,
        number: usize,
        line: Option<usize>,
        amount: i64,
    ) -> (Vec<ToldLine>, Option<Change>) {
        let whole_left = self.left_of(number, line);
        let mut told = Vec::new();
        let named = |place: usize| line.is_none_or(|line| line == place);
        let order = self.orders[&number].lines.iter().enumerate();
        // Where nothing is left to pay back, what cost nothing is given back whole.
        let touched: Vec<usize> = order
            .filter(|(place, (_, refunded))| {
                named(*place) && !(whole_left.is_zero() && refunded.is_one())
            })
            .map(|(place, _)| place)
            .collect();
        if touched.is_empty() {
            return (told, None);
        }
        let ladder = self.plan.ladder.as_ref();
        let mine = |posted: &&Posted| posted.event == number;
        let measure = |oracle: &Self| -> Vec<BigRational> {
            let Some(ladder) = ladder else { return Vec::new() };
            let of = oracle.posted.iter().filter(mine);
            of.map(|posted| oracle.left(posted, ladder.measure, &posted.counted)).collect()
        };
        let before = measure(self);
        for place in &touched {
            let refunded = &mut self.orders.get_mut(&number).unwrap().lines[*place].1;
            if whole_left.is_zero() {
                *refunded = BigRational::one();
            } else {
                let part = whole(amount) / &whole_left * (BigRational::one() - &*refunded);
                *refunded += part;
            }
        }
        let after = measure(self);
        for posted in self.posted.iter_mut().filter(|posted| posted.event == number) {
            let place = posted.told.line;
            let refunded = &self.orders[&number].lines[place].1;
            if !touched.contains(&place) {
                continue;
            }
            let kept = BigRational::one() - refunded;
            let earned = BigRational::from_integer(posted.told.amount.clone());
            let target = round(&(earned * kept), self.plan.rounding);
            let reversal = target - &posted.told.amount - &posted.reversed;
            posted.reversed += &reversal;
            told.push(ToldLine { amount: reversal, ..posted.told.clone() });
        }
        let lost = before.iter().zip(&after).map(|(before, after)| after - before).collect();
        let change = self.refunded(at, number, lost);
        (told, change)
    }

    fn refunded(&mut self, at: i64, number: usize, added: Vec<BigRational>) -> Option<Change> {
        let ladder = self.plan.ladder.as_ref()?;
        let sold = self.posted.iter().find(|posted| posted.event == number)?;
        let (seller, sold_at) = (sold.seller, sold.at);
        let sold_in = self.window(ladder.window, sold_at, seller);
        let window = self.window(ladder.window, at, seller);
        let added = added.into_iter().map(|added| (sold_in, added)).collect();
        self.arrive(ladder, seller, Arrival { window, added })
    }
}
