//! Clock of a recording that was set from 1970 to the present, as on a device without a battery.

use crate::model::Timestamp;

/// Earliest time of a clock that was set: 2000-01-01.
const SET: Timestamp = Timestamp(946_684_800_000);
/// Interval between samples before it is known, in milliseconds.
const DEFAULT_INTERVAL_MS: i64 = 1000;

/// Removes the jump of a clock that was set, so that times continue unbroken as in a live session.
#[derive(Debug, Default)]
pub(super) struct SetClock {
    /// Latest time before the clock was set.
    unset: Option<Timestamp>,
    interval_ms: Option<i64>,
    jump_ms: Option<i64>,
}

impl SetClock {
    /// Returns a time without the jump.
    pub(super) fn continuous(&mut self, at: Timestamp) -> Timestamp {
        let Some(unset) = self.unset else {
            self.unset = (at < SET).then_some(at);
            return at;
        };
        if at < SET {
            if at > unset {
                self.interval_ms = Some(at.0 - unset.0);
                self.unset = Some(at);
            }
            return at;
        }
        let interval = self.interval_ms.unwrap_or(DEFAULT_INTERVAL_MS);
        let jump = *self.jump_ms.get_or_insert(at.0 - unset.0 - interval);
        Timestamp(at.0 - jump)
    }

    /// Returns the seconds by which the clock was set; `None` if it was not.
    pub(super) fn jump_s(&self) -> Option<f64> {
        let jump = self.jump_ms?;
        Some(Timestamp(jump).seconds_since(Timestamp(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_continue_after_the_clock_was_set() {
        let mut clock = SetClock::default();
        let present = 1_700_000_000_000;
        let times = [10_000, 12_000, present, present + 2000, present + 5000];
        let continuous = times.map(|at| clock.continuous(Timestamp(at)).0);
        assert_eq!(continuous, [10_000, 12_000, 14_000, 16_000, 19_000]);
        assert!(clock.jump_s().is_some_and(|jump| jump > 1.6e9));
    }

    #[test]
    fn a_clock_that_was_right_or_never_set_stays() {
        for times in [[0, 1000], [1_700_000_000_000, 1_700_000_001_000]] {
            let mut clock = SetClock::default();
            assert_eq!(times.map(|at| clock.continuous(Timestamp(at)).0), times);
            assert_eq!(clock.jump_s(), None);
        }
    }
}
