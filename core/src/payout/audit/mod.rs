//! The audit: every rule of the books that a list of postings breaks, all at once.
//!
//! Whoever hands in postings anywhere else is refused when they are not sound. The audit refuses
//! nothing: it takes whatever is there, and what is wrong is its answer. A posting that is broken
//! by itself is told of and left out of the rest, so that one error does not hide another.
//!
//! | rule | told as |
//! |---|---|
//! | a posting moves something, in whole minor units | `posting_empty`, `amount_too_fine`, `amount_too_large` |
//! | its entries sum to zero for each currency | `posting_unbalanced` |
//! | a key has one content | `posting_conflict` |
//! | a line, a decision, is posted under one key | `posting_twice` |
//! | a payout's step has the key of its attempt | `key_unfit` |
//! | an entry moves money only where its kind can | `entry_misplaced` |
//! | what takes back has something to take back, and takes no more | `reversal_unfounded`, `reversal_exceeds` |
//! | a payout takes steps that follow, with the same amounts | `outcome_refused`, `payout_inconsistent` |
//! | a partner has one payout at a time in a currency | `payout_open` |
//! | no more is paid than was earned by then | `payout_overdrawn` |
//! | nothing is paid that had been taken back before; a warning, because the host may have known later | `reversal_overlooked` |
//! | no more is given back than was withheld | `withholding_negative` |
//! | each line, if they are given, is posted as it is, and nothing else | `line_unposted`, `line_mismatch`, `line_unknown` |
//! | each payout, if they are given, is posted as it is | `payout_inconsistent` |

mod lines;
mod payouts;
mod postings;

use crate::commission::Line;
use crate::kernel::document::model;
use crate::kernel::problem::{Problem, Problems};

use super::posting::Posting;
use super::proposal::Payout;

/// What `payout.audit` takes.
#[model]
pub struct PayoutAuditInput {
    /// The postings, in any order.
    pub postings: Vec<Posting>,
    /// All commission lines that were posted, to compare; not compared unless there are any.
    #[model(default)]
    pub lines: Vec<Line>,
    /// Payouts as they were proposed, to compare.
    #[model(default)]
    pub payouts: Vec<Payout>,
}

/// What `payout.audit` gives back.
#[model]
pub struct PayoutAudit {
    /// Every rule that is broken, with its place in the input; none in sound books.
    pub problems: Vec<Problem>,
    /// How many different postings there are.
    pub postings: u64,
    /// How many came again, and did not count.
    pub repeated: u64,
}

/// Tells every rule of the books that a list of postings breaks.
///
/// # Errors
/// None; what is wrong is the answer.
pub fn audit(input: PayoutAuditInput) -> Result<PayoutAudit, Problems> {
    let mut problems = Vec::new();
    let sound = postings::sound(&input.postings, &mut problems);
    problems.extend(postings::misplaced(&sound));
    problems.extend(postings::twice(&sound));
    problems.extend(lines::reversals(&sound));
    problems.extend(lines::compared(&sound, &input.lines));
    problems.extend(payouts::steps(&sound));
    problems.extend(payouts::held(&sound));
    problems.extend(payouts::overdrawn(&sound));
    problems.extend(payouts::withheld(&sound));
    problems.extend(payouts::compared(&sound, &input.payouts));
    problems.sort_by_key(|problem| place(&problem.path));
    let mut keys: Vec<_> = input.postings.iter().map(|posting| posting.key).collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    let count = |number| u64::try_from(number).unwrap_or(u64::MAX);
    Ok(PayoutAudit { problems, postings: count(keys.len()), repeated: count(all - keys.len()) })
}

/// Where a problem comes in the list: by the input's parts, then by position.
fn place(path: &str) -> (String, usize) {
    let mut parts = path.split('/').skip(1);
    let part = parts.next().unwrap_or_default().to_owned();
    (part, parts.next().and_then(|position| position.parse().ok()).unwrap_or_default())
}

/// A posting that is sound by itself, with its place in the input; each key once.
#[derive(Clone, Copy)]
struct Sound<'a> {
    position: usize,
    posting: &'a Posting,
}

impl Sound<'_> {
    /// A problem of this posting.
    fn place(&self, problem: Problem) -> Problem {
        problem.under(self.position).under("postings")
    }
}
