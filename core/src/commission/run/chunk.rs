//! The rows at hand, read column by column.
//!
//! What one column decides is worked out for a few thousand rows at a time, in a loop that does
//! nothing else: who sells, and the answer to each condition on a column of words.

use std::ops::Range;

use crate::columns::{Codes, Facts};
use crate::commission::conditions::{ConditionId, Truth};
use crate::commission::state::State;
use crate::kernel::problem::Problem;

use super::batch::Batch;
use super::conditions::Answer;

/// How many rows are read at a time; what is read of them stays in the nearest cache.
pub(super) const ROWS_AT_HAND: usize = 2_048;

/// What was read of the rows at hand.
#[derive(Default)]
pub(super) struct Chunk {
    start: usize,
    /// The numbers of the sellers.
    sellers: Vec<u32>,
    /// [`ROWS_AT_HAND`] answers for each condition; none where the row has to be asked.
    truths: Vec<Option<Truth>>,
}

impl Chunk {
    pub(super) fn new(conditions: usize) -> Self {
        let truths = vec![None; conditions.saturating_mul(ROWS_AT_HAND)];
        Self { start: 0, sellers: vec![0; ROWS_AT_HAND], truths }
    }

    #[inline(always)]
    pub(super) fn seller(&self, row: usize) -> u32 {
        self.sellers.get(row.wrapping_sub(self.start)).copied().unwrap_or_default()
    }

    /// Where some of the rows at hand stand among all of them.
    pub(super) fn at_hand(&self, rows: &Range<usize>) -> Range<usize> {
        rows.start.wrapping_sub(self.start)..rows.end.wrapping_sub(self.start)
    }

    /// The numbers of the sellers of some rows at hand.
    pub(super) fn sellers(&self, at_hand: Range<usize>) -> &[u32] {
        self.sellers.get(at_hand).unwrap_or_default()
    }

    /// Whether a condition holds for a row; none if the row has to be asked.
    #[inline(always)]
    pub(super) fn truth(&self, condition: ConditionId, row: usize) -> Option<Truth> {
        let place = condition.wrapping_mul(ROWS_AT_HAND).wrapping_add(row.wrapping_sub(self.start));
        self.truths.get(place).copied().flatten()
    }
}

impl Batch<'_> {
    /// Reads rows. If a seller's id is not one, its problem and row come back, and the rows before
    /// it can be rated.
    pub(super) fn read(
        &mut self,
        state: &mut State,
        rows: Range<usize>,
    ) -> Result<(), (usize, Problem)> {
        self.chunk.start = rows.start;
        match &mut self.straight {
            Some(straight) => straight.find(self.columns, &rows),
            None => self.answer(&rows),
        }
        let sellers = &mut self.sellers;
        let named = self.partners.number_each(
            &self.columns.partner,
            rows.clone(),
            &mut self.chunk.sellers,
            |id| sellers.meet(state, id),
        );
        named.map_err(|(done, problem)| (rows.start + done, problem))
    }

    /// Answers the conditions that words decide, row by row.
    fn answer(&mut self, rows: &Range<usize>) {
        for (condition, answer) in self.answers.iter().enumerate() {
            let Answer::ByWord(column, truths) = answer else { continue };
            let Some((_, Facts::Words(words))) = self.columns.facts.get(*column) else { continue };
            let from = condition.wrapping_mul(ROWS_AT_HAND);
            let Some(out) = self.chunk.truths.get_mut(from..) else { continue };
            let rows = rows.clone();
            match words.codes {
                Codes::Int8(codes) => answer_each(codes.get(rows), truths, out),
                Codes::Int16(codes) => answer_each(codes.get(rows), truths, out),
                Codes::Int32(codes) => answer_each(codes.get(rows), truths, out),
            }
        }
    }
}

/// Answers a condition by the words of a column, of which a negative code is a null.
fn answer_each<C: Copy>(codes: Option<&[C]>, truths: &[Truth], out: &mut [Option<Truth>])
where
    usize: TryFrom<C>,
{
    for (out, code) in out.iter_mut().zip(codes.unwrap_or_default()) {
        let answer = match usize::try_from(*code) {
            Ok(code) => truths.get(code),
            Err(_) => truths.last(),
        };
        *out = Some(answer.copied().unwrap_or(Truth::Unknown));
    }
}
