//! The cost of the session itself: expensive reads are charged to a budget, and work is saved above `--max-overhead`.

use std::time::Duration;

use crate::clock::Clock;
use crate::model::ProcessKey;

use super::pss_budget::PssBudget;

/// Time between two checks of the CPU time of leakwatch.
const CHECK_EVERY: Duration = Duration::from_secs(10);

/// Cost of a live session.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cost {
    /// Duration of the session, in seconds.
    pub elapsed_s: f64,
    /// Ticks that were missed because the work before them took too long.
    pub missed_ticks: u64,
    /// Longest read that holds the map lock of a process, in seconds. The process may have waited so long for memory.
    /// `None` if there was no such read.
    pub longest_pause_s: Option<f64>,
    /// Largest error of a cheap memory counter on this kernel, in bytes.
    pub counter_error_bytes: u64,
    /// True if PSS and page counts were given up to stay within the allowed overhead.
    pub gave_up_pss: bool,
    /// Interval at the end, in seconds. It exceeds the requested one if that was needed to stay within the overhead.
    pub interval_s: f64,
}

/// Saving that `--max-overhead` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::session) enum Saving {
    /// Read PSS no more.
    Pss,
    /// Lengthen the interval.
    Interval,
}

/// Comparison of the CPU time of leakwatch with the allowed share.
#[derive(Debug)]
struct Governor {
    /// Share of one core; `None` for no limit.
    allowed: Option<f64>,
    /// Time of the latest check, and the CPU time at it.
    last: Option<(Duration, Duration)>,
}

impl Governor {
    /// True if the next check is due. A check costs a system call.
    fn is_due(&self, now: Duration) -> bool {
        self.allowed.is_some() && self.last.is_none_or(|(then, _)| now.saturating_sub(then) >= CHECK_EVERY)
    }

    /// Returns the share of a core used since the latest check if it exceeds the allowed one.
    fn check(&mut self, now: Duration, cpu: Duration) -> Option<f64> {
        let allowed = self.allowed?;
        let (then, before) = self.last.replace((now, cpu))?;
        let share = cpu.saturating_sub(before).as_secs_f64() / now.saturating_sub(then).as_secs_f64().max(1e-9);
        (share > allowed).then_some(share)
    }
}

/// Budget and cost of a live session.
#[derive(Debug)]
pub(in crate::session) struct Overhead {
    governor: Governor,
    budget: PssBudget,
    /// False if PSS is not wanted, or was given up.
    pss: bool,
    gave_up_pss: bool,
    longest_pause_s: Option<f64>,
}

/// Clocks before an expensive read.
#[derive(Debug, Clone, Copy)]
pub(in crate::session) struct ReadStart {
    cpu: Duration,
    awake: Duration,
}

impl Overhead {
    /// An overhead without cost so far.
    pub(in crate::session) fn new(max_share: Option<f64>, pss: bool) -> Self {
        Self {
            governor: Governor { allowed: max_share, last: None },
            budget: PssBudget::default(),
            pss,
            gave_up_pss: false,
            longest_pause_s: None,
        }
    }

    /// True if PSS may be read in this session.
    pub(in crate::session) fn reads_pss(&self) -> bool {
        self.pss
    }

    /// Returns the reason for which page tables are not walked.
    pub(in crate::session) fn why_no_pss(&self) -> &'static str {
        if self.gave_up_pss { "it would exceed --max-overhead" } else { "'--no-pss' is set" }
    }

    /// True if PSS of a process with this latest RSS may be read now. At the end of a session it is read for the last
    /// sample.
    pub(in crate::session) fn allows_pss(
        &mut self,
        key: ProcessKey,
        now: Duration,
        rss: Option<u64>,
        is_last: bool,
    ) -> bool {
        self.pss && self.budget.allows(key, now, rss, is_last)
    }

    /// True if the budget has CPU time left.
    pub(in crate::session) fn has_credit(&mut self, now: Duration) -> bool {
        self.budget.has_credit(now)
    }

    /// Starts to measure an expensive read.
    pub(in crate::session) fn start_read(clock: &dyn Clock) -> ReadStart {
        ReadStart { cpu: clock.cpu_time(), awake: clock.now().awake }
    }

    /// Charges a read that walked the page tables of a process, and notes the pause it may have caused.
    pub(in crate::session) fn charge_page_walk(&mut self, key: ProcessKey, start: ReadStart, clock: &dyn Clock) {
        let now = clock.now().awake;
        let held_s = now.saturating_sub(start.awake).as_secs_f64();
        self.longest_pause_s = Some(self.longest_pause_s.unwrap_or(0.0).max(held_s));
        self.budget.charge_read(key, now, clock.cpu_time().saturating_sub(start.cpu));
    }

    /// Charges another expensive read.
    pub(in crate::session) fn charge(&mut self, start: ReadStart, clock: &dyn Clock) {
        self.budget.charge(clock.cpu_time().saturating_sub(start.cpu));
    }

    /// Records the RSS that was read together with PSS.
    pub(in crate::session) fn record_rss(&mut self, key: ProcessKey, rss: Option<u64>) {
        self.budget.record_rss(key, rss);
    }

    /// Forgets a process that exited or runs another program.
    pub(in crate::session) fn forget(&mut self, key: ProcessKey) {
        self.budget.forget(key);
    }

    /// Returns the share of a core that was used, and the saving to make, if the share exceeds the allowed one.
    pub(in crate::session) fn saving(&mut self, clock: &dyn Clock) -> Option<(f64, Saving)> {
        let now = clock.now().awake;
        if !self.governor.is_due(now) {
            return None;
        }
        let share = self.governor.check(now, clock.cpu_time())?;
        if !self.pss {
            return Some((share, Saving::Interval));
        }
        self.pss = false;
        self.gave_up_pss = true;
        Some((share, Saving::Pss))
    }

    /// Returns the cost of the session so far. The caller fills in times and counter error.
    pub(in crate::session) fn cost(&self) -> Cost {
        Cost { longest_pause_s: self.longest_pause_s, gave_up_pss: self.gave_up_pss, ..Cost::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_share_above_the_limit_counts_and_the_start_does_not() {
        let at = Duration::from_secs;
        let mut governor = Governor { allowed: Some(0.01), last: None };
        assert!(governor.is_due(at(5)));
        assert_eq!(governor.check(at(5), at(4)), None);
        assert!(!governor.is_due(at(14)) && governor.is_due(at(15)));
        assert_eq!(governor.check(at(15), at(4)), None);
        assert_eq!(governor.check(at(25), at(5)), Some(0.1));
        assert!(!Governor { allowed: None, last: None }.is_due(at(100)));
    }
}
