//! `webhook.sign`: the headers of a webhook that goes out.

use std::collections::BTreeMap;

use super::secret::WebhookSecret;
use super::{ID, SIGNATURE, TIMESTAMP, WEBHOOK_ID_INVALID};
use crate::kernel::calendar::{Instant, MICROS_PER_SECOND};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

crate::named_map! {
    /// The headers of a webhook, by name.
    WebhookHeaders: String
}

/// What `webhook.sign` takes.
#[model]
pub struct WebhookSignInput {
    /// The secret that it is signed with.
    pub secret: WebhookSecret,
    /// Other secrets that it is signed with too, while receivers change from one to the next.
    #[model(default)]
    pub other_secrets: Vec<WebhookSecret>,
    /// The id of the message, the same in every attempt, by which the receiver knows it again.
    /// The id of an effect will do.
    pub id: Id,
    /// When it is sent: the time of this attempt.
    pub at: Instant,
    /// The body, exactly as it is sent.
    pub body: String,
}

/// What `webhook.sign` gives back.
#[model]
pub struct WebhookSignature {
    /// The signatures, one for each secret, as they stand in the header.
    pub signature: String,
    /// The headers to send: `webhook-id`, `webhook-timestamp` and `webhook-signature`.
    pub headers: WebhookHeaders,
}

/// Signs a webhook.
///
/// # Errors
/// `webhook_id_invalid`.
pub fn sign(input: WebhookSignInput) -> Result<WebhookSignature, Problems> {
    let WebhookSignInput { secret, other_secrets, id, at, body } = input;
    if !is_plain(id.as_str()) {
        return Err(Problem::new(
            WEBHOOK_ID_INVALID,
            "the id has a full stop or a space in it, or something that no header can carry",
            "use letters, digits, `-` and `_`, such as a UUID",
        )
        .under("id")
        .into());
    }
    let timestamp = at.micros().div_euclid(MICROS_PER_SECOND).to_string();
    let secrets = std::iter::once(&secret).chain(&other_secrets);
    let signatures: Vec<String> = secrets
        .map(|secret| format!("v1,{}", secret.sign(id.as_str(), &timestamp, &body)))
        .collect();
    let signature = signatures.join(" ");
    let headers = [(ID, id.to_string()), (TIMESTAMP, timestamp), (SIGNATURE, signature.clone())];
    let headers: BTreeMap<String, String> =
        headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Ok(WebhookSignature { signature, headers: WebhookHeaders(headers) })
}

/// Whether an id can stand in a header, and before a full stop in what is signed: with one in it,
/// another id and another time could have the same signature.
pub(super) fn is_plain(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.')
}
