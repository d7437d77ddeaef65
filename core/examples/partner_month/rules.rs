//! Everything that is invented in this example, in one place.
//!
//! The purchases are real; who sold them, who was given his money back and when partners are paid
//! is not recorded anywhere, so it is made up here, by rules that a stranger can write down again
//! from `README.md` beside this file (`tests/independent/replay.py` did). What partners earn is
//! not here but in `plan.json`, and how they are paid in `payout_policy.json`.

use guerdon::Problem;
use guerdon::commission::Partner;
use guerdon::kernel::calendar::{Date, Instant, Zone};
use guerdon::kernel::id::Id;

/// The time zone of the whole program, as in `plan.json`.
pub(crate) const ZONE: &str = "America/New_York";

/// How many partners there are, `partner-01` to `partner-40`.
pub(crate) const PARTNERS: u64 = 40;

/// The partner who has not confirmed a payout method: he earns, and is not paid.
pub(crate) const UNVERIFIED: u64 = 7;

/// The first day after the history; a refund that would come later does not come.
pub(crate) const END: &str = "1998-07-01";

/// How many days a payout takes to arrive.
pub(crate) const TRANSFER_DAYS: u32 = 2;

/// The one payout that comes back: whose, and the month of its cut-off.
pub(crate) const RETURNED: (u64, &str) = (2, "1997-06");
/// How many days after its cut-off it is back.
pub(crate) const RETURN_DAYS: u32 = 9;

/// The partner a customer belongs to. Earlier partners have more of them: of 1,600 equal parts of
/// all hashes, partner 1 has 79 and partner 40 has one.
pub(crate) fn partner_of(customer: u64) -> u64 {
    PARTNERS - (fnv1a(customer.to_string().as_bytes()) % (PARTNERS * PARTNERS)).isqrt()
}

/// The hash FNV-1a with 64 bits.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Who recruited a partner: the first three came by themselves.
pub(crate) const fn sponsor_of(partner: u64) -> Option<u64> {
    if partner > 3 { Some(partner / 3) } else { None }
}

/// A refund, decided by the number of the order.
pub(crate) struct Return {
    /// How many days after the purchase.
    pub(crate) days: u32,
    /// How much of the price, in cents.
    pub(crate) cents: i64,
}

/// One order in 37 is given back whole after 9 days, while its commission is still held. Of
/// another one in 37, half the price is given back after 48 days, when the commission may have
/// been paid out. Cents are rounded down; what cost nothing is not given back.
pub(crate) const fn return_of(order: u64, price_cents: i64) -> Option<Return> {
    match order % 37 {
        _ if price_cents == 0 => None,
        5 => Some(Return { days: 9, cents: price_cents }),
        23 => Some(Return { days: 48, cents: price_cents / 2 }),
        _ => None,
    }
}

/// Purchases and refunds happen at noon.
pub(crate) fn noon(date: Date) -> Result<Instant, Problem> {
    ZONE.parse::<Zone>()?.instant_at(date, "12:00".parse()?)
}

/// The id of a partner, such as `partner-07`.
pub(crate) fn partner_id(partner: u64) -> Result<Id, Problem> {
    format!("partner-{partner:02}").parse()
}

/// The partners, as a host keeps them.
pub(crate) fn partners() -> Result<Vec<Partner>, Problem> {
    let partner = |number| {
        let sponsor = sponsor_of(number).map(partner_id).transpose()?;
        Ok(Partner { sponsor, ..Partner::new(partner_id(number)?) })
    };
    (1..=PARTNERS).map(partner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The test vectors that its authors publish.
    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv1a(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn every_partner_has_customers_and_the_first_ones_more() {
        let mut customers = [0; 41];
        for customer in 1..=2_357 {
            customers[usize::try_from(partner_of(customer)).unwrap()] += 1;
        }
        assert_eq!(customers[0], 0);
        assert_eq!((customers[1], customers[39], customers[40]), (134, 5, 2));
    }
}
