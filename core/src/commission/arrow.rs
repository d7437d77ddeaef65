//! What a run and a state tell, as Arrow record batches.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt8Array, UInt64Array,
    builder::{ArrayBuilder, StringBuilder},
};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
use arrow_schema::ArrowError;

use crate::columns::arrow::broken;
use crate::kernel::calendar::Instant;
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

use super::run::{Earnings, Overrides};
use super::totals::{Totals, TotalsWindow};

impl Earnings {
    /// A batch of `commission_minor` and `lost_minor`, with a row for each row of the run, and one
    /// of the overrides. Nothing is copied but the overrides' partners.
    ///
    /// # Errors
    /// `columns_broken` if the columns have different lengths, which a run's have not.
    pub fn into_batches(self) -> Result<(RecordBatch, RecordBatch), Problem> {
        let earnings = batch(vec![
            ("commission_minor", Arc::new(Int64Array::from(self.commission_minor)), FILLED),
            ("lost_minor", Arc::new(Int64Array::from(self.lost_minor)), FILLED),
        ])?;
        Ok((earnings, self.overrides.into_batch()?))
    }
}

impl Overrides {
    /// A batch of `row`, `partner`, `level` and `amount_minor`.
    fn into_batch(self) -> Result<RecordBatch, Problem> {
        let partners = self.partners.iter().map(Id::as_str);
        batch(vec![
            ("row", Arc::new(UInt64Array::from(self.row)), FILLED),
            ("partner", words(self.partner.into_iter().map(Some), partners)?, FILLED),
            ("level", Arc::new(UInt8Array::from(self.level)), FILLED),
            ("amount_minor", Arc::new(Int64Array::from(self.amount_minor)), FILLED),
        ])
    }
}

impl Totals {
    /// A batch of `meter`, `key`, `ordinal`, `window`, `window_start`, `window_end`, `measure`,
    /// `measure_exact` and `paid_minor`.
    ///
    /// # Errors
    /// `columns_broken` if the columns have different lengths, which a plan's have not.
    pub fn into_batch(self) -> Result<RecordBatch, Problem> {
        let bounds = |bound: fn(&TotalsWindow) -> Option<Instant>| {
            let micros = |window| bound(window).map(Instant::micros);
            let known: Vec<Option<i64>> = self.windows.iter().map(micros).collect();
            let (values, nulls) = filled(self.of_windows(&known).map(Option::flatten));
            Arc::new(TimestampMicrosecondArray::new(values.into(), nulls).with_timezone("UTC"))
        };
        let (start, end) = (bounds(|window| window.start), bounds(|window| window.end));
        let ordinals: Vec<i32> = self.windows.iter().map(|window| window.ordinal).collect();
        let ordinals: Vec<i32> =
            self.of_windows(&ordinals).map(Option::unwrap_or_default).collect();
        let labels = self.windows.iter().map(|window| window.label.as_str());
        let meters = self.meters.iter().map(String::as_str);
        let (measures, no_measures) = filled(self.measure.iter().copied());
        let mut exact = StringBuilder::new();
        for (entry, text) in &self.measure_exact {
            exact.append_nulls(entry.saturating_sub(exact.len()));
            exact.append_value(text);
        }
        exact.append_nulls(self.measure.len().saturating_sub(exact.len()));
        batch(vec![
            ("meter", words(self.meter.iter().copied().map(Some), meters)?, FILLED),
            ("key", words(self.key.iter().copied(), self.keys.iter().map(Id::as_str))?, NULLABLE),
            ("ordinal", Arc::new(Int32Array::from(ordinals)), FILLED),
            ("window", words(self.window.iter().copied().map(Some), labels)?, FILLED),
            ("window_start", start, NULLABLE),
            ("window_end", end, NULLABLE),
            ("measure", Arc::new(Int64Array::new(measures.into(), no_measures)), NULLABLE),
            ("measure_exact", Arc::new(exact.finish()), NULLABLE),
            ("paid_minor", Arc::new(Int64Array::from(self.paid_minor)), FILLED),
        ])
    }

    /// What is known of each window, entry by entry.
    fn of_windows<T: Copy>(&self, known: &[T]) -> impl Iterator<Item = Option<T>> + Clone {
        let place = |window: &u32| usize::try_from(*window).ok();
        self.window.iter().map(move |window| known.get(place(window)?).copied())
    }
}

/// Whether a column may have nulls.
const FILLED: bool = false;
const NULLABLE: bool = true;

/// A dictionary of words: codes with a sign, which every reader of Arrow takes.
fn words<'w>(
    codes: impl Iterator<Item = Option<u32>> + Clone,
    words: impl Iterator<Item = &'w str>,
) -> Result<ArrayRef, Problem> {
    let (keys, nulls) = filled(codes.map(|code| i32::try_from(code?).ok()));
    let keys = Int32Array::new(keys.into(), nulls);
    let words: StringArray = words.map(Some).collect();
    let dictionary = DictionaryArray::<Int32Type>::try_new(keys, Arc::new(words));
    Ok(Arc::new(dictionary.map_err(|reason: ArrowError| broken(&reason))?))
}

/// Values with something in the place of each null, and where those are, if there are any.
fn filled<T: Default>(
    values: impl Iterator<Item = Option<T>> + Clone,
) -> (Vec<T>, Option<NullBuffer>) {
    let filled: Vec<T> = values.clone().map(Option::unwrap_or_default).collect();
    if values.clone().all(|value| value.is_some()) {
        return (filled, None);
    }
    let numbered = values.enumerate();
    let nulls = numbered.filter_map(|(place, value)| value.is_none().then_some(place));
    let mut valid = BooleanBufferBuilder::new(filled.len());
    valid.append_n(filled.len(), true);
    for null in nulls {
        valid.set_bit(null, false);
    }
    (filled, Some(NullBuffer::new(valid.finish())))
}

fn batch(columns: Vec<(&str, ArrayRef, bool)>) -> Result<RecordBatch, Problem> {
    RecordBatch::try_from_iter_with_nullable(columns).map_err(|reason| broken(&reason))
}
