//! One form for what can be written in several: e-mail addresses, IP addresses, domains, words.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::policy::EmailForm;

/// How e-mail addresses are compared, made ready.
#[derive(Clone, Debug)]
pub(super) struct Emails {
    plus_tags: bool,
    dotless: BTreeSet<String>,
    aliases: BTreeMap<String, String>,
}

impl Emails {
    pub(super) fn new(form: &EmailForm) -> Self {
        let EmailForm { plus_tags, dotless_domains, aliases } = form;
        let aliases = aliases.iter().map(|(from, to)| (domain(from), domain(to)));
        Self {
            plus_tags: *plus_tags,
            dotless: dotless_domains.iter().map(|text| domain(text)).collect(),
            aliases: aliases.collect(),
        }
    }

    /// The domain that a listed one stands for.
    pub(super) fn domain(&self, listed: &str) -> String {
        let written = host(listed);
        self.aliases.get(&written).cloned().unwrap_or(written)
    }

    /// An address in one form, and its domain; none when it is no address.
    pub(super) fn parts(&self, text: &str) -> Option<(String, String)> {
        let lower = text.trim().to_lowercase();
        let (local, written) = lower.rsplit_once('@')?;
        let written = domain(written);
        let local = match local.split_once('+') {
            Some((before, _)) if self.plus_tags => before,
            _ => local,
        };
        let local = if self.dotless.contains(&written) {
            Cow::Owned(local.replace('.', ""))
        } else {
            Cow::Borrowed(local)
        };
        let domain = self.domain(&written);
        let whole = !local.is_empty() && !domain.is_empty();
        whole.then(|| (format!("{local}@{domain}"), domain))
    }
}

/// A domain without case, spaces, and the dot that may end it.
pub(super) fn domain(text: &str) -> String {
    text.trim().trim_end_matches('.').to_lowercase()
}

/// The domain of a link, or of what is a domain already; without `www.`.
pub(super) fn host(text: &str) -> String {
    let text = text.trim();
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let named = authority.rsplit_once('@').map_or(authority, |(_, named)| named);
    let name = match named.split_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => named,
    };
    let name = domain(name);
    name.strip_prefix("www.").map_or(name.clone(), str::to_owned)
}

/// An IP address in its shortest form; anything else, such as a hash of one, as it is.
pub(super) fn ip(text: &str) -> String {
    let text = text.trim();
    match text.parse::<IpAddr>() {
        Ok(address) => address.to_canonical().to_string(),
        Err(_) => text.to_owned(),
    }
}

/// Text without case, with one space where there are several.
pub(super) fn words(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    words.join(" ")
}

/// A parameter of a link, and the value it has to have, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) value: Option<String>,
}

impl Parameter {
    pub(super) fn parse(text: &str) -> Self {
        match text.trim().split_once('=') {
            Some((name, value)) => Self { name: words(name), value: Some(words(value)) },
            None => Self { name: words(text), value: None },
        }
    }

    /// Whether it stands in a link.
    pub(super) fn is_in(&self, url: &str) -> bool {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        query.split('&').any(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            words(name) == self.name
                && self.value.as_ref().is_none_or(|wanted| words(value) == *wanted)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_form() {
        let emails = Emails::new(&EmailForm::default());
        let whole = |text: &str| emails.parts(text).map(|(whole, _)| whole);
        for (text, expected) in [
            (" Ada.Lovelace+Shop@Gmail.com ", Some("adalovelace@gmail.com")),
            ("ada.lovelace@GOOGLEMAIL.com.", Some("adalovelace@gmail.com")),
            ("ada.lovelace+x@acme.example", Some("ada.lovelace@acme.example")),
            ("\"a@b\"@acme.example", Some("\"a@b\"@acme.example")),
            ("ada", None),
            ("@acme.example", None),
            ("+tag@acme.example", None),
            ("ada@", None),
        ] {
            assert_eq!(whole(text).as_deref(), expected, "{text}");
        }
        let strict =
            EmailForm { plus_tags: false, dotless_domains: Vec::new(), aliases: BTreeMap::new() };
        let (whole, _) = Emails::new(&strict).parts("A.b+c@googlemail.com").unwrap();
        assert_eq!(whole, "a.b+c@googlemail.com");
    }

    #[test]
    fn a_link_has_a_domain() {
        for (text, expected) in [
            ("https://www.Coupons.example:8443/a?b#c", "coupons.example"),
            ("coupons.example", "coupons.example"),
            ("//x", ""),
            ("http://user:word@coupons.example/", "coupons.example"),
            ("android-app://com.example.app/", "com.example.app"),
            ("https://[2001:db8::1]/", "[2001:db8::1]"),
        ] {
            assert_eq!(host(text), expected, "{text}");
        }
    }

    #[test]
    fn an_ip_address_has_one_form() {
        assert_eq!(ip(" 2001:DB8:0:0::1"), "2001:db8::1");
        assert_eq!(ip("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(ip("9f86d081"), "9f86d081");
    }

    #[test]
    fn a_parameter_is_found_in_a_link() {
        let url = "https://x.example/?utm_medium=CPC&gclid=1#a&dclid=2";
        for (text, expected) in [
            ("gclid", true),
            ("GCLID", true),
            ("gclid=1", true),
            ("gclid=2", false),
            ("utm_medium=cpc", true),
            ("dclid", false),
            ("medium", false),
        ] {
            assert_eq!(Parameter::parse(text).is_in(url), expected, "{text}");
        }
    }
}
