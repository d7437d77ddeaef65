//! Quiet hours and blackout days, as instants in the recipient's zone.

use super::super::hours::Hours;
use super::document::{Blackout, QuietHours};
use crate::kernel::calendar::{Instant, Zone};

impl QuietHours {
    /// When they are over, if it is quiet at that time.
    pub(super) fn over_at(&self, at: Instant, zone: Zone) -> Option<Instant> {
        let hours = Hours { from: self.from, until: self.until, weekdays: &self.weekdays };
        hours.over_at(at, zone)
    }
}

impl Blackout {
    /// When they are over, if that time is on one of the days.
    pub(super) fn over_at(&self, at: Instant, zone: Zone) -> Option<Instant> {
        let after = self.until.or_else(|| self.from.plus_days(1).ok())?;
        let begin = zone.local_midnight(self.from).ok()?;
        let end = zone.local_midnight(after).ok()?;
        (begin <= at && at < end).then_some(end)
    }
}
