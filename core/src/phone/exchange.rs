//! One buffer for what a call takes and gives, for a host to whom structures are dear.
//!
//! UniFFI hands a buffer over as a structure, by value, and its status as another. On the JVM each of
//! them is made and read by reflection, which costs ten times what an evaluation does. So the calls
//! of a screen have a second form here: the host writes what goes in at an address that it asks for
//! once, hands over plain numbers, and reads the answer where it lies. The bytes are those that
//! UniFFI writes for the same types.

use std::mem::ManuallyDrop;
use std::sync::{Arc, Mutex, PoisonError};

use uniffi::deps::anyhow;
use uniffi::ffi::Handle;
use uniffi::{FfiConverter, FfiConverterArc, Lift, Lower};

use super::GuerdonError;
use super::engine::{Plan, Roster, State};
use crate::UniFfiTag;

/// A buffer that both sides read and write, one at a time: the host between calls, this side in them.
#[derive(Debug, Default, uniffi::Object)]
pub struct Exchange {
    buffers: Mutex<Buffers>,
}

#[derive(Debug, Default)]
struct Buffers {
    /// What the host knows the address of. It grows, and moves, only when the host is told.
    shared: Vec<u8>,
    /// Where an answer is written before its length is known.
    answer: Vec<u8>,
}

#[uniffi::export]
impl Exchange {
    /// A buffer of so many bytes.
    #[uniffi::constructor]
    #[must_use]
    pub fn new(size: u64) -> Arc<Self> {
        let exchange = Self::default();
        exchange.reserve(size);
        Arc::new(exchange)
    }

    /// Makes room for so many bytes; the address is another then.
    pub fn reserve(&self, size: u64) {
        self.with(|buffers| grow(&mut buffers.shared, usize::try_from(size).unwrap_or_default()));
    }

    /// Where the bytes lie.
    #[must_use]
    pub fn address(&self) -> u64 {
        let address = self.with(|buffers| buffers.shared.as_mut_ptr().expose_provenance());
        u64::try_from(address).unwrap_or_default()
    }

    /// How many there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.with(|buffers| length_of(&buffers.shared))
    }
}

impl Exchange {
    fn with<T>(&self, run: impl FnOnce(&mut Buffers) -> T) -> T {
        // A call that ended badly leaves bytes, and bytes are all that a buffer promises.
        run(&mut self.buffers.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads what a call takes, runs it, and leaves its answer: the number of bytes of the outcome,
    /// below zero of the refusal, and zero where the bytes are not what the call takes.
    fn answer<T: Lower<UniFfiTag>>(
        &self,
        length: u64,
        run: impl FnOnce(&mut &[u8]) -> anyhow::Result<T>,
    ) -> i64 {
        self.with(|Buffers { shared, answer }| {
            let given = usize::try_from(length).ok().and_then(|length| shared.get(..length));
            let Some(mut given) = given else { return 0 };
            answer.clear();
            let refused = match run(&mut given) {
                Ok(outcome) => {
                    T::write(outcome, answer);
                    false
                }
                Err(error) => {
                    let Ok(error) = error.downcast::<GuerdonError>() else { return 0 };
                    <GuerdonError as Lower<UniFfiTag>>::write(error, answer);
                    true
                }
            };
            grow(shared, answer.len());
            if let Some(place) = shared.get_mut(..answer.len()) {
                place.copy_from_slice(answer);
            }
            let length = i64::try_from(answer.len()).unwrap_or_default();
            if refused { -length } else { length }
        })
    }
}

fn grow(bytes: &mut Vec<u8>, size: usize) {
    if bytes.len() < size {
        bytes.resize(size, 0);
    }
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or_default()
}

/// What a handle stands for. The host has it, and keeps it until the call is over: it is not dropped
/// here.
fn held<T: FfiConverterArc<UniFfiTag, FfiType = Handle>>(
    handle: u64,
) -> anyhow::Result<ManuallyDrop<Arc<T>>> {
    let handle = Handle::from_raw_unchecked(handle);
    <Arc<T> as FfiConverter<UniFfiTag>>::try_lift(handle).map(ManuallyDrop::new)
}

fn read<T: Lift<UniFfiTag>>(bytes: &mut &[u8]) -> anyhow::Result<T> {
    T::try_read(bytes)
}

/// The handles of a call; a roster of zero is none.
#[derive(Clone, Copy)]
struct Handles {
    exchange: u64,
    plan: u64,
    state: u64,
    roster: u64,
}

fn run<T: Lower<UniFfiTag>>(
    handles: Handles,
    length: u64,
    call: impl FnOnce(&Plan, &State, Option<Arc<Roster>>, &mut &[u8]) -> anyhow::Result<T>,
) -> i64 {
    let Ok(exchange) = held::<Exchange>(handles.exchange) else { return 0 };
    exchange.answer(length, |bytes| {
        let (plan, state) = (held::<Plan>(handles.plan)?, held::<State>(handles.state)?);
        let roster = match handles.roster {
            0 => None,
            handle => Some(Arc::clone(&*held::<Roster>(handle)?)),
        };
        call(&plan, &state, roster, bytes)
    })
}

macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident: |$plan:ident, $state:ident, $roster:ident, $bytes:ident| $call:expr;)+) => {$(
        $(#[$doc])*
        #[uniffi::export]
        fn $name(exchange: u64, plan: u64, state: u64, roster: u64, length: u64) -> i64 {
            run(Handles { exchange, plan, state, roster }, length, |$plan, $state, $roster, $bytes| Ok($call?))
        }
    )+};
}

calls! {
    /// `Plan.preview`: the event.
    exchange_preview: |plan, state, roster, bytes| plan.preview(&read(bytes)?, state, roster);
    /// `Plan.preview_all`: the events.
    exchange_preview_all: |plan, state, roster, bytes| plan.preview_all(read(bytes)?, state, roster);
    /// `Plan.evaluate`: whether to explain, and the event.
    exchange_evaluate: |plan, state, roster, bytes| {
        let explain = read(bytes)?;
        plan.evaluate(&read(bytes)?, state, roster, explain)
    };
    /// `Plan.evaluate_all`: whether to explain, and the events.
    exchange_evaluate_all: |plan, state, roster, bytes| {
        let explain = read(bytes)?;
        plan.evaluate_all(read(bytes)?, state, roster, explain)
    };
    /// `Plan.refund`: the refund, and the posted lines.
    exchange_refund: |plan, state, roster, bytes| {
        let refund = read(bytes)?;
        plan.refund(&refund, read(bytes)?, state, roster)
    };
    /// `Plan.reinstate`: the reinstatement, and the posted lines.
    exchange_reinstate: |plan, state, roster, bytes| {
        let reinstatement = read(bytes)?;
        plan.reinstate(&reinstatement, read(bytes)?, state, roster)
    };
    /// `Plan.run`: the columns.
    exchange_run: |plan, state, roster, bytes| plan.run(read(bytes)?, state, roster);
}
