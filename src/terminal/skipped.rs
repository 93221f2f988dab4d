//! Skipped ticks on a host that is short of time: one note at once, then a sum a minute.

use crate::event::Notice;
use crate::model::Timestamp;

/// How long skipped ticks are summed up, in seconds.
const PERIOD_S: f64 = 60.0;

/// What was skipped since the latest note.
#[derive(Debug, Default)]
pub(super) struct Skipped {
    noted: Option<Timestamp>,
    untold: u64,
}

impl Skipped {
    /// Whether a notice is to be said now; skipped ticks soon after others are kept for the sum.
    pub fn admits(&mut self, at: Timestamp, notice: &Notice) -> bool {
        let (Notice::MissedTicks(count) | Notice::Stopped(count, _)) = notice else { return true };
        if self.untold > 0 || self.noted.is_some_and(|noted| at.seconds_since(noted) < PERIOD_S) {
            self.untold += count;
            return false;
        }
        self.noted = Some(at);
        true
    }

    /// Once the time is over: what was not told, in words, if anything.
    pub fn untold(&mut self, at: Timestamp) -> Option<String> {
        let is_due = self.noted.is_some_and(|noted| at.seconds_since(noted) >= PERIOD_S);
        if !is_due || self.untold == 0 {
            return None;
        }
        self.noted = Some(at);
        let text = match std::mem::take(&mut self.untold) {
            1 => "one more tick was skipped".to_owned(),
            count => format!("{count} more ticks were skipped"),
        };
        Some(format!("{text} in the last minute"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_that_are_skipped_all_the_time_are_noted_once_a_minute() {
        let mut skipped = Skipped::default();
        let mut said = Vec::new();
        for second in 0..150 {
            let at = Timestamp(second * 1000);
            if skipped.admits(at, &Notice::Stopped(1, 0.012)) {
                said.push((second, "note".to_owned()));
            }
            said.extend(skipped.untold(at).map(|text| (second, text)));
            assert!(skipped.admits(at, &Notice::Suspended(9.0)), "other notes are said");
        }
        let sum = |second| (second, "60 more ticks were skipped in the last minute".to_owned());
        assert_eq!(said, [(0, "note".to_owned()), sum(60), sum(120)]);
    }

    #[test]
    fn one_that_is_skipped_now_and_then_is_noted_each_time() {
        let mut skipped = Skipped::default();
        for minute in 0..5 {
            let at = Timestamp(minute * 60_000);
            assert!(skipped.admits(at, &Notice::MissedTicks(1)) && skipped.untold(at).is_none());
        }
    }
}
