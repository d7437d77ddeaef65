//! The records in an order of their own, each once, without those that nobody suspects.

use std::collections::BTreeMap;

use crate::kernel::calendar::Instant;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

use super::FRAUD_RECORD_CONFLICT;
use super::compile::FraudPolicy;
use super::finding::FraudSubjectKind;
use super::record::{
    FraudClick, FraudConversion, FraudHistory, FraudPartner, FraudPayout, FraudSubject,
};

/// A subject: its kind and its place among the records of that kind.
pub(super) type Subject = (FraudSubjectKind, usize);

/// The records. Partners are in the order of their ids, the others in that of time, then ids.
pub(super) struct Records<'a> {
    pub(super) partners: Vec<&'a FraudPartner>,
    pub(super) clicks: Vec<&'a FraudClick>,
    pub(super) conversions: Vec<&'a FraudConversion>,
    pub(super) payouts: Vec<&'a FraudPayout>,
    /// The same clicks in the order of their ids.
    clicks_by_id: Vec<&'a FraudClick>,
}

impl<'a> Records<'a> {
    /// The records of a history, and of a subject, which takes the place of a record of its id.
    pub(super) fn new(
        policy: &FraudPolicy,
        history: &'a FraudHistory,
        subject: Option<&'a FraudSubject>,
    ) -> Result<Self, Problems> {
        let mut found = Vec::new();
        let partner = subject.and_then(FraudSubject::partner);
        let click = subject.and_then(FraudSubject::click);
        let conversion = subject.and_then(FraudSubject::conversion);
        let payout = subject.and_then(FraudSubject::payout);
        let mut partners = unique(&history.partners, partner, "partners", &mut found);
        let mut clicks_by_id = unique(&history.clicks, click, "clicks", &mut found);
        let mut conversions = unique(&history.conversions, conversion, "conversions", &mut found);
        let mut payouts = unique(&history.payouts, payout, "payouts", &mut found);
        Problems::verdict(found)?;
        let allowed = &policy.allowed;
        let suspected = |partner: &Id| !allowed.partners.contains(partner);
        partners.retain(|partner| suspected(&partner.id));
        clicks_by_id.retain(|click| suspected(&click.partner));
        conversions.retain(|conversion| {
            let customer = conversion.customer.as_ref();
            suspected(&conversion.partner)
                && !customer.is_some_and(|customer| allowed.customers.contains(customer))
        });
        payouts.retain(|payout| suspected(&payout.partner));
        // They are in the order of their ids, which a stable sort by time keeps.
        let mut clicks = clicks_by_id.clone();
        clicks.sort_by_key(|click| click.at);
        conversions.sort_by_key(|conversion| conversion.at);
        payouts.sort_by_key(|payout| payout.at);
        Ok(Self { partners, clicks, conversions, payouts, clicks_by_id })
    }

    pub(super) fn partner(&self, id: &Id) -> Option<&'a FraudPartner> {
        let place = self.partners.binary_search_by(|partner| partner.id.cmp(id)).ok()?;
        self.partners.get(place).copied()
    }

    /// The click that a conversion is attributed to.
    pub(super) fn click_of(&self, conversion: &FraudConversion) -> Option<&'a FraudClick> {
        let id = conversion.click.as_ref()?;
        let place = self.clicks_by_id.binary_search_by(|click| click.id.cmp(id)).ok()?;
        self.clicks_by_id.get(place).copied()
    }

    /// Whose a subject is, what it is called and when it happened.
    pub(super) fn named(
        &self,
        (kind, place): Subject,
    ) -> Option<(&'a Id, &'a Id, Option<Instant>)> {
        match kind {
            FraudSubjectKind::Partner => {
                self.partners.get(place).map(|partner| (&partner.id, &partner.id, None))
            }
            FraudSubjectKind::Click => {
                self.clicks.get(place).map(|click| (&click.partner, &click.id, Some(click.at)))
            }
            FraudSubjectKind::Conversion => {
                let conversion = self.conversions.get(place);
                conversion.map(|one| (&one.partner, &one.id, Some(one.at)))
            }
            FraudSubjectKind::Payout => {
                self.payouts.get(place).map(|one| (&one.partner, &one.id, Some(one.at)))
            }
        }
    }

    /// Where a subject is; none when nobody suspects it.
    pub(super) fn place_of(&self, subject: &FraudSubject) -> Option<Subject> {
        let place = match subject {
            FraudSubject::Partner { partner } => {
                self.partners.iter().position(|one| one.id == partner.id)
            }
            FraudSubject::Click { click } => self.clicks.iter().position(|one| one.id == click.id),
            FraudSubject::Conversion { conversion } => {
                self.conversions.iter().position(|one| one.id == conversion.id)
            }
            FraudSubject::Payout { payout } => {
                self.payouts.iter().position(|one| one.id == payout.id)
            }
        };
        place.map(|place| (subject.kind(), place))
    }

    /// How many there are from an instant on, partners included.
    pub(super) fn count_since(&self, since: Option<Instant>) -> usize {
        let late = |at: Instant| since.is_none_or(|since| at >= since);
        self.partners.len()
            + self.clicks.iter().filter(|one| late(one.at)).count()
            + self.conversions.iter().filter(|one| late(one.at)).count()
            + self.payouts.iter().filter(|one| late(one.at)).count()
    }
}

/// A record of its own id.
trait Record: PartialEq {
    fn id(&self) -> &Id;
}

macro_rules! record {
    ($($record:ident $subject:ident $field:ident;)+) => {
        $(impl Record for $record {
            fn id(&self) -> &Id {
                &self.id
            }
        })+

        impl FraudSubject {
            $(fn $field(&self) -> Option<&$record> {
                match self {
                    Self::$subject { $field } => Some($field),
                    _ => None,
                }
            })+

            /// What kind of thing it is.
            #[must_use]
            pub const fn kind(&self) -> FraudSubjectKind {
                match self {
                    $(Self::$subject { .. } => FraudSubjectKind::$subject,)+
                }
            }

            /// Its id.
            #[must_use]
            pub const fn id(&self) -> &Id {
                match self {
                    $(Self::$subject { $field } => &$field.id,)+
                }
            }
        }
    };
}

record! {
    FraudPartner Partner partner;
    FraudClick Click click;
    FraudConversion Conversion conversion;
    FraudPayout Payout payout;
}

/// Each record once, in the order of their ids. `instead` takes the place of one of its id.
fn unique<'a, R: Record>(
    records: &'a [R],
    instead: Option<&'a R>,
    name: &str,
    found: &mut Vec<Problem>,
) -> Vec<&'a R> {
    let own = |record: &R| instead.is_some_and(|instead| record.id() == instead.id());
    let listed = records.iter().enumerate().filter(|(_, record)| !own(record));
    // An id of usual length lies in place, so that sorting follows no pointers.
    let mut by_id: Vec<(Id, usize)> =
        listed.map(|(position, record)| (record.id().clone(), position)).collect();
    by_id.extend(instead.map(|instead| (instead.id().clone(), records.len())));
    by_id.sort_unstable();
    let mut kept: Vec<&R> = Vec::with_capacity(by_id.len());
    for (_, position) in by_id {
        let Some(record) = records.get(position).or(instead) else { continue };
        match kept.last() {
            Some(before) if before.id() == record.id() => {
                if *before != record {
                    found.push(conflict(record.id()).under(position).under(name));
                }
            }
            _ => kept.push(record),
        }
    }
    kept
}

fn conflict(id: &Id) -> Problem {
    Problem::new(
        FRAUD_RECORD_CONFLICT,
        format!("two records of the id `{id}` say different things"),
        "hand in each record once, as it is known now",
    )
    .under("id")
}

/// Subjects with what was found about them.
pub(super) type Found<T> = BTreeMap<Subject, Vec<T>>;
