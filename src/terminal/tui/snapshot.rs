//! Snapshot of a session, arranged for the full-screen view. A pause freezes a copy of it.

use std::collections::{HashMap, VecDeque};

use crate::alert::{Alert, AlertState, Severity};
use crate::escape;
use crate::event::{Event, EventSink, JobTimes, Target, Tick, Timeline, Timelines};
use crate::model::Timestamp;
use crate::terminal::churn_summary::ChurnSummary;
use crate::terminal::formatting::{describe_target, format_alert};
use crate::terminal::headline::{count_running, format_host};
use crate::terminal::shared_leaks::SharedLeaks;

use super::row_order::RowOrder;

/// Most targets that are kept, in the order of the view; the others are counted.
const MAX_TARGETS: usize = 400;
/// Most alerts and notices that are kept.
const MAX_NEWS: usize = 200;
/// Most alerts in the chart of one target.
const MAX_MARKS: usize = 24;

/// One alert or notice.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub(super) at: Timestamp,
    pub(super) severity: Severity,
    pub(super) text: String,
}

/// Alert in a chart, and true if it is critical.
pub(super) type AlertMark = (Timestamp, bool);

/// Targets of the latest tick.
#[derive(Debug, Clone, Default)]
struct Rows {
    /// Targets that pass the filter, in the order of the view.
    shown: Vec<Target>,
    /// Other targets, for a change of the filter.
    hidden: Vec<Target>,
    /// Number of targets that pass the filter.
    passing: usize,
    /// Number of all targets.
    all: usize,
    /// Number of running processes.
    running: usize,
}

/// Times of a session.
#[derive(Debug, Clone, Default)]
struct Times {
    started: Option<Timestamp>,
    now: Option<Timestamp>,
    jobs: JobTimes,
}

/// Alerts and notices of a session.
#[derive(Debug, Clone, Default)]
struct NewsLog {
    news: VecDeque<News>,
    /// Number of alerts that fired.
    alerts: usize,
    /// Alerts in the charts, by the number of the target.
    marks: HashMap<u64, VecDeque<AlertMark>>,
}

/// State of a session at one moment.
#[derive(Debug, Default)]
pub(super) struct Snapshot {
    rows: Rows,
    times: Times,
    log: NewsLog,
    shared: SharedLeaks,
    timelines: Timelines,
    churn: ChurnSummary,
    host: String,
}

impl Snapshot {
    /// A snapshot before the first tick.
    pub(super) fn new(jobs: JobTimes) -> Self {
        Self { times: Times { jobs, ..Times::default() }, ..Self::default() }
    }

    /// Copies the visible part, without the timelines and marks of other targets.
    pub(super) fn freeze(&self) -> Self {
        let kept = || self.rows.shown.iter().chain(&self.rows.hidden);
        let marks = kept().filter_map(|target| Some((target.number, self.log.marks.get(&target.number)?.clone())));
        Self {
            rows: self.rows.clone(),
            times: self.times.clone(),
            log: NewsLog { marks: marks.collect(), ..self.log.clone() },
            shared: self.shared.clone(),
            timelines: self.timelines.only(kept()),
            churn: ChurnSummary::default(),
            host: self.host.clone(),
        }
    }

    /// Returns the targets that pass the filter, in the order of the view.
    pub(super) fn targets(&self) -> &[Target] {
        &self.rows.shown
    }

    /// Returns the number of targets that pass the filter, and of all targets.
    pub(super) fn target_counts(&self) -> (usize, usize) {
        (self.rows.passing, self.rows.all)
    }

    /// Returns the number of running processes.
    pub(super) fn running(&self) -> usize {
        self.rows.running
    }

    /// Returns the findings.
    pub(super) fn shared_leaks(&self) -> &SharedLeaks {
        &self.shared
    }

    /// Returns the timelines of all targets.
    pub(super) fn timelines(&self) -> &Timelines {
        &self.timelines
    }

    /// Returns the timeline of a target.
    pub(super) fn timeline(&self, target: &Target) -> Option<&Timeline> {
        self.timelines.get(target)
    }

    /// Returns the alerts in the chart of a target.
    pub(super) fn alert_marks(&self, target: &Target) -> impl Iterator<Item = AlertMark> {
        self.log.marks.get(&target.number).into_iter().flatten().copied()
    }

    /// Returns the ends of jobs so far.
    pub(super) fn jobs(&self) -> Vec<Timestamp> {
        let mut jobs = self.times.jobs.all();
        jobs.retain(|at| self.times.now.is_none_or(|now| *at <= now));
        jobs
    }

    /// Returns alerts and notices, oldest first.
    pub(super) fn news(&self) -> impl DoubleEndedIterator<Item = &News> {
        self.log.news.iter()
    }

    /// Returns the number of alerts that fired.
    pub(super) fn alerts(&self) -> usize {
        self.log.alerts
    }

    /// Returns the time of the latest tick.
    pub(super) fn now(&self) -> Option<Timestamp> {
        self.times.now
    }

    /// Returns the seconds since the first tick.
    pub(super) fn elapsed_s(&self) -> f64 {
        self.times.started.zip(self.times.now).map_or(0.0, |(from, to)| to.seconds_since(from))
    }

    /// Returns the free memory of the host as text; empty if unknown.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Handles one event. Returns true if a tick is complete.
    pub(super) fn handle(&mut self, event: Event<'_>, order: RowOrder, filter: &str) -> bool {
        match event {
            Event::Alert(Some(target), alert) if alert.kind.is_lifecycle() && !self.churn.admit(&target.label.name) => {
            }
            Event::Alert(target, alert) => self.log.push_alert(target, alert),
            Event::Notice(at, notice) => self.log.push_info(at, &notice.sentence().1),
            Event::Ticked(tick, targets) => {
                drop(self.timelines.on_event(event));
                if let Some(text) = self.churn.take_due(tick.at) {
                    self.log.push_info(tick.at, &text);
                }
                self.tick(tick, targets);
                self.rows.arrange(targets.iter().collect(), &self.shared, order, filter);
                return true;
            }
            _ => drop(self.timelines.on_event(event)),
        }
        false
    }

    /// Sorts and filters the known targets after a key, before the next tick.
    pub(super) fn rearrange(&mut self, order: RowOrder, filter: &str) {
        let (shown, hidden) = (std::mem::take(&mut self.rows.shown), std::mem::take(&mut self.rows.hidden));
        self.rows.arrange(shown.iter().chain(&hidden).collect(), &self.shared, order, filter);
    }

    fn tick(&mut self, tick: &Tick, targets: &[Target]) {
        self.times.started.get_or_insert(tick.at);
        self.times.now = Some(tick.at);
        if let Some(host) = tick.host {
            self.host = format_host(host);
        }
        self.rows.all = targets.len();
        self.rows.running = count_running(targets);
        self.shared = SharedLeaks::find(targets);
        self.log.forget_marks(targets);
    }
}

impl Rows {
    /// Sorts and filters targets, and keeps as many as can be shown.
    fn arrange(&mut self, targets: Vec<&Target>, shared: &SharedLeaks, order: RowOrder, filter: &str) {
        let wanted = filter.to_lowercase();
        let (mut passing, hidden): (Vec<&Target>, Vec<&Target>) =
            targets.into_iter().partition(|target| passes(target, &wanted));
        self.passing = passing.len();
        order.sort(&mut passing, shared);
        let shown = passing.into_iter().take(MAX_TARGETS).cloned().collect();
        self.hidden = hidden.into_iter().take(MAX_TARGETS).cloned().collect();
        self.shown = shown;
    }
}

/// True if the name of a target contains the wanted text in lower case.
fn passes(target: &Target, wanted: &str) -> bool {
    wanted.is_empty() || describe_target(target).to_lowercase().contains(wanted)
}

impl NewsLog {
    fn push_alert(&mut self, target: Option<&Target>, alert: &Alert) {
        let is_firing = alert.state == AlertState::Firing;
        let severity = if is_firing { alert.kind.severity() } else { Severity::Info };
        if let Some(target) = target.filter(|_| severity > Severity::Info) {
            let marks = self.marks.entry(target.number).or_default();
            marks.push_back((alert.at, severity == Severity::Critical));
            if marks.len() > MAX_MARKS {
                marks.pop_front();
            }
        }
        self.alerts += usize::from(severity > Severity::Info);
        self.push(News { at: alert.at, severity, text: format_alert(target, alert) });
    }

    /// Adds a message. The text is foreign.
    fn push_info(&mut self, at: Timestamp, text: &str) {
        self.push(News { at, severity: Severity::Info, text: escape::terminal(text).into_owned() });
    }

    fn push(&mut self, news: News) {
        self.news.push_back(news);
        if self.news.len() > MAX_NEWS {
            self.news.pop_front();
        }
    }

    /// Drops the marks of unknown targets once there are many.
    fn forget_marks(&mut self, targets: &[Target]) {
        if self.marks.len() > 2 * targets.len() + MAX_MARKS {
            self.marks.retain(|number, _| targets.iter().any(|target| target.number == *number));
        }
    }
}
