//! What a process is to the selector, and when that may have changed.

use std::sync::Arc;

use super::counters::Kept;
use super::limits::Belonging;
use crate::model::{Pid, ProcessLabel};

/// A process this old, in seconds, has its name: what a shell or a pool forks calls `exec` within milliseconds.
const GROWN_UP_S: f64 = 5.0;

/// One that is not meant is looked at again when it has become older by this share of its age.
const PASSED_AGAIN_AFTER: f64 = 0.25;

/// The same for one that is meant: its readings tell of an `exec`, so that only a title that it gives itself is late.
const MEANT_AGAIN_AFTER: f64 = 1.0;

/// Seconds between two looks at a process that is not meant, at most.
const LOOK_AGAIN_S: f64 = 60.0;

/// By up to so many seconds that is less, by process number: else all that are old would be due in one tick.
const SPREAD_S: u32 = 30;

/// Seconds between two looks at all that such a process is called, at most: that takes three times as many system calls.
const WHOLE_AGAIN_S: f64 = 300.0;

/// After how many seconds a process of this age that is not meant is to be looked at as a whole: when it has grown up, then
/// when it is twice as old.
pub(super) fn whole_again_in_s(age_s: f64) -> f64 {
    age_s.max(GROWN_UP_S - age_s).min(WHOLE_AGAIN_S)
}

/// What a process is to the selector.
#[derive(Debug)]
pub(super) enum MatchState {
    /// A kernel thread, a zombie, or leakwatch.
    Excluded,
    /// Not meant, unless one of its ancestors is.
    Unmatched,
    Matched(Box<Matched>),
}

impl MatchState {
    /// That of a process that the selector means, and of which nothing is read yet.
    pub(super) fn meant(label: ProcessLabel) -> Self {
        Self::Matched(Box::new(Matched { label: Arc::new(label), kept: None, belonging: Belonging::default() }))
    }

    /// After how many seconds this process of this age is to be looked at again; never is infinite.
    ///
    /// One that is not meant may become so, where it `depends_on_program` who is; one that is says so itself once it has
    /// its name. One whose age nobody tells (a recorded tree may be without `uptime`) may be young at every tick.
    pub(super) fn look_again_in_s(&self, pid: Pid, age_s: Option<f64>, depends_on_program: bool) -> f64 {
        let share = match self {
            Self::Matched(_) if age_s.is_some_and(|age_s| age_s <= GROWN_UP_S) => MEANT_AGAIN_AFTER,
            Self::Unmatched if depends_on_program => PASSED_AGAIN_AFTER,
            _ => return f64::INFINITY,
        };
        (age_s.unwrap_or(0.0) * share).min(LOOK_AGAIN_S - f64::from(pid.0 % SPREAD_S))
    }
}

/// A process that the selector means.
#[derive(Debug)]
pub(super) struct Matched {
    pub(super) label: Arc<ProcessLabel>,
    pub(super) kept: Option<Kept>,
    pub(super) belonging: Belonging,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_are_looked_at_when_a_process_has_grown_up_and_then_more_seldom() {
        assert_eq!([0.0, 1.0, 4.0, 10.0, 1e6].map(whole_again_in_s), [5.0, 4.0, 4.0, 10.0, 300.0]);
    }

    #[test]
    fn the_older_a_process_the_rarer_it_is_looked_at() {
        let meant = MatchState::meant(ProcessLabel::default());
        let never = f64::INFINITY;
        let again = |standing: &MatchState, by| {
            [0.0, 4.0, 8.0, 1e6].map(|age_s| standing.look_again_in_s(Pid(SPREAD_S), Some(age_s), by))
        };
        assert_eq!(again(&MatchState::Unmatched, true), [0.0, 1.0, 2.0, 60.0]);
        assert_eq!(again(&MatchState::Unmatched, false), [never; 4]);
        assert_eq!(again(&meant, false), [0.0, 4.0, never, never]);
        assert_eq!(again(&MatchState::Excluded, true), [never; 4]);
        let unknown = |standing: MatchState| standing.look_again_in_s(Pid(1), None, true);
        assert_eq!([MatchState::Unmatched, meant].map(unknown), [0.0, never]);
        let old = |pid| MatchState::Unmatched.look_again_in_s(Pid(pid), Some(1e6), true);
        assert_eq!([old(SPREAD_S), old(SPREAD_S + 7)], [60.0, 53.0]);
    }
}
