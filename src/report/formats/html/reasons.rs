//! Reasons for a verdict, each with its measured value and its threshold in units for people.

use serde::Serialize;

use crate::schema::{Reason, Resource, ResourceEntry, Status, Target};
use crate::units::{Axis, Bytes};

use super::text::shown;

/// Rule that counts major collections instead of samples.
const COLLECTIONS: &str = "collections";

/// Row of the table of reasons.
#[derive(Debug, Serialize)]
pub(super) struct ReasonLine {
    for_leak: bool,
    text: String,
    value: String,
    threshold: String,
}

/// Returns the reasons for the verdict, and a row for each other resource that is suspect or leaking.
pub(super) fn reasons(target: &Target) -> Vec<ReasonLine> {
    let others = target.resources.iter().filter(|other| {
        Some(other.resource) != target.verdict.resource && matches!(other.status, Status::Leaking | Status::Suspect)
    });
    let axis = Axis::from_name(&target.growth.axis);
    target
        .verdict
        .reasons
        .iter()
        .map(|reason| reason_line(axis, reason))
        .chain(others.map(|other| other_line(axis, other)))
        .collect()
}

fn reason_line(axis: Axis, reason: &Reason) -> ReasonLine {
    let (value, threshold) = match reason.unit.as_str() {
        // A log likelihood ratio reads as odds between two curves.
        "log likelihood" => (reason.value.map(odds), reason.threshold.map(|_| "even odds".to_owned())),
        "count" if reason.rule == COLLECTIONS => (reason.value.map(collections), reason.threshold.map(collections)),
        unit => (number(axis, unit, reason.value), number(axis, unit, reason.threshold)),
    };
    ReasonLine {
        for_leak: reason.for_leak,
        text: shown(&reason.text),
        value: value.unwrap_or_default(),
        threshold: threshold.unwrap_or_default().trim_start_matches('+').to_owned(),
    }
}

/// Returns a number of major collections of a heap.
fn collections(count: f64) -> String {
    format!("{count:.0} collections")
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, saturates")]
fn number(axis: Axis, unit: &str, value: Option<f64>) -> Option<String> {
    let value = value?;
    Some(match unit {
        "bytes/s" => axis.byte_rate(value),
        "s" => axis.span(value),
        "per second" => axis.count_rate(value),
        "ratio" => format!("{:.0} %", 100.0 * value),
        "bytes" => Bytes(value.max(0.0) as u64).to_string(),
        "count" => format!("{value:.0} samples"),
        "p" if value < 0.001 => "p < 0.001".to_owned(),
        "p" => format!("p = {value:.3}"),
        "z" => format!("{value:.1} standard errors"),
        _ => format!("{value:.1}"),
    })
}

/// Returns the odds of continued growth against a level or a curve that settles: `odds of growth 20 to 1`.
fn odds(log_likelihood: f64) -> String {
    let times = log_likelihood.abs().exp();
    let times = if times > 1000.0 { "over 1000".to_owned() } else { format!("{times:.0}") };
    let (growth, other) = if log_likelihood < 0.0 { ("1", times.as_str()) } else { (times.as_str(), "1") };
    format!("odds of growth {growth} to {other}")
}

/// Returns a rate of growth in the unit of its resource.
fn rate(axis: Axis, resource: Resource, per_second: f64) -> String {
    match resource {
        Resource::Memory => axis.byte_rate(per_second),
        _ => axis.count_rate(per_second),
    }
}

fn other_line(axis: Axis, other: &ResourceEntry) -> ReasonLine {
    ReasonLine {
        for_leak: true,
        text: format!("{}: {}", other.resource.label(), other.status.words()),
        value: other.rate_per_s.map(|value| rate(axis, other.resource, value)).unwrap_or_default(),
        threshold: rate(axis, other.resource, other.threshold_per_s),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_in_units_for_people() {
        assert_eq!(odds(167.168), "odds of growth over 1000 to 1");
        assert_eq!(odds(-3.0), "odds of growth 1 to 20");
        assert_eq!(number(Axis::Time, "p", Some(1e-9)).as_deref(), Some("p < 0.001"));
        assert_eq!(number(Axis::Time, "p", Some(0.01)).as_deref(), Some("p = 0.010"));
        assert_eq!(number(Axis::Time, "per second", Some(1.0 / 60.0)).as_deref(), Some("+60.0/h"));
        assert_eq!(number(Axis::Time, "count", None), None);
    }
}
