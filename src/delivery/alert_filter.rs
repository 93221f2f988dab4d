//! Filter of the alerts that are sent: by severity or by kind.

use std::str::FromStr;

use crate::alert::{AlertKind, Severity};

/// Severity or kind of the alerts that are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertFilter {
    /// All alerts of a severity.
    Severity(Severity),
    /// All alerts of a kind.
    Kind(AlertKind),
}

const SEVERITIES: [Severity; 3] = [Severity::Info, Severity::Warning, Severity::Critical];
const KINDS: [AlertKind; 12] = [
    AlertKind::Spike,
    AlertKind::RapidGrowth,
    AlertKind::NearLimit,
    AlertKind::LimitExceeded,
    AlertKind::ConsistentGrowth,
    AlertKind::HighVariance,
    AlertKind::Suspect,
    AlertKind::Leak,
    AlertKind::OomKill,
    AlertKind::Ended,
    AlertKind::Restarted,
    AlertKind::HostMemory,
];

impl AlertFilter {
    /// True if alerts of this kind are sent.
    #[must_use]
    pub fn matches(self, kind: AlertKind) -> bool {
        match self {
            Self::Severity(severity) => kind.severity() == severity,
            Self::Kind(chosen) => kind == chosen,
        }
    }
}

impl FromStr for AlertFilter {
    type Err = String;

    /// Parses a name in any case. Hyphens may replace underscores.
    fn from_str(text: &str) -> Result<Self, String> {
        let name = text.trim().to_lowercase().replace('-', "_");
        let severity = SEVERITIES.into_iter().find(|severity| severity.name() == name).map(Self::Severity);
        let kind = KINDS.into_iter().find(|kind| kind.name() == name).map(Self::Kind);
        severity.or(kind).ok_or_else(|| format!("not a severity or a kind of alert; choose from {}", filter_names()))
    }
}

/// Returns the names of all severities and kinds.
#[must_use]
pub fn filter_names() -> String {
    let names: Vec<&str> =
        SEVERITIES.into_iter().map(Severity::name).chain(KINDS.into_iter().map(AlertKind::name)).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_matches_a_severity_or_a_kind() {
        let critical: AlertFilter = "critical".parse().expect("valid name");
        assert!(critical.matches(AlertKind::Leak) && !critical.matches(AlertKind::Spike));
        let spike: AlertFilter = "Spike".parse().expect("valid name");
        assert!(spike.matches(AlertKind::Spike) && !spike.matches(AlertKind::Leak));
        assert_eq!("near-limit".parse(), Ok(AlertFilter::Kind(AlertKind::NearLimit)));
        assert!("leaks".parse::<AlertFilter>().is_err_and(|why| why.contains("process_ended")));
    }
}
