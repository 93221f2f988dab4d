//! Whether a process has been seen long enough to tell a leak from a start-up.
//!
//! A leak grows on top of a working set. Where most of what a process holds came in while it was watched, a start-up
//! or a cache that fills is far more likely, and only a longer look can tell.

/// Samples every verdict needs.
pub(super) const LEAST: f64 = 56.0;
/// Growth up to this share of the level is on top of a working set.
const ON_TOP: f64 = 0.3;
/// Samples more for each unit of the share beyond that: 464 where the level has grown fivefold. The linear part of the
/// fills recorded in the corpus lasts 180 to 300 samples.
const PER_SHARE: f64 = 600.0;
/// A line that leads every curve that settles by this log likelihood needs no longer look. The fills and start-ups of
/// the corpus reach 22, programs that do nothing but leak 49 and more within 60 samples.
const CLEAR_CUT: f64 = 30.0;

/// Samples needed when `share` of the level came in since the first sample, and growth leads by `lead`.
pub(super) fn required_samples(share: f64, lead: f64) -> f64 {
    if lead >= CLEAR_CUT { LEAST } else { LEAST + PER_SHARE * (share - ON_TOP).max(0.0) }
}

/// Whether a process that was `age` seconds old at its first sample is past its start for a watch of `observed`
/// seconds: it had run for as long without us.
pub(super) fn past_start(age: Option<f64>, observed: f64) -> bool {
    age.is_some_and(|age| age >= observed.max(600.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_more_came_in_the_longer_it_takes() {
        assert_eq!(required_samples(0.1, 0.0), LEAST);
        assert_eq!(required_samples(-3.0, 0.0), LEAST);
        assert!(required_samples(0.8, 0.0) > 340.0 && required_samples(0.8, 100.0) == LEAST);
        assert!(past_start(Some(7200.0), 3600.0) && !past_start(Some(60.0), 30.0) && !past_start(None, 1.0));
    }
}
