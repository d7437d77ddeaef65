//! A plan made ready: checked, its names turned into numbers, its rates into integers.
//!
//! A [`PlanDocument`] can be wrong; a [`Plan`] cannot. Compiling finds every problem first. Then
//! each schedule, cap and ladder gets a meter in the state, each condition a program, and all
//! rates are written twice: over one common denominator as integers, where they fit, and exactly.

use crate::kernel::calendar::{
    Instant, PeriodCursor, PlacedWindow, Span, SpanCursor, TZDB_VERSION, Window,
};
use crate::kernel::document::{self, Limits};
use crate::kernel::exact::Exact;
use crate::kernel::expression::{Program, Vocabulary};
use crate::kernel::id::Id;
use crate::kernel::ladder::Levels;
use crate::kernel::money::Rate;
use crate::kernel::problem::{Problem, Problems};
use crate::kernel::schedule::Compiled;

use super::compiling::Compiling;
use super::conditions::ConditionId;
use super::event::EventKind;
use super::outcome::{Line, PlanReference, TierChange};
use super::plan::{Combine, Measure, Pay, PlanDocument, Rule};
use super::rates::Tables;
use super::scratch::Overriding;
use super::sponsoring::Override;
use super::state::State;
use super::{facts, rates, validate};

/// A compiled plan, ready to evaluate.
#[derive(Debug)]
pub struct Plan {
    pub(super) document: PlanDocument,
    pub(super) reference: PlanReference,
    pub(super) vocabulary: Vocabulary,
    pub(super) conditions: Vec<Program>,
    /// What custom measures add up.
    pub(super) values: Vec<Program>,
    /// Of each schedule, which of the values it adds up.
    pub(super) schedule_values: Vec<Option<usize>>,
    /// Whether some rule pays by the partners' own rates.
    pub(super) pays_own: bool,
    /// Whether any of its windows rolls.
    pub(super) rolls: bool,
    pub(super) eligible: Option<ConditionId>,
    /// The different windows of the plan's meters.
    pub(super) windows: Vec<Window>,
    pub(super) meters: Vec<MeterSpec>,
    /// Whether any of them adds up by customer.
    pub(super) counts_customers: bool,
    pub(super) caps: Vec<CapMeter>,
    pub(super) overrides: Vec<Option<ConditionId>>,
    /// How far up the overrides reach.
    pub(super) depth: usize,
    /// The groups, each with its rules in the order in which they are tried.
    pub(super) groups: Vec<GroupSpec>,
    /// Of each rule, by its number, its group and its place there.
    places: Vec<(usize, usize)>,
    /// Whether it has parts that only the general way of a batch knows.
    pub(super) general: bool,
    /// What limits rules per customer.
    pub(super) limits: Vec<LimitSpec>,
    /// The caps from the order outwards, as listed within a scope.
    pub(super) cap_order: Vec<usize>,
    /// The same of those that limit some rules, or sponsors.
    pub(super) part_caps: Vec<usize>,
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
    /// Over how many of those it adds up where the window rolls, day by day; otherwise 0.
    pub(super) days: u16,
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
    /// Which of the plan's limits it has.
    pub(super) limit: Option<usize>,
}

/// How often or how long a rule pays for a customer.
#[derive(Clone, Debug)]
pub(super) struct LimitSpec {
    pub(super) rule: usize,
    /// How many events, and the meter that counts them.
    pub(super) events: Option<(u32, usize)>,
    pub(super) within: Option<Span>,
}

/// A set of kinds of event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kinds(u8);

impl Kinds {
    pub(super) fn of(kinds: &[EventKind]) -> Self {
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
    /// What it limits, where that is not all that is posted to sellers.
    pub(super) part: Option<CapPart>,
}

/// What a cap limits.
#[derive(Clone, Debug)]
pub(super) struct CapPart {
    /// By the numbers of the rules, whether they count.
    pub(super) rules: Vec<bool>,
    pub(super) sponsors: bool,
}

/// The plan's own tiers.
#[derive(Debug)]
pub(super) struct TierSpec {
    pub(super) measure: Measure,
    pub(super) value: Option<usize>,
    pub(super) when: Option<ConditionId>,
    pub(super) meter: usize,
    /// The days of a rolling window, otherwise 0.
    pub(super) days: u16,
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
        let plain = parts.caps.iter().filter(|cap| cap.part.is_none());
        let cap_order = cap_order(&document);
        let is_part = |cap: &usize| parts.caps.get(*cap).is_some_and(|cap| cap.part.is_some());
        let part_caps: Vec<usize> = cap_order.iter().copied().filter(is_part).collect();
        let overrides = document.overrides.iter();
        let pays_own = document.rules().any(|rule| matches!(rule.pay, Pay::OwnRate { .. }));
        let rolls = compiling.meters.iter().any(|meter| meter.days > 0);
        Ok(Self {
            reference,
            vocabulary: compiling.vocabulary,
            conditions: compiling.conditions,
            schedule_values: parts.values,
            pays_own,
            rolls,
            eligible,
            windows: compiling.windows,
            counts_customers: compiling.meters.iter().any(|meter| meter.key == Key::Customer),
            meters: compiling.meters,
            general: !parts.limits.is_empty()
                || !part_caps.is_empty()
                || !compiling.values.is_empty()
                || rolls
                || pays_own
                || document.order_min.is_some(),
            cap_meters: plain.filter_map(|cap| cap.meter).collect(),
            cap_order,
            part_caps,
            limits: parts.limits,
            values: compiling.values,
            caps: parts.caps,
            overrides: parts.overrides,
            depth: usize::from(overrides.map(|one| *one.levels().end()).max().unwrap_or(0)),
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

    /// The rate that made an override.
    pub(super) fn override_rate(&self, of: &Override, one: &Overriding) -> Rate {
        let tier = |tier: Option<u16>| self.tier_ids.get(usize::from(tier?));
        of.paid(tier(one.tier), one.below.map(tier))
    }

    /// The number of a tier; none for one that the plan does not know.
    pub(super) fn tier_number(&self, tier: &Id) -> Option<u16> {
        self.tier_ids.binary_search(tier).ok().and_then(|number| u16::try_from(number).ok())
    }

    /// How the rule of a posted line pays the tier that the seller had.
    pub(super) fn pay_for(&self, line: &Line) -> Option<&Pay> {
        let rules = self.document.groups.iter().flat_map(|group| &group.rules);
        let number = rules.map(|rule| &rule.id).position(|id| Some(id) == line.rule.as_ref())?;
        self.pay_of(number, line.tier.as_ref().and_then(|tier| self.tier_number(tier)))
    }

    /// What a rule pays for a tier, as the document says it; nobody's own rate is in it.
    pub(super) fn pay_of(&self, rule: usize, tier: Option<u16>) -> Option<&Pay> {
        match &self.rule(rule)?.pay {
            Pay::ByTier { tiers, otherwise } => tier
                .and_then(|tier| self.tier_ids.get(usize::from(tier)))
                .and_then(|tier| tiers.get(tier))
                .or(otherwise.as_deref()),
            Pay::OwnRate { otherwise } => otherwise.as_deref(),
            pay => Some(pay),
        }
    }

    /// The rate of the seller's own, if that is what a rule pays them by.
    pub(super) fn own_rate_of<'r>(&self, rule: usize, own: Option<&'r Rate>) -> Option<&'r Rate> {
        own.filter(|_| self.rule(rule).is_some_and(|rule| matches!(rule.pay, Pay::OwnRate { .. })))
    }
}

/// The caps from the order outwards, as listed within a scope.
fn cap_order(document: &PlanDocument) -> Vec<usize> {
    let mut order: Vec<usize> = (0..document.caps.len()).collect();
    order.sort_by_key(|cap| document.caps.get(*cap).map(|cap| cap.scope));
    order
}

/// Where each rule stands, in the order of their numbers.
fn places(document: &PlanDocument) -> Vec<(usize, usize)> {
    let groups = document.groups.iter().enumerate();
    groups.flat_map(|(group, of)| (0..of.rules.len()).map(move |rule| (group, rule))).collect()
}

/// The tiers that the document names, in the order of their ids.
pub(super) fn tier_ids(document: &PlanDocument) -> Vec<Id> {
    let mut ids: Vec<Id> = Vec::new();
    for rule in document.rules() {
        if let Pay::ByTier { tiers, .. } = &rule.pay {
            ids.extend(tiers.keys().cloned());
        }
    }
    ids.extend(document.overrides.iter().flat_map(|one| one.tiers.keys()).cloned());
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
