//! What the session itself costs, and how it makes do with less.

use std::io;
use std::time::Duration;

use crate::event::{Event, EventSink, Notice};
use crate::model::Timestamp;
use crate::units::Span;

use super::Session;
use super::schedule::Schedule;

/// Time between two looks at our own CPU time.
const EVERY: Duration = Duration::from_secs(10);
/// The interval is stretched by this factor at a time.
const STRETCH: u32 = 2;

/// What a live session has cost.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cost {
    /// How long it lasted, in seconds.
    pub elapsed_s: f64,
    /// Ticks that were skipped because the work before them took too long.
    pub missed_ticks: u64,
    /// The longest reading that holds the map lock of the process it reads, in seconds: as long it may have waited for
    /// memory. `None` when there was none.
    pub longest_pause_s: Option<f64>,
    /// By how many bytes a cheap counter of memory may be off on this kernel.
    pub counter_error_bytes: u64,
    /// Readings of PSS and counts of pages were given up to stay within the allowed overhead.
    pub gave_up_pss: bool,
    /// The interval at the end, in seconds: longer than asked for when that was needed to stay within it.
    pub interval_s: f64,
}

/// What to give up next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saving {
    Pss,
    Interval,
}

/// Compares our own CPU time with what is allowed.
#[derive(Debug)]
pub(super) struct Governor {
    /// Share of one core; `None` for no limit.
    allowed: Option<f64>,
    /// When our CPU time was looked at last, and what it was.
    last: Option<(Duration, Duration)>,
}

impl Governor {
    pub(super) fn new(allowed: Option<f64>) -> Self {
        Self { allowed, last: None }
    }

    /// Whether it is time to look at our CPU time again: asking costs a system call.
    pub(super) fn is_due(&self, now: Duration) -> bool {
        self.allowed.is_some() && self.last.is_none_or(|(then, _)| now.saturating_sub(then) >= EVERY)
    }

    /// The share of a core used since the last look when that is too much, and what to give up.
    pub(super) fn look(&mut self, now: Duration, cpu: Duration, pss: bool) -> Option<(f64, Saving)> {
        let allowed = self.allowed?;
        let (then, before) = self.last.replace((now, cpu))?;
        let share = cpu.saturating_sub(before).as_secs_f64() / now.saturating_sub(then).as_secs_f64().max(1e-9);
        (share > allowed).then_some((share, if pss { Saving::Pss } else { Saving::Interval }))
    }
}

impl Session<'_> {
    /// Gives something up when the session itself uses too much.
    pub(super) fn make_do(
        &mut self,
        at: Timestamp,
        schedule: &mut Schedule,
        sink: &mut dyn EventSink,
    ) -> io::Result<()> {
        let now = self.clock.now().awake;
        if !self.governor.is_due(now) {
            return Ok(());
        }
        let Some((share, saving)) = self.governor.look(now, self.clock.cpu_time(), self.plan.pss) else {
            return Ok(());
        };
        let what = match saving {
            Saving::Pss => {
                self.plan.pss = false;
                self.cost.gave_up_pss = true;
                "PSS is read no more".to_owned()
            }
            Saving::Interval => {
                format!("samples are taken every {} from now on", Span(schedule.stretch(STRETCH).as_secs_f64()))
            }
        };
        sink.on_event(Event::Notice(at, &Notice::BackedOff(share, what)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_above_the_limit_counts_and_the_start_does_not() {
        let at = Duration::from_secs;
        let mut governor = Governor::new(Some(0.01));
        assert!(governor.is_due(at(5)));
        assert_eq!(governor.look(at(5), at(4), true), None);
        assert!(!governor.is_due(at(14)) && governor.is_due(at(15)));
        assert_eq!(governor.look(at(15), at(4), true), None);
        assert_eq!(governor.look(at(25), at(5), true), Some((0.1, Saving::Pss)));
        assert_eq!(governor.look(at(35), at(6), false), Some((0.1, Saving::Interval)));
        assert!(!Governor::new(None).is_due(at(100)));
    }
}
