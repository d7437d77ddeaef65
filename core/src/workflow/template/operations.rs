//! `template.validate` and `template.render`.

use minijinja::value::Value;

use super::super::reference::DocumentReference;
use super::TEMPLATE_VARIABLE_MISSING;
use super::document::{Part, TemplateDocument, TemplateInput, TemplateText, TemplateTexts};
use super::engine::{Values, engine, render as render_part, value};
use crate::kernel::document::model;
use crate::kernel::expression::{FactValues, KnownFacts};
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

/// What `template.validate` gives back.
#[model]
pub struct TemplateFindings {
    /// Whether the template can be used.
    pub usable: bool,
    /// Everything that is wrong, or probably not meant.
    #[model(default)]
    pub problems: Vec<Problem>,
}

/// What `template.render` takes.
#[model]
pub struct RenderInput {
    /// The template.
    pub template: TemplateText,
    /// The values of its variables, by name.
    #[model(default)]
    pub variables: KnownFacts,
    /// The locales that the recipient reads, the dearest first. The first one that there is, or
    /// one that it is a part of, is taken; where there is none, the template's fallback.
    #[model(default)]
    pub locales: Vec<Id>,
}

/// What `template.render` gives back.
#[model]
pub struct RenderedMessage {
    /// The locale that was taken.
    pub locale: Id,
    /// The subject or title, if the template has one.
    pub subject: Option<String>,
    /// The message as plain text, if the template has one.
    pub text: Option<String>,
    /// The message as HTML, if the template has one.
    pub html: Option<String>,
    /// Which template this is.
    pub template: DocumentReference,
}

/// Tells everything that is wrong with a template that has the shape of one.
///
/// # Errors
/// None: what is wrong is in the answer.
pub fn validate(input: TemplateInput) -> Result<TemplateFindings, Problems> {
    let problems: Vec<Problem> =
        input.template.0.check().into_iter().map(|one| one.under("template")).collect();
    let usable = Problems::verdict(problems.clone()).is_ok();
    Ok(TemplateFindings { usable, problems })
}

/// Writes a message from a template.
///
/// # Errors
/// Every problem of the template; `fact_unknown`, `fact_type_mismatch` and
/// `template_variable_missing` for the values; `template_invalid` where a text cannot go on with
/// them, and `template_too_large` where it becomes too long.
pub fn render(input: RenderInput) -> Result<RenderedMessage, Problems> {
    let RenderInput { template, variables, locales } = input;
    let document = &template.0;
    let found = document.check().into_iter().map(|problem| problem.under("template")).collect();
    Problems::verdict(found)?;
    let values = values(document, variables).map_err(|problems| problems.under("variables"))?;
    let (locale, texts) = chosen(document, &locales)?;
    let engine = engine();
    let part = |part: Part| {
        let rendered = texts.part(part).map(|source| render_part(&engine, part, source, &values));
        rendered.transpose().map_err(|problem| {
            problem.under(part.name()).under(locale).under("locales").under("template")
        })
    };
    Ok(RenderedMessage {
        locale: locale.parse()?,
        subject: part(Part::Subject)?,
        text: part(Part::Text)?,
        html: part(Part::Html)?,
        template: DocumentReference::to(document, &document.id, document.version)?,
    })
}

/// The texts of the first locale that there is.
fn chosen<'t>(
    document: &'t TemplateDocument,
    asked: &[Id],
) -> Result<(&'t String, &'t TemplateTexts), Problem> {
    let wanted = asked.iter().find_map(|locale| document.locale(locale.as_str()));
    let chosen = wanted.or_else(|| document.locale(document.fallback.as_str()));
    // A template without texts for its fallback was refused before.
    chosen.ok_or_else(|| {
        Problem::new(super::TEMPLATE_LOCALE_INVALID, "there is no text", "give it one")
    })
}

/// The values that the texts are written with, each of its type.
fn values(document: &TemplateDocument, given: KnownFacts) -> Result<Values, Problems> {
    let vocabulary = document.vocabulary();
    FactValues::new(&vocabulary).set_all(given.0.clone())?;
    let mut found = Vec::new();
    let mut values = Values::new();
    for (name, variable) in &document.variables {
        match given.0.get(name).or(variable.default.as_ref()) {
            Some(known) => {
                values.insert(name.clone(), value(known));
            }
            None if variable.optional => {
                values.insert(name.clone(), Value::from(()));
            }
            None => found.push(
                Problem::new(
                    TEMPLATE_VARIABLE_MISSING,
                    format!("`{name}` has no value"),
                    "give it one, or let the template say a `default` or that it is `optional`",
                )
                .under(name),
            ),
        }
    }
    Problems::verdict(found)?;
    Ok(values)
}
