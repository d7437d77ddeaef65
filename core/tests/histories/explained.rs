//! An explanation explains: whoever has only the document and the steps arrives at every cent.
//!
//! The interpreter here reads the steps in their order, as a person would, and does each sum with
//! big rationals. It has no state and no engine: what a schedule measured before the event, what
//! room a cap had left and what a seller was paid it believes, because they are other events'
//! business; what follows from them it recomputes and compares.

use guerdon::commission::{
    CapScope, Line, LineKind, Outcome, OverrideBase, Pay, PlanDocument, Rule, Step,
};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::exact::Exact;
use guerdon::kernel::id::Id;
use guerdon::kernel::money::{Amount, Money, Rate};
use guerdon::kernel::rounding::Rounding;
use guerdon::kernel::schedule::{Schedule, SchedulePiece};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use proptest::prelude::*;

use crate::live::{Case, Happened, Lived, cases};
use crate::numbers::{round, round_parts, whole};
use crate::plans::PlanSpec;
use crate::steps::Steps;
use crate::tries::tries;

fn exact(amount: Amount) -> BigRational {
    Exact::from(amount.decimal()).to_big()
}

fn share(rate: &Rate) -> BigRational {
    rate.exact().to_big()
}

/// What one rule pays for one line, as far as the steps have told.
struct Paid {
    rule: Id,
    item: Option<Id>,
    amount: BigRational,
}

/// Somebody who reads the steps of one outcome.
struct Reader<'a> {
    plan: &'a PlanDocument,
    spec: &'a PlanSpec,
    minor: BigRational,
    /// What earlier events took back of sellers.
    taken_back: BigRational,
    tier: Option<Id>,
    /// The lines of the order, and what commissions are computed on.
    bases: Vec<(Option<Id>, BigRational)>,
    paid: Vec<Paid>,
    lost: Vec<(Id, BigInt)>,
    /// Each posted amount: rule, item, minor units.
    posted: Vec<(Id, Option<Id>, BigInt)>,
    /// What caps left of what sponsors would have got.
    sponsors: Vec<(BigRational, BigRational)>,
    overrode: Vec<(Id, u32, OverrideBase, Money, Rate, Money)>,
    held: Option<Instant>,
}

impl<'a> Reader<'a> {
    fn new(plan: &'a PlanDocument, spec: &'a PlanSpec, taken_back: BigRational) -> Self {
        Self {
            plan,
            spec,
            minor: whole(plan.currency.minor_per_unit()),
            taken_back,
            tier: None,
            bases: Vec::new(),
            paid: Vec::new(),
            lost: Vec::new(),
            posted: Vec::new(),
            overrode: Vec::new(),
            sponsors: Vec::new(),
            held: None,
        }
    }

    fn units(&self, amount: &BigRational) -> BigInt {
        round(&(amount * &self.minor), self.plan.rounding)
    }

    fn whole_units(&self, money: Money) -> BigInt {
        let units = exact(money.amount) * &self.minor;
        assert!(units.is_integer(), "{money} is finer than the currency");
        units.to_integer()
    }

    fn rule(&self, id: &Id) -> &'a Rule {
        let mut rules = self.plan.groups.iter().flat_map(|group| &group.rules);
        rules.find(|rule| rule.id == *id).unwrap()
    }

    /// What the document says that a rule pays, for the tier that the steps named.
    fn pay(&self, id: &Id) -> &'a Pay {
        match &self.rule(id).pay {
            Pay::ByTier { tiers, otherwise } => {
                let of_tier = self.tier.as_ref().and_then(|tier| tiers.get(tier));
                of_tier.or(otherwise.as_deref()).unwrap()
            }
            pay => pay,
        }
    }

    fn read(&mut self, step: &Step) {
        match step {
            Step::Tier { tier } => self.tier.clone_from(tier),
            Step::Base { item, base, .. } => self.bases.push((item.clone(), exact(base.amount))),
            Step::RuleSkipped { .. } => {}
            Step::Rated { rule, rate, of, amount } => {
                let of = of.to_big();
                let base = &self.bases.last().unwrap().1;
                let expected = match self.pay(rule) {
                    Pay::Percent { rate: said } => {
                        assert_eq!((rate.as_ref(), &of), (Some(said), base));
                        share(said) * &of
                    }
                    Pay::Flat { amount } => exact(*amount) * &of,
                    Pay::PerUnit { amount } => exact(*amount) * &of,
                    pay => panic!("not rated: {pay:?}"),
                };
                self.pays(rule, amount, expected);
            }
            Step::Scheduled { rule, schedule, before, added, pieces, amount } => {
                assert!(
                    matches!(self.pay(rule), Pay::Schedule { schedule: said } if said == schedule)
                );
                let expected = self.scheduled(schedule, &before.to_big(), &added.to_big(), pieces);
                self.pays(rule, amount, expected);
            }
            Step::Multiplied { multiplier, factor, amount } => {
                let said = self.plan.multipliers.iter().find(|one| one.id == *multiplier).unwrap();
                assert_eq!(said.factor, *factor);
                let paid = self.paid.last_mut().unwrap();
                paid.amount *= share(factor);
                assert_eq!(paid.amount, amount.to_big());
            }
            Step::Limited { rule, before, amount } => self.limited(rule, before, amount),
            Step::Raised { before, amount } => self.raised(before, amount),
            Step::Capped { cap, before, amount, .. } if self.posted.is_empty() => {
                self.capped(cap, before, amount);
            }
            Step::Capped { cap, before, amount, .. } => {
                let (before, room) = (before.to_big(), amount.to_big());
                self.lost.push((cap.clone(), self.units(&(&before - &room))));
                self.sponsors.push((before, room));
            }
            Step::Rounded { rule, item, exact, posted, rounding } => {
                let paid = &self.paid[self.posted.len()];
                assert_eq!((&paid.rule, &paid.item, &paid.amount), (rule, item, &exact.to_big()));
                assert_eq!(*rounding, self.plan.rounding);
                self.posted.push((rule.clone(), item.clone(), self.whole_units(*posted)));
            }
            Step::Overrode { rule, level, of, base, rate, posted, .. } => {
                self.overrode.push((rule.clone(), *level, *of, *base, rate.clone(), *posted));
            }
            Step::Held { until } => self.held = Some(*until),
            other => panic!("of another kind of outcome: {other}"),
        }
    }

    fn pays(&mut self, rule: &Id, told: &Exact, expected: BigRational) {
        assert_eq!(told.to_big(), expected, "{rule}");
        let item = self.bases.last().unwrap().0.clone();
        self.paid.push(Paid { rule: rule.clone(), item, amount: expected });
    }

    /// The pieces make the amount; where a schedule carries what rounding left, they make what is
    /// settled after and before.
    fn scheduled(
        &self,
        id: &Id,
        before: &BigRational,
        added: &BigRational,
        pieces: &[SchedulePiece],
    ) -> BigRational {
        let tiered = &self.plan.schedules[id];
        let sum: BigRational = pieces.iter().map(|piece| of_piece(&tiered.rates, piece)).sum();
        let number: usize = id.as_str().trim_start_matches('s').parse().unwrap();
        let spec = &self.spec.schedules[number];
        if !spec.carries {
            return sum;
        }
        let after = before + added;
        let makes = |measure| Steps { schedule: spec, minor: &self.minor }.makes(measure);
        assert_eq!(sum * &self.minor, makes(&after) - makes(before));
        let settled = |measure| round(&makes(measure), self.plan.rounding);
        BigRational::from_integer(settled(&after) - settled(before)) / &self.minor
    }

    fn limited(&mut self, id: &Id, before: &Exact, amount: &Exact) {
        let rule = self.rule(id);
        let (before, after) = (before.to_big(), amount.to_big());
        assert_eq!(self.paid.last().unwrap().amount, before);
        let limit = if after > before { rule.min } else { rule.max };
        assert_eq!(limit.map(exact).as_ref(), Some(&after));
        if after < before {
            self.lost.push((id.clone(), self.units(&(before - &after))));
        }
        self.paid.last_mut().unwrap().amount = after;
    }

    /// Everything grows in proportion to the least of an order.
    fn raised(&mut self, before: &Exact, amount: &Exact) {
        let (before, least) = (before.to_big(), amount.to_big());
        assert_eq!(self.paid.iter().map(|paid| paid.amount.clone()).sum::<BigRational>(), before);
        assert_eq!(self.plan.order_min.map(exact).as_ref(), Some(&least));
        assert!(before.is_positive() && before < least);
        for paid in &mut self.paid {
            paid.amount = &paid.amount * &least / &before;
        }
    }

    /// Everything that the cap counts shrinks in proportion to the room that was left. An order has
    /// the whole of it; in a window there is more only where something was taken back.
    fn capped(&mut self, cap: &Id, before: &Exact, amount: &Exact) {
        let (before, room) = (before.to_big(), amount.to_big());
        let said = self.plan.caps.iter().find(|one| one.id == *cap).unwrap();
        assert!(!room.is_negative() && room < before);
        match said.scope {
            CapScope::Order => assert_eq!(room, exact(said.max)),
            _ => assert!(room <= exact(said.max) + &self.taken_back),
        }
        let counts = |paid: &&mut Paid| said.rules.is_empty() || said.rules.contains(&paid.rule);
        let mut sum = BigRational::zero();
        for paid in self.paid.iter_mut().filter(counts) {
            sum += &paid.amount;
            paid.amount = &paid.amount * &room / &before;
        }
        assert_eq!(sum, before);
        self.lost.push((cap.clone(), self.units(&(before - room))));
    }

    /// The whole order is rounded once; its lines are the parts of that.
    fn parts(&self, amounts: &[BigRational]) -> Vec<BigInt> {
        let units: Vec<BigRational> = amounts.iter().map(|amount| amount * &self.minor).collect();
        round_parts(&units, self.plan.rounding)
    }

    /// Compares what was worked out with the lines that were given out.
    fn agree(&self, outcome: &Outcome) {
        let amounts: Vec<BigRational> = self.paid.iter().map(|paid| paid.amount.clone()).collect();
        let parts = self.parts(&amounts);
        let (unpaid, paid): (Vec<&Line>, Vec<&Line>) =
            outcome.lines.iter().partition(|line| line.kind == LineKind::Unpaid);
        // No step speaks of them, and none of their items is paid.
        for line in unpaid {
            assert!(line.rule.is_none() && line.amount.amount.decimal().is_zero());
            assert!(self.paid.iter().all(|paid| paid.item != line.item));
        }
        let (overrides, own): (Vec<&Line>, Vec<&Line>) =
            paid.into_iter().partition(|line| line.kind == LineKind::Override);
        assert_eq!((own.len(), self.posted.len()), (parts.len(), parts.len()));
        for ((line, paid), part) in own.iter().zip(&self.paid).zip(&parts) {
            assert_eq!(
                (line.rule.as_ref(), &line.item, &line.tier),
                (Some(&paid.rule), &paid.item, &self.tier)
            );
            assert_eq!(self.whole_units(line.amount), *part);
            assert_eq!(line.payable_at, self.held.unwrap_or(line.at));
        }
        assert!(self.posted.iter().map(|(_, _, posted)| posted).eq(&parts));
        assert_eq!(self.whole_units(outcome.total), parts.iter().sum::<BigInt>());
        let lost: Vec<(Id, BigInt)> = outcome
            .lost
            .iter()
            .map(|lost| (lost.cap.clone(), self.whole_units(lost.amount)))
            .collect();
        assert_eq!(lost, self.lost);
        self.agree_overrides(&overrides);
    }

    fn agree_overrides(&self, lines: &[&Line]) {
        assert_eq!(lines.len(), self.overrode.len());
        for (line, (rule, level, of, base, rate, posted)) in lines.iter().zip(&self.overrode) {
            assert_eq!((line.rule.as_ref(), line.base, line.amount), (Some(rule), *base, *posted));
            let said = self.plan.overrides.iter().find(|one| one.id == *rule).unwrap();
            let last = said.to_level.unwrap_or(said.level);
            assert!((u32::from(said.level)..=u32::from(last)).contains(level));
            assert_eq!((said.of, *level, line.rate.as_ref()), (*of, line.level, Some(rate)));
            // Whose rank it is, the steps do not say.
            let mut rates = said.tiers.values().chain([&said.rate]);
            if said.differential {
                assert!(rates.any(|one| share(rate) <= share(one)));
            } else {
                assert!(rates.any(|one| one == rate));
            }
            let expected = match of {
                OverrideBase::Sale => {
                    let base = self.bases.iter().find(|(item, _)| *item == line.item).unwrap();
                    &base.1 * &self.minor
                }
                OverrideBase::Commission => {
                    let of_line = self.posted.iter().filter(|(_, item, _)| *item == line.item);
                    BigRational::from_integer(of_line.map(|(_, _, posted)| posted).sum())
                }
            };
            assert_eq!(BigRational::from_integer(self.whole_units(*base)), expected);
        }
        let mut expected: Vec<BigInt> = Vec::new();
        for same in self.overrode.chunk_by(|one, other| (&one.0, one.1) == (&other.0, other.1)) {
            let amounts: Vec<BigRational> =
                same.iter().map(|(.., base, rate, _)| exact(base.amount) * share(rate)).collect();
            expected.extend(self.parts(&amounts));
        }
        for (before, room) in &self.sponsors {
            let sum: BigInt = expected.iter().sum();
            assert_eq!(&BigRational::from_integer(sum), &(before * &self.minor));
            let cut = |one: &BigInt| BigRational::from_integer(one.clone()) * room / before;
            let cut: Vec<BigRational> = expected.iter().map(cut).collect();
            expected = round_parts(&cut, Rounding::Floor);
        }
        let posted = self.overrode.iter().map(|(.., posted)| self.whole_units(*posted));
        assert_eq!(posted.collect::<Vec<_>>(), expected);
    }
}

/// A piece by its own numbers, which have to be those of its step.
fn of_piece(schedule: &Schedule, piece: &SchedulePiece) -> BigRational {
    let step = &schedule.steps[usize::try_from(piece.step).unwrap()];
    assert_eq!(piece.step_from, step.from);
    let measure = piece.measure.to_big();
    let rate = piece.rate.as_ref().map_or_else(BigRational::zero, share);
    let per_unit = piece.per_unit.map_or_else(BigRational::zero, exact);
    let flat = piece.flat.map_or_else(BigRational::zero, exact);
    let amount = measure * (rate + per_unit) + flat;
    assert_eq!(piece.amount.to_big(), amount);
    amount
}

/// A refund: what remains of each line is its share of what was posted, rounded once.
fn agree_reversals(plan: &PlanDocument, outcome: &Outcome) {
    let minor = whole(plan.currency.minor_per_unit());
    let units = |money: Money| exact(money.amount) * &minor;
    // What no rule paid is given back without a word.
    let (paid, unpaid): (Vec<&Line>, Vec<&Line>) =
        outcome.lines.iter().partition(|line| line.rule.is_some());
    assert!(unpaid.iter().all(|line| line.amount.amount.decimal().is_zero()));
    assert_eq!(outcome.steps.len(), paid.len());
    for (step, line) in outcome.steps.iter().zip(paid) {
        let Step::Reversed { rule, posted, refunded, target, before, reversal } = step else {
            panic!("of another kind of outcome: {step}");
        };
        let kept = BigRational::one() - share(refunded);
        assert!(!kept.is_negative());
        let expected = round(&(units(*posted) * kept), plan.rounding);
        assert_eq!(units(*target), BigRational::from_integer(expected));
        assert_eq!(units(*reversal), units(*target) - units(*posted) - units(*before));
        assert_eq!(
            (line.rule.as_ref(), line.amount, line.refunded.as_ref()),
            (Some(rule), *reversal, Some(refunded))
        );
    }
}

/// What reversals, and schedules that fell, took back of sellers.
fn taken_back<'a>(earlier: impl IntoIterator<Item = &'a Happened>) -> BigRational {
    let lines = earlier.into_iter().flat_map(|happened| &happened.outcome.lines);
    let own = lines.filter(|line| line.level == 0).map(|line| exact(line.amount.amount));
    own.filter(Signed::is_negative).map(|amount| -amount).sum()
}

fn check(case: &Case, lived: &Lived, number: usize) {
    let (plan, happened) = (&lived.plan, &lived.happened[number]);
    let outcome = &happened.outcome;
    if outcome.lines.iter().any(|line| line.kind == LineKind::Reversal) {
        return agree_reversals(plan, outcome);
    }
    let mut reader = Reader::new(plan, &case.spec, taken_back(&lived.happened[..number]));
    outcome.steps.iter().for_each(|step| reader.read(step));
    reader.agree(outcome);
}

proptest! {
    #![proptest_config(tries(300))]

    #[test]
    fn the_steps_recompute_every_cent(case in cases(24)) {
        let lived = Lived::through(&case);
        for number in 0..lived.happened.len() {
            check(&case, &lived, number);
        }
    }
}
