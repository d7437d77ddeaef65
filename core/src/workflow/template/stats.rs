//! `template.stats`: what became of the messages of each template.

use std::collections::{BTreeMap, BTreeSet};

use super::TEMPLATE_STATS_INVALID;
use crate::kernel::calendar::Instant;
use crate::kernel::document::model;
use crate::kernel::exact::Exact;
use crate::kernel::expression::Fraction;
use crate::kernel::id::Id;
use crate::kernel::problem::{Problem, Problems};

/// What `template.stats` takes.
#[model]
pub struct TemplateStatsInput {
    /// What happened to messages, in any order.
    #[model(default)]
    pub events: Vec<MessageEvent>,
    /// The answer for other messages, to be added: all that happens to one message belongs into
    /// one call.
    #[model(default)]
    pub before: Vec<TemplateStats>,
    /// Only what happened from then on; everything unless said.
    pub since: Option<Instant>,
    /// Only what happened before then; everything unless said.
    pub until: Option<Instant>,
}

/// Something that happened to a message.
#[model]
#[derive(Eq)]
pub struct MessageEvent {
    /// The message.
    pub message: Id,
    /// The template that it was written from.
    pub template: Id,
    /// What happened.
    pub kind: MessageEventKind,
    /// When.
    pub at: Instant,
}

/// What happens to messages.
#[model]
pub enum MessageEventKind {
    /// It was handed to the channel.
    Sent,
    /// It has reached the recipient.
    Delivered,
    /// The recipient has opened it.
    Opened,
    /// The recipient has followed a link in it.
    Clicked,
    /// It did not reach the recipient, and will not.
    Failed,
    /// The recipient wants no more of them.
    Unsubscribed,
}

/// What became of the messages of a template. A message counts once, however often it was opened.
#[model]
#[derive(Eq)]
pub struct TemplateStats {
    /// The template.
    pub template: Id,
    /// Messages that were sent.
    #[model(default)]
    pub sent: u64,
    /// Messages that reached the recipient.
    #[model(default)]
    pub delivered: u64,
    /// Messages that were opened, or in which a link was followed.
    #[model(default)]
    pub opened: u64,
    /// Messages in which a link was followed.
    #[model(default)]
    pub clicked: u64,
    /// Messages that failed.
    #[model(default)]
    pub failed: u64,
    /// Messages after which the recipient wanted no more.
    #[model(default)]
    pub unsubscribed: u64,
    /// How often messages were opened, all counted.
    #[model(default)]
    pub opens: u64,
    /// How often links were followed, all counted.
    #[model(default)]
    pub clicks: u64,
    /// Opened of sent; none if none was sent.
    pub open_rate: Option<Fraction>,
    /// Clicked of sent; none if none was sent.
    pub click_rate: Option<Fraction>,
    /// Failed of sent; none if none was sent.
    pub failure_rate: Option<Fraction>,
}

/// What `template.stats` gives back.
#[model]
pub struct TemplateStatistics {
    /// Each template of which anything is known, by id.
    pub templates: Vec<TemplateStats>,
}

/// Counts what became of the messages of each template.
///
/// # Errors
/// `template_stats_invalid` for a message of two templates, or a sum that no answer can hold.
pub fn stats(input: TemplateStatsInput) -> Result<TemplateStatistics, Problems> {
    let TemplateStatsInput { events, before, since, until } = input;
    let mut counts: BTreeMap<Id, TemplateStats> = BTreeMap::new();
    let mut written: BTreeMap<&Id, &Id> = BTreeMap::new();
    let mut seen: BTreeSet<(&Id, MessageEventKind)> = BTreeSet::new();
    let mut found = Vec::new();
    for (position, event) in events.iter().enumerate() {
        let template = written.entry(&event.message).or_insert(&event.template);
        if **template != event.template {
            let what = format!("`{}` is written from `{template}` before", event.message);
            let hint = "give each message an id of its own";
            found.push(
                Problem::new(TEMPLATE_STATS_INVALID, what, hint).under(position).under("events"),
            );
        }
        let is_meant = since.is_none_or(|since| since <= event.at)
            && until.is_none_or(|until| event.at < until);
        if is_meant {
            let one =
                counts.entry(event.template.clone()).or_insert_with(|| none_of(&event.template));
            one.count(event, &mut seen);
        }
    }
    for (position, other) in before.iter().enumerate() {
        let one = counts.entry(other.template.clone()).or_insert_with(|| none_of(&other.template));
        if one.add(other).is_none() {
            let what = format!("the counts of `{}` are too large", other.template);
            let problem = Problem::new(TEMPLATE_STATS_INVALID, what, "begin a new count");
            found.push(problem.under(position).under("before"));
        }
    }
    Problems::verdict(found)?;
    let mut templates: Vec<TemplateStats> = counts.into_values().collect();
    for one in &mut templates {
        one.open_rate = rate(one.opened, one.sent);
        one.click_rate = rate(one.clicked, one.sent);
        one.failure_rate = rate(one.failed, one.sent);
    }
    Ok(TemplateStatistics { templates })
}

fn none_of(template: &Id) -> TemplateStats {
    TemplateStats {
        template: template.clone(),
        sent: 0,
        delivered: 0,
        opened: 0,
        clicked: 0,
        failed: 0,
        unsubscribed: 0,
        opens: 0,
        clicks: 0,
        open_rate: None,
        click_rate: None,
        failure_rate: None,
    }
}

fn rate(part: u64, whole: u64) -> Option<Fraction> {
    let number = |count: u64| i64::try_from(count).ok().map(Exact::from);
    number(part)?.checked_div(&number(whole)?).ok().map(Fraction)
}

impl TemplateStats {
    fn count<'e>(
        &mut self,
        event: &'e MessageEvent,
        seen: &mut BTreeSet<(&'e Id, MessageEventKind)>,
    ) {
        let is_first = u64::from(seen.insert((&event.message, event.kind)));
        match event.kind {
            MessageEventKind::Sent => self.sent += is_first,
            MessageEventKind::Delivered => self.delivered += is_first,
            MessageEventKind::Failed => self.failed += is_first,
            MessageEventKind::Unsubscribed => self.unsubscribed += is_first,
            MessageEventKind::Opened => {
                self.opens += 1;
                self.opened += is_first;
            }
            MessageEventKind::Clicked => {
                self.clicks += 1;
                self.clicked += is_first;
                // A link can be followed where pictures, by which opening is seen, are off.
                let also = seen.insert((&event.message, MessageEventKind::Opened));
                self.opened += u64::from(also);
            }
        }
    }

    /// Adds the counts of other messages; none if the sum is beyond what JSON keeps.
    fn add(&mut self, other: &Self) -> Option<()> {
        let pairs = [
            (&mut self.sent, other.sent),
            (&mut self.delivered, other.delivered),
            (&mut self.opened, other.opened),
            (&mut self.clicked, other.clicked),
            (&mut self.failed, other.failed),
            (&mut self.unsubscribed, other.unsubscribed),
            (&mut self.opens, other.opens),
            (&mut self.clicks, other.clicks),
        ];
        for (own, other) in pairs {
            *own = own.checked_add(other).filter(|sum| *sum <= MOST)?;
        }
        Some(())
    }
}

/// The greatest count that every JSON reader keeps.
const MOST: u64 = 9_007_199_254_740_991;
