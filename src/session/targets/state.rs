//! State of one target that sinks do not see: its tracker, alerts, page count and pool.

use crate::alert::{
    Alert, AlertKind, AlertRules, AlertState, Condition, HighMark, MINUTE_S, OpenAlerts, RiseMeter, Scope,
    assessment_conditions, reading_conditions,
};
use crate::analysis::{Assessment, Forecast, Resource, SeriesLives, Settings, Status, Tracker};
use crate::event::{Target, TargetKind};
use crate::model::{Ceiling, CeilingKind, Counter, Reading, Sample, Timestamp};
use crate::source::DeniedCounter;

use super::super::rules::Rules;
use super::lives::lives_leak;
use super::page_count::PageCount;
use super::repeats::Repeats;

/// Age below which the growth of a process is its start, in seconds. Interpreters load code and services fill first caches for
/// one to two minutes.
const START_UP_S: f64 = 120.0;

/// State of one target.
pub(super) struct TargetState {
    /// `None` once the target is closed. Its last assessment stays.
    tracker: Option<Tracker>,
    /// The tracker before the latest fall of a series that may have several lives.
    before_fall: Option<Box<Tracker>>,
    alerts: OpenAlerts,
    rise: RiseMeter,
    high_mark: HighMark,
    /// Limit that the source found.
    source_ceiling: Option<Ceiling>,
    /// Conditions that the latest assessment found.
    conditions: Vec<Condition>,
    page_count: PageCount,
    /// Pool of the process; `None` for a sum.
    pool: Option<usize>,
}

/// Effect of one sample.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct SampleEffect {
    is_due: bool,
    rise: u64,
}

impl SampleEffect {
    /// True if the target is to be assessed again.
    pub(super) fn is_due(self) -> bool {
        self.is_due
    }

    /// Returns the rapid rise of memory, in bytes; 0 if it counts for no alert.
    pub(super) fn rise(self) -> u64 {
        self.rise
    }
}

impl TargetState {
    /// State of a new target.
    pub(super) fn new(tracker: Tracker, pool: Option<usize>) -> Self {
        Self {
            tracker: Some(tracker),
            before_fall: None,
            alerts: OpenAlerts::default(),
            rise: RiseMeter::default(),
            high_mark: HighMark::default(),
            source_ceiling: None,
            conditions: Vec::new(),
            page_count: PageCount::default(),
            pool,
        }
    }

    /// Replaces the tracker of an open target.
    pub(super) fn renew(&mut self, tracker: Tracker) {
        if self.is_open() {
            self.tracker = Some(tracker);
            self.before_fall = None;
        }
    }

    /// Returns the pool of the process.
    pub(super) fn pool(&self) -> Option<usize> {
        self.pool
    }

    /// Removes the process from its pool.
    pub(super) fn leave_pool(&mut self) {
        self.pool = None;
    }

    /// Returns the page count of the process.
    pub(super) fn page_count_mut(&mut self) -> &mut PageCount {
        &mut self.page_count
    }

    /// True until the target is closed.
    pub(super) fn is_open(&self) -> bool {
        self.tracker.is_some()
    }

    /// Adds a sample to the target. `is_warming_up` excludes it from every verdict. A closed target stays as it is.
    /// `began` is the time at which the session or recording began.
    pub(super) fn observe(
        &mut self,
        target: &mut Target,
        sample: &Sample,
        denied: &[DeniedCounter],
        is_warming_up: bool,
        began: Timestamp,
        rules: &Rules,
    ) -> SampleEffect {
        let Some(tracker) = self.tracker.as_mut() else { return SampleEffect::default() };
        target.record(sample, denied.iter().map(|denied| (denied.counter, denied.right)));
        let is_spiking = self.conditions.iter().any(|condition| condition.kind == AlertKind::Spike);
        if is_warming_up {
            target.exclude_until(sample.at);
        }
        if target.lives_within().is_some_and(SeriesLives::has_just_fallen) {
            self.before_fall = Some(Box::new(tracker.clone()));
        }
        let is_due = !is_warming_up && (tracker.push(sample) || is_spiking);
        let is_counted = !is_warming_up && scope(target, sample.at, began, rules) != Scope::Starting;
        let memory = target.current.reading.memory();
        let rise = memory.map_or(0, |memory| self.measure_rise(sample.at, memory, is_counted, rules));
        SampleEffect { is_due, rise }
    }

    /// Returns the rise of memory within the last minute; 0 if it counts for no alert.
    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53")]
    fn measure_rise(&mut self, at: Timestamp, memory: u64, is_counted: bool, rules: &Rules) -> u64 {
        let above_mark = self.high_mark.push(at, memory);
        if !is_counted {
            return 0;
        }
        let rise = self.rise.push(at, memory);
        let is_new = above_mark as f64 > rules.alerts.rapid_growth_bytes || rules.alerts.rules == AlertRules::Classic;
        if is_new { rise } else { 0 }
    }

    /// Assesses the target; `None` if it is closed.
    pub(super) fn assess(&self, target: &Target, settings: &Settings) -> Option<Assessment> {
        let assessment = self.tracker.as_ref()?.assess(settings, target.current.ceiling.as_ref());
        Some(self.assess_before_fall(target, settings, &assessment).unwrap_or(assessment))
    }

    /// Assesses a series as it was before its latest fall; `None` if that is no worse than the assessment after it.
    ///
    /// A leak that ends with its process is a leak: the fall must not withdraw it.
    fn assess_before_fall(&self, target: &Target, settings: &Settings, after: &Assessment) -> Option<Assessment> {
        let within = target.lives_within()?;
        within.status_kept(Status::Leaking)?;
        let mut before = self.before_fall.as_ref()?.assess(settings, target.current.ceiling.as_ref());
        let status = within.status_kept(before.verdict.status)?;
        if before.verdict.resource != Some(Resource::Memory) || status <= after.verdict.status {
            return None;
        }
        before.verdict.status = status;
        before.forecast = Forecast::default();
        if status == Status::Suspect {
            before.verdict.reasons.extend(within.too_short());
        }
        for of_resource in before.resources.iter_mut().filter(|of| of.resource == Resource::Memory) {
            of_resource.status = of_resource.status.min(status);
        }
        (before.rss, before.samples, before.gaps) = (after.rss, after.samples, after.gaps);
        (before.spikes, before.observed_s) = (after.spikes, after.observed_s);
        Some(before)
    }

    /// Updates only the spikes of the assessment.
    pub(super) fn update_spikes(&self, target: &mut Target) {
        if let Some(tracker) = &self.tracker {
            target.set_spikes(tracker.spikes());
        }
    }

    /// Derives the conditions for alerts from the published assessment.
    pub(super) fn derive_conditions(&mut self, target: &Target, at: Timestamp, began: Timestamp, rules: &Rules) {
        let scope = scope(target, at, began, rules);
        self.conditions = assessment_conditions(scope, &target.assessment, &rules.alerts);
    }

    /// True if an alert of this kind fires.
    pub(super) fn is_firing(&self, kind: AlertKind) -> bool {
        self.alerts.is_firing(kind)
    }

    /// True if a condition of this kind holds whose alert does not fire.
    pub(super) fn awaits_alert(&self, kind: AlertKind) -> bool {
        !self.is_firing(kind) && self.conditions.iter().any(|condition| condition.kind == kind)
    }

    /// Drops a condition, because the alert of another target reports the same growth.
    pub(super) fn drop_condition(&mut self, kind: AlertKind) {
        self.conditions.retain(|condition| condition.kind != kind);
    }

    /// Returns the alerts that fire or resolve with the latest reading.
    pub(super) fn update_alerts(
        &mut self,
        target: &Target,
        at: Timestamp,
        began: Timestamp,
        rise: u64,
        rules: &Rules,
        repeats: &mut Repeats,
    ) -> Vec<Alert> {
        let ceiling = target.current.ceiling.as_ref();
        let seen_s = target.lifetime.seen_s();
        let mut by_reading =
            reading_conditions(scope(target, at, began, rules), rise, seen_s, ceiling, &rules.alerts).peekable();
        if self.conditions.is_empty() && self.alerts.is_empty() && by_reading.peek().is_none() {
            return Vec::new();
        }
        let mut conditions: Vec<Condition> = self.conditions.iter().cloned().chain(by_reading).collect();
        if !may_report_leak(target, rules) {
            conditions.retain(|condition| condition.kind != AlertKind::Leak);
        }
        self.drop_repeated(&mut conditions, target, at, repeats);
        let alerts = self.alerts.update(at, &conditions);
        repeats.note(target, &alerts);
        explained(alerts, target)
    }

    /// Resolves all alerts for a reason. Returns the resolved ones.
    pub(super) fn resolve_alerts(&mut self, at: Timestamp, reason: &str) -> Vec<Alert> {
        self.alerts.close(at, reason)
    }

    /// Closes the target. Returns the alerts that change with it. Alerts of the latest reading stay open.
    pub(super) fn close(
        &mut self,
        target: &Target,
        at: Timestamp,
        is_replay: bool,
        repeats: &mut Repeats,
    ) -> Vec<Alert> {
        self.tracker = None;
        let alerts = if is_replay {
            self.alerts.conclude(at, &self.conditions)
        } else {
            let mut conditions = std::mem::take(&mut self.conditions);
            self.drop_repeated(&mut conditions, target, at, repeats);
            self.alerts.settle(at, &conditions)
        };
        repeats.note(target, &alerts);
        explained(alerts, target)
    }

    /// Drops the conditions whose alert another process of the service had within the hour.
    fn drop_repeated(&self, conditions: &mut Vec<Condition>, target: &Target, at: Timestamp, repeats: &Repeats) {
        conditions.retain(|condition| {
            self.alerts.is_firing(condition.kind) || !repeats.has_other(target, condition.kind, at)
        });
    }

    /// Sets the limit that the source found.
    pub(super) fn set_source_ceiling(&mut self, target: &mut Target, ceiling: Option<Ceiling>, limit: Option<u64>) {
        self.source_ceiling = ceiling;
        target.set_ceiling(ceiling);
        self.refresh_ceiling(target, limit);
    }

    /// Copies the limit that the source found to the state of the next program of the process.
    pub(super) fn inherit_ceiling(&mut self, ceiling: Option<Ceiling>) {
        self.source_ceiling = ceiling;
    }

    /// Returns the limit that the source found.
    pub(super) fn source_ceiling(&self) -> Option<Ceiling> {
        self.source_ceiling
    }

    /// Updates the ceiling: the limit of the user, which counts the process alone, or that of the source.
    pub(super) fn refresh_ceiling(&self, target: &mut Target, limit: Option<u64>) {
        if self.source_ceiling.is_none() && limit.is_none() {
            return;
        }
        // The limit is one of a process; a sum has none of its own.
        let limit = limit.filter(|_| target.kind == TargetKind::Process);
        let by_user = limit.zip(target.current.reading.memory()).map(|(limit_bytes, used_bytes)| Ceiling {
            kind: CeilingKind::User,
            limit_bytes,
            used_bytes,
        });
        let mut of_source = self.source_ceiling;
        // A recording states the limit of the process, and its memory is the usage.
        if let (Some(ceiling), Some(used)) = (&mut of_source, target.current.reading.memory())
            && ceiling.kind == CeilingKind::Recording
        {
            ceiling.used_bytes = used;
        }
        target.set_ceiling(by_user.or(of_source));
    }
}

/// True if the leak of a target may fire an alert before the end of the session. A short session of known length judges
/// after a fifth of it, and may withdraw that verdict at its end.
fn may_report_leak(target: &Target, rules: &Rules) -> bool {
    let known = &target.assessment;
    let missing_s = rules.alerts.leak_observation_s - known.observed_s;
    // Memory that runs out earlier does not wait.
    missing_s <= 0.0 || lives_leak(target) || known.forecast.likely_by_s.is_some_and(|left_s| left_s < missing_s)
}

/// Returns the scope of the alerts of a target. Sudden growth counts once the start of a process is over: a period that
/// reaches back into it still shows the growth of the start.
fn scope(target: &Target, at: Timestamp, began: Timestamp, rules: &Rules) -> Scope {
    let start_s = match rules.alerts.rules {
        AlertRules::Standard => START_UP_S + rules.analysis.spike_period_s,
        AlertRules::Classic => rules.analysis.spike_period_s,
    };
    match target.kind {
        TargetKind::Pool { .. } | TargetKind::Selection { .. } => Scope::Pool,
        TargetKind::Process if age_s(target, at, began).is_some_and(|age| age < start_s) => Scope::Starting,
        TargetKind::Process | TargetKind::Cgroup { .. } => Scope::Process,
    }
}

/// Returns the age of a process; `None` if it is unknown. A process of a recording that appears later than the first one
/// started then.
fn age_s(target: &Target, at: Timestamp, began: Timestamp) -> Option<f64> {
    let lifetime = &target.lifetime;
    let appeared = lifetime.first_seen.seconds_since(began) > MINUTE_S;
    let at_first = lifetime.age_s.or((appeared && target.key.is_some()).then_some(0.0))?;
    Some(at_first + at.seconds_since(lifetime.first_seen))
}

/// Adds the reason to alerts that resolve with the assessment, and the fastest member to the leak of a sum.
fn explained(mut alerts: Vec<Alert>, target: &Target) -> Vec<Alert> {
    let member = target.attribution.as_ref().and_then(|attribution| attribution.members.first());
    for alert in &mut alerts {
        alert.explain_withdrawal(&target.assessment);
        if let Some(member) = member.filter(|_| alert.kind == AlertKind::Leak && alert.state == AlertState::Firing) {
            let pid = member.pid.map_or(String::new(), |pid| format!(" ({pid})"));
            alert.message.push_str(&format!("; fastest member: {}{pid}", member.name));
        }
    }
    alerts
}

/// Returns a reading whose rare counters are the latest known ones, for the sums.
pub(super) fn with_latest_pss(target: &Target, sample: &Sample) -> Reading {
    let known = &target.current.reading;
    sample.reading.with(Counter::Pss, known.value(Counter::Pss)).with(Counter::Uss, known.value(Counter::Uss))
}
