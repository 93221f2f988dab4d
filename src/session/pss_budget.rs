//! How often PSS may be read: walking the page tables of a process costs CPU time and holds its map lock.

use std::collections::HashMap;
use std::time::Duration;

use crate::model::ProcessKey;

/// Share of one core that reading PSS may take over the whole session.
const SHARE: f64 = 0.005;
/// What may be spent at once after a pause, in seconds of CPU time: the first readings of some hundred processes.
const RESERVE_S: f64 = 0.05;
/// PSS of one process is read at most once in this time.
const EVERY: Duration = Duration::from_secs(30);

/// A budget of CPU time that fills up as time passes.
#[derive(Debug)]
pub(super) struct PssBudget {
    credit_s: f64,
    filled: Option<Duration>,
    due: HashMap<ProcessKey, Duration>,
}

impl Default for PssBudget {
    fn default() -> Self {
        Self { credit_s: RESERVE_S, filled: None, due: HashMap::new() }
    }
}

impl PssBudget {
    /// Whether PSS of this process may be read now.
    pub(super) fn allows(&mut self, key: ProcessKey, now: Duration) -> bool {
        self.has_credit(now) && self.due.get(&key).is_none_or(|&due| due <= now)
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
        self.due.insert(key, now + EVERY.max(cost.div_f64(SHARE)));
    }

    /// Books what something else cost that comes out of the same budget.
    pub(super) fn charge(&mut self, cost: Duration) {
        self.credit_s -= cost.as_secs_f64();
    }

    pub(super) fn forget(&mut self, key: ProcessKey) {
        self.due.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Pid, StartTime};

    #[test]
    fn the_share_is_kept() {
        let mut budget = PssBudget::default();
        let cost = Duration::from_millis(40);
        let mut spent = Duration::ZERO;
        for second in 0..3600 {
            for pid in 0..200 {
                let key = ProcessKey { pid: Pid(pid), start: StartTime(0) };
                if budget.allows(key, Duration::from_secs(second)) {
                    budget.spent(key, Duration::from_secs(second), cost);
                    spent += cost;
                }
            }
        }
        assert!(spent.as_secs_f64() < 3600.0 * SHARE + 0.1, "{spent:?}");
        assert!(spent.as_secs_f64() > 3600.0 * SHARE * 0.9, "{spent:?}");
    }
}
