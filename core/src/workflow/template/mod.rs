//! Templates: the text of a message, in several languages, with typed variables.
//!
//! A [`TemplateDocument`] declares its variables and has a subject, a text or an HTML for each
//! locale. It is checked as a whole: every variable that a text uses is declared, every locale has
//! the same parts, and each part is tried with sample values. Rendering is strict: a variable
//! without a value is an error and not a gap in a letter.
//!
//! The language is a small part of Jinja's, rendered by `minijinja`: values, `if` and `for`, a few
//! filters. There is no arithmetic and no ordering in it, because amounts are exact and texts are
//! not the place to compute them; nothing can be stored, included or called, so that what a
//! template takes is bounded by its length and its values.

mod check;
mod document;
mod engine;
mod operations;
mod stats;
mod tags;

pub use document::{
    TemplateDocument, TemplateFormat, TemplateInput, TemplateText, TemplateTexts, TemplateVariable,
};
pub use operations::{RenderInput, RenderedMessage, TemplateFindings, render, validate};
pub use stats::{
    MessageEvent, MessageEventKind, TemplateStatistics, TemplateStats, TemplateStatsInput, stats,
};

crate::codes! {
    /// The text of a template is not in the language of templates.
    TEMPLATE_INVALID = "template_invalid";
    /// A template uses a variable that it does not declare.
    TEMPLATE_VARIABLE_UNKNOWN = "template_variable_unknown";
    /// A variable of a template has a name that no text can use.
    TEMPLATE_VARIABLE_INVALID = "template_variable_invalid";
    /// A variable of a template is used by no text.
    TEMPLATE_VARIABLE_UNUSED = "template_variable_unused";
    /// A variable that a template needs has no value.
    TEMPLATE_VARIABLE_MISSING = "template_variable_missing";
    /// A template has no text for its fallback locale, or two for one locale.
    TEMPLATE_LOCALE_INVALID = "template_locale_invalid";
    /// A locale of a template has not the same parts as the others.
    TEMPLATE_PART_MISSING = "template_part_missing";
    /// A text of a template, or what comes of it, is longer than the limit.
    TEMPLATE_TOO_LARGE = "template_too_large";
    /// What is said of messages contradicts itself, or cannot be counted.
    TEMPLATE_STATS_INVALID = "template_stats_invalid";
}
