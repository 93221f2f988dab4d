//! What of all alerts is sent, and when. Pure.

use std::collections::BTreeSet;

use crate::alert::{AlertKind, AlertState, Severity};
use crate::model::Timestamp;

/// Alerts that wait at most for their turn.
const WAITING: usize = 256;

/// What an episode is about: the number of the target, `None` for the host, and the kind of alert.
pub type Episode = (Option<u64>, AlertKind);

/// Lets through what is to be sent: each episode once, no more than so many a minute, and the end only of what was sent.
///
/// What comes too fast waits, the worst first, and is sent when its turn comes if it still holds by then.
#[derive(Debug)]
pub struct Gate<T> {
    /// Episodes whose beginning was let through, and whose end was not.
    open: BTreeSet<Episode>,
    waiting: Vec<(Episode, T)>,
    /// Alerts that may be sent now; `None` when all may.
    budget: Option<Budget>,
    held_back: u64,
}

impl<T> Gate<T> {
    /// A gate for so many alerts a minute, twice as many at once; `None` for as many as come.
    #[must_use]
    pub fn new(a_minute: Option<u32>) -> Self {
        Self { open: BTreeSet::new(), waiting: Vec::new(), budget: a_minute.map(Budget::new), held_back: 0 }
    }

    /// Takes an alert and returns it if it is to be sent now.
    pub fn offer(&mut self, at: Timestamp, episode: Episode, state: AlertState, alert: T) -> Option<T> {
        if state == AlertState::Resolved {
            if self.open.remove(&episode) {
                return Some(alert);
            }
            let before = self.waiting.len();
            self.waiting.retain(|(waiting, _)| *waiting != episode);
            self.count(before - self.waiting.len());
            return None;
        }
        if self.open.contains(&episode) || (lasts(episode.1) && self.waiting.iter().any(|(other, _)| *other == episode))
        {
            return None;
        }
        if self.may(at, episode.1.severity()) {
            return Some(self.let_through(episode, alert));
        }
        self.waiting.push((episode, alert));
        if self.waiting.len() > WAITING {
            let least = (0..self.waiting.len()).min_by_key(|&index| self.waiting[index].0.1.severity());
            self.waiting.remove(least.unwrap_or(0));
            self.count(1);
        }
        None
    }

    /// The worst that waited, when its turn has come.
    pub fn due(&mut self, at: Timestamp) -> Option<(Episode, T)> {
        // the oldest of the worst: the last of the maxima counted from behind
        let worst = (0..self.waiting.len()).rev().max_by_key(|&index| self.waiting[index].0.1.severity())?;
        if !self.may(at, self.waiting[worst].0.1.severity()) {
            return None;
        }
        let (episode, alert) = self.waiting.remove(worst);
        Some((episode, self.let_through(episode, alert)))
    }

    /// Takes back that an alert was let through: nobody could take it.
    pub fn refused(&mut self, episode: Episode) {
        self.open.remove(&episode);
    }

    /// Alerts that were over, or the session with them, before their turn came.
    #[must_use]
    pub fn held_back(&self) -> u64 {
        self.held_back + u64::try_from(self.waiting.len()).unwrap_or(u64::MAX)
    }

    fn count(&mut self, more: usize) {
        self.held_back += u64::try_from(more).unwrap_or(u64::MAX);
    }

    fn may(&mut self, at: Timestamp, severity: Severity) -> bool {
        self.budget.as_mut().is_none_or(|budget| budget.spend(at, severity))
    }

    fn let_through(&mut self, episode: Episode, alert: T) -> T {
        if lasts(episode.1) {
            self.open.insert(episode);
        }
        alert
    }
}

/// Whether an alert has an end: others just happened.
pub fn lasts(kind: AlertKind) -> bool {
    !matches!(kind, AlertKind::Ended | AlertKind::Restarted | AlertKind::OomKill)
}

/// A token bucket, of which the last quarter is for what is critical.
#[derive(Debug)]
struct Budget {
    a_minute: f64,
    left: f64,
    at: Option<Timestamp>,
}

impl Budget {
    fn new(a_minute: u32) -> Self {
        let a_minute = f64::from(a_minute);
        Self { a_minute, left: 2.0 * a_minute, at: None }
    }

    fn spend(&mut self, at: Timestamp, severity: Severity) -> bool {
        let most = 2.0 * self.a_minute;
        let passed = self.at.map_or(0.0, |before| at.seconds_since(before).max(0.0));
        self.at = Some(at);
        self.left = (self.left + passed * self.a_minute / 60.0).min(most);
        let reserve = if severity == Severity::Critical { 0.0 } else { (most / 4.0).floor() };
        let may = self.left >= 1.0 + reserve;
        if may {
            self.left -= 1.0;
        }
        may
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
    fn an_episode_is_sent_once_and_its_end_once() {
        let mut gate = Gate::new(Some(10));
        assert_eq!(gate.offer(at(0), LEAK, Resolved, "early"), None);
        assert_eq!(gate.offer(at(1), LEAK, Firing, "a"), Some("a"));
        assert_eq!(gate.offer(at(2), LEAK, Firing, "again"), None);
        assert_eq!(gate.offer(at(2), (Some(2), AlertKind::Leak), Firing, "other"), Some("other"));
        assert_eq!(gate.offer(at(3), LEAK, Resolved, "over"), Some("over"));
        assert_eq!(gate.offer(at(4), LEAK, Resolved, "over"), None);
        assert_eq!(gate.offer(at(5), LEAK, Firing, "b"), Some("b"));
        assert_eq!(gate.held_back(), 0);
    }

    #[test]
    fn what_nobody_took_has_no_end() {
        let mut gate = Gate::new(None);
        gate.offer(at(1), LEAK, Firing, ());
        gate.refused(LEAK);
        assert_eq!(gate.offer(at(2), LEAK, Resolved, ()), None);
    }

    #[test]
    fn a_flood_waits_and_leaves_room_for_what_is_critical() {
        let mut gate = Gate::new(Some(4));
        let spikes = |gate: &mut Gate<u64>, numbers: std::ops::Range<u64>| {
            numbers.filter_map(|n| gate.offer(at(0), (Some(n), AlertKind::Spike), Firing, n)).count()
        };
        assert_eq!(spikes(&mut gate, 0..100), 6, "of eight, two are kept for what is critical");
        assert_eq!(gate.offer(at(0), LEAK, Firing, 1000), Some(1000));
        assert_eq!(gate.offer(at(0), (Some(2), AlertKind::Leak), Firing, 1001), Some(1001));
        assert_eq!(gate.offer(at(0), (Some(3), AlertKind::Leak), Firing, 1002), None);
        assert_eq!(gate.due(at(1)), None);
        assert_eq!(gate.due(at(15)), Some(((Some(3), AlertKind::Leak), 1002)), "the worst comes first");
        // two more are kept back before the next spike may go
        assert_eq!(gate.due(at(45)), None);
        assert_eq!(gate.due(at(61)), Some(((Some(6), AlertKind::Spike), 6)), "then the oldest");
        assert_eq!(gate.offer(at(61), (Some(7), AlertKind::Spike), Resolved, 7), None, "over before its turn");
        assert_eq!(gate.held_back(), 93);
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut gate = Gate::new(Some(1));
        for n in 0..10_000 {
            gate.offer(at(0), (Some(n), AlertKind::Ended), Firing, ());
        }
        assert_eq!((gate.waiting.len(), gate.open.len()), (WAITING, 0));
        assert!(gate.held_back() > 9_990);
    }
}
