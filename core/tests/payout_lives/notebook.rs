//! The host and its notebook.

use guerdon::commission::{Line, LineKind};
use guerdon::kernel::calendar::Instant;
use guerdon::kernel::derived_id::{Cause, DerivedId};
use guerdon::kernel::id::Id;
use guerdon::kernel::money::{Amount, Money, to_minor};
use guerdon::payout::{
    AdjustInput, AdjustmentKind, Payee, Payout, PayoutOutcome, PayoutPolicyText, PayoutState,
    PostInput, Posting, ProposeInput, SettleInput, WithdrawInput, WithholdInput, adjust, post,
    propose, settle, withdraw, withhold,
};
use proptest::sample::Index;
use rust_decimal::Decimal;

/// 10 % of the first 100.00 of a year beyond 20.00, and 30 % of the rest.
const POLICY: &str = r#"{"format":"guerdon.payout_policy/1","id":"p","version":1,"currency":"USD",
    "minimum":"1.00","fee":{"charge":{"type":"flat","amount":"0.25"},"on_return":"kept"},
    "withholding":{"exempt":"20","schedule":{"mode":"marginal","steps":[
        {"from":0,"rate":{"percent":10}},{"from":100,"rate":{"percent":30}}]}}}"#;
const FEE: i64 = 25;

fn policy() -> PayoutPolicyText {
    POLICY.parse().unwrap()
}

/// Hours from the middle of December, so that histories go over the end of a year.
pub(crate) fn at(hour: i64) -> Instant {
    let start: Instant = "2026-12-15T00:00:00Z".parse().unwrap();
    start.plus_micros(hour * 3_600_000_000).unwrap()
}

const NEW_YEAR: i64 = 17 * 24;

pub(crate) fn id(text: &str) -> Id {
    text.parse().unwrap()
}

fn ann() -> Id {
    id("ann")
}

fn money(minor: i64) -> Money {
    Money { amount: Amount::from(Decimal::new(minor, 2)), currency: "USD".parse().unwrap() }
}

pub(crate) fn minor(money: Money) -> i64 {
    to_minor(money.amount, money.currency).unwrap()
}

#[derive(Clone, Debug)]
pub(crate) enum Happening {
    Earned {
        minor: i64,
        hold: i64,
    },
    /// Permille of what is left of an earlier line.
    Clawed {
        line: Index,
        permille: i64,
    },
    Withheld,
    /// Two proposals of the same postings, at two cut-offs, started in turn.
    Proposed {
        cut_offs: [i64; 2],
    },
    Asked {
        permille: i64,
    },
    Stepped {
        payout: Index,
        outcome: PayoutOutcome,
    },
    Forgiven {
        permille: i64,
    },
}

/// Something earned or taken back: how much, from when it counts, and in which year.
struct Noted {
    minor: i64,
    from: i64,
    year: usize,
}

/// Where the money of a payout is.
pub(crate) struct Sent {
    pub(crate) payout: Payout,
    pub(crate) state: PayoutState,
    pub(crate) attempt: u32,
    /// When it left or came back, in turn, with what.
    moves: Vec<(i64, i64)>,
}

#[derive(Default)]
pub(crate) struct Host {
    hour: i64,
    pub(crate) postings: Vec<Posting>,
    /// Each line, with what is left of it.
    pub(crate) lines: Vec<(Line, i64)>,
    noted: Vec<Noted>,
    pub(crate) withheld: [i64; 2],
    /// What was taken, or given back, and when.
    taxed: Vec<(i64, i64)>,
    pub(crate) sent: Vec<Sent>,
    requests: usize,
}

impl Host {
    fn year(hour: i64) -> usize {
        usize::from(hour >= NEW_YEAR)
    }

    pub(crate) fn balance(&self) -> i64 {
        let earned: i64 = self.noted.iter().map(|noted| noted.minor).sum();
        let moved: i64 = self.sent.iter().flat_map(|sent| &sent.moves).map(|(_, by)| by).sum();
        earned + moved - self.withheld.iter().sum::<i64>()
    }

    /// What leaves counts at once; what comes back, and what is earned, from its hour.
    fn counted(&self, hour: i64, beside: Option<DerivedId>) -> i64 {
        let sent = self.sent.iter().filter(|sent| Some(sent.payout.id) != beside);
        let moves = sent.flat_map(|sent| &sent.moves).copied();
        let taxed = self.taxed.iter().map(|(at, by)| (*at, -by));
        let gone: i64 =
            moves.chain(taxed).filter(|(at, by)| *by < 0 || *at <= hour).map(|(_, by)| by).sum();
        let earned = self.noted.iter().filter(|noted| noted.from <= hour);
        gone + earned.map(|noted| noted.minor).sum::<i64>()
    }

    /// The least that is there at any hour from one on.
    pub(crate) fn available(&self, hour: i64, beside: Option<DerivedId>) -> i64 {
        let hours = self.noted.iter().map(|noted| noted.from);
        let hours = hours.chain(self.sent.iter().flat_map(|sent| &sent.moves).map(|(at, _)| *at));
        let hours = hours.chain(self.taxed.iter().map(|(at, _)| *at));
        let later = hours.filter(|at| *at > hour).chain([hour]);
        later.map(|at| self.counted(at, beside)).min().unwrap()
    }

    /// What the tax office is to have of a year, in cents, rounded half away from zero.
    fn target(&self, year: usize, hour: i64) -> i64 {
        let counted = self.noted.iter().filter(|noted| noted.year == year && noted.from <= hour);
        let taxed = counted.map(|noted| noted.minor).sum::<i64>() - 2_000;
        let low = taxed.clamp(0, 10_000) * 10;
        let high = (taxed - 10_000).max(0) * 30;
        (low + high + 50) / 100
    }

    pub(crate) fn open(&self) -> bool {
        self.sent
            .iter()
            .any(|sent| matches!(sent.state, PayoutState::Pending | PayoutState::Processing))
    }

    fn due(&self, hour: i64) -> bool {
        let missing = |year| self.target(year, hour) - self.withheld[year] > 0;
        self.available(hour, None) > 0 && (missing(0) || missing(1))
    }

    // ---- what happens ----

    pub(crate) fn lives(history: &[(i64, Happening)]) -> Self {
        let mut host = Self::default();
        for (number, (later, happening)) in history.iter().enumerate() {
            host.hour += later;
            match happening {
                Happening::Earned { minor, hold } => host.earn(number, *minor, *hold),
                Happening::Clawed { line, permille } => host.claw(number, *line, *permille),
                Happening::Withheld => host.withhold(),
                Happening::Proposed { cut_offs } => host.propose(*cut_offs),
                Happening::Asked { permille } => host.ask(*permille),
                Happening::Stepped { payout, outcome } => host.step(*payout, *outcome),
                Happening::Forgiven { permille } => host.forgive(number, *permille),
            }
        }
        host
    }

    fn post(&mut self, line: Line) {
        self.postings.extend(post(PostInput { lines: vec![line] }).unwrap().postings);
    }

    fn earn(&mut self, number: usize, minor: i64, hold: i64) {
        let line = line(number, LineKind::Commission, minor, self.hour, self.hour + hold, None);
        self.lines.push((line.clone(), minor));
        let from = self.hour + hold;
        self.noted.push(Noted { minor, from, year: Self::year(from) });
        self.post(line);
    }

    fn claw(&mut self, number: usize, which: Index, permille: i64) {
        if self.lines.is_empty() {
            return;
        }
        let place = which.index(self.lines.len());
        let (origin, left) = &mut self.lines[place];
        let minor = *left * permille / 1_000;
        if minor == 0 {
            return;
        }
        *left -= minor;
        let payable = (origin.payable_at.micros() - at(0).micros()) / 3_600_000_000;
        let from = self.hour.max(payable);
        let reversal = line(number, LineKind::Reversal, -minor, self.hour, from, Some(origin.id));
        self.noted.push(Noted { minor: -minor, from, year: Self::year(payable) });
        self.post(reversal);
    }

    fn withhold(&mut self) {
        let asked = |host: &Self| {
            let (policy, partners) = (policy(), vec![Payee::new(ann())]);
            let (postings, at) = (host.postings.clone(), at(host.hour));
            withhold(WithholdInput { policy, postings, partners, at }).unwrap().postings
        };
        let postings = asked(self);
        let mut covered = self.available(self.hour, None).max(0);
        for year in 0..2 {
            let missing = (self.target(year, self.hour) - self.withheld[year]).min(covered);
            covered = (covered - missing).max(0);
            self.withheld[year] += missing;
            if missing != 0 {
                self.taxed.push((self.hour, missing));
            }
        }
        self.postings.extend(postings);
        assert!(asked(self).is_empty());
    }

    fn start(&mut self, payout: Payout, posting: Posting, hour: i64) {
        self.postings.push(posting);
        let moves = vec![(hour, -minor(payout.gross))];
        self.sent.push(Sent { payout, state: PayoutState::Pending, attempt: 1, moves });
    }

    fn propose(&mut self, cut_offs: [i64; 2]) {
        let ask = |cut_off: i64| {
            let (partners, rates) = (vec![Payee::new(ann())], Vec::new());
            let cut_off = at(self.hour + cut_off);
            let postings = self.postings.clone();
            propose(ProposeInput { policy: policy(), postings, partners, cut_off, rates }).unwrap()
        };
        let both = cut_offs.map(|cut_off| (self.hour + cut_off, ask(cut_off)));
        for (hour, proposal) in both {
            let available = self.available(hour, None);
            for payout in proposal.payouts {
                let known = self.sent.iter().any(|sent| sent.payout.id == payout.id);
                let allowed = !self.open() && minor(payout.gross) <= available;
                // Nothing is started ahead of its time: the host waits for the cut-off.
                self.hour = self.hour.max(hour);
                let when = self.hour;
                let input = self.settling(payout.clone(), PayoutOutcome::Started, when, 1);
                match settle(input) {
                    // Twice the same cut-off: the same payout, and the same posting.
                    Ok(posting) if known => assert!(self.postings.contains(&posting)),
                    Ok(posting) => {
                        assert!(allowed, "{payout:?} of {available}");
                        self.start(payout, posting, when);
                    }
                    Err(_) => assert!(!allowed, "{payout:?} of {available}"),
                }
            }
        }
    }

    fn settling(
        &self,
        payout: Payout,
        outcome: PayoutOutcome,
        hour: i64,
        attempt: u32,
    ) -> SettleInput {
        SettleInput { postings: self.postings.clone(), payout, outcome, at: at(hour), attempt }
    }

    fn ask(&mut self, permille: i64) {
        let available = self.available(self.hour, None);
        let wanted = available.max(1_000) * permille / 1_000;
        self.requests += 1;
        let input = WithdrawInput {
            policy: policy(),
            postings: self.postings.clone(),
            partner: Payee::new(ann()),
            request: id(&format!("request-{}", self.requests)),
            amount: money(wanted),
            at: at(self.hour),
            rates: Vec::new(),
        };
        let allowed = wanted <= available && wanted >= 100 && !self.open() && !self.due(self.hour);
        match withdraw(input) {
            Ok(taken) => {
                assert!(allowed, "{wanted} of {available}");
                assert_eq!(minor(taken.payout.gross), wanted);
                assert_eq!(minor(taken.payout.net), wanted - FEE);
                self.start(taken.payout, taken.posting, self.hour);
            }
            Err(problems) => {
                assert!(!allowed, "{problems}");
                let short =
                    problems.as_slice().iter().any(|one| one.code.as_str() == "balance_short");
                assert_eq!(short, wanted > available, "{problems}");
            }
        }
    }

    fn step(&mut self, which: Index, outcome: PayoutOutcome) {
        use PayoutOutcome::{Completed, Failed, Processing, Rejected, Returned, Started};
        if self.sent.is_empty() {
            return;
        }
        let place = which.index(self.sent.len());
        let open = self.open();
        let Sent { payout, state, attempt, .. } = &self.sent[place];
        let (payout, state) = (payout.clone(), *state);
        let attempt = if outcome == Started { attempt + 1 } else { *attempt };
        let gross = minor(payout.gross);
        let cut_off = (payout.cut_off.micros() - at(0).micros()) / 3_600_000_000;
        let hour = self.hour.max(cut_off);
        let allowed = match outcome {
            Started => {
                let there = self.available(cut_off, Some(payout.id)) >= gross;
                state == PayoutState::Failed && there && !open
            }
            Processing | Rejected => state == PayoutState::Pending,
            Completed | Failed => {
                matches!(state, PayoutState::Pending | PayoutState::Processing)
            }
            Returned => state == PayoutState::Completed,
        };
        let settled = settle(self.settling(payout, outcome, hour, attempt));
        // The same step at the same time is the same posting, and changes nothing.
        if settled.as_ref().is_ok_and(|posting| self.postings.contains(posting)) {
            return;
        }
        assert_eq!(settled.is_ok(), allowed, "{outcome:?} of {state:?}: {settled:?}");
        let Ok(posting) = settled else { return };
        self.postings.push(posting);
        let sent = &mut self.sent[place];
        sent.attempt = attempt;
        let (state, by) = match outcome {
            Started => (PayoutState::Pending, -gross),
            Processing => (PayoutState::Processing, 0),
            Completed => (PayoutState::Completed, 0),
            Failed => (PayoutState::Failed, gross),
            Rejected => (PayoutState::Rejected, gross),
            // The policy lets the method keep its fee.
            Returned => (PayoutState::Returned, gross - FEE),
        };
        sent.state = state;
        sent.moves.push((hour, by));
    }

    fn forgive(&mut self, number: usize, permille: i64) {
        let debt = (-self.balance()).max(0);
        let wanted = debt.max(100) * permille / 1_000;
        if wanted == 0 {
            return;
        }
        let input = AdjustInput {
            policy: policy(),
            postings: self.postings.clone(),
            id: id(&format!("forgiven-{number}")),
            partner: ann(),
            kind: AdjustmentKind::WriteOff,
            amount: money(wanted),
            at: at(self.hour),
            payable_at: None,
            reason: "lost".to_owned(),
            approved_by: vec![id("boss")],
        };
        let posting = adjust(input);
        assert_eq!(posting.is_ok(), wanted <= debt, "{wanted} of {debt}");
        let Ok(posting) = posting else { return };
        self.postings.push(posting);
        let (from, year) = (self.hour, Self::year(self.hour));
        self.noted.push(Noted { minor: wanted, from, year });
    }
}

fn line(
    number: usize,
    kind: LineKind,
    minor: i64,
    hour: i64,
    from: i64,
    origin: Option<DerivedId>,
) -> Line {
    let amount = money(minor);
    Line {
        id: Cause::of("line").number(i64::try_from(number).unwrap()).id(),
        kind,
        event: id(&format!("event-{number}")),
        item: None,
        partner: ann(),
        amount,
        at: at(hour),
        payable_at: at(from),
        plan: id("plan"),
        plan_version: 1,
        rule: Some(id("rule")),
        tier: None,
        rate: None,
        schedule: None,
        level: 0,
        base: amount,
        gross: amount,
        order_gross: amount,
        customer: None,
        measured: Amount::ZERO,
        counted: Amount::ZERO,
        origin,
        refunded: None,
    }
}
