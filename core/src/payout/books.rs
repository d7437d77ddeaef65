//! The partners' books: the postings, audited once and sorted by whose money they move.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::id::Id;
use crate::kernel::money::{AMOUNT_TOO_LARGE, Currency, to_minor};
use crate::kernel::problem::Problem;

use super::posting::{Account, EntryKind, Posting, PostingEntry};
use super::{POSTING_CONFLICT, POSTING_UNBALANCED};

/// One book for each partner and currency, in that order.
pub(super) struct Books<'a>(Vec<Book<'a>>);

/// What moved one partner's balance in one currency, in order of time.
pub(super) struct Book<'a> {
    pub(super) partner: &'a Id,
    pub(super) currency: Currency,
    rows: Vec<Row<'a>>,
}

/// One entry on a partner's account, with the posting it belongs to.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) posting: &'a Posting,
    pub(super) kind: EntryKind,
    pub(super) available_at: Instant,
    pub(super) minor: i64,
}

impl<'a> Books<'a> {
    /// Reads postings in any order; one that comes twice counts once.
    ///
    /// # Errors
    /// `posting_conflict`, `posting_unbalanced`, `amount_too_fine` or `amount_too_large`, each
    /// with its place among the postings.
    pub(super) fn read(postings: &'a [Posting]) -> Result<Self, Problem> {
        let mut seen: BTreeMap<DerivedId, &Posting> = BTreeMap::new();
        let mut books: BTreeMap<(&Id, Currency), Vec<Row<'a>>> = BTreeMap::new();
        for (position, posting) in postings.iter().enumerate() {
            let placed = |problem: Problem| problem.under(position).under("postings");
            match seen.entry(posting.key) {
                Entry::Vacant(place) => place.insert(posting),
                Entry::Occupied(before) if *before.get() == posting => continue,
                Entry::Occupied(_) => return Err(placed(conflict(posting))),
            };
            for (currency, row) in rows(posting).map_err(placed)? {
                books.entry((&posting.partner, currency)).or_default().push(row);
            }
        }
        let book = |((partner, currency), mut rows): ((&'a Id, Currency), Vec<Row<'a>>)| {
            rows.sort_by_key(|row| (row.posting.at, row.kind, row.posting.key));
            Book { partner, currency, rows }
        };
        Ok(Self(books.into_iter().map(book).collect()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Book<'a>> {
        self.0.iter()
    }

    pub(super) fn of(&self, partner: &Id, currency: Currency) -> Option<&Book<'a>> {
        let place =
            self.0.binary_search_by_key(&(partner, currency), |book| (book.partner, book.currency));
        place.ok().and_then(|place| self.0.get(place))
    }
}

impl<'a> Book<'a> {
    /// The entries, in order of time.
    pub(super) fn rows(&self) -> &[Row<'a>] {
        &self.rows
    }

    /// Everything that is owed, payable or not.
    pub(super) fn balance(&self) -> Result<i64, Problem> {
        sum(&self.rows, |_| true)
    }

    /// What can be paid at a cut-off. What was paid out is gone whenever that was, so that no two
    /// cut-offs pay the same money, in whichever order they are proposed.
    pub(super) fn payable(&self, cut_off: Instant) -> Result<i64, Problem> {
        sum(&self.rows, |row| {
            matches!(row.kind, EntryKind::Payout | EntryKind::Fee) || row.available_at <= cut_off
        })
    }
}

/// The sum of the rows that are wanted.
pub(super) fn sum(rows: &[Row<'_>], wanted: impl Fn(&Row<'_>) -> bool) -> Result<i64, Problem> {
    fit(rows.iter().filter(|row| wanted(row)).map(|row| i128::from(row.minor)).sum())
}

/// A sum in the 64 bits of minor units that amounts are counted in.
pub(super) fn fit(minor: i128) -> Result<i64, Problem> {
    i64::try_from(minor).map_err(|_| {
        Problem::new(
            AMOUNT_TOO_LARGE,
            format!("a sum of `{minor}` minor units does not fit 64 bits"),
            "check the amounts of the postings",
        )
    })
}

/// The posting's entries on the partner's account, once it is known to sum to zero.
fn rows(posting: &Posting) -> Result<Vec<(Currency, Row<'_>)>, Problem> {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    let mut rows = Vec::new();
    for (position, entry) in posting.entries.iter().enumerate() {
        let currency = entry.amount.currency;
        let minor = to_minor(entry.amount.amount, currency)
            .map_err(|problem| problem.under("amount").under(position).under("entries"))?;
        *sums.entry(currency).or_default() += i128::from(minor);
        if entry.account == Account::Partner {
            rows.push((currency, row(posting, entry, minor)));
        }
    }
    match sums.into_iter().find(|(_, sum)| *sum != 0) {
        None => Ok(rows),
        Some((currency, sum)) => Err(Problem::new(
            POSTING_UNBALANCED,
            format!("the entries of `{}` sum to `{sum}` minor units of {currency}", posting.key),
            "pass the posting as it was given out, with all of its entries",
        )),
    }
}

fn row<'a>(posting: &'a Posting, entry: &PostingEntry, minor: i64) -> Row<'a> {
    let available_at = entry.available_at.unwrap_or(posting.at);
    Row { posting, kind: entry.kind, available_at, minor }
}

fn conflict(posting: &Posting) -> Problem {
    Problem::new(
        POSTING_CONFLICT,
        format!("two different postings have the key `{}`", posting.key),
        "a posting is never changed; correct it with a new one",
    )
}
