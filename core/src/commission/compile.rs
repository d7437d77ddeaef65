//! A plan made ready: checked, its names turned into numbers, its rates into integers.
//!
//! A [`PlanDocument`] can be wrong; a [`Plan`] cannot. Compiling finds every problem first. Then
//! each schedule, cap and ladder gets a meter in the state, each condition a program, and all
//! rates are written twice: over one common denominator as integers, where they fit, and exactly.

use crate::kernel::calendar::{
    Instant, PeriodCursor, PlacedWindow, SpanCursor, TZDB_VERSION, Window,
};
use crate::kernel::document::{self, Limits};
use crate::kernel::exact::Exact;
use crate::kernel::expression::{self, Expression, FactType, Program, Vocabulary};
use crate::kernel::id::Id;
use crate::kernel::ladder::Levels;
use crate::kernel::money::{Amount, Currency, to_minor};
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::schedule::Compiled;

use super::conditions::ConditionId;
use super::event::EventKind;
use super::outcome::{PlanReference, TierChange};
use super::plan::{Cap, CapScope, Combine, Measure, Pay, PlanDocument, Rule, TierLadder};
use super::rates::Tables;
use super::state::State;
use super::{facts, rates, validate};

/// A compiled plan, ready to evaluate.
#[derive(Debug)]
pub struct Plan {
    pub(super) document: PlanDocument,
    pub(super) reference: PlanReference,
    pub(super) vocabulary: Vocabulary,
    pub(super) conditions: Vec<Program>,
    pub(super) eligible: Option<ConditionId>,
    /// The different windows of the plan's meters.
    pub(super) windows: Vec<Window>,
    pub(super) meters: Vec<MeterSpec>,
    /// Whether any of them adds up by customer.
    pub(super) counts_customers: bool,
    pub(super) caps: Vec<CapMeter>,
    pub(super) overrides: Vec<Option<ConditionId>>,
    /// The groups, each with its rules in the order in which they are tried.
    pub(super) groups: Vec<GroupSpec>,
    /// Of each rule, by its number, its group and its place there.
    places: Vec<(usize, usize)>,
    /// The meters that count what was posted under a cap.
    pub(super) cap_meters: Vec<usize>,
    pub(super) tiers: Option<TierSpec>,
    /// The ids of the tiers that rules or the ladder know.
    pub(super) tier_ids: Vec<Id>,
    pub(super) fast: Option<Tables<i64>>,
    pub(super) exact: Tables<Exact>,
    /// The schedules in plain units, to explain by.
    pub(super) schedules: Vec<Compiled<Exact>>,
}

/// What a meter adds up, and over which of the plan's windows.
#[derive(Clone, Debug)]
pub(super) struct MeterSpec {
    /// Its name in stored states.
    pub(super) name: String,
    pub(super) window: usize,
    pub(super) key: Key,
}

/// Whose sums a meter keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Partner,
    Customer,
    Program,
}

/// A group of rules.
#[derive(Debug)]
pub(super) struct GroupSpec {
    pub(super) combine: Combine,
    /// Highest priority first; among equals the earlier one.
    pub(super) rules: Vec<RuleSpec>,
}

/// When a rule applies.
#[derive(Clone, Copy, Debug)]
pub(super) struct RuleSpec {
    /// The rule's number, counted through the groups.
    pub(super) number: usize,
    pub(super) kinds: Kinds,
    pub(super) when: Option<ConditionId>,
}

/// A set of kinds of event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kinds(u8);

impl Kinds {
    fn of(kinds: &[EventKind]) -> Self {
        Self(kinds.iter().fold(0, |set, kind| set | Self::bit(*kind)))
    }

    #[inline]
    pub(super) const fn contains(self, kind: EventKind) -> bool {
        self.0 & Self::bit(kind) != 0
    }

    const fn bit(kind: EventKind) -> u8 {
        match kind {
            EventKind::Signup => 1,
            EventKind::Lead => 2,
            EventKind::Sale => 4,
            EventKind::Renewal => 8,
            EventKind::Click => 16,
            EventKind::Custom => 32,
        }
    }
}

/// A cap and, where it limits something over time, its meter.
#[derive(Clone, Debug)]
pub(super) struct CapMeter {
    pub(super) max: i64,
    pub(super) meter: Option<usize>,
}

/// The plan's own tiers.
#[derive(Debug)]
pub(super) struct TierSpec {
    pub(super) measure: Measure,
    pub(super) when: Option<ConditionId>,
    pub(super) meter: usize,
    pub(super) levels: Levels,
    /// Of each level, its number among the plan's tier ids.
    pub(super) tier_of_level: Vec<u16>,
}

impl Plan {
    /// Reads and compiles a plan document.
    ///
    /// # Errors
    /// Every problem of the document, each with its place.
    pub fn from_json(text: &str) -> Result<Self, Problems> {
        Self::compile(document::parse(text, Limits::DOCUMENT)?)
    }

    /// Compiles a plan document.
    ///
    /// # Errors
    /// Every problem of the document, each with its place.
    pub fn compile(document: PlanDocument) -> Result<Self, Problems> {
        let vocabulary = facts::vocabulary(&document)?;
        Problems::verdict(validate::problems(&document))?;
        let mut compiling = Compiling { vocabulary, ..Compiling::default() };
        let eligible = compiling.condition(document.eligible.as_ref(), "eligible");
        let parts = compiling.parts(&document);
        Problems::verdict(std::mem::take(&mut compiling.found))?;
        let tier_ids = tier_ids(&document);
        let schedules = rates::schedules(&document)?;
        let windows: Vec<usize> = compiling.meters.iter().map(|meter| meter.window).collect();
        let exact = rates::exact(&document, &tier_ids, &parts.multipliers, &windows)?;
        let fast = rates::scaled(&document, &tier_ids, &parts.multipliers, &windows);
        let reference = reference(&document)?;
        Ok(Self {
            reference,
            vocabulary: compiling.vocabulary,
            conditions: compiling.conditions,
            eligible,
            windows: compiling.windows,
            counts_customers: compiling.meters.iter().any(|meter| meter.key == Key::Customer),
            meters: compiling.meters,
            cap_meters: parts.caps.iter().filter_map(|cap| cap.meter).collect(),
            caps: parts.caps,
            overrides: parts.overrides,
            places: places(&document),
            groups: parts.groups,
            tiers: parts.tiers,
            tier_ids,
            fast,
            exact,
            schedules,
            document,
        })
    }

    /// The document that this was compiled from.
    #[must_use]
    pub const fn document(&self) -> &PlanDocument {
        &self.document
    }

    /// The document's id, version and hash.
    #[must_use]
    pub const fn reference(&self) -> &PlanReference {
        &self.reference
    }

    /// A state in which nothing has happened yet.
    #[must_use]
    pub fn new_state(&self) -> State {
        let hold = SpanCursor::new(self.document.hold, self.document.zone);
        State::empty(self.reference.clone(), self.meters.len(), self.cursors(), hold)
    }

    pub(super) fn tier_id(&self, tier: Option<u16>) -> Option<Id> {
        self.tier_ids.get(usize::from(tier?)).cloned()
    }

    /// A rule by its number.
    pub(super) fn rule(&self, number: usize) -> Option<&Rule> {
        let (group, rule) = *self.places.get(number)?;
        self.document.groups.get(group)?.rules.get(rule)
    }

    /// What a change of level means in tiers, if anything.
    pub(super) fn tier_change(
        &self,
        before: Option<u16>,
        after: Option<u16>,
        partner: &Id,
        at: Instant,
    ) -> Option<TierChange> {
        let spec = self.tiers.as_ref()?;
        let tier = |level: Option<u16>| {
            let number = spec.tier_of_level.get(usize::from(level?)).copied();
            self.tier_id(number)
        };
        (before != after).then(|| TierChange {
            partner: partner.clone(),
            before: tier(before),
            after: tier(after),
            at,
        })
    }

    /// A cursor for each window that is the same for all partners.
    pub(super) fn cursors(&self) -> Vec<Option<PeriodCursor>> {
        let zone = self.document.zone;
        let windows = self.windows.iter();
        windows
            .map(|window| match window.place(zone, None) {
                Ok(PlacedWindow::Periods(periods)) => Some(periods.cursor()),
                // Counted from each partner's own date.
                Ok(PlacedWindow::Rolling(_)) | Err(_) => None,
            })
            .collect()
    }

    /// The number of a tier; none for one that the plan does not know.
    pub(super) fn tier_number(&self, tier: &Id) -> Option<u16> {
        self.tier_ids.binary_search(tier).ok().and_then(|number| u16::try_from(number).ok())
    }

    /// What a rule pays for a tier, as the document says it.
    pub(super) fn pay_of(&self, rule: usize, tier: Option<u16>) -> Option<&Pay> {
        match &self.rule(rule)?.pay {
            Pay::ByTier { tiers, otherwise } => tier
                .and_then(|tier| self.tier_ids.get(usize::from(tier)))
                .and_then(|tier| tiers.get(tier))
                .or(otherwise.as_deref()),
            pay => Some(pay),
        }
    }
}

/// Where each rule stands, in the order of their numbers.
fn places(document: &PlanDocument) -> Vec<(usize, usize)> {
    let groups = document.groups.iter().enumerate();
    groups.flat_map(|(group, of)| (0..of.rules.len()).map(move |rule| (group, rule))).collect()
}

/// The tiers that the document names, in the order of their ids.
fn tier_ids(document: &PlanDocument) -> Vec<Id> {
    let mut ids: Vec<Id> = Vec::new();
    for rule in document.groups.iter().flat_map(|group| &group.rules) {
        if let Pay::ByTier { tiers, .. } = &rule.pay {
            ids.extend(tiers.keys().cloned());
        }
    }
    for level in document.ladder.iter().flat_map(|ladder| &ladder.tiers.levels) {
        ids.push(level.id.clone());
    }
    ids.sort();
    ids.dedup();
    ids
}

fn reference(document: &PlanDocument) -> Result<PlanReference, Problem> {
    Ok(PlanReference {
        id: document.id.clone(),
        version: document.version,
        hash: document::hash(document)?.parse()?,
        zone_data: TZDB_VERSION.parse()?,
    })
}

/// What compiling has gathered so far.
#[derive(Default)]
struct Compiling {
    vocabulary: Vocabulary,
    conditions: Vec<Program>,
    windows: Vec<Window>,
    meters: Vec<MeterSpec>,
    found: Vec<Problem>,
}

/// The parts of a plan that have conditions or meters.
struct Parts {
    groups: Vec<GroupSpec>,
    multipliers: Vec<Option<ConditionId>>,
    overrides: Vec<Option<ConditionId>>,
    caps: Vec<CapMeter>,
    tiers: Option<TierSpec>,
}

impl Compiling {
    /// Compiles a condition; where it is in the document goes in front of its problems.
    fn condition(&mut self, when: Option<&Expression>, pointer: &str) -> Option<ConditionId> {
        match expression::compile(when?, &self.vocabulary, FactType::Bool {}) {
            Ok(program) => {
                self.conditions.push(program);
                Some(self.conditions.len() - 1)
            }
            Err(problems) => {
                self.found.extend(problems.into_vec().into_iter().map(|problem| {
                    let path = format!("/{pointer}{}", problem.path);
                    problem.at(path)
                }));
                None
            }
        }
    }

    fn meter(&mut self, name: String, window: Window, key: Key) -> usize {
        let position =
            self.windows.iter().position(|known| *known == window).unwrap_or_else(|| {
                self.windows.push(window);
                self.windows.len() - 1
            });
        self.meters.push(MeterSpec { name, window: position, key });
        self.meters.len() - 1
    }

    fn parts(&mut self, document: &PlanDocument) -> Parts {
        // Schedules come first, so that the number of a schedule is that of its meter.
        for (name, tiered) in &document.schedules {
            self.meter(format!("schedule/{name}"), tiered.window, Key::Partner);
        }
        Parts {
            groups: self.groups(document),
            multipliers: document
                .multipliers
                .iter()
                .enumerate()
                .map(|(at, one)| {
                    self.condition(one.when.as_ref(), &format!("multipliers/{at}/when"))
                })
                .collect(),
            overrides: document
                .overrides
                .iter()
                .enumerate()
                .map(|(at, one)| self.condition(one.when.as_ref(), &format!("overrides/{at}/when")))
                .collect(),
            caps: document.caps.iter().map(|cap| self.cap(cap, document.currency)).collect(),
            tiers: document.ladder.as_ref().and_then(|ladder| self.tiers(ladder, document)),
        }
    }

    fn groups(&mut self, document: &PlanDocument) -> Vec<GroupSpec> {
        let mut number = 0;
        let mut groups = Vec::with_capacity(document.groups.len());
        for (group, of) in document.groups.iter().enumerate() {
            let mut rules = Vec::with_capacity(of.rules.len());
            for (rule, one) in of.rules.iter().enumerate() {
                let pointer = format!("groups/{group}/rules/{rule}/when");
                let when = self.condition(one.when.as_ref(), &pointer);
                rules.push((one.priority, RuleSpec { number, kinds: Kinds::of(&one.on), when }));
                number += 1;
            }
            rules.sort_by_key(|(priority, _)| -i64::from(*priority));
            let rules = rules.into_iter().map(|(_, rule)| rule).collect();
            groups.push(GroupSpec { combine: of.combine, rules });
        }
        groups
    }

    fn cap(&mut self, cap: &Cap, currency: Currency) -> CapMeter {
        let key = match cap.scope {
            CapScope::Order => None,
            CapScope::Customer => Some(Key::Customer),
            CapScope::Partner => Some(Key::Partner),
            CapScope::Program => Some(Key::Program),
        };
        let window = cap.window.unwrap_or(Window::Lifetime {});
        CapMeter {
            // Checked by `validate` to be whole minor units.
            max: to_minor(cap.max, currency).unwrap_or_default(),
            meter: key.map(|key| self.meter(format!("cap/{}", cap.id), window, key)),
        }
    }

    fn tiers(&mut self, ladder: &TierLadder, document: &PlanDocument) -> Option<TierSpec> {
        let ids = tier_ids(document);
        let minor = Exact::from(match ladder.measure {
            Measure::Volume => document.currency.minor_per_unit(),
            Measure::Count | Measure::Quantity => 1,
        });
        let count = |from: Amount| Exact::from(from.decimal()).checked_mul(&minor);
        let levels = match Levels::compile(&ladder.tiers, count) {
            Ok(levels) => levels,
            Err(problems) => {
                let placed = problems.into_vec().into_iter();
                self.found.extend(placed.map(|problem| problem.under("tiers").under("ladder")));
                return None;
            }
        };
        Some(TierSpec {
            measure: ladder.measure,
            when: self.condition(ladder.when.as_ref(), "ladder/when"),
            meter: self.meter("ladder".to_owned(), ladder.window, Key::Partner),
            levels,
            tier_of_level: ladder
                .tiers
                .levels
                .iter()
                .filter_map(|level| ids.binary_search(&level.id).ok())
                .filter_map(|number| u16::try_from(number).ok())
                .collect(),
        })
    }
}
