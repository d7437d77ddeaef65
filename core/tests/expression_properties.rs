//! Expressions against an evaluator of another kind.
//!
//! The oracle walks the document itself, on big rationals and plain options: Kleene's tables,
//! schoolbook fractions, text for dates and Sakamoto's method for weekdays. It shares no code
//! with the compiler and knows nothing of types, because the trees it gets are well-typed.
//! Ill-typed trees are made as well; of those only one thing is asked, that they are refused.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![allow(clippy::panic, reason = "the oracle panics on what the generator never makes")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a wrong index is a failed test")]

#[path = "expression/facts.rs"]
mod facts;
#[path = "expression/oracle.rs"]
mod oracle;
#[path = "expression/trees.rs"]
mod trees;
mod tries;

use std::collections::BTreeMap;

use facts::{Cents, declared, facts, known, vocabulary};
use guerdon::kernel::document::{Limits, parse, to_json};
use guerdon::kernel::expression::{Expression, FactValue, Outcome, compile, infer};
use oracle::{oracle, plain};
use proptest::prelude::*;
use trees::{Bool, Choices, SINGLE, asks, nonsense, tree};
use tries::tries;

proptest! {
    #![proptest_config(tries(2_000))]

    #[test]
    fn programs_compute_what_the_oracle_computes(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let mut choices = Choices(bytes.iter());
        let known = known(&mut choices, false);
        let sort = match choices.pick(&[true, false]) {
            true => Bool,
            false => choices.pick(&SINGLE),
        };
        let expression = tree(sort, 4, &mut choices);
        let vocabulary = vocabulary();
        let values = facts(&vocabulary, &known);
        let program = compile(&expression, &vocabulary, declared(sort)).unwrap();

        let found = program.evaluate(&values);
        match (&found, oracle(&expression, &known)) {
            (Ok(Outcome::Known(value)), Ok(Some(expected))) => {
                prop_assert_eq!(plain(value), expected);
            }
            (Ok(Outcome::Unknown(missing)), Ok(None)) => {
                prop_assert!(!missing.is_empty());
                prop_assert!(missing.iter().all(|name| !known.contains_key(&**name)));
            }
            (Err(problem), Err(code)) => prop_assert_eq!(problem.code.as_str(), code),
            (found, expected) => prop_assert!(false, "{:?} is not {:?}", found, expected),
        }

        prop_assert_eq!(&program.evaluate(&Cents(values.clone())), &found);
        let mut steps = Vec::new();
        prop_assert_eq!(&program.evaluate_traced(&values, &mut steps), &found);
        if let (Ok(outcome), Some(last)) = (&found, steps.last()) {
            prop_assert_eq!(&last.path, "");
            prop_assert_eq!(last.value.is_none(), matches!(outcome, Outcome::Unknown(_)));
        }
        if sort == Bool {
            let verdict = program.condition(&values);
            let holds = found.as_ref().map(|one| *one == Outcome::Known(FactValue::Bool(true)));
            prop_assert_eq!(verdict.map(|one| one.holds).ok(), holds.ok());
        }
    }

    /// Kleene's logic is monotonic: what is known stays so when more becomes known, unless the
    /// expression asks what exists, or a problem comes to light.
    #[test]
    fn what_is_known_stays_known(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut choices = Choices(bytes.iter());
        let (all, few) = (known(&mut choices, true), known(&mut choices, false));
        let some: BTreeMap<String, FactValue> =
            all.iter().filter(|(name, _)| few.contains_key(*name)).map(|(n, v)| (n.clone(), v.clone())).collect();
        let sort = choices.pick(&SINGLE);
        let expression = tree(sort, 4, &mut choices);
        let vocabulary = vocabulary();
        let program = infer(&expression, &vocabulary).unwrap();
        let before = program.evaluate(&facts(&vocabulary, &some));
        let after = program.evaluate(&facts(&vocabulary, &all));
        if let (Ok(known @ Outcome::Known(_)), Ok(after)) = (before, after) {
            prop_assert!(asks(&expression) || known == after);
        }
    }

    #[test]
    fn nonsense_is_refused_without_a_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let mut choices = Choices(bytes.iter());
        let known = known(&mut choices, false);
        let expression = nonsense(5, &mut choices);
        let text = to_json(&expression).unwrap();
        prop_assert_eq!(&parse::<Expression>(&text, Limits::DOCUMENT).unwrap(), &expression);
        let vocabulary = vocabulary();
        match infer(&expression, &vocabulary) {
            Ok(program) => drop(program.evaluate(&facts(&vocabulary, &known))),
            Err(problems) => prop_assert!(!problems.as_slice().is_empty()),
        }
    }
}
