//! A state with its plan, for hosts whose objects are shared: Python, Node, Swift and Kotlin.
//!
//! Only one call at a time may change a state. A second one does not wait, because the first may
//! be a run over millions of rows and may itself be waiting for the caller; it is refused.

use std::sync::{Arc, Mutex, MutexGuard, TryLockError};

use crate::kernel::document;
use crate::kernel::problem::{Problem, Problems};

use super::STATE_BUSY;
use super::compile::Plan;
use super::state::State;

/// A state that several callers may hold, together with its plan.
///
/// ```
/// # fn main() -> Result<(), guerdon::Problems> {
/// use guerdon::commission::{Plan, SharedState};
/// use std::sync::Arc;
///
/// let plan = Arc::new(Plan::from_json(r#"{"format": "guerdon.plan/1", "id": "flat", "version": 1,
///     "currency": "EUR", "zone": "UTC", "groups": [{"id": "all", "combine": "sum", "rules": [
///     {"id": "sale", "pay": {"type": "flat", "amount": "1.00"}}]}]}"#)?);
/// let state = SharedState::new(&plan);
/// let changing = state.lock()?;
/// assert_eq!(state.to_json().unwrap_err().as_slice()[0].code.as_str(), "state_busy");
/// drop(changing);
/// let again = SharedState::from_json(&plan, &state.to_json()?)?;
/// assert_eq!(again.to_json()?, state.to_json()?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct SharedState {
    plan: Arc<Plan>,
    state: Mutex<State>,
}

impl SharedState {
    /// A state in which nothing has happened yet.
    #[must_use]
    pub fn new(plan: &Arc<Plan>) -> Self {
        Self { plan: Arc::clone(plan), state: Mutex::new(plan.new_state()) }
    }

    /// Reads a stored state of the plan.
    ///
    /// # Errors
    /// Every problem of the text; `state_mismatch` if it is of another plan or version.
    pub fn from_json(plan: &Arc<Plan>, text: &str) -> Result<Self, Problems> {
        let state = plan.state_from_json(text)?;
        Ok(Self { plan: Arc::clone(plan), state: Mutex::new(state) })
    }

    /// The text to store.
    ///
    /// # Errors
    /// `state_busy`.
    pub fn to_json(&self) -> Result<String, Problems> {
        Ok(document::to_json(&self.plan.state_document(&*self.lock()?))?)
    }

    /// Another state with the same content.
    ///
    /// # Errors
    /// `state_busy`.
    pub fn copy(&self) -> Result<Self, Problem> {
        let state = self.lock()?.clone();
        Ok(Self { plan: Arc::clone(&self.plan), state: Mutex::new(state) })
    }

    /// The plan that the state was made for.
    #[must_use]
    pub const fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    /// The state itself, for as long as the guard is held.
    ///
    /// # Errors
    /// `state_busy` if somebody else holds it, or died holding it.
    #[inline]
    pub fn lock(&self) -> Result<MutexGuard<'_, State>, Problem> {
        self.state.try_lock().map_err(|refused| match refused {
            TryLockError::WouldBlock => Problem::new(
                STATE_BUSY,
                "the state is being changed by another call",
                "wait for that call, or give each its own copy of the state",
            ),
            TryLockError::Poisoned(_) => Problem::new(
                STATE_BUSY,
                "a call that was changing the state failed half-way",
                "go on from the text that was stored last",
            ),
        })
    }
}
