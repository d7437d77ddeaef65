//! A state with its plan, for hosts whose objects are shared: Python, Node, Swift and Kotlin.
//!
//! Only one call at a time may change a state. A second one does not wait, because the first may
//! be a run over millions of rows and may itself be waiting for the caller; it is refused.

use std::sync::atomic::{AtomicBool, Ordering};
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
    /// Whether a call that has yet to begin has it.
    claimed: AtomicBool,
}

/// A state that is kept for one call, from when the host asked for the call until it is done.
///
/// A call that waits for its thread holds the state meanwhile, so that of two such calls the
/// second is refused, and not run first, or after the other, as the threads happen to be free.
///
/// ```
/// # fn main() -> Result<(), guerdon::Problems> {
/// use guerdon::commission::{Plan, SharedState};
/// use std::sync::Arc;
///
/// let plan = Arc::new(Plan::from_json(r#"{"format": "guerdon.plan/1", "id": "flat", "version": 1,
///     "currency": "EUR", "zone": "UTC", "groups": [{"id": "all", "combine": "sum", "rules": [
///     {"id": "sale", "pay": {"type": "flat", "amount": "1.00"}}]}]}"#)?);
/// let state = Arc::new(SharedState::new(&plan));
/// let claimed = state.claim()?;
/// assert_eq!(state.claim().unwrap_err().code.as_str(), "state_busy");
/// assert_eq!(state.lock().unwrap_err().code.as_str(), "state_busy");
/// assert!(claimed.lock().is_ok());
/// drop(claimed);
/// assert!(state.lock().is_ok());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ClaimedState {
    shared: Arc<SharedState>,
}

impl SharedState {
    /// A state in which nothing has happened yet.
    #[must_use]
    pub fn new(plan: &Arc<Plan>) -> Self {
        Self::of(plan, plan.new_state())
    }

    fn of(plan: &Arc<Plan>, state: State) -> Self {
        Self { plan: Arc::clone(plan), state: Mutex::new(state), claimed: AtomicBool::new(false) }
    }

    /// Reads a stored state of the plan.
    ///
    /// # Errors
    /// Every problem of the text; `state_mismatch` if it is of another plan or version.
    pub fn from_json(plan: &Arc<Plan>, text: &str) -> Result<Self, Problems> {
        Ok(Self::of(plan, plan.state_from_json(text)?))
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
        Ok(Self::of(&self.plan, self.lock()?.clone()))
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
        if self.claimed.load(Ordering::Acquire) {
            return Err(busy());
        }
        self.hold()
    }

    /// Keeps the state for one call, until the claim is dropped.
    ///
    /// # Errors
    /// `state_busy`, as [`lock`](Self::lock).
    pub fn claim(self: &Arc<Self>) -> Result<ClaimedState, Problem> {
        let _free = self.lock()?;
        if self.claimed.swap(true, Ordering::AcqRel) {
            return Err(busy());
        }
        Ok(ClaimedState { shared: Arc::clone(self) })
    }

    fn hold(&self) -> Result<MutexGuard<'_, State>, Problem> {
        self.state.try_lock().map_err(|refused| match refused {
            TryLockError::WouldBlock => busy(),
            TryLockError::Poisoned(_) => Problem::new(
                STATE_BUSY,
                "a call that was changing the state failed half-way",
                "go on from the text that was stored last",
            ),
        })
    }
}

impl ClaimedState {
    /// The state itself.
    ///
    /// # Errors
    /// `state_busy` if somebody died holding it.
    pub fn lock(&self) -> Result<MutexGuard<'_, State>, Problem> {
        self.shared.hold()
    }
}

impl Drop for ClaimedState {
    fn drop(&mut self) {
        self.shared.claimed.store(false, Ordering::Release);
    }
}

fn busy() -> Problem {
    Problem::new(
        STATE_BUSY,
        "the state is being changed by another call",
        "wait for that call, or give each its own copy of the state",
    )
}
