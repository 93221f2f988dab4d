//! Missed ticks on an overloaded host: one notice at once, then a sum a minute.

use crate::event::Notice;
use crate::model::Timestamp;

/// Length of a sum, in seconds.
const PERIOD_S: f64 = 60.0;

/// Missed ticks since the latest notice.
#[derive(Debug, Default)]
pub(super) struct MissedTicks {
    printed: Option<Timestamp>,
    unprinted: u64,
}

impl MissedTicks {
    /// Returns true if a notice is printed now. Ticks missed soon after others are kept for the sum.
    pub(super) fn admit(&mut self, at: Timestamp, notice: &Notice) -> bool {
        let (Notice::MissedTicks(count) | Notice::Stopped(count, _)) = notice else { return true };
        if self.unprinted > 0 || self.printed.is_some_and(|printed| at.seconds_since(printed) < PERIOD_S) {
            self.unprinted += count;
            return false;
        }
        self.printed = Some(at);
        true
    }

    /// Returns a sentence on the ticks that were not printed, once a period has ended.
    pub(super) fn take_due(&mut self, at: Timestamp) -> Option<String> {
        let is_due = self.printed.is_some_and(|printed| at.seconds_since(printed) >= PERIOD_S);
        if !is_due || self.unprinted == 0 {
            return None;
        }
        self.printed = Some(at);
        let ticks = match std::mem::take(&mut self.unprinted) {
            1 => "1 more tick".to_owned(),
            count => format!("{count} more ticks"),
        };
        Some(format!("{ticks} missed in the last minute"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_that_are_missed_all_the_time_are_printed_once_a_minute() {
        let mut missed = MissedTicks::default();
        let mut printed = Vec::new();
        for second in 0..150 {
            let at = Timestamp(second * 1000);
            if missed.admit(at, &Notice::Stopped(1, 0.012)) {
                printed.push((second, "notice".to_owned()));
            }
            printed.extend(missed.take_due(at).map(|text| (second, text)));
            assert!(missed.admit(at, &Notice::Suspended(9.0)), "other notices are printed");
        }
        let sum = |second| (second, "60 more ticks missed in the last minute".to_owned());
        assert_eq!(printed, [(0, "notice".to_owned()), sum(60), sum(120)]);
    }

    #[test]
    fn a_tick_that_is_missed_rarely_is_printed_each_time() {
        let mut missed = MissedTicks::default();
        for minute in 0..5 {
            let at = Timestamp(minute * 60_000);
            assert!(missed.admit(at, &Notice::MissedTicks(1)) && missed.take_due(at).is_none());
        }
    }
}
