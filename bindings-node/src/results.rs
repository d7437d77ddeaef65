//! Columns on their way out: the core's lists become typed arrays.
//!
//! A column with nulls is `{values, valid}`; words are `{codes, words}`, where a code of -1 is a
//! null. Columns go in in the same forms.

use guerdon::commission::{Earnings, Overrides, Totals, TotalsWindow};
use guerdon::kernel::calendar::Instant;
use napi::bindgen_prelude::{BigInt64Array, Int32Array, Uint8Array, Uint32Array};
use napi_derive::napi;

/// Which word each row has.
#[napi(object, object_from_js = false)]
pub struct Words {
    pub codes: Int32Array,
    pub words: Vec<String>,
}

/// Numbers, and which rows have one.
#[napi(object, object_from_js = false)]
pub struct Nullable {
    pub values: BigInt64Array,
    pub valid: Uint8Array,
}

/// What each row of a run earned.
#[napi(object, object_from_js = false)]
pub struct Earned {
    #[napi(js_name = "commission_minor")]
    pub commission_minor: BigInt64Array,
    #[napi(js_name = "lost_minor")]
    pub lost_minor: BigInt64Array,
    pub overrides: EarnedOverrides,
}

/// What sponsors earned.
#[napi(object, object_from_js = false)]
pub struct EarnedOverrides {
    pub row: Uint32Array,
    pub partner: Words,
    pub level: Uint8Array,
    #[napi(js_name = "amount_minor")]
    pub amount_minor: BigInt64Array,
}

/// The sums of a state.
#[napi(object, object_from_js = false)]
pub struct TotalsColumns {
    pub meter: Words,
    pub key: Words,
    pub ordinal: Int32Array,
    pub window: Words,
    #[napi(js_name = "window_start")]
    pub window_start: Nullable,
    #[napi(js_name = "window_end")]
    pub window_end: Nullable,
    pub measure: Nullable,
    #[napi(js_name = "measure_exact")]
    pub measure_exact: Words,
    #[napi(js_name = "paid_minor")]
    pub paid_minor: BigInt64Array,
}

impl From<Earnings> for Earned {
    fn from(earnings: Earnings) -> Self {
        Self {
            commission_minor: BigInt64Array::new(earnings.commission_minor),
            lost_minor: BigInt64Array::new(earnings.lost_minor),
            overrides: earnings.overrides.into(),
        }
    }
}

impl From<Overrides> for EarnedOverrides {
    fn from(overrides: Overrides) -> Self {
        // A JavaScript array has fewer rows than 32 bits count.
        let row = |row: &u64| u32::try_from(*row).unwrap_or(u32::MAX);
        Self {
            row: Uint32Array::new(overrides.row.iter().map(row).collect()),
            partner: words(overrides.partner.into_iter().map(Some), overrides.partners),
            level: Uint8Array::new(overrides.level),
            amount_minor: BigInt64Array::new(overrides.amount_minor),
        }
    }
}

impl From<Totals> for TotalsColumns {
    fn from(totals: Totals) -> Self {
        let place = |window: &u32| usize::try_from(*window).ok();
        let window = |window: &u32| totals.windows.get(place(window)?);
        let windows: Vec<Option<&TotalsWindow>> = totals.window.iter().map(window).collect();
        let micros = |bound: fn(&TotalsWindow) -> Option<Instant>| {
            nullable(windows.iter().map(|window| Some(bound((*window)?)?.micros())))
        };
        let ordinals = windows.iter().map(|window| window.map_or(0, |window| window.ordinal));
        let labels: Vec<String> =
            totals.windows.iter().map(|window| window.label.clone()).collect();
        let length = totals.key.len();
        Self {
            meter: words(totals.meter.into_iter().map(Some), totals.meters),
            key: words(totals.key.into_iter(), totals.keys),
            ordinal: Int32Array::new(ordinals.collect()),
            window: words(totals.window.iter().copied().map(Some), labels),
            window_start: micros(|window| window.start),
            window_end: micros(|window| window.end),
            measure: nullable(totals.measure.into_iter()),
            measure_exact: texts(totals.measure_exact, length),
            paid_minor: BigInt64Array::new(totals.paid_minor),
        }
    }
}

fn words<W: ToString>(codes: impl Iterator<Item = Option<u32>>, words: Vec<W>) -> Words {
    let code = |code: Option<u32>| code.and_then(|code| i32::try_from(code).ok()).unwrap_or(-1);
    Words {
        codes: Int32Array::new(codes.map(code).collect()),
        words: words.iter().map(ToString::to_string).collect(),
    }
}

/// Words of which nearly all are nulls: each text stands with its place.
fn texts(found: Vec<(usize, String)>, length: usize) -> Words {
    let mut codes: Vec<Option<u32>> = vec![None; length];
    for (code, (place, _)) in (0..).zip(&found) {
        if let Some(at) = codes.get_mut(*place) {
            *at = Some(code);
        }
    }
    words(codes.into_iter(), found.into_iter().map(|(_, text)| text).collect())
}

fn nullable(each: impl Iterator<Item = Option<i64>> + Clone) -> Nullable {
    let valid = each.clone().map(|value| u8::from(value.is_some())).collect();
    let values = each.map(Option::unwrap_or_default).collect();
    Nullable { values: BigInt64Array::new(values), valid: Uint8Array::new(valid) }
}
