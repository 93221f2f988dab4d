//! Recorder: collects the alerts and notices of a session, and builds the report at its end.

use std::io;

use crate::alert::{Alert, Severity};
use crate::event::{Event, EventSink, RetiredSummary, Target};
use crate::model::Timestamp;
use crate::outcome::Outcome;
use crate::schema;

use super::alerts::alert_entry;
use super::targets;
use super::verdict::session_verdict;

/// Largest number of alerts, and of notices, in a report: a watch of months must not grow.
const KEPT: usize = 2000;

/// Sink that keeps alerts and notices for the report.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    alerts: Vec<schema::AlertEntry>,
    dropped: u64,
    notices: Vec<schema::NoticeEntry>,
    /// Number of alerts in order of time. The next tick sorts the later ones: a replay reports them target by target.
    settled: usize,
}

/// Parts of a report that are known at the end of a session.
#[derive(Debug)]
pub struct Ending<'a> {
    /// Times and circumstances of the session.
    pub session: schema::Session,
    /// Settings in force.
    pub settings: schema::Settings,
    /// Outcome of the session.
    pub outcome: &'a Outcome,
    /// Gate: threshold expressions with their results.
    pub thresholds: Option<schema::Thresholds>,
    /// Allowance in use for each target.
    pub allowances: Vec<Option<schema::AllowanceEntry>>,
    /// Cost of leakwatch itself.
    pub observer: schema::Observer,
}

impl Recorder {
    /// Drops the alerts of a recording that turned out to be unusable.
    pub fn forget(&mut self, recording: &str) {
        self.alerts.retain(|alert| alert.source.as_deref() != Some(recording));
    }

    /// Adds a notice without a time.
    pub fn note(&mut self, kind: &str, message: String) {
        self.keep_notice(None, kind, message);
    }

    /// Builds the report. `retired` counts the retired targets that are not among `targets`.
    #[must_use]
    pub fn into_report(self, ending: Ending<'_>, targets: &[Target], retired: &[RetiredSummary]) -> schema::Report {
        let (entries, gate) = with_allowances(targets, ending.thresholds, ending.allowances);
        schema::Report {
            schema_version: schema::SCHEMA_VERSION.to_owned(),
            leakwatch_version: env!("CARGO_PKG_VERSION").to_owned(),
            session: ending.session,
            settings: ending.settings,
            verdict: session_verdict(ending.outcome),
            targets: entries,
            folded: retired.iter().map(targets::retired).collect(),
            gate,
            alerts: self.alerts,
            alerts_dropped: self.dropped,
            notices: self.notices,
            observer: ending.observer,
        }
    }

    /// Keeps an alert. If all places are taken, an alert of severity info gives way to a worse one.
    fn keep_alert(&mut self, target: Option<&Target>, alert: &Alert) {
        if self.alerts.len() >= KEPT {
            self.dropped += 1;
            let info = Severity::Info.name();
            match self.alerts.iter().position(|kept| kept.severity == info) {
                Some(oldest) if alert.kind.severity() > Severity::Info => drop(self.alerts.remove(oldest)),
                _ => return,
            }
        }
        self.alerts.push(alert_entry(target, alert));
    }

    fn keep_notice(&mut self, at: Option<Timestamp>, kind: &str, message: String) {
        if self.notices.len() < KEPT {
            let timestamp = at.map(|at| at.to_string());
            self.notices.push(schema::NoticeEntry { timestamp, kind: kind.to_owned(), message });
        }
    }
}

impl EventSink for Recorder {
    fn on_event(&mut self, event: Event<'_>) -> io::Result<()> {
        match event {
            Event::Alert(target, alert) => {
                self.keep_alert(target, alert);
            }
            Event::Ticked(..) => {
                let settled = self.settled.min(self.alerts.len());
                self.alerts[settled..].sort_by(|a, b| a.timestamp.cmp(&b.timestamp));
                self.settled = self.alerts.len();
            }
            Event::Notice(at, notice) => {
                let (kind, message) = notice.sentence();
                self.keep_notice(Some(at), kind, message);
            }
            _ => {}
        }
        Ok(())
    }
}

/// Notes the allowance of each target, and lists all allowances in use.
fn with_allowances(
    targets: &[Target],
    thresholds: Option<schema::Thresholds>,
    allowances: Vec<Option<schema::AllowanceEntry>>,
) -> (Vec<schema::Target>, Option<schema::Thresholds>) {
    let mut entries: Vec<schema::Target> = targets.iter().map(targets::target).collect();
    for (entry, allowance) in entries.iter_mut().zip(&allowances) {
        entry.allowed =
            allowance.as_ref().filter(|allowance| !allowance.expired).map(|allowance| allowance.reason.clone());
    }
    let used: Vec<schema::AllowanceEntry> = allowances.into_iter().flatten().collect();
    let mut gate = thresholds;
    if !used.is_empty() {
        gate.get_or_insert_default().allowances = used;
    }
    (entries, gate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::{AlertKind, AlertState};

    fn fire(recorder: &mut Recorder, kind: AlertKind) {
        let (state, at) = (AlertState::Firing, Timestamp(0));
        let alert = Alert { kind, state, at, since: at, value: None, threshold: None, message: String::new() };
        recorder.on_event(Event::Alert(None, &alert)).expect("a recorder never fails");
    }

    #[test]
    fn exits_do_not_displace_a_leak() {
        let mut recorder = Recorder::default();
        (0..KEPT + 10).for_each(|_| fire(&mut recorder, AlertKind::Ended));
        fire(&mut recorder, AlertKind::Leak);
        fire(&mut recorder, AlertKind::Ended);
        assert_eq!((recorder.alerts.len(), recorder.dropped), (KEPT, 12));
        assert_eq!(recorder.alerts.last().map(|alert| alert.kind.as_str()), Some("leak"));
    }
}
