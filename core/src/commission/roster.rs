//! The partners, as the host knows them now: sponsors, status, tiers given by hand.

use std::collections::HashMap;

use crate::kernel::id::Id;
use crate::kernel::problem::Problem;

use super::compile::Plan;
use super::event::{Partner, PartnerStatus};
use super::row::Sponsor;
use super::{ID_DUPLICATE, PARTNER_RATE_NEGATIVE, SPONSOR_CYCLE};

/// How many steps of a circle of sponsors are told.
const MOST_TOLD: usize = 20;

/// The partners by id. A partner who is not in it is active, has no sponsor and no tier.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    partners: HashMap<Id, Partner>,
}

impl Roster {
    /// Takes the host's records.
    ///
    /// # Errors
    /// `id_duplicate`, `partner_rate_negative` or `sponsor_cycle`, with the place of the record.
    pub fn new(records: Vec<Partner>) -> Result<Self, Problem> {
        let mut roster = Self::default();
        let mut order = Vec::with_capacity(records.len());
        for (position, record) in records.into_iter().enumerate() {
            if let Some(rate) = record.rate.as_ref().filter(|rate| rate.exact().signum() < 0) {
                let problem = Problem::new(
                    PARTNER_RATE_NEGATIVE,
                    format!("the rate `{rate}` of `{}` is below zero", record.id),
                    "give a rate of zero or more, or leave it out",
                );
                return Err(problem.under("rate").under(position));
            }
            order.push(record.id.clone());
            if let Some(twin) = roster.partners.insert(record.id.clone(), record) {
                let problem = Problem::new(
                    ID_DUPLICATE,
                    format!("the partner `{}` is listed twice", twin.id),
                    "list each partner once",
                );
                return Err(problem.under("id").under(position));
            }
        }
        roster.check_cycles(&order)?;
        Ok(roster)
    }

    /// Walks up from everybody, not walking twice over ground that was found to end.
    fn check_cycles(&self, order: &[Id]) -> Result<(), Problem> {
        let mut walked: HashMap<&Id, usize> = HashMap::with_capacity(order.len());
        for (walk, start) in order.iter().enumerate() {
            let mut at = Some(start);
            while let Some(id) = at {
                match walked.insert(id, walk) {
                    Some(earlier) if earlier == walk => {
                        return Err(self.cycle(id).under("sponsor").under(walk));
                    }
                    Some(earlier) => {
                        walked.insert(id, earlier);
                        break;
                    }
                    None => at = self.partners.get(id).and_then(|of| of.sponsor.as_ref()),
                }
            }
        }
        Ok(())
    }

    /// Says how a partner comes back to themselves.
    fn cycle(&self, id: &Id) -> Problem {
        let above = std::iter::successors(self.sponsor(id), |above| self.sponsor(above));
        let mut way = format!("`{id}`");
        for (steps, one) in above.enumerate() {
            if steps == MOST_TOLD {
                way.push_str(" -> ..");
                break;
            }
            way.push_str(&format!(" -> `{one}`"));
            if one == id {
                break;
            }
        }
        Problem::new(
            SPONSOR_CYCLE,
            format!("a partner is, over some steps, their own sponsor: {way}"),
            "a sponsor tree has no circles; mend one of the sponsors",
        )
    }

    /// The record of a partner, if there is one.
    #[must_use]
    pub fn get(&self, id: &Id) -> Option<&Partner> {
        self.partners.get(id)
    }

    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.partners.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.partners.is_empty()
    }

    /// The records, in the order of their ids.
    #[must_use]
    pub fn partners(&self) -> Vec<&Partner> {
        let mut partners: Vec<&Partner> = self.partners.values().collect();
        partners.sort_by(|left, right| left.id.cmp(&right.id));
        partners
    }

    /// Whether a partner earns; one without a record does.
    #[must_use]
    pub fn earns(&self, id: &Id) -> bool {
        self.get(id).is_none_or(|partner| partner.status != PartnerStatus::Closed)
    }

    fn status(&self, id: &Id) -> PartnerStatus {
        self.get(id).map_or(PartnerStatus::Active, |partner| partner.status)
    }

    fn sponsor(&self, id: &Id) -> Option<&Id> {
        self.get(id).and_then(|record| record.sponsor.as_ref())
    }
}

impl Plan {
    /// The sponsors of a partner, from the nearest upwards, as far as overrides are followed and
    /// without those that the plan passes over.
    pub(super) fn sponsors<'r>(
        &self,
        roster: &'r Roster,
        partner: &Id,
    ) -> impl Iterator<Item = &'r Id> + use<'r> {
        let (depth, compression) = (self.depth, self.document.compression);
        let first = roster.sponsor(partner).filter(|_| depth > 0);
        std::iter::successors(first, |id| roster.sponsor(id))
            .filter(move |id| !compression.passes(roster.status(id)))
            .take(depth)
    }

    /// What overrides ask of a sponsor.
    pub(super) fn sponsor(&self, roster: &Roster, id: &Id) -> Sponsor {
        let tier = roster.get(id).and_then(|record| record.tier.as_ref());
        Sponsor { earns: roster.earns(id), tier: tier.and_then(|tier| self.tier_number(tier)) }
    }
}
