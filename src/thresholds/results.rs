//! Results of a session in bounded memory: a host that starts hundreds of processes a second must not make leakwatch or
//! its report grow.

use super::result::{Decision, ThresholdResult};

/// Largest number of results of exited targets. Beyond them passing results are only counted.
const KEPT: usize = 1024;
/// Largest number of failing results of exited targets per threshold. The worst are kept, the others counted.
const FAILED_KEPT: usize = 50;

/// Kept results, and the number of omitted ones by threshold.
#[derive(Debug)]
pub(super) struct Results {
    kept: Vec<ThresholdResult>,
    omitted: Vec<OmittedResults>,
}

/// Number of results of one threshold that are not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OmittedResults {
    /// Passing results.
    pub passed: u64,
    /// Failing results with less excess than the kept ones.
    pub failed: u64,
}

impl Results {
    /// No results of this many thresholds.
    pub(super) fn new(thresholds: usize) -> Self {
        Self { kept: Vec::new(), omitted: vec![OmittedResults::default(); thresholds] }
    }

    /// Returns the kept results.
    pub(super) fn kept(&self) -> &[ThresholdResult] {
        &self.kept
    }

    /// Returns the kept results for changes.
    pub(super) fn kept_mut(&mut self) -> &mut [ThresholdResult] {
        &mut self.kept
    }

    /// Drops the results of a recording.
    pub(super) fn forget(&mut self, recording: &str) {
        self.kept.retain(|result| result.subject.source.as_deref() != Some(recording));
    }

    /// Returns the number of omitted results of a threshold.
    pub(super) fn omitted(&self, threshold: usize) -> OmittedResults {
        self.omitted[threshold]
    }

    /// Adds a result. `is_short_lived` marks one that would not count beside a decided one.
    pub(super) fn push(&mut self, result: ThresholdResult, is_short_lived: bool, upward: bool) {
        let exited = result.observation.exited;
        let full = exited && self.kept.len() >= KEPT;
        match result.decision {
            Decision::Pass if full => self.omitted[result.threshold].passed += 1,
            Decision::Undecided if full && is_short_lived => {}
            Decision::Fail if exited => self.push_failed(result, upward),
            _ => self.kept.push(result),
        }
    }

    fn push_failed(&mut self, result: ThresholdResult, upward: bool) {
        let (mut count, mut least): (usize, Option<&mut ThresholdResult>) = (0, None);
        for kept in &mut self.kept {
            let is_alike =
                kept.observation.exited && kept.threshold == result.threshold && kept.decision == Decision::Fail;
            if !is_alike {
                continue;
            }
            count += 1;
            if least.as_ref().is_none_or(|least| excess(kept, upward) < excess(least, upward)) {
                least = Some(kept);
            }
        }
        match least {
            Some(least) if count >= FAILED_KEPT => {
                self.omitted[result.threshold].failed += 1;
                if excess(&result, upward) > excess(least, upward) {
                    *least = result;
                }
            }
            _ => self.kept.push(result),
        }
    }
}

/// Returns the distance beyond the limit; 0 if nothing was measured.
fn excess(result: &ThresholdResult, upward: bool) -> f64 {
    result.excess(upward).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thresholds::{Observation, Outlook, Subject};

    fn result(decision: Decision, value: f64) -> ThresholdResult {
        let subject =
            Subject { number: 0, members: None, pid: None, name: "x".into(), cmdline: String::new(), source: None };
        ThresholdResult {
            threshold: 0,
            subject,
            decision,
            is_allowed: false,
            counts: true,
            value: Some(value),
            interval: None,
            limit: Some(1.0),
            difference: None,
            failed_at: None,
            observation: Observation { seconds: 1.0, exited: true, is_unmoved: false, outlook: Outlook::default() },
            message: String::new(),
        }
    }

    #[test]
    fn the_worst_of_thousands_of_failures_are_kept_and_the_others_counted() {
        for upward in [true, false] {
            let mut results = Results::new(1);
            for n in 0..3000_u32 {
                let value = f64::from(n * 7919 % 3000) + 2.0;
                results.push(result(Decision::Fail, if upward { value } else { -value }), false, upward);
            }
            assert_eq!((results.kept.len(), results.omitted(0).failed), (FAILED_KEPT, 3000 - 50));
            assert!(results.kept.iter().all(|kept| kept.value.is_some_and(|value| value.abs() > 2950.0)));
        }
    }

    #[test]
    fn passing_results_beyond_the_limit_are_counted() {
        let mut results = Results::new(1);
        (0..2000).for_each(|_| results.push(result(Decision::Pass, 0.0), false, true));
        results.push(result(Decision::Fail, 2.0), false, true);
        assert_eq!(results.kept.len(), KEPT + 1);
        assert_eq!(results.omitted(0), OmittedResults { passed: 976, failed: 0 });
    }
}
