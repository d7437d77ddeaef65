//! What may stand between braces: a look at the words, before anything is rendered.
//!
//! The engine knows far more of Jinja than messages need, and finds out about an unknown filter
//! only where it comes by. So the tags of a text are read here, word by word, and what is not
//! part of the small language is refused with what to do instead.

/// The filters there are.
pub(super) const FILTERS: [&str; 8] =
    ["default", "first", "join", "last", "length", "lower", "trim", "upper"];
/// The tests there are, after `is`.
const TESTS: [&str; 2] = ["defined", "none"];
/// The words that a statement may begin with.
const STATEMENTS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];
/// Words that are no variables.
const WORDS: [&str; 12] =
    ["and", "or", "not", "in", "is", "if", "else", "elif", "for", "true", "false", "none"];

/// The most words and signs in a tag, and the most statements inside each other: the engine goes
/// down into both, and a thread has little room.
const MOST_TOKENS: usize = 100;
const MOST_NESTED: usize = 20;

/// Something that is not part of the language: the line, what it is, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Foreign {
    pub(super) line: usize,
    pub(super) what: String,
    pub(super) hint: &'static str,
}

/// A word or a sign in a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Text,
    Number,
    Sign(&'a str),
}

/// Whether a variable can be named so.
pub(super) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    begins
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !WORDS.contains(&name)
        && !["loop", "self", "True", "False", "None"].contains(&name)
}

/// The first thing in a text that is not part of the language.
pub(super) fn check(source: &str) -> Result<(), Foreign> {
    let mut rest = source;
    let mut nested = Nested::default();
    let line = |rest: &str| {
        let read = source.len().saturating_sub(rest.len());
        1 + source.bytes().take(read).filter(|byte| *byte == b'\n').count()
    };
    while let Some(at) = rest.find('{') {
        let tag = rest.get(at..).unwrap_or_default();
        let (kind, end) = match tag.get(..2) {
            Some("{{") => (Kind::Value, "}}"),
            Some("{%") => (Kind::Statement, "%}"),
            Some("{#") => (Kind::Comment, "#}"),
            _ => {
                rest = tag.get(1..).unwrap_or_default();
                continue;
            }
        };
        let inside = tag.get(2..).unwrap_or_default();
        if kind == Kind::Comment {
            // What is not closed is told by the engine.
            let Some(length) = inside.find(end) else { return Ok(()) };
            rest = inside.get(length + end.len()..).unwrap_or_default();
            continue;
        }
        let inside = inside.strip_prefix(['-', '+']).unwrap_or(inside);
        let (tokens, after) = tokens(inside, end).map_err(|found| Foreign {
            line: line(tag),
            what: format!("`{found}` is not part of the language of templates"),
            hint: "a template shows values; compute what it shows in the rule that sends it",
        })?;
        words(&tokens, kind)
            .and_then(|()| nested.check(&tokens, kind))
            .map_err(|(what, hint)| Foreign { line: line(tag), what, hint })?;
        rest = after;
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Value,
    Statement,
    Comment,
}

/// The statements that are open: of each, how many branches it has so far, which the engine sees
/// inside each other.
#[derive(Default)]
struct Nested(Vec<usize>);

impl Nested {
    fn check(&mut self, tokens: &[Token<'_>], kind: Kind) -> Result<(), (String, &'static str)> {
        if tokens.len() > MOST_TOKENS {
            let what = format!("the braces have {} words and signs in them", tokens.len());
            return Err((what, "use at most 100; compute what is shown in the rule that sends it"));
        }
        match (kind, tokens.first()) {
            (Kind::Statement, Some(Token::Word("if" | "for"))) => self.0.push(1),
            (Kind::Statement, Some(Token::Word("elif"))) => {
                if let Some(branches) = self.0.last_mut() {
                    *branches += 1;
                }
            }
            (Kind::Statement, Some(Token::Word("endif" | "endfor"))) => {
                self.0.pop();
            }
            _ => {}
        }
        if self.0.iter().sum::<usize>() > MOST_NESTED {
            let what = format!("there are more than {MOST_NESTED} statements inside each other");
            return Err((what, "decide in the rule that sends it, and hand in the result"));
        }
        Ok(())
    }
}

/// The tokens up to the end of a tag, and what comes after it; or a sign that there is not.
fn tokens<'a>(inside: &'a str, end: &str) -> Result<(Vec<Token<'a>>, &'a str), char> {
    let mut found = Vec::new();
    let mut rest = inside.trim_start();
    while let Some(first) = rest.chars().next() {
        let unsigned = rest.strip_prefix(['-', '+']).unwrap_or(rest);
        if let Some(after) = unsigned.strip_prefix(end) {
            return Ok((found, after));
        }
        let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
        let (token, length) = if first.is_ascii_digit() {
            (Token::Number, length(rest, |digit| digit.is_ascii_digit()))
        } else if is_word(first) {
            let length = length(rest, is_word);
            (Token::Word(rest.get(..length).unwrap_or_default()), length)
        } else if first == '"' || first == '\'' {
            match closing(rest, first) {
                Some(length) => (Token::Text, length),
                // What is not closed is told by the engine.
                None => return Ok((found, "")),
            }
        } else if let Some(sign) = ["==", "!=", "|", ".", ",", "(", ")", "[", "]"]
            .iter()
            .find(|one| rest.starts_with(**one))
        {
            (Token::Sign(sign), sign.len())
        } else {
            return Err(first);
        };
        found.push(token);
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    Ok((found, ""))
}

fn length(text: &str, is_part: impl Fn(char) -> bool) -> usize {
    text.find(|letter| !is_part(letter)).unwrap_or(text.len())
}

/// The length of a quoted text, its quotes included.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Whether the words of a tag are part of the language.
fn words(tokens: &[Token<'_>], kind: Kind) -> Result<(), (String, &'static str)> {
    if let (Kind::Statement, Some(Token::Word(first))) = (kind, tokens.first()) {
        if !STATEMENTS.contains(first) {
            let what = format!("there is no statement `{first}`");
            return Err((what, "there are `if`, `elif`, `else` and `for`, with their ends"));
        }
    }
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let earlier = at.checked_sub(2).and_then(|at| tokens.get(at));
        match (before, token) {
            (Some(Token::Sign("|")), Token::Word(filter)) if !FILTERS.contains(filter) => {
                let what = format!("there is no filter `{filter}`");
                return Err((
                    what,
                    "there are default, first, join, last, length, lower, trim, upper",
                ));
            }
            (Some(Token::Word("is")), Token::Word(test))
            | (Some(Token::Word("not")), Token::Word(test))
                if (before == Some(&Token::Word("is")) || earlier == Some(&Token::Word("is")))
                    && *test != "not"
                    && !TESTS.contains(test) =>
            {
                let what = format!("there is no test `{test}`");
                return Err((what, "there are `is defined` and `is none`"));
            }
            (Some(Token::Word(called)), Token::Sign("(")) => {
                let is_filter = earlier == Some(&Token::Sign("|"));
                if !is_filter && !WORDS.contains(called) {
                    let what = format!("`{called}` cannot be called");
                    return Err((what, "give what it would say as a variable"));
                }
            }
            (Some(Token::Sign(")" | "]") | Token::Text), Token::Sign("(")) => {
                return Err(("nothing can be called".to_owned(), "leave out the parentheses"));
            }
            (Some(Token::Number), Token::Sign(".")) | (Some(Token::Sign(".")), Token::Number) => {
                let what = "a number with a point in it is not exact".to_owned();
                return Err((what, "write it as text, in quotes"));
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_small() {
        for source in [
            "",
            "Hello {{ name }}, {{name|upper}} { } {x} {# any + thing #}",
            "{%- if name is defined and not (last is none) -%}{{ name }}{% else %}-{% endif +%}",
            "{% for item in items %}{{ loop.index }}. {{ item.amount }}\n{% endfor %}",
            "{{ items | join(', ') }} {{ items[0] }} {{ name | default('}} + you') }}",
            "{% if tier == 'gold' or tier in [\"silver\", 'b'] %}yes{% elif n != 3 %}no{% endif %}",
        ] {
            assert_eq!(check(source), Ok(()), "{source}");
        }
    }

    #[test]
    fn what_goes_too_deep_is_told_before_the_engine_goes_there() {
        let repeated =
            |begin: &str, part: &str, end: &str| [begin, &part.repeat(20_000), end].concat();
        for source in [
            repeated("{{ n", "[0]", " }}"),
            repeated("{{ n", "|lower", " }}"),
            repeated("{{ ", "(", " }}"),
            repeated("{% if ", "not ", "n %}{% endif %}"),
            repeated("{% if n", " and n", "%}{% endif %}"),
            repeated("", "{% if n %}", ""),
            repeated("{% if n %}", "{% elif n %}", "{% endif %}"),
        ] {
            assert!(check(&source).is_err(), "{}", source.get(..40).unwrap());
        }
        assert_eq!(check(&repeated("", "{% if n %}{% endif %}", "")), Ok(()));
    }

    #[test]
    fn the_rest_is_told_with_its_line() {
        for (source, line, what) in [
            ("a\n{{ 1 + 2 }}", 2, "`+`"),
            ("{{ a * b }}", 1, "`*`"),
            ("{{ a ~ b }}", 1, "`~`"),
            ("{% if a > 3 %}{% endif %}", 1, "`>`"),
            ("{{ 1.5 }}", 1, "point"),
            ("{{ a.1 }}", 1, "point"),
            ("{% set a = b %}", 1, "`=`"),
            ("{% set a %}{% endset %}", 1, "statement `set`"),
            ("{% include 'x' %}", 1, "statement `include`"),
            ("{{ a | upperr }}", 1, "filter `upperr`"),
            ("{{ a is divisibleby(3) }}", 1, "test `divisibleby`"),
            ("{{ a is not odd }}", 1, "test `odd`"),
            ("{{ range(3) }}", 1, "`range` cannot"),
            ("{{ a.upper() }}", 1, "`upper` cannot"),
            ("{{ 'a'() }}", 1, "nothing"),
        ] {
            let found = check(source).unwrap_err();
            assert_eq!(found.line, line, "{source}");
            assert!(found.what.contains(what), "{source}: {}", found.what);
        }
    }
}
