//! The delivery gate: whether a message may be sent to somebody now.
//!
//! A [`DeliveryPolicyDocument`] says which channels and purposes there are, what consent each
//! purpose needs, when it is quiet, on which days nothing is sent, and how often is too often.
//! The host says who it is for, what was sent before, and what time it is; the [answer](decide)
//! is to send, to wait until some time, or not to send at all, with the reason.
//!
//! A message that waits is asked about as if it were then: an answer to wait means that it may be
//! sent at that time, as far as is known now. The host asks again when the time has come.

mod caps;
mod consent;
mod decide;
mod document;
mod quiet;
mod step;
mod validate;

pub use consent::{Consent, DeliveryRecipient, OptOut};
pub use decide::{
    DeliveryDecision, DeliveryInput, DeliveryMessage, DeliveryOutcome, SentMessage, decide,
};
pub use document::{
    Blackout, ConsentRule, DeliveryFormat, DeliveryPolicyDocument, DeliveryPolicyInput,
    DeliveryPolicyText, DeliveryPurpose, FrequencyCap, Held, QuietHours,
};
pub use step::{DeliveryReason, DeliveryStep};
pub use validate::{DeliveryFindings, validate};

crate::codes! {
    /// A delivery policy has no channel of that name.
    DELIVERY_CHANNEL_UNKNOWN = "delivery_channel_unknown";
    /// A delivery policy has no purpose of that name.
    DELIVERY_PURPOSE_UNKNOWN = "delivery_purpose_unknown";
    /// Two parts of a delivery policy have one name.
    DELIVERY_NAME_REPEATED = "delivery_name_repeated";
    /// A rule of a delivery policy can never hold, or would hold for ever.
    DELIVERY_RULE_INVALID = "delivery_rule_invalid";
}
