//! Many events at once, as columns.
//!
//! Each row goes through the same evaluator as a single event; what differs is only where it is
//! read from. Conditions on one column of words are worked out for each word before the rows
//! begin, partners become small numbers as they are first seen, and windows are found with a
//! cursor, because rows mostly come in the order of time.

use std::collections::{HashMap, HashSet};

use crate::columns::{Facts, Ids, Words, check_length, null};
use crate::kernel::calendar::{Instant, Ordinal, PeriodCursor, PlacedWindow};
use crate::kernel::exact::Exact;
use crate::kernel::explain::NoSteps;
use crate::kernel::expression::{FactId, FactSource, FactType, KnownFacts, ValueRef};
use crate::kernel::id::Id;
use crate::kernel::money::{AMOUNT_TOO_LARGE, Amount, from_minor, to_minor};
use crate::kernel::problem::Problem;

use super::compile::{ConditionId, Plan};
use super::engine::Reading;
use super::evaluate::{Conditions, Evaluator, Quantity, Rated, Row, RowLine, Scratch, Stop, Truth};
use super::event::{Event, EventKind, PartnerStatus, Refund};
use super::facts::BuiltIn;
use super::outcome::Line;
use super::plan::Base;
use super::rates::Tables;
use super::roster::Roster;
use super::settle::commit;
use super::state::State;
use super::telling::Telling;
use super::working::Working;
use super::{REFUND_OF_UNKNOWN_SALE, RUN_INTERRUPTED};

/// Events as columns; every one has a value for each row.
#[derive(Clone, Debug)]
pub struct EventColumns<'a> {
    /// When each happened, in microseconds since 1970-01-01T00:00:00Z.
    pub at: &'a [i64],
    /// Who earns.
    pub partner: Ids<'a>,
    /// What the customer paid, in minor units of the plan's currency.
    pub amount_minor: &'a [i64],
    /// The net amount; the amount unless given.
    pub net_minor: Option<&'a [i64]>,
    /// How many units; 1 unless given.
    pub quantity: Option<&'a [i64]>,
    /// The kind of event, by its name; sales unless given.
    pub kind: Option<Words<'a>>,
    /// The customer.
    pub customer: Option<Ids<'a>>,
    /// For a refund: the earlier row that it gives back, whose amount is then what is refunded;
    /// -1 for everything else. Refunds of earlier batches go through [`Plan::refund`].
    pub refund_of: Option<&'a [i64]>,
    /// Other facts, by name.
    pub facts: Vec<(&'a str, Facts<'a>)>,
}

/// How many rows are rated between two questions whether to go on.
pub const ROWS_BETWEEN_LOOKS: usize = 65_536;

/// What each row earned, in minor units of the plan's currency; below zero for refunds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earnings {
    /// What the seller earned.
    pub commission_minor: Vec<i64>,
    /// What caps took away.
    pub lost_minor: Vec<i64>,
    /// What sponsors earned, row by row.
    pub overrides: Overrides,
}

/// What sponsors earned, one entry each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    /// The row that it came from.
    pub row: Vec<u64>,
    /// The sponsor: which of `partners`.
    pub partner: Vec<u32>,
    /// How far up.
    pub level: Vec<u8>,
    /// How much.
    pub amount_minor: Vec<i64>,
    /// The sponsors.
    pub partners: Vec<Id>,
}

impl Plan {
    /// Evaluates a batch of events in its order and remembers them in the state.
    ///
    /// # Errors
    /// What is wrong with a column or a row, with its place. The state is then as it was.
    pub fn run(
        &self,
        state: &mut State,
        roster: &Roster,
        columns: &EventColumns<'_>,
    ) -> Result<Earnings, Problem> {
        self.run_while(state, roster, columns, &mut |_| true)
    }

    /// Evaluates a batch as [`run`](Plan::run) does, and asks now and then whether to go on:
    /// before the first row, after every [`ROWS_BETWEEN_LOOKS`] and after the last, with the number
    /// of rows done.
    ///
    /// # Errors
    /// As [`run`](Plan::run); `run_interrupted` if the answer was no.
    pub fn run_while(
        &self,
        state: &mut State,
        roster: &Roster,
        columns: &EventColumns<'_>,
        go_on: &mut dyn FnMut(usize) -> bool,
    ) -> Result<Earnings, Problem> {
        self.check_state(state)?;
        let rows = columns.check()?;
        let mut working = state.clone();
        let mut batch = Batch::new(self, roster, columns)?;
        let mut earnings = Earnings {
            commission_minor: Vec::with_capacity(rows),
            lost_minor: Vec::with_capacity(rows),
            overrides: Overrides::default(),
        };
        let mut fast = Scratch::default();
        let mut exact = Scratch::default();
        for start in (0..rows).step_by(ROWS_BETWEEN_LOOKS) {
            if !go_on(start) {
                return Err(interrupted(start, rows));
            }
            for row in start..rows.min(start + ROWS_BETWEEN_LOOKS) {
                batch
                    .row(&mut working, row, (&mut fast, &mut exact), &mut earnings)
                    .map_err(|problem| at_row(problem, row))?;
            }
        }
        if !go_on(rows) {
            return Err(interrupted(rows, rows));
        }
        earnings.overrides.partners = batch.sponsors;
        *state = working;
        Ok(earnings)
    }
}

/// A problem of a row, at its place in the column: columns come first in a batch.
fn at_row(problem: Problem, row: usize) -> Problem {
    let path = format!("{}/{row}", problem.path);
    problem.at(path)
}

fn interrupted(done: usize, rows: usize) -> Problem {
    Problem::new(
        RUN_INTERRUPTED,
        format!("the run was stopped after {done} of {rows} rows"),
        "the state is as it was before; run the whole batch again",
    )
}

impl EventColumns<'_> {
    fn check(&self) -> Result<usize, Problem> {
        let rows = self.at.len();
        let named = |name: &'static str| move |problem: Problem| problem.under(name);
        check_length("partner", self.partner.len(), rows)?;
        check_length("amount_minor", self.amount_minor.len(), rows)?;
        self.partner.check_filled().map_err(named("partner"))?;
        let optional = [
            ("net_minor", self.net_minor),
            ("quantity", self.quantity),
            ("refund_of", self.refund_of),
        ];
        for (name, column) in optional {
            check_length(name, column.map_or(rows, <[i64]>::len), rows)?;
        }
        if let Some(customer) = &self.customer {
            check_length("customer", customer.len(), rows)?;
            customer.check_filled().map_err(named("customer"))?;
        }
        if let Some(kind) = &self.kind {
            check_length("kind", kind.codes.len(), rows)?;
            Ids::Words(kind.clone()).check_filled().map_err(named("kind"))?;
        }
        for (name, facts) in &self.facts {
            check_length(name, facts.len(), rows)?;
            facts.check().map_err(|problem| problem.under(name))?;
        }
        Ok(rows)
    }
}

/// Small numbers for the ids of a column, found as they are first seen.
enum Numbering {
    /// Of numbers from the least one on; [`UNSEEN`] until then.
    Dense {
        least: i64,
        numbers: Vec<u32>,
    },
    Sparse(HashMap<i64, u32>),
    /// By code.
    Words(Vec<u32>),
}

const UNSEEN: u32 = u32::MAX;

impl Numbering {
    fn of(ids: &Ids<'_>) -> Self {
        let numbers = match ids {
            Ids::Words(words) => return Self::Words(vec![UNSEEN; words.words.len()]),
            Ids::Numbers(numbers) => *numbers,
        };
        let (least, most) = numbers.iter().fold((i64::MAX, i64::MIN), |(least, most), number| {
            (least.min(*number), most.max(*number))
        });
        let span = most.checked_sub(least).and_then(|span| usize::try_from(span).ok());
        match span.and_then(|span| span.checked_add(1)) {
            Some(span) if span <= numbers.len().saturating_mul(2).max(1_024) => {
                Self::Dense { least, numbers: vec![UNSEEN; span] }
            }
            _ => Self::Sparse(HashMap::new()),
        }
    }

    /// The number of a row's id; `name` gives the number of an id that was not seen before.
    #[inline(always)]
    fn get(
        &mut self,
        ids: &Ids<'_>,
        row: usize,
        name: impl FnOnce(&str) -> Result<u32, Problem>,
    ) -> Result<u32, Problem> {
        match (self, ids) {
            (Self::Dense { least, numbers }, Ids::Numbers(column)) => {
                let id = column.get(row).copied().unwrap_or_default();
                let place = usize::try_from(id.wrapping_sub(*least)).unwrap_or(usize::MAX);
                match numbers.get_mut(place) {
                    Some(number) if *number != UNSEEN => Ok(*number),
                    Some(number) => {
                        *number = name(&id.to_string())?;
                        Ok(*number)
                    }
                    None => name(&id.to_string()),
                }
            }
            (Self::Sparse(known), Ids::Numbers(column)) => {
                let id = column.get(row).copied().unwrap_or_default();
                if let Some(number) = known.get(&id) {
                    return Ok(*number);
                }
                let number = name(&id.to_string())?;
                known.insert(id, number);
                Ok(number)
            }
            (Self::Words(numbers), Ids::Words(words)) => {
                let code = words.codes.get(row).unwrap_or_default();
                match numbers.get_mut(code) {
                    Some(number) if *number != UNSEEN => Ok(*number),
                    Some(number) => {
                        *number = name(words.words.get(code).copied().unwrap_or_default())?;
                        Ok(*number)
                    }
                    None => name(""),
                }
            }
            // The numbering was made of this column.
            _ => name(""),
        }
    }
}

/// How much there is to know of a partner; kept apart, so that what most rows read is small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Standing {
    /// Not seen in this batch yet.
    #[default]
    New,
    /// Nothing that matters here.
    Plain,
    /// There is a [`Seller`].
    Special,
    /// Earns nothing.
    Closed,
}

/// What a batch knows of a partner who has a tier, sponsors or windows of their own.
#[derive(Clone, Debug, Default)]
struct Seller {
    tier: Option<u16>,
    earns: Vec<bool>,
    sponsors: Vec<u32>,
    /// Windows that count from the day of joining, in place of the plan's own.
    windows: Vec<(usize, PeriodCursor)>,
}

/// How a condition is answered.
enum Answer {
    /// By the word of a column: one answer for each word, then one for a null.
    ByWord(usize, Vec<Truth>),
    /// By asking the row.
    Asked,
}

struct Batch<'a> {
    plan: &'a Plan,
    roster: &'a Roster,
    columns: &'a EventColumns<'a>,
    partners: Numbering,
    customers: Option<Numbering>,
    /// By partner number.
    standings: Vec<Standing>,
    sellers: HashMap<u32, Seller>,
    cursors: Vec<Option<PeriodCursor>>,
    windows: Vec<Ordinal>,
    kinds: Vec<EventKind>,
    answers: Vec<Answer>,
    /// Of each fact slot, the column that has it.
    slots: Vec<Option<usize>>,
    sponsors: Vec<Id>,
    sponsor_numbers: HashMap<Id, u32>,
    /// The rows that a later row gives back.
    refunded: HashSet<usize>,
    /// Their lines, reversals included.
    posted: HashMap<usize, Vec<Line>>,
}

impl<'a> Batch<'a> {
    fn new(
        plan: &'a Plan,
        roster: &'a Roster,
        columns: &'a EventColumns<'a>,
    ) -> Result<Self, Problem> {
        let slots = slots(plan, columns)?;
        let kinds = match &columns.kind {
            None => Vec::new(),
            Some(kind) => kind
                .words
                .iter()
                .map(|word| word.parse().map_err(|problem: Problem| problem.under("kind")))
                .collect::<Result<_, _>>()?,
        };
        let mut batch = Self {
            plan,
            roster,
            columns,
            partners: Numbering::of(&columns.partner),
            customers: columns.customer.as_ref().map(Numbering::of),
            standings: Vec::new(),
            sellers: HashMap::new(),
            cursors: plan.cursors(),
            windows: vec![Ordinal::new(0); plan.windows.len()],
            kinds,
            answers: Vec::new(),
            slots,
            sponsors: Vec::new(),
            sponsor_numbers: HashMap::new(),
            refunded: columns
                .refund_of
                .unwrap_or_default()
                .iter()
                .filter_map(|row| usize::try_from(*row).ok())
                .collect(),
            posted: HashMap::new(),
        };
        batch.answers = batch.answers()?;
        Ok(batch)
    }

    /// Works out each condition that one column of words decides.
    fn answers(&self) -> Result<Vec<Answer>, Problem> {
        let conditions = self.plan.conditions.iter();
        conditions
            .map(|program| {
                let [fact] = program.reads() else { return Ok(Answer::Asked) };
                let column = self.slots.get(fact.slot()).copied().flatten();
                let words = column.and_then(|column| match self.columns.facts.get(column) {
                    Some((_, Facts::Words(words))) => Some((column, words)),
                    _ => None,
                });
                let Some((column, words)) = words else { return Ok(Answer::Asked) };
                let each = words.words.iter().map(|word| Some(*word)).chain([None]);
                let truths = each.map(|word| program.test(&OneWord(*fact, word)).map(truth));
                Ok(Answer::ByWord(column, truths.collect::<Result<_, _>>()?))
            })
            .collect()
    }

    #[inline(always)]
    fn row(
        &mut self,
        state: &mut State,
        row: usize,
        (fast, exact): (&mut Scratch<i64>, &mut Scratch<Exact>),
        earnings: &mut Earnings,
    ) -> Result<(), Problem> {
        let (partner, standing) = self.seller(state, row)?;
        let at = self.columns.at.get(row).copied().unwrap_or_default();
        let instant = Instant::from_micros(at).map_err(|problem| problem.under("at"))?;
        if standing == Standing::Closed || self.outside(instant) {
            earnings.nothing();
            return Ok(());
        }
        if let Some(sold) = self.refunded_row(row)? {
            return self.give_back(state, row, sold, earnings);
        }
        let line = self.line(row)?;
        let customer = self.customer(state, row)?;
        self.find_windows(instant);
        if standing == Standing::Special {
            self.find_own_windows(partner, instant);
        }
        let seller = self.special(partner, standing);
        let lines = [line];
        let of = Row {
            kind: self.kind(row),
            partner,
            customer,
            tier: seller.and_then(|seller| seller.tier),
            windows: &self.windows,
            lines: &lines,
            items: &[],
            sponsors: seller.map_or(&[], |seller| seller.earns.as_slice()),
            sponsor_ids: &[],
        };
        let settled = match &self.plan.fast {
            Some(tables) => match self.settle(tables, state, (&of, row, seller), fast, earnings) {
                Err(Stop::TooWide) => {
                    self.settle(&self.plan.exact, state, (&of, row, seller), exact, earnings)
                }
                settled => settled,
            },
            None => self.settle(&self.plan.exact, state, (&of, row, seller), exact, earnings),
        };
        let told = settled.map_err(|stop| match stop {
            Stop::Problem(problem) => *problem,
            Stop::TooWide => Problem::new(
                AMOUNT_TOO_LARGE,
                "an amount of this row does not fit 64 bits of minor units",
                "check the amounts of the row and of the plan",
            ),
        })?;
        if let Some(told) = told {
            self.posted.insert(row, told);
        }
        Ok(())
    }

    /// Rates a row in one kind of number, and changes the state if all went well.
    #[inline(always)]
    fn settle<N: Working>(
        &self,
        tables: &Tables<N>,
        state: &mut State,
        (of, row, seller): (&Row<'_>, usize, Option<&Seller>),
        scratch: &mut Scratch<N>,
        earnings: &mut Earnings,
    ) -> Result<Option<Vec<Line>>, Stop> {
        let evaluator = Evaluator { plan: self.plan, tables, state };
        let mut conditions = RowConditions { batch: self, state, of, row, tier: None };
        let rated = evaluator.rate(of, &mut conditions, scratch, &mut NoSteps)?;
        if rated != Rated::Earned {
            earnings.nothing();
            return Ok(None);
        }
        earnings.add(self.plan, scratch, row, seller);
        let mut told = None;
        if !self.refunded.is_empty() && self.refunded.contains(&row) {
            told = Some(self.tell(state, (of, row, seller), scratch)?);
        }
        commit(self.plan, state, of, scratch);
        Ok(told)
    }

    /// The lines of a row, for a refund that comes later.
    #[cold]
    fn tell<N: Working>(
        &self,
        state: &State,
        (of, row, seller): (&Row<'_>, usize, Option<&Seller>),
        scratch: &Scratch<N>,
    ) -> Result<Vec<Line>, Problem> {
        let sponsors = seller.map_or(&[][..], |seller| seller.sponsors.as_slice());
        let sponsor = |number: &u32| self.sponsors.get(index(*number)).cloned();
        let at = Instant::from_micros(self.columns.at.get(row).copied().unwrap_or_default())?;
        let event = Event {
            id: row.to_string().parse()?,
            kind: of.kind,
            at,
            partner: state.partners.id(of.partner).cloned().ok_or_else(null)?,
            customer: of.customer.and_then(|customer| state.customers.id(customer)).cloned(),
            amount: None,
            net: None,
            quantity: Amount::default(),
            product: None,
            category: None,
            country: None,
            new_customer: None,
            items: Vec::new(),
            facts: KnownFacts::default(),
        };
        let reading = Reading {
            lines: of.lines.to_vec(),
            items: vec![None],
            order_gross: of.lines.first().map_or(0, |line| line.gross),
            sponsor_ids: sponsors.iter().filter_map(sponsor).collect(),
            payable_at: at,
            ..Reading::default()
        };
        let telling = Telling { plan: self.plan, event: &event, reading: &reading, scratch };
        Ok(telling.outcome(None).lines)
    }

    /// The earlier row that a refund gives back.
    #[inline(always)]
    fn refunded_row(&self, row: usize) -> Result<Option<usize>, Problem> {
        let Some(column) = self.columns.refund_of else { return Ok(None) };
        let of = column.get(row).copied().unwrap_or(-1);
        let Ok(sold) = usize::try_from(of) else { return Ok(None) };
        if sold < row && column.get(sold).is_some_and(|of| *of < 0) {
            return Ok(Some(sold));
        }
        Err(Problem::new(
            REFUND_OF_UNKNOWN_SALE,
            format!("row `{sold}` is no earlier sale of this batch"),
            "count rows from 0; refunds of earlier batches go in one by one, with their lines",
        )
        .under("refund_of"))
    }

    /// Takes back what a refund of an earlier row makes undue.
    #[cold]
    fn give_back(
        &mut self,
        state: &mut State,
        row: usize,
        sold: usize,
        earnings: &mut Earnings,
    ) -> Result<(), Problem> {
        let currency = self.plan.document.currency;
        let Some(posted) = self.posted.get_mut(&sold) else {
            earnings.nothing();
            return Ok(());
        };
        let refund = Refund {
            id: row.to_string().parse()?,
            at: Instant::from_micros(self.columns.at.get(row).copied().unwrap_or_default())?,
            event: sold.to_string().parse()?,
            item: None,
            amount: from_minor(
                self.columns.amount_minor.get(row).copied().unwrap_or_default(),
                currency,
            ),
        };
        let refunded = self.plan.refund(state, self.roster, &refund, posted);
        // In a batch, the refund is this row and its amount a column of it.
        let outcome = refunded.map_err(|problem| problem.at("/amount_minor"))?;
        earnings.commission_minor.push(to_minor(outcome.total.amount, currency)?);
        earnings.lost_minor.push(0);
        for line in outcome.lines.iter().filter(|line| line.level > 0) {
            let number = self.sponsor_numbers.get(&line.partner).copied();
            let level = u8::try_from(line.level).unwrap_or(u8::MAX);
            let amount = to_minor(line.amount.amount, currency)?;
            earnings.overrides.push(row, number.unwrap_or_default(), level, amount);
        }
        posted.extend(outcome.lines);
        Ok(())
    }

    /// The number of the seller of a row, and how much there is to know of them.
    #[inline(always)]
    fn seller(&mut self, state: &mut State, row: usize) -> Result<(u32, Standing), Problem> {
        let columns = self.columns;
        let number = self.partners.get(&columns.partner, row, |id| {
            let id: Id = id.parse().map_err(|problem: Problem| problem.under("partner"))?;
            Ok(state.partners.number(&id))
        })?;
        match self.standings.get(index(number)) {
            None | Some(Standing::New) => Ok((number, self.meet(state, number)?)),
            Some(standing) => Ok((number, *standing)),
        }
    }

    #[inline(always)]
    fn special(&self, partner: u32, standing: Standing) -> Option<&Seller> {
        if standing == Standing::Special { self.sellers.get(&partner) } else { None }
    }

    /// Looks a partner up who was not seen in this batch before.
    #[cold]
    fn meet(&mut self, state: &State, number: u32) -> Result<Standing, Problem> {
        if index(number) >= self.standings.len() {
            let room = (index(number) + 1).next_multiple_of(1_024);
            self.standings.resize(room, Standing::New);
        }
        let standing = self.look_up(state, number)?;
        if let Some(place) = self.standings.get_mut(index(number)) {
            *place = standing;
        }
        Ok(standing)
    }

    fn look_up(&mut self, state: &State, number: u32) -> Result<Standing, Problem> {
        let Some(id) = state.partners.id(number) else { return Ok(Standing::Plain) };
        let record = self.roster.get(id);
        if record.is_some_and(|record| record.status == PartnerStatus::Closed) {
            return Ok(Standing::Closed);
        }
        let wanted = self.plan.document.overrides.iter().map(|one| usize::from(one.level)).max();
        let above: Vec<&Id> = self.roster.sponsors(id).take(wanted.unwrap_or(0)).collect();
        let mut seller = Seller {
            tier: record
                .and_then(|record| record.tier.as_ref())
                .and_then(|tier| self.plan.tier_number(tier)),
            earns: above.iter().map(|id| self.roster.earns(id)).collect(),
            sponsors: above.iter().map(|id| self.sponsor(id)).collect(),
            windows: Vec::new(),
        };
        for (position, window) in self.plan.windows.iter().enumerate() {
            if !window.needs_anchor() {
                continue;
            }
            let joined = record.and_then(|record| record.joined);
            let placed = window.place(self.plan.document.zone, joined);
            if let PlacedWindow::Periods(periods) = placed.map_err(|one| one.under("partner"))? {
                seller.windows.push((position, periods.cursor()));
            }
        }
        if seller.tier.is_none() && seller.sponsors.is_empty() && seller.windows.is_empty() {
            return Ok(Standing::Plain);
        }
        self.sellers.insert(number, seller);
        Ok(Standing::Special)
    }

    fn sponsor(&mut self, id: &Id) -> u32 {
        if let Some(known) = self.sponsor_numbers.get(id) {
            return *known;
        }
        let number = u32::try_from(self.sponsors.len()).unwrap_or(u32::MAX);
        self.sponsors.push(id.clone());
        self.sponsor_numbers.insert(id.clone(), number);
        number
    }

    #[inline(always)]
    fn customer(&mut self, state: &mut State, row: usize) -> Result<Option<u32>, Problem> {
        let (Some(numbering), Some(column)) = (&mut self.customers, &self.columns.customer) else {
            return Ok(None);
        };
        let number = numbering.get(column, row, |id| {
            let id: Id = id.parse().map_err(|problem: Problem| problem.under("customer"))?;
            Ok(state.customers.number(&id))
        })?;
        Ok(Some(number))
    }

    #[inline(always)]
    fn outside(&self, at: Instant) -> bool {
        let document = &self.plan.document;
        document.effective_from.is_some_and(|from| at < from)
            || document.effective_until.is_some_and(|until| at >= until)
    }

    #[inline(always)]
    fn line(&self, row: usize) -> Result<RowLine, Problem> {
        let columns = self.columns;
        let gross = columns.amount_minor.get(row).copied().unwrap_or_default();
        let net = columns.net_minor.and_then(|net| net.get(row)).copied().unwrap_or(gross);
        let quantity = columns.quantity.and_then(|column| column.get(row)).copied().unwrap_or(1);
        if (gross | net | quantity) < 0 {
            return Err(negative(gross, net, quantity));
        }
        let base = match self.plan.document.base {
            Base::Net => net,
            Base::Gross => gross,
        };
        Ok(RowLine { gross, base, quantity: Quantity::Whole(quantity) })
    }

    #[inline(always)]
    fn find_windows(&mut self, at: Instant) {
        for (ordinal, cursor) in self.windows.iter_mut().zip(&mut self.cursors) {
            if let Some(cursor) = cursor {
                *ordinal = cursor.ordinal_of(at);
            }
        }
    }

    fn find_own_windows(&mut self, partner: u32, at: Instant) {
        let Some(seller) = self.sellers.get_mut(&partner) else { return };
        for (position, cursor) in &mut seller.windows {
            if let Some(ordinal) = self.windows.get_mut(*position) {
                *ordinal = cursor.ordinal_of(at);
            }
        }
    }

    #[inline(always)]
    fn kind(&self, row: usize) -> EventKind {
        let code = self.columns.kind.as_ref().and_then(|kind| kind.codes.get(row));
        code.and_then(|code| self.kinds.get(code)).copied().unwrap_or(EventKind::Sale)
    }
}

impl Earnings {
    fn nothing(&mut self) {
        self.commission_minor.push(0);
        self.lost_minor.push(0);
    }

    #[inline(always)]
    fn add<N>(&mut self, plan: &Plan, scratch: &Scratch<N>, row: usize, seller: Option<&Seller>) {
        self.commission_minor.push(scratch.total);
        self.lost_minor.push(scratch.lost.iter().map(|lost| lost.amount).sum());
        for overriding in &scratch.overrides {
            let level = plan.document.overrides.get(overriding.rule).map_or(1, |one| one.level);
            let above = usize::from(level).saturating_sub(1);
            let sponsor = seller.and_then(|seller| seller.sponsors.get(above)).copied();
            self.overrides.push(row, sponsor.unwrap_or_default(), level, overriding.posted);
        }
    }
}

impl Overrides {
    fn push(&mut self, row: usize, partner: u32, level: u8, amount_minor: i64) {
        self.row.push(u64::try_from(row).unwrap_or(u64::MAX));
        self.partner.push(partner);
        self.level.push(level);
        self.amount_minor.push(amount_minor);
    }
}

/// Says which of a row's numbers is below zero.
#[cold]
fn negative(gross: i64, net: i64, quantity: i64) -> Problem {
    let named = [("amount_minor", gross), ("net_minor", net), ("quantity", quantity)];
    let found = named.into_iter().find(|(_, value)| *value < 0);
    let (name, value) = found.unwrap_or(("amount_minor", gross));
    super::engine::below_zero(&value).under(name)
}

/// The columns of the facts that conditions read.
fn slots(plan: &Plan, columns: &EventColumns<'_>) -> Result<Vec<Option<usize>>, Problem> {
    let mut slots = vec![None; plan.vocabulary.len()];
    for (position, (name, _)) in columns.facts.iter().enumerate() {
        let fact = plan.vocabulary.find(name).map_err(|problem| problem.under(name))?;
        if let Some(slot) = slots.get_mut(fact.slot()) {
            *slot = Some(position);
        }
    }
    Ok(slots)
}

fn truth(answer: Option<bool>) -> Truth {
    match answer {
        Some(true) => Truth::True,
        Some(false) => Truth::False,
        None => Truth::Unknown,
    }
}

/// A source of one fact.
struct OneWord<'a>(FactId, Option<&'a str>);

impl FactSource for OneWord<'_> {
    fn fact(&self, id: FactId) -> Option<ValueRef<'_>> {
        self.1.filter(|_| id == self.0).map(ValueRef::String)
    }
}

/// A row that conditions ask.
struct RowConditions<'a> {
    batch: &'a Batch<'a>,
    state: &'a State,
    of: &'a Row<'a>,
    row: usize,
    tier: Option<u16>,
}

impl Conditions for RowConditions<'_> {
    #[inline(always)]
    fn seller_has(&mut self, tier: Option<u16>) {
        self.tier = tier;
    }

    #[inline(always)]
    fn holds(&mut self, condition: ConditionId, _line: usize) -> Result<Truth, Box<Problem>> {
        match self.batch.answers.get(condition) {
            Some(Answer::ByWord(column, truths)) => {
                let Some((_, Facts::Words(words))) = self.batch.columns.facts.get(*column) else {
                    return Ok(Truth::Unknown);
                };
                let answer = match words.codes.get(self.row) {
                    Some(code) => truths.get(code),
                    None => truths.last(),
                };
                Ok(answer.copied().unwrap_or(Truth::Unknown))
            }
            _ => match self.batch.plan.conditions.get(condition) {
                Some(program) => Ok(program.test(self).map(truth)?),
                None => Ok(Truth::True),
            },
        }
    }

    fn missing(&self, _condition: ConditionId, _line: usize) -> Vec<String> {
        Vec::new()
    }
}

impl FactSource for RowConditions<'_> {
    fn fact(&self, id: FactId) -> Option<ValueRef<'_>> {
        let columns = self.batch.columns;
        let currency = self.batch.plan.document.currency;
        let column = self.batch.slots.get(id.slot()).copied().flatten();
        if let Some((_, facts)) = column.and_then(|column| columns.facts.get(column)) {
            return self.column(id, facts);
        }
        let line = self.of.lines.first()?;
        match BuiltIn::of(id)? {
            BuiltIn::Kind => Some(ValueRef::String(self.of.kind.as_str())),
            BuiltIn::At => {
                let at = columns.at.get(self.row).copied()?;
                Instant::from_micros(at).ok().map(ValueRef::Instant)
            }
            BuiltIn::Tier => {
                let tier = self.batch.plan.tier_ids.get(usize::from(self.tier?))?;
                Some(ValueRef::String(tier.as_str()))
            }
            // Not from the column: numbers are ids too.
            BuiltIn::Partner => self.state.partners.id(self.of.partner).map(id_string),
            BuiltIn::Customer => self.state.customers.id(self.of.customer?).map(id_string),
            BuiltIn::Total | BuiltIn::Amount => Some(ValueRef::Minor(line.gross, currency)),
            BuiltIn::Net => Some(ValueRef::Minor(line.base, currency)),
            BuiltIn::Quantity => Some(ValueRef::Decimal(line.quantity.decimal())),
            _ => None,
        }
    }
}

impl RowConditions<'_> {
    fn column<'f>(&self, id: FactId, facts: &'f Facts<'_>) -> Option<ValueRef<'f>> {
        let valid = |valid: &Option<&[bool]>| {
            valid.as_ref().is_none_or(|valid| valid.get(self.row).copied().unwrap_or(false))
        };
        match facts {
            Facts::Words(words) => words.get(self.row).map(ValueRef::String),
            Facts::Numbers(numbers, present) if valid(present) => {
                let number = numbers.get(self.row).copied()?;
                Some(match self.batch.plan.vocabulary.type_of(id)? {
                    FactType::Money { currency } => ValueRef::Minor(
                        number,
                        currency.unwrap_or(self.batch.plan.document.currency),
                    ),
                    _ => ValueRef::Integer(number),
                })
            }
            Facts::Micros(micros, present) if valid(present) => {
                Instant::from_micros(micros.get(self.row).copied()?).ok().map(ValueRef::Instant)
            }
            Facts::Booleans(booleans) => {
                booleans.get(self.row).copied().flatten().map(ValueRef::Bool)
            }
            Facts::Decimals(decimals) => {
                decimals.get(self.row).copied().flatten().map(ValueRef::Decimal)
            }
            Facts::Dates(dates) => dates.get(self.row).copied().flatten().map(ValueRef::Date),
            Facts::Numbers(..) | Facts::Micros(..) => None,
        }
    }
}

fn id_string(id: &Id) -> ValueRef<'_> {
    ValueRef::String(id.as_str())
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
