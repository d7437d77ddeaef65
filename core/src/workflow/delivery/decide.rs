//! `delivery.decide`: the answer of the gate.

use crate::kernel::calendar::{Instant, TZDB_VERSION, Zone};
use crate::kernel::document::model;
use crate::kernel::explain::{NoSteps, Sink};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

use super::super::reference::DocumentReference;
use super::caps::Counted;
use super::consent::DeliveryRecipient;
use super::document::{DeliveryPolicyDocument, DeliveryPolicyText, DeliveryPurpose, Held, is_for};
use super::step::{DeliveryReason, DeliveryStep};

/// What `delivery.decide` takes.
#[model]
pub struct DeliveryInput {
    /// The policy.
    pub policy: DeliveryPolicyText,
    /// Who it is for.
    #[model(default)]
    pub recipient: DeliveryRecipient,
    /// What is to be sent.
    pub message: DeliveryMessage,
    /// What was sent to the recipient before, as far back as the caps count.
    #[model(default)]
    pub sent: Vec<SentMessage>,
    /// The time now.
    pub now: Instant,
    /// Whether to say how the answer came about.
    #[model(default)]
    pub explain: bool,
}

/// A message that is to be sent.
#[model]
#[derive(Eq)]
pub struct DeliveryMessage {
    /// The channel that it goes by.
    pub channel: Id,
    /// What it is for.
    pub purpose: Id,
    /// When it is due; now unless said.
    pub due: Option<Instant>,
    /// From when on it is of no use.
    pub expires: Option<Instant>,
}

/// A message that was sent.
#[model]
#[derive(Eq)]
pub struct SentMessage {
    /// When.
    pub at: Instant,
    /// By which channel.
    pub channel: Id,
    /// What for.
    pub purpose: Id,
}

/// What is to be done with a message.
#[model]
pub enum DeliveryDecision {
    /// It may be sent now.
    Send,
    /// It has to wait.
    Defer,
    /// It is not sent.
    Skip,
}

/// What `delivery.decide` gives back.
#[model]
pub struct DeliveryOutcome {
    /// What is to be done with the message.
    pub decision: DeliveryDecision,
    /// When it may be sent, if it has to wait.
    pub until: Option<Instant>,
    /// Why it has to wait, or is not sent; of several reasons to wait, the last.
    pub reason: Option<DeliveryReason>,
    /// The rule of the policy that decided.
    pub rule: Option<Id>,
    /// Which policy this is.
    pub policy: DocumentReference,
    /// The release of the time-zone database, such as `2025b`.
    pub zone_data: Id,
    /// How the answer came about, if that was asked for.
    #[model(default)]
    pub steps: Vec<DeliveryStep>,
}

/// Tells whether a message may be sent now, has to wait, or is not sent, and why.
///
/// # Errors
/// Every problem of the policy; `delivery_channel_unknown` and `delivery_purpose_unknown` for a
/// message of which it knows nothing.
pub fn decide(input: DeliveryInput) -> Result<DeliveryOutcome, Problems> {
    let DeliveryInput { policy, recipient, message, sent, now, explain } = input;
    let policy = &policy.0;
    let mut found: Vec<Problem> =
        policy.check().into_iter().map(|problem| problem.under("policy")).collect();
    let place = |problem: Problem, field| problem.under(field).under("message");
    found.extend(policy.check_channel(&message.channel).err().map(|one| place(one, "channel")));
    found.extend(policy.check_purpose(&message.purpose).err().map(|one| place(one, "purpose")));
    Problems::verdict(found)?;
    let purpose = policy.check_purpose(&message.purpose)?;
    let zone = recipient.zone.unwrap_or(policy.zone);
    let caps = policy.caps.iter().filter(|cap| {
        is_for(&cap.channels, &message.channel) && is_for(&cap.purposes, &message.purpose)
    });
    let caps = caps.map(|cap| Counted::new(cap, policy, &sent, zone)).collect::<Result<_, _>>()?;
    let gate = Gate { policy, recipient: &recipient, message: &message, purpose, zone, caps };
    let mut steps = Vec::new();
    let (decision, hold) =
        if explain { gate.decide(now, &mut steps) } else { gate.decide(now, &mut NoSteps) };
    Ok(DeliveryOutcome {
        decision,
        until: hold.as_ref().and_then(|hold| hold.until),
        reason: hold.as_ref().map(|hold| hold.reason),
        rule: hold.and_then(|hold| hold.rule),
        policy: DocumentReference::to(policy, &policy.id, policy.version)?,
        zone_data: TZDB_VERSION.parse()?,
        steps,
    })
}

/// A message at the gate.
struct Gate<'a> {
    policy: &'a DeliveryPolicyDocument,
    recipient: &'a DeliveryRecipient,
    message: &'a DeliveryMessage,
    purpose: &'a DeliveryPurpose,
    zone: Zone,
    caps: Vec<Counted<'a>>,
}

/// Something that stands in the way at some time.
struct Hold {
    reason: DeliveryReason,
    rule: Option<Id>,
    /// When it is over; none if the message is not sent.
    until: Option<Instant>,
    count: Option<u32>,
}

impl Hold {
    fn stop(reason: DeliveryReason) -> Self {
        Self { reason, rule: None, until: None, count: None }
    }

    /// A rule that holds until some time, or for ever, as far as it lets a message wait.
    fn by(reason: DeliveryReason, rule: &Id, until: Option<Instant>, then: Held) -> Self {
        let until = until.filter(|_| then == Held::Defer);
        Self { reason, rule: Some(rule.clone()), until, count: None }
    }
}

impl Gate<'_> {
    /// Goes from one time to the next at which what stood in the way is over, until nothing does.
    /// Each is later than the one before, and all are within the longest delay.
    fn decide<S: Sink<DeliveryStep>>(
        &self,
        now: Instant,
        steps: &mut S,
    ) -> (DeliveryDecision, Option<Hold>) {
        let due = self.message.due.unwrap_or(now);
        let latest = self.policy.max_delay.add_to(due, self.zone).unwrap_or(Instant::MAX);
        let mut at = now;
        let mut waits: Option<Hold> = None;
        loop {
            let found = if at < due {
                Some(Hold { until: Some(due), ..Hold::stop(DeliveryReason::NotDue) })
            } else {
                self.stop(at, latest).or_else(|| self.hold(at))
            };
            let decision = match &found {
                None => DeliveryDecision::Send,
                Some(Hold { until: None, .. }) => DeliveryDecision::Skip,
                Some(_) => DeliveryDecision::Defer,
            };
            steps.step(|| DeliveryStep {
                at,
                decision,
                reason: found.as_ref().map(|hold| hold.reason),
                rule: found.as_ref().and_then(|hold| hold.rule.clone()),
                count: found.as_ref().and_then(|hold| hold.count),
                until: found.as_ref().and_then(|hold| hold.until),
            });
            match found {
                None => {
                    let Some(hold) = waits else { return (DeliveryDecision::Send, None) };
                    return (DeliveryDecision::Defer, Some(hold));
                }
                Some(hold) => match hold.until {
                    None => return (DeliveryDecision::Skip, Some(hold)),
                    Some(until) => {
                        at = until;
                        waits = Some(hold);
                    }
                },
            }
        }
    }

    /// What forbids it at that time, however long it waits.
    fn stop(&self, at: Instant, latest: Instant) -> Option<Hold> {
        let Self { recipient, message, purpose, .. } = self;
        let reason = if !is_for(&purpose.channels, &message.channel) {
            DeliveryReason::ChannelNotAllowed
        } else if recipient.unreachable.contains(&message.channel) {
            DeliveryReason::Unreachable
        } else if message.expires.is_some_and(|expires| expires <= at) {
            DeliveryReason::Expired
        } else if latest < at {
            DeliveryReason::TooLate
        } else {
            recipient.refusal(purpose, &message.channel, at)?
        };
        Some(Hold::stop(reason))
    }

    /// What stands in the way at that time: of quiet hours and blackout days the first that lets
    /// nothing wait, then the first that holds, and caps after them.
    fn hold(&self, at: Instant) -> Option<Hold> {
        if self.purpose.urgent {
            return None;
        }
        let Self { policy, message, zone, .. } = self;
        let is_meant = |channels: &[Id], purposes: &[Id]| {
            is_for(channels, &message.channel) && is_for(purposes, &message.purpose)
        };
        let quiet = policy.quiet_hours.iter().filter(|one| is_meant(&one.channels, &one.purposes));
        let quiet = quiet.filter_map(|one| {
            let until = one.over_at(at, *zone)?;
            Some(Hold::by(DeliveryReason::QuietHours, &one.id, Some(until), one.then))
        });
        let days = policy.blackouts.iter().filter(|one| is_meant(&one.channels, &one.purposes));
        let days = days.filter_map(|one| {
            let until = one.over_at(at, *zone)?;
            Some(Hold::by(DeliveryReason::Blackout, &one.id, Some(until), one.then))
        });
        let mut caps = self.caps.iter().filter_map(|counted| {
            let full = counted.full_at(at)?;
            let hold = Hold::by(
                DeliveryReason::FrequencyCap,
                &counted.cap.id,
                full.until,
                counted.cap.then,
            );
            Some(Hold { count: u32::try_from(full.count).ok(), ..hold })
        });
        let mut times: Vec<Hold> = quiet.chain(days).collect();
        // One that forbids decides before one that delays, behind which it would be over.
        let first = times.iter().position(|hold| hold.until.is_none()).unwrap_or(0);
        if first < times.len() { Some(times.swap_remove(first)) } else { caps.next() }
    }
}
