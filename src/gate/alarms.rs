//! Which alerts `--fail-on alert` holds a session responsible for: those that no `[[allow]]` excuses.

use std::collections::HashSet;

use crate::alert::{Alert, AlertState};
use crate::analysis::Status;
use crate::event::{Raised, Target};

use super::allow::{Allowance, excuse, excuses_alert};

/// Alerts that were raised.
#[derive(Debug, Default)]
pub(super) struct Alarms {
    raised: Raised,
    /// Targets of which an alert was excused when it was raised.
    excused: HashSet<u64>,
}

impl Alarms {
    /// Notes an alert that began or ended.
    pub(super) fn take(&mut self, allowances: &[Allowance], target: Option<&Target>, alert: &Alert) {
        match target.filter(|target| excuses_alert(allowances, target, alert)) {
            Some(target) if alert.state == AlertState::Firing => drop(self.excused.insert(target.number)),
            Some(_) => {}
            None => self.raised.take(target, alert),
        }
    }

    /// The last that is said of a target: what leaks may have proved to be faster than what was excused.
    pub(super) fn conclude(&mut self, allowances: &[Allowance], target: &Target) {
        if self.excused.remove(&target.number)
            && target.assessment.verdict.status == Status::Leaking
            && excuse(allowances, target).is_none_or(|one| one.expired)
        {
            self.raised.stands(target);
        }
    }

    /// One of those that count, in words. The name in it is as the process chose it: escape it.
    pub(super) fn first(&self) -> Option<&str> {
        self.raised.first()
    }

    /// Forgets a recording that turned out to be unusable.
    pub(super) fn forget(&mut self, recording: &str) {
        self.raised.forget(recording);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::AlertKind;
    use crate::analysis::{Resource, Settings, Tracker};
    use crate::event::{Baseline as First, Current, Lifetime, TargetKind, Trace};
    use crate::model::{ProcessLabel, Reading, Sample, Timestamp};

    #[test]
    fn an_excused_alert_is_none_until_it_proves_to_be_faster() {
        let settings = Settings::default();
        let at = Timestamp(0);
        let mut tracker = Tracker::new(&settings, None);
        tracker.push(&Sample { at, reading: Reading { fds: Some(3), ..Reading::default() } });
        let mut target = Target {
            number: 0,
            kind: TargetKind::Process,
            key: None,
            label: ProcessLabel { name: "service".to_owned(), ..ProcessLabel::default() }.into(),
            program: 0,
            source: None,
            lifetime: Lifetime::starting(at),
            current: Current::default(),
            trace: Trace::default(),
            baseline: First::default(),
            attribution: None,
            assessment: tracker.assess(&settings, None),
        };
        let mut alarms = Alarms::default();
        let allowances = [Allowance {
            process: regex::Regex::new("service").expect("a pattern"),
            resource: Resource::Fds,
            max_rate: 1.0,
            rate_as_written: "3600/h".to_owned(),
            reason: String::new(),
            expires: "2999-12-31".to_owned(),
            expired: false,
            place: String::new(),
        }];
        let kind = AlertKind::Leak;
        let alert = |state| Alert { kind, state, at, since: at, value: None, threshold: None, message: String::new() };
        target.assessment.verdict.resource = Some(Resource::Fds);
        alarms.take(&allowances, Some(&target), &alert(AlertState::Firing));
        // It leaks no more: nothing tells any longer what it was.
        target.assessment.verdict.resource = None;
        alarms.take(&allowances, Some(&target), &alert(AlertState::Resolved));
        assert_eq!(alarms.first(), None);

        (target.assessment.verdict.resource, target.assessment.verdict.status) = (Some(Resource::Fds), Status::Leaking);
        for (low, alerted) in [(0.5, false), (2.0, true)] {
            alarms.excused.insert(target.number);
            let fds = target.assessment.resources.iter_mut().find(|known| known.resource == Resource::Fds);
            fds.expect("it is judged").growth.ci_low = Some(low);
            alarms.conclude(&allowances, &target);
            assert_eq!(alarms.first().is_some(), alerted, "it may have proved to be faster by now");
        }
    }
}
