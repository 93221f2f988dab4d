//! Which alerts are sent: by severity or by kind.

use std::str::FromStr;

use crate::alert::{AlertKind, Severity};

/// A severity or a kind, by its name in reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// All alerts of a severity.
    Severity(Severity),
    /// All alerts of a kind.
    Kind(AlertKind),
}

const SEVERITIES: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Critical];
const KINDS: [AlertKind; 11] = [
    AlertKind::Spike,
    AlertKind::RapidGrowth,
    AlertKind::NearLimit,
    AlertKind::LimitExceeded,
    AlertKind::ConsistentGrowth,
    AlertKind::HighVariance,
    AlertKind::Leak,
    AlertKind::OomKill,
    AlertKind::Ended,
    AlertKind::Restarted,
    AlertKind::HostMemory,
];

impl Choice {
    /// Whether it names this alert.
    #[must_use]
    pub fn covers(self, kind: AlertKind) -> bool {
        match self {
            Self::Severity(severity) => kind.severity() == severity,
            Self::Kind(chosen) => kind == chosen,
        }
    }
}

impl FromStr for Choice {
    type Err = String;

    /// `near-limit` is `near_limit`, too.
    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.trim().to_lowercase().replace('-', "_");
        let severity = SEVERITIES.into_iter().find(|severity| severity.name() == name).map(Self::Severity);
        let kind = || KINDS.into_iter().find(|kind| kind.name() == name).map(Self::Kind);
        severity.or_else(kind).ok_or_else(|| format!("no such severity or kind of alert; there are {}", names()))
    }
}

/// All names there are.
#[must_use]
pub fn names() -> String {
    let names: Vec<&str> =
        SEVERITIES.into_iter().map(Severity::name).chain(KINDS.into_iter().map(AlertKind::name)).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_chosen_by_severity_or_kind() {
        let critical: Choice = "critical".parse().expect("a severity");
        assert!(critical.covers(AlertKind::Leak) && !critical.covers(AlertKind::Spike));
        let spike: Choice = "Spike".parse().expect("a kind");
        assert!(spike.covers(AlertKind::Spike) && !spike.covers(AlertKind::Leak));
        assert_eq!("near-limit".parse(), Ok(Choice::Kind(AlertKind::NearLimit)));
        assert!("leaks".parse::<Choice>().is_err_and(|why| why.contains("process_ended")));
    }
}
