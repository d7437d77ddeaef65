//! ISO 4217 currencies and their minor units.
//!
//! What was paid in a currency outlives it: it is refunded, stated and audited later. So a code that
//! was withdrawn in 2020 or after is still read, with the minor unit that it had. Whether a plan
//! should still pay in it is the host's to know, for the core has no clock.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::kernel::problem::Problem;

use super::CURRENCY_UNKNOWN;

/// An ISO 4217 currency, by its alphabetic code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency {
    code: [u8; 3],
    digits: u8,
}

/// Codes of ISO 4217 that have a minor unit, sorted, by its number of digits: the active ones, and
/// those withdrawn since 2020 (CUC 2021, HRK 2023, SLL and ZWL 2024, ANG 2025, BGN 2026). Metals,
/// units of account and testing codes have no minor unit and are left out.
const BY_DIGITS: &[(u8, &str)] = &[
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP \
         BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR \
         FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD KES KGS KHR \
         KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR \
         MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK \
         SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN \
         UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

impl Currency {
    /// How many decimal digits its minor unit has: 2 for USD, 0 for JPY, 3 for KWD.
    #[must_use]
    pub const fn digits(self) -> u8 {
        self.digits
    }

    /// How many minor units make one: 100 for USD.
    #[must_use]
    pub const fn minor_per_unit(self) -> i64 {
        match self.digits {
            0 => 1,
            2 => 100,
            3 => 1_000,
            _ => 10_000,
        }
    }

    /// The alphabetic code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.code).unwrap_or_default()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Currency {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let known = || {
            let code: [u8; 3] = text.as_bytes().try_into().ok()?;
            if !code.iter().all(u8::is_ascii_uppercase) {
                return None;
            }
            let (digits, _) = BY_DIGITS.iter().find(|(_, codes)| has(codes, code))?;
            Some(Self { code, digits: *digits })
        };
        known().ok_or_else(|| {
            let shown: String = text.chars().take(20).collect();
            Problem::new(
                CURRENCY_UNKNOWN,
                format!("`{shown}` is not an ISO 4217 currency with a minor unit"),
                "use an upper-case code such as USD, EUR or JPY",
            )
        })
    }
}

/// Whether a code is among sorted ones of three letters, each with a space behind it.
fn has(codes: &str, code: [u8; 3]) -> bool {
    let (mut low, mut high) = (0, codes.len().div_ceil(4));
    while low < high {
        let middle = low.midpoint(high);
        match codes.as_bytes().get(4 * middle..4 * middle + 3).map(|one| one.cmp(&code)) {
            Some(Ordering::Equal) => return true,
            Some(Ordering::Less) => low = middle + 1,
            _ => high = middle,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_know_their_digits() {
        for (code, digits) in [("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("ZWG", 2)] {
            let currency: Currency = code.parse().unwrap();
            assert_eq!((currency.as_str(), currency.digits()), (code, digits));
        }
    }

    #[test]
    fn what_was_withdrawn_lately_can_still_be_refunded() {
        for code in ["ANG", "BGN", "CUC", "HRK", "SLL", "ZWL"] {
            assert_eq!(code.parse::<Currency>().unwrap().digits(), 2, "{code}");
        }
        for code in ["LTL", "BYR", "DEM"] {
            assert_eq!(code.parse::<Currency>().unwrap_err().code, CURRENCY_UNKNOWN, "{code}");
        }
    }

    #[test]
    fn the_table_is_evenly_spaced() {
        for (_, codes) in BY_DIGITS {
            for code in codes.split(' ') {
                assert!(code.parse::<Currency>().is_ok(), "{code}");
            }
        }
    }

    #[test]
    fn other_words_are_refused() {
        for text in ["usd", "US", "XAU", "XXX", "USDX", "", " US", "€€€"] {
            assert!(text.parse::<Currency>().is_err(), "{text}");
        }
    }
}
