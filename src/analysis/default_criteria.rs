//! Criteria of memory and of counts, from the settings.

use crate::model::Ceiling;

use super::settings::Settings;
use super::trend::criteria::{Criteria, Threshold};
use super::trend::distance::Distance;
use crate::units::Axis;

/// Least threshold for memory, in bytes per second: 0.25 MiB/h. Healthy services creep by some of that for a day.
const MIN_GROWTH: f64 = 0.25 * 1_048_576.0 / 3600.0;
/// Threshold as a part of the level, per second: 1 % an hour.
const GROWTH_OF_LEVEL: f64 = 0.01 / 3600.0;
/// Least threshold for threads and descriptors, per second: one an hour.
const MIN_COUNT_GROWTH: f64 = 1.0 / 3600.0;
/// Threshold over all work of a recording, as a part of the level.
const GROWTH_OVER_WORK: f64 = 0.05;
/// Least growth over the window of a leak, in bytes and as a number of descriptors or threads. Allocators and runtimes
/// move by less at any time.
const MIN_RISE: f64 = 1_048_576.0;
const MIN_COUNT_RISE: f64 = 8.0;
/// Descriptors or threads that a process may open at once: growth up to there is not a start-up by itself.
const EVERYDAY_COUNT: f64 = 64.0;
/// Least observation, in seconds, of a standing watch: it goes on and asks at every look. A shorter one belongs to a run
/// that is judged once, at its end.
const STANDING_S: f64 = 3600.0;

/// Returns the criteria of memory that starts at `first` bytes.
pub(crate) fn memory_criteria(settings: &Settings, first: f64, ceiling: Option<&Ceiling>) -> Criteria {
    let by_level = Threshold::OfLevel { least: MIN_GROWTH, share: GROWTH_OF_LEVEL, base: first };
    Criteria {
        threshold: settings.max_growth.map_or(by_level, Threshold::Fixed),
        min_rise: MIN_RISE,
        other_memory: 0.0,
        distance: (is_standing(settings) && settings.max_growth.is_none()).then(Distance::of_memory),
        headroom: ceiling.map(headroom),
        ..common_criteria(settings)
    }
}

/// Returns the threshold on an axis of work, where no hour says how fast is fast: growth by a twentieth of the level over
/// the `observed` units.
pub(crate) fn work_threshold(first: f64, observed: f64) -> Threshold {
    Threshold::OfLevel { least: 0.0, share: GROWTH_OVER_WORK / observed.max(1.0), base: first }
}

/// Returns the criteria of a number of descriptors or threads. In a standing watch they must come far as well: many
/// populations of descriptors are bounded, such as the open tables of a database.
pub(crate) fn count_criteria(settings: &Settings) -> Criteria {
    Criteria {
        threshold: Threshold::OfLevel { least: MIN_COUNT_GROWTH, share: GROWTH_OF_LEVEL, base: 0.0 },
        min_rise: MIN_COUNT_RISE,
        other_memory: EVERYDAY_COUNT,
        distance: is_standing(settings).then(Distance::of_counts),
        ..common_criteria(settings)
    }
}

fn common_criteria(settings: &Settings) -> Criteria {
    Criteria {
        threshold: Threshold::Fixed(0.0),
        min_observation: settings.min_observation_s,
        min_rise: 0.0,
        other_memory: 0.0,
        // A run with a threshold of its own excludes its start by --warmup.
        past_start_up: settings.max_growth.is_some() && settings.min_observation_s < STANDING_S,
        distance: None,
        has_first_heap: false,
        untimed: settings.axis != Axis::Time,
        headroom: None,
        horizon_s: settings.horizon_s,
    }
}

/// True if the watch goes on and asks at every look.
fn is_standing(settings: &Settings) -> bool {
    settings.min_observation_s >= STANDING_S
}

/// Returns the growth that fills a ceiling, in bytes.
#[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
pub(crate) fn headroom(ceiling: &Ceiling) -> f64 {
    ceiling.headroom_bytes() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_standing_watch_without_a_fixed_threshold_asks_for_distance() {
        let has_distance = |settings: &Settings| memory_criteria(settings, 1e9, None).distance.is_some();
        assert!(has_distance(&Settings::default()));
        assert!(!has_distance(&Settings::default().with_min_observation_s(720.0)));
        assert!(!has_distance(&Settings::default().with_max_growth(1.0)));
    }

    #[test]
    fn the_threshold_is_a_share_of_the_level_and_never_tiny() {
        let threshold = memory_criteria(&Settings::default(), 1e9, None).threshold;
        assert!((threshold.at(2e9) - 2e9 * GROWTH_OF_LEVEL).abs() < 1e-6);
        assert!((threshold.at(0.0) - 1e9 * GROWTH_OF_LEVEL).abs() < 1e-6, "the first level is the least");
        assert_eq!(memory_criteria(&Settings::default(), 1e6, None).threshold.at(1e6), MIN_GROWTH);
        assert_eq!(count_criteria(&Settings::default()).threshold.at(5.0), MIN_COUNT_GROWTH);
    }
}
