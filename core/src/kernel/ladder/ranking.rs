//! Rankings: who comes first by a measure, and who shares a place.
//!
//! A ranking is a function of the set of entries. Equal measures share a rank and are listed by id,
//! so that the same entries give the same list in whatever order they come:
//!
//! | measures | 90 | 80 | 80 | 70 |
//! |---|---|---|---|---|
//! | `competition` | 1 | 2 | 2 | 4 |
//! | `dense` | 1 | 2 | 2 | 3 |
//! | `ordinal` | 1 | 2 | 3 | 4 |

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::Amount;
use crate::kernel::problem::{Problem, Problems};

use super::progress::amount;
use super::{LadderText, Levels, RANKING_REPEATED, RANKING_UNKNOWN, check};

/// What `ladder.rank` takes.
#[model]
pub struct RankingInput {
    /// Who is ranked, in any order, each once.
    pub entries: Vec<RankingEntry>,
    /// What rank equal measures have; the standard competition ranking unless said.
    #[model(default)]
    pub ties: RankingTies,
    /// Which measure comes first; the largest unless said.
    #[model(default)]
    pub order: RankingOrder,
    /// How many ranks are told, those who share the last one included; all unless said.
    pub top: Option<u32>,
    /// Who is told whatever the rank, with the one before and the one after.
    pub around: Option<Id>,
    /// A ladder, to tell the level that each measure reaches.
    pub ladder: Option<LadderText>,
}

/// One who is ranked.
#[model]
#[derive(Eq)]
pub struct RankingEntry {
    /// Who.
    pub id: Id,
    /// The measure, such as the volume of a month; zero and less are ranked like any other.
    pub measure: Amount,
    /// The measure of the time before, to tell who moved; not ranked then unless said.
    pub previous: Option<Amount>,
}

/// What rank equal measures have.
#[model]
#[derive(Default)]
pub enum RankingTies {
    /// The best of their places, and the places of the others stay empty: 1, 2, 2, 4.
    #[default]
    Competition,
    /// The next number, and no number is left out: 1, 2, 2, 3.
    Dense,
    /// A place for each, by id: 1, 2, 3, 4.
    Ordinal,
}

/// Which measure comes first.
#[model]
#[derive(Default)]
pub enum RankingOrder {
    /// The largest.
    #[default]
    Descending,
    /// The smallest.
    Ascending,
}

/// What `ladder.rank` gives.
#[model]
#[derive(Eq)]
pub struct Ranking {
    /// How many were ranked.
    pub count: u64,
    /// Those who are told, by rank, then id.
    pub ranked: Vec<Ranked>,
}

/// A place in a ranking.
#[model]
#[derive(Eq)]
pub struct Ranked {
    /// The rank, from 1.
    pub rank: u64,
    /// Who.
    pub id: Id,
    /// The measure.
    pub measure: Amount,
    /// How many have the same measure, this one included.
    pub sharing: u64,
    /// How far it is to the next better measure; none for the best.
    pub gap: Option<Amount>,
    /// The level that the measure reaches, where there is a ladder; none below the first.
    pub level: Option<Id>,
    /// The rank by the measures of the time before.
    pub previous_rank: Option<u64>,
    /// How many ranks it went up since, or down when it is below zero.
    pub moved: Option<i64>,
}

/// Ranks entries by their measures.
///
/// # Errors
/// Everything that is wrong with the ladder; `ranking_repeated` for an id that comes twice;
/// `ranking_unknown` for one to be told that is not ranked; `overflow` for a gap that fits no
/// decimal.
pub fn rank(input: RankingInput) -> Result<Ranking, Problems> {
    let levels = match &input.ladder {
        None => None,
        Some(ladder) => {
            let found = check(&ladder.0).into_iter().map(|problem| problem.under("ladder"));
            Problems::verdict(found.collect())?;
            Some(Levels::exact(&ladder.0)?)
        }
    };
    check_ids(&input.entries)?;
    let now = |entry: &RankingEntry| Some(entry.measure);
    let places = Places::of(&input, now);
    let before = Places::of(&input, |entry| entry.previous);
    let previous: BTreeMap<&Id, u64> =
        before.rows.iter().map(|place| (&place.entry.id, place.rank)).collect();
    let shown = shown(&input, &places)?;
    let mut ranked = Vec::new();
    for (place, _) in places.rows.iter().zip(shown).filter(|(_, shown)| *shown) {
        let measure = place.entry.measure;
        let gap = place.better.map(|better| gap(better, measure)).transpose()?;
        let exact = Exact::from(measure.decimal());
        let reached = |levels: &Levels| levels.id(levels.rank_of(&exact).checked_sub(1));
        let previous_rank = previous.get(&place.entry.id).copied();
        let moved = previous_rank.map(|before| {
            let signed = |rank: u64| i64::try_from(rank).unwrap_or(i64::MAX);
            signed(before).saturating_sub(signed(place.rank))
        });
        ranked.push(Ranked {
            rank: place.rank,
            id: place.entry.id.clone(),
            measure,
            sharing: place.sharing,
            gap,
            level: levels.as_ref().and_then(reached),
            previous_rank,
            moved,
        });
    }
    Ok(Ranking { count: number(places.rows.len()), ranked })
}

fn check_ids(entries: &[RankingEntry]) -> Result<(), Problems> {
    let mut seen = BTreeMap::new();
    let mut found = Vec::new();
    for (position, entry) in entries.iter().enumerate() {
        if seen.insert(&entry.id, position).is_some() {
            let problem = Problem::new(
                RANKING_REPEATED,
                format!("`{}` is ranked twice", entry.id),
                "add up what belongs to one id",
            );
            found.push(problem.under("id").under(position).under("entries"));
        }
    }
    Problems::verdict(found)
}

/// One place: whose, which rank, and what it is shared with and behind.
struct Place<'a> {
    entry: &'a RankingEntry,
    rank: u64,
    sharing: u64,
    better: Option<Amount>,
}

/// All places by one of the measures, in their order.
struct Places<'a> {
    rows: Vec<Place<'a>>,
}

impl<'a> Places<'a> {
    fn of(input: &'a RankingInput, measure: impl Fn(&RankingEntry) -> Option<Amount>) -> Self {
        let entries = input.entries.iter();
        let mut sorted: Vec<(Amount, &RankingEntry)> =
            entries.filter_map(|entry| Some((measure(entry)?, entry))).collect();
        sorted.sort_by(|(one, first), (other, second)| {
            let order = match input.order {
                RankingOrder::Descending => other.cmp(one),
                RankingOrder::Ascending => one.cmp(other),
            };
            order.then_with(|| first.id.cmp(&second.id))
        });
        let mut rows: Vec<Place<'a>> = Vec::with_capacity(sorted.len());
        let (mut groups, mut better) = (0, None);
        for group in sorted.chunk_by(|(one, _), (other, _)| one.cmp(other) == Ordering::Equal) {
            let first = number(rows.len()) + 1;
            groups += 1;
            for (place, (_, entry)) in group.iter().enumerate() {
                let rank = match input.ties {
                    RankingTies::Competition => first,
                    RankingTies::Dense => groups,
                    RankingTies::Ordinal => first + number(place),
                };
                rows.push(Place { entry, rank, sharing: number(group.len()), better });
            }
            better = group.first().map(|(measure, _)| *measure);
        }
        Self { rows }
    }
}

/// Who is told, in the order of the places.
fn shown(input: &RankingInput, places: &Places<'_>) -> Result<Vec<bool>, Problem> {
    let within = |place: &Place<'_>| input.top.is_none_or(|top| place.rank <= u64::from(top));
    let mut shown: Vec<bool> = places.rows.iter().map(within).collect();
    let Some(wanted) = &input.around else { return Ok(shown) };
    let Some(middle) = places.rows.iter().position(|place| place.entry.id == *wanted) else {
        let problem = Problem::new(
            RANKING_UNKNOWN,
            format!("`{wanted}` is not among the entries"),
            "rank it with the others, or leave `around` out",
        );
        return Err(problem.under("around"));
    };
    for (place, shown) in shown.iter_mut().enumerate() {
        // When nobody asked for a top, everybody is told anyway.
        *shown |= place + 1 >= middle && place <= middle + 1;
    }
    Ok(shown)
}

fn gap(better: Amount, measure: Amount) -> Result<Amount, Problem> {
    let (better, measure) = (Exact::from(better.decimal()), Exact::from(measure.decimal()));
    amount(&better.checked_sub(&measure)?.abs())
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
