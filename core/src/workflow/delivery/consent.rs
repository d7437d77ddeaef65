//! What recipients have said, and what follows from it.
//!
//! Dates decide: a consent counts from when it was granted until it is withdrawn or expires. A
//! withdrawal is undone by a later grant, but one that was for a single channel only by a grant
//! for that channel: who does not want text messages has not asked for them by agreeing to a
//! newsletter. Where both come at one instant, the withdrawal counts.

use crate::kernel::calendar::{Instant, Zone};
use crate::kernel::document::model;
use crate::kernel::id::Id;

use super::document::{ConsentRule, DeliveryPurpose};
use super::step::DeliveryReason;

/// Somebody whom messages are sent to.
#[model]
#[derive(Default, Eq)]
pub struct DeliveryRecipient {
    /// The host's id, for its own records.
    pub id: Option<Id>,
    /// The recipient's zone; that of the policy unless known.
    pub zone: Option<Zone>,
    /// What the recipient has agreed to, and withdrawn again.
    #[model(default)]
    pub consents: Vec<Consent>,
    /// What the recipient does not want to get.
    #[model(default)]
    pub opt_outs: Vec<OptOut>,
    /// The channels that do not reach the recipient: an address that bounces, no phone.
    #[model(default)]
    pub unreachable: Vec<Id>,
}

/// A consent for a purpose.
#[model]
#[derive(Eq)]
pub struct Consent {
    /// The purpose that it is for.
    pub purpose: Id,
    /// The channel that it is for; all of them unless said.
    pub channel: Option<Id>,
    /// When it was granted, if it was.
    pub granted: Option<Instant>,
    /// When it was withdrawn, if it was.
    pub withdrawn: Option<Instant>,
    /// When it is over by itself: from then on it does not count.
    pub expires: Option<Instant>,
}

/// What a recipient does not want to get: everything, a channel, a purpose, or a purpose by a
/// channel.
#[model]
#[derive(Eq)]
pub struct OptOut {
    /// Since when.
    pub at: Instant,
    /// Until when, if only for a while.
    pub until: Option<Instant>,
    /// Which channel; all of them unless said.
    pub channel: Option<Id>,
    /// Which purpose; all of them unless said.
    pub purpose: Option<Id>,
}

impl DeliveryRecipient {
    /// Why nothing may be sent at that time for a purpose by a channel, if so.
    pub(super) fn refusal(
        &self,
        purpose: &DeliveryPurpose,
        channel: &Id,
        at: Instant,
    ) -> Option<DeliveryReason> {
        let rule = purpose.consent;
        if self.opt_outs.iter().any(|one| one.holds(rule, &purpose.id, channel, at)) {
            return Some(DeliveryReason::OptedOut);
        }
        if rule == ConsentRule::Always {
            return None;
        }
        let said: Vec<&Consent> = self
            .consents
            .iter()
            .filter(|one| one.purpose == purpose.id)
            .filter(|one| one.channel.as_ref().is_none_or(|only| only == channel))
            .collect();
        let is_undone = |withdrawn: &Consent, when: Instant| {
            said.iter().any(|other| {
                (withdrawn.channel.is_none() || other.channel.is_some())
                    && other.granted.is_some_and(|granted| when < granted && granted <= at)
            })
        };
        let stands =
            |one: &&Consent| one.withdrawn.is_some_and(|when| when <= at && !is_undone(one, when));
        if said.iter().any(stands) {
            return Some(DeliveryReason::ConsentWithdrawn);
        }
        if rule == ConsentRule::OptOut {
            return None;
        }
        let granted: Vec<(Instant, &Consent)> = said
            .iter()
            .filter_map(|one| Some((one.granted.filter(|when| *when <= at)?, *one)))
            .collect();
        if granted.is_empty() {
            return Some(DeliveryReason::ConsentMissing);
        }
        // A grant that was followed by a withdrawal is spent; the one that undid it counts.
        let is_spent = |when: Instant| {
            let mut withdrawn = said.iter().filter_map(|one| one.withdrawn);
            withdrawn.any(|later| when <= later && later <= at)
        };
        let counts = granted
            .iter()
            .any(|(when, one)| one.expires.is_none_or(|expires| at < expires) && !is_spent(*when));
        (!counts).then_some(DeliveryReason::ConsentExpired)
    }
}

impl OptOut {
    fn holds(&self, rule: ConsentRule, purpose: &Id, channel: &Id, at: Instant) -> bool {
        let is_now = self.at <= at && self.until.is_none_or(|until| at < until);
        let is_this = self.channel.as_ref().is_none_or(|only| only == channel)
            && self.purpose.as_ref().is_none_or(|only| only == purpose);
        is_now && is_this && (rule != ConsentRule::Always || self.channel.is_some())
    }
}
