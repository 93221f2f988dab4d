//! The growth rate of one series with its interval, and how small a rate could have been seen.

use super::evidence::Growth;
use super::series::Finding;

const HOUR: f64 = 3600.0;

/// The rate that a finding rests on.
pub(super) fn growth(finding: &Finding) -> Growth {
    let mut out = Growth { threshold: finding.threshold, ..Growth::default() };
    let Some(j) = &finding.judgement else {
        if let Some((resolved, observed)) = finding.unmoved {
            out.smallest_detectable = Some(resolved);
            let longer = observed * resolved / finding.threshold.max(f64::MIN_POSITIVE) - observed;
            out.seconds_to_decide = Some(longer.max(0.0)).filter(|s| s.is_finite());
        }
        return out;
    };
    out.rate = Some(j.rate);
    out.ci_low = Some(j.low);
    out.ci_high = Some(j.high);
    out.percent_per_hour = (finding.level > 0.0).then(|| 100.0 * HOUR * j.rate / finding.level);
    out.smallest_detectable = Some(j.detectable);
    out.span_s = j.span;
    // the error of a slope shrinks with the 1.5th power of the time it is measured over
    let needed = j.span * (j.detectable / finding.threshold.max(f64::MIN_POSITIVE)).powf(2.0 / 3.0);
    out.seconds_to_decide = Some((needed - j.span).max(0.0)).filter(|s| s.is_finite());
    out
}
