//! Reasons from the evidence of the named analyses.

use crate::analysis::consistent_growth::ConsistentGrowth;
use crate::analysis::status::Status;
use crate::analysis::trend::series_trend::SeriesTrend;

use super::assessment::Assessment;
use super::reason::{Reason, Rule, Unit};
use super::sentence::Sentence;

/// Returns the evidence of rising floors.
pub(super) fn consistent_growth(assessment: &Assessment) -> Option<Reason> {
    let evidence = &assessment.consistent_growth;
    let p = evidence.p_value?;
    Some(Reason {
        rule: Rule::ConsistentGrowth,
        for_leak: evidence.found,
        value: Some(p),
        threshold: Some(ConsistentGrowth::MAX_P),
        unit: Unit::P,
        span_s: assessment.observed_s.min(assessment.growth.span_s.max(0.0)),
        wording: Sentence::RisingFloor {
            rising: count(evidence.rising()),
            steps: count(evidence.steps()),
            tau: evidence.tau.unwrap_or(0.0),
            longest_run: count(evidence.longest_run),
        }
        .into(),
    })
}

/// Returns the cycle of the series.
pub(super) fn variance(assessment: &Assessment) -> Option<Reason> {
    let evidence = &assessment.variance;
    let (period_s, swing) = (evidence.cycle_s?, evidence.swing_bytes?);
    Some(Reason {
        rule: Rule::Variance,
        for_leak: false,
        value: evidence.coefficient_of_variation,
        threshold: None,
        unit: Unit::Ratio,
        span_s: assessment.observed_s,
        wording: Sentence::Cycle { swing, period_s }.into(),
    })
}

/// Returns the spikes.
pub(super) fn spike(assessment: &Assessment) -> Option<Reason> {
    let spikes = &assessment.spikes;
    let latest = spikes.latest?;
    Some(Reason {
        rule: Rule::Spike,
        // A rise that returns is not a leak. One that stays is part of the growth.
        for_leak: spikes.returned == 0,
        value: Some(latest.rise_bytes),
        threshold: None,
        unit: Unit::Bytes,
        span_s: assessment.observed_s,
        wording: Sentence::Spikes { count: spikes.count, returned: spikes.returned }.into(),
    })
}

/// Returns the sentence that joins `stable` and a forecast.
pub(super) fn stable_with_forecast(trend: &SeriesTrend, assessment: &Assessment) -> Option<Reason> {
    let full_in_s = assessment.forecast.likely_by_s.filter(|_| trend.status == Status::Stable)?;
    Some(Reason {
        rule: Rule::Forecast,
        for_leak: true,
        value: Some(full_in_s),
        threshold: None,
        unit: Unit::Seconds,
        span_s: assessment.observed_s,
        wording: Sentence::SlowlyFull { rate: assessment.growth.rate.unwrap_or(0.0) }.into(),
    })
}

/// Returns a number of blocks in the width that a reason keeps.
fn count(blocks: u64) -> u32 {
    u32::try_from(blocks).unwrap_or(u32::MAX)
}
