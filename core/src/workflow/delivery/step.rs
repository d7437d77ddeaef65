//! What the gate says about how it came to its answer.

use std::fmt;

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::id::Id;

use super::decide::DeliveryDecision;

/// Why a message waits, or is not sent.
#[model]
pub enum DeliveryReason {
    /// It is not due yet.
    NotDue,
    /// It is no longer of use.
    Expired,
    /// It would be sent too long after it was due.
    TooLate,
    /// Its purpose does not go by that channel.
    ChannelNotAllowed,
    /// The channel does not reach the recipient.
    Unreachable,
    /// The recipient does not want it.
    OptedOut,
    /// The recipient has not agreed to it.
    ConsentMissing,
    /// The recipient has agreed to it, and taken that back.
    ConsentWithdrawn,
    /// The recipient has agreed to it, for a time that is over.
    ConsentExpired,
    /// It is quiet where the recipient is.
    QuietHours,
    /// Nothing is sent on that day.
    Blackout,
    /// The recipient has got as many as allowed.
    FrequencyCap,
}

/// Something that stood in the way of a message, or let it through in the end.
#[model(display)]
#[derive(Eq)]
pub struct DeliveryStep {
    /// The time that was asked about.
    pub at: Instant,
    /// What followed: the message may be sent then, waits, or is not sent.
    pub decision: DeliveryDecision,
    /// What stood in its way.
    pub reason: Option<DeliveryReason>,
    /// The rule of the policy that did.
    pub rule: Option<Id>,
    /// How many messages a cap counted.
    pub count: Option<u32>,
    /// Until when it waits.
    pub until: Option<Instant>,
}

impl DeliveryReason {
    const fn sentence(self) -> &'static str {
        match self {
            Self::NotDue => "it is not due yet",
            Self::Expired => "it is no longer of use",
            Self::TooLate => "it would come too late",
            Self::ChannelNotAllowed => "its purpose does not go by this channel",
            Self::Unreachable => "the channel does not reach the recipient",
            Self::OptedOut => "the recipient does not want it",
            Self::ConsentMissing => "the recipient has not agreed to it",
            Self::ConsentWithdrawn => "the recipient has taken the consent back",
            Self::ConsentExpired => "the recipient's consent is over",
            Self::QuietHours => "it is quiet there",
            Self::Blackout => "nothing is sent on that day",
            Self::FrequencyCap => "the recipient has got as many as allowed",
        }
    }
}

/// As a sentence: `2026-11-21T05:30:00Z: it is quiet there (night); waits until ..`.
impl fmt::Display for DeliveryStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.at)?;
        if let Some(reason) = self.reason {
            f.write_str(reason.sentence())?;
        }
        if let Some(rule) = &self.rule {
            write!(f, " ({rule}")?;
            if let Some(count) = self.count {
                write!(f, ", {count} sent")?;
            }
            f.write_str(")")?;
        }
        match (self.decision, self.until) {
            (DeliveryDecision::Send, _) => f.write_str("may be sent"),
            (DeliveryDecision::Defer, Some(until)) => write!(f, "; waits until {until}"),
            (DeliveryDecision::Defer, None) => f.write_str("; waits"),
            (DeliveryDecision::Skip, _) => f.write_str("; is not sent"),
        }
    }
}
