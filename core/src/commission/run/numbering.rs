//! Small numbers for the ids of a column, found as they are first seen.

use std::collections::HashMap;
use std::ops::Range;

use crate::columns::{Codes, Ids};
use crate::kernel::problem::Problem;

/// The numbers that were found so far.
pub(super) enum Numbering {
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
    pub(super) fn of(ids: &Ids<'_>) -> Self {
        let numbers = match ids {
            Ids::Words(words) => return Self::Words(vec![UNSEEN; words.words.len()]),
            Ids::Numbers(numbers) => *numbers,
        };
        let room = numbers.len().saturating_mul(2).max(1_024);
        // All bits together are a bound that takes less to find, where no number is below zero.
        let bits = numbers.iter().fold(0, |bits, number| bits | number);
        let bounds =
            Some((0, bits)).filter(|bounds| span(*bounds).is_some_and(|span| span <= room));
        let (least, most) = bounds.unwrap_or_else(|| bounds_of(numbers));
        match span((least, most)) {
            Some(span) if span <= room => Self::Dense { least, numbers: vec![UNSEEN; span] },
            _ => Self::Sparse(HashMap::new()),
        }
    }

    /// The numbers of some rows' ids; `name` gives the number of an id that was not seen before.
    /// A problem with an id comes with the number of rows before it.
    pub(super) fn number_each(
        &mut self,
        ids: &Ids<'_>,
        rows: Range<usize>,
        out: &mut [u32],
        mut name: impl FnMut(&str) -> Result<u32, Problem>,
    ) -> Result<(), (usize, Problem)> {
        match (self, ids) {
            (Self::Dense { least, numbers }, Ids::Numbers(column)) => {
                let ids = column.get(rows).unwrap_or_default();
                let least = *least;
                let mut all_seen = true;
                let known = numbers.as_slice();
                for (out, id) in out.iter_mut().zip(ids) {
                    *out = known.get(place(*id, least)).copied().unwrap_or(UNSEEN);
                    all_seen &= *out != UNSEEN;
                }
                if all_seen {
                    return Ok(());
                }
                for (done, (out, id)) in out.iter_mut().zip(ids).enumerate() {
                    let number = number_at(numbers, place(*id, least), || name(&id.to_string()));
                    *out = number.map_err(|one| (done, one))?;
                }
            }
            (Self::Words(numbers), Ids::Words(words)) => {
                let mut name = |code: usize| name(words.words.get(code).copied().unwrap_or(""));
                match words.codes {
                    Codes::Int8(codes) => by_code(numbers, codes.get(rows), out, &mut name),
                    Codes::Int16(codes) => by_code(numbers, codes.get(rows), out, &mut name),
                    Codes::Int32(codes) => by_code(numbers, codes.get(rows), out, &mut name),
                }?;
            }
            (numbering, _) => {
                for (done, (out, row)) in out.iter_mut().zip(rows).enumerate() {
                    *out = numbering.get(ids, row, &mut name).map_err(|one| (done, one))?;
                }
            }
        }
        Ok(())
    }

    /// The number of a row's id; `name` gives the number of an id that was not seen before.
    #[inline]
    pub(super) fn get(
        &mut self,
        ids: &Ids<'_>,
        row: usize,
        name: impl FnOnce(&str) -> Result<u32, Problem>,
    ) -> Result<u32, Problem> {
        match (self, ids) {
            (Self::Dense { least, numbers }, Ids::Numbers(column)) => {
                let id = column.get(row).copied().unwrap_or_default();
                number_at(numbers, place(id, *least), || name(&id.to_string()))
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
                number_at(numbers, code, || {
                    name(words.words.get(code).copied().unwrap_or_default())
                })
            }
            // The numbering was made of this column.
            _ => name(""),
        }
    }
}

/// The least and the largest of some numbers.
fn bounds_of(numbers: &[i64]) -> (i64, i64) {
    numbers
        .iter()
        .fold((i64::MAX, i64::MIN), |(least, most), number| (least.min(*number), most.max(*number)))
}

/// How many numbers there are between two, both included.
fn span((least, most): (i64, i64)) -> Option<usize> {
    usize::try_from(most.checked_sub(least)?).ok()?.checked_add(1)
}

/// How far a number is above the least; one below it is too far for any table.
#[inline(always)]
fn place(id: i64, least: i64) -> usize {
    let above = u64::from_ne_bytes(id.wrapping_sub(least).to_ne_bytes());
    usize::try_from(above).unwrap_or(usize::MAX)
}

/// The number at a place, which `name` gives where there is none yet.
#[inline(always)]
fn number_at(
    numbers: &mut [u32],
    place: usize,
    name: impl FnOnce() -> Result<u32, Problem>,
) -> Result<u32, Problem> {
    match numbers.get_mut(place) {
        Some(number) if *number != UNSEEN => Ok(*number),
        place => {
            let number = name()?;
            if let Some(place) = place {
                *place = number;
            }
            Ok(number)
        }
    }
}

fn by_code<C: Copy>(
    numbers: &mut [u32],
    codes: Option<&[C]>,
    out: &mut [u32],
    name: &mut impl FnMut(usize) -> Result<u32, Problem>,
) -> Result<(), (usize, Problem)>
where
    usize: TryFrom<C>,
{
    for (done, (out, code)) in out.iter_mut().zip(codes.unwrap_or_default()).enumerate() {
        // That codes point at words was checked before.
        let code = usize::try_from(*code).unwrap_or_default();
        *out = number_at(numbers, code, || name(code)).map_err(|one| (done, one))?;
    }
    Ok(())
}
