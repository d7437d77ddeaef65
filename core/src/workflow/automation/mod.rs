//! Automations: when this happens, and that holds, then do so, perhaps later.
//!
//! An [`AutomationDocument`] is one rule: a trigger, a condition, actions, or the message of a
//! follow-up. There is no second engine: [`workflow`] writes the rule as the
//! [workflow](crate::workflow) that it stands for, and an instance of it, one for each customer
//! or partner, is what starts, waits, is paused, drawn and migrated. The operations here take the
//! rule in the place of that workflow, and say problems by the places of the rule.

mod document;
mod lower;
mod operations;

pub use document::{
    AutomationDocument, AutomationExit, AutomationFormat, AutomationGoal, AutomationInput,
    AutomationText, AutomationTrigger, FollowUp, Reentry,
};
pub use operations::{
    AutomationApplyInput, AutomationReplayInput, AutomationStartInput, AutomationWorkflow, apply,
    replay, start, validate, workflow,
};

crate::codes! {
    /// An automation does nothing, or says of a run what only a run that waits can have.
    AUTOMATION_INVALID = "automation_invalid";
}
