//! The template document.

use std::collections::BTreeMap;

use crate::kernel::document::model;
use crate::kernel::expression::{FactType, FactValue};
use crate::kernel::id::Id;

crate::document_format!(
    /// The format of templates that this version reads and writes.
    TemplateFormat: "guerdon.template/1"
);

crate::carried_document!(
    /// A template on its way into an operation.
    TemplateText: TemplateDocument
);

/// The text of a message, in several languages.
#[model(document)]
pub struct TemplateDocument {
    /// Always `guerdon.template/1`.
    pub format: TemplateFormat,
    /// The template's id; the same in all of its versions.
    pub id: Id,
    /// The version, counted up by the author.
    pub version: u32,
    /// The variables that its texts may use, by name.
    #[model(default)]
    pub variables: BTreeMap<String, TemplateVariable>,
    /// The locale whose texts are used where there are none in a locale that is asked for.
    pub fallback: Id,
    /// The texts by locale, such as `en`, `de` or `de-AT`.
    pub locales: BTreeMap<String, TemplateTexts>,
}

/// A variable.
#[model(document)]
pub struct TemplateVariable {
    /// Its type.
    pub of: FactType,
    /// Its value where none is given.
    pub default: Option<FactValue>,
    /// Whether it may have no value; then a text asks `{% if name %}` before it uses it.
    #[model(default)]
    pub optional: bool,
}

/// The texts of one locale; at least one of them.
#[model(document)]
#[derive(Eq)]
pub struct TemplateTexts {
    /// The subject or title, in one line: line breaks in values become spaces.
    pub subject: Option<String>,
    /// The message as plain text.
    pub text: Option<String>,
    /// The message as HTML; values are escaped.
    pub html: Option<String>,
}

/// What `template.validate` takes.
#[model]
pub struct TemplateInput {
    /// The template.
    pub template: TemplateText,
}

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Subject,
    Text,
    Html,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Subject, Self::Text, Self::Html];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Text => "text",
            Self::Html => "html",
        }
    }
}

impl TemplateTexts {
    /// The source of a part.
    pub(super) fn part(&self, part: Part) -> Option<&str> {
        match part {
            Part::Subject => self.subject.as_deref(),
            Part::Text => self.text.as_deref(),
            Part::Html => self.html.as_deref(),
        }
    }
}

impl TemplateDocument {
    /// The locale to use for one that is asked for: that one, or the nearest that it is a part
    /// of, `de-AT`, then `de` (RFC 4647, section 3.4).
    pub(super) fn locale(&self, asked: &str) -> Option<(&String, &TemplateTexts)> {
        let asked = canonical(asked);
        let mut range = asked.as_str();
        loop {
            let found = self.locales.iter().find(|(locale, _)| canonical(locale) == range);
            if found.is_some() {
                return found;
            }
            range = range.rsplit_once('-').map(|(shorter, _)| shorter)?;
        }
    }
}

/// A locale as two are compared: case does not count, and `_` is `-`.
pub(super) fn canonical(locale: &str) -> String {
    locale.to_ascii_lowercase().replace('_', "-")
}
