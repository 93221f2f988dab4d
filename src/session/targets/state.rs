//! State of one target that sinks do not see: its tracker, alerts, page count and pool.

use crate::alert::{
    Alert, AlertKind, AlertState, Condition, OpenAlerts, RiseMeter, Scope, assessment_conditions, reading_conditions,
};
use crate::analysis::{Assessment, Settings, Tracker};
use crate::event::{Target, TargetKind};
use crate::model::{Ceiling, CeilingKind, Counter, Reading, Sample, Timestamp};
use crate::source::DeniedCounter;

use super::super::rules::Rules;
use super::page_count::PageCount;

/// State of one target.
pub(super) struct TargetState {
    /// `None` once the target is closed. Its last assessment stays.
    tracker: Option<Tracker>,
    alerts: OpenAlerts,
    rise: RiseMeter,
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

    /// Returns the rise of memory within the spike period, in bytes.
    pub(super) fn rise(self) -> u64 {
        self.rise
    }
}

impl TargetState {
    /// State of a new target.
    pub(super) fn new(tracker: Tracker, pool: Option<usize>) -> Self {
        Self {
            tracker: Some(tracker),
            alerts: OpenAlerts::default(),
            rise: RiseMeter::default(),
            source_ceiling: None,
            conditions: Vec::new(),
            page_count: PageCount::default(),
            pool,
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
    pub(super) fn observe(
        &mut self,
        target: &mut Target,
        sample: &Sample,
        denied: &[DeniedCounter],
        is_warming_up: bool,
    ) -> SampleEffect {
        let Some(tracker) = self.tracker.as_mut() else { return SampleEffect::default() };
        target.record(sample, denied.iter().map(|denied| (denied.counter, denied.right)));
        let is_spiking = self.conditions.iter().any(|condition| condition.kind == AlertKind::Spike);
        if is_warming_up {
            target.exclude_until(sample.at);
        }
        let is_due = !is_warming_up && (tracker.push(sample) || is_spiking);
        let memory = target.current.reading.memory();
        let rise = memory.map_or(0, |memory| self.rise.push(sample.at, memory));
        SampleEffect { is_due, rise }
    }

    /// Assesses the target; `None` if it is closed.
    pub(super) fn assess(&self, target: &Target, settings: &Settings) -> Option<Assessment> {
        Some(self.tracker.as_ref()?.assess(settings, target.current.ceiling.as_ref()))
    }

    /// Updates only the spikes of the assessment.
    pub(super) fn update_spikes(&self, target: &mut Target) {
        if let Some(tracker) = &self.tracker {
            target.set_spikes(tracker.spikes());
        }
    }

    /// Derives the conditions for alerts from the published assessment.
    pub(super) fn derive_conditions(&mut self, target: &Target, at: Timestamp, rules: &Rules) {
        self.conditions = assessment_conditions(scope(target, at, rules), &target.assessment);
    }

    /// True if a leak alert of the target fires.
    pub(super) fn is_leak_alert_firing(&self) -> bool {
        self.alerts.is_firing(AlertKind::Leak)
    }

    /// True if a leak condition holds whose alert does not fire.
    pub(super) fn awaits_leak_alert(&self) -> bool {
        !self.is_leak_alert_firing() && self.conditions.iter().any(|condition| condition.kind == AlertKind::Leak)
    }

    /// Drops the leak condition, because the alert of another target reports the same leak.
    pub(super) fn drop_leak_condition(&mut self) {
        self.conditions.retain(|condition| condition.kind != AlertKind::Leak);
    }

    /// Returns the alerts that fire or resolve with the latest reading.
    pub(super) fn update_alerts(&mut self, target: &Target, at: Timestamp, rise: u64, rules: &Rules) -> Vec<Alert> {
        let ceiling = target.current.ceiling.as_ref();
        let seen_s = target.lifetime.seen_s();
        let mut by_reading =
            reading_conditions(scope(target, at, rules), rise, seen_s, ceiling, &rules.alerts).peekable();
        if self.conditions.is_empty() && self.alerts.is_empty() && by_reading.peek().is_none() {
            return Vec::new();
        }
        let conditions: Vec<Condition> = self.conditions.iter().cloned().chain(by_reading).collect();
        explained(self.alerts.update(at, &conditions), target)
    }

    /// Resolves all alerts for a reason. Returns the resolved ones.
    pub(super) fn resolve_alerts(&mut self, at: Timestamp, reason: &str) -> Vec<Alert> {
        self.alerts.close(at, reason)
    }

    /// Closes the target. Returns the alerts that change with it. Alerts of the latest reading stay open.
    pub(super) fn close(&mut self, target: &Target, at: Timestamp, is_replay: bool) -> Vec<Alert> {
        self.tracker = None;
        let alerts = if is_replay {
            self.alerts.conclude(at, &self.conditions)
        } else {
            self.alerts.settle(at, &self.conditions)
        };
        explained(alerts, target)
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
        target.set_ceiling(by_user.or(self.source_ceiling));
    }
}

/// Returns the scope of the alerts of a target. Sudden growth counts once a spike period has passed since the start.
fn scope(target: &Target, at: Timestamp, rules: &Rules) -> Scope {
    let age = target.lifetime.age_s.map(|age| age + at.seconds_since(target.lifetime.first_seen));
    match target.kind {
        TargetKind::Pool { .. } | TargetKind::Selection { .. } => Scope::Pool,
        TargetKind::Process if age.is_some_and(|age| age < rules.analysis.spike_period_s) => Scope::Starting,
        TargetKind::Process | TargetKind::Cgroup { .. } => Scope::Process,
    }
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
