//! The ledger itself: postings by key, and the balances that follow from them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::kernel::calendar::Instant;
use crate::kernel::document::shape::SAFE_INTEGER;
use crate::kernel::exact::OVERFLOW;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

use super::Asset;
use super::posting::{LedgerEntry, LedgerPosting, conflict};

/// Postings, each under its key, and the balance of every account.
///
/// ```
/// use guerdon::kernel::document::{Limits, parse};
/// use guerdon::kernel::ledger::{Ledger, LedgerPosting, Posted};
///
/// let earned: LedgerPosting = parse(
///     r#"{"key": "sale-7", "at": "2026-11-20T10:00:00Z", "entries": [
///         {"account": "partner-1", "asset": "USD", "units": 250,
///          "available_at": "2026-12-20T10:00:00Z"},
///         {"account": "program", "asset": "USD", "units": -250}
///     ]}"#,
///     Limits::INPUT,
/// )?;
/// let mut ledger = Ledger::default();
/// assert_eq!(ledger.post(earned.clone())?, Posted::New);
/// assert_eq!(ledger.post(earned)?, Posted::Already);
///
/// let (partner, usd) = ("partner-1".parse()?, "USD".parse()?);
/// assert_eq!(ledger.balance(&partner, &usd)?, 250);
/// assert_eq!(ledger.available(&partner, &usd, "2026-12-01T00:00:00Z".parse()?)?, 0);
/// # Ok::<(), guerdon::Problems>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    postings: BTreeMap<Id, LedgerPosting>,
    balances: BTreeMap<(Id, Asset), Balance>,
}

/// What an account has of an asset. Sums have twice the bits of what is summed, so that no order
/// of postings overflows where another one does not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Balance {
    units: i128,
    /// The part of it that becomes available at an instant, by that instant.
    dated: BTreeMap<Instant, i128>,
}

/// What became of a posting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It was added.
    New,
    /// It was there already, and nothing changed.
    Already,
}

/// An entry of an account, and its balance from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running<'a> {
    /// The posting that has the entry.
    pub posting: &'a LedgerPosting,
    /// The entry.
    pub entry: &'a LedgerEntry,
    /// The balance after it.
    pub balance: i64,
}

impl Ledger {
    /// Adds a posting, unless it is there already. A refused posting has changed nothing.
    ///
    /// # Errors
    /// `posting_conflict` when its key has another content; otherwise everything that
    /// [`LedgerPosting::check`] finds.
    pub fn post(&mut self, posting: LedgerPosting) -> Result<Posted, Problems> {
        let posting = posting.ordered();
        match self.postings.entry(posting.key.clone()) {
            Entry::Occupied(known) if *known.get() == posting => Ok(Posted::Already),
            Entry::Occupied(known) => Err(conflict(known.key()).under("key").into()),
            Entry::Vacant(place) => {
                Problems::verdict(posting.check())?;
                for entry in &posting.entries {
                    add(&mut self.balances, entry);
                }
                place.insert(posting);
                Ok(Posted::New)
            }
        }
    }

    /// Adds all postings of another ledger. A refused merge has changed nothing.
    ///
    /// # Errors
    /// `posting_conflict` for the first key, in their order, under which the two differ.
    pub fn merge(&mut self, other: Self) -> Result<(), Problem> {
        let differs = |(key, posting): &(&Id, &LedgerPosting)| {
            self.postings.get(*key).is_some_and(|known| known != *posting)
        };
        if let Some((key, _)) = other.postings.iter().find(differs) {
            return Err(conflict(key));
        }
        for (key, posting) in other.postings {
            if let Entry::Vacant(place) = self.postings.entry(key) {
                for entry in &posting.entries {
                    add(&mut self.balances, entry);
                }
                place.insert(posting);
            }
        }
        Ok(())
    }

    /// The ledger as it was at an instant: all postings up to it, and with it.
    #[must_use]
    pub fn as_of(&self, at: Instant) -> Self {
        let mut past = Self::default();
        for (key, posting) in self.postings.iter().filter(|(_, posting)| posting.at <= at) {
            for entry in &posting.entries {
                add(&mut past.balances, entry);
            }
            past.postings.insert(key.clone(), posting.clone());
        }
        past
    }

    /// The postings, in the order of their keys.
    pub fn postings(&self) -> impl ExactSizeIterator<Item = &LedgerPosting> {
        self.postings.values()
    }

    /// Every account and asset that ever had an entry, in their order.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = (&Id, &Asset)> {
        self.balances.keys().map(|(account, asset)| (account, asset))
    }

    /// What an account has of an asset, in units.
    ///
    /// # Errors
    /// `overflow` beyond 2^53 - 1 units, which not every language can hold.
    pub fn balance(&self, account: &Id, asset: &Asset) -> Result<i64, Problem> {
        let units = self.find(account, asset).map_or(0, |balance| balance.units);
        shown(units, account, asset)
    }

    /// How much of that is available: all of it but what becomes available after `now`.
    ///
    /// # Errors
    /// As [`Ledger::balance`].
    pub fn available(&self, account: &Id, asset: &Asset, now: Instant) -> Result<i64, Problem> {
        let units = self.find(account, asset).map_or(0, |balance| balance.available(now));
        shown(units, account, asset)
    }

    /// Every entry of an account and asset in the order of time, then of keys, with the balance
    /// after each.
    ///
    /// # Errors
    /// As [`Ledger::balance`].
    pub fn running(&self, account: &Id, asset: &Asset) -> Result<Vec<Running<'_>>, Problem> {
        let mut postings: Vec<&LedgerPosting> = self.postings.values().collect();
        postings.sort_by_key(|posting| posting.at);
        let mut sum = 0_i128;
        let entries = postings
            .into_iter()
            .flat_map(|posting| posting.entries.iter().map(move |entry| (posting, entry)));
        entries
            .filter(|(_, entry)| entry.account == *account && entry.asset == *asset)
            .map(|(posting, entry)| {
                sum += i128::from(entry.units);
                Ok(Running { posting, entry, balance: shown(sum, account, asset)? })
            })
            .collect()
    }

    fn find(&self, account: &Id, asset: &Asset) -> Option<&Balance> {
        self.balances.get(&(account.clone(), asset.clone()))
    }
}

impl Balance {
    fn available(&self, now: Instant) -> i128 {
        let later = (std::ops::Bound::Excluded(now), std::ops::Bound::Unbounded);
        self.units - self.dated.range(later).map(|(_, units)| units).sum::<i128>()
    }
}

fn add(balances: &mut BTreeMap<(Id, Asset), Balance>, entry: &LedgerEntry) {
    let place = (entry.account.clone(), entry.asset.clone());
    let balance = balances.entry(place).or_default();
    let units = i128::from(entry.units);
    // Fewer than 2^64 entries of 64 bits: no overflow.
    balance.units += units;
    if let Some(at) = entry.available_at {
        *balance.dated.entry(at).or_default() += units;
    }
}

/// A sum, where every language can hold it.
fn shown(units: i128, account: &Id, asset: &Asset) -> Result<i64, Problem> {
    let safe = i64::try_from(units)
        .ok()
        .filter(|units| units.unsigned_abs() <= SAFE_INTEGER.unsigned_abs());
    safe.ok_or_else(|| {
        Problem::new(
            OVERFLOW,
            format!("`{account}` has `{units}` units of {asset}, more than 2^53 - 1"),
            "check the units of the postings for a wrong magnitude",
        )
    })
}
