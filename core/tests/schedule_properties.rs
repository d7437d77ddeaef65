//! Schedules against an oracle that walks: it pays each half unit of the measure by itself, and
//! looks at every step each time, where the library has one straight line per step.
//!
//! Beside the oracle: the laws that make amounts add up (any split and any order of the same
//! units earns the same, what is undone comes back exactly, the carry is never lost), and the
//! agreement of scaled integers with exact numbers wherever the integers answer.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed unwrap or index is a failed test"
)]

mod tries;

use guerdon::kernel::document::{Limits, parse, to_json};
use guerdon::kernel::exact::Exact;
use guerdon::kernel::money::{Amount, Rate, to_minor};
use guerdon::kernel::number::Number;
use guerdon::kernel::rounding::{Rounding, divide_i128};
use guerdon::kernel::schedule::{
    Compiled, Events, Many, Scale, Schedule, ScheduleBoundary, ScheduleMode, SchedulePosting,
    ScheduleRateInput, ScheduleStep, ScheduleText, check, compile_exact, compile_scaled,
    denominator, pieces, rate,
};
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rust_decimal::Decimal;
use tries::{USUAL, tries};

const MODES: [ScheduleMode; 5] = [
    ScheduleMode::Marginal,
    ScheduleMode::Retroactive,
    ScheduleMode::ProspectiveAfter,
    ScheduleMode::ProspectiveIncluding,
    ScheduleMode::PerTransaction,
];

/// Half units of the measure, the grid that the oracle walks on. Boundaries are whole units, so
/// that a measure can lie on one, between two, or just beside.
type Halves = i64;

fn big(num: i64, den: i64) -> BigRational {
    BigRational::new(BigInt::from(num), BigInt::from(den))
}

/// The oracle's view of a step, in its own numbers.
struct Plain {
    from: Halves,
    slope: BigRational,
    flat: BigRational,
}

struct Oracle {
    mode: ScheduleMode,
    lower_inclusive: bool,
    steps: Vec<Plain>,
}

impl Oracle {
    fn new(schedule: &Schedule) -> Self {
        let amount = |amount: Option<Amount>| {
            let decimal = amount.unwrap_or_default().decimal();
            BigRational::new(decimal.mantissa().into(), BigInt::from(10).pow(decimal.scale()))
        };
        let steps = schedule.steps.iter().map(|step| Plain {
            from: i64::try_from(step.from.decimal().mantissa()).unwrap() * 2,
            slope: amount(step.per_unit)
                + step.rate.as_ref().map_or_else(|| big(0, 1), |rate| rate.exact().to_big()),
            flat: amount(step.flat),
        });
        Self {
            mode: schedule.mode,
            lower_inclusive: schedule.boundary == ScheduleBoundary::LowerInclusive,
            steps: steps.collect(),
        }
    }

    fn entered(&self, step: &Plain, measure: Halves) -> bool {
        measure > 0 && (measure > step.from || (self.lower_inclusive && measure == step.from))
    }

    /// All flats that have been earned on the way to a measure.
    fn flats(&self, measure: Halves) -> BigRational {
        let entered = self.steps.iter().filter(|step| self.entered(step, measure));
        entered.fold(big(0, 1), |sum, step| sum + &step.flat)
    }

    /// The slope of the step reached, and its flat.
    fn reached(&self, measure: Halves) -> (BigRational, BigRational) {
        let entered = self.steps.iter().rev().find(|step| self.entered(step, measure));
        match (entered, &self.steps[0]) {
            (Some(step), _) => (step.slope.clone(), step.flat.clone()),
            (None, first) if first.from == 0 => (first.slope.clone(), big(0, 1)),
            _ => (big(0, 1), big(0, 1)),
        }
    }

    /// f, one half unit after the other.
    fn cumulative(&self, measure: Halves) -> BigRational {
        if self.mode == ScheduleMode::Retroactive {
            let (slope, flat) = self.reached(measure);
            return slope * big(measure, 2) + flat;
        }
        let mut sum = self.flats(measure);
        for half in measure..0 {
            sum -= self.reached(half).0 / big(2, 1);
        }
        for half in 0..measure {
            let paying = self.steps.iter().rev().find(|step| step.from <= half);
            sum += paying.map_or_else(|| big(0, 1), |step| &step.slope / big(2, 1));
        }
        sum
    }

    fn adds(&self, before: Halves, event: Halves) -> BigRational {
        if event < 0 {
            return -self.adds(before + event, -event);
        }
        let (after, units) = (before + event, big(event, 2));
        match self.mode {
            ScheduleMode::Marginal | ScheduleMode::Retroactive => {
                self.cumulative(after) - self.cumulative(before)
            }
            ScheduleMode::ProspectiveAfter => {
                self.reached(before).0 * units + self.flats(after) - self.flats(before)
            }
            ScheduleMode::ProspectiveIncluding => {
                self.reached(after).0 * units + self.flats(after) - self.flats(before)
            }
            ScheduleMode::PerTransaction => {
                let (slope, flat) = self.reached(event);
                slope * units + flat
            }
        }
    }
}

fn amount(mantissa: i64, scale: u32) -> Amount {
    Amount::from(Decimal::new(mantissa, scale))
}

fn halves(halves: Halves) -> Exact {
    Exact::ratio(halves.into(), 2).unwrap()
}

fn any_rate() -> impl Strategy<Value = Rate> {
    prop_oneof![
        (0_i128..=40).prop_map(|percent| Rate::new(Exact::ratio(percent, 100).unwrap())),
        (0_i128..=9, 1_i128..=9).prop_map(|(num, den)| Rate::new(Exact::ratio(num, den).unwrap())),
    ]
}

fn any_money() -> impl Strategy<Value = Amount> {
    (0_i64..=999, 0_u32..=3).prop_map(|(mantissa, scale)| amount(mantissa, scale))
}

prop_compose! {
    /// A valid schedule. Few steps mostly, sometimes enough for the other search; boundaries from
    /// 0 to about 30, or about 60 with many steps.
    fn any_schedule_of(modes: &'static [ScheduleMode])(
        mode in select(modes),
        boundary in select(vec![ScheduleBoundary::LowerInclusive, ScheduleBoundary::UpperInclusive]),
        starts_at_zero in any::<bool>(),
        widths in prop_oneof![
            4 => prop::collection::vec(1_i64..=8, 1..=4),
            1 => prop::collection::vec(1_i64..=4, 17..=20),
        ],
    )(
        pays in prop::collection::vec(
            (prop::option::of(any_rate()), prop::option::of(any_money()), prop::option::of(any_money())),
            widths.len(),
        ),
        with_ends in any::<bool>(),
        mode in Just(mode),
        boundary in Just(boundary),
        starts_at_zero in Just(starts_at_zero),
        widths in Just(widths),
    ) -> Schedule {
        let mut from = if starts_at_zero { 0 } else { widths[0] };
        let mut steps = Vec::new();
        for (width, (rate, per_unit, flat)) in widths.iter().zip(pays) {
            let silent = rate.is_none() && per_unit.is_none() && flat.is_none();
            steps.push(ScheduleStep {
                from: Amount::from(from),
                to: None,
                rate: if silent { Some(Rate::default()) } else { rate },
                per_unit,
                flat,
            });
            from += width;
        }
        if with_ends {
            for upper in 1..steps.len() {
                steps[upper - 1].to = Some(steps[upper].from);
            }
        }
        Schedule { mode, steps, boundary, posting: None }
    }
}

fn any_schedule() -> impl Strategy<Value = Schedule> {
    any_schedule_of(&MODES)
}

fn any_event() -> impl Strategy<Value = Halves> {
    prop_oneof![6 => 0_i64..=20, 3 => -20_i64..=80, 1 => Just(0_i64)]
}

/// Mostly among the boundaries, often around zero.
fn any_before() -> impl Strategy<Value = Halves> {
    prop_oneof![2 => 0_i64..=90, 1 => -20_i64..=4]
}

/// An order of `0..len`.
/// Events of a column, each with its measure before it, and what they come to.
struct Rows<'a>(&'a [(i64, i64)]);

impl Events for Rows<'_> {
    type Rated = Vec<i64>;

    fn each(self, rated: impl Fn(i64, i64) -> i64) -> Vec<i64> {
        self.0.iter().map(|(before, event)| rated(*before, *event)).collect()
    }
}

fn shuffled(len: usize, picks: &[Index]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..len).collect();
    let mut order = Vec::new();
    for pick in picks.iter().take(len) {
        order.push(left.remove(pick.index(left.len())));
    }
    order.extend(left);
    order
}

proptest! {
    #![proptest_config(tries(USUAL))]

    #[test]
    fn what_is_generated_is_valid_and_survives_its_text(schedule in any_schedule()) {
        prop_assert_eq!(check(&schedule), vec![]);
        let text = to_json(&schedule).unwrap();
        let read: Schedule = parse(&text, Limits::DOCUMENT).unwrap();
        prop_assert_eq!(read, schedule);
    }

    #[test]
    fn events_earn_what_the_walk_earns(
        schedule in any_schedule(),
        before in any_before(),
        event in any_event(),
    ) {
        let oracle = Oracle::new(&schedule);
        let compiled = compile_exact(&schedule).unwrap();
        let added = compiled.adds(&halves(before), &halves(event)).unwrap();
        prop_assert_eq!(added.to_big(), oracle.adds(before, event));
        let cumulative = compiled.cumulative(&halves(before)).map(|owed| owed.to_big());
        let expected = schedule.mode.is_cumulative().then(|| oracle.cumulative(before));
        prop_assert_eq!(cumulative, expected);
    }

    #[test]
    fn what_is_undone_comes_back_exactly(
        schedule in any_schedule(),
        before in any_before(),
        event in any_event(),
    ) {
        let compiled = compile_exact(&schedule).unwrap();
        let (before, event) = (halves(before), halves(event));
        let after = before.plus(&event).unwrap();
        let there = compiled.adds(&before, &event).unwrap();
        prop_assert_eq!(compiled.adds(&after, &-&event).unwrap(), -there);
        prop_assert_eq!(compiled.adds(&before, &Exact::ZERO).unwrap(), Exact::ZERO);
    }

    #[test]
    fn any_split_in_any_order_earns_the_same(
        schedule in any_schedule_of(&[ScheduleMode::Marginal, ScheduleMode::Retroactive]),
        events in prop::collection::vec(any_event(), 0..12),
        picks in prop::collection::vec(any::<Index>(), 12),
    ) {
        let compiled = compile_exact(&schedule).unwrap();
        let (mut measure, mut earned) = (Exact::ZERO, Exact::ZERO);
        for index in shuffled(events.len(), &picks) {
            let event = halves(events[index]);
            earned = earned.plus(&compiled.adds(&measure, &event).unwrap()).unwrap();
            measure = measure.plus(&event).unwrap();
        }
        let whole = halves(events.iter().sum());
        prop_assert_eq!(compiled.cumulative(&whole).unwrap(), earned);
    }

    #[test]
    fn pieces_make_up_the_amount(
        schedule in any_schedule(),
        before in any_before(),
        event in any_event(),
    ) {
        let compiled = compile_exact(&schedule).unwrap();
        let (before, event) = (halves(before), halves(event));
        let listed = pieces(&schedule, &compiled, &before, &event).unwrap();
        let sum = |of: &dyn Fn(usize) -> Exact| {
            (0..listed.len()).fold(Exact::ZERO, |sum, index| sum.plus(&of(index)).unwrap())
        };
        let added = compiled.adds(&before, &event).unwrap();
        prop_assert_eq!(sum(&|index| listed[index].amount.clone()), added);
        if schedule.steps[0].from == Amount::ZERO {
            prop_assert_eq!(sum(&|index| listed[index].measure.clone()), event);
        }
        for (index, piece) in listed.iter().enumerate() {
            let step = &schedule.steps[usize::try_from(piece.step).unwrap()];
            let slope = step.rate.clone().unwrap_or_default().exact()
                .plus(&Exact::from(step.per_unit.unwrap_or_default().decimal())).unwrap();
            let flat = Exact::from(piece.flat.unwrap_or_default().decimal());
            let paid = slope.times(&piece.measure).unwrap().plus(&flat).unwrap();
            prop_assert_eq!(&piece.amount, &paid);
            prop_assert_eq!((piece.step_from, &piece.rate, piece.per_unit), (step.from, &step.rate, step.per_unit));
            prop_assert!(!piece.measure.is_zero() || piece.flat.is_some());
            prop_assert!(listed.iter().skip(index + 1).all(|other| other.step != piece.step));
        }
    }

    #[test]
    fn scaled_integers_agree_wherever_they_answer(
        schedule in any_schedule(),
        measure_per_unit in select(vec![1_i64, 2, 100]),
        money_per_unit in select(vec![1_i64, 100, 1000]),
        times in 1_i64..=3,
        before in any_measure(),
        event in any_measure(),
    ) {
        let least = denominator(&schedule, measure_per_unit, money_per_unit).unwrap();
        let scale = Scale { measure_per_unit, money_per_unit, denominator: least * times };
        let narrow: Compiled<i64> = compile_scaled(&schedule, scale).unwrap();
        let wide: Compiled<i128> = compile_scaled(&schedule, scale).unwrap();
        let exact = compile_exact(&schedule).unwrap();

        let units = |ticks: i64| Exact::ratio(ticks.into(), measure_per_unit.into()).unwrap();
        let factor = Exact::from(money_per_unit).times(&Exact::from(scale.denominator)).unwrap();
        let whole = |value: Exact| value.times(&factor).unwrap().as_integer().unwrap();
        let added = whole(exact.adds(&units(before), &units(event)).unwrap());
        let owed = exact.cumulative(&units(before)).map(whole);

        prop_assert_eq!(wide.adds(&before.into(), &event.into()), Some(added));
        prop_assert_eq!(wide.cumulative(&before.into()), owed);
        if let Some(narrow) = narrow.adds(&before, &event) {
            prop_assert_eq!(i128::from(narrow), added);
        } else {
            // Only what is out of reach may go unanswered.
            prop_assert!(before.abs().max(event.abs()) > 1 << 30);
        }
        if let Some(narrow) = narrow.cumulative(&before) {
            prop_assert_eq!(Some(i128::from(narrow)), owed);
        }
        prop_assert_eq!(narrow.steps_reached(&before), exact.steps_reached(&units(before)));
    }

    #[test]
    fn columns_earn_what_events_earn(
        schedule in any_schedule(),
        measure_per_unit in select(vec![1_i64, 2, 100]),
        rows in proptest::collection::vec((0_i64..60_000, 0_i64..60_000), 1..20),
    ) {
        let least = denominator(&schedule, measure_per_unit, 100).unwrap();
        let scale = Scale { measure_per_unit, money_per_unit: 100, denominator: least };
        let narrow: Compiled<i64> = compile_scaled(&schedule, scale).unwrap();
        let wide: Compiled<i128> = compile_scaled(&schedule, scale).unwrap();
        let many = Many::of(&narrow).unwrap();

        let (added, owed) = (many.rate(Rows(&rows)), many.owe(Rows(&rows)));
        let mut most = 0;
        for (row, (before, event)) in rows.iter().enumerate() {
            let expected = wide.adds(&(*before).into(), &(*event).into());
            prop_assert_eq!(Some(i128::from(added[row])), expected);
            most = most.max(added[row].abs());
            if let Some(expected) = wide.cumulative(&(*before + *event).into()) {
                prop_assert_eq!(i128::from(owed[row]), expected);
                most = most.max(owed[row].abs());
            }
        }
        // Within a limit that their measures keep, amounts keep it too.
        let measured = rows.iter().map(|(before, event)| before + event).max().unwrap_or(0);
        for limit in [most / 2, (most - 1).max(0), most, most * 2, most * 20] {
            if many.most_measured(limit).is_some_and(|bound| bound >= measured) {
                prop_assert!(most <= limit, "{} of {}", most, limit);
            }
        }
        // The farthest measure is one that fits, where there is any.
        if let Some(far) = many.most_measured(i64::MAX) {
            let owed = wide.adds(&0, &far.into()).unwrap();
            prop_assert!(owed.abs() <= i64::MAX.into());
        }
    }

    #[test]
    fn a_denominator_is_needed_in_full(schedule in any_schedule()) {
        let least = denominator(&schedule, 1, 1).unwrap();
        for part in 1..=60 {
            let scale = Scale { measure_per_unit: 1, money_per_unit: 1, denominator: part };
            let compiled = compile_scaled::<i64>(&schedule, scale);
            prop_assert_eq!(compiled.is_some(), part % least == 0, "{} of {}", part, least);
        }
    }

    #[test]
    fn postings_keep_their_promise(
        schedule in any_schedule(),
        cumulative in any::<bool>(),
        before in any_before(),
        events in prop::collection::vec(any_event(), 0..10),
        rounding in select(&Rounding::ALL[..]),
    ) {
        let sums = schedule.mode.is_cumulative();
        let cumulative = schedule.mode == ScheduleMode::Retroactive || (sums && cumulative);
        let posting = cumulative.then_some(SchedulePosting::Cumulative);
        let schedule = Schedule { posting, ..schedule };
        let oracle = Oracle::new(&schedule);
        let usd = "USD".parse().unwrap();
        let half = |halves: Halves| amount(halves * 5, 1);
        let rating = rate(ScheduleRateInput {
            schedule: ScheduleText(schedule),
            before: half(before),
            posted: None,
            events: events.iter().copied().map(half).collect(),
            currency: usd,
            rounding,
        }).unwrap();

        let cents = |owed: &BigRational| {
            let (num, den) = (owed * big(100, 1)).into_raw();
            let small = |part: BigInt| i128::try_from(part).unwrap();
            i64::try_from(divide_i128(small(num), small(den), rounding)).unwrap()
        };
        let mut measure = before;
        let mut owed = if sums { oracle.cumulative(before) } else { big(0, 1) };
        let opening = cents(&owed);
        let mut posted = opening;
        for (event, rated) in events.iter().zip(&rating.events) {
            let added = oracle.adds(measure, *event);
            measure += event;
            owed += &added;
            let amount = to_minor(rated.amount.amount, usd).unwrap();
            let expected = if cumulative { cents(&owed) - posted } else { cents(&added) };
            posted += amount;
            prop_assert_eq!(amount, expected);
            prop_assert_eq!(rated.exact.to_big(), added);
            prop_assert_eq!(&rated.cumulative_measure, &halves(measure));
            prop_assert_eq!(rated.carry.to_big(), &owed - big(posted, 100));
        }
        prop_assert_eq!(rating.events.len(), events.len());
        prop_assert_eq!(to_minor(rating.total.amount, usd).unwrap(), posted - opening);
        if cumulative {
            prop_assert_eq!(posted, cents(&oracle.cumulative(measure)));
        }
    }
}

/// Small measures around the boundaries, and ones that 64 bits of product cannot hold.
fn any_measure() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => -500_i64..=8_000,
        1 => -(1_i64 << 31)..=1 << 31,
        1 => -(1_i64 << 62)..=(1 << 62) - 1,
    ]
}
