//! Programs: compiled expressions, and what can be asked of them.

use std::sync::Arc;

use super::computed::Computed;
use super::evaluate::run;
use super::fault::other_currency;
use super::logic::decide;
use super::node::Node;
use super::reasons::blame;
use super::trace::ExpressionStep;
use super::types::{Plain, Type};
use super::value::{FactSource, FactValue};
use super::{EXPRESSION_TYPE, FactId};
use crate::kernel::exact::Exact;
use crate::kernel::explain::{NoSteps, Sink};
use crate::kernel::money::Currency;
use crate::kernel::problem::Problem;

/// A compiled expression: well-typed, bounded, and free of names to look up.
///
/// It holds no state, so one program serves any number of threads.
#[derive(Debug)]
pub struct Program {
    pub(super) root: Node,
    pub(super) of: Type,
    /// The currency that the result has to be in, where compiling could not make sure of it.
    pub(super) currency: Option<Currency>,
    pub(super) reads: Box<[FactId]>,
}

/// What an evaluation came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A value.
    Known(FactValue),
    /// None, for want of these facts.
    Unknown(Vec<Arc<str>>),
}

/// What a condition came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it holds. An unknown condition does not.
    pub holds: bool,
    /// The facts for want of which it is unknown; empty if it is known.
    pub missing: Vec<Arc<str>>,
}

impl Program {
    /// The facts that it may read, by slot, each once.
    #[must_use]
    pub fn reads(&self) -> &[FactId] {
        &self.reads
    }

    /// Whether it is a bool, and so may be a condition.
    #[must_use]
    pub fn is_condition(&self) -> bool {
        self.of == Type::One(Plain::Bool)
    }

    /// Evaluates a bool by Kleene's logic: `None` is unknown.
    ///
    /// # Errors
    /// What evaluation cannot go on after: `currency_mismatch`, `division_by_zero`, `overflow`,
    /// `duration_unordered`, `fact_type_mismatch`; and `expression_type` for a program that is
    /// no bool. Paths are pointers into the expression.
    #[inline]
    pub fn test(&self, facts: &(impl FactSource + ?Sized)) -> Result<Option<bool>, Problem> {
        if !self.is_condition() {
            return Err(self.is_no("a bool"));
        }
        decide(&self.root, facts, &mut NoSteps).map_err(|fault| *fault)
    }

    /// Evaluates a bool as a condition: unknown becomes false, and the reason is kept.
    ///
    /// # Errors
    /// As [`Program::test`].
    pub fn condition(&self, facts: &(impl FactSource + ?Sized)) -> Result<Verdict, Problem> {
        let answer = self.test(facts)?;
        let missing = if answer.is_none() { self.missing(facts) } else { Vec::new() };
        Ok(Verdict { holds: answer == Some(true), missing })
    }

    /// Evaluates a number, exactly; `None` is unknown.
    ///
    /// # Errors
    /// As [`Program::test`], for a program that is no number.
    pub fn number(&self, facts: &(impl FactSource + ?Sized)) -> Result<Option<Exact>, Problem> {
        match self.value(facts, &mut NoSteps)? {
            Computed::Number(number) => Ok(Some(number.to_exact().map_err(|fault| *fault)?)),
            Computed::Unknown => Ok(None),
            _ => Err(self.is_no("a number")),
        }
    }

    /// Evaluates an amount, exactly: the caller rounds it where it posts it. `None` is unknown.
    ///
    /// # Errors
    /// As [`Program::test`], for a program that is no money.
    pub fn money(
        &self,
        facts: &(impl FactSource + ?Sized),
    ) -> Result<Option<(Exact, Currency)>, Problem> {
        match self.value(facts, &mut NoSteps)? {
            Computed::Money(amount, currency) => {
                let exact = amount.to_exact().map_err(|fault| *fault)?;
                Ok(Some((exact, currency)))
            }
            Computed::Unknown => Ok(None),
            _ => Err(self.is_no("money")),
        }
    }

    /// Evaluates a program of any type.
    ///
    /// # Errors
    /// As [`Program::test`].
    pub fn evaluate(&self, facts: &(impl FactSource + ?Sized)) -> Result<Outcome, Problem> {
        self.evaluate_traced(facts, &mut NoSteps)
    }

    /// Evaluates a program of any type, and offers each node to `steps` as it is computed.
    ///
    /// # Errors
    /// As [`Program::test`]; the steps up to the problem have been offered.
    pub fn evaluate_traced(
        &self,
        facts: &(impl FactSource + ?Sized),
        steps: &mut impl Sink<ExpressionStep>,
    ) -> Result<Outcome, Problem> {
        let value = self.value(facts, steps)?;
        match value.to_value(self.of).map_err(|fault| *fault)? {
            Some(value) => Ok(Outcome::Known(value)),
            None => Ok(Outcome::Unknown(self.missing(facts))),
        }
    }

    /// The facts for want of which the program is unknown, in the order they are read; none if it
    /// is known. A fact that is missing and makes no difference is not among them.
    #[must_use]
    pub fn missing(&self, facts: &(impl FactSource + ?Sized)) -> Vec<Arc<str>> {
        let mut missing = Vec::new();
        blame(&self.root, facts, &mut missing);
        missing
    }

    #[inline]
    fn value<'a>(
        &'a self,
        facts: &'a (impl FactSource + ?Sized),
        steps: &mut impl Sink<ExpressionStep>,
    ) -> Result<Computed<'a>, Problem> {
        let value = run(&self.root, facts, steps).map_err(|fault| *fault)?;
        match (&value, self.currency) {
            (Computed::Money(_, found), Some(wanted)) if *found != wanted => {
                Err(other_currency(*found, wanted))
            }
            _ => Ok(value),
        }
    }

    #[cold]
    fn is_no(&self, wanted: &str) -> Problem {
        Problem::new(
            EXPRESSION_TYPE,
            format!("the expression is {}, not {wanted}", self.of),
            "compile it with the type that is expected of it",
        )
    }
}
