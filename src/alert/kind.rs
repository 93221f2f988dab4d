//! Kinds of alerts, with their severity and delays.

/// The kind of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertKind {
    /// Growth above the thresholds within the spike period.
    Spike,
    /// Growth above the set rate over a minute.
    RapidGrowth,
    /// Memory above the set share of the limit.
    NearLimit,
    /// Memory above the limit.
    LimitExceeded,
    /// Floors that keep rising.
    ConsistentGrowth,
    /// A spread that is high for the level.
    HighVariance,
    /// The verdict `suspect`.
    Suspect,
    /// The verdict `leaking`.
    Leak,
    /// A process of a control group, killed by the kernel because memory ran out.
    OomKill,
    /// The exit of a process.
    Ended,
    /// A process that followed an exited one of the same name.
    Restarted,
    /// Memory of the host above 80 %.
    HostMemory,
}

/// Seconds that a condition must hold before it fires, and be absent before it resolves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delays {
    pub to_fire_s: f64,
    pub to_resolve_s: f64,
}

impl AlertKind {
    /// Returns the severity of the kind.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::Leak | Self::LimitExceeded | Self::OomKill => Severity::Critical,
            Self::Suspect | Self::ConsistentGrowth | Self::HighVariance | Self::Ended | Self::Restarted => {
                Severity::Info
            }
            Self::Spike | Self::RapidGrowth | Self::NearLimit | Self::HostMemory => Severity::Warning,
        }
    }

    /// Returns the name in reports: `near_limit`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Spike => "spike",
            Self::RapidGrowth => "rapid_growth",
            Self::NearLimit => "near_limit",
            Self::LimitExceeded => "limit_exceeded",
            Self::ConsistentGrowth => "consistent_growth",
            Self::HighVariance => "high_variance",
            Self::Suspect => "suspect",
            Self::Leak => "leak",
            Self::OomKill => "oom_kill",
            Self::Ended => "process_ended",
            Self::Restarted => "process_restarted",
            Self::HostMemory => "host_memory",
        }
    }

    /// True for a mere change of the lifecycle: a process exited or restarted.
    #[must_use]
    pub fn is_lifecycle(self) -> bool {
        matches!(self, Self::Ended | Self::Restarted)
    }

    /// Returns the kind of the open episode that continues as an alert of this kind.
    #[must_use]
    pub fn continues(self) -> Option<Self> {
        (self == Self::Leak).then_some(Self::Suspect)
    }

    /// True for sudden or uncertain growth, which each process of a service may show in turn.
    #[must_use]
    pub fn repeats_per_process(self) -> bool {
        matches!(self, Self::Spike | Self::RapidGrowth | Self::Suspect | Self::ConsistentGrowth | Self::HighVariance)
    }

    /// True if the condition comes from the whole series and not from the latest reading.
    pub(super) fn is_assessed(self) -> bool {
        matches!(self, Self::Suspect | Self::Leak | Self::ConsistentGrowth | Self::HighVariance)
    }

    /// Returns the delays of the kind.
    ///
    /// A condition of a single reading resolves late, so that a value that swings around its threshold is one episode. An
    /// assessed condition has been weighed already and fires at once, unless it changes easily.
    pub(super) fn delays(self) -> Delays {
        let (to_fire_s, to_resolve_s) = match self {
            Self::ConsistentGrowth | Self::HighVariance => (30.0, 120.0),
            Self::RapidGrowth => (0.0, 30.0),
            // A spike outlasts the minute in which it also is rapid growth.
            Self::Spike | Self::NearLimit | Self::LimitExceeded | Self::HostMemory => (0.0, 60.0),
            Self::Suspect | Self::Leak => (0.0, 60.0),
            Self::OomKill | Self::Ended | Self::Restarted => (0.0, 0.0),
        };
        Delays { to_fire_s, to_resolve_s }
    }
}

/// The severity of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Severity {
    Info,
    Warning,
    Critical,
}

impl Severity {
    /// Returns the name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leak_is_critical_and_a_restart_is_not() {
        assert!(AlertKind::Leak.severity() > AlertKind::Spike.severity());
        assert_eq!(AlertKind::Suspect.severity(), Severity::Info);
        assert!(AlertKind::Spike.severity() > AlertKind::Restarted.severity());
        assert!(AlertKind::Restarted.is_lifecycle() && !AlertKind::Leak.is_lifecycle());
    }
}
