//! Holes in a recording: times without readings that are far longer than its interval.

/// Times of the typical interval from which a pause is a hole.
const LEAST_INTERVALS: f64 = 10.0;
/// Weight of a new interval in the typical one.
const WEIGHT: f64 = 0.125;
/// Intervals that are known before a hole is looked for.
const MIN_INTERVALS: u32 = 4;

/// Holes in the readings of one series.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Holes {
    typical_s: f64,
    intervals: u32,
    count: u32,
    length_s: f64,
}

impl Holes {
    /// Adds the interval between two readings.
    pub(super) fn add(&mut self, interval_s: f64) {
        if self.intervals >= MIN_INTERVALS && interval_s > LEAST_INTERVALS * self.typical_s {
            self.count += 1;
            self.length_s += interval_s;
            return;
        }
        self.typical_s += (interval_s - self.typical_s) * if self.intervals == 0 { 1.0 } else { WEIGHT };
        self.intervals = self.intervals.saturating_add(1);
    }

    /// Returns the number of holes, and their length in seconds.
    pub(super) fn sum(&self) -> (u32, f64) {
        (self.count, self.length_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_pauses_are_holes() {
        let mut holes = Holes::default();
        for interval in [15.0, 17.0, 16.0, 18.0, 15.0, 2000.0, 16.0, 40.0, 1900.0, 16.0] {
            holes.add(interval);
        }
        assert_eq!(holes.sum(), (2, 3900.0));
    }
}
