//! Conditions that the growth of a series must meet.

/// Least growth over the window as a share of the level, and of everything that came since the first sample. After their
/// start services creep for a while, by a few per cent of what the start allocated.
const MIN_RISE_OF_LEVEL: f64 = 0.02;
const MIN_RISE_OF_START: f64 = 0.1;

/// Conditions that the growth of a series must meet.
pub(crate) struct Criteria<'a> {
    /// Growth threshold at a level, per second.
    pub threshold: &'a dyn Fn(f64) -> f64,
    /// Time that a series must be observed before it can be `leaking`, in seconds.
    pub min_observation: f64,
    /// Least growth over the window, in the unit of the series. Smaller growth is never a leak, whatever its rate.
    pub min_rise: f64,
    /// Memory of the process outside this series.
    pub other_memory: f64,
    /// True if the process is known to be past its start-up.
    pub past_start_up: bool,
}

impl Criteria<'_> {
    /// True if a rate exceeds the threshold at `level`, and the rise exceeds allocator noise and the end of a start-up
    /// from `first`.
    pub fn are_met(&self, rate: f64, rise: f64, level: f64, first: f64) -> bool {
        let least = self.min_rise.max(MIN_RISE_OF_LEVEL * level).max(MIN_RISE_OF_START * (level - first));
        rate > (self.threshold)(level) && rise > least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rate_and_rise_must_both_be_large_enough() {
        let criteria = Criteria {
            threshold: &|_| 1.0,
            min_observation: 0.0,
            min_rise: 10.0,
            other_memory: 0.0,
            past_start_up: false,
        };
        assert!(criteria.are_met(2.0, 11.0, 100.0, 100.0));
        assert!(!criteria.are_met(1.0, 11.0, 100.0, 100.0), "rate at the threshold");
        assert!(!criteria.are_met(2.0, 10.0, 100.0, 100.0), "rise at its least");
        assert!(!criteria.are_met(2.0, 11.0, 1000.0, 1000.0), "2 % of the level is more");
        assert!(!criteria.are_met(2.0, 11.0, 300.0, 100.0), "10 % of the start-up is more");
    }
}
