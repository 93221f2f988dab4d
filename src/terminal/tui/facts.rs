//! What is known at a moment of all that is watched: what the full-screen view shows and a pause holds still.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};

use crate::alert::{Alert, AlertState, Severity};
use crate::analysis::Status;
use crate::escape;
use crate::event::{Event, EventSink, JobTimes, Target, Tick, Timelines};
use crate::model::{Counter, Timestamp};
use crate::units::Bytes;

use super::super::concern::by_concern;
use super::super::crowd::Crowd;
use super::super::describe_target;
use super::state::Sort;

/// Targets that are kept to be shown, in the order of the view; the others are counted.
const SHOWN: usize = 400;
/// Alerts and notices that are kept to be shown.
const NEWS: usize = 200;
/// Alerts that are drawn into the chart of one target.
const MARKS: usize = 24;

/// One line of what has happened.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub at: Timestamp,
    pub severity: Severity,
    pub text: String,
}

/// What is known, arranged as the view wants it.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Those of the latest tick that pass the filter, in the order of the view.
    pub targets: Vec<Target>,
    /// Others of that tick, for when the filter changes.
    others: Vec<Target>,
    /// How many pass the filter, and how many there are.
    pub passing: usize,
    pub all: usize,
    pub running: usize,
    pub leaking: usize,
    pub timelines: Timelines,
    pub marks: HashMap<u64, VecDeque<(Timestamp, bool)>>,
    pub news: VecDeque<News>,
    crowd: Crowd,
    /// Alerts that began so far.
    pub alerts: usize,
    pub started: Option<Timestamp>,
    pub now: Option<Timestamp>,
    pub host: String,
    jobs: JobTimes,
}

impl Facts {
    pub fn new(jobs: JobTimes) -> Self {
        Self { jobs, ..Self::default() }
    }

    /// The same, to be held still: of timelines and marks only those that can be shown.
    pub fn held(&self) -> Self {
        let kept = || self.targets.iter().chain(&self.others);
        let marks = kept().filter_map(|target| Some((target.number, self.marks.get(&target.number)?.clone())));
        Self {
            targets: self.targets.clone(),
            others: self.others.clone(),
            timelines: self.timelines.only(kept()),
            marks: marks.collect(),
            news: self.news.clone(),
            host: self.host.clone(),
            crowd: Crowd::default(),
            jobs: self.jobs.clone(),
            ..*self
        }
    }

    /// When jobs ended, as far as time has come here.
    pub fn jobs(&self) -> Vec<Timestamp> {
        let mut jobs = self.jobs.all();
        jobs.retain(|at| self.now.is_none_or(|now| *at <= now));
        jobs
    }

    /// Takes one event; true when a tick is complete.
    pub fn on_event(&mut self, event: Event<'_>, sort: Sort, filter: &str) -> bool {
        match event {
            Event::Alert(Some(target), alert)
                if alert.kind.is_lifecycle() && !self.crowd.admits(&target.label.name) => {}
            Event::Alert(target, alert) => self.alert(target, alert),
            Event::Notice(at, notice) => {
                let text = escape::terminal(&notice.sentence().1).into_owned();
                self.tell(News { at, severity: Severity::Info, text });
            }
            Event::Ticked(tick, targets) => {
                drop(self.timelines.on_event(event));
                if let Some(text) = self.crowd.untold(tick.at) {
                    let text = escape::terminal(&text).into_owned();
                    self.tell(News { at: tick.at, severity: Severity::Info, text });
                }
                self.tick(tick, targets);
                self.arrange(targets.iter().collect(), sort, filter);
                return true;
            }
            _ => drop(self.timelines.on_event(event)),
        }
        false
    }

    fn alert(&mut self, target: Option<&Target>, alert: &Alert) {
        let who = target.map_or_else(|| "host".to_owned(), describe_target);
        let over = if alert.state == AlertState::Resolved { " is over" } else { "" };
        let kind = alert.kind.name().replace('_', " ");
        let text = format!("{kind}{over}: {who}: {}", escape::terminal(&alert.message));
        let severity = if over.is_empty() { alert.kind.severity() } else { Severity::Info };
        if let Some(target) = target.filter(|_| severity > Severity::Info) {
            let marks = self.marks.entry(target.number).or_default();
            marks.push_back((alert.at, severity == Severity::Critical));
            if marks.len() > MARKS {
                marks.pop_front();
            }
        }
        self.alerts += usize::from(severity > Severity::Info);
        self.tell(News { at: alert.at, severity, text });
    }

    fn tell(&mut self, news: News) {
        self.news.push_back(news);
        if self.news.len() > NEWS {
            self.news.pop_front();
        }
    }

    fn tick(&mut self, tick: &Tick, targets: &[Target]) {
        self.started.get_or_insert(tick.at);
        self.now = Some(tick.at);
        if let Some(host) = tick.host {
            self.host = format!("host memory {} free", Bytes(host.available_bytes));
        }
        self.all = targets.len();
        self.running = targets.iter().filter(|target| target.lifetime.ended.is_none() && target.key.is_some()).count();
        self.leaking = targets.iter().filter(|target| target.assessment.verdict.status == Status::Leaking).count();
        if self.marks.len() > 2 * targets.len() + MARKS {
            self.marks.retain(|number, _| targets.iter().any(|target| target.number == *number));
        }
    }

    /// Sorts and filters, and keeps as many as can be shown.
    fn arrange(&mut self, targets: Vec<&Target>, sort: Sort, filter: &str) {
        let wanted = filter.to_lowercase();
        let passes = |target: &&Target| wanted.is_empty() || describe_target(target).to_lowercase().contains(&wanted);
        let (mut passing, others): (Vec<&Target>, Vec<&Target>) = targets.into_iter().partition(passes);
        self.passing = passing.len();
        let rate = |target: &Target| target.assessment.growth.rate.unwrap_or(f64::NEG_INFINITY);
        match sort {
            Sort::Concern => passing.sort_by(|a, b| by_concern(a, b)),
            Sort::Growth => passing.sort_by(|a, b| rate(b).total_cmp(&rate(a))),
            Sort::Rss => passing.sort_by_key(|target| Reverse(target.current.reading.value(Counter::Rss))),
            Sort::Name => passing.sort_by(|a, b| a.label.name.cmp(&b.label.name).then(a.key.cmp(&b.key))),
            Sort::Pid => passing.sort_by_key(|target| (target.key.is_none(), target.key)),
        }
        let kept: Vec<Target> = passing.into_iter().take(SHOWN).cloned().collect();
        self.others = others.into_iter().take(SHOWN).cloned().collect();
        self.targets = kept;
    }

    /// Sorts and filters what is known already: after a key, before the next tick.
    pub fn rearrange(&mut self, sort: Sort, filter: &str) {
        let (targets, others) = (std::mem::take(&mut self.targets), std::mem::take(&mut self.others));
        self.arrange(targets.iter().chain(&others).collect(), sort, filter);
    }
}
