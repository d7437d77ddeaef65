//! One shape for every error and every finding of a validation.
//!
//! A [`Problem`] has a stable [`Code`] (its public identity, the same in every language), the
//! JSON pointer of the place that is wrong, a message that says what was found and a hint that
//! says what to do. Each module declares its codes with [`codes!`](crate::codes), and the crate
//! root lists them all, so that a test can prove that each of them happens.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::kernel::document::model;

/// The stable identity of one kind of problem, such as `currency_mismatch`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(Cow<'static, str>);

impl Code {
    /// Declares a code; use [`codes!`](crate::codes), which also lists it.
    #[must_use]
    pub const fn declared(code: &'static str) -> Self {
        Self(Cow::Borrowed(code))
    }

    /// The code as hosts see it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Code {
    type Err = Problem;

    /// A code that came back from another language or a stored answer.
    fn from_str(text: &str) -> Result<Self, Problem> {
        Ok(Self(Cow::Owned(text.to_owned())))
    }
}

crate::scalar!(
    Code,
    "code",
    str,
    integers: false,
    "\"currency_mismatch\"",
    "The stable identity of one kind of problem."
);

/// A code and what it means, as listed in the reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The stable code.
    pub code: Code,
    /// One line: what is wrong when this code is given.
    pub meaning: &'static str,
}

/// Declares the codes of a module and lists them in `CODES`.
///
/// ```
/// guerdon::codes! {
///     /// There is no kettle.
///     KETTLE_MISSING = "kettle_missing";
/// }
/// assert_eq!(KETTLE_MISSING.as_str(), "kettle_missing");
/// assert_eq!(CODES[0].meaning.trim(), "There is no kettle.");
/// ```
#[macro_export]
macro_rules! codes {
    ($(#[doc = $meaning:literal] $name:ident = $code:literal;)+) => {
        $(
            #[doc = $meaning]
            pub const $name: $crate::kernel::problem::Code =
                $crate::kernel::problem::Code::declared($code);
        )+
        /// Every code that this module declares.
        pub const CODES: &[$crate::kernel::problem::Declared] = &[$(
            $crate::kernel::problem::Declared { code: $name, meaning: $meaning },
        )+];
    };
}

/// How much a problem matters.
#[model]
#[derive(Default)]
pub enum Severity {
    /// Worth knowing; nothing needs to change.
    Info,
    /// Allowed, and probably not what was meant.
    Warning,
    /// Refused.
    #[default]
    Error,
}

/// One thing that is wrong, where, and what to do about it.
#[model(display)]
#[derive(Eq, thiserror::Error)]
#[error("{message} ({code} at `{path}`){}", hint_suffix(hint))]
pub struct Problem {
    /// What kind of problem this is; stable, and the same in every language.
    pub code: Code,
    /// JSON pointer (RFC 6901) into the document or input; empty for the whole of it.
    pub path: String,
    /// How much it matters.
    pub severity: Severity,
    /// What was found, in lower case, without a full stop; input is quoted in backticks.
    pub message: String,
    /// What to do about it.
    pub hint: String,
}

fn hint_suffix(hint: &str) -> String {
    if hint.is_empty() { String::new() } else { format!("; {hint}") }
}

impl Problem {
    /// An error at the whole input; move it to its place with [`Problem::under`].
    #[must_use]
    pub fn new(code: Code, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            code,
            path: String::new(),
            severity: Severity::Error,
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// The same problem as a warning.
    #[must_use]
    pub fn warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The same problem, one level further out: `segment` (a key or an index) comes before the
    /// path it has so far.
    #[must_use]
    pub fn under(mut self, segment: impl fmt::Display) -> Self {
        let segment = segment.to_string().replace('~', "~0").replace('/', "~1");
        self.path = format!("/{segment}{}", self.path);
        self
    }

    /// The same problem at a ready-made JSON pointer.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.path = pointer.into();
        self
    }
}

/// One or more problems: what a validation or a refused document gives back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Turns a list of findings into a verdict: an error if any of them is one.
    ///
    /// # Errors
    /// All the findings, warnings included, when at least one is an error.
    pub fn verdict(found: Vec<Problem>) -> Result<(), Self> {
        if found.iter().any(|problem| problem.severity == Severity::Error) {
            Err(Self(found))
        } else {
            Ok(())
        }
    }

    /// The problems, in the order they were found.
    #[must_use]
    pub fn as_slice(&self) -> &[Problem] {
        &self.0
    }

    /// The problems themselves.
    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }

    /// The same problems, each changed.
    #[must_use]
    pub fn map(self, change: impl FnMut(Problem) -> Problem) -> Self {
        Self(self.0.into_iter().map(change).collect())
    }

    /// The first error, which gives the whole its code.
    #[must_use]
    pub fn first(&self) -> Option<&Problem> {
        self.0.iter().find(|problem| problem.severity == Severity::Error).or_else(|| self.0.first())
    }

    /// These problems, then those of another part of the same input.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    /// The same problems, each once, where one part of a document was looked at several times.
    #[must_use]
    pub fn once(self) -> Self {
        let mut seen: Vec<Problem> = Vec::with_capacity(self.0.len());
        for problem in self.0 {
            if !seen.contains(&problem) {
                seen.push(problem);
            }
        }
        Self(seen)
    }

    /// The same problems, one level further out.
    #[must_use]
    pub fn under(self, segment: impl fmt::Display) -> Self {
        self.map(|problem| problem.under(&segment))
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, problem) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    const LOST: Code = Code::declared("lost");

    #[test]
    fn a_path_grows_from_the_inside_out() {
        let problem = Problem::new(LOST, "`x` is lost", "look again").under("a/b").under(3);
        assert_eq!(problem.path, "/3/a~1b");
        assert_eq!(problem.to_string(), "`x` is lost (lost at `/3/a~1b`); look again");
    }

    #[test]
    fn warnings_alone_are_no_error() {
        let warning = Problem::new(LOST, "hm", "").warning();
        assert!(Problems::verdict(vec![warning.clone()]).is_ok());
        let error = Problem::new(LOST, "no", "");
        let both = Problems::verdict(vec![warning, error.clone()]).unwrap_err();
        assert_eq!(both.first(), Some(&error));
        assert_eq!(both.as_slice().len(), 2);
        assert_eq!(both.and(error.into()).as_slice().len(), 3);
    }
}
