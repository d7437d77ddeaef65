//! Which version of a plan an event belongs to.
//!
//! A plan has versions, each in force between its dates, by the time of the event or of its
//! attribution as that version says. Where several are, the latest goes.

use std::collections::BTreeSet;

use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::problem::{Problem, Problems};

use super::PLAN_VERSIONS_MIXED;
use super::compile::Plan;
use super::outcome::PlanReference;
use super::plan::{DatedBy, PlanText};

/// What `plan.in_force` takes.
#[model]
pub struct PlanInForceInput {
    /// The versions of one plan, in any order.
    pub versions: Vec<PlanText>,
    /// When the event happened.
    pub at: Instant,
    /// When it was attributed; when it happened unless said.
    pub attributed_at: Option<Instant>,
}

/// The version that an event belongs to.
#[model]
pub struct PlanInForce {
    /// The version; none if none is in force.
    pub plan: Option<PlanReference>,
}

/// Finds the version of a plan that an event belongs to.
///
/// # Errors
/// Every problem of the versions; `plan_versions_mixed`.
pub fn in_force(input: PlanInForceInput) -> Result<PlanInForce, Problems> {
    let mut seen = BTreeSet::new();
    let mut latest: Option<PlanReference> = None;
    let mut id = None;
    for (position, PlanText(document)) in input.versions.into_iter().enumerate() {
        let placed = |problem: Problem| problem.under(position).under("versions");
        let plan = Plan::compile(document).map_err(|problems| problems.map(placed))?;
        let reference = plan.reference().clone();
        let same = *id.get_or_insert_with(|| reference.id.clone()) == reference.id;
        if !same || !seen.insert(reference.version) {
            return Err(placed(mixed(&reference)).into());
        }
        let later = latest.as_ref().is_none_or(|one| one.version < reference.version);
        if later && plan.is_in_force(input.at, input.attributed_at) {
            latest = Some(reference);
        }
    }
    Ok(PlanInForce { plan: latest })
}

fn mixed(reference: &PlanReference) -> Problem {
    Problem::new(
        PLAN_VERSIONS_MIXED,
        format!("`{}` version {} is of another plan, or twice", reference.id, reference.version),
        "hand in the versions of one plan, each once",
    )
}

impl Plan {
    /// Whether an event of these times is in the plan's dates.
    #[must_use]
    pub fn is_in_force(&self, at: Instant, attributed_at: Option<Instant>) -> bool {
        let at = match self.document.dated_by {
            DatedBy::Event => at,
            DatedBy::Attribution => attributed_at.unwrap_or(at),
        };
        let early = self.document.effective_from.is_some_and(|from| at < from);
        let late = self.document.effective_until.is_some_and(|until| at >= until);
        !early && !late
    }
}
