//! Adding one span to many instants that lie close together.

use super::{Instant, MICROS_PER_DAY, Span, Zone};
use crate::kernel::problem::Problem;

/// Adds a span to instants, quickly to those of the local day that it added to last.
///
/// Within a local day, a span moves every instant by the same time, as long as clocks do not
/// change on that day or on the day where it leads. So the second look-up on a day is an addition.
///
/// ```
/// use guerdon::kernel::calendar::{Instant, SpanCursor};
///
/// let mut hold = SpanCursor::new("P30D".parse()?, "America/New_York".parse()?);
/// for at in ["2026-10-20T10:00:00Z", "2026-10-20T11:30:00Z"] {
///     let at: Instant = at.parse()?;
///     let held = hold.add_to(at)?;
///     // Clocks go back in between.
///     assert_eq!(held.micros_since(at), (30 * 24 + 1) * 3_600_000_000);
/// }
/// # Ok::<(), guerdon::Problem>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SpanCursor {
    span: Span,
    zone: Zone,
    /// The day, and by how much its instants are moved; nothing lies in an empty day.
    from: i64,
    until: i64,
    plus: i64,
}

impl SpanCursor {
    /// A cursor that has not added yet.
    #[must_use]
    pub const fn new(span: Span, zone: Zone) -> Self {
        Self { span, zone, from: 0, until: 0, plus: 0 }
    }

    /// What [`Span::add_to`] gives.
    ///
    /// # Errors
    /// `instant_out_of_range`.
    #[inline]
    pub fn add_to(&mut self, at: Instant) -> Result<Instant, Problem> {
        let micros = at.micros();
        if self.from <= micros && micros < self.until {
            return at.plus_micros(self.plus);
        }
        let end = self.span.add_to(at, self.zone)?;
        if let Some((from, until)) = self.plain_day(at, end) {
            (self.from, self.until, self.plus) = (from, until, end.micros_since(at));
        }
        Ok(end)
    }

    /// The bounds of the day of `at`, if clocks do not change on it or where the span leads.
    fn plain_day(&self, at: Instant, end: Instant) -> Option<(i64, i64)> {
        let day = self.bounds_of_plain_day(at)?;
        let led = end.minus_micros(self.span.micros()).ok()?;
        self.bounds_of_plain_day(led)?;
        // A time that clocks skip becomes one of the next day, whose clocks say nothing of this one.
        let led_to = self.span.date_after(self.zone.to_local(at).date).ok()?;
        (self.zone.to_local(led).date == led_to).then_some(day)
    }

    fn bounds_of_plain_day(&self, within: Instant) -> Option<(i64, i64)> {
        let date = self.zone.to_local(within).date;
        let start = self.zone.local_midnight(date).ok()?.micros();
        let end = self.zone.local_midnight(date.plus_days(1).ok()?).ok()?.micros();
        let within = start <= within.micros() && within.micros() < end;
        (within && end - start == MICROS_PER_DAY).then_some((start, end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(span: &str, zone: &str, starts: [&str; 2]) -> [String; 2] {
        let mut cursor = SpanCursor::new(span.parse().unwrap(), zone.parse().unwrap());
        starts.map(|at| cursor.add_to(at.parse().unwrap()).unwrap().to_string())
    }

    /// On 28 March 2026 clocks in Nuuk go from 23:00 to midnight, and with it to the next day.
    #[test]
    fn the_hour_before_midnight_may_be_skipped() {
        let starts = ["2026-03-03T01:30:00Z", "2026-03-02T14:00:00Z"];
        let expected = ["2026-03-29T01:00:00Z", "2026-03-28T14:00:00Z"];
        assert_eq!(ends("P26D", "America/Nuuk", starts), expected);
    }

    /// Samoa went from 29 to 31 December 2011: every time of the day between is the first of the 31st.
    #[test]
    fn a_day_may_be_skipped() {
        let starts = ["2011-12-29T10:00:00Z", "2011-12-29T15:00:00Z"];
        assert_eq!(ends("P1D", "Pacific/Apia", starts), ["2011-12-30T10:00:00Z"; 2]);
    }
}
