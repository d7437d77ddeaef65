//! Choices made of a list of random numbers, so that a failing case shrinks with its list: a
//! shorter list, and a smaller number, make a simpler plan. Beyond the end every choice is 0.

use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(crate) struct Dice {
    rolls: Vec<u16>,
    at: usize,
}

impl Dice {
    /// A number from 0 up to, and without, `sides`.
    pub(crate) fn roll(&mut self, sides: i64) -> i64 {
        let roll = self.rolls.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        i64::from(roll) % sides
    }

    /// True once in `times`.
    pub(crate) fn once_in(&mut self, times: i64) -> bool {
        self.roll(times) == times - 1
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// An index into something of that length.
    pub(crate) fn below(&mut self, length: usize) -> usize {
        usize::try_from(self.roll(i64::try_from(length).unwrap())).unwrap()
    }

    pub(crate) fn several<T>(&mut self, most: i64, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.roll(most + 1);
        (0..count).map(|_| make(self)).collect()
    }

    pub(crate) fn maybe<T>(&mut self, times: i64, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.once_in(times).then(|| make(self))
    }
}

pub(crate) fn dice(rolls: usize) -> impl Strategy<Value = Dice> {
    prop::collection::vec(any::<u16>(), 0..=rolls).prop_map(|rolls| Dice { rolls, at: 0 })
}
