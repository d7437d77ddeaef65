//! How many cases a property tries: few in the gate, as many as the time allows in `make properties`.

use proptest::prelude::ProptestConfig;

/// What proptest tries of a property that asks for no number.
pub(crate) const USUAL: u32 = 256;

/// So many cases in the gate. `PROPTEST_CASES` makes more or fewer of every property in the same
/// proportion: with 2,560 it is ten times as many.
///
/// The number is said aloud, for `make properties` to add up.
#[allow(clippy::print_stdout, reason = "libtest shows it only when asked for, or with a failure")]
pub(crate) fn tries(cases: u32) -> ProptestConfig {
    let config = ProptestConfig::default();
    let scaled = (u64::from(cases) * u64::from(config.cases)).div_ceil(u64::from(USUAL));
    let cases = u32::try_from(scaled).unwrap_or(u32::MAX);
    println!("property: {cases} cases");
    // What fails is kept as a vector or as a test, not as a seed.
    ProptestConfig { cases, failure_persistence: None, ..config }
}
