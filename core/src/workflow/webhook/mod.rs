//! Webhooks: signed when they go out, verified when they come in, by
//! [Standard Webhooks](https://www.standardwebhooks.com).
//!
//! A signature is the HMAC-SHA256 of `id.timestamp.body` under a secret that both sides have,
//! written `v1,` and base64. A header may carry several, so that a secret can be replaced: for a
//! while the sender signs with the old one and the new one, and the receiver takes either.
//! Signatures are compared in constant time. When a delivery that failed is tried again is what a
//! workflow says; the ready-made `webhook_delivery` has five attempts.

mod secret;
mod sign;
mod verify;

pub use secret::WebhookSecret;
pub use sign::{WebhookHeaders, WebhookSignInput, WebhookSignature, sign};
pub use verify::{WebhookReason, WebhookVerdict, WebhookVerifyInput, verify};

crate::codes! {
    /// The secret of a webhook is not base64, or empty.
    WEBHOOK_SECRET_INVALID = "webhook_secret_invalid";
    /// The id of a webhook cannot stand in a header, or makes what is signed ambiguous.
    WEBHOOK_ID_INVALID = "webhook_id_invalid";
}

/// The header with the id of the message.
const ID: &str = "webhook-id";
/// The header with the time of the attempt, in seconds since 1970.
const TIMESTAMP: &str = "webhook-timestamp";
/// The header with the signatures.
const SIGNATURE: &str = "webhook-signature";
