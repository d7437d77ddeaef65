//! What a ledger counts: the minor units of a currency, or the units of anything else.

use std::fmt;
use std::str::FromStr;

use crate::kernel::id::Id;
use crate::kernel::money::Currency;
use crate::kernel::problem::Problem;

use super::ASSET_INVALID;

/// A currency, counted in its minor units, or a kind of points, by its name.
///
/// Three upper-case letters are a currency. A name that is a currency's code in another case is
/// refused, because it would keep a second set of books for the same money.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Asset {
    /// Minor units of a currency: cents.
    Currency(Currency),
    /// Units of something that the host has named.
    Named(Id),
}

impl From<Currency> for Asset {
    fn from(currency: Currency) -> Self {
        Self::Currency(currency)
    }
}

impl fmt::Display for Asset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Currency(currency) => currency.fmt(f),
            Self::Named(name) => name.fmt(f),
        }
    }
}

impl FromStr for Asset {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return text.parse().map(Self::Currency);
        }
        if let Ok(currency) = text.to_ascii_uppercase().parse::<Currency>() {
            return Err(Problem::new(
                ASSET_INVALID,
                format!("`{text}` is nearly the currency {currency}"),
                format!("write `{currency}`, or give the asset another name"),
            ));
        }
        text.parse().map(Self::Named).map_err(|_| {
            Problem::new(
                ASSET_INVALID,
                format!("the name of an asset has 1 to 200 bytes, this one has {}", text.len()),
                "write a currency such as `USD`, or a name such as `points`",
            )
        })
    }
}

crate::scalar!(
    Asset,
    "asset",
    str,
    integers: false,
    "\"USD\"",
    "A currency, counted in its minor units, or the name of a kind of points."
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::CURRENCY_UNKNOWN;

    #[test]
    fn currencies_and_names_lead_back_to_their_text() {
        for text in ["USD", "JPY", "points", "miles/2026", "Points", "US"] {
            let asset: Asset = text.parse().unwrap();
            assert_eq!(asset.to_string(), text);
            assert_eq!(matches!(asset, Asset::Currency(_)), text == "USD" || text == "JPY");
        }
        let usd: Currency = "USD".parse().unwrap();
        assert_eq!("USD".parse::<Asset>().unwrap(), usd.into());
    }

    #[test]
    fn what_is_nearly_a_currency_is_refused() {
        for (text, code) in [
            ("usd", ASSET_INVALID),
            ("Eur", ASSET_INVALID),
            ("", ASSET_INVALID),
            ("XYZ", CURRENCY_UNKNOWN),
        ] {
            assert_eq!(text.parse::<Asset>().unwrap_err().code, code, "{text}");
        }
        assert_eq!("x".repeat(201).parse::<Asset>().unwrap_err().code, ASSET_INVALID);
    }
}
