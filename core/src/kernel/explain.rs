//! Where the steps of a calculation go: kept, or never made.
//!
//! A calculation that can explain itself takes a [`Sink`] and offers it each step as a closure.
//! [`NoSteps`] never calls the closure, so an explanation that nobody asked for costs nothing:
//! the code is the same, compiled once for each kind of sink. What a step says is the domain's
//! own type; the order is the order of computation, so a step comes after those it is made of.
//!
//! ```
//! use guerdon::kernel::explain::{NoSteps, Sink};
//!
//! fn total(cents: &[i64], steps: &mut impl Sink<String>) -> i64 {
//!     let mut sum = 0;
//!     for one in cents {
//!         sum += one;
//!         steps.step(|| format!("{one} makes {sum}"));
//!     }
//!     sum
//! }
//!
//! let mut why = Vec::new();
//! assert_eq!(total(&[5, 7], &mut why), total(&[5, 7], &mut NoSteps));
//! assert_eq!(why, ["5 makes 5", "7 makes 12"]);
//! ```

/// Takes the steps of a calculation.
pub trait Sink<S> {
    /// Whether steps are kept: for preparations that only a step needs and that cannot wait for
    /// its closure, such as reading a balance before it changes.
    const KEEPS: bool;

    /// Takes a step, or leaves it unmade.
    fn step(&mut self, make: impl FnOnce() -> S);
}

/// Keeps nothing, and makes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoSteps;

impl<S> Sink<S> for NoSteps {
    const KEEPS: bool = false;

    #[inline(always)]
    fn step(&mut self, _make: impl FnOnce() -> S) {}
}

impl<S> Sink<S> for Vec<S> {
    const KEEPS: bool = true;

    #[inline]
    fn step(&mut self, make: impl FnOnce() -> S) {
        self.push(make());
    }
}

/// So that a sink can be handed down and used again afterwards.
impl<S, Outer: Sink<S>> Sink<S> for &mut Outer {
    const KEEPS: bool = Outer::KEEPS;

    #[inline(always)]
    fn step(&mut self, make: impl FnOnce() -> S) {
        (**self).step(make);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer<K: Sink<u8>>(mut sink: K, made: &mut u8) -> bool {
        sink.step(|| {
            *made += 1;
            7
        });
        K::KEEPS
    }

    #[test]
    fn a_step_is_made_only_where_it_is_kept() {
        let (mut made, mut kept) = (0, Vec::new());
        assert!(!offer(NoSteps, &mut made));
        assert!(!offer(&mut NoSteps, &mut made));
        assert_eq!(made, 0);
        assert!(offer(&mut kept, &mut made));
        assert_eq!((made, kept), (1, vec![7]));
    }
}
