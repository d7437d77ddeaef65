//! The engine: `minijinja`, without anything that stores, calls or computes.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use minijinja::value::{Object, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, escape_formatter};

use super::document::Part;
use super::{TEMPLATE_INVALID, TEMPLATE_TOO_LARGE};
use crate::kernel::expression::FactValue;
use crate::kernel::money::Money;
use crate::kernel::problem::Problem;

/// The most steps that rendering a part may take.
const MOST_STEPS: u64 = 100_000;
/// The longest that a part may become, in bytes.
const MOST_BYTES: usize = 1_000_000;

/// The values of a template's variables.
pub(super) type Values = BTreeMap<String, Value>;

/// An engine with the filters there are.
pub(super) fn engine() -> Environment<'static> {
    let mut engine = Environment::empty();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(MOST_STEPS));
    engine.set_auto_escape_callback(|name| match name {
        "html" => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    engine.set_formatter(|out, state, value| {
        if value.is_none() {
            let what = "a variable without a value is shown; ask `if` before, or use `default`";
            return Err(Error::new(ErrorKind::UndefinedError, what));
        }
        match bool::try_from(value.clone()) {
            Ok(known) if value.kind() == ValueKind::Bool => Ok(out.write_str(word(known))?),
            _ => escape_formatter(out, state, value),
        }
    });
    engine.add_filter("upper", |text: String| text.to_uppercase());
    engine.add_filter("lower", |text: String| text.to_lowercase());
    engine.add_filter("trim", |text: String| text.trim().to_owned());
    engine.add_filter("default", |value: Value, other: Value| {
        if value.is_none() || value.is_undefined() { other } else { value }
    });
    engine.add_filter("length", |value: Value| {
        value.len().ok_or_else(|| {
            Error::new(ErrorKind::InvalidOperation, "only a list or a text has a length")
        })
    });
    engine.add_filter("first", |items: Vec<Value>| items.first().cloned().unwrap_or_default());
    engine.add_filter("last", |items: Vec<Value>| items.last().cloned().unwrap_or_default());
    engine.add_filter("join", join);
    engine.add_test("none", |value: Value| value.is_none());
    engine.add_test("defined", |value: Value| !value.is_none() && !value.is_undefined());
    engine
}

/// True and false as they are written in documents; the engine would write them as Python does.
const fn word(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// The items of a list, with a text between them.
fn join(items: Vec<Value>, between: Option<String>) -> Result<String, Error> {
    let between = between.unwrap_or_default();
    let mut joined = String::new();
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            joined.push_str(&between);
        }
        match bool::try_from(item.clone()) {
            Ok(known) if item.kind() == ValueKind::Bool => joined.push_str(word(known)),
            _ => joined.push_str(&item.to_string()),
        }
        if joined.len() > MOST_BYTES {
            return Err(Error::new(ErrorKind::WriteFailure, "the list is too long"));
        }
    }
    Ok(joined)
}

/// A value as a template sees it. Amounts, decimals and times are texts, as everywhere in answers:
/// their form depends on no language.
pub(super) fn value(fact: &FactValue) -> Value {
    match fact {
        FactValue::Bool(value) => Value::from(*value),
        FactValue::Integer(value) => Value::from(*value),
        FactValue::Money(money) => Value::from_object(Amount(*money)),
        FactValue::List(items) => items.iter().map(value).collect(),
        other => Value::from(other.to_string()),
    }
}

/// An amount of money: shown as `12.34 EUR`, with `.amount` and `.currency`.
#[derive(Debug)]
struct Amount(Money);

impl Object for Amount {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            // As it is shown with its currency: with all of its minor units.
            "amount" => self.0.to_string().split(' ').next().map(Value::from),
            "currency" => Some(Value::from(self.0.currency.to_string())),
            _ => None,
        }
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.0, f)
    }
}

/// Renders a part.
pub(super) fn render(
    engine: &Environment<'_>,
    part: Part,
    source: &str,
    values: &Values,
) -> Result<String, Problem> {
    let template =
        engine.template_from_named_str(part.name(), source).map_err(|error| told(&error))?;
    let mut out = Bounded(Vec::new());
    let context = Value::from(values.clone());
    template.render_captured_to(context, &mut out).map_err(|error| told(&error))?;
    let text = String::from_utf8(out.0).unwrap_or_default();
    Ok(match part {
        Part::Subject => {
            let lines = text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty());
            lines.collect::<Vec<_>>().join(" ")
        }
        Part::Text | Part::Html => text,
    })
}

/// What the engine says, as a problem.
pub(super) fn told(error: &Error) -> Problem {
    let line = error.line().map(|line| format!("line {line}: ")).unwrap_or_default();
    match error.kind() {
        ErrorKind::OutOfFuel | ErrorKind::WriteFailure => Problem::new(
            TEMPLATE_TOO_LARGE,
            format!("{line}the message becomes too long, or takes too many steps"),
            "hand in shorter lists",
        ),
        kind => {
            let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
            let message = format!("{line}{kind}{detail}");
            let hint = match kind {
                ErrorKind::UndefinedError => "ask `if` before what may have no value",
                _ => "check the braces, and the types of what is used",
            };
            Problem::new(TEMPLATE_INVALID, message.trim_end_matches('.'), hint)
        }
    }
}

/// Takes so many bytes, and no more.
struct Bounded(Vec<u8>);

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_BYTES {
            return Err(io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
