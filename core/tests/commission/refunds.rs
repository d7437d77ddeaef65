//! The oracle's refunds: shares of what was paid, line by line, kept as exact numbers.

use num_rational::BigRational;
use num_traits::{One, Zero};

use guerdon::kernel::rounding::Rounding;

use crate::climb::Arrival;
use crate::numbers::{round, round_parts, whole};
use crate::oracle::{Change, Oracle, OrderLine, ToldLine};
use crate::plans::Measures;

impl OrderLine {
    /// What is left of something that the line added, after its refunds.
    pub(crate) fn left(&self, measure: Measures, added: &BigRational) -> BigRational {
        if self.stays {
            return added.clone();
        }
        match measure {
            Measures::Volume | Measures::Quantity | Measures::Earnings => {
                added * (BigRational::one() - &self.refunded)
            }
            // A sale counts until nothing is left of it.
            Measures::Count if self.refunded.is_one() => BigRational::zero(),
            Measures::Count => added.clone(),
        }
    }

    /// What is left of what was paid, in minor units.
    fn unpaid_back(&self) -> BigRational {
        &self.gross * (BigRational::one() - &self.refunded)
    }
}

impl Oracle<'_> {
    /// What is left of an order in minor units, or of one of its lines.
    pub(crate) fn left_of(&self, number: usize, line: Option<usize>) -> BigRational {
        let order = &self.orders[&number].lines;
        line.map_or_else(
            || order.iter().map(OrderLine::unpaid_back).sum(),
            |line| order[line].unpaid_back(),
        )
    }

    pub(crate) fn earned(&self) -> Vec<usize> {
        self.orders.keys().copied().collect()
    }

    /// The share of each line of an order that a refund gives back. Money is shared out in whole
    /// minor units, by what is left; what cost nothing goes when nothing else is left.
    fn given_back(&self, number: usize, line: Option<usize>, amount: i64) -> Vec<BigRational> {
        let order = &self.orders[&number].lines;
        let named = |place: usize| line.is_none_or(|line| line == place);
        let left: Vec<BigRational> = (0..order.len())
            .map(
                |place| {
                    if named(place) { order[place].unpaid_back() } else { BigRational::zero() }
                },
            )
            .collect();
        let sum: BigRational = left.iter().sum();
        let exact: Vec<BigRational> = left
            .iter()
            .map(|left| if sum.is_zero() { sum.clone() } else { whole(amount) * left / &sum })
            .collect();
        // They add up to whole units, so that there is nothing to round but their parts.
        let parts = round_parts(&exact, Rounding::Floor);
        (0..order.len())
            .map(|place| match &order[place] {
                line if !line.gross.is_zero() => {
                    BigRational::from_integer(parts[place].clone()) / &line.gross
                }
                line if named(place) && sum == whole(amount) => BigRational::one() - &line.refunded,
                _ => BigRational::zero(),
            })
            .collect()
    }

    /// The reversal of each line that is touched, and the seller's change of tier.
    pub(crate) fn refund(
        &mut self,
        at: i64,
        number: usize,
        line: Option<usize>,
        amount: i64,
    ) -> (Vec<ToldLine>, Option<Change>) {
        let given_back = self.given_back(number, line, amount);
        let mut told = Vec::new();
        if given_back.iter().all(Zero::is_zero) {
            return (told, None);
        }
        let measure = |oracle: &Self| -> Vec<BigRational> {
            let Some(ladder) = &oracle.plan.ladder else { return Vec::new() };
            let order = oracle.orders[&number].lines.iter();
            order.map(|line| line.left(ladder.measure, &line.counted)).collect()
        };
        let before = measure(self);
        for (line, part) in self.orders.get_mut(&number).unwrap().lines.iter_mut().zip(&given_back)
        {
            line.refunded += part;
        }
        let after = measure(self);
        for posted in self.posted.iter_mut().filter(|posted| posted.event == number) {
            let place = posted.told.line;
            if given_back[place].is_zero() {
                continue;
            }
            let kept = BigRational::one() - &self.orders[&number].lines[place].refunded;
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
        let (seller, sold_at) = (self.orders[&number].seller, self.orders[&number].at);
        let sold_in = self.window(ladder.window, sold_at, seller);
        let window = self.window(ladder.window, at, seller);
        let added = added.into_iter().map(|added| (sold_in, added)).collect();
        self.arrive(ladder, seller, Arrival { window, added })
    }
}
