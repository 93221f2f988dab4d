//! Alerts that `--fail-on alert` counts: above info, not withdrawn, and not covered by an allowance.

use std::collections::{BTreeMap, HashSet};

use crate::alert::{Alert, AlertKind, AlertState, Severity};
use crate::analysis::Status;
use crate::event::{Event, EventSink, SinkResult, Target};
use crate::thresholds::{Allowance, allowance_in_force, allows_alert};

/// Alerts that count, in bounded memory: alerts that cannot be withdrawn are kept once per recording.
#[derive(Debug, Clone, Default)]
pub struct CountedAlerts {
    allowances: Vec<Allowance>,
    /// Description of an alert that cannot be withdrawn, by recording; `None` for a live session.
    lasting: BTreeMap<Option<String>, String>,
    /// Leaks by the number of the target, each with its recording and description.
    leaks: BTreeMap<u64, (Option<String>, String)>,
    /// Targets with an alert that an allowance covered when it fired.
    allowed: HashSet<u64>,
}

impl CountedAlerts {
    /// No alerts yet. Those that `allowances` cover will not count.
    #[must_use]
    pub fn new(allowances: Vec<Allowance>) -> Self {
        Self { allowances, ..Self::default() }
    }

    /// Returns the description of one alert that counts, leaks first. Escape it: processes choose their names.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.leaks.values().map(|(_, text)| text).chain(self.lasting.values()).next().map(String::as_str)
    }

    /// Checks the allowances of the remaining targets for the last time.
    pub fn conclude(&mut self, targets: &[Target]) {
        targets.iter().for_each(|target| self.conclude_target(target));
    }

    /// Drops the alerts of a recording that turned out to be unusable.
    pub fn forget(&mut self, recording: &str) {
        self.lasting.retain(|source, _| source.as_deref() != Some(recording));
        self.leaks.retain(|_, (source, _)| source.as_deref() != Some(recording));
    }

    fn push(&mut self, target: Option<&Target>, alert: &Alert) {
        if let Some(target) = target.filter(|target| allows_alert(&self.allowances, target, alert)) {
            if alert.state == AlertState::Firing {
                self.allowed.insert(target.number);
            }
            return;
        }
        if alert.kind.severity() <= Severity::Info {
            return;
        }
        let source = target.and_then(|target| target.source.clone());
        match (alert.kind, target, alert.state) {
            (AlertKind::Leak, Some(target), AlertState::Firing) => {
                self.leaks.insert(target.number, (source, describe(alert.kind, Some(target))));
            }
            // The leak of an exited process is not withdrawn: its verdict remains.
            (AlertKind::Leak, Some(target), AlertState::Resolved) => {
                if target.assessment.verdict.status < Status::Leaking {
                    self.leaks.remove(&target.number);
                }
            }
            (_, _, AlertState::Firing) => {
                self.lasting.entry(source).or_insert_with(|| describe(alert.kind, target));
            }
            // It counted when it fired.
            (_, _, AlertState::Resolved) => {}
        }
    }

    /// Counts an allowed leak if it exceeded its allowance in the end.
    fn conclude_target(&mut self, target: &Target) {
        if self.allowed.remove(&target.number)
            && target.assessment.verdict.status == Status::Leaking
            && allowance_in_force(&self.allowances, target).is_none()
        {
            let text = describe(AlertKind::Leak, Some(target));
            self.leaks.insert(target.number, (target.source.clone(), text));
        }
    }
}

impl EventSink for CountedAlerts {
    fn on_event(&mut self, event: Event<'_>) -> SinkResult {
        match event {
            Event::Alert(target, alert) => self.push(target, alert),
            Event::Exited(target) | Event::ProgramChanged(target) => self.conclude_target(target),
            _ => {}
        }
        Ok(())
    }
}

/// Returns the kind of an alert with its target.
fn describe(kind: AlertKind, target: Option<&Target>) -> String {
    let kind = kind.name().replace('_', " ");
    match target {
        Some(target) => format!("{kind} of {}", target.describe()),
        None => kind,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Resource, Settings, Tracker};
    use crate::event::TargetKind;
    use crate::model::{Counter, ProcessLabel, Reading, Sample, Timestamp};

    fn alert(state: AlertState) -> Alert {
        let (at, message) = (Timestamp(0), String::new());
        Alert { kind: AlertKind::Leak, state, at, since: at, value: None, threshold: None, message }
    }

    #[test]
    fn an_allowed_leak_counts_once_it_exceeds_its_allowance() {
        let settings = Settings::default();
        let at = Timestamp(0);
        let mut tracker = Tracker::new(&settings, None);
        tracker.push(&Sample { at, reading: Reading::default().with(Counter::Fds, 3) });
        let label = ProcessLabel { name: "service".to_owned(), ..ProcessLabel::default() }.into();
        let assessment = tracker.assess(&settings, None);
        let mut target = Target::new(0, TargetKind::Process, label, None, at, assessment);
        let mut alerts = CountedAlerts::new(vec![Allowance {
            process: regex::Regex::new("service").expect("a pattern"),
            resource: Resource::Fds,
            max_rate: 1.0,
            rate_as_written: "3600/h".to_owned(),
            reason: String::new(),
            expires: "2999-12-31".to_owned(),
            expired: false,
            place: String::new(),
        }]);
        target.assessment.verdict.resource = Some(Resource::Fds);
        alerts.push(Some(&target), &alert(AlertState::Firing));
        // The verdict has no resource once the target leaks no more.
        target.assessment.verdict.resource = None;
        alerts.push(Some(&target), &alert(AlertState::Resolved));
        assert_eq!(alerts.first(), None);

        (target.assessment.verdict.resource, target.assessment.verdict.status) = (Some(Resource::Fds), Status::Leaking);
        for (low, counts) in [(0.5, false), (2.0, true)] {
            alerts.allowed.insert(target.number);
            let fds = target.assessment.resources.iter_mut().find(|known| known.resource == Resource::Fds);
            fds.expect("it is judged").growth.ci_low = Some(low);
            alerts.conclude(std::slice::from_ref(&target));
            assert_eq!(alerts.first().is_some(), counts, "at {low} descriptors a second");
        }
    }
}
