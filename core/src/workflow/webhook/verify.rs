//! `webhook.verify`: whether a webhook that came in is what it says.

use super::secret::{Signature, WebhookSecret};
use super::sign::{WebhookHeaders, is_plain};
use super::{ID, SIGNATURE, TIMESTAMP};
use crate::kernel::calendar::{Instant, MICROS_PER_SECOND};
use crate::kernel::document::model;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

/// The most signatures that are looked at; nobody has more secrets at a time.
const MOST_SIGNATURES: usize = 100;

/// What `webhook.verify` takes.
#[model]
pub struct WebhookVerifyInput {
    /// The secret that it should be signed with.
    pub secret: WebhookSecret,
    /// Other secrets that will do, while the sender changes from one to the next.
    #[model(default)]
    pub other_secrets: Vec<WebhookSecret>,
    /// The headers of the request; their names may be in capitals, and others are not looked at.
    pub headers: WebhookHeaders,
    /// The body, exactly as it came, before it is read as anything.
    pub body: String,
    /// The time now.
    pub now: Instant,
    /// How many seconds the clocks of both sides may differ, or the message may be late; 300
    /// unless said.
    #[model(default = 300)]
    pub tolerance_seconds: u32,
}

/// What `webhook.verify` gives back.
#[model]
#[derive(Eq)]
pub struct WebhookVerdict {
    /// Whether it is what it says; if not, nothing of it is to be trusted.
    pub valid: bool,
    /// Why not.
    pub reason: Option<WebhookReason>,
    /// Its id, if it is: one that was handled before is not handled again.
    pub id: Option<Id>,
    /// When it was sent, if it is.
    pub at: Option<Instant>,
}

/// Why a webhook is not what it says.
#[model]
pub enum WebhookReason {
    /// A header is missing.
    HeaderMissing,
    /// The id is not one.
    IdInvalid,
    /// The time is not a whole number of seconds.
    TimestampInvalid,
    /// It was sent too long ago: perhaps somebody sends again what was sent before.
    TimestampTooOld,
    /// It comes from too far in the future.
    TimestampTooNew,
    /// None of its signatures is right.
    SignatureInvalid,
}

/// Tells whether a webhook that came in was sent by somebody who has the secret, and lately.
///
/// # Errors
/// None: whatever the request says is in the answer.
pub fn verify(input: WebhookVerifyInput) -> Result<WebhookVerdict, Problems> {
    let refused =
        |reason| WebhookVerdict { valid: false, reason: Some(reason), id: None, at: None };
    Ok(match verified(&input) {
        Ok((id, at)) => WebhookVerdict { valid: true, reason: None, id: Some(id), at: Some(at) },
        Err(reason) => refused(reason),
    })
}

fn verified(input: &WebhookVerifyInput) -> Result<(Id, Instant), WebhookReason> {
    let header = |wanted: &str| {
        let mut all = input.headers.0.iter();
        let found = all.find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.as_str()).ok_or(WebhookReason::HeaderMissing)
    };
    let (id, timestamp, signatures) = (header(ID)?, header(TIMESTAMP)?, header(SIGNATURE)?);
    let parsed = || id.parse::<Id>().ok().filter(|_| is_plain(id));
    let known = parsed().ok_or(WebhookReason::IdInvalid)?;
    let at = seconds(timestamp).ok_or(WebhookReason::TimestampInvalid)?;
    let sent = at.micros().div_euclid(MICROS_PER_SECOND);
    let now = input.now.micros().div_euclid(MICROS_PER_SECOND);
    let tolerance = i64::from(input.tolerance_seconds);
    if sent < now - tolerance {
        return Err(WebhookReason::TimestampTooOld);
    }
    if now + tolerance < sent {
        return Err(WebhookReason::TimestampTooNew);
    }
    let given: Vec<Signature> = signatures
        .split(' ')
        .take(MOST_SIGNATURES)
        .filter_map(|one| Signature::read(one.strip_prefix("v1,")?))
        .collect();
    let secrets = std::iter::once(&input.secret).chain(&input.other_secrets);
    let mut expected = secrets.map(|secret| secret.sign(id, timestamp, &input.body));
    let is_signed = expected.any(|right| given.contains(&right));
    if is_signed { Ok((known, at)) } else { Err(WebhookReason::SignatureInvalid) }
}

/// A whole number of seconds since 1970, as it is written: digits, and nothing else.
fn seconds(text: &str) -> Option<Instant> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds: i64 = text.parse().ok().filter(|_| is_number)?;
    let at = seconds.checked_mul(MICROS_PER_SECOND).map(Instant::from_micros)?;
    at.map_err(|_: Problem| ()).ok()
}
