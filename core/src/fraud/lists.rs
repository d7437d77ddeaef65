//! Lists of a policy, each looked up without going through it.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use super::form::{ip, words};

/// Words, whatever their case, with how the policy writes them.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(BTreeMap<String, String>);

impl Words {
    pub(super) fn new(entries: &[String]) -> Self {
        Self(entries.iter().map(|entry| (words(entry), entry.clone())).collect())
    }

    pub(super) fn entry(&self, text: &str) -> Option<&str> {
        // Most lists of what is allowed are empty, and asked for every record.
        if self.0.is_empty() { None } else { self.0.get(&words(text)).map(String::as_str) }
    }
}

/// Domains, each for those below it too.
#[derive(Clone, Debug, Default)]
pub(super) struct Domains(BTreeMap<String, String>);

impl Domains {
    /// The list, in a form for comparing.
    pub(super) fn new(entries: &[String], form: impl Fn(&str) -> String) -> Self {
        Self(entries.iter().map(|entry| (form(entry), entry.clone())).collect())
    }

    /// The entry that a domain is, or is below.
    pub(super) fn entry(&self, text: &str) -> Option<&str> {
        if self.0.is_empty() {
            return None;
        }
        let mut rest = text;
        loop {
            if let Some(entry) = self.0.get(rest) {
                return Some(entry);
            }
            rest = rest.split_once('.')?.1;
        }
    }
}

/// IP addresses, and ranges of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses {
    single: BTreeMap<String, String>,
    /// By the number of leading bits, and those.
    ranges: BTreeMap<u32, BTreeMap<u128, String>>,
}

impl Addresses {
    /// The list, and which entries are ranges of nothing.
    pub(super) fn new(entries: &[String]) -> (Self, Vec<usize>) {
        let (mut list, mut wrong) = (Self::default(), Vec::new());
        for (position, entry) in entries.iter().enumerate() {
            let Some((address, length)) = entry.split_once('/') else {
                list.single.insert(ip(entry), entry.clone());
                continue;
            };
            match range(address, length) {
                Some((length, start)) => {
                    list.ranges.entry(length).or_default().insert(start, entry.clone());
                }
                None => wrong.push(position),
            }
        }
        (list, wrong)
    }

    /// The entry that an address in its one form is, or lies in.
    pub(super) fn entry(&self, text: &str) -> Option<&str> {
        if let Some(entry) = self.single.get(text) {
            return Some(entry);
        }
        if self.ranges.is_empty() {
            return None;
        }
        let address = bits(text.parse().ok()?);
        let within = |(length, starts): (&u32, &BTreeMap<u128, String>)| {
            starts.get(&(address & mask(*length))).cloned()
        };
        // The narrowest range that it lies in says most.
        let length = self.ranges.iter().rev().find(|range| within((range.0, range.1)).is_some())?.0;
        self.ranges.get(length)?.get(&(address & mask(*length))).map(String::as_str)
    }
}

/// All addresses in one space, as RFC 4291 maps the older ones into it.
fn bits(address: IpAddr) -> u128 {
    let address: Ipv6Addr = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    address.to_bits()
}

fn mask(length: u32) -> u128 {
    u128::MAX.checked_shl(128_u32.saturating_sub(length)).unwrap_or(0)
}

fn range(address: &str, length: &str) -> Option<(u32, u128)> {
    let address: IpAddr = address.trim().parse().ok()?;
    let length: u32 = length.trim().parse().ok()?;
    let (most, offset) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
    let length = (length <= most).then_some(length + offset)?;
    Some((length, bits(address) & mask(length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> Vec<String> {
        entries.iter().map(|entry| (*entry).to_owned()).collect()
    }

    #[test]
    fn a_domain_stands_for_those_below_it() {
        let domains = Domains::new(&list(&["Coupons.example", "co.uk"]), super::super::form::host);
        assert_eq!(domains.entry("coupons.example"), Some("Coupons.example"));
        assert_eq!(domains.entry("uk.coupons.example"), Some("Coupons.example"));
        assert_eq!(domains.entry("mycoupons.example"), None);
        assert_eq!(domains.entry("example"), None);
        assert_eq!(domains.entry("a.b.co.uk"), Some("co.uk"));
    }

    #[test]
    fn an_address_lies_in_the_narrowest_range() {
        let entries = list(&[
            "192.0.2.0/24",
            "192.0.2.128/25",
            "2001:db8::/32",
            "203.0.113.7",
            "hash",
            "0/0",
        ]);
        let (addresses, wrong) = Addresses::new(&entries);
        assert_eq!(wrong, [5]);
        for (address, entry) in [
            ("192.0.2.1", Some("192.0.2.0/24")),
            ("192.0.2.200", Some("192.0.2.128/25")),
            ("192.0.3.1", None),
            ("2001:db8:1::9", Some("2001:db8::/32")),
            ("2001:db9::", None),
            ("203.0.113.7", Some("203.0.113.7")),
            ("hash", Some("hash")),
            ("other", None),
        ] {
            assert_eq!(addresses.entry(address), entry, "{address}");
        }
        let (all, wrong) = Addresses::new(&list(&["::/0", "1.2.3.4/33", "1.2.3.4/x"]));
        assert_eq!((all.entry("9.9.9.9"), wrong), (Some("::/0"), vec![1, 2]));
    }
}
