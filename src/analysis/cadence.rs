//! Cadence of the samples of one target: span, gaps, and the samples at which a new assessment is worth its cost.

use crate::model::Timestamp;

/// Usual intervals above which a pause is a gap.
const GAP: f64 = 4.0;
/// Part of the samples between two assessments, within the bounds below. More assessments are nearly the same ones.
const ASSESSMENT_PART: u64 = 12;
const MIN_BETWEEN: u64 = 4;
const MAX_BETWEEN: u64 = 64;
/// Samples that the mean of the pauses remembers.
const MEMORY: u64 = 32;

/// Times of the samples of one target.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cadence {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    samples: u64,
    since_assessment: u64,
    gaps: u64,
    usual_pause: f64,
}

impl Cadence {
    /// Takes the time of a sample and returns its seconds since the first one; `None` for a sample that is out of order.
    pub fn push(&mut self, at: Timestamp) -> Option<f64> {
        let first = *self.first.get_or_insert(at);
        if let Some(last) = self.last {
            let pause = at.seconds_since(last);
            if pause < 0.0 {
                return None;
            }
            self.record_pause(pause);
        }
        self.last = Some(at);
        self.samples += 1;
        self.since_assessment += 1;
        Some(at.seconds_since(first))
    }

    /// True if an assessment is due. It then counts as made.
    pub fn take_due(&mut self) -> bool {
        let between = (self.samples / ASSESSMENT_PART).clamp(MIN_BETWEEN, MAX_BETWEEN);
        let due = self.samples == 1 || self.since_assessment >= between;
        if due {
            self.since_assessment = 0;
        }
        due
    }

    fn record_pause(&mut self, pause: f64) {
        if self.usual_pause > 0.0 && pause > GAP * self.usual_pause {
            self.gaps += 1;
        } else {
            // The mean of the first pauses, then an exponential one.
            #[expect(clippy::cast_precision_loss, reason = "at most 32")]
            let weight = 1.0 / self.samples.clamp(1, MEMORY) as f64;
            self.usual_pause += weight * (pause - self.usual_pause);
        }
    }

    /// Returns the number of samples.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Returns the number of gaps: pauses much longer than the usual one.
    pub fn gaps(&self) -> u64 {
        self.gaps
    }

    /// Returns the usual pause between samples, in seconds.
    pub fn usual_pause(&self) -> f64 {
        self.usual_pause
    }

    /// Returns the time from the first to the last sample, in seconds.
    pub fn observed(&self) -> f64 {
        self.first.zip(self.last).map_or(0.0, |(first, last)| last.seconds_since(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_of_more_than_four_intervals_is_a_gap() {
        let mut cadence = Cadence::default();
        for at in [0, 10, 20, 30, 71, 81] {
            cadence.push(Timestamp(at * 1000));
        }
        assert_eq!((cadence.samples(), cadence.gaps(), cadence.observed()), (6, 1, 81.0));
        assert!((cadence.usual_pause() - 10.0).abs() < 1e-9);
    }

    #[test]
    fn a_sample_out_of_order_does_not_count() {
        let mut cadence = Cadence::default();
        assert_eq!(cadence.push(Timestamp(5000)), Some(0.0));
        assert_eq!(cadence.push(Timestamp(4000)), None);
        assert_eq!(cadence.push(Timestamp(7000)), Some(2.0));
        assert_eq!(cadence.samples(), 2);
    }

    #[test]
    fn assessments_become_rarer_up_to_a_bound() {
        let mut cadence = Cadence::default();
        let due: Vec<i64> =
            (0..3000).filter(|i| cadence.push(Timestamp(i * 1000)).is_some() && cadence.take_due()).collect();
        assert_eq!(due[..4], [0, 4, 8, 12]);
        assert!(due.windows(2).all(|pair| (4..=64).contains(&(pair[1] - pair[0]))));
        assert_eq!(due[due.len() - 1] - due[due.len() - 2], 64);
    }
}
