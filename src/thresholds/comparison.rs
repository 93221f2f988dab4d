//! Compares a measured value with a limit. A limit inside the interval is undecided.

use crate::units::Span;

use super::expr::Expression;
use super::extra_looks::Widening;
use super::measurement::Measurement;
use super::metric::Metric;
use super::result::Decision;

/// Returns the decision and a sentence for it. `what` names the compared value.
pub(super) fn compare(expression: &Expression, measured: &Measurement, limit: f64, what: &str) -> (Decision, String) {
    let metric = &expression.metric;
    let comparison = expression.comparison;
    let is_upward = comparison.is_upward();
    let (near, far) = if is_upward { (measured.low, measured.high) } else { (measured.high, measured.low) };
    let (certain, possible) = (comparison.holds(near, limit), comparison.holds(far, limit));
    let decision = match (certain, possible) {
        (_, false) => Decision::Pass,
        (true, true) if !measured.may_settle && !measured.is_unproved => Decision::Fail,
        _ => Decision::Undecided,
    };
    let mut text = format!("{what} {}", value_with_interval(metric, measured));
    if decision == Decision::Undecided {
        match &measured.withheld {
            _ if measured.may_settle && certain => {
                text.push_str(". The growth may settle; run longer, or exclude the start with --warmup");
            }
            Some(reason) if certain => text.push_str(&format!(". Not proved yet: {reason}")),
            None if certain => text.push_str(". Not proved yet"),
            _ => text.push_str(". Too noisy to decide"),
        }
        if let Some(seconds) = seconds_to_decide(measured, limit).filter(|_| !(measured.may_settle && certain)) {
            // A unit of work takes the place of a second.
            let more =
                if metric.per_work { format!("{seconds:.0} units of work") } else { Span(seconds.ceil()).to_string() };
            text.push_str(&format!("; run for at least another {more}"));
        }
    }
    (decision, text)
}

/// Formats a value with its confidence interval, if it has one.
fn value_with_interval(metric: &Metric, measured: &Measurement) -> String {
    let value = metric.format(measured.value);
    if measured.low < measured.high {
        let percent = percent(measured.confidence);
        let why = if measured.confidence > Widening::NONE.confidence { " (wider for repeated looks)" } else { "" };
        format!("{value}, {percent} % CI{why} {} to {}", metric.format(measured.low), metric.format(measured.high))
    } else {
        value
    }
}

/// Formats a confidence in per cent, rounded to a tenth: `95`, `99.7`.
fn percent(confidence: f64) -> f64 {
    (1000.0 * confidence).round() / 10.0
}

/// Returns the seconds until growth at the limit can be decided; `None` if it can be now, or never will.
///
/// The error of a slope shrinks with the 1.5th power of the time it is measured over.
pub(super) fn seconds_to_decide(measured: &Measurement, limit: f64) -> Option<f64> {
    let (rate, span) = measured.detectable?;
    // The limit is excluded if its distance to the estimate exceeds the error. The distance is at least a tenth of it.
    let distance = (limit - measured.value.max(0.0)).abs().max(limit.abs() * 0.1);
    let needed = span * (rate / distance).powf(2.0 / 3.0);
    Some(needed - span).filter(|seconds| seconds.is_finite() && *seconds > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thresholds::Limit;

    fn decision(text: &str, low: f64, value: f64, high: f64) -> Decision {
        let expression: Expression = text.parse().expect("an expression");
        let Limit::Fixed(limit) = expression.limit else { panic!("a fixed limit") };
        let measured = Measurement { low, high, ..Measurement::exact(value) };
        compare(&expression, &measured, limit, "measured").0
    }

    #[test]
    fn the_interval_decides_and_not_the_estimate() {
        for (low, value, high, wanted) in [
            (2.0, 3.0, 4.0, Decision::Fail),
            (0.5, 3.0, 4.0, Decision::Undecided),
            (-1.0, 0.1, 0.9, Decision::Pass),
            (1.0, 3.0, 4.0, Decision::Undecided),
        ] {
            assert_eq!(decision("growth(memory) > 1B/s", low, value, high), wanted, "{low} {value} {high}");
        }
        assert_eq!(decision("growth(memory) >= 1B/s", 1.0, 3.0, 4.0), Decision::Fail);
        assert_eq!(decision("growth(memory) < 1B/s", -1.0, 0.1, 0.9), Decision::Fail);
        assert_eq!(decision("growth(memory) < 1B/s", 0.1, 0.9, 1.1), Decision::Undecided);
        assert_eq!(decision("peak(rss) > 10B", 11.0, 11.0, 11.0), Decision::Fail);
        assert_eq!(decision("peak(rss) > 10B", 10.0, 10.0, 10.0), Decision::Pass);
    }

    #[test]
    fn growth_per_work_needs_more_work_and_not_more_time() {
        let measured = Measurement { low: -8.0, high: 10.0, detectable: Some((9.0, 500.0)), ..Measurement::exact(1.0) };
        let text = |text: &str| compare(&text.parse().expect("an expression"), &measured, 2.0, "measured").1;
        assert!(text("growth(memory) per work > 2B").ends_with("units of work"));
        assert!(!text("growth(memory) > 2B/s").contains("units of work"));
    }

    #[test]
    fn a_message_has_the_value_the_interval_and_the_next_action() {
        let expression: Expression = "growth(memory) > 1MiB/h".parse().expect("an expression");
        let mib_per_hour = 1_048_576.0 / 3600.0;
        let measured = Measurement {
            low: -10.0 * mib_per_hour,
            high: 20.0 * mib_per_hour,
            detectable: Some((20.0 * mib_per_hour, 60.0)),
            ..Measurement::exact(5.0 * mib_per_hour)
        };
        let text = compare(&expression, &measured, mib_per_hour, "measured").1;
        let wanted =
            "measured +5.00 MiB/h, 95 % CI -10.0 MiB/h to +20.0 MiB/h. Too noisy to decide; run for at least another ";
        assert!(text.starts_with(wanted), "{text}");
        let passed = Measurement { high: 0.0, ..measured };
        assert!(compare(&expression, &passed, mib_per_hour, "measured").1.ends_with("to 0 B/h"));
    }

    #[test]
    fn an_interval_for_repeated_looks_says_so() {
        let expression: Expression = "growth(memory) > 1B/s".parse().expect("an expression");
        let measured = Measurement { low: 8.0, high: 10.0, confidence: 0.997, ..Measurement::exact(9.0) };
        let message = compare(&expression, &measured, 1.0, expression.metric.measured_value()).1;
        assert!(message.starts_with("mean growth +"), "{message}");
        assert!(message.contains(", 99.7 % CI (wider for repeated looks) "), "{message}");
    }

    #[test]
    fn growth_that_the_verdict_withholds_names_the_reason() {
        let expression: Expression = "growth(memory) > 1B/s".parse().expect("an expression");
        let withheld = Some("its heap is still in its first collections".to_owned());
        let measured = Measurement { low: 8.0, high: 10.0, is_unproved: true, withheld, ..Measurement::exact(9.0) };
        let (decision, message) = compare(&expression, &measured, 1.0, "measured");
        assert_eq!(decision, Decision::Undecided);
        assert!(message.ends_with("Not proved yet: its heap is still in its first collections"), "{message}");
    }

    #[test]
    fn growth_that_may_settle_does_not_fail() {
        let expression: Expression = "growth(memory) > 1B/s".parse().expect("an expression");
        let measured = Measurement { low: 8.0, high: 10.0, may_settle: true, ..Measurement::exact(9.0) };
        let (decision, message) = compare(&expression, &measured, 1.0, "measured");
        assert_eq!(decision, Decision::Undecided);
        assert!(message.contains("--warmup"), "{message}");
    }
}
