//! What the commission oracle posts of what its rules pay: caps, rounding to lines, overrides.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use crate::climb::Arrival;
use crate::events::EventSpec;
use crate::numbers::{round, round_parts, share, whole};
use crate::oracle::{Candidate, Oracle, Posted, Told, ToldLine};
use crate::plans::outwards;

impl Oracle<'_> {
    /// Caps, from the order outwards: what each takes away.
    pub(crate) fn cap(
        &self,
        event: &EventSpec,
        candidates: &mut [Candidate<'_>],
    ) -> Vec<(String, BigInt)> {
        let mut caps: Vec<_> = self.plan.caps.iter().collect();
        caps.sort_by_key(|cap| outwards(cap.scope));
        let mut lost = Vec::new();
        for cap in caps {
            if cap.scope == "customer" && event.customer.is_none() {
                continue;
            }
            let here = self.window(cap.window, event.at, event.partner);
            let used: BigInt = self
                .posted
                .iter()
                .filter(|posted| posted.told.level == 0)
                .filter(|posted| match cap.scope {
                    "customer" => posted.customer == event.customer,
                    "partner" => posted.seller == event.partner,
                    scope => scope == "program",
                })
                .filter(|posted| self.window(cap.window, posted.at, posted.seller) == here)
                .map(|posted| &posted.told.amount + &posted.reversed)
                .sum();
            let room = (BigInt::from(cap.max) - used).max(BigInt::zero());
            let room = BigRational::from_integer(room);
            let total: BigRational = candidates.iter().map(|one| one.exact.clone()).sum();
            if total <= room {
                continue;
            }
            lost.push((cap.id.clone(), round(&(&total - &room), self.plan.rounding)));
            for one in candidates.iter_mut() {
                one.exact = &one.exact * &room / &total;
            }
        }
        lost
    }

    pub(crate) fn post(
        &mut self,
        number: usize,
        event: &EventSpec,
        tier: Option<&'static str>,
        candidates: &[Candidate<'_>],
        lost: Vec<(String, BigInt)>,
    ) -> Told {
        let exact: Vec<BigRational> = candidates.iter().map(|one| one.exact.clone()).collect();
        let amounts = round_parts(&exact, self.plan.rounding);
        let total: BigInt = amounts.iter().sum();
        let before = self.posted.len();
        for (one, amount) in candidates.iter().zip(amounts) {
            let rule = one.rule.id.clone();
            let told = ToldLine { rule, line: one.line, partner: event.partner, level: 0, amount };
            self.posted.push(posted(number, event, told));
        }
        for told in self.overrides(event, tier, &self.posted[before..]) {
            self.posted.push(posted(number, event, told));
        }
        let unpaid = |line: &usize| !candidates.iter().any(|one| one.line == *line);
        for line in (0..event.lines.len()).filter(unpaid) {
            let (rule, partner, amount) = (String::new(), event.partner, BigInt::zero());
            let told = ToldLine { rule, line, partner, level: 0, amount };
            self.posted.push(posted(number, event, told));
        }
        let lines = self.posted[before..].iter().map(|posted| posted.told.clone()).collect();
        let change = self.plan.ladder.as_ref().and_then(|ladder| {
            let window = self.window(ladder.window, event.at, event.partner);
            let order = &self.orders[&number].lines;
            let counted: BigRational = order.iter().map(|line| line.counted.clone()).sum();
            self.arrive(ladder, event.partner, Arrival { window, added: vec![(window, counted)] })
        });
        let status = if candidates.is_empty() { "no_rule_matches" } else { "earned" };
        Told { status, lines, total, lost, change }
    }

    fn overrides(&self, event: &EventSpec, tier: Option<&str>, paid: &[Posted]) -> Vec<ToldLine> {
        let mut told = Vec::new();
        for one in &self.plan.overrides {
            let up = |partner: usize| self.partners[partner].sponsor;
            let sponsor = (0..one.level).try_fold(event.partner, |partner, _| up(partner));
            let Some(partner) = sponsor.filter(|sponsor| !self.partners[*sponsor].closed) else {
                continue;
            };
            let mut lines = Vec::new();
            let mut exact = Vec::new();
            for line in 0..event.lines.len() {
                let of_line: Vec<&Posted> =
                    paid.iter().filter(|one| one.told.line == line).collect();
                if of_line.is_empty() || !self.holds(one.when, event, line, tier) {
                    continue;
                }
                let base = if one.of_sale {
                    whole(self.amounts(event, line).1)
                } else {
                    BigRational::from_integer(
                        of_line.iter().map(|one| one.told.amount.clone()).sum(),
                    )
                };
                lines.push(line);
                exact.push(base * share(one.rate));
            }
            for (line, amount) in lines.into_iter().zip(round_parts(&exact, self.plan.rounding)) {
                told.push(ToldLine {
                    rule: one.id.clone(),
                    line,
                    partner,
                    level: one.level,
                    amount,
                });
            }
        }
        told
    }
}

fn posted(event: usize, of: &EventSpec, told: ToldLine) -> Posted {
    Posted {
        event,
        told,
        seller: of.partner,
        customer: of.customer,
        at: of.at,
        reversed: BigInt::zero(),
    }
}
