//! `expression.evaluate`: an expression, what it may read, and what is known.

use super::compile::infer;
use super::program::Outcome;
use super::trace::ExpressionStep;
use super::tree::Expression;
use super::types::FactType;
use super::value::FactValue;
use super::values::FactValues;
use super::vocabulary::Vocabulary;
use crate::kernel::document::model;
use crate::kernel::explain::NoSteps;
use crate::kernel::problem::Problems;

crate::carried_document! {
    /// An [`Expression`], authored as data.
    ExpressionDocument: Expression
}

crate::carried_document! {
    /// The declaration of a fact: `{"type": "string"}`.
    FactDeclaration: FactType
}

crate::named_map! {
    /// The facts that a host declares, by name.
    FactDeclarations: FactDeclaration
}

crate::named_map! {
    /// The values that are known, by name of the fact.
    KnownFacts: FactValue
}

/// What `expression.evaluate` takes.
#[model]
pub struct ExpressionInput {
    /// What to evaluate.
    pub expression: ExpressionDocument,
    /// The facts that it may read, by name, and their types.
    #[model(default)]
    pub facts: FactDeclarations,
    /// The values that are known, by name of the fact; the others are unknown.
    #[model(default)]
    pub values: KnownFacts,
    /// Whether to say how the value came about.
    #[model(default)]
    pub trace: bool,
}

/// What `expression.evaluate` gives.
#[model]
pub struct ExpressionOutcome {
    /// The value; none if it is unknown.
    pub value: Option<FactValue>,
    /// Whether the expression holds as a condition, where unknown does not; none if it is no bool.
    pub holds: Option<bool>,
    /// The facts for want of which the value is unknown.
    #[model(default)]
    pub missing: Vec<String>,
    /// Each node as it was computed, if that was asked for.
    #[model(default)]
    pub trace: Vec<ExpressionStep>,
}

/// Evaluates an expression over given values.
///
/// # Errors
/// Every problem of the declarations (under `facts`), of the values (under `values`) and of the
/// expression (under `expression`); or the one problem that ended its evaluation.
pub fn evaluate(input: ExpressionInput) -> Result<ExpressionOutcome, Problems> {
    let declared = input.facts.0.into_iter().map(|(name, declared)| (name, declared.0)).collect();
    let mut vocabulary = Vocabulary::new();
    vocabulary.declare_all(&declared).map_err(|problems| problems.under("facts"))?;

    let mut facts = FactValues::new(&vocabulary);
    let set = facts.set_all(input.values.0).map_err(|problems| problems.under("values"));
    let compiled =
        infer(&input.expression.0, &vocabulary).map_err(|problems| problems.under("expression"));
    let program = match (set, compiled) {
        (Ok(()), Ok(program)) => program,
        (Err(values), Err(expression)) => return Err(values.and(expression)),
        (Err(problems), Ok(_)) | (Ok(()), Err(problems)) => return Err(problems),
    };

    let mut trace = Vec::new();
    let outcome = if input.trace {
        program.evaluate_traced(&facts, &mut trace)
    } else {
        program.evaluate_traced(&facts, &mut NoSteps)
    };
    let outcome = outcome.map_err(|problem| problem.under("expression"))?;
    let holds = program.is_condition().then(|| outcome == Outcome::Known(FactValue::Bool(true)));
    let (value, missing) = match outcome {
        Outcome::Known(value) => (Some(value), Vec::new()),
        Outcome::Unknown(names) => (None, names.iter().map(ToString::to_string).collect()),
    };
    Ok(ExpressionOutcome { value, holds, missing, trace })
}
