//! Exact numbers as text, and as decimals: both directions, without loss.
//!
//! The accepted forms are plain: `-12.50`, `7`, `-1/3`. No exponent, sign `+`, blank, group
//! separator, bare point or decimal inside a ratio: each of them is more often a mistake than
//! meant. The written form is canonical: no trailing zeros, no exponent, no negative zero.

use std::fmt;
use std::str::FromStr;

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive};
use rust_decimal::Decimal;

use super::{Exact, Form, NUMBER_MALFORMED, overflow};
use crate::kernel::problem::Problem;

/// Longer texts are refused unread; every number within the size limit is shorter.
const MAX_TEXT: usize = 5_000;

/// The most places after the point that `Display` writes before it prefers a ratio.
const MAX_PLACES: u32 = Decimal::MAX_SCALE;

/// How many places after the point say what a ratio is about; as many significant digits where the
/// ratio is small.
const PLACES_ABOUT: u32 = 4;

impl Exact {
    /// The value as plain decimal text (`-12.5`), or `None` when its decimals never end.
    #[must_use]
    pub fn to_decimal_text(&self) -> Option<String> {
        self.to_digits().map(|(mantissa, scale)| plain(mantissa, scale))
    }

    /// The value as a `Decimal` of the smallest scale, or `None` when a `Decimal` (96 bits, at
    /// most 28 places) cannot hold it exactly.
    #[must_use]
    pub fn to_decimal(&self) -> Option<Decimal> {
        match &self.0 {
            Form::Small(fraction) => {
                let (mantissa, scale) = fraction.to_scaled()?;
                Decimal::try_from_i128_with_scale(mantissa, scale).ok()
            }
            // What a decimal can hold is always small.
            Form::Big(_) => None,
        }
    }

    /// The digits of the smallest `mantissa / 10^scale`, if the decimals end.
    fn to_digits(&self) -> Option<(String, u32)> {
        if let Form::Small(fraction) = &self.0 {
            if let Some((mantissa, scale)) = fraction.to_scaled() {
                return Some((mantissa.to_string(), scale));
            }
        }
        let big = self.to_big();
        let scale = places(big.denom().magnitude())?;
        let mantissa = big.numer() * BigInt::from(10).pow(scale) / big.denom();
        Some((mantissa.to_string(), scale))
    }
}

/// What a ratio is about, as decimal text rounded half away from zero.
fn about(big: &BigRational) -> String {
    let mantissa = |places| (big * BigInt::from(10).pow(places)).round().to_integer();
    let least = BigUint::from(10u8).pow(PLACES_ABOUT - 1);
    let enough = |places: &u32| *mantissa(*places).magnitude() >= least;
    let places = (PLACES_ABOUT..MAX_PLACES).find(enough).unwrap_or(MAX_PLACES);
    plain(mantissa(places).to_string(), places)
}

/// Puts the point into the digits of `mantissa / 10^scale`.
fn plain(mantissa: String, scale: u32) -> String {
    let Some(scale) = usize::try_from(scale).ok().filter(|scale| *scale > 0) else {
        return mantissa;
    };
    let (sign, digits) = match mantissa.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", mantissa.as_str()),
    };
    let mut text = format!("{digits:0>width$}", width = scale + 1);
    text.insert(text.len() - scale, '.');
    text.insert_str(0, sign);
    text
}

/// How many places after the point a denominator in lowest terms needs, if that ever ends.
fn places(den: &BigUint) -> Option<u32> {
    let twos = den.trailing_zeros()?;
    let mut rest = den >> twos;
    let mut fives = 0;
    loop {
        let (quotient, remainder) = rest.div_rem(&BigUint::from(5u8));
        if remainder != BigUint::ZERO {
            break;
        }
        rest = quotient;
        fives += 1;
    }
    if rest.is_one() { u32::try_from(twos.max(fives)).ok() } else { None }
}

impl fmt::Display for Exact {
    /// Plain decimal text when at most 28 places after the point say it all, else `n/d`; for a
    /// sentence, `{:#}`, with what that is about: `10/3 (about 3.3333)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Nearly all numbers; a decimal is written without a text of its own.
        if let Some(decimal) = self.to_decimal() {
            return write!(f, "{decimal}");
        }
        match self.to_digits() {
            Some((mantissa, scale)) if scale <= MAX_PLACES => f.write_str(&plain(mantissa, scale)),
            _ => {
                let big = self.to_big();
                write!(f, "{}/{}", big.numer(), big.denom())?;
                if f.alternate() { write!(f, " (about {})", about(&big)) } else { Ok(()) }
            }
        }
    }
}

impl fmt::Debug for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exact({self})")
    }
}

impl FromStr for Exact {
    type Err = Problem;

    /// Reads `-12.50`, `7` or `-1/3`.
    ///
    /// # Errors
    /// `number_malformed` for any other form, `division_by_zero` for `1/0`, and `overflow` for
    /// what is beyond the size limit.
    fn from_str(text: &str) -> Result<Self, Problem> {
        if text.len() > MAX_TEXT {
            return Err(overflow());
        }
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let magnitude = match (unsigned.split_once('/'), unsigned.split_once('.')) {
            (Some((num, den)), _) => whole(num, text)?.checked_div(&whole(den, text)?)?,
            (None, Some((units, places))) => decimal(units, places, text)?,
            (None, None) => whole(unsigned, text)?,
        };
        Ok(if text.starts_with('-') { -magnitude } else { magnitude })
    }
}

/// Reads digits; `text` is the whole input, for the message.
fn whole(digits: &str, text: &str) -> Result<Exact, Problem> {
    Exact::from_big(natural(digits, text)?.into())
}

/// Reads the digits on both sides of a point.
fn decimal(units: &str, places: &str, text: &str) -> Result<Exact, Problem> {
    if units.is_empty() || places.is_empty() {
        return Err(malformed(text));
    }
    let mantissa = natural(&format!("{units}{places}"), text)?;
    let scale = u32::try_from(places.len()).map_err(|_| overflow())?;
    match mantissa.to_i128() {
        Some(mantissa) => Exact::from_scaled(mantissa, scale),
        None => Exact::from_big(BigRational::new(mantissa, BigInt::from(10).pow(scale))),
    }
}

fn natural(digits: &str, text: &str) -> Result<BigInt, Problem> {
    // The integer parsers alone would take a sign, and the big one also `_`.
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(malformed(text));
    }
    match digits.parse::<i128>() {
        Ok(small) => Ok(small.into()),
        Err(_) => digits.parse().map_err(|_| malformed(text)),
    }
}

fn malformed(text: &str) -> Problem {
    let shown: String = text.chars().take(40).collect();
    Problem::new(
        NUMBER_MALFORMED,
        format!("`{shown}` is not a number"),
        "write a plain decimal such as `-12.50`, or a ratio of whole numbers such as `1/3`",
    )
}

crate::scalar!(
    Exact,
    "exact",
    Fraction,
    integers: true,
    "\"1/3\"",
    "An exact number, as text: a decimal where one says it all, otherwise a ratio."
);
