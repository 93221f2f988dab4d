//! Collects what a report tells besides the targets, and builds the report at the end.

use std::io;

use crate::alert::{Alert, Severity};
use crate::event::{Event, EventSink, Raised, RetiredSummary, Target};
use crate::model::Timestamp;
use crate::schema;

use super::convert;

/// Alerts and notices a report keeps at most of each: a watch of months must not grow.
const KEPT: usize = 2000;

/// A sink that remembers alerts and notices.
#[derive(Debug, Clone, Default)]
pub struct Recorder {
    alerts: Vec<schema::AlertEntry>,
    dropped: u64,
    notices: Vec<schema::NoticeEntry>,
    /// Alerts before the latest tick: later ones are put into the order of time at the next one, for a recording tells
    /// them target by target.
    settled: usize,
    raised: Raised,
}

/// What only the end of a session knows.
#[derive(Debug)]
pub struct Ending {
    /// When and how it was observed.
    pub session: schema::Session,
    /// What was in force.
    pub settings: schema::Settings,
    /// The verdict on the session.
    pub verdict: schema::SessionVerdict,
    /// What the gate asked and what came of it.
    pub gate: Option<schema::Gate>,
    /// What leakwatch itself cost.
    pub observer: schema::Observer,
}

impl Recorder {
    /// An alert worse than "a process ended" that has fired and was not withdrawn, in words.
    #[must_use]
    pub fn alerted(&self) -> Option<&str> {
        self.raised.first()
    }

    /// Forgets the alerts of a recording that turned out to be unusable.
    pub fn forget(&mut self, recording: &str) {
        self.alerts.retain(|alert| alert.source.as_deref() != Some(recording));
        self.raised.forget(recording);
    }

    /// Adds a notice that belongs to no moment.
    pub fn note(&mut self, kind: &str, message: String) {
        self.keep_notice(None, kind, message);
    }

    /// The report; `retired` stands for targets that have gone and are not among `targets`.
    #[must_use]
    pub fn into_report(self, ending: Ending, targets: &[Target], retired: &[RetiredSummary]) -> schema::Report {
        schema::Report {
            schema_version: schema::SCHEMA_VERSION.to_owned(),
            leakwatch_version: env!("CARGO_PKG_VERSION").to_owned(),
            session: ending.session,
            settings: ending.settings,
            verdict: ending.verdict,
            targets: targets.iter().map(convert::target).collect(),
            folded: retired.iter().map(convert::retired).collect(),
            gate: ending.gate,
            alerts: self.alerts,
            alerts_dropped: self.dropped,
            notices: self.notices,
            observer: ending.observer,
        }
    }

    /// What ended or started makes room for what is wrong, however often processes come and go.
    fn keep_alert(&mut self, target: Option<&Target>, alert: &Alert) {
        if self.alerts.len() >= KEPT {
            self.dropped += 1;
            let info = Severity::Info.name();
            match self.alerts.iter().position(|kept| kept.severity == info) {
                Some(oldest) if alert.kind.severity() > Severity::Info => drop(self.alerts.remove(oldest)),
                _ => return,
            }
        }
        self.alerts.push(convert::alert(target, alert));
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
                self.raised.take(target, alert);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::{AlertKind, AlertState};

    #[test]
    fn coming_and_going_does_not_crowd_out_a_leak() {
        let mut recorder = Recorder::default();
        let mut say = |kind| {
            let message = String::new();
            let at = Timestamp(0);
            let alert = Alert { kind, state: AlertState::Firing, at, since: at, value: None, threshold: None, message };
            recorder.on_event(Event::Alert(None, &alert)).expect("memory takes all");
        };
        (0..KEPT + 10).for_each(|_| say(AlertKind::Ended));
        say(AlertKind::Leak);
        say(AlertKind::Ended);
        assert_eq!((recorder.alerts.len(), recorder.dropped), (KEPT, 12));
        assert_eq!(recorder.alerts.last().map(|alert| alert.kind.as_str()), Some("leak"));
    }
}
