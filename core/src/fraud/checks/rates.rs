//! How many of a partner's clicks became conversions.

use std::collections::BTreeMap;

use crate::fraud::compile::Check;
use crate::fraud::evidence::{FraudCode, FraudEvidence};
use crate::kernel::exact::Exact;
use crate::kernel::id::Id;
use crate::kernel::money::Rate;

use super::Judge;

impl Judge<'_> {
    pub(super) fn rates(&mut self, check: &Check, most: &Rate, least: u32) {
        let clicks = counts(self.records.clicks.iter().map(|click| &click.partner));
        let conversions = counts(self.records.conversions.iter().map(|one| &one.partner));
        for (subject, partner) in self.judged_partners(check) {
            let count = |counts: &BTreeMap<&Id, u64>| counts.get(&partner.id).copied();
            let clicks = count(&clicks).unwrap_or_default();
            let conversions = count(&conversions).unwrap_or_default();
            if conversions < u64::from(least) || !exceeds(conversions, clicks, most) {
                continue;
            }
            let evidence = FraudEvidence::Proportion { conversions, clicks, most: most.clone() };
            self.find(check, subject, FraudCode::ConversionRate, evidence);
        }
    }
}

fn counts<'a>(partners: impl Iterator<Item = &'a Id>) -> BTreeMap<&'a Id, u64> {
    let mut counts = BTreeMap::new();
    for partner in partners {
        *counts.entry(partner).or_default() += 1;
    }
    counts
}

/// Whether one number is more than a share of another, which may be zero.
fn exceeds(conversions: u64, clicks: u64, most: &Rate) -> bool {
    let conversions = Exact::from_integer(conversions.into());
    // A share of so much that it does not fit is more than any number of conversions.
    let share = most.exact().checked_mul(&Exact::from_integer(clicks.into()));
    share.is_ok_and(|share| conversions > share)
}
