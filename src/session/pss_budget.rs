//! How often PSS may be read: walking the page tables of a process costs CPU time and holds its map lock.

use std::collections::HashMap;
use std::time::Duration;

use crate::model::ProcessKey;

/// Share of one core that reading PSS may take over the whole session.
const SHARE: f64 = 0.005;
/// What may be spent at once after a pause, in seconds of CPU time: the first readings of some hundred processes.
const RESERVE_S: f64 = 0.05;
/// PSS of one process is read at most once in this time,
const EVERY: Duration = Duration::from_secs(30);
/// unless its RSS has become another one by more than this part: then at most once in
const CHANGED: f64 = 0.125;
/// this time.
const AT_ONCE: Duration = Duration::from_secs(1);

/// A budget of CPU time that fills up as time passes.
#[derive(Debug)]
pub(super) struct PssBudget {
    credit_s: f64,
    filled: Option<Duration>,
    last: HashMap<ProcessKey, Last>,
}

/// The last reading of one process.
#[derive(Debug, Clone, Copy)]
struct Last {
    /// When the next one is due.
    due: Duration,
    /// Before this none is worth its price, whatever has changed.
    not_before: Duration,
    rss: Option<u64>,
}

impl Default for PssBudget {
    fn default() -> Self {
        Self { credit_s: RESERVE_S, filled: None, last: HashMap::new() }
    }
}

impl PssBudget {
    /// Whether PSS of this process, whose RSS was `rss` a moment ago, may be read now. What is read at the end of a
    /// session stands beside the other counters of its last sample.
    pub(super) fn allows(&mut self, key: ProcessKey, now: Duration, rss: Option<u64>, at_the_end: bool) -> bool {
        self.has_credit(now)
            && self
                .last
                .get(&key)
                .is_none_or(|last| last.due <= now || at_the_end || (last.not_before <= now && differ(rss, last.rss)))
    }

    /// Notes the RSS that was read together with PSS.
    pub(super) fn read_at(&mut self, key: ProcessKey, rss: Option<u64>) {
        if let Some(last) = self.last.get_mut(&key) {
            last.rss = rss;
        }
    }

    /// Whether anything may be spent now.
    pub(super) fn has_credit(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.filled.replace(now).unwrap_or(now));
        self.credit_s = (self.credit_s + passed.as_secs_f64() * SHARE).min(RESERVE_S);
        self.credit_s > 0.0
    }

    /// Books what a reading cost. A process that is dear by itself is read more seldom.
    pub(super) fn spent(&mut self, key: ProcessKey, now: Duration, cost: Duration) {
        self.charge(cost);
        let worth = cost.div_f64(SHARE);
        let rss = self.last.get(&key).and_then(|last| last.rss);
        self.last.insert(key, Last { due: now + EVERY.max(worth), not_before: now + AT_ONCE.max(worth), rss });
    }

    /// Books what something else cost that comes out of the same budget.
    pub(super) fn charge(&mut self, cost: Duration) {
        self.credit_s -= cost.as_secs_f64();
    }

    pub(super) fn forget(&mut self, key: ProcessKey) {
        self.last.remove(&key);
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share of sizes far below 2^53")]
fn differ(now: Option<u64>, then: Option<u64>) -> bool {
    now.zip(then).is_some_and(|(now, then)| now.abs_diff(then) as f64 > CHANGED * then as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Pid, StartTime};

    fn spent(rss: fn(u64) -> u64) -> Duration {
        let mut budget = PssBudget::default();
        let cost = Duration::from_millis(40);
        let mut spent = Duration::ZERO;
        for second in 0..3600 {
            for pid in 0..200 {
                let key = ProcessKey { pid: Pid(pid), start: StartTime(0) };
                let (now, rss) = (Duration::from_secs(second), Some(rss(second)));
                if budget.allows(key, now, rss, false) {
                    budget.spent(key, now, cost);
                    budget.read_at(key, rss);
                    spent += cost;
                }
            }
        }
        spent
    }

    #[test]
    fn the_share_is_kept_also_by_those_who_double_every_second() {
        for rss in [|_| 1, |second| 1 << (second % 60)] as [fn(u64) -> u64; 2] {
            let spent = spent(rss);
            assert!(spent.as_secs_f64() < 3600.0 * SHARE + 0.1, "{spent:?}");
            assert!(spent.as_secs_f64() > 3600.0 * SHARE * 0.9, "{spent:?}");
        }
    }

    #[test]
    fn what_has_changed_is_read_before_its_time() {
        let mut budget = PssBudget::default();
        let key = ProcessKey { pid: Pid(7), start: StartTime(0) };
        let at = Duration::from_secs;
        budget.spent(key, at(0), Duration::from_micros(100));
        budget.read_at(key, Some(100));
        assert!(!budget.allows(key, at(2), Some(112), false) && budget.allows(key, at(2), Some(113), false));
        assert!(!budget.allows(key, Duration::from_millis(900), Some(200), false), "not at every tick");
        assert!(budget.allows(key, at(2), Some(100), true) && budget.allows(key, at(30), Some(100), false));
        budget.spent(key, at(30), Duration::from_millis(40));
        assert!(!budget.allows(key, at(35), Some(1000), false), "it is dear");
    }
}
