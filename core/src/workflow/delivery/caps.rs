//! Frequency caps: how many messages count, and when there is room again.

use crate::kernel::calendar::{Instant, PlacedWindow, Zone};
use crate::kernel::problem::Problem;

use super::decide::SentMessage;
use super::document::{DeliveryPolicyDocument, FrequencyCap, is_for};

/// A cap, and the messages that it counts.
pub(super) struct Counted<'a> {
    pub(super) cap: &'a FrequencyCap,
    window: PlacedWindow,
    /// When they were sent, in order.
    sent: Vec<Instant>,
}

/// A cap that is reached.
pub(super) struct Full {
    /// How many messages count.
    pub(super) count: usize,
    /// When there is room again; never, where nothing leaves the window.
    pub(super) until: Option<Instant>,
}

impl<'a> Counted<'a> {
    pub(super) fn new(
        cap: &'a FrequencyCap,
        policy: &DeliveryPolicyDocument,
        sent: &[SentMessage],
        zone: Zone,
    ) -> Result<Self, Problem> {
        let is_urgent =
            |one: &SentMessage| policy.purpose(&one.purpose).is_some_and(|known| known.urgent);
        let mut sent: Vec<Instant> = sent
            .iter()
            .filter(|one| {
                is_for(&cap.channels, &one.channel) && is_for(&cap.purposes, &one.purpose)
            })
            .filter(|one| !is_urgent(one))
            .map(|one| one.at)
            .collect();
        sent.sort_unstable();
        Ok(Self { cap, window: cap.window.place(zone, None)?, sent })
    }

    /// Whether one more message at that time would be one too many.
    pub(super) fn full_at(&self, at: Instant) -> Option<Full> {
        let max = usize::try_from(self.cap.max).unwrap_or(usize::MAX);
        let past = self.sent.partition_point(|sent| *sent <= at);
        let past = self.sent.get(..past).unwrap_or_default();
        match self.window {
            PlacedWindow::Periods(periods) => {
                let period = periods.period_of(at);
                let count = past.len() - past.partition_point(|sent| !period.contains(*sent));
                (count >= max).then(|| Full { count, until: period.end() })
            }
            PlacedWindow::Rolling(rolling) => {
                let left = past.partition_point(|sent| !rolling.contains(at, *sent));
                let inside = past.get(left..).unwrap_or_default();
                // There is room when all but `max - 1` of them have left.
                let last = inside.get(inside.len().checked_sub(max)?)?;
                Some(Full { count: inside.len(), until: rolling.leaves_at(*last) })
            }
        }
    }
}
