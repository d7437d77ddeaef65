//! What a run and a state tell, as Arrow record batches.

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt8Array, UInt64Array,
};
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
        let place = |window: &u32| usize::try_from(*window).ok();
        let window = |window: &u32| self.windows.get(place(window)?);
        let windows: Vec<Option<&TotalsWindow>> = self.window.iter().map(window).collect();
        let micros = |bound: fn(&TotalsWindow) -> Option<Instant>| {
            let bounds = windows.iter().map(|window| Some(bound((*window)?)?.micros()));
            Arc::new(bounds.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
        };
        let ordinals = windows.iter().map(|window| window.map_or(0, |window| window.ordinal));
        let labels = self.windows.iter().map(|window| window.label.as_str());
        let meters = self.meters.iter().map(String::as_str);
        batch(vec![
            ("meter", words(self.meter.iter().copied().map(Some), meters)?, FILLED),
            ("key", words(self.key.iter().copied(), self.keys.iter().map(Id::as_str))?, NULLABLE),
            ("ordinal", Arc::new(ordinals.collect::<Int32Array>()), FILLED),
            ("window", words(self.window.iter().copied().map(Some), labels)?, FILLED),
            ("window_start", micros(|window| window.start), NULLABLE),
            ("window_end", micros(|window| window.end), NULLABLE),
            ("measure", Arc::new(Int64Array::from(self.measure)), NULLABLE),
            ("measure_exact", Arc::new(StringArray::from(self.measure_exact)), NULLABLE),
            ("paid_minor", Arc::new(Int64Array::from(self.paid_minor)), FILLED),
        ])
    }
}

/// Whether a column may have nulls.
const FILLED: bool = false;
const NULLABLE: bool = true;

/// A dictionary of words: codes with a sign, which every reader of Arrow takes.
fn words<'w>(
    codes: impl Iterator<Item = Option<u32>>,
    words: impl Iterator<Item = &'w str>,
) -> Result<ArrayRef, Problem> {
    let keys: Int32Array = codes.map(|code| i32::try_from(code?).ok()).collect();
    let words: StringArray = words.map(Some).collect();
    let dictionary = DictionaryArray::<Int32Type>::try_new(keys, Arc::new(words));
    Ok(Arc::new(dictionary.map_err(|reason: ArrowError| broken(&reason))?))
}

fn batch(columns: Vec<(&str, ArrayRef, bool)>) -> Result<RecordBatch, Problem> {
    RecordBatch::try_from_iter_with_nullable(columns).map_err(|reason| broken(&reason))
}
