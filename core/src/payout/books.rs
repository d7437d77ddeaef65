//! The partners' books: the postings, audited once and sorted by whose money they move.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::kernel::calendar::Instant;
use crate::kernel::derived_id::DerivedId;
use crate::kernel::id::Id;
use crate::kernel::ledger::{check_balanced, conflict};
use crate::kernel::money::{AMOUNT_TOO_LARGE, Currency, to_minor};
use crate::kernel::problem::{Problem, Problems};

use super::posting::{Account, EntryKind, Posting, PostingEntry};

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
    /// Every `posting_conflict`, `posting_unbalanced`, `amount_too_fine` and `amount_too_large`,
    /// each with its place among the postings.
    pub(super) fn read(postings: &'a [Posting]) -> Result<Self, Problems> {
        let mut seen: BTreeMap<DerivedId, &Posting> = BTreeMap::new();
        let mut books: BTreeMap<(&Id, Currency), Vec<Row<'a>>> = BTreeMap::new();
        let mut found = Vec::new();
        for (position, posting) in postings.iter().enumerate() {
            match read_once(&mut seen, posting) {
                Ok(rows) => {
                    for (currency, row) in rows {
                        books.entry((&posting.partner, currency)).or_default().push(row);
                    }
                }
                Err(problem) => found.push(problem.under(position).under("postings")),
            }
        }
        Problems::verdict(found)?;
        let book = |((partner, currency), mut rows): ((&'a Id, Currency), Vec<Row<'a>>)| {
            rows.sort_by_key(|row| {
                (row.posting.at, row.kind, row.posting.key, row.minor, row.available_at)
            });
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

    /// What is payable at a cut-off. What was paid out is gone whenever that was, so that no two
    /// cut-offs pay the same money, in whichever order they are proposed.
    pub(super) fn payable(&self, cut_off: Instant) -> Result<i64, Problem> {
        sum(&self.rows, |row| row.counts_at(cut_off))
    }

    /// How much of it may leave without a debt then or later, as far as is known: what will be
    /// taken back is not paid out first.
    pub(super) fn lasting(&self, cut_off: Instant) -> Result<i64, Problem> {
        let mut sum = 0_i128;
        let mut later: BTreeMap<Instant, i128> = BTreeMap::new();
        for row in &self.rows {
            if row.counts_at(cut_off) {
                sum += i128::from(row.minor);
            } else {
                *later.entry(row.available_at).or_default() += i128::from(row.minor);
            }
        }
        let mut least = sum;
        for change in later.into_values() {
            sum += change;
            least = least.min(sum);
        }
        fit(least)
    }

    /// The book as it bears on what leaves at an instant: what is added by a posting of later
    /// counts from then, though it may call itself payable before.
    pub(super) fn posted_by(&self, at: Instant) -> Self {
        let rows = self.rows.iter().map(|row| match row.posting.at {
            posted if row.minor > 0 && posted > at => {
                Row { available_at: row.available_at.max(posted), ..*row }
            }
            _ => *row,
        });
        Self { partner: self.partner, currency: self.currency, rows: rows.collect() }
    }

    /// The book as if one payout had never been.
    pub(super) fn without(&self, payout: DerivedId) -> Self {
        let rows = self.rows.iter().filter(|row| row.posting.reference != payout);
        Self { partner: self.partner, currency: self.currency, rows: rows.copied().collect() }
    }
}

impl Row<'_> {
    fn counts_at(&self, cut_off: Instant) -> bool {
        let gone = match self.kind {
            EntryKind::Payout | EntryKind::Fee => true,
            EntryKind::Withholding => self.minor < 0,
            _ => false,
        };
        gone || self.available_at <= cut_off
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

/// The entries of a posting on the partner's account; none when it was read before.
fn read_once<'a>(
    seen: &mut BTreeMap<DerivedId, &'a Posting>,
    posting: &'a Posting,
) -> Result<Vec<(Currency, Row<'a>)>, Problem> {
    match seen.entry(posting.key) {
        Entry::Vacant(place) => {
            place.insert(posting);
            rows(posting)
        }
        Entry::Occupied(before) if before.get().same(posting) => Ok(Vec::new()),
        Entry::Occupied(_) => Err(conflict(&posting.key).under("key")),
    }
}

/// The posting's entries on the partner's account, once it is known to sum to zero.
fn rows(posting: &Posting) -> Result<Vec<(Currency, Row<'_>)>, Problem> {
    let read = |(position, entry): (usize, &PostingEntry)| {
        to_minor(entry.amount.amount, entry.amount.currency)
            .map_err(|problem| problem.under("amount").under(position).under("entries"))
    };
    let entries = posting.entries.iter();
    let units: Vec<i64> = entries.clone().enumerate().map(read).collect::<Result<_, Problem>>()?;
    let by_currency = entries.clone().map(|entry| entry.amount.currency).zip(units.iter().copied());
    check_balanced(&posting.key, by_currency).map_err(|problem| problem.under("entries"))?;
    let of_partner = entries.zip(units).filter(|(entry, _)| entry.account == Account::Partner);
    Ok(of_partner
        .map(|(entry, minor)| (entry.amount.currency, row(posting, entry, minor)))
        .collect())
}

fn row<'a>(posting: &'a Posting, entry: &PostingEntry, minor: i64) -> Row<'a> {
    let available_at = entry.available_at.unwrap_or(posting.at);
    Row { posting, kind: entry.kind, available_at, minor }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::document::{Limits, parse};

    const EARLY: &str = r#"{"account": "partner", "kind": "commission", "available_at": "2026-12-01T00:00:00Z",
        "amount": {"amount": "1", "currency": "USD"}}"#;
    const LATE: &str = r#"{"account": "partner", "kind": "commission", "available_at": "2026-12-02T00:00:00Z",
        "amount": {"amount": "1", "currency": "USD"}}"#;
    const OWED: &str = r#"{"account": "program", "kind": "commission",
        "amount": {"amount": "-2", "currency": "USD"}}"#;

    fn posting(entries: &[&str]) -> Posting {
        let text = format!(
            r#"{{"key": "f6005e86-313f-5946-8cd4-2bfc9c592a68", "at": "2026-11-20T10:00:00Z",
                "partner": "ann", "reference": "f6005e86-313f-5946-8cd4-2bfc9c592a68",
                "entries": [{}]}}"#,
            entries.join(",")
        );
        parse(&text, Limits::INPUT).unwrap()
    }

    fn available(postings: &[Posting]) -> Vec<String> {
        let books = Books::read(postings).unwrap();
        let rows = books.iter().flat_map(Book::rows);
        rows.map(|row| row.available_at.to_string()).collect()
    }

    #[test]
    fn the_order_of_entries_is_no_difference() {
        let (one, other) = (posting(&[EARLY, LATE, OWED]), posting(&[OWED, LATE, EARLY]));
        let expected = ["2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"];
        assert_eq!(available(std::slice::from_ref(&one)), expected);
        assert_eq!(available(std::slice::from_ref(&other)), expected);
        assert_eq!(available(&[one, other]), expected);
    }

    /// Each of the short ones used to copy and sort the long one.
    #[test]
    fn short_postings_under_the_key_of_a_long_one_cost_little() {
        let long = posting(&[EARLY, LATE, OWED].repeat(10_000));
        let mut postings = vec![long];
        postings.extend(vec![posting(&[EARLY, LATE, OWED]); 2_000]);
        let problems = Books::read(&postings).err().unwrap();
        assert_eq!(problems.as_slice().len(), 2_000);
    }
}
