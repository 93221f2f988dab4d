//! Distance that growth must come in a standing watch before it is a leak.
//!
//! A watch that goes on asks at every look, and early in its life much is not ruled out: a start, a cache that fills, the
//! first tooth of a collector, the rising half of a day's rhythm. All of these end, and only distance and time tell.

use super::judgement::Judgement;

/// Growth that is far enough at first, and after the rhythm of two days, as parts of the level at the start. Between both
/// times the part falls in equal ratios of time.
const FAR_EARLY: f64 = 2.0;
const FAR_LATE: f64 = 0.1;
/// The late part for growth that fills the ceiling within the horizon.
const FAR_FATAL: f64 = 0.025;
const EARLY_S: f64 = 12.0 * 3600.0;
const LATE_S: f64 = 48.0 * 3600.0;
/// Lead in log likelihood and normal deviates of growth that needs no more than the late distance: first teeth of
/// collectors reach 22 and 16 in half a day, but not both.
const OVERWHELMING_LEAD: f64 = 25.0;
const OVERWHELMING_DEVIATE: f64 = 12.0;
/// Longest span for which a waiting time is given, in seconds, and the ratio of spans that are tried for it.
const MAX_WAIT_S: f64 = 30.0 * 86_400.0;
const WAIT_STEP: f64 = 1.02;
/// Span from which the least rise of a watch of hours applies, in seconds.
const HOURS_S: f64 = 3600.0;

/// Distance that growth must come, in the unit of the series.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Distance {
    /// Least growth over a window of more than an hour.
    min_rise: f64,
}

impl Distance {
    /// Returns the distance for memory in bytes: over hours, allocators and small caches move by up to 4 MiB.
    pub fn of_memory() -> Self {
        Self { min_rise: 4.0 * 1_048_576.0 }
    }

    /// Returns the distance for numbers of descriptors and threads.
    pub fn of_counts() -> Self {
        Self { min_rise: 8.0 }
    }

    /// Returns the least growth over a window of this span.
    pub fn min_rise(self, span: f64) -> f64 {
        if span > HOURS_S { self.min_rise } else { 0.0 }
    }

    /// Returns the least growth that is material after days.
    pub fn least(self, start_level: f64) -> f64 {
        self.min_rise.max(FAR_LATE * start_level)
    }

    /// Returns the least growth that is material where it fills the ceiling soon.
    pub fn least_fatal(self, start_level: f64) -> f64 {
        FAR_FATAL * start_level
    }

    /// Returns the growth that the evidence of `j` asks for.
    pub fn required(self, j: &Judgement, start_level: f64, late_part: f64) -> f64 {
        required_part(j, late_part) * start_level
    }

    /// Returns the part of the level at the start that growth must come after days.
    pub fn late_part(self, is_fatal: bool) -> f64 {
        if is_fatal { FAR_FATAL } else { FAR_LATE }
    }

    /// Returns the least growth over hours.
    pub fn least_rise(self) -> f64 {
        self.min_rise
    }

    /// Returns the seconds until growth at its rate has come far; `None` beyond a month.
    pub fn seconds_until_far(self, j: &Judgement, rise: f64, start_level: f64, late_part: f64) -> Option<f64> {
        let mut later = j.clone();
        while later.span < MAX_WAIT_S {
            let wait = later.span - j.span;
            if rise + j.rate.rate * wait >= self.min_rise.max(required_part(&later, late_part) * start_level) {
                return Some(wait);
            }
            later.span *= WAIT_STEP;
        }
        None
    }
}

/// Returns the part of the level at the start that growth must bring.
fn required_part(j: &Judgement, late_part: f64) -> f64 {
    if j.tests.lead >= OVERWHELMING_LEAD && j.tests.deviate >= OVERWHELMING_DEVIATE {
        return late_part;
    }
    let lateness = ((j.span / EARLY_S).ln() / (LATE_S / EARLY_S).ln()).clamp(0.0, 1.0);
    FAR_EARLY * (late_part / FAR_EARLY).powf(lateness)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trend::judgement::JudgedValues;

    fn judgement(hours: f64) -> Judgement {
        Judgement::flat(JudgedValues::AllMeans, 3600.0 * hours, 0.0, 0.0)
    }

    #[test]
    fn less_distance_is_needed_with_time() {
        let part = |hours| required_part(&judgement(hours), FAR_LATE);
        assert_eq!((part(1.0), part(12.0)), (FAR_EARLY, FAR_EARLY));
        assert!((part(24.0) - (FAR_EARLY * FAR_LATE).sqrt()).abs() < 1e-9);
        assert!((part(48.0) - FAR_LATE).abs() < 1e-9 && (part(500.0) - FAR_LATE).abs() < 1e-9);
    }

    #[test]
    fn clear_growth_needs_the_late_distance_at_once() {
        let mut j = judgement(2.0);
        (j.tests.lead, j.tests.deviate) = (30.0, 20.0);
        assert_eq!(required_part(&j, FAR_LATE), FAR_LATE);
        assert_eq!(required_part(&j, FAR_FATAL), FAR_FATAL);
    }

    #[test]
    fn the_wait_ends_where_growth_meets_the_falling_distance() {
        let mut j = judgement(12.0);
        j.rate.rate = 2.0 * 1_048_576.0 / 3600.0;
        let wait = Distance::of_memory().seconds_until_far(&j, 24.0 * 1_048_576.0, 400.0 * 1_048_576.0, FAR_LATE);
        assert!(wait.is_some_and(|wait| (20.0..30.0).contains(&(wait / 3600.0))), "{wait:?}");
        j.rate.rate = 0.0;
        assert_eq!(Distance::of_memory().seconds_until_far(&j, 0.0, 1e9, FAR_LATE), None);
    }

    #[test]
    fn over_hours_a_leak_brings_4_mib() {
        let distance = Distance::of_memory();
        assert_eq!((distance.min_rise(600.0), distance.min_rise(7200.0)), (0.0, 4.0 * 1_048_576.0));
        assert_eq!(distance.least(1e9), 1e8);
    }
}
