//! What the commission oracle posts of what its rules pay: caps, rounding to lines, overrides.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use guerdon::kernel::rounding::Rounding;

use crate::climb::Arrival;
use crate::events::EventSpec;
use crate::numbers::{round, round_parts, share, tenths, whole};
use crate::oracle::{Candidate, Oracle, Posted, Told, ToldLine};
use crate::plans::{CapSpec, Measures, OverrideSpec, PartnerSpec, outwards};

impl CapSpec {
    fn limits(&self, rule: &String) -> bool {
        self.covers != "sponsors" && (self.rules.is_empty() || self.rules.contains(rule))
    }
}

impl Oracle<'_> {
    /// For a ladder of earnings, what was posted for each line is what it counts.
    fn count_earnings(&mut self, number: usize, own: &[Posted]) {
        let measures = self.plan.ladder.as_ref().map(|ladder| ladder.measure);
        if measures != Some(Measures::Earnings) {
            return;
        }
        let minor = self.minor_per_unit();
        let lines = &mut self.orders.get_mut(&number).unwrap().lines;
        for one in own {
            if !lines[one.told.line].counts {
                continue;
            }
            let units = BigRational::from_integer(one.told.amount.clone()) / &minor;
            lines[one.told.line].counted += units;
        }
    }

    /// What was posted under a cap and is not taken back.
    fn used(&self, cap: &CapSpec, event: &EventSpec) -> BigInt {
        if cap.scope == "order" {
            return BigInt::zero();
        }
        let here = self.window(cap.window, event.at, event.partner);
        self.posted
            .iter()
            .filter(|posted| match posted.told.level {
                0 => cap.limits(&posted.told.rule),
                _ => cap.covers != "sellers",
            })
            .filter(|posted| match cap.scope {
                "customer" => posted.customer == event.customer,
                "partner" => posted.seller == event.partner,
                scope => scope == "program",
            })
            .filter(|posted| self.window(cap.window, posted.at, posted.seller) == here)
            .map(|posted| &posted.told.amount + &posted.reversed)
            .sum()
    }

    /// An order that earns something earns the least of an order.
    pub(crate) fn raise(&self, candidates: &mut [Candidate<'_>]) {
        let Some(least) = self.plan.order_min.map(tenths) else { return };
        let total: BigRational = candidates.iter().map(|one| one.exact.clone()).sum();
        if total.is_positive() && total < least {
            for one in candidates {
                one.exact = &one.exact * &least / &total;
            }
        }
    }

    /// Caps on what sponsors get, in whole units: what each would have got decides their part.
    fn cap_sponsors(
        &self,
        event: &EventSpec,
        paid: &[Posted],
        told: &mut [ToldLine],
    ) -> Vec<(String, BigInt)> {
        let mut caps: Vec<_> =
            self.plan.caps.iter().filter(|cap| cap.covers != "sellers").collect();
        caps.sort_by_key(|cap| outwards(cap.scope));
        let mut lost = Vec::new();
        for cap in caps {
            if cap.scope == "customer" && event.customer.is_none() {
                continue;
            }
            let own = paid.iter().filter(|one| cap.limits(&one.told.rule));
            let own: BigInt = own.map(|one| one.told.amount.clone()).sum();
            let room = (BigInt::from(cap.max) - self.used(cap, event) - own).max(BigInt::zero());
            let total: BigInt = told.iter().map(|one| one.amount.clone()).sum();
            if total <= room {
                continue;
            }
            lost.push((cap.id.clone(), &total - &room));
            // What is taken back stays, and is room for what is paid.
            let mut paid: Vec<&mut ToldLine> =
                told.iter_mut().filter(|one| one.amount > BigInt::zero()).collect();
            let all: BigInt = paid.iter().map(|one| one.amount.clone()).sum();
            let share = BigRational::new(&room + &all - &total, all);
            let exact: Vec<BigRational> = paid
                .iter()
                .map(|one| BigRational::from_integer(one.amount.clone()) * &share)
                .collect();
            for (one, part) in paid.iter_mut().zip(round_parts(&exact, Rounding::Floor)) {
                one.amount = part;
            }
        }
        lost
    }

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
            if cap.covers == "sponsors" {
                continue;
            }
            let room = (BigInt::from(cap.max) - self.used(cap, event)).max(BigInt::zero());
            let room = BigRational::from_integer(room);
            let counts = |one: &Candidate<'_>| cap.limits(&one.rule.id);
            let counted = candidates.iter().filter(|one| counts(one));
            let total: BigRational = counted.map(|one| one.exact.clone()).sum();
            if total <= room {
                continue;
            }
            lost.push((cap.id.clone(), round(&(&total - &room), self.plan.rounding)));
            for one in candidates.iter_mut().filter(|one| counts(one)) {
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
        mut lost: Vec<(String, BigInt)>,
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
        let own = self.posted.split_off(before);
        self.count_earnings(number, &own);
        let mut overrides = self.overrides(event, tier, &own);
        lost.extend(self.cap_sponsors(event, &own, &mut overrides));
        self.posted.extend(own);
        for told in overrides {
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

    /// The sponsors who are counted, from the nearest one up.
    fn upline(&self, seller: usize) -> Vec<usize> {
        let passed = |partner: usize| {
            let PartnerSpec { closed, suspended, .. } = &self.partners[partner];
            match self.plan.compression {
                None => false,
                Some("closed") => *closed,
                Some(_) => *closed || *suspended,
            }
        };
        let mut upline = Vec::new();
        let mut at = seller;
        while let Some(sponsor) = self.partners[at].sponsor {
            if !passed(sponsor) {
                upline.push(sponsor);
            }
            at = sponsor;
        }
        upline
    }

    /// The share of each sponsor: their rank's own, or what it is above all ranks below.
    fn shares(&self, one: &OverrideSpec, seller: usize, upline: &[usize]) -> Vec<BigRational> {
        let own = |partner: usize| {
            let tier = self.partners[partner].tier;
            let listed = one.tiers.iter().find(|(name, _)| tier == Some(*name));
            share(listed.map_or(one.rate, |(_, rate)| *rate))
        };
        let paid = upline.iter().enumerate().map(|(above, partner)| {
            if !one.differential {
                return own(*partner);
            }
            let below = upline[..above].iter().copied().chain([seller]).map(own);
            (own(*partner) - below.max().unwrap()).max(BigRational::zero())
        });
        paid.collect()
    }

    fn overrides(&self, event: &EventSpec, tier: Option<&str>, paid: &[Posted]) -> Vec<ToldLine> {
        let mut told = Vec::new();
        let upline = self.upline(event.partner);
        for one in &self.plan.overrides {
            let shares = self.shares(one, event.partner, &upline);
            for level in one.level..=one.level + one.further.unwrap_or(0) {
                let Some(sponsor) = upline.get(level - 1).copied() else { continue };
                let nothing_above = one.differential && shares[level - 1].is_zero();
                if self.partners[sponsor].closed || nothing_above {
                    continue;
                }
                let place = Place { level, sponsor, share: shares[level - 1].clone() };
                told.extend(self.overridden(event, (one, tier), &place, paid));
            }
        }
        told
    }

    /// What one sponsor earns.
    fn overridden(
        &self,
        event: &EventSpec,
        (one, tier): (&OverrideSpec, Option<&str>),
        place: &Place,
        paid: &[Posted],
    ) -> Vec<ToldLine> {
        let mut lines = Vec::new();
        let mut exact = Vec::new();
        for line in 0..event.lines.len() {
            let of_line: Vec<&Posted> = paid.iter().filter(|one| one.told.line == line).collect();
            if of_line.is_empty() || !self.holds(one.when, event, line, tier) {
                continue;
            }
            let base = if one.of_sale {
                whole(self.amounts(event, line).1)
            } else {
                BigRational::from_integer(of_line.iter().map(|one| one.told.amount.clone()).sum())
            };
            lines.push(line);
            exact.push(base * &place.share);
        }
        let amounts = round_parts(&exact, self.plan.rounding);
        let told = lines.into_iter().zip(amounts).map(|(line, amount)| ToldLine {
            rule: one.id.clone(),
            line,
            partner: place.sponsor,
            level: place.level,
            amount,
        });
        told.collect()
    }
}

/// A sponsor about to be paid.
struct Place {
    level: usize,
    sponsor: usize,
    share: BigRational,
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
