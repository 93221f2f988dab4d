//! Times of the inspections of suspected targets: at first suspicion, then with exponential back-off, and at the end.

use std::collections::HashMap;
use std::time::Duration;

use crate::model::{InspectionScope, ProcessKey};

/// Time from the first inspection to the second. Each later gap is twice as long.
const FIRST_GAP: Duration = Duration::from_secs(10);
/// Largest number of inspections of one process before the last one. The gaps add up to a month.
const MAX_INSPECTIONS: u32 = 18;

/// Back-off of one process.
#[derive(Debug, Clone, Copy, Default)]
struct BackOff {
    taken: u32,
    due: Duration,
}

/// Inspections of all suspected processes. Times are those of the clock that pauses while the host is suspended.
#[derive(Debug, Default)]
pub(in crate::session) struct Inspections {
    by_process: HashMap<ProcessKey, BackOff>,
}

impl Inspections {
    /// True if a process is to be inspected now. The runtime never changes, so a repeated inspection needs a scope.
    pub(in crate::session) fn is_due(
        &self,
        key: ProcessKey,
        scope: InspectionScope,
        now: Duration,
        is_last: bool,
    ) -> bool {
        let known = self.by_process.get(&key).copied().unwrap_or_default();
        let is_due = is_last || (known.taken < MAX_INSPECTIONS && now >= known.due);
        is_due && (known.taken == 0 || scope != InspectionScope::default())
    }

    /// True if an inspection needs no credit of the budget: the last one of a process that was never inspected. A report
    /// without it would name no part that grew.
    pub(in crate::session) fn is_free(&self, key: ProcessKey, is_last: bool) -> bool {
        is_last && !self.by_process.contains_key(&key)
    }

    /// Records an inspection. A failed one is not repeated.
    pub(in crate::session) fn record(&mut self, key: ProcessKey, now: Duration, succeeded: bool) {
        let known = self.by_process.entry(key).or_default();
        let gap = FIRST_GAP.saturating_mul(1 << known.taken.min(MAX_INSPECTIONS));
        *known = BackOff { taken: if succeeded { known.taken + 1 } else { MAX_INSPECTIONS }, due: now + gap };
    }

    /// Forgets a process that exited or runs another program.
    pub(in crate::session) fn forget(&mut self, key: ProcessKey) {
        self.by_process.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Pid, StartTime};

    #[test]
    fn gaps_double_and_the_last_inspection_is_always_due() {
        let key = ProcessKey { pid: Pid(7), start: StartTime(0) };
        let scope = InspectionScope { mappings: true, ..InspectionScope::default() };
        let mut inspections = Inspections::default();
        let mut taken = Vec::new();
        for second in 0..100 {
            let now = Duration::from_secs(second);
            if inspections.is_due(key, scope, now, false) {
                inspections.record(key, now, true);
                taken.push(second);
            }
        }
        assert_eq!(taken, [0, 10, 30, 70]);
        let now = Duration::from_secs(100);
        assert!(inspections.is_due(key, scope, now, true));
        assert!(!inspections.is_due(key, InspectionScope::default(), now, true), "the runtime is known already");
        inspections.forget(key);
        assert!(inspections.is_due(key, InspectionScope::default(), now, false));
    }

    #[test]
    fn only_a_first_inspection_at_the_end_is_free() {
        let [first, second] = [7, 8].map(|pid| ProcessKey { pid: Pid(pid), start: StartTime(0) });
        let mut inspections = Inspections::default();
        inspections.record(first, Duration::ZERO, false);
        assert!(inspections.is_free(second, true));
        assert!(!inspections.is_free(second, false) && !inspections.is_free(first, true));
    }

    #[test]
    fn a_failed_inspection_is_not_repeated() {
        let key = ProcessKey { pid: Pid(7), start: StartTime(0) };
        let scope = InspectionScope { mappings: true, ..InspectionScope::default() };
        let mut inspections = Inspections::default();
        inspections.record(key, Duration::ZERO, false);
        assert!(!inspections.is_due(key, scope, Duration::from_secs(1_000_000), false));
    }
}
