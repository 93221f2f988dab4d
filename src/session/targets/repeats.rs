//! Alerts that several processes of one service would repeat: each kind fires for one of them an hour.

use std::collections::HashMap;

use crate::alert::{Alert, AlertKind, AlertRules, AlertState};
use crate::event::{Target, TargetKind};
use crate::model::Timestamp;

/// Time within which another process of the service repeats an alert, in seconds.
const QUIET_S: f64 = 3600.0;
/// Largest number of remembered alerts. Processes may invent new names for ever.
const KEPT: usize = 1024;

/// Name and command line of a service, and the kind of an alert.
type Subject = (String, String, AlertKind);

/// Latest alerts of the processes of each service.
#[derive(Debug)]
pub(super) struct Repeats {
    rules: AlertRules,
    /// Number of the target, and time, of the latest alert.
    latest: HashMap<Subject, (u64, Timestamp)>,
}

impl Repeats {
    /// No alerts yet. The classic rules remember none.
    pub(super) fn new(rules: AlertRules) -> Self {
        Self { rules, latest: HashMap::new() }
    }

    /// Forgets all alerts.
    pub(super) fn clear(&mut self) {
        self.latest.clear();
    }

    /// True if another process of the same service had an alert of this kind within the hour.
    pub(super) fn has_other(&self, target: &Target, kind: AlertKind, at: Timestamp) -> bool {
        if self.latest.is_empty() || !is_of_service(target, kind) {
            return false;
        }
        let latest = self.latest.get(&subject(target, kind));
        latest.is_some_and(|&(number, then)| number != target.number && at.seconds_since(then).abs() < QUIET_S)
    }

    /// Notes the alerts that fire.
    pub(super) fn note(&mut self, target: &Target, alerts: &[Alert]) {
        if self.rules == AlertRules::Standard {
            let firing = alerts.iter().filter(|alert| alert.state == AlertState::Firing);
            firing.for_each(|alert| self.note_kind(target, alert.kind, alert.at));
        }
    }

    fn note_kind(&mut self, target: &Target, kind: AlertKind, at: Timestamp) {
        if !is_of_service(target, kind) {
            return;
        }
        if self.latest.len() >= KEPT {
            self.latest.retain(|_, (_, then)| at.seconds_since(*then).abs() < QUIET_S);
        }
        if self.latest.len() < KEPT {
            self.latest.insert(subject(target, kind), (target.number, at));
        }
    }
}

/// True if a target is a process, whose alerts of this kind other processes of its service may repeat.
fn is_of_service(target: &Target, kind: AlertKind) -> bool {
    let repeats = kind.repeats_per_process() || (kind == AlertKind::Leak && !target.earlier_lives().is_empty());
    target.kind == TargetKind::Process && target.key.is_some() && repeats
}

fn subject(target: &Target, kind: AlertKind) -> Subject {
    (target.label.name.clone(), target.label.cmdline.clone(), kind)
}
