//! Which alerts a session is held responsible for.

use std::collections::BTreeMap;

use crate::alert::{Alert, AlertKind, AlertState, Severity};
use crate::analysis::Status;

use super::target::Target;

/// Alerts worse than "a process ended", without leaks that were taken back. Bounded: of those that cannot be taken back one
/// a recording is kept.
#[derive(Debug, Clone, Default)]
pub struct Raised {
    /// By the recording; `None` when live.
    lasting: BTreeMap<Option<String>, String>,
    /// Leaks, by the number of the target, each with its recording.
    leaks: BTreeMap<u64, (Option<String>, String)>,
}

impl Raised {
    /// Takes an alert that began or ended; the target is `None` for the host.
    pub fn take(&mut self, target: Option<&Target>, alert: &Alert) {
        if alert.kind.severity() <= Severity::Info {
            return;
        }
        let source = || target.and_then(|target| target.source.clone());
        let words = || in_words(alert.kind, target);
        match (alert.kind, target, alert.state) {
            (AlertKind::Leak, Some(target), AlertState::Firing) => {
                self.leaks.insert(target.number, (source(), words()));
            }
            // One whose process ended is not taken back: its verdict stands.
            (AlertKind::Leak, Some(target), AlertState::Resolved) => {
                if target.assessment.verdict.status < Status::Leaking {
                    self.leaks.remove(&target.number);
                }
            }
            (_, _, AlertState::Firing) => drop(self.lasting.entry(source()).or_insert_with(words)),
            // What is over was told when it began.
            (_, _, AlertState::Resolved) => {}
        }
    }

    /// Takes a leak that stands at the end, whatever was said of it before.
    pub fn stands(&mut self, target: &Target) {
        self.leaks.insert(target.number, (target.source.clone(), in_words(AlertKind::Leak, Some(target))));
    }

    /// One of those that stand, in words; leaks first. The name in it is as the process chose it: escape it.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.leaks.values().map(|(_, words)| words).chain(self.lasting.values()).next().map(String::as_str)
    }

    /// Forgets those of a recording that turned out to be unusable.
    pub fn forget(&mut self, recording: &str) {
        self.lasting.retain(|source, _| source.as_deref() != Some(recording));
        self.leaks.retain(|_, (source, _)| source.as_deref() != Some(recording));
    }
}

fn in_words(kind: AlertKind, target: Option<&Target>) -> String {
    let kind = kind.name().replace('_', " ");
    match target {
        Some(Target { label, key: Some(key), .. }) => format!("{kind} of {} ({})", label.name, key.pid),
        Some(target) => format!("{kind} of {}", target.label.name),
        None => kind,
    }
}
