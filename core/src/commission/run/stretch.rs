//! Rows in the same windows of time.
//!
//! Rows mostly come in the order of time, and then thousands of them lie in the same month. What
//! follows from the time of a row is found once for all rows of such a stretch.

use std::ops::Range;

use crate::kernel::calendar::Instant;
use crate::kernel::problem::Problem;

use super::batch::Batch;

/// Rows up to an end, all of them inside the plan's effective dates or all outside.
pub(super) struct Stretch {
    pub(super) end: usize,
    pub(super) outside: bool,
}

impl Batch<'_> {
    /// The stretch that starts at the first of these rows. The windows are then those of its rows.
    pub(super) fn stretch(&mut self, rows: Range<usize>) -> Result<Stretch, Problem> {
        let times = self.columns.at.get(rows.clone()).unwrap_or_default();
        let first = times.first().copied().unwrap_or_default();
        let at = Instant::from_micros(first).map_err(|problem| problem.under("at"))?;
        let (mut from, mut last) = (Instant::MIN.micros(), Instant::MAX.micros());
        let document = &self.plan.document;
        let mut outside = false;
        // An instant that changes something: what it was before, or what it is from there on.
        let edges = [(document.effective_from, true), (document.effective_until, false)];
        for (edge, outside_before) in edges {
            let Some(edge) = edge else { continue };
            if at < edge {
                last = last.min(edge.micros() - 1);
                outside |= outside_before;
            } else {
                from = from.max(edge.micros());
                outside |= !outside_before;
            }
        }
        if !outside {
            for (ordinal, cursor) in self.windows.iter_mut().zip(&mut self.cursors) {
                let Some(cursor) = cursor else { continue };
                *ordinal = cursor.ordinal_of(at);
                let (start, end) = cursor.bounds();
                from = from.max(start);
                last = last.min(end.saturating_sub(1));
            }
        }
        // Below zero for a time before the first or after the last: instants are so small that not
        // both differences can wrap to the other side.
        let beyond = |at: &i64| at.wrapping_sub(from) | last.wrapping_sub(*at);
        let inside = if times.iter().fold(0, |signs, at| signs | beyond(at)) < 0 {
            times.iter().take_while(|at| beyond(at) >= 0).count()
        } else {
            times.len()
        };
        Ok(Stretch { end: rows.start + inside.max(1), outside })
    }
}
