//! Match state of a process, and the schedule on which it is checked again.

use std::sync::Arc;

use super::counters::OpenProcess;
use super::limits::LimitCache;
use crate::model::{Pid, ProcessLabel};

/// Age in seconds at which a process has its final name: a forked child calls `exec` within milliseconds.
const SETTLED_AGE_S: f64 = 5.0;

/// Growth of the age, as a share, after which an unmatched process is checked again.
const UNMATCHED_RECHECK_SHARE: f64 = 0.25;

/// The same for a matched process. Its readings reveal an `exec`, so that only a title it gives itself shows late.
const MATCHED_RECHECK_SHARE: f64 = 1.0;

/// Longest time between two checks of an unmatched process, in seconds.
const MAX_RECHECK_S: f64 = 60.0;

/// Largest reduction of that time, in seconds, by process number: old processes would otherwise be due in one tick.
const SPREAD_S: u32 = 30;

/// Longest time between two full checks of an unmatched process, in seconds. They take three times the system calls.
const MAX_FULL_CHECK_S: f64 = 300.0;

/// Returns the seconds until an unmatched process of this age is checked in full.
///
/// The first full check comes when the name is final, each later one when the age has doubled.
pub(super) fn full_check_in_s(age_s: f64) -> f64 {
    age_s.max(SETTLED_AGE_S - age_s).min(MAX_FULL_CHECK_S)
}

/// Relation of a process to the selector.
#[derive(Debug)]
pub(super) enum MatchState {
    /// Kernel thread, zombie, or leakwatch itself: never matches.
    Excluded,
    /// No match, unless an ancestor matches and the selector includes descendants.
    Unmatched,
    /// Match, with the state kept for its readings.
    Matched(Box<Matched>),
}

impl MatchState {
    /// Creates the state of a matched process that has not been read yet.
    pub(super) fn new_matched(label: ProcessLabel) -> Self {
        Self::Matched(Box::new(Matched { label: Arc::new(label), open: None, limits: LimitCache::default() }))
    }

    /// Returns the seconds until this process of this age is checked again; infinity for never.
    ///
    /// An unmatched process can become a match only if the selector `depends_on_program`. A matched one is rechecked
    /// until it has its name. A process of unknown age (a recorded tree may lack `uptime`) is checked at every tick.
    pub(super) fn recheck_in_s(&self, pid: Pid, age_s: Option<f64>, depends_on_program: bool) -> f64 {
        let share = match self {
            Self::Matched(_) if age_s.is_some_and(|age_s| age_s <= SETTLED_AGE_S) => MATCHED_RECHECK_SHARE,
            Self::Unmatched if depends_on_program => UNMATCHED_RECHECK_SHARE,
            _ => return f64::INFINITY,
        };
        (age_s.unwrap_or(0.0) * share).min(MAX_RECHECK_S - f64::from(pid.0 % SPREAD_S))
    }
}

/// State of a matched process between its readings.
#[derive(Debug)]
pub(super) struct Matched {
    label: Arc<ProcessLabel>,
    open: Option<OpenProcess>,
    limits: LimitCache,
}

impl Matched {
    /// Returns the label: name, command line and user.
    pub(super) fn label(&self) -> &Arc<ProcessLabel> {
        &self.label
    }

    /// Replaces the label unless it is the same.
    pub(super) fn update_label(&mut self, label: ProcessLabel) {
        if *self.label != label {
            self.label = Arc::new(label);
        }
    }

    /// Starts over under a new label after an `exec`: limits may differ. Open files follow the process.
    pub(super) fn begin_program(&mut self, label: Arc<ProcessLabel>) {
        self.label = label;
        self.limits = LimitCache::default();
    }

    /// True if files of the process are kept open between readings.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Returns the files that are kept open, or the place to put them.
    pub(super) fn open_files(&mut self) -> &mut Option<OpenProcess> {
        &mut self.open
    }

    /// Returns the cached limits.
    pub(super) fn limit_cache(&mut self) -> &mut LimitCache {
        &mut self.limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_checks_begin_at_the_settled_age_and_get_rarer() {
        assert_eq!([0.0, 1.0, 4.0, 10.0, 1e6].map(full_check_in_s), [5.0, 4.0, 4.0, 10.0, 300.0]);
    }

    /// Returns the recheck times at ages of 0 s, 4 s, 8 s and 11 days.
    fn recheck(state: &MatchState, depends_on_program: bool) -> [f64; 4] {
        [0.0, 4.0, 8.0, 1e6].map(|age_s| state.recheck_in_s(Pid(SPREAD_S), Some(age_s), depends_on_program))
    }

    #[test]
    fn rechecks_get_rarer_with_age() {
        let matched = MatchState::new_matched(ProcessLabel::default());
        let never = f64::INFINITY;
        assert_eq!(recheck(&MatchState::Unmatched, true), [0.0, 1.0, 2.0, 60.0]);
        assert_eq!(recheck(&MatchState::Unmatched, false), [never; 4]);
        assert_eq!(recheck(&matched, false), [0.0, 4.0, never, never]);
        assert_eq!(recheck(&MatchState::Excluded, true), [never; 4]);
        let of_unknown_age = [MatchState::Unmatched, matched].map(|state| state.recheck_in_s(Pid(1), None, true));
        assert_eq!(of_unknown_age, [0.0, never]);
        let old = [SPREAD_S, SPREAD_S + 7].map(|pid| MatchState::Unmatched.recheck_in_s(Pid(pid), Some(1e6), true));
        assert_eq!(old, [60.0, 53.0]);
    }
}
