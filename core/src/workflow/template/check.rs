//! Everything that can be wrong with a template.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::Environment;
use minijinja::value::Value;

use super::document::{Part, TemplateDocument, TemplateTexts, canonical};
use super::engine::{Values, engine, render, told, value};
use super::tags::{check, is_name};
use super::{
    TEMPLATE_INVALID, TEMPLATE_LOCALE_INVALID, TEMPLATE_PART_MISSING, TEMPLATE_TOO_LARGE,
    TEMPLATE_VARIABLE_INVALID, TEMPLATE_VARIABLE_UNKNOWN, TEMPLATE_VARIABLE_UNUSED,
};
use crate::kernel::document::refusal;
use crate::kernel::expression::{FactType, FactValue, FactValues, ItemType, Vocabulary};
use crate::kernel::money::Money;
use crate::kernel::problem::Problem;

/// The longest text of a part, in bytes.
const MOST_SOURCE: usize = 100_000;

impl TemplateDocument {
    /// Everything that is wrong with it, and what was probably not meant.
    pub(super) fn check(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        self.check_variables(&mut found);
        self.check_locales(&mut found);
        let engine = engine();
        let mut used = BTreeSet::new();
        for (locale, texts) in &self.locales {
            let place = |problem: Problem| problem.under(locale).under("locales");
            for part in Part::ALL {
                let Some(source) = texts.part(part) else { continue };
                let problems = self.check_part(&engine, part, source, &mut used);
                found.extend(problems.into_iter().map(|one| place(one.under(part.name()))));
            }
        }
        for name in self.variables.keys().filter(|name| !used.contains(*name)) {
            let problem = Problem::new(
                TEMPLATE_VARIABLE_UNUSED,
                format!("no text uses `{name}`"),
                "leave it out, or use it",
            );
            found.push(problem.warning().under(name).under("variables"));
        }
        found
    }

    /// The types of its variables.
    pub(super) fn vocabulary(&self) -> Vocabulary {
        let mut vocabulary = Vocabulary::new();
        for (name, variable) in &self.variables {
            // A name that cannot be declared was told before.
            let _ = vocabulary.declare(name, variable.of);
        }
        vocabulary
    }

    fn check_variables(&self, found: &mut Vec<Problem>) {
        let vocabulary = self.vocabulary();
        let mut values = FactValues::new(&vocabulary);
        for (name, variable) in &self.variables {
            let place = |problem: Problem| problem.under(name).under("variables");
            if !is_name(name) {
                let problem = Problem::new(
                    TEMPLATE_VARIABLE_INVALID,
                    "no text can use a variable of that name",
                    "use letters, digits and `_`, with a letter first",
                );
                found.push(place(problem));
            } else if let Some(default) = &variable.default {
                let set = values.set(name, default.clone());
                found.extend(set.err().map(|problem| place(problem.under("default"))));
            }
        }
    }

    fn check_locales(&self, found: &mut Vec<Problem>) {
        let mut seen = BTreeMap::new();
        for locale in self.locales.keys() {
            if let Some(other) = seen.insert(canonical(locale), locale) {
                let problem = Problem::new(
                    TEMPLATE_LOCALE_INVALID,
                    format!("`{other}` and `{locale}` are one locale"),
                    "keep one of them",
                );
                found.push(problem.under(locale).under("locales"));
            }
        }
        let Some((_, whole)) = self.locale(self.fallback.as_str()) else {
            let known: Vec<&str> = self.locales.keys().map(String::as_str).collect();
            let problem = refusal::unknown(TEMPLATE_LOCALE_INVALID, self.fallback.as_str(), &known);
            found.push(problem.under("fallback"));
            return;
        };
        let parts = |texts: &TemplateTexts| Part::ALL.map(|part| texts.part(part).is_some());
        for (locale, texts) in &self.locales {
            let place = |problem: Problem| problem.under(locale).under("locales");
            if parts(texts) == [false; 3] {
                let problem = Problem::new(
                    TEMPLATE_PART_MISSING,
                    "there is nothing in it",
                    "give it a `subject`, a `text` or an `html`",
                );
                found.push(place(problem));
                continue;
            }
            for part in Part::ALL {
                if texts.part(part).is_some() != whole.part(part).is_some() {
                    let problem = Problem::new(
                        TEMPLATE_PART_MISSING,
                        format!(
                            "`{}` is here or in `{}`, and not in both",
                            part.name(),
                            self.fallback
                        ),
                        "give every locale the same parts",
                    );
                    found.push(place(problem.under(part.name())));
                }
            }
        }
    }

    fn check_part(
        &self,
        engine: &Environment<'_>,
        part: Part,
        source: &str,
        used: &mut BTreeSet<String>,
    ) -> Vec<Problem> {
        if source.len() > MOST_SOURCE {
            let what =
                format!("the text has {} bytes, at most {MOST_SOURCE} are taken", source.len());
            return vec![Problem::new(TEMPLATE_TOO_LARGE, what, "shorten it")];
        }
        if let Err(foreign) = check(source) {
            let what = format!("line {}: {}", foreign.line, foreign.what);
            return vec![Problem::new(TEMPLATE_INVALID, what, foreign.hint)];
        }
        let template = match engine.template_from_named_str(part.name(), source) {
            Ok(template) => template,
            Err(error) => return vec![told(&error)],
        };
        let names: BTreeSet<String> = template.undeclared_variables(false).into_iter().collect();
        let known: Vec<&str> = self.variables.keys().map(String::as_str).collect();
        let unknown = names.iter().filter(|name| !self.variables.contains_key(*name));
        let found: Vec<Problem> =
            unknown.map(|name| refusal::unknown(TEMPLATE_VARIABLE_UNKNOWN, name, &known)).collect();
        used.extend(names);
        if !found.is_empty() {
            return found;
        }
        // Once with everything, and once without what there may not be.
        let tries = [Tried::Everything, Tried::WhatIsNeeded];
        tries
            .into_iter()
            .find_map(|tried| render(engine, part, source, &self.samples(tried)).err())
            .into_iter()
            .collect()
    }

    fn samples(&self, tried: Tried) -> Values {
        let sampled = self.variables.iter().map(|(name, variable)| {
            let shown = match (&variable.default, tried) {
                (Some(default), Tried::WhatIsNeeded) => value(default),
                (None, Tried::WhatIsNeeded) if variable.optional => Value::from(()),
                _ => sample(variable.of),
            };
            (name.clone(), shown)
        });
        sampled.collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tried {
    Everything,
    WhatIsNeeded,
}

/// A value of a type, to try a text with. Lists have three items.
fn sample(of: FactType) -> Value {
    match of {
        FactType::Bool {} => Value::from(true),
        FactType::Integer {} => Value::from(3),
        FactType::Money { .. } => sample_money(),
        FactType::List { of } => (0..3).map(|_| sample_item(of)).collect(),
        _ => Value::from("sample"),
    }
}

fn sample_item(of: ItemType) -> Value {
    match of {
        ItemType::Bool => Value::from(true),
        ItemType::Integer => Value::from(3),
        ItemType::Money => sample_money(),
        _ => Value::from("sample"),
    }
}

fn sample_money() -> Value {
    let amount = "100.00".parse().ok().zip("EUR".parse().ok());
    let money = amount.map(|(amount, currency)| FactValue::Money(Money::new(amount, currency)));
    money.as_ref().map(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{TemplateInput, validate};
    use crate::kernel::document::{Limits, parse};

    /// Two megabytes are a thread's usual room; without optimisation everything takes more of it.
    #[test]
    fn what_is_as_deep_as_may_be_fits_into_a_small_thread() {
        let deepest = [
            format!("{{{{ n{} }}}}", "[0]".repeat(33)),
            format!("{{{{ n{} }}}}", "|lower".repeat(49)),
            format!("{{{{ {}n{} }}}}", "(".repeat(49), ")".repeat(49)),
            format!("{{{{ {}n{} }}}}", "[".repeat(49), "]".repeat(49)),
            format!("{{% if {}n %}}{{% endif %}}", "not ".repeat(98)),
            format!("{{% if n{} %}}{{% endif %}}", " and n".repeat(49)),
            format!("{}{}", "{% if n %}".repeat(20), "{% endif %}".repeat(20)),
            format!("{}{}", "{% for a in [n] %}".repeat(20), "{% endfor %}".repeat(20)),
            format!("{{% if n %}}{}{{% endif %}}", "{% elif n %}".repeat(19)),
        ];
        let small = std::thread::Builder::new().stack_size(2 << 20);
        let tried = small.spawn(move || {
            for text in deepest {
                let text = serde_json::to_string(&text).unwrap();
                let template = format!(
                    r#"{{"format":"guerdon.template/1","id":"t","version":1,"fallback":"en",
                        "variables":{{"n":{{"of":{{"type":"string"}}}}}},
                        "locales":{{"en":{{"text":{text}}}}}}}"#
                );
                let input: TemplateInput =
                    parse(&format!(r#"{{"template":{template}}}"#), Limits::INPUT).unwrap();
                let _ = validate(input).unwrap();
            }
        });
        tried.unwrap().join().unwrap();
    }
}
