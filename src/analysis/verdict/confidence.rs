//! Confidence in a status.

use crate::analysis::stats::normal_tail;
use crate::analysis::status::Status;
use crate::analysis::trend::series_trend::SeriesTrend;

/// Half width of a 95 % interval, in standard errors.
const HALF_WIDTH: f64 = 1.96;

/// Returns the confidence in the status of a trend, from 0 to 1; `None` without a judgement.
///
/// It is the chance that the rate is on its side of the threshold. For growth it also counts the weight of the curve that
/// grows against the best one that does not.
pub(crate) fn confidence(trend: &SeriesTrend) -> Option<f64> {
    let j = trend.judgement.as_ref()?;
    let error = (j.rate.high - j.rate.low) / (2.0 * HALF_WIDTH);
    let above = if error > 0.0 { 1.0 - normal_tail((j.rate.rate - trend.threshold) / error) } else { 0.5 };
    let grows = 1.0 / (1.0 + (-j.tests.lead).exp());
    Some(match trend.status {
        Status::Leaking | Status::Suspect => above * grows.max(0.5),
        Status::Stable => 1.0 - above,
        Status::WarmingUp => 1.0 - grows,
        Status::InsufficientData => above.max(1.0 - above),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::history::History;
    use crate::analysis::trend::criteria::Criteria;
    use crate::analysis::trend::growth_search::judge_series;

    fn trend(rate: f64) -> SeriesTrend {
        let mut history = History::default();
        for i in 0..300_u32 {
            let noise = f64::from(i.wrapping_mul(2_654_435_761) >> 24) / 16.0;
            history.push(f64::from(i), (10_000.0 + rate * f64::from(i) + noise).round());
        }
        let criteria = Criteria::fixed(0.5);
        judge_series(&history, 1.0, &criteria)
    }

    #[test]
    fn clear_statuses_are_confident() {
        for (rate, status) in [(2.0, Status::Leaking), (0.0, Status::Stable)] {
            let trend = trend(rate);
            assert_eq!(trend.status, status);
            assert!(confidence(&trend).is_some_and(|confidence| (0.95..=1.0).contains(&confidence)));
        }
    }

    #[test]
    fn confidence_needs_a_judgement() {
        assert_eq!(confidence(&SeriesTrend { judgement: None, ..trend(0.0) }), None);
    }
}
