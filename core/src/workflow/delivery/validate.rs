//! Everything that can be wrong with a delivery policy.

use std::collections::BTreeSet;

use crate::kernel::calendar::Window;
use crate::kernel::document::{model, refusal};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

use super::document::{DeliveryPolicyDocument, DeliveryPolicyInput, DeliveryPurpose};
use super::{
    DELIVERY_CHANNEL_UNKNOWN, DELIVERY_NAME_REPEATED, DELIVERY_PURPOSE_UNKNOWN,
    DELIVERY_RULE_INVALID,
};

/// The longest that a message may wait, a leap year.
const MOST_MICROS: i64 = 366 * crate::kernel::calendar::MICROS_PER_DAY;

/// The most rules of a kind, so that finding the time to send stays short.
const MOST_RULES: usize = 100;

/// What `delivery.validate` gives back.
#[model]
pub struct DeliveryFindings {
    /// Whether the policy can be used.
    pub usable: bool,
    /// Everything that is wrong.
    #[model(default)]
    pub problems: Vec<Problem>,
}

/// Tells everything that is wrong with a delivery policy that has the shape of one.
///
/// # Errors
/// None: what is wrong is in the answer.
pub fn validate(input: DeliveryPolicyInput) -> Result<DeliveryFindings, Problems> {
    let found = input.policy.0.check();
    let problems: Vec<Problem> = found.into_iter().map(|one| one.under("policy")).collect();
    Ok(DeliveryFindings { usable: problems.is_empty(), problems })
}

/// A part of a policy that has a name, and whom it names.
struct Named<'a> {
    id: &'a Id,
    channels: &'a [Id],
    purposes: &'a [Id],
}

impl DeliveryPolicyDocument {
    /// Everything that is wrong with it.
    pub(super) fn check(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let named = |id, channels, purposes| Named { id, channels, purposes };
        let lists: [(&str, Vec<Named<'_>>); 4] = [
            (
                "purposes",
                self.purposes.iter().map(|one| named(&one.id, &*one.channels, &[][..])).collect(),
            ),
            (
                "quiet_hours",
                self.quiet_hours
                    .iter()
                    .map(|one| named(&one.id, &*one.channels, &*one.purposes))
                    .collect(),
            ),
            (
                "blackouts",
                self.blackouts
                    .iter()
                    .map(|one| named(&one.id, &*one.channels, &*one.purposes))
                    .collect(),
            ),
            (
                "caps",
                self.caps
                    .iter()
                    .map(|one| named(&one.id, &*one.channels, &*one.purposes))
                    .collect(),
            ),
        ];
        repeated(self.channels.iter(), "channels", &mut found);
        for (kind, parts) in &lists {
            repeated(parts.iter().map(|part| part.id), kind, &mut found);
            if parts.len() > MOST_RULES {
                let what = format!("there are {}, at most {MOST_RULES} are taken", parts.len());
                found.push(invalid(what, "put those together that say the same").under(kind));
            }
            for (position, part) in parts.iter().enumerate() {
                let place = |problem: Problem| problem.under(position).under(kind);
                found.extend(self.unknown_in(part).into_iter().map(place));
            }
        }
        self.check_rules(&mut found);
        found
    }

    /// The names of channels and purposes that there are not.
    fn unknown_in(&self, part: &Named<'_>) -> Vec<Problem> {
        let of_channels = part.channels.iter().enumerate().filter_map(|(position, id)| {
            Some(self.check_channel(id).err()?.under(position).under("channels"))
        });
        let of_purposes = part.purposes.iter().enumerate().filter_map(|(position, id)| {
            Some(self.check_purpose(id).err()?.under(position).under("purposes"))
        });
        of_channels.chain(of_purposes).collect()
    }

    pub(super) fn check_channel(&self, id: &Id) -> Result<(), Problem> {
        if self.channels.contains(id) {
            return Ok(());
        }
        let known: Vec<&str> = self.channels.iter().map(Id::as_str).collect();
        Err(refusal::unknown(DELIVERY_CHANNEL_UNKNOWN, id.as_str(), &known))
    }

    pub(super) fn check_purpose(&self, id: &Id) -> Result<&DeliveryPurpose, Problem> {
        self.purpose(id).ok_or_else(|| {
            let known: Vec<&str> = self.purposes.iter().map(|one| one.id.as_str()).collect();
            refusal::unknown(DELIVERY_PURPOSE_UNKNOWN, id.as_str(), &known)
        })
    }

    fn check_rules(&self, found: &mut Vec<Problem>) {
        for (position, days) in self.blackouts.iter().enumerate() {
            if days.until.is_some_and(|until| until <= days.from) {
                let problem = invalid(
                    format!("`{}` is over before it begins", days.id),
                    "`until` is the first day after it; leave it out for a single day",
                );
                found.push(problem.under("until").under(position).under("blackouts"));
            }
        }
        for (position, cap) in self.caps.iter().enumerate() {
            let place = |problem: Problem| problem.under(position).under("caps");
            if cap.max == 0 {
                let problem = invalid(
                    format!("`{}` lets nothing through", cap.id),
                    "allow at least 1; to send nothing at all, leave the channel out",
                );
                found.push(place(problem.under("max")));
            }
            if matches!(cap.window, Window::Anniversary { .. }) {
                let problem = invalid(
                    format!("`{}` counts from a date that recipients do not have", cap.id),
                    "use a `calendar`, a `rolling` or the `lifetime` window",
                );
                found.push(place(problem.under("window")));
            } else if let Err(problem) = cap.window.check() {
                found.push(place(problem.under("window")));
            }
        }
        let longest = self.max_delay;
        let is_short = match longest.fixed_micros() {
            Some(micros) => micros <= MOST_MICROS,
            None => longest.months() <= 12 && longest.days() == 0 && longest.micros() == 0,
        };
        if !is_short {
            let what = format!("`{longest}` is longer than a year");
            found.push(invalid(what, "let a message wait a year at most").under("max_delay"));
        }
    }
}

fn invalid(what: impl Into<String>, hint: &str) -> Problem {
    Problem::new(DELIVERY_RULE_INVALID, what, hint)
}

fn repeated<'a>(ids: impl Iterator<Item = &'a Id>, kind: &str, found: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for (position, id) in ids.enumerate() {
        if !seen.insert(id) {
            let problem = Problem::new(
                DELIVERY_NAME_REPEATED,
                format!("`{id}` stands twice"),
                "give each its own name",
            );
            found.push(problem.under(position).under(kind));
        }
    }
}
