//! Shape of a series over the observed time.

use super::history::History;
use super::spike::Spikes;
use super::status::Status;
use super::trend::curve::Curve;
use super::trend::judgement::{JudgedValues, Judgement};
use super::trend::series_trend::SeriesTrend;
use super::variance::Variance;
use super::window::{Window, whole_past};

/// Part of the rise that comes in few blocks of a staircase.
const IN_STEPS: f64 = 0.8;
/// One of this many blocks is "few".
const FEW: usize = 8;
/// Part of the level that a shrinking series loses over the span at the upper end of its rate's interval.
const MIN_FALL: f64 = 0.02;
/// Part of the level that the spread of a flat series stays below.
const MAX_FLAT_SPREAD: f64 = 0.02;

/// Shape of a series over the observed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are the description")]
pub enum Shape {
    Linear,
    Staircase,
    RisingFloor,
    Accelerating,
    LateOnset,
    WarmUp,
    Step,
    Spike,
    SawTooth,
    Cycle,
    Flat,
    Shrinking,
    Irregular,
}

impl Shape {
    /// Returns the name in reports: `rising_floor`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Staircase => "staircase",
            Self::RisingFloor => "rising_floor",
            Self::Accelerating => "accelerating",
            Self::LateOnset => "late_onset",
            Self::WarmUp => "warm_up",
            Self::Step => "step",
            Self::Spike => "spike",
            Self::SawTooth => "saw_tooth",
            Self::Cycle => "cycle",
            Self::Flat => "flat",
            Self::Shrinking => "shrinking",
            Self::Irregular => "irregular",
        }
    }

    /// Names the shape of a series; `None` with too few data.
    pub(crate) fn from_trend(
        trend: &SeriesTrend,
        history: &History,
        variance: &Variance,
        spikes: &Spikes,
    ) -> Option<Self> {
        let j = trend.judgement.as_ref()?;
        Some(if trend.status >= Status::Suspect {
            shape_of_growth(j, trend.proof.newest_only, history, variance)
        } else {
            shape_without_growth(j, trend.level.abs(), variance, spikes)
        })
    }
}

fn shape_of_growth(j: &Judgement, newest_only: bool, history: &History, variance: &Variance) -> Shape {
    match j.best.curve {
        Curve::Quadratic if j.best.bends_clearly() => Shape::Accelerating,
        _ if newest_only => Shape::LateOnset,
        Curve::Hinge(_) if j.best.bend < 0.0 => Shape::LateOnset,
        _ if j.values == JudgedValues::Floors => Shape::RisingFloor,
        _ if variance.cycle_s.is_some() && j.cycle.is_none() => Shape::RisingFloor,
        _ if rises_in_steps(history) => Shape::Staircase,
        _ => Shape::Linear,
    }
}

fn shape_without_growth(j: &Judgement, level: f64, variance: &Variance, spikes: &Spikes) -> Shape {
    if j.tests.slowing && j.best.bend > 0.0 {
        Shape::WarmUp
    } else if j.rate.high < 0.0 && -j.rate.high * j.span > MIN_FALL * level {
        Shape::Shrinking
    } else if j.cycle.is_some() {
        Shape::Cycle
    } else if variance.cycle_s.is_some() {
        Shape::SawTooth
    } else if matches!(j.best.curve, Curve::Step(_)) && !j.best.grows {
        Shape::Step
    } else if spikes.count > 0 && spikes.count == spikes.returned {
        Shape::Spike
    } else if j.best.spread < MAX_FLAT_SPREAD * level {
        Shape::Flat
    } else {
        Shape::Irregular
    }
}

/// True if most of the rise comes in few blocks.
fn rises_in_steps(history: &History) -> bool {
    let means = Window::means(&whole_past(history)).values;
    let mut rises: Vec<f64> = means.windows(2).map(|w| w[1] - w[0]).filter(|d| *d > 0.0).collect();
    rises.sort_unstable_by(|a, b| b.total_cmp(a));
    let total: f64 = rises.iter().sum();
    rises.iter().take(means.len() / FEW).sum::<f64>() > IN_STEPS * total
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trend::criteria::Criteria;
    use crate::analysis::trend::growth_search::judge_series;

    fn shape(value: impl Fn(f64) -> f64) -> Option<Shape> {
        let mut history = History::default();
        for i in 0..400_u32 {
            let noise = f64::from(i.wrapping_mul(2_654_435_761) >> 24) / 64.0;
            history.push(f64::from(i), (value(f64::from(i)) + noise).round());
        }
        let criteria = Criteria::fixed(0.05);
        let trend = judge_series(&history, 1.0, &criteria);
        Shape::from_trend(&trend, &history, &Variance::default(), &Spikes::default())
    }

    #[test]
    fn growing_series_have_the_shape_of_their_growth() {
        assert_eq!(shape(|t| 10_000.0 + 5.0 * t), Some(Shape::Linear));
        assert_eq!(shape(|t| 10_000.0 + 500.0 * (t / 50.0).floor()), Some(Shape::Staircase));
        assert_eq!(shape(|t| 10_000.0 + 0.05 * t * t), Some(Shape::Accelerating));
    }

    #[test]
    fn a_noisy_line_does_not_accelerate() {
        let mut state = 7_u64;
        for series in 0..200 {
            let mut history = History::default();
            for i in 0..300_u32 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let noise = (state >> 40) as f64 / f64::from(1 << 24) - 0.5;
                history.push(f64::from(i), 10_000.0 + 2.0 * f64::from(i) + 300.0 * noise);
            }
            let trend = judge_series(&history, 1.0, &Criteria::fixed(0.05));
            let found = Shape::from_trend(&trend, &history, &Variance::default(), &Spikes::default());
            assert_ne!(found, Some(Shape::Accelerating), "series {series}");
        }
    }

    #[test]
    fn series_without_growth_have_shapes_too() {
        assert_eq!(shape(|_| 10_000.0), Some(Shape::Flat));
        assert_eq!(shape(|t| 10_000.0 - 5.0 * t), Some(Shape::Shrinking));
        assert_eq!(shape(|t| 10_000.0 + 4000.0 * (1.0 - (-t / 120.0).exp())), Some(Shape::WarmUp));
        assert_eq!(shape(|t| 10_000.0 + 900.0 * f64::from(u8::from(t > 200.0))), Some(Shape::Step));
    }

    #[test]
    fn too_few_data_have_no_shape() {
        let criteria = Criteria::fixed(0.05);
        let history = History::default();
        let trend = judge_series(&history, 1.0, &criteria);
        assert_eq!(Shape::from_trend(&trend, &history, &Variance::default(), &Spikes::default()), None);
    }
}
