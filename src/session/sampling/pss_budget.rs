//! The budget of PSS reads: walking the page tables of a process costs CPU time and holds its map lock.

use std::collections::HashMap;
use std::time::Duration;

use crate::model::ProcessKey;

/// Share of one core that PSS reads may take over the whole session.
const SHARE: f64 = 0.005;
/// CPU time that may be spent at once after a pause, in seconds: the first reads of some hundred processes.
const RESERVE_S: f64 = 0.05;
/// Least time between two PSS reads of one process.
const EVERY: Duration = Duration::from_secs(30);
/// Relative change of RSS that allows an earlier read.
const CHANGED: f64 = 0.125;
/// Least time between two reads after such a change.
const EVERY_IF_CHANGED: Duration = Duration::from_secs(1);

/// A budget of CPU time that refills as time passes.
#[derive(Debug)]
pub(super) struct PssBudget {
    credit_s: f64,
    filled: Option<Duration>,
    last: HashMap<ProcessKey, LastRead>,
}

/// Latest PSS read of one process.
#[derive(Debug, Clone, Copy)]
struct LastRead {
    /// Time at which the next read is due.
    due: Duration,
    /// Time before which no change justifies the cost.
    not_before: Duration,
    rss: Option<u64>,
}

impl Default for PssBudget {
    fn default() -> Self {
        Self { credit_s: RESERVE_S, filled: None, last: HashMap::new() }
    }
}

impl PssBudget {
    /// True if PSS of a process with this latest RSS may be read now. The last sample of a session always may.
    pub(super) fn allows(&mut self, key: ProcessKey, now: Duration, rss: Option<u64>, is_last: bool) -> bool {
        self.has_credit(now)
            && self
                .last
                .get(&key)
                .is_none_or(|last| last.due <= now || is_last || (last.not_before <= now && differ(rss, last.rss)))
    }

    /// Records the RSS that was read together with PSS.
    pub(super) fn record_rss(&mut self, key: ProcessKey, rss: Option<u64>) {
        if let Some(last) = self.last.get_mut(&key) {
            last.rss = rss;
        }
    }

    /// True if CPU time is left.
    pub(super) fn has_credit(&mut self, now: Duration) -> bool {
        let passed = now.saturating_sub(self.filled.replace(now).unwrap_or(now));
        self.credit_s = (self.credit_s + passed.as_secs_f64() * SHARE).min(RESERVE_S);
        self.credit_s > 0.0
    }

    /// Charges one read. An expensive process is read more rarely.
    pub(super) fn charge_read(&mut self, key: ProcessKey, now: Duration, cost: Duration) {
        self.charge(cost);
        let worth = cost.div_f64(SHARE);
        let rss = self.last.get(&key).and_then(|last| last.rss);
        self.last
            .insert(key, LastRead { due: now + EVERY.max(worth), not_before: now + EVERY_IF_CHANGED.max(worth), rss });
    }

    /// Charges other work to the same budget.
    pub(super) fn charge(&mut self, cost: Duration) {
        self.credit_s -= cost.as_secs_f64();
    }

    /// Forgets a process.
    pub(super) fn forget(&mut self, key: ProcessKey) {
        self.last.remove(&key);
    }
}

/// True if RSS changed enough for an earlier read.
#[expect(clippy::cast_precision_loss, reason = "a share of sizes far below 2^53")]
fn differ(now: Option<u64>, then: Option<u64>) -> bool {
    now.zip(then).is_some_and(|(now, then)| now.abs_diff(then) as f64 > CHANGED * then as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Pid, StartTime};

    /// CPU time charged in an hour by 200 processes with this RSS at each second.
    fn spent(rss: fn(u64) -> u64) -> Duration {
        let mut budget = PssBudget::default();
        let cost = Duration::from_millis(40);
        let mut spent = Duration::ZERO;
        for second in 0..3600 {
            for pid in 0..200 {
                let key = ProcessKey { pid: Pid(pid), start: StartTime(0) };
                let (now, rss) = (Duration::from_secs(second), Some(rss(second)));
                if budget.allows(key, now, rss, false) {
                    budget.charge_read(key, now, cost);
                    budget.record_rss(key, rss);
                    spent += cost;
                }
            }
        }
        spent
    }

    #[test]
    fn the_share_holds_also_for_processes_that_double_every_second() {
        for rss in [|_| 1, |second| 1 << (second % 60)] as [fn(u64) -> u64; 2] {
            let spent = spent(rss);
            assert!(spent.as_secs_f64() < 3600.0 * SHARE + 0.1, "{spent:?}");
            assert!(spent.as_secs_f64() > 3600.0 * SHARE * 0.9, "{spent:?}");
        }
    }

    #[test]
    fn a_changed_process_is_read_earlier() {
        let mut budget = PssBudget::default();
        let key = ProcessKey { pid: Pid(7), start: StartTime(0) };
        let at = Duration::from_secs;
        budget.charge_read(key, at(0), Duration::from_micros(100));
        budget.record_rss(key, Some(100));
        assert!(!budget.allows(key, at(2), Some(112), false) && budget.allows(key, at(2), Some(113), false));
        assert!(!budget.allows(key, Duration::from_millis(900), Some(200), false), "not at every tick");
        assert!(budget.allows(key, at(2), Some(100), true) && budget.allows(key, at(30), Some(100), false));
        budget.charge_read(key, at(30), Duration::from_millis(40));
        assert!(!budget.allows(key, at(35), Some(1000), false), "the read is expensive");
    }
}
