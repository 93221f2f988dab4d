//! Rules that tell a start-up from a leak.
//!
//! A leak grows on top of a working set. Where a process allocated most of its level while being watched, a start-up
//! or a cache that fills is far more likely. Only a longer observation can tell.

/// Samples that every verdict on growth needs.
pub(crate) const MIN_SAMPLES: f64 = 56.0;
/// Share of the level up to which growth counts as being on top of a working set.
const ON_TOP: f64 = 0.3;
/// Further samples for each unit of the share beyond that: 464 where the level has grown fivefold. The linear part of the
/// fills recorded in the corpus lasts 180 to 300 samples.
const PER_SHARE: f64 = 600.0;
/// Lead of a line, in log likelihood, above which no longer observation is needed. The fills and start-ups of the corpus
/// reach 22, programs that do nothing but leak 49 and more within 60 samples.
const CLEAR_LEAD: f64 = 30.0;
/// Least age of a process that counts as started, in seconds.
const MIN_AGE_S: f64 = 600.0;

/// Time after which no start goes on, in seconds: a day.
const MAX_START_S: f64 = 86_400.0;

/// Returns the samples needed when `share` of the level came since the first sample and growth leads by `lead`.
pub(crate) fn required_samples(share: f64, lead: f64) -> f64 {
    if lead >= CLEAR_LEAD { MIN_SAMPLES } else { MIN_SAMPLES + PER_SHARE * (share - ON_TOP).max(0.0) }
}

/// True if a watch has lasted longer than any start, however few its samples.
pub(crate) fn is_past_any_start(observed: f64) -> bool {
    observed >= MAX_START_S
}

/// True if a process had run for as long as it was observed before its first sample. `age` is its age then, in seconds.
pub(crate) fn is_past_start_up(age: Option<f64>, observed: f64) -> bool {
    age.is_some_and(|age| age >= observed.max(MIN_AGE_S))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_larger_share_needs_more_samples() {
        assert_eq!(required_samples(0.1, 0.0), MIN_SAMPLES);
        assert_eq!(required_samples(-3.0, 0.0), MIN_SAMPLES);
        assert!(required_samples(0.8, 0.0) > 340.0);
        assert!(required_samples(0.9, 0.0) > required_samples(0.8, 0.0));
    }

    #[test]
    fn a_clear_lead_needs_no_longer_observation() {
        assert_eq!(required_samples(0.8, 100.0), MIN_SAMPLES);
    }

    #[test]
    fn only_an_old_process_is_past_its_start_up() {
        assert!(is_past_start_up(Some(7200.0), 3600.0));
        assert!(!is_past_start_up(Some(60.0), 30.0));
        assert!(!is_past_start_up(Some(3600.0), 7200.0));
        assert!(!is_past_start_up(None, 1.0));
    }
}
