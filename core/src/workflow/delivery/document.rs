//! The delivery policy document.

use crate::kernel::calendar::{Date, Span, TimeOfDay, Weekday, Window, Zone};
use crate::kernel::document::model;
use crate::kernel::id::Id;

crate::document_format!(
    /// The format of delivery policies that this version reads and writes.
    DeliveryFormat: "guerdon.delivery/1"
);

crate::carried_document!(
    /// A delivery policy on its way into an operation.
    DeliveryPolicyText: DeliveryPolicyDocument
);

/// Who may be sent what, when, and how often.
#[model(document)]
pub struct DeliveryPolicyDocument {
    /// Always `guerdon.delivery/1`.
    pub format: DeliveryFormat,
    /// The policy's id; the same in all of its versions.
    pub id: Id,
    /// The version, counted up by the author.
    pub version: u32,
    /// The zone of recipients whose own is not known; UTC unless said.
    #[model(default = Zone::UTC)]
    pub zone: Zone,
    /// The channels that messages go by: `email`, `sms`, `push`.
    pub channels: Vec<Id>,
    /// What messages are sent for.
    pub purposes: Vec<DeliveryPurpose>,
    /// Hours in which nothing is sent.
    #[model(default)]
    pub quiet_hours: Vec<QuietHours>,
    /// Days on which nothing is sent.
    #[model(default)]
    pub blackouts: Vec<Blackout>,
    /// How many messages are too many.
    #[model(default)]
    pub caps: Vec<FrequencyCap>,
    /// How long after it was due a message may still be sent, at most a year; `P7D` unless said.
    #[model(default = week())]
    pub max_delay: Span,
}

fn week() -> Span {
    Span::new(0, 7, 0).unwrap_or(Span::ZERO)
}

/// What messages are sent for: marketing, reminders, receipts.
#[model(document)]
#[derive(Eq)]
pub struct DeliveryPurpose {
    /// What it is called.
    pub id: Id,
    /// What the recipient has to have said.
    pub consent: ConsentRule,
    /// The channels that it may go by; all of them unless said.
    #[model(default)]
    pub channels: Vec<Id>,
    /// Whether quiet hours, blackout days and caps do not hold for it, and caps do not count it.
    #[model(default)]
    pub urgent: bool,
}

/// What the recipient of a purpose has to have said.
#[model]
pub enum ConsentRule {
    /// Yes: a consent was granted, and neither withdrawn nor did it expire.
    OptIn,
    /// Not no: nothing was withdrawn, and there is no opt-out.
    OptOut,
    /// Nothing, as for receipts: only an opt-out from the channel itself holds.
    Always,
}

/// What becomes of a message that may not be sent now.
#[model]
#[derive(Default)]
pub enum Held {
    /// It waits until it may.
    #[default]
    Defer,
    /// It is not sent.
    Skip,
}

/// Hours in which nothing is sent, on the recipient's wall clock.
#[model(document)]
#[derive(Eq)]
pub struct QuietHours {
    /// What they are called.
    pub id: Id,
    /// When they begin.
    pub from: TimeOfDay,
    /// When they are over: on the next day if that is not later than `from`.
    pub until: TimeOfDay,
    /// The days of the week on which they begin; every day unless said.
    #[model(default)]
    pub weekdays: Vec<Weekday>,
    /// The channels that they hold for; all unless said.
    #[model(default)]
    pub channels: Vec<Id>,
    /// The purposes that they hold for; all unless said.
    #[model(default)]
    pub purposes: Vec<Id>,
    /// What becomes of a message then; it waits unless said.
    #[model(default)]
    pub then: Held,
}

/// Days on which nothing is sent, on the recipient's calendar.
#[model(document)]
#[derive(Eq)]
pub struct Blackout {
    /// What they are called.
    pub id: Id,
    /// The first day.
    pub from: Date,
    /// The first day after them; they are one day unless said.
    pub until: Option<Date>,
    /// The channels that they hold for; all unless said.
    #[model(default)]
    pub channels: Vec<Id>,
    /// The purposes that they hold for; all unless said.
    #[model(default)]
    pub purposes: Vec<Id>,
    /// What becomes of a message then; it waits unless said.
    #[model(default)]
    pub then: Held,
}

/// How many messages are too many.
#[model(document)]
#[derive(Eq)]
pub struct FrequencyCap {
    /// What it is called.
    pub id: Id,
    /// How many messages one recipient gets at most, at least 1.
    pub max: u32,
    /// In which time: `calendar`, by the recipient's days, weeks or months; `rolling`; `lifetime`.
    pub window: Window,
    /// The channels whose messages are counted, together; all unless said.
    #[model(default)]
    pub channels: Vec<Id>,
    /// The purposes whose messages are counted, together; all unless said.
    #[model(default)]
    pub purposes: Vec<Id>,
    /// What becomes of a message that is one too many; it is not sent unless said.
    #[model(default = Held::Skip)]
    pub then: Held,
}

/// What `delivery.validate` takes.
#[model]
pub struct DeliveryPolicyInput {
    /// The policy.
    pub policy: DeliveryPolicyText,
}

impl DeliveryPolicyDocument {
    /// The purpose of that name.
    pub(super) fn purpose(&self, id: &Id) -> Option<&DeliveryPurpose> {
        self.purposes.iter().find(|purpose| purpose.id == *id)
    }
}

/// Whether a rule for some is for this one: one that names nobody is for all.
pub(super) fn is_for(some: &[Id], one: &Id) -> bool {
    some.is_empty() || some.contains(one)
}
