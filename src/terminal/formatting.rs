//! Formats of values, verdicts and limits of targets as people read them.

use crate::alert::{Alert, AlertState};
use crate::analysis::{Assessment, Growth, Resource, ResourceAssessment, Rule, Unit};
use crate::escape;
use crate::event::Target;
use crate::model::{Ceiling, CeilingKind, Counter};
use crate::units::{Axis, Bytes, SignedBytes, Span};

/// Text of an unknown value.
pub(super) const UNKNOWN: &str = "-";

/// Seconds below which a forecast is `now`.
const NOW_S: f64 = 1.0;

/// Returns the name of a target with what identifies it, escaped: `node app.js (4242)`.
#[must_use]
pub fn describe_target(target: &Target) -> String {
    escape::terminal(&target.describe()).into_owned()
}

/// Returns the status with the resource, unless that is memory: `leaking (fds)`.
pub(super) fn format_verdict(assessment: &Assessment) -> String {
    let status = assessment.verdict.status.label();
    match assessment.verdict.resource {
        Some(Resource::Fds) => format!("{status} (fds)"),
        Some(Resource::Threads) => format!("{status} (threads)"),
        _ => status.to_owned(),
    }
}

/// Returns an amount of memory.
pub(super) fn format_bytes(value: Option<u64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| Bytes(value).to_string())
}

/// Returns the growth of RSS since the first sample.
pub(super) fn format_rss_change(target: &Target) -> String {
    let level = &target.assessment.rss;
    match level.first().zip(target.current.reading.value(Counter::Rss)) {
        Some((first, last)) => {
            let size = i64::try_from(last.abs_diff(first)).unwrap_or(i64::MAX);
            SignedBytes(if last < first { -size } else { size }).to_string()
        }
        None => UNKNOWN.to_owned(),
    }
}

/// Returns the rate of memory.
pub(super) fn format_memory_rate(growth: &Growth) -> String {
    format_growth(Resource::Memory, growth)
}

/// Returns the rate of a resource: `+2.40 MiB/h`, `+120/h`.
pub(super) fn format_growth(resource: Resource, growth: &Growth) -> String {
    growth.rate.map_or_else(|| UNKNOWN.to_owned(), |rate| format_rate(growth.axis, resource, rate))
}

/// Returns a rate of a resource, with its sign.
pub(super) fn format_rate(axis: Axis, resource: Resource, per_second: f64) -> String {
    match resource {
        Resource::Memory => axis.byte_rate(per_second),
        _ => axis.count_rate(per_second),
    }
}

/// Returns the 95 % confidence interval of the rate of memory.
pub(super) fn format_memory_interval(growth: &Growth) -> String {
    format_interval(Resource::Memory, growth).unwrap_or_else(|| UNKNOWN.to_owned())
}

/// Returns the 95 % confidence interval of a rate: `+1.9 to +2.9 MiB/h`. The unit is given once if both ends share it.
pub(super) fn format_interval(resource: Resource, growth: &Growth) -> Option<String> {
    let (low, high) = growth.ci_low.zip(growth.ci_high)?;
    if !low.is_finite() || !high.is_finite() {
        return None;
    }
    let (low, high) = (format_rate(growth.axis, resource, low), format_rate(growth.axis, resource, high));
    let unit = high.find([' ', '/']).map_or("", |at| &high[at..]);
    let axis = high.find(" per ").map_or("/h", |at| &high[at..]);
    let low = low.strip_suffix(unit).or_else(|| low.strip_suffix(axis)).unwrap_or(&low);
    Some(format!("{low} to {high}"))
}

/// Returns the threshold of the rate that decided: `2 MiB/h`.
pub(super) fn format_threshold(assessment: &Assessment) -> Option<String> {
    let reason = assessment.verdict.reasons.iter().find(|reason| reason.rule == Rule::GrowthRate)?;
    let threshold = reason.threshold?;
    Some(match reason.unit {
        Unit::BytesPerSecond => {
            let limit = assessment.growth.axis.byte_limit(threshold);
            format!("{limit}{}", assessment.growth.threshold_origin.suffix())
        }
        _ => assessment.growth.axis.count_limit(threshold),
    })
}

/// Returns the time until the ceiling is reached: `3 h to 5 h`.
pub(super) fn format_forecast(assessment: &Assessment) -> String {
    let span = |seconds| assessment.growth.axis.span(seconds);
    match (assessment.forecast.not_before_s, assessment.forecast.likely_by_s) {
        (_, Some(to)) if to < NOW_S => "now".to_owned(),
        (Some(from), Some(to)) if span(from) == span(to) => span(to),
        (Some(from), Some(to)) => format!("{} to {}", span(from), span(to)),
        (Some(from), None) => format!("not before {}", span(from)),
        (None, Some(to)) => format!("within {}", span(to)),
        (None, None) => UNKNOWN.to_owned(),
    }
}

/// Returns the forecast as a sentence: `host memory (23.5 GiB) full in 3 h to 5 h`; `None` without a forecast.
pub(super) fn forecast_sentence(target: &Target) -> Option<String> {
    if target.lifetime.ended.is_some() {
        return None;
    }
    let forecast = &target.assessment.forecast;
    forecast.not_before_s.or(forecast.likely_by_s)?;
    let ceiling = target.current.ceiling.as_ref()?;
    let when = match (forecast.not_before_s, forecast.likely_by_s) {
        (_, Some(to)) if to < NOW_S => "now".to_owned(),
        (Some(from), None) => format!("in {} at the earliest", target.assessment.growth.axis.span(from)),
        (None, _) => format_forecast(&target.assessment),
        _ => format!("in {}", format_forecast(&target.assessment)),
    };
    Some(format!("{} {when}", ceiling_clause(ceiling)))
}

fn ceiling_clause(ceiling: &Ceiling) -> String {
    let size = Bytes(ceiling.limit_bytes);
    match ceiling.kind {
        CeilingKind::User => format!("--limit ({size}) reached"),
        CeilingKind::Recording => format!("recorded limit ({size}) reached"),
        CeilingKind::CgroupMax => format!("memory limit of its cgroup ({size}) reached"),
        CeilingKind::CgroupHigh => format!("throttling limit of its cgroup ({size}) reached"),
        CeilingKind::Rlimit => format!("its resource limit ({size}) reached"),
        CeilingKind::Host => format!("host memory ({size}) full"),
    }
}

/// Returns the name of a resource for people.
pub(super) fn resource_label(resource: Resource) -> &'static str {
    match resource {
        Resource::Memory => "memory",
        Resource::Fds => Counter::Fds.label(),
        Resource::Threads => Counter::Threads.label(),
    }
}

/// Returns a resource with its own verdict: `descriptors leaking, +120/h, 14 now`.
pub(super) fn format_resource(known: &ResourceAssessment) -> String {
    let (status, rate) = (known.status.label(), format_growth(known.resource, &known.growth));
    let now = known.level.last().unwrap_or(0);
    let now = if known.resource == Resource::Memory { Bytes(now).to_string() } else { now.to_string() };
    format!("{} {status}, {rate}, {now} now", resource_label(known.resource))
}

/// Returns the length of the observation: `40 min`, `4 s after 6 s of warm-up`.
pub(super) fn format_observation(target: &Target) -> String {
    let observed = target.assessment.growth.axis.span(target.assessment.observed_s.round());
    let warm_up = target.lifetime.excluded_s.round();
    if warm_up < 1.0 { observed } else { format!("{observed} after {} of warm-up", Span(warm_up)) }
}

/// Returns the age of a process.
pub(super) fn format_age(target: &Target) -> String {
    let seen_s = target.lifetime.seen_s();
    target.lifetime.age_s.map_or_else(|| UNKNOWN.to_owned(), |age_s| Span(age_s + seen_s).to_string())
}

/// Returns an alert as one line: `leak of node app.js (4242): memory grows by +70.1 MiB/h …`.
pub(super) fn format_alert(target: Option<&Target>, alert: &Alert) -> String {
    let kind = alert.kind.name().replace('_', " ");
    let subject = target.map_or_else(|| "host".to_owned(), describe_target);
    let message = escape::terminal(&alert.message);
    match alert.state {
        AlertState::Firing => format!("{kind}: {subject}: {message}"),
        AlertState::Resolved => {
            let message = message.strip_prefix("resolved ").unwrap_or(&message);
            format!("resolved: {kind}: {subject}: {message}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Settings, Tracker};

    fn growth(rate: f64, low: f64, high: f64) -> Growth {
        let settings = Settings::default();
        let mut growth = Tracker::new(&settings, None).assess(&settings, None).growth;
        (growth.rate, growth.ci_low, growth.ci_high) = (Some(rate), Some(low), Some(high));
        growth
    }

    #[test]
    fn an_interval_gives_its_unit_once() {
        let per_hour = f64::from(1 << 20) / 3600.0;
        let same = growth(2.0 * per_hour, 1.5 * per_hour, 2.5 * per_hour);
        assert_eq!(format_interval(Resource::Memory, &same).as_deref(), Some("+1.50 to +2.50 MiB/h"));
        let mixed = growth(2.0 * per_hour, 0.5 * per_hour, 2.5 * per_hour);
        assert_eq!(format_interval(Resource::Memory, &mixed).as_deref(), Some("+512 KiB to +2.50 MiB/h"));
        let count = growth(0.0, 1.0, 2.0);
        assert_eq!(format_interval(Resource::Fds, &count).as_deref(), Some("+3600 to +7200/h"));
        assert_eq!(format_growth(Resource::Fds, &count), "0/h", "a flat series");
    }

    #[test]
    fn a_forecast_is_a_range_of_time() {
        let settings = Settings::default();
        let mut known = Tracker::new(&settings, None).assess(&settings, None);
        let mut text = |from, to| {
            (known.forecast.not_before_s, known.forecast.likely_by_s) = (from, to);
            format_forecast(&known)
        };
        assert_eq!(text(Some(0.0), Some(0.0)), "now");
        assert_eq!(text(Some(3600.0), Some(3601.0)), "1 h");
        assert_eq!(text(Some(60.0), Some(120.0)), "1 min to 2 min");
        assert_eq!(text(Some(60.0), None), "not before 1 min");
        assert_eq!(text(None, Some(60.0)), "within 1 min");
    }
}
