//! Forecast of the time until the ceiling is reached: a range, never one number.

use crate::model::Ceiling;

use super::shape::Shape;
use super::trend::Growth;

/// Time until the ceiling is reached if growth continues.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Forecast {
    /// Earliest time, in seconds from the last sample: at the upper end of the rate's interval.
    pub not_before_s: Option<f64>,
    /// Likely latest time, in seconds from the last sample: at the lower end of the interval; `None` when that is not
    /// above 0.
    pub likely_by_s: Option<f64>,
}

impl Forecast {
    /// Divides the headroom by both ends of the rate's interval. Growth that accelerates has no earliest time that the
    /// current rate could tell.
    pub(crate) fn from_growth(growth: &Growth, shape: Option<Shape>, ceiling: Option<&Ceiling>) -> Self {
        let Some(ceiling) = ceiling else { return Self::default() };
        let earliest = growth.ci_high.filter(|_| shape != Some(Shape::Accelerating));
        Self { not_before_s: seconds_until(ceiling, earliest), likely_by_s: seconds_until(ceiling, growth.ci_low) }
    }
}

/// Returns the seconds until the ceiling is reached at a rate; `None` at one that is not above 0.
fn seconds_until(ceiling: &Ceiling, rate: Option<f64>) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
    let headroom = ceiling.headroom_bytes() as f64;
    rate.filter(|rate| *rate > 0.0).map(|rate| headroom / rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CeilingKind;

    const CEILING: Ceiling = Ceiling { kind: CeilingKind::User, limit_bytes: 1000, used_bytes: 200 };

    fn growth(low: f64, high: f64) -> Growth {
        Growth { ci_low: Some(low), ci_high: Some(high), ..Growth::default() }
    }

    #[test]
    fn the_range_comes_from_the_interval_of_the_rate() {
        let range = Forecast::from_growth(&growth(1.0, 4.0), Some(Shape::Linear), Some(&CEILING));
        assert_eq!((range.not_before_s, range.likely_by_s), (Some(200.0), Some(800.0)));
    }

    #[test]
    fn accelerating_growth_has_no_earliest_time() {
        let range = Forecast::from_growth(&growth(1.0, 4.0), Some(Shape::Accelerating), Some(&CEILING));
        assert_eq!((range.not_before_s, range.likely_by_s), (None, Some(800.0)));
    }

    #[test]
    fn an_interval_that_includes_0_has_no_latest_time() {
        assert_eq!(Forecast::from_growth(&growth(-1.0, 4.0), None, Some(&CEILING)).likely_by_s, None);
        assert_eq!(Forecast::from_growth(&growth(1.0, 4.0), None, None), Forecast::default());
    }
}
