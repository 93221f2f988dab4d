//! State of the alerts of one target: pending, firing or resolved.

use std::collections::BTreeMap;

use crate::analysis::Assessment;
use crate::model::Timestamp;
use crate::units::Span;

use super::conditions::{Condition, withdrawal_message};
use super::kind::AlertKind;

/// The state of an alert that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlertState {
    /// The condition holds.
    Firing,
    /// The condition no longer holds.
    Resolved,
}

/// One alert that fires or resolves.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Kind of the alert.
    pub kind: AlertKind,
    /// Firing or resolved.
    pub state: AlertState,
    /// Time at which it fired or resolved.
    pub at: Timestamp,
    /// Time at which the condition was first seen.
    pub since: Timestamp,
    /// Measured value; `None` where there is no number.
    pub value: Option<f64>,
    /// Threshold of the value; `None` where there is none.
    pub threshold: Option<f64>,
    /// One sentence for people, without a full stop.
    pub message: String,
}

impl Alert {
    /// Adds the reason for its withdrawal to a resolved leak alert. Other alerts stay unchanged.
    pub fn explain_withdrawal(&mut self, assessment: &Assessment) {
        if self.kind == AlertKind::Leak && self.state == AlertState::Resolved {
            self.message = withdrawal_message(self.at.seconds_since(self.since), assessment);
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Episode {
    Pending { since: Timestamp },
    Firing { since: Timestamp, last_seen: Timestamp },
}

/// The open alerts of one target, or of the host.
#[derive(Debug, Clone, Default)]
pub struct OpenAlerts {
    episodes: BTreeMap<AlertKind, Episode>,
}

impl OpenAlerts {
    /// True if no alert is pending or firing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.episodes.is_empty()
    }

    /// True if an alert of this kind fires.
    #[must_use]
    pub fn is_firing(&self, kind: AlertKind) -> bool {
        matches!(self.episodes.get(&kind), Some(Episode::Firing { .. }))
    }

    /// Takes the conditions that hold at a time and returns the alerts that fire or resolve with them.
    pub fn update(&mut self, at: Timestamp, conditions: &[Condition]) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for condition in conditions {
            if !self.is_implied(condition, conditions) {
                alerts.extend(self.record(at, condition));
            }
        }
        self.episodes.retain(|&kind, episode| {
            if holds(kind, conditions) {
                return true;
            }
            match *episode {
                Episode::Pending { .. } => false,
                Episode::Firing { since, last_seen } => {
                    let over = at.seconds_since(last_seen) >= kind.delays().to_resolve_s;
                    if over {
                        alerts.push(resolved(kind, at, since));
                    }
                    !over
                }
            }
        });
        alerts
    }

    /// Takes the conditions of the last assessment of a target.
    ///
    /// An assessed alert that does not hold resolves at once, because no later assessment can end it. An alert of a
    /// single reading stays open: no reading has shown its end.
    pub fn settle(&mut self, at: Timestamp, conditions: &[Condition]) -> Vec<Alert> {
        let mut alerts = self.update(at, conditions);
        self.episodes.retain(|&kind, episode| match *episode {
            Episode::Firing { since, .. } if kind.is_assessed() && !holds(kind, conditions) => {
                alerts.push(resolved(kind, at, since));
                false
            }
            _ => true,
        });
        alerts
    }

    /// Takes the conditions of a whole recording and fires those that do not fire yet, without a delay.
    pub fn conclude(&mut self, at: Timestamp, conditions: &[Condition]) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for condition in conditions {
            if !self.is_firing(condition.kind) && !self.is_implied(condition, conditions) {
                let since = self.take_continued(condition.kind).unwrap_or(at);
                alerts.push(fired(condition, at, since));
            }
        }
        for alert in &alerts {
            self.episodes.insert(alert.kind, Episode::Firing { since: alert.since, last_seen: at });
        }
        alerts
    }

    /// Resolves all firing alerts of a target that is no longer watched. `reason` is a clause.
    pub fn close(&mut self, at: Timestamp, reason: &str) -> Vec<Alert> {
        std::mem::take(&mut self.episodes)
            .into_iter()
            .filter_map(|(kind, episode)| match episode {
                Episode::Pending { .. } => None,
                Episode::Firing { since, .. } => Some(resolved(kind, at, since)),
            })
            .map(|alert| {
                let lasted = Span(alert.at.seconds_since(alert.since));
                Alert { message: format!("ended after {lasted}, because {reason}"), ..alert }
            })
            .collect()
    }

    /// True if another condition, or the open episode of one, covers this condition: memory above the limit is also near it,
    /// and a spike also is rapid growth. An open episode continues.
    fn is_implied(&self, condition: &Condition, conditions: &[Condition]) -> bool {
        let covering = match condition.kind {
            AlertKind::NearLimit => AlertKind::LimitExceeded,
            AlertKind::Suspect => AlertKind::Leak,
            AlertKind::RapidGrowth => AlertKind::Spike,
            _ => return false,
        };
        let is_covered =
            holds(covering, conditions) || (covering != AlertKind::LimitExceeded && self.is_firing(covering));
        is_covered && !self.episodes.contains_key(&condition.kind)
    }

    /// Removes the open episode that continues as one of this kind. Returns its begin.
    fn take_continued(&mut self, kind: AlertKind) -> Option<Timestamp> {
        match self.episodes.remove(&kind.continues()?)? {
            Episode::Pending { since } | Episode::Firing { since, .. } => Some(since),
        }
    }

    /// Records a condition that holds, and returns its alert when it begins to fire.
    fn record(&mut self, at: Timestamp, condition: &Condition) -> Option<Alert> {
        let begin = self.take_continued(condition.kind).unwrap_or(at);
        let episode = self.episodes.entry(condition.kind).or_insert(Episode::Pending { since: begin });
        match *episode {
            Episode::Pending { since } if at.seconds_since(since) >= condition.kind.delays().to_fire_s => {
                *episode = Episode::Firing { since, last_seen: at };
                Some(fired(condition, at, since))
            }
            Episode::Pending { .. } => None,
            Episode::Firing { since, .. } => {
                *episode = Episode::Firing { since, last_seen: at };
                None
            }
        }
    }
}

fn holds(kind: AlertKind, conditions: &[Condition]) -> bool {
    conditions.iter().any(|condition| condition.kind == kind)
}

fn fired(condition: &Condition, at: Timestamp, since: Timestamp) -> Alert {
    Alert {
        kind: condition.kind,
        state: AlertState::Firing,
        at,
        since,
        value: condition.value,
        threshold: condition.threshold,
        message: condition.message.clone(),
    }
}

fn resolved(kind: AlertKind, at: Timestamp, since: Timestamp) -> Alert {
    let message = format!("resolved after {}", Span(at.seconds_since(since)));
    Alert { kind, state: AlertState::Resolved, at, since, value: None, threshold: None, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(kind: AlertKind) -> Condition {
        Condition { kind, value: Some(1.0), threshold: None, message: "it grows".to_owned() }
    }

    fn run(kind: AlertKind, seconds: std::ops::Range<i64>, holds: impl Fn(i64) -> bool) -> Vec<(i64, AlertState)> {
        let mut alerts = OpenAlerts::default();
        let mut seen = Vec::new();
        for second in seconds {
            let conditions = if holds(second) { vec![condition(kind)] } else { vec![] };
            let changes = alerts.update(Timestamp(second * 1000), &conditions);
            seen.extend(changes.into_iter().map(|alert| (second, alert.state)));
        }
        seen
    }

    #[test]
    fn an_episode_is_one_alert() {
        let seen = run(AlertKind::Spike, 0..100, |second| (10..20).contains(&second));
        assert_eq!(seen, [(10, AlertState::Firing), (79, AlertState::Resolved)]);
    }

    #[test]
    fn swinging_around_the_threshold_is_one_episode() {
        let seen = run(AlertKind::NearLimit, 0..300, |second| second < 200 && second % 2 == 0);
        assert_eq!(seen, [(0, AlertState::Firing), (258, AlertState::Resolved)]);
    }

    #[test]
    fn a_condition_that_does_not_last_never_fires() {
        assert_eq!(run(AlertKind::HighVariance, 0..300, |second| second % 20 < 10), []);
        assert_eq!(run(AlertKind::HighVariance, 0..100, |_| true), [(30, AlertState::Firing)]);
    }

    #[test]
    fn a_condition_of_a_whole_recording_fires_once() {
        let mut alerts = OpenAlerts::default();
        alerts.update(Timestamp(0), &[condition(AlertKind::Spike), condition(AlertKind::HighVariance)]);
        let fired =
            alerts.conclude(Timestamp(1000), &[condition(AlertKind::Spike), condition(AlertKind::HighVariance)]);
        assert_eq!(fired.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [AlertKind::HighVariance]);
        assert_eq!(alerts.conclude(Timestamp(2000), &[condition(AlertKind::HighVariance)]), []);
    }

    #[test]
    fn an_exceeded_limit_is_one_alert_and_an_open_near_limit_continues() {
        let (near, exceeded) = (condition(AlertKind::NearLimit), condition(AlertKind::LimitExceeded));
        let both = [near.clone(), exceeded];
        let kinds = |alerts: Vec<Alert>| alerts.iter().map(|alert| (alert.kind, alert.state)).collect::<Vec<_>>();
        let mut alerts = OpenAlerts::default();
        assert_eq!(kinds(alerts.update(Timestamp(0), &both)), [(AlertKind::LimitExceeded, AlertState::Firing)]);
        let mut alerts = OpenAlerts::default();
        assert_eq!(kinds(alerts.update(Timestamp(0), &[near])), [(AlertKind::NearLimit, AlertState::Firing)]);
        assert_eq!(kinds(alerts.update(Timestamp(1000), &both)), [(AlertKind::LimitExceeded, AlertState::Firing)]);
        assert_eq!(kinds(alerts.update(Timestamp(100_000), &both)), []);
    }

    #[test]
    fn a_suspicion_that_proves_to_be_a_leak_is_one_episode() {
        let (suspect, leak) = (condition(AlertKind::Suspect), condition(AlertKind::Leak));
        let both = [suspect.clone(), leak];
        let mut alerts = OpenAlerts::default();
        let mut seen = alerts.update(Timestamp(0), std::slice::from_ref(&suspect));
        seen.extend(alerts.update(Timestamp(1000), &both));
        seen.extend(alerts.update(Timestamp(2000), &both));
        seen.extend(alerts.update(Timestamp(3000), &[]));
        seen.extend(alerts.update(Timestamp(90_000), &[]));
        let seen: Vec<_> = seen.iter().map(|alert| (alert.kind, alert.state, alert.since.0)).collect();
        let expected = [
            (AlertKind::Suspect, AlertState::Firing, 0),
            (AlertKind::Leak, AlertState::Firing, 0),
            (AlertKind::Leak, AlertState::Resolved, 0),
        ];
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_spike_is_not_rapid_growth_as_well() {
        let (spike, rapid) = (condition(AlertKind::Spike), condition(AlertKind::RapidGrowth));
        let mut alerts = OpenAlerts::default();
        assert_eq!(alerts.update(Timestamp(0), &[spike, rapid.clone()]).len(), 1);
        let later = (10..60).map(|second| alerts.update(Timestamp(second * 1000), std::slice::from_ref(&rapid)).len());
        assert_eq!(later.sum::<usize>(), 0);
    }

    #[test]
    fn the_last_assessment_resolves_alerts_that_do_not_hold() {
        let mut alerts = OpenAlerts::default();
        alerts.update(Timestamp(0), &[condition(AlertKind::Leak), condition(AlertKind::NearLimit)]);
        assert_eq!(alerts.settle(Timestamp(1000), &[condition(AlertKind::Leak)]), []);
        let ended = alerts.settle(Timestamp(2000), &[]);
        let ended: Vec<_> = ended.iter().map(|alert| (alert.kind, alert.state)).collect();
        assert_eq!(ended, [(AlertKind::Leak, AlertState::Resolved)], "no reading was below the limit");
    }

    #[test]
    fn an_exit_resolves_firing_alerts() {
        let mut alerts = OpenAlerts::default();
        alerts.update(Timestamp(0), &[condition(AlertKind::Leak), condition(AlertKind::HighVariance)]);
        let ended = alerts.close(Timestamp(1000), "the process exited");
        assert_eq!(ended.iter().map(|alert| alert.kind).collect::<Vec<_>>(), [AlertKind::Leak]);
        assert!(ended[0].message.ends_with(", because the process exited"), "{}", ended[0].message);
        assert_eq!(alerts.close(Timestamp(2000), "the process exited"), []);
    }
}
