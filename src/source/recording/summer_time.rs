//! Summer time: clocks without a zone are set back by an hour in autumn.

use crate::model::Timestamp;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Hours by which the clock of a series was set back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct SummerTime {
    shift_ms: i64,
}

impl SummerTime {
    /// Returns a time without the step. The clock is set back at night: from 3 to 2 or from 2 to 1 o'clock.
    pub(super) fn continuous(&mut self, at: Timestamp, last: Option<Timestamp>) -> Timestamp {
        let shifted = Timestamp(at.0 + self.shift_ms);
        let Some(last) = last else { return shifted };
        let back = last.0 - shifted.0;
        let is_night = (0..3 * HOUR_MS).contains(&at.0.rem_euclid(DAY_MS));
        if is_night && 0 < back && back <= HOUR_MS && shifted.0 + HOUR_MS > last.0 && self.shift_ms == 0 {
            self.shift_ms = HOUR_MS;
            return Timestamp(at.0 + HOUR_MS);
        }
        shifted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(minutes: &[i64]) -> Vec<i64> {
        let mut summer_time = SummerTime::default();
        let mut last = None;
        minutes
            .iter()
            .map(|minute| {
                let at = summer_time.continuous(Timestamp(minute * 60_000), last);
                last = Some(at);
                at.0 / 60_000
            })
            .collect()
    }

    #[test]
    fn an_hour_back_at_night_continues() {
        assert_eq!(placed(&[170, 175, 120, 125, 180]), [170, 175, 180, 185, 240]);
    }

    #[test]
    fn other_steps_back_stay() {
        assert_eq!(placed(&[700, 705, 660]), [700, 705, 660]);
        assert_eq!(placed(&[170, 175, 20]), [170, 175, 20]);
    }
}
