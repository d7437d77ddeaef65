//! What every refusal has to say.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use guerdon::{Problem, Problems};

/// A declared code, a pointer, a message and a hint in each problem, and at least one problem.
pub fn check(problems: &Problems) {
    assert!(problems.first().is_some(), "a refusal without a problem");
    problems.as_slice().iter().for_each(one);
}

/// The same for one problem.
pub fn one(problem: &Problem) {
    static DECLARED: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    let declared = DECLARED.get_or_init(|| {
        let modules = guerdon::PROBLEM_CODES.iter().copied().flatten();
        modules.map(|declared| declared.code.as_str()).collect()
    });
    assert!(declared.contains(problem.code.as_str()), "no module declares it: {problem:?}");
    // The walker finds everything that serde trips over.
    assert_ne!(problem.code.as_str(), "value_invalid", "{problem:?}");
    assert!(problem.path.is_empty() || problem.path.starts_with('/'), "no pointer: {problem:?}");
    assert!(!problem.message.is_empty() && !problem.hint.is_empty(), "says nothing: {problem:?}");
}
