//! The alert book: which conditions are pending, firing or resolved.

use std::collections::BTreeMap;

use crate::model::Timestamp;

use super::Condition;

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertKind {
    /// Growth over the thresholds within the spike period.
    Spike,
    /// More than 50 MB in a minute.
    RapidGrowth,
    /// Above the set share of the limit.
    NearLimit,
    /// Above the limit.
    LimitExceeded,
    /// Floors that keep rising.
    ConsistentGrowth,
    /// A spread that is high for the level.
    HighVariance,
    /// The verdict is `leaking`.
    Leak,
    /// The kernel has killed a process of a control group for want of memory.
    OomKill,
    /// The process has ended.
    Ended,
    /// A process of the same name came after one that ended.
    Restarted,
    /// Memory of the host above 80 %.
    HostMemory,
}

impl AlertKind {
    /// How bad it is in itself.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::Leak | Self::LimitExceeded | Self::OomKill => Severity::Critical,
            Self::Ended | Self::Restarted => Severity::Info,
            _ => Severity::Warning,
        }
    }

    /// The name in reports: `near_limit`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Spike => "spike",
            Self::RapidGrowth => "rapid_growth",
            Self::NearLimit => "near_limit",
            Self::LimitExceeded => "limit_exceeded",
            Self::ConsistentGrowth => "consistent_growth",
            Self::HighVariance => "high_variance",
            Self::Leak => "leak",
            Self::OomKill => "oom_kill",
            Self::Ended => "process_ended",
            Self::Restarted => "process_restarted",
            Self::HostMemory => "host_memory",
        }
    }

    /// Whether it only says that a process came or went.
    #[must_use]
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Ended | Self::Restarted)
    }

    /// Whether it is a judgement on the whole timeline, and not on the latest reading.
    fn is_judged(self) -> bool {
        matches!(self, Self::Leak | Self::ConsistentGrowth | Self::HighVariance)
    }

    /// How long a condition must hold before it fires, and be gone before it is resolved, in seconds.
    ///
    /// Conditions that come from one reading get a moment to prove themselves on the way out, so that a value
    /// that swings around its threshold is one episode. Those that the analysis has already weighed fire at once.
    fn delays_s(self) -> (f64, f64) {
        match self {
            Self::ConsistentGrowth | Self::HighVariance => (30.0, 120.0),
            Self::Spike | Self::RapidGrowth => (0.0, 30.0),
            Self::NearLimit | Self::LimitExceeded | Self::HostMemory | Self::Leak => (0.0, 60.0),
            Self::OomKill | Self::Ended | Self::Restarted => (0.0, 0.0),
        }
    }
}

/// How bad an alert is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Severity {
    Info,
    Warning,
    Critical,
}

impl Severity {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// Whether an alert begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlertState {
    /// The condition holds.
    Firing,
    /// It has ceased to hold.
    Resolved,
}

/// One alert that begins or ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// What it is about.
    pub kind: AlertKind,
    /// Begins or ends.
    pub state: AlertState,
    /// When it began or ended.
    pub at: Timestamp,
    /// When the condition was first seen.
    pub since: Timestamp,
    /// What was measured; `None` where there is no number.
    pub value: Option<f64>,
    /// What it was held against.
    pub threshold: Option<f64>,
    /// One sentence for people, without a full stop.
    pub message: String,
}

#[derive(Debug, Clone, Copy)]
enum Episode {
    Pending { since: Timestamp },
    Firing { since: Timestamp, last_seen: Timestamp },
}

/// The open conditions of one target, or of the host.
#[derive(Debug, Clone, Default)]
pub struct OpenAlerts {
    open: BTreeMap<AlertKind, Episode>,
}

impl OpenAlerts {
    /// Whether no condition is open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Takes what was found at a moment and returns the alerts that begin or end with it.
    pub fn update(&mut self, at: Timestamp, findings: &[Condition]) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for finding in findings {
            if !self.is_implied(finding, findings) {
                alerts.extend(self.seen(at, finding));
            }
        }
        self.open.retain(|&kind, episode| {
            if findings.iter().any(|finding| finding.kind == kind) {
                return true;
            }
            match *episode {
                Episode::Pending { .. } => false,
                Episode::Firing { since, last_seen } => {
                    let gone = at.seconds_since(last_seen) >= kind.delays_s().1;
                    if gone {
                        alerts.push(resolved(kind, at, since));
                    }
                    !gone
                }
            }
        });
        alerts
    }

    /// Takes what was found when a target was judged for the last time: nobody will look again, so what a judgement
    /// raised and does not uphold ends now. What single readings raised stays open: nobody has seen it end.
    pub fn settle(&mut self, at: Timestamp, findings: &[Condition]) -> Vec<Alert> {
        let mut alerts = self.update(at, findings);
        self.open.retain(|&kind, episode| match *episode {
            Episode::Firing { since, .. } if kind.is_judged() && !findings.iter().any(|found| found.kind == kind) => {
                alerts.push(resolved(kind, at, since));
                false
            }
            _ => true,
        });
        alerts
    }

    /// Takes what was found over a whole recording: it has proved itself, nothing is pending any more.
    pub fn conclude(&mut self, at: Timestamp, findings: &[Condition]) -> Vec<Alert> {
        let pending = |book: &Self, kind| !matches!(book.open.get(&kind), Some(Episode::Firing { .. }));
        let is_new = |finding: &&Condition| pending(self, finding.kind) && !self.is_implied(finding, findings);
        let new: Vec<&Condition> = findings.iter().filter(is_new).collect();
        for finding in &new {
            self.open.insert(finding.kind, Episode::Firing { since: at, last_seen: at });
        }
        new.into_iter().map(|finding| fired(finding, at, at)).collect()
    }

    /// Ends all open alerts, for the target is no more; `why`, as a clause.
    pub fn close(&mut self, at: Timestamp, why: &str) -> Vec<Alert> {
        std::mem::take(&mut self.open)
            .into_iter()
            .filter_map(|(kind, episode)| match episode {
                Episode::Pending { .. } => None,
                Episode::Firing { since, .. } => Some(resolved(kind, at, since)),
            })
            .map(|alert| Alert { message: format!("{}: {why}", alert.message), ..alert })
            .collect()
    }

    /// Whether another finding says it already: what is above the limit is near it, too. An episode that was open before
    /// goes on, for it is not over.
    fn is_implied(&self, finding: &Condition, findings: &[Condition]) -> bool {
        finding.kind == AlertKind::NearLimit
            && !self.open.contains_key(&AlertKind::NearLimit)
            && findings.iter().any(|other| other.kind == AlertKind::LimitExceeded)
    }

    fn seen(&mut self, at: Timestamp, finding: &Condition) -> Option<Alert> {
        let episode = self.open.entry(finding.kind).or_insert(Episode::Pending { since: at });
        match *episode {
            Episode::Pending { since } if at.seconds_since(since) >= finding.kind.delays_s().0 => {
                *episode = Episode::Firing { since, last_seen: at };
                Some(fired(finding, at, since))
            }
            Episode::Pending { .. } => None,
            Episode::Firing { since, .. } => {
                *episode = Episode::Firing { since, last_seen: at };
                None
            }
        }
    }
}

fn fired(finding: &Condition, at: Timestamp, since: Timestamp) -> Alert {
    Alert {
        kind: finding.kind,
        state: AlertState::Firing,
        at,
        since,
        value: finding.value,
        threshold: finding.threshold,
        message: finding.message.clone(),
    }
}

fn resolved(kind: AlertKind, at: Timestamp, since: Timestamp) -> Alert {
    let message = format!("over after {}", crate::units::Span(at.seconds_since(since)));
    Alert { kind, state: AlertState::Resolved, at, since, value: None, threshold: None, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(kind: AlertKind) -> Condition {
        Condition { kind, value: Some(1.0), threshold: None, message: "it grows".to_owned() }
    }

    fn run(kind: AlertKind, seconds: std::ops::Range<i64>, holds: impl Fn(i64) -> bool) -> Vec<(i64, AlertState)> {
        let mut book = OpenAlerts::default();
        let mut seen = Vec::new();
        for second in seconds {
            let findings = if holds(second) { vec![finding(kind)] } else { vec![] };
            let alerts = book.update(Timestamp(second * 1000), &findings);
            seen.extend(alerts.into_iter().map(|alert| (second, alert.state)));
        }
        seen
    }

    #[test]
    fn an_episode_is_one_alert() {
        let seen = run(AlertKind::Spike, 0..100, |second| (10..20).contains(&second));
        assert_eq!(seen, [(10, AlertState::Firing), (49, AlertState::Resolved)]);
    }

    #[test]
    fn swinging_around_the_threshold_is_one_episode() {
        let seen = run(AlertKind::NearLimit, 0..300, |second| second < 200 && second % 2 == 0);
        assert_eq!(seen, [(0, AlertState::Firing), (258, AlertState::Resolved)]);
    }

    #[test]
    fn what_does_not_last_never_fires() {
        assert_eq!(run(AlertKind::HighVariance, 0..300, |second| second % 20 < 10), []);
        assert_eq!(run(AlertKind::HighVariance, 0..100, |_| true), [(30, AlertState::Firing)]);
    }

    #[test]
    fn what_a_whole_recording_shows_fires_once() {
        let mut book = OpenAlerts::default();
        book.update(Timestamp(0), &[finding(AlertKind::Spike), finding(AlertKind::HighVariance)]);
        let fired = book.conclude(Timestamp(1000), &[finding(AlertKind::Spike), finding(AlertKind::HighVariance)]);
        assert_eq!(fired.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [AlertKind::HighVariance]);
        assert_eq!(book.conclude(Timestamp(2000), &[finding(AlertKind::HighVariance)]), []);
    }

    #[test]
    fn beyond_the_limit_is_said_once_and_what_was_near_before_is_not_over() {
        let (near, beyond) = (finding(AlertKind::NearLimit), finding(AlertKind::LimitExceeded));
        let both = [near.clone(), beyond];
        let kinds = |alerts: Vec<Alert>| alerts.iter().map(|alert| (alert.kind, alert.state)).collect::<Vec<_>>();
        let mut book = OpenAlerts::default();
        assert_eq!(kinds(book.update(Timestamp(0), &both)), [(AlertKind::LimitExceeded, AlertState::Firing)]);
        let mut book = OpenAlerts::default();
        assert_eq!(kinds(book.update(Timestamp(0), &[near])), [(AlertKind::NearLimit, AlertState::Firing)]);
        assert_eq!(kinds(book.update(Timestamp(1000), &both)), [(AlertKind::LimitExceeded, AlertState::Firing)]);
        assert_eq!(kinds(book.update(Timestamp(100_000), &both)), []);
    }

    #[test]
    fn the_last_judgement_ends_what_it_does_not_uphold() {
        let mut book = OpenAlerts::default();
        book.update(Timestamp(0), &[finding(AlertKind::Leak), finding(AlertKind::NearLimit)]);
        assert_eq!(book.settle(Timestamp(1000), &[finding(AlertKind::Leak)]), []);
        let ended = book.settle(Timestamp(2000), &[]);
        let ended: Vec<_> = ended.iter().map(|alert| (alert.kind, alert.state)).collect();
        assert_eq!(ended, [(AlertKind::Leak, AlertState::Resolved)], "nobody has seen the limit being left");
    }

    #[test]
    fn a_target_that_goes_resolves_what_is_open() {
        let mut book = OpenAlerts::default();
        book.update(Timestamp(0), &[finding(AlertKind::Leak), finding(AlertKind::HighVariance)]);
        let ended = book.close(Timestamp(1000), "the process has ended");
        assert_eq!(ended.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [AlertKind::Leak]);
        assert!(ended[0].message.ends_with(": the process has ended"), "{}", ended[0].message);
        assert_eq!(book.close(Timestamp(2000), "the process has ended"), []);
    }
}
