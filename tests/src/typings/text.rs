//! Small things that every generated language needs of a text.

/// Documentation without the links that only rustdoc understands.
pub(super) fn plain(doc: &str) -> String {
    let mut out = String::new();
    let mut rest = doc;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let Some((label, tail)) = after.split_once(']') else {
            out.push('[');
            rest = after;
            continue;
        };
        out.push_str(label);
        rest = match tail.strip_prefix('(').and_then(|target| target.split_once(')')) {
            Some((_, tail)) => tail,
            None => tail,
        };
    }
    out.push_str(rest);
    out
}

/// The first sentence of a documentation, on one line and without its full stop.
pub(super) fn headline(doc: &str) -> String {
    let paragraph = plain(doc).split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let sentence = paragraph.split(". ").next().unwrap_or_default();
    sentence.trim().trim_end_matches('.').to_owned()
}

/// `PerUnit` of `per_unit`.
pub(super) fn pascal(word: &str) -> String {
    word.split('_').map(capital).collect()
}

/// `perUnit` of `per_unit`.
pub(super) fn camel(word: &str) -> String {
    let mut parts = word.split('_');
    parts
        .next()
        .unwrap_or_default()
        .chars()
        .chain(parts.map(capital).collect::<String>().chars())
        .collect()
}

fn capital(part: &str) -> String {
    let mut letters = part.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Each line of a text behind an indentation; empty lines stay empty.
pub(super) fn indented(text: &str, by: &str) -> String {
    let lines = text
        .lines()
        .map(|line| if line.is_empty() { String::new() } else { format!("{by}{line}") });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_words() {
        assert_eq!(
            plain("see [`Money`] and [the rules](crate::rules), a[0"),
            "see `Money` and the rules, a[0"
        );
    }

    #[test]
    fn words_change_their_case() {
        assert_eq!(
            (pascal("per_unit"), camel("per_unit"), camel("round")),
            ("PerUnit".into(), "perUnit".into(), "round".into())
        );
    }

    #[test]
    fn a_headline_is_one_sentence() {
        assert_eq!(
            headline("The first,\ncontinued. The second.\n\nMore."),
            "The first,\ncontinued".replace('\n', " ")
        );
    }
}
