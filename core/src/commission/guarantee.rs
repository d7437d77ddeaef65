//! What a partner is paid at least in each period: a guarantee, or a draw on later earnings.
//!
//! It is settled once a period is over, from the lines that were posted: what is missing to the
//! amount is posted on top, and where it is recoverable, what later periods earn above the amount
//! gives it back. Nothing is kept between settlements but the lines themselves. Settling a period
//! again posts only the difference to what was settled for it before, so that a late event or a
//! refund is made good, and the same lines twice post nothing.

use std::collections::{BTreeMap, HashMap};

use crate::kernel::calendar::{Instant, Ordinal, Period, Periods, PlacedWindow, Window};
use crate::kernel::derived_id::Cause;
use crate::kernel::document::model;
use crate::kernel::exact::overflow;
use crate::kernel::id::Id;
use crate::kernel::money::{Amount, CURRENCY_MISMATCH, Money, from_minor, to_minor};
use crate::kernel::problem::{Problem, Problems};

use super::compile::Plan;
use super::event::{Partner, PartnerStatus};
use super::operations::{compile, roster};
use super::outcome::{Line, LineKind};
use super::plan::PlanText;
use super::{GUARANTEE_MISSING, GUARANTEE_PERIODS, LINE_OF_OTHER_PLAN};

/// How many periods are settled at once, over all partners.
const MOST_PERIODS: i64 = 100_000;

/// What a partner is paid at least in each period.
#[model(document)]
pub struct Guarantee {
    /// Its id; lines name it as their rule.
    pub id: Id,
    /// The least for a period, in the plan's currency.
    pub amount: Amount,
    /// The periods; windows follow the plan's zone.
    pub window: Window,
    /// Whether what was paid on top is taken back from what later periods earn above the amount:
    /// a draw; `false` unless said.
    #[model(default)]
    pub recoverable: bool,
}

/// What `commission.guarantee` takes.
#[model]
pub struct GuaranteeInput {
    /// The plan.
    pub plan: PlanText,
    /// The partners who have the guarantee.
    pub partners: Vec<Partner>,
    /// An instant in the first period that is settled.
    pub first: Instant,
    /// An instant in the last one.
    pub last: Instant,
    /// What was posted to these partners in these periods, by any version of the plan, and all
    /// lines of kind `guarantee` from before.
    pub lines: Vec<Line>,
}

/// What `commission.guarantee` gives.
#[model]
pub struct GuaranteeSettlement {
    /// What to post, partner by partner.
    pub lines: Vec<Line>,
    /// How each period came out, partner by partner.
    pub periods: Vec<GuaranteedPeriod>,
}

/// A period of a partner.
#[model]
pub struct GuaranteedPeriod {
    /// Who.
    pub partner: Id,
    /// Its name, such as `2026-11`.
    pub period: String,
    /// What the partner earned in it.
    pub earned: Money,
    /// What the guarantee adds, or below zero takes back.
    pub added: Money,
    /// Both together.
    pub paid: Money,
    /// What later periods have to give back.
    pub owed: Money,
}

/// Settles a guarantee for whole periods.
///
/// # Errors
/// Every problem of the plan; `guarantee_missing` if it has none; or what is wrong with the
/// partners, the periods or the lines.
pub fn guarantee(input: GuaranteeInput) -> Result<GuaranteeSettlement, Problems> {
    let plan = compile(input.plan)?;
    // Nobody twice, and no circles.
    roster(input.partners.clone())?;
    let Some(spec) = &plan.document.guarantee else {
        let hint = "add a `guarantee` to the plan, or settle nothing";
        let problem = Problem::new(GUARANTEE_MISSING, "the plan guarantees nothing", hint);
        return Err(problem.under("guarantee").under("plan").into());
    };
    let mut settling = Settling {
        plan: &plan,
        spec,
        // Checked by `validate` to be whole minor units.
        amount: to_minor(spec.amount, plan.document.currency)?,
        posted: posted(&plan, &input.lines).map_err(|problem| problem.under("lines"))?,
        left: MOST_PERIODS,
        settled: GuaranteeSettlement { lines: Vec::new(), periods: Vec::new() },
    };
    for (position, partner) in input.partners.iter().enumerate() {
        settling
            .partner(partner, input.first, input.last)
            .map_err(|problem| problem.under(position).under("partners"))?;
    }
    Ok(settling.settled)
}

/// The lines of each partner, with their amounts in minor units.
type Posted<'a> = HashMap<&'a Id, Vec<(&'a Line, i64)>>;

fn posted<'a>(plan: &Plan, lines: &'a [Line]) -> Result<Posted<'a>, Problem> {
    let mut posted: Posted<'a> = HashMap::new();
    for (position, line) in lines.iter().enumerate() {
        if line.plan != plan.document.id {
            let problem = Problem::new(
                LINE_OF_OTHER_PLAN,
                format!("the line is of `{}`", line.plan),
                "hand in the lines of this plan, of whichever version",
            );
            return Err(problem.under("plan").under(position));
        }
        let placed = |problem: Problem| problem.under("amount").under(position);
        let Money { amount, currency } = line.amount;
        if currency != plan.document.currency {
            let problem = Problem::new(
                CURRENCY_MISMATCH,
                format!("`{currency}` is not the plan's currency"),
                "hand in the lines as they were given out",
            );
            return Err(placed(problem.under("currency")));
        }
        let minor = to_minor(amount, currency).map_err(placed)?;
        posted.entry(&line.partner).or_default().push((line, minor));
    }
    Ok(posted)
}

/// What was posted in a period, or settled for it.
#[derive(Clone, Copy, Default)]
struct Sums {
    earned: i64,
    settled: i64,
    /// How many lines settled it.
    lines: i64,
}

/// What was posted to one partner, period by period.
fn sums(lines: &[(&Line, i64)], periods: Periods) -> Option<BTreeMap<Ordinal, Sums>> {
    let mut sums: BTreeMap<Ordinal, Sums> = BTreeMap::new();
    for (line, minor) in lines {
        let of = sums.entry(periods.ordinal_of(line.at)).or_default();
        if line.kind == LineKind::Guarantee {
            of.settled = of.settled.checked_add(*minor)?;
            of.lines += 1;
        } else {
            of.earned = of.earned.checked_add(*minor)?;
        }
    }
    Some(sums)
}

/// A settlement under way.
struct Settling<'a> {
    plan: &'a Plan,
    spec: &'a Guarantee,
    amount: i64,
    posted: Posted<'a>,
    /// How many more periods may be settled.
    left: i64,
    settled: GuaranteeSettlement,
}

impl Settling<'_> {
    fn partner(&mut self, partner: &Partner, from: Instant, until: Instant) -> Result<(), Problem> {
        let placed = self.spec.window.place(self.plan.document.zone, partner.joined)?;
        // `validate` refuses a rolling window.
        let PlacedWindow::Periods(periods) = placed else { return Ok(()) };
        let (first, last) = (periods.ordinal_of(from), periods.ordinal_of(until));
        self.left -= (i64::from(last.number()) - i64::from(first.number())).saturating_add(1);
        if last < first || self.left < 0 {
            return Err(Problem::new(
                GUARANTEE_PERIODS,
                format!("there are none or too many periods from `{from}` to `{until}`"),
                format!("settle forwards, and at most {MOST_PERIODS} periods at once"),
            ));
        }
        let lines = self.posted.get(&partner.id).map_or(&[][..], Vec::as_slice);
        let sums = sums(lines, periods).ok_or_else(overflow)?;
        // What earlier periods were paid on top and have not given back.
        let mut earlier = sums.range(..first).map(|(_, sums)| sums.settled);
        let mut owed = earlier.try_fold(0_i64, i64::checked_add).ok_or_else(overflow)?;
        let mut ordinal = first;
        while ordinal <= last {
            let of = sums.get(&ordinal).copied().unwrap_or_default();
            owed = self.period(partner, periods.bounds(ordinal), of, owed)?;
            ordinal = ordinal.next();
        }
        Ok(())
    }

    /// Settles a period; what comes back is owed after it.
    fn period(
        &mut self,
        partner: &Partner,
        period: Period,
        sums: Sums,
        owed: i64,
    ) -> Result<i64, Problem> {
        let added = self.added(partner, sums.earned, owed).ok_or_else(overflow)?;
        let missing = added.checked_sub(sums.settled).ok_or_else(overflow)?;
        let owed = if self.spec.recoverable { owed.checked_add(added) } else { Some(0) };
        let owed = owed.ok_or_else(overflow)?;
        let money = |minor: i64| from_minor(minor, self.plan.document.currency);
        let paid = sums.earned.checked_add(added).ok_or_else(overflow)?;
        self.settled.periods.push(GuaranteedPeriod {
            partner: partner.id.clone(),
            period: period.label(),
            earned: money(sums.earned),
            added: money(added),
            paid: money(paid),
            owed: money(owed),
        });
        if missing != 0 {
            let line = self.line(partner, period, sums, missing)?;
            self.settled.lines.push(line);
        }
        Ok(owed)
    }

    /// What a period adds to what was earned in it.
    fn added(&self, partner: &Partner, earned: i64, owed: i64) -> Option<i64> {
        let above = earned.checked_sub(self.amount)?;
        if above < 0 {
            let guaranteed = partner.status != PartnerStatus::Closed;
            return if guaranteed { above.checked_neg() } else { Some(0) };
        }
        Some(if self.spec.recoverable { -above.min(owed.max(0)) } else { 0 })
    }

    fn line(
        &self,
        partner: &Partner,
        period: Period,
        sums: Sums,
        minor: i64,
    ) -> Result<Line, Problem> {
        let money = |minor: i64| from_minor(minor, self.plan.document.currency);
        let (plan, label) = (&self.plan.reference, period.label());
        // A lifetime is refused, and every other period ends.
        let end = period.end().unwrap_or(Instant::MAX);
        let cause = Cause::of(LineKind::Guarantee.as_str());
        let cause = cause.text(plan.id.as_str()).text(self.spec.id.as_str()).text(&label);
        Ok(Line {
            id: cause.text(partner.id.as_str()).number(sums.lines).id(),
            kind: LineKind::Guarantee,
            event: format!("{}/{label}", self.spec.id).parse()?,
            item: None,
            partner: partner.id.clone(),
            amount: money(minor),
            at: Instant::from_micros(end.micros() - 1)?,
            payable_at: end,
            plan: plan.id.clone(),
            plan_version: plan.version,
            rule: Some(self.spec.id.clone()),
            tier: None,
            rate: None,
            schedule: None,
            level: 0,
            base: money(sums.earned),
            gross: money(0),
            order_gross: money(0),
            customer: None,
            measured: Amount::ZERO,
            counted: Amount::ZERO,
            origin: None,
            refunded: None,
        })
    }
}
