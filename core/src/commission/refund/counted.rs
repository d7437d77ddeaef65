//! What refunds change in the limits of rules: an event of which a rule has nothing left to pay is
//! none that it has paid.
//!
//! A customer's first three payments are three that were kept. So one that is given back, all that
//! the rule paid of it, leaves its place to the next one, and takes it again when the refund is
//! undone. It is the rule of every count: with `measured: gross` it counts, given back or not.

use crate::kernel::exact::Exact;

use super::super::compile::Plan;
use super::super::outcome::{Line, LineKind};
use super::super::plan::Measured;
use super::{Posted, Taken};

/// A limit's meter, how much less it counts, and a line of the event.
pub(super) struct Uncounted<'a> {
    pub(super) meter: usize,
    pub(super) less: Exact,
    pub(super) line: &'a Line,
}

impl Plan {
    /// What the limits of rules count less because of a refund, and more because one is undone.
    pub(super) fn uncounted<'a>(
        &self,
        posted: &Posted<'a>,
        taken: &[Taken<'_>],
    ) -> Vec<Uncounted<'a>> {
        if self.document.measured == Measured::Gross {
            return Vec::new();
        }
        let limits = self.limits.iter().filter_map(|limit| {
            let (_, meter) = limit.events?;
            let rule = &self.rule(limit.rule)?.id;
            let paid = |line: &&Line| line.kind == LineKind::Commission;
            let lines = posted.lines.iter().filter(paid);
            let lines: Vec<&Line> = lines.filter(|line| line.rule.as_ref() == Some(rule)).collect();
            let line = *lines.first()?;
            let before = lines.iter().all(|line| posted.was_gone(line));
            let after =
                lines.iter().all(|line| match taken.iter().find(|one| one.line.id == line.id) {
                    Some(taken) => taken.is_gone(),
                    None => posted.was_gone(line),
                });
            let less = match (before, after) {
                (false, true) => Exact::ONE,
                (true, false) => Exact::ZERO.checked_sub(&Exact::ONE).ok()?,
                _ => return None,
            };
            Some(Uncounted { meter, less, line })
        });
        limits.collect()
    }
}
