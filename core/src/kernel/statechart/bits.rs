//! A set of states, a bit for each.

use std::ops::Range;

#[derive(Debug)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    pub(super) fn new(states: usize) -> Self {
        Self(vec![0; states.div_ceil(64)])
    }

    pub(super) fn insert(&mut self, state: usize) {
        if let Some(word) = self.0.get_mut(state / 64) {
            *word |= 1 << (state % 64);
        }
    }

    /// Whether any state of a range is in it.
    pub(super) fn any(&self, range: Range<usize>) -> bool {
        self.next(range.start).is_some_and(|found| found < range.end)
    }

    /// The states in it, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        std::iter::successors(self.next(0), |state| self.next(state + 1))
    }

    /// The first state from `start` on.
    pub(super) fn next(&self, start: usize) -> Option<usize> {
        let mut place = start / 64;
        let mut word = self.0.get(place)? >> (start % 64) << (start % 64);
        while word == 0 {
            place += 1;
            word = *self.0.get(place)?;
        }
        // At most 63.
        Some(place * 64 + usize::try_from(word.trailing_zeros()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_found_across_words() {
        let mut bits = Bits::new(200);
        for state in [0, 63, 64, 199] {
            bits.insert(state);
        }
        assert_eq!(bits.iter().collect::<Vec<_>>(), [0, 63, 64, 199]);
        assert!(bits.any(60..64) && !bits.any(65..199) && bits.any(65..200));
        assert_eq!(Bits::new(64).next(64), None);
    }
}
