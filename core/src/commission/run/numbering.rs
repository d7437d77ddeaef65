//! Small numbers for the ids of a column.

use std::collections::HashMap;

use crate::columns::Ids;
use crate::kernel::problem::Problem;

/// Small numbers for the ids of a column, found as they are first seen.
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
    pub(super) fn get(
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
