//! `call`: whatever the operation and its input, JSON of the declared shape or a proper refusal.

use guerdon::kernel::document::walk;
use serde_json::Value;

use crate::{input, refusal};

/// The first line names the operation.
pub fn check(data: &[u8]) {
    let Some((name, text)) = input::parts(data) else { return };
    let answer = guerdon::call(name, text);
    assert_eq!(answer, guerdon::call(name, text), "asked twice, answered differently");
    match answer {
        Err(problems) => refusal::check(&problems),
        Ok(output) => {
            let tree: Value = serde_json::from_str(&output).expect("an answer is JSON");
            let known = guerdon::OPERATIONS.iter().find(|known| known.name == name);
            let operation = known.expect("only operations that are there answer");
            let found = walk::check(&tree, &operation.output);
            assert!(found.is_empty(), "an answer has the shape that is declared: {found:?}");
        }
    }
}
