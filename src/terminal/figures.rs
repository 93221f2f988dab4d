//! Figures and verdicts as people read them.

use crate::analysis::{Assessment, Growth, Resource, ResourceAssessment};
use crate::event::Target;
use crate::model::{Ceiling, CeilingKind, Counter};
use crate::units::{ByteRate, Bytes, SignedBytes, Span};

/// What stands where nothing is known.
pub(super) const UNKNOWN: &str = "-";

/// What is full sooner than this is full, in seconds.
const NOW_S: f64 = 1.0;

/// A verdict with what leaks, where that is not memory: `leaking (fds)`.
pub(super) fn verdict_words(assessment: &Assessment) -> String {
    let words = assessment.verdict.status.label();
    match assessment.verdict.resource {
        Some(Resource::Fds) => format!("{words} (fds)"),
        Some(Resource::Threads) => format!("{words} (threads)"),
        _ => words.to_owned(),
    }
}

pub(super) fn bytes(value: Option<u64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| Bytes(value).to_string())
}

/// Growth of RSS since the first sample.
pub(super) fn change(target: &Target) -> String {
    let level = &target.assessment.rss;
    match level.first().zip(target.current.reading.value(Counter::Rss)) {
        Some((first, last)) => {
            let size = i64::try_from(last.abs_diff(first)).unwrap_or(i64::MAX);
            SignedBytes(if last < first { -size } else { size }).to_string()
        }
        None => UNKNOWN.to_owned(),
    }
}

pub(super) fn rate(growth: &Growth) -> String {
    growth.rate.map_or_else(|| UNKNOWN.to_owned(), |rate| ByteRate(rate).to_string())
}

/// The 95 % interval of a rate: `+1.9 MiB/h to +2.9 MiB/h`.
pub(super) fn interval(growth: &Growth) -> String {
    match growth.ci_low.zip(growth.ci_high) {
        Some((low, high)) if low.is_finite() && high.is_finite() => {
            format!("{} to {}", ByteRate(low).to_string().trim_end_matches("/h"), ByteRate(high))
        }
        _ => UNKNOWN.to_owned(),
    }
}

/// When memory is full: `3 h to 5 h`.
pub(super) fn forecast(assessment: &Assessment) -> String {
    match (assessment.forecast.not_before_s, assessment.forecast.likely_by_s) {
        (_, Some(to)) if to < NOW_S => "now".to_owned(),
        (Some(from), Some(to)) if Span(from).to_string() == Span(to).to_string() => Span(to).to_string(),
        (Some(from), Some(to)) => format!("{} to {}", Span(from), Span(to)),
        (Some(from), None) => format!("not before {}", Span(from)),
        _ => UNKNOWN.to_owned(),
    }
}

/// The same as a sentence: `the memory of the host (23.5 GiB) is full in 3 h to 5 h`.
pub(super) fn full(limit: &Ceiling, assessment: &Assessment) -> String {
    let when = match (assessment.forecast.not_before_s, assessment.forecast.likely_by_s) {
        (_, Some(to)) if to < NOW_S => "now".to_owned(),
        (Some(from), None) => format!("not before {} from now", Span(from)),
        _ => format!("in {}", forecast(assessment)),
    };
    format!("{} is full {when}", ceiling(limit))
}

/// A limit in words: `the limit of its control group (512.0 MiB)`.
fn ceiling(ceiling: &Ceiling) -> String {
    let which = match ceiling.kind {
        CeilingKind::User => "the limit you set",
        CeilingKind::CgroupMax => "the limit of its control group",
        CeilingKind::CgroupHigh => "the throttling limit of its control group",
        CeilingKind::Rlimit => "its resource limit",
        CeilingKind::Host => "the memory of the host",
    };
    format!("{which} ({})", Bytes(ceiling.limit_bytes))
}

/// A resource that stands out besides the one that decided: `open files: leaking, +120.0/h, 14 now`.
pub(super) fn other_resource(known: &ResourceAssessment) -> String {
    let status = known.status.label();
    let now = known.level.last().unwrap_or(0);
    let hourly = known.growth.rate.map_or_else(|| UNKNOWN.to_owned(), |rate| format!("{:+.1}/h", rate * 3600.0));
    match known.resource {
        Resource::Memory => format!("memory: {status}, {}, {} now", rate(&known.growth), Bytes(now)),
        Resource::Fds => format!("open files: {status}, {hourly}, {now} now"),
        Resource::Threads => format!("threads: {status}, {hourly}, {now} now"),
    }
}

/// How long a target was looked at, and what of it does not count: `4 s (the first 6 s are left out)`.
pub(super) fn seen(target: &Target) -> String {
    let seen = Span(target.assessment.observed_s.round());
    let left_out = target.lifetime.excluded_s.round();
    if left_out < 1.0 { seen.to_string() } else { format!("{seen} (the first {} are left out)", Span(left_out)) }
}

/// How long a process has run.
pub(super) fn age(target: &Target) -> String {
    let seen = target.lifetime.last_seen.seconds_since(target.lifetime.first_seen);
    Span(target.lifetime.age_s.unwrap_or(0.0) + seen).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Settings, Tracker};

    #[test]
    fn what_is_full_is_not_full_in_no_time() {
        let settings = Settings::default();
        let mut known = Tracker::new(&settings, None).assess(&settings, None);
        let host = Ceiling { kind: CeilingKind::Host, limit_bytes: 1 << 30, used_bytes: 1 << 30 };
        let mut say = |from, to| {
            (known.forecast.not_before_s, known.forecast.likely_by_s) = (from, to);
            full(&host, &known)
        };
        assert!(say(Some(0.0), Some(0.0)).ends_with("(1.0 GiB) is full now"));
        assert!(say(Some(3600.0), Some(3601.0)).ends_with(" is full in 1 h"));
        assert!(say(Some(60.0), Some(120.0)).ends_with(" is full in 1 min to 2 min"));
        assert!(say(Some(60.0), None).ends_with(" is full not before 1 min from now"));
    }
}
