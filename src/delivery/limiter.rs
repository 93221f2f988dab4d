//! Rate limit of one delivery. Pure.

use std::collections::BTreeSet;

use crate::alert::{AlertKind, AlertState, Severity};
use crate::model::Timestamp;

/// Largest number of delayed alerts.
const DELAYED: usize = 256;

/// Subject of an episode: the number of the target, `None` for the host, and the kind of alert.
pub type Episode = (Option<u64>, AlertKind);

/// Selects the alerts to send: each episode once, at a bounded rate, and "resolved" only after "firing".
///
/// Alerts beyond the rate are delayed. The most severe is sent first, unless it resolves before its turn.
#[derive(Debug)]
pub struct Limiter<T> {
    /// Episodes with a sent "firing" and no sent "resolved".
    open: BTreeSet<Episode>,
    delayed: Vec<(Episode, T)>,
    /// `None` without a limit.
    budget: Option<Budget>,
    dropped: u64,
}

impl<T> Limiter<T> {
    /// Limits to `per_minute` alerts, with bursts of twice as many; `None` for no limit.
    #[must_use]
    pub fn new(per_minute: Option<u32>) -> Self {
        Self { open: BTreeSet::new(), delayed: Vec::new(), budget: per_minute.map(Budget::new), dropped: 0 }
    }

    /// Takes an alert. Returns it if it is to be sent now.
    pub fn offer(&mut self, at: Timestamp, episode: Episode, state: AlertState, alert: T) -> Option<T> {
        if state == AlertState::Resolved {
            if self.open.remove(&episode) {
                return Some(alert);
            }
            self.forget(episode);
            return None;
        }
        if let Some(continued) = episode.1.continues() {
            self.forget((episode.0, continued));
        }
        let is_delayed = has_end(episode.1) && self.delayed.iter().any(|(other, _)| *other == episode);
        if is_delayed || self.open.contains(&episode) {
            return None;
        }
        if self.spend(at, episode.1.severity()) {
            return Some(self.admit(episode, alert));
        }
        self.delayed.push((episode, alert));
        if self.delayed.len() > DELAYED {
            let least = (0..self.delayed.len()).min_by_key(|&index| self.delayed[index].0.1.severity());
            self.delayed.remove(least.unwrap_or(0));
            self.add_dropped(1);
        }
        None
    }

    /// Returns the next delayed alert once the rate allows it: the most severe, and of these the oldest.
    pub fn next_due(&mut self, at: Timestamp) -> Option<(Episode, T)> {
        // `max_by_key` returns the last maximum, which is the oldest in reverse order.
        let next = (0..self.delayed.len()).rev().max_by_key(|&index| self.delayed[index].0.1.severity())?;
        if !self.spend(at, self.delayed[next].0.1.severity()) {
            return None;
        }
        let (episode, alert) = self.delayed.remove(next);
        Some((episode, self.admit(episode, alert)))
    }

    /// Forgets an episode that could not be queued, so that its end is not sent.
    pub fn reject(&mut self, episode: Episode) {
        self.open.remove(&episode);
    }

    /// Returns the number of alerts that were dropped or are still delayed.
    #[must_use]
    pub fn unsent(&self) -> u64 {
        self.dropped + u64::try_from(self.delayed.len()).unwrap_or(u64::MAX)
    }

    /// Forgets an episode: it ended before its turn, or continues as another one.
    fn forget(&mut self, episode: Episode) {
        self.open.remove(&episode);
        let before = self.delayed.len();
        self.delayed.retain(|(delayed, _)| *delayed != episode);
        self.add_dropped(before - self.delayed.len());
    }

    fn add_dropped(&mut self, more: usize) {
        self.dropped += u64::try_from(more).unwrap_or(u64::MAX);
    }

    fn spend(&mut self, at: Timestamp, severity: Severity) -> bool {
        self.budget.as_mut().is_none_or(|budget| budget.spend(at, severity))
    }

    fn admit(&mut self, episode: Episode, alert: T) -> T {
        if has_end(episode.1) {
            self.open.insert(episode);
        }
        alert
    }
}

/// True if alerts of a kind resolve. Others report a single moment.
pub fn has_end(kind: AlertKind) -> bool {
    !matches!(kind, AlertKind::Ended | AlertKind::Restarted | AlertKind::OomKill)
}

/// Token bucket. Its last quarter is reserved for critical alerts.
#[derive(Debug)]
struct Budget {
    per_minute: f64,
    tokens: f64,
    at: Option<Timestamp>,
}

impl Budget {
    fn new(per_minute: u32) -> Self {
        let per_minute = f64::from(per_minute);
        Self { per_minute, tokens: 2.0 * per_minute, at: None }
    }

    fn spend(&mut self, at: Timestamp, severity: Severity) -> bool {
        let capacity = 2.0 * self.per_minute;
        let elapsed = self.at.map_or(0.0, |before| at.seconds_since(before).max(0.0));
        self.at = Some(at);
        self.tokens = (self.tokens + elapsed * self.per_minute / 60.0).min(capacity);
        let reserve = if severity == Severity::Critical { 0.0 } else { (capacity / 4.0).floor() };
        let allowed = self.tokens >= 1.0 + reserve;
        if allowed {
            self.tokens -= 1.0;
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AlertState::{Firing, Resolved};

    const LEAK: Episode = (Some(1), AlertKind::Leak);

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1000)
    }

    #[test]
    fn a_suspicion_continues_as_a_leak() {
        const SUSPECT: Episode = (Some(1), AlertKind::Suspect);
        let mut limiter = Limiter::new(None);
        assert_eq!(limiter.offer(at(0), SUSPECT, Firing, 1), Some(1));
        assert_eq!(limiter.offer(at(1), LEAK, Firing, 2), Some(2));
        assert_eq!(limiter.offer(at(2), LEAK, Resolved, 3), Some(3));
        assert_eq!(limiter.offer(at(3), SUSPECT, Firing, 4), Some(4), "the first one is over");
    }

    /// Offers a spike of each target and returns the number of those sent at once.
    fn offer_spikes(limiter: &mut Limiter<u64>, targets: std::ops::Range<u64>) -> usize {
        targets.filter_map(|n| limiter.offer(at(0), (Some(n), AlertKind::Spike), Firing, n)).count()
    }

    #[test]
    fn an_episode_and_its_end_are_sent_once() {
        let mut limiter = Limiter::new(Some(10));
        assert_eq!(limiter.offer(at(0), LEAK, Resolved, "early"), None);
        assert_eq!(limiter.offer(at(1), LEAK, Firing, "a"), Some("a"));
        assert_eq!(limiter.offer(at(2), LEAK, Firing, "again"), None);
        assert_eq!(limiter.offer(at(2), (Some(2), AlertKind::Leak), Firing, "other"), Some("other"));
        assert_eq!(limiter.offer(at(3), LEAK, Resolved, "over"), Some("over"));
        assert_eq!(limiter.offer(at(4), LEAK, Resolved, "over"), None);
        assert_eq!(limiter.offer(at(5), LEAK, Firing, "b"), Some("b"));
        assert_eq!(limiter.unsent(), 0);
    }

    #[test]
    fn a_rejected_episode_has_no_end() {
        let mut limiter = Limiter::new(None);
        limiter.offer(at(1), LEAK, Firing, ());
        limiter.reject(LEAK);
        assert_eq!(limiter.offer(at(2), LEAK, Resolved, ()), None);
    }

    #[test]
    fn a_flood_is_delayed_and_leaves_room_for_critical_alerts() {
        let mut limiter = Limiter::new(Some(4));
        assert_eq!(offer_spikes(&mut limiter, 0..100), 6, "two of eight tokens are reserved");
        assert_eq!(limiter.offer(at(0), LEAK, Firing, 1000), Some(1000));
        assert_eq!(limiter.offer(at(0), (Some(2), AlertKind::Leak), Firing, 1001), Some(1001));
        assert_eq!(limiter.offer(at(0), (Some(3), AlertKind::Leak), Firing, 1002), None);
        assert_eq!(limiter.next_due(at(1)), None);
        assert_eq!(limiter.next_due(at(15)), Some(((Some(3), AlertKind::Leak), 1002)), "the most severe is first");
        // The reserve is filled again before the next spike.
        assert_eq!(limiter.next_due(at(45)), None);
        assert_eq!(limiter.next_due(at(61)), Some(((Some(6), AlertKind::Spike), 6)), "then the oldest");
        assert_eq!(limiter.offer(at(61), (Some(7), AlertKind::Spike), Resolved, 7), None, "resolved before its turn");
        assert_eq!(limiter.unsent(), 93);
    }

    #[test]
    fn delayed_alerts_are_bounded() {
        let mut limiter = Limiter::new(Some(1));
        for n in 0..10_000 {
            limiter.offer(at(0), (Some(n), AlertKind::Ended), Firing, ());
        }
        assert_eq!((limiter.delayed.len(), limiter.open.len()), (DELAYED, 0));
        assert!(limiter.unsent() > 9_990);
    }
}
