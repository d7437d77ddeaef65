//! What was paid: the steps of payouts, beside each other and beside what was earned.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::id::Id;
use crate::kernel::money::Currency;
use crate::kernel::problem::Problem;
use crate::payout::life::{Life, Lives, Step};
use crate::payout::posting::{Account, EntryKind};
use crate::payout::proposal::Payout;
use crate::payout::settle::{PayoutOutcome, Sums, step_key, unchanged, under_way};
use crate::payout::{
    KEY_UNFIT, OUTCOME_REFUSED, PAYOUT_INCONSISTENT, PAYOUT_OVERDRAWN, REVERSAL_OVERLOOKED,
    WITHHOLDING_NEGATIVE,
};

use super::Sound;
use super::lines::to_partner;

/// Payouts whose steps cannot follow from one another or differ in amounts, and those that were
/// started beside an open one.
pub(super) fn steps(sound: &[Sound<'_>]) -> Vec<Problem> {
    let lives = Lives::of_each(sound.iter().map(|one| one.posting));
    let places: BTreeMap<DerivedId, &Sound<'_>> =
        sound.iter().map(|one| (one.posting.key, one)).collect();
    let mut found = Vec::new();
    let mut tell = |step: &Step, problem: Problem| {
        found.extend(places.get(&step.key).map(|one| one.place(problem)));
    };
    for (id, life) in lives.iter() {
        for step in unfit(id, life) {
            let problem = Problem::new(
                KEY_UNFIT,
                format!(
                    "`{}` is no attempt of the payout `{id}` to be `{}`",
                    step.key, step.outcome
                ),
                "post what `payout.settle` and `payout.withdraw` give, under its own key",
            );
            tell(step, problem.under("key"));
        }
        if let Some((step, problem)) = broken(id, life) {
            tell(&step, problem);
        }
    }
    for (partner, open) in lives.all_open() {
        let mut starts: Vec<(DerivedId, Step)> = open
            .iter()
            .filter_map(|id| Some((*id, last(lives.of(*id)?, PayoutOutcome::Started)?)))
            .collect();
        starts.sort_by_key(|(id, step)| (step.at, *id));
        for pair in starts.windows(2) {
            if let [(before, _), (_, step)] = pair {
                tell(step, under_way(partner, *before).under("reference"));
            }
        }
    }
    found
}

/// Steps whose keys are those of no attempt.
fn unfit<'a>(id: DerivedId, life: &'a Life<'_>) -> impl Iterator<Item = &'a Step> {
    let attempts = u32::try_from(life.steps().len()).unwrap_or(u32::MAX);
    let outcomes: BTreeSet<PayoutOutcome> = life.steps().iter().map(|step| step.outcome).collect();
    let keys: BTreeSet<DerivedId> = outcomes
        .into_iter()
        .flat_map(|outcome| (1..=attempts).map(move |attempt| step_key(id, outcome, attempt)))
        .collect();
    life.steps().iter().filter(move |step| !keys.contains(&step.key))
}

fn last(life: &Life<'_>, outcome: PayoutOutcome) -> Option<Step> {
    let steps = life.steps().iter().filter(|step| step.outcome == outcome);
    steps.max_by_key(|step| (step.at, step.key)).copied()
}

/// The last step of a payout with steps that are too many, or that differs from the first.
fn broken(id: DerivedId, life: &Life<'_>) -> Option<(Step, Problem)> {
    use PayoutOutcome::{Completed, Failed, Processing, Rejected, Returned, Started};
    let count = |outcome| life.count(outcome);
    let over = count(Failed) + count(Rejected) + count(Completed);
    let too_many = [
        (over > count(Started), [Completed, Rejected, Failed].as_slice()),
        (count(Started) > over + 1, &[Started]),
        (count(Completed) + count(Rejected) > 1, &[Completed, Rejected]),
        // Nothing follows what is over.
        (count(Completed) + count(Rejected) == 1 && count(Started) > over, &[Started]),
        (count(Returned) > count(Completed), &[Returned]),
        (count(Processing) > count(Started), &[Processing]),
    ];
    for (is_so, outcomes) in too_many {
        let step =
            outcomes.iter().filter_map(|outcome| last(life, *outcome)).max_by_key(|step| step.at);
        if let (true, Some(step)) = (is_so, step) {
            let problem = Problem::new(
                OUTCOME_REFUSED,
                format!("the payout `{id}` cannot be `{}` as often as it is", step.outcome),
                "each start has one end, and only what was completed comes back, once",
            );
            return Some((step, problem.under("entries")));
        }
    }
    // A fee that is kept does not come back, so a return says nothing of it.
    let with_fee = life.steps().iter().filter(|step| step.outcome != Returned);
    let first = with_fee.min_by_key(|step| (step.at, step.key))?;
    let differs =
        |step: &&Step| step.net != first.net || (step.outcome != Returned && step.fee != first.fee);
    let step = *life.steps().iter().find(differs)?;
    let problem = Problem::new(
        PAYOUT_INCONSISTENT,
        format!("the payout `{id}` moves other amounts when it is `{}`", step.outcome),
        "a payout moves the same amounts from its start to its end",
    );
    Some((step, problem.under("entries")))
}

/// Payouts that take more from in transit, or from processing, than was put there.
pub(super) fn held(sound: &[Sound<'_>]) -> Vec<Problem> {
    let mut order: Vec<&Sound<'_>> = sound.iter().collect();
    order.sort_by_key(|one| (one.posting.at, one.posting.key));
    let mut sums: BTreeMap<(DerivedId, Account, Currency), (i128, &Sound<'_>)> = BTreeMap::new();
    for one in order {
        for entry in &one.posting.entries {
            let (account, currency) = (entry.account, entry.amount.currency);
            if matches!(account, Account::Transit | Account::Processing) {
                let minor = entry.sound_minor();
                let place = (one.posting.reference, account, currency);
                let held = sums.entry(place).or_insert((0, one));
                *held = (held.0 + i128::from(minor), one);
            }
        }
    }
    let negative = sums.into_iter().filter(|(_, (sum, _))| *sum < 0);
    negative
        .map(|((id, account, currency), (sum, one))| {
            let problem = Problem::new(
                PAYOUT_INCONSISTENT,
                format!(
                    "the payout `{id}` takes `{}` minor units of {currency} more from \
                     `{account}` than it has put there",
                    -sum
                ),
                "take the money from where the step before has put it",
            );
            one.place(problem.under("entries"))
        })
        .collect()
}

/// What a partner's balance does over time, as far as it bears on what may be paid.
#[derive(Default)]
struct Flow<'a> {
    /// What was earned, whatever was taken back since, by when it became payable.
    earned: Vec<(Instant, i128)>,
    /// What was taken back of it, by when that was known and due.
    taken: Vec<(Instant, i128)>,
    /// What left and came back, with its posting.
    moved: Vec<(Instant, i128, Option<&'a Sound<'a>>)>,
}

/// Payouts with which more had left than was ever earned by then, and those that took what had been
/// taken back before they started.
///
/// The first is broken, whatever was known when. The second need not be: a refund may become known
/// only after the money has left, and is a debt from then on. It is told all the same, because the
/// other way to come by it is a start that was written ahead of its time: what is started at an
/// instant is held to what was posted by then, and nobody knows that before.
pub(super) fn overdrawn(sound: &[Sound<'_>]) -> Vec<Problem> {
    let mut flows: BTreeMap<(&Id, Currency), Flow<'_>> = BTreeMap::new();
    for one in sound {
        for entry in one.posting.entries.iter().filter(|one| one.account == Account::Partner) {
            let currency = entry.amount.currency;
            let minor = entry.sound_minor();
            let flow = flows.entry((&one.posting.partner, currency)).or_default();
            if !entry.kind.is_earned() {
                let start = (entry.kind == EntryKind::Payout).then_some(one);
                flow.moved.push((one.posting.at, i128::from(minor), start));
            } else if minor > 0 {
                let at = entry.available_at.unwrap_or(one.posting.at);
                flow.earned.push((at, i128::from(minor)));
            } else {
                let at = entry.available_at.unwrap_or(one.posting.at).max(one.posting.at);
                flow.taken.push((at, i128::from(minor)));
            }
        }
    }
    flows.into_values().flat_map(Flow::overdrawn).collect()
}

impl Flow<'_> {
    fn overdrawn(mut self) -> Vec<Problem> {
        self.earned.sort_unstable_by_key(|(at, _)| *at);
        // What comes back at the same instant is there for what leaves.
        self.moved.sort_by_key(|(at, minor, _)| (*at, -minor));
        self.taken.sort_unstable_by_key(|(at, _)| *at);
        let mut earned = self.earned.into_iter().peekable();
        let mut taken = self.taken.into_iter().peekable();
        let (mut balance, mut back) = (0_i128, 0_i128);
        let mut found = Vec::new();
        for (at, minor, start) in self.moved {
            while let Some((_, more)) = earned.next_if(|(payable_at, _)| *payable_at <= at) {
                balance += more;
            }
            while let Some((_, less)) = taken.next_if(|(due_at, _)| *due_at < at) {
                back += less;
            }
            balance += minor;
            let Some(one) = start else { continue };
            if balance < 0 {
                found.push(one.place(overdrawn_by(-balance).under("entries")));
            } else if balance + back < 0 {
                found.push(one.place(overlooked(-balance - back).under("entries")));
            }
        }
        found
    }
}

fn overdrawn_by(minor: i128) -> Problem {
    Problem::new(
        PAYOUT_OVERDRAWN,
        format!("`{minor}` minor units more have left than were earned by then"),
        "find the posting that is missing, or take the payout back",
    )
}

fn overlooked(minor: i128) -> Problem {
    Problem::new(
        REVERSAL_OVERLOOKED,
        format!("`{minor}` minor units have left that had been taken back before"),
        "a refund that became known later is a debt from then on; a start that was written ahead \
         of its time is to be taken back",
    )
    .warning()
}

/// Years of which more was given back than was withheld.
pub(super) fn withheld(sound: &[Sound<'_>]) -> Vec<Problem> {
    let mut order: Vec<&Sound<'_>> = sound.iter().collect();
    order.sort_by_key(|one| (one.posting.at, one.posting.key));
    let mut sums: BTreeMap<(DerivedId, Currency), i128> = BTreeMap::new();
    let mut last: BTreeMap<(DerivedId, Currency), &Sound<'_>> = BTreeMap::new();
    for one in order {
        for (currency, minor) in to_partner(one.posting, |kind| kind == EntryKind::Withholding) {
            let year = (one.posting.reference, currency);
            *sums.entry(year).or_default() -= minor;
            last.insert(year, one);
        }
    }
    let negative = sums.into_iter().filter(|(_, sum)| *sum < 0);
    negative
        .filter_map(|(year, sum)| {
            let problem = Problem::new(
                WITHHOLDING_NEGATIVE,
                format!("`{}` minor units more are given back than were withheld", -sum),
                "give back at most what was withheld of that year",
            );
            last.get(&year).map(|one| one.place(problem.under("entries")))
        })
        .collect()
}

/// Payouts that do not add up, or are posted otherwise.
pub(super) fn compared(sound: &[Sound<'_>], payouts: &[Payout]) -> Vec<Problem> {
    let lives = Lives::of_each(sound.iter().map(|one| one.posting));
    let mut found = Vec::new();
    for (position, payout) in payouts.iter().enumerate() {
        let life = lives.of(payout.id);
        let checked = Sums::of(payout).and_then(|sums| match life {
            Some(life) if *life.partner != payout.partner => {
                Err(sums.inconsistent(&format!("are posted for `{}`", life.partner)))
            }
            Some(life) => unchanged(&sums, life),
            None => Ok(()),
        });
        found.extend(checked.err().map(|problem| problem.under(position).under("payouts")));
    }
    found
}
