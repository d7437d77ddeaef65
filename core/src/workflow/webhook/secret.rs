//! The secret that both sides have, and what is signed with it.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::CtOutput;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::WEBHOOK_SECRET_INVALID;
use crate::kernel::problem::Problem;

/// What is written before the base64 of a secret, so that scanners find it where it should not be.
const PREFIX: &str = "whsec_";

/// The secret of a webhook: `whsec_` and base64, or base64 alone.
///
/// No message shows it, and it prints as nothing when it is debugged.
#[derive(Clone)]
pub struct WebhookSecret {
    text: String,
    /// With the key, before any message.
    mac: Hmac<Sha256>,
}

impl PartialEq for WebhookSecret {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for WebhookSecret {}

impl WebhookSecret {
    /// The signature of a message.
    pub(super) fn sign(&self, id: &str, timestamp: &str, body: &str) -> Signature {
        let mut mac = self.mac.clone();
        for part in [id, ".", timestamp, ".", body] {
            mac.update(part.as_bytes());
        }
        Signature(mac.finalize())
    }
}

/// A signature; two are compared in constant time.
#[derive(PartialEq)]
pub(super) struct Signature(CtOutput<Hmac<Sha256>>);

impl Signature {
    /// Reads the base64 of a signature; none if it is not one.
    pub(super) fn read(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text).ok()?;
        let whole: [u8; 32] = bytes.try_into().ok()?;
        Some(Self(CtOutput::new(whole.into())))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0.clone().into_bytes()))
    }
}

impl FromStr for WebhookSecret {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let key = STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text)).ok();
        // A key of any length will do; a longer one than a block is hashed first (RFC 2104).
        let mac = key.filter(|key| !key.is_empty()).and_then(|key| Hmac::new_from_slice(&key).ok());
        let Some(mac) = mac else {
            return Err(Problem::new(
                WEBHOOK_SECRET_INVALID,
                "the secret is not base64 after `whsec_`, or there is nothing in it",
                "give it as it was handed out: `whsec_` and the base64 of 24 to 64 random bytes",
            ));
        };
        Ok(Self { text: text.to_owned(), mac })
    }
}

impl fmt::Display for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(..)")
    }
}

crate::scalar!(
    WebhookSecret,
    "webhook-secret",
    str,
    integers: false,
    "\"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"",
    "The secret of a webhook: `whsec_` and base64. No message shows it."
);
