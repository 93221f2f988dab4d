//! Trend of a series before growth is searched for: its level, and the bounds that exclude material growth.

use crate::analysis::history::History;
use crate::analysis::status::Status;

use super::continuation::recent_rate;
use super::criteria::Criteria;
use super::few_readings::{MIN_READINGS, are_apart};
use super::judged_window::JudgedWindow;
use super::judgement::Judgement;
use super::series_trend::{Extent, MIN_BOUND_S, MIN_BOUND_SAMPLES, Proof, SeriesTrend, StartUp, Unchanged, UpperBound};
use super::start_up::{MIN_SAMPLES, required_samples};
use super::upper_bounds;

/// Samples of a series without any change before it is stable: a process may only just be waiting.
const MIN_UNCHANGED: u64 = 24;

/// Least length, in seconds, and samples of a recording without any change that was not measured.
const MIN_CONSTANT_S: f64 = 3600.0;
const MIN_CONSTANT_SAMPLES: u64 = 12;

/// Returns the trend that the whole past shows.
pub(crate) fn bounded_trend(
    history: &History,
    unit: f64,
    criteria: &Criteria,
    whole: Option<&JudgedWindow>,
) -> SeriesTrend {
    let first = history.first();
    let means = whole.map(JudgedWindow::means);
    let level = first + means.map_or(0.0, |means| means.level);
    let threshold = match means {
        Some(means) => criteria.threshold_for(means, first),
        None => criteria.threshold_over(history.observed(), first),
    };
    let share = 1.0 - (first + criteria.other_memory) / (level + criteria.other_memory).max(f64::MIN_POSITIVE);
    let unchanged = (history.tiers() == 0 && history.samples() >= MIN_UNCHANGED && history.observed() > 0.0)
        .then(|| Unchanged { resolved: unit / history.observed(), observed_s: history.observed() });
    let fast_bound = whole.and_then(|whole| bound_below_fast(whole, criteria, history));
    let extent = Extent {
        samples: history.samples(),
        min_samples: if are_apart(history, criteria) { MIN_READINGS } else { MIN_SAMPLES },
        pause_s: history.pause(),
        is_standing: criteria.distance.is_some(),
        untimed: criteria.untimed,
        is_unmeasured: false,
    };
    let status = match (means, unchanged) {
        (Some(means), _) if !is_early(&extent, means) && (means.rate.high < threshold || fast_bound.is_some()) => {
            Status::Stable
        }
        (Some(means), _) if means.tests.slowing && !is_short(history) => Status::WarmingUp,
        (None, Some(unchanged)) if unchanged.resolved < threshold => Status::Stable,
        _ => Status::InsufficientData,
    };
    SeriesTrend {
        status,
        judgement: means.cloned(),
        proof: Proof::default(),
        extent,
        level,
        threshold: fast_bound.map_or(threshold, |bound| bound.threshold.max(threshold)),
        bound: fast_bound.and_then(|bound| bound.by_floors),
        start_up: StartUp { share, required: required_samples(share, means.map_or(0.0, |means| means.tests.lead)) },
        recent_rate: whole.map(|whole| recent_rate(whole.blocks())),
        unchanged,
        withheld: None,
        stopped_s: None,
    }
}

/// True if the series is the same to the byte for so long that a recording of it measured nothing.
pub(crate) fn is_constant(history: &History) -> bool {
    let is_long = history.samples() >= MIN_CONSTANT_SAMPLES && history.observed() >= MIN_CONSTANT_S;
    is_long && history.tiers() == 0
}

/// True if there are fewer samples than every verdict on growth needs.
pub(crate) fn is_short(history: &History) -> bool {
    !has_samples(history, MIN_SAMPLES)
}

#[expect(clippy::cast_precision_loss, reason = "counts of samples are exact up to 2^53")]
fn has_samples(history: &History, least: f64) -> bool {
    history.samples() as f64 >= least
}

/// A bound of the growth in a standing watch that lies below the threshold for fast growth.
#[derive(Debug, Clone, Copy)]
struct FastBound {
    threshold: f64,
    /// Largest rate that floors or lows allow, where the interval of the curves does not decide.
    by_floors: Option<UpperBound>,
}

/// Returns a bound of the growth below the threshold for fast growth: the interval, where growth is not proved or small,
/// else the ranks or the lows of the floors.
fn bound_below_fast(whole: &JudgedWindow, criteria: &Criteria, history: &History) -> Option<FastBound> {
    criteria.distance?;
    let first = history.first();
    let means = whole.means();
    let threshold = criteria.fast_threshold(means, first);
    if means.rate.high < threshold && is_minor(means, criteria, first) {
        return Some(FastBound { threshold, by_floors: None });
    }
    let is_long = criteria.untimed || history.observed() >= MIN_BOUND_S;
    if means.tests.likely || !is_long || !has_samples(history, MIN_BOUND_SAMPLES) {
        return None;
    }
    let floors = whole.floors_of(whole.blocks());
    let of_ranks = upper_bounds::of_ranks(&floors).map(|rate| UpperBound { rate, by_lows: false });
    let bound = of_ranks.filter(|bound| bound.rate < threshold).or_else(|| {
        let of_lows = upper_bounds::of_lows(&floors, first).map(|rate| UpperBound { rate, by_lows: true });
        of_lows.filter(|bound| bound.rate < threshold)
    })?;
    Some(FastBound { threshold, by_floors: Some(bound) })
}

/// True if a standing watch has too few samples for its noise: a longer swing looks like a constant level.
fn is_early(extent: &Extent, means: &Judgement) -> bool {
    means.best.spread > 0.0 && extent.seconds_until_bounded(means.span) > 0.0
}

/// True if growth is not proved, or too small to mean anything.
fn is_minor(means: &Judgement, criteria: &Criteria, first: f64) -> bool {
    means.rate.low <= 0.0 || criteria.is_small(means, first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trend::distance::Distance;
    use crate::analysis::trend::judgement::JudgedValues;

    fn trend(samples: u32, value: impl Fn(f64) -> f64) -> SeriesTrend {
        trend_every(600.0, samples, value)
    }

    fn trend_every(pause: f64, samples: u32, value: impl Fn(f64) -> f64) -> SeriesTrend {
        let mut history = History::default();
        (0..samples).for_each(|i| history.push(pause * f64::from(i), value(f64::from(i)).round()));
        let distance = Some(Distance::of_memory());
        let criteria = Criteria { distance, ..Criteria::fixed(1e7 / 3600.0) };
        let blocks = history.window(history.tiers().max(1) - 1);
        let whole = JudgedWindow::new(blocks, 4096.0, 1.0, JudgedValues::AllMeans);
        bounded_trend(&history, 4096.0, &criteria, whole.as_ref())
    }

    #[test]
    fn noise_above_a_floor_is_bounded_by_its_lows() {
        let noisy = trend(600, |i| 1e9 + 3e8 * (i * i * 0.37).sin().abs() * (i * 0.01).cos().abs());
        assert_eq!(noisy.status, Status::Stable, "{noisy:?}");
    }

    #[test]
    fn a_noisy_series_of_a_young_watch_is_undecided() {
        let noise = |i: f64| 1e9 + 1e6 * (i * i * 0.37).sin();
        assert_eq!(trend_every(10.0, 100, noise).status, Status::InsufficientData);
        assert_eq!(trend_every(60.0, 400, noise).status, Status::Stable);
    }

    #[test]
    fn growth_at_twice_the_threshold_is_not_bounded_within_the_hour() {
        // 20 MB/h on noise of 0.5 MB: shorter than an hour, the lows say nothing.
        for seed in 0..50 {
            let noise = |i: f64| 1e6 * ((i + f64::from(seed) * 977.0) * (i + 31.0) * 0.377).sin();
            for samples in (56..1000).step_by(79) {
                let young = trend_every(1.0, samples, |i| 1e9 + 2e7 / 3600.0 * i + noise(i));
                assert_ne!(young.status, Status::Stable, "{seed} {samples} {young:?}");
            }
        }
    }

    #[test]
    fn a_fast_rise_is_not_bounded() {
        assert_ne!(trend(600, |i| 1e9 + 1e7 * i + 1e6 * (i * i * 0.37).sin()).status, Status::Stable);
    }

    #[test]
    fn few_samples_are_undecided_and_an_unchanged_series_is_stable() {
        assert_eq!(trend(20, |i| 1e9 + 1e6 * (i * 1.7).sin()).status, Status::InsufficientData);
        assert_eq!(trend(100, |_| 1e9).status, Status::Stable);
    }
}
