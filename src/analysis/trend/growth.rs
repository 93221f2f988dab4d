//! Growth rate of one series with its interval, and the smallest rate that could have been detected.

use super::judgement::Judgement;
use super::series_trend::SeriesTrend;
use super::start_up::MIN_SAMPLES;
use super::withheld::Withheld;
use crate::analysis::settings::ThresholdOrigin;
use crate::analysis::status::Status;
use crate::units::Axis;

const HOUR: f64 = 3600.0;
/// Further part of the watch after which undecided series were decided: the median over recordings of pods, hosts and
/// heaps.
const SWINGS_PART: f64 = 0.2;

/// Growth rate of one series: per second in bytes, or in numbers for descriptors and threads.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Growth {
    /// Best estimate of the rate; 0 for a series without any change, `None` when unknown.
    pub rate: Option<f64>,
    /// Lower end of the 95 % interval.
    pub ci_low: Option<f64>,
    /// Upper end of the 95 % interval.
    pub ci_high: Option<f64>,
    /// The rate in per cent of the level per hour.
    pub percent_per_hour: Option<f64>,
    /// Mean growth over the watch with its 95 % interval, for thresholds. It is narrower than that of the rate, because it
    /// does not ask for the growth at the end; `None` when unknown.
    pub mean: Option<Interval>,
    /// Rate in the newest part of the watch: an eighth of it, or an hour if that is longer; `None` when unknown.
    pub recent_rate: Option<f64>,
    /// Threshold that the rate is compared with.
    pub threshold: f64,
    /// Origin of the threshold of memory.
    pub threshold_origin: ThresholdOrigin,
    /// Smallest rate that could have been proven; `None` when nothing could be tested.
    pub smallest_detectable: Option<f64>,
    /// Further seconds until a rate at the threshold can be proven; `None` when unknown.
    pub seconds_to_decide: Option<f64>,
    /// Time covered by the estimate, in seconds.
    pub span_s: f64,
    /// Axis of the rates: on an axis of work a second is one unit.
    pub axis: Axis,
}

/// A rate with its 95 % interval, per second.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Interval {
    /// Best estimate.
    pub rate: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Growth {
    /// Takes the rate from the trend of a series.
    pub(crate) fn from_trend(trend: &SeriesTrend) -> Self {
        let threshold = trend.threshold;
        let Some(j) = &trend.judgement else {
            let Some(unchanged) = trend.unchanged else {
                let left = trend.extent.missing_s();
                return Self { threshold, seconds_to_decide: Some(left).filter(|left| *left > 0.0), ..Self::default() };
            };
            let needed = unchanged.observed_s * unchanged.resolved / threshold.max(f64::MIN_POSITIVE);
            return Self {
                rate: Some(0.0),
                threshold,
                smallest_detectable: Some(unchanged.resolved),
                seconds_to_decide: remaining(needed, unchanged.observed_s),
                ..Self::default()
            };
        };
        Self {
            rate: Some(j.rate.rate),
            ci_low: Some(j.rate.low),
            ci_high: Some(j.rate.high),
            percent_per_hour: (trend.level > 0.0).then(|| 100.0 * HOUR * j.rate.rate / trend.level),
            threshold,
            threshold_origin: ThresholdOrigin::Level,
            smallest_detectable: Some(j.rate.detectable),
            mean: Some(Interval { rate: j.rate.mean.rate, low: j.rate.mean.low, high: j.rate.mean.high }),
            recent_rate: trend.recent_rate,
            seconds_to_decide: seconds_to_decide(trend, j),
            span_s: j.span,
            axis: Axis::Time,
        }
    }

    /// Returns the growth on an axis. Work has no hours: a threshold by time does not hold for it.
    pub(crate) fn on(self, axis: Axis) -> Self {
        if axis == Axis::Time {
            return Self { axis, ..self };
        }
        Self { axis, percent_per_hour: None, threshold_origin: ThresholdOrigin::Level, ..self }
    }

    /// Returns the smallest rate that would have been detected, per second: provable, outside the interval, and not below
    /// the threshold.
    #[must_use]
    pub fn detection_limit(&self) -> Option<f64> {
        self.smallest_detectable.map(|least| self.ci_high.map_or(least, |high| least.max(high)).max(self.threshold))
    }
}

/// Returns the seconds until the interval excludes growth above the threshold, which it does as it shrinks with the 1.5th
/// power of the time. In a standing watch ranks and lows decide sooner where noise comes in long swings.
fn seconds_to_decide(trend: &SeriesTrend, j: &Judgement) -> Option<f64> {
    if let (Status::Suspect, Some(Withheld::Distance { wait_s, .. })) = (trend.status, trend.withheld) {
        return wait_s;
    }
    if trend.status != Status::InsufficientData {
        return Some(0.0);
    }
    if let Some(few) = &trend.proof.few {
        return Some(
            few.needed.map_or(trend.extent.missing_s_of(MIN_SAMPLES), |more| readings_of(more) * trend.extent.pause_s),
        );
    }
    let threshold = trend.threshold.max(f64::MIN_POSITIVE);
    let needed = j.span * (j.rate.high.max(j.rate.detectable) / threshold).powf(2.0 / 3.0);
    let longest = if trend.extent.is_standing { (1.0 + SWINGS_PART) * j.span } else { f64::INFINITY };
    let earliest = j.span + trend.extent.seconds_until_bounded(j.span);
    remaining(needed.min(longest).max(earliest), j.span).filter(|seconds| *seconds > 0.0)
}

#[expect(clippy::cast_precision_loss, reason = "some dozen readings")]
fn readings_of(readings: usize) -> f64 {
    readings as f64
}

fn remaining(needed: f64, observed: f64) -> Option<f64> {
    Some((needed - observed).max(0.0)).filter(|seconds| seconds.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::history::History;
    use crate::analysis::trend::criteria::Criteria;
    use crate::analysis::trend::growth_search::judge_series;

    fn growth(samples: u16, value: impl Fn(u16) -> f64) -> Growth {
        let mut history = History::default();
        (0..samples).for_each(|i| history.push(f64::from(i), value(i)));
        let criteria = Criteria::fixed(0.001);
        Growth::from_trend(&judge_series(&history, 1.0, &criteria))
    }

    #[test]
    fn a_series_without_any_change_has_the_rate_0() {
        let flat = growth(101, |_| 5.0);
        assert_eq!((flat.rate, flat.smallest_detectable, flat.ci_low), (Some(0.0), Some(0.01), None));
        assert_eq!(flat.seconds_to_decide, Some(900.0));
        assert_eq!(flat.detection_limit(), Some(0.01));
    }

    #[test]
    fn a_short_series_has_no_rate() {
        assert_eq!(growth(10, |_| 5.0).rate, None);
        assert_eq!(growth(0, |_| 5.0), Growth { threshold: 0.001, ..Growth::default() });
    }

    #[test]
    fn a_line_has_its_rate_and_share_of_the_level() {
        let line = growth(201, |i| 1000.0 + 5.0 * f64::from(i));
        assert!(line.rate.is_some_and(|rate| (rate - 5.0).abs() < 0.01));
        assert!(line.percent_per_hour.is_some_and(|share| (share - 900.0).abs() < 5.0), "{line:?}");
        assert!(line.ci_low <= line.rate && line.rate <= line.ci_high);
    }

    #[test]
    fn the_detection_limit_is_never_within_the_interval() {
        let growth = Growth { smallest_detectable: Some(1.0), ci_high: Some(3.0), ..Growth::default() };
        assert_eq!(growth.detection_limit(), Some(3.0));
    }
}
