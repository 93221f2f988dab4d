//! Holds a measured value against a limit: what lies between the ends of an interval is not decided.

use crate::units::Span;

use super::answer::Outcome;
use super::expression::Expression;
use super::measure::Measured;

/// What a value comes to, and a sentence for it. `what` is how it is called.
pub(super) fn judge(expression: &Expression, measured: &Measured, limit: f64, what: &str) -> (Outcome, String) {
    let metric = &expression.metric;
    let holds = |value: f64| expression.comparison.holds(value, limit);
    let (certain, possible) = if expression.comparison.is_upward() {
        (holds(measured.low), holds(measured.high))
    } else {
        (holds(measured.high), holds(measured.low))
    };
    let outcome = match (certain, possible) {
        (_, false) => Outcome::Pass,
        (true, true) if !measured.settling && !measured.unproved => Outcome::Fail,
        _ => Outcome::Inconclusive,
    };
    let held = metric.show(limit);
    let value = if measured.low < measured.high {
        let (value, low, high) = (metric.show(measured.value), metric.show(measured.low), metric.show(measured.high));
        format!("{what} is {value} (95 % interval {low} to {high})")
    } else {
        format!("{what} is {}", metric.show(measured.value))
    };
    let message = match outcome {
        Outcome::Pass => format!("{value}; the limit is {held}"),
        Outcome::Fail => format!("{value}: {} of {held}", wrong_side(expression)),
        Outcome::Inconclusive if measured.settling && certain => {
            format!(
                "{value}, the limit is {held}, but it may settle: watch longer, or leave the start out with --warmup"
            )
        }
        Outcome::Inconclusive => {
            let why = if certain { "is not proved to be exceeded" } else { "is within the interval" };
            let mut text = format!("{value}: the limit of {held} {why}");
            if let Some((rate, _)) = measured.detectable {
                // What is within the interval may be there.
                let rate = rate.max(measured.high);
                text.push_str(&format!("; a leak of {} would have been seen", metric.show(rate)));
            }
            if let Some(seconds) = seconds_to_decide(measured, limit) {
                // A unit of work takes the place of a second.
                let more =
                    if metric.per_work { format!("{seconds:.0} units of work") } else { Span(seconds).to_string() };
                text.push_str(&format!("; watch for {more} more"));
            }
            text
        }
    };
    (outcome, message)
}

fn wrong_side(expression: &Expression) -> &'static str {
    if expression.comparison.is_upward() { "over the limit" } else { "under the limit" }
}

/// How much longer it takes until growth at the limit can be seen, in seconds; `None` when it can be, or never will.
///
/// The error of a slope shrinks with the 1.5th power of the time it is measured over.
pub(super) fn seconds_to_decide(measured: &Measured, limit: f64) -> Option<f64> {
    let (rate, span) = measured.detectable?;
    // To be excluded, the limit must be so far above the estimate as the error is; at most a tenth of it is assumed.
    let apart = (limit - measured.value.max(0.0)).abs().max(limit.abs() * 0.1);
    let needed = span * (rate / apart).powf(2.0 / 3.0);
    Some(needed - span).filter(|seconds| seconds.is_finite() && *seconds > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(text: &str, low: f64, value: f64, high: f64) -> Outcome {
        let expression: Expression = text.parse().expect("an expression");
        let super::super::expression::Limit::Fixed(limit) = expression.limit else { panic!("a fixed limit") };
        let measured = Measured { low, high, ..Measured::exact(value) };
        judge(&expression, &measured, limit, "it").0
    }

    #[test]
    fn the_interval_decides_and_not_the_estimate() {
        for (low, value, high, wanted) in [
            (2.0, 3.0, 4.0, Outcome::Fail),
            (0.5, 3.0, 4.0, Outcome::Inconclusive),
            (-1.0, 0.1, 0.9, Outcome::Pass),
            (1.0, 3.0, 4.0, Outcome::Inconclusive),
        ] {
            assert_eq!(outcome("growth(memory) > 1B/s", low, value, high), wanted, "{low} {value} {high}");
        }
        assert_eq!(outcome("growth(memory) >= 1B/s", 1.0, 3.0, 4.0), Outcome::Fail);
        assert_eq!(outcome("growth(memory) < 1B/s", -1.0, 0.1, 0.9), Outcome::Fail);
        assert_eq!(outcome("growth(memory) < 1B/s", 0.1, 0.9, 1.1), Outcome::Inconclusive);
        assert_eq!(outcome("peak(rss) > 10B", 11.0, 11.0, 11.0), Outcome::Fail);
        assert_eq!(outcome("peak(rss) > 10B", 10.0, 10.0, 10.0), Outcome::Pass);
    }

    #[test]
    fn growth_by_work_takes_more_work_and_not_more_time() {
        let measured = Measured { low: -8.0, high: 10.0, detectable: Some((9.0, 500.0)), ..Measured::exact(1.0) };
        let said = |text: &str| judge(&text.parse().expect("an expression"), &measured, 2.0, "it").1;
        assert!(said("growth(memory) per work > 2B").ends_with("units of work more"));
        assert!(!said("growth(memory) > 2B/s").contains("units of work"));
    }

    #[test]
    fn what_is_within_the_interval_would_not_have_been_seen() {
        let expression: Expression = "growth(memory) > 1MiB/s".parse().expect("an expression");
        let seen = |high: f64| {
            let measured = Measured { low: -1e6, high, detectable: Some((2e6, 60.0)), ..Measured::exact(0.5e6) };
            judge(&expression, &measured, 1e6, "it").1
        };
        let rate = |value: f64| format!("a leak of {} would", expression.metric.show(value));
        assert!(seen(4e6).contains(&rate(4e6)) && seen(1.5e6).contains(&rate(2e6)), "{}", seen(4e6));
    }

    #[test]
    fn a_start_that_may_settle_does_not_fail() {
        let expression: Expression = "growth(memory) > 1B/s".parse().expect("an expression");
        let measured = Measured { low: 8.0, high: 10.0, settling: true, ..Measured::exact(9.0) };
        let (outcome, message) = judge(&expression, &measured, 1.0, "it");
        assert_eq!(outcome, Outcome::Inconclusive);
        assert!(message.contains("--warmup"), "{message}");
    }
}
