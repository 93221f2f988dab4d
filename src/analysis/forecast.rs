//! When the ceiling is reached if growth goes on: a range, never one number.

use crate::model::Ceiling;

use super::evidence::{Forecast, Growth, Shape};

/// The time until `ceiling` at the upper and at the lower end of the rate's interval. Growth that accelerates has no
/// earliest time that the rate of now could tell.
pub(super) fn forecast(growth: &Growth, shape: Option<Shape>, ceiling: Option<&Ceiling>) -> Forecast {
    let Some(ceiling) = ceiling else { return Forecast::default() };
    #[expect(clippy::cast_precision_loss, reason = "bytes, to the nearest page")]
    let headroom = ceiling.headroom_bytes() as f64;
    let until = |rate: Option<f64>| rate.filter(|r| *r > 0.0).map(|r| headroom / r);
    let accelerating = shape == Some(Shape::Accelerating);
    Forecast { not_before_s: until(growth.ci_high).filter(|_| !accelerating), likely_by_s: until(growth.ci_low) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CeilingKind;

    #[test]
    fn the_range_is_the_interval_of_the_rate() {
        let growth = Growth { ci_low: Some(1.0), ci_high: Some(4.0), ..Growth::default() };
        let ceiling = Ceiling { kind: CeilingKind::User, limit_bytes: 1000, used_bytes: 200 };
        let range = forecast(&growth, Some(Shape::Linear), Some(&ceiling));
        assert_eq!((range.not_before_s, range.likely_by_s), (Some(200.0), Some(800.0)));
        assert_eq!(forecast(&growth, Some(Shape::Accelerating), Some(&ceiling)).not_before_s, None);
        let open = Growth { ci_low: Some(-1.0), ..growth };
        assert_eq!(forecast(&open, None, Some(&ceiling)).likely_by_s, None);
        assert_eq!(forecast(&growth, None, None), Forecast::default());
    }
}
